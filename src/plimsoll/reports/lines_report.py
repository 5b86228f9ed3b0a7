"""One line for each finding, `path:line:column: severity rule: title`, for editors and problem matchers.

Source: the form of messages that compilers have (GNU Coding Standards, section 4.4), which Vim's quickfix list, Emacs'
compilation mode and the problem matchers of code hosts read.
"""

from collections.abc import Iterator
from operator import itemgetter

from plimsoll.model.finding import Finding
from plimsoll.model.gap import Gap
from plimsoll.model.report import Report
from plimsoll.model.reporting import Format, Style
from plimsoll.model.wording import counted
from plimsoll.reports.places import opener
from plimsoll.reports.text import visible
from plimsoll.reports.unmeasured import sentence, unmeasured

_LONGEST = 1_000
"""Characters of one text in a line; what is not measured must be told whole."""


def render(report: Report, _style: Style) -> str:
    """Give the findings in order of files and lines, then what was not measured, then one line about all of it.

    Waived findings have `waived` and what was not measured has `unmeasured` in the place of the severity; waivers that
    do nothing have what became of them (`unused`, `expired`).
    """
    place, path = opener(report), _opened(report)
    placed = [(_place(finding, place(finding) or path), finding) for finding in report.findings]
    told = [_finding(where, finding) for where, finding in sorted(placed, key=itemgetter(0))]
    return "\n".join([*told, *_idle_waivers(report), *_gaps(report), _summary(report, len(told))]) + "\n"


_Placed = tuple[str, int, int, str]
"""Path, line, column and the id of a finding, by which they are sorted."""


def _place(finding: Finding, path: str) -> _Placed:
    return path, max(finding.location.line or 1, 1), max(finding.location.column or 1, 1), finding.id


def _finding(where: _Placed, finding: Finding) -> str:
    path, line, column, _ = where
    rule = finding.vulnerability.id if finding.vulnerability else finding.rule or finding.kind.value
    level = "waived" if finding.waiver else finding.severity.value
    title = f"{finding.title or rule}{_remark(finding)}"
    return f"{_shown(path)}:{line}:{column}: {level} {_shown(rule)}: {_shown(title)}"


def _remark(finding: Finding) -> str:
    if finding.waiver:
        return f" ({finding.waiver.reason})"
    package = finding.package
    return f" ({package.source.name} {package.source.version})" if package else ""


def _idle_waivers(report: Report) -> Iterator[str]:
    for waiver in report.waivers:
        if waiver.state != "used":
            path, colon, line = (waiver.origin or report.settings).rpartition(":")
            place = f"{_shown(path)}:{line}" if colon and line.isdecimal() else f"{_shown(path + colon + line)}:1"
            reason = _shown(f"{waiver.reason}; {waiver.note}" if waiver.note else waiver.reason)
            yield f"{place}:1: {_shown(waiver.state)} {_shown(waiver.id)}: a waiver ({reason})"


def _gaps(report: Report) -> Iterator[str]:
    path = _opened(report)
    for gap in unmeasured(report):
        yield f"{_shown(path)}:1:1: unmeasured {_shown(gap.what)}: {_shown(_told(gap))}"


def _opened(report: Report) -> str:
    """Give the target as an editor opens it: a file of workloads may have been named with its platform's scheme."""
    first = report.subjects[0] if report.subjects else None
    return first.name if first is not None and report.target.endswith(f":{first.name}") else report.target


def _told(gap: Gap) -> str:
    advice = f" {gap.advice}" if gap.advice else ""
    return f"{gap.subject}: {sentence(gap)}{advice}"


def _summary(report: Report, shown: int) -> str:
    low, high = report.score.low, report.score.high
    score = f"score {low:.1f} to {high:.1f}" if low is not None and high is not None else "no score"
    hidden = f", {report.hidden} hidden by filters" if report.hidden else ""
    return f"{counted(shown, 'finding')}{hidden}; {score}"


def _shown(text: str) -> str:
    return visible(text, _LONGEST)


LINES = Format(
    name="lines", title="A line for each finding, for editors and problem matchers", commands=("scan",), render=render
)
