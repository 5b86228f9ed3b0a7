"""What an ecosystem plug-in is: which files, and how to read them."""

from collections.abc import Callable
from dataclasses import dataclass

from plimsoll.model.package import Observed

Window = Callable[[bytes, int], tuple[int, int] | None]
"""Given the first 4 KiB of an executable and its size: which bytes of it to parse (from, to), None for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ecosystem:
    """One kind of file that tells of packages. One file in `ecosystems/` holds one such constant.

    `paths` are patterns relative to a root, matched below any folder (`*` stands for part of one name; the last name
    is literal, has an ending (`*.jar`) or a beginning (`libssl.so*`), or is `*` below a literal folder); `window`
    instead, or as well, is asked of every executable by its first 4 KiB, and then `parse` gets the bytes of that
    window. `parse(path, data)` is pure and total: it never raises on bad data but returns faults. `version` counts
    changes of `parse` or `paths`: the layer memory forgets only this plug-in's facts. `system` names the packaging
    system of the packages, "" where the file tells of other facts. `at_root` says the file describes the root it lies
    in (dpkg, apk, rpm), so copies elsewhere are gaps. `declared` says that it tells what is wanted, not what is
    installed (lockfiles): looked at in source trees, in images only when asked for.
    """

    name: str
    title: str
    version: int
    paths: tuple[str, ...]
    parse: Callable[[str, bytes], Observed]
    system: str = ""
    window: Window | None = None
    at_root: bool = False
    declared: bool = False
    unowned: bool = False
