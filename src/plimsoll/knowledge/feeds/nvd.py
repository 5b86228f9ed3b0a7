"""The National Vulnerability Database: CVSS vectors, and which upstream versions each CVE is about.

Format: https://nvd.nist.gov/developers/vulnerabilities (API 2.0) and https://nvd.nist.gov/vuln/data-feeds (feeds 2.0 by
year, the same documents): `vulnerabilities[].cve.{id, vulnStatus, metrics, configurations}`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.archives import damaged, decompressed
from plimsoll.knowledge.cpe import ANY, NOTHING, Cpe, cpe
from plimsoll.knowledge.cvss_rating import rating_of
from plimsoll.knowledge.reading import cleaned, decoded, is_day
from plimsoll.model.limits import Limits
from plimsoll.model.statement import AsOf, Feed, Knowledge, SpeaksFor, State, Statement, Unusable

PRODUCT = "cpe"
SCHEME = "loose"

_CVE = re.compile(r"CVE-\d{4}-\d{4,}", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 2002, 2027
_YEAR = re.compile(r"nvd/nvdcve-2\.0-(\d{4})\.json(\.gz)?")
_METRICS = ("cvssMetricV40", "cvssMetricV31", "cvssMetricV30", "cvssMetricV2")
_WAITING = {"received", "awaiting analysis", "undergoing analysis", "deferred"}
_ELSEWHERE = {"windows", "macos", "mac_os_x", "mac_os", "iphone_os", "ipados", "android"}
"""Systems that a container's programs are not made for; a CPE name says for which one it is meant."""


class _CvssData(msgspec.Struct):
    vector: str = msgspec.field(name="vectorString", default="")


class _Metric(msgspec.Struct):
    data: _CvssData = msgspec.field(name="cvssData", default_factory=_CvssData)


class _Match(msgspec.Struct, rename="camel"):
    criteria: str = ""
    vulnerable: bool = False
    version_start_including: str | None = None
    version_start_excluding: str | None = None
    version_end_including: str | None = None
    version_end_excluding: str | None = None


class _Node(msgspec.Struct, rename="camel"):
    negate: bool = False
    cpe_match: list[_Match] = []


class _Configuration(msgspec.Struct):
    nodes: list[_Node] = []
    negate: bool = False


class _Record(msgspec.Struct, rename="camel"):
    id: str
    published: str = ""
    vuln_status: str = ""
    metrics: dict[str, msgspec.Raw] = {}
    configurations: list[_Configuration] = []


class _Entry(msgspec.Struct):
    cve: _Record


class _Page(msgspec.Struct, rename="camel"):
    vulnerabilities: list[msgspec.Raw]
    timestamp: str = ""
    total_results: int = 0


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield ratings and statements of every record that is not rejected."""
    page = decoded(_whole(path, file, limits), _Page, path)
    if is_day(page.timestamp):
        yield AsOf(date=page.timestamp[:10])
    yield _extent(path, page)
    for index, raw in enumerate(page.vulnerabilities):
        record = f"record {index + 1}"
        try:
            yield from _of_record(decoded(raw, _Entry, record).cve)
        except KnowledgeError as error:
            yield Unusable(record=record, reason=error.message)


def _whole(path: str, file: Path, limits: Limits) -> bytes:
    """Read a file of a year, or a page; a year has over a hundred megabytes, so `feed_size` bounds it."""
    with damaged(path), file.open("rb") as packed, decompressed(packed) as stream:
        data = stream.read(int(limits.feed_size) + 1)
    if len(data) > limits.feed_size:
        raise LimitError("feed_size", limits.feed_size, path)
    return data


def _extent(path: str, page: _Page) -> SpeaksFor:
    """Say that a page that is not all speaks for no product in full; a year does together with the others."""
    year = _YEAR.fullmatch(path)
    if year and is_day(page.timestamp):
        last = min(int(page.timestamp[:4]), _LAST_YEAR)
        others = (other for other in range(_FIRST_YEAR, last + 1) if other != int(year[1]))
        return SpeaksFor(product=PRODUCT, beside=tuple(_file_of(other) for other in others))
    is_all = not year and 0 < page.total_results <= len(page.vulnerabilities)
    return SpeaksFor(product=PRODUCT, packages=None if is_all else frozenset())


def _of_record(record: _Record) -> Iterator[Knowledge]:
    if not _CVE.fullmatch(record.id):
        yield Unusable(record=cleaned(record.id) or "unnamed", reason="is no id of a CVE")
        return
    status = record.vuln_status.lower()
    if status == "rejected":
        return
    yield from (rating_of(record.id, vector) for vector in _vectors(record))
    if not record.configurations:
        reason = f"names no products: {status}" if status in _WAITING else "names no products"
        yield Unusable(record=record.id, reason=reason)
        return
    yield from _of_configurations(record)


def _vectors(record: _Record) -> list[str]:
    """Give the vectors of everyone who rated, each once; raises KnowledgeError for metrics that are none."""
    metrics = (
        metric
        for name in _METRICS
        if name in record.metrics
        for metric in decoded(record.metrics[name], list[_Metric], record.id)
    )
    return list(dict.fromkeys(metric.data.vector for metric in metrics if metric.data.vector))


def _of_configurations(record: _Record) -> Iterator[Knowledge]:
    """Yield what the vulnerable names say; with a platform that they run on, they are still what is vulnerable."""
    versioned: set[str] = set()
    unversioned: dict[str, Statement] = {}
    since = record.published[:10] if is_day(record.published) else ""
    for match in dict.fromkeys(_vulnerable(record)):
        name = cpe(match.criteria)
        if name is None:
            yield Unusable(record=record.id, reason=f"{cleaned(match.criteria)!r} is no CPE name")
            continue
        if name.part != "a" or name.target in _ELSEWHERE:
            continue
        said = _statement(record.id, since, name, _span(name, match))
        if said.state is State.UNDETERMINED:
            unversioned.setdefault(said.package, said)
        else:
            versioned.add(said.package)
            yield said
    # "No version" beside versions stands for old ones that nobody numbered.
    yield from (said for package, said in unversioned.items() if package not in versioned)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """A match that can be compared and counted once."""

    criteria: str
    start: str
    start_excluded: bool
    end: str
    end_included: bool


def _vulnerable(record: _Record) -> Iterator[_Bounds]:
    for configuration in record.configurations:
        for node in configuration.nodes:
            if configuration.negate or node.negate:
                continue
            for match in node.cpe_match:
                if match.vulnerable:
                    yield _Bounds(
                        match.criteria,
                        match.version_start_including or match.version_start_excluding or "",
                        match.version_start_including is None and match.version_start_excluding is not None,
                        match.version_end_including or match.version_end_excluding or "",
                        match.version_end_including is not None,
                    )


@dataclass(frozen=True, slots=True)
class _Span:
    """From `lo` to `hi`; `certain` is not set where the name has no version at all."""

    lo: str
    hi: str | None
    hi_inclusive: bool = False
    certain: bool = True


def _span(name: Cpe, match: _Bounds) -> _Span:
    if name.version not in {ANY, NOTHING}:
        version = name.version if name.update in {ANY, NOTHING} else f"{name.version}-{name.update}"
        return _Span(version, version, hi_inclusive=True)
    if not match.start and not match.end:
        return _Span("", None, certain=name.version == ANY)
    # The lowest version above another one that this scheme knows: `1.0.1` < `1.0.1a` < `1.0.1b` < `1.0.1.0`.
    lo = f"{match.start}.a" if match.start and match.start_excluded else match.start
    return _Span(lo, match.end or None, hi_inclusive=bool(match.end) and match.end_included)


def _statement(cve: str, since: str, name: Cpe, span: _Span) -> Statement:
    return Statement(
        product=PRODUCT,
        package=f"{name.vendor}:{name.product}".lower(),
        vulnerability=cve,
        advisory=cve,
        state=State.AFFECTED if span.certain else State.UNDETERMINED,
        scheme=SCHEME,
        lo=span.lo,
        hi=span.hi,
        hi_inclusive=span.hi_inclusive,
        detail="" if span.certain else "no version",
        since=since,
    )


def _file_of(year: int) -> str:
    return f"nvd/nvdcve-2.0-{year}.json.gz"


NVD = Feed(
    name="nvd",
    title="National Vulnerability Database",
    kind="advisories",
    licence="LicenseRef-public-domain",
    notice="This product uses data from the National Vulnerability Database, a work of the United States government in"
    " the public domain, but is not endorsed or certified by the NVD. Pages of"
    " its API have no lasting address.",
    files=("nvd/cves-2.0-page*.json", "nvd/nvdcve-2.0-*.json", "nvd/nvdcve-2.0-*.json.gz"),
    urls=(
        *(
            (f"https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-{year}.json.gz", _file_of(year))
            for year in range(_FIRST_YEAR, _LAST_YEAR + 1)
        ),
        ("", "nvd/cves-2.0-page.json"),
    ),
    parse=parse,
    authority=10,
    reference="https://nvd.nist.gov/vuln/detail/{id}",
    dispensable=4,
)
