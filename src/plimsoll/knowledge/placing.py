"""Putting files in place: private folders, and moves that leave either the old or the new file, whole."""

import math
import os
import re
from pathlib import Path

from plimsoll.errors import KnowledgeError

_OTHERS_MAY_WRITE = 0o022
_LEFT_BEHIND = re.compile(r"\.(building|import|snapshot)-[a-z0-9_]+", re.ASCII)
_ABANDONED_AFTER = 3600


def private_folder(folder: Path) -> None:
    """Make a folder (mode 0700) if it is missing.

    Raises KnowledgeError if it cannot be made, belongs to someone else, or others may write into it: what is read
    from it later is trusted.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KnowledgeError(f"the folder {folder} cannot be made: {error.strerror}", advice=_CHOOSE) from error
    if not is_trusted(folder):
        raise KnowledgeError(f"others may write into {folder}, or it is someone else's", advice=_CHOOSE)


def is_trusted(path: Path) -> bool:
    """Say whether a file or folder belongs to this user or root and nobody else may write to it."""
    try:
        status = path.stat()
    except OSError:
        return False
    return is_private(status)


def is_private(status: os.stat_result) -> bool:
    """Say the same of what is known of it."""
    return status.st_uid in {os.geteuid(), 0} and not status.st_mode & _OTHERS_MAY_WRITE


def sweep(folder: Path, *, unused_for: float = _ABANDONED_AFTER) -> int:
    """Remove the temporary folders that builds which were killed left in a folder, and say how many they were.

    Only this user's own go, and only those in which nothing was written for so many seconds. What cannot be removed
    stays.
    """
    from shutil import rmtree
    from time import time

    left = [place for place in _listed(folder) if _LEFT_BEHIND.fullmatch(place.name) and _is_own_folder(place)]
    abandoned = [place for place in left if time() - _last_written(place) > unused_for]
    for place in abandoned:
        rmtree(place, ignore_errors=True)
    return len(abandoned)


def _is_own_folder(place: Path) -> bool:
    return place.is_dir() and not place.is_symlink() and place.lstat().st_uid == os.geteuid()


def _last_written(place: Path) -> float:
    try:
        return max(path.lstat().st_mtime for path in (place, *_listed(place)))
    except OSError:  # somebody is at work in it
        return math.inf


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def move(finished: Path, place: Path) -> None:
    """Move a finished file into place, written through to the disk, readable by its owner only."""
    with finished.open("rb+") as stream:
        os.fsync(stream.fileno())
    finished.chmod(0o600)
    finished.replace(place)
    folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


_CHOOSE = "Choose another folder with --cache-dir, or correct its owner and mode."
