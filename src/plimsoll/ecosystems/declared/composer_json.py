"""What a PHP project asks for: composer.json (Composer documentation, "The composer.json schema")."""

from plimsoll.documents.shapes import text
from plimsoll.ecosystems.declared.asking import Asking, Table, entries, of_json
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed


def parse(path: str, data: bytes) -> Observed:
    """Read the names; those without a vendor are the platform (`php`, `ext-json`). Copied packages ask for nothing."""
    return Observed() if "/vendor/" in f"/{path}" else of_json(data, _read)


def _read(document: Table, asking: Asking) -> tuple[str, str]:
    for section, scope in (("require", ""), ("require-dev", "dev")):
        for name, versions in entries(document.get(section)):
            if "/" in name:
                asking.add(name, text(versions), scope)
    return text(document.get("name")), "composer update --no-install"


COMPOSER_JSON = Ecosystem(
    name="composer-json",
    title="PHP packages that a project asks for",
    version=1,
    system="composer",
    paths=("composer.json",),
    declared=True,
    parse=parse,
)
