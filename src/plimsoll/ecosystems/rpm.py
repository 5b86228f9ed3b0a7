"""rpm packages: the database of rpm in each of its three formats, told apart by their first bytes.

Source: rpm's lib/backend/{sqlite,ndb/rpmpkg}.c, Berkeley DB's db_page.h, and docs/manual/format_header.md.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from plimsoll.ecosystems import rpm_bdb, rpm_ndb, rpm_sqlite
from plimsoll.ecosystems.rpm_header import (
    ARCH,
    EPOCH,
    LICENCE,
    MODULARITY_LABEL,
    NAME,
    PROVIDE_NAME,
    RELEASE,
    REQUIRE_NAME,
    SOURCE_RPM,
    VERSION,
    Header,
)
from plimsoll.ecosystems.stanzas import words
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import MOST_RECORDS, Observed, Owned, PackageRecord

_LOG = "rpmdb.sqlite-wal"
KEYS = b"gpg-pubkey"
"""The name under which rpm keeps the keys it trusts, as packages without files."""
_MOST_FAULTS = 20
_MOST_OWNED = 256 << 20
"""Characters of the file lists of all packages together."""
_MOST_RELATIONS = 2_000_000
"""Names that all packages provide and require, together; the largest installations have some 300,000."""

_SAYS_NOTHING = frozenset({"unknown", "(none)"})
"""What stands for a licence where packagers had none to state."""

_SOURCE = re.compile(r"(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm")
_MODULE = re.compile(r"([^:]+):([^:]+)(?::.*)?", re.DOTALL)
_PLAIN = re.compile(rb"(?!.*\.so(?:\.|$))[A-Za-z0-9_][A-Za-z0-9._+-]*")
"""A package's name; not a library (`libc.so.6`), a path, a capability (`config(bash)`) or a condition."""


class _Reading:
    """What was read so far, and the faults: the first few, so that a broken database does not drown a report."""

    def __init__(self) -> None:
        self.owned: list[Owned] = []
        self.faults: list[str] = []
        self._packages: list[tuple[PackageRecord, list[bytes]]] = []
        self._provides: dict[bytes, str] = {}
        self._size = 0
        self._relations = 0

    def say(self, fault: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(fault)

    def add(self, blob: bytes) -> None:
        """Add the package of a header. Raises ValueError, with the reason, for what of it cannot be read."""
        header = Header(blob)
        package = _record(header)
        if package is None:
            return
        if len(self._packages) >= MOST_RECORDS:
            raise ValueError("there are too many packages")
        wanted: list[bytes] = []
        self._packages.append((package, wanted))
        wanted.extend(self._counted(header.texts(REQUIRE_NAME)))
        for name in self._counted(header.texts(PROVIDE_NAME)):
            self._provides.setdefault(name, package.name)
        paths = header.paths()
        if self._size + len(paths) > _MOST_OWNED:
            raise ValueError("file lists together are too long")
        if paths:
            self._size += len(paths)
            self.owned.append(Owned(owner=package.name, paths=paths))

    def _counted(self, names: list[bytes]) -> list[bytes]:
        """Give the names back as long as there are not too many in all. Raises ValueError."""
        self._relations += len(names)
        if self._relations > _MOST_RELATIONS:
            raise ValueError(f"all packages together provide and require more than {_MOST_RELATIONS} names")
        return names

    def packages(self) -> Iterator[PackageRecord]:
        """Give all packages; only now is it known which of them provides the libraries that others need."""
        provides = {**self._provides, **{package.name.encode(): package.name for package, _ in self._packages}}
        for package, wanted in self._packages:
            yield replace(package, requires=_requires(package.name, wanted, provides)) if wanted else package


def parse(path: str, data: bytes) -> Observed:
    """Read a database. Total: what cannot be read becomes faults, beside all the packages that can.

    Packages in the write-ahead log beside an SQLite database are not read: a log that is not empty is a fault.
    """
    if path.endswith(_LOG):
        log = f"a write-ahead log of {len(data)} bytes: packages changed since it was last written back are not seen"
        return Observed(faults=(log,) if data else ())
    reading = _Reading()
    number = 0
    try:
        for number, blob in enumerate(_headers(data, reading.say), start=1):
            try:
                reading.add(blob)
            except ValueError as error:
                reading.say(f"package {number}: {error}")
    except ValueError as error:
        reading.say(f"after {number} packages: {error}" if number else str(error))
    return Observed(packages=tuple(reading.packages()), owned=tuple(reading.owned), faults=tuple(reading.faults))


def _headers(data: bytes, say: Callable[[str], None]) -> Iterator[bytes]:
    if data.startswith(rpm_sqlite.MAGIC):
        return rpm_sqlite.read_sqlite(data)
    if data.startswith(rpm_ndb.MAGIC):
        return rpm_ndb.read_ndb(data, say)
    if rpm_bdb.byte_order(data):
        return rpm_bdb.read_bdb(data, say)
    raise ValueError("it is empty" if not data else "it is no rpm database: neither SQLite, ndb nor Berkeley DB hash")


def _record(header: Header) -> PackageRecord | None:
    """Give the package of a header, None for a key. Raises ValueError for one without name or version."""
    name = header.text(NAME)
    if name == KEYS:
        return None
    version, release = words(header.text(VERSION)), words(header.text(RELEASE))
    if not name or not version:
        raise ValueError("it has no name or no version")
    if release:
        version = f"{version}-{release}"
    epoch, licence = _epoch(header), words(header.text(LICENCE))
    source, source_version = source_package(words(header.text(SOURCE_RPM)))
    return PackageRecord(
        name=words(name),
        version=epoch + version,
        source=source or words(name),
        # Source packages are named without their epoch; it is the binary's unless a subpackage sets its own.
        source_version=epoch + (source_version or version),
        architecture=words(header.text(ARCH)),
        licence="" if licence in _SAYS_NOTHING else licence,
        stream=_stream(words(header.text(MODULARITY_LABEL))),
    )


def source_package(file: str) -> tuple[str, str]:
    """Split `name-version-release.src.rpm` into name and `version-release`; empty texts where it is none."""
    found = _SOURCE.fullmatch(file)
    return (found[1], found[2]) if found else ("", "")


def _epoch(header: Header) -> str:
    """Give the epoch with its colon; "" for none and for 0, which is the same."""
    epoch = header.numbers(EPOCH)[:1]
    return f"{epoch[0]}:" if any(epoch) else ""


def _stream(label: str) -> str:
    """Shorten `name:stream:version:context` to what advisories speak of."""
    found = _MODULE.fullmatch(label)
    return f"module:{found[1]}:{found[2]}" if found else ""


def _requires(name: str, wanted: list[bytes], provides: Mapping[bytes, str]) -> tuple[str, ...]:
    """Give the packages that are needed; what no package provides stays where it is a package's name."""
    found = dict.fromkeys(provides.get(each) or _plain(each) for each in wanted)
    return tuple(other for other in found if other and other != name)


def _plain(wanted: bytes) -> str:
    return wanted.decode("ascii") if _PLAIN.fullmatch(wanted) else ""


RPM = Ecosystem(
    name="rpm",
    title="rpm packages",
    version=1,
    system="rpm",
    paths=tuple(
        f"{folder}/{file}"
        # Where it was, where SUSE and Fedora have it, and where images of rpm-ostree have it.
        for folder in ("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm")
        for file in ("Packages", "Packages.db", "rpmdb.sqlite", _LOG)
    ),
    at_root=True,
    parse=parse,
)
