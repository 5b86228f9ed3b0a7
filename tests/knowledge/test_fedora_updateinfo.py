from pathlib import Path

from tests.knowledge.making import FEEDS, parsed

from plimsoll.knowledge.feeds.fedora_updateinfo import FEDORA_UPDATEINFO
from plimsoll.model.severity import Severity
from plimsoll.model.statement import AsOf, SpeaksFor, Statement

PATH = "fedora/updateinfo-updates.xml"


def test_cves_stand_in_the_titles_of_bugs(tmp_path: Path) -> None:
    items = parsed(FEDORA_UPDATEINFO, PATH, (FEEDS / PATH).read_bytes(), tmp_path)
    (said,) = [item for item in items if isinstance(item, Statement)]
    assert (said.product, said.package, said.hi) == ("fedora:38", "nginx", "1:1.24.0-1.fc38")
    assert (said.vulnerability, said.severity, said.evidence) == ("CVE-2024-24989", Severity.CRITICAL, True)
    assert AsOf(date="2024-02-28", of_record=True) in items  # of a real one, whose repository lists no package


def test_updates_that_were_replaced_are_gone_so_no_package_is_spoken_for(tmp_path: Path) -> None:
    items = parsed(FEDORA_UPDATEINFO, PATH, (FEEDS / PATH).read_bytes(), tmp_path)
    assert [item.packages for item in items if isinstance(item, SpeaksFor)] == [frozenset()]
