"""The group of commands, found by listing this folder, and the one place where errors end."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

import click

from plimsoll import __version__, cli
from plimsoll.errors import PlimsollError

INTERRUPTED = 130


class Commands(click.Group):
    """Loads a command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's contract
        """List the modules of this folder that hold a COMMAND."""
        return sorted(module.name for module in iter_modules(cli.__path__) if hasattr(_module(module.name), "COMMAND"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one command, or None where there is none of that name."""
        if not cmd_name.isidentifier() or cmd_name not in {module.name for module in iter_modules(cli.__path__)}:
            return None
        command = getattr(_module(cmd_name), "COMMAND", None)
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command for one that does not exist."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx), n=1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from error


def _module(name: str) -> object:
    return import_module(f"{cli.__name__}.{name}")


ROOT = Commands(
    name="plimsoll",
    help="Plimsoll says how safe containers are to sail: what is in an image, what is wrong with it, one score.",
    epilog="Exit codes: 0 nothing at the gate, 1 findings at the gate, 2 wrong options, 3 not measured, 4 failure.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
ROOT.params.append(
    click.Option(
        ["-V", "--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        help="Show the version and exit.",
        callback=lambda ctx, param, value: _show_version(ctx, value),  # noqa: ARG005 - click's contract
    )
)


def _show_version(ctx: click.Context, value: bool) -> None:  # noqa: FBT001 - click's contract
    if value and not ctx.resilient_parsing:
        click.echo(f"plimsoll {__version__}")
        ctx.exit()


def invoke(arguments: Sequence[str]) -> int:
    """Run a command; give the exit code. Everything that goes wrong is told on standard error, with advice."""
    debug = "--debug" in arguments
    try:
        outcome = ROOT.main(list(arguments), prog_name="plimsoll", standalone_mode=False)
    except (click.exceptions.Exit, click.ClickException) as stop:
        if isinstance(stop, click.ClickException):
            stop.show()
        return stop.exit_code
    except PlimsollError as error:
        return _tell(error, debug=debug)
    except BrokenPipeError:
        # The reader went away (`| head`): nothing is left to say, and Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the one place where an unforeseen error ends
        unforeseen = f"unexpected {type(error).__name__}: {error}"
        return _tell(PlimsollError(unforeseen, advice="Run again with --debug, and report it."), debug=debug)
    return outcome if isinstance(outcome, int) else 0


def _tell(error: PlimsollError, *, debug: bool) -> int:
    from plimsoll.cli.console import tell

    if debug:
        import traceback

        traceback.print_exc()
    tell(f"error: {error.message}", style="red")
    if error.advice:
        tell(error.advice)
    return error.exit_code
