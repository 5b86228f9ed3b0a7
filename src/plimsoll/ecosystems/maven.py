"""Java archives (jar, war, ear, Jenkins plug-ins), whatever lies in them: Maven's poms, manifests and file names."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from plimsoll.documents.errors import DocumentError
from plimsoll.ecosystems.jar_facts import MOST_TEXT, Coordinates, read_manifest, read_pom
from plimsoll.ecosystems.jar_names import distributed, guessed, is_of_the_runtime, own_pom
from plimsoll.ecosystems.zips import Budget, Member, Zip, ZipError
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import MOST_RECORDS, Observed, PackageRecord
from plimsoll.model.wording import some_of

DEEPEST = 4
"""Archives within archives that are opened: a war in an ear, a jar in that, a jar in that, and one more."""

MOST_POMS = 10_000
"""Poms of one archive; the largest bundles in use hold a few hundred."""

_ARCHIVES = (".jar", ".war", ".ear", ".jpi", ".hpi", ".par", ".sar")
_ENDINGS = frozenset({*(ending.encode() for ending in _ARCHIVES), b"t.mf", b".xml", b"ties"})
_POM = ("/pom.properties", "/pom.xml")
_LONGEST_PLACE = 1024
"""Characters of a path in the file: every package in an archive repeats the archive's own."""
_MOST_FAULTS = 20
_MOST_NAMED = 10
_LEAST_BUDGET = 16 << 20
_MOST_HELD = 256 << 20
"""Bytes of unfolded archives that are in memory at once: as much as a file on its own may have."""
_TIMES_BUDGET = 6
"""How much may be looked at below one file: a war's jars once packed and once unfolded, at each of four levels."""


@dataclass(slots=True)
class _Folder:
    """One folder below META-INF/maven."""

    properties: Member | None = None
    model: Member | None = None


@dataclass(slots=True)
class _Jar:
    """One archive that is being read: what it is called, where it lies, and the members of it that matter."""

    archive: Zip
    place: str
    stem: str
    depth: int
    manifest: Member | None = None
    poms: dict[str, _Folder] = field(default_factory=dict)
    holds: bool = False

    def keep(self, member: Member) -> None:
        """Keep a pom for later. Raises ZipError for one too many."""
        if len(self.poms) >= MOST_POMS:
            raise ZipError(f"only the first {MOST_POMS} poms were read")
        folder, _, last = member.name.rpartition("/")
        pom = self.poms.setdefault(folder, _Folder())
        if last == "pom.xml":
            pom.model = member
        else:
            pom.properties = member


def parse(path: str, data: bytes) -> Observed:
    """Read an archive and those in it. Total: what cannot be read becomes faults.

    Memory stays at a few times the archive, time is linear in it: whatever members overlap, unfold or nest.
    """
    reader = _Reader(Budget(_LEAST_BUDGET + _TIMES_BUDGET * len(data)), Budget(_LEAST_BUDGET + len(data)))
    reader.read(_Jar(Zip(data, 0, len(data)), "", _stem(path), 0))
    return reader.observed()


class _Reader:
    """Reads archives within archives, and gathers what they state."""

    def __init__(self, archives: Budget, texts: Budget) -> None:
        """Take how much may be unfolded: apart for texts, so that no archive can hide what holds it."""
        self._archives = archives
        self._texts = texts
        self._packages: dict[PackageRecord, None] = {}
        self._faults: list[str] = []
        self._untold = 0
        self._held = 0
        self._groupless: list[str] = []
        self._versionless: list[str] = []

    def read(self, jar: _Jar) -> None:
        """Read one archive: first those that lie in it, then what it is itself."""
        try:
            for member in jar.archive.members(_ENDINGS):
                self._sort(jar, member)
        except ZipError as error:
            self._fault(jar.place, error)
            if not jar.poms and jar.manifest is None:
                return
        self._identify(jar)

    def observed(self) -> Observed:
        """Give everything, the outermost archive last."""
        faults = list(self._faults)
        if self._untold:
            faults.append(f"{self._untold} more members that could not be read")
        if self._versionless:
            faults.append(f"nothing states the version of {_listed(self._versionless)}")
        if self._groupless:
            listed = _listed(self._groupless)
            faults.append(f"nothing states the group of {listed}: advisories cannot be chosen by name alone")
        if len(self._packages) >= MOST_RECORDS:
            faults.append(f"only the first {MOST_RECORDS} packages were read")
        return Observed(packages=tuple(self._packages), faults=tuple(faults))

    def _sort(self, jar: _Jar, member: Member) -> None:
        """Keep a member for later, open it if it is an archive, or leave it alone."""
        name = member.name
        if len(jar.place) + len(name) > _LONGEST_PLACE:
            self._fault(name, f"names of more than {_LONGEST_PLACE} characters are not read")
        elif name.endswith(_POM) and "META-INF/maven/" in name:
            jar.keep(member)
        elif name.upper() == "META-INF/MANIFEST.MF":
            jar.manifest = member
        elif name.lower().endswith(_ARCHIVES):
            jar.holds = True
            self._open(jar, member)

    def _open(self, jar: _Jar, member: Member) -> None:
        place = f"{jar.place}!/{member.name}" if jar.place else member.name
        if jar.depth >= DEEPEST:
            self._fault(place, f"archives nested deeper than {DEEPEST} are not opened")
            return
        try:
            archive = jar.archive.whole(member, self._archives, _MOST_HELD - self._held)
        except ZipError as error:
            self._fault(place, error)
            return
        copied = len(archive.data) if archive.data is not jar.archive.data else 0
        self._held += copied
        self.read(_Jar(archive, place, _stem(member.name), jar.depth + 1))
        self._held -= copied

    def _identify(self, jar: _Jar) -> None:
        """State what an archive is, and what was packed into it without its own archive."""
        poms = list(self._poms(jar))
        manifest = read_manifest(self._text(jar, jar.manifest))
        own = own_pom(jar.stem, poms, manifest)
        if own is None or not own.version:
            own = self._guess(jar, poms, own, manifest)
        self._packed_in(jar, (pom for pom in poms if own is None or pom.place != own.place))
        if own is not None:
            own = own if own.licence else replace(own, licence=manifest.get("bundle-license", "")[:200])
            self._state(jar, own, distributed(jar.stem, manifest))

    def _state(self, jar: _Jar, own: Coordinates, names: Iterable[str]) -> None:
        """State what an archive is: itself, or what it stands for in a server's distribution."""
        parts = (name.partition(":") for name in names)
        stated = [replace(own, group=group, artifact=artifact) for group, _, artifact in parts]
        for each in stated or [own]:
            self._add(each, jar.place, (f"sha1:{_sha1(jar.archive)}",))

    def _packed_in(self, jar: _Jar, poms: Iterable[Coordinates]) -> None:
        """State what was packed into an archive without an archive of its own."""
        for pom in poms:
            place = f"{jar.place}!/{pom.place}" if jar.place else pom.place
            if pom.artifact and pom.version:
                self._add(pom, place)
            else:
                self._versionless.append(place)

    def _guess(
        self, jar: _Jar, poms: Iterable[Coordinates], pom: Coordinates | None, manifest: Mapping[str, str]
    ) -> Coordinates | None:
        """Tell what an archive is that no pom speaks for; note what nobody can tell.

        A bundle without a version of its own, which only holds others, is not missed.
        """
        if is_of_the_runtime(manifest):
            return None
        guess = guessed(jar.stem, manifest)
        if pom is not None:
            guess = replace(pom, version=guess.version)
        if guess.artifact and guess.version:
            return guess
        if pom is not None or not (jar.holds or any(poms)):
            self._versionless.append(jar.place or jar.stem)
        return None

    def _poms(self, jar: _Jar) -> Iterator[Coordinates]:
        for folder, pom in jar.poms.items():
            place = f"{folder}/{'pom.properties' if pom.properties else 'pom.xml'}"
            try:
                yield read_pom(place, self._text(jar, pom.properties), self._text(jar, pom.model))
            except DocumentError as error:
                self._fault(f"{jar.place}!/{place}" if jar.place else place, error)

    def _text(self, jar: _Jar, member: Member | None) -> bytes:
        """Give the beginning of a member, b"" for none."""
        if member is None:
            return b""
        try:
            return jar.archive.text(member, self._texts, MOST_TEXT)
        except ZipError as error:
            self._fault(f"{jar.place}!/{member.name}" if jar.place else member.name, error)
            return b""

    def _add(self, who: Coordinates, place: str, hashes: tuple[str, ...] = ()) -> None:
        if len(self._packages) >= MOST_RECORDS:
            return
        if not who.group:
            self._groupless.append(place or who.artifact)
        record = PackageRecord.simple(
            f"{who.group}:{who.artifact}" if who.group else who.artifact,
            who.version,
            licence=who.licence,
            requires=who.requires,
            hashes=hashes,
            inside=place,
            guessed=who.guessed and bool(who.group),
        )
        self._packages[record] = None

    def _fault(self, place: str, reason: object) -> None:
        if len(self._faults) < _MOST_FAULTS:
            self._faults.append(f"{_shown(place)}: {reason}" if place else str(reason))
        else:
            self._untold += 1


def _stem(path: str) -> str:
    """Give a file's name without its ending."""
    last = path.rpartition("/")[2]
    return last.rpartition(".")[0] or last


def _sha1(archive: Zip) -> str:
    """Give the digest by which repositories of archives find them."""
    import hashlib

    data = memoryview(archive.data)[archive.start : archive.stop]
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _listed(places: list[str]) -> str:
    return some_of([_shown(place) for place in places], _MOST_NAMED)


def _shown(place: str) -> str:
    """Give a place as it may stand in a message: names in archives are anyone's bytes."""
    text = place if place.isprintable() else place.encode("unicode_escape").decode()
    return text if len(text) <= 200 else f"{text[:100]}…{text[-99:]}"


MAVEN = Ecosystem(
    name="maven",
    title="Java archives",
    version=2,
    system="maven",
    paths=tuple(f"*{ending}" for ending in _ARCHIVES),
    parse=parse,
)
