"""One scan of workloads, from what was read to the report: judge, waive, score."""

from plimsoll import __version__
from plimsoll.compliance.score import score
from plimsoll.findings.failures import Failures
from plimsoll.model.check import CheckState
from plimsoll.model.report import Report, Tool
from plimsoll.pipeline.estate import UNREAD
from plimsoll.pipeline.judging import Judged
from plimsoll.pipeline.waiving import Decisions, waived
from plimsoll.pipeline.workload_target import Declared


def scan_workloads(target: str, declared: Declared, judged: Judged, facts: Decisions) -> Report:
    """Say what is wrong with a target that is workloads and nothing else."""
    found = judged.failures
    subjects = (declared.subject, *found.subjects)
    findings, waivers = waived(found.findings, subjects, judged, facts)
    return Report(
        tool=Tool(name="plimsoll", version=__version__),
        as_of=facts.as_of,
        target=target,
        subjects=subjects,
        score=score(
            findings,
            found.checks,
            unmeasured={},
            stale={},
            unread=_unread(judged),
            measured_anything=_was_judged(found),
        ),
        checks=found.checks,
        findings=findings,
        gaps=judged.estate.gaps,
        waivers=waivers,
        settings=facts.settings,
        rules=judged.told,
    )


def _was_judged(found: Failures) -> bool:
    return any(check.state in {CheckState.PASS, CheckState.FAIL} for check in found.checks)


def _unread(judged: Judged) -> tuple[tuple[str, int], ...]:
    """Count the files that could not be understood, which weigh at the low end as unread ones do."""
    faults = sum(gap.what in UNREAD for gap in judged.estate.gaps)
    return (("configuration", faults),) if faults else ()
