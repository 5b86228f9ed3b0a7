"""Which documents are of Compose: by the names of their files, and by what stands in them."""

from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from plimsoll.model.estate import Document

NAMES = ("*compose*.y*ml", "fig.y*ml")

_OF_COMPOSE = frozenset({"services", "networks", "volumes", "secrets", "configs", "include", "version", "name"})
_OF_A_SERVICE = frozenset({"image", "build", "extends"})
_OF_OTHERS = frozenset({"apiVersion", "kind", "jobs", "pipelines"})


def is_named(path: str, patterns: tuple[str, ...]) -> bool:
    """Say whether a file has one of some names, in whatever case."""
    name = PurePosixPath(path).name.lower()
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def is_compose(document: Document) -> bool:
    """Say whether a document has services of Compose; a file of such a name need not say what their images are."""
    root = document.root
    named = is_named(document.path, NAMES)
    if not isinstance(root, dict):
        return named and isinstance(root, str)
    if not _OF_OTHERS.isdisjoint(root):
        return False
    services = root.get("services")
    if named and ("services" in root or "include" in root or _OF_COMPOSE.issuperset(root)):
        return True
    return (isinstance(services, dict) and _are_services(services)) or (named and is_first_version(root))


def is_first_version(root: object) -> bool:
    """Say whether services stand at the top, as in files of version 1 (Docker Compose file reference)."""
    return isinstance(root, dict) and "services" not in root and "version" not in root and _are_services(root)


def _are_services(services: dict[str, object]) -> bool:
    bodies = [body for name, body in services.items() if not name.startswith("x-")]
    mappings = [body for body in bodies if isinstance(body, dict)]
    return len(mappings) == len(bodies) and any(not _OF_A_SERVICE.isdisjoint(body) for body in mappings)
