"""Matching 3,000 packages of mixed systems against a knowledge store: promised is 0.3 s.

    python -m benchmarks.matching --cache-dir FOLDER [--runs 5] [--profile]

FOLDER is a cache folder of Plimsoll whose knowledge was built from as many feeds as there are. Everything is loaded
before the clock starts, as it is in a scan after the packages were read; each run asks a store opened anew.
"""

import argparse
import cProfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.sampling import Kind, drawn, stock_of

from plimsoll.findings.match import Matched, match
from plimsoll.knowledge.end_of_life import end_of_life
from plimsoll.knowledge.store import Store
from plimsoll.model.package import Package

PROMISED = 0.3
AS_OF = "2025-03-01"

# A large image, and then some: what a distribution installs, and the languages on top. About two in five packages
# of distributions have any advisory, about one in ten of languages.
KINDS = (
    Kind(product="debian:12", count=800, known=0.35),
    Kind(product="npm", count=900, known=0.1),
    Kind(product="pypi", count=400, known=0.2),
    Kind(product="maven", count=400, known=0.15),
    Kind(product="go", count=300, known=0.15),
    Kind(product="cargo", count=100, known=0.1),
    Kind(product="rubygems", count=100, known=0.2),
)


def once(store: Path, packages: list[Package]) -> Matched:
    """Open the store and match."""
    with Store.open(store) as knowledge:
        return match("synthetic", packages, knowledge, end_of_life, AS_OF)


def timed(work: Callable[[], Matched]) -> tuple[float, float]:
    """Give the wall and CPU seconds of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Measure, or profile."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache-dir", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    store = options.cache_dir / "knowledge" / "store.db"
    with Store.open(store) as knowledge:
        packages = drawn(stock_of(knowledge, [kind.product for kind in KINDS]), KINDS, seed=1)
    found = once(store, packages)
    if options.profile:
        profile = cProfile.Profile()
        profile.runcall(once, store, packages)
        profile.print_stats("cumulative")
        return
    runs = [timed(lambda: once(store, packages)) for _ in range(options.runs)]
    wall, cpu = (median(values) for values in zip(*runs, strict=True))
    kept = "kept" if wall <= PROMISED else "MISSED"
    print(f"match {len(packages)} packages, {len(found.findings)} findings: {wall:.3f} s, {cpu:.3f} s CPU, {kept}")


if __name__ == "__main__":
    main()
