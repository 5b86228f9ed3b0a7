"""Reading a CycloneDX bill of 20,000 packages and matching them: promised is 1.5 s for the whole scan.

    python -m benchmarks.bill --cache-dir FOLDER [--plimsoll PROGRAM] [--runs 5]

FOLDER is a cache folder of Plimsoll whose knowledge was built from as many feeds as there are. What is timed is the
process `plimsoll scan sbom:FILE`, from its start to its end, with a report in JSON.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.compare import run
from benchmarks.sampling import Kind, drawn, stock_of

from plimsoll.knowledge.store import Store

PROMISED = 1.5

# A monorepo's bill: mostly npm. Of what so large a bill holds, about one package in twenty has any advisory.
KINDS = (
    Kind(product="npm", count=12_000, known=0.05),
    Kind(product="maven", count=3_000, known=0.05),
    Kind(product="pypi", count=2_000, known=0.05),
    Kind(product="go", count=1_500, known=0.05),
    Kind(product="debian:12", count=1_000, known=0.1),
    Kind(product="cargo", count=500, known=0.05),
)


def bill(store: Path) -> dict[str, object]:
    """Write a bill of materials of packages drawn from what the store speaks of."""
    with Store.open(store) as knowledge:
        packages = drawn(stock_of(knowledge, [kind.product for kind in KINDS]), KINDS, seed=1)
    components = [
        {
            "type": "library",
            "bom-ref": f"{number}",
            "name": package.name,
            "version": package.version,
            "purl": package.purl,
            "licenses": [{"license": {"id": "MIT"}}],
        }
        for number, package in enumerate(packages)
    ]
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache-dir", type=Path, required=True)
    parser.add_argument("--plimsoll", default=str(Path(sys.executable).with_name("plimsoll")))
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plimsoll-bench-") as work:
        file, report = Path(work) / "bill.cdx.json", Path(work) / "report.json"
        file.write_text(json.dumps(bill(options.cache_dir / "knowledge" / "store.db")))
        command = [options.plimsoll, "scan", f"sbom:{file}", "--cache-dir", str(options.cache_dir), "-q"]
        runs = [run([*command, "--format", "json", "-o", str(report)]) for _ in range(options.runs)]
        said = json.loads(report.read_bytes())
    wall, cpu, memory = (median(getattr(one, name) for one in runs) for name in ("wall", "cpu", "memory"))
    kept = "kept" if wall <= PROMISED else "MISSED"
    print(f"bill of {sum(kind.count for kind in KINDS)} packages, {len(said['findings'])} findings:", end=" ")
    print(f"{wall:.2f} s, {cpu:.2f} s CPU, {memory:.0f} MiB, {kept}")


if __name__ == "__main__":
    main()
