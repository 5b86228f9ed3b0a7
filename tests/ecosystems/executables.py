"""Real programs, of which only the bytes that matter are kept: everything between them is zero."""

import base64
import json
import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "data" / "executables"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program: how it was `built`, its bytes, and what another tool `says` of it."""

    name: str
    built: str
    data: bytes
    go: str = ""
    says: tuple[str, ...] = ()


@cache
def programs(kind: str) -> dict[str, Program]:
    """Give the programs of `<kind>.json` by name."""
    return {row["name"]: _program(row) for row in json.loads((DATA / f"{kind}.json").read_text("utf-8"))}


def _program(row: dict[str, Any]) -> Program:
    data = bytearray(row["size"])
    for at, piece in row["pieces"]:
        found = base64.b64decode(piece)
        data[at : at + len(found)] = found
    return Program(
        name=row["name"],
        built=row["built"],
        data=bytes(data),
        go=row.get("go", ""),
        says=tuple(row.get("says", ())),
    )


def elf_header(**fields: int) -> bytes:
    """Make the header of a 64-bit little-endian file, with any of its fields set."""
    defaults = {"phoff": 0, "shoff": 0, "phentsize": 56, "phnum": 0, "shentsize": 64, "shnum": 0, "shstrndx": 0}
    f = defaults | fields
    numbers = (f["phentsize"], f["phnum"], f["shentsize"], f["shnum"], f["shstrndx"])
    start = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    return start + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, f["phoff"], f["shoff"], 0, 64, *numbers)
