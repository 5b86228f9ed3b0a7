"""A small Debian 12 image, and what the feeds say of it: real ids, versions, states and scores."""

from tests.knowledge_in_memory import InMemoryKnowledge, Source

from plimsoll.model.knowledge import Threat
from plimsoll.model.package import Distro, Package
from plimsoll.model.purl import purl, purl_key
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Rating, State, Statement

AS_OF = "2026-11-22"
DEBIAN = Distro(id="debian", version="12", name="Debian GNU/Linux 12 (bookworm)")
GLIBC = "2.36-9+deb12u1"
OPENSSL = "3.0.11-1~deb12u2"


def package(name: str, version: str, source: str = "", source_version: str = "", layer: str = "sha256:base") -> Package:
    source = source or name
    return Package(
        ecosystem="dpkg",
        name=name,
        version=version,
        purl=purl("deb", "debian", name, version, {"arch": "amd64", "distro": "debian-12"}),
        key=purl_key("deb", "debian", source),
        source=source,
        source_version=source_version or version,
        product="debian:12",
        architecture="amd64",
        path="var/lib/dpkg/status",
        layer=layer,
        instruction=f"RUN install {name}",
    )


PACKAGES = (
    package("zlib1g", "1:1.2.13.dfsg-1", "zlib"),
    package("libssl3", OPENSSL, "openssl", layer="sha256:top"),
    package("openssl", OPENSSL),
    package("libc6", GLIBC, "glibc"),
    package("libc-bin", f"{GLIBC}+b1", "glibc", GLIBC, layer="sha256:bin"),
    package("bash", "5.2.15-2+b7", source_version="5.2.15-2"),
)


def supported(_product: str) -> None:
    """Say that no product has reached its end of life."""


def says(  # noqa: PLR0913 - one argument per field that a test varies
    source: str,
    vulnerability: str,
    hi: str | None = None,
    *,
    state: State = State.AFFECTED,
    severity: Severity | None = None,
    lo: str = "",
    hi_inclusive: bool = False,
    detail: str = "",
    product: str = "debian:12",
    aliases: tuple[str, ...] = (),
) -> Statement:
    return Statement(
        product=product,
        package=source,
        vulnerability=vulnerability,
        advisory=vulnerability,
        state=state,
        scheme="dpkg",
        lo=lo,
        hi=hi,
        hi_inclusive=hi_inclusive,
        severity=severity,
        detail=detail,
        since="2024-01-31",
        aliases=aliases,
    )


STATEMENTS = (
    says("glibc", "CVE-2023-4911", "2.36-9+deb12u3"),
    says("glibc", "CVE-2024-2961", "2.36-9+deb12u6"),
    says("glibc", "CVE-2010-4756", severity=Severity.NEGLIGIBLE),
    says("openssl", "CVE-2024-5535", "3.0.15-1~deb12u1"),
    says("zlib", "CVE-2023-45853", state=State.WILL_NOT_FIX, detail="ignored"),
)
THREATS = {
    "CVE-2023-4911": Threat(
        ratings=(("nvd", Rating(vulnerability="CVE-2023-4911", version=3, score=7.8, vector="CVSS:3.1/AV:L")),),
        epss=0.81422,
        exploited_since="2023-11-21",
    ),
    "CVE-2024-2961": Threat(epss=0.8833),
    "CVE-2010-4756": Threat(epss=0.02611),
    "CVE-2024-5535": Threat(
        ratings=(
            ("nvd", Rating(vulnerability="CVE-2024-5535", version=2, score=10.0, vector="AV:N/AC:L/Au:N/C:C/I:C/A:C")),
            ("nvd", Rating(vulnerability="CVE-2024-5535", version=3, score=9.1, vector="CVSS:3.1/AV:N/AC:L")),
        ),
        epss=0.05582,
    ),
    "CVE-2023-45853": Threat(epss=0.03179),
}


def tracker(
    *statements: Statement, date: str = "2026-11-20", packages: frozenset[str] | None = None, authority: int = 2
) -> Source:
    return Source(
        name="debian-tracker",
        date=date,
        authority=authority,
        speaks_for={"debian:12": packages},
        statements=statements,
        reference="https://security-tracker.debian.org/tracker/{id}",
    )


def knowledge(*more: Source) -> InMemoryKnowledge:
    return InMemoryKnowledge([tracker(*STATEMENTS), *more], THREATS)
