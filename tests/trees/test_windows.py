"""Windows into executables: each plug-in gets exactly the bytes that it asked for, however the source is read."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trees.build_tar import Item, layer

from plimsoll.model.ecosystem import Ecosystem, Window
from plimsoll.model.limits import Limits
from plimsoll.model.package import Observed
from plimsoll.sources.directory import DirectoryLayer
from plimsoll.trees.observe import HEAD, SMALLEST_EXECUTABLE, Claim, Facts, Plan, observe

SIZE = 3 * SMALLEST_EXECUTABLE
PROGRAM = b"\x7fELF" + os.urandom(SIZE - 4)
Range = tuple[int, int] | None


def looking(name: str, window: Window, *paths: str, unowned: bool = False) -> Ecosystem:
    """Give a plug-in that keeps what it was given."""
    return Ecosystem(
        name=name,
        title=name,
        version=1,
        paths=paths,
        window=window,
        unowned=unowned,
        parse=lambda path, data: Observed(facts=((path, data.hex()),)),
    )


def seen(data: bytes, plan: Plan, piece: int = 1000) -> Facts:
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)]
    return observe(pieces, Claim(what="layer"), plan, lambda: None).facts


def given_to(facts: Facts, name: str, path: str = "bin/x") -> bytes | None:
    observed = facts[name].get(path)
    return bytes.fromhex(observed.facts[0][1]) if observed and observed.facts else None


def plan(*wanted: Range, limits: Limits | None = None) -> Plan:
    plugins = {}
    for number, each in enumerate(wanted):
        plugins[str(number)] = looking(str(number), lambda _head, _size, each=each: each)  # type: ignore[misc]
    return Plan(ecosystems=plugins, limits=limits or Limits())


offsets = st.integers(-10, SIZE + 10)
ranges = st.none() | st.tuples(offsets, offsets)


@given(st.lists(ranges, min_size=1, max_size=4), st.integers(400, 100_000))
def test_every_plug_in_gets_its_window_whatever_the_others_want(wanted: list[Range], piece: int) -> None:
    facts = seen(layer([Item(name="bin/x", data=PROGRAM, mode=0o755), Item(name="bin/y")]), plan(*wanted), piece)
    for number, each in enumerate(wanted):
        expected = b"" if each is None else PROGRAM[max(0, each[0]) : max(0, each[1])]
        assert given_to(facts, str(number)) == (expected or None), (number, each)


@pytest.mark.parametrize("wanted", [(0, 10), (100, HEAD + 100), (HEAD + 5, SIZE), (SIZE - 1, SIZE)])
def test_a_directory_gives_the_same(wanted: tuple[int, int], tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/x"
    program.write_bytes(PROGRAM)
    program.chmod(0o755)
    (tmp_path / "bin/no-program").write_bytes(PROGRAM)
    facts = DirectoryLayer(path=tmp_path).observe(plan(wanted), lambda: None, lambda size: None).facts
    assert given_to(facts, "0") == PROGRAM[slice(*wanted)]
    assert set(facts["0"]) == {"bin/x"}


def test_small_files_and_files_that_nobody_may_run_are_not_asked_for() -> None:
    items = [Item(name="bin/x", data=PROGRAM), Item(name="bin/y", data=PROGRAM[:1000], mode=0o755)]
    assert seen(layer(items), plan((0, 10)))["0"] == {}


def test_a_window_over_a_limit_is_a_fault() -> None:
    items = [Item(name="bin/x", data=PROGRAM, mode=0o755)]
    for limits in (Limits(file_size=10), Limits(kept_size=10)):
        observed = seen(layer(items), plan((0, 100), limits=limits))["0"]["bin/x"]
        assert observed.faults
        assert not observed.facts


def test_a_later_entry_of_the_same_path_counts() -> None:
    items = [Item(name="bin/x", data=PROGRAM, mode=0o755), Item(name="bin/x", data=b"#!/bin/sh", mode=0o755)]
    assert seen(layer(items), plan((0, 100)))["0"] == {}


def test_programs_in_folders_of_the_distribution_wait_until_it_is_known_who_owns_them() -> None:
    plugin = looking("0", lambda _head, _size: None, "perl", unowned=True)
    items = [Item(name=f"{folder}/perl", data=b"v5") for folder in ("usr/bin", "usr/local/bin", "opt/perl/bin")]
    facts = seen(layer(items), Plan(ecosystems={"0": plugin}, limits=Limits()))["0"]
    assert facts["usr/bin/perl"] == Observed(again=True)
    assert {path for path, observed in facts.items() if observed.facts} == {"usr/local/bin/perl", "opt/perl/bin/perl"}
