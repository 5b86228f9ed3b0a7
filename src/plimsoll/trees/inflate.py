"""Decompression of layers, in bounded steps: no input makes one step return more than a few MiB."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from plimsoll.errors import HostileInputError, LimitError
from plimsoll.model.limits import Limits

STEP = 1 << 20
"""Most bytes that one step returns."""

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


XZ_MAGIC = b"\xfd7zXZ\0"
BZIP2_MAGIC = re.compile(rb"BZh[1-9](1AY&SY|\x17\x72\x45\x38\x50\x90)")
"""A bzip2 stream with its first block, or its end: a tar's first name may well start with the three letters."""

LONGEST_MAGIC = 10
"""Bytes that `compression` looks at."""


def compression(head: bytes) -> str:
    """Tell the compression by magic number: `gzip`, `zstd`, `xz`, `bzip2` or "".

    RFC 1952 2.3.1, RFC 8878 3.1.1, "The .xz File Format" 2.1.1.1; bzip2 has no specification but its source.
    """
    if head.startswith(GZIP_MAGIC):
        return "gzip"
    if head.startswith(ZSTD_MAGIC) or _is_skippable_frame(head):
        return "zstd"
    if head.startswith(XZ_MAGIC):
        return "xz"
    return "bzip2" if BZIP2_MAGIC.match(head) else ""


def inflate(chunks: Iterable[bytes], limits: Limits, what: str) -> Iterator[bytes]:
    """Yield the plain bytes of a stream that is gzip, zstd or plain already.

    `what` names the stream in errors. Raises HostileInputError for a corrupt or truncated stream and for xz and
    bzip2, which no engine writes; LimitError when it grows over `layer_size`, or over `ratio` once it is larger than
    `ratio_floor`.
    """
    stream = iter(chunks)
    first = next(stream, b"")
    while len(first) < LONGEST_MAGIC and (more := next(stream, b"")):
        first += more
    kind = compression(first)
    if not kind:
        yield from _plain(first, stream, limits, what)
        return
    if kind not in {"gzip", "zstd"}:
        raise HostileInputError(
            f"{what} is compressed with {kind}, which is not supported",
            advice=f"Unpack it first if it is a whole archive ({kind} -d). For a layer: docker load and docker save "
            "the image again, or copy it with skopeo copy --dest-compress-format gzip (or zstd).",
        )
    step = _GzipSteps() if kind == "gzip" else _ZstdSteps()
    meter = _Meter(limits, what)
    try:
        for chunk in _prepended(first, stream):
            meter.taken += len(chunk)
            for piece in step.feed(chunk):
                meter.count(len(piece))
                yield piece
    except step.errors as error:
        raise HostileInputError(
            f"{what} is not valid {kind}: {error}", advice="Save or pull the image again."
        ) from error
    if not step.complete:
        raise HostileInputError(
            f"{what} ends in the middle of its {kind} stream", advice="Save or pull the image again."
        )


def _plain(first: bytes, rest: Iterator[bytes], limits: Limits, what: str) -> Iterator[bytes]:
    size = 0
    for chunk in _prepended(first, rest):
        size += len(chunk)
        if size > limits.layer_size:
            raise LimitError("layer_size", limits.layer_size, what)
        yield chunk


def _prepended(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _is_skippable_frame(head: bytes) -> bool:
    return len(head) >= 4 and head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50


class _Meter:
    """Counts what goes in and comes out, and stops a bomb."""

    def __init__(self, limits: Limits, what: str) -> None:
        self.limits = limits
        self.what = what
        self.taken = 0
        self.given = 0

    def count(self, size: int) -> None:
        self.given += size
        limits = self.limits
        if self.given > limits.layer_size:
            raise LimitError("layer_size", limits.layer_size, self.what)
        if self.given > limits.ratio_floor and self.given > self.taken * limits.ratio:
            raise LimitError("ratio", limits.ratio, f"{self.what} ({self.given} bytes out of {self.taken})")


class _GzipSteps:
    """A gzip stream of one or more members (RFC 1952 section 2.2).

    What follows them and is no member, zero or not, is ignored, as pigz does, which unpacks the layers of Docker.
    """

    def __init__(self) -> None:
        from isal import isal_zlib

        self._new: Callable[[], Any] = lambda: isal_zlib.decompressobj(31)
        self._member = self._new()
        self._started = False
        self._finished = 0
        self._held = b""
        self._ended = False
        self.errors: tuple[type[Exception], ...] = (cast("type[Exception]", isal_zlib.error), EOFError)

    @property
    def complete(self) -> bool:
        return not self._started and not self._held

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data and not self._ended:
            if not self._started:
                data = self._next_member(data)
                if not data:
                    return
            piece = self._member.decompress(data, STEP)
            data = self._member.unconsumed_tail
            if self._member.eof:
                data = self._member.unused_data
                self._leave()
            if piece:
                yield piece
            elif data and self._started:
                continue
        while self._started and (piece := self._member.decompress(b"", STEP)):
            yield piece
            if self._member.eof:
                self._leave()

    def _next_member(self, data: bytes) -> bytes:
        """Give the data from the next member on, and start it; nothing where there is none or not yet."""
        data = self._held + data
        self._held = b""
        if self._finished:
            data = data.lstrip(b"\0")
            if data == GZIP_MAGIC[:1]:
                self._held = data
                return b""
            if not data.startswith(GZIP_MAGIC):
                self._ended = bool(data)
                return b""
        self._member = self._new()
        self._started = True
        return data

    def _leave(self) -> None:
        self._started = False
        self._finished += 1


class _ZstdSteps:
    """A zstd stream of one or more frames (RFC 8878 section 3.1), skippable frames included."""

    def __init__(self) -> None:
        try:
            from compression import zstd  # type: ignore[import-not-found, unused-ignore]
        except ImportError:
            from backports import zstd
        self._new: Callable[[], Any] = zstd.ZstdDecompressor
        self._frame = self._new()
        self._started = False
        self.errors: tuple[type[Exception], ...] = (zstd.ZstdError, EOFError)

    @property
    def complete(self) -> bool:
        return not self._started

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._frame.eof:
                self._frame = self._new()
            self._started = True
            piece = self._frame.decompress(data, STEP)
            while not (self._frame.eof or self._frame.needs_input):
                if piece:
                    yield piece
                piece = self._frame.decompress(b"", STEP)
            if piece:
                yield piece
            data = b""
            if self._frame.eof:
                data = self._frame.unused_data
                self._started = False
