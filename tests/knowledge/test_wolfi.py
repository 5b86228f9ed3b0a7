from pathlib import Path

import pytest
from tests.knowledge.making import FEEDS, parsed

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.feeds.wolfi_osv import WOLFI_OSV
from plimsoll.knowledge.feeds.wolfi_secdb import WOLFI_SECDB
from plimsoll.model.statement import AsOf, SpeaksFor, State, Statement


@pytest.mark.parametrize(
    ("path", "product"), [("wolfi/security.json", "wolfi"), ("chainguard/security.json", "chainguard")]
)
def test_each_database_speaks_for_its_own_system(tmp_path: Path, path: str, product: str) -> None:
    items = parsed(WOLFI_SECDB, path, (FEEDS / path).read_bytes(), tmp_path)
    assert [item for item in items if isinstance(item, SpeaksFor)] == [SpeaksFor(product=product)]
    assert {item.product for item in items if isinstance(item, Statement)} == {product}


def test_version_zero_is_never_affected(tmp_path: Path) -> None:
    path = "wolfi/security.json"
    items = parsed(WOLFI_SECDB, path, (FEEDS / path).read_bytes(), tmp_path)
    said = {item.vulnerability: item for item in items if isinstance(item, Statement) and item.package == "aactl"}
    assert (said["CVE-2023-45283"].state, said["CVE-2023-45283"].hi) == (State.NOT_AFFECTED, None)
    assert (said["CVE-2024-29902"].state, said["CVE-2024-29902"].hi) == (State.AFFECTED, "0.4.12-r10")


def test_a_database_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError):
        parsed(WOLFI_SECDB, "wolfi/security.json", b"[]", tmp_path)


def test_advisories_speak_for_wolfi_and_chainguard(tmp_path: Path) -> None:
    path = "osv/Wolfi/all.zip"
    items = parsed(WOLFI_OSV, path, (FEEDS / path).read_bytes(), tmp_path)
    assert {item.product for item in items if isinstance(item, SpeaksFor)} == {"wolfi", "chainguard"}
    said = {item.package: item for item in items if isinstance(item, Statement) and item.product == "wolfi"}
    memcached = said["nri-memcached"]
    assert (memcached.vulnerability, memcached.advisory, memcached.hi) == (
        "CVE-2024-34156",
        "CGA-2c2h-8fj5-55vx",
        "2.5.7-r1",
    )
    assert memcached.aliases == ()  # what is only related is no other name
    assert said["mlflow"].aliases == ("BIT-mlflow-2024-37059", "GHSA-wf7f-8fxf-xfxc")
    assert (said["ko"].vulnerability, said["ko"].state) == ("GHSA-jq35-85cj-fj4p", State.NOT_AFFECTED)
    assert AsOf(date="2024-10-22", of_record=True) in items
