"""Debian packages: /var/lib/dpkg/status, and status.d of distroless images (deb-control(5), dpkg(1))."""

import re
from collections.abc import Iterator

from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_FIELDS = frozenset({"package", "status", "version", "architecture", "source"})
_INSTALLED = frozenset({"installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending"})
"""The states of dpkg(1) in which a package's files are on the disk."""

_BIN_NMU = re.compile(r"\+b[0-9]+$")
"""A rebuild of the same source (Debian developer's reference, 5.10.2.1)."""

_MOST_FAULTS = 20


def parse(path: str, data: bytes) -> Observed:
    """Read a status database, or one paragraph of status.d; `.md5sums` there are no paragraphs.

    Packages that are not on the disk (`config-files`, `not-installed`, `half-installed`) are left out. Total:
    paragraphs without a name or version become faults.
    """
    if path.endswith(".md5sums"):
        return Observed()
    packages: list[PackageRecord] = []
    faults: list[str] = []
    for number, paragraph in enumerate(_paragraphs(data), start=1):
        if not _is_installed(paragraph.get("status", "")):
            continue
        record = _record(paragraph)
        if record is not None:
            packages.append(record)
        elif len(faults) < _MOST_FAULTS:
            faults.append(f"paragraph {number} names no package or no version")
    return Observed(packages=tuple(packages), faults=tuple(faults))


def _paragraphs(data: bytes) -> Iterator[dict[str, str]]:
    """Yield the fields that matter of each paragraph; later lines of a field are continuations and dropped."""
    paragraph: dict[str, str] = {}
    for line in data.decode("utf-8", "backslashreplace").split("\n"):
        if not line.strip():
            if paragraph:
                yield paragraph
                paragraph = {}
        elif line[0] not in " \t":
            name, colon, value = line.partition(":")
            key = name.lower()
            if colon and key in _FIELDS:
                paragraph[key] = value.strip()
            elif not paragraph:
                paragraph["line"] = ""
    if paragraph:
        yield paragraph


def _is_installed(status: str) -> bool:
    """Status is `want flag state`; status.d has none, and what lies there is installed."""
    words = status.split()
    return not words or words[-1] in _INSTALLED


def _record(paragraph: dict[str, str]) -> PackageRecord | None:
    name, version = paragraph.get("package", ""), paragraph.get("version", "")
    if not name or not version:
        return None
    source, source_version = _source(paragraph.get("source", ""))
    return PackageRecord(
        name=name,
        version=version,
        source=source or name,
        source_version=source_version or _BIN_NMU.sub("", version),
        architecture=paragraph.get("architecture", ""),
    )


def _source(field: str) -> tuple[str, str]:
    """Split `name (version)`; without a version the binary's own holds for the source (deb-control(5))."""
    name, _, rest = field.partition("(")
    return name.strip(), rest.partition(")")[0].strip()


DPKG = Ecosystem(
    name="dpkg",
    title="Debian packages",
    version=1,
    purl_type="deb",
    scheme="dpkg",
    paths=("var/lib/dpkg/status", "var/lib/dpkg/status.d/*"),
    at_root=True,
    parse=parse,
)
