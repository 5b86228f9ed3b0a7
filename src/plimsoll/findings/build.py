"""One finding out of what was matched: its package, its evidence, what to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from plimsoll.findings.comparison import inside, interval
from plimsoll.findings.installs import Install
from plimsoll.findings.judging import fixed_in
from plimsoll.findings.streams import Holds, applies
from plimsoll.findings.threat import ratings, severity_of
from plimsoll.model.finding import (
    Evidence,
    Finding,
    FindingKind,
    FoundPackage,
    Location,
    SourcePackage,
    StatementEvidence,
    Vulnerability,
)
from plimsoll.model.knowledge import StoredStatement, Threat
from plimsoll.model.package import Package
from plimsoll.model.purl import purl
from plimsoll.model.statement import State, Statement

_WORST_FIRST = (State.AFFECTED, State.WILL_NOT_FIX, State.DEFERRED, State.UNDETERMINED, State.NOT_AFFECTED)
_NOTHING_TO_DO = {
    State.AFFECTED: "No fix is published; remove {name} if nothing needs it, or watch for an update.",
    State.WILL_NOT_FIX: "No fix is planned by the vendor; remove {name} if nothing needs it, or waive it.",
    State.DEFERRED: "The vendor puts a fix off; remove {name} if nothing needs it, or watch for an update.",
}
_NOT_JUDGED = "The vendor has not judged it; nothing is published for {name}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One install, and the deciding statements whose interval holds its version (or may hold it)."""

    install: Install
    statements: tuple[StoredStatement, ...]

    @property
    def state(self) -> State:
        """The worst that a deciding statement says: where equals disagree, the warning counts."""
        return min((stored.statement.state for stored in self.statements), key=_WORST_FIRST.index)

    @property
    def fixed_in(self) -> str:
        """The version that ends every interval, "" where there is none."""
        return fixed_in(self.statements, self.install.ruler)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One vulnerability of one source package: the hits on its installed versions, usually one.

    `also` are other ids under which statements speak of it. `certain` is false for what there may be: the vendor has
    not determined it, or a version does not compare.
    """

    subject: str
    package: str
    vulnerability: str
    threat: Threat
    hits: tuple[Hit, ...]
    certain: bool = True
    also: tuple[str, ...] = ()

    @property
    def worst(self) -> Hit:
        """The hit that decides: worst severity, then state, then without a fix, then by version text."""
        return self.hits[0] if len(self.hits) == 1 else min(self.hits, key=self._severest_first)

    @property
    def fixes(self) -> dict[str, str]:
        """What fixes each installed version, "" where nothing does; installs in a better state ask for nothing.

        Branches may be fixed each on its own: ws 6.2.1 by 6.2.3, 8.17.0 by 8.17.1.
        """
        state, found = self.worst.state, dict[str, list[str]]()
        for hit in self.hits:
            if hit.state is state:
                found.setdefault(hit.install.source_version, []).append(hit.fixed_in)
        return {version: self._newest(fixes) for version, fixes in found.items()}

    @property
    def fixed_in(self) -> str:
        """The version that has the fixes of all installed versions, "" where one has none."""
        return self._newest(list(self.fixes.values()))

    def _newest(self, fixes: list[str]) -> str:
        return "" if "" in fixes else self.worst.install.ruler.newest(fixes)

    def _severest_first(self, hit: Hit) -> tuple[int, int, bool, str]:
        rank = severity_of(hit.statements, self.threat).rank
        return (-rank, _WORST_FIRST.index(hit.state), bool(hit.fixed_in), hit.install.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What the store says around a case.

    `weighed` goes by the name that was asked about. The dates are a feed's ISO date by (name, feed) or by feed.
    """

    weighed: Mapping[str, tuple[StoredStatement, ...]]
    references: tuple[str, ...]
    package_dates: Mapping[tuple[str, str], str]
    feed_dates: Mapping[str, str]


def finding_of(case: Case, background: Background) -> Finding:
    """Make the finding of a case, or what may be one, with all its evidence."""
    hit = case.worst
    weighed = [stored for every in background.weighed.values() for stored in every]
    aliases = {*case.also, *(alias for stored in weighed for alias in stored.statement.aliases)}
    evidence = Evidence(
        statements=tuple(dict.fromkeys(_statements(case, background))),
        severities=ratings(hit.statements, weighed, case.threat),
    )
    return _finding(case, hit, tuple(sorted(aliases - {case.vulnerability})), evidence, background.references)


def _finding(
    case: Case, hit: Hit, aliases: tuple[str, ...], evidence: Evidence, references: tuple[str, ...]
) -> Finding:
    install = hit.install
    versions = sorted({one.install.source_version for one in case.hits})
    fixed_in = case.fixed_in
    return Finding(
        id=f"{FindingKind.VULNERABILITY}:{case.package}:{case.vulnerability}",
        kind=FindingKind.VULNERABILITY,
        severity=severity_of(hit.statements, case.threat),
        subject=case.subject,
        title=f"{case.vulnerability} in {install.source} {' and '.join(versions)}{_doubt(case, hit)}",
        package=FoundPackage(
            name=install.source,
            version=install.source_version,
            purl=_source_purl(install.package, install.source_version, install.binaries[0].purl),
            source=SourcePackage(name=install.source, version=install.source_version),
            binaries=tuple(sorted({binary.name for one in case.hits for binary in one.install.binaries})),
            versions=tuple(versions),
        ),
        vulnerability=Vulnerability(
            id=case.vulnerability,
            aliases=aliases,
            fixed_in=fixed_in,
            status=hit.state.value,
            epss=case.threat.epss,
            exploited=bool(case.threat.exploited_since),
            exploited_since=case.threat.exploited_since,
        ),
        location=_location(install.binaries[0]),
        evidence=evidence,
        fix=_fix(case, hit, fixed_in),
        references=references,
    )


def _location(binary: Package) -> Location:
    """Say where it is. Binaries of one source may come from different layers: the first by name stands for all."""
    return Location(path=binary.path, line=binary.line or None, layer=binary.layer, instruction=binary.instruction)


def _doubt(case: Case, hit: Hit) -> str:
    """Keep a title from claiming what nobody has determined."""
    if case.certain:
        return ""
    return ", not determined" if hit.state is State.UNDETERMINED else ", version not comparable"


def _fix(case: Case, hit: Hit, fixed_in: str) -> str:
    name = hit.install.source
    if not case.certain and hit.state is not State.UNDETERMINED:
        return f"Compare {name} {hit.install.source_version} with the advisories by hand."
    if fixed_in:
        return _upgrade(case, name, fixed_in)
    return _NOTHING_TO_DO.get(hit.state, _NOT_JUDGED).format(name=name)


def _upgrade(case: Case, name: str, fixed_in: str) -> str:
    """Say what fixes each installed version, where they lie on branches with fixes of their own."""
    fixes = case.fixes
    if len(set(fixes.values())) < 2:
        return f"Upgrade {name} to {fixed_in} or later."
    each = [f"{version} to {fix}" for version, fix in fixes.items()]
    return f"Upgrade {name} {', '.join(each[:-1])} and {each[-1]}, or all to {fixed_in} or later."


def _statements(case: Case, background: Background) -> Iterable[StatementEvidence]:
    for hit in case.hits:
        # A store that knows more than it weighs would be inconsistent; what decided is evidence in any case.
        for stored in background.weighed.get(hit.install.asked) or hit.statements:
            # What may hold is compared, not called held: its version may have no order among these.
            held = case.certain and stored in hit.statements
            yield _evidence(stored, hit.install, background, is_held=held)


def _evidence(stored: StoredStatement, install: Install, background: Background, *, is_held: bool) -> StatementEvidence:
    said = stored.statement
    of_stream = applies(said.stream, install.stream, install.version, said.hi) is not Holds.NO
    date = background.package_dates.get((install.asked, stored.feed)) or background.feed_dates.get(stored.feed, "")
    return StatementEvidence(
        feed=stored.feed,
        feed_date=date,
        advisory=said.advisory,
        product=said.product,
        state=said.state.value,
        interval=interval(said),
        comparison=_comparison(said, install, is_held=is_held),
        scheme=said.scheme,
        detail=said.detail,
        since=said.since,
        decides=stored.decides and of_stream,
        stream=said.stream,
    )


def _comparison(said: Statement, install: Install, *, is_held: bool) -> str:
    if is_held:
        return inside(install.version, said)
    return install.ruler.compare(install.version, said).text


@lru_cache(maxsize=4096)  # one source package has many findings
def _source_purl(key: str, version: str, binary: str) -> str:
    """Give the purl of a source package, which the deb type marks with `arch=source`, by that of a binary."""
    from urllib.parse import unquote

    kind, *namespace, name = map(unquote, key.split("/"))
    epoch = ""
    if kind == "rpm" and ":" in version:
        epoch, _, version = version.partition(":")
    _, _, qualifiers = binary.partition("?")
    distro = next((pair[7:] for pair in qualifiers.split("&") if pair.startswith("distro=")), "")
    arch = "source" if kind == "deb" else ""
    return purl(kind, "/".join(namespace), name, version, {"arch": arch, "distro": unquote(distro), "epoch": epoch})
