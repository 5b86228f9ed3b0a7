"""Knowledge: what a publisher states about a package of a product, and what it speaks for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity


class State(StrEnum):
    """What a publisher says of a package and a vulnerability, within one interval of versions."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not affected"
    WILL_NOT_FIX = "will not fix"
    DEFERRED = "deferred"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One publisher's word on one interval of versions: from `lo` (inclusive) to `hi` (exclusive).

    `product` is `id:version` of a distribution, or the product of a packaging system (`pypi`); `package` the *source*
    package, or for rpm distributions the binary where the publisher lists binaries, in the system's normal spelling.
    `vulnerability` is the CVE where there is one; `advisory` the record that says so (`CVE-…`, `DSA-…`).
    `lo` "" is "from the start"; `hi` None is "not fixed"; `hi_inclusive` makes `hi` the last affected one.
    `severity` is the publisher's own rating, None where it gives none. `detail` is the publisher's own word for
    the state (`no-dsa`, `postponed`, `end-of-life` …). `since` is the record's date (ISO), "" if unknown.
    `evidence` rows support other statements on the same vulnerability and decide only when there is none.
    `stream` is "" for the release as such, else the part of it that the statement is about: `module:nodejs:18` (rpm
    modularity), `esm` (Ubuntu Pro), `eus:9.2`, `aus:…`, `e4s:…`, `tus:…` (Red Hat's extended support). `modified` is
    when the record last changed (ISO date and time, UTC), where several feeds hold copies of one record under the
    same `advisory`: the newest copy counts, "" if there is only one. `aliases` are other ids of the same vulnerability.
    """

    product: str
    package: str
    vulnerability: str
    advisory: str
    state: State
    scheme: str
    lo: str = ""
    hi: str | None = None
    hi_inclusive: bool = False
    stream: str = ""
    severity: Severity | None = None
    detail: str = ""
    since: str = ""
    evidence: bool = False
    aliases: tuple[str, ...] = ()
    modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A CVSS vector of a vulnerability. `score` is the base score, 0.0 to 10.0; `version` is 2, 3 or 4."""

    vulnerability: str
    version: int
    score: float
    vector: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploited:
    """A vulnerability that is known to be exploited in the wild, since an ISO date."""

    vulnerability: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probability:
    """The estimated probability of exploitation in the next 30 days (EPSS), 0.0 to 1.0."""

    vulnerability: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeaksFor:
    """A feed file speaks for a product; `packages` None means for all its packages.

    `beside` are files of the same feed that hold the rest of the product: while one of them is missing, only
    the packages that the present files name are spoken for. `named` is what a file that holds only part
    (`partial.toml`) names in full, where that is less than the packages of its statements. `until` is the last
    day (ISO, "" without end) on which all this holds: a file of a later day speaks for `afterwards` only.
    """

    product: str
    packages: frozenset[str] | None = None
    beside: tuple[str, ...] = ()
    named: frozenset[str] | None = None
    until: str = ""
    afterwards: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """The date (ISO) that a feed file states for itself. Without one the file's own time counts.

    A file that lies in the future is refused. `of_record` marks the date of some record instead, where the file
    states none: the latest that is not in the future counts.
    """

    date: str
    of_record: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A record that could not be used, with the reason; counted, shown by `db status`, never a crash.

    `known` is what it says all the same: undetermined, where package and release are known, so that a scan tells it.
    """

    record: str
    reason: str
    known: tuple[Statement, ...] = ()


Knowledge = Statement | Rating | Exploited | Probability | SpeaksFor | AsOf | Unusable


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One publisher's feed. One file in `knowledge/feeds/` holds one such constant.

    `files` are patterns relative to a feeds folder (`debian/tracker.json`); each may be wrapped in one more
    `.xz`. `urls` are (address, path below the feeds folder) pairs to fetch. `licence` is None when the
    publisher states none: such a feed is fetched, never embedded. `authority` orders feeds that speak about the
    same product, package and vulnerability: the highest decides, the others are evidence. `kind` is
    `advisories`, `exploited` or `probability`. `reference` is an address with `{id}`.
    `dispensable` says how readily the embedded snapshot does without the feed where room is short: the highest first,
    0 never. `parse(path, file, limits)` yields what one unwrapped file says; `path` is its name below the feeds folder.
    It raises KnowledgeError when the file as a whole cannot be read and LimitError when it is over a limit.
    """

    name: str
    title: str
    kind: str
    licence: str | None
    notice: str
    files: tuple[str, ...]
    urls: tuple[tuple[str, str], ...]
    parse: Callable[[str, Path, Limits], Iterable[Knowledge]]
    authority: int = 0
    reference: str = ""
    dispensable: int = 0
