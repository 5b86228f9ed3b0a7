"""Bills of materials: what somebody else, or we, found in a target; nothing is looked at but the list itself."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import read_json
from plimsoll.errors import HostileInputError, LimitError, TargetError
from plimsoll.model.gap import Gap
from plimsoll.model.limits import Limits
from plimsoll.model.subject import Subject
from plimsoll.model.wording import counted, some_of
from plimsoll.trees.source import Opened, Request, SourceKind

if TYPE_CHECKING:
    from plimsoll.sources.bill_entries import Bill
    from plimsoll.sources.bill_packages import Packages

UNUSABLE = "unusable-component"
"""The kind of gap for components that are no packages, though they should be."""

_HEAD = 1 << 16
_CYCLONEDX = re.compile(rb'"bomFormat"\s*+:\s*+"CycloneDX"')
_SPDX = re.compile(rb'"spdxVersion"\s*+:\s*+"SPDX-')
_UNREAD = (
    (b"<", re.compile(rb"<bom\b[^>]{0,2000}cyclonedx\.org/schema/bom"), "CycloneDX in XML"),
    (b"S", re.compile(rb"\ASPDXVersion:\s*+SPDX-"), "SPDX as tags and values"),
    (b"{", re.compile(rb"spdx\.org/rdf/3"), "SPDX 3"),
)
"""Bills of formats that are known, but not read: how they begin, what stands in them, what they are."""

_ADVICE = "CycloneDX JSON (1.2 to 1.7) and SPDX JSON (2.2, 2.3) can be read; most tools write one of them."
_MOST_NAMES = 5
_MOST_REASONS = 20
_MEASURED_ANEW = frozenset(
    {"no-feed", "stale-feed", "end-of-life", "undetermined", "version-not-comparable", "no-distribution"}
)
"""Gaps of a scan that reading its list again closes or finds again."""


def recognises(path: Path, limits: Limits) -> bool:
    """Say whether a file is a bill of materials of a known format, wherever in it that is said."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if _is_bill(head) or _unread(head):
            return True
        begins = _begins(head) == b"{"
        return begins and len(head) == _HEAD and _is_bill(head + file.read(int(limits.report_size)))


def _begins(data: bytes) -> bytes:
    """Give the first character; an archive that holds a bill somewhere does not begin like one."""
    return data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]


def _is_bill(data: bytes) -> bool:
    return _begins(data) == b"{" and bool(_CYCLONEDX.search(data) or _SPDX.search(data))


def _unread(head: bytes) -> str:
    """Name the format of a bill that is not read, "" where it is none."""
    begins = _begins(head)
    return next((name for sign, pattern, name in _UNREAD if begins == sign and pattern.search(head)), "")


def open_bill(request: Request) -> Opened:
    """Open a bill of materials. Raises TargetError for anything else, HostileInputError for a malformed one."""
    from plimsoll.sources.bill_entries import told_layers
    from plimsoll.sources.bill_packages import Packages

    bill = _read(request)
    subject = Subject(id=f"sbom:{request.name}", kind="bill of materials", name=bill.subject or request.name)
    packages = Packages(bill, "" if request.name == "-" else request.name)
    taken = packages.taken(request.limits)
    return Opened(
        subject=subject,
        took=_took(bill, packages, len(taken)),
        layers=(),
        gaps=tuple(_gaps(bill, packages.problems, subject.id)),
        listed=taken,
        distro=packages.distro,
        told=told_layers(bill),
    )


def _read(request: Request) -> "Bill":
    from plimsoll.sources.cyclonedx_bill import read_cyclonedx
    from plimsoll.sources.spdx_bill import read_spdx

    with request.path.open("rb") as file:
        data = file.read(int(request.limits.report_size) + 1)
    if len(data) > request.limits.report_size:
        raise LimitError("report_size", request.limits.report_size, request.name)
    unread = _unread(data[:_HEAD])
    if unread and not _is_bill(data):
        raise TargetError(
            f"{request.name} is a bill of materials in a format that is not read: {unread}", advice=_ADVICE
        )
    try:
        document = read_json(data)
    except DocumentError as error:
        raise HostileInputError(f"{request.name} is no bill of materials: {error}", advice=_ADVICE) from error
    if isinstance(document, dict) and document.get("bomFormat") == "CycloneDX":
        return read_cyclonedx(document)
    if isinstance(document, dict) and isinstance(document.get("spdxVersion"), str):
        return read_spdx(document)
    raise TargetError(f"{request.name} is no bill of materials of a known format", advice=_ADVICE)


def _took(bill: "Bill", packages: "Packages", number: int) -> str:
    """Say what it is, and what stands in it that is no package."""
    made = f", made {bill.made}" if bill.made else ""
    others = ", ".join(f"{count} of type {kind or 'unknown'}" for kind, count in sorted(packages.others.items()))
    return (
        f"bill of materials ({bill.form}){made}: {number} package{'' if number == 1 else 's'}"
        + (f"; no packages: {others}" if others else "")
        + "; nothing else was looked at"
    )


def _gaps(bill: "Bill", problems: Mapping[str, Sequence[str]], subject: str) -> Iterator[Gap]:
    from plimsoll.sources.bill_entries import told_gaps

    for reason, count in bill.malformed.items():
        yield _unusable(subject, f"{count} parts of the list", reason, count)
    told = sorted(problems.items())
    for reason, names in told[:_MOST_REASONS]:
        yield _unusable(subject, _listed(names), reason, len(names))
    if rest := [name for _, names in told[_MOST_REASONS:] for name in names]:
        yield _unusable(subject, _listed(rest), "for other reasons", len(rest))
    told_before = [gap for gap in told_gaps(bill) if gap.what not in _MEASURED_ANEW]
    for gap in told_before:
        reason = "so says the bill of materials"
        yield Gap(subject=subject, what=gap.what, question=gap.said, reason=reason, count=gap.count)
    if bill.is_incomplete and not any(name == "gap" for name, _ in bill.stated):
        yield Gap(
            subject=subject,
            what="incomplete-bill",
            question="what else is in the target",
            reason="the bill of materials says that it is incomplete",
            advice="Scan the target itself.",
        )


def _unusable(subject: str, question: str, reason: str, count: int) -> Gap:
    return Gap(
        subject=subject,
        what=UNUSABLE,
        question=question,
        reason=reason,
        count=count,
        advice="Scan the target itself, or have the list made with package URLs and versions.",
    )


def _listed(names: Sequence[str]) -> str:
    shown = some_of([name[:100] for name in names], _MOST_NAMES)
    return f"{counted(len(names), 'component')} of the list: {shown}"


SBOM = SourceKind(
    name="sbom",
    title="bill of materials: CycloneDX or SPDX, JSON",
    recognises=recognises,
    open=open_bill,
    precedence=40,
)
