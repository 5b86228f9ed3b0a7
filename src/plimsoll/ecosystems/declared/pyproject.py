"""What a Python project asks for: pyproject.toml (Python packaging, "pyproject.toml", "Dependency Groups").

Poetry, PDM and uv have tables of their own besides, or had them before the standards.
"""

from collections.abc import Iterable

from plimsoll.documents.shapes import mapping, mappings, sequence, text, texts
from plimsoll.ecosystems.declared.asking import Asking, Table, entries, of_toml, versions_in
from plimsoll.ecosystems.declared.pypi_writing import name_in
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed
from plimsoll.systems.languages import pypi_name


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the names. What only building the project needs (`build-system`) no lockfile holds, so it is left out."""
    return of_toml(data, _read)


def _read(document: Table, asking: Asking) -> tuple[str, str]:
    project, tool = mapping(document.get("project")), mapping(document.get("tool"))
    uv, pdm, poetry = (mapping(tool.get(name)) for name in ("uv", "pdm", "poetry"))
    own = {pypi_name(name) for name, source in entries(uv.get("sources")) if _is_own(source)}
    _add(texts(project.get("dependencies")), "", own, asking)
    for _, extra in entries(project.get("optional-dependencies")):
        _add(texts(extra), "optional", own, asking)
    for groups in (document.get("dependency-groups"), pdm.get("dev-dependencies")):
        for _, group in entries(groups):
            _add(texts(group), "dev", own, asking)
    _add(texts(uv.get("dev-dependencies")), "dev", own, asking)
    _read_poetry(poetry, asking)
    locked_by = "poetry lock" if poetry else "pdm lock" if pdm else "uv lock"
    return text(project.get("name")) or text(poetry.get("name")), locked_by


def _is_own(source: object) -> bool:
    return any({"workspace", "path"} & table.keys() for table in (mapping(source), *mappings(sequence(source))))


def _add(requirements: Iterable[str], scope: str, own: set[str], asking: Asking) -> None:
    for requirement in requirements:
        name = name_in(requirement)
        if pypi_name(name) not in own:
            asking.add(name, requirement[len(name) :].strip(), scope)


def _read_poetry(poetry: Table, asking: Asking) -> None:
    """Read Poetry's tables (Poetry documentation, "The pyproject.toml file")."""
    groups = [(poetry.get("dependencies"), ""), (poetry.get("dev-dependencies"), "dev")]
    groups += [(mapping(group).get("dependencies"), "dev") for _, group in entries(poetry.get("group"))]
    for group, scope in groups:
        for name, entry in entries(group):
            table = mapping(entry)
            if name != "python" and not {"path", "file"} & table.keys():
                is_optional = not scope and table.get("optional") is True
                asking.add(name, versions_in(entry), "optional" if is_optional else scope)


PYPROJECT = Ecosystem(
    name="pyproject",
    title="Python packages that a project asks for",
    version=1,
    system="pypi",
    paths=("pyproject.toml",),
    declared=True,
    parse=parse,
)
