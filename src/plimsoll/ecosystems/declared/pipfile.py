"""What a Python project asks for by Pipenv: Pipfile (Pipfile specification)."""

from plimsoll.documents.shapes import mapping
from plimsoll.ecosystems.declared.asking import Asking, Table, entries, of_toml, versions_in
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed

_OTHERS = frozenset({"source", "requires", "scripts", "pipenv", "pipfile"})


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the names; every table but `packages` is a group of what those who work on the project need."""
    return of_toml(data, _read)


def _read(document: Table, asking: Asking) -> tuple[str, str]:
    for section, table in document.items():
        for name, entry in entries(table):
            if section not in _OTHERS and not {"path", "file"} & mapping(entry).keys():
                asking.add(name, versions_in(entry), "" if section == "packages" else "dev")
    return "", "pipenv lock"


PIPFILE = Ecosystem(
    name="pipfile",
    title="Python packages that a project asks for, by Pipenv",
    version=1,
    system="pypi",
    paths=("Pipfile",),
    declared=True,
    parse=parse,
)
