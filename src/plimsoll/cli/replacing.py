"""What formats that show the text of files need besides a report: what was judged, kept until they are written."""

from typing import TYPE_CHECKING

from plimsoll.model.report import Report

if TYPE_CHECKING:
    from plimsoll.pipeline.judging import Judged


class Kept:
    """What was judged last, for the replacements of a report that is made of it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._judged: Judged | None = None

    def keep(self, judged: "Judged") -> "Judged":
        """Keep what was judged, and give it."""
        self._judged = judged
        return judged

    def with_replacements(self, report: Report) -> Report:
        """Give the report with what mends its findings as changes of text; this takes a while."""
        if self._judged is None:
            return report
        from plimsoll.pipeline.replacements import with_replacements

        return with_replacements(report, self._judged)
