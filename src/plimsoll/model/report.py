"""The report: what every format renders."""

from dataclasses import dataclass

from plimsoll.model.bases import BaseFacts
from plimsoll.model.check import CheckResult
from plimsoll.model.finding import Finding, NotApplicable
from plimsoll.model.gap import Gap
from plimsoll.model.package import Package
from plimsoll.model.score import Score
from plimsoll.model.subject import Subject

SCHEMA = "plimsoll-report/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """A feed as it stood when the report was made. `date` is ISO; `age_days` counts from it to the report.

    `kind` is `advisories`, `exploited` or `probability`. `title` is what its publisher calls it. `used` says that it
    speaks for something of the report's.
    """

    name: str
    date: str
    age_days: int
    kind: str = "advisories"
    licence: str = ""
    records: int = 0
    title: str = ""
    used: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFacts:
    """A layer of an image, bottom first: verified diff id, size in bytes (inflated), and its instruction."""

    digest: str
    size: int
    instruction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """What made the report."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverState:
    """A waiver and what became of it: used, unused or expired.

    `origin` is where it stands: plimsoll.toml, a file of exceptions, or a line of a file. `note` says why it waives
    nothing (it gives no reason, there is no such rule).
    """

    id: str
    state: str
    reason: str
    owner: str
    expires: str = ""
    findings: int = 0
    origin: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """A rule that something fails, as its row says it, so that a report can be read alone."""

    id: str
    title: str
    why: str
    likelihood: str
    threats: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is known about the subjects, as of a date (ISO day: ages and waivers depend on it).

    `settings` names the configuration file that was used, if any. `hidden` counts the findings that filters
    (`--severity`, `--ignore-unfixed` …) keep out of `findings`; they stay in the score.

    `undetermined` are no findings, but may be some: the vendor has not determined it (`status` says so), or the
    installed version has no order among those of the advisories. They count at the low end of the score only;
    no filter and no gate touches them. `not_applicable` says of what is stated about a source package why it does not
    concern the packages made from it. `knowledge_built` is the ISO day on which the knowledge was built, `snapshot`
    says that it is the one embedded in Plimsoll, not one that `db update` built. `base` is what the image is built on,
    null where that is not known. `baseline` names the earlier report that findings were compared with.
    `rules` are those that findings are of. `unsought` counts the findings for which no replacement was sought, in
    formats that have them: there were too many, or too much text.
    """

    schema: str = SCHEMA
    tool: Tool
    as_of: str
    target: str
    subjects: tuple[Subject, ...]
    score: Score
    checks: tuple[CheckResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    knowledge: tuple[FeedState, ...] = ()
    layers: tuple[LayerFacts, ...] = ()
    packages: tuple[Package, ...] = ()
    waivers: tuple[WaiverState, ...] = ()
    settings: str = ""
    hidden: int = 0
    undetermined: tuple[Finding, ...] = ()
    not_applicable: tuple[NotApplicable, ...] = ()
    knowledge_built: str = ""
    snapshot: bool = False
    base: BaseFacts | None = None
    baseline: str = ""
    rules: tuple[RuleFacts, ...] = ()
    unsought: int = 0
