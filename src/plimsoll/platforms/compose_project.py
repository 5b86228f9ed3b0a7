"""Projects of Compose: what one file says together with all that it names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from posixpath import basename, dirname, isabs

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.scalars import is_null, truth, written
from plimsoll.model.estate import Document
from plimsoll.model.fact import Fact, Place, unknown
from plimsoll.model.platform import Read, Surroundings
from plimsoll.model.workload import Variable
from plimsoll.platforms.compose_facts import Faults, Open
from plimsoll.platforms.compose_files import Files, Variables
from plimsoll.platforms.compose_merge import Merged, MergedDocument, Node
from plimsoll.platforms.compose_reading import SERVICES, Whole, read_whole


def read_project(platform: str, document: Document, number: int, around: Surroundings) -> Read:
    """Read a project; total. Where several files make it up, the document after the first is all of them merged."""
    faults = Faults(document)
    if not isinstance(document.root, dict):
        return Read(faults=(f"{document.path or 'the file'}: it should be a mapping with services",))
    try:
        return _read(platform, number, around, faults)
    except DocumentError as error:
        return Read(faults=(*faults.words, f"{document.path or 'the file'}: {error}"))


def _read(platform: str, number: int, around: Surroundings, faults: Faults) -> Read:
    document, files = faults.document, Files(around, faults)
    known = {**files.beside(dirname(document.path), around.environment), **around.environment}
    node = files.whole(document, known)
    for other in around.overrides(document):
        if not isinstance(other.root, dict):
            raise DocumentError(f"{other.path} is merged onto it, and should be a mapping with services")
        node = files.merger.merge(node, files.whole(other, known))
    variables = dict(_variables(node, files, known))
    is_merged = isinstance(node.value, Merged)
    whole = MergedDocument(node) if is_merged else document
    read = read_whole(
        Whole(
            platform=platform,
            root=node.value if isinstance(node.value, dict) else {},
            number=number + is_merged,
            namespace=_namespace(document, node.inner("name").value),
            profiles=around.profiles | _profiles(known),
            variables=variables,
            passed=known,
        ),
        Faults(whole, faults.words),
    )
    return replace(read, documents=(whole, *files.read_whole())) if is_merged else read


def _namespace(document: Document, name: object) -> str:
    """Give the project's name: said, else the folder of its file in the target."""
    if not is_null(name) and not isinstance(name, dict | list):
        return written(name)
    folder = dirname(document.path)
    return basename(folder) if isabs(folder) else folder


def _profiles(known: Variables) -> frozenset[str]:
    return frozenset(filter(None, known.get("COMPOSE_PROFILES", "").split(",")))


def _variables(root: Node, files: Files, known: Variables) -> Iterator[tuple[str, Sequence[Variable]]]:
    """Give the variables that services take from files (`env_file`); of equal names the last holds."""
    for name, service in root.inner(SERVICES).entries():
        node = service.inner("env_file")
        if is_null(node.value):
            continue
        at: Place = (SERVICES, name, "env_file")
        found: dict[str, Variable] = {}
        for index, entry in enumerate(node.elements()):
            place = (*at, index) if isinstance(node.value, list) else at
            found |= {key: _variable(key, value, place) for key, value in _of_file(entry, files, known).items()}
        yield name, tuple(found.values())


def _of_file(entry: Node, files: Files, known: Variables) -> Mapping[str, str]:
    """Read a file of variables, which may be said to be optional, or to be taken as it is (`format: raw`)."""
    is_long = isinstance(entry.value, dict)
    path = entry.inner("path") if is_long else entry
    if isinstance(path.value, Open):
        files.fault(path.origin, "it depends on a variable that is not set")
        return {}
    is_needed = truth(entry.inner("required").value) is not False if is_long else True
    fill = written(entry.inner("format").value) != "raw" if is_long else True
    return files.variables(path, known, fill=fill, is_needed=is_needed)


def _variable(name: str, value: str, at: Place) -> Variable:
    fact = unknown(value, at, value.reason) if isinstance(value, Open) else Fact(value, at)
    return Variable(name=name, value=fact, origin="file", at=at)
