"""Whom a vulnerability hits, asked of 100,000 images: promised are count and first page in 0.1 s each time.

    python -m benchmarks.reverse --cache-dir FOLDER [--fleet FILE] [--images 100000] [--sets 20000] [--runs 5]

FOLDER is a cache folder of Plimsoll whose knowledge was built from as many feeds as there are. The images share package
sets of about 125 packages, those share about 30,000 versions; loading all of them is promised in 60 s. What is asked
about are the vulnerabilities that most packages have, and some that few have. With --fleet the fleet is kept in that
file, and not loaded again where it is there.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks.sampling import Stock, package, stock_of

from plimsoll.findings.judging import Judge
from plimsoll.fleet.hits import Hits
from plimsoll.fleet.store import Fleet
from plimsoll.fleet.writing import Sighting
from plimsoll.knowledge.store import Store
from plimsoll.model.package import Package
from plimsoll.model.subject import Subject

PROMISED = 0.1
LOADING = 60.0
VERSIONS = 30_000
ASKED = 40

# Of ten images, so many stand on each of these; a base brings about 80 packages, an application about 45.
BASES = {"debian:12": 3, "debian:11": 1, "ubuntu:22.04": 1, "alpine:3.20": 2, "rhel:9": 1, "amzn:2023": 1, "wolfi": 1}
LANGUAGES = ("npm", "pypi", "maven", "go", "rubygems", "composer", "nuget", "cargo")


class Warehouse:
    """All package versions there are: popular ones are in many sets, most are in few."""

    def __init__(self, stock: Stock, chance: random.Random) -> None:
        self._chance = chance
        spoken = {
            product: [package(product, name, one) for name, ones in names for one in ones]
            for product, names in stock.items()
        }
        share = VERSIONS // len(spoken)
        self._shelves = {product: self._shelf(product, found, share) for product, found in spoken.items()}

    @property
    def versions(self) -> int:
        """How many there are."""
        return sum(map(len, self._shelves.values()))

    def set_of(self, product: str, count: int) -> Iterator[Package]:
        """Draw about so many packages, each name once; the further in front, the likelier."""
        shelf = self._shelves[product]
        found: dict[str, Package] = {}
        for _ in range(count):
            one = shelf[int(len(shelf) * self._chance.random() ** 3)]
            found.setdefault(one.name, one)
        yield from found.values()

    def _shelf(self, product: str, spoken: list[Package], size: int) -> list[Package]:
        """Take half of them from what advisories speak of."""
        known = self._chance.sample(spoken, min(len(spoken), size // 2))
        shelf = [*known, *(package(product, f"own-{number}", "1.0") for number in range(size - len(known)))]
        self._chance.shuffle(shelf)
        return shelf


def sightings(warehouse: Warehouse, images: int, sets: int, chance: random.Random) -> Iterator[Sighting]:
    """Make images; every set is in one at least, some are in many."""
    bases = [base for base, share in BASES.items() for _ in range(share)]
    packages: list[list[Package]] = []
    for number in range(images):
        if number < sets:
            base, language = chance.choice(bases), chance.choice(LANGUAGES)
            packages.append([*warehouse.set_of(base, 95), *warehouse.set_of(language, 55)])
        held = packages[number] if number < sets else packages[int(sets * chance.random() ** 2)]
        name = f"registry.example/team-{chance.randrange(400):03}/app-{chance.randrange(10_000):04}"
        subject = Subject(id=f"{name}@{number}", kind="image", name=name, platform="linux/amd64")
        yield Sighting(subject=subject, packages=held, seen_at="2026-11-24T00:00:00Z")


def most_and_few(knowledge: Store, chance: random.Random) -> list[str]:
    """Give the vulnerabilities that most packages here have, and as many others."""
    products = (*BASES, *LANGUAGES)
    marks = ", ".join("?" * len(products))
    rows = knowledge.rows(
        "SELECT vulnerability FROM statement JOIN word AS w ON w.id = product"  # noqa: S608 - marks
        f" WHERE decides = 1 AND state <> 1 AND vulnerability > 0 AND w.text IN ({marks})",
        products,
    )
    known = [number for (number,), _ in Counter(rows).most_common()]
    chosen = [*known[: ASKED // 2], *chance.sample(known, ASKED // 2)]
    return [f"CVE-{number // 10**9}-{number % 10**9:04d}" for number in chosen]


def load(fleet: Fleet, knowledge: Store, images: int, sets: int) -> None:
    """Fill a fleet, and say how long that took; making the images up is not counted."""
    chance = random.Random(1)  # noqa: S311 - made-up data
    warehouse = Warehouse(stock_of(knowledge, [*BASES, *LANGUAGES]), chance)
    made = list(sightings(warehouse, images, sets, chance))
    wall, cpu = time.perf_counter(), time.process_time()
    fleet.put_all(made)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    kept = "kept" if wall <= LOADING else "MISSED"
    print(f"load {images} images, {sets} sets, {warehouse.versions} versions: {wall:.1f} s, {cpu:.1f} s CPU, {kept}")


def ask(fleet: Fleet, knowledge: Store, names: Sequence[str], runs: int) -> None:
    """Ask about each, and show what took longest."""
    answers = []
    for name in names:
        walls, cpus, hits = zip(*(timed(fleet, knowledge, name) for _ in range(runs)), strict=True)
        answers.append((median(walls), median(cpus), name, hits[0].images, hits[0].undetermined))
    wall, cpu, name, images, undetermined = max(answers)
    kept = "kept" if wall <= PROMISED else "MISSED"
    print(f"whom do {len(names)} vulnerabilities hit: at most {wall:.3f} s, {cpu:.3f} s CPU, {kept}")
    print(f"  the slowest is {name}: {images} images, {undetermined} undetermined")
    print(f"  the widest hits {max(answer[3] for answer in answers)}; median {median(a[0] for a in answers):.3f} s")


def timed(fleet: Fleet, knowledge: Store, name: str) -> tuple[float, float, Hits]:
    """Ask once; give wall and CPU seconds with the answer."""
    wall, cpu = time.perf_counter(), time.process_time()
    hits = fleet.hit_by(name, knowledge)
    return time.perf_counter() - wall, time.process_time() - cpu, hits


def main() -> None:
    """Load and ask."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache-dir", type=Path, required=True)
    parser.add_argument("--fleet", type=Path)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--sets", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plimsoll-bench-") as work:
        place = options.fleet or Path(work) / "fleet.db"
        is_new = not place.exists()
        with (
            Store.open(options.cache_dir / "knowledge" / "store.db") as knowledge,
            Fleet.open(place, Judge()) as fleet,
        ):
            if is_new:
                load(fleet, knowledge, options.images, options.sets)
            chance = random.Random(2)  # noqa: S311 - a choice of questions
            ask(fleet, knowledge, most_and_few(knowledge, chance), options.runs)
            print(f"  {place.stat().st_size / 10**6:.0f} MB")


if __name__ == "__main__":
    main()
