"""npm packages as npm resolved them: package-lock.json and npm-shrinkwrap.json, versions 1 to 3 (npm documentation)."""

from collections.abc import Iterator, Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import key_lines, read_json
from plimsoll.documents.shapes import mapping, text
from plimsoll.ecosystems.declared.npm_writing import aliased, integrity, is_version, needed
from plimsoll.ecosystems.gathering import Gathering, fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

Entry = Mapping[str, object]

_MODULES = "node_modules/"
_ASKED = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_LONGEST_FOLDER = 1024
"""Characters of the folder a package is installed in: bounds the folders above it, which are all looked into."""


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read every package but the project itself, and workspaces of it that have no version."""
    try:
        document = read_json(data)
    except DocumentError as error:
        return fault(error)
    if not isinstance(document, dict):
        return fault("it is no JSON object")
    gathering = Gathering()
    gathering.expect(document, "lockfileVersion", "packages", "dependencies")
    key = "packages" if "packages" in document else "dependencies"
    if not isinstance(document.get(key, {}), dict):
        gathering.fault(f"{key!r} is no JSON object")
    packages, lines = mapping(document.get(key)), key_lines(data)
    folders = _flat(packages, lines) if key == "packages" else _unfolded(packages, lines)
    lock = _Lock(gathering)
    for folder, entry, line in folders:
        lock.take(folder, entry, line)
    lock.tell()
    return gathering.observed()


class _Lock:
    """All packages by the folder each is installed in: `node_modules/a/node_modules/b`; "" is the project."""

    def __init__(self, gathering: Gathering) -> None:
        self._gathering = gathering
        self._entries: dict[str, Entry] = {}
        self._lines: dict[str, int] = {}
        self._named: dict[str, tuple[str, str]] = {}
        self._holders: dict[str, dict[str, str]] = {}

    def take(self, folder: str, entry: object, line: int) -> None:
        """Take one package."""
        if not isinstance(entry, dict):
            self._gathering.fault(f"{folder or 'the project'} is no JSON object", line)
        elif len(folder) > _LONGEST_FOLDER:
            self._gathering.fault(f"a package lies in a folder of more than {_LONGEST_FOLDER} characters", line)
        else:
            self._entries[folder] = entry
            self._lines[folder] = line
            holder, is_module, name = folder.rpartition(_MODULES)
            if is_module:
                self._holders.setdefault(name, {})[holder.rstrip("/")] = folder
            # The entry names what is installed under another name.
            written = text(entry.get("name")) or (name if is_module else name.rpartition("/")[2])
            self._named[folder] = aliased(written, text(entry.get("version")))

    def tell(self) -> None:
        """Give every package, now that all are known."""
        self._follow_links()
        written: dict[str | None, str] = {folder: needed(*named) for folder, named in self._named.items()}
        # Most packages are installed once, at the top: those need no search.
        once = {name: written[held[""]] for name, held in self._holders.items() if len(held) == 1 and "" in held}
        direct = self._direct()
        for folder, entry in self._entries.items():
            name, version = self._named[folder]
            if not folder or entry.get("link") is True or (not version and _MODULES not in folder):
                continue  # the project, a link to a folder that has its own entry, a workspace
            if not is_version(version):
                self._gathering.fault(f"{name} has no registry's version: {version or 'none'}", self._lines[folder])
                continue
            record = PackageRecord.simple(
                name,
                version,
                line=self._lines[folder],
                direct=(folder in direct or _MODULES not in folder) if direct is not None else None,
                scope=_scope(entry),
                licence=text(entry.get("license")),
                hashes=integrity(text(entry.get("integrity"))),
                requires=self._required(folder, entry, written, once),
            )
            self._gathering.add(record)

    def _follow_links(self) -> None:
        """Let a link's place lead to the folder it stands for, if that has an entry."""
        for held in self._holders.values():
            for holder, folder in held.items():
                entry = self._entries[folder]
                if entry.get("link") is True and text(entry.get("resolved")) in self._entries:
                    held[holder] = text(entry.get("resolved"))

    def _direct(self) -> set[str] | None:
        """Give what the project and its workspaces ask for; None where the file does not hold the project."""
        if "" not in self._entries:
            return None
        own = [(_above(folder), entry) for folder, entry in self._entries.items() if _MODULES not in folder]
        asked = ((above, name) for above, entry in own for key in _ASKED for name in mapping(entry.get(key)))
        return {found for above, name in asked if (found := self._find(above, name))}

    def _required(
        self, folder: str, entry: Entry, written: Mapping[str | None, str], once: Mapping[str, str]
    ) -> tuple[str, ...]:
        above = _above(folder)
        required: dict[str, None] = {}
        for key in ("dependencies", "optionalDependencies", "peerDependencies"):
            for name in mapping(entry.get(key)) if key in entry else ():
                found = once.get(name) or written.get(self._find(above, name))
                if found:
                    required[found] = None
                elif key == "dependencies":  # The others may be missing.
                    required[name] = None
        return tuple(required)

    def _find(self, above: list[str], name: str) -> str | None:
        """Find the folder in which Node finds a package by its name."""
        holders = self._holders.get(name)
        if holders is not None:
            for folder in above:
                if folder in holders:
                    return holders[folder]
        return None


def _above(folder: str) -> list[str]:
    """Give the folders whose `node_modules` Node looks into (Node.js modules, "Loading from node_modules folders")."""
    above = [folder]
    while folder:
        folder = folder[: max(folder.rfind("/" + _MODULES), 0)]
        above.append(folder)
    return above


def _scope(entry: Entry) -> str:
    if entry.get("dev") is True:
        return "dev"
    return "optional" if entry.get("optional") is True or entry.get("devOptional") is True else ""


def _flat(packages: Entry, lines: Mapping[str, list[int]]) -> Iterator[tuple[str, object, int]]:
    """Give the packages of versions 2 and 3, with their folders as written."""
    return ((folder, entry, lines.get(folder, [0])[0]) for folder, entry in packages.items())


def _unfolded(packages: Entry, lines: dict[str, list[int]]) -> Iterator[tuple[str, object, int]]:
    """Give the packages of version 1, where each holds those in its own folder, in the order they are written."""
    following = {name: iter(found) for name, found in lines.items()}
    open_folders = [("", iter(packages.items()))]
    while open_folders:
        folder, entries = open_folders[-1]
        name, entry = next(entries, ("", None))
        if entry is None:
            open_folders.pop()
            continue
        inner = f"{folder}/{_MODULES}{name}" if folder else _MODULES + name
        held = mapping(mapping(entry).get("dependencies"))
        yield inner, _flattened(entry), next(following.get(name, iter(())), 0)
        if held and len(inner) <= _LONGEST_FOLDER:
            open_folders.append((inner, iter(held.items())))


def _flattened(entry: object) -> object:
    """Give an entry of version 1 as one of version 2: `requires` says what the package depends on."""
    return {**entry, "dependencies": entry.get("requires")} if isinstance(entry, dict) else entry


PACKAGE_LOCK = Ecosystem(
    name="package-lock",
    title="npm packages of a project, by npm",
    version=1,
    system="npm",
    paths=("package-lock.json", "npm-shrinkwrap.json"),
    declared=True,
    parse=parse,
)
