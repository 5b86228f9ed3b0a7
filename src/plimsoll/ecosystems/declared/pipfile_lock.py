"""Python packages as Pipenv resolved them: Pipfile.lock (Pipenv documentation)."""

from collections.abc import Iterator, Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import key_lines, read_json
from plimsoll.documents.shapes import mapping, sequence, text
from plimsoll.ecosystems.declared.pypi_writing import digests, is_for_developing
from plimsoll.ecosystems.gathering import Gathering, fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the packages of every category. Which of them the project itself asks for, only the Pipfile says."""
    try:
        document = read_json(data)
    except DocumentError as error:
        return fault(error)
    if not isinstance(document, dict):
        return fault("it is no JSON object")
    gathering = Gathering()
    gathering.expect(document, "_meta", "default", "develop")
    lines = {name: iter(found) for name, found in key_lines(data).items()}
    for category, packages in document.items():
        if category == "_meta":
            continue
        if not isinstance(packages, dict):
            gathering.fault(f"{category!r} is no JSON object")
        for name, entry in mapping(packages).items():
            _tell(name, mapping(entry), _scope(category), next(lines.get(name, iter(())), 0), gathering)
    return gathering.observed()


def _tell(name: str, entry: Mapping[str, object], scope: str, line: int, gathering: Gathering) -> None:
    version = text(entry.get("version"))
    if not version.startswith("=="):
        source = next(_sources(entry), version or "nothing")
        gathering.fault(f"{name} is pinned to no version but to {source}", line)
        return
    hashes = digests(sequence(entry.get("hashes")))
    gathering.add(PackageRecord.simple(name, version.lstrip("= "), line=line, scope=scope, hashes=hashes))


def _sources(entry: Mapping[str, object]) -> Iterator[str]:
    """Give where a package comes from, if not from an index."""
    for key in ("git", "hg", "svn", "bzr", "path", "file"):
        if text(entry.get(key)):
            yield f"{key} {text(entry.get(key))}"


def _scope(category: str) -> str:
    if category == "default":
        return ""
    return "dev" if is_for_developing([category]) else "optional"


PIPFILE_LOCK = Ecosystem(
    name="pipfile-lock",
    title="Python packages of a project, by Pipenv",
    version=1,
    system="pypi",
    paths=("Pipfile.lock",),
    declared=True,
    parse=parse,
)
