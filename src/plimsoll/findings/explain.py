"""Everything about one finding, as text for people."""

from collections.abc import Collection, Iterable, Sequence

from plimsoll.findings.find import find, not_applicable
from plimsoll.model.bases import Alternatives, BaseFacts, Clearing
from plimsoll.model.declared import declarations, declared_at, files, needed_by
from plimsoll.model.finding import Finding, NotApplicable, SeverityEvidence, StatementEvidence, Vulnerability
from plimsoll.model.report import Report
from plimsoll.model.score import Score
from plimsoll.model.statement import State
from plimsoll.model.wording import counted, some_of

__all__ = ["explain", "explain_not_applicable", "find", "not_applicable"]

_WIDTH = 13
_MOST_NAMES = 6
_MOST_BASES = 5
_MOST_PLACES = 10

Row = tuple[str, str]
"""A name and a value; rows without a value are left out."""


def explain(
    finding: Finding, report: Report, mass: float, score_without: Score, others: Alternatives | None = None
) -> str:
    """Write what is known of a finding, ending in a newline.

    `mass` is what it weighs in the score, `score_without` the score with its whole fix gone, `others` what the
    catalogue has in place of the base. Everything that does not print is escaped: an image must not speak to the
    reader's terminal.
    """
    is_doubtful = any((one.id, one.subject) == (finding.id, finding.subject) for one in report.undetermined)
    lines = [
        finding.title,
        "",
        *_rows((*_what(finding), *_where(finding, report), *_known(finding.vulnerability))),
        *_section("Not determined", _doubt(finding) if is_doubtful else ()),
        *_section("Severities", map(_severity, finding.evidence.severities)),
        *_section("Statements", _statements(finding.evidence.statements)),
        *_section("Why", _why(finding, report)),
        *_section("Measured", _measured(finding)),
        *_section("Fix", _fix(finding)),
        *_section("Base image", _base(finding, report.base, others)),
        *_section("Score", _score(finding, report.score, score_without, _mass(mass, is_doubtful=is_doubtful))),
        *_section("Waiver", _waiver(finding)),
        *_section("References", finding.references),
    ]
    return "".join(f"{_printing(line).rstrip()}\n" for line in lines)


def explain_not_applicable(said: NotApplicable) -> str:
    """Write why vulnerabilities of a source package do not apply, and which, ending in a newline."""
    lines = [
        f"{_do_not(said.vulnerabilities)} apply to {said.package} {said.version}",
        "",
        *_rows((("Subject", said.subject), ("Package", f"{said.package} {said.version}"))),
        *_section("Reason", [f"{said.reason[:1].upper()}{said.reason[1:]}."]),
        *_section("Not applicable", said.vulnerabilities),
    ]
    return "".join(f"{_printing(line).rstrip()}\n" for line in lines)


def _do_not(names: Sequence[str]) -> str:
    return f"{names[0]} does not" if len(names) == 1 else f"{len(names)} vulnerabilities do not"


def _doubt(finding: Finding) -> Iterable[str]:
    """Say plainly that this is no finding, and why."""
    source = finding.package.source if finding.package else None
    name = f"{source.name} {source.version}" if source else finding.subject
    if finding.vulnerability and finding.vulnerability.status == State.UNDETERMINED:
        yield f"The vendor has not determined whether {name} is affected."
    else:
        yield f"Whether {name} is affected is not known: its version has no order among those of the advisories,"
        yield "or it is of a module and does not say of which."
    yield "So it is no finding, and no gate judges it; only the low end of the score counts it."


def _what(finding: Finding) -> Iterable[Row]:
    yield ("Finding", finding.id)
    yield ("Severity", finding.severity)
    yield ("Subject", finding.subject)
    yield ("Rule", finding.rule)
    if finding.package:
        yield ("Package", f"{finding.package.source.name} {finding.package.source.version}")
        yield ("Binaries", ", ".join(finding.package.binaries))


def _where(finding: Finding, report: Report) -> Iterable[Row]:
    place = finding.location
    position = "".join(f":{number}" for number in (place.line, place.column) if number is not None)
    declared = declarations(finding, report.packages)
    paths = () if declared else files(finding, report.packages)
    for number, path in enumerate(paths[:_MOST_PLACES]):
        yield ("File" if not number else "", f"{path}{position if not number else ''}")
    for package in declared[:_MOST_PLACES]:
        yield ("Declared in", declared_at(package))
        yield ("Needed by", needed_by(package, report.packages))
    more = max(len(declared), len(paths)) - _MOST_PLACES
    yield ("", f"and in {more} more place{'' if more == 1 else 's'}" if more > 0 else "")
    yield ("Pointer", place.pointer)
    yield ("Layer", place.layer)
    yield ("Instruction", place.instruction)


def _known(vulnerability: Vulnerability | None) -> Iterable[Row]:
    if vulnerability is None:
        return
    yield ("Also known as", some_of(vulnerability.aliases, _MOST_NAMES))
    yield ("Vendor says", vulnerability.status)
    yield ("Fixed in", vulnerability.fixed_in or "no published version")
    if vulnerability.epss is None:
        yield ("EPSS", "no estimate")
    else:
        yield ("EPSS", f"{vulnerability.epss:.3%} chance of exploitation within 30 days")
    since = f", listed since {vulnerability.exploited_since}" if vulnerability.exploited_since else ""
    yield ("Exploited", f"yes, in the wild (KEV{since})" if vulnerability.exploited else "not known to be")


def _severity(rating: SeverityEvidence) -> str:
    decided = "   <- decides" if rating.used else ""
    words = rating.rating if rating.rating == rating.severity else f"{rating.rating} = {rating.severity}"
    return f"{rating.source}: {words}{decided}"


def _statements(statements: Iterable[StatementEvidence]) -> Iterable[str]:
    said_of = tuple(statements)
    # Feeds are weighed within one stream, so whatever is outranked has something of its stream that decides.
    deciding = {said.stream for said in said_of if said.decides}
    for said in said_of:
        weight = "decides" if said.decides else f"{_why_not(said, deciding)}, shown as evidence"
        yield f"{said.feed} of {said.feed_date or 'unknown date'}: {said.advisory} ({weight})"
        detail = f" ({said.detail})" if said.detail else ""
        since = f", {_since(said)}" if said.since else ""
        stream = f" ({said.stream})" if said.stream else ""
        yield f"    says      {said.product}{stream} is {said.state}{detail} in {said.interval}{since}"
        yield f"    compared  {said.comparison}   [{said.scheme}]"


def _why_not(said: StatementEvidence, deciding: Collection[str]) -> str:
    return "outranked" if said.stream in deciding else "of another stream"


def _since(said: StatementEvidence) -> str:
    """Say since when it is known: by the record's own day or, where it has none, that of the first build with it.

    The store keeps one of the two. No record is younger than its feed, so a day after that is a build's.
    """
    is_of_build = bool(said.feed_date) and said.since > said.feed_date
    return f"{'first seen' if is_of_build else 'known since'} {said.since}"


def _measured(finding: Finding) -> Iterable[str]:
    evidence = finding.evidence
    for name, value in (("value", evidence.value), ("expected", evidence.expected), ("origin", evidence.origin)):
        if value:
            yield f"{name}: {value}"


def _why(finding: Finding, report: Report) -> Iterable[str]:
    """Say what the rule is for, where the report holds it: those of the first versions do not."""
    rule = next((each for each in report.rules if each.id == finding.rule), None)
    if rule is None:
        return
    yield rule.why
    if rule.threats:
        yield f"limits: {', '.join(rule.threats)}"


def _fix(finding: Finding) -> Iterable[str]:
    """Say what mends it, and how that is written where it stands."""
    yield finding.fix or "Nothing is known that fixes it."
    if finding.snippet:
        yield "written like this:"
        yield from (f"    {line}" for line in finding.snippet.splitlines())


def _base(finding: Finding, base: BaseFacts | None, others: Alternatives | None) -> Iterable[str]:
    """Say whether it comes with the base, and which other one would clear it."""
    if base is None or not finding.origin:
        return
    if finding.origin != "base":
        yield f"own layers have a part in it; a newer {base.name} alone does not clear it"
        return
    yield f"it comes with the base {base.name}: upgrade the base image"
    if others is not None:
        yield from _others(finding, others)


def _others(finding: Finding, others: Alternatives) -> Iterable[str]:
    clearing = [each for each in others.clearings if finding.id in each.cleared]
    yield from (_clearing(each, others.findings) for each in clearing[:_MOST_BASES])
    more = len(clearing) - _MOST_BASES
    if more > 0:
        yield f"and {more} more in the catalogue would clear it"
    if not others.compared:
        yield f"the catalogue has no other image of {others.family} to compare: plimsoll base add TARGET"
    elif not clearing:
        yield f"of {others.compared} other {others.family} images in the catalogue none is known to be without it"
    if others.left_out:
        yield f"{others.left_out} more of them {'was' if others.left_out == 1 else 'were'} not compared"


def _clearing(each: Clearing, findings: int) -> str:
    doubts = [
        *([f"{each.unmeasured} of its source packages are not measured"] if each.unmeasured else []),
        *([f"{counted(each.unread, 'thing')} in it could not be read"] if each.unread else []),
    ]
    brings = f"brings {each.brings} {'other' if each.brings == 1 else 'others'}" if each.brings else "brings no other"
    doubt = f" ({'; '.join(doubts)})" if doubts else ""
    return f"{each.name} would clear {each.findings} of {findings}, and {brings}{doubt}"


def _mass(mass: float, *, is_doubtful: bool) -> str:
    if is_doubtful:
        return f"mass of this, at the low end only: {mass:.3f}"
    return f"mass of this finding: {mass:.3f}"


def _score(finding: Finding, score: Score, without: Score, mass: str) -> Iterable[str]:
    yield mass
    if score.low is None or score.high is None or without.low is None or without.high is None:
        yield "the report has no score"
        return
    now, then = _range(score.low, score.high), _range(without.low, without.high)
    fixed = f"all findings of {finding.package.source.name}" if finding.package else "all that its fix removes"
    yield f"score now {now}; without {fixed} {then}"


def _range(low: float, high: float) -> str:
    return f"{low:.1f} to {high:.1f}"


def _waiver(finding: Finding) -> Iterable[str]:
    if finding.waiver is None:
        return
    mark = finding.waiver
    until = f" until {mark.expires}" if mark.expires else ""
    yield f"{mark.owner} accepts it{until}: {mark.reason}"
    yield f"by waiver {mark.id}; it keeps the finding from the gates, not from the score"


def _section(title: str, lines: Iterable[str]) -> Iterable[str]:
    listed = list(lines)
    return ["", title, *(f"  {line}" for line in listed)] if listed else []


def _rows(rows: Iterable[Row]) -> Iterable[str]:
    return [f"{name:<{_WIDTH}}  {value}" for name, value in rows if value]


def _printing(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text)
