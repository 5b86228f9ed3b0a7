"""Packages of languages: several names of one vulnerability, what an owner is asked instead, what does not apply."""

from dataclasses import replace

from tests.bookworm import AS_OF, package, says, supported, tracker
from tests.knowledge_in_memory import InMemoryKnowledge, Source

from plimsoll.findings.explain import explain
from plimsoll.findings.match import Matched, match
from plimsoll.model.package import Package
from plimsoll.model.report import Report, Tool
from plimsoll.model.score import Score
from plimsoll.model.statement import State, Statement

FLASK = Package(
    ecosystem="pypi",
    name="Flask",
    version="2.2.0",
    purl="pkg:pypi/flask@2.2.0",
    key="pypi/flask",
    source="Flask",
    source_version="2.2.0",
    product="pypi",
    path="app/lib/flask-2.2.0.dist-info/METADATA",
)
KERNEL = package("linux-libc-dev", "6.1.1-1", "linux")


def pypi(vulnerability: str, *aliases: str, advisory: str = "", hi: str = "2.2.5", **more: object) -> Statement:
    said = Statement(
        product="pypi",
        package="flask",
        vulnerability=vulnerability,
        advisory=advisory or vulnerability,
        state=State.AFFECTED,
        scheme="pep440",
        hi=hi,
        aliases=aliases,
    )
    return replace(said, **more)  # type: ignore[arg-type]


def told(*statements: Statement, packages: tuple[Package, ...] = (FLASK,)) -> Matched:
    feeds = [
        Source(
            name="osv-pypi", speaks_for={"pypi": None}, statements=tuple(s for s in statements if s.product == "pypi")
        ),
        tracker(*(s for s in statements if s.product != "pypi")),
    ]
    return match("image", packages, InMemoryKnowledge(feeds), supported, AS_OF)


def names(matched: Matched) -> dict[str, tuple[str, ...]]:
    return {
        each.vulnerability.id: each.vulnerability.aliases for each in matched.findings if each.vulnerability is not None
    }


def test_ids_of_one_vulnerability_are_one_finding_that_names_them_all() -> None:
    matched = told(
        pypi("CVE-2023-30861", "GHSA-m2qf-hxjv-5gpq", advisory="GHSA-m2qf-hxjv-5gpq"),
        pypi("PYSEC-2023-62", "GHSA-m2qf-hxjv-5gpq", advisory="PYSEC-2023-62"),
    )
    assert names(matched) == {"CVE-2023-30861": ("GHSA-m2qf-hxjv-5gpq", "PYSEC-2023-62")}
    (finding,) = matched.findings
    assert finding.id == "vulnerability:pypi/flask:CVE-2023-30861"
    assert {said.advisory for said in finding.evidence.statements} == {"GHSA-m2qf-hxjv-5gpq", "PYSEC-2023-62"}


def test_two_cves_stay_two_whatever_names_both() -> None:
    matched = told(
        pypi("CVE-2023-0001", "GHSA-both", advisory="GHSA-both"),
        pypi("CVE-2023-0002", "GHSA-both", advisory="GHSA-both"),
    )
    assert set(names(matched)) == {"CVE-2023-0001", "CVE-2023-0002"}


def test_chains_of_aliases_are_followed() -> None:
    matched = told(pypi("CVE-2023-0001", "GHSA-a"), pypi("PYSEC-1", "GHSA-a", "OSV-1"), pypi("OSV-1", hi="2.3"))
    assert names(matched) == {"CVE-2023-0001": ("GHSA-a", "OSV-1", "PYSEC-1")}


def test_without_a_cve_the_github_id_is_told() -> None:
    assert names(told(pypi("PYSEC-1", "GHSA-a"), pypi("GHSA-a"))) == {"GHSA-a": ("PYSEC-1",)}


def test_what_the_distribution_owns_is_judged_through_its_package() -> None:
    bash = package("bash", "5.2-1")
    matched = told(
        pypi("CVE-2023-30861"), says("bash", "CVE-2024-0001"), packages=(replace(FLASK, owner=bash.purl), bash)
    )
    assert [finding.id for finding in matched.findings] == ["vulnerability:deb/debian/bash:CVE-2024-0001"]
    assert matched.measured == 1


def test_names_meet_in_their_normal_spelling() -> None:
    odd = replace(FLASK, name="FLASK", source="FLASK")
    assert set(names(told(pypi("CVE-2023-30861"), packages=(odd,)))) == {"CVE-2023-30861"}


def test_vulnerabilities_of_the_kernel_are_not_in_its_headers() -> None:
    matched = told(says("linux", "CVE-2024-1086", "6.1.76-1"), packages=(KERNEL,))
    assert matched.findings == ()
    (said,) = matched.not_applicable
    assert said.vulnerabilities == ("CVE-2024-1086",)
    assert "kernel" in said.reason
    assert matched.measured == 1


def test_headers_of_the_kernel_weigh_nothing_however_old_the_feed_or_undecided_the_vendor() -> None:
    said = (says("linux", "CVE-2024-1086", state=State.UNDETERMINED), says("linux", "CVE-2024-1087", "6.1.76-1"))
    base = InMemoryKnowledge([replace(tracker(*said), date="2024-01-01")])
    matched = match("image", (KERNEL,), base, supported, AS_OF)
    assert (matched.findings, matched.undetermined, dict(matched.stale), dict(matched.unmeasured)) == ((), (), {}, {})
    assert matched.not_applicable[0].vulnerabilities == ("CVE-2024-1086", "CVE-2024-1087")


def test_a_kernel_beside_its_headers_is_judged() -> None:
    kernel = package("linux-image-6.1.0-1-amd64", "6.1.1-1", "linux")
    matched = told(says("linux", "CVE-2024-1086", "6.1.76-1"), packages=(KERNEL, kernel))
    assert set(names(matched)) == {"CVE-2024-1086"}
    assert matched.not_applicable == ()


def ubuntu(stream: str, hi: str | None) -> Statement:
    said = says("openssl", "CVE-2024-0001", hi, product="ubuntu:18.04")
    return replace(said, stream=stream)


def test_a_fix_in_extended_support_only_leaves_the_release_affected() -> None:
    plain = replace(package("openssl", "1.1.1-1ubuntu2"), product="ubuntu:18.04")
    said = ubuntu("esm", "1.1.1-1ubuntu3+esm1")
    assert set(names(told(said, packages=(plain,)))) == {"CVE-2024-0001"}


def test_an_erratum_of_another_module_is_evidence_and_does_not_decide() -> None:
    installed = Package(
        ecosystem="rpm",
        name="nodejs",
        version="1:18.9.1-1.module+el8",
        purl="pkg:rpm/redhat/nodejs@18.9.1-1.module%2Bel8?epoch=1",
        key="rpm/redhat/nodejs",
        source="nodejs",
        source_version="1:18.9.1-1.module+el8",
        product="rhel:8",
        stream="module:nodejs:18",
    )
    said = replace(says("nodejs", "CVE-2021-35065", product="rhel:8"), scheme="rpm")
    matched = told(
        replace(said, stream="module:nodejs:14", hi="1:14.21.3-1.module+el8", advisory="of-14"),
        replace(said, stream="module:nodejs:18", hi="1:18.14.2-2.module+el8", advisory="of-18"),
        packages=(installed,),
    )
    (finding,) = matched.findings
    assert [(each.advisory, each.stream, each.decides) for each in finding.evidence.statements] == [
        ("of-14", "module:nodejs:14", False),
        ("of-18", "module:nodejs:18", True),
    ]
    now = Score(low=50.0, high=60.0, estimated=False)
    report = Report(tool=Tool(name="plimsoll", version="1"), as_of=AS_OF, target="t", subjects=(), score=now)
    text = explain(finding, report, 0.1, now)
    assert "of-14 (of another stream, shown as evidence)" in text
    assert "rhel:8 (module:nodejs:18) is affected" in text


def test_the_word_of_the_release_comes_before_that_of_its_extended_support() -> None:
    plain = replace(package("openssl", "1.1.1-1ubuntu2"), product="ubuntu:18.04")
    extended = replace(package("openssl", "1.1.1-1ubuntu2+esm1"), product="ubuntu:18.04")
    said = (ubuntu("", "1.1.1-1ubuntu1"), ubuntu("esm", "1.1.1-1ubuntu3+esm1"))
    assert told(*said, packages=(plain,)).findings == ()
    assert set(names(told(*said, packages=(extended,)))) == {"CVE-2024-0001"}


def test_a_fix_after_the_last_affected_version_of_another_record_ends_both() -> None:
    last = pypi("GHSA-a", "CVE-2023-0001", hi="2.2.3", hi_inclusive=True)
    (both,) = told(last, pypi("CVE-2023-0001", "GHSA-a", hi="2.2.5")).findings
    assert both.vulnerability is not None
    assert both.vulnerability.fixed_in == "2.2.5"
    for same in ("2.2.3", "2.2.2"):
        (open_end,) = told(last, pypi("CVE-2023-0001", "GHSA-a", hi=same)).findings
        assert open_end.vulnerability is not None
        assert open_end.vulnerability.fixed_in == ""


def test_what_became_known_is_counted_from_the_newest_feed_and_every_old_one_is_named() -> None:
    feeds = [
        Source(name=name, date=day, speaks_for={"pypi": None})
        for name, day in (("osv-pypi", "2025-02-15"), ("pypa", "2024-10-10"))
    ]
    matched = match("image", (FLASK,), InMemoryKnowledge(feeds), supported, AS_OF)
    (gap,) = [gap for gap in matched.gaps if gap.what == "stale-feed"]
    assert gap.question == "What became known of 1 source package of pypi after 2025-02-15?"
    assert "osv-pypi is of 2025-02-15" in gap.reason
    assert "pypa is of 2024-10-10" in gap.reason
