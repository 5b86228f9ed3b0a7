"""Feeds that are served as an archive of many documents: zip, and tar, plain or compressed, read as a stream."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self, cast

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge import osv
from plimsoll.knowledge.reading import AGAIN, bounded, unreadable
from plimsoll.model.limits import Limits

if TYPE_CHECKING:
    from tarfile import TarFile, TarInfo

Wanted = Callable[[str], bool]

_PIECE = 1 << 20
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP, _BZIP2, _ZSTD = b"\x1f\x8b", b"BZh", b"\x28\xb5\x2f\xfd"


def json_members(path: str, file: Path, limits: Limits, wanted: Wanted) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every JSON member with a wanted name, of a zip or tar, in the archive's order.

    Names are only text to be told; nothing is written anywhere. Raises KnowledgeError for a damaged archive or one
    without records, LimitError over `feed_size`, `feed_records`, `file_size` or `header_size`.
    """
    if _is_zip(path, file):
        yield from ((name, data) for name, data in osv.members(path, file, limits) if wanted(name))
    else:
        yield from tar_members(path, file, limits, lambda name: name.endswith(".json") and wanted(name))


def tar_members(path: str, file: Path, limits: Limits, wanted: Wanted) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every regular file with a wanted name; otherwise as `json_members`."""
    return ((member.name, data) for member, data in _tar_members(path, file, limits, wanted))


def dated_members(path: str, file: Path, limits: Limits, wanted: Wanted) -> Iterator[tuple[str, bytes, str]]:
    """Yield name, bytes and time (ISO, UTC, "" where there is none) of every regular file with a wanted name.

    Of a zip, only of its JSON members, and by its own clock; otherwise as `json_members`.
    """
    if _is_zip(path, file):
        times = _times(path, file)
        found = ((name, data) for name, data in osv.members(path, file, limits) if wanted(name))
        yield from ((name, data, times.get(name, "")) for name, data in found)
    else:
        for member, content in _tar_members(path, file, limits, wanted):
            yield member.name, content, _moment(member.mtime)


def _is_zip(path: str, file: Path) -> bool:
    with unreadable(path), file.open("rb") as stream:
        return stream.read(4) in _ZIP


def _times(path: str, file: Path) -> dict[str, str]:
    from datetime import datetime
    from zipfile import ZipFile

    times: dict[str, str] = {}
    with unreadable(path), ZipFile(file) as archive:
        for member in archive.infolist():
            with suppress(ValueError):  # a zip without times has months and days of 0
                times[member.filename] = f"{datetime(*member.date_time).isoformat()}Z"  # noqa: DTZ001 - it says no zone
    return times


def _moment(seconds: float) -> str:
    from datetime import UTC, datetime

    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}" if seconds > 0 else ""
    except (ValueError, OverflowError, OSError):
        return ""


def _tar_members(path: str, file: Path, limits: Limits, wanted: Wanted) -> "Iterator[tuple[TarInfo, bytes]]":
    records = 0
    with damaged(path), file.open("rb") as packed, decompressed(packed) as plain:
        archive = _opened(_Metered(plain, limits, path), limits, path)
        while (member := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined]  # else every header stays in memory
            if not member.isreg() or not wanted(member.name):
                continue
            records += 1
            if records > limits.feed_records:
                raise LimitError("feed_records", limits.feed_records, path)
            content = archive.extractfile(member)
            if content is not None:
                yield member, bounded(content, limits, f"{member.name} in {path}")
    if not records:
        raise KnowledgeError(f"{path} holds no records", advice=AGAIN)


class _Metered:
    """A stream that is read to no more than `feed_size`."""

    def __init__(self, stream: IO[bytes], limits: Limits, what: str) -> None:
        self._stream = stream
        self._limits = limits
        self._what = what
        self._size = 0

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._size += len(data)
        if self._size > self._limits.feed_size:
            raise LimitError("feed_size", self._limits.feed_size, self._what)
        return data


def _opened(stream: _Metered, limits: Limits, what: str) -> "TarFile":
    """Open a tar whose long names and PAX records, which are read whole, keep within `header_size`."""
    import tarfile

    gathered = {
        *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
        *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
    }

    class Header(tarfile.TarInfo):
        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
            found = super().frombuf(buf, encoding, errors)
            if found.type in gathered and not 0 <= found.size <= limits.header_size:
                raise LimitError("header_size", limits.header_size, f"{what}: a header record")
            return found

        def _refuse(self, *_: object) -> Self:
            """Refuse sparse files: no publisher serves any, and their maps are read whole, however long."""
            raise KnowledgeError(f"{what} holds a sparse file", advice=AGAIN)

        _proc_sparse = _proc_gnusparse_00 = _proc_gnusparse_01 = _proc_gnusparse_10 = _refuse

    return tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|", bufsize=_PIECE, tarinfo=Header)


@contextmanager
def decompressed(packed: IO[bytes]) -> Iterator[IO[bytes]]:
    """Give what is inside of what the first bytes of a file say it is compressed with.

    Of xz the folder's reader takes care.
    """
    import bz2
    import gzip

    head = packed.read(len(_ZSTD))
    packed.seek(0)
    if head.startswith(_GZIP):
        with gzip.GzipFile(fileobj=packed) as unzipped:
            yield cast("IO[bytes]", unzipped)
    elif head.startswith(_BZIP2):
        with bz2.BZ2File(packed) as unpacked:
            yield cast("IO[bytes]", unpacked)
    elif head.startswith(_ZSTD):
        with _zstd().ZstdFile(packed) as unsqueezed:
            yield unsqueezed
    else:
        yield packed


@contextmanager
def damaged(what: str) -> Iterator[None]:
    """Turn what `tarfile` and `zstd` raise on damaged archives into KnowledgeError, as `unreadable` does the rest."""
    import tarfile

    with unreadable(what):
        try:
            yield
        except (tarfile.TarError, RecursionError, _zstd().ZstdError) as error:
            raise KnowledgeError(f"{what} cannot be read: {error}", advice=AGAIN) from error


def _zstd() -> Any:  # noqa: ANN401 - one of two modules with the same names
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        from backports import zstd
    return zstd
