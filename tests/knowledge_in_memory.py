"""A knowledge base in memory: the real protocol, answered from lists, for tests that need no store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from plimsoll.errors import VersionRefusedError
from plimsoll.model.knowledge import KnowledgeBase, Speaker, StoredStatement, Threat
from plimsoll.model.report import FeedState
from plimsoll.model.statement import Statement
from plimsoll.model.version import AFTER, FROM_THE_START, NOT_FIXED
from plimsoll.versions.schemes import scheme

Bounds = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A feed: its date, its authority, what it speaks for (product to packages, None for all), what it says."""

    name: str
    date: str = "2026-11-20"
    authority: int = 0
    speaks_for: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()
    reference: str = ""


class InMemoryKnowledge:
    """Answers as `knowledge.store.Store` does, and counts the questions."""

    def __init__(self, sources: Sequence[Source], threats: Mapping[str, Threat] | None = None) -> None:
        self.asked: list[str] = []
        self.threat_feeds = {"exploited": "", "probability": ""}
        """The kinds of threat feeds there are, with their days; "" is always today."""
        self._sources = tuple(sources)
        self._threats = dict(threats or {})
        self._by_package: dict[tuple[str, str], list[tuple[StoredStatement, Bounds | None]]] = {}
        self._by_vulnerability: dict[tuple[str, str, str], list[StoredStatement]] = {}
        for stored in _decided(self._sources):
            said = stored.statement
            bounds = _bounds(said)
            weighed = replace(stored, slow=bounds is None)
            self._by_package.setdefault((said.product, said.package), []).append((weighed, bounds))
            place = (said.product, said.package, said.vulnerability)
            self._by_vulnerability.setdefault(place, []).append(weighed)

    def speakers(self, product: str, packages: Sequence[str]) -> Mapping[str, tuple[Speaker, ...]]:
        self.asked.append("speakers")
        answer: dict[str, tuple[Speaker, ...]] = {}
        for name in packages:
            speaking = tuple(
                Speaker(feed=source.name, date=source.date)
                for source in self._sources
                if product in source.speaks_for and _includes(source.speaks_for[product], name)
            )
            if speaking:
                answer[name] = speaking
        return answer

    def speaks_for(self, product: str) -> bool:
        self.asked.append("speaks_for")
        return any(product in source.speaks_for for source in self._sources)

    def affecting(
        self, product: str, wanted: Sequence[tuple[str, bytes | None]]
    ) -> Sequence[tuple[int, StoredStatement]]:
        self.asked.append("affecting")
        return [
            (index, stored)
            for index, (package, key) in enumerate(wanted)
            for stored, bounds in self._by_package.get((product, package), ())
            if stored.decides
            if key is None or bounds is None or bounds[0] <= key < bounds[1]
        ]

    def weighed(self, product: str, package: str, vulnerability: str) -> tuple[StoredStatement, ...]:
        self.asked.append("weighed")
        known = self._by_vulnerability.get((product, package, vulnerability), ())
        return tuple(sorted(known, key=lambda stored: (not stored.decides, stored.feed)))

    def threats(self, vulnerabilities: Sequence[str]) -> Mapping[str, Threat]:
        self.asked.append("threats")
        return {name: self._threats[name] for name in vulnerabilities if name in self._threats}

    def references(self, vulnerability: str, product: str) -> tuple[str, ...]:
        self.asked.append("references")
        naming = [
            source
            for source in self._sources
            if source.reference
            and any((said.vulnerability, said.product) == (vulnerability, product) for said in source.statements)
        ]
        return tuple(source.reference.replace("{id}", vulnerability) for source in naming)

    def feeds(self, as_of: str) -> tuple[FeedState, ...]:
        self.asked.append("feeds")
        today = date.fromisoformat(as_of)
        return tuple(
            FeedState(name=name, date=day, age_days=(today - date.fromisoformat(day)).days, kind=kind)
            for name, day, kind in (
                *((one.name, one.date, "advisories") for one in self._sources),
                *((kind, day or as_of, kind) for kind, day in self.threat_feeds.items()),
            )
        )


def _implements_the_protocol(knowledge: InMemoryKnowledge) -> KnowledgeBase:
    """Let mypy check that the fake is one."""
    return knowledge


def _decided(sources: Sequence[Source]) -> list[StoredStatement]:
    """Let the highest authority that says more than evidence decide on each package and vulnerability."""
    best: dict[tuple[str, str, str], tuple[bool, int]] = {}
    for source in sources:
        for said in source.statements:
            place = (said.product, said.package, said.vulnerability)
            best[place] = max(best.get(place, (False, 0)), (not said.evidence, source.authority))
    return [
        StoredStatement(
            feed=source.name,
            statement=said,
            decides=best[said.product, said.package, said.vulnerability] == (not said.evidence, source.authority),
        )
        for source in sources
        for said in source.statements
    ]


def _bounds(said: Statement) -> Bounds | None:
    key = scheme(said.scheme).key
    try:
        lo = key(said.lo) if said.lo else FROM_THE_START
        if said.hi is None:
            return lo, NOT_FIXED
        return lo, key(said.hi) + (AFTER if said.hi_inclusive else b"")
    except VersionRefusedError:
        return None


def _includes(packages: frozenset[str] | None, name: str) -> bool:
    return packages is None or name in packages
