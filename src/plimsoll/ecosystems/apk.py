"""Alpine packages: lib/apk/db/installed (apk-tools, "installed database": one letter, a colon, a value)."""

from collections.abc import Mapping

from plimsoll.ecosystems.stanzas import read_stanzas, words
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_FIELDS = frozenset({b"P", b"V", b"A", b"o", b"L"})


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read an installed database. Total: stanzas without a name or version become faults."""
    return read_stanzas(data, _key, _record)


def _key(line: bytes) -> bytes:
    """Give the letter of a line that matters; file lists repeat only other letters (F, M, R, a, Z)."""
    key = line[:1]
    return key if line[1:2] == b":" and key in _FIELDS else b""


def _record(fields: Mapping[bytes, bytes]) -> PackageRecord:
    name, version = words(fields.get(b"P", b"")), words(fields.get(b"V", b""))
    if not name or not version:
        raise ValueError("it has no name or no version")
    return PackageRecord(
        name=name,
        version=version,
        source=words(fields.get(b"o", b"")) or name,
        # The origin is built in one go, so its version is the package's own.
        source_version=version,
        architecture=words(fields.get(b"A", b"")),
        licence=words(fields.get(b"L", b"")),
    )


APK = Ecosystem(
    name="apk",
    title="Alpine packages",
    version=1,
    purl_type="apk",
    scheme="apk",
    paths=("lib/apk/db/installed", "usr/lib/apk/db/installed"),
    at_root=True,
    parse=parse,
)
