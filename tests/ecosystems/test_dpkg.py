"""Debian packages: relations, owned files and licences."""

from pathlib import Path

import pytest

from plimsoll.ecosystems import dpkg, dpkg_copyright, dpkg_files
from plimsoll.model.package import Observed

SAMPLES = Path(__file__).parents[1] / "data" / "ecosystems"
STATUS = "var/lib/dpkg/status"
INFO = "var/lib/dpkg/info"


def requires(fields: str) -> tuple[str, ...]:
    observed = dpkg.parse(STATUS, f"Package: a\nStatus: install ok installed\nVersion: 1\n{fields}\n".encode())
    assert observed.faults == ()
    return observed.packages[0].requires


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ("", ()),
        ("Depends: libc6 (>= 2.34)", ("libc6",)),
        ("Depends: libc6", ("libc6",)),
        ("Depends: debconf (>= 0.5) | debconf-2.0, libc6", ("debconf", "libc6")),
        ("depends: perl:any, python3:any (<< 3.12)", ("perl", "python3")),
        ("Pre-Depends: libc6\nDepends: libstdc++6, libc6", ("libc6", "libstdc++6")),
        ("Depends: a-1.0+b,c ,  d", ("a-1.0+b", "c", "d")),
        ("Depends: , ,|x", ()),
        ("Suggests: perl", ()),
    ],
)
def test_it_requires_the_first_choice_of_each_relation(fields: str, names: tuple[str, ...]) -> None:
    assert requires(fields) == names


def test_a_package_may_require_very_many() -> None:
    assert len(requires("Depends: " + ", ".join(f"package-{number}" for number in range(5000)))) == 5000


def test_real_packages_require_others() -> None:
    observed = dpkg.parse(STATUS, (SAMPLES / "dpkg" / STATUS).read_bytes())
    required = {package.name: package.requires for package in observed.packages}
    assert required["adduser"] == ("passwd",)


@pytest.mark.parametrize(
    ("name", "data", "owner", "paths"),
    [
        ("bash.list", b"/.\n/bin\n/bin/bash\n", "bash", ["bin", "bin/bash"]),
        ("libc6:amd64.list", b"/.\n/lib/ld.so\n", "libc6", ["lib/ld.so"]),
        ("python3.11.list", b"/usr/a b", "python3.11", ["usr/a b"]),
        ("a.list", b"/.\n/usr/\xff\n", "a", ["usr/\\xff"]),
        ("a.md5sums", b"0123456789abcdef0123456789abcdef  bin/a\n" * 2, "a", ["bin/a", "bin/a"]),
        ("a.md5sums", b"0123456789abcdef0123456789abcdef *./bin/a b\n", "a", ["bin/a b"]),
    ],
)
def test_a_list_says_what_a_package_owns(name: str, data: bytes, owner: str, paths: list[str]) -> None:
    (owned,) = dpkg_files.parse(f"{INFO}/{name}", data).owned
    assert (owned.owner, owned.paths.split("\n")) == (owner, paths)


@pytest.mark.parametrize("data", [b"", b"/.\n", b"\n\n", b"/"])
def test_an_empty_list_owns_nothing(data: bytes) -> None:
    assert dpkg_files.parse(f"{INFO}/base.list", data) == Observed()


def test_a_name_that_is_not_utf8_can_be_stored() -> None:
    (owned,) = dpkg_files.parse(f"{INFO}/a\udcff.list", b"/.\n/bin\n").owned
    assert owned.owner == "a\\xff"


def test_real_lists() -> None:
    path = "var/lib/dpkg/info/openssl.list"
    (owned,) = dpkg_files.parse(path, (SAMPLES / "dpkg-files" / path).read_bytes()).owned
    files = owned.paths.split("\n")
    assert {"usr/bin/openssl", "usr/lib/ssl/misc", "etc/ssl/openssl.cnf"} <= set(files)
    assert not any(file.startswith("/") for file in files)
    path = "var/lib/dpkg/status.d/bash.md5sums"
    (owned,) = dpkg_files.parse(path, (SAMPLES / "dpkg-files" / path).read_bytes()).owned
    assert owned.paths.split("\n")[0] == "bin/bash"


def licence(data: str, path: str = "usr/share/doc/openssl/copyright") -> str:
    observed = dpkg_copyright.parse(path, data.encode())
    assert observed.faults == ()
    return dict(observed.facts).get("licence:openssl", "")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("Format: x\n\nFiles: *\nLicense: GPL-2+\n a text\n", "GPL-2+"),
        ("Format: x\nLicense: GPL-2+\n\nLicense: Expat\n\nLicense: GPL-2+\n", "GPL-2+ and Expat"),
        ("Format: x\nLicense: GPL-2+ or Artistic\n", "GPL-2+ or Artistic"),
        (
            "Format: x\nLicense: GPL-2+ or Artistic\nLicense:   A  and B\nLicense: B\n",
            "(GPL-2+ or Artistic) and A and B",
        ),
        (
            "On Debian see /usr/share/common-licenses/GPL-2.\nor /usr/share/common-licenses/LGPL-2.1'",
            "GPL-2 and LGPL-2.1",
        ),
        ("Format: x\nLicense:\n a text\n", ""),
        ("You may do as you like.\n", ""),
        ("", ""),
    ],
)
def test_the_licence_is_what_the_short_names_say(data: str, expected: str) -> None:
    assert licence(data) == expected


def test_very_many_licences_are_cut_off_and_it_shows() -> None:
    found = licence("Format: x\n" + "".join(f"License: L-{number}\n" for number in range(3000)))
    assert found.endswith(" and …")
    assert len(found) < 2010


def test_a_sample_of_the_copyright_format() -> None:
    path = "usr/share/doc/openssl/copyright"
    observed = dpkg_copyright.parse(path, (SAMPLES / "dpkg-copyright" / path).read_bytes())
    assert observed.facts == (("licence:openssl", "Apache-2.0 and (Artistic or GPL-1+) and GPL-1+"),)
