"""Zstandard for whole files, with a checksum: what is exported and embedded."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.model.limits import Limits

_STEP = 1 << 20
_ADVICE = "Export or fetch it again."


def squeezed(data: bytes, level: int) -> bytes:
    """Compress bytes into one zstd frame with a checksum (RFC 8878 section 3.1.1); the same bytes every time."""
    zstd = _zstd()
    options = {zstd.CompressionParameter.compression_level: level, zstd.CompressionParameter.checksum_flag: 1}
    return bytes(zstd.compress(data, options=options))


def unsqueezed(source: Path, target: Path, limits: Limits) -> None:
    """Decompress a file of one zstd frame into another.

    Raises KnowledgeError where it is none, is damaged or is cut, LimitError over `feed_size`, or over `ratio` once
    it is larger than `ratio_floor`.
    """
    try:
        with source.open("rb") as packed, target.open("wb") as plain:
            for piece in _pieces(packed, limits, str(source)):
                plain.write(piece)
    except OSError as error:
        raise KnowledgeError(f"{source} cannot be unpacked: {error.strerror}", advice=_ADVICE) from error


def _pieces(packed: IO[bytes], limits: Limits, what: str) -> Iterator[bytes]:
    zstd = _zstd()
    frame = zstd.ZstdDecompressor()
    taken = given = 0
    try:
        while not frame.eof:
            data = packed.read(_STEP) if frame.needs_input else b""
            if frame.needs_input and not data:
                raise KnowledgeError(f"{what} ends in the middle", advice=_ADVICE)
            piece = frame.decompress(data, _STEP)
            taken += len(data)
            given += len(piece)
            _bound(taken, given, limits, what)
            yield piece
        if frame.unused_data or packed.read(1):
            raise KnowledgeError(f"{what} goes on after its end", advice=_ADVICE)
    except zstd.ZstdError as error:
        raise KnowledgeError(f"{what} is damaged, or no export: {error}", advice=_ADVICE) from error


def _bound(taken: int, given: int, limits: Limits, what: str) -> None:
    if given > limits.feed_size:
        raise LimitError("feed_size", limits.feed_size, what)
    if given > limits.ratio_floor and given > taken * limits.ratio:
        raise LimitError("ratio", limits.ratio, f"{what} ({given} bytes out of {taken})")


def _zstd() -> Any:  # noqa: ANN401 - one of two modules with the same names
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        from backports import zstd
    return zstd
