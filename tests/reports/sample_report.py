"""One report with everything in it, of real Debian 12 facts; the golden files are its renderings."""

import os
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from plimsoll.model.bases import BaseFacts
from plimsoll.model.check import CheckResult, CheckState
from plimsoll.model.finding import (
    Evidence,
    Finding,
    FindingKind,
    FoundPackage,
    Location,
    SeverityEvidence,
    SourcePackage,
    StatementEvidence,
    Vulnerability,
    WaiverMark,
)
from plimsoll.model.gap import Gap
from plimsoll.model.package import Package
from plimsoll.model.report import FeedState, LayerFacts, Report, Tool, WaiverState
from plimsoll.model.score import Part, Score, value
from plimsoll.model.severity import Severity
from plimsoll.model.subject import Subject

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
REGOLD = bool(os.environ.get("PLIMSOLL_REGOLD"))
"""Set PLIMSOLL_REGOLD=1 to write golden files and generated pages anew; read here, before conftest clears it."""

OURS = {"as_of", "schema"}
HOSTILE = {
    "terminal": "\x1b]0;owned\x07\x1b[2J\x9b31m\x00\x7f",
    "lines": "a\r\nb\tc\u2028d",
    "direction": "\u202egnp.exe\u2066",
    "surrogates": "\udcff\ud800",
    "quotes": "\"'\\`$(id)`<b>&amp;]]>{0}%s",
    "markup": "[red]bold[/red] :smile: [a](javascript:alert(1))",
    "foreign": "🚢 船 é",
    "empty": "",
    "huge": "x" * 20_000,
}
"""What no report may obey, choke on or lose: text that an image or a feed may hold."""

IMAGE = "image:shop/api:1.4"
BASE = "sha256:" + "a1" * 32
APPLICATION = "sha256:" + "b2" * 32
ADD = "ADD rootfs.tar.xz /"
INSTALL = "RUN apt-get update && apt-get install -y libncurses6"
STATUS = "var/lib/dpkg/status"
VECTORS = {
    "CVE-2023-4911": "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
    "CVE-2023-5363": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    "CVE-2023-45853": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
}

WAIVED = WaiverMark(
    id="CVE-2023-45853",
    reason="minizip is not built into our binaries",
    owner="platform@shop.example",
    expires="2026-12-31",
)


def golden(path: Path, text: str) -> str:
    """Give what a golden file or generated page holds; with PLIMSOLL_REGOLD, write it first."""
    if REGOLD:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return path.read_bytes().decode()


def package(name: str, version: str, source: str, *, layer: str = BASE, licence: str = "") -> Package:
    return Package(
        ecosystem="dpkg",
        name=name,
        version=version,
        purl=f"pkg:deb/debian/{name}@{version.replace(':', '%3A')}?arch=amd64&distro=debian-12",
        key=f"deb/debian/{source}",
        source=source,
        source_version=version,
        architecture="amd64",
        licence=licence,
        path=STATUS,
        layer=layer,
        instruction=ADD if layer == BASE else INSTALL,
    )


def vulnerable(
    name: str,
    found: Vulnerability,
    severity: Severity,
    title: str,
    *,
    detail: str = "",
) -> Finding:
    """Give a finding of one of the source packages, with the evidence that matching would give."""
    version = VERSIONS[name]
    rating: tuple[SeverityEvidence, ...] = (
        SeverityEvidence(source="debian-tracker", rating="not yet assigned", severity=Severity.UNKNOWN),
    )
    if vector := VECTORS.get(found.id):
        score = {Severity.CRITICAL: "9.8", Severity.HIGH: "7.5"}[severity]
        rating += (SeverityEvidence(source="nvd", rating=f"CVSS 3 {score} {vector}", severity=severity, used=True),)
    statement = StatementEvidence(
        feed="debian-tracker",
        feed_date="2026-08-21",
        advisory=found.id,
        product="debian:12",
        state=found.status,
        interval=f"[0, {found.fixed_in or '∞'})",
        comparison=f"{version} < {found.fixed_in}" if found.fixed_in else f"{version}: no version fixes it",
        scheme="dpkg",
        detail=detail,
    )
    return Finding(
        id=f"vulnerability:deb/debian/{name}:{found.id}",
        kind=FindingKind.VULNERABILITY,
        severity=severity,
        subject=IMAGE,
        title=title,
        package=FoundPackage(
            name=name,
            version=version,
            purl=f"pkg:deb/debian/{name}@{version.replace(':', '%3A')}?distro=debian-12",
            source=SourcePackage(name=name, version=version),
            binaries=tuple(each.name for each in PACKAGES if each.source == name),
        ),
        vulnerability=found,
        location=Location(path=STATUS, layer=BASE, instruction=ADD),
        evidence=Evidence(statements=(statement,), severities=rating),
        fix=f"Upgrade {name} to {found.fixed_in} or later." if found.fixed_in else f"No fix is published for {name}.",
        references=(f"https://security-tracker.debian.org/tracker/{found.id}",),
        waiver=WAIVED if found.id == WAIVED.id else None,
    )


VERSIONS = {
    "glibc": "2.36-9+deb12u1",
    "openssl": "3.0.11-1~deb12u1",
    "zlib": "1:1.2.13.dfsg-1",
    "apt": "2.6.1",
    "ncurses": "6.4-4",
}
PACKAGES = (
    package("libc6", VERSIONS["glibc"], "glibc"),
    package("libc-bin", VERSIONS["glibc"], "glibc"),
    package("libssl3", VERSIONS["openssl"], "openssl", licence="Apache-2.0"),
    package("zlib1g", VERSIONS["zlib"], "zlib", licence="zlib"),
    package("apt", VERSIONS["apt"], "apt", licence="GPL-2.0-or-later AND MIT"),
    package("libncurses6", VERSIONS["ncurses"], "ncurses", layer=APPLICATION, licence="MIT/X11 and friends"),
)
FINDINGS = (
    vulnerable(
        "glibc",
        Vulnerability(
            id="CVE-2023-4911",
            aliases=("DSA-5514-1",),
            fixed_in="2.36-9+deb12u3",
            epss=0.81422,
            exploited=True,
            exploited_since="2023-11-21",
        ),
        Severity.HIGH,
        "Buffer overflow in the dynamic loader",
    ),
    vulnerable(
        "glibc",
        Vulnerability(id="CVE-2019-1010022", epss=0.004),
        Severity.NEGLIGIBLE,
        "Stack guard can be bypassed",
        detail="unimportant",
    ),
    vulnerable(
        "openssl",
        Vulnerability(id="CVE-2023-5363", fixed_in="3.0.11-1~deb12u2", epss=0.03332),
        Severity.HIGH,
        "Key and initialisation vector lengths are processed wrongly",
    ),
    vulnerable(
        "zlib",
        Vulnerability(id="CVE-2023-45853", status="will not fix", epss=0.03179),
        Severity.CRITICAL,
        "Integer overflow in MiniZip",
        detail="ignored",
    ),
    vulnerable("apt", Vulnerability(id="CVE-2011-3374", epss=0.01191), Severity.LOW, "Wrong validation of keyrings"),
    vulnerable("ncurses", Vulnerability(id="CVE-2023-50495"), Severity.UNKNOWN, "Segmentation fault in a parser"),
    Finding(
        id="misconfiguration:etc/passwd:image-runs-as-root",
        kind=FindingKind.MISCONFIGURATION,
        severity=Severity.MEDIUM,
        subject=IMAGE,
        title="The image runs as root",
        rule="image-runs-as-root",
        location=Location(path="etc/passwd", line=1, column=1),
        evidence=Evidence(value="0", expected="a user id over 0", origin="image configuration"),
        fix="Add a USER instruction.",
    ),
)
UNDETERMINED = replace(
    vulnerable(
        "openssl",
        Vulnerability(id="CVE-2024-9143", status="undetermined", epss=0.01),
        Severity.LOW,
        "CVE-2024-9143 in openssl 3.0.11-1~deb12u1, not determined",
    ),
    fix="The vendor has not judged it; nothing is published for openssl.",
)
GAPS = (
    Gap(
        subject=IMAGE,
        what="no-feed",
        question="Which vulnerabilities does linux-firmware of debian:12 have?",
        reason="the feeds here speak for other packages of debian:12, not for linux-firmware",
        advice="Add a feed that speaks for debian:12: plimsoll db update.",
    ),
    Gap(
        subject=IMAGE,
        what="stale-feed",
        question="What became known of 5 source packages after 2026-08-21?",
        reason="the feed debian-tracker is of 2026-08-21, 95 days before 2026-11-24",
        count=5,
        advice="Update it: plimsoll db update.",
    ),
    Gap(
        subject=IMAGE,
        what="end-of-life",
        question="Which vulnerabilities do 6 source packages of debian:12 have that nobody assesses any more?",
        reason="debian:12 has had no security support since 2026-06-30 (distro-info-data)",
        count=6,
    ),
    Gap(
        subject=IMAGE,
        what="unreadable-entries",
        question="Python packages in srv/lib and 30 more alike",
        reason="it states no name",
        count=31,
    ),
    Gap(
        subject=IMAGE,
        what="unreadable-entries",
        question="Debian packages in var/lib/dpkg/status.d/broken",
        reason="the file ends in the middle of a field",
    ),
    Gap(
        subject=IMAGE,
        what="undetermined",
        question="Is openssl 3.0.11-1~deb12u1 affected by CVE-2024-9143?",
        reason="the vendor has not determined it: CVE-2024-9143",
    ),
)
MASSES = (
    Part(fix="vulnerability:deb/debian/glibc", mass_low=15.0, mass_high=15.0, findings=2),
    Part(fix="vulnerability:deb/debian/zlib", mass_low=1.78, mass_high=1.78, findings=1),
    Part(fix="unmeasured:deb/debian/linux-firmware", mass_low=1.0, mass_high=0.0, estimated=True, reason="no feed"),
    Part(
        fix="vulnerability:deb/debian/openssl",
        mass_low=0.9114,
        mass_high=0.91,
        findings=1,
        reason="not measured, counted at the low end: 1",
    ),
    Part(fix=f"check:{IMAGE}:image-runs-as-root", mass_low=0.4, mass_high=0.4, findings=1),
    Part(fix="stale:deb/debian/apt", mass_low=0.13, mass_high=0.0, estimated=True, reason="95 days old"),
    Part(fix="vulnerability:deb/debian/ncurses", mass_low=0.2, mass_high=0.2, findings=1),
    Part(fix="vulnerability:deb/debian/apt", mass_low=0.05, mass_high=0.05, findings=1),
)


def score() -> Score:
    return Score(
        low=value(sum(part.mass_low for part in MASSES)),
        high=value(sum(part.mass_high for part in MASSES)),
        estimated=True,
        parts=MASSES,
    )


def checks() -> tuple[CheckResult, ...]:
    """Give one result in each of the four states."""
    return (
        CheckResult(
            rule="image-runs-as-root",
            subject=IMAGE,
            state=CheckState.FAIL,
            severity=Severity.MEDIUM,
            evidence=Evidence(value="0", expected="a user id over 0", origin="image configuration"),
        ),
        CheckResult(rule="image-has-healthcheck", subject=IMAGE, state=CheckState.PASS, severity=Severity.LOW),
        CheckResult(
            rule="image-is-signed", subject=IMAGE, state=CheckState.NOT_MEASURED, reason="no registry was asked"
        ),
        CheckResult(rule="image-exposes-ssh", subject=IMAGE, state=CheckState.NOT_APPLICABLE),
    )


def sample_report() -> Report:
    """Give the report that the golden files show."""
    return Report(
        tool=Tool(name="plimsoll", version="0.1.0"),
        as_of="2026-11-24",
        target="archive:shop.tar",
        subjects=(
            Subject(
                id=IMAGE,
                kind="image",
                name="shop/api:1.4",
                digest="sha256:" + "0f" * 32,
                platform="linux/amd64",
                distro="debian:12",
            ),
        ),
        score=score(),
        checks=checks(),
        findings=FINDINGS,
        gaps=GAPS,
        knowledge=(
            FeedState(
                name="debian-tracker",
                date="2026-08-21",
                age_days=95,
                licence="MIT",
                records=41_000,
                title="Debian Security Tracker",
            ),
            FeedState(name="epss", date="2026-08-16", age_days=100, licence="free use", records=300_000),
            FeedState(name="kev", date="2026-11-23", age_days=1, licence="CC0-1.0", records=1_400),
        ),
        layers=(
            LayerFacts(digest=BASE, size=120_000_000, instruction=ADD),
            LayerFacts(digest=APPLICATION, size=4_000_000, instruction=INSTALL),
        ),
        packages=PACKAGES,
        waivers=(
            WaiverState(
                id="CVE-2023-45853",
                state="used",
                reason=WAIVED.reason,
                owner=WAIVED.owner,
                expires="2026-12-31",
                findings=1,
            ),
            WaiverState(id="CVE-2022-*", state="unused", reason="checked by hand", owner="ops@shop.example"),
            WaiverState(
                id="CVE-2023-5363",
                state="expired",
                reason="until the rebuild",
                owner="ops@shop.example",
                expires="2026-03-01",
            ),
        ),
        settings="plimsoll.toml",
        hidden=4,
        undetermined=(UNDETERMINED,),
        knowledge_built="2026-11-24",
        snapshot=True,
    )


def report_on_base(**changes: Any) -> Report:  # noqa: ANN401 - fields of BaseFacts
    """Give the sample built on a base, with which glibc and zlib come, and nothing else."""
    report = sample_report()
    base = BaseFacts(name="debian:12", digest="sha256:" + "c3" * 32, layers=1, by="layers", distro="debian:12")
    of_base = ("glibc", "zlib")
    findings = (
        replace(each, origin="base" if each.package and each.package.name in of_base else "own")
        for each in report.findings
    )
    return replace(report, base=replace(base, **changes), findings=tuple(findings))


def empty_report() -> Report:
    """Give the report of a target in which nothing could be measured."""
    return Report(
        tool=Tool(name="plimsoll", version="0.1.0"),
        as_of="2026-11-24",
        target="dir:rootfs",
        subjects=(),
        score=Score(low=None, high=None, estimated=False),
    )


def with_texts(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - a noun, or what it holds
    """Give a copy of a noun with every text changed, but for the day and the schema, which are ours."""
    if isinstance(value, Enum) or value is None:
        return value
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(with_texts(item, change) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        kept = {field.name: getattr(value, field.name) for field in fields(value)}
        changed = {key: item if key in OURS else with_texts(item, change) for key, item in kept.items()}
        return replace(value, **changed)
    return value


def hostile_report(text: str) -> Report:
    """Give the sample with a text at the end of every text that an image, a feed or a user may have written."""
    report = with_texts(sample_report(), lambda before: before + text)
    assert isinstance(report, Report)
    return report


def replaced_report(text: str) -> Report:
    """Give the sample with a text in the place of every text."""
    report = with_texts(sample_report(), lambda _: text)
    assert isinstance(report, Report)
    return report
