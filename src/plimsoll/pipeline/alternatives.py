"""Which base images of the catalogue would clear the findings that come with the base of a report."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from plimsoll.errors import HostileInputError
from plimsoll.findings.match import Matched, match
from plimsoll.findings.origin import BASE
from plimsoll.model.bases import Alternatives, BaseImage, Clearing
from plimsoll.model.finding import Finding
from plimsoll.model.limits import Limits
from plimsoll.model.package import Package
from plimsoll.model.report import Report
from plimsoll.pipeline.bases import packages_of
from plimsoll.pipeline.scan import Facts

MOST_COMPARED = 50
"""Images that are matched for one answer, the newest first."""


def alternatives(report: Report, facts: Facts, cache: Path, limits: Limits) -> Alternatives | None:
    """Match what the catalogue has of the same distribution and platform, with the knowledge in force.

    None where the report has no base whose findings are known. What no feed speaks for is not clear. Raises
    KnowledgeError.
    """
    family = report.base.distro.partition(":")[0] if report.base and report.base.by == "layers" else ""
    if not family:
        return None
    ours = [finding for finding in report.findings if finding.origin == BASE]
    doubtful = [finding for finding in report.undetermined if finding.origin == BASE]
    others = _others(report, facts.bases, family)
    known = _named((*ours, *doubtful)) | _of_base(report, facts, cache, limits)
    clearings, left_out = [], len(others[MOST_COMPARED:])
    for entry in others[:MOST_COMPARED]:
        try:
            packages = packages_of(cache, entry.name, limits)
        except HostileInputError:
            left_out += 1
            continue
        matched = match(entry.digest, packages, facts.knowledge, facts.end_of_life, facts.as_of)
        clearings.append(_clearing(entry, packages, matched, (ours, doubtful), known))
    clearing = [each for each in clearings if each.cleared]
    return Alternatives(
        family=family,
        findings=len(ours),
        compared=len(clearings),
        left_out=left_out,
        clearings=tuple(sorted(clearing, key=lambda each: (-each.findings, each.brings, each.unread, each.name))),
    )


def _others(report: Report, catalogue: Sequence[BaseImage], family: str) -> list[BaseImage]:
    """Give the images that could take the place of the base, the newest first, each once whatever its names."""
    platforms = {subject.platform for subject in report.subjects}
    base = report.base.digest if report.base else ""
    fitting = [
        entry for entry in catalogue if entry.family == family and entry.digest != base and entry.platform in platforms
    ]
    once = {entry.digest: entry for entry in reversed(fitting)}
    return sorted(once.values(), key=lambda entry: (entry.created, entry.name), reverse=True)


def _of_base(report: Report, facts: Facts, cache: Path, limits: Limits) -> set[str]:
    """Name what the base itself has: the report may hide some of it, and own layers may have replaced packages."""
    name = next((entry.name for entry in facts.bases if report.base and entry.digest == report.base.digest), "")
    try:
        packages = packages_of(cache, name, limits) if name else ()
    except HostileInputError:
        return set()
    matched = match(name, packages, facts.knowledge, facts.end_of_life, facts.as_of)
    return _named((*matched.findings, *matched.undetermined))


def _clearing(
    entry: BaseImage,
    packages: Sequence[Package],
    matched: Matched,
    of_report: tuple[Sequence[Finding], Sequence[Finding]],
    known: set[str],
) -> Clearing:
    """Compare an image with what a report has of its base; `known` names all that the base has."""
    ours, doubtful = of_report
    every = (*ours, *doubtful)
    has = _named((*matched.findings, *matched.undetermined))
    measured = _measured(packages, matched)
    cleared = frozenset(
        finding.id for finding in every if not has.intersection(_names(finding)) and measured(finding.fix_key)
    )
    return Clearing(
        name=entry.name,
        distro=entry.distro,
        cleared=cleared,
        findings=sum(finding.id in cleared for finding in ours),
        brings=sum(not known.intersection(_names(finding)) for finding in matched.findings),
        unmeasured=len(matched.unmeasured),
        unread=entry.unread,
    )


def _named(findings: Iterable[Finding]) -> set[str]:
    return {name for finding in findings for name in _names(finding)}


def _names(finding: Finding) -> tuple[str, ...]:
    """Give all names of what is found: another package may have the same vulnerability."""
    found = finding.vulnerability
    return (found.id, *found.aliases) if found else (finding.id,)


def _measured(packages: Iterable[Package], matched: Matched) -> Callable[[str], bool]:
    """Make the question whether it means anything that nothing is found of a source package, given as a fix.

    It does not where no feed speaks for that package or, if it is not there, for any other of its packaging system:
    then the system's packages may have it under another name.
    """
    keys = {package.key for package in packages}
    silent = keys & matched.unmeasured.keys()
    spoken_for = {_system(key) for key in keys - silent}
    unspoken = {_system(key) for key in silent} - spoken_for

    def is_measured(fix: str) -> bool:
        key = fix.partition(":")[2]
        return bool(spoken_for) and key not in silent and _system(key) not in unspoken

    return is_measured


def _system(key: str) -> str:
    return key.partition("/")[0]
