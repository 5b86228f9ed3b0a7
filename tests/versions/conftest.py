"""Pairs of real versions whose order is known."""

import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data" / "versions"
ORDER = {"<": -1, "=": 0, ">": 1}


@pytest.fixture(scope="session")
def vectors() -> Callable[[str], list[tuple[str, int, str]]]:
    """Read the pairs of a scheme: left, negative or zero or positive, right."""

    def read(scheme: str) -> list[tuple[str, int, str]]:
        lines = lzma.decompress((DATA / f"{scheme}.tsv.xz").read_bytes()).decode().splitlines()
        return [(left, ORDER[sign], right) for left, sign, right in (line.split("\t") for line in lines)]

    return read
