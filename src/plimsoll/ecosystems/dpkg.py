"""Debian packages: /var/lib/dpkg/status, and status.d of distroless images (deb-control(5), dpkg(1))."""

import re
from collections.abc import Mapping

from plimsoll.ecosystems.stanzas import read_stanzas, words
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_FIELDS = frozenset({b"package", b"status", b"version", b"architecture", b"source", b"depends", b"pre-depends"})

_INSTALLED = frozenset({b"installed", b"unpacked", b"half-configured", b"triggers-awaited", b"triggers-pending"})
"""The states of dpkg(1) in which a package's files are on the disk."""

_FIRST_CHOICE = re.compile(rb"(?:^|,)\s*([A-Za-z0-9][A-Za-z0-9+.-]*)")
"""Of each relation the name that stands first, without architecture, version and alternatives (deb-control(5))."""

_BIN_NMU = re.compile(r"\+b[0-9]+$")
"""A rebuild of the same source (Debian developer's reference, 5.10.2.1)."""


def parse(path: str, data: bytes) -> Observed:
    """Read a status database, or one paragraph of status.d; `.md5sums` there are no paragraphs.

    Packages that are not on the disk (`config-files`, `not-installed`, `half-installed`) are left out. Total:
    paragraphs without a name or version become faults.
    """
    return Observed() if path.endswith(".md5sums") else read_stanzas(data, _key, _record)


def _key(line: bytes) -> bytes:
    """Give the field name of a line that matters, as written; continuation lines begin with a blank."""
    name = line[: line.find(b":")]
    return name if name.lower() in _FIELDS else b""


def _record(written: Mapping[bytes, bytes]) -> PackageRecord | None:
    fields = {name.lower(): value for name, value in written.items()}
    status = fields.get(b"status", b"").split()
    if status and status[-1] not in _INSTALLED:
        return None
    name, version = words(fields.get(b"package", b"")), words(fields.get(b"version", b""))
    if not name or not version:
        raise ValueError("it has no name or no version")
    source, source_version = _source(words(fields.get(b"source", b"")))
    return PackageRecord(
        name=name,
        version=version,
        source=source or name,
        source_version=source_version or _BIN_NMU.sub("", version),
        architecture=words(fields.get(b"architecture", b"")),
        requires=_requires(fields.get(b"pre-depends", b""), fields.get(b"depends", b"")),
    )


def _requires(*relations: bytes) -> tuple[str, ...]:
    names = dict.fromkeys(name for relation in relations for name in _FIRST_CHOICE.findall(relation))
    return tuple(name.decode("ascii") for name in names)


def _source(field: str) -> tuple[str, str]:
    """Split `name (version)`; without a version the binary's own holds for the source (deb-control(5))."""
    name, _, rest = field.partition("(")
    return name.strip(), rest.partition(")")[0].strip()


DPKG = Ecosystem(
    name="dpkg",
    title="Debian packages",
    version=2,
    system="dpkg",
    # dpkg(1) keeps its latest changes in updates/ until it writes status anew.
    paths=("var/lib/dpkg/status", "var/lib/dpkg/status.d/*", "var/lib/dpkg/updates/*"),
    at_root=True,
    parse=parse,
)
