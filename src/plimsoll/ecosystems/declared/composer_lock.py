"""PHP packages as Composer resolved them: composer.lock (Composer, "The lock file")."""

import re
from collections.abc import Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import read_json
from plimsoll.documents.shapes import mapping, mappings, sequence, text, texts
from plimsoll.ecosystems.gathering import Gathering, fault, resolved
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_NAME = re.compile(rb'^[ \t]*+"name":[ \t]*+"([^"\\\n]++)"', re.MULTILINE)
_SHA1 = re.compile(r"[0-9a-f]{40}")


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the packages, and those for development. Which of them the project itself asks for, it does not say."""
    try:
        document = read_json(data)
    except DocumentError as error:
        return fault(error)
    if not isinstance(document, dict):
        return fault("it is no JSON object")
    gathering = Gathering()
    gathering.expect(document, "packages", "packages-dev")
    lines = _lines(data)
    groups = {key: list(mappings(document.get(key))) for key in ("packages", "packages-dev")}
    versions = {text(entry.get("name")): text(entry.get("version")) for group in groups.values() for entry in group}
    for key, entries in groups.items():
        if len(entries) < len(sequence(document.get(key))) or not isinstance(document.get(key, []), list | None):
            gathering.fault(f"{key!r} does not hold packages only")
        for entry in entries:
            gathering.add(_record(entry, versions, lines, "dev" if key == "packages-dev" else ""))
    return gathering.observed()


def _record(
    entry: Mapping[str, object], versions: Mapping[str, str], lines: Mapping[str, int], scope: str
) -> PackageRecord:
    name = text(entry.get("name"))
    # What has no vendor is the platform: php, ext-json, lib-curl.
    required = (required for required in mapping(entry.get("require")) if "/" in required)
    sha1 = text(mapping(entry.get("dist")).get("shasum"))
    return PackageRecord.simple(
        name,
        text(entry.get("version")),
        line=lines.get(name, 0),
        scope=scope,
        # Several are a choice (Composer schema, "license").
        licence=" OR ".join(texts(entry.get("license"))) or text(entry.get("license")),
        requires=resolved(required, versions),
        hashes=(f"sha1:{sha1}",) if _SHA1.fullmatch(sha1) else (),
    )


def _lines(data: bytes) -> dict[str, int]:
    """Give the line of each name; authors have names as well, but those have no vendor."""
    lines: dict[str, int] = {}
    line, at = 1, 0
    for found in _NAME.finditer(data):
        line += data.count(b"\n", at, found.start())
        at = found.start()
        lines.setdefault(found[1].decode("utf-8", "replace"), line)
    return lines


COMPOSER_LOCK = Ecosystem(
    name="composer-lock",
    title="PHP packages of a project",
    version=1,
    system="composer",
    paths=("composer.lock",),
    declared=True,
    parse=parse,
)
