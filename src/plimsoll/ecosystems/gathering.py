"""What one declared file states, gathered within bounds: every package once, and what could not be read."""

from binascii import Error
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO

from plimsoll.model.package import MOST_RECORDS, Doubt, Observed, PackageRecord

_MOST_FAULTS = 20
_LONGEST_FAULT = 300
_LONGEST_TEXT = 4096
"""Characters of a name or a version; more is no package."""
_LONGEST_LINE = 1 << 20
_MOST_LINES = 4_000_000
"""Lines of one file: 40 for each of as many packages as are read."""


class Gathering:
    """Collects the packages and faults of one file.

    A package that is stated twice (in two groups, for two platforms) is one: needed at run time if either says so,
    direct if either says so.
    """

    def __init__(self) -> None:
        self._packages: dict[tuple[str, str], PackageRecord | _Several] = {}
        self._faults: list[str] = []
        self._doubts: dict[Doubt, None] = {}
        self._untold = 0
        self._is_full = False

    def add(self, record: PackageRecord) -> None:
        """Take a package; one without a name or a version, or with an absurd one, becomes a fault."""
        key = (record.name, record.version)
        if max(map(len, key)) > _LONGEST_TEXT:
            self.fault(f"a name or version is longer than {_LONGEST_TEXT} characters", record.line)
        elif not all(key):
            self.fault(f"{record.name or 'a package'} has no {'version' if record.name else 'name'}", record.line)
        elif (same := self._packages.get(key)) is not None:
            several = same if isinstance(same, _Several) else _Several(same)
            several.take(record)
            self._packages[key] = several
        elif len(self._packages) < MOST_RECORDS:
            self._packages[key] = record
        else:
            self._is_full = True

    def has_room(self, kept: int) -> bool:
        """Say whether one more package may be kept outside, where others must be known before it can be added."""
        self._is_full |= kept >= MOST_RECORDS
        return kept < MOST_RECORDS

    def fault(self, what: str, line: int = 0) -> None:
        """Note what could not be read, with its line where that is known."""
        if len(self._faults) < _MOST_FAULTS:
            self._faults.append((f"line {line}: {what}" if line else what)[:_LONGEST_FAULT])
        else:
            self._untold += 1

    def doubt(self, what: str, line: int = 0, *, files: tuple[str, ...], package: str = "", **more: bool) -> None:
        """Note what could not be read unless another file makes it good (`Doubt`)."""
        if len(self._doubts) < MOST_RECORDS:
            told = (f"line {line}: {what}" if line else what)[:_LONGEST_FAULT]
            self._doubts[Doubt(fault=told, files=files, package=package, **more)] = None
        else:
            self._untold += 1

    def expect(self, document: Mapping[str, object], *marks: str) -> None:
        """Note that a document says something, but has none of the keys that every file of its kind has."""
        if document and not any(mark in document for mark in marks):
            self.fault(f"it is no such file: it has none of {', '.join(marks)}")

    def observed(self) -> Observed:
        """Give everything, in the order in which it was stated."""
        packages = (each.record() if isinstance(each, _Several) else each for each in self._packages.values())
        more = [f"{self._untold} more faults of this kind"] if self._untold else []
        full = [f"only the first {MOST_RECORDS} packages were read"] if self._is_full else []
        return Observed(packages=tuple(packages), faults=(*self._faults, *more, *full), doubts=tuple(self._doubts))


class _Several:
    """One package that is stated several times; what they say is joined once, at the end."""

    __slots__ = ("_direct", "_first", "_hashes", "_licence", "_requires", "_scope")

    def __init__(self, first: PackageRecord) -> None:
        self._first = first
        self._direct, self._scope, self._licence = first.direct, first.scope, first.licence
        self._hashes, self._requires = dict.fromkeys(first.hashes), dict.fromkeys(first.requires)

    def take(self, record: PackageRecord) -> None:
        self._direct = self._direct if record.direct is None else bool(self._direct) or record.direct
        self._scope = self._scope if record.scope else ""
        self._licence = self._licence or record.licence
        self._hashes |= dict.fromkeys(record.hashes)
        self._requires |= dict.fromkeys(record.requires)

    def record(self) -> PackageRecord:
        return replace(
            self._first,
            direct=self._direct,
            scope=self._scope,
            licence=self._licence,
            hashes=tuple(self._hashes),
            requires=tuple(self._requires),
        )


def fault(reason: object) -> Observed:
    """Give what a file states that cannot be read at all."""
    return Observed(faults=(str(reason)[:_LONGEST_FAULT],))


def text_lines(data: bytes, gathering: Gathering) -> Iterator[tuple[int, str]]:
    """Give each line with its number, from 1, without its ending; absurdly long ones become faults.

    Bytes that are not UTF-8 are escaped, so that nothing is lost. Memory stays at one line.
    """
    for number, line in enumerate(BytesIO(data.removeprefix(b"\xef\xbb\xbf")), start=1):
        if number > _MOST_LINES:
            gathering.fault(f"only the first {_MOST_LINES} lines were read")
            return
        if len(line) > _LONGEST_LINE:
            gathering.fault(f"it is longer than {_LONGEST_LINE} bytes and was not read", number)
        else:
            yield number, line.decode("utf-8", "backslashreplace").rstrip("\r\n")


def resolved(names: Iterable[str], versions: Mapping[str, str]) -> tuple[str, ...]:
    """Give each name once, with its version where the file states one."""
    return tuple(f"{name} {versions[name]}" if name in versions else name for name in dict.fromkeys(names))


def digest(algorithm: str, base64: str) -> tuple[str, ...]:
    """Give a digest that is written in base64 as `algorithm:hex`; nothing where it is not base64."""
    from base64 import b64decode

    try:
        return (f"{algorithm}:{b64decode(base64, validate=True).hex()}",) if base64 else ()
    except (Error, ValueError):
        return ()
