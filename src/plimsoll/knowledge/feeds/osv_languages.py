"""OSV.dev's exports of the ecosystems of programming languages: every record that names a package of one.

Format: https://ossf.github.io/osv-schema/ (one JSON record per member of a zip). A record that names packages of
several ecosystems is in the export of each, and is read there for that ecosystem only.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

from plimsoll.knowledge.osv import members
from plimsoll.knowledge.osv_records import knowledge_in, records_of
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, Knowledge
from plimsoll.model.system import System
from plimsoll.systems import languages


def parse(system: System, path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield what every record of an export says about packages of one system, and that it speaks for all of them."""
    yield from knowledge_in(path, records_of(members(path, file, limits)), {system.osv: system})


def _export(system: System) -> Feed:
    path = f"osv/{system.osv}/all.zip"
    return Feed(
        name=f"osv-{system.name}",
        title=f"OSV.dev export of {system.osv}",
        kind="advisories",
        licence="CC-BY-4.0",
        notice=f"Advisories about {system.title} as collected and exported by OSV.dev (https://osv.dev/), each under"
        " the licence of its database: GitHub Advisory Database (GHSA), Python Packaging Advisory Database (PYSEC), Go"
        " Vulnerability Database (GO) and OSS-Fuzz (OSV) CC BY 4.0, RustSec Advisory Database (RUSTSEC) CC0 1.0,"
        " OpenSSF Malicious Packages (MAL) Apache-2.0; converted to statements of affected versions by Plimsoll.",
        files=(path,),
        urls=((f"https://osv-vulnerabilities.storage.googleapis.com/{quote(system.osv)}/all.zip", path),),
        parse=partial(parse, system),
        authority=50,
        reference="https://osv.dev/vulnerability/{id}",
    )


OSV_PYPI = _export(languages.PYPI)
OSV_NPM = _export(languages.NPM)
OSV_MAVEN = _export(languages.MAVEN)
OSV_GO = _export(languages.GO)
OSV_CARGO = _export(languages.CARGO)
OSV_RUBYGEMS = _export(languages.RUBYGEMS)
OSV_COMPOSER = _export(languages.COMPOSER)
OSV_NUGET = _export(languages.NUGET)
OSV_HEX = _export(languages.HEX)
OSV_PUB = _export(languages.PUB)
