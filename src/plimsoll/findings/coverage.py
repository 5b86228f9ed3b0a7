"""Which packages any feed speaks for, how old its word is, and what that leaves unmeasured."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from plimsoll.findings.installs import Install
from plimsoll.model.gap import Gap
from plimsoll.model.knowledge import EndOfLife, KnowledgeBase, Speaker
from plimsoll.model.wording import counted, some_of

STALE_AFTER_DAYS = 30
_NAMES_SHOWN = 5
_THREATS = {
    "exploited": "Which of the vulnerabilities are exploited in the wild by now?",
    "probability": "How likely is it by now that each vulnerability is exploited?",
}
_UPDATE = "Fetch newer advisories: plimsoll db update."


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the feeds speak for. The mappings go by source package key; `dates` by (name asked about, feed).

    `relied_on` are the feeds that speak for any of the packages.
    """

    unmeasured: Mapping[str, str]
    stale: Mapping[str, int]
    measured: int
    gaps: tuple[Gap, ...]
    dates: Mapping[tuple[str, str], str]
    relied_on: frozenset[str] = frozenset()

    def without(self, packages: Collection[str]) -> "Coverage":
        """Take the weight off source packages, by key, whose vulnerabilities concern nobody here."""
        return replace(
            self,
            unmeasured={key: reason for key, reason in self.unmeasured.items() if key not in packages},
            stale={key: age for key, age in self.stale.items() if key not in packages},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one subject's packages are asked against, as of an ISO day. `end_of_life` is that of a product."""

    subject: str
    knowledge: KnowledgeBase
    end_of_life: Callable[[str], EndOfLife | None]
    as_of: str


def cover(question: Question, installs: Sequence[Install]) -> Coverage:
    """Ask which feeds speak for all these packages, and say what is missing, old or past its end of life."""
    products: dict[str, list[Install]] = {}
    for install in installs:
        products.setdefault(install.product, []).append(install)
    parts = [
        _of_product(question, product, found) if product else _without_distribution(question, found)
        for product, found in sorted(products.items())
    ]
    spoken = {key: speakers for part in parts for key, speakers in part.speakers.items()}
    ages = {key: min(_age(speaker, question.as_of) for speaker in of) for key, of in spoken.items()}
    unmeasured = {key: reason for part in parts for key, reason in part.unmeasured.items()}
    gaps = [gap for part in parts for gap in part.gaps]
    if any(products):
        gaps += [*(gap for part in parts for gap in _stale_feeds(question, part)), *_threat_feeds(question)]
    return Coverage(
        unmeasured=unmeasured,
        stale={key: age for key, age in ages.items() if age > STALE_AFTER_DAYS and key not in unmeasured},
        measured=len(spoken),
        gaps=tuple(gaps),
        dates={key: day for part in parts for key, day in part.dates.items()},
        relied_on=frozenset(speaker.feed for of in spoken.values() for speaker in of),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What the feeds speak for of one product."""

    product: str = ""
    speakers: Mapping[str, Sequence[Speaker]] = field(default_factory=dict)
    unmeasured: Mapping[str, str] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    dates: Mapping[tuple[str, str], str] = field(default_factory=dict)


def _without_distribution(question: Question, installs: Sequence[Install]) -> _Part:
    """Say that nothing can be measured, because no feed can be chosen."""
    sources = {install.package: install.source for install in installs}
    gap = Gap(
        subject=question.subject,
        what="no-distribution",
        question=f"Which vulnerabilities do {counted(len(sources.values()), 'source package')} have?",
        reason="the distribution is not known, so no advisories can be chosen",
        count=len(sources),
        advice="Say which it is: --distro ID:VERSION (for example debian:12).",
    )
    return _Part(unmeasured=dict.fromkeys(sources, "the distribution is not known"), gaps=(gap,))


def _of_product(question: Question, product: str, installs: Sequence[Install]) -> _Part:
    """Ask once which feeds speak for the packages of a product, by any of the names that they are asked under."""
    sources = {install.package: install.source for install in installs}
    spoken = question.knowledge.speakers(product, sorted({install.asked for install in installs}))
    speakers: dict[str, tuple[Speaker, ...]] = {}
    for install in installs:
        if of := spoken.get(install.asked):
            speakers[install.package] = tuple(dict.fromkeys((*speakers.get(install.package, ()), *of)))
    silent = {key: source for key, source in sources.items() if key not in speakers}
    unmeasured = dict.fromkeys(silent, f"no feed speaks for it in {product}")
    gaps = [*_silent(question, product, silent)]
    ended = question.end_of_life(product)
    if ended is not None and question.as_of > ended.date:
        gaps.append(_ended(question, ended, sources.values()))
        reason = f"{product} is past its end of life, {ended.date}"
        unmeasured = {key: unmeasured.get(key, reason) for key in sources}
    dates = {(asked, one.feed): one.date for asked, of in spoken.items() for one in of}
    return _Part(product=product, speakers=speakers, unmeasured=unmeasured, gaps=tuple(gaps), dates=dates)


def _silent(question: Question, product: str, silent: Mapping[str, str]) -> Iterable[Gap]:
    if not silent:
        return
    if question.knowledge.speaks_for(product):
        named = some_of(sorted(silent.values()), _NAMES_SHOWN)
        reason = f"the feeds here speak for other packages of {product}, not for {named}"
    else:
        reason = f"no advisory feed of {product.partition(':')[0]} here speaks for {product}"
    yield Gap(
        subject=question.subject,
        what="no-feed",
        question=f"Which vulnerabilities do {counted(len(silent.values()), 'source package')} of {product} have?",
        reason=reason,
        count=len(silent),
        advice=f"Add a feed that speaks for {product}: plimsoll db update.",
    )


def _stale_feeds(question: Question, part: _Part) -> Iterable[Gap]:
    """Say once for each product how old its feeds are, each by the oldest of its dates that packages depend on."""
    oldest: dict[str, str] = {}
    newest: dict[str, str] = {}
    for key, of in part.speakers.items():
        for speaker in of:
            if _age(speaker, question.as_of) > STALE_AFTER_DAYS:
                newest[key] = max(speaker.date, newest.get(key, ""))
                oldest[speaker.feed] = min(speaker.date, oldest.get(speaker.feed, speaker.date))
    if not newest:
        return
    after = min(newest.values())
    days = {feed: _age(Speaker(feed=feed, date=date), question.as_of) for feed, date in sorted(oldest.items())}
    told = ", ".join(f"the feed {feed} is of {oldest[feed]}, {age} days before" for feed, age in days.items())
    yield Gap(
        subject=question.subject,
        what="stale-feed",
        question=f"What became known of {counted(len(newest), 'source package')} of {part.product} after {after}?",
        reason=f"{told} {question.as_of}",
        count=len(newest),
        advice=_UPDATE,
    )


def _threat_feeds(question: Question) -> Iterable[Gap]:
    """Say what is not known of the danger of vulnerabilities: no feed, or only an old one."""
    feeds = question.knowledge.feeds(question.as_of)
    for kind, asked in _THREATS.items():
        newest = min((feed for feed in feeds if feed.kind == kind), key=lambda feed: feed.age_days, default=None)
        if newest is None:
            yield Gap(
                subject=question.subject,
                what="no-feed",
                question=asked,
                reason="no feed here says so",
                advice=_UPDATE,
            )
        elif newest.age_days > STALE_AFTER_DAYS:
            days = f"{newest.age_days} days before {question.as_of}"
            yield Gap(
                subject=question.subject,
                what="stale-feed",
                question=asked,
                reason=f"the feed {newest.name} is of {newest.date}, {days}",
                advice=_UPDATE,
            )


def _ended(question: Question, ended: EndOfLife, sources: Collection[str]) -> Gap:
    product, told = ended.product, counted(len(sources), "source package")
    return Gap(
        subject=question.subject,
        what="end-of-life",
        question=f"Which vulnerabilities do {told} of {product} have that nobody assesses any more?",
        reason=f"{product} has had no security support since {ended.date} ({ended.source})",
        count=len(sources),
        advice="Move to a release that is still supported.",
    )


def _age(speaker: Speaker, as_of: str) -> int:
    return (date.fromisoformat(as_of) - date.fromisoformat(speaker.date)).days
