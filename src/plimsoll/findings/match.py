"""Packages against knowledge: what is vulnerable, and what could not be said.

Everything is asked of the store at once for all packages; only the evidence of a finding is asked one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from plimsoll.findings.build import Background, Case, Hit, finding_of
from plimsoll.findings.comparison import Ruler
from plimsoll.findings.coverage import Coverage, Question, cover, without_distribution
from plimsoll.findings.installs import Install, installs_of
from plimsoll.model.finding import Finding
from plimsoll.model.gap import Gap
from plimsoll.model.knowledge import EndOfLife, KnowledgeBase, StoredStatement, Threat
from plimsoll.model.package import Distro, Package
from plimsoll.model.statement import State
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
    judged them, or the versions do not compare. `measured` counts the source packages that a feed speaks for.
    """

    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    unmeasured: Mapping[str, str] = field(default_factory=dict)
    stale: Mapping[str, int] = field(default_factory=dict)
    undetermined: tuple[Finding, ...] = ()
    measured: int = 0


def match(  # noqa: PLR0913, PLR0917 - each is another stage's answer; the pipeline puts them together
    subject_id: str,
    packages: Sequence[Package],
    distro: Distro | None,
    ecosystem_schemes: Mapping[str, str],
    knowledge: KnowledgeBase,
    end_of_life: EndOfLife | None,
    as_of: str,
) -> Matched:
    """Find the vulnerabilities of packages as of an ISO day.

    `ecosystem_schemes` gives the version scheme of each ecosystem, both by name; `end_of_life` is that of the
    distribution. Raises KnowledgeError where the store turns out damaged.
    """
    if not packages:
        return Matched()
    rulers = {name: Ruler(scheme(name)) for name in sorted(set(ecosystem_schemes.values()) - {""})}
    installs = installs_of(packages, lambda ecosystem: rulers[ecosystem_schemes[ecosystem]])
    if distro is None:
        return _without_findings(without_distribution(subject_id, installs))
    question = Question(subject=subject_id, distro=distro, knowledge=knowledge, end_of_life=end_of_life, as_of=as_of)
    return _matched(question, installs, cover(question, installs), _held(question, installs))


def _without_findings(coverage: Coverage) -> Matched:
    return Matched(gaps=coverage.gaps, unmeasured=coverage.unmeasured)


@dataclass(frozen=True, slots=True)
class _Held:
    """What holds for certain, what the vendor has not determined, and what does not compare."""

    affected: Holding = field(default_factory=dict)
    undetermined: Holding = field(default_factory=dict)
    incomparable: Holding = field(default_factory=dict)

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
    wanted = [(install.source, install.key) for install in installs]
    for index, stored in question.knowledge.affecting(question.distro.product, wanted):
        said, install = stored.statement, installs[index]
        if said.state is State.NOT_AFFECTED:
            continue
        by_key = install.key is not None and not stored.slow and said.scheme == install.ruler.scheme.name
        holds = True if by_key else install.ruler.compare(install.version, said).holds
        if holds is False:
            continue
        if holds is None:
            kind = held.incomparable
        else:
            kind = held.undetermined if said.state is State.UNDETERMINED else held.affected
        kind.setdefault((install.package, said.vulnerability), {}).setdefault(index, []).append(stored)
    return held


def _matched(question: Question, installs: Sequence[Install], coverage: Coverage, held: _Held) -> Matched:
    potential = held.potential
    vulnerabilities = {vulnerability for _, vulnerability in (*held.affected, *potential)}
    threats = question.knowledge.threats(sorted(vulnerabilities))
    found = _cases(question, installs, held.affected, threats)
    doubtful = [replace(case, certain=False) for case in _cases(question, installs, potential, threats)]
    findings = tuple(_findings(question, (*found, *doubtful), coverage))
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
    )


def _cases(
    question: Question, installs: Sequence[Install], holding: Holding, threats: Mapping[str, Threat]
) -> list[Case]:
    """Make one case of each source package and vulnerability, whatever versions are installed, in order."""
    return [
        Case(
            subject=question.subject,
            package=package,
            vulnerability=vulnerability,
            threat=threats.get(vulnerability, Threat()),
            hits=tuple(
                Hit(install=installs[index], statements=tuple(statements))
                for index, statements in sorted(by_install.items())
            ),
        )
        for (package, vulnerability), by_install in sorted(holding.items())
    ]


def _findings(question: Question, cases: Iterable[Case], coverage: Coverage) -> Iterable[Finding]:
    dates = {feed.name: feed.date for feed in question.knowledge.feeds(question.as_of)}
    references: dict[str, tuple[str, ...]] = {}
    for case in cases:
        name = case.vulnerability
        if name not in references:
            references[name] = _references(name, question.knowledge)
        background = Background(
            weighed=question.knowledge.weighed(question.distro.product, case.hits[0].install.source, name),
            references=references[name],
            package_dates=coverage.dates,
            feed_dates=dates,
        )
        yield finding_of(case, background)


def _references(vulnerability: str, knowledge: KnowledgeBase) -> tuple[str, ...]:
    known = knowledge.references(vulnerability)
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
    reason="its version has no order among those of the advisories",
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
        more = len(names) - _IDS_SHOWN
        listed = ", ".join(names[:_IDS_SHOWN]) + (f" and {more} more" if more > 0 else "")
        yield Gap(
            subject=question.subject,
            what=doubt.what,
            question=f"Is {install.source} {install.version} affected by {listed}?",
            reason=f"{doubt.reason}: {listed}",
            count=len(names),
            advice=doubt.advice,
        )
