"""How values stand in the store: numbers for vulnerabilities, states, severities and days."""

import re

from plimsoll.model.severity import Severity
from plimsoll.model.statement import State

SCHEMA_VERSION = 3
APPLICATION_ID = 0x504C494D
"""`PLIM`, in the header of every store."""

EVIDENCE, HI_INCLUSIVE, SLOW = 1, 2, 4

STATES = (State.AFFECTED, State.NOT_AFFECTED, State.WILL_NOT_FIX, State.DEFERRED, State.UNDETERMINED)
STATE_CODES = {state: code for code, state in enumerate(STATES)}
NOT_AFFECTED = STATE_CODES[State.NOT_AFFECTED]

SEVERITIES = (
    Severity.NEGLIGIBLE,
    Severity.LOW,
    Severity.MEDIUM,
    Severity.HIGH,
    Severity.CRITICAL,
    Severity.UNKNOWN,
)
SEVERITY_CODES = {severity: code for code, severity in enumerate(SEVERITIES)}

_YEAR = 10**9
_CVE = re.compile(r"CVE-([1-9]\d{3})-(0\d{3}|[1-9]\d{3,8})", re.ASCII)
"""The canonical form only (four digits, more where needed): every other id is interned, so none is renamed."""


def cve_number(name: str) -> int | None:
    """Give the number of a CVE id in canonical form; None for every other id."""
    found = _CVE.fullmatch(name)
    return int(found[1]) * _YEAR + int(found[2]) if found else None


def cve_name(number: int) -> str:
    """Give the CVE id of a positive number."""
    return f"CVE-{number // _YEAR}-{number % _YEAR:04d}"


def day_number(day: str) -> int:
    """Give an ISO day as an integer, 0 for ""."""
    return int(day.replace("-", "")) if day else 0


def day_text(number: int) -> str:
    """Give the ISO day of an integer, "" for 0."""
    return f"{number // 10000:04d}-{number // 100 % 100:02d}-{number % 100:02d}" if number else ""


def moment_number(moment: str) -> int:
    """Give an ISO date and time (UTC) as seconds since 1970, 0 for "" and for what is none."""
    from datetime import UTC, datetime

    try:
        known = datetime.fromisoformat(moment)
    except ValueError:
        return 0
    return max(0, int((known if known.tzinfo else known.replace(tzinfo=UTC)).timestamp()))
