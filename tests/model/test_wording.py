import pytest

from plimsoll.model.wording import counted, some_of


@pytest.mark.parametrize(("number", "told"), [(0, "0 layers"), (1, "1 layer"), (2, "2 layers")])
def test_numbers_have_their_plural(number: int, told: str) -> None:
    assert counted(number, "layer") == told


@pytest.mark.parametrize(
    ("names", "told"), [((), ""), (("a",), "a"), (("a", "b"), "a, b"), (("a", "b", "c", "d"), "a, b and 2 more")]
)
def test_long_lists_are_cut_and_the_rest_is_counted(names: tuple[str, ...], told: str) -> None:
    assert some_of(names, 2) == told
