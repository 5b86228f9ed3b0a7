"""Dart packages as pub resolved them: pubspec.lock (Dart, "pub dependencies")."""

import re
from collections.abc import Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.shapes import mapping, text
from plimsoll.documents.yaml import YamlMapping, read_yaml
from plimsoll.ecosystems.gathering import Gathering, fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_LEAST = re.compile(r"(?:\^|>=)\s*([0-9][0-9A-Za-z.+-]*)")
_LONGEST_CONSTRAINT = 100
_SHA256 = re.compile(r"[0-9a-f]{64}")


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read every package; those of an SDK have the oldest version of it that the project allows."""
    try:
        document = mapping(read_yaml(data))
    except DocumentError as error:
        return fault(error)
    packages = document.get("packages")
    if not isinstance(packages, YamlMapping):
        return fault("it has no packages")
    gathering = Gathering()
    sdks = mapping(document.get("sdks"))
    for name, entry in packages.items():
        gathering.add(_record(name, mapping(entry), sdks, packages.lines.get(name, 0)))
    return gathering.observed()


def _record(name: str, entry: Mapping[str, object], sdks: Mapping[str, object], line: int) -> PackageRecord:
    asked = text(entry.get("dependency"))
    sha256 = text(mapping(entry.get("description")).get("sha256"))
    return PackageRecord.simple(
        name,
        _version(entry, sdks),
        line=line,
        direct=asked.startswith("direct") if asked else None,
        scope="dev" if asked == "direct dev" else "",
        hashes=(f"sha256:{sha256}",) if _SHA256.fullmatch(sha256) else (),
    )


def _version(entry: Mapping[str, object], sdks: Mapping[str, object]) -> str:
    """Give the version; packages of an SDK are all written as 0.0.0, so theirs is that of the SDK."""
    version = text(entry.get("version"))
    if text(entry.get("source")) == "sdk" and version == "0.0.0":
        least = _LEAST.search(text(sdks.get(text(entry.get("description"))))[:_LONGEST_CONSTRAINT])
        return least[1] if least else version
    return version


PUBSPEC_LOCK = Ecosystem(
    name="pubspec-lock",
    title="Dart packages of a project",
    version=1,
    system="pub",
    paths=("pubspec.lock",),
    declared=True,
    parse=parse,
)
