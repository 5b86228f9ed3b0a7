"""Archives that lie about themselves: every one gives packages or faults, within bounds, and nothing else."""

import struct
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ecosystems.archives import archive, manifest, pom

from plimsoll.ecosystems.maven import MOST_POMS, parse
from plimsoll.ecosystems.zips import Budget, Zip, ZipError

MIB = 1 << 20
JAR = archive({**manifest(Implementation_Version="1.0"), **pom("com.acme", "tool", "1.0"), "a/B.class": "x" * 100})
TOOL = [("com.acme:tool", "1.0")]
END = struct.Struct("<4s4H2LH")


def packages(data: bytes) -> list[tuple[str, str]]:
    return [(each.name, each.version) for each in parse("tool.jar", data).packages]


def faults(data: bytes) -> str:
    return "\n".join(parse("tool.jar", data).faults)


@contextmanager
def at_most(mib: int) -> Iterator[None]:
    """Fail where more memory is taken than that."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= mib * MIB


def end_of(data: bytes) -> tuple[int, list[int]]:
    """Give where the record at the end begins, and its numbers: disks, members, size and offset of the list."""
    at = data.rfind(b"PK\5\6")
    return at, list(END.unpack_from(data, at)[1:])


def as_zip64(data: bytes, *, size: int | None = None, offset: int | None = None) -> bytes:
    """Move size and offset of the list of members to the long record, as archives of 65,536 members have it."""
    at, numbers = end_of(data)
    size, offset = numbers[4] if size is None else size, numbers[5] if offset is None else offset
    long = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, numbers[2], numbers[3], size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, at, 1)
    return data[:at] + long + locator + END.pack(b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)


def with_list(members: bytes, listed: bytes, count: int) -> bytes:
    """Put an archive together from its members and its list of them."""
    many = min(count, 0xFFFF)
    return members + listed + END.pack(b"PK\5\6", 0, 0, many, many, len(listed), len(members), 0)


def list_of(data: bytes) -> tuple[bytes, bytes]:
    """Take an archive apart: members, list of members."""
    at, numbers = end_of(data)
    return data[: numbers[5]], data[numbers[5] : at]


def test_a_bomb_in_place_of_an_archive_is_not_unfolded() -> None:
    data = archive({"lib/bomb.jar": bytes(200 * MIB), **pom("com.acme", "tool", "1.0")})
    with at_most(40):
        assert "lib/bomb.jar: it unfolds to far more than its size" in faults(data)
    assert packages(data) == TOOL


def test_of_a_bomb_in_place_of_a_text_only_the_beginning_is_unfolded() -> None:
    text = pom("com.acme", "tool", "1.0").popitem()[1].encode() + bytes(100 * MIB)
    data = archive({"META-INF/MANIFEST.MF": bytes(100 * MIB), "META-INF/maven/com.acme/tool/pom.properties": text})
    with at_most(30):
        assert packages(data) == TOOL


def test_a_bomb_of_bombs_is_bounded_as_a_whole() -> None:
    layer = archive({f"{number}.jar": bytes(4 * MIB) for number in range(16)})
    for _ in range(3):
        layer = archive({f"{number}.jar": layer for number in range(16)})
    with at_most(60):
        assert "it unfolds to far more than its size" in faults(layer)


def test_members_that_lie_over_each_other_cost_no_more_than_others() -> None:
    members, listed = list_of(archive({"a.jar": archive({"x": bytes(MIB)}, packed=False)}, packed=False))
    data = with_list(members, listed * 50_000, 50_000)
    observed = parse("tool.jar", data)
    assert len(observed.faults) < 30
    assert any("far more than its size" in fault for fault in observed.faults)


def test_too_many_poms_are_said() -> None:
    members, listed = list_of(archive(pom("com.acme", "tool", "1.0")))
    length = len(b"META-INF/maven/com.acme/tool/pom.properties")
    rows = (
        listed[:46] + f"META-INF/maven/{number:0{length - 30}d}/pom.properties".encode() for number in range(10_001)
    )
    data = with_list(members, b"".join(rows), 10_001)
    assert f"only the first {MOST_POMS} poms were read" in faults(data)


def test_what_is_not_of_interest_is_never_unfolded() -> None:
    data = bytearray(JAR)
    start = data.find(b"a/B.class") + len(b"a/B.class")
    data[start : start + 4] = b"\xff\xff\xff\xff"
    assert (packages(bytes(data)), faults(bytes(data))) == (TOOL, "")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no zip archive"),
        (b"version https://git-lfs", "no zip archive"),
        (b"PK\5\6", "no zip archive"),
        (JAR[:-30], "no zip archive"),
        (JAR[len(JAR) // 2 :], "outside"),
        (with_list(b"", b"\0" * 100, 1), "damaged"),
        (as_zip64(JAR, size=1 << 62), "outside"),
        (as_zip64(JAR, offset=1 << 62), "outside"),
    ],
)
def test_what_is_no_archive_is_said(data: bytes, reason: str) -> None:
    assert packages(data) == []
    assert reason in faults(data)


def test_a_long_comment_may_hold_what_looks_like_an_end() -> None:
    data = archive(pom("com.acme", "tool", "1.0"), comment=(b"PK\5\6" + bytes(14) + b"\xff\xff") * 3000 + b"end")
    assert packages(data) == TOOL


def test_a_program_may_stand_before_the_archive_and_junk_behind() -> None:
    assert packages(b"#!/bin/sh\nexec java -jar $0\n" + JAR) == TOOL
    assert packages(JAR + b"junk") == TOOL


def test_archives_of_the_long_form_are_read() -> None:
    assert packages(as_zip64(JAR)) == TOOL


def test_lengths_in_the_long_extra_field_are_read_and_may_lie() -> None:
    members, listed = list_of(archive(pom("com.acme", "tool", "1.0"), packed=False))
    packed, size, name, offset = *struct.unpack_from("<2LH", listed, 20), 0
    for value in packed, 1 << 63:
        extra = struct.pack("<2H3Q", 1, 24, size, value, offset)
        row = listed[:20] + b"\xff" * 8 + struct.pack("<3H", name, len(extra), 0) + listed[34:42] + b"\xff" * 4
        data = with_list(members, row + listed[46:] + extra, 1)
        assert (packages(data) == TOOL) is (value == packed)
        assert ("ends outside" in faults(data)) is (value != packed)


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [(8, 1, "it is encrypted"), (10, 93, "its compression method 93"), (42, 9, "it is not where the list")],
)
def test_members_that_cannot_be_read_are_said(at: int, value: int, reason: str) -> None:
    members, listed = list_of(archive({"lib/a.jar": JAR}))
    data = with_list(members, listed[:at] + struct.pack("<H", value) + listed[at + 2 :], 1)
    assert packages(data) == []
    assert f"lib/a.jar: {reason}" in faults(data)


def test_a_link_in_place_of_an_archive_leads_nowhere() -> None:
    assert "lib/a.jar: it is no zip archive" in faults(archive({"lib/a.jar": "../../../etc/passwd"}))


def test_names_of_members_are_only_text() -> None:
    members, listed = list_of(archive({"../../\x1b[2J/aa.jar": JAR}, packed=False))
    data = with_list(members, listed.replace(b"aa", b"\xff\xfe"), 1)
    (package,) = parse("tool.jar", data).packages
    assert package.inside == "../../\x1b[2J/\\xff\\xfe.jar"
    told = faults(with_list(members[:40], listed, 1))
    assert told
    assert "\x1b" not in told


@pytest.mark.parametrize(
    "text",
    [
        "groupId=a b\nartifactId=\x1b[2J\nversion=1",
        "groupId=${project.groupId}\nartifactId=${x}\nversion=${y}",
        "groupId=" + "g" * 10_000 + "\nartifactId=a\nversion=" + "1" * 10_000,
        "\0" * 100,
    ],
)
def test_coordinates_that_cannot_be_ones_fall_back_on_the_folder_or_are_said(text: str) -> None:
    observed = parse("tool.jar", archive({"META-INF/maven/com.acme/tool/pom.properties": text}))
    assert all(each.name == "com.acme:tool" for each in observed.packages)
    assert observed.packages or observed.faults


@pytest.mark.parametrize(
    "model",
    [
        "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><project>&a;</project>",
        "<project>" * 10_000,
        "not xml",
    ],
)
def test_a_model_that_cannot_be_read_is_said_and_hides_nothing_else(model: str) -> None:
    place = "META-INF/maven/com.acme/tool/pom.xml"
    assert place in faults(archive({place: model}))
    assert packages(archive({place: model, **pom("com.acme", "tool", "1.0")})) == TOOL


def test_long_names_are_not_repeated_without_end() -> None:
    inner = archive({name: text for number in range(1000) for name, text in pom("g.h", f"a{number}", "1").items()})
    data = archive({f"{'n' * 60_000}.jar": inner, **pom("com.acme", "tool", "1.0")})
    assert packages(data) == TOOL
    assert "names of more than" in faults(data)
    assert len(faults(data)) < 1000


def test_a_budget_counts_small_members_too() -> None:
    budget = Budget(100 * 4096)
    for _ in range(100):
        budget.spend(0)
    with pytest.raises(ZipError):
        budget.spend(0)


def test_a_list_is_read_no_further_than_the_archive_it_is_of() -> None:
    data = b"before" + JAR + b"after" * 100
    found = [each.name for each in Zip(data, 6, 6 + len(JAR)).members(frozenset({b"ties"}))]
    assert found == ["META-INF/maven/com.acme/tool/pom.properties"]


@given(seed=st.integers(0, 1 << 32))
def test_no_damage_makes_it_raise(seed: int) -> None:
    random = Random(seed)
    data = bytearray(archive({"lib/a.jar": JAR, **pom("com.acme", "tool", "1.0")}, packed=False))
    for _ in range(random.randint(1, 8)):
        at = random.randrange(len(data))
        data[at : at + random.randint(0, 3)] = random.randbytes(random.randint(0, 4))
    observed = parse("tool.jar", bytes(data))
    assert observed.packages or observed.faults


def test_unfolded_archives_in_archives_are_held_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = archive({**pom("com.acme", "in", "1.0"), "pad": bytes(5000)}, packed=False)
    war = archive({"a.jar": inner, "b.jar": inner, **pom("com.acme", "tool", "1.0")})
    data = archive({"x.war": war})
    monkeypatch.setattr("plimsoll.ecosystems.maven._MOST_HELD", len(war) + len(inner) + 1)
    assert sorted(packages(data)) == [("com.acme:in", "1.0")] * 2 + TOOL
    monkeypatch.setattr("plimsoll.ecosystems.maven._MOST_HELD", len(war) + len(inner) - 1)
    assert packages(data) == TOOL
    assert "x.war!/b.jar: it unfolds to far more than its size, or than is held in memory" in faults(data)
