"""The ecosystem plug-ins: of what is installed, and of what is declared, which are loaded only where asked for."""

from plimsoll.model.ecosystem import Ecosystem
from plimsoll.plugins import discover


def installed() -> dict[str, Ecosystem]:
    """Give the plug-ins that tell what is installed, by name."""
    return discover("plimsoll.ecosystems", Ecosystem)


def declared() -> dict[str, Ecosystem]:
    """Give the plug-ins that tell what a project declares, by name."""
    return discover("plimsoll.ecosystems.declared", Ecosystem)
