from pathlib import Path

import pytest
from tests.knowledge.making import FEEDS, found, parsed

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.feeds.debian_lists import DEBIAN_LISTS
from plimsoll.knowledge.store import Store
from plimsoll.knowledge.update import update
from plimsoll.model.limits import Limits
from plimsoll.model.statement import AsOf, Knowledge, SpeaksFor, State, Statement, Unusable

PATH = "debian/DSA-list.txt"


def read(place: Path, text: str, limits: Limits | None = None) -> list[Knowledge]:
    return parsed(DEBIAN_LISTS, PATH, text.encode(), place, limits)


def statements(items: list[Knowledge]) -> list[Statement]:
    return [item for item in items if isinstance(item, Statement)]


def test_heartbleed_on_wheezy(tmp_path: Path) -> None:
    items = parsed(DEBIAN_LISTS, PATH, (FEEDS / PATH).read_bytes(), tmp_path)
    (said,) = [item for item in statements(items) if item.vulnerability == "CVE-2014-0160"]
    assert (said.product, said.package, said.hi) == ("debian:7", "openssl", "1.0.1e-2+deb7u5")
    assert (said.advisory, said.since, said.evidence) == ("DSA-2896-1", "2014-04-07", True)


def test_the_store_decides_by_it_where_nobody_else_speaks(tmp_path: Path) -> None:
    feeds = tmp_path / "feeds" / "debian"
    feeds.mkdir(parents=True)
    (feeds / "DSA-list.txt").write_bytes((FEEDS / PATH).read_bytes())
    only = {"debian-lists": DEBIAN_LISTS}
    with Store.open(update(tmp_path / "feeds", tmp_path / "store.db", as_of="2026-11-24", feeds=only).store) as store:
        assert found(store, "debian:7", "openssl", "1.0.1e-2+deb7u4") == {"CVE-2014-0160"}
        assert found(store, "debian:7", "openssl", "1.0.1e-2+deb7u5") == set()
        assert set(store.speakers("debian:7", ["openssl", "bash"])) == {"openssl"}
        assert set(store.speakers("debian:11", ["xorg-server"])) == set()


def test_lines_may_be_indented_with_blanks_and_ids_without_a_number_of_edition(tmp_path: Path) -> None:
    items = statements(parsed(DEBIAN_LISTS, PATH, (FEEDS / PATH).read_bytes(), tmp_path))
    assert {(said.product, said.hi) for said in items if said.package == "xzgv"} == {
        ("debian:3.0", "0.7-6woody3"),
        ("debian:3.1", "0.8-3sarge1"),
    }


def test_a_release_that_lives_is_not_spoken_for(tmp_path: Path) -> None:
    items = parsed(DEBIAN_LISTS, PATH, (FEEDS / PATH).read_bytes(), tmp_path)
    speaks = {item.product: item.packages for item in items if isinstance(item, SpeaksFor)}
    assert speaks["debian:7"] == frozenset({"openssl"})
    assert speaks["debian:11"] == frozenset()
    assert AsOf(date="2023-03-29", of_record=True) in items


@pytest.mark.parametrize(
    ("word", "state", "detail"),
    [
        ("<not-affected> (code not present)", State.NOT_AFFECTED, ""),
        ("<end-of-life>", State.WILL_NOT_FIX, "end-of-life"),
        ("<unfixed>", State.AFFECTED, ""),
        ("<no-dsa>", State.DEFERRED, "no-dsa"),
    ],
)
def test_words_instead_of_a_version(tmp_path: Path, word: str, state: State, detail: str) -> None:
    (said,) = statements(read(tmp_path, f"[01 Jan 2014] DSA-1-1 a - b\n\t{{CVE-2014-1111}}\n\t[wheezy] - a {word}\n"))
    assert (said.state, said.hi, said.detail) == (state, None, detail)


def test_an_erratum_is_evidence_for_each_of_its_cves(tmp_path: Path) -> None:
    text = "[01 Jan 2014] DLA-1-1 a - b\n\t{CVE-2014-1111 CVE-2014-1112 }\n\tNOTE: c\n\t[wheezy] - a 1.0 (bug #1)\n"
    items = statements(read(tmp_path, text))
    assert [(said.vulnerability, said.hi, said.aliases) for said in items] == [
        ("CVE-2014-1111", "1.0", ()),
        ("CVE-2014-1112", "1.0", ()),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[wheezy] - a 1", "an erratum that names no CVE"),
        ("{CVE-2014-1111}\n\t[nowhere] - a 1", "'nowhere' is no release that Plimsoll knows"),
        ("{CVE-2014-1111}\n\t[wheezy] - a <odd>", "'<odd>' is no state that Plimsoll knows"),
        ("odd", "has a line that is no part of an erratum: 'odd'"),
    ],
)
def test_what_cannot_be_used_is_counted(tmp_path: Path, line: str, reason: str) -> None:
    items = read(tmp_path, f"[01 Jan 2014] DSA-1-1 a - security update\n\t{line}\n")
    assert [item.reason for item in items if isinstance(item, Unusable)] == [reason]
    assert not statements(items)


def test_a_regression_update_says_nothing(tmp_path: Path) -> None:
    items = read(tmp_path, "[01 Jan 2014] DSA-1-2 a - regression update\n\t[wheezy] - a 2\n")
    assert items == [AsOf(date="2014-01-01", of_record=True)]


def test_what_is_no_list_is_refused(tmp_path: Path) -> None:
    for text in ("", "\n\n", "{}", "<html>\n"):
        with pytest.raises(KnowledgeError):
            read(tmp_path, text)


@pytest.mark.parametrize(
    ("limits", "name"), [(Limits(feed_size=20), "feed_size"), (Limits(feed_records=1), "feed_records")]
)
def test_it_keeps_within_the_limits(tmp_path: Path, limits: Limits, name: str) -> None:
    with pytest.raises(LimitError) as error:
        read(tmp_path, "[01 Jan 2014] DSA-1-1 a - b\n" * 3, limits)
    assert error.value.limit == name
