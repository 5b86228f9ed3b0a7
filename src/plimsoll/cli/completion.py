"""`plimsoll completion SHELL`: completion for the shell."""

import click
from click.shell_completion import get_completion_class

from plimsoll.cli.options import common
from plimsoll.errors import UsageError

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", short_help="Print shell completion.")
@click.argument("shell", type=click.Choice(SHELLS))
@common
def COMMAND(shell: str, cache_dir: str | None) -> int:  # noqa: ARG001, N802 - a command, with the common options
    """Print the completion script of SHELL; for bash: eval "$(plimsoll completion bash)"."""
    from plimsoll.cli.shell import ROOT

    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"there is no completion for {shell}")
    click.echo(kind(ROOT, {}, "plimsoll", "_PLIMSOLL_COMPLETE").source())
    return 0
