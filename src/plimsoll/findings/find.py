"""Which findings of a report somebody means."""

import re
from collections.abc import Iterable
from dataclasses import replace

from plimsoll.errors import UsageError
from plimsoll.model.finding import Finding, NotApplicable
from plimsoll.model.report import Report

_SUGGESTIONS = 5
_BETWEEN = re.compile(r"[\s:/@]+")
_ADVICE = "Name a finding id, a vulnerability, a rule, or a package and a vulnerability (openssl CVE-2024-0001)."


def find(report: Report, wanted: str) -> tuple[Finding, ...]:
    """Give the findings that `wanted` names, in any case: by id, vulnerability, alias, rule, or package and id.

    What is undetermined is found too, after the findings. Raises UsageError with the nearest names where nothing
    fits.
    """
    asked, every = wanted.strip().casefold(), (*report.findings, *report.undetermined)
    found = tuple(finding for finding in every if asked == finding.id.casefold())
    found = found or tuple(finding for finding in every if asked in _short_names(finding))
    found = found or tuple(finding for finding in every if _is_package_and_id(asked, finding))
    if not found:
        raise UsageError(f"the report has no finding {wanted.strip()!r}", advice=_advice(asked, every))
    return found


def not_applicable(report: Report, wanted: str) -> tuple[NotApplicable, ...]:
    """Give what is said not to apply, where `wanted` names a vulnerability of it, its source package, or both.

    Where it names a vulnerability, only that is given of all that the package has.
    """
    asked = set(_BETWEEN.split(wanted.strip().casefold()))
    found = []
    for each in report.not_applicable:
        names = {name.casefold(): name for name in each.vulnerabilities}
        if asked <= {each.package.casefold(), *names}:
            meant = tuple(names[name] for name in sorted(asked & names.keys()))
            found.append(replace(each, vulnerabilities=meant or each.vulnerabilities))
    return tuple(found)


def _short_names(finding: Finding) -> set[str]:
    known = finding.vulnerability
    names = {finding.rule, *((known.id, *known.aliases) if known else ())}
    return {name.casefold() for name in names if name}


def _packages(finding: Finding) -> set[str]:
    if finding.package is None:
        return set()
    return {name.casefold() for name in (finding.package.name, finding.package.source.name, *finding.package.binaries)}


def _is_package_and_id(asked: str, finding: Finding) -> bool:
    """Take `package id` and `id package`, with white space, `:`, `/` or `@` between."""
    words = _BETWEEN.split(asked)
    if len(words) != 2:
        return False
    first, second = words
    names, packages = _short_names(finding), _packages(finding)
    return (first in packages and second in names) or (second in packages and first in names)


def _advice(asked: str, findings: Iterable[Finding]) -> str:
    from difflib import get_close_matches

    shown: dict[str, str] = {}
    for finding in findings:
        named = finding.vulnerability.id if finding.vulnerability else finding.rule
        shown |= {name.casefold(): name for name in (finding.id, named) if name}
        for package in _packages(finding):
            shown.setdefault(package, finding.id)
    near = [shown[name] for name in get_close_matches(asked, shown, n=_SUGGESTIONS, cutoff=0.7)]
    if not near:
        return _ADVICE
    return f"Did you mean {', '.join(dict.fromkeys(near))}? {_ADVICE}"
