import io
import json
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from tests.knowledge.making import FEEDS, parsed

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.feeds.debian_osv import DEBIAN_OSV
from plimsoll.knowledge.store import Store
from plimsoll.knowledge.update import update
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import AsOf, Knowledge, Rating, SpeaksFor, State, Statement, Unusable

PATH = "osv/Debian/all.zip"

Json = dict[str, object]


def export(*records: Json | bytes) -> bytes:
    target = io.BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for number, record in enumerate(records):
            archive.writestr(f"{number}.json", record if isinstance(record, bytes) else json.dumps(record))
    return target.getvalue()


def entry(*events: Json, ecosystem: str = "Debian:12", name: str = "zlib", **more: object) -> Json:
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}] if events else []
    return {"package": {"ecosystem": ecosystem, "name": name}, "ranges": ranges, **more}


def record(*entries: Json, **more: object) -> Json:
    return {"id": "CVE-2024-1", "modified": "2025-02-01T00:00:00Z", "affected": list(entries), **more}


def read(place: Path, *records: Json | bytes) -> list[Knowledge]:
    return parsed(DEBIAN_OSV, PATH, export(*records), place)


def statements(items: list[Knowledge]) -> list[Statement]:
    return [item for item in items if isinstance(item, Statement)]


def reasons(items: list[Knowledge]) -> list[str]:
    return [item.reason for item in items if isinstance(item, Unusable)]


FROM_ZERO: Json = {"introduced": "0"}


def test_the_real_extract(tmp_path: Path) -> None:
    items = parsed(DEBIAN_OSV, PATH, (FEEDS / PATH).read_bytes(), tmp_path)
    zlib = next(said for said in statements(items) if (said.package, said.product) == ("zlib", "debian:12"))
    assert (zlib.state, zlib.lo, zlib.hi, zlib.severity) == (State.AFFECTED, "", None, None)
    assert (zlib.since, zlib.evidence, zlib.aliases) == ("2023-10-14", False, ("GHSA-mq29-j5xf-cjwr",))
    erratum = next(said for said in statements(items) if said.advisory == "DSA-5863-1")
    assert (erratum.vulnerability, erratum.evidence, erratum.aliases) == ("CVE-2024-12133", True, ())
    assert (erratum.product, erratum.hi, erratum.since) == ("debian:12", "4.19.0-2+deb12u1", "2025-02-10")
    ended = [said for said in statements(items) if said.detail == "end-of-life"]
    assert ended
    assert {said.state for said in ended} == {State.WILL_NOT_FIX}
    assert reasons(items) == ["an erratum that names no CVE"]
    assert {said.product.partition(":")[0] for said in statements(items)} == {"debian"}
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    assert Rating(vulnerability="CVE-2023-45853", version=3, score=9.8, vector=vector) in items
    assert max(item.date for item in items if isinstance(item, AsOf) and item.of_record) > "2025-01-01"


def covered(place: Path, *records: Json) -> dict[str, set[str]]:
    """Build a store from the export, and say which of two packages it speaks for, by release."""
    file = place / "feeds" / PATH
    file.parent.mkdir(parents=True)
    file.write_bytes(export(*records))
    feeds = {"debian-osv": DEBIAN_OSV}
    store = Store.open(update(place / "feeds", place / "store.db", as_of="2026-11-24", feeds=feeds).store)
    products = [f"debian:{version}" for version in (7, 10, 12, 13)]
    return {product: set(store.speakers(product, ["zlib", "bash"])) for product in products}


def test_of_a_release_that_had_ended_only_what_is_named_is_spoken_for(tmp_path: Path) -> None:
    stray = record(entry(FROM_ZERO, ecosystem="Debian:10"))
    assert covered(tmp_path, stray, record(entry(FROM_ZERO))) == {
        "debian:7": set(),
        "debian:10": {"zlib"},
        "debian:12": {"zlib", "bash"},
        "debian:13": set(),
    }


def test_of_a_release_that_only_errata_name_they_are_all_that_is_spoken_for(tmp_path: Path) -> None:
    erratum = record(entry(FROM_ZERO, {"fixed": "1"}, ecosystem="Debian:7"), id="DSA-1-1", related=["CVE-2014-1111"])
    young = record(entry(FROM_ZERO, ecosystem="Debian:13", name="bash"), id="DSA-2-1", related=["CVE-2014-1112"])
    assert covered(tmp_path, erratum, young) == {
        "debian:7": {"zlib"},
        "debian:10": set(),
        "debian:12": set(),
        "debian:13": {"bash"},
    }


def test_a_release_ends_on_its_last_day_and_not_before(tmp_path: Path) -> None:
    items = read(tmp_path, record(entry(FROM_ZERO, ecosystem="Debian:10")))
    (speaks,) = [item for item in items if isinstance(item, SpeaksFor)]
    assert (speaks.until, speaks.afterwards) == ("2024-06-30", frozenset({"zlib"}))


def test_a_date_in_the_far_future_ends_no_release(tmp_path: Path) -> None:
    assert covered(tmp_path, record(entry(FROM_ZERO)), record(entry(FROM_ZERO), modified="2099-01-01T00:00:00Z"))[
        "debian:12"
    ] == {"zlib", "bash"}


def test_packages_that_no_record_names_alone_are_not_named_in_full(tmp_path: Path) -> None:
    both = record(entry(FROM_ZERO), entry(FROM_ZERO, name="minizip"))
    items = read(tmp_path, both, record(entry(FROM_ZERO)))
    assert [item.named for item in items if isinstance(item, SpeaksFor)] == [frozenset({"zlib"})]


def test_one_statement_per_interval(tmp_path: Path) -> None:
    events: list[Json] = [FROM_ZERO, {"fixed": "1-1"}, {"introduced": "2-1"}, {"last_affected": "2-9"}]
    items = read(tmp_path, record(entry(*events, {"introduced": "3-1"})))
    rows = [(said.lo, said.hi, said.hi_inclusive) for said in statements(items)]
    assert rows == [("", "1-1", False), ("2-1", "2-9", True), ("3-1", None, False)]


def test_a_list_of_versions_is_one_interval_each(tmp_path: Path) -> None:
    items = read(tmp_path, record(entry(versions=["1-1", "1-2"])))
    assert [(said.lo, said.hi, said.hi_inclusive) for said in statements(items)] == [
        ("1-1", "1-1", True),
        ("1-2", "1-2", True),
    ]


Rows = list[tuple[str, str | None, bool]]


def rows(place: Path, *entries: Json) -> Rows:
    return [(said.lo, said.hi, said.hi_inclusive) for said in statements(read(place, record(*entries)))]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([{"fixed": "3.0"}, FROM_ZERO], [("", "3.0", False)]),
        ([{"introduced": "10"}, {"fixed": "9"}, FROM_ZERO], [("", "9", False), ("10", None, False)]),
        ([{"fixed": "2"}, {"introduced": "3"}, {"fixed": "4"}, FROM_ZERO], [("", "2", False), ("3", "4", False)]),
        ([FROM_ZERO, FROM_ZERO, {"introduced": "1"}, {"fixed": "2"}], [("", "2", False)]),
        ([FROM_ZERO, {"fixed": "2"}, {"fixed": "1"}], [("", "1", False)]),
        ([{"fixed": "2"}, FROM_ZERO, {"introduced": "2"}, {"fixed": "3"}], [("", "2", False), ("2", "3", False)]),
        ([FROM_ZERO, {"limit": "*"}], [("", None, False)]),
        ([{"limit": "2"}, FROM_ZERO], [("", "2", True)]),
        ([FROM_ZERO, {"fixed": "1"}, {"introduced": "2"}, {"limit": "2"}], [("", "1", False)]),
        ([FROM_ZERO, {"limit": "2"}, {"limit": "3"}, {"fixed": "4"}], [("", "3", True)]),
    ],
)
def test_events_hold_in_the_order_of_their_versions(tmp_path: Path, events: list[Json], expected: Rows) -> None:
    assert rows(tmp_path, entry(*events)) == expected


def test_listed_versions_and_ranges_are_a_union(tmp_path: Path) -> None:
    events: list[Json] = [{"introduced": "2"}, {"fixed": "4"}]
    listed = entry(*events, versions=["1", "2", "3", "3.9", "4", "5~rc1", "5~rc1"])
    assert rows(tmp_path, listed) == [
        ("2", "4", False),
        ("1", "1", True),
        ("4", "4", True),
        ("5~rc1", "5~rc1", True),
    ]
    assert rows(tmp_path, entry(FROM_ZERO, versions=["1", "2"])) == [("", None, False)]
    assert rows(tmp_path, entry(FROM_ZERO, {"fixed": "0"}, versions=["1"])) == [("1", "1", True)]


def test_an_entry_that_would_take_for_ever_to_compare_is_counted(tmp_path: Path) -> None:
    ranges: list[Json] = []
    for n in range(1, 1101):
        ranges += [{"introduced": f"{n}.1"}, {"fixed": f"{n}.2"}]
    items = read(tmp_path, record(entry(*ranges, versions=[f"{n}" for n in range(1000)])))
    assert reasons(items) == ["lists 1000 versions beside 1100 ranges, too many to compare"]
    (unusable,) = [item for item in items if isinstance(item, Unusable)]
    assert [said.state for said in unusable.known] == [State.UNDETERMINED]


def test_an_erratum_without_cve_is_undetermined_below_its_fix(tmp_path: Path) -> None:
    (item,) = [
        item
        for item in read(tmp_path, record(entry(FROM_ZERO, {"fixed": "2"}), id="DLA-1-1"))
        if isinstance(item, Unusable)
    ]
    (said,) = item.known
    assert (said.vulnerability, said.state, said.hi, said.evidence) == ("DLA-1-1", State.UNDETERMINED, "2", True)


def test_fixed_in_version_zero_is_not_affected(tmp_path: Path) -> None:
    (said,) = statements(read(tmp_path, record(entry(FROM_ZERO, {"fixed": "0"}))))
    assert (said.state, said.lo, said.hi) == (State.NOT_AFFECTED, "", None)


def test_urgency_is_the_vendors_rating(tmp_path: Path) -> None:
    (said,) = statements(read(tmp_path, record(entry(FROM_ZERO, ecosystem_specific={"urgency": "unimportant"}))))
    assert said.severity is Severity.NEGLIGIBLE


def test_a_withdrawn_record_states_nothing(tmp_path: Path) -> None:
    items = read(tmp_path, record(entry(FROM_ZERO), withdrawn="2025-01-01T00:00:00Z", severity=[{"type": "CVSS_V3"}]))
    assert items == [AsOf(date="2025-02-01", of_record=True)]


def test_source_code_and_other_distributions_are_somebody_elses(tmp_path: Path) -> None:
    git: Json = {"package": {}, "ranges": [{"type": "GIT", "repo": "x", "events": [FROM_ZERO]}]}
    alpine = entry(FROM_ZERO, ecosystem="Alpine:v3.20")
    bare: Json = {"ranges": [{"type": "GIT", "events": [FROM_ZERO]}]}
    assert read(tmp_path, record(git, alpine, bare)) == [AsOf(date="2025-02-01", of_record=True)]


def test_an_erratum_is_evidence_for_each_cve_it_names(tmp_path: Path) -> None:
    erratum = record(
        entry(FROM_ZERO, {"fixed": "1"}), id="DLA-1-1", related=["CVE-2024-1111", "DSA-1", "CVE-2024-2222"]
    )
    items = statements(read(tmp_path, erratum))
    assert [(said.vulnerability, said.advisory, said.evidence) for said in items] == [
        ("CVE-2024-1111", "DLA-1-1", True),
        ("CVE-2024-2222", "DLA-1-1", True),
    ]


def test_the_newer_ids_of_the_export_lead_to_the_cve(tmp_path: Path) -> None:
    newer = record(entry(FROM_ZERO), id="DEBIAN-CVE-2024-12345", upstream=["CVE-2024-12345"])
    (said,) = statements(read(tmp_path, newer))
    assert (said.vulnerability, said.advisory) == ("CVE-2024-12345", "DEBIAN-CVE-2024-12345")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (entry({"fixed": "1"}), "is fixed before it is introduced"),
        (entry(FROM_ZERO, {}), "has an event that says nothing"),
        (entry(), "names only source commits, or no versions at all"),
        (entry(FROM_ZERO, ecosystem="Debian"), "'Debian' names no release, or there is no package name"),
        (entry(FROM_ZERO, name=""), "'Debian:12' names no release, or there is no package name"),
    ],
)
def test_an_entry_without_intervals_is_counted(tmp_path: Path, bad: Json, reason: str) -> None:
    items = read(tmp_path, record(bad), record(entry(FROM_ZERO)))
    assert reasons(items) == [reason]
    assert len(statements(items)) == 1
    known = [said for item in items if isinstance(item, Unusable) for said in item.known]
    told = [("zlib", "CVE-2024-1", State.UNDETERMINED, None)] if "names no release" not in reason else []
    assert [(said.package, said.vulnerability, said.state, said.hi) for said in known] == told


@pytest.mark.parametrize("broken", [b"", b"[]", b"{}", b'{"id": 3}', b'{"id":"x","affected":[1]}', b"[" * 100_000])
def test_a_broken_record_is_counted_and_the_rest_is_used(tmp_path: Path, broken: bytes) -> None:
    items = read(tmp_path, broken, record(entry(FROM_ZERO)))
    assert len(reasons(items)) == len(statements(items)) == 1


@pytest.mark.parametrize("vector", ["CVSS:3.1/AV:N", "CVSS:4.0/nonsense", "AV:N/AC:L", "", "x" * 10_000])
def test_a_vector_that_is_none_is_counted(tmp_path: Path, vector: str) -> None:
    items = read(tmp_path, record(severity=[{"type": "CVSS_V3", "score": vector}]))
    assert len(reasons(items)) == 1
    assert "CVSS vector" in reasons(items)[0]


@pytest.mark.parametrize(
    ("vector", "version", "score"),
    [
        ("AV:N/AC:L/Au:N/C:P/I:P/A:P", 2, 7.5),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 3, 9.8),
        ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N", 3, 5.5),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 4, 9.3),
    ],
)
def test_base_scores(tmp_path: Path, vector: str, version: int, score: float) -> None:
    items = read(tmp_path, record(severity=[{"type": f"CVSS_V{version}", "score": vector}]))
    assert Rating(vulnerability="CVE-2024-1", version=version, score=score, vector=vector) in items


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all", export(), export(record())[:-30]])
def test_another_file_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(KnowledgeError, match=r"osv/Debian/all\.zip"):
        parsed(DEBIAN_OSV, PATH, data, tmp_path)


def test_an_archive_that_lies_about_its_members_is_refused(tmp_path: Path) -> None:
    """Found by fuzzing: names that are no text, and members that claim to be encrypted."""
    sound = export(record(entry(FROM_ZERO)))
    central = sound.index(b"PK\x01\x02")
    no_text, encrypted = bytearray(sound), bytearray(sound)
    no_text[central + 9] |= 0x08  # "the name is UTF-8" (APPNOTE 4.4.4, bit 11) …
    no_text[central + 46] = 0x92  # … and is not
    encrypted[central + 8] |= 0x01
    for data in (no_text, encrypted):
        with pytest.raises(KnowledgeError, match=r"osv/Debian/all\.zip"):
            parsed(DEBIAN_OSV, PATH, bytes(data), tmp_path)


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (Limits(file_size=1000), "file_size"),
        (Limits(feed_size=150_000), "feed_size"),
        (Limits(feed_records=1), "feed_records"),
    ],
)
def test_a_bomb_is_stopped(tmp_path: Path, limits: Limits, name: str) -> None:
    bomb = export(*[b'{"id":"x"' + b" " * 100_000 + b"}"] * 2)
    with pytest.raises(LimitError, match=name):
        parsed(DEBIAN_OSV, PATH, bomb, tmp_path, limits)
