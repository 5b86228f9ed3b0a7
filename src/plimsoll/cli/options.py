"""Options that commands share: each is also PLIMSOLL_<OPTION> and a key of plimsoll.toml; flag > environment > file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click

from plimsoll.errors import UsageError
from plimsoll.model.limits import Limits

F = TypeVar("F", bound=Callable[..., Any])

SETTINGS_FILE = "plimsoll.toml"
_LARGEST_SETTINGS = 1 << 20
_TABLES = frozenset({"waiver", "limits"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """plimsoll.toml: where it was read from ("" for none) and what it says."""

    origin: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)


def option(*names: str, **attributes: Any) -> Callable[[F], F]:  # noqa: ANN401 - passed on to click
    """Declare an option that can also be set in the environment and in plimsoll.toml."""
    flag = next(name for name in names if name.startswith("--")).split("/")[0].removeprefix("--")
    attributes.setdefault("envvar", f"PLIMSOLL_{flag.replace('-', '_').upper()}")
    return click.option(*names, **attributes)


def _load_settings(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    path = Path(value or SETTINGS_FILE)
    if ctx.resilient_parsing or (value is None and not path.is_file()):
        ctx.obj = Settings()
        return
    import tomllib

    try:
        data = path.read_bytes()[: _LARGEST_SETTINGS + 1]
        document = tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", advice="Check --config.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error
    options = {key.replace("-", "_"): entry for key, entry in document.items() if key not in _TABLES}
    _expect_known(options, path)
    ctx.default_map = {**options}
    ctx.obj = Settings(origin=str(path), document=document)


def _expect_known(options: Mapping[str, object], path: Path) -> None:
    from plimsoll.cli.shell import ROOT

    context = click.Context(ROOT)
    known: set[str] = set()
    pending = [ROOT.get_command(context, name) for name in ROOT.list_commands(context)]
    while pending:
        command = pending.pop()
        if command is not None:
            known |= {param.name for param in command.params if isinstance(param, click.Option) and param.name}
            pending.extend(command.commands.values() if isinstance(command, click.Group) else ())
    for key, entry in options.items():
        if key not in known or isinstance(entry, dict):
            raise UsageError(
                f"{path}: there is no setting {key!r}",
                advice="Known: "
                + ", ".join(sorted(name.replace("_", "-") for name in known))
                + ", [limits], [[waiver]]",
            )


def common(command: F) -> F:
    """Add the options that every command has."""
    for decorate in (
        option("--debug", is_flag=True, expose_value=False, help="Show a traceback when something fails."),
        option(
            "--config",
            metavar="FILE",
            is_eager=True,
            expose_value=False,
            callback=_load_settings,
            help=f"Read settings from FILE instead of {SETTINGS_FILE} in the working directory.",
        ),
        option("--cache-dir", metavar="DIR", help="Keep the store, the layer memory and the last report below DIR."),
    ):
        command = decorate(command)
    return command


def quietly(command: F) -> F:
    """Add the options about what is told on standard error."""
    for decorate in (
        option("--no-progress", is_flag=True, help="Draw no progress bar."),
        option("--quiet", "-q", is_flag=True, help="Tell only errors on standard error."),
    ):
        command = decorate(command)
    return command


def about_targets(command: F) -> F:
    """Add the options about how a target is read."""
    for decorate in (
        option(
            "--limit",
            "limit",
            multiple=True,
            metavar="NAME=VALUE",
            help="Change a limit on untrusted input (docs/reference/limits.md); may be repeated.",
        ),
        option("--timeout", type=float, metavar="SECONDS", help="Give up after this long; default 600."),
        option("--verify", is_flag=True, help="Verify all digests again, whatever the layer memory knows."),
        option("--skip-files", multiple=True, metavar="PATTERN", help="Leave files out; said as not measured."),
        option("--skip-dirs", multiple=True, metavar="PATTERN", help="Leave folders out; said as not measured."),
        option("--distro", metavar="ID:VERSION", help="Say which distribution it is, e.g. debian:12."),
        option("--platform", metavar="OS/ARCH", help="Choose one of several platforms, e.g. linux/arm64."),
    ):
        command = decorate(command)
    return command


def limits_of(settings: Settings, changes: Sequence[str], timeout: float | None) -> Limits:
    """Give the limits in force: --timeout > --limit > [limits] of plimsoll.toml > defaults. Raises UsageError."""
    wanted: dict[str, float] = {}
    table = settings.document.get("limits", {})
    if not isinstance(table, dict):
        raise UsageError(f"{settings.origin}: [limits] must be a table")
    for name, number in table.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise UsageError(f"{settings.origin}: the limit {name} must be a number, not {number!r}")
        wanted[name] = number
    for change in changes:
        name, equals, text = change.partition("=")
        try:
            wanted[name.strip().replace("-", "_")] = float(text)
        except ValueError:
            raise UsageError(f"--limit {change!r} is not NAME=NUMBER{'' if equals else ': no ='}") from None
    if timeout is not None:
        wanted["timeout"] = timeout
    return Limits().changed(wanted)


class PairedCommand(click.Command):
    """Remembers in which order --format and --output came, so that each output belongs to its format."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note the order, then parse as usual."""
        if not ctx.resilient_parsing:
            try:
                _, _, order = self.make_parser(ctx).parse_args(list(args))
            except click.UsageError:
                order = []
            ctx.meta["plimsoll.order"] = [param.name for param in order if param.name in {"formats", "outputs"}]
        return super().parse_args(ctx, args)


def paired(ctx: click.Context, formats: Sequence[str], outputs: Sequence[str], default: str) -> list[tuple[str, str]]:
    """Pair formats with outputs: an --output belongs to the --format before it, else to the next one.

    "" is standard output. Raises UsageError when two formats would share standard output, or two one file.
    """
    order = ctx.meta.get("plimsoll.order", [])
    if order.count("formats") != len(formats) or order.count("outputs") != len(outputs):
        order = ["formats"] * len(formats) + ["outputs"] * len(outputs)
    pairs: list[list[str | None]] = []
    formats_left, outputs_left = list(formats), list(outputs)
    for name in order:
        if name == "formats":
            waiting = next((pair for pair in pairs if pair[0] is None), None)
            text = formats_left.pop(0)
            if waiting is not None:
                waiting[0] = text
            else:
                pairs.append([text, None])
        else:
            text = outputs_left.pop(0)
            waiting = next((pair for pair in reversed(pairs) if pair[1] is None), None)
            if waiting is not None:
                waiting[1] = text
            else:
                pairs.append([None, text])
    found = [(kind or default, "" if path in {None, "-"} else str(path)) for kind, path in pairs] or [(default, "")]
    places = [place for _, place in found]
    for place in places:
        if places.count(place) > 1:
            raise UsageError(
                f"{places.count(place)} formats would go to {place or 'standard output'}",
                advice="Give each --format its own --output, e.g. --format json --output report.json",
            )
    return found
