"""What images decide for workloads is unknown until they were read."""

import pytest

from plimsoll.model.estate import Estate
from plimsoll.model.fact import UnknownFactError
from plimsoll.pipeline.estate import estate_of
from plimsoll.pipeline.images import undecided, with_images

TEXT = b"""
services:
  plain: {image: "app:1"}
  own: {image: "app:1", user: "1000:1000", healthcheck: {test: ["CMD", "true"]}}
  open: {image: "app:1", user: "${WHO}"}
  other: {image: "other:1"}
"""


@pytest.fixture
def estate() -> Estate:
    return estate_of([("compose.yaml", TEXT)])


def facts(estate: Estate, name: str) -> tuple[object, object, object]:
    (container,) = next(each.containers for each in estate.workloads if each.name == name)
    values: list[object] = []
    for fact in (container.user, container.group, container.liveness):
        try:
            values.append(fact.value)
        except UnknownFactError:
            values.append(None)
    return values[0], values[1], values[2]


def test_only_images_that_decide_something_are_asked_for(estate: Estate) -> None:
    assert undecided(estate) == ("app:1", "other:1")


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        ({}, ("0", "0", False)),
        ({"User": "app"}, ("app", "0", False)),
        ({"User": "10001:20002", "Healthcheck": {"Test": ["CMD", "x"]}}, ("10001", "20002", True)),
        ({"User": 7, "Healthcheck": {"Test": ["NONE"]}}, ("0", "0", False)),
    ],
)
def test_the_image_decides_what_is_not_said(
    estate: Estate, configuration: dict[str, object], expected: tuple[str, str, bool]
) -> None:
    known = with_images(estate, {"app:1": configuration})
    assert facts(known, "plain") == expected
    assert facts(known, "own") == ("1000", "1000", True)
    assert facts(known, "other") == (None, None, None)


def test_a_variable_stays_unknown_whatever_the_image_says(estate: Estate) -> None:
    assert facts(with_images(estate, {"app:1": {"User": "app"}}), "open")[0] is None
