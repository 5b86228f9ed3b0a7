import gzip
from pathlib import Path

import pytest
from tests.knowledge.making import FEEDS, parsed

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.feeds.azurelinux_oval import AZURELINUX_OVAL
from plimsoll.knowledge.feeds.suse_oval import SUSE_OVAL, place_of_platform
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import AsOf, Knowledge, Rating, SpeaksFor, State, Statement, Unusable

LEAP = "suse/opensuse.leap.15.2.xml.gz"
AZURE = "microsoft/azurelinux-oval.tar.gz"

DOCUMENT = """<oval_definitions><definitions><definition class="{kind}" id="def:1"><metadata><title>{title}</title>
<reference ref_id="CVE-2024-0001"/></metadata>{criteria}</definition></definitions><tests>
<rpminfo_test id="t1"><object object_ref="o1"/><state state_ref="s1"/></rpminfo_test>
<rpminfo_test id="t2"><object object_ref="o2"/><state state_ref="s2"/></rpminfo_test>
<rpminfo_test id="t3"><object object_ref="o2"/><state state_ref="s3"/></rpminfo_test>
<rpminfo_test id="t4"><object object_ref="o2"/><state state_ref="s4"/></rpminfo_test></tests><objects>
<rpminfo_object id="o1"><name>zlib</name></rpminfo_object><rpminfo_object id="o2"><name>bash</name></rpminfo_object>
</objects><states>
<rpminfo_state id="s1"><arch operation="pattern match">x</arch><evr operation="less than">0:1-2</evr></rpminfo_state>
<rpminfo_state id="s2"><version operation="equals">0</version></rpminfo_state>
<rpminfo_state id="s3"><evr operation="greater than">0:0-0</evr></rpminfo_state>
<rpminfo_state id="s4"><evr operation="equals">0:7-1</evr></rpminfo_state>
</states></oval_definitions>"""


def platform(name: str) -> str:
    return f'<criterion test_ref="p" comment="{name} is installed"/>'


def of_package(reference: str) -> str:
    return f'<criterion test_ref="{reference}" comment="zlib-1-2 is installed"/>'


def both(*parts: str, operator: str = "AND") -> str:
    return f'<criteria operator="{operator}">{"".join(parts)}</criteria>'


def read(place: Path, criteria: str, kind: str = "vulnerability", title: str = "CVE-2024-0001") -> list[Knowledge]:
    text = DOCUMENT.format(criteria=criteria, kind=kind, title=title)
    return parsed(SUSE_OVAL, LEAP, gzip.compress(text.encode()), place)


def rows(items: list[Knowledge]) -> list[tuple[str, str, State, str | None]]:
    return [(item.product, item.package, item.state, item.hi) for item in items if isinstance(item, Statement)]


def test_the_real_leap(tmp_path: Path) -> None:
    items = parsed(SUSE_OVAL, LEAP, (FEEDS / LEAP).read_bytes(), tmp_path)
    assert rows(items) == [("opensuse-leap:15.2", "fastjar", State.AFFECTED, "0.98-lp152.4.3.1")]
    (said,) = [item for item in items if isinstance(item, Statement)]
    assert (said.vulnerability, said.advisory, said.evidence) == ("CVE-2010-2322", "CVE-2010-2322", False)
    assert (said.severity, said.since) == (Severity.LOW, "2021-08-10")
    assert [item.score for item in items if isinstance(item, Rating)] == [3.7]


def test_the_real_azure_linux(tmp_path: Path) -> None:
    items = parsed(AZURELINUX_OVAL, AZURE, (FEEDS / AZURE).read_bytes(), tmp_path)
    assert ("mariner:2.0", "kernel", State.AFFECTED, "5.15.176.3-3.cm2") in rows(items)
    assert {item.product for item in items if isinstance(item, SpeaksFor)} == {"mariner:2.0", "azurelinux:3.0"}
    assert AsOf(date="2025-03-31") in items


def test_patches_are_evidence_and_do_not_speak_for_what_is_not_fixed(tmp_path: Path) -> None:
    path = "suse/suse.linux.enterprise.16-patch.xml.gz"
    items = parsed(SUSE_OVAL, path, (FEEDS / path).read_bytes(), tmp_path)
    assert {item.evidence for item in items if isinstance(item, Statement)} == {True}
    assert {item.packages for item in items if isinstance(item, SpeaksFor)} == {frozenset()}


def test_platforms_of_a_branch_are_those_of_its_packages(tmp_path: Path) -> None:
    one = both(platform("openSUSE Leap 15.2"), both(of_package("t1"), of_package("t2"), operator="OR"))
    several = both(platform("openSUSE Leap 15.5"), platform("SUSE Manager Server 4.3"), operator="OR")
    other = both(several, of_package("t3"))
    assert rows(read(tmp_path, both(one, other, operator="OR"))) == [
        ("opensuse-leap:15.2", "zlib", State.AFFECTED, "1-2"),
        ("opensuse-leap:15.2", "bash", State.NOT_AFFECTED, None),
        ("opensuse-leap:15.5", "bash", State.AFFECTED, None),
    ]


@pytest.mark.parametrize("reference", ["t4", "nowhere"])
def test_a_test_that_says_nothing_is_counted(tmp_path: Path, reference: str) -> None:
    items = read(tmp_path, both(platform("openSUSE Leap 15.2"), of_package(reference), of_package("t1")))
    reasons = [item.reason for item in items if isinstance(item, Unusable)]
    assert reasons == ["refers to a test that is not there, or says nothing"]
    assert len(rows(items)) == 1


def test_a_patch_is_evidence_for_what_it_refers_to(tmp_path: Path) -> None:
    items = read(tmp_path, both(platform("openSUSE Leap 15.2"), of_package("t1")), kind="patch", title="SU-1 zlib")
    said = [(item.vulnerability, item.advisory, item.evidence) for item in items if isinstance(item, Statement)]
    assert said == [("CVE-2024-0001", "SU-1", True)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("openSUSE Leap 15.6", ("opensuse-leap:15.6", "")),
        ("openSUSE Leap Micro 5.2", ("leap-micro:5.2", "")),
        ("openSUSE Tumbleweed", ("opensuse-tumbleweed", "")),
        ("openSUSE 13.2", ("opensuse:13.2", "")),
        ("SUSE Linux Enterprise Server 15", ("sles:15", "")),
        ("SUSE Linux Enterprise Server 15 SP3", ("sles:15.3", "")),
        ("SUSE Linux Enterprise Server 15 SP1-LTSS", ("sles:15.1", "ltss")),
        ("SUSE Linux Enterprise Server 16.0", ("sles:16.0", "")),
        ("SUSE Linux Enterprise Module for Basesystem 15 SP4", ("sles:15.4", "")),
        ("SUSE Linux Enterprise Desktop 15 SP3", ("sled:15.3", "")),
        ("SUSE Linux Enterprise Micro 5.3", ("sle-micro:5.3", "")),
        ("SUSE Linux Micro 6.0", ("sl-micro:6.0", "")),
        ("SUSE Linux Enterprise Server for SAP Applications 15 SP3", None),
        ("SUSE Linux Enterprise High Performance Computing 15 SP2-LTSS", None),
        ("SUSE Manager Server 4.3", None),
    ],
)
def test_a_platform_is_a_release_and_a_stream(name: str, expected: tuple[str, str] | None) -> None:
    place = place_of_platform(name)
    assert (place and (place.product, place.stream)) == expected


@pytest.mark.parametrize("text", ["", "<a/>", "<a>" * 50, '<!DOCTYPE a [<!ENTITY b "c">]><a/>', "no xml"])
def test_what_is_no_oval_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(KnowledgeError):
        parsed(SUSE_OVAL, LEAP, gzip.compress(text.encode()), tmp_path)


def test_a_bomb_is_stopped(tmp_path: Path) -> None:
    data = gzip.compress(b"<a>" + b" " * 100_000)
    with pytest.raises(LimitError):
        parsed(SUSE_OVAL, LEAP, data, tmp_path, Limits(feed_size=50_000))
