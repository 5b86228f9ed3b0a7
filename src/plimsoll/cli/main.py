"""The command line: finds the commands, turns errors into messages and exit codes."""

import gc
import sys
from collections.abc import Sequence

from plimsoll import __version__

INTERRUPTED = 130


def run() -> None:
    """Run the command line and leave the process with its exit code (docs/reference/exit-codes.md)."""
    # What is made at start-up lives until the end: collecting it ten times over only costs time.
    gc.set_threshold(100_000, 20, 20)
    if sys.argv[1:] not in (["--version"], ["-V"]):
        from plimsoll.cli.process import prepare

        prepare()
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:  # while modules are still loaded
        code = INTERRUPTED
    sys.exit(code)


def main(arguments: Sequence[str]) -> int:
    """Run one command line; give the exit code. `--version` is answered before anything else is loaded."""
    if list(arguments) in (["--version"], ["-V"]):
        sys.stdout.write(f"plimsoll {__version__}\n")
        return 0
    from plimsoll.cli.shell import invoke

    return invoke(arguments)
