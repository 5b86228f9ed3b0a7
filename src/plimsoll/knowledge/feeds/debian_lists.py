"""The lists of Debian's errata (DSA and DLA) in the security tracker's repository; they reach back to 2002.

Format: https://security-team.debian.org/security_tracker.html (`[07 Apr 2014] DSA-2896-1 openssl - …`, then, indented,
`{CVE-2014-0160}`, `[wheezy] - openssl 1.0.1e-2+deb7u5` and notes).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.end_of_life import end_of_life, version_of_codename
from plimsoll.knowledge.reading import AGAIN, cleaned, unreadable
from plimsoll.model.limits import Limits
from plimsoll.model.statement import AsOf, Feed, Knowledge, SpeaksFor, State, Statement, Unusable

SCHEME = "dpkg"

_HEAD = re.compile(r"\[(\d{1,2}) (\w{3}) (\d{4})\] (D[SL]A-\d+(?:-\d+)?)\s+(.*)", re.ASCII)
_CVES = re.compile(r"\{([^{}]*)\}")
_FIX = re.compile(r"\[([a-z]+)\]\s+-\s+(\S+)\s+(\S+)(?:\s.*)?", re.ASCII)
_CVE = re.compile(r"CVE-\d{4}-\d{4,}", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WORDS = {
    "<not-affected>": State.NOT_AFFECTED,
    "<end-of-life>": State.WILL_NOT_FIX,
    "<unfixed>": State.AFFECTED,
    "<no-dsa>": State.DEFERRED,
    "<undetermined>": State.UNDETERMINED,
}
_NO_SECURITY = re.compile(r"regression|end[- ]of[- ]life|announcement|new upstream|key change", re.IGNORECASE)
_LONGEST_LINE = 1 << 20


@dataclass(slots=True)
class _Erratum:
    """One erratum as it is read: lines that are no part of one are kept to be counted."""

    id: str
    day: str
    title: str
    cves: list[str] = field(default_factory=list)
    fixes: list[tuple[str, str, str]] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield one statement per fixed package and CVE of every erratum; all of it is evidence."""
    newest = ""
    named: dict[str, set[str]] = {}
    for erratum in _errata(path, file, limits):
        newest = max(newest, erratum.day)
        for item in _of_erratum(erratum):
            if isinstance(item, Statement):
                named.setdefault(item.product, set()).add(item.package)
            yield item
    if not newest:
        raise KnowledgeError(f"{path} holds no erratum", advice=AGAIN)
    yield AsOf(date=newest, of_record=True)
    for product, names in sorted(named.items()):
        # While a release lives, its errata leave out what is not fixed yet.
        end = end_of_life(product)
        has_ended = end is not None and end.date < newest
        yield SpeaksFor(product=product, packages=frozenset(names) if has_ended else frozenset())


def _errata(path: str, file: Path, limits: Limits) -> Iterator[_Erratum]:
    erratum: _Erratum | None = None
    records = 0
    for line in _lines(path, file, limits):
        head = _HEAD.match(line)
        if head:
            if erratum is not None:
                yield erratum
            records += 1
            if records > limits.feed_records:
                raise LimitError("feed_records", limits.feed_records, path)
            erratum = _Erratum(head[4], _day(*head.group(1, 2, 3)), head[5])
        elif erratum is not None:
            _add(erratum, line.strip())
        elif line.strip():
            raise KnowledgeError(f"{path} is not what its publisher serves: it begins with no erratum", advice=AGAIN)
    if erratum is not None:
        yield erratum


def _lines(path: str, file: Path, limits: Limits) -> Iterator[str]:
    size = 0
    with unreadable(path), file.open("rb") as stream:
        while line := stream.readline(_LONGEST_LINE):
            size += len(line)
            if size > limits.feed_size:
                raise LimitError("feed_size", limits.feed_size, path)
            yield line.decode("utf-8", "replace")


def _day(day: str, month: str, year: str) -> str:
    number = _MONTHS.index(month) + 1 if month in _MONTHS else 0
    return f"{year}-{number:02d}-{int(day):02d}" if number and 1 <= int(day) <= 31 else ""


def _add(erratum: _Erratum, text: str) -> None:
    if not text or text.startswith("NOTE"):
        return
    if found := _CVES.match(text):
        erratum.cves.extend(_CVE.findall(found[1]))
    elif fix := _FIX.fullmatch(text):
        erratum.fixes.append((fix[1], fix[2], fix[3]))
    else:
        erratum.strange.append(text)


def _of_erratum(erratum: _Erratum) -> Iterator[Knowledge]:
    for text in erratum.strange:
        yield Unusable(record=erratum.id, reason=f"has a line that is no part of an erratum: {cleaned(text)!r}")
    cves = tuple(dict.fromkeys(erratum.cves))
    said = [item for fix in erratum.fixes for cve in cves or (erratum.id,) for item in _of_fix(erratum, fix, cve)]
    if cves:
        yield from said
    elif said and not _NO_SECURITY.search(erratum.title):
        yield Unusable(record=erratum.id, reason="an erratum that names no CVE")


def _of_fix(erratum: _Erratum, fix: tuple[str, str, str], cve: str) -> Iterator[Knowledge]:
    codename, package, version = fix
    release = version_of_codename("debian", codename)
    state = _WORDS.get(version)
    if release is None or (state is None and version.startswith("<")):
        what = f"{codename!r} is no release" if release is None else f"{cleaned(version)!r} is no state"
        yield Unusable(record=f"{erratum.id} {cleaned(package)}", reason=f"{what} that Plimsoll knows")
        return
    yield Statement(
        product=f"debian:{release}",
        package=package,
        vulnerability=cve,
        advisory=erratum.id,
        state=state or State.AFFECTED,
        scheme=SCHEME,
        hi=None if state else version,
        detail=version.strip("<>") if state not in {None, State.AFFECTED, State.NOT_AFFECTED} else "",
        since=erratum.day,
        evidence=True,
    )


DEBIAN_LISTS = Feed(
    name="debian-lists",
    title="Debian's lists of errata (DSA, DLA)",
    kind="advisories",
    licence="MIT",
    notice="Debian security tracker data (https://salsa.debian.org/security-tracker-team/security-tracker), Copyright"
    " Software in the Public Interest, Inc. and others, published under the Expat (MIT) licence of Debian's web pages.",
    files=("debian/DSA-list*.txt", "debian/DLA-list*.txt"),
    urls=(
        (
            "https://salsa.debian.org/security-tracker-team/security-tracker/-/raw/master/data/DSA/list",
            "debian/DSA-list.txt",
        ),
        (
            "https://salsa.debian.org/security-tracker-team/security-tracker/-/raw/master/data/DLA/list",
            "debian/DLA-list.txt",
        ),
    ),
    parse=parse,
    authority=40,
    reference="https://security-tracker.debian.org/tracker/{id}",
    dispensable=5,
)
