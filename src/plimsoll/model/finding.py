"""What is wrong: findings, with everything needed to explain them."""

from dataclasses import dataclass
from enum import StrEnum

from plimsoll.model.severity import Severity


class FindingKind(StrEnum):
    """What sort of trouble it is."""

    VULNERABILITY = "vulnerability"
    MISCONFIGURATION = "misconfiguration"
    SECRET = "secret"  # noqa: S105 - a kind of finding, not a password
    MALWARE = "malware"
    HYGIENE = "hygiene"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePackage:
    """The source package that a fix upgrades."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPackage:
    """The package of a finding: the source package's purl and the installed binaries made from it.

    `versions` are the installed versions of the source package that are affected, usually one.
    """

    name: str
    version: str
    purl: str
    source: SourcePackage
    binaries: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vulnerability:
    """A vulnerability. `status` is the vendor's state, `epss` a probability or None, `exploited` from KEV."""

    id: str
    aliases: tuple[str, ...] = ()
    fixed_in: str = ""
    status: str = "affected"
    epss: float | None = None
    exploited: bool = False
    exploited_since: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where: path in the tree, layer (verified diff id) and the instruction that created it; line in a file.

    Lines and columns count from 1. `end_column` is the one after the key that begins at `column`; only reports that
    show regions have it.
    """

    path: str = ""
    line: int | None = None
    column: int | None = None
    end_column: int | None = None
    pointer: str = ""
    layer: str = ""
    instruction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEvidence:
    """One statement that was weighed, in the words of its publisher.

    `interval` is in mathematical notation (`[0, 1.2-3)`), `comparison` what was compared (`1.2-1 < 1.2-3`)
    with the scheme's name in `scheme`. `stream` is the part of the product it speaks of (`module:nodejs:18`), "" for
    the release as such. `decides` is false for statements that a better authority outranks, and for those of another
    stream than the package's.
    """

    feed: str
    feed_date: str
    advisory: str
    product: str
    state: str
    interval: str
    comparison: str
    scheme: str
    detail: str = ""
    since: str = ""
    decides: bool = True
    stream: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityEvidence:
    """One rating that was known: `source` says whose, `rating` its words, `used` whether it decided."""

    source: str
    rating: str
    severity: Severity
    used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why Plimsoll says so. Checks fill value, expected and origin; vulnerabilities the two lists."""

    value: str = ""
    expected: str = ""
    origin: str = ""
    statements: tuple[StatementEvidence, ...] = ()
    severities: tuple[SeverityEvidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverMark:
    """The waiver that keeps a finding from the gates (never from the score). `origin` is where it stands."""

    id: str
    reason: str
    owner: str
    expires: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What mends a finding, as a change of a file's text: what stands between two places gives way to `text`.

    Lines and columns count from 1, columns in characters without a byte order mark; the end is the place after the last
    character that goes. Lines end where a line feed stands.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that fails. `id` is `kind:key:what`, stable over rebuilds of the same image (design.md).

    `origin` is `base` where it comes with the base of the image alone, `own` where its own layers have a part in it,
    and empty where that is not known (`base` of the report). `snippet` is the fix in the syntax of the file itself.
    `known` says that an earlier report, the baseline, has it already. `replacements` are the changes of files that mend
    it together; only formats for editors and code hosts have them (SARIF).
    """

    id: str
    kind: FindingKind
    severity: Severity
    subject: str
    title: str
    rule: str = ""
    package: FoundPackage | None = None
    vulnerability: Vulnerability | None = None
    location: Location = Location()
    evidence: Evidence = Evidence()
    fix: str = ""
    references: tuple[str, ...] = ()
    waiver: WaiverMark | None = None
    origin: str = ""
    snippet: str = ""
    known: bool = False
    replacements: tuple[Replacement, ...] = ()

    @property
    def fix_key(self) -> str:
        """The fix that removes this finding: `vulnerability:<source package>`, else the finding's own id."""
        return self.id.removesuffix(f":{self.vulnerability.id}") if self.vulnerability else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """Vulnerabilities of a source package that are in none of its installed packages, with the reason."""

    subject: str
    package: str
    version: str
    reason: str
    vulnerabilities: tuple[str, ...]
