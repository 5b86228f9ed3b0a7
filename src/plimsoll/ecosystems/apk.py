"""Alpine packages: lib/apk/db/installed (apk-tools, "installed database": one letter, a colon, a value)."""

from collections.abc import Iterator

from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_FIELDS = frozenset("PVAoL")
_MOST_FAULTS = 20


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read an installed database. Total: stanzas without a name or version become faults."""
    packages: list[PackageRecord] = []
    faults: list[str] = []
    for number, stanza in enumerate(_stanzas(data), start=1):
        name, version = stanza.get("P", ""), stanza.get("V", "")
        if name and version:
            packages.append(_record(stanza, name, version))
        elif len(faults) < _MOST_FAULTS:
            faults.append(f"stanza {number} names no package or no version")
    return Observed(packages=tuple(packages), faults=tuple(faults))


def _stanzas(data: bytes) -> Iterator[dict[str, str]]:
    """Yield the fields that matter of each stanza; only those before its file list, which repeats letters."""
    stanza: dict[str, str] = {}
    in_files = False
    for line in data.decode("utf-8", "backslashreplace").split("\n"):
        if not line.strip():
            if stanza:
                yield stanza
            stanza, in_files = {}, False
        elif line[1:2] == ":" and not in_files:
            in_files = line[0] == "F"
            stanza.setdefault("", "")
            if line[0] in _FIELDS:
                stanza[line[0]] = line[2:].strip()
        else:
            stanza.setdefault("", "")
    if stanza:
        yield stanza


def _record(stanza: dict[str, str], name: str, version: str) -> PackageRecord:
    """Make a record; the origin (`o:`) is built in one go, so its version is the package's own."""
    return PackageRecord(
        name=name,
        version=version,
        source=stanza.get("o") or name,
        source_version=version,
        architecture=stanza.get("A", ""),
        licence=stanza.get("L", ""),
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
