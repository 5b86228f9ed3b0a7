"""Alpine packages: lib/apk/db/installed (apk-tools, "installed database": one letter, a colon, a value)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from plimsoll.ecosystems.stanzas import read_stanzas, words
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, Owned, PackageRecord

_FIELDS = frozenset({b"P", b"V", b"A", b"o", b"L", b"D", b"p"})

_NAME_LINE = re.compile(rb"^P:(.*)$", re.MULTILINE)
_FILE_LINE = re.compile(rb"^R:(.+)$", re.MULTILINE)
_RELATION = re.compile(rb"[^\s<>=~@!]+")
"""What a relation speaks of, without the version; one that begins with `!` forbids (apk-package(5))."""
_LARGEST_OWNED = 256 << 20
"""Bytes of all paths together; folder names repeat in them, so a small database could make huge lists."""


@dataclass(frozen=True, slots=True)
class _Relations:
    """Who needs what: filled while packages are read, resolved when all are known.

    `provides` says which package provides a name: its own, a library (`so:`), a command (`cmd:`), a file.
    """

    provides: dict[str, str] = field(default_factory=dict)

    def record(self, fields: Mapping[bytes, bytes]) -> PackageRecord:
        """Give a package with what it needs as it says it. Raises ValueError for one without name or version."""
        package = _record(fields)
        for name in _names(fields.get(b"p", b"")):
            self.provides.setdefault(name, package.name)
        return package

    def resolved(self, packages: tuple[PackageRecord, ...]) -> Iterator[PackageRecord]:
        """Give packages that need packages; what no package provides stays where it is a package's name."""
        named = {package.name for package in packages}
        for package in packages:
            found = (name if name in named else self.provides.get(name, name) for name in package.requires)
            requires = (name for name in dict.fromkeys(found) if name != package.name and _is_package(name))
            yield replace(package, requires=tuple(requires)) if package.requires else package


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read an installed database. Total: stanzas without a name or version become faults."""
    relations = _Relations()
    observed = read_stanzas(data, _key, relations.record)
    packages = tuple(relations.resolved(observed.packages))
    try:
        owned = tuple(_owned(data, {package.name for package in packages}))
    except ValueError as error:
        return replace(observed, packages=packages, faults=(*observed.faults, str(error)))
    return replace(observed, packages=packages, owned=owned)


def _key(line: bytes) -> bytes:
    """Give the letter of a line that matters; file lists repeat only other letters (F, M, R, a, Z)."""
    key = line[:1]
    return key if line[1:2] == b":" and key in _FIELDS else b""


def _record(fields: Mapping[bytes, bytes]) -> PackageRecord:
    name, version = words(fields.get(b"P", b"")), words(fields.get(b"V", b""))
    if not name or not version:
        raise ValueError("it has no name or no version")
    return PackageRecord(
        name=name,
        version=version,
        source=words(fields.get(b"o", b"")) or name,
        # The origin is built in one go, so its version is the package's own.
        source_version=version,
        architecture=words(fields.get(b"A", b"")),
        licence=words(fields.get(b"L", b"")),
        requires=tuple(_names(fields.get(b"D", b""))),
    )


def _names(relations: bytes) -> Iterator[str]:
    for relation in relations.split():
        found = _RELATION.match(relation)
        if found:
            yield found[0].decode("utf-8", "backslashreplace")


def _is_package(name: str) -> bool:
    return ":" not in name and not name.startswith("/")


def _owned(data: bytes, names: set[str]) -> Iterator[Owned]:
    """Give the files of each package: `F:` names a folder, the `R:` after it the files in it.

    Raises ValueError when the lists would be far larger than the database.
    """
    left = _LARGEST_OWNED
    for stanza in data.split(b"\n\n"):
        head, *folders = stanza.split(b"\nF:")
        found = _NAME_LINE.search(head)
        owner = found[1].strip().decode("utf-8", "backslashreplace") if found else ""
        if owner not in names:
            continue
        lists: list[bytes] = []
        for folder in folders:
            name, _, rest = folder.partition(b"\n")
            files = _FILE_LINE.findall(rest)
            before = name + b"/" if name else b""
            left -= len(before) * len(files) + len(rest)
            if left < 0:
                raise ValueError("lists of files together are too long: which package owns which file is not known")
            lists.extend(before + file for file in files)
        if lists:
            yield Owned(owner=owner, paths=b"\n".join(lists).decode("utf-8", "backslashreplace"))


APK = Ecosystem(
    name="apk",
    title="Alpine packages",
    version=2,
    system="apk",
    paths=("lib/apk/db/installed", "usr/lib/apk/db/installed"),
    at_root=True,
    parse=parse,
)
