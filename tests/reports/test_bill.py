"""What contains and requires what, however hostile the paths and owners are."""

from dataclasses import replace

import pytest
from tests.reports.sample_report import PACKAGES

from plimsoll.model.package import Package
from plimsoll.reports.bill import DEEPEST, shape_of

FIRST = PACKAGES[0]


def at(path: str, purl: str, owner: str = "", requires: tuple[str, ...] = ()) -> Package:
    return replace(FIRST, path=path, purl=purl, name=purl, owner=owner, requires=requires)


def depth_of(within: list[int], index: int) -> int:
    depth = 0
    while within[index] >= 0:
        index, depth = within[index], depth + 1
        assert depth <= len(within), "a circle"
    return depth


CASES = {
    "alone": ([at("a", "p:a")], [-1]),
    "in-an-archive": ([at("a.jar!/b", "p:b"), at("a.jar", "p:a")], [1, -1]),
    "in-an-archive-in-a-file-of-no-package": ([at("a.jar!/x.zip!/b", "p:b"), at("a.jar", "p:a")], [1, -1]),
    "an-archive-of-two-contains-for-neither": (
        [at("a.jar!/b", "p:b"), at("a.jar", "p:a"), at("a.jar", "p:c")],
        [-1, -1, -1],
    ),
    "owned": ([at("x", "p:x", owner="p:o"), at("status", "p:o")], [1, -1]),
    "owned-by-nobody-there": ([at("x", "p:x", owner="p:o")], [-1]),
    "owned-by-itself": ([at("x", "p:x", owner="p:x")], [-1]),
    "owners-in-a-circle": ([at("x", "p:x", owner="p:y"), at("y", "p:y", owner="p:x")], [-1, -1]),
    "owner-inside-what-it-owns": ([at("a.jar", "p:a", owner="p:b"), at("a.jar!/b", "p:b")], [-1, 0]),
    "archive-of-an-owned-archive": (
        [at("a.jar", "p:a", owner="p:o"), at("a.jar!/b", "p:b", owner="p:o"), at("status", "p:o")],
        [2, 0, -1],
    ),
}


@pytest.mark.parametrize(("packages", "within"), CASES.values(), ids=CASES)
def test_containers(packages: list[Package], within: list[int]) -> None:
    assert list(shape_of(packages).within) == within


def test_nothing_lies_deeper_than_the_bound() -> None:
    packages = [at("!/".join(["a"] * number), f"p:{number}") for number in range(1, 200)]
    within = list(shape_of(packages).within)
    assert max(depth_of(within, index) for index in range(len(packages))) == DEEPEST
    assert within[1] == 0


def test_required_packages_are_those_of_the_same_file_first() -> None:
    packages = [
        at("one", "p:lib"),
        at("two", "p:lib"),
        at("two", "p:app", requires=("p:lib", "not-there", "p:app", "p:lib")),
        at("three", "p:tool", requires=("p:lib", "p:app")),
    ]
    assert [list(each) for each in shape_of(packages).requires] == [[], [], [1], [0, 2]]
