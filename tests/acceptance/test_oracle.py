"""Whole scans against exact answers: real Debian package lists and whole Alpine branches, installed as images.

`tests/data/oracle` holds, for each list, the source packages, their versions and the ids that hold; the feeds beside it
are a cut of what the publishers serve. Each list is written as an installed database, packed into an image of two
layers, and scanned from the command line.
"""

import json
import lzma
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.images import Image, classic, layout, tar, write_folder, write_tar

from plimsoll.cli.main import main

DATA = Path(__file__).parents[1] / "data" / "oracle"
EXPECTED: dict[str, Any] = json.loads(lzma.decompress((DATA / "expected.json.xz").read_bytes()))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    assert main(["db", "update", "--from", str(DATA / "feeds"), "--cache-dir", str(folder), "--quiet"]) == 0
    return folder


def layers(product: str, packages: Sequence[tuple[str, str]]) -> list[bytes]:
    """The first half of the packages in one layer, all of them in the next, as package managers rewrite databases."""
    name, version = product.split(":")
    release = f"ID={name}\nVERSION_ID={version}\n".encode()
    half = packages[: len(packages) // 2]
    if name == "debian":
        return [
            tar({"etc/os-release": release, "var/lib/dpkg/status": _dpkg(half)}),
            tar({"var/lib/dpkg/status": _dpkg(packages)}),
        ]
    return [
        tar({"etc/os-release": release, "lib/apk/db/installed": _apk(half)}),
        tar({"lib/apk/db/installed": _apk(packages)}),
    ]


def _dpkg(packages: Sequence[tuple[str, str]]) -> bytes:
    """Binaries whose versions say nothing: the source field decides."""
    paragraphs = [
        f"Package: {name}-bin\nStatus: install ok installed\nArchitecture: amd64\nSource: {name} ({version})\n"
        f"Version: {version}+b9\n"
        for name, version in packages
    ]
    removed = "Package: gone\nStatus: deinstall ok config-files\nVersion: 0.1\nSource: openssl (0.9)\n"
    return "\n".join([*paragraphs, removed]).encode()


def _apk(packages: Sequence[tuple[str, str]]) -> bytes:
    return "\n".join(f"P:{name}-sub\nV:{version}\nA:x86_64\no:{name}\n" for name, version in packages).encode()


@pytest.mark.parametrize("image", EXPECTED)
def test_a_scan_finds_exactly_the_ids_of_the_oracle(
    image: str, cache: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    oracle = EXPECTED[image]
    packages = [(name, version) for name, version, _ in oracle["packages"]]
    built = Image(layers=layers(oracle["product"], packages))
    archive = write_tar(classic([built]), tmp_path / "image.tar")
    folder = write_folder(layout([built], pack="zstd"), tmp_path / "image")
    reports = []
    for target in (archive, folder):
        code = main(["scan", str(target), "--format", "json", "--cache-dir", str(cache), "--quiet"])
        assert code in {0, 3}
        reports.append(json.loads(capfd.readouterr().out))
    wanted = {(name, found) for name, _, ids in oracle["packages"] for found in ids}
    for report in reports:
        found = {(f["package"]["source"]["name"], f["vulnerability"]["id"]) for f in report["findings"]}
        assert {pair for pair in found if pair[1].startswith("CVE-")} == {
            pair for pair in wanted if pair[1].startswith("CVE-")
        }
        assert {package["source"] for package in report["packages"]} == {name for name, _ in packages}
    second = {name for name, _ in packages[len(packages) // 2 :]}
    for finding in reports[0]["findings"]:
        upper = finding["package"]["source"]["name"] in second
        assert finding["location"]["instruction"] == f"RUN echo {int(upper)}"
