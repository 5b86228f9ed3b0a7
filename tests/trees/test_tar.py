import io
import tarfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trees.build_tar import BLOCK, Item, by_tarfile, checksummed, entry, header, layer, padded, pax_record

from plimsoll.errors import HostileInputError, LimitError, PlimsollError
from plimsoll.model.limits import Limits
from plimsoll.trees.index import DEVICE, DIRECTORY, FILE, HARDLINK, SYMLINK, LayerIndex
from plimsoll.trees.tar import TarReader


def read(
    data: bytes, *, step: int = 1 << 20, wanted: Callable[[str], bool] = lambda path: True, limits: Limits | None = None
) -> tuple[LayerIndex, dict[str, bytes]]:
    kept: dict[str, bytes] = {}
    reader = TarReader(
        lambda path, mode, size: size if wanted(path) else -1,
        lambda path, content: kept.__setitem__(path, content),
        limits or Limits(),
        "layer",
    )
    for at in range(0, len(data), step):
        reader.feed(data[at : at + step])
    return reader.finish(), kept


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("step", [1, 7, 511, 512, 513, 1 << 20])
def test_what_tarfile_writes_is_read_back_whatever_the_pieces(form: int, step: int) -> None:
    long = "d" * 60 + "/" + "f" * 80
    items = [
        Item(name="etc", type=b"5", mode=0o755),
        Item(name="etc/passwd", data=b"root:x:0:0", mode=0o600),
        Item(name=long, data=b"x" * 1000),
        Item(name="empty"),
        Item(name="link", type=b"2", link="etc/passwd"),
        Item(name="hard", type=b"1", link="etc/passwd"),
        Item(name="pipe", type=b"6"),
    ]
    index, kept = read(by_tarfile(items, form), step=step)
    assert index.names == ["etc", "etc/passwd", long, "empty", "link", "hard", "pipe"]
    assert list(index.kinds) == [DIRECTORY, FILE, FILE, FILE, SYMLINK, HARDLINK, DEVICE]
    assert list(index.sizes) == [0, 10, 1000, 0, 0, 0, 0]
    assert index.modes[1] == 0o600
    assert index.links == {"link": "etc/passwd", "hard": "etc/passwd"}
    assert kept == {"etc/passwd": b"root:x:0:0", long: b"x" * 1000, "empty": b""}


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_names_and_links_longer_than_a_header(form: int) -> None:
    name, link = "n/" * 100 + "x", "l" * 300
    index, _ = read(by_tarfile([Item(name=name, type=b"2", link=link)], form))
    assert index.links == {name: link}


def test_pax_overrides_name_size_and_link_of_the_next_entry_only() -> None:
    records = pax_record("path", b"caf\xc3\xa9") + pax_record("size", b"3")
    data = (
        entry(Item(name="pax", type=b"x", data=records))
        + header(Item(name="short", size=0))
        + padded(b"abc")
        + entry(Item(name="after", data=b"de"))
        + bytes(2 * BLOCK)
    )
    index, kept = read(data)
    assert index.names == ["café", "after"]
    assert kept == {"café": b"abc", "after": b"de"}


def test_a_name_that_is_not_utf8_is_kept_as_it_is() -> None:
    index, kept = read(layer([Item(name=b"bad\xff", data=b"1")]))
    assert index.names == ["bad\udcff"]
    assert index.names[0].encode("utf-8", "surrogateescape") == b"bad\xff"
    assert kept == {"bad\udcff": b"1"}


@pytest.mark.parametrize(
    ("name", "path"),
    [("./a/b", "a/b"), ("/etc/x", "etc/x"), ("a//b/./c", "a/b/c"), ("a/b/../c", "a/c"), ("a/..hidden", "a/..hidden")],
)
def test_names_are_cleaned(name: str, path: str) -> None:
    index, _ = read(layer([Item(name=name)]))
    assert index.names == [path]


@pytest.mark.parametrize(
    ("name", "path", "faults"), [("../etc/passwd", "etc/passwd", 1), ("a/../../b", "b", 1), ("/../x", "x", 0)]
)
def test_names_that_leave_the_root_stay_in_it_as_in_an_engine_and_are_said(name: str, path: str, faults: int) -> None:
    index, kept = read(layer([Item(name=name, data=b"evil"), Item(name="ok")]))
    assert index.names == [path, "ok"]
    assert kept == {path: b"evil", "ok": b""}
    assert index.fault_count == faults
    assert not faults or "leaves the root" in index.faults[0]


def test_a_pax_name_with_nul_is_refused_as_engines_do() -> None:
    data = entry(Item(name="p", type=b"x", data=pax_record("path", b"a\0b"))) + entry(Item(name="x")) + bytes(1024)
    with pytest.raises(HostileInputError, match="NUL"):
        read(data)


def test_a_hard_link_stays_in_the_root() -> None:
    index, _ = read(layer([Item(name="h", type=b"1", link="../../etc/shadow")]))
    assert index.links == {"h": "etc/shadow"}
    assert index.origins == {"h": -1}


def test_links_in_folders_of_the_same_layer_are_followed_inside_the_root() -> None:
    items = [
        Item(name="lib", type=b"2", link="usr/lib"),
        Item(name="lib/apk/db/installed", data=b"P:musl"),
        Item(name="out", type=b"2", link="../../.."),
        Item(name="out/etc/x"),
    ]
    index, kept = read(layer(items))
    assert kept["usr/lib/apk/db/installed"] == b"P:musl"
    assert "etc/x" in index.names
    assert index.links == {"lib": "usr/lib", "out": "../../.."}


def test_a_symlink_loop_in_a_folder_is_refused() -> None:
    items = [Item(name="a", type=b"2", link="b"), Item(name="b", type=b"2", link="a"), Item(name="a/x")]
    index, _ = read(layer(items))
    assert index.names == ["a", "b"]
    assert index.fault_count == 1


def test_a_file_below_a_file_is_refused() -> None:
    index, _ = read(layer([Item(name="a"), Item(name="a/b")]))
    assert index.names == ["a"]
    assert index.fault_count == 1


def test_the_last_entry_of_a_name_counts() -> None:
    index, kept = read(layer([Item(name="a", data=b"1"), Item(name="b"), Item(name="a", data=b"22")]))
    assert sorted(index.names) == ["a", "b"]
    assert kept["a"] == b"22"
    assert index.entry("a") is not None
    assert index.sizes[index.position["a"]] == 2


def test_a_file_in_place_of_a_directory_removes_what_was_below() -> None:
    items = [Item(name="d", type=b"5"), Item(name="d/x"), Item(name="d"), Item(name="e/y"), Item(name="e")]
    index, _ = read(layer(items))
    assert sorted(index.names) == ["d", "e"]
    assert index.implied == frozenset()


def test_whiteouts_and_opaque_marks() -> None:
    items = [Item(name="a/.wh.b"), Item(name="c/.wh..wh..opq"), Item(name=".wh.top"), Item(name="x/.wh..wh.plnk")]
    index, _ = read(layer(items))
    assert index.names == []
    assert index.whiteouts == {"a/b", "top"}
    assert index.opaques == {"c"}


def test_gnu_sparse_entries_are_skipped_whole() -> None:
    first = bytearray(header(Item(name="sparse", type=b"S", size=700), magic=b"ustar  \0"))
    first[482] = 1
    more = bytearray(BLOCK)
    more[504] = 1
    data = checksummed(first) + bytes(more) + bytes(BLOCK) + padded(b"s" * 700) + layer([Item(name="next", data=b"n")])
    index, kept = read(data)
    assert index.names == ["sparse", "next"]
    assert kept == {"next": b"n"}


def test_pax_sparse_entries_have_their_real_name_and_no_content() -> None:
    records = (
        pax_record("GNU.sparse.major", b"1")
        + pax_record("GNU.sparse.minor", b"0")
        + pax_record("GNU.sparse.name", b"real")
    )
    data = (
        entry(Item(name="p", type=b"x", data=records))
        + entry(Item(name="GNUSparseFile.0/real", data=b"1\n0\n4\ndata"))
        + layer([Item(name="next")])
    )
    index, kept = read(data)
    assert index.names == ["real", "next"]
    assert "real" not in kept


def test_sizes_in_base_256() -> None:
    item = Item(name="big", data=b"12345")
    field = b"\x80" + (5).to_bytes(11, "big")
    _, kept = read(header(item, size_field=field) + padded(item.data) + bytes(1024))
    assert kept == {"big": b"12345"}


def test_old_checksums_of_signed_bytes_are_accepted() -> None:
    block = bytearray(header(Item(name=b"caf\xe9")))
    block[148:156] = b" " * 8
    signed = sum(byte - 256 if byte > 127 else byte for byte in block)
    block[148:156] = b"%06o\0 " % signed
    index, _ = read(bytes(block) + bytes(1024))
    assert index.names == ["caf\udce9"]


@pytest.mark.parametrize(
    "data",
    [
        b"not a tar archive at all, but long enough to look at" * 20,
        layer([Item(name="a", data=b"x" * 2000)])[:1000],
        entry(Item(name="a"))[:300],
        header(Item(name="neg"), size_field=b"\xff" * 12),
        header(Item(name="x", size=100)).replace(b"00000000144\0", b"0000000x144\0"),
        entry(Item(name="p", type=b"x", data=b"99 path=x\n")),
        entry(Item(name="p", type=b"x", data=b"path=x\n")),
        entry(Item(name="p", type=b"x", data=pax_record("size", b"1e9"))) + entry(Item(name="a")),
        entry(Item(name="a")) + bytes(BLOCK) + entry(Item(name="b")),
    ],
    ids=[
        "text",
        "in data",
        "in header",
        "negative",
        "checksum",
        "pax length",
        "no length",
        "pax size",
        "one zero block",
    ],
)
def test_malformed_archives_give_a_clear_error(data: bytes) -> None:
    with pytest.raises(HostileInputError) as caught:
        read(data)
    assert caught.value.message.startswith("layer")


def test_two_zero_blocks_end_the_archive_and_no_end_is_fine_too() -> None:
    assert read(layer([Item(name="a")]) + b"garbage after the end")[0].names == ["a"]
    assert read(layer([Item(name="a")], end=b""))[0].names == ["a"]


@pytest.mark.parametrize(
    ("limits", "data"),
    [
        (Limits(entries=10), layer([Item(name=f"f{i}") for i in range(11)])),
        (
            Limits(path_size=100),
            layer([Item(name="x" * 100), Item(name="y", type=b"L", data=b"n" * 101), Item(name="z")]),
        ),
        (Limits(path_depth=5), layer([Item(name="a/b/c/d/e/f/g/h")])),
        (Limits(header_size=1000), layer([Item(name="y", type=b"L", data=b"n" * 1001)])),
        (Limits(header_size=1000), header(Item(name="y", type=b"x", size=8 << 30))),
    ],
)
def test_every_limit_of_the_reader_trips(limits: Limits, data: bytes) -> None:
    with pytest.raises(LimitError) as caught:
        read(data, limits=limits)
    assert f"--limit {caught.value.limit}=" in caught.value.advice
    assert getattr(limits, caught.value.limit) != getattr(Limits(), caught.value.limit)


def test_header_only_types_have_no_data_whatever_their_size_says() -> None:
    data = header(Item(name="d", type=b"5", size=5000)) + layer([Item(name="next", data=b"n")])
    index, kept = read(data)
    assert index.names == ["d", "next"]
    assert kept == {"next": b"n"}


NAMES = st.sampled_from(["a", "b", "a/b", "a/c", "d/e/f", "./x", "a/../b", "é", "w" * 120])
ITEMS = st.lists(
    st.builds(
        Item,
        name=NAMES,
        data=st.binary(max_size=1200),
        type=st.sampled_from([b"0"]),
        mode=st.integers(0, 0o7777),
    ),
    max_size=8,
)


@given(ITEMS, st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]), st.integers(1, 2000))
def test_files_agree_with_tarfile(items: list[Item], form: int, step: int) -> None:
    data = by_tarfile(items, form)
    index, kept = read(data, step=step)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        expected = {}
        for member in archive:
            opened = archive.extractfile(member)
            assert opened is not None
            expected[member.name] = opened.read()
    for path in index.names:
        assert kept[path] in expected.values()


@given(st.binary(max_size=3000))
def test_arbitrary_bytes_give_an_index_or_a_clear_error(data: bytes) -> None:
    try:
        index, _ = read(data)
    except PlimsollError as error:
        assert error.message
    else:
        assert len(index.names) == len(index.kinds) == len(index.sizes) == len(index.modes)


@given(st.data())
def test_mutated_archives_give_an_index_or_a_clear_error(data: st.DataObject) -> None:
    whole = bytearray(
        by_tarfile([Item(name="a/b", data=b"x" * 700), Item(name="n" * 150, data=b"y")], tarfile.PAX_FORMAT)
    )
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    try:
        index, _ = read(bytes(whole[:cut]))
    except PlimsollError as error:
        assert error.message
    else:
        assert all(".." not in path.split("/") and not path.startswith("/") for path in index.names)
