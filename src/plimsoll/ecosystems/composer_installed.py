"""Installed PHP packages: Composer's vendor/composer/installed.json, of Composer 1 (a list) and 2 (an object)."""

from collections.abc import Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import read_json
from plimsoll.documents.shapes import mapping, mappings, text, texts
from plimsoll.ecosystems.gathering import Gathering, fault, resolved
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord


def parse(path: str, data: bytes) -> Observed:
    """Read what is installed. Total: packages without a name or version become faults.

    Copies lie in folders of any name, but other programs have files of this name: those are left alone.
    """
    try:
        document = read_json(data)
    except DocumentError as error:
        return fault(error)
    stated = document if isinstance(document, list) else mapping(document).get("packages")
    packages = [each for each in mappings(stated) if "name" in each or "version" in each]
    if not packages and not f"/{path}".endswith("/composer/installed.json"):
        return Observed()
    if not isinstance(stated, list):
        return fault("it lists no packages")
    gathering = Gathering()
    developing = frozenset(texts(mapping(document).get("dev-package-names")))
    versions = {text(package.get("name")): text(package.get("version")) for package in packages}
    for package in packages:
        gathering.add(_record(package, versions, developing))
    return gathering.observed()


def _record(package: Mapping[str, object], versions: Mapping[str, str], developing: frozenset[str]) -> PackageRecord:
    name = text(package.get("name"))
    checksum = text(mapping(package.get("dist")).get("shasum"))
    licence = package.get("license")
    # Requirements without a slash are PHP itself and its extensions.
    wanted = (each for each in mapping(package.get("require")) if "/" in each)
    return PackageRecord.simple(
        name,
        text(package.get("version")),
        licence=licence if isinstance(licence, str) else " OR ".join(texts(licence)),
        hashes=(f"sha1:{checksum.lower()}",) if len(checksum) == 40 and checksum.isalnum() else (),
        requires=resolved(wanted, versions),
        scope="dev" if name in developing else "",
    )


COMPOSER = Ecosystem(
    name="composer",
    title="PHP packages",
    version=1,
    system="composer",
    paths=("installed.json",),
    parse=parse,
)
