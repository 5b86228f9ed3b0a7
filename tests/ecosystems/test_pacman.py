"""Arch packages, in texts written by the documented format (alpm-db-desc(5))."""

import pytest

from plimsoll.ecosystems.pacman import PACMAN, parse
from plimsoll.model.package import Observed, PackageRecord

DESC = "var/lib/pacman/local/libgcc-14.2.1-1/desc"
FILES = "var/lib/pacman/local/dbus-broker-units-1:36-1/files"


def desc(**sections: str) -> bytes:
    return "".join(f"%{name}%\n{values}\n\n" for name, values in sections.items()).encode()


def only(data: bytes) -> PackageRecord:
    observed = parse(DESC, data)
    assert observed.faults == ()
    (package,) = observed.packages
    return package


def test_a_package_of_a_base() -> None:
    package = only(
        desc(
            NAME="libgcc",
            VERSION="14.2.1+r753-1",
            BASE="gcc",
            ARCH="x86_64",
            LICENSE="GPL-3.0-with-GCC-exception\nGFDL-1.3-or-later",
            DEPENDS="glibc>=2.27\nlibc.so=6-64\nsh\nlibgcc\nzlib: for squeezing\nglibc<3",
        )
    )
    assert package == PackageRecord(
        name="libgcc",
        version="14.2.1+r753-1",
        source="gcc",
        source_version="14.2.1+r753-1",
        architecture="x86_64",
        licence="GPL-3.0-with-GCC-exception AND GFDL-1.3-or-later",
        requires=("glibc", "sh", "zlib"),
    )


def test_an_older_package_names_no_base_and_the_epoch_stays() -> None:
    package = only(desc(NAME="dbus-units", VERSION="1:36-1"))
    assert (package.source, package.version, package.source_version) == ("dbus-units", "1:36-1", "1:36-1")


def test_the_last_section_may_end_without_an_empty_line() -> None:
    assert only(b"%NAME%\na\n\n%VERSION%\n1-1").version == "1-1"


@pytest.mark.parametrize("data", [b"", b"%NAME%\n\n%VERSION%\n1\n", b"%NAME%\na\n", b"\0\xff", desc(NAME="a" * 5000)])
def test_what_is_no_package_is_a_fault(data: bytes) -> None:
    observed = parse(DESC, data)
    assert observed.packages == ()
    assert len(observed.faults) == 1


def test_the_files_of_a_package() -> None:
    (owned,) = parse(FILES, b"%FILES%\nusr/\nusr/bin/a\nusr/b\xff\n\n%BACKUP%\netc/a\tmd5\n").owned
    assert owned.owner == "dbus-broker-units"
    assert owned.paths.split("\n") == ["usr/", "usr/bin/a", "usr/b\\xff"]


def test_a_package_may_have_no_files() -> None:
    assert parse(FILES, b"") == Observed()
    assert parse(FILES, b"%BACKUP%\netc/a\n") == Observed()


def test_it_is_of_the_system_alpm() -> None:
    assert PACMAN.system == "alpm"
    assert PACMAN.at_root
