"""SPDX documents: JSON of the versions 2.2 and 2.3. Source: SPDX specification 2.3."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import read_json
from plimsoll.documents.shapes import mapping, mappings, sequence, text, texts
from plimsoll.errors import HostileInputError
from plimsoll.sources.bill_entries import NAMES, OURS, Bill, Entry, facts_of, hashes_of

VERSIONS = ("SPDX-2.2", "SPDX-2.3")

_NOTHING = {"NOASSERTION", "NONE"}
_REFERENCE = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")
_LONGEST_LICENCE = 4096
"""Characters of a licence, and of a text that stands for one in it: short names, where they are of use."""
_SOURCE = re.compile(r"built package from: (\S+) (\S+)")
_TRIVY = "aquasecurity:trivy:"
_NEEDS = frozenset({"DEPENDS_ON", "HAS_PREREQUISITE", "DYNAMIC_LINK", "STATIC_LINK"})
_NEEDED = frozenset({"DEPENDENCY_OF", "PREREQUISITE_FOR", "RUNTIME_DEPENDENCY_OF", "PROVIDED_DEPENDENCY_OF"})
_SCOPES = {
    "DEV_DEPENDENCY_OF": "dev",
    "DEV_TOOL_OF": "dev",
    "TEST_DEPENDENCY_OF": "test",
    "TEST_TOOL_OF": "test",
    "BUILD_DEPENDENCY_OF": "build",
    "BUILD_TOOL_OF": "build",
    "OPTIONAL_DEPENDENCY_OF": "optional",
}


def read_spdx(document: Mapping[str, object]) -> Bill:
    """Read a whole document. Raises HostileInputError for a version that is not known."""
    version = text(document.get("spdxVersion"))
    if version not in VERSIONS:
        raise HostileInputError(
            f"{version[:20]} cannot be read", advice=f"Known versions: {', '.join(VERSIONS)}, as JSON."
        )
    related = _Relations(document)
    licences = {
        text(each.get("licenseId")): text(each.get("extractedText"))[:_LONGEST_LICENCE]
        for each in mappings(document.get("hasExtractedLicensingInfos"))
    }
    malformed: dict[str, int] = {}
    entries = []
    for package in sequence(document.get("packages")):
        if isinstance(package, dict):
            entries.append(_entry(package, licences, related))
        else:
            malformed["a package is no object"] = malformed.get("a package is no object", 0) + 1
    subjects = [entry for entry in entries if entry.ref in related.described]
    return Bill(
        form=version.replace("-", " "),
        subject=subjects[0].name if subjects else text(document.get("name")),
        made=_made(mapping(document.get("creationInfo"))),
        entries=[entry for entry in entries if not (entry.ref in related.described and _is_no_package(entry))],
        requires=related.requires,
        owners=related.owners,
        stated=list(_stated(document)),
        malformed=malformed,
    )


def _is_no_package(entry: Entry) -> bool:
    """Say whether what a document describes is a thing of its own, not a package that has advisories."""
    return entry.purl.partition("/")[0] in {"", "pkg:oci", "pkg:docker", "pkg:github"}


class _Relations:
    """What the relationships of a document come to, by the ids of its elements."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self.described = set(texts(document.get("documentDescribes")))
        self.requires: dict[str, list[str]] = {}
        self.owners: dict[str, str] = {}
        self.scopes: dict[str, str] = {}
        for each in mappings(document.get("relationships")):
            self._take(
                text(each.get("spdxElementId")),
                text(each.get("relationshipType")),
                text(each.get("relatedSpdxElement")),
                text(each.get("comment")),
            )

    def _take(self, one: str, kind: str, other: str, comment: str) -> None:
        if kind in _NEEDS:
            self.requires.setdefault(one, []).append(other)
        elif kind in _NEEDED:
            self.requires.setdefault(other, []).append(one)
        elif kind in _SCOPES:
            self.scopes.setdefault(one, _SCOPES[kind])
        elif kind == "DESCRIBES":
            self.described.add(other)
        elif kind == "DESCRIBED_BY":
            self.described.add(one)
        elif kind == "OTHER" and comment.startswith("ownership-by-file-overlap"):
            self.owners.setdefault(other, one)  # as anchore/syft writes it


def _entry(package: Mapping[str, object], licences: Mapping[str, str], related: _Relations) -> Entry:
    identity = text(package.get("SPDXID"))
    purls, cpes = _references(package)
    notes = list(_notes(package.get("annotations")))
    facts = facts_of(notes)
    source = _SOURCE.fullmatch(text(package.get("sourceInfo")))
    if source and "source" not in facts:
        facts["source"], facts["source-version"] = source[1], source[2]
    checksums = [
        f"{text(each.get('algorithm')).lower()}:{text(each.get('checksumValue'))}"
        for each in mappings(package.get("checksums"))
    ]
    entry = Entry(
        ref=identity,
        kind=text(package.get("primaryPackagePurpose")).lower().replace("_", "-"),
        name=text(package.get("name")),
        version=_asserted(package.get("versionInfo")),
        purl=purls[0] if purls else "",
        cpe=cpes[0] if cpes else "",
        licence=_licence(package, licences),
        scope=related.scopes.get(identity, ""),
        hashes=(*checksums, *hashes_of(notes)),
        facts=facts,
    )
    is_distro = entry.kind == "operating-system" and facts.get("distro")
    return replace(entry, name=facts["distro"].partition(":")[0]) if is_distro else entry


def _references(package: Mapping[str, object]) -> tuple[list[str], list[str]]:
    purls, cpes = [], []
    for each in mappings(package.get("externalRefs")):
        kind, locator = text(each.get("referenceType")), text(each.get("referenceLocator"))
        if kind == "purl" or kind.endswith("/purl"):
            purls.append(locator)
        elif kind in {"cpe23Type", "cpe22Type"} or kind.endswith(("/cpe23Type", "/cpe22Type")):
            cpes.append(locator)
    return purls, cpes


def _notes(value: object) -> Iterator[tuple[str, str]]:
    """Give the facts in annotations: ours are one JSON object, trivy's `Name: value` each."""
    for each in mappings(value):
        comment = text(each.get("comment"))
        if comment.startswith("{"):
            yield from _our_facts(comment)
        else:
            name, colon, stated = comment.partition(": ")
            if colon and f"{_TRIVY}{name}" in NAMES:
                yield f"{_TRIVY}{name}", stated


def _our_facts(comment: str) -> Iterator[tuple[str, str]]:
    try:
        facts = mapping(read_json(comment.encode("utf-8", "surrogatepass")))
    except DocumentError:
        return  # somebody else's note
    for name, value in facts.items():
        for stated in value if isinstance(value, list) else [value]:
            if isinstance(stated, str):
                yield f"{OURS}{name}", stated


def _stated(document: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for each in mappings(document.get("annotations")):
        if text(each.get("annotator")).startswith("Tool: plimsoll"):
            name, colon, value = text(each.get("comment")).partition(": ")
            if colon:
                yield name, value


def _licence(package: Mapping[str, object], licences: Mapping[str, str]) -> str:
    stated = _asserted(package.get("licenseDeclared")) or _asserted(package.get("licenseConcluded"))
    if "LicenseRef-" in stated:
        shown = stated[:_LONGEST_LICENCE]
        stated = _REFERENCE.sub(lambda found: licences.get(found[0]) or found[0], shown)
    return stated[:_LONGEST_LICENCE]


def _asserted(value: object) -> str:
    stated = text(value)
    return "" if stated in _NOTHING else stated


def _made(creation: Mapping[str, object]) -> str:
    tools = [each.removeprefix("Tool: ") for each in texts(creation.get("creators")) if each.startswith("Tool: ")]
    by = f"by {tools[0]}" if tools else ""
    day = text(creation.get("created"))[:10]
    return f"{by} on {day}".strip() if day else by
