"""What an ecosystem plug-in is: which files, and how to read them."""

from collections.abc import Callable
from dataclasses import dataclass

from plimsoll.model.package import Observed


@dataclass(frozen=True, slots=True, kw_only=True)
class Ecosystem:
    """One packaging system. One file in `ecosystems/` holds one such constant.

    `paths` are patterns relative to a root, matched below any folder (`*` stands for part of one name; only
    in the last name or its parent); `head` instead finds executables by bytes in their first 4 KiB.
    `parse(path, data)` is pure and total: it never raises on bad data but returns faults; it is None where
    there is no reader yet: then what the patterns find is a Gap with a count. `version` counts changes of
    `parse` or `paths`: the layer memory forgets only this plug-in's facts. `scheme` names a version scheme.
    `at_root` says the database describes the root it lies in (dpkg, apk), so copies elsewhere are gaps.
    """

    name: str
    title: str
    version: int
    paths: tuple[str, ...]
    purl_type: str = ""
    scheme: str = ""
    head: bytes = b""
    at_root: bool = False
    parse: Callable[[str, bytes], Observed] | None = None
