"""The Debian security team's tracker: its decision on every vulnerability of every source package and release.

Format: https://security-tracker.debian.org/tracker/data/json (package → vulnerability → releases → {status,
fixed_version, urgency, nodsa, nodsa_reason}). A fixed version "0" says that the release was never affected.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.end_of_life import version_of_codename
from plimsoll.knowledge.reading import cleaned, decoded, whole
from plimsoll.knowledge.urgency import severity_of_urgency
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, Knowledge, SpeaksFor, State, Statement, Unusable

SCHEME = "dpkg"


class _Decision(msgspec.Struct):
    status: str
    urgency: str | None = None
    fixed_version: str | None = None
    nodsa: str | None = None
    nodsa_reason: str | None = None


class _Entry(msgspec.Struct):
    releases: dict[str, msgspec.Raw] | list[None]
    """An empty list where the tracker names no release."""


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield one statement per source package, vulnerability and release."""
    tracker = decoded(whole(path, file, limits), dict[str, msgspec.Raw], path)
    seen: set[str] = set()
    for package, raw in tracker.items():
        for item in _of_package(package, raw):
            seen.update(said.product for said in _statements_in(item))
            yield item
    if not seen:
        raise KnowledgeError(f"{path} holds no decision on any release", advice="Fetch the feed again.")
    yield from (SpeaksFor(product=product) for product in sorted(seen))


def _statements_in(item: Knowledge) -> tuple[Statement, ...]:
    return item.known if isinstance(item, Unusable) else (item,) if isinstance(item, Statement) else ()


def _of_package(package: str, raw: msgspec.Raw) -> Iterator[Knowledge]:
    try:
        entries = decoded(raw, dict[str, msgspec.Raw], package)
    except KnowledgeError as error:
        yield Unusable(record=package, reason=error.message)
        return
    for vulnerability, entry in entries.items():
        record = f"{package} {vulnerability}"
        try:
            releases = decoded(entry, _Entry, record).releases
        except KnowledgeError as error:
            yield Unusable(record=record, reason=error.message)
            continue
        for codename, decision in releases.items() if isinstance(releases, dict) else ():
            yield _statement(package, vulnerability, codename, decision)


def _statement(package: str, vulnerability: str, codename: str, raw: msgspec.Raw) -> Knowledge:
    record = f"{package} {vulnerability} {codename}"
    version = version_of_codename("debian", codename)
    if version is None:
        return Unusable(record=record, reason=f"{codename!r} is no release that Plimsoll knows")
    product = f"debian:{version}"
    try:
        decision = decoded(raw, _Decision, record)
        state, detail, fixed = _meaning(decision)
    except KnowledgeError as error:
        return Unusable(record=record, reason=error.message, known=(_undetermined(product, package, vulnerability),))
    return Statement(
        product=product,
        package=package,
        vulnerability=vulnerability,
        advisory=vulnerability,
        state=state,
        scheme=SCHEME,
        hi=fixed,
        severity=severity_of_urgency(decision.urgency or ""),
        detail=detail,
    )


def _undetermined(product: str, package: str, vulnerability: str) -> Statement:
    name = cleaned(vulnerability) or "unnamed"
    return Statement(
        product=product, package=package, vulnerability=name, advisory=name, state=State.UNDETERMINED, scheme=SCHEME
    )


def _meaning(decision: _Decision) -> tuple[State, str, str | None]:
    """Give the state, the publisher's own word for it, and the fixed version.

    Raises KnowledgeError for a decision that means nothing we know.
    """
    if decision.status == "resolved" and decision.fixed_version == "0":
        return State.NOT_AFFECTED, "", None
    if decision.status == "resolved" and decision.fixed_version:
        return State.AFFECTED, "", decision.fixed_version
    if decision.status == "undetermined":
        return State.UNDETERMINED, "undetermined", None
    if decision.status == "open":
        return (*_open(decision), None)
    raise KnowledgeError(f"status {decision.status[:40]!r} with fixed version {decision.fixed_version!r} says nothing")


def _open(decision: _Decision) -> tuple[State, str]:
    if decision.urgency == "end-of-life":
        return State.WILL_NOT_FIX, "end-of-life"
    if decision.nodsa_reason == "ignored":
        return State.WILL_NOT_FIX, "ignored"
    if decision.nodsa_reason:
        return State.DEFERRED, decision.nodsa_reason
    if decision.nodsa is not None:
        return State.DEFERRED, "no-dsa"
    return State.AFFECTED, ""


DEBIAN_TRACKER = Feed(
    name="debian-tracker",
    title="Debian Security Tracker",
    kind="advisories",
    licence="MIT",
    notice="Debian Security Tracker data (https://security-tracker.debian.org/), Copyright Software in the Public"
    " Interest, Inc. and others, published under the Expat (MIT) licence of Debian's web pages.",
    files=("debian/tracker.json",),
    urls=(("https://security-tracker.debian.org/tracker/data/json", "debian/tracker.json"),),
    parse=parse,
    authority=100,
    reference="https://security-tracker.debian.org/tracker/{id}",
    dispensable=2,
)
