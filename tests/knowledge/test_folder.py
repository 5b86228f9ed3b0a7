import lzma
from pathlib import Path

import pytest
from tests.knowledge.making import feed, folder

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.folder import Extent, FeedFile, contents, unwrapped
from plimsoll.model.limits import Limits

VENDOR = {"vendor": feed()}


def test_wrapped_files_are_found_under_their_publishers_name(tmp_path: Path) -> None:
    found = contents(folder(tmp_path, "vendor/a.txt.xz", "vendor/b.txt"), VENDOR, Limits())
    assert [(file.path, file.file.name, file.is_wrapped) for file in found.files["vendor"]] == [
        ("vendor/a.txt", "a.txt.xz", True),
        ("vendor/b.txt", "b.txt", False),
    ]


def test_a_plain_file_wins_over_its_wrapped_copy(tmp_path: Path) -> None:
    (file,) = contents(folder(tmp_path, "vendor/a.txt.xz", "vendor/a.txt"), VENDOR, Limits()).files["vendor"]
    assert not file.is_wrapped


def test_patterns_do_not_reach_into_folders(tmp_path: Path) -> None:
    found = contents(folder(tmp_path, "vendor/deep/a.txt", "other/vendor/a.txt"), VENDOR, Limits())
    assert found.files["vendor"] == ()
    assert found.skipped == ("other/", "vendor/")


def test_what_no_feed_knows_is_named(tmp_path: Path) -> None:
    paths = ("vendor/a.txt", "vendor/list.csv.xz", "vendor/more/x", "other/x", "other/deep/y", "README")
    found = contents(folder(tmp_path, *paths), VENDOR, Limits())
    assert found.skipped == ("README", "other/", "vendor/list.csv.xz", "vendor/more/")


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no folder of feeds"):
        contents(tmp_path / "none", VENDOR, Limits())


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="archive_entries = 2"):
        contents(folder(tmp_path, *(f"vendor/{number}.txt" for number in range(5))), VENDOR, Limits(archive_entries=2))


def extent(place: Path, text: str, path: str = "vendor/a.txt") -> Extent:
    (place / "partial.toml").write_text(text)
    return contents(place, VENDOR, Limits()).extent(path)


def test_extents_by_file_and_by_folder(tmp_path: Path) -> None:
    text = (
        '["vendor/a.txt.xz"]\nspeaks_for = "names in the file"\n[vendor]\nspeaks_for = "nothing"\ndate = 2025-02-03\n'
    )
    assert extent(tmp_path, text) == Extent(speaks_for="names")
    assert extent(tmp_path, text, "vendor/b.txt") == Extent(speaks_for="nothing", date="2025-02-03")
    assert extent(tmp_path, text, "vendors/b.txt") == Extent()
    assert extent(tmp_path, '["vendor/"]\ndate = "2025-02-03"\n') == Extent(date="2025-02-03")
    assert extent(tmp_path, '[vendor]\nspeaks_for = ["a", "b"]\n') == Extent(speaks_for=frozenset({"a", "b"}))


def test_a_word_that_means_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "partial.toml").write_text('[vendor]\nspeaks_for = "nothing"\nspeak_for = "nothing"\n')
    with pytest.raises(KnowledgeError, match="says 'speak_for' of 'vendor', which means nothing"):
        contents(tmp_path, VENDOR, Limits())


def test_keys_that_name_no_file_are_told(tmp_path: Path) -> None:
    keys = ("vendor/a.txt.xz", "vendor/b.txt", "vendor", "vendors", "other/x", "vendor/deep")
    (folder(tmp_path, "vendor/a.txt", "other/x") / "partial.toml").write_text(
        "".join(f'["{key}"]\ndate = 2025-02-03\n' for key in keys)
    )
    assert contents(tmp_path, VENDOR, Limits()).unmatched == ("vendor/b.txt", "vendors", "vendor/deep")


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        'vendor = "nothing"\n',
        '[vendor]\nspeaks_for = "everything"\n',
        "[vendor]\nspeaks_for = 7\n",
        "[vendor]\nspeaks_for = [7]\n",
        "[vendor]\n",
        '[vendor]\nspeaks_for = "nothing"\ndate = 7\n',
        '[vendor]\nspeaks_for = "nothing"\ndate = ""\n',
        '[vendor]\ndate = "2025-02-03 or so"\n',
        '[vendor]\nspeaksfor = ["a"]\ndate = 2025-02-03\n',
        '[vendor]\nspeaks_for = "names in the file"\nsince = 2025-02-03\n',
        "\xff",
    ],
)
def test_an_extent_that_is_not_understood_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "partial.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(KnowledgeError, match=r"partial\.toml"):
        contents(tmp_path, VENDOR, Limits())


def unwrap(place: Path, data: bytes, limits: Limits | None = None) -> bytes:
    file = place / "a.txt.xz"
    file.write_bytes(data)
    with unwrapped(FeedFile(path="vendor/a.txt", file=file), place, limits or Limits()) as plain:
        return plain.read_bytes()


def test_unwrapping(tmp_path: Path) -> None:
    first, second = lzma.compress(b"first " * 1_000_000), lzma.compress(b"second")
    assert unwrap(tmp_path, first) == b"first " * 1_000_000
    assert unwrap(tmp_path, first + b"\0" * 8 + second) == b"first " * 1_000_000 + b"second"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt.xz"]


@pytest.mark.parametrize(
    "data",
    [b"", b"no xz", lzma.compress(b"x" * 1000)[:-9], lzma.compress(b"x") + b"garbage", b"\xfd7zXZ\0" + b"\xff" * 40],
)
def test_a_damaged_wrapping_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(KnowledgeError, match=r"vendor/a\.txt"):
        unwrap(tmp_path, data)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt.xz"]


def test_a_wrapped_bomb_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="feed_size"):
        unwrap(tmp_path, lzma.compress(b"\0" * 50_000_000), Limits(feed_size=3_000_000))


def test_a_plain_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"12345")
    with pytest.raises(LimitError), unwrapped(FeedFile(path="a.txt", file=file), tmp_path, Limits(feed_size=4)):
        pass
