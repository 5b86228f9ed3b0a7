"""The last report, kept in the cache so that `explain` can look into it."""

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import mkstemp

from plimsoll.model.check import CheckState
from plimsoll.model.limits import Limits
from plimsoll.model.report import Report
from plimsoll.reports.document import compact
from plimsoll.reports.json_report import read_report

NAME = "last-report.json"


def keep_last(report: Report, cache: Path) -> None:
    """Keep a report as the last one, without what passed; where the cache cannot be written there is none."""
    telling = tuple(check for check in report.checks if check.state is not CheckState.PASS)
    document = compact(replace(report, checks=telling))  # Only `explain` reads it, so it is as small as can be.
    with suppress(OSError):
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = mkstemp(dir=cache, prefix=".last-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(document)
            Path(temporary).replace(cache / NAME)
        finally:
            Path(temporary).unlink(missing_ok=True)


def last_report(cache: Path, limits: Limits) -> Report | None:
    """Give the last report, or None where there is none. Raises TargetError for one that is damaged."""
    try:
        data = (cache / NAME).read_bytes()
    except OSError:
        return None
    return read_report(data, limits)
