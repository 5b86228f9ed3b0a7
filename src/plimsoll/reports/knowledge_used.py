"""Which knowledge a report rests on, in the words that every format uses."""

from plimsoll.model.report import Report


def knowledge_used(report: Report) -> str:
    """Say it in a few words, `embedded snapshot of 2026-11-24`; empty where the report does not say."""
    if not report.knowledge_built:
        return ""
    return f"{'embedded snapshot of' if report.snapshot else 'store built'} {report.knowledge_built}"
