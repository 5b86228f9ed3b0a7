"""What a report format plug-in is."""

from collections.abc import Callable
from dataclasses import dataclass

from plimsoll.model.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a report for people may look: colour only on a terminal, width in columns.

    `repeated` are options that a command which the report suggests must have too, each with a blank before it.
    """

    colour: bool = False
    width: int = 100
    repeated: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One report format. One file in `reports/` holds one such constant.

    `render(report, style)` returns the whole document, ending in a newline. `commands` are the commands that
    offer the format (`scan`, `sbom`). `shows_text` says that it shows the ends of keys, and replacements in files.
    """

    name: str
    title: str
    commands: tuple[str, ...]
    render: Callable[[Report, Style], str]
    shows_text: bool = False
