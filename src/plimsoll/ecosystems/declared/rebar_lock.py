"""Erlang packages: rebar.lock, Erlang terms that are read as text and never evaluated (Rebar3, "Lock files")."""

import re

from plimsoll.ecosystems.gathering import Gathering
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_ENTRY = re.compile(
    rb'\{<<"([^"\n]{1,200})">>,\s{0,99}'
    rb'\{(?:pkg,<<"([^"\n]{1,200})">>,<<"([^"\n]{1,200})">>[^{}]{0,300}|([a-z_]{1,20}),[^{}]{1,999}(?:\{[^{}]{1,300}\})?)\},'
    rb"\s{0,99}([0-9]{1,9})\}"
)
"""`{<<"app">>,{pkg,<<"name">>,<<"version">>},0}` or `{<<"app">>,{git,"address",{ref,"commit"}},1}`, then its level."""
_HEAD = re.compile(rb'\{<<"[^"\n]{1,200}">>,\s{0,99}\{')
_COMMIT = re.compile(rb'"([0-9a-f]{7,64})"\}')
_HASHES = b"{pkg_hash_ext,"
_HASH = re.compile(rb'\{<<"([^"\n]{1,200})">>,\s{0,99}<<"([0-9A-Fa-f]{64})">>\}')


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read every package; level 0 is what the project asks for. One from git has its commit, a fault as well."""
    gathering = Gathering()
    of_archives = data[data.find(_HASHES) :] if _HASHES in data else b""
    hashes = {app: value.decode().lower() for app, value in _HASH.findall(of_archives)}
    line, at, read = 1, 0, 0
    for entry in _ENTRY.finditer(data):
        line += data.count(b"\n", at, entry.start())
        at = entry.start()
        read += 1
        _take(entry, line, hashes, gathering)
    heads = sum(1 for _ in _HEAD.finditer(data))
    if heads > read:
        gathering.fault(f"{heads - read} entries are not understood")
    if not read and data.strip() not in {b"", b"[]."}:
        gathering.fault("it holds no package of a rebar.lock")
    return gathering.observed()


def _take(entry: re.Match[bytes], line: int, hashes: dict[bytes, str], gathering: Gathering) -> None:
    app, name, version = (_text(entry[number]) for number in (1, 2, 3))
    if not name:
        gathering.fault(f"{app} comes from {_text(entry[4])}, so its version is at best known as a commit", line)
        commit = _COMMIT.search(entry[0])
        if commit is None:
            return
        name, version = app, _text(commit[1])
    digest = hashes.get(entry[1])
    gathering.add(
        PackageRecord.simple(
            name,
            version,
            line=line,
            direct=int(entry[5]) == 0,
            hashes=(f"sha256:{digest}",) if digest else (),
        )
    )


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "backslashreplace")


REBAR_LOCK = Ecosystem(
    name="rebar-lock",
    title="Hex packages that Rebar3 resolved",
    version=1,
    system="hex",
    paths=("rebar.lock",),
    declared=True,
    parse=parse,
)
