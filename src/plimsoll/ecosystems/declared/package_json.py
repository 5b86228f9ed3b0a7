"""What a project of npm, Yarn, pnpm or Bun asks for: package.json (npm documentation, "package.json")."""

from plimsoll.documents.shapes import text
from plimsoll.ecosystems.declared.asking import Asking, Table, entries, is_outside, of_json
from plimsoll.ecosystems.declared.npm_writing import aliased
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed

_SCOPES = {"dependencies": "", "optionalDependencies": "optional", "devDependencies": "dev"}
_LOCKED_BY = {
    "npm": "npm install --package-lock-only",
    "yarn": "yarn install",
    "pnpm": "pnpm install --lockfile-only",
    "bun": "bun install --lockfile-only",
}


def parse(path: str, data: bytes) -> Observed:
    """Read the names, of what is not installed; folders of the project's own have no version in a registry."""
    return Observed() if "/node_modules/" in f"/{path}" else of_json(data, _read)


def _read(document: Table, asking: Asking) -> tuple[str, str]:
    for section, scope in _SCOPES.items():
        for name, versions in entries(document.get(section)):
            if not is_outside(text(versions)):
                asking.add(aliased(name, text(versions))[0], text(versions), scope)
    manager = text(document.get("packageManager")).partition("@")[0]
    return text(document.get("name")), _LOCKED_BY.get(manager, _LOCKED_BY["npm"])


PACKAGE_JSON = Ecosystem(
    name="package-json",
    title="npm packages that a project asks for",
    version=1,
    system="npm",
    paths=("package.json",),
    declared=True,
    parse=parse,
)
