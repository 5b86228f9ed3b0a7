"""Options that commands share: each is also PLIMSOLL_<OPTION> and a key of plimsoll.toml; flag > environment > file."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

import click

from plimsoll.cli.parsing import Run, Switch
from plimsoll.cli.process import bounded
from plimsoll.cli.settings import SETTINGS_FILE, Settings, load_settings
from plimsoll.cli.values import PathName, Seconds, Words, split
from plimsoll.errors import UsageError
from plimsoll.model.limits import Limits

F = TypeVar("F", bound=Callable[..., Any])


def option(*names: str, **attributes: Any) -> Callable[[F], F]:  # noqa: ANN401 - passed on to click
    """Declare an option that can also be set in the environment and in plimsoll.toml."""
    flag = next(name for name in names if name.startswith("--"))
    attributes.setdefault("envvar", f"PLIMSOLL_{flag.removeprefix('--').replace('-', '_').upper()}")
    if attributes.get("is_flag"):
        switched = (f"{name}/--no-{name[2:]}" if name == flag else name for name in names)
        return click.option(*switched, cls=Switch, **attributes)
    return click.option(*names, **attributes)


def words(*names: str, **attributes: Any) -> Callable[[F], F]:  # noqa: ANN401 - passed on to click
    """Declare an option that takes a list: repeated, or with commas."""
    return option(*names, multiple=True, type=Words(), callback=split, **attributes)


limited = words(
    "--limit",
    metavar="NAME=VALUE",
    help="Change a limit on untrusted input (docs/reference/limits.md); may be repeated.",
)


def common(command: F) -> F:
    """Add the options that every command has."""
    for decorate in (
        option(
            "--debug",
            is_flag=True,
            expose_value=False,
            callback=_note_debug,
            help="Show a traceback when something fails.",
        ),
        option(
            "--config",
            metavar="FILE",
            type=PathName(),
            is_eager=True,
            expose_value=False,
            callback=load_settings,
            help=f"Read settings from FILE instead of {SETTINGS_FILE} in the working directory.",
        ),
        option(
            "--cache-dir",
            metavar="DIR",
            type=PathName("dir"),
            help="Keep the store, the layer memory and the last report below DIR.",
        ),
    ):
        command = decorate(command)
    return command


def _note_debug(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's contract
    run = ctx.find_root().obj
    if isinstance(run, Run):
        run.debug = value


def quietly(command: F) -> F:
    """Add the options about what is told on standard error."""
    for decorate in (
        option("--no-progress", is_flag=True, help="Draw no progress bar."),
        option("--quiet", "-q", is_flag=True, help="Tell only errors and the verdicts of gates on standard error."),
    ):
        command = decorate(command)
    return command


def about_targets(command: F) -> F:
    """Add the options about how a target is read; the whole command ends with the time that they give it."""
    for decorate in (
        _within_its_time,
        limited,
        option("--timeout", type=Seconds(), metavar="TIME", help="Give up after this long, e.g. 90s, 5m; default 10m."),
        option("--declared", is_flag=True, help="In images, list what lockfiles want, too."),
        option("--verify", is_flag=True, help="Verify all digests again, whatever the layer memory knows."),
        words("--skip-files", metavar="PATTERN", help="Leave files out; said as not measured."),
        words("--skip-dirs", metavar="PATTERN", help="Leave folders out; said as not measured."),
        option("--distro", metavar="ID:VERSION", help="Say which distribution it is, e.g. debian:12."),
        option("--platform", metavar="OS/ARCH", help="Choose one of several platforms, e.g. linux/arm64."),
    ):
        command = decorate(command)
    return command


def _within_its_time(command: F) -> F:
    """Let a command run no longer than its --timeout: reading, matching, writing, and waiting for any of it."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - click passes options by name
        ctx = click.get_current_context()
        with bounded(limits_of(ctx.obj, options["limit"], options["timeout"]), ctx.command_path):
            return command(*arguments, **options)

    return cast("F", run)


def limits_of(settings: Settings, changes: Sequence[str], timeout: float | None) -> Limits:
    """Give the limits in force: --timeout > --limit > [limits] of plimsoll.toml > defaults. Raises UsageError."""
    wanted: dict[str, float] = {}
    for change in changes:
        name, equals, text = change.partition("=")
        try:
            wanted[name.strip().replace("-", "_")] = float(text)
        except ValueError:
            raise UsageError(
                f"--limit {change!r} {'has no number after =' if equals else 'has no ='}",
                advice="For example: --limit entries=8000000",
            ) from None
    if timeout is not None:
        wanted["timeout"] = timeout
    return _limits_of_file(settings).changed(wanted)


def _limits_of_file(settings: Settings) -> Limits:
    table = settings.document.get("limits", {})
    if not isinstance(table, dict):
        raise UsageError(f"{settings.origin}: [limits] must be a table")
    for name, number in table.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise UsageError(f"{settings.origin}: the limit {name} must be a number, not {number!r}")
    try:
        return Limits().changed({name.replace("-", "_"): number for name, number in table.items()})
    except UsageError as error:
        raise UsageError(f"{settings.origin}: {error.message}", advice=error.advice) from error
