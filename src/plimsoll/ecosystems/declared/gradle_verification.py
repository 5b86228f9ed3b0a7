"""Java packages whose files Gradle verifies: gradle/verification-metadata.xml (Gradle, "Verifying dependencies")."""

import re
from collections.abc import Iterator

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.xml import Element, read_xml
from plimsoll.ecosystems.gathering import Gathering, fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_ALGORITHMS = ("sha256", "sha512")
_HEX = re.compile(r"[0-9a-f]{64}(?:[0-9a-f]{64})?")


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read every component, with the digests of its archives; what each is for, the file does not say."""
    try:
        root = read_xml(data)
    except DocumentError as error:
        return fault(error)
    if root.name != "verification-metadata":
        return fault(f"it holds {root.name!r} instead of verification metadata")
    gathering = Gathering()
    for components in root.all("components"):
        for component in components.all("component"):
            group, name, version = (component.attributes.get(key, "").strip() for key in ("group", "name", "version"))
            full = f"{group}:{name}" if group and name else ""
            hashes = tuple(dict.fromkeys(_hashes(component)))
            gathering.add(PackageRecord.simple(full, version, line=component.line, hashes=hashes))
    return gathering.observed()


def _hashes(component: Element) -> Iterator[str]:
    for artifact in component.all("artifact"):
        if not artifact.attributes.get("name", "").endswith((".pom", ".module")):
            for check in artifact.children:
                value = check.attributes.get("value", "").lower()
                if check.name in _ALGORITHMS and _HEX.fullmatch(value):
                    yield f"{check.name}:{value}"


GRADLE_VERIFICATION = Ecosystem(
    name="gradle-verification",
    title="Java packages that Gradle verifies",
    version=1,
    system="maven",
    paths=("verification-metadata.xml",),
    declared=True,
    parse=parse,
)
