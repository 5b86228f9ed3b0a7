"""The ecosystem plug-ins: of what is installed, and of what is declared, which are loaded only where asked for."""

from pathlib import Path

from plimsoll import ecosystems
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.plugins import discover


def installed() -> dict[str, Ecosystem]:
    """Give the plug-ins that tell what is installed, by name."""
    return discover("plimsoll.ecosystems", Ecosystem)


def declared() -> dict[str, Ecosystem]:
    """Give the plug-ins that tell what a project declares, by name."""
    return discover("plimsoll.ecosystems.declared", Ecosystem)


def fingerprint() -> list[tuple[str, int, int]]:
    """Identify the code of all plug-ins without loading it: names, sizes and times of their files."""
    files = sorted(file for folder in ecosystems.__path__ for file in Path(folder).rglob("*") if file.suffix in _CODE)
    return [(file.name, (state := file.stat()).st_size, state.st_mtime_ns) for file in files]


_CODE = frozenset({".py", ".toml"})
