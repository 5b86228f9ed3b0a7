"""One scan, from target to report: examine, match, weigh, waive, score."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO

from plimsoll import __version__
from plimsoll.compliance.score import score
from plimsoll.findings.match import Matched, match
from plimsoll.findings.waive import apply_waivers
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.finding import Finding
from plimsoll.model.knowledge import EndOfLife, KnowledgeBase
from plimsoll.model.report import Report, Tool
from plimsoll.model.score import Score
from plimsoll.model.waiver import Waiver
from plimsoll.pipeline.distribution import VersionOf
from plimsoll.pipeline.examine import Examination, Examined, Progress, examine
from plimsoll.pipeline.inventory import Inventory
from plimsoll.plugins import discover


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a scan knows besides the target: the store, our own tables, the user's decisions, the day."""

    knowledge: KnowledgeBase
    end_of_life: Callable[[str], EndOfLife | None]
    version_of: VersionOf
    waivers: Sequence[Waiver]
    as_of: str
    settings: str = ""


def scan(how: Examination, facts: Facts, standard_input: IO[bytes], progress: Progress) -> tuple[Report, Examined]:
    """Say what is in a target and what is wrong with it. Raises what `examine` raises."""
    examined = examine(how, facts.version_of, standard_input, progress)
    inventory, subject = examined.inventory, examined.subject
    distro = inventory.distro
    matched = match(
        subject.id,
        inventory.packages,
        distro,
        {name: plugin.scheme for name, plugin in discover("plimsoll.ecosystems", Ecosystem).items()},
        facts.knowledge,
        facts.end_of_life(distro.product) if distro else None,
        facts.as_of,
    )
    findings, waivers = apply_waivers(matched.findings, (subject,), facts.waivers, facts.as_of)
    report = Report(
        tool=Tool(name="plimsoll", version=__version__),
        as_of=facts.as_of,
        target=how.target,
        subjects=(subject,),
        score=_score(findings, matched, inventory),
        findings=findings,
        gaps=(*examined.gaps, *inventory.gaps, *matched.gaps),
        knowledge=facts.knowledge.feeds(facts.as_of),
        layers=examined.layers,
        packages=inventory.packages,
        waivers=waivers,
        settings=facts.settings,
    )
    return report, examined


def _score(findings: Sequence[Finding], matched: Matched, inventory: Inventory) -> Score:
    """Score what was found; a target is measured when feeds spoke for at least one of its packages."""
    return score(
        findings,
        unmeasured=matched.unmeasured,
        stale=matched.stale,
        undetermined=matched.undetermined,
        unread=tuple(inventory.unread.items()),
        measured_anything=matched.measured > 0,
    )
