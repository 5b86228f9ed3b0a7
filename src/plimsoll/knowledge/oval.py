"""OVAL definitions of rpm distributions: which versions of which packages of which platforms a CVE is about.

Format: https://oval.mitre.org/language/version5.11/ (definitions with criteria, then the tests, objects and states that
they refer to). Only what publishers write is read: packages "less than" a version, and `0` for never affected.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.osv_errata import SCHEME, Place, without_epoch_zero
from plimsoll.knowledge.reading import AGAIN, cleaned, is_day
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Knowledge, State, Statement, Unusable

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

_CVE = re.compile(r"CVE-\d{4}-\d{4,}", re.ASCII)
_DEEPEST = 40
_MOST_PARTS = 500_000
"""Criteria of one definition; one of SUSE's on its kernels has some ten thousand."""
_LONGEST_TEXT = 1000
_NEVER = "0"
_FROM_THE_START = {"0:0-0", "0"}
_INSTALLED = " is installed"


@dataclass(slots=True)
class _Criteria:
    """A node of a definition's criteria: its operator, its tests (reference, comment), and nodes below."""

    operator: str = "AND"
    tests: list[tuple[str, str]] = field(default_factory=list)
    below: list["_Criteria"] = field(default_factory=list)


@dataclass(slots=True)
class Definition:
    """One definition, its criteria as pairs: platforms (by name; none where it names none) and references of tests."""

    id: str
    kind: str
    title: str = ""
    severity: str = ""
    day: str = ""
    names: list[str] = field(default_factory=list)
    vectors: list[str] = field(default_factory=list)
    pairs: list[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)

    @property
    def cves(self) -> tuple[str, ...]:
        """The CVEs that it is about: those in its title, else the ones it refers to."""
        own = _CVE.findall(self.title)
        return tuple(dict.fromkeys(own or [cve for name in self.names for cve in _CVE.findall(name)]))


@dataclass(slots=True)
class Oval:
    """A file that was read: definitions, and packages (`tests`: reference to object and states) they refer to."""

    date: str = ""
    definitions: list[Definition] = field(default_factory=list)
    tests: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    objects: dict[str, str] = field(default_factory=dict)
    states: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """By id: the name of what is compared (`evr`, `version` …), the operation, and the value."""


def read_oval(path: str, pieces: Iterable[bytes], is_platform: Callable[[str], bool]) -> Oval:
    """Read a file; `is_platform` tells from "… is installed" whether a platform or a package is meant.

    Raises KnowledgeError for what is no OVAL, for a document type declaration and over the bounds of this module.
    """
    from xml.parsers import expat

    parser = expat.ParserCreate()
    reader = _Reader(is_platform)
    reader.attach(parser)
    try:
        for piece in pieces:
            parser.Parse(piece, False)  # noqa: FBT003 - expat takes no keywords
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError as error:
        raise KnowledgeError(f"{path} is not what its publisher serves: {error}", advice=AGAIN) from error
    if not reader.oval.definitions:
        raise KnowledgeError(f"{path} holds no definition", advice=AGAIN)
    return reader.oval


class _Reader:
    """Makes an Oval of expat's calls."""

    def __init__(self, is_platform: Callable[[str], bool]) -> None:
        self.oval = Oval()
        self._is_platform = is_platform
        self._depth = 0
        self._definition: Definition | None = None
        self._criteria: list[_Criteria] = []
        self._parts = 0
        self._id = ""
        self._object = ""
        self._states: list[str] = []
        self._operation = ""
        self._text: list[str] = []

    def attach(self, parser: "XMLParserType") -> None:
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = _refuse

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise KnowledgeError(f"an OVAL file nests deeper than {_DEEPEST} levels")
        self._text = []
        name = name.rpartition(":")[2]
        if name == "definition":
            self._definition = Definition(cleaned(attributes.get("id", "")), attributes.get("class", ""))
            self._criteria, self._parts = [], 0
        elif self._definition is not None:
            self._in_definition(self._definition, name, attributes)
        else:
            self._beside(name, attributes)

    def _in_definition(self, definition: Definition, name: str, attributes: dict[str, str]) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise KnowledgeError(f"an OVAL definition has more than {_MOST_PARTS} parts")
        if name == "criteria":
            node = _Criteria(attributes.get("operator", "AND"))
            if self._criteria:
                self._criteria[-1].below.append(node)
            self._criteria.append(node)
        elif name == "criterion" and self._criteria:
            self._criteria[-1].tests.append((attributes.get("test_ref", ""), attributes.get("comment", "")))
        elif name == "reference":
            definition.names.append(attributes.get("ref_id", ""))
        elif name == "cve" and "CVSS:" in attributes.get("cvss3", ""):
            definition.vectors.append(attributes["cvss3"].partition("/")[2])
        elif name == "issued":
            definition.day = attributes.get("date", "")

    def _beside(self, name: str, attributes: dict[str, str]) -> None:
        if name in {"rpminfo_test", "rpminfo_object", "rpminfo_state"}:
            self._id, self._object, self._states = attributes.get("id", ""), "", []
        elif name == "object":
            self._object = attributes.get("object_ref", "")
        elif name == "state":
            self._states.append(attributes.get("state_ref", ""))
        elif name in {"evr", "version", "signature_keyid"}:
            self._operation = attributes.get("operation", "equals")

    def _characters(self, text: str) -> None:
        if len(self._text) < _LONGEST_TEXT:
            self._text.append(text[:_LONGEST_TEXT])

    def _end(self, name: str) -> None:
        self._depth -= 1
        name = name.rpartition(":")[2]
        text = "".join(self._text)[:_LONGEST_TEXT].strip()
        self._text = []
        if self._definition is not None:
            self._end_in_definition(self._definition, name, text)
        elif name == "timestamp":
            self.oval.date = text[:10] if is_day(text) else ""
        elif name == "rpminfo_test":
            self.oval.tests[self._id] = (self._object, tuple(self._states))
        elif name == "name":
            self.oval.objects[self._id] = text
        elif name in {"evr", "version"}:
            self.oval.states[self._id] = (name, self._operation, text)
        elif name == "signature_keyid":
            self.oval.states.setdefault(self._id, (name, self._operation, text))

    def _end_in_definition(self, definition: Definition, name: str, text: str) -> None:
        if name == "criteria":
            node = self._criteria.pop()
            if not self._criteria:
                definition.pairs.extend(self._pairs(node, ()))
        elif name == "title":
            definition.title = text
        elif name == "severity":
            definition.severity = text
        elif name == "advisory_date":
            definition.day = text
        elif name == "definition":
            self.oval.definitions.append(definition)
            self._definition = None

    def _pairs(self, node: _Criteria, platforms: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        own = self._platforms(node)
        platforms = own if own and node.operator == "AND" else platforms
        tests = tuple(reference for reference, comment in node.tests if not self._names_platform(comment))
        if tests:
            yield platforms, tests
        for child in node.below:
            yield from self._pairs(child, platforms)

    def _platforms(self, node: _Criteria) -> tuple[str, ...]:
        """Give the platforms that a node demands: its own tests, and nodes below that hold nothing else."""
        names = [comment.removesuffix(_INSTALLED) for _, comment in node.tests if self._names_platform(comment)]
        for child in node.below:
            if not child.below and all(self._names_platform(comment) for _, comment in child.tests):
                names += [comment.removesuffix(_INSTALLED) for _, comment in child.tests]
        return tuple(names)

    def _names_platform(self, comment: str) -> bool:
        return comment.endswith(_INSTALLED) and self._is_platform(comment.removesuffix(_INSTALLED))


def _refuse(*_: object) -> None:
    raise KnowledgeError("an OVAL file declares a document type, which is refused because entities come with it")


def statements_of(
    oval: Oval,
    definition: Definition,
    places: Callable[[tuple[str, ...]], Iterable[Place]],
    rate: Callable[[str], Severity | None],
) -> Iterator[Knowledge]:
    """Yield what a definition says of the places that its platforms are. One of a patch is evidence."""
    cves = definition.cves
    if not cves:
        yield Unusable(record=definition.id or "unnamed", reason="a definition that names no CVE")
        return
    spans: dict[tuple[str, str, str, str, str | None], None] = {}
    lost = False
    for platforms, references in definition.pairs:
        found = [_package(oval, reference) for reference in references]
        lost = lost or None in found
        for place in places(platforms):
            spans.update(((place.product, place.stream, *said), None) for said in found if said and said[0])
    if lost:
        yield Unusable(record=definition.id or cves[0], reason="refers to a test that is not there, or says nothing")
    since = definition.day[:10] if is_day(definition.day) else ""
    rating = rate(definition.severity)
    is_evidence = definition.kind == "patch"
    for product, stream, package, state, fixed in spans:
        for cve in cves:
            yield Statement(
                product=product,
                package=package,
                vulnerability=cve,
                advisory=definition.title.split(" ")[0][:60] or cve if is_evidence else cve,
                state=State(state),
                scheme=SCHEME,
                hi=fixed,
                stream=stream,
                severity=rating,
                since=since,
                evidence=is_evidence,
            )


def _package(oval: Oval, reference: str) -> tuple[str, str, str | None] | None:
    """Give package, state and fixed version of a test; a package "" for one about signatures; None for none."""
    name, states = oval.tests.get(reference, ("", ()))
    package = oval.objects.get(name, "")
    known = [oval.states[state] for state in states if state in oval.states]
    if not package or not known:
        return None
    match known[0]:
        case ("signature_keyid", _, _):
            return "", "", None
        case ("evr", "less than", version):
            return package, State.AFFECTED, without_epoch_zero(version)
        case (_, "equals", version) if version == _NEVER:
            return package, State.NOT_AFFECTED, None
        case (_, "greater than" | "greater than or equal", version) if version in _FROM_THE_START:
            return package, State.AFFECTED, None
    return None
