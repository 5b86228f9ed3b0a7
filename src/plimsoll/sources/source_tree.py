"""Source trees: a directory, or one file, whose lockfiles say what is declared."""

from pathlib import Path

from plimsoll.errors import TargetError
from plimsoll.model.limits import Limits
from plimsoll.model.subject import Subject
from plimsoll.sources.directory import DirectoryLayer
from plimsoll.trees.source import Opened, Request, SourceKind

LEFT_OUT = frozenset({".git", ".hg", ".svn", ".tox", ".venv", "__pycache__", "node_modules", "site-packages", "venv"})
"""Folders of what tools put there: histories, and packages that are installed, not declared."""


def recognises(path: Path, _limits: Limits) -> bool:
    """Take any directory that no other kind takes."""
    return path.is_dir()


def open_source_tree(request: Request) -> Opened:
    """Open a directory or a single file as a source tree."""
    path, name = request.path, request.name
    if path.is_dir():
        layer = DirectoryLayer(path=path, left_out=LEFT_OUT)
        took = f"source tree: what its lockfiles declare; not looked into: {', '.join(sorted(LEFT_OUT))}"
    elif path.is_file():
        layer = DirectoryLayer(path=path.absolute().parent, left_out=LEFT_OUT, only=path.name)
        took = "source tree of one file"
    else:
        raise TargetError(f"{name} is neither a directory nor a file", advice="Name a source tree or a lockfile.")
    return Opened(subject=Subject(id=f"source:{name}", kind="source tree", name=name), took=took, layers=(layer,))


SOURCE_TREE = SourceKind(
    name="source",
    title="source tree with lockfiles",
    recognises=recognises,
    open=open_source_tree,
    precedence=-10,
)
