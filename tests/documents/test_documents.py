"""Documents of a file, with positions, also where a part of it is broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.documents.document import TEMPLATES_LEFT_IN, TextDocument, read_documents
from plimsoll.documents.errors import DocumentError
from plimsoll.documents.yaml import MOST_PIECES
from plimsoll.model.fact import Place


def one(text: str | bytes) -> TextDocument:
    (document,) = read_documents("file", text.encode() if isinstance(text, str) else text)
    return document


def where(document: TextDocument, *at: str | int) -> tuple[int, int, bool]:
    position = document.position(at)
    assert position is not None
    return position.line, position.column, position.is_there


TEXTS = {
    "block": ("a:\n  - b: 1\n    c: 2\n", ("a", 0, "c"), (3, 5)),
    "flow": ("{a: [{b: 1,\n  c: 2}]}\n", ("a", 0, "c"), (2, 3)),
    "json": ('{"a": [\n  {"b": 1,\n   "c": 2}]}\n', ("a", 0, "c"), (3, 4)),
    "json with tabs": ('{"a": [\n\t{"b": 1,\n\t"c": 2}]}\n', ("a", 0, "c"), (3, 2)),
    "windows": ("a:\r\n  - b: 1\r\n    c: 2\r\n", ("a", 0, "c"), (3, 5)),
    "byte order mark": ("\ufeffa:\n  - b: 1\n    c: 2\n", ("a", 0, "c"), (3, 5)),
    "byte order mark, first line": ("\ufeffa: 1\n", ("a",), (1, 1)),
    "json with a byte order mark": ('\ufeff{"a": 1, "b": 2}\n', ("b",), (1, 10)),
    "many bytes": ("ключ: {naïve: 1, c: 2}\n", ("ключ", "c"), (1, 18)),
    "anchor": ("x: &x\n  c: 2\na: *x\n", ("a", "c"), (2, 3)),
    "merge key": ("x: &x\n  c: 2\na:\n  <<: *x\n  b: 1\n", ("a", "c"), (2, 3)),
    "merged and said": ("x: &x\n  c: 2\na:\n  <<: *x\n  c: 1\n", ("a", "c"), (5, 3)),
    "comment": ("# first\n\na: 1 # one\n# more\nc: 2\n", ("c",), (5, 1)),
    "folded": ("a: >\n  text\n  more\nc: 2\n", ("c",), (4, 1)),
    "quoted key": ('"c": 2\n', ("c",), (1, 1)),
    "template": ("a:\n  {{- if .x }}\n  b: {{ .y }}\n  {{- end }}\n  c: 2\n", ("a", "c"), (5, 3)),
}


@pytest.mark.parametrize("name", TEXTS)
def test_positions_are_exact(name: str) -> None:
    text, at, place = TEXTS[name]
    assert where(one(text), *at) == (*place, True)


@pytest.mark.parametrize("at", [("a", 0, "z"), ("a", 0, "z", "y", 3)])
def test_what_is_absent_has_the_position_of_what_it_belongs_in(at: Place) -> None:
    assert where(one("a:\n  - b: 1\n"), *at) == (2, 5, False)


def test_every_document_of_a_file_has_its_own_positions() -> None:
    documents = list(read_documents("file", b"# only a comment\n---\na: 1\n---\n\nb: 2\n"))
    assert [document.root for document in documents] == [{"a": "1"}, {"b": "2"}]
    assert [document.begins.line for document in documents] == [3, 6]
    assert where(documents[1], "b") == (6, 1, True)


def test_of_equal_keys_the_last_one_holds_and_all_are_told() -> None:
    document = one("a:\n  b: 1\n  c: 2\n  b: 3\na: {b: 4, b: 5}\n")
    assert document.root == {"a": {"b": "5"}}
    assert document.repeated == (("b", 4), ("a", 5), ("b", 5))


def test_equal_keys_of_different_mappings_and_merged_ones_are_not_repeated() -> None:
    assert one("x: &x {a: 1}\ny:\n  <<: *x\n  a: 2\nz: [{a: 1}, {a: 1}]\n").repeated == ()


def test_repeated_keys_belong_to_their_document() -> None:
    first, second = read_documents("file", b"a: 1\na: 2\n---\nb: 1\n")
    assert (first.repeated, second.repeated) == ((("a", 2),), ())


@pytest.mark.parametrize(
    "text",
    [
        '{"a": true,\n "a": false}',
        '{"a" : true,\n "a": false}',
        '{"a": true,\n "a": false, "x": "\\u0022:"}',
        '{"a": true,\n "a": false, "x": "\\"\\u003a"}',
        '{"a": true,\n "\\u0061": false}',
    ],
)
def test_equal_keys_of_json_are_told_however_they_are_hidden(text: str) -> None:
    document = one(text)
    assert document.root["a"] is False if isinstance(document.root, dict) else None
    assert document.repeated == (("a", 2),)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "b\\": c", "d": [{"a": 1}, {"a": 2}]}',
        '{"a": "\\ud83d\\ude00"}',
        '{"a": 1e3, "b": 123456789012345678901}',
    ],
)
def test_json_without_equal_keys_has_none(text: str) -> None:
    assert one(text).repeated == ()


def test_one_broken_document_leaves_the_others() -> None:
    first, broken, last = read_documents("file", b"a: 1\n---\nb: [1\nc: 2\n---\nd: 3\n")
    assert (first.root, broken.root, last.root) == ({"a": "1"}, None, {"d": "3"})
    assert (first.unread, last.unread) == ((), ())
    assert where(last, "d") == (6, 1, True)
    (reason,) = broken.unread
    assert "the document on line 2 is left out" in reason
    assert "line 4" in reason or "line 5" in reason


def test_a_tab_that_yaml_refuses_is_told_with_its_line() -> None:
    with pytest.raises(DocumentError, match="line 2, column 1"):
        list(read_documents("file", b"a:\n\tb: 1\n"))


def test_a_text_of_which_no_document_can_be_read_is_refused() -> None:
    with pytest.raises(DocumentError, match="line 2"):
        list(read_documents("file", b"a: [\n---\nb: ]\n"))


def test_a_broken_text_is_not_cut_without_end() -> None:
    with pytest.raises(DocumentError):
        list(read_documents("file", b"a: ]\n" + b"---\na: 1\n" * MOST_PIECES))


def test_what_was_read_of_the_pieces_counts_together() -> None:
    bomb = b"a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
    for name in b"cdefgh":
        into, of = bytes([name]), bytes([name - 1])
        bomb += into + b": &" + into + b" [" + b",".join([b"*" + of] * 10) + b"]\n"
    read = list(read_documents("file", b"ok: 1\n---\n" + bomb + b"---\nb: 2\n"))
    assert read[0].root == {"ok": "1"}
    assert all("values" in reason for document in read[1:] for reason in document.unread)
    assert any(document.unread for document in read)


def test_templates_are_read_around() -> None:
    document = one("{{- if .Values.on }}\nkind: Pod\nimage: {{ .Values.image }}\n{{- end }}\n")
    assert document.root == {"kind": "Pod", "image": "{{.Values.image}}"}
    assert document.unread == (TEMPLATES_LEFT_IN,)


def test_templates_that_are_yaml_as_they_stand_are_not_touched() -> None:
    document = one('image: "{{ .Values.image }}"\n')
    assert document.root == {"image": "{{ .Values.image }}"}
    assert document.unread == ()


def test_a_condition_with_two_branches_repeats_no_key() -> None:
    document = one("{{ if .a }}\nb: 1\n{{ else }}\nb: 2\n{{ end }}\n")
    assert (document.root, document.repeated) == ({"b": "2"}, ())


def read_or_refused(data: bytes) -> None:
    try:
        documents = list(read_documents("file", data))
    except DocumentError as error:
        assert str(error)
    else:
        for document in documents:
            assert document.root is not None or document.unread
            position = document.position(("a", 0, "b"))
            assert position is not None
            assert position.line >= 1


@given(st.binary())
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    read_or_refused(data)


@given(st.text("ab:-[]{}&*?!|>'\"%#@, \n\t<$.", max_size=60))
def test_no_signs_do_more_than_be_refused(text: str) -> None:
    read_or_refused(text.encode())


@given(
    st.lists(st.sampled_from(["a: 1\n", "---\n", "b: [\n", "{{ x }}\n", "c: {{ x }}\n", "- d\n", "  ", "\t", "}\n"]))
)
def test_no_pieces_do_more_than_be_refused(pieces: list[str]) -> None:
    read_or_refused("".join(pieces).encode())
