"""The tables of the report for people: no boxes, columns that fold, and only what a person reads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plimsoll.model.declared import declarations, declared_at
from plimsoll.model.severity import Severity
from plimsoll.reports.origins import BASE, origin_word
from plimsoll.reports.text import LONGEST, visible
from plimsoll.reports.unmeasured import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

    from plimsoll.model.finding import Finding
    from plimsoll.model.gap import Gap
    from plimsoll.model.package import Package
    from plimsoll.reports.fixes import Fix

WIDE = 90
"""Columns from which there is room for what is nice to know."""

SHORT = 24
"""Columns of a text that is rather not folded, as the id of a vulnerability."""

_PATH = 32
"""Characters of a path in a column."""

CELL = 60
"""Characters of one text in a table; longer ones are cut."""

SEVERITY_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "blue",
    Severity.NEGLIGIBLE: "dim",
    Severity.UNKNOWN: "magenta",
}


def headed(title: str, body: RenderableType) -> RenderableType:
    """Give a block with its title, indented by two."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    return Group(Text(title, "bold"), Padding(body, (0, 0, 0, 2)))


def grid(rows: Iterable[Sequence[str | Text]], headers: Sequence[str] = (), *, whole: int = 0) -> Table:
    """Give a table without lines; texts are shown as they are, so they must have been made visible.

    The first `whole` columns are not folded as long as their texts are short; a column without any text is left out.
    """
    from rich.table import Table
    from rich.text import Text

    cells = [[Text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    used = [number for number, column in enumerate(zip(*cells, strict=True)) if any(cell.plain for cell in column)]
    cells = [[row[number] for number in used] for row in cells]
    headers = [headers[number] for number in used] if headers else ()
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=bool(headers), header_style="dim")
    for number, column in enumerate(zip(*cells, strict=True)):
        is_short = all(cell.cell_len <= SHORT for cell in column)
        header = Text(headers[number]) if headers else ""
        table.add_column(header, overflow="fold", no_wrap=number < whole and is_short)
    for row in cells:
        table.add_row(*row)
    return table


def fix_rows(fixes: Sequence[Fix], low: float | None, width: int) -> Table:
    """Give one row for each fix, and what the score would be with it."""
    what = "Package" if any(fix.installed for fix in fixes) else "What"
    if width < WIDE:
        headers: tuple[str, ...] = (what, "Fix", "Worst", "For", "Score", "From")
    else:
        headers = (what, "Installed", "Fix", "Worst", "Findings", "EPSS", "Score", "From")
    return grid([_fix_row(fix, low, is_wide=width >= WIDE) for fix in fixes], headers)


def _fix_row(fix: Fix, low: float | None, *, is_wide: bool) -> list[str | Text]:
    installed = [visible(fix.installed, CELL)] if is_wide else []
    epss = [_epss(fix.epss)] if is_wide else []
    return [
        visible(fix.name, CELL),
        *installed,
        visible(fix.remedy, CELL) or "none yet",
        _severity(fix.severity),
        _exploited(str(fix.findings), exploited=fix.exploited),
        *epss,
        gain(low, fix.score, at_most=fix.at_most),
        BASE if fix.of_base else "",
    ]


def whole(score: float) -> int:
    """Give a score as people read it: rounded down, so that it never looks better than it is."""
    return int(score + 1e-9)


def gain(low: float | None, score: float | None, *, at_most: bool) -> str:
    """Say what a fix gives: `61 → 66`, `61 → ≤ 66` where some of its findings stay, `+0.4` where it gives little."""
    if low is None or score is None:
        return ""
    limit = "≤ " if at_most else ""
    before, after = whole(low), whole(score)
    return f"{before} → {limit}{after}" if after > before else f"{limit}+{score - low:.1f}"


def _severity(severity: Severity) -> Text:
    from rich.text import Text

    return Text(severity.value, SEVERITY_STYLES[severity])


def _exploited(text: str, *, exploited: bool) -> Text:
    from rich.text import Text

    return Text(text) + (Text(", exploited", "bold red") if exploited else Text(""))


def _epss(epss: float | None) -> str:
    return "" if epss is None else f"{epss:.1%}"


def finding_rows(findings: Sequence[tuple[Finding, int]], packages: Sequence[Package], width: int) -> Table:
    """Give one row for each finding, with the number of its places (`each_once`).

    `packages` are those of the report, which say where they are declared.
    """
    is_wide = width >= WIDE
    headers = ("Severity", "Finding", "Where", *(("Fixed in", "EPSS", "Declared in") if is_wide else ()), "Remark")
    declared = [package for package in packages if package.declared]
    rows = [_finding_row(finding, places, declared, is_wide=is_wide) for finding, places in findings]
    return grid(rows, headers, whole=2)


def _finding_row(finding: Finding, places: int, packages: Sequence[Package], *, is_wide: bool) -> list[str | Text]:
    found = finding.vulnerability
    name = found.id if found else finding.rule or finding.kind.value
    fixed = visible(found.fixed_in, CELL) if found else ""
    where = visible(_where(finding), CELL) + (f" and {places - 1} more" if places > 1 else "")
    declared = _declared(finding, packages)
    if is_wide:
        middle = [where, fixed, _epss(found.epss if found else None), declared]
    else:
        middle = [_arrow(where, fixed) + (f"\n{declared}" if declared else "")]
    return [_severity(finding.severity), visible(name, CELL), *middle, _remark(finding)]


def _declared(finding: Finding, packages: Sequence[Package]) -> str:
    """Say where a declared package stands, of several places the first."""
    places = declarations(finding, packages)
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return visible(declared_at(replace(places[0], path=_end_of(places[0].path))), CELL) + more if places else ""


def _end_of(path: str) -> str:
    """Leave out the first folders of a path that is too long for a column; `explain` and JSON have all of it."""
    names = path.split("/")
    while len(names) > 1 and len("/".join(names)) > _PATH:
        names = names[1:]
    return path if len(path) <= _PATH else "…/" + "/".join(names)


def _arrow(before: str, after: str) -> str:
    return f"{before} → {after}" if after else before


def each_once(findings: Sequence[Finding]) -> list[tuple[Finding, int]]:
    """Give each finding once, with the number of its places: several places in one object may be one finding."""
    counts: dict[tuple[str, str], tuple[Finding, int]] = {}
    for finding in findings:
        first, count = counts.get((finding.subject, finding.id), (finding, 0))
        counts[finding.subject, finding.id] = (first, count + 1)
    return list(counts.values())


def _where(finding: Finding) -> str:
    if finding.package:
        return f"{finding.package.source.name} {finding.package.source.version}"
    place = finding.location
    line = "".join(f":{number}" for number in (place.line, place.column) if number)
    if not place.path and place.line:
        return f"word {place.pointer.removeprefix('/')}" if place.pointer else finding.subject
    return f"{_end_of(place.path)}{line}" if place.path else finding.subject


def _remark(finding: Finding) -> Text:
    from rich.text import Text

    found = finding.vulnerability
    marks: list[Text] = [] if found else [Text(visible(finding.title))]
    if found and found.exploited:
        marks.append(Text("exploited", "bold red"))
    if finding.waiver:
        marks.append(Text("waived", "dim"))
    if finding.known:
        marks.append(Text("known since the baseline", "dim"))
    if found and found.status != "affected":
        marks.append(Text(visible(found.status, CELL)))
    if word := origin_word(finding):
        marks.append(Text(word))
    return Text(", ").join(marks)


def gap_rows(gaps: Sequence[Gap], *, several: bool) -> Table:
    """Give every gap, none left out: what, how many, why, and what would measure it."""
    following = [*(gap.advice for gap in gaps[1:]), ""]
    return grid(
        [
            (
                f"{visible(gap.what, CELL)} ({gap.count})",
                _gap(gap, "" if gap.advice == next_one else gap.advice, several=several),
            )
            for gap, next_one in zip(gaps, following, strict=True)
        ]
    )


def _gap(gap: Gap, told: str, *, several: bool) -> str:
    """Say what a gap is; advice that the next one repeats is told there."""
    where = f"{visible(gap.subject)}: " if several else ""
    advice = f"\n→ {visible(told)}" if told else ""
    return f"{where}{visible(sentence(gap), 2 * LONGEST)}{advice}"
