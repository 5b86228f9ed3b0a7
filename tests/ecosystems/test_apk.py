"""Alpine packages: what they need and own."""

from pathlib import Path

import pytest

from plimsoll.ecosystems.apk import parse
from plimsoll.model.package import Observed

PATH = "lib/apk/db/installed"
SAMPLE = (Path(__file__).parents[1] / "data" / "ecosystems" / "apk" / PATH).read_bytes()


def read(*stanzas: str) -> Observed:
    observed = parse(PATH, "\n\n".join(stanzas).encode("utf-8", "surrogateescape") + b"\n\n")
    assert observed.faults == ()
    return observed


def requires(needs: str, *others: str) -> tuple[str, ...]:
    return read(f"P:a\nV:1\nD:{needs}", *others).packages[0].requires


MUSL = "P:musl\nV:1\np:so:libc.musl-x86_64.so.1=1"
BUSYBOX = "P:busybox-binsh\nV:1\np:/bin/sh cmd:sh=1.36.1-r29"


@pytest.mark.parametrize(
    ("needs", "names"),
    [
        ("", ()),
        ("b", ("b",)),
        ("b>=1.2 c<2 d=3 e~1.1 f@edge", ("b", "c", "d", "e", "f")),
        ("!conflict b", ("b",)),
        ("so:libc.musl-x86_64.so.1 /bin/sh cmd:sh", ("musl", "busybox-binsh")),
        ("so:unknown.so.1 pc:zlib /bin/bash", ()),
        ("musl>=1 so:libc.musl-x86_64.so.1 a", ("musl",)),
    ],
)
def test_needs_are_packages_by_whatever_name(needs: str, names: tuple[str, ...]) -> None:
    assert requires(needs, MUSL, BUSYBOX) == names


def test_a_package_outranks_what_another_one_provides() -> None:
    assert requires("b", "P:other\nV:1\np:b=1", "P:b\nV:1") == ("b",)
    assert requires("b", "P:other\nV:1\np:b=1") == ("other",)


def test_the_files_of_each_package() -> None:
    observed = read(
        "P:a\nV:1\nF:\nR:top\nF:bin\nF:usr/bin\nR:x\na:0:0:755\nZ:Q1\nR:y z", "P:b\nV:1", "P:c\nV:1\nF:etc\nR:\udcff"
    )
    assert [(owned.owner, owned.paths.split("\n")) for owned in observed.owned] == [
        ("a", ["top", "usr/bin/x", "usr/bin/y z"]),
        ("c", ["etc/\\xff"]),
    ]


def test_what_is_no_package_owns_nothing() -> None:
    observed = parse(PATH, b"P:a\nF:bin\nR:x\n\nV:1\nF:bin\nR:y\n\n")
    assert observed.owned == ()
    assert len(observed.faults) == 2


def test_lists_that_would_be_huge_are_a_fault_and_the_packages_stay() -> None:
    observed = parse(PATH, b"P:a\nV:1\nF:" + b"f" * 100_000 + b"\nR:x" * 5_000 + b"\n")
    assert len(observed.packages) == 1
    assert observed.owned == ()
    assert "too long" in observed.faults[0]


def test_real_packages() -> None:
    observed = parse(PATH, SAMPLE)
    assert observed.faults == ()
    owned = {each.owner: each.paths.split("\n") for each in observed.owned}
    assert {"bin/busybox", "etc/securetty", "etc/network/if-up.d/dad"} <= set(owned["busybox"])
    assert owned.keys() <= {package.name for package in observed.packages}
    assert sum(map(len, owned.values())) == SAMPLE.count(b"\nR:")
