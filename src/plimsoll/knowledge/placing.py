"""Putting files in place: private folders, and moves that leave either the old or the new file, whole."""

import os
from pathlib import Path

from plimsoll.errors import KnowledgeError

_OTHERS_MAY_WRITE = 0o022


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
    return status.st_uid in {os.geteuid(), 0} and not status.st_mode & _OTHERS_MAY_WRITE


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
