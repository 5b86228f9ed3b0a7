"""One scan, from target to report: examine, match, weigh, waive, score."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO

from plimsoll import __version__
from plimsoll.compliance.score import score
from plimsoll.findings.failures import NONE
from plimsoll.findings.match import Matched, match
from plimsoll.findings.origin import with_origins
from plimsoll.model.bases import BaseImage
from plimsoll.model.check import CheckResult, CheckState
from plimsoll.model.finding import Finding
from plimsoll.model.knowledge import EndOfLife, KnowledgeBase
from plimsoll.model.package import Distro
from plimsoll.model.report import FeedState, Report, Tool
from plimsoll.model.score import Score
from plimsoll.model.subject import Subject
from plimsoll.pipeline.distribution import VersionOf
from plimsoll.pipeline.examine import SOURCE_TREE, Examination, Examined, Progress, examine
from plimsoll.pipeline.inventory import Inventory
from plimsoll.pipeline.judging import Judged
from plimsoll.pipeline.recognition import base_of, layers_of
from plimsoll.pipeline.waiving import Decisions, waived


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts(Decisions):
    """What a scan knows besides the target: the store, our own tables, the user's decisions, the day.

    `built` is the ISO day on which the knowledge was built, `snapshot` whether it is the embedded one, `titles`
    what the publishers call their feeds, by name. `bases` is the catalogue of base images.
    """

    knowledge: KnowledgeBase
    end_of_life: Callable[[str], EndOfLife | None]
    version_of: VersionOf
    built: str = ""
    snapshot: bool = False
    titles: Mapping[str, str] = field(default_factory=dict)
    bases: Sequence[BaseImage] = ()


def scan(
    how: Examination,
    facts: Facts,
    standard_input: IO[bytes],
    progress: Progress,
    workloads: Callable[[Subject], Judged | None] = lambda _: None,
) -> tuple[Report, Examined]:
    """Say what is in a target and what is wrong with it. Raises what `examine` raises.

    `workloads` gives what a source tree declares beside its packages, judged.
    """
    examined = examine(how, facts.version_of, standard_input, progress)
    inventory = examined.inventory
    # Without a version (rolling releases) the product that feeds are asked for is `arch:`; people read `arch`.
    subject = examined.subject
    matched = match(subject.id, inventory.packages, facts.knowledge, _ending(facts, inventory.distro), facts.as_of)
    judged = workloads(subject) if subject.kind == SOURCE_TREE else None
    found = judged.failures if judged else NONE
    subjects = (subject, *found.subjects)
    failing = (*matched.findings, *found.findings)
    findings, waivers = waived(failing, subjects, judged, facts)
    base = base_of(examined, facts.bases)
    of_base = layers_of(base, examined)
    report = Report(
        tool=Tool(name="plimsoll", version=__version__),
        as_of=facts.as_of,
        target=how.target,
        subjects=subjects,
        score=_score(findings, matched, inventory, found.checks),
        checks=found.checks,
        findings=with_origins(findings, inventory.packages, of_base),
        gaps=(*examined.gaps, *inventory.gaps, *matched.gaps, *(judged.estate.gaps if judged else ())),
        knowledge=_feeds(facts, matched),
        layers=examined.layers,
        packages=inventory.packages,
        waivers=waivers,
        settings=facts.settings,
        undetermined=with_origins(matched.undetermined, inventory.packages, of_base),
        not_applicable=matched.not_applicable,
        knowledge_built=facts.built,
        snapshot=facts.snapshot,
        base=base,
        rules=judged.told if judged else (),
    )
    return report, examined


def _ending(facts: Facts, distro: Distro | None) -> Callable[[str], EndOfLife | None]:
    """Ask for the end of the distribution itself where it is judged by the feeds of another (CentOS by Red Hat's)."""
    return lambda product: facts.end_of_life(distro.product if distro and product == distro.asked else product)


def _feeds(facts: Facts, matched: Matched) -> tuple[FeedState, ...]:
    return tuple(
        replace(
            feed,
            title=facts.titles.get(feed.name, ""),
            used=feed.kind != "advisories" or feed.name in matched.relied_on,
        )
        for feed in facts.knowledge.feeds(facts.as_of)
    )


def _score(findings: Sequence[Finding], matched: Matched, inventory: Inventory, checks: Sequence[CheckResult]) -> Score:
    """Score what was found.

    A target is measured when feeds speak for at least one of its packages, or when something was found anyway:
    advisories tell of packages that no feed speaks for in full.
    """
    return score(
        findings,
        checks,
        unmeasured=matched.unmeasured,
        stale=matched.stale,
        undetermined=matched.undetermined,
        unread=tuple(inventory.unread.items()),
        measured_anything=matched.measured > 0
        or bool(findings)
        or any(check.state is CheckState.PASS for check in checks),
    )
