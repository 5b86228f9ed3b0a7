"""The store built from a cut of the real feeds gives exactly the CVEs that an independent matching found.

tests/data/oracle holds the cut (for the packages of two real Debian images, and two whole branches of Alpine) and
expected.json.xz: product, scheme and, for each (source package, version), the ids that hold.
"""

import json
import lzma
from collections.abc import Iterator

import pytest
from tests.knowledge.making import DATA, key

from plimsoll.errors import VersionRefusedError
from plimsoll.knowledge.store import Store
from plimsoll.knowledge.update import update
from plimsoll.model.statement import State
from plimsoll.model.version import Scheme
from plimsoll.plugins import discover

EXPECTED = json.loads(lzma.decompress((DATA / "oracle" / "expected.json.xz").read_bytes()))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    target = tmp_path_factory.mktemp("oracle") / "store.db"
    summary = update(DATA / "oracle" / "feeds", target, as_of="2025-03-01")
    assert not summary.failed
    assert {outcome.name for outcome in summary.feeds if outcome.status == "updated"} == {
        "alpine-secdb",
        "debian-osv",
        "debian-tracker",
    }
    with Store.open(target) as opened:
        yield opened


def keys(scheme: str, packages: list[tuple[str, str, list[str]]]) -> list[tuple[str, bytes]]:
    return [(name, key(scheme)(version)) for name, version, _ in packages]


@pytest.mark.parametrize("image", EXPECTED)
def test_every_package_has_exactly_its_vulnerabilities(store: Store, image: str) -> None:
    oracle = EXPECTED[image]
    packages = oracle["packages"]
    got: dict[int, set[str]] = {number: set() for number in range(len(packages))}
    others: dict[int, set[str]] = {number: set() for number in range(len(packages))}
    scheme: Scheme = discover("plimsoll.versions", Scheme)[oracle["scheme"]]
    for index, stored in store.affecting(oracle["product"], keys(oracle["scheme"], packages)):
        statement = stored.statement
        if stored.slow:
            try:
                if statement.hi is not None and scheme.compare(packages[index][1], statement.hi) >= 0:
                    continue
            except VersionRefusedError:
                continue
        if statement.state is not State.UNDETERMINED:
            got[index].add(statement.vulnerability)
            others[index].update(statement.aliases)
    # An erratum (DSA-…) is evidence for the CVEs it names here, and another id of a vulnerability (XSA-…) an alias of
    # its CVE: neither is one of its own.
    expected = {
        number: {name for name in ids if name in got[number] or name not in others[number]}
        - {name for name in ids if name.startswith(("DSA-", "DLA-"))}
        for number, (_, _, ids) in enumerate(packages)
    }
    assert got == expected
    assert not [name for names in others.values() for name in names if name.startswith("CVE-")]
    assert sum(map(len, expected.values())) >= 37


def test_an_erratum_is_there_as_evidence(store: Store) -> None:
    weighed = store.weighed("debian:12", "libtasn1-6", "CVE-2024-12133")
    assert [(stored.statement.advisory, stored.decides) for stored in weighed if stored.statement.evidence] == [
        ("DSA-5863-1", False)
    ]


def test_packages_outside_the_cut_are_nobodys(store: Store) -> None:
    oracle = EXPECTED["dpkg-bookworm-docker-20241202"]
    names = [name for name, _, _ in oracle["packages"]]
    with_findings = {name for name, _, ids in oracle["packages"] if ids}
    spoken = store.speakers(oracle["product"], names)
    assert with_findings <= set(spoken)
    assert set(names) - set(spoken)
