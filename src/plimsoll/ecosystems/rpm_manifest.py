"""The list of packages that distroless images of Azure Linux have in place of an rpm database.

Each line is an answer of rpm in ten fields with tabs between: name, version-release, when installed, when built,
vendor, epoch, size, architecture, epoch as a number, source rpm (azurelinux, toolkit/docs/how_it_works/5_misc.md).
"""

from collections.abc import Iterator

from plimsoll.ecosystems.rpm import KEYS, source_package
from plimsoll.ecosystems.stanzas import words
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import MOST_RECORDS, Observed, PackageRecord

_FIELDS = 10
_MOST_FAULTS = 20


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read a manifest. Total: lines with another number of fields, or without name or version, become faults."""
    packages: list[PackageRecord] = []
    faults: list[str] = []
    for number, line in _lines(data):
        if len(packages) >= MOST_RECORDS:
            faults.append(f"only the first {MOST_RECORDS} packages were read")
            break
        try:
            packages.append(_package(line.split(b"\t")))
        except ValueError as error:
            if len(faults) < _MOST_FAULTS:
                faults.append(f"line {number}: {error}")
    return Observed(packages=tuple(packages), faults=tuple(faults))


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(data.splitlines(), start=1):
        if line.strip() and not line.startswith(KEYS + b"\t"):
            yield number, line


def _package(fields: list[bytes]) -> PackageRecord:
    if len(fields) != _FIELDS:
        raise ValueError(f"it has {len(fields)} fields, not {_FIELDS}")
    name, version, *_, architecture, epoch, file = (words(field.strip()) for field in fields)
    if not name or not version:
        raise ValueError("it has no name or no version")
    before = f"{epoch}:" if epoch.isascii() and epoch.isdigit() and epoch.strip("0") else ""
    source, source_version = source_package(file)
    return PackageRecord(
        name=name,
        version=before + version,
        source=source or name,
        source_version=before + (source_version or version),
        architecture=architecture,
    )


RPM_MANIFEST = Ecosystem(
    name="rpm-manifest",
    title="rpm packages without a database",
    version=1,
    system="rpm",
    paths=("var/lib/rpmmanifest/container-manifest-2",),
    at_root=True,
    parse=parse,
)
