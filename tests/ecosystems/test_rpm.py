"""Every kind of rpm database, as rpm itself reads it; the cases are described in tests/data/rpm/README.md."""

import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.ecosystems.rpm_databases import BASH, Value, bdb, header, ndb, sqlite

from plimsoll.ecosystems import rpm_header as tags
from plimsoll.ecosystems.rpm import RPM, parse
from plimsoll.model.package import Observed, PackageRecord

CASES = Path(__file__).parents[1] / "data" / "rpm"
NAMES = sorted(path.stem for path in CASES.glob("*.tsv"))
KINDS: dict[str, Callable[..., bytes]] = {
    "sqlite": sqlite,
    "ndb": ndb,
    "bdb, little-endian": bdb,
    "bdb, big-endian": lambda *blobs: bdb(*blobs, order=">"),
    "bdb, unsorted pages": lambda *blobs: bdb(*blobs, kind=2),
    "bdb, values on the page": lambda *blobs: bdb(*blobs, on_page=True),
}
each_kind = pytest.mark.parametrize("write", KINDS.values(), ids=KINDS)


def database(case: str) -> bytes:
    return lzma.decompress((CASES / f"{case}.xz").read_bytes())


def expected(case: str) -> list[tuple[str, ...]]:
    packages = []
    for line in (CASES / f"{case}.tsv").read_text().splitlines():
        name, epoch, version, release, arch, source, licence, _label = line.split("\t")
        before = f"{epoch}:" if epoch else ""
        source_name, source_version, source_release = source.removesuffix(".src.rpm").rsplit("-", 2)
        source_version = f"{before}{source_version}-{source_release}"
        packages.append((name, f"{before}{version}-{release}", arch, licence, source_name, source_version))
    return sorted(packages)


def facts(observed: Observed) -> list[tuple[str, ...]]:
    return sorted(
        (found.name, found.version, found.architecture, found.licence, found.source, found.source_version)
        for found in observed.packages
    )


def only(observed: Observed) -> PackageRecord:
    assert observed.faults == ()
    assert len(observed.packages) == 1
    return observed.packages[0]


def read(**more: object) -> PackageRecord:
    """Read one package whose header holds these tags beside those of bash; None leaves one out."""
    named = {**BASH, **{getattr(tags, name): value for name, value in more.items()}}
    return only(parse("rpmdb.sqlite", sqlite(header({t: v for t, v in named.items() if v is not None}))))  # type: ignore[misc]


@pytest.mark.parametrize("case", NAMES)
def test_a_real_database_holds_what_rpm_says(case: str) -> None:
    observed = parse("var/lib/rpm/Packages", database(case))
    assert observed.faults == ()
    assert facts(observed) == expected(case)


def test_there_are_cases_of_every_format() -> None:
    assert {name.rpartition("-")[2] for name in NAMES} == {"sqlite", "ndb", "bdb"}


@pytest.mark.parametrize("case", ["mariner-2.0-sqlite", "sle15-bci-ndb", "libuuid-bdb"])
def test_real_packages_own_files(case: str) -> None:
    observed = parse("var/lib/rpm/Packages", database(case))
    names = {package.name for package in observed.packages}
    assert {owned.owner for owned in observed.owned} <= names
    assert len(observed.owned) >= 0.9 * len(names)
    assert not any(path.startswith("/") for owned in observed.owned for path in owned.paths.split("\n"))


def test_the_files_of_a_real_package() -> None:
    (owned,) = parse("var/lib/rpm/Packages", database("libuuid-bdb")).owned
    assert owned.owner == "libuuid"
    files = owned.paths.split("\n")
    assert {"usr/lib64/libuuid.so.1", "usr/lib64/libuuid.so.1.3.0", "usr/share/licenses/libuuid"} <= set(files)
    assert len(files) == 7


@each_kind
def test_every_format_keeps_small_and_large_headers(write: Callable[..., bytes]) -> None:
    blobs = [header({**BASH, tags.NAME: b"p%d" % number}) for number in range(20)]
    observed = parse("var/lib/rpm/Packages", write(*blobs))
    assert observed.faults == ()
    assert [package.name for package in observed.packages] == [f"p{number}" for number in range(20)]


@pytest.mark.parametrize("kind", ["sqlite", "ndb", "bdb, little-endian", "bdb, big-endian"])
def test_headers_may_be_longer_than_a_page(kind: str) -> None:
    names = [b"file%d" % number for number in range(5000)]
    blob = header({**BASH, tags.BASE_NAMES: names, tags.DIR_NAMES: [b"/opt/"], tags.DIR_INDEXES: [0] * 5000})
    observed = parse("var/lib/rpm/Packages", KINDS[kind](blob, header(BASH), blob))
    assert observed.faults == ()
    assert [owned.paths.count("\n") for owned in observed.owned] == [4999, 4999]


@each_kind
def test_a_database_without_packages_is_no_fault(write: Callable[..., bytes]) -> None:
    assert parse("var/lib/rpm/Packages", write()) == Observed()


@pytest.mark.parametrize(("epoch", "before"), [(None, ""), (0, ""), (1, "1:"), (32, "32:")])
def test_an_epoch_of_zero_is_none(epoch: int | None, before: str) -> None:
    package = read(EPOCH=epoch, SOURCE_RPM=b"bash-5.1.8-6.el9.src.rpm")
    assert package.version == package.source_version == f"{before}5.1.8-6.el9"


@pytest.mark.parametrize(
    ("source_rpm", "source", "version"),
    [
        (b"python3.9-3.9.18-1.el9.src.rpm", "python3.9", "3.9.18-1.el9"),
        (b"gcc-c++-x-1~rc1-1^git.src.rpm", "gcc-c++-x", "1~rc1-1^git"),
        (b"jdk-11-1.nosrc.rpm", "jdk", "11-1"),
        (b"", "bash", "5.1.8-6.el9"),
        (b"(none)", "bash", "5.1.8-6.el9"),
        (None, "bash", "5.1.8-6.el9"),
    ],
)
def test_the_source_package(source_rpm: bytes | None, source: str, version: str) -> None:
    package = read(SOURCE_RPM=source_rpm)
    assert (package.source, package.source_version) == (source, version)


@pytest.mark.parametrize(
    ("label", "stream"),
    [
        (b"nodejs:18:8090020240313170136:a75119d5", "module:nodejs:18"),
        (b"perl:5.26", "module:perl:5.26"),
        (b"nonsense", ""),
        (b"", ""),
        (None, ""),
    ],
)
def test_the_module_and_its_stream(label: bytes | None, stream: str) -> None:
    assert read(MODULARITY_LABEL=label).stream == stream


def test_only_packages_are_required() -> None:
    wanted = [
        *(b"glibc", b"libc.so.6", b"libc.so.6()(64bit)", b"libm.so.6(GLIBC_2.2)", b"/bin/sh", b"config(bash)"),
        *(b"rpmlib(CompressedFileNames)", b"(a if b)", b"glibc", b"bash", b"gcc-c++", b"libfoo.so", b"python3.9"),
    ]
    assert read(REQUIRE_NAME=wanted).requires == ("glibc", "gcc-c++", "python3.9")


def test_libraries_are_needed_by_the_name_of_their_package() -> None:
    names: dict[int, Value] = {tags.PROVIDE_NAME: [b"glibc", b"libc.so.6()(64bit)", b"webserver"], tags.NAME: b"glibc"}
    blobs = [
        header({**BASH, tags.REQUIRE_NAME: [b"libc.so.6()(64bit)", b"libz.so.1()(64bit)", b"bash", b"webserver"]}),
        header({**BASH, **names, tags.REQUIRE_NAME: [b"libc.so.6()(64bit)", b"glibc-common"]}),
    ]
    observed = parse("rpmdb.sqlite", sqlite(*blobs))
    assert {package.name: package.requires for package in observed.packages} == {
        "bash": ("glibc",),
        "glibc": ("glibc-common",),
    }


def test_what_real_packages_need() -> None:
    observed = parse("var/lib/rpm/Packages", database("sle15-bci-ndb"))
    needs = {package.name: package.requires for package in observed.packages}
    assert needs["glibc"] == ("filesystem",)
    assert {"glibc", "libpcre1"} <= set(needs["libselinux1"])


@pytest.mark.parametrize(("written", "licence"), [(b"GPLv3+", "GPLv3+"), (b"unknown", ""), (b"(none)", ""), (None, "")])
def test_the_licence(written: bytes | None, licence: str) -> None:
    assert read(LICENCE=written).licence == licence


def test_a_release_may_be_missing() -> None:
    assert read(RELEASE=None).version == "5.1.8"


def test_keys_are_no_packages() -> None:
    blobs = [header({**BASH, tags.NAME: b"gpg-pubkey"}), header(BASH)]
    assert only(parse("rpmdb.sqlite", sqlite(*blobs))).name == "bash"


def test_older_headers_list_their_files_whole() -> None:
    blob = header({**BASH, tags.OLD_FILE_NAMES: [b"/bin/bash", b"/etc/skel"]})
    (owned,) = parse("rpmdb.sqlite", sqlite(blob)).owned
    assert owned.paths == "bin/bash\netc/skel"


def test_a_later_entry_replaces_an_earlier_one_of_its_tag() -> None:
    blob = bytearray(header({tags.VERSION: b"1", 9999: b"2", tags.NAME: b"a"}))
    blob[24:28] = tags.VERSION.to_bytes(4, "big")
    assert only(parse("rpmdb.sqlite", sqlite(bytes(blob)))).version == "2"


def test_a_database_in_wal_mode_opens() -> None:
    data = bytearray(sqlite(header(BASH)))
    data[18:20] = b"\2\2"
    assert only(parse("rpmdb.sqlite", bytes(data))).name == "bash"


def test_a_log_that_holds_something_is_a_fault() -> None:
    assert parse("var/lib/rpm/rpmdb.sqlite-wal", b"") == Observed()
    (fault,) = parse("var/lib/rpm/rpmdb.sqlite-wal", b"\x37\x7f\x06\x82" + bytes(4124)).faults
    assert "4128 bytes" in fault
    assert "not seen" in fault


def test_it_looks_where_distributions_keep_the_database() -> None:
    assert RPM.at_root
    assert RPM.system == "rpm"
    assert {"var/lib/rpm/Packages", "usr/lib/sysimage/rpm/Packages.db", "usr/share/rpm/rpmdb.sqlite"} <= set(RPM.paths)
