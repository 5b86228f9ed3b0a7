"""The files of a Compose project: read inside the target only, with variables filled in, extended and included."""

from collections.abc import Mapping
from posixpath import dirname, isabs, join, normpath
from typing import NamedTuple

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.scalars import is_null, written
from plimsoll.documents.shapes import mapping
from plimsoll.model.estate import Document
from plimsoll.model.platform import Surroundings
from plimsoll.platforms.compose_facts import Faults, Open
from plimsoll.platforms.compose_merge import Merger, Node, Origin
from plimsoll.platforms.compose_names import is_first_version
from plimsoll.platforms.compose_variables import Filling, read_variables

Variables = Mapping[str, str]

MOST_FILES = 100
"""Files that one project may be made of."""

LONGEST_CHAIN = 32
"""Services that may extend each other in a row, and files that may include each other."""

SERVICES = "services"
_SECTIONS = (SERVICES, "networks", "volumes", "secrets", "configs")
_SERVICE = (SERVICES, "*")


OUTSIDE = "is no file of the project, so it is not read (--project-directory widens it)"
"""What is said of a file that lies above the project."""


class _Key(NamedTuple):
    """A service of a file, read with some variables."""

    name: str
    path: str
    known: int


class Files:
    """Reads the files that a project names. What cannot be read is a fault, and the rest goes on without it."""

    def __init__(self, around: Surroundings, faults: Faults) -> None:
        """Begin with no file read."""
        self._around = around
        self._faults = faults
        self.merger = Merger()
        self.documents: dict[str, Document] = {}
        self._roots: dict[tuple[int, int], tuple[Node, Variables]] = {}
        self._services: dict[_Key, Node] = {}
        self._includes = 0
        self._included_paths: set[str] = set()
        self._extended_names: dict[str, set[str]] = {}

    def whole(self, document: Document, known: Variables, inside: tuple[str, ...] = ()) -> Node:
        """Give the root of a file, with its variables filled in, its services extended, its includes merged in.

        `inside` are the files that include it.
        """
        root = self._filled(document, known)
        root = self._extended(root, known)
        return self._including(root, known, inside)

    def _filled(self, document: Document, known: Variables) -> Node:
        key = id(document), id(known)
        if key not in self._roots:
            root = Node(Filling(known).fill(document.root), Origin(document, ()))
            if is_first_version(root.value):
                root = Node(self.merger.mapping(iter([(SERVICES, root)])), root.origin)
            self._roots[key] = root, known  # which is kept, so that its id stays its own
        return self._roots[key][0]

    def other(self, path: str, origin: Origin) -> Document | None:
        """Give another file of the target, named at a place; None with a fault where it is not to be had."""
        inside = path_inside(origin.document.path, path)
        if inside is None:
            self.fault(origin, f"{path[:80]!r} {OUTSIDE}")
            return None
        if inside not in self.documents:
            if len(self.documents) >= MOST_FILES:
                self.fault(origin, f"the project names more than {MOST_FILES} files")
                return None
            try:
                self.documents[inside] = self._around.document(inside)
            except DocumentError as error:
                self.fault(origin, f"{path[:80]} cannot be read: {error}")
                return None
        return self.documents[inside]

    def read_whole(self) -> tuple[Document, ...]:
        """Give those files of which everything was taken: the included, and those whose every service was extended."""
        return tuple(
            each for path, each in self.documents.items() if path in self._included_paths or self._is_used(each)
        )

    def _is_used(self, document: Document) -> bool:
        root = mapping(document.root)
        services = root if is_first_version(root) else mapping(root.get(SERVICES))
        is_included = document.path in self._included_paths
        return is_included or self._extended_names.get(document.path, set()).issuperset(services)

    def fault(self, origin: Origin, what: str) -> None:
        """Keep what is wrong at a place of some file."""
        if origin.document is self._faults.document:
            self._faults.add(origin.at, what)
            return
        other = Faults(origin.document)
        other.add(origin.at, what)
        self._faults.words.extend(f"{origin.document.path}: {words}" for words in other.words)

    # What services extend

    def _extended(self, root: Node, known: Variables) -> Node:
        services = root.inner(SERVICES)
        if not any("extends" in mapping(body.value) for _, body in services.entries()):
            return root
        made = self.merger.mapping(
            (name, self._service(root, name, known) if "extends" in mapping(body.value) else body)
            for name, body in services.entries()
        )
        return self.replaced(root, SERVICES, Node(made, services.origin))

    def _service(self, root: Node, name: str, known: Variables) -> Node:
        """Give a service merged over all that it extends, one after the other."""
        links: list[Node] = []
        keys: list[_Key] = []
        node: Node | None = root
        while node is not None:
            key = _Key(name, node.origin.document.path, id(known))
            if key in self._services:
                links.append(self._services[key])
                keys.append(key)
                break
            link = node.inner(SERVICES).inner(name)
            if not self._may_follow(key, keys, link, links):
                break
            links.append(link)
            keys.append(key)
            node, name = self._base(node, link, known)
        return self._folded(links, keys)

    def _folded(self, links: list[Node], keys: list[_Key]) -> Node:
        made = links.pop()
        self._services.setdefault(keys.pop(), made)
        for link, key in zip(reversed(links), reversed(keys), strict=True):
            merged = self.merger.merge(made, link, _SERVICE)
            # The service itself is where it stands, and where it lacks something, whatever it extends.
            made = Node(merged.value, link.origin)
            self._services[key] = made
        return made

    def _may_follow(self, key: _Key, keys: list[_Key], link: Node, links: list[Node]) -> bool:
        """Say whether a service can be extended by those before it, if there are any."""
        if not keys:
            return True
        origin = links[-1].inner("extends").origin
        if key in keys:
            self.fault(origin, f"the service {key.name[:80]!r} extends itself in the end")
        elif len(keys) >= LONGEST_CHAIN:
            self.fault(origin, f"more than {LONGEST_CHAIN} services extend each other")
        elif not isinstance(link.value, dict):
            self.fault(origin, f"there is no service {key.name[:80]!r} in {key.path or 'the file'}")
        else:
            return True
        return False

    def _base(self, root: Node, service: Node, known: Variables) -> tuple[Node | None, str]:
        """Give the file and the name of what a service extends; None where it extends nothing that can be read."""
        extends = service.inner("extends")
        if is_null(extends.value):
            return None, ""
        if not isinstance(extends.value, dict):
            return root, written(extends.value)
        name, file = extends.inner("service"), extends.inner("file")
        if isinstance(name.value, Open) or isinstance(file.value, Open):
            self.fault(extends.origin, "it depends on a variable that is not set")
            return None, ""
        if is_null(file.value):
            return root, written(name.value)
        document = self.other(written(file.value), file.origin)
        if document is None:
            return None, ""
        self._extended_names.setdefault(document.path, set()).add(written(name.value))
        return self._filled(document, known), written(name.value)

    # What files include

    def _including(self, root: Node, known: Variables, inside: tuple[str, ...]) -> Node:
        path = root.origin.document.path
        for entry in root.inner("include").elements():
            self._includes += 1
            if len(inside) >= LONGEST_CHAIN or self._includes > MOST_FILES:
                self.fault(entry.origin, f"it includes more than {MOST_FILES} times, or {LONGEST_CHAIN} levels deep")
                break
            included = self._included(entry, known, (*inside, path))
            if included is not None:
                root = self._with(root, included)
        return root

    def _included(self, entry: Node, known: Variables, inside: tuple[str, ...]) -> Node | None:
        """Give what an entry of `include` brings in: the files of its path, each merged over those before."""
        is_long = isinstance(entry.value, dict)
        merged: Node | None = None
        for named in entry.inner("path").elements() if is_long else entry.elements():
            if isinstance(named.value, Open):
                self.fault(named.origin, "it depends on a variable that is not set")
                continue
            document = self.other(written(named.value), named.origin)
            if document is None:
                continue
            if document.path in inside:
                self.fault(named.origin, f"{document.path} includes itself in the end")
                continue
            self._included_paths.add(document.path)
            folder = written(mapping(entry.value).get("project_directory")) if is_long else ""
            around = self._variables_of(entry, document, folder, known)
            node = self.whole(document, around, inside)
            merged = node if merged is None else self.merger.merge(merged, node)
        return merged

    def _variables_of(self, entry: Node, document: Document, folder: str, known: Variables) -> Variables:
        """Give the variables of an included file: those of its own files, over which those around it hold."""
        files = list(entry.inner("env_file").elements()) if isinstance(entry.value, dict) else []
        found: dict[str, str] = {}
        for file in files:
            found |= self.variables(file, known)
        if not files:
            base = path_inside(entry.origin.document.path, folder) if folder else dirname(document.path)
            found |= self.beside(base, known)
        return {**found, **known}

    def _with(self, root: Node, included: Node) -> Node:
        """Add what was included; what stands in the file itself holds, and is a fault if both have it."""
        for section in _SECTIONS:
            own, other = root.inner(section), included.inner(section)
            if not isinstance(other.value, dict) or not (isinstance(own.value, dict) or is_null(own.value)):
                continue
            made = self.merger.mapping(other.entries())
            for name, node in own.entries():
                if name in made and made.origins[name] != node.origin:
                    self.fault(node.origin, f"an included file has {name[:80]!r} as well")
                made.put(name, *node)
            root = self.replaced(root, section, Node(made, own.origin if isinstance(own.value, dict) else other.origin))
        return root

    def replaced(self, node: Node, key: str, inner: Node) -> Node:
        """Give a mapping with another value for a key."""
        made = self.merger.mapping(node.entries())
        made.put(key, *inner)
        return Node(made, node.origin)

    # Variables

    def beside(self, folder: str | None, known: Variables) -> Variables:
        """Give the variables of `.env` in a folder; none where there is no such file."""
        if folder is None or not self._around.has(join(folder, ".env")):
            return {}
        try:
            return read_variables(self._around.text(join(folder, ".env")), known)
        except DocumentError as error:
            self._faults.words.append(f"{join(folder, '.env')}: {error}")
            return {}

    def variables(self, named: Node, known: Variables, *, fill: bool = True, is_needed: bool = True) -> Variables:
        """Give the variables of a file that is named; none with a fault where it is not to be had."""
        path, origin = written(named.value), named.origin
        inside = path_inside(origin.document.path, path)
        if inside is None:
            self.fault(origin, f"{path[:80]!r} {OUTSIDE}")
            return {}
        try:
            if not is_needed and not self._around.has(inside):
                return {}
            return read_variables(self._around.text(inside), known, fill=fill)
        except DocumentError as error:
            self.fault(origin, f"{path[:80]} cannot be read: {error}")
            return {}


def path_inside(beside: str, path: str) -> str | None:
    """Give the path in the target of a file that one beside it names; None where it leads out of the target."""
    if not path or isabs(path) or path.startswith("~") or "://" in path or "\\" in path or "\0" in path:
        return None
    made = normpath(join(dirname(beside), path))
    return None if made == ".." or made.startswith("../") else made
