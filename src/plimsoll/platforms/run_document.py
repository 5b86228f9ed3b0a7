"""Command lines as documents: a list of words, each with its place in the command as it was typed."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.model.estate import Position
from plimsoll.model.fact import Place
from plimsoll.platforms.run_command import OPEN, begins
from plimsoll.platforms.run_shell import Word, split


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDocument:
    """One command line. `root` is the list of its words, as run_command takes them; `text` is the command as typed.

    The place of a word is its index; an option that is absent belongs in the command, so it has the command's place.
    """

    path: str
    root: Sequence[object]
    positions: tuple[Position, ...]
    text: str = ""

    def position(self, at: Place) -> Position | None:
        """Give line and column of a word."""
        if not self.positions:
            return None
        step = at[0] if at else 0
        if isinstance(step, int) and 0 <= step < len(self.positions):
            return self.positions[step]
        return self.positions[0]._replace(is_there=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptDocument:
    """A text of shell commands, of which each `docker run` becomes a document of its own. `root` is the text."""

    path: str
    root: str

    def position(self, at: Place) -> Position | None:
        """Give the beginning: nothing inside has a place of its own."""
        return Position(1, 1, is_there=not at)


def run_document(words: Sequence[str], path: str = "") -> RunDocument:
    """Make a document of the words of a command line, as a program gets them; they stand quoted on one line."""
    quoted = [shlex.quote(word) for word in words]
    positions, column = [], 1
    for word in quoted:
        positions.append(Position(1, column))
        column += len(word) + 1
    return RunDocument(path=path, root=list(words), positions=tuple(positions), text=" ".join(quoted))


def script_document(path: str, data: bytes) -> ScriptDocument:
    """Make a document of shell text; what is no UTF-8 in it is replaced."""
    return ScriptDocument(path=path, root=data.decode("utf-8-sig", "replace"))


def commands_in(path: str, text: str) -> tuple[list[RunDocument], list[str]]:
    """Give each docker run command line of a text in order, and what of the text cannot be split."""
    script = split(text)
    found = [_document(path, words) for words in script.commands if begins(plain(words)) is not None]
    return sorted(found, key=lambda each: each.positions[0]), script.faults


def plain(words: Sequence[Word]) -> list[object]:
    """Give words as run_command takes them."""
    return [{OPEN: word.text, "bare": word.bare} if word.open else word.text for word in words]


def _document(path: str, words: Sequence[Word]) -> RunDocument:
    return RunDocument(
        path=path,
        root=plain(words),
        positions=tuple(word.position for word in words),
        text=" ".join(word.text if word.open else shlex.quote(word.text) for word in words),
    )
