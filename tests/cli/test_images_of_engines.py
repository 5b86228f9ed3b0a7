"""`plimsoll scan image:NAME`: images of a running engine, and what wins where a name could mean several things."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import Run, shop, shop_archive
from tests.fake_engine import FakeEngine, answer, chunked, described, refused, running
from tests.images import classic, tar

Start = Callable[[str], FakeEngine]


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start an engine that has shop:1, and name it in a variable of the environment."""
    answers = {
        "/_ping": answer(b"OK"),
        "/images/shop:1/json": described(),
        "/images/shop:1/get": chunked(tar(classic([shop()])), size=50_000),
    }
    with ExitStack() as stack:

        def begin(variable: str) -> FakeEngine:
            engine = stack.enter_context(running(tmp_path_factory.mktemp("e") / "s", answers))
            monkeypatch.setenv(variable, engine.address)
            return engine

        yield begin


def report_of(run: Run, target: str) -> dict[str, Any]:
    result = run("scan", target, "--format", "json", "--quiet")
    assert result.code == 0, result.err
    report: dict[str, Any] = json.loads(result.out)
    assert report.pop("target") == target
    return report


@pytest.mark.parametrize("target", ["image:shop:1", "docker:shop:1", "shop:1"])
def test_an_image_of_the_engine_is_what_its_archive_is(run: Run, start: Start, image: str, target: str) -> None:
    start("DOCKER_HOST")
    report = report_of(run, target)
    assert report == report_of(run, image)
    assert (report["subjects"][0]["name"], len(report["findings"])) == ("shop:1", 4)


def test_podman_is_asked_where_docker_is_not_there(run: Run, start: Start, image: str) -> None:
    start("CONTAINER_HOST")
    for target in ("image:shop:1", "podman:shop:1", "shop:1"):
        assert report_of(run, target) == report_of(run, image)
    result = run("scan", "docker:shop:1")
    assert (result.code, "no container engine answers" in result.err) == (4, True)


def test_it_is_told_what_a_name_was_taken_for(run: Run, start: Start) -> None:
    start("DOCKER_HOST")
    told = run("scan", "shop:1").err
    assert told == "shop:1: image of a running Docker engine, as docker save archive (classic)\n"


@pytest.mark.parametrize("name", ["shop:1", "docker:shop:1", "image:shop:1"])
def test_a_path_of_the_same_name_wins(run: Run, start: Start, work: Path, name: str) -> None:
    engine = start("DOCKER_HOST")
    shop_archive(work / name)
    assert run("scan", name).err == f"{name}: docker save archive (classic)\n"
    assert engine.asked == []


def test_a_scheme_of_paths_asks_no_engine(run: Run, start: Start) -> None:
    engine = start("DOCKER_HOST")
    assert run("scan", "archive:shop").code == 4
    assert run("scan", "./shop:1").code == 4
    assert engine.asked == []


def test_what_is_neither_path_nor_image_is_said_to_be_neither(run: Run, start: Start) -> None:
    start("DOCKER_HOST")
    result = run("scan", "shop.tar:2")
    assert (result.code, result.out) == (4, "")
    assert "error: shop.tar:2 is no path here, and no image: unix://" in result.err
    named = run("scan", "image:gone:1")
    assert (named.code, "is no path" in named.err, "says: page not found" in named.err) == (4, False, True)


def test_without_an_engine_it_is_said_how_to_go_on(run: Run) -> None:
    result = run("scan", "image:shop:1")
    assert (result.code, "no container engine answers" in result.err) == (4, True)
    assert "docker save IMAGE | plimsoll scan -" in result.err
    for name in ("shop:1", "library/shop"):
        bare = run("scan", name)
        assert (bare.code, "No container engine answers here" in bare.err) == (4, True)


@pytest.mark.parametrize("name", ["x" * 5000, "a/" * 3000, "shop\x00:1", "-shop:1", "SHOP:1", "shop:1#a"])
def test_what_can_be_no_name_is_asked_of_nobody(run: Run, start: Start, name: str) -> None:
    engine = start("DOCKER_HOST")
    result = run("scan", "--", name)
    assert (result.code, "Traceback" in result.err) == (4, False)
    assert engine.asked == []


def test_hostile_words_of_an_engine_are_only_shown(
    run: Run, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"/images/shop:1/json": refused("\x1b]0;gone\x07\x9b2J\u202e")}
    with running(tmp_path_factory.mktemp("e") / "s", answers) as engine:
        monkeypatch.setenv("DOCKER_HOST", engine.address)
        result = run("scan", "docker:shop:1")
    assert result.code == 4
    assert result.err.replace("\n", "").isprintable()


def test_what_an_engine_hands_out_is_not_trusted(
    run: Run, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, body in enumerate((b"no archive", tar(classic([shop()]))[:-8000], b"\x00" * 4096)):
        answers = {"/images/shop:1/json": described(), "/images/shop:1/get": answer(body)}
        with running(tmp_path_factory.mktemp("e") / "s", answers) as engine:
            monkeypatch.setenv("DOCKER_HOST", engine.address)
            result = run("scan", "docker:shop:1")
        assert (result.code, result.out, "Traceback" in result.err) == (4, "", False), number
