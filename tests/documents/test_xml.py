"""XML from outside: what is read, and what is refused."""

from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.documents import xml
from plimsoll.documents.bounds import DEEPEST
from plimsoll.documents.errors import DocumentError
from plimsoll.documents.xml import Element, read_xml

MANY = 100_000
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True).filter(lambda name: name[:5].lower() != "xmlns")
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"])).map(str.strip)
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> Element:
    children = draw(st.lists(elements(depth - 1), max_size=3)) if depth else []
    return Element(
        name=draw(NAMES),
        text="" if children else draw(TEXTS),
        children=tuple(children),
        attributes=draw(st.dictionaries(NAMES, TEXTS, max_size=3)),
    )


def written(element: Element) -> str:
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in element.attributes.items())
    inner = escape(element.text) + "".join(map(written, element.children))
    return f"<{element.name}{attributes}>{inner}</{element.name}>"


def without_lines(element: Element) -> Element:
    children = tuple(map(without_lines, element.children))
    return Element(name=element.name, text=element.text, children=children, attributes=element.attributes)


@given(elements())
def test_it_reads_what_was_written(element: Element) -> None:
    assert without_lines(read_xml(written(element).encode())) == element


def test_elements_are_found_by_name_and_know_their_line() -> None:
    root = read_xml(
        b'<?xml version="1.0"?>\n<m:p xmlns:m="u" xmlns="v" m:k="1">\n <d>\n  <i> x </i><i>y</i></d>z\n</m:p>'
    )
    assert (root.name, root.attributes, root.text, root.line) == ("p", {"k": "1"}, "z", 2)
    found = root.find("d", "i")
    assert found is not None
    assert (found.text, found.line) == ("x", 4)
    assert [each.text for each in root.children[0].all("i")] == ["x", "y"]
    assert root.text_of("d", "i") == "x"
    assert root.text_of("d", "none", "i") == ""
    assert root.find("none") is None
    assert root.find() is root


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("utf-8", "utf-8-sig"), ("utf-16", "utf-16"), ("iso-8859-1", "iso-8859-1"), ("windows-1252", "windows-1252")],
)
def test_other_encodings_are_read(declared: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><a>é</a>'
    assert read_xml(text.encode(encoding)).text == "é"


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"<a>", b"<a></b>", b"<a/><b/>", b"<a>\0</a>", b"<a>\xff</a>", b"<a b='1' b='2'/>", b"<a>&x;</a>"),
        *(LAUGHS, b"<!DOCTYPE html><a/>", b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', b"<a>" * MANY),
        b'<!DOCTYPE a [<!ENTITY x "' + b"y" * MANY + b'">]><a>' + b"&x;" * MANY + b"</a>",
        *(
            b'<?xml version="1.0" encoding="%s"?><a/>' % name
            for name in (b"none", b"gb2312", b"utf-7", b"zip", b"idna")
        ),
    ],
    ids=range(18),
)
def test_what_is_no_xml_or_over_a_bound_is_refused_in_one_short_line(data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"^[^\n]{5,200}$"):
        read_xml(data)


def test_the_deepest_document_is_read_and_one_level_more_is_not() -> None:
    assert read_xml(b"<a>" * DEEPEST + b"</a>" * DEEPEST).name == "a"
    with pytest.raises(DocumentError, match="deeper than"):
        read_xml(b"<a>" * (DEEPEST + 1) + b"</a>" * (DEEPEST + 1))


def test_too_many_elements_and_attributes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MOST_NODES", 10)
    assert len(read_xml(b"<a>" + b"<b c='1'/>" * 4 + b"<b/></a>").children) == 5
    with pytest.raises(DocumentError, match="more than 10 values"):
        read_xml(b"<a>" + b"<b c='1'/>" * 5 + b"</a>")


@given(st.binary())
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    for text in (data, b"<a>" + data + b"</a>", b"<a " + data + b"/>"):
        try:
            read_xml(text)
        except DocumentError as error:
            assert str(error)
