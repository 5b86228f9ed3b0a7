"""Edits of YAML texts: what they change reads as meant, and everything else stays as it was."""

from collections import Counter
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.documents.editing import UNCERTAIN, Action, Edit, edited
from plimsoll.documents.yaml import read_yaml, read_yaml_documents
from plimsoll.model.fact import Place


def put(*place: str | int, value: object = "new", document: int = 0) -> Edit:
    return Edit(action=Action.SET, place=place, value=value, document=document)


def add(*place: str | int, item: object = "new", document: int = 0) -> Edit:
    return Edit(action=Action.APPEND, place=place, value=item, document=document)


def drop(*place: str | int, document: int = 0) -> Edit:
    return Edit(action=Action.REMOVE, place=place, document=document)


def made(text: str, *edits: Edit) -> str:
    done = edited(text.encode(), edits)
    assert not done.dropped
    return done.data.decode()


CASES = {
    "a key below the others, before comments and blank lines": (
        "a:\n  b: 1  # one\n\n  # of c\nc: 2\n",
        [put("a", "new")],
        "a:\n  b: 1  # one\n  new: new\n\n  # of c\nc: 2\n",
    ),
    "parents that are missing": (
        "a:\n    b: 1\n",
        [put("a", "c", "d", value=True)],
        "a:\n    b: 1\n    c:\n      d: true\n",
    ),
    "two keys of one parent that is missing": (
        "a: 1\n",
        [put("b", "c", value=1), put("b", "d", value=2)],
        "a: 1\nb:\n  c: 1\n  d: 2\n",
    ),
    "a value in its quotes": (
        "a: 'x'  # c\nb: \"y\"\nc: z\nd: 'v'\n",
        [put("a"), put("b"), put("c"), put("d", value=7)],
        "a: 'new'  # c\nb: \"new\"\nc: new\nd: 7\n",
    ),
    "a value where nothing is written": (
        "a:  # c\nb: ~\nc:\n  d:\n",
        [put("a"), put("b", value=1), put("c", "d", "e", value=2)],
        "a: new  # c\nb: 1\nc:\n  d:\n    e: 2\n",
    ),
    "an element of a list that stands deeper": ("a:\n  - b\nc: 1\n", [add("a")], "a:\n  - b\n  - new\nc: 1\n"),
    "an element of a list that stands level": ("a:\n- b\nc: 1\n", [add("a")], "a:\n- b\n- new\nc: 1\n"),
    "a list as the others of the file stand": (
        "a:\n- b: 1\n",
        [add("a", 0, "c")],
        "a:\n- b: 1\n  c:\n  - new\n",
    ),
    "a key of an element": (
        "- a: 1\n  b:\n    - x\n- a: 2\n",
        [put(0, "c")],
        "- a: 1\n  b:\n    - x\n  c: new\n- a: 2\n",
    ),
    "inside of braces and brackets": (
        "a: {b: [x], c: {}}\n",
        [add("a", "b", item="k:v"), put("a", "c", "d", value=1), put("a", "e", "f", value=True)],
        'a: {b: [x, "k:v"], c: {d: 1}, e: {f: true}}\n',
    ),
    "after a block of text, before the empty lines": (
        "a:\n  b: |\n    x\n\nc: 1\n",
        [put("a", "d")],
        "a:\n  b: |\n    x\n  d: new\n\nc: 1\n",
    ),
    "after a block of text that keeps its empty lines": (
        "a:\n  b: |+\n    x\n\nc: 1\n",
        [put("a", "d")],
        "a:\n  b: |+\n    x\n\n  d: new\nc: 1\n",
    ),
    "ends of lines": (
        "a:\r\n  b: 1\r\nc: 2\r\n",
        [put("a", "d", "e")],
        "a:\r\n  b: 1\r\n  d:\r\n    e: new\r\nc: 2\r\n",
    ),
    "no end of the last line": ("a:\n  b: 1", [put("a", "c"), put("d")], "a:\n  b: 1\n  c: new\nd: new"),
    "signs of other scripts": ("ä: 'ü€😀'  # é\nb: {ß: 1}\n", [put("b", "c")], "ä: 'ü€😀'  # é\nb: {ß: 1, c: new}\n"),
    "several documents": (
        "# one\na: 1\n---\n# two\na: 2\n...\n",
        [put("b", document=1), put("c", document=0)],
        "# one\na: 1\nc: new\n---\n# two\na: 2\nb: new\n...\n",
    ),
    "a key is removed": ("a: 1\nb:  # c\n  - x\n# d\ne: 2\n", [drop("b")], "a: 1\n# d\ne: 2\n"),
    "the first key of an element is removed": ("- a: 1\n  b: 2\n", [drop(0, "a")], "- b: 2\n"),
    "elements are removed": ("a:\n  - 0\n  - 1\n  - 2\n  - 3\n", [drop("a", 0), drop("a", 2)], "a:\n  - 1\n  - 3\n"),
    "the last element is removed": ("a:  # c\n  - 0\nb: 1\n", [drop("a", 0)], "a: []  # c\nb: 1\n"),
    "inside of brackets all are removed": (
        "a: [x, y, z]\nb: {c: 1}\n",
        [drop("a", 1), drop("b", "c")],
        "a: [x, z]\nb: {}\n",
    ),
    "removed, added and set at once": (
        "a:\n  - x\n  - y\nb: 1\n",
        [drop("a", 0), add("a"), put("b", value=2)],
        "a:\n  - y\n  - new\nb: 2\n",
    ),
    "what is so already": (
        "a: {b: 'true'}\nc: [1]\n",
        [put("a", "b", value=True), put("c", value=[1])],
        "a: {b: 'true'}\nc: [1]\n",
    ),
    "after an alias": (
        "a: &x {b: 1}\nc:\n  d: *x\ne: 1\n",
        [put("c", "f")],
        "a: &x {b: 1}\nc:\n  d: *x\n  f: new\ne: 1\n",
    ),
    "beside a merge key": (
        "x: &x {b: 1}\nc:\n  <<: *x\n  d: 1\n",
        [put("c", "e")],
        "x: &x {b: 1}\nc:\n  <<: *x\n  d: 1\n  e: new\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_edits_are_made(case: str) -> None:
    before, edits, after = CASES[case]
    text = made(before, *edits)
    assert text == after
    again = [
        edit for edit in edits if edit.action is Action.SET and not any(isinstance(step, int) for step in edit.place)
    ]
    assert made(text, *again) == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_byte_order_mark_stays(encoding: str) -> None:
    done = edited("a: ü\n".encode(encoding), [put("b")])
    assert not done.dropped
    assert done.data == "a: ü\nb: new\n".encode(encoding)


LEFT = {
    "an alias": ("a: &x {b: 1}\nc: *x\n", put("c", "d"), "several places share it by an anchor"),
    "what aliases stand for": ("a: &x {b: 1}\nc: *x\n", put("a", "d"), "several places share it by an anchor"),
    "what is merged": (
        "a: &x {b: {k: 1}}\nc:\n  <<: *x\n",
        put("c", "b", "d"),
        "several places share it by a merge key",
    ),
    "a scalar on the way": ("a: 1\n", put("a", "b"), "something of another kind stands on the way there"),
    "an element that is not there": ("a: []\n", put("a", 3, "b"), "an element is missing on the way there"),
    "a list that is none": ("a: b\n", add("a"), "it is no list"),
    "a key that stands twice": ("a: 1\na: 2\n", put("a"), "the key 'a' stands twice"),
    "a tag": ("a: !!str 1\n", put("a"), "what stands there has an anchor or a tag"),
    "a block of text": ("a: |\n  x\n", put("a"), "something of another kind stands there"),
    "nothing to remove": ("a: 1\n", drop("b"), "nothing stands there"),
    "no such document": ("a: 1\n", put("b", document=4), "there is no document 4"),
    "a comment between": ("- a: 1  # of a\n  b: 2\n", drop(0, "a"), "a comment stands between"),
    "the end of a block of text": ("a: |\n  x", put("b"), UNCERTAIN),
    "a text with templates": ("a: {{ .Values.a }}\n", put("b"), None),
    "no YAML": ("a: [\n", put("b"), None),
    "no text": ("\0", put("b"), None),
}


@pytest.mark.parametrize("case", LEFT)
def test_what_is_not_certain_is_left(case: str) -> None:
    before, edit, reason = LEFT[case]
    done = edited(before.encode(), [edit])
    assert done.data == before.encode()
    assert [each.edit for each in done.dropped] == [edit]
    assert done.dropped[0].reason == reason if reason else done.dropped[0].reason


def test_one_edit_that_fails_takes_no_other_with_it() -> None:
    before = "a: &x {b: 1}\nc: *x\nd: 1\ne: |\n  x"
    done = edited(before.encode(), [put("c", "d"), put("f"), put("d", value=2)])
    assert done.data.decode() == before.replace("d: 1", "d: 2")
    assert [each.edit.place for each in done.dropped] == [("c", "d"), ("f",)]


def test_many_edits_of_a_large_text_take_few_rounds() -> None:
    text = "items:\n" + "".join(f"- name: n{number}\n  spec:\n    image: x  # {number}\n" for number in range(3000))
    edits = [put("items", number, "spec", "user", "id", value=number) for number in range(3000)]
    value: Any = read_yaml(made(text, *edits).encode())
    assert [item["spec"]["user"] for item in value["items"]] == [{"id": str(number)} for number in range(3000)]


# Texts in any style

KEYS = st.sampled_from(["a", "b", "c", "key", "with space", "d-e", "x.y/z"])
SCALARS = st.sampled_from(["x", "true", "12", "1.5", "a b", "k:v", "it's", 'say "x"', "- no", "#no", "ü", "{", "null"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.dictionaries(KEYS, inner, min_size=1, max_size=4) | st.lists(inner, min_size=1, max_size=4),
    max_leaves=12,
)


class Writer:
    """Writes values in any style that hypothesis draws."""

    def __init__(self, draw: Any) -> None:  # noqa: ANN401 - hypothesis' own type is not public
        self._draw = draw
        self._level = draw(st.booleans())

    def lines(self, value: object, column: int) -> list[str]:
        """A block of lines."""
        found: list[str] = []
        pad = " " * column
        for key, inner in (
            value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else [])
        ):
            found += self._draw(st.sampled_from([[], [], [""], [f"{pad}# comment {column}"], ["# left", ""]]))
            head = f"{pad}- " if isinstance(value, list) else f"{pad}{self.scalar(key)}:"
            if not isinstance(inner, dict | list) or self._draw(st.integers(0, 3)) == 0:
                found.append(f"{head.rstrip()} {self.flow(inner)}{self._draw(st.sampled_from(['', '  # end']))}")
            elif isinstance(value, list):
                first, *rest = self._plain(inner, column + 2)
                found += [head + first.lstrip(), *rest]
            else:
                step = 0 if isinstance(inner, list) and self._level else self._draw(st.sampled_from([2, 4]))
                found += [head, *self.lines(inner, column + step)]
        return found

    def _plain(self, value: object, column: int) -> list[str]:
        """A block whose first line is one of its own, so that it may follow a dash."""
        lines = self.lines(value, column)
        begins = next(at for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#"))
        return lines[begins:]

    def flow(self, value: object) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self.scalar(key)}: {self.flow(inner)}" for key, inner in value.items()) + "}"
        if isinstance(value, list):
            comma: str = self._draw(st.sampled_from([", ", " , "]))
            return "[" + comma.join(map(self.flow, value)) + "]"
        return self.scalar(value)

    def scalar(self, value: object) -> str:
        text = str(value)
        styles = ["'" + text.replace("'", "''") + "'", '"' + text.replace('"', '\\"') + '"']
        is_plain = text not in {"- no", "#no", "{"} and "'" not in text and '"' not in text and ":" not in text
        return str(self._draw(st.sampled_from([text, *styles] if is_plain else styles)))


def places(value: object, at: Place = ()) -> list[Place]:
    found = [at]
    for step, inner in (
        value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else [])
    ):
        found += places(inner, (*at, step))
    return found


def at(value: Any, place: Place) -> Any:  # noqa: ANN401 - any value
    for step in place:
        value = value[step]
    return value


@st.composite
def texts_with_edits(draw: Any) -> tuple[str, Any, list[Edit], Any]:  # noqa: ANN401 - as above
    value = draw(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
    text = "\n".join(Writer(draw).lines(value, 0)) + draw(st.sampled_from(["\n", "", "\n\n# the end\n"]))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    wanted = deepcopy(value)
    edits: list[Edit] = []
    for place in draw(st.lists(st.sampled_from(places(value)), min_size=1, max_size=4, unique=True)):
        inner = at(wanted, place)
        if isinstance(inner, dict):
            steps = draw(st.sampled_from([("n1",), ("n2", "n3"), ("n2", "n4")]))
            edits.append(put(*place, *steps, value="new one"))
            for step in steps[:-1]:
                inner = inner.setdefault(step, {})
            inner[steps[-1]] = "new one"
        elif isinstance(inner, list):
            item = draw(st.sampled_from(["k:v", {"k": "v", "l": ["w"]}]))
            edits.append(add(*place, item=item))
            inner.append(deepcopy(item))
        else:
            edits.append(put(*place, value="other"))
            at(wanted, place[:-1])[place[-1]] = "other"
    return text, value, edits, wanted


@settings(max_examples=300, deadline=None)
@given(texts_with_edits())
def test_whatever_the_style_all_else_stays(case: tuple[str, Any, list[Edit], Any]) -> None:
    text, value, edits, wanted = case
    assert read_yaml(text.encode()) == value
    done = edited(text.encode(), edits)
    assert not done.dropped
    assert read_yaml(done.data) == wanted
    after = done.data.decode()
    lost = Counter(text.splitlines()) - Counter(after.splitlines())
    assert lost.total() <= len(edits)
    assert text.count("# ") == after.count("# ")
    assert ("\r\n" in text) == ("\r\n" in after) or "\n" not in text
    assert after.count("\r\n") in {0, after.count("\n")}


@settings(max_examples=200, deadline=None)
@given(texts_with_edits(), st.data())
def test_removals_read_right_or_are_left(case: tuple[str, Any, list[Edit], Any], data: st.DataObject) -> None:
    text, value, _, _ = case
    place = data.draw(st.sampled_from(places(value)[1:]))
    done = edited(text.encode(), [drop(*place)])
    wanted = deepcopy(value)
    if not done.dropped:
        del at(wanted, place[:-1])[place[-1]]
    assert read_yaml(done.data) == wanted
    assert bool(done.dropped) == (done.data == text.encode())


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!|>'\"#\n ,?<%@", max_size=60), st.sampled_from([(), ("a",), ("b", "a"), ("a", 0)]))
def test_no_text_is_made_to_say_anything_else(text: str, place: Place) -> None:
    data = text.encode()
    done = edited(data, [put(*place, "n"), add(*place)])
    if done.data == data:
        return
    before, after = read_yaml_documents(data, last_key_holds=True), read_yaml_documents(done.data, last_key_holds=True)
    assert len(before) == len(after)
    assert before[1:] == after[1:]
