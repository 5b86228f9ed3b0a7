"""What an image is built on, and which findings come with it, in a line."""

from shlex import quote

from plimsoll.model.finding import Finding
from plimsoll.model.report import Report
from plimsoll.reports.text import visible

BASE = "base"
"""What `origin` says of a finding that comes with the base."""


def split_of(report: Report) -> tuple[int, int] | None:
    """Count the findings of the base and those of own layers; None where findings are not split."""
    if report.base is None or not report.base.layers:
        return None
    of_base = sum(finding.origin == BASE for finding in report.findings)
    return of_base, len(report.findings) - of_base


def base_line(report: Report) -> str:
    """Say what the image is built on: `base debian:12 (3 layers): 41 findings; own layers: 7`; "" if unknown."""
    base, split = report.base, split_of(report)
    if base is None:
        return ""
    name = visible(base.name or base.digest, 200)
    if split is None:
        advice = f" → plimsoll base add {quote(f'image:{name}')}" if base.name else ""
        return f"base {name}: findings are not split into base and own, for {visible(base.reason)}.{advice}"
    layers = f"{base.layers} {'layer' if base.layers == 1 else 'layers'}"
    if base.layers == len(report.layers):
        return f"base {name} ({layers}): {_findings(split[0])}; no layers of its own" + _rest(split[1])
    return f"base {name} ({layers}): {_findings(split[0])}; own layers: {split[1]}"


def _rest(number: int) -> str:
    return f"; elsewhere: {number}" if number else ""


def _findings(number: int) -> str:
    return f"{number} finding{'' if number == 1 else 's'}"


def origin_word(finding: Finding) -> str:
    """Give the word for a finding of the base, "" for any other."""
    return BASE if finding.origin == BASE else ""
