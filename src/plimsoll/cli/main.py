"""The command line: finds the commands, turns errors into messages and exit codes."""

import sys
from collections.abc import Sequence

from plimsoll import __version__


def run() -> None:
    """Run the command line and leave the process with its exit code (docs/reference/exit-codes.md)."""
    if sys.argv[1:] not in (["--version"], ["-V"]):
        from plimsoll.cli.process import prepare

        prepare()
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command line; give the exit code. `--version` is answered before anything else is loaded."""
    if list(arguments) in (["--version"], ["-V"]):
        sys.stdout.write(f"plimsoll {__version__}\n")
        return 0
    from plimsoll.cli.shell import invoke

    return invoke(arguments)
