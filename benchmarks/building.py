"""Building the knowledge of all feeds of a folder: promised are 120 s and a store of 1 GB at most.

    python -m benchmarks.building --feeds FOLDER [--plimsoll PROGRAM] [--runs 1] [-- OPTIONS OF db update]

FOLDER is laid out as the publishers serve. What is timed is the process `plimsoll db update --from FOLDER`, with an
empty cache folder. For feeds without a date of their own say one: `-- --date debian-tracker=2025-02-12`.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.compare import Run, run

PROMISED = 120.0
MOST_BYTES = 10**9


def build(plimsoll: str, feeds: Path, more: list[str]) -> tuple[Run, int]:
    """Build once; give what it took, and the bytes of the store."""
    with tempfile.TemporaryDirectory(prefix="plimsoll-bench-") as work:
        done = run([plimsoll, "db", "update", "--from", str(feeds), "--cache-dir", work, "-q", *more])
        return done, (Path(work) / "knowledge" / "store.db").stat().st_size


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=Path, required=True)
    parser.add_argument("--plimsoll", default=str(Path(sys.executable).with_name("plimsoll")))
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("more", nargs="*")
    options = parser.parse_args()
    built = [build(options.plimsoll, options.feeds, options.more) for _ in range(options.runs)]
    wall, cpu, memory = (median(getattr(done, name) for done, _ in built) for name in ("wall", "cpu", "memory"))
    size = max(size for _, size in built)
    kept = "kept" if wall <= PROMISED and size <= MOST_BYTES else "MISSED"
    print(f"build all feeds: {wall:.0f} s, {cpu:.0f} s CPU, {memory:.0f} MiB; store {size / 10**6:.0f} MB, {kept}")


if __name__ == "__main__":
    main()
