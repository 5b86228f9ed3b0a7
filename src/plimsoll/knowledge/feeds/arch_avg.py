"""Arch Linux's security tracker: groups of vulnerabilities (AVG) that share packages, state and fixed version.

Format: https://security.archlinux.org/all.json (`name`, `packages`, `status`, `severity`, `fixed`, `issues`);
an archive may hold one group per file.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.archives import json_members
from plimsoll.knowledge.reading import cleaned, decoded, whole
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Feed, Knowledge, SpeaksFor, State, Statement, Unusable

PRODUCT = "arch"
SCHEME = "rpm"
"""libalpm's comparison is that of rpm, from which it was taken: alpm_pkg_vercmp(3)."""

_ARCHIVES = ("arch/avg-json.tar", "arch/avg-json.tar.gz")
_CVE = re.compile(r"CVE-\d{4}-\d{4,}", re.ASCII)
_STATES = {
    "Vulnerable": State.AFFECTED,
    "Testing": State.AFFECTED,
    "Fixed": State.AFFECTED,
    "Not affected": State.NOT_AFFECTED,
    "Unknown": State.UNDETERMINED,
}
_SEVERITIES = {
    "Critical": Severity.CRITICAL,
    "High": Severity.HIGH,
    "Medium": Severity.MEDIUM,
    "Low": Severity.LOW,
}


class _Group(msgspec.Struct):
    name: str
    packages: list[str]
    status: str
    severity: str = ""
    fixed: str | None = None
    issues: list[str] | None = None


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield one statement per package and vulnerability of every group."""
    yield SpeaksFor(product=PRODUCT)
    if path in _ARCHIVES:
        documents: Iterator[tuple[str, bytes | msgspec.Raw]] = json_members(path, file, limits, lambda _: True)
    else:
        groups = decoded(whole(path, file, limits), list[msgspec.Raw], path)
        documents = ((f"group {index + 1}", raw) for index, raw in enumerate(groups))
    for record, data in documents:
        try:
            yield from _of_group(decoded(data, _Group, record))
        except KnowledgeError as error:
            yield Unusable(record=cleaned(record) or "unnamed", reason=error.message)


def _of_group(group: _Group) -> Iterator[Knowledge]:
    name = cleaned(group.name) or "unnamed"
    state = _STATES.get(group.status)
    fixed = (group.fixed or None) if state is State.AFFECTED else None
    cves = tuple(dict.fromkeys(issue for issue in group.issues or () if _CVE.fullmatch(issue)))
    if state is None or (group.status == "Fixed" and fixed is None) or not cves:
        reason = "names no CVE" if not cves else f"status {group.status[:40]!r} with fixed version {group.fixed!r}"
        yield Unusable(record=name, reason=reason)
        return
    for package in dict.fromkeys(group.packages):
        for cve in cves:
            yield Statement(
                product=PRODUCT,
                package=package,
                vulnerability=cve,
                advisory=name,
                state=state,
                scheme=SCHEME,
                hi=fixed,
                severity=_SEVERITIES.get(group.severity),
                detail=group.status if state is State.UNDETERMINED else "",
            )


ARCH_AVG = Feed(
    name="arch-avg",
    title="Arch Linux security tracker",
    kind="advisories",
    licence=None,
    notice="Arch Linux security tracker (https://security.archlinux.org/); states no licence for its data, so it is"
    " fetched by each user and never embedded.",
    files=(*_ARCHIVES, "arch/all.json"),
    urls=(("https://security.archlinux.org/all.json", "arch/all.json"),),
    parse=parse,
    authority=100,
    reference="https://security.archlinux.org/{id}",
)
