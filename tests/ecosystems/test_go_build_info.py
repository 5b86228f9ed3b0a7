"""Go programs, against what `go version -m` says of the same files."""

import struct
from random import Random

import pytest
from tests.ecosystems.executables import Program, elf_header, programs
from tests.fuzz.mutate import mutated

from plimsoll.ecosystems.go_build_info import parse, window
from plimsoll.model.package import Observed, PackageRecord

HEAD = 4096
MAGIC = b"\xff Go buildinf:"
NOTE = struct.pack("<III", 4, 12, 4) + b"Go\0\0" + b"an/id/of/it\0"
PROGRAMS = programs("go")
each = pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)


def looked_at(data: bytes) -> tuple[Observed, bool]:
    """Look at a file as a scan does; also say whether the window was not enough."""
    place = window(data[:HEAD], len(data))
    if place is None:
        return Observed(), False
    observed = parse("app", data[place[0] : place[1]])
    return (parse("app", data), True) if observed.again else (observed, False)


def said(program: Program) -> list[tuple[str, str, str]]:
    """Give module, version and sum as `go version -m` lists them; the row behind a `=>` replaces the one before."""
    rows: list[tuple[str, str, str]] = []
    for line in program.says:
        kind, *fields = line.split("\t")
        name, version, total = (*fields, "", "", "")[:3]
        if kind == "=>":
            before = rows.pop()
            name, version, total = (before[0], "(devel)", "") if name.startswith(".") else (name, version, total)
        if kind in {"mod", "dep", "=>"}:
            rows.append((name, version, total))
    return rows


def inline(version: bytes, modules: bytes, *, flags: int = 2) -> bytes:
    """Make build information as Go since 1.18 lays it out; texts are shorter than 16 KiB."""
    body = b""
    for text in (version, modules):
        body += bytes((len(text) & 0x7F | 0x80, len(text) >> 7)) + text
    return (MAGIC + bytes((8, flags))).ljust(32, b"\0") + body


def framed(*lines: str) -> bytes:
    return b"0" * 16 + ("\n".join(lines) + "\n").encode() + b"1" * 16


def windowed(version: bytes, *lines: str) -> Observed:
    return parse("app", bytes(16) + inline(version, framed(*lines)))


def names(observed: Observed) -> dict[str, str]:
    return {package.name: package.version for package in observed.packages}


@each
def test_the_modules_are_those_that_go_lists(program: Program) -> None:
    observed, _ = looked_at(program.data)
    found = [(p.name, p.version, "".join(p.hashes)) for p in observed.packages if p.name != "stdlib"]
    assert found == said(program)
    assert observed.faults == ()


@each
def test_the_standard_library_has_the_version_of_go(program: Program) -> None:
    observed, _ = looked_at(program.data)
    assert names(observed)["stdlib"] == program.go.removeprefix("go").removesuffix("-X:boringcrypto")


@each
def test_only_the_older_layout_needs_the_whole_file(program: Program) -> None:
    _, again = looked_at(program.data)
    assert again == program.go.startswith("go1.16")


@each
def test_the_window_is_a_small_part_of_the_program(program: Program) -> None:
    place = window(program.data[:HEAD], len(program.data))
    assert place is not None
    assert 0 < place[1] - place[0] < len(program.data) / 10


@each
def test_the_whole_file_says_the_same_as_its_window(program: Program) -> None:
    assert parse("app", program.data) == looked_at(program.data)[0]


def test_the_main_module_requires_the_others() -> None:
    main = parse("app", PROGRAMS["1.26-vcs"].data).packages[0]
    assert main.version == "v1.4.2"
    assert main.requires == ("stdlib 1.26.8", "github.com/google/uuid v1.3.0", "golang.org/x/text v0.3.8")


def test_a_main_module_without_version_is_what_go_calls_it() -> None:
    assert names(parse("app", PROGRAMS["1.26-386"].data))["example.org/hello"] == "(devel)"
    assert names(windowed(b"go1.21.0", "mod\texample.org/a\t\t"))["example.org/a"] == "(devel)"


def test_a_module_replaced_by_a_folder_keeps_its_name_and_has_no_version() -> None:
    found = windowed(b"go1.21.0", "dep\tex.org/a\tv1.0.0", "=>\t../a\t(devel)\t", "dep\tex.org/b\tv1.0.0")
    assert names(found) == {"stdlib": "1.21.0", "ex.org/a": "(devel)", "ex.org/b": "v1.0.0"}


def test_facts_of_the_version_control_are_kept_and_other_settings_are_not() -> None:
    lines = ("path\tex.org/a/cmd", "mod\tex.org/a\t(devel)\t", "build\tvcs.revision=0123abcd", "build\t-ldflags=-X a=b")
    assert windowed(b"go1.21.0", *lines).facts == (("path", "ex.org/a/cmd"), ("vcs.revision", "0123abcd"))


@pytest.mark.parametrize(
    ("text", "version"),
    [
        (b"go1.21.5", "1.21.5"),
        (b"go1.20", "1.20.0"),
        (b"go1.22.0 X:boringcrypto", "1.22.0"),
        (b"go1.21rc2", "1.21.0-rc.2"),
        (b"go1.21beta1", "1.21.0-beta.1"),
        (b"go1.17.13 (Red Hat 1.17.13-1.el8)", "1.17.13"),
        (b"devel go1.24-63c9b5 Tue Aug 6 10:00:00 2024", "devel go1.24-63c9b5"),
        (b"devel +abcdef Mon Jan 1 2018", "devel +abcdef"),
    ],
)
def test_versions_of_go_are_spelt_as_its_vulnerability_database_does(text: bytes, version: str) -> None:
    assert names(windowed(text, "mod\tex.org/a\tv1.0.0\t"))["stdlib"] == version


def test_a_program_that_says_nothing_of_its_modules_is_a_fault() -> None:
    observed = parse("app", bytes(16) + inline(b"go1.19.8", b""))
    assert observed.packages == (PackageRecord.simple("stdlib", "1.19.8"),)
    assert "not its modules" in observed.faults[0]
    assert "not its modules" in windowed(b"go1.19.8", "path\tgithub.com/containers/skopeo/cmd/skopeo").faults[0]


def test_the_programs_of_go_itself_need_no_modules() -> None:
    assert windowed(b"go1.26.8", "path\tcmd/gofmt").faults == ()


def test_a_program_without_build_information_is_a_fault() -> None:
    assert "before Go 1.13" in parse("app", elf_header() + NOTE).faults[0]
    assert parse("app", elf_header()) == Observed()


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"#!/bin/sh\n",
        b"MZ\x90\0",
        b"\x7fELF",
        elf_header(phnum=3, phoff=64).ljust(HEAD, b"\0"),
        elf_header(shnum=30, shoff=90_000).ljust(HEAD, b"\0"),
        elf_header(shnum=60_000, shoff=64).ljust(HEAD, b"\0"),
        b"#!/bin/sh\n" + NOTE,
        elf_header() + b"Go\0\0".rjust(60),
        programs("cargo")["stripped"].data[:HEAD],
    ],
)
def test_what_shows_no_sign_of_go_is_left_alone(head: bytes) -> None:
    assert window(head, 100_000) is None


def test_a_magic_that_is_only_a_constant_of_the_program_is_passed_over() -> None:
    data = PROGRAMS["1.26-vcs"].data
    constant = (MAGIC + b"\0\2").ljust(32, b"\0") + b"\xff" * 32
    decoy = data[:8192] + constant + data[8192 + len(constant) :]
    assert parse("app", decoy) == parse("app", data)
    assert names(parse("app", data))["example.org/hello"] == "v1.4.2"


@pytest.mark.parametrize("cut", range(16, 90, 7))
def test_a_window_that_ends_too_early_asks_for_the_whole_file(cut: int) -> None:
    whole = bytes(16) + inline(b"go1.21.0", framed("mod\texample.org/a\tv1.0.0\t"))
    assert parse("app", whole[:cut]) == Observed(again=True)


def test_lengths_and_pointers_that_lie_lead_nowhere() -> None:
    header = (MAGIC + bytes((8, 2))).ljust(32, b"\0")
    for length in (b"\xff" * 9 + b"\x01", b"\xff" * 30, b"\x80" * 9 + b"\x00", b"\x7f"):
        assert parse("app", header + length) == Observed(again=True)
    old = bytearray(PROGRAMS["1.16.15-pie"].data)
    at = old.index(MAGIC)
    for pointer in (0, 1, at, 2**63, 2**64 - 1):
        old[at + 16 : at + 32] = struct.pack("<QQ", pointer, pointer)
        assert parse("app", bytes(old)).packages == ()
    old[at + 14] = 77
    assert parse("app", bytes(old)).packages == ()


def test_a_string_that_points_to_itself_ends() -> None:
    load = struct.pack("<IIQQQQQQ", 1, 6, 0, 4096, 0, 4096, 4096, 16)
    blob = (MAGIC + b"\x08\x00" + struct.pack("<QQ", 4096 + 128, 4096 + 128)).ljust(64, b"\0")
    data = (elf_header(phoff=64, phnum=1) + load).ljust(128, b"\0") + struct.pack("<QQ", 4096 + 128, 300) + bytes(48)
    assert parse("app", (data + blob).ljust(4096, b"\0")).packages == ()


def test_a_flood_of_magic_texts_is_given_up() -> None:
    assert parse("app", (MAGIC + b"\0\2").ljust(32, b"\0") * 20_000).packages == ()


def test_more_modules_than_a_program_can_have_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.ecosystems.go_build_info.MOST_RECORDS", 3)
    observed = windowed(b"go1.21.0", *(f"dep\tex.org/m{n}\tv1.0.0" for n in range(9)))
    assert len(observed.packages) == 4
    assert observed.faults == ("only the first 3 modules were read",)


def test_damaged_lines_are_faults() -> None:
    observed = windowed(
        b"go1.21.0", "=>\tex.org/a\tv1", "dep\t\tv1", "dep\t" + "a" * 5000, "dep", "dep\tex.org/b\tv2.0.0"
    )
    assert names(observed) == {"stdlib": "1.21.0", "ex.org/b": "v2.0.0"}
    assert len(observed.faults) == 4


@each
def test_no_damage_makes_it_raise(program: Program) -> None:
    at = program.data.rindex(MAGIC)
    head, info = program.data[:HEAD], program.data[at : at + 600]
    for number in range(60):
        random = Random(f"{program.name}:{number}")
        damaged = mutated([head], random)
        place = window(damaged, len(program.data))
        assert place is None or 0 <= place[0] <= place[1] <= len(program.data)
        assert isinstance(parse("app", damaged + program.data[len(damaged) :]), Observed)
        assert isinstance(parse("app", mutated([info], random)), Observed)


def test_lists_that_claim_more_than_any_program_has_are_not_taken() -> None:
    large = b"\x80\x80\x80\x08"  # 16 MiB, as LEB128
    info = (MAGIC + bytes((8, 2))).ljust(32, b"\0")
    assert parse("app", bytes(16) + info + b"\x08go1.21.1" + large + b"\x01" + bytes(64)).again
    assert parse("app", bytes(16) + info + large + b"\x01" + bytes(64)).again


def test_facts_and_faults_are_bounded_however_often_a_list_states_them() -> None:
    observed = windowed(b"go1.21.1", *["path\ta", "build\tvcs=git", "=>\tb", "dep\t"] * 200)
    assert observed.facts == (("path", "a"), ("vcs", "git"))
    assert len(observed.faults) <= 21


def test_segments_that_are_all_the_whole_file_are_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from plimsoll.ecosystems import go_build_info

    tried: list[int] = []
    whole = go_build_info._in_place

    def counted(data: bytes, at: int) -> tuple[str, bytes] | None:
        tried.append(at)
        return whole(data, at)

    monkeypatch.setattr(go_build_info, "_in_place", counted)
    rows = b"".join(struct.pack("<IIQQQQQQ", 1, 6, start, 0, 0, 1 << 40, 0, 0) for start in range(50))
    start = (elf_header(phoff=64, phnum=50) + rows).ljust(4096, b"\0")
    parse("app", start + (MAGIC + bytes((8, 2)) + b"\xff" * 16) * 10)
    assert len(tried) == len(set(tried)) == 10
