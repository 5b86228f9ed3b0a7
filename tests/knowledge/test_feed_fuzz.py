"""Damaged feeds, the way through: every feed's real bytes, changed, become a store or a clear failure."""

import gzip
import io
import json
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.knowledge.making import FEEDS

from plimsoll.errors import KnowledgeError, PlimsollError
from plimsoll.knowledge.store import Store
from plimsoll.knowledge.update import update
from plimsoll.model.limits import MIB, Limits
from plimsoll.model.statement import Feed
from plimsoll.plugins import discover

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Where = tuple[str | int, ...]
"""The way from the root of a JSON document to a node."""

LIMITS = Limits(feed_size=8 * MIB, file_size=8 * MIB)
FEED_FILES = {
    "alpine-secdb": "alpine/v3.20/main.json",
    "debian-osv": "osv/Debian/all.zip",
    "debian-tracker": "debian/tracker.json",
    "epss": "epss/epss_scores-2026-08-16.csv.gz",
    "almalinux-osv": "almalinux/osv-database.tar.gz",
    "amazon-alas": "amazon/updateinfo_2.xml.gz",
    "arch-avg": "arch/all.json",
    "debian-lists": "debian/DSA-list.txt",
    "nvd": "nvd/cves-2.0-page.json",
    "redhat-cve": "redhat/cve-api.tar.gz",
    "redhat-osv": "osv/Red Hat/all.zip",
    "redhat-vex": "redhat/csaf/v2/vex/2026/cve-2026-0968.json",
    "rocky-osv": "osv/Rocky Linux/all.zip",
    "ubuntu-osv": "ubuntu/osv-all.tar",
    "wolfi-osv": "osv/Wolfi/all.zip",
    "wolfi-secdb": "wolfi/security.json",
    "azurelinux-oval": "microsoft/azurelinux-oval.tar.gz",
    "suse-oval": "suse/opensuse.leap.15.2.xml.gz",
    "fedora-updateinfo": "fedora/updateinfo-updates.xml",
    "kev": "kev/known_exploited_vulnerabilities.json",
    "ghsa": "ghsa/advisory-database.tar.gz",
    "go-vulndb": "go-vulndb/vulndb.zip",
    "osv-cargo": "osv/crates.io/all.zip",
    "osv-composer": "osv/Packagist/all.zip",
    "osv-go": "osv/Go/all.zip",
    "osv-hex": "osv/Hex/all.zip",
    "osv-maven": "osv/Maven/all.zip",
    "osv-npm": "osv/npm/all.zip",
    "osv-nuget": "osv/NuGet/all.zip",
    "osv-pub": "osv/Pub/all.zip",
    "osv-pypi": "osv/PyPI/all.zip",
    "osv-rubygems": "osv/RubyGems/all.zip",
    "pypa": "pypa/advisory-database.tar.gz",
    "rubysec": "rubysec/ruby-advisory-db.tar.gz",
    "rustsec": "rustsec/advisory-db.tar.gz",
}
LANGUAGES = tuple(name for name in FEED_FILES if name.startswith("osv-"))
MOST_MEMBERS = 8
"""Of an export of a language that are damaged: the parser is the same for all of them."""

TEXTS = st.one_of(
    st.sampled_from(
        ["", "0", "-1", "9" * 40, "2024-02-30", "2024-W01-1", "\0", "\u202e", "\ud800", "1:2:3", "{id}", "~"]
    ),
    st.text(max_size=20),
)
NODES: st.SearchStrategy[Json] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=5,
)


def test_every_feed_is_fuzzed() -> None:
    assert set(FEED_FILES) == set(discover("plimsoll.knowledge.feeds", Feed))


def attempt(place: Path, name: str, data: bytes) -> None:
    """Build a store from one damaged file and ask it everything; only a PlimsollError may stop that."""
    file = place / "feeds" / FEED_FILES[name]
    file.parent.mkdir(parents=True)
    file.write_bytes(data)
    feeds = {name: discover("plimsoll.knowledge.feeds", Feed)[name]}
    try:
        summary = update(place / "feeds", place / "store.db", as_of="2026-11-24", limits=LIMITS, feeds=feeds)
    except KnowledgeError as error:
        assert error.message.startswith(f"no feed could be read: {name}: ")
        assert not (place / "store.db").exists()
        return
    (outcome,) = summary.feeds
    assert outcome.status == "updated"
    with Store.open(summary.store) as store:
        store.check()
        ask(store)


def ask(store: Store) -> None:
    places = store.rows(
        "SELECT DISTINCT w.text, p.text FROM statement"
        " JOIN word AS w ON w.id = product JOIN word AS p ON p.id = package"
    )
    for product, package in places:
        store.speakers(product, [package])
        for _, stored in store.affecting(product, [(package, b"\x01"), (package, None)]):
            vulnerability = stored.statement.vulnerability
            assert store.weighed(product, package, vulnerability)
            store.threats([vulnerability])
            store.references(vulnerability, "debian:12")
    store.feeds("2025-03-01")


def paths(node: Json, path: Where = ()) -> list[Where]:
    """Give the paths to every node of a JSON document."""
    if isinstance(node, dict):
        return [path, *(deep for key, value in node.items() for deep in paths(value, (*path, key)))]
    if isinstance(node, list):
        return [path, *(deep for key, value in enumerate(node) for deep in paths(value, (*path, key)))]
    return [path]


def replaced(node: Json, path: Where, by: Json) -> Json:
    match node, path:
        case dict(), (str(key), *deeper):
            return {**node, key: replaced(node[key], tuple(deeper), by)}
        case list(), (int(key), *deeper):
            return [*node[:key], replaced(node[key], tuple(deeper), by), *node[key + 1 :]]
        case _:
            return by


def with_another_node(document: Json, draw: st.DrawFn) -> Json:
    for _ in range(draw(st.integers(1, 3))):
        document = replaced(document, draw(st.sampled_from(paths(document))), draw(NODES))
    return document


@st.composite
def damaged_json(draw: st.DrawFn, data: bytes) -> bytes:
    return json.dumps(with_another_node(json.loads(data), draw)).encode("utf-8", "surrogatepass")


@st.composite
def damaged_export(draw: st.DrawFn, data: bytes) -> bytes:
    target = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as archive, ZipFile(target, "w") as changed:
        chosen = draw(st.sampled_from(archive.namelist()))
        for name in archive.namelist():
            document = json.loads(archive.read(name))
            if name == chosen:
                document = with_another_node(document, draw)
            changed.writestr(name, json.dumps(document))
    return target.getvalue()


def first_members(data: bytes) -> bytes:
    target = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as archive, ZipFile(target, "w") as kept:
        for name in archive.namelist()[:MOST_MEMBERS]:
            kept.writestr(name, archive.read(name))
    return target.getvalue()


@st.composite
def damaged_tar(draw: st.DrawFn, data: bytes) -> bytes:
    """Change one document of a tar, compressed or not, and leave its other members as they are."""
    target = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive, tarfile.open(fileobj=target, mode="w") as changed:
        chosen = draw(st.sampled_from([name for name in archive.getnames() if name.endswith(".json")]))
        for member in archive.getmembers():
            stream = archive.extractfile(member)
            text = stream.read() if stream else b""
            if member.name == chosen:
                text = json.dumps(with_another_node(json.loads(text), draw)).encode("utf-8", "surrogatepass")
            member.size = len(text)
            changed.addfile(member, io.BytesIO(text))
    return target.getvalue()


@st.composite
def damaged_text(draw: st.DrawFn, data: bytes) -> bytes:
    """Put other texts into a text, and take pieces of it out; it stays compressed where it was."""
    is_packed = data.startswith(b"\x1f\x8b")
    text = (gzip.decompress(data) if is_packed else data).decode()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(TEXTS) + text[at + draw(st.integers(0, 40)) :]
    changed = text.encode("utf-8", "replace")
    return gzip.compress(changed) if is_packed else changed


@st.composite
def damaged_scores(draw: st.DrawFn, data: bytes) -> bytes:
    lines = gzip.decompress(data).decode().splitlines()
    for _ in range(draw(st.integers(1, 3))):
        lines[draw(st.integers(0, len(lines) - 1))] = draw(TEXTS) + "," + draw(TEXTS)
    return gzip.compress("\n".join(lines).encode("utf-8", "replace"))


@st.composite
def damaged_bytes(draw: st.DrawFn, data: bytes) -> bytes:
    at = draw(st.integers(0, len(data)))
    new: bytes = draw(st.binary(max_size=8))
    return data[:at] + new + data[at + draw(st.integers(0, 16)) :]


STRUCTURED = {
    **dict.fromkeys(("debian-osv", "redhat-osv", "rocky-osv", "wolfi-osv", "go-vulndb", *LANGUAGES), damaged_export),
    **dict.fromkeys(("almalinux-osv", "ghsa", "redhat-cve", "ubuntu-osv"), damaged_tar),
    **dict.fromkeys(("pypa", "rubysec", "rustsec"), damaged_bytes),
    **dict.fromkeys(("amazon-alas", "azurelinux-oval", "debian-lists", "fedora-updateinfo", "suse-oval"), damaged_text),
    "epss": damaged_scores,
}


@pytest.mark.parametrize("name", FEED_FILES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_a_damaged_feed_is_a_store_or_a_clear_failure(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    seed = (FEEDS / FEED_FILES[name]).read_bytes()
    if name in LANGUAGES:
        seed = first_members(seed)
    structured = STRUCTURED.get(name, damaged_json)
    attempt(tmp_path_factory.mktemp("fuzz"), name, data.draw(st.one_of(structured(seed), damaged_bytes(seed))))


@pytest.mark.parametrize("name", FEED_FILES)
def test_an_undamaged_feed_is_a_store(tmp_path: Path, name: str) -> None:
    try:
        attempt(tmp_path, name, (FEEDS / FEED_FILES[name]).read_bytes())
    except PlimsollError as error:
        pytest.fail(str(error))
    assert (tmp_path / "store.db").exists()
