"""Every limit has a unit and words, and an input that trips it with an error that names it."""

import gzip
import io
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from tests.images import Image, classic, debian, layout, tar, write_tar
from tests.trees.build_tar import Item
from tests.trees.build_tar import layer as raw

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.update import update
from plimsoll.model.limits import MIB, Limits
from plimsoll.pipeline.configurations import Reading
from plimsoll.pipeline.examine import Examination, Progress, examine
from plimsoll.pipeline.workload_target import workloads_of
from plimsoll.reports.json_report import read_report

MANY = Image(layers=[debian(("a", "1"), ("b", "2")), tar({"x/y/z": b"", "w": b""})])
LINKS = raw(
    [Item(name="l0", type=b"2", link=".")] + [Item(name=f"l{i}", type=b"2", link=f"l{i - 1}") for i in range(1, 9)]
)


def scan(limits: Limits, files: dict[str, bytes], folder: Path) -> None:
    path = write_tar(files, folder / "image.tar")
    examine(Examination(target=str(path), limits=limits), lambda name, codename: None, io.BytesIO(), Progress())


def standard_input(limits: Limits, folder: Path) -> None:
    data = write_tar(classic([MANY]), folder / "image.tar").read_bytes()
    examine(Examination(target="-", limits=limits), lambda name, codename: None, io.BytesIO(data), Progress())


def feeds(limits: Limits, folder: Path) -> None:
    (folder / "epss").mkdir()
    rows = b"".join(b"CVE-2024-%04d,0.1,0.2\n" % n for n in range(2000))
    text = b"#model_version:x,score_date:2026-01-01T00:00:00+0000\ncve,epss,percentile\n" + rows
    (folder / "epss/epss_scores-2026-01-01.csv.gz").write_bytes(gzip.compress(text))
    update(folder, folder / "store.db", as_of="2026-01-02", limits=limits)


def report(limits: Limits, _folder: Path) -> None:
    read_report(b"{}" * 10, limits)


def image(files: dict[str, bytes]) -> Callable[[Limits, Path], None]:
    return lambda limits, folder: scan(limits, files, folder)


def workloads(limits: Limits, folder: Path) -> None:
    path = folder / "compose.yaml"
    path.write_text("services:\n  app: {image: app}\n  web: {image: web}\n", "utf-8")
    workloads_of(str(path), Reading(limits=limits))


TRIPS: dict[str, tuple[float, Callable[[Limits, Path], None]]] = {
    "timeout": (1e-9, image(classic([MANY]))),
    "layers": (1, image(classic([MANY]))),
    "entries": (3, image(classic([MANY]))),
    "names_size": (20, image(classic([MANY]))),
    "layer_size": (1000, image(layout([MANY]))),
    "ratio": (50, image(layout([Image(layers=[tar({"zero": bytes(3 * MIB)})])]))),
    "path_size": (100, image(classic([Image(layers=[tar({"n" * 101: b""})])]))),
    "path_depth": (2, image(classic([Image(layers=[tar({"a/b/c/d": b""})])]))),
    "header_size": (600, image(classic([Image(layers=[tar({"n" * 900: b""})])]))),
    "packages": (1, image(classic([MANY]))),
    "manifest_size": (40, image(classic([MANY]))),
    "json_depth": (1, image(classic([MANY]))),
    "configuration_size": (40, workloads),
    "objects": (1, workloads),
    "archive_entries": (2, image(classic([MANY]))),
    "spool_size": (3000, standard_input),
    "report_size": (10, report),
}

ELSEWHERE = {
    "ratio_floor": "a floor, not a bound: `ratio` above trips beyond it",
    "file_size": "a larger database is a gap: tests/pipeline/test_examine.py",
    "kept_size": "what is over it is a gap: tests/pipeline/test_examine.py",
    "symlinks": "a longer chain leads nowhere: tests/trees/test_tree.py",
    "feed_size": "a feed that fails is said: below",
    "feed_records": "a feed that fails is said: below",
}


def test_every_limit_is_covered() -> None:
    assert TRIPS.keys() | ELSEWHERE.keys() == {field.name for field in fields(Limits)}


@pytest.mark.parametrize("name", TRIPS)
def test_a_limit_trips_and_says_how_to_raise_it(name: str, tmp_path: Path) -> None:
    value, run = TRIPS[name]
    limits = Limits().changed({"ratio_floor": 1000, name: value})
    with pytest.raises(LimitError) as caught:
        run(limits, tmp_path)
    assert caught.value.limit == name
    assert f"--limit {name}=" in caught.value.advice


@pytest.mark.parametrize(("name", "value"), [("feed_size", 500), ("feed_records", 100)])
def test_a_feed_over_a_limit_fails_and_says_so(name: str, value: float, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=name):
        feeds(Limits().changed({name: value}), tmp_path)


@pytest.mark.parametrize("field", fields(Limits), ids=lambda field: field.name)
def test_a_limit_has_a_unit_and_words(field: object) -> None:
    metadata = getattr(field, "metadata", {})
    assert metadata["unit"]
    assert metadata["doc"]
