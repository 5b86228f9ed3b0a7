"""Which statements of a release hold for a package, by the stream that each comes from."""

import re

ANY_MODULE = "module:?"
"""The stream of statements on modular packages whose module their publisher does not name."""

_OF_SUPPORT = re.compile(r"esm", re.IGNORECASE)


def applies(stated: str, stream: str, version: str) -> bool | None:
    """Say whether a statement of a stream holds for a package of a stream, at a version; None if that is not known.

    What is said of the release as such holds for packages of no module. What is said of a module holds for its
    packages only (rpm modularity: builds of different modules share names and are no updates of each other). What is
    said of extended support holds where its builds are installed: Ubuntu marks them by `esm` in the version.
    """
    if stated == stream:
        return True
    if stated == ANY_MODULE:
        return None if stream.startswith("module:") else False
    if stated == "esm":
        return not stream and _OF_SUPPORT.search(version) is not None
    return False
