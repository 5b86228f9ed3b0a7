"""Plimsoll on what a real Docker engine saved: exactly what lies in it, with where it came from."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXPECTED = ROOT / "tests" / "data" / "debian-bookworm" / "expected.json"

pytestmark = pytest.mark.engine


def plimsoll(*arguments: str) -> str:
    """Run a command as a user would; it must end with 0."""
    program = [str(Path(sys.executable).with_name("plimsoll")), *arguments]
    result = subprocess.run(program, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def report_of(target: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(plimsoll("scan", target, "--quiet", "--format", "json"))
    return content


def installed(sbom: dict[str, Any]) -> set[tuple[str, str]]:
    """Give name and version of every Debian package in a bill of materials."""
    components = sbom["components"]
    return {(part["name"], part["version"]) for part in components if part.get("purl", "").startswith("pkg:deb/")}


def expected() -> set[tuple[str, str]]:
    """Give the packages of the database, less bash: the image's last layer takes it out."""
    packages = json.loads(EXPECTED.read_text())["packages"]
    return {(package["name"], package["version"]) for package in packages} - {("bash", "5.2.15-2+b13")}


def test_the_bill_of_materials_lists_exactly_the_packages(saved_image: Path) -> None:
    sbom = json.loads(plimsoll("sbom", str(saved_image), "--quiet"))
    assert installed(sbom) == expected()


def test_a_copy_as_oci_layout_holds_the_same(saved_image: Path, tmp_path: Path) -> None:
    if shutil.which("skopeo") is None:
        pytest.skip("needs the command skopeo")
    layout = f"{tmp_path}/layout"
    subprocess.run(["skopeo", "copy", "-q", f"docker-archive:{saved_image}", f"oci:{layout}:app"], check=True)
    assert installed(json.loads(plimsoll("sbom", layout, "--quiet"))) == expected()


def test_the_second_report_is_the_first_byte_for_byte(saved_image: Path) -> None:
    first, second = (plimsoll("scan", str(saved_image), "--quiet", "--format", "json") for _ in range(2))
    assert first == second


def test_findings_name_the_layer_that_brought_the_package(saved_image: Path) -> None:
    report = report_of(str(saved_image))
    packages = [finding for finding in report["findings"] if finding["kind"] == "vulnerability"]
    assert packages
    assert not [finding for finding in packages if finding["package"]["source"]["name"] == "bash"]
    layers = {finding["location"]["layer"] for finding in packages}
    assert len(layers) == 1
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", layer) for layer in layers)


def test_the_engine_names_the_image_by_the_same_digest(docker: Any, saved_image: Path) -> None:  # noqa: ANN401 - a fixture
    (subject,) = report_of(str(saved_image))["subjects"]
    assert subject["digest"] == docker("image", "inspect", "--format", "{{.Id}}", "plimsoll-test/app:1").strip()
