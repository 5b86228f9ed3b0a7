import bz2
import gzip
import lzma
import random
from collections.abc import Iterator

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import HostileInputError, LimitError, PlimsollError
from plimsoll.model.limits import MIB, Limits
from plimsoll.trees.inflate import STEP, compression, inflate

RAW = random.Random(7).randbytes(300_000) + bytes(3_000_000) + b"text " * 50_000


def cut(data: bytes, step: int) -> Iterator[bytes]:
    for at in range(0, len(data), step):
        yield data[at : at + step]


@pytest.mark.parametrize("step", [1000, 65_537, 1 << 24])
@pytest.mark.parametrize(
    "stored",
    [
        RAW,
        gzip.compress(RAW),
        gzip.compress(RAW[:9]) + gzip.compress(RAW[9:]) + bytes(700),
        zstd.compress(RAW),
        zstd.compress(RAW[:9]) + zstd.compress(RAW[9:]),
        b"\x50\x2a\x4d\x18\x04\0\0\0skip" + zstd.compress(RAW),
    ],
    ids=["plain", "gzip", "two members and padding", "zstd", "two frames", "skippable frame first"],
)
def test_what_was_compressed_comes_back_in_small_pieces(stored: bytes, step: int) -> None:
    pieces = list(inflate(cut(stored, step), Limits(), "layer"))
    assert b"".join(pieces) == RAW
    assert max(map(len, pieces)) <= max(STEP, step if stored is RAW else 0)


@pytest.mark.parametrize("stored", [gzip.compress(RAW), zstd.compress(RAW)], ids=["gzip", "zstd"])
def test_one_byte_at_a_time(stored: bytes) -> None:
    small = gzip.compress(b"hello") if stored[0] == 0x1F else zstd.compress(b"hello")
    assert b"".join(inflate(cut(small, 1), Limits(), "layer")) == b"hello"


@pytest.mark.parametrize("stored", [gzip.compress(b"hello" * 9), zstd.compress(b"hello" * 9)], ids=["gzip", "zstd"])
def test_a_stream_that_is_cut_anywhere_is_an_error(stored: bytes) -> None:
    for size in range(4, len(stored)):
        with pytest.raises(HostileInputError, match="layer"):
            list(inflate([stored[:size]], Limits(), "layer"))


def test_a_wrong_checksum_is_an_error() -> None:
    stored = bytearray(gzip.compress(b"hello" * 100))
    stored[-5] ^= 1
    with pytest.raises(HostileInputError):
        list(inflate([bytes(stored)], Limits(), "layer"))


@pytest.mark.parametrize("step", [1, 7, 1 << 20])
@pytest.mark.parametrize("more", [b"garbage", b"\0\0garbage\x1f\x8b", b"\x1fgarbage", b"\0" * 50 + b"x"])
def test_what_follows_a_gzip_stream_and_is_none_is_ignored(more: bytes, step: int) -> None:
    stored = gzip.compress(b"hello ") + gzip.compress(b"world") + more
    assert b"".join(inflate(cut(stored, step), Limits(), "layer")) == b"hello world"


@pytest.mark.parametrize("step", [1, 7, 1 << 20])
def test_a_second_member_that_is_cut_is_an_error(step: int) -> None:
    first, second = gzip.compress(b"hello"), gzip.compress(b"world")
    for size in range(1, len(second)):
        with pytest.raises(HostileInputError, match="layer"):
            list(inflate(cut(first + second[:size], step), Limits(), "layer"))


@pytest.mark.parametrize("step", [1, 1 << 20])
@pytest.mark.parametrize(
    ("stored", "kind"),
    [(lzma.compress(RAW), "xz"), (bz2.compress(RAW), "bzip2"), (bz2.compress(b""), "bzip2")],
    ids=["xz", "bzip2", "empty bzip2"],
)
def test_other_compressions_are_not_supported_and_called_so(stored: bytes, kind: str, step: int) -> None:
    with pytest.raises(HostileInputError, match=f"layer is compressed with {kind}, which is not supported") as caught:
        list(inflate(cut(stored, step), Limits(), "layer"))
    assert "docker save" in caught.value.advice


def test_a_tar_may_start_with_a_name_like_a_magic_number() -> None:
    assert b"".join(inflate([b"BZh9", b" is my name"], Limits(), "layer")) == b"BZh9 is my name"


BOMB = bytes(40 * MIB)


@pytest.mark.parametrize("bomb", [gzip.compress(BOMB), zstd.compress(BOMB)], ids=["gzip", "zstd"])
def test_a_bomb_is_stopped_by_its_ratio(bomb: bytes) -> None:
    seen = 0
    with pytest.raises(LimitError) as caught:
        for piece in inflate([bomb], Limits(ratio_floor=MIB, ratio=100), "layer"):
            seen += len(piece)
    assert caught.value.limit == "ratio"
    assert seen < 20 * MIB


@pytest.mark.parametrize("stored", [bytes(3 * MIB), gzip.compress(bytes(3 * MIB))], ids=["plain", "gzip"])
def test_a_layer_over_its_size_is_stopped(stored: bytes) -> None:
    with pytest.raises(LimitError) as caught:
        list(inflate(cut(stored, 1000), Limits(layer_size=2 * MIB), "layer"))
    assert caught.value.limit == "layer_size"


def test_magic_numbers() -> None:
    assert compression(gzip.compress(b"")) == "gzip"
    assert compression(zstd.compress(b"")) == "zstd"
    assert compression(lzma.compress(b"")) == "xz"
    assert compression(bz2.compress(b"x")) == "bzip2"
    assert compression(b"ustar") == ""


@given(st.binary(max_size=200), st.integers(0, 2**32), st.sampled_from(["gzip", "zstd"]))
def test_damaged_streams_end_in_bytes_or_a_clear_error(raw: bytes, seed: int, kind: str) -> None:
    stored = bytearray(gzip.compress(raw) if kind == "gzip" else zstd.compress(raw))
    chance = random.Random(seed)
    for _ in range(3):
        stored[chance.randrange(len(stored))] = chance.randrange(256)
    try:
        out = b"".join(inflate([bytes(stored)], Limits(ratio_floor=MIB), "layer"))
    except PlimsollError as error:
        assert error.message
    else:
        assert isinstance(out, bytes)
