"""Several files of one project, judged together as one estate: what a commit changes."""

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from plimsoll.errors import TargetError, UsageError
from plimsoll.model.subject import Subject
from plimsoll.model.wording import counted
from plimsoll.pipeline.configurations import Reader, Reading
from plimsoll.pipeline.workload_target import KIND, Declared, in_words
from plimsoll.sources.configurations import ENDINGS
from plimsoll.sources.left_out import LEFT_OUT

_OVERRIDE = ".override"


def declared_by(files: Sequence[str], root: Path, how: Reading) -> Declared:
    """Read files below a folder, and of everything else there only what they extend and include.

    What declares no workload is passed over, as a folder's other files are. An override file of Compose is judged as
    what it makes of the file beside it. Raises TargetError, and UsageError for what is no file below the folder.
    """
    wanted = {main for file in files for main in _judged_with(_inside(file, root), root)}
    folders = {parent for path in wanted for parent in _parents(path)}
    name = next(iter(wanted)) if len(wanted) == 1 else counted(len(set(files)), "file")
    subject = Subject(id=f"{KIND}:{name}", kind=KIND, name=name)
    limited = replace(how, is_skipped=lambda path: path not in wanted and path not in folders)
    estate = Reader(subject.id, limited).of_folder(root)
    return Declared(subject=subject, took=in_words(estate), estate=estate)


def _inside(file: str, root: Path) -> str:
    """Give the path of a file below a folder, links in it left as they are."""
    path = posixpath.relpath(posixpath.abspath(file), root.absolute().as_posix())
    if path.startswith("../"):
        raise UsageError(f"{file} lies outside of {root.absolute()}", advice="Change into the folder of the project.")
    if not (root / path).exists():
        raise TargetError(f"{file} is not there")
    if not (root / path).is_file():
        raise UsageError(f"{file} is no file", advice=f"A folder is read by: plimsoll scan {file}")
    if not path.endswith(ENDINGS) or LEFT_OUT.intersection(path.split("/")):
        raise UsageError(f"{file} would not be read: it ends in none of {', '.join(ENDINGS)}, or others put it there")
    return path


def _judged_with(path: str, root: Path) -> Iterable[str]:
    """Give a file, and the one that Compose merges it onto where it is an override file."""
    folder, name = posixpath.split(path)
    stem, _, ending = name.rpartition(".")
    if stem not in {f"compose{_OVERRIDE}", f"docker-compose{_OVERRIDE}"}:
        return (path,)
    main = posixpath.join(folder, stem.removesuffix(_OVERRIDE))
    mains = (f"{main}.{each}" for each in (ending, "yaml", "yml"))
    return (path, *(each for each in mains if (root / each).is_file()))


def _parents(path: str) -> Iterable[str]:
    parts = path.split("/")[:-1]
    return ("/".join(parts[: number + 1]) for number in range(len(parts)))
