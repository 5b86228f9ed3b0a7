"""RustSec: requirements of Cargo become intervals as RustSec's own export has them, and the front matter is read."""

import gzip
import io
import re
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.knowledge.making import FEEDS, parsed

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.feeds.osv_languages import OSV_CARGO
from plimsoll.knowledge.feeds.rustsec import RUSTSEC
from plimsoll.knowledge.rustsec_versions import events
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import AsOf, Knowledge, Rating, SpeaksFor, State, Statement, Unusable
from plimsoll.versions.schemes import scheme

PATH = "rustsec/advisory-db.tar.gz"
SEMVER = scheme("semver")


def between(*requirements: str) -> list[tuple[str, str | None]]:
    """Give what is affected, as pairs of the first version and the first version behind."""
    found: list[tuple[str, str | None]] = []
    for event in events(requirements, SEMVER):
        if event.introduced is not None:
            found.append((event.introduced, None))
        else:
            found[-1] = (found[-1][0], event.fixed)
    return found


@pytest.mark.parametrize(
    ("requirements", "affected"),
    [
        ((), [("0", None)]),
        ((">= 1.2.3",), [("0", "1.2.3")]),
        (("> 1.2.3",), [("0", "1.2.4-0")]),
        (("> 1.2.3-rc.1",), [("0", "1.2.3-rc.1.0")]),
        (("< 0.3",), [("0.3.0", None)]),
        (("<= 0.3.1",), [("0.3.2-0", None)]),
        (("=1.2.3",), [("0", "1.2.3"), ("1.2.4-0", None)]),
        (("^1.2.3", ">= 2.1"), [("0", "1.2.3"), ("2.0.0-0", "2.1.0")]),
        (("1.2",), [("0", "1.2.0"), ("2.0.0-0", None)]),
        (("^0.2.3",), [("0", "0.2.3"), ("0.3.0-0", None)]),
        (("^0.0.3",), [("0", "0.0.3"), ("0.0.4-0", None)]),
        (("^0.0",), [("0", "0.0.0"), ("0.1.0-0", None)]),
        (("^0",), [("0", "0.0.0"), ("1.0.0-0", None)]),
        (("^ 1",), [("0", "1.0.0"), ("2.0.0-0", None)]),
        (("~1.2.3",), [("0", "1.2.3"), ("1.3.0-0", None)]),
        (("~1",), [("0", "1.0.0"), ("2.0.0-0", None)]),
        (("< 1.0", ">= 1.5, < 2.0", ">= 2.3"), [("1.0.0", "1.5.0"), ("2.0.0", "2.3.0")]),
        ((">= 2.3", "< 2.0, >= 1.5", "< 1.0"), [("1.0.0", "1.5.0"), ("2.0.0", "2.3.0")]),
        # Requirements that meet or overlap leave nothing between them.
        (("< 1.0", ">= 1.0"), [("0", "0")]),
        ((">= 1, < 2", ">= 1.5", "< 1.2"), [("0", "0")]),
        ((">= 1.2.3+build",), [("0", "1.2.3")]),
    ],
)
def test_what_no_requirement_covers_is_affected(
    requirements: tuple[str, ...], affected: list[tuple[str, str | None]]
) -> None:
    assert between(*requirements) == affected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "1.*",
        "latest",
        "> 1, < 2, >= 3",
        "> 1, > 2",
        "^1, < 1.5",
        ">= 1.2.3.4",
        ">= " + "9" * 40,
        "!= 1",
        "> 1,",
    ],
)
def test_what_cargo_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(KnowledgeError):
        events([text], SEMVER)


def test_an_absurd_number_of_requirements_is_refused() -> None:
    with pytest.raises(KnowledgeError, match="requirements"):
        events([f"={number}" for number in range(600)], SEMVER)


VERSIONS = st.builds("{}.{}.{}".format, *[st.integers(0, 3)] * 3)


@given(
    st.lists(st.builds("{} {}".format, st.sampled_from([">=", ">", "<", "<=", "="]), VERSIONS), max_size=5), VERSIONS
)
def test_a_released_version_is_affected_or_covered(requirements: list[str], version: str) -> None:
    order = {">=": (0, 1), ">": (1,), "<": (-1,), "<=": (-1, 0), "=": (0,)}
    covered = any(
        SEMVER.compare(version, bound) in order[sign] for sign, bound in (text.split() for text in requirements)
    )
    at = SEMVER.key(version)
    affected = any(
        (lo == "0" or SEMVER.key(lo) <= at) and (hi is None or (hi != "0" and at < SEMVER.key(hi)))
        for lo, hi in between(*requirements)
    )
    assert affected is not covered


def sample() -> list[Knowledge]:
    return list(RUSTSEC.parse(PATH, FEEDS / PATH, Limits()))


def intervals(found: list[Knowledge]) -> dict[str, set[tuple[str, str, str | None, State, str]]]:
    told: dict[str, set[tuple[str, str, str | None, State, str]]] = {}
    for item in found:
        if isinstance(item, Statement) and item.advisory.startswith("RUSTSEC-"):
            lo = "" if item.lo == "0.0.0-0" else item.lo
            told.setdefault(item.advisory, set()).add((item.package, lo, item.hi, item.state, item.detail))
    return told


def test_intervals_are_those_of_rustsecs_own_export() -> None:
    native = intervals(sample())
    path = OSV_CARGO.files[0]
    exported = intervals(list(OSV_CARGO.parse(path, FEEDS / path, Limits())))
    both = native.keys() & exported.keys()
    assert len(both) >= 20
    assert {name: native[name] for name in both} == {name: exported[name] for name in both}


def test_the_whole_sample_is_read() -> None:
    found = sample()
    assert not [item for item in found if isinstance(item, Unusable)]
    (speaks,) = [item for item in found if isinstance(item, SpeaksFor)]
    assert speaks.product == "cargo"
    statements = [item for item in found if isinstance(item, Statement)]
    # What is only unmaintained says nothing, and is spoken for all the same.
    assert {each.package for each in statements} < (speaks.named or frozenset())
    assert max(item.date for item in found if isinstance(item, AsOf)) == "2026-08-21"
    assert {each.modified[:4] for each in statements} == {"2026"}


def test_what_an_advisory_says() -> None:
    found = advisory(
        'cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"\naliases = ["CVE-2023-1", "CVE-2023-12345"]'
    )
    (said,) = [item for item in found if isinstance(item, Statement)]
    assert said == Statement(
        product="cargo",
        package="demo",
        vulnerability="CVE-2023-12345",
        advisory="RUSTSEC-2023-0001",
        state=State.AFFECTED,
        scheme="semver",
        hi="1.2.3",
        since="2023-04-05",
        aliases=("RUSTSEC-2023-0001", "CVE-2023-1"),
        modified="2024-01-01T00:00:00Z",
    )
    assert [item.score for item in found if isinstance(item, Rating)] == [7.5]


def test_an_advisory_is_no_older_than_its_own_dates() -> None:
    (said,) = [item for item in advisory('withdrawn = "2025-02-03"') if isinstance(item, Statement)]
    assert (said.state, said.modified) == (State.NOT_AFFECTED, "2025-02-03")
    (dated,) = [item for item in advisory("withdrawn = 2025-02-03") if isinstance(item, Statement)]
    assert dated == said


@pytest.mark.parametrize(("kind", "severities"), [("unmaintained", []), ("notice", []), ("unsound", [Severity.LOW])])
def test_informational_advisories(kind: str, severities: list[Severity]) -> None:
    found = [item for item in advisory(f'informational = "{kind}"') if isinstance(item, Statement)]
    assert [item.severity for item in found] == severities


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"# no block",
        b"```toml\n[advisory]\n",
        b"```toml\nnot toml\n```\n",
        b'```toml\n[advisory]\nid = 3\npackage = "x"\n[versions]\n```\n',
        b'```toml\n[advisory]\nid = "RUSTSEC-2023-0001"\npackage = "x"\n[versions]\npatched = ["*"]\n```\n',
        b'```toml\n[advisory]\nid = "RUSTSEC-2023-0001"\npackage = "x"\n```\n',
        b"\xff\xfe",
    ],
)
def test_what_is_no_advisory_is_counted_as_unusable(text: bytes) -> None:
    (found,) = [item for item in archive({"crates/x/RUSTSEC-2023-0001.md": text}) if not isinstance(item, AsOf)]
    assert isinstance(found, Unusable)
    assert found.record == "RUSTSEC-2023-0001.md"


def test_only_advisories_about_crates_are_read() -> None:
    with pytest.raises(KnowledgeError, match="no records"):
        archive({"rust/std/CVE-2018-1000657.md": b"```toml\n```\n", "README.md": b"", "crates/x.md": b""})


def advisory(more: str) -> list[Knowledge]:
    block = f"""```toml
[advisory]
id = "RUSTSEC-2023-0001"
package = "demo"
date = "2023-04-05"
{more}

[versions]
patched = [">= 1.2.3"]
```

# A demonstration
"""
    return archive({"advisory-db-main/crates/demo/RUSTSEC-2023-0001.md": block.encode()})


def archive(files: dict[str, bytes]) -> list[Knowledge]:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as place:
        return parsed(RUSTSEC, PATH, packed(files), Path(place))


def packed(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as written:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), 1_704_067_200
            written.addfile(member, io.BytesIO(content))
    return gzip.compress(target.getvalue())


@given(st.data())
def test_damaged_front_matter_is_counted_or_refused(data: st.DataObject) -> None:
    with tarfile.open(FEEDS / PATH) as original:
        names = [name for name in original.getnames() if re.search(r"crates/.*\.md$", name)]
        name = data.draw(st.sampled_from(names))
        content = original.extractfile(name)
        assert content is not None
        text = content.read()
    at = data.draw(st.integers(0, len(text)))
    text = text[:at] + data.draw(st.binary(max_size=8)) + text[at + data.draw(st.integers(0, 16)) :]
    for item in archive({name: text}):
        assert isinstance(item, Statement | Rating | Unusable | SpeaksFor | AsOf)
