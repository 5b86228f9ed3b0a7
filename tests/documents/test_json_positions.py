"""Positions of JSON are those that the YAML reader finds in the same text: JSON is YAML, and it is the slow way."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.documents.document import read_documents
from plimsoll.documents.yaml import YamlMapping, YamlSequence, read_yaml
from plimsoll.model.fact import Place

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def places(value: object, at: Place = ()) -> list[tuple[Place, int, int]]:
    found: list[tuple[Place, int, int]] = []
    if isinstance(value, YamlMapping):
        for key, inner in value.items():
            found += [((*at, key), value.lines[key], value.columns[key]), *places(inner, (*at, key))]
    if isinstance(value, YamlSequence):
        for index, inner in enumerate(value):
            found += [((*at, index), value.lines[index], value.columns[index]), *places(inner, (*at, index))]
    return found


@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=4) | st.lists(VALUES, min_size=1), st.sampled_from([None, 1]))
def test_every_place_has_the_position_that_yaml_gives_it(value: Any, indent: int | None) -> None:  # noqa: ANN401
    data = json.dumps(value, indent=indent, ensure_ascii=False).encode()
    (document,) = read_documents("it.json", data)
    for at, line, column in places(read_yaml(data)):
        position = document.position(at)
        assert position is not None
        assert (position.line, position.column, position.is_there) == (line, column, True)


def test_what_is_absent_belongs_in_what_is_around_it() -> None:
    (document,) = read_documents("it.json", '\ufeff{"ä": {"b": [1, "\\"x"]}}'.encode())
    assert document.position(("ä", "c", "d")) == (1, 2, False, "")
    assert document.position(("ä", "b", 1)) == (1, 17, True, "")
    assert document.position(("z",)) == (1, 1, False, "")


def test_equal_keys_are_found_where_the_last_one_stands() -> None:
    (document,) = read_documents("it.json", b'{"a": 1,\n "a": {"b": 2}}')
    assert document.position(("a", "b")) == (2, 8, True, "")
