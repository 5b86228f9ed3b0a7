"""Which findings are shown, and which stop the ship."""

import re
from collections.abc import Collection, Iterable, Sequence

from plimsoll.errors import UsageError
from plimsoll.model.finding import Finding, FindingKind
from plimsoll.model.severity import Severity

_KINDS = frozenset(kind.value for kind in FindingKind)
_VULNERABILITY_ID = re.compile(r"ghsa(-[0-9a-z]{4}){3}|[a-z]+[0-9]*(-[a-z]+)?-[0-9][0-9a-z:-]*")


def read_severities(text: str) -> frozenset[Severity]:
    """Read the value of `--severity`: names with commas between. Raises UsageError for another word."""
    words = [word.strip().casefold() for word in text.split(",") if word.strip()]
    names = [severity.value for severity in Severity]
    if unknown := [word for word in words if word not in names]:
        message = f"there is no severity {', '.join(map(repr, unknown))}"
        raise UsageError(message, advice="Severities: " + ", ".join(names))
    return frozenset(Severity(word) for word in words)


def select(  # noqa: PLR0913 - one argument per option of the command line
    findings: Sequence[Finding],
    severities: Collection[Severity],
    only: Collection[str],
    exclude: Collection[str],
    *,
    ignore_unfixed: bool,
    rules: Collection[str] = (),
) -> tuple[tuple[Finding, ...], int]:
    """Give the findings to show, and count the others.

    No severities mean all; findings of unknown severity are shown with the medium ones. The words of `only`
    and `exclude` are kinds, rule ids, finding ids or vulnerability ids, in any case. `rules` are the ids of
    rules that exist, also of those that found nothing. Raises UsageError for a word that is none of these: a
    slip of the pen in `--only` would hide everything.
    """
    wanted, unwanted = _words(only), _words(exclude)
    _expect_known(wanted | unwanted, findings, rules)
    as_medium = {Severity.UNKNOWN} if Severity.MEDIUM in severities else set()
    shown_severities = {*severities, *as_medium} or set(Severity)
    shown = tuple(
        finding
        for finding in findings
        if finding.severity in shown_severities
        and (not wanted or wanted & _names(finding))
        and not unwanted & _names(finding)
        and not (ignore_unfixed and _is_unfixed(finding))
    )
    return shown, len(findings) - len(shown)


def gate(findings: Iterable[Finding], fail_on: Severity) -> tuple[Finding, ...]:
    """Give the findings at or over a severity that no waiver covers and no baseline has. Unknown counts as medium."""
    return tuple(
        finding
        for finding in findings
        if finding.waiver is None and not finding.known and finding.severity.rank >= fail_on.rank
    )


def _is_unfixed(finding: Finding) -> bool:
    return finding.vulnerability is not None and not finding.vulnerability.fixed_in


def _words(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.strip().casefold() for word in words if word.strip())


def _names(finding: Finding) -> frozenset[str]:
    known = finding.vulnerability
    return _words((finding.kind, finding.rule, finding.id, *((known.id, *known.aliases) if known else ())))


def _expect_known(words: frozenset[str], findings: Sequence[Finding], rules: Collection[str]) -> None:
    """Accept ids that nothing was found for only where they look like a vulnerability's or a finding's."""
    strange = {
        word
        for word in words - _KINDS - _words(rules)
        if not _VULNERABILITY_ID.fullmatch(word) and word.partition(":")[0] not in _KINDS
    }
    for finding in findings if strange else ():
        strange -= _names(finding)
    if strange:
        message = f"nothing is called {', '.join(map(repr, sorted(strange)))}"
        kinds = ", ".join(kind.value for kind in FindingKind)
        raise UsageError(message, advice=f"Kinds: {kinds}; or the id of a rule, a finding or a vulnerability.")
