"""The JSON report: the nouns as they are, for tools and for `explain --report`."""

from dataclasses import dataclass, replace
from inspect import cleandoc
from typing import Any

import msgspec

from plimsoll.errors import LimitError, TargetError
from plimsoll.model.check import CheckResult, CheckState
from plimsoll.model.finding import Evidence
from plimsoll.model.limits import Limits
from plimsoll.model.report import SCHEMA, Report
from plimsoll.model.reporting import Format, Style
from plimsoll.model.severity import Severity
from plimsoll.reports.document import json_document
from plimsoll.reports.text import visible

_AGAIN = "Write one with: plimsoll scan TARGET --format json --output report.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marked:
    """What a report says of itself before anything else is believed."""

    schema: str


def render(report: Report, _style: Style) -> str:
    """Give the report as JSON; the keys are those of the nouns (docs/reference/report.md)."""
    return json_document(replace(report, checks=tuple(map(_brief, report.checks))))


@dataclass(frozen=True, slots=True)
class _Passed:
    """A check that passed: there are many, and all that is said of them is this."""

    rule: str
    subject: str
    severity: Severity
    likelihood: float
    state: CheckState = CheckState.PASS


_NOTHING = Evidence()


def _brief(check: CheckResult) -> Any:  # noqa: ANN401 - as a check, with fewer keys
    if check.state is not CheckState.PASS or check.reason or check.evidence != _NOTHING:
        return check
    return _Passed(check.rule, check.subject, check.severity, check.likelihood)


def read_report(data: bytes, limits: Limits) -> Report:
    """Read a JSON report.

    Raises LimitError for more bytes than `report_size`, TargetError for anything else than a
    `plimsoll-report/1`. Keys that this version does not know are ignored: they are added, never renamed.
    """
    if len(data) > limits.report_size:
        raise LimitError("report_size", limits.report_size, f"the report ({len(data)} bytes)")
    try:
        schema = msgspec.json.decode(data, type=_Marked).schema
        if schema == SCHEMA:
            return msgspec.json.decode(data, type=Report)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        reason = visible(str(error))
        raise TargetError(f"this is no JSON report of Plimsoll: {reason}", advice=_AGAIN) from error
    message = f"the report is of schema {visible(schema, 80)}; this version reads {SCHEMA}"
    raise TargetError(message, advice=_AGAIN)


def report_schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of the report, made from the nouns and their docstrings."""
    (_,), definitions = msgspec.json.schema_components([Report], ref_template="#/$defs/{name}")
    for definition in definitions.values():
        if "description" in definition:
            definition["description"] = cleandoc(definition["description"])
    report = definitions["Report"]
    report["properties"]["schema"] = {"const": SCHEMA}
    report["required"] = ["schema", *report["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:plimsoll:{SCHEMA.replace('/', ':')}",
        "title": f"Plimsoll report ({SCHEMA})",
        "$ref": "#/$defs/Report",
        "$defs": dict(sorted(definitions.items())),
    }


JSON = Format(name="json", title="Everything, for tools", commands=("scan",), render=render)
