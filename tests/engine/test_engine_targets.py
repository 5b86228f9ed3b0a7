"""Plimsoll on images of a real Docker engine, by its API: the same as what `docker save` writes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import EPOCH, write_feeds

from plimsoll.knowledge.update import update

pytestmark = pytest.mark.engine
NAME = "plimsoll-test/app:1"


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with a small store."""
    folder = tmp_path_factory.mktemp("cache")
    done = update(write_feeds(tmp_path_factory.mktemp("feeds")), folder / "knowledge" / "store.db", as_of="2026-11-24")
    assert not done.failed
    return folder


@pytest.fixture
def environment(docker: Any, cache: Path) -> dict[str, str]:  # noqa: ANN401 - a fixture
    """The environment of a user of that engine."""
    (host,) = json.loads(docker("context", "inspect", "--format", "[{{json .Endpoints.docker.Host}}]"))
    changes = {"DOCKER_HOST": host, "PLIMSOLL_CACHE_DIR": str(cache), "SOURCE_DATE_EPOCH": EPOCH}
    return {**os.environ, **changes, "CONTAINER_HOST": "unix:///nowhere"}


def plimsoll(*arguments: str, env: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    program = [str(Path(sys.executable).with_name("plimsoll")), *arguments]
    return subprocess.run(program, cwd=folder, env=env, capture_output=True, text=True, check=False)


def report_of(target: str, env: dict[str, str], folder: Path) -> dict[str, Any]:
    result = plimsoll("scan", target, "--quiet", "--format", "json", env=env, folder=folder)
    assert result.returncode == 0, result.stderr
    report: dict[str, Any] = json.loads(result.stdout)
    assert report.pop("target") == target
    return report


@pytest.mark.parametrize("target", [f"image:{NAME}", f"docker:{NAME}", NAME])
def test_an_image_is_what_its_archive_is(
    target: str, saved_image: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    report = report_of(target, environment, tmp_path)
    assert report == report_of(str(saved_image), environment, tmp_path)
    assert report["subjects"][0]["name"] == NAME
    assert len(report["packages"]) > 50
    assert report["findings"]


def test_an_image_has_an_id_too(docker: Any, saved_image: Path, environment: dict[str, str], tmp_path: Path) -> None:  # noqa: ANN401 - a fixture
    digest = docker("image", "inspect", "--format", "{{.Id}}", NAME).strip()
    expected = report_of(str(saved_image), environment, tmp_path)
    for target in (f"image:{digest}", f"docker:{digest.removeprefix('sha256:')[:12]}"):
        report = report_of(target, environment, tmp_path)
        assert (report["packages"], report["findings"]) == (expected["packages"], expected["findings"])


def test_of_several_tags_the_one_that_is_meant_is_scanned(
    docker: Any,  # noqa: ANN401 - a fixture
    saved_image: Path,  # noqa: ARG001 - builds the image
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    docker("tag", NAME, "plimsoll-test/many:latest")
    docker("tag", "plimsoll-test/base:1", "plimsoll-test/many:other")
    digest = docker("image", "inspect", "--format", "{{.Id}}", NAME).strip()
    for target in ("image:plimsoll-test/many", "plimsoll-test/many"):
        assert report_of(target, environment, tmp_path)["subjects"][0]["digest"] == digest


def test_a_path_of_the_same_name_wins(saved_image: Path, environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "plimsoll-test").mkdir()
    (tmp_path / "plimsoll-test" / "app:1").symlink_to(saved_image)
    told = plimsoll("scan", NAME, env=environment, folder=tmp_path)
    assert (told.returncode, told.stderr) == (0, f"{NAME}: docker save archive (classic)\n")


def test_what_is_not_there_is_said(saved_image: Path, environment: dict[str, str], tmp_path: Path) -> None:  # noqa: ARG001 - starts the engine
    for target in ("image:plimsoll-test/gone:1", "plimsoll-test/gone:1", "docker:UPPER:1", "image:a//b"):
        result = plimsoll("scan", target, env=environment, folder=tmp_path)
        assert (result.returncode, result.stdout) == (4, ""), target
        assert "Traceback" not in result.stderr


def test_the_base_of_an_image_is_recognised(saved_image: Path, environment: dict[str, str], tmp_path: Path) -> None:
    base = "plimsoll-test/base:1"
    assert report_of(str(saved_image), environment, tmp_path)["base"] is None
    assert plimsoll("base", "add", f"image:{base}", env=environment, folder=tmp_path).returncode == 0
    try:
        report = report_of(f"image:{NAME}", environment, tmp_path)
        assert (report["base"]["name"], report["base"]["layers"], report["base"]["by"]) == (base, 1, "layers")
        assert {finding["origin"] for finding in report["findings"]} == {"base"}
    finally:
        plimsoll("base", "remove", base, env=environment, folder=tmp_path)


@pytest.fixture
def containers(docker: Any, saved_image: Path) -> Any:  # noqa: ANN401, ARG001 - fixtures; the image must be there
    """Two containers of that engine, one of them open to its host."""
    docker("create", "--name", "open", "--privileged", "--volume", "/:/host", NAME, "sleep", "9")
    docker("create", "--name", "shut", "--read-only", "--cap-drop", "ALL", "--user", "10001:10001", NAME, "sleep", "9")
    yield docker
    docker("rm", "--force", "open", "shut")


def test_the_engine_itself_is_a_target(containers: Any, environment: dict[str, str], tmp_path: Path) -> None:  # noqa: ANN401, ARG001 - a fixture
    report = report_of("engine:", environment, tmp_path)
    assert {"Container//open", "Container//shut"} <= {subject["name"] for subject in report["subjects"]}
    found = {(finding["subject"], finding["rule"]) for finding in report["findings"]}
    assert {("Container//open", "privileged-container"), ("Container//open", "host-root-mounted")} <= found
    assert not {("Container//shut", "privileged-container"), ("Container//shut", "writable-rootfs")} & found
    assert all(finding["location"]["line"] is None for finding in report["findings"])


def test_images_tell_what_files_leave_to_them_and_join_their_score(
    saved_image: Path,  # noqa: ARG001 - the image must be there
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    (tmp_path / "compose.yaml").write_text(
        f"services:\n  app:\n    image: {NAME}\n  gone:\n    image: gone:1\n", "utf-8"
    )
    report = report_of("compose.yaml", environment, tmp_path)
    silent = {check["subject"] for check in report["checks"] if "the image decides" in check.get("reason", "")}
    assert silent == {"compose.yaml#ComposeService//gone"}
    scan = ("scan", "compose.yaml", "--images", "scan", "--quiet", "--format", "json")
    both = json.loads(plimsoll(*scan, env=environment, folder=tmp_path).stdout)
    assert both["score"]["high"] < report["score"]["high"]
    assert {"misconfiguration", "vulnerability"} <= {finding["kind"] for finding in both["findings"]}
    (gap,) = [gap for gap in both["gaps"] if gap["what"] == "image-not-read"]
    assert gap["question"] == "what is in the image gone:1"
