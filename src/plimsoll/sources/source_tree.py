"""Source trees: a directory, or one file, whose lockfiles say what is declared."""

from pathlib import Path

from plimsoll.errors import TargetError
from plimsoll.model.limits import Limits
from plimsoll.model.subject import Subject
from plimsoll.sources.directory import DirectoryLayer
from plimsoll.sources.left_out import LEFT_OUT
from plimsoll.trees.source import Opened, Request, SourceKind


def recognises(path: Path, _limits: Limits) -> bool:
    """Take any directory that no other kind takes, if there is anything in it."""
    return path.is_dir() and any(path.iterdir())


def open_source_tree(request: Request) -> Opened:
    """Open a directory as a source tree."""
    if not request.path.is_dir():
        raise TargetError(f"{request.name} is no directory", advice="Name a source tree or one of its lockfiles.")
    took = f"source tree: what its lockfiles declare; not looked into: {', '.join(sorted(LEFT_OUT))}"
    return _opened(request, took, DirectoryLayer(path=request.path, left_out=LEFT_OUT))


def open_lockfile(request: Request, folders: int = 0) -> Opened:
    """Open a single file as a source tree of one file, with so many of the folders that it lies in."""
    path = request.path.absolute()
    root = path.parents[folders]
    only = path.relative_to(root).as_posix()
    return _opened(request, "one file of a source tree", DirectoryLayer(path=root, only=only))


def _opened(request: Request, took: str, layer: DirectoryLayer) -> Opened:
    subject = Subject(id=f"source:{request.name}", kind="source tree", name=request.name)
    return Opened(subject=subject, took=took, layers=(layer,))


SOURCE_TREE = SourceKind(
    name="source",
    title="source tree with lockfiles",
    recognises=recognises,
    open=open_source_tree,
    precedence=-10,
)
