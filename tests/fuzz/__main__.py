"""Fuzz from the command line: python -m tests.fuzz [--cases N] [--seed N] [--only PART]."""

import argparse
import sys

from tests.fuzz.campaign import CrashError, campaign
from tests.fuzz.targets import targets


def main() -> int:
    """Run a campaign per target and print its figures; 1 when any target crashed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Damage real input and see what breaks.")
    parser.add_argument("--cases", type=int, default=100_000, help="cases per parser")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other cases")
    parser.add_argument("--only", default="", help="only parsers whose name holds this")
    options = parser.parse_args()
    crashed = 0
    for name, target in targets().items():
        if options.only not in name:
            continue
        try:
            outcome = campaign(target, options.seed, options.cases, 0)
        except CrashError as error:
            crashed += 1
            sys.stdout.write(f"{name}: CRASHED {error}\n")
        else:
            figures = f"{outcome.cases} cases, {outcome.refused} refused, slowest {outcome.slowest * 1000:.0f} ms"
            sys.stdout.write(f"{name}: {figures}\n")
        sys.stdout.flush()
    return 1 if crashed else 0


if __name__ == "__main__":
    sys.exit(main())
