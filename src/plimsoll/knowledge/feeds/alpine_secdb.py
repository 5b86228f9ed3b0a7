"""Alpine's security database: which version of a package fixed which vulnerabilities, one file per repository.

Format: https://secdb.alpinelinux.org/ (`packages[].pkg.{name, secfixes: {version: [ids]}}`; the version "0"
says that no version was ever affected).
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.end_of_life import releases
from plimsoll.knowledge.reading import decoded, whole
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, Knowledge, SpeaksFor, State, Statement, Unusable

SCHEME = "apk"

_VULNERABILITY = re.compile(
    r"(?<![\w-])(?:CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3}|(?:XSA|ALPINE)-\d+|RUSTSEC-\d{4}-\d+)"
)
"""Ids of databases that publish one vulnerability (or Xen advisory) under one id."""

_FIRST_WITH_COMMUNITY = (3, 3)
_WITHOUT_DATABASE = {"2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "3.0", "3.1"}


class _Database(msgspec.Struct):
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
    packages = decoded(whole(path, file, limits), _Database, path).packages or []
    yield SpeaksFor(product=product, beside=_other_repositories(branch, repository))
    for index, raw in enumerate(packages):
        yield from _statements(product, f"package {index + 1}", raw)


def _other_repositories(branch: str, repository: str) -> tuple[str, ...]:
    """Give the files that hold the rest of a branch: `main` and `community`, which there was not before 3.3."""
    version = tuple(int(part) for part in re.findall(r"\d+", branch))
    repositories = ("main", "community") if not version or version >= _FIRST_WITH_COMMUNITY else ("main",)
    return tuple(f"alpine/{branch}/{other}.json" for other in repositories if other != repository)


def _statements(product: str, record: str, raw: msgspec.Raw) -> Iterator[Knowledge]:
    try:
        package = decoded(raw, _Entry, record).pkg
    except KnowledgeError as error:
        yield Unusable(record=record, reason=error.message)
        return
    for version, texts in (package.secfixes or {}).items():
        yield from _fixed(product, package.name, version.strip(), texts or ())


def _fixed(product: str, package: str, version: str, texts: Iterable[str]) -> Iterator[Knowledge]:
    never = version == "0"
    for text in texts:
        ids = tuple(dict.fromkeys(_VULNERABILITY.findall(text)))
        if not ids:
            yield Unusable(record=f"{package} {version}", reason=f"{text[:60]!r} names no published vulnerability")
        for name in ids:
            yield Statement(
                product=product,
                package=package,
                vulnerability=name,
                advisory=name,
                state=State.NOT_AFFECTED if never else State.AFFECTED,
                scheme=SCHEME,
                hi=None if never else version,
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
