"""Databases that lie, run in circles or bring a program: never an exception, always a fault, work within bounds."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from struct import pack, pack_into

import pytest
from tests.ecosystems.rpm_databases import BASH, PAGE, Value, bdb, hash_page, header, ndb, sqlite
from tests.fuzz.mutate import mutated

from plimsoll.ecosystems import rpm_header as tags
from plimsoll.ecosystems.rpm import parse
from plimsoll.model.package import MOST_RECORDS, Observed

SAMPLES = Path(__file__).parents[1] / "data" / "ecosystems" / "rpm"
ONE = header(BASH)
LONG = header({**BASH, tags.BASE_NAMES: [b"f" * 9000], tags.DIR_NAMES: [b"/"], tags.DIR_INDEXES: [0]})
SEEDS = {
    "sqlite": (sqlite(ONE, LONG), (SAMPLES / "var/lib/rpm/rpmdb.sqlite").read_bytes()),
    "ndb": (ndb(ONE, LONG), (SAMPLES / "usr/lib/sysimage/rpm/Packages.db").read_bytes()),
    "bdb": (bdb(ONE, LONG), bdb(ONE, LONG, order=">"), (SAMPLES / "var/lib/rpm/Packages").read_bytes()),
}


def read(data: bytes) -> Observed:
    return parse("var/lib/rpm/Packages", data)


def refused(data: bytes, reason: str) -> None:
    observed = read(data)
    assert any(reason in fault for fault in observed.faults), observed.faults
    assert observed.packages == ()


@pytest.mark.parametrize("kind", SEEDS)
def test_no_damage_makes_it_raise(kind: str) -> None:
    random = Random(kind)
    for _ in range(2000):
        assert isinstance(read(mutated(SEEDS[kind], random)), Observed)


@pytest.mark.parametrize("kind", SEEDS)
def test_no_byte_of_a_small_database_makes_it_raise(kind: str) -> None:
    data = SEEDS[kind][0]
    for at in [*range(200), *range(PAGE, min(PAGE + 200, len(data)))]:
        for value in (0, 1, 127, 255):
            assert isinstance(read(data[:at] + bytes([value]) + data[at + 1 :]), Observed)


@pytest.mark.parametrize("data", [b"", b"\0" * 5000, b"RpmP", b"SQLite format 3\0", bdb()[:60], b"\x7fELF" * 100])
def test_what_is_no_database_is_a_fault(data: bytes) -> None:
    observed = read(data)
    assert observed.packages == ()
    assert len(observed.faults) == 1


@pytest.mark.parametrize(
    ("table", "also", "reason"),
    [
        ("CREATE VIEW Packages AS SELECT zeroblob(9) AS blob", "", "views or triggers"),
        ("CREATE TABLE Packages (hnum, blob)", "CREATE VIEW v AS SELECT * FROM Packages", "views or triggers"),
        (
            "CREATE TABLE Packages (hnum, blob)",
            "CREATE TRIGGER t AFTER INSERT ON Packages BEGIN DELETE FROM Packages; END",
            "views or triggers",
        ),
        ("CREATE TABLE Packages (hnum, blob)", "CREATE VIRTUAL TABLE f USING fts4(a)", "virtual tables"),
        ("CREATE VIRTUAL TABLE Packages USING fts4(blob)", "", "virtual tables"),
        ("CREATE TABLE Packages (hnum, blob GENERATED ALWAYS AS (zeroblob(99999999)) VIRTUAL)", "", "plain column"),
        ("CREATE TABLE Packages (hnum, other)", "", "plain column"),
        ("CREATE TABLE Other (hnum, blob)", "", "plain column"),
    ],
)
def test_a_schema_of_its_own_making_is_refused(table: str, also: str, reason: str) -> None:
    refused(sqlite(table=table, also=also), reason)


def test_a_schema_that_was_edited_by_hand_is_refused() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript("CREATE TABLE Packages (hnum, blob); PRAGMA writable_schema=ON")
        sql = "CREATE TABLE Packages (hnum, blob DEFAULT (" + "(" * 5000 + "1" + ")" * 5000 + "))"
        connection.execute("UPDATE sqlite_master SET sql = ?", (sql,))
        connection.commit()
        refused(connection.serialize(), "SQLite cannot read it")


def test_rows_that_are_no_headers_are_faults() -> None:
    data = sqlite(ONE, also="INSERT INTO Packages (blob) VALUES (NULL), (7), ('text'), (x'00')")
    observed = read(data)
    assert [package.name for package in observed.packages] == ["bash"]
    assert len(observed.faults) == 4


def test_pages_that_point_at_each_other_end() -> None:
    data = bytearray(sqlite(*[LONG] * 400))
    first = next(page for page in range(1, len(data) // PAGE) if data[page * PAGE] == 5)
    cells = int.from_bytes(data[first * PAGE + 3 : first * PAGE + 5], "big")
    for cell in range(cells):
        at = first * PAGE + 12 + 2 * cell
        place = first * PAGE + int.from_bytes(data[at : at + 2], "big")
        data[place : place + 4] = (first + 1).to_bytes(4, "big")
    observed = read(bytes(data))
    assert observed.faults


def test_rows_that_share_their_data_are_refused() -> None:
    """Every row of page 2 claims the overflow pages of the first: together they are larger than the file."""
    chain, beside = 25, 499  # pages of 4092 bytes, and what then remains in the row itself
    data = bytearray(sqlite(*[LONG.ljust(chain * (PAGE - 4) + beside, b"\0")] * 5))
    starts = [int.from_bytes(data[PAGE + at : PAGE + at + 2], "big") for at in range(8, 18, 2)]
    ends = [PAGE + end for end in [PAGE, *starts[:-1]]]
    for end in ends[1:]:
        data[end - 4 : end] = data[ends[0] - 4 : ends[0]]
    pages = 2 + chain
    data[28:32] = pages.to_bytes(4, "big")
    observed = read(bytes(data[: pages * PAGE]))
    assert len(observed.packages) == 1
    assert observed.faults == ("after 1 packages: packages together are larger than the file",)


def test_only_so_many_packages_are_read() -> None:
    observed = read(sqlite(*[ONE] * (MOST_RECORDS + 5)))
    assert len(observed.packages) == MOST_RECORDS
    assert f"only the first {MOST_RECORDS} packages were read" in observed.faults[0]


def changed_slot(number: int, *values: int) -> bytes:
    """Give an ndb database of two packages with other numbers in a slot: package, block, blocks."""
    data = bytearray(ndb(ONE, LONG))
    pack_into("<III", data, 32 + 16 * number + 4, *values)
    return bytes(data)


def test_slots_that_point_elsewhere_are_faults() -> None:
    for values in ((1, 0xFFFFFFFF, 9), (1, 0, 3), (7, 256, 20), (1, 256, 0), (1, 256, 0xFFFFFFFF), (1, 257, 20)):
        observed = read(changed_slot(0, *values))
        assert [package.name for package in observed.packages] == ["bash"], values
        assert len(observed.faults) == 1


def test_slots_that_share_a_package_are_refused() -> None:
    data = bytearray(ndb(LONG))
    data[32:PAGE] = bytes(data[32:48]) * ((PAGE - 32) // 16)
    observed = read(bytes(data))
    assert len(observed.packages) == 1
    assert "larger than the file" in observed.faults[0]


def test_a_wrong_checksum_is_said_and_the_package_read() -> None:
    data = bytearray(ndb(ONE))
    data[data.index(b"6.el9")] = ord("7")
    observed = read(bytes(data))
    assert [package.version for package in observed.packages] == ["5.1.8-7.el9"]
    assert observed.faults == ("package 1 does not match its checksum",)


def test_another_version_of_ndb_is_refused() -> None:
    data = bytearray(ndb(ONE))
    data[4] = 1
    refused(bytes(data), "another version")


def test_a_chain_that_runs_in_a_circle_ends() -> None:
    data = bytearray(bdb(LONG))
    pack_into("<I", data, 3 * PAGE + 16, 2)
    refused(bytes(data), "belongs to two values, or to one twice")


def test_a_chain_that_ends_early_or_leads_astray_is_a_fault() -> None:
    for following in (0, 1, 99):
        data = bytearray(bdb(LONG))
        pack_into("<I", data, 2 * PAGE + 16, following)
        assert len(read(bytes(data)).faults) == 1


def test_values_that_share_a_chain_are_faults() -> None:
    value = pack("<B3xII", 3, 2, len(LONG))
    items = [item for number in range(1, 100) for item in (b"\1" + pack("<I", number), value)]
    data = bdb(LONG)
    observed = read(data[:PAGE] + hash_page(items) + data[2 * PAGE :])
    assert len(observed.packages) == 1
    assert len(observed.faults) == 20


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        (20, 0, "no hash table"),
        (20, 3000, "no hash table"),
        (20, 1 << 31, "no hash table"),
        (24, 1, "no hash table"),
        (25, 9, "no hash table"),
    ],
)
def test_a_meta_page_that_cannot_be_right_is_refused(at: int, value: int, reason: str) -> None:
    data = bytearray(bdb(ONE))
    pack_into("<I" if at == 20 else "<B", data, at, value)
    if at == 24:
        reason = "encrypted"
    refused(bytes(data), reason)


def test_missing_pages_are_said() -> None:
    observed = read(bdb(ONE, LONG)[:-PAGE])
    assert [package.name for package in observed.packages] == ["bash"]
    assert any("pages are missing" in fault for fault in observed.faults)


def test_items_out_of_order_are_a_fault() -> None:
    data = bytearray(bdb(ONE))
    pack_into("<H", data, PAGE + 26 + 4, 0xFFFF)
    refused(bytes(data), "items out of order")


def damaged(make: Callable[[bytearray], None]) -> bytes:
    blob = bytearray(ONE)
    make(blob)
    return sqlite(bytes(blob))


def entry(number: int, *values: int) -> Callable[[bytearray], None]:
    """Give a damage to an entry of a header: tag, kind, offset, count."""
    return lambda blob: pack_into(">IIII", blob, 8 + 16 * number, *values)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda blob: pack_into(">I", blob, 0, 0), "claims more"),
        (lambda blob: pack_into(">I", blob, 0, 0xFFFFFFFF), "claims more"),
        (lambda blob: pack_into(">I", blob, 4, 0xFFFFFFFF), "claims more"),
        (entry(0, tags.NAME, 4, 0, 1), "no string"),
        (entry(0, tags.NAME, 6, 0xFFFFFFFF, 1), "cut off"),
        (entry(0, 9999, 6, 0, 1), "no name"),
        (entry(3, tags.EPOCH, 4, 0, 0xFFFFFFFF), "holds no numbers"),
        (entry(3, tags.EPOCH, 6, 0, 1), "holds no numbers"),
    ],
)
def test_a_header_that_lies_is_a_fault(damage: Callable[[bytearray], None], reason: str) -> None:
    refused(damaged(damage), reason)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (entry(3, tags.REQUIRE_NAME, 8, 0, 0xFFFFFFFF), "claims more"),
        (entry(3, tags.REQUIRE_NAME, 8, 0, 99), "cut off"),
        (entry(3, tags.REQUIRE_NAME, 8, 0xFFFFFFFF, 1), "cut off"),
        (entry(3, tags.PROVIDE_NAME, 7, 0, 1), "holds no strings"),
        (entry(3, tags.OLD_FILE_NAMES, 8, 0, 99), "cut off"),
    ],
)
def test_relations_and_files_that_lie_are_faults_and_the_package_stays(
    damage: Callable[[bytearray], None], reason: str
) -> None:
    observed = read(damaged(damage))
    assert [package.name for package in observed.packages] == ["bash"]
    assert reason in observed.faults[0]


@pytest.mark.parametrize("indexes", [[1], [0, 0], [0xFFFFFFFF], []])
def test_a_file_list_that_lies_is_a_fault_and_the_package_stays(indexes: list[int]) -> None:
    files: dict[int, Value] = {tags.BASE_NAMES: [b"bash"], tags.DIR_NAMES: [b"/bin/"], tags.DIR_INDEXES: indexes}
    observed = read(sqlite(header({**BASH, **files})))
    assert [package.name for package in observed.packages] == ["bash"]
    assert "file list" in observed.faults[0]
    assert observed.owned == ()


def test_a_file_list_that_would_be_huge_is_a_fault() -> None:
    files: dict[int, Value] = {
        tags.BASE_NAMES: [b"f"] * 100_000,
        tags.DIR_NAMES: [b"/" + b"d" * 100_000],
        tags.DIR_INDEXES: [0] * 100_000,
    }
    observed = read(sqlite(header({**BASH, **files})))
    assert "file list is longer" in observed.faults[0]
    assert len(observed.packages) == 1


def test_names_that_are_not_utf8_are_escaped() -> None:
    observed = read(sqlite(header({**BASH, tags.NAME: b"b\xffsh", tags.OLD_FILE_NAMES: [b"/a\xffb"]})))
    assert observed.packages[0].name == "b\\xffsh"
    assert observed.owned[0].paths == "a\\xffb"


def test_file_lists_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.ecosystems.rpm._MOST_OWNED", 10_000)
    observed = read(ndb(LONG, LONG, ONE))
    assert len(observed.owned) == 1
    assert len(observed.packages) == 3
    assert observed.faults == ("package 2: file lists together are too long",)


def test_packages_are_bounded_in_every_format(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.ecosystems.rpm.MOST_RECORDS", 2)
    for data in (sqlite(ONE, ONE, ONE), ndb(ONE, ONE, ONE), bdb(ONE, ONE, ONE)):
        observed = read(data)
        assert len(observed.packages) == 2
        assert observed.faults == ("package 3: there are too many packages",)


def test_slots_that_share_a_blob_are_refused_however_short_its_head_says_it_is() -> None:
    """Its checksum is taken of the whole blob for each slot, so an empty package costs as much as a long one."""
    data = bytearray(ndb(LONG))
    pack_into("<I", data, PAGE + 12, 0)
    data[32:PAGE] = bytes(data[32:48]) * ((PAGE - 32) // 16)
    refused(bytes(data), "larger than the file")


def test_relations_of_all_packages_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.ecosystems.rpm._MOST_RELATIONS", 3)
    one = header({**BASH, tags.PROVIDE_NAME: [b"bash"], tags.REQUIRE_NAME: [b"glibc"]})
    observed = read(ndb(one, one))
    assert [package.requires for package in observed.packages] == [("glibc",), ("glibc",)]
    assert observed.faults == ("package 2: all packages together provide and require more than 3 names",)
