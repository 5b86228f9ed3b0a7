"""Packages against knowledge: what is vulnerable, and what could not be said.

Everything is asked of the store at once for all packages; only the evidence of a finding is asked one by one.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

from plimsoll.findings.build import Background, Case, Hit, finding_of
from plimsoll.findings.comparison import Ruler
from plimsoll.findings.coverage import Coverage, Question, cover
from plimsoll.findings.installs import Install, installs_of
from plimsoll.findings.judging import holds
from plimsoll.findings.naming import same
from plimsoll.findings.not_applicable import why_not
from plimsoll.model.finding import Finding, NotApplicable
from plimsoll.model.gap import Gap
from plimsoll.model.knowledge import EndOfLife, KnowledgeBase, StoredStatement, Threat
from plimsoll.model.package import Package
from plimsoll.model.statement import State
from plimsoll.model.wording import some_of
from plimsoll.systems.known import systems
from plimsoll.versions.schemes import scheme

_IDS_SHOWN = 50
_NVD = "https://nvd.nist.gov/vuln/detail/"

Place = tuple[str, str]
"""A source package's key and a vulnerability."""

Holding = dict[Place, dict[int, list[StoredStatement]]]
"""The statements that hold, by place and by the index of the install."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """What came of matching; everything is ordered, and owes nothing to the order of the packages.

    `unmeasured` gives a reason by source package key: no feed speaks for it, or its release is past its end of
    life. `stale` gives the age in days of the newest feed that speaks for a source package, where that is over
    30. `undetermined` are potential findings, which count at the low end of the score only: the vendor has not
    judged them, or the versions do not compare. `measured` counts the source packages that a feed speaks for,
    `relied_on` names the feeds that do.
    """

    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    unmeasured: Mapping[str, str] = field(default_factory=dict)
    stale: Mapping[str, int] = field(default_factory=dict)
    undetermined: tuple[Finding, ...] = ()
    measured: int = 0
    not_applicable: tuple[NotApplicable, ...] = ()
    relied_on: frozenset[str] = frozenset()


def match(
    subject_id: str,
    packages: Sequence[Package],
    knowledge: KnowledgeBase,
    end_of_life: Callable[[str], EndOfLife | None],
    as_of: str,
) -> Matched:
    """Find the vulnerabilities of packages as of an ISO day; `end_of_life` gives that of a product.

    Raises KnowledgeError where the store turns out damaged.
    """
    if not packages:
        return Matched()
    rulers: dict[str, Ruler] = {}

    def ruler_of(system: str) -> Ruler:
        return rulers.setdefault(system, Ruler(scheme(systems()[system].scheme)))

    installs = installs_of(packages, ruler_of)
    question = Question(subject=subject_id, knowledge=knowledge, end_of_life=end_of_life, as_of=as_of)
    return _matched(question, installs, cover(question, installs), _held(question, installs))


@dataclass(frozen=True, slots=True)
class _Held:
    """What holds for certain, what the vendor has not determined, and what does not compare."""

    affected: Holding = field(default_factory=dict)
    undetermined: Holding = field(default_factory=dict)
    incomparable: Holding = field(default_factory=dict)

    def put(self, install: Install, index: int, stored: StoredStatement, *, certain: bool) -> None:
        """Sort one statement in, by what it says and whether it holds for certain."""
        if not certain:
            kind = self.incomparable
        else:
            kind = self.undetermined if stored.statement.state is State.UNDETERMINED else self.affected
        place = (install.package, stored.statement.vulnerability)
        kind.setdefault(place, {}).setdefault(index, []).append(stored)

    def without(self, packages: Collection[str]) -> "_Held":
        """Leave out what is about these source packages."""
        kept = (
            {place: at for place, at in holding.items() if place[0] not in packages}
            for holding in (self.affected, self.undetermined, self.incomparable)
        )
        return _Held(*kept)

    @property
    def potential(self) -> Holding:
        """All that there may be, and that is not found already."""
        merged: Holding = {}
        for holding in (self.undetermined, self.incomparable):
            for place, by_install in holding.items():
                if place not in self.affected:
                    for index, statements in by_install.items():
                        merged.setdefault(place, {}).setdefault(index, []).extend(statements)
        return merged


def _held(question: Question, installs: Sequence[Install]) -> _Held:
    """Ask which statements may hold, compare where keys could not, and sort the answers out by what they say."""
    held = _Held()
    for index, stored in _answers(question, installs):
        install = installs[index]
        speaks = partial(_release_speaks, question, install, stored.statement.vulnerability)
        certain = holds(stored, install.ruler, install.version, install.stream, speaks)
        if certain is not False:
            held.put(install, index, stored, certain=certain is True)
    return held


def _release_speaks(question: Question, install: Install, vulnerability: str) -> bool:
    """Say whether the release itself has a word on a vulnerability."""
    weighed = question.knowledge.weighed(install.product, install.asked, vulnerability)
    return any(stored.decides and not stored.statement.stream for stored in weighed)


def _answers(question: Question, installs: Sequence[Install]) -> Iterable[tuple[int, StoredStatement]]:
    """Ask once for each product; the answers carry the index of the install."""
    by_product: dict[str, list[int]] = {}
    for index, install in enumerate(installs):
        if install.product:
            by_product.setdefault(install.product, []).append(index)
    for product, indices in by_product.items():
        wanted = [(installs[index].asked, installs[index].key) for index in indices]
        for number, stored in question.knowledge.affecting(product, wanted):
            yield indices[number], stored


def _matched(question: Question, installs: Sequence[Install], coverage: Coverage, held: _Held) -> Matched:
    reasons = _reasons(installs)
    not_applicable = _not_applicable(question, installs, held, reasons)
    held, coverage = held.without(reasons), coverage.without(reasons)
    names = _names(held)
    if not names:
        return replace(_nothing_found(coverage), not_applicable=not_applicable)
    threats = question.knowledge.threats(sorted({name for _, name in names}))
    affected, potential = _told(held.affected, names), _told(held.potential, names)
    found = _cases(question, installs, affected)
    doubtful = _cases(question, installs, {place: at for place, at in potential.items() if place not in affected})
    cases, ids = (*found, *(replace(case, certain=False) for case in doubtful)), _ids(names)
    threatened = [_threatened(case, ids[case.package, case.vulnerability], threats) for case in cases]
    findings = tuple(_findings(question, threatened, coverage))
    return Matched(
        findings=findings[: len(found)],
        gaps=(
            *coverage.gaps,
            *_gaps(question, installs, held.undetermined, _UNDETERMINED),
            *_gaps(question, installs, held.incomparable, _INCOMPARABLE),
        ),
        unmeasured=MappingProxyType(dict(coverage.unmeasured)),
        stale=MappingProxyType(dict(coverage.stale)),
        undetermined=findings[len(found) :],
        measured=coverage.measured,
        relied_on=coverage.relied_on,
        not_applicable=not_applicable,
    )


def _nothing_found(coverage: Coverage) -> Matched:
    return Matched(
        gaps=coverage.gaps,
        unmeasured=MappingProxyType(dict(coverage.unmeasured)),
        stale=MappingProxyType(dict(coverage.stale)),
        measured=coverage.measured,
        relied_on=coverage.relied_on,
    )


Names = dict[Place, str]
"""Under which id a vulnerability of a source package is told."""


def _names(held: _Held) -> Names:
    by_package: dict[str, dict[str, list[StoredStatement]]] = {}
    for holding in (held.affected, held.undetermined, held.incomparable):
        for (package, vulnerability), at in holding.items():
            statements = by_package.setdefault(package, {}).setdefault(vulnerability, [])
            statements.extend(stored for every in at.values() for stored in every)
    return {
        (package, vulnerability): name
        for package, named in by_package.items()
        for vulnerability, name in same(named).items()
    }


def _told(holding: Holding, names: Names) -> Holding:
    """Join what holds under several ids of one vulnerability."""
    told: Holding = {}
    for place, at in holding.items():
        into = told.setdefault((place[0], names[place]), {})
        for index, statements in at.items():
            into.setdefault(index, []).extend(statements)
    return told


def _reasons(installs: Iterable[Install]) -> dict[str, str]:
    """Say, by source package, why the vulnerabilities of some are in none of their installed packages."""
    binaries: dict[str, list[Package]] = {}
    for install in installs:
        binaries.setdefault(install.package, []).extend(install.binaries)
    told = ((package, why_not(found)) for package, found in binaries.items())
    return {package: reason for package, reason in told if reason}


def _not_applicable(
    question: Question, installs: Sequence[Install], held: _Held, reasons: Mapping[str, str]
) -> tuple[NotApplicable, ...]:
    """Give what is said of source packages whose installed packages cannot have their vulnerabilities."""
    names = _names(held)
    told = {package: {name for (key, _), name in names.items() if key == package} for package in reasons}
    first = {install.package: install for install in reversed(installs)}
    return tuple(
        NotApplicable(
            subject=question.subject,
            package=first[package].source,
            version=first[package].source_version,
            reason=reasons[package],
            vulnerabilities=tuple(sorted(vulnerabilities)),
        )
        for package, vulnerabilities in sorted(told.items())
        if vulnerabilities
    )


def _cases(question: Question, installs: Sequence[Install], holding: Holding) -> list[Case]:
    """Make one case of each source package and vulnerability, whatever versions are installed, in order."""
    return [
        Case(
            subject=question.subject,
            package=package,
            vulnerability=vulnerability,
            threat=Threat(),
            hits=tuple(
                Hit(install=installs[index], statements=tuple(statements))
                for index, statements in sorted(by_install.items())
            ),
        )
        for (package, vulnerability), by_install in sorted(holding.items())
    ]


def _ids(names: Names) -> dict[Place, list[str]]:
    """Give all ids under which a vulnerability of a source package is spoken of, by the id it is told under."""
    ids: dict[Place, list[str]] = {}
    for (package, id_), told in sorted(names.items()):
        ids.setdefault((package, told), []).append(id_)
    return ids


def _threatened(case: Case, ids: Sequence[str], threats: Mapping[str, Threat]) -> Case:
    """Add what is known of a vulnerability under all of its ids."""
    if len(ids) == 1 and case.vulnerability in ids:
        return replace(case, threat=threats.get(case.vulnerability, case.threat))
    known = [threats[id_] for id_ in (case.vulnerability, *ids) if id_ in threats]
    first = threats.get(case.vulnerability, Threat())
    if len(known) > 1 or (known and known[0] is not first):
        ratings = tuple(dict.fromkeys(rating for threat in known for rating in threat.ratings))
        first = replace(first, ratings=ratings)
    return replace(case, threat=first, also=tuple(id_ for id_ in ids if id_ != case.vulnerability))


def _findings(question: Question, cases: Iterable[Case], coverage: Coverage) -> Iterable[Finding]:
    dates = {feed.name: feed.date for feed in question.knowledge.feeds(question.as_of)}
    references: dict[tuple[str, str], tuple[str, ...]] = {}
    for case in cases:
        ids = (case.vulnerability, *case.also)
        places = [(name, product) for product in sorted({hit.install.product for hit in case.hits}) for name in ids]
        for place in places:
            if place not in references:
                references[place] = _references(*place, question.knowledge)
        background = Background(
            weighed={hit.install.asked: _weighed(question, hit.install, ids) for hit in case.hits},
            references=tuple(dict.fromkeys(address for place in places for address in references[place])),
            package_dates=coverage.dates,
            feed_dates=dates,
        )
        yield finding_of(case, background)


def _weighed(question: Question, install: Install, ids: Iterable[str]) -> tuple[StoredStatement, ...]:
    return tuple(stored for name in ids for stored in question.knowledge.weighed(install.product, install.asked, name))


def _references(vulnerability: str, product: str, knowledge: KnowledgeBase) -> tuple[str, ...]:
    known = knowledge.references(vulnerability, product)
    address = f"{_NVD}{vulnerability}"
    return (*known, address) if vulnerability.startswith("CVE-") and address not in known else known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doubt:
    """Why statements on a package say nothing certain."""

    what: str
    reason: str
    advice: str


_UNDETERMINED = _Doubt(
    what="undetermined",
    reason="the vendor has not determined it",
    advice="Fetch newer advisories later; until then the low end of the score counts them.",
)
_INCOMPARABLE = _Doubt(
    what="version-not-comparable",
    reason="its version has no order among those of the advisories, or its module is not named",
    advice="Compare the version with the advisories by hand.",
)


def _gaps(question: Question, installs: Sequence[Install], holding: Holding, doubt: _Doubt) -> Iterable[Gap]:
    """Say once for each install which vulnerabilities are in doubt."""
    doubtful: dict[int, set[str]] = {}
    for (_, vulnerability), by_install in holding.items():
        for index in by_install:
            doubtful.setdefault(index, set()).add(vulnerability)
    for index, vulnerabilities in sorted(doubtful.items()):
        install, names = installs[index], sorted(vulnerabilities)
        listed = some_of(names, _IDS_SHOWN)
        yield Gap(
            subject=question.subject,
            what=doubt.what,
            question=f"Is {install.source} {install.source_version} affected by {listed}?",
            reason=f"{doubt.reason}: {listed}",
            count=len(names),
            advice=doubt.advice,
        )
