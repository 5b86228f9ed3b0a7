"""Installed Python packages: METADATA of wheels, PKG-INFO of eggs (Python packaging, "Core metadata")."""

import re
from collections.abc import Iterable

from plimsoll.ecosystems.zips import Budget, Zip, ZipError
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_MOST_HEAD = 1 << 20
"""Bytes of one file that are read: fields come first, descriptions may be long."""

_END = re.compile(rb"\n\r?\n")
_FIELDS = frozenset({b"name", b"version", b"license", b"license-expression", b"requires-dist", b"classifier"})
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._\-]{0,198}[A-Za-z0-9])?")
_VERSION = re.compile(r"[^\s\x00-\x1f\x7f]{1,200}")
_EXTRA = re.compile(r"\bextra\s*==")
_MOST_REQUIRED = 1000
_LONGEST_LICENCE = 200
_EGG_BUDGET = 4 << 20


def parse(path: str, data: bytes) -> Observed:
    """Read one package's fields; of a zipped egg those in it. Total: what has no name or version becomes a fault."""
    if not path.endswith(".egg"):
        return _read(data)
    try:
        archive, budget = Zip(data, 0, len(data)), Budget(_EGG_BUDGET)
        infos = [m for m in archive.members(frozenset({b"info"})) if m.name == "EGG-INFO/PKG-INFO"]
        return _read(archive.text(infos[0], budget, _MOST_HEAD)) if infos else _fault("it holds no EGG-INFO/PKG-INFO")
    except ZipError as error:
        return _fault(str(error))


def _read(data: bytes) -> Observed:
    fields: dict[str, list[str]] = {}
    for line in _head(data[:_MOST_HEAD]).split(b"\n"):
        key, _, value = line.partition(b":")
        if (key := key.lower()) in _FIELDS:
            fields.setdefault(key.decode(), []).append(value.decode("utf-8", "backslashreplace").strip())
    # Where a field is repeated that must not be, the first holds, as for Python's own reader.
    name, version = (fields.get(key, [""])[0] for key in ("name", "version"))
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        return _fault("it has no name or no version that could be one")
    record = PackageRecord.simple(
        name, version, licence=_licence(fields), requires=_requires(fields.get("requires-dist", []))
    )
    return Observed(packages=(record,))


def _head(data: bytes) -> bytes:
    """Give what stands before the description, and all where the description is a field itself.

    Old tools write empty lines into that field, and more fields behind it; its own lines are indented.
    """
    end = _END.search(data)
    head = data[: end.start()] if end else data
    return data if b"\nDescription:" in head else head


def _licence(fields: dict[str, list[str]]) -> str:
    """Give the expression, else the text if it is a name, else what the classifiers say."""
    for stated in fields.get("license-expression", []), fields.get("license", []):
        if stated and stated[0] not in ("", "UNKNOWN") and len(stated[0]) <= _LONGEST_LICENCE:
            return stated[0]
    classifiers = (text.split("::") for text in fields.get("classifier", [])[:_MOST_REQUIRED])
    names = [parts[-1].strip() for parts in classifiers if len(parts) > 2 and parts[0].strip() == "License"]
    return " OR ".join(names)[:_LONGEST_LICENCE]


def _requires(stated: Iterable[str]) -> tuple[str, ...]:
    """Give the names that are needed without an extra being asked for."""
    found: dict[str, None] = {}
    for text in list(stated)[:_MOST_REQUIRED]:
        name = _NAME.match(text)
        if name and not _EXTRA.search(text.partition(";")[2]):
            found[name[0]] = None
    return tuple(found)


def _fault(reason: str) -> Observed:
    return Observed(faults=(reason,))


PYPI = Ecosystem(
    name="pypi",
    title="Python packages",
    version=1,
    system="pypi",
    paths=("*.dist-info/METADATA", "*.egg-info/PKG-INFO", "EGG-INFO/PKG-INFO", "*.egg-info", "*.egg"),
    parse=parse,
)
