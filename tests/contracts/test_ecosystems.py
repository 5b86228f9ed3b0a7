"""What holds for every ecosystem, whoever writes it; its sample lies in tests/data/ecosystems/<name>/."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed
from plimsoll.model.version import Scheme
from plimsoll.pipeline.readers import declared, installed
from plimsoll.plugins import discover
from plimsoll.systems.known import systems
from plimsoll.trees.patterns import PathPatterns

SAMPLES = Path(__file__).parents[1] / "data" / "ecosystems"
ECOSYSTEMS = installed() | declared()
HEAD = 4096
"""Bytes of an executable that an ecosystem may look at (model/ecosystem.py)."""

each = pytest.mark.parametrize("ecosystem", ECOSYSTEMS.values(), ids=ECOSYSTEMS)


def sample(ecosystem: Ecosystem) -> dict[str, bytes]:
    """Give the files of the ecosystem's sample root, by path."""
    root = SAMPLES / ecosystem.name
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def wants(ecosystem: Ecosystem, path: str, data: bytes) -> bool:
    by_name = bool(PathPatterns({ecosystem.name: ecosystem.paths}).find(path))
    return by_name or bool(ecosystem.window and ecosystem.window(data[:HEAD], len(data)))


def test_there_are_readers() -> None:
    assert len(ECOSYSTEMS) > 50
    assert len(ECOSYSTEMS) == len(installed()) + len(declared())


def test_what_is_declared_lies_in_a_folder_of_its_own() -> None:
    assert all(ecosystem.declared for ecosystem in declared().values())
    assert not any(ecosystem.declared for ecosystem in installed().values())


@each
def test_the_name_is_a_slug_and_the_title_is_for_people(ecosystem: Ecosystem) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]*", ecosystem.name)
    assert ecosystem.title
    assert ecosystem.title.strip() == ecosystem.title
    assert ecosystem.version >= 1


@each
def test_it_finds_its_sample_at_the_root_and_below_any_folder(ecosystem: Ecosystem) -> None:
    files = sample(ecosystem)
    assert files
    for path, data in files.items():
        assert wants(ecosystem, path, data), path
        assert wants(ecosystem, f"some/folder/{path}", data), path


@each
@pytest.mark.parametrize("path", ["etc/passwd", "usr/bin/sh", "srv/README.md"])
def test_it_leaves_other_files_alone(ecosystem: Ecosystem, path: str) -> None:
    assert not wants(ecosystem, path, b"#!/bin/sh\n")


@each
def test_what_has_packages_says_of_which_system_they_are(ecosystem: Ecosystem) -> None:
    read = [ecosystem.parse(path, data) for path, data in sample(ecosystem).items()]
    if any(observed.packages for observed in read):
        assert systems()[ecosystem.system].scheme in discover("plimsoll.versions", Scheme)


@each
def test_it_reads_its_sample_whole(ecosystem: Ecosystem) -> None:
    for path, data in sample(ecosystem).items():
        observed = ecosystem.parse(path, data)
        assert observed.packages or observed.wanted or observed.facts or observed.owned or observed.again, path
        assert observed.faults == (), path
        for package in observed.packages:
            assert all((package.name, package.version, package.source, package.source_version)), package


@each
def test_reading_is_pure(ecosystem: Ecosystem) -> None:
    for path, data in sample(ecosystem).items():
        assert ecosystem.parse(path, data) == ecosystem.parse(path, data)


@each
@given(data=st.binary(max_size=2000))
def test_no_bytes_make_it_raise(ecosystem: Ecosystem, data: bytes) -> None:
    for path in sample(ecosystem):
        assert isinstance(ecosystem.parse(path, data), Observed)


@each
@given(place=st.floats(0, 1), junk=st.binary(max_size=40))
def test_no_damage_to_a_real_file_makes_it_raise(ecosystem: Ecosystem, place: float, junk: bytes) -> None:
    for path, data in sample(ecosystem).items():
        cut = int(place * len(data))
        assert isinstance(ecosystem.parse(path, data[:cut] + junk), Observed)
        assert isinstance(ecosystem.parse(path, data[:cut] + junk + data[cut + len(junk) :]), Observed)


@each
def test_a_file_cut_in_the_middle_never_gives_more_than_the_whole(ecosystem: Ecosystem) -> None:
    for path, data in sample(ecosystem).items():
        whole = {package.name for package in ecosystem.parse(path, data).packages}
        for cut in range(0, len(data), max(1, len(data) // 50)):
            assert len(ecosystem.parse(path, data[:cut]).packages) <= len(whole)
