"""Alpine's security database: which version of a package fixed which vulnerabilities, one file per repository.

Format: https://secdb.alpinelinux.org/ (`packages[].pkg.{name, secfixes: {version: [ids]}}`; the version "0"
says that no version was ever affected).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.end_of_life import releases
from plimsoll.knowledge.reading import cleaned, decoded, whole
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, Knowledge, SpeaksFor, State, Statement, Unusable

SCHEME = "apk"

_CVE = re.compile(r"(?<![\w-])CVE-\d{4}-\d{4,}", re.ASCII)
_PUBLISHED = re.compile(r"GHSA(?:-[0-9a-z]{4}){3}|(?:XSA|ALPINE)-\d+|RUSTSEC-\d{4}-\d+", re.ASCII)
"""Ids of databases that publish one vulnerability (or Xen advisory) under one id."""
_ID = re.compile(r"GHSA(?:-[0-9a-z]{4}){3}|[A-Za-z]+\d{3,}|[A-Za-z]\w*(?:-\w+)*-\d+", re.ASCII)
"""What looks like the id of some publisher: `TALOS-2017-0488`, `VSV00010`, `wnpa-sec-2017-18`."""
_LONGEST_ID = 60
_MOST_ALIASES = 20

_FIRST_WITH_COMMUNITY = (3, 3)
_WITHOUT_DATABASE = {"2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "3.0", "3.1"}


class Database(msgspec.Struct):
    """One file; entries are decoded one by one, so that a damaged one costs no other."""

    packages: list[msgspec.Raw] | None


class _Entry(msgspec.Struct):
    pkg: "_Package"


class _Package(msgspec.Struct):
    name: str
    secfixes: dict[str, list[str] | None] | None


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield one statement per package, id and fixed version of `alpine/<branch>/<repository>.json`."""
    _, branch, repository = path.removesuffix(".json").split("/")
    product = f"alpine:{branch.removeprefix('v')}"
    packages = decoded(whole(path, file, limits), Database, path).packages or []
    yield SpeaksFor(product=product, beside=_other_repositories(branch, repository))
    for index, raw in enumerate(packages):
        yield from statements_of(product, f"package {index + 1}", raw)


def _other_repositories(branch: str, repository: str) -> tuple[str, ...]:
    """Give the files that hold the rest of a branch: `main` and `community`, which there was not before 3.3."""
    version = tuple(int(part) for part in re.findall(r"\d+", branch))
    repositories = ("main", "community") if not version or version >= _FIRST_WITH_COMMUNITY else ("main",)
    return tuple(f"alpine/{branch}/{other}.json" for other in repositories if other != repository)


def statements_of(product: str, record: str, raw: msgspec.Raw) -> Iterator[Knowledge]:
    """Yield what one entry of `packages` says; Unusable, called `record`, where it is none."""
    try:
        package = decoded(raw, _Entry, record).pkg
    except KnowledgeError as error:
        yield Unusable(record=record, reason=error.message)
        return
    for version, texts in (package.secfixes or {}).items():
        yield from _fixed(product, package.name, version.strip(), texts or ())


@dataclass(frozen=True, slots=True)
class _Ids:
    """What a text names: one id for each vulnerability, and other ids of the same.

    `malformed` says that some of it is no id; where not `published` nobody can say which vulnerability it is.
    """

    names: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    published: bool = True
    malformed: bool = False


def _ids(text: str, version: str) -> _Ids:
    cves = tuple(dict.fromkeys(_CVE.findall(text)))
    words = [word.strip("(),;") for word in text.split()]
    others = tuple(dict.fromkeys(word for word in words if _is_id(word)))[:_MOST_ALIASES]
    if cves:
        return _Ids(cves, others)
    published = tuple(word for word in others if _PUBLISHED.fullmatch(word))
    if others:
        name = (published or others)[0]
        aliases = tuple(other for other in others if other != name)
        return _Ids((name,), aliases, published=bool(published), malformed=len(set(words)) > len(others))
    return _Ids((cleaned(text) or f"unnamed, fixed in {cleaned(version)}",), published=False, malformed=True)


def _is_id(word: str) -> bool:
    return len(word) <= _LONGEST_ID and not word.startswith("CVE") and _ID.fullmatch(word) is not None


def _fixed(product: str, package: str, version: str, texts: Iterable[str]) -> Iterator[Knowledge]:
    for text in texts:
        ids = _ids(text, version)
        said = tuple(_statement(product, package, version, name, ids) for name in ids.names)
        if ids.malformed and not ids.published:
            reason = f"{cleaned(text)!r} names no published vulnerability"
            yield Unusable(record=f"{package} {version}", reason=reason, known=said)
        else:
            yield from said


def _statement(product: str, package: str, version: str, name: str, ids: _Ids) -> Statement:
    never = version == "0"
    certain = State.NOT_AFFECTED if never else State.AFFECTED
    return Statement(
        product=product,
        package=package,
        vulnerability=name,
        advisory=name,
        state=certain if ids.published or never else State.UNDETERMINED,
        scheme=SCHEME,
        hi=None if never else version,
        aliases=ids.aliases,
    )


def _urls() -> Iterator[tuple[str, str]]:
    for release in releases():
        if release.product != "alpine" or release.version in _WITHOUT_DATABASE:
            continue
        branch = release.version if release.version == "edge" else f"v{release.version}"
        files = [f"alpine/{branch}/main.json", *_other_repositories(branch, "main")]
        yield from ((f"https://secdb.alpinelinux.org/{file.removeprefix('alpine/')}", file) for file in files)


ALPINE_SECDB = Feed(
    name="alpine-secdb",
    title="Alpine Linux security database",
    kind="advisories",
    licence=None,
    notice="Alpine Linux security database (https://secdb.alpinelinux.org/); states no licence, so it is fetched by"
    " each user and never embedded.",
    files=("alpine/*/main.json", "alpine/*/community.json"),
    urls=tuple(_urls()),
    parse=parse,
    authority=100,
    reference="https://security.alpinelinux.org/vuln/{id}",
)
