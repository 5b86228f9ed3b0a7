"""Wolfi's and Chainguard's security databases: which version of a package fixed which vulnerabilities.

Format: that of Alpine's (`packages[].pkg.{name, secfixes: {version: [ids]}}`, the version "0" for never affected), one
file for each of the two rolling systems.
"""

from collections.abc import Iterator
from pathlib import Path

from plimsoll.knowledge.feeds.alpine_secdb import Database, statements_of
from plimsoll.knowledge.reading import decoded, whole
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, Knowledge, SpeaksFor


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield one statement per package, id and fixed version of `<system>/security.json`."""
    product = path.partition("/")[0]
    packages = decoded(whole(path, file, limits), Database, path).packages or []
    yield SpeaksFor(product=product)
    for index, raw in enumerate(packages):
        yield from statements_of(product, f"package {index + 1}", raw)


WOLFI_SECDB = Feed(
    name="wolfi-secdb",
    title="Wolfi and Chainguard security databases",
    kind="advisories",
    licence=None,
    notice="Security databases of Wolfi (https://packages.wolfi.dev/) and Chainguard (https://packages.cgr.dev/); what"
    " they were made from was under Apache-2.0 until May 2025 and is not since, so each user fetches them, and they are"
    " never embedded.",
    files=("wolfi/security.json", "chainguard/security.json"),
    urls=(
        ("https://packages.wolfi.dev/os/security.json", "wolfi/security.json"),
        ("https://packages.cgr.dev/chainguard/security.json", "chainguard/security.json"),
    ),
    parse=parse,
    authority=100,
    reference="https://images.chainguard.dev/security/{id}",
)
