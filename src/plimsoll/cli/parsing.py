"""How command lines are read: flags that can be switched off, groups that show their help, near misses."""

from dataclasses import dataclass
from typing import Any

import click

ORDER = "plimsoll.order"
"""Where a context keeps the names of --format and --output in the order in which they came."""

TARGET = "plimsoll.target"
"""Where a context keeps the target before settings are read."""

_ON, _OFF = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})


@dataclass(slots=True)
class Run:
    """What is known of a run once its options are read, for the place where errors end. Not frozen: it is told."""

    debug: bool = False


class Switch(click.Option):
    """A flag. `--name=false` switches off what plimsoll.toml or the environment switched on."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Show the flag without its opposite."""
        record = super().get_help_record(ctx)
        return (record[0].partition(" / ")[0], record[1]) if record else None


class Command(click.Command):
    """A command that takes `--flag=false`, and knows its target and the order of its outputs before its settings."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note what is needed early, then parse as usual."""
        end = args.index("--") if "--" in args else len(args)
        args = [self._spelt(arg) for arg in args[:end]] + args[end:]
        if not ctx.resilient_parsing:
            try:
                values, _, order = self.make_parser(ctx).parse_args(list(args))
            except click.UsageError:
                values, order = {}, []
            ctx.meta[ORDER] = [param.name for param in order if param.name in {"formats", "outputs"}]
            target = values.get("target")  # a mark of the parser's own where it was left out
            ctx.meta[TARGET] = target if isinstance(target, str) else ""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def _spelt(self, argument: str) -> str:
        """Spell `--flag=true` and `--flag=false` as click does."""
        name, equals, word = argument.partition("=")
        if not equals or not any(isinstance(param, Switch) and name in param.opts for param in self.params):
            return argument
        return name if word.lower() in _ON else f"--no-{name[2:]}" if word.lower() in _OFF else argument


class Family(click.Group):
    """A group of commands. Alone it shows its help and ends with 0, as docker, kubectl and trivy do."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Show the help where nothing is asked for."""
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help())
            ctx.exit()
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest what was meant by a command that does not exist."""
        if not args[0].startswith("-"):
            self.named(ctx, args[0])
        return super().resolve_command(ctx, args)

    def named(self, ctx: click.Context, name: str) -> click.Command:
        """Give the command of a name. Raises UsageError with advice where there is none."""
        command = self.get_command(ctx, name)
        if command is None:
            raise click.UsageError(f"There is no command {name!r}. {self.advice(ctx, name)}", ctx)
        return command

    def advice(self, ctx: click.Context, name: str) -> str:
        """Say what to type instead."""
        from difflib import get_close_matches

        commands = [known for known in self.list_commands(ctx) if not _is_hidden(self.get_command(ctx, known))]
        near = get_close_matches(name, commands, n=1)
        return f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(commands)}."


def _is_hidden(command: click.Command | None) -> bool:
    return command is None or command.hidden


def without_opposites(error: click.ClickException) -> click.ClickException:
    """Suggest no option that --help does not show."""
    if not isinstance(error, click.NoSuchOption) or error.ctx is None:
        return error
    hidden = {name for param in error.ctx.command.params for name in param.secondary_opts}
    near = [name for name in error.possibilities or () if name not in hidden]
    return click.NoSuchOption(error.option_name, possibilities=near, ctx=error.ctx)


def from_where(error: click.UsageError) -> str:
    """Say where a wrong value comes from when it was not typed: an environment variable or the settings file."""
    param, ctx = getattr(error, "param", None), error.ctx
    if ctx is None or not isinstance(param, click.Option) or param.name is None:
        return ""
    source: Any = ctx.get_parameter_source(param.name)
    if source is click.core.ParameterSource.ENVIRONMENT:
        return f" (from {param.envvar})"
    if source is click.core.ParameterSource.DEFAULT_MAP:
        return f" (from {getattr(ctx.obj, 'origin', '')})"
    return ""
