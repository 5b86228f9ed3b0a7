"""TOML from outside: what is read, what is refused, and on which lines tables begin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.documents.bounds import DEEPEST
from plimsoll.documents.errors import DocumentError
from plimsoll.documents.toml import LARGEST, header_lines, read_toml

MANY = 100_000


def test_it_reads_tables_and_arrays_of_tables() -> None:
    text = b'a.b = 1\n[[package]]\nname = "x"\n[[package]]\nname = "y"\nfiles = [{hash = "h"}]\n'
    packages = [{"name": "x"}, {"name": "y", "files": [{"hash": "h"}]}]
    assert read_toml(text) == {"a": {"b": 1}, "package": packages}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_accepted(encoding: str) -> None:
    assert read_toml('a = "ä"'.encode(encoding)) == {"a": "ä"}


@pytest.mark.parametrize(
    "data",
    [
        *(b"a", b"a = \0", b"a = 1\na = 2", b'a = "\xff"', b"a = 1".hex().encode(), b"a=" + b"1" * MANY),
        *(b"a=" + b"[" * MANY, b"a=" + b"{a=" * MANY, b"a." * MANY + b"a=1", b"[" + b"a . " * MANY + b"a]"),
        *(b'"a".' * MANY + b"a=1", b"'a'." * MANY, b'"""' * MANY, b'a="""\\' * MANY, b"'''" * (MANY + 1)),
        b"#" * (LARGEST + 1),
    ],
    ids=range(16),
)
def test_what_is_no_toml_or_over_a_bound_is_refused_in_one_short_line(data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"^[^\n]{5,200}$"):
        read_toml(data)


def test_brackets_and_dots_in_strings_and_comments_do_not_count() -> None:
    signs = "[" * 200 + "." * 200
    text = f'a = "{signs}"\nb = \'{signs}\'\nc = """{signs}\n"{signs}"""\nd = \'\'\'\'{signs}\'\'\' # {signs}"\n'
    assert read_toml(text.encode()).keys() == {"a", "b", "c", "d"}


def test_the_deepest_document_is_read_and_one_level_more_is_not() -> None:
    assert read_toml(b"a = " + b"[" * DEEPEST + b"]" * DEEPEST)
    with pytest.raises(DocumentError, match="deeper than"):
        read_toml(b"a = [" + b"[" * DEEPEST + b"]" * DEEPEST + b"]")


def test_a_header_has_the_line_where_it_stands() -> None:
    text = (
        b'[[package]]\nname = """\n[[package]]\n"""\n[ [other]]\n # [[package]]\n'
        b" [[ package ]] # ' \"\n[package.files]\nx = '[[package]]'\n[[package]]\n"
    )
    assert header_lines(text, "[[package]]") == [1, 7, 10]
    assert header_lines(b"\xef\xbb\xbf" + text, "[[package]]") == [1, 7, 10]
    assert header_lines(text, "[package.files]") == [8]


@given(st.lists(st.dictionaries(st.from_regex(r"[a-z]{1,9}", fullmatch=True), st.text()), max_size=6))
def test_every_table_has_its_line(tables: list[dict[str, str]]) -> None:
    text = "".join("[[p]]\n" + "".join(f"{k} = {quoted(v)}\n" for k, v in table.items()) for table in tables)
    assert read_toml(text.encode()).get("p", []) == tables
    lines = header_lines(text.encode(), "[[p]]")
    assert [text.split("\n")[line - 1] for line in lines] == ["[[p]]"] * len(tables)


def quoted(value: str) -> str:
    """Write every character as an escape, so that what is read must be what was meant."""
    return '"' + "".join(f"\\U{ord(sign):08x}" for sign in value) + '"'


@given(st.binary())
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    try:
        read_toml(data)
    except DocumentError as error:
        assert str(error)
    assert all(line >= 1 for line in header_lines(data, "[[package]]"))


@pytest.mark.parametrize("line", ["[a%d.b.c.d.e.f]\n", "[a%d]\n[b%d]\n", " [a%d]\n\t[b%d]\n", "a%d.b.c.d.e.f = 1\n"])
def test_headers_and_parts_of_keys_are_bounded(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.documents.toml.MOST_PARTS", 100)
    few, many = ("".join(line.replace("%d", str(number)) for number in range(count)) for count in (10, 101))
    assert read_toml(few.encode())
    with pytest.raises(DocumentError, match="more than 100 headers and parts of keys"):
        read_toml(many.encode())
