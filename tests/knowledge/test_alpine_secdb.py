import json
from pathlib import Path

import pytest
from tests.knowledge.making import FEEDS, found, parsed

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.feeds.alpine_secdb import ALPINE_SECDB
from plimsoll.knowledge.store import Store
from plimsoll.knowledge.update import update
from plimsoll.model.statement import Knowledge, SpeaksFor, State, Statement, Unusable

PATH = "alpine/v3.20/main.json"


def read(place: Path, secfixes: object, path: str = PATH) -> list[Knowledge]:
    database = {"packages": [{"pkg": {"name": "xen", "secfixes": secfixes}}]}
    return parsed(ALPINE_SECDB, path, json.dumps(database).encode(), place)


def ids(items: list[Knowledge]) -> list[str]:
    return [item.vulnerability for item in items if isinstance(item, Statement)]


def test_the_real_extract(tmp_path: Path) -> None:
    items = parsed(ALPINE_SECDB, PATH, (FEEDS / PATH).read_bytes(), tmp_path)
    assert items[0] == SpeaksFor(product="alpine:3.20", beside=("alpine/v3.20/community.json",))
    rows = {(said.package, said.vulnerability, said.state, said.hi) for said in items if isinstance(said, Statement)}
    assert ("openssl", "CVE-2024-9143", State.AFFECTED, "3.3.2-r1") in rows
    assert ("zlib", "CVE-2023-45853", State.NOT_AFFECTED, None) in rows
    assert ("gnutls", "CVE-2024-28834", State.AFFECTED, "3.8.5-r0") in rows


@pytest.mark.parametrize(
    ("text", "expected", "aliases"),
    [
        ("CVE-2020-29480 XSA-115", ["CVE-2020-29480"], ("XSA-115",)),
        ("CVE-2019-17349 CVE-2019-17350 XSA-295", ["CVE-2019-17349", "CVE-2019-17350"], ("XSA-295",)),
        ("CVE-2018-3639  XSA-263", ["CVE-2018-3639"], ("XSA-263",)),
        ("CVE-2020-24659 GNUTLS-SA-2020-09-04", ["CVE-2020-24659"], ("GNUTLS-SA-2020-09-04",)),
        ("GNUTLS-SA-2020-03-31 CVE-2020-11501", ["CVE-2020-11501"], ("GNUTLS-SA-2020-03-31",)),
        ("CVE-2017-5753 CVE-2017-5715 XSA-254 XPTI", ["CVE-2017-5753", "CVE-2017-5715"], ("XSA-254",)),
        ("CVE-2022-45059 VSV00010", ["CVE-2022-45059"], ("VSV00010",)),
        ("CVE-2017-2616 (+ regression fix)", ["CVE-2017-2616"], ()),
        ("CVE-2018-14881 (BGP)", ["CVE-2018-14881"], ()),
        ("CVE-2020-14342 (Not affected, requires --with-systemd)", ["CVE-2020-14342"], ()),
        ("CVE-2024-22195 GHSA-h5c8-rqwp-cp95", ["CVE-2024-22195"], ("GHSA-h5c8-rqwp-cp95",)),
        ("CVE-????-????? XSA-312", ["XSA-312"], ()),
        ("GHSA-fhpf-pp6p-55qc ZDI-CAN-22300", ["GHSA-fhpf-pp6p-55qc"], ("ZDI-CAN-22300",)),
        ("ALPINE-13661", ["ALPINE-13661"], ()),
        ("RUSTSEC-2020-0146", ["RUSTSEC-2020-0146"], ()),
        ("CVE-2021-35940.patch", ["CVE-2021-35940"], ()),
        ("CVE-2017-17434-1", ["CVE-2017-17434"], ()),
    ],
)
def test_one_vulnerability_however_many_ids_a_text_gives_it(
    tmp_path: Path, text: str, expected: list[str], aliases: tuple[str, ...]
) -> None:
    _, *items = read(tmp_path, {"4.13.2-r3": [text]})
    assert ids(items) == expected
    rows = [item for item in items if isinstance(item, Statement)]
    assert [(said.aliases, said.state) for said in rows] == [(aliases, State.AFFECTED)] * len(expected)


@pytest.mark.parametrize("text", ["ZDI-CAN-22300", "DW202402-001", "wnpa-sec-2017-18", "GHSL-2021-045", "ZBX-11023"])
def test_an_id_that_nobody_publishes_is_undetermined(tmp_path: Path, text: str) -> None:
    _, said = read(tmp_path, {"1-r0": [text]})
    assert isinstance(said, Statement)
    assert (said.vulnerability, said.state, said.hi) == (text, State.UNDETERMINED, "1-r0")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CVE-????-????? TS-2024-005", "TS-2024-005"),
        ("CVE N/A ZBX-11023", "ZBX-11023"),
        ("CVE-46838", "CVE-46838"),
        ("CVE_2019-2426", "CVE_2019-2426"),
        ("fixed\0 a \u202e bug\n", "fixed a bug"),
        ("x" * 500, "x" * 60),
        ("", "unnamed, fixed in 1-r0"),
    ],
)
def test_a_malformed_text_is_counted_and_undetermined(tmp_path: Path, text: str, name: str) -> None:
    _, item = read(tmp_path, {"1-r0": [text]})
    assert isinstance(item, Unusable)
    assert item.record == "xen 1-r0"
    (said,) = item.known
    assert (said.vulnerability, said.state, said.package, said.hi) == (name, State.UNDETERMINED, "xen", "1-r0")


def test_a_flood_of_other_ids_is_bounded(tmp_path: Path) -> None:
    flood = " ".join(f"XSA-{number}" for number in range(10_000))
    _, said = read(tmp_path, {"1-r0": [f"CVE-2020-1111 {flood}"]})
    assert isinstance(said, Statement)
    assert len(said.aliases) == 20


def test_what_cannot_be_named_is_not_told_of_a_version_that_has_the_fix(tmp_path: Path) -> None:
    fixes = {"zlib": {"1.3-r0": ["CVE-2023-45853"]}, "tailscale": {"1.66.1-r0": ["CVE-????-????? TS-2024-005"]}}
    file = tmp_path / "feeds" / PATH
    file.parent.mkdir(parents=True)
    packages = [{"pkg": {"name": name, "secfixes": secfixes}} for name, secfixes in fixes.items()]
    file.write_text(json.dumps({"packages": packages}))
    feeds = {"alpine-secdb": ALPINE_SECDB}
    store = Store.open(update(tmp_path / "feeds", tmp_path / "store.db", as_of="2026-11-24", feeds=feeds).store)
    assert found(store, "alpine:3.20", "tailscale", "1.66.0-r0", "apk") == {"TS-2024-005"}
    assert found(store, "alpine:3.20", "tailscale", "1.66.1-r0", "apk") == set()


def test_version_zero_is_never_affected(tmp_path: Path) -> None:
    _, said = read(tmp_path, {"0": ["CVE-2023-45853"]})
    assert isinstance(said, Statement)
    assert (said.state, said.lo, said.hi) == (State.NOT_AFFECTED, "", None)


def test_each_fix_of_a_vulnerability_counts(tmp_path: Path) -> None:
    items = read(tmp_path, {"1.1.4-r0": ["CVE-2023-27561"], "1.1.4-r7": ["CVE-2023-27561"]})
    assert [item.hi for item in items if isinstance(item, Statement)] == ["1.1.4-r0", "1.1.4-r7"]


@pytest.mark.parametrize("secfixes", [None, {}, {"1-r0": None}, {"1-r0": []}])
def test_a_package_may_have_no_fixes(tmp_path: Path, secfixes: object) -> None:
    assert [type(item) for item in read(tmp_path, secfixes)] == [SpeaksFor]


@pytest.mark.parametrize("secfixes", [[], "x", {"1-r0": "CVE-2020-1111"}, {"1-r0": [1]}])
def test_a_package_of_a_wrong_shape_is_counted(tmp_path: Path, secfixes: object) -> None:
    assert [type(item) for item in read(tmp_path, secfixes)] == [SpeaksFor, Unusable]


@pytest.mark.parametrize(
    ("path", "product", "beside"),
    [
        ("alpine/edge/main.json", "alpine:edge", ("alpine/edge/community.json",)),
        ("alpine/v3.3/community.json", "alpine:3.3", ("alpine/v3.3/main.json",)),
        ("alpine/v3.2/main.json", "alpine:3.2", ()),
    ],
)
def test_what_a_file_speaks_for(tmp_path: Path, path: str, product: str, beside: tuple[str, ...]) -> None:
    assert read(tmp_path, {}, path) == [SpeaksFor(product=product, beside=beside)]


def test_it_is_fetched_for_every_branch_that_has_one() -> None:
    paths = {path for _, path in ALPINE_SECDB.urls}
    assert {"alpine/edge/main.json", "alpine/v3.2/main.json", "alpine/v3.20/community.json"} <= paths
    assert paths.isdisjoint({"alpine/v3.1/main.json", "alpine/v2.7/main.json", "alpine/v3.2/community.json"})


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"packages": 3}', b"<html>", b'{"packages":' + b"[" * 100_000])
def test_another_file_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(KnowledgeError, match=r"alpine/v3\.20/main\.json"):
        parsed(ALPINE_SECDB, PATH, data, tmp_path)
