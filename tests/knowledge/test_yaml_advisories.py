"""Advisories that are YAML: of the Python Packaging Authority (OSV) and of rubysec (requirements of RubyGems)."""

import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.knowledge.making import FEEDS, parsed

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.feeds.osv_languages import OSV_RUBYGEMS
from plimsoll.knowledge.feeds.pypa import PYPA
from plimsoll.knowledge.feeds.rubysec import RUBYSEC
from plimsoll.knowledge.gem_requirements import events
from plimsoll.model.limits import Limits
from plimsoll.model.statement import AsOf, Feed, Knowledge, SpeaksFor, State, Statement, Unusable
from plimsoll.versions.schemes import scheme

GEM = scheme("gem")
PATHS = {"pypa": "pypa/advisory-database.tar.gz", "rubysec": "rubysec/ruby-advisory-db.tar.gz"}


def between(*requirements: str) -> list[tuple[str, str | None, bool]]:
    """Give what is affected: the first version, the end, and whether that is affected as well."""
    found: list[tuple[str, str | None, bool]] = []
    for event in events(requirements, GEM):
        if event.introduced is not None:
            found.append((event.introduced, None, False))
        else:
            is_last = event.last_affected is not None
            found[-1] = (found[-1][0], event.last_affected if is_last else event.fixed, is_last)
    return found


@pytest.mark.parametrize(
    ("requirements", "affected"),
    [
        ((), [("0", None, False)]),
        ((">= 1.2.3",), [("0", "1.2.3", False)]),
        (("> 1.2.3",), [("0", "1.2.3", True)]),
        (("< 4.0.0", ">= 4.3.3"), [("4.0.0", "4.3.3", False)]),
        (("~> 1.2.3", ">= 2"), [("0", "1.2.3", False), ("1.3.A", "2", False)]),
        (("~> 1.2",), [("0", "1.2", False), ("2.A", None, False)]),
        (("~> 3",), [("0", "3", False), ("4.A", None, False)]),
        (("~> 3.0.rc1",), [("0", "3.0.rc1", False), ("4.A", None, False)]),
        (("~> 4.2.5, >= 4.2.5.1",), [("0", "4.2.5.1", False), ("4.3.A", None, False)]),
        (("= 1.0",), [("0", "1.0", False), ("1.0.0.0.1", None, False)]),
        (("1.0", "> 1.0"), [("0", "1.0", False)]),
        ((">= 0",), [("0", "0", False)]),
    ],
)
def test_what_no_requirement_covers_is_affected(
    requirements: tuple[str, ...], affected: list[tuple[str, str | None, bool]]
) -> None:
    assert between(*requirements) == affected


@pytest.mark.parametrize("text", ["", "latest", "!= 1.0", ">= 1, < 2, < 3, < 4, < 5", ">=", ">= " + "1" * 300])
def test_what_is_no_requirement_is_refused(text: str) -> None:
    with pytest.raises(KnowledgeError):
        events([text], GEM)


VERSIONS = st.builds("{}.{}.{}".format, *[st.integers(0, 3)] * 3)


@given(
    st.lists(st.builds("{} {}".format, st.sampled_from([">=", ">", "<", "<=", "="]), VERSIONS), max_size=5), VERSIONS
)
def test_a_version_is_affected_or_covered(requirements: list[str], version: str) -> None:
    order = {">=": (0, 1), ">": (1,), "<": (-1,), "<=": (-1, 0), "=": (0,)}
    covered = any(GEM.compare(version, bound) in order[sign] for sign, bound in (text.split() for text in requirements))
    at = GEM.key(version)
    affected = any(
        GEM.key(lo) <= at and (hi is None or (hi != "0" and (at <= GEM.key(hi) if is_last else at < GEM.key(hi))))
        for lo, hi, is_last in between(*requirements)
    )
    assert affected is not covered


def sample(feed: Feed) -> list[Knowledge]:
    path = PATHS[feed.name]
    return list(feed.parse(path, FEEDS / path, Limits()))


@pytest.mark.parametrize(("feed", "product"), [(PYPA, "pypi"), (RUBYSEC, "rubygems")], ids=["pypa", "rubysec"])
def test_the_whole_sample_is_read(feed: Feed, product: str) -> None:
    found = sample(feed)
    assert not [item for item in found if isinstance(item, Unusable)]
    (speaks,) = [item for item in found if isinstance(item, SpeaksFor)]
    assert speaks.product == product
    assert [item for item in found if isinstance(item, AsOf)]
    statements = [item for item in found if isinstance(item, Statement)]
    assert {each.product for each in statements} == {product}
    assert speaks.named == frozenset(each.package for each in statements)


def test_withdrawn_advisories_of_the_authority_say_so() -> None:
    states = {item.state for item in sample(PYPA) if isinstance(item, Statement) and item.detail == "withdrawn"}
    assert states == {State.NOT_AFFECTED}


def test_rubysec_names_the_vulnerability_as_others_do() -> None:
    found = [item for item in sample(RUBYSEC) if isinstance(item, Statement)]
    assert {each.vulnerability.partition("-")[0] for each in found} == {"CVE", "GHSA"}
    assert all(each.advisory.startswith("RUBYSEC-") for each in found)
    assert {alias[:5] for each in found for alias in each.aliases} == {"GHSA-"}
    # It is no copy of GitHub's record, so it must never silence one or be silenced by one.
    assert {each.modified for each in found} == {""}


def test_rubysec_and_github_agree_where_they_name_the_same_first_fix() -> None:
    path = OSV_RUBYGEMS.files[0]
    exported = list(OSV_RUBYGEMS.parse(path, FEEDS / path, Limits()))
    mine, theirs = fixes(sample(RUBYSEC)), fixes(exported)
    both = mine.keys() & theirs.keys()
    assert both
    assert {place: mine[place] for place in both if not mine[place] & theirs[place]} == {}


def fixes(found: list[Knowledge]) -> dict[tuple[str, str], set[bytes]]:
    told: dict[tuple[str, str], set[bytes]] = {}
    for item in found:
        if isinstance(item, Statement) and item.state is State.AFFECTED:
            told.setdefault((item.package, item.vulnerability), set()).add(GEM.key(item.hi) if item.hi else b"")
    return told


def archive(feed: Feed, name: str, content: bytes, place: Path) -> list[Knowledge]:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as written:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        written.addfile(member, io.BytesIO(content))
    return parsed(feed, "all.tar", target.getvalue(), place)


@pytest.mark.parametrize(
    ("feed", "name"),
    [(PYPA, "vulns/x/PYSEC-2024-1.yaml"), (RUBYSEC, "gems/x/CVE-2024-1234.yml")],
    ids=["pypa", "rubysec"],
)
@pytest.mark.parametrize(
    "content",
    [b"", b"- a\n- b\n", b"a: &a [*a]\n", b"id: [1, 2]\ngem: {a: b}\n", b"\xff", b"id: x\nid: y\n", b"--- a\n--- b\n"],
)
def test_what_is_no_advisory_is_counted_as_unusable(feed: Feed, name: str, content: bytes, tmp_path: Path) -> None:
    (found,) = archive(feed, name, content, tmp_path)
    assert isinstance(found, Unusable)
    assert found.record == name.rpartition("/")[2]


def test_a_requirement_that_is_none_is_counted_as_unusable(tmp_path: Path) -> None:
    text = b"gem: x\ncve: 2024-1234\ndate: 2024-01-02\npatched_versions: ['never']\n"
    (found,) = archive(RUBYSEC, "gems/x/CVE-2024-1234.yml", text, tmp_path)
    assert isinstance(found, Unusable)


def test_what_is_about_ruby_itself_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no records"):
        archive(RUBYSEC, "rubies/ruby/CVE-2024-1234.yml", b"engine: ruby\n", tmp_path)
