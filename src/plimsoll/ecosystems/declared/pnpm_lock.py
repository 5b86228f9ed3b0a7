"""npm packages as pnpm resolved them: pnpm-lock.yaml, versions 5 to 9 (pnpm/spec, "lockfile")."""

import re
from collections.abc import Iterable, Iterator, Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.shapes import mapping, text
from plimsoll.documents.yaml import YamlMapping, read_yaml_documents
from plimsoll.ecosystems.declared.npm_writing import integrity, is_version, needed, reached, scope, split
from plimsoll.ecosystems.gathering import Gathering, fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

Entry = Mapping[str, object]

_RUNNING = ("dependencies", "packageManagerDependencies", "configDependencies")
_ASKED = (*_RUNNING, "optionalDependencies", "devDependencies")
_NEEDED = ("dependencies", "optionalDependencies")
_VERSION = re.compile(r"\d+(?:\.\d+)?")


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read every package of every document: since version 9 a first one tells of pnpm itself."""
    try:
        documents = read_yaml_documents(data)
    except DocumentError as error:
        return fault(error)
    gathering = Gathering()
    for document in documents:
        if isinstance(document, YamlMapping):
            gathering.expect(document, "lockfileVersion", "packages", "importers")
            _Lock(document).tell(gathering)
        elif document:
            gathering.fault("it is no mapping")
    return gathering.observed()


class _Lock:
    """One document. Packages are known by their keys: `/name/1.0.0_peers`, `/name@1.0.0(peers)`, `name@1.0.0`."""

    def __init__(self, document: YamlMapping) -> None:
        written = _VERSION.match(text(document.get("lockfileVersion")))
        self._version = float(written[0]) if written else 0.0
        self._written_packages = document.get("packages")
        self._packages = mapping(self._written_packages)
        self._lines = self._packages.lines if isinstance(self._packages, YamlMapping) else {}
        # Since version 9 what a package depends on stands apart, for each set of peers.
        self._snapshots = mapping(document.get("snapshots")) or self._packages
        importers = mapping(document.get("importers")) or {".": document}
        self._missing: list[str] = []
        self._asked = {kind: {*self._keys(importers.values(), kind, self._missing)} for kind in _ASKED}

    def tell(self, gathering: Gathering) -> None:
        """Give every package."""
        if not isinstance(self._written_packages, YamlMapping) and self._written_packages:
            gathering.fault("'packages' is no mapping")
        for missing in self._missing:
            gathering.fault(f"{missing} is asked for, but is not among the packages")
        scopes = self._scopes()
        direct = {self._plain(key) for keys in self._asked.values() for key in keys}
        needs = self._needs()
        for key, value in self._packages.items():
            entry, line = mapping(value), self._lines.get(key, 0)
            name, version = self._named(key)
            if not is_version(version):
                gathering.fault(f"{name or key} has no registry's version: {version or 'none'}", line)
                continue
            record = PackageRecord.simple(
                name,
                version,
                line=line,
                direct=key in direct,
                scope=scopes.get(key, ""),
                hashes=integrity(text(mapping(entry.get("resolution")).get("integrity"))),
                requires=tuple(dict.fromkeys(needs.get(key, ()))),
            )
            gathering.add(record)

    def _scopes(self) -> dict[str, str]:
        """Say what each package is for: written down until version 6, to be followed from the project since."""
        if self._snapshots is self._packages:
            return {key: _written_scope(mapping(entry)) for key, entry in self._packages.items()}
        running = reached(
            {key for kind in _RUNNING for key in self._asked[kind]}, lambda key: self._next(key, ("dependencies",))
        )
        optional = reached(running | self._asked["optionalDependencies"], lambda key: self._next(key, _NEEDED))
        developing = reached(self._asked["devDependencies"], lambda key: self._next(key, _NEEDED))
        groups = [{self._plain(key) for key in keys} for keys in (running, optional, developing)]
        return {key: scope(key, *groups) for key in self._packages}

    def _needs(self) -> dict[str, list[str]]:
        written = {key: needed(*self._named(key)) for key in map(self._plain, self._snapshots)}
        needs: dict[str, list[str]] = {}
        for key in self._snapshots:
            found = (written[self._plain(each)] for each in self._next(key, _NEEDED))
            needs.setdefault(self._plain(key), []).extend(found)
        return needs

    def _next(self, key: str, kinds: Iterable[str]) -> Iterator[str]:
        entry = mapping(self._snapshots.get(key))
        return (found for kind in kinds for found in self._keys([entry], kind))

    def _keys(self, holders: Iterable[object], kind: str, missing: list[str] | None = None) -> Iterator[str]:
        """Give the keys of what projects or packages ask for; links to folders have none, others are `missing`."""
        for holder in holders:
            for name, wanted in mapping(mapping(holder).get(kind)).items():
                version = text(wanted) or text(mapping(wanted).get("version"))
                found = next((key for key in self._spellings(name, version) if key in self._snapshots), None)
                if found is not None:
                    yield found
                elif missing is not None and not version.startswith("link:"):
                    missing.append(f"{name} {version}".strip())

    def _spellings(self, name: str, version: str) -> tuple[str, ...]:
        """Give the keys that a name and what stands beside it may mean; the latter is a key itself for an alias."""
        if self._version < 6:
            return (f"/{name}/{version}", version)
        return (f"/{name}@{version}", f"{name}@{version}", version)

    def _plain(self, key: str) -> str:
        """Give the key below `packages` of one below `snapshots`."""
        return key if key in self._packages else key.partition("(")[0]

    def _named(self, key: str) -> tuple[str, str]:
        """Give name and version; an entry says both where its key has an address or a path."""
        entry = mapping(self._packages.get(key))
        name, version = self._written(key)
        return text(entry.get("name")) or name, text(entry.get("version")) or version

    def _written(self, key: str) -> tuple[str, str]:
        if key.startswith("file:"):
            return "", ""
        if self._version >= 6:
            return split(key.removeprefix("/").partition("(")[0])
        # `host/` stands before what another registry than the usual one has.
        parts = key.split("/", 4)[1:]
        scoped = 2 if parts and parts[0].startswith("@") else 1
        version = parts[scoped].partition("_")[0] if len(parts) > scoped else ""
        return "/".join(parts[:scoped]), version


def _written_scope(entry: Entry) -> str:
    if entry.get("dev") == "true":
        return "dev"
    return "optional" if entry.get("optional") == "true" else ""


PNPM_LOCK = Ecosystem(
    name="pnpm-lock",
    title="npm packages of a project, by pnpm",
    version=1,
    system="npm",
    paths=("pnpm-lock.yaml",),
    declared=True,
    parse=parse,
)
