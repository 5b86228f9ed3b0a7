"""The group of commands, found by listing this folder, and the one place where errors end."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import click

from plimsoll import __version__, cli
from plimsoll.cli.console import tell
from plimsoll.cli.main import INTERRUPTED
from plimsoll.cli.parsing import Family, Run, from_where, without_opposites
from plimsoll.errors import PlimsollError


class Commands(Family):
    """Loads a command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's contract
        """List the modules of this folder that hold a COMMAND."""
        return sorted(name for name in _modules() if hasattr(_module(name), "COMMAND"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one command, or None where there is none of that name."""
        if cmd_name not in _modules():
            return None
        command = getattr(_module(cmd_name), "COMMAND", None)
        return command if isinstance(command, click.Command) else None

    def advice(self, ctx: click.Context, name: str) -> str:
        """Say what to type instead; who names a target straight away wants to scan it."""
        if name == "version":
            return "Did you mean '--version'?"
        if Path(name).exists():
            return f"To scan it: plimsoll scan {name}"
        return super().advice(ctx, name)


def _modules() -> set[str]:
    return {module.name for module in iter_modules(cli.__path__)}


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
    this_run = Run()
    try:
        outcome = ROOT.main(list(arguments), prog_name="plimsoll", standalone_mode=False, obj=this_run)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        return _tell_usage(error)
    except PlimsollError as error:
        return _tell(error, debug=this_run.debug)
    except (KeyboardInterrupt, click.Abort):
        tell("interrupted")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the one place where an unforeseen error ends
        return _tell(_unforeseen(error), debug=this_run.debug)
    return outcome if isinstance(outcome, int) else 0


def _tell_usage(error: click.ClickException) -> int:
    """Tell what is wrong with a command line, and where to read how it is right."""
    error = without_opposites(error)
    where = from_where(error) if isinstance(error, click.UsageError) else ""
    tell(f"error: {error.format_message().rstrip('.')}{where}", style="red")
    if isinstance(error, click.UsageError) and error.ctx is not None:
        tell(error.ctx.get_usage())
        tell(f"See {error.ctx.command_path} --help.")
    return error.exit_code


def _unforeseen(error: Exception) -> PlimsollError:
    """Make a message of what nothing below foresaw; what the system says of a file speaks for itself."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return PlimsollError(f"{error.filename}: {error.strerror}", advice="Run again with --debug to see where.")
    return PlimsollError(f"unexpected {type(error).__name__}: {error}", advice="Run again with --debug, and report it.")


def _tell(error: PlimsollError, *, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exc()
    tell(f"error: {error.message}", style="red")
    if error.advice:
        tell(error.advice)
    return error.exit_code
