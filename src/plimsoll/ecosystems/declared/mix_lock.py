"""Elixir and Erlang packages: mix.lock, an Elixir map that is read as text and never evaluated (`mix help deps`)."""

import re
from dataclasses import dataclass, replace

from plimsoll.ecosystems.gathering import Gathering, resolved, text_lines
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_ENTRY = re.compile(r'"([^"\s]{1,200})": {0,9}(?:\{:(hex|git|path), |\S)')
"""`"app": {:hex, …`: the name of the application, and where it comes from."""
_HEX = re.compile(r':"?([^\s",]{1,200})"?, "([^"]{1,200})"')
"""The package on Hex, which may be called otherwise, and its version."""
_GIT = re.compile(r'"[^"]*", "([0-9a-f]{7,64})"')
_REQUIRED = re.compile(r'\[hex: :"?([^\s",\]]{1,200})')
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    app: str
    kind: str
    body: str
    line: int


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read every entry; what comes from git has its commit as version, which no feed speaks of: a fault as well."""
    gathering = Gathering()
    found: list[PackageRecord] = []
    for number, line in text_lines(data, gathering):
        entries = _entries(line, number)
        if not entries and line.strip() not in {"", "%{", "}", "%{}"}:
            gathering.fault(f"{line.strip()[:60]!r} is not understood", number)
        for entry in entries:
            if gathering.has_room(len(found)) and (record := _record(entry, gathering)) is not None:
                found.append(record)
    versions = {record.name: record.version for record in found}
    for record in found:
        gathering.add(replace(record, requires=resolved(record.requires, versions)))
    return gathering.observed()


def _entries(line: str, number: int) -> list[_Entry]:
    """Split a line at its entries; Mix writes one on each, but nothing says it must."""
    heads = list(_ENTRY.finditer(line))
    ends = [*(head.start() for head in heads[1:]), len(line)] if heads else []
    return [
        _Entry(app=head[1], kind=head[2] or "", body=line[head.end() : end], line=number)
        for head, end in zip(heads, ends, strict=True)
    ]


def _record(entry: _Entry, gathering: Gathering) -> PackageRecord | None:
    if entry.kind == "hex" and (hex_ := _HEX.match(entry.body)):
        required = tuple(_REQUIRED.findall(entry.body))
        outer = entry.body.rstrip(" ,}").rpartition(", ")[2].strip('"')
        hashes = (f"sha256:{outer}",) if _DIGEST.fullmatch(outer) else ()
        return PackageRecord.simple(hex_[1], hex_[2], line=entry.line, requires=required, hashes=hashes)
    if entry.kind == "git" and (git := _GIT.match(entry.body)):
        gathering.fault(f"{entry.app} comes from git, so its version is only known as a commit", entry.line)
        return PackageRecord.simple(entry.app, git[1], line=entry.line)
    where = "comes from a folder, whose version is not stated" if entry.kind == "path" else "is not understood"
    gathering.fault(f"{entry.app} {where}", entry.line)
    return None


MIX_LOCK = Ecosystem(
    name="mix-lock",
    title="Hex packages of a project",
    version=1,
    system="hex",
    paths=("mix.lock",),
    declared=True,
    parse=parse,
)
