"""How targets are named, and what of them is left out."""

from collections.abc import Callable
from fnmatch import fnmatchcase

from plimsoll.trees.paths import ancestors

STANDARD_INPUT = "-"


def skips(folders: tuple[str, ...], files: tuple[str, ...]) -> Callable[[str], bool]:
    """Make the question whether a path is left out: it matches a pattern, or lies in a folder that does."""
    if not folders and not files:
        return lambda path: False  # noqa: ARG005 - nothing is left out
    folder_patterns = [pattern.strip("/") for pattern in folders]
    file_patterns = [pattern.strip("/") for pattern in files]

    def is_skipped(path: str) -> bool:
        if any(fnmatchcase(path, pattern) for pattern in file_patterns):
            return True
        places = (path, *ancestors(path))
        return any(fnmatchcase(place, pattern) for place in places for pattern in folder_patterns)

    return is_skipped
