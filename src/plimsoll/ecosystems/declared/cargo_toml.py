"""What a Rust project asks for: Cargo.toml (The Cargo Book, "Specifying Dependencies")."""

from plimsoll.documents.shapes import mapping, text
from plimsoll.ecosystems.declared.asking import Asking, Table, entries, of_toml, versions_in
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed

_SCOPES = {
    "dependencies": "",
    "build-dependencies": "build",
    "dev-dependencies": "dev",
    "build_dependencies": "build",
    "dev_dependencies": "dev",
}


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the names, for all platforms; folders of the project's own are no crates of a registry."""
    return of_toml(data, _read)


def _read(document: Table, asking: Asking) -> tuple[str, str]:
    for table in (document, *(mapping(each) for _, each in entries(document.get("target")))):
        for section, scope in _SCOPES.items():
            for name, entry in entries(table.get(section)):
                _add(name, entry, scope, asking)
    return text(mapping(document.get("package")).get("name")), "cargo generate-lockfile"


def _add(name: str, entry: object, scope: str, asking: Asking) -> None:
    table = mapping(entry)
    if "path" not in table:
        is_optional = not scope and table.get("optional") is True
        asking.add(text(table.get("package")) or name, versions_in(entry), "optional" if is_optional else scope)


CARGO_TOML = Ecosystem(
    name="cargo-toml",
    title="Rust crates that a project asks for",
    version=1,
    system="cargo",
    paths=("Cargo.toml",),
    declared=True,
    parse=parse,
)
