"""Writes planned fixes: whole files or none, only below the target, only where nothing changed since it was read."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from plimsoll.documents.editing import UNCERTAIN, Edit, edited
from plimsoll.pipeline.fixing import Fix, Left, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """A file with its fixes: its path in the target, its text before and after, and the rules that were fixed."""

    path: str
    before: bytes
    after: bytes
    rules: tuple[str, ...]


class _UntouchedError(Exception):
    """A file may not, or cannot, be written."""


def made(plan: Plan) -> tuple[list[Fixed], list[Left]]:
    """Make the fixes of a plan in the texts of its files; nothing is written. What cannot be made is left."""
    files: list[Fixed] = []
    left = list(plan.left)
    for path, fixes in sorted(plan.fixes.items()):
        fixed, refused = _fixed(path, plan.texts[path], fixes)
        left += refused
        if fixed.after != fixed.before:
            files.append(fixed)
    return files, left


def _fixed(path: str, text: bytes, fixes: Sequence[Fix]) -> tuple[Fixed, list[Left]]:
    """Make the fixes of one file, each with all of its edits or none."""
    left: list[Left] = []
    waiting = list(fixes)
    for _ in range(_MOST_ROUNDS):
        edits = {_key(edit): edit for fix in waiting for edit in fix.edits}
        done = edited(text, list(edits.values()))
        reasons = {_key(dropped.edit): dropped.reason for dropped in done.dropped}
        if not reasons:
            return Fixed(path=path, before=text, after=done.data, rules=tuple(fix.rule for fix in waiting)), left
        refused = [(fix, [reasons[_key(edit)] for edit in fix.edits if _key(edit) in reasons]) for fix in waiting]
        left += (Left(fix.rule, path, fix.line, why[0]) for fix, why in refused if why)
        waiting = [fix for fix, why in refused if not why]
    left += (Left(fix.rule, path, fix.line, UNCERTAIN) for fix in waiting)
    return Fixed(path=path, before=text, after=text, rules=()), left


_MOST_ROUNDS = 8
"""How often the fixes of a file are tried without those that could not be made."""


def _key(edit: Edit) -> tuple[object, ...]:
    """Give what makes an edit the same as another: two rules may ask for one."""
    return edit.action, edit.document, edit.place, repr(edit.value)


def write(root: Path, fixed: Fixed) -> str:
    """Replace a file below a folder by its text with fixes; give "", or why it was not touched."""
    *folders, name = fixed.path.split("/")
    try:
        with _folder(root, folders) as folder:
            _replace(folder, name, fixed)
    except _UntouchedError as error:
        return str(error)
    except OSError as error:
        return f"it cannot be written: {error.strerror}"
    return ""


@contextmanager
def _folder(root: Path, names: list[str]) -> Iterator[int]:
    """Open a folder below another one, following no link."""
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in names:
            if name in {"", ".", ".."}:
                raise _UntouchedError("it lies outside of the target")
            try:
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            except NotADirectoryError as error:
                raise _UntouchedError("it is reached by a link") from error
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _replace(folder: int, name: str, fixed: Fixed) -> None:
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISLNK(status.st_mode):
        raise _UntouchedError("it is a link; name the file itself")
    if not stat.S_ISREG(status.st_mode):
        raise _UntouchedError("it is no regular file")
    if not os.access(name, os.W_OK, dir_fd=folder):
        raise _UntouchedError("it may not be written")
    temporary = f".{name}.{os.getpid()}.new"
    try:
        _write_beside(folder, temporary, fixed.after, status)
        if _read(folder, name, len(fixed.before) + 1) != fixed.before:
            raise _UntouchedError("it is not what was read: it changed meanwhile, or was rendered")
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        _forget(folder, temporary)


def _write_beside(folder: int, name: str, data: bytes, like: os.stat_result) -> None:
    """Write a new file with the mode and the owner of another one."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(name, flags, 0o600, dir_fd=folder), "wb") as file:  # noqa: PTH123 - a descriptor
        made = os.fstat(file.fileno())
        if (made.st_uid, made.st_gid) != (like.st_uid, like.st_gid):
            os.fchown(file.fileno(), like.st_uid, like.st_gid)
        os.fchmod(file.fileno(), stat.S_IMODE(like.st_mode))
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _read(folder: int, name: str, most: int) -> bytes:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with open(os.open(name, flags, dir_fd=folder), "rb") as file:  # noqa: PTH123 - a descriptor
        return file.read(most)


def _forget(folder: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return
