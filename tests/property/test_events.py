"""The SQL answers, in both directions, against an evaluator in plain Python, after random events.

Feeds publish, change and withdraw statements, and stores are built of them one after the other; images are put and put
again. Then what is true is written down anew, straight from the rules of the design, and compared.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.knowledge.making import feed as a_feed
from tests.knowledge.making import folder as files
from tests.knowledge.making import saying

from plimsoll.errors import VersionRefusedError
from plimsoll.findings.judging import Judge
from plimsoll.findings.match import match
from plimsoll.fleet.hits import Cursor, HitImage
from plimsoll.fleet.store import Fleet
from plimsoll.knowledge.store import Store
from plimsoll.knowledge.update import update
from plimsoll.model.package import Package
from plimsoll.model.statement import SpeaksFor, State, Statement
from plimsoll.model.subject import Subject
from plimsoll.model.version import Scheme
from plimsoll.plugins import discover

# What can be told and installed: per product its scheme, its packaging system, and versions, some without an order.
PRODUCTS = {
    "debian:12": ("dpkg", "dpkg", ("1.0-1", "1.0-1+deb12u1", "1.0~rc1-1", "1:0.9-1", "2.0-1", "no version")),
    "ubuntu:22.04": ("dpkg", "dpkg", ("1.0-1", "1.0-1ubuntu0.1", "1.0-1ubuntu0.1+esm1", "1.0-1ubuntu0.1~esm1")),
    "rhel:9": ("rpm", "rpm", ("1.0-1.el9", "1.0-2.el9", "1:0.9-1.el9", "1.0~rc1-1.el9", "2.0-1.el9")),
    "npm": ("semver", "npm", ("1.0.0", "1.0.0-rc.1", "1.2.0", "1.10.0", "2.0.0", "latest")),
    "pypi": ("pep440", "pypi", ("1.0", "1.0.0", "1.0rc1", "1.0.post1", "1!0.9", "2.0", "odd version")),
}
PACKAGES = ("one", "two")
VULNERABILITIES = ("CVE-2024-0001", "CVE-2024-0002", "GHSA-aaaa-bbbb-cccc")
ADVISORIES = ("ADV-1", "ADV-2")
FEEDS = {"high": 100, "middle": 50, "beside": 50, "low": 0}
STREAMS = {"rhel:9": ("", "", "module:x:1", "module:?"), "ubuntu:22.04": ("", "esm")}
MODIFIED = ("", "2024-01-01T00:00:00Z", "2024-06-01T00:00:00Z", "2025-01-01T00:00:00Z")
SCHEMES: Mapping[str, Scheme] = discover("plimsoll.versions", Scheme)

Place = tuple[str, str, str, str]
What = tuple[str, str, str, str, str]
"""A package (key, name, version, stream) and a vulnerability."""


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    product = draw(st.sampled_from(tuple(PRODUCTS)))
    order, _, versions = PRODUCTS[product]
    vulnerability = draw(st.sampled_from(VULNERABILITIES))
    hi = draw(st.none() | st.sampled_from(versions))
    return Statement(
        product=product,
        package=draw(st.sampled_from(PACKAGES)),
        vulnerability=vulnerability,
        advisory=draw(st.sampled_from((vulnerability, *ADVISORIES))),
        state=draw(st.sampled_from((State.AFFECTED, State.AFFECTED, *State))),
        scheme=order,
        lo=draw(st.sampled_from(("", "", *versions))),
        hi=hi,
        hi_inclusive=hi is not None and draw(st.booleans()),
        stream=draw(st.sampled_from(STREAMS.get(product, ("",)))),
        evidence=draw(st.integers(0, 3)) == 0,
        modified=draw(st.sampled_from(MODIFIED)),
    )


@st.composite
def installed(draw: st.DrawFn) -> Package:
    product = draw(st.sampled_from(tuple(PRODUCTS)))
    _, system, versions = PRODUCTS[product]
    name, version = draw(st.sampled_from(PACKAGES)), draw(st.sampled_from(versions))
    return Package(
        ecosystem=system,
        name=name,
        version=version,
        purl=f"pkg:{system}/{name}@{version}",
        key=f"{product}/{name}",
        source=name,
        source_version=version,
        product=draw(st.sampled_from((product, product, product, ""))),
        owner=draw(st.sampled_from(("", "", "", "pkg:deb/debian/owner@1"))),
        stream=draw(st.sampled_from(("", "module:x:1", "module:x:2"))) if system == "rpm" else "",
    )


@dataclass(frozen=True)
class Published:
    """A build: each feed that is in the folder says all that it has to say."""

    said: Mapping[str, Sequence[Statement]]


@dataclass(frozen=True)
class Put:
    """An image is looked at, at a time."""

    image: str
    packages: Sequence[Package]
    hour: int


published = st.dictionaries(
    st.sampled_from(tuple(FEEDS)), st.lists(statements(), min_size=1, max_size=7), min_size=1, max_size=4
).map(Published)
put = st.builds(
    Put, image=st.sampled_from(("a", "b", "c", "d")), packages=st.lists(installed(), max_size=5), hour=st.integers(0, 3)
)


@dataclass
class World:
    """What is true after the events so far, by the rules and nothing else."""

    said: dict[str, dict[Statement, Statement]] = field(default_factory=dict)
    images: dict[str, Put] = field(default_factory=dict)

    def publish(self, event: Published) -> None:
        """A feed that was read says what it says now, and nothing else of the products that it speaks for.

        Two statements are one where only the time of change differs: the first one that is read counts.
        """
        for name, said in event.said.items():
            known: dict[Statement, Statement] = {}
            for statement in said:
                known.setdefault(replace(statement, modified=""), statement)
            self.said[name] = known

    def put(self, event: Put) -> None:
        former = self.images.get(event.image)
        if former is None or event.hour >= former.hour:
            self.images[event.image] = event

    def deciding(self) -> list[Statement]:
        """Give the statements that have the last word."""
        every = [(name, one) for name, known in self.said.items() for one in known.values()]
        newest: dict[tuple[str, str, str], str] = {}
        for _, said in every:
            record = (said.product, said.package, said.advisory)
            newest[record] = max(newest.get(record, ""), said.modified)
        current = [
            (name, said)
            for name, said in every
            if not said.modified or said.modified == newest[said.product, said.package, said.advisory]
        ]
        best: dict[Place, tuple[bool, int]] = {}
        for name, said in current:
            best[_place(said)] = max(best.get(_place(said), (False, -1)), (not said.evidence, FEEDS[name]))
        return [said for name, said in current if best[_place(said)] == (not said.evidence, FEEDS[name])]

    def hits(self, packages: Iterable[Package]) -> dict[What, bool]:
        """Give what packages have, by what they are: for certain, or perhaps."""
        deciding = self.deciding()
        released = {_place(said) for said in deciding if not said.stream}
        found: dict[What, bool] = {}
        for package in packages:
            if package.owner or not package.product:
                continue
            for said in deciding:
                answer = _holds(said, package, release_speaks=(*_place(said)[:3], "") in released)
                if answer is not False:
                    certain = answer is True and said.state is not State.UNDETERMINED
                    what = (package.key, package.source, package.version, package.stream, said.vulnerability)
                    found[what] = found.get(what, False) or certain
        return found


def _place(said: Statement) -> Place:
    return (said.product, said.package, said.vulnerability, said.stream)


def _holds(said: Statement, package: Package, *, release_speaks: bool) -> bool | None:
    """Say whether a statement holds for a package; None where that is not known."""
    if said.state is State.NOT_AFFECTED or (said.product, said.package) != (package.product, package.source):
        return False
    of_stream: bool | None = said.stream == package.stream
    if said.stream == "module:?" and package.stream:
        of_stream = None
    if said.stream == "esm":
        of_stream = "esm" in package.version or not release_speaks
    inside = _is_inside(said, package.version)
    if of_stream is False or inside is False:
        return False
    return True if of_stream and inside else None


def _is_inside(said: Statement, version: str) -> bool | None:
    """Compare a version with both bounds, by the reference comparison of the scheme."""
    compare = SCHEMES[said.scheme].compare
    answers: list[bool | None] = []
    for bound, is_low in ((said.lo or None, True), (said.hi, False)):
        try:
            sign = -1 if bound is None else compare(bound, version) if is_low else compare(version, bound)
        except VersionRefusedError:
            answers.append(None)
        else:
            answers.append(sign < 0 or (sign == 0 and (is_low or said.hi_inclusive)))
    if False in answers:
        return False
    if None in answers and said.hi_inclusive and said.lo == said.hi:
        return version == said.lo  # a listed version
    return None if None in answers else True


def by_scan(store: Store, packages: Sequence[Package]) -> dict[tuple[str, str], bool]:
    """Ask the store what affects the packages of an image: source package and vulnerability, for certain or perhaps."""
    matched = match("image", packages, store, lambda _: None, "2025-04-01")
    found = dict.fromkeys((one.id for one in matched.undetermined), False)
    found |= dict.fromkeys((one.id for one in matched.findings), True)
    return {
        (id_.partition(":")[2].rpartition(":")[0], id_.rpartition(":")[2]): is_found for id_, is_found in found.items()
    }


def summed(hits: Mapping[What, bool]) -> dict[tuple[str, str], bool]:
    """Sum up the versions of a source package, as a scan does."""
    found: dict[tuple[str, str], bool] = {}
    for what, certain in hits.items():
        found[what[0], what[4]] = found.get((what[0], what[4]), False) or certain
    return found


def pages(fleet: Fleet, store: Store, name: str) -> list[HitImage]:
    """Turn over all pages, two images each, and see that the counts are theirs."""
    found: list[HitImage] = []
    after: Cursor | None = None
    while True:
        hits = fleet.hit_by(name, store, limit=2, after=after)
        found.extend(hits.page)
        after = hits.after
        if after is None:
            break
    assert hits.images == sum(image.certain for image in found)
    assert hits.undetermined == sum(not image.certain for image in found)
    return found


@settings(max_examples=30, deadline=None)
@given(st.lists(published | put, min_size=2, max_size=9))
def test_both_directions_say_what_the_rules_say(events: Sequence[Published | Put]) -> None:
    world = World()
    with tempfile.TemporaryDirectory() as folder, Fleet.open(Path(folder) / "fleet.db", Judge()) as fleet:
        happen(events, world, fleet, Path(folder))
        if not world.said:
            return
        with Store.open(Path(folder) / "store.db") as store:
            expected = {name: world.hits(seen.packages) for name, seen in world.images.items()}
            for name, seen in world.images.items():
                assert by_scan(store, seen.packages) == summed(expected[name])
            for vulnerability in VULNERABILITIES:
                found = pages(fleet, store, vulnerability)
                assert {image.subject: told(image) for image in found} == {
                    name: those for name, hits in expected.items() if (those := of(hits, vulnerability))
                }
                assert [image.subject for image in found] == sorted(image.subject for image in found)


def happen(events: Sequence[Published | Put], world: World, fleet: Fleet, folder: Path) -> None:
    """Let all events happen, to the real thing and to the world."""
    for day, event in enumerate(events, start=1):
        if isinstance(event, Put):
            subject = Subject(id=event.image, kind="image", name=f"name-of-{event.image}")
            fleet.put(subject, event.packages, seen_at=f"2025-01-01T{event.hour:02}:00:00Z")
            world.put(event)
        else:
            whole = [SpeaksFor(product=product) for product in PRODUCTS]
            feeds = [saying(a_feed(name, authority=FEEDS[name]), *whole, *said) for name, said in event.said.items()]
            summary = update(
                files(folder / "feeds", *(f"{one.name}/all.txt" for one in feeds)),
                folder / "store.db",
                as_of=f"2025-03-{day:02}",
                feeds={one.name: one for one in feeds},
                accept_shrunk={"all"},
            )
            updated = {feed.name for feed in summary.feeds if feed.status == "updated"}
            assert updated == set(event.said)
            world.publish(event)


def of(hits: Mapping[What, bool], vulnerability: str) -> set[tuple[str, str, bool]]:
    """Give what is hit by one vulnerability: package, version, whether that is certain."""
    return {(what[1], what[2], certain) for what, certain in hits.items() if what[4] == vulnerability}


def told(image: HitImage) -> set[tuple[str, str, bool]]:
    return {(package.name, package.version, package.certain) for package in image.packages}
