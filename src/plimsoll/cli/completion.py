"""`plimsoll completion SHELL`: completion for the shell."""

import click
from click.shell_completion import get_completion_class

from plimsoll.cli.console import write
from plimsoll.cli.options import common
from plimsoll.cli.parsing import Command
from plimsoll.errors import UsageError

SHELLS = ("bash", "zsh", "fish")

HELP = """Print the script that makes SHELL complete commands, options and their values.

\b
bash  eval "$(plimsoll completion bash)"    in ~/.bashrc
zsh   eval "$(plimsoll completion zsh)"     in ~/.zshrc, after compinit
fish  plimsoll completion fish | source     in ~/.config/fish/config.fish
"""


@click.command("completion", cls=Command, help=HELP, short_help="Print shell completion.")
@click.argument("shell", type=click.Choice(SHELLS))
@common
def COMMAND(shell: str, cache_dir: str | None) -> int:  # noqa: ARG001, N802 - a command, with the common options
    """Print the script that makes a shell complete commands, options and their values."""
    from plimsoll.cli.shell import ROOT

    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"there is no completion for {shell}")
    write(kind(ROOT, {}, "plimsoll", "_PLIMSOLL_COMPLETE").source() + "\n")
    return 0
