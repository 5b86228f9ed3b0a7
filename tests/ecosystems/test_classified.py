"""Programs that no package owns, by the bytes that real ones hold around their version."""

import base64
import json
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.ecosystems.executables import DATA, elf_header
from tests.fuzz.mutate import mutated

from plimsoll.ecosystems.classified import GENERIC, Classifier, classifiers, parse
from plimsoll.model.package import Observed
from plimsoll.trees.patterns import PathPatterns

REAL: list[dict[str, Any]] = json.loads((DATA / "classified.json").read_text("utf-8"))
SAMPLES = Path(__file__).parents[1] / "data" / "ecosystems" / "generic"
TEXTS = {"go": "usr/local/go/VERSION", "erlang": "usr/local/lib/erlang/releases/25/OTP_VERSION"}

real = pytest.mark.parametrize("row", REAL, ids=[f"{row['path'].rpartition('/')[2]}-{row['version']}" for row in REAL])


def like_elf(content: bytes, *, before: int = 5000) -> bytes:
    """Make a file that begins as ELF files do, with `content` somewhere in it."""
    return elf_header() + bytes(before) + content + bytes(100)


def found(path: str, data: bytes) -> list[tuple[str, str]]:
    return [(package.name, package.version) for package in parse(path, data).packages]


@real
def test_real_programs_are_known_by_their_own_words(row: dict[str, Any]) -> None:
    data = like_elf(base64.b64decode(row["bytes"]))
    assert found(row["path"], data) == [(row["name"], row["version"])]
    assert row["says"] == "" or re.search(rf"(?<![0-9.]){re.escape(row['version'])}(?![0-9])", row["says"])


@real
def test_the_folder_of_the_program_does_not_matter(row: dict[str, Any]) -> None:
    data = like_elf(base64.b64decode(row["bytes"]))
    assert found(f"srv/other/{row['path'].rpartition('/')[2]}", data) == [(row["name"], row["version"])]


def test_every_classifier_was_met_by_a_real_program() -> None:
    met = {row["name"] for row in REAL}
    for name, path in TEXTS.items():
        assert found(path, (SAMPLES / path).read_bytes())[0][0] == name
        met.add(name)
    assert {row.name for row in classifiers()} == met


def test_every_name_is_found_among_the_files_of_an_image() -> None:
    patterns = PathPatterns({"generic": GENERIC.paths})
    paths = [row["path"] for row in REAL] + list(TEXTS.values()) + ["opt/java/openjdk/release"]
    assert [path for path in paths if not patterns.find(path)] == []
    assert not patterns.find("usr/share/doc/README")


def test_names_for_feeds_are_vendor_and_product() -> None:
    for row in classifiers():
        assert row.cpe.split()
        assert all(re.fullmatch(r"[a-z0-9._-]+:[a-z0-9._/-]+", cpe) for cpe in row.cpe.split()), row.name


def test_expressions_repeat_nothing_without_bound() -> None:
    for row in classifiers():
        repeats = re.sub(r"\[[^\]]*\]|\\.", "x", row.version)
        assert not set("*+") & set(repeats.replace(r"\+?", "")), row.name


@pytest.mark.parametrize("path", ["usr/local/bin/openssl", "usr/local/lib/libssl.so.1.0.0", "lib/libcrypto.so.1.0.0"])
@pytest.mark.parametrize(
    ("text", "version"),
    [
        (b"OpenSSL 1.0.1f 6 Jan 2014\0", "1.0.1f"),
        (b"\0SSLv3 part of OpenSSL 1.0.1f 6 Jan 2014\0", "1.0.1f"),
        (b"OpenSSL 1.0.1e-fips 11 Feb 2013\0", "1.0.1e"),
        (b"OpenSSL 1.0.2k-fips  26 Jan 2017\0", "1.0.2k"),
        (b"OpenSSL 0.9.8zh 3 Dec 2015\0", "0.9.8zh"),
        (b"OpenSSL 3.0.14+quic 4 Jun 2024\0", "3.0.14"),
        (b"OpenSSL 3.5.0-beta1 25 Mar 2025\0", "3.5.0-beta1"),
        (b"OpenSSL 1.1.1-dev  xx " + b"X" * 3 + b" xxxx\0", "1.1.1"),
    ],
)
def test_openssl_of_any_age_is_read_from_its_version_text(path: str, text: bytes, version: str) -> None:
    package = parse(path, like_elf(text)).packages[0]
    assert (package.name, package.version, package.cpe) == ("openssl", version, "openssl:openssl")


@pytest.mark.parametrize(
    "text", [b"OpenSSL 1.x", b"OpenSSL 1.0.1f", b"see OpenSSL 1.1.0 for more", b"openssl 1.0.1f 6 Jan 2014"]
)
def test_other_mentions_of_openssl_are_no_version(text: bytes) -> None:
    assert found("usr/local/bin/openssl", like_elf(text)) == []


@pytest.mark.parametrize("name", ["python3.11", "openssl", "node", "php", "busybox"])
def test_scripts_are_no_programs(name: str) -> None:
    text = (
        b"#!/bin/sh\n\x003.11.2\0node.js/v20.0.0\0X-Powered-By: PHP/8.2.1 BusyBox v1.35.0 OpenSSL 1.0.1f 6 Jan 2014\n"
    )
    assert parse(f"usr/local/bin/{name}", text) == Observed()


def test_a_program_that_should_say_its_version_and_does_not_is_a_fault() -> None:
    observed = parse("usr/local/bin/node", like_elf(b"", before=50))
    assert observed.faults == ("by its name it is node, but it does not say its version",)


def test_launchers_and_helpers_of_libraries_say_nothing_and_need_not() -> None:
    for path in ("usr/local/bin/python3.12", "usr/local/lib/libssl.so.3", "usr/local/bin/ruby"):
        assert parse(path, like_elf(b"", before=50)) == Observed()


def test_the_version_of_python_agrees_with_the_name_of_its_file() -> None:
    data = like_elf(b"\x003.40.1\x00\x003.11.2\x00\x003.12.7rc1\x00")
    assert found("usr/local/bin/python3.12", data) == [("python", "3.12.7rc1")]
    assert found("usr/local/lib/libpython3.11.so.1.0", data) == [("python", "3.11.2")]
    assert found("usr/local/lib/libpython3.so", data) == []


def test_only_files_that_no_package_owns_are_read() -> None:
    assert GENERIC.unowned
    assert not parse("usr/local/bin/node", like_elf(b"")[:4096]).again


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("opt/jdk/release", b'JAVA_VERSION="1.8.0_292"\nOS_ARCH="amd64"\n', [("openjdk", "1.8.0_292")]),
        ("opt/jdk/release", b'IMPLEMENTOR="N/A"\nJAVA_VERSION="11.0.24"\n', [("openjdk", "11.0.24")]),
        ("opt/notes/release", b"Release 1.0\n", []),
        ("usr/local/go/VERSION", b"go1.20", [("go", "1.20")]),
        ("usr/local/go/VERSION", b"go1.21rc2\ntime 2023-06-21\n", [("go", "1.21rc2")]),
        ("usr/local/go/VERSION", b"golang 1.2\n", []),
        ("srv/app/VERSION", b"go1.20\n", []),
        ("usr/lib/erlang/releases/26/OTP_VERSION", b"26.2.5.3\n", [("erlang", "26.2.5.3")]),
    ],
)
def test_texts_that_tell_of_a_version(path: str, text: bytes, expected: list[tuple[str, str]]) -> None:
    assert found(path, text) == expected


@pytest.mark.parametrize(
    "row", classifiers(), ids=lambda row: f"{row.name}-{row.files[0].strip('*').replace('/', '-')}"
)
def test_a_file_full_of_beginnings_ends(row: Classifier) -> None:
    path = next(shape for shape in row.files).replace("*", "9.9" if "{named}" in row.find else "")
    again = row.find.replace("{named}", "9.9").encode("latin-1")
    data = (b"" if row.text else elf_header()) + again * (2_000_000 // len(again))
    assert parse(path, data).packages == ()


@pytest.mark.parametrize("number", range(200))
def test_no_damage_makes_it_raise(number: int) -> None:
    random = Random(f"generic:{number}")
    row = random.choice(REAL)
    data = mutated([like_elf(base64.b64decode(row["bytes"]), before=10)], random)
    assert isinstance(parse(row["path"], data), Observed)
