"""The images of workloads, scanned beside them: one report, and one score of both."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from plimsoll.compliance.score import joined
from plimsoll.errors import PlimsollError
from plimsoll.model.estate import Estate
from plimsoll.model.gap import Gap
from plimsoll.model.report import FeedState, Report, WaiverState


def images_of(estate: Estate) -> tuple[str, ...]:
    """Give the names of the images that workloads use, as far as they are known."""
    names = (each.image.stated for workload in estate.workloads for each in workload.containers if each.image.is_known)
    return tuple(dict.fromkeys(name for name in names if name))


def with_image_scans(report: Report, estate: Estate, scan_of: Callable[[str], Report]) -> Report:
    """Add what is in the images of workloads to their report; an image that cannot be read is a gap.

    In the score each fix counts once, with the worst of its images (design, idea 4).
    """
    scans: list[Report] = []
    gaps: list[Gap] = []
    for name in images_of(estate):
        try:
            scans.append(scan_of(name))
        except PlimsollError as error:
            gaps.append(_not_read(report.subjects[0].id, name, error))
    return _together(report, scans, gaps)


def _not_read(subject: str, name: str, error: PlimsollError) -> Gap:
    return Gap(
        subject=subject,
        what="image-not-read",
        question=f"what is in the image {name}",
        reason=error.message,
        advice=error.advice or f"Pull it, docker pull {name}, or scan an archive of it.",
    )


def _together(report: Report, scans: Sequence[Report], gaps: Sequence[Gap]) -> Report:
    every = [report, *scans]
    return replace(
        report,
        subjects=tuple(subject for each in every for subject in each.subjects),
        score=joined([each.score for each in every]),
        findings=tuple(finding for each in every for finding in each.findings),
        checks=tuple(check for each in every for check in each.checks),
        gaps=(*(gap for each in every for gap in each.gaps), *gaps),
        packages=tuple(package for each in every for package in each.packages),
        undetermined=tuple(finding for each in every for finding in each.undetermined),
        not_applicable=tuple(one for each in every for one in each.not_applicable),
        knowledge=_feeds(feed for each in every for feed in each.knowledge),
        knowledge_built=max(each.knowledge_built for each in every),
        snapshot=any(each.snapshot for each in every),
        waivers=_waivers(waiver for each in every for waiver in each.waivers),
    )


def _feeds(feeds: Iterable[FeedState]) -> tuple[FeedState, ...]:
    """Give each feed once; it is used where it speaks for anything."""
    known: dict[str, FeedState] = {}
    for feed in feeds:
        if feed.name not in known or feed.used:
            known[feed.name] = feed
    return tuple(known.values())


def _waivers(waivers: Iterable[WaiverState]) -> tuple[WaiverState, ...]:
    """Give each waiver once, with the findings of all scans; one that is used anywhere is used."""
    known: dict[WaiverState, WaiverState] = {}
    for waiver in waivers:
        key = replace(waiver, state="", findings=0)
        before = known.get(key)
        if before is None:
            known[key] = waiver
        else:
            state = before.state if before.state == "expired" or not waiver.findings else waiver.state
            known[key] = replace(waiver, state=state, findings=before.findings + waiver.findings)
    return tuple(known.values())
