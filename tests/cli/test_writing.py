"""A report goes out whole, however little the system takes at a time."""

import io
import os
import sys
from pathlib import Path

import pytest

from plimsoll.cli.console import write
from plimsoll.errors import PlimsollError


class Unbuffered(io.RawIOBase):
    """What is below standard output with PYTHONUNBUFFERED: it takes what it likes, or says that it would block."""

    name = "unbuffered"

    def __init__(self, most: int | None) -> None:
        self.taken = bytearray()
        self._most = most
        self._null = Path(os.devnull).open("wb")  # noqa: SIM115 - closed below

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._null.fileno()

    def close(self) -> None:
        self._null.close()
        super().close()

    def write(self, data: object) -> int | None:
        assert isinstance(data, memoryview | bytes)
        if self._most is None:
            return None
        self.taken += bytes(data[: self._most])
        return min(len(data), self._most)


def standard_output(below: Unbuffered) -> io.TextIOWrapper:
    return io.TextIOWrapper(below, encoding="utf-8", write_through=True)


@pytest.mark.parametrize("most", [1, 4096, 70_000, 1 << 20])
def test_short_writes_are_continued(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    below = Unbuffered(most)
    document = "".join(f"line {number}: ä\n" for number in range(5000))
    with standard_output(below) as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        write(document)
        monkeypatch.undo()
        assert below.taken.decode() == document


def test_a_stream_that_would_block_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with standard_output(Unbuffered(None)) as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(PlimsollError, match="standard output cannot be written"):
            write("text")
        monkeypatch.undo()
