"""Rust programs that list their crates, made by cargo auditable; and lists that lie."""

import json
import struct
import zlib
from pathlib import Path
from random import Random

import pytest
from tests.ecosystems.executables import elf_header, programs
from tests.fuzz.mutate import mutated

from plimsoll.ecosystems.cargo_auditable import parse, window
from plimsoll.model.package import Observed

HEAD = 4096
PROGRAMS = programs("cargo")
BY_OBJCOPY = (Path(__file__).parents[1] / "data/ecosystems/cargo/usr/local/bin/demo").read_bytes()


def in_window(data: bytes) -> Observed:
    place = window(data[:HEAD], len(data))
    return Observed() if place is None else parse("app", data[place[0] : place[1]])


def section(name: int, offset: int, size: int, *, kind: int = 1, flags: int = 0) -> bytes:
    return struct.pack("<IIQQQQIIQQ", name, kind, flags, 0, offset, size, 0, 0, 1, 0)


def program(content: bytes, *, stated: int | None = None, offset: int = 64) -> bytes:
    """Make a program whose only section of interest holds `content`."""
    texts = b"\0.dep-v0\0.shstrtab\0"
    rows = section(0, 0, 0, kind=0) + section(1, offset, len(content) if stated is None else stated)
    rows += section(9, 64 + len(content), len(texts), kind=3)
    return elf_header(shoff=64 + len(content) + len(texts), shnum=3, shstrndx=2) + content + texts + rows


def listing(packages: object) -> bytes:
    return program(zlib.compress(json.dumps({"packages": packages}).encode()))


@pytest.mark.parametrize("data", [PROGRAMS["stripped"].data, PROGRAMS["with-symbols"].data, BY_OBJCOPY])
def test_the_crates_are_read_whoever_wrote_the_section(data: bytes) -> None:
    assert in_window(data).again
    observed = parse("app", data)
    found = {package.name: (package.version, package.scope) for package in observed.packages}
    assert found == {
        "cc": ("1.11.3", "build"),
        "find-msvc-tools": ("0.1.15", "build"),
        "itoa": ("1.0.19", ""),
        "memchr": ("2.8.3", ""),
        "shlex": ("2.0.1", "build"),
        "tinyaud": ("0.1.0", ""),
    }
    assert observed.faults == ()


def test_dependencies_are_named() -> None:
    packages = {package.name: package for package in parse("app", BY_OBJCOPY).packages}
    assert packages["tinyaud"].requires == ("cc 1.11.3", "itoa 1.0.19", "memchr 2.8.3")
    assert packages["cc"].requires == ("find-msvc-tools 0.1.15", "shlex 2.0.1")


def test_a_program_without_a_list_is_not_read_whole() -> None:
    data = PROGRAMS["not-auditable"].data
    assert window(data[:HEAD], len(data)) is not None
    assert not in_window(data).again
    assert parse("app", data) == Observed()


def test_the_window_is_small_and_holds_the_end_of_the_table() -> None:
    data = PROGRAMS["stripped"].data
    start, stop = window(data[:HEAD], len(data)) or (0, 0)
    assert stop == len(data)
    assert stop - start < 8192


@pytest.mark.parametrize(
    ("flags", "size", "again"), [(0, 200, True), (0x30, 200, False), (0, 20, False), (0, 1 << 30, False)]
)
def test_where_names_are_elsewhere_a_section_that_could_be_it_decides(flags: int, size: int, *, again: bool) -> None:
    table = section(0, 0, 0, kind=0) + section(700, 100, size, flags=flags)
    assert parse("app", bytes(2048) + table).again == again


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"#!/bin/sh\n",
        b"\x7fELF\x02\x01",
        elf_header(),
        elf_header(shoff=2**63, shnum=30),
        elf_header(shoff=99_990, shnum=30),
        elf_header(shoff=50_000, shnum=30, shentsize=7),
        elf_header(shoff=8, shnum=30),
    ],
)
def test_headers_that_lie_open_no_window(head: bytes) -> None:
    assert window(head, 100_000) is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (program(b"this is no zlib stream"), "incorrect header"),
        (program(zlib.compress(b"{}")[:-6]), "cut"),
        (program(zlib.compress(b"[]")), "no packages"),
        (program(zlib.compress(b'{"packages": 7}')), "no packages"),
        (program(zlib.compress(b"{")), "not JSON"),
        (program(zlib.compress(b"[" * 100_000)), "deeper"),
        (program(zlib.compress(bytes(64 << 20), 1)), "larger than"),
        (program(b"x" * 40, stated=1 << 40), "beyond the file"),
        (program(b"x" * 40, offset=1 << 60), "beyond the file"),
    ],
)
def test_what_cannot_be_read_is_one_fault(data: bytes, reason: str) -> None:
    observed = parse("app", data)
    assert observed.packages == ()
    assert len(observed.faults) == 1
    assert reason in observed.faults[0]


def test_packages_that_require_each_other_or_nothing_known() -> None:
    packages = [
        {"name": "a", "version": "1.0.0", "dependencies": [1, 0, 99, -1, "x", None, 1.5, 10**30]},
        {"name": "b", "version": "2.0.0", "dependencies": [0, 0, 0]},
        {"name": "c", "version": "3.0.0", "dependencies": {"0": 1}, "kind": ["build"]},
    ]
    found = {package.name: package.requires for package in parse("app", listing(packages)).packages}
    assert found == {"a": ("b 2.0.0", "a 1.0.0"), "b": ("a 1.0.0",), "c": ()}


def test_packages_without_a_name_are_faults_and_bounded() -> None:
    good = {"name": "a", "version": "1.0.0", "dependencies": [0]}
    observed = parse("app", listing([None, {"name": 1, "version": "1"}, {"name": "x"}, *([7] * 100), good]))
    assert [package.name for package in observed.packages] == ["a"]
    assert observed.packages[0].requires == ()
    assert 3 < len(observed.faults) < 30


def test_more_packages_than_a_program_can_have_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.ecosystems.cargo_auditable.MOST_RECORDS", 2)
    observed = parse("app", listing([{"name": f"n{number}", "version": "1.0.0"} for number in range(5)]))
    assert len(observed.packages) == 2
    assert observed.faults == ("only the first 2 packages were read",)


def test_a_table_of_names_that_is_itself_beyond_the_file_leads_nowhere() -> None:
    rows = section(0, 0, 0, kind=0) + section(5, 64, 50) + section(9, 2**62, 2**62, kind=3)
    assert parse("app", elf_header(shoff=64, shnum=3, shstrndx=2) + rows) == Observed()
    assert parse("app", elf_header(shoff=64, shnum=3, shstrndx=77) + rows) == Observed()


@pytest.mark.parametrize("number", range(300))
def test_no_damage_makes_it_raise(number: int) -> None:
    damaged = mutated([BY_OBJCOPY, listing([{"name": "a", "version": "1"}])], Random(f"cargo:{number}"))
    assert isinstance(parse("app", damaged), Observed)
    place = window(damaged[:HEAD], len(damaged))
    assert place is None or 0 < place[0] <= place[1] <= len(damaged)
    assert isinstance(parse("app", damaged[16:]), Observed)


def test_names_that_cannot_be_one_are_faults_and_not_repeated_by_all_who_require_them() -> None:
    long = {"name": "a" * 5000, "version": "1.0.0"}
    packages = [long, *({"name": f"n{number}", "version": "1.0.0", "dependencies": [0, 1]} for number in range(3))]
    observed = parse("app", listing(packages))
    assert [package.requires for package in observed.packages] == [("n0 1.0.0",)] * 3
    assert observed.faults == ("package 0 has no name or no version that could be one",)


def test_dependencies_of_all_packages_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.ecosystems.cargo_auditable._MOST_RELATIONS", 5)
    packages = [{"name": f"n{number}", "version": "1.0.0", "dependencies": [0, 1, 2]} for number in range(4)]
    observed = parse("app", listing(packages))
    assert [len(package.requires) for package in observed.packages] == [3, 2, 0, 0]
    assert observed.faults == ("only the first 5 dependencies were read",)
