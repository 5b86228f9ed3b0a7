"""Who a Java archive is when no pom in it says so: from its manifest, its file name and a table of known artifacts.

No specification tells; the rules are those by which builds fill manifests (Maven archiver, maven-bundle-plugin, Gradle)
and by which repositories name files (`artifact-version-classifier.jar`).
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from plimsoll.ecosystems.jar_facts import Coordinates, coordinate, version_of

_LONGEST_NAME = 300

_WORDS = (
    "alpha|beta|b|rc|cr|m|milestone|final|ga|release|sp|snapshot|incubating|build|pre|preview|ea|dev|stable|hotfix"
    "|patch|jre|jdk|java|android|hadoop|spark|scala|redhat|jbossorg|cdh|hdp|fuse|atlassian|sonatype|wso2v|empty|svn|git|dfsg|ds|v|r|p|g"
)
_VERSION = re.compile(rf"\d[\w.~]*(?:[-+](?:\d|(?:{_WORDS})(?![a-z]))[\w.~]*)*", re.IGNORECASE)
_ANY = (".x", ".X")
"""How distributions write that an archive may have any version of a series (`spring3-core-3.x.jar`)."""

_HYPHENS = re.compile(r"-(?=\d)")
_BUNDLE = re.compile(r"(.+)_(\d+\.\d+\.\d+[\w.\-]*)")
"""How OSGi repositories name files: symbolic name, underscore, version."""

_GROUP = re.compile(r"[a-z][a-z0-9_\-]*(?:\.[A-Za-z0-9_\-]+)+")
_TOO_BROAD = frozenset({"org.apache", "com.google", "com.sun", "com.oracle", "org.eclipse", "com.ibm", "org.glassfish"})
"""Publishers that have many groups: their name alone is no group."""

_STATED_VERSIONS = ("plugin-version", "implementation-version", "bundle-version", "specification-version")


def own_pom(stem: str, poms: Iterable[Coordinates], manifest: Mapping[str, str]) -> Coordinates | None:
    """Say which pom is the archive's own, None if none is; the others were packed into it.

    `stem` is the file's name without ending. A file that was renamed (`app.jar`) is its only pom, unless its manifest
    calls it as the file is called.
    """
    poms = tuple(poms)
    fitting = [pom for pom in poms if _fits(stem, pom)]
    if fitting:
        return max(fitting, key=lambda pom: (bool(pom.version) and pom.version in stem, len(pom.artifact)))
    artifact, version = split_name(stem, manifest)
    version = version or _stated_version(manifest)
    fitting = [pom for pom in poms if version and pom.version == version]
    if len(fitting) == 1:
        return fitting[0]
    is_renamed = stem == artifact and not _bundle(manifest).endswith(f".{stem}") and not known_group(stem)
    return poms[0] if len(poms) == 1 and is_renamed else None


def guessed(stem: str, manifest: Mapping[str, str]) -> Coordinates:
    """Tell who an archive is from its name and manifest; parts that nobody can tell are ""."""
    artifact, version = split_name(stem, manifest)
    if not version:
        artifact = next(filter(known_group, _titles(artifact, manifest)), artifact)
        version = _stated_version(manifest)
    short = coordinate(manifest.get("short-name", "")) if "plugin-version" in manifest else ""
    artifact = coordinate(short or artifact)
    group, artifact = _dotted(artifact)
    group = group or _group(artifact, version, manifest)
    return Coordinates(
        guessed=group != known_group(artifact, version),
        group=group,
        artifact=artifact,
        version=version_of(version),
        licence=manifest.get("bundle-license", "")[:200],
    )


def distributed(stem: str, manifest: Mapping[str, str]) -> tuple[str, ...]:
    """Give the `group:artifact`s for which an archive of a server's own distribution stands, mostly none."""
    row = _table()["programs"].get(stem, {})
    return tuple(row["names"]) if row and manifest.get("implementation-title") == row["title"] else ()


def is_of_the_runtime(manifest: Mapping[str, str]) -> bool:
    """Say whether the archive is a part of the Java runtime itself, which is no package of Maven."""
    return manifest.get("specification-title", "").startswith("Java Platform API")


def known_group(artifact: str, version: str = "") -> str:
    """Look an artifact's group up; "" if the table does not have it."""
    table = _table()
    row = table["artifacts"].get(artifact)
    if row is None:
        parts = artifact.split("-")[:8]
        starts = ("-".join(parts[:count]) + "-" for count in range(len(parts) - 1, 0, -1))
        row = next((table["families"][start] for start in starts if start in table["families"]), "")
    return row if isinstance(row, str) else _by_version(row, version)


def split_name(stem: str, manifest: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Split a file's name (without ending) into artifact and version, "" if it has none; a classifier is dropped."""
    stem = stem[:_LONGEST_NAME]
    for stated in (manifest or {}).get("implementation-version", ""), (manifest or {}).get("bundle-version", ""):
        if stated and stem.endswith(f"-{stated}"):
            return stem[: -len(stated) - 1], stated
    places = [found.end() for found in _HYPHENS.finditer(stem) if found.start() > 0]
    for at in places:
        if _VERSION.fullmatch(stem, at):
            return stem[: at - 1], "" if stem.endswith(_ANY) else stem[at:]
    for at in places:
        found = _VERSION.match(stem, at)
        if found and stem[found.end() :].startswith("-"):
            return stem[: at - 1], found[0]
    bundle = _BUNDLE.fullmatch(stem)
    return (bundle[1], bundle[2]) if bundle else (stem, "")


def _fits(stem: str, pom: Coordinates) -> bool:
    stem = stem.replace("_", "-")
    names = (pom.artifact.replace("_", "-"), f"{pom.group}.{pom.artifact}".replace("_", "-"))
    return any(stem == name or stem.startswith(f"{name}-") for name in names if name)


def _titles(artifact: str, manifest: Mapping[str, str]) -> tuple[str, ...]:
    """Give what an archive may be called, likeliest first."""
    bundle = _bundle(manifest)
    titles = (artifact, manifest.get("implementation-title", ""), bundle, bundle.rpartition(".")[2])
    return tuple(filter(None, map(coordinate, titles)))


def _bundle(manifest: Mapping[str, str]) -> str:
    return coordinate(manifest.get("bundle-symbolicname", "").partition(";")[0])


def _stated_version(manifest: Mapping[str, str]) -> str:
    found = (_VERSION.match(manifest.get(name, "")) for name in _STATED_VERSIONS)
    return next((match[0] for match in found if match), "")


def _dotted(artifact: str) -> tuple[str, str]:
    """Split `group.artifact`, as some distributions name files, where the table knows both."""
    for dot in (found.start() for found in re.finditer(r"\.", artifact)):
        if known_group(artifact[dot + 1 :]) == artifact[:dot]:
            return artifact[:dot], artifact[dot + 1 :]
    return "", artifact


def _group(artifact: str, version: str, manifest: Mapping[str, str]) -> str:
    return (
        coordinate(manifest.get("group-id", ""))
        or known_group(artifact, version)
        or _group_of_bundle(artifact, _bundle(manifest))
        or _group_of_vendor(manifest.get("implementation-vendor-id", ""))
        or _group_of_bundle(artifact.replace("-", "."), coordinate(manifest.get("automatic-module-name", "")))
    )


def _group_of_bundle(artifact: str, bundle: str) -> str:
    """Undo what makes a symbolic name: group, a dot and the artifact, but not twice what both begin with."""
    if bundle == artifact and artifact.count(".") >= 2:
        return artifact.rpartition(".")[0]
    if not artifact or not bundle.endswith(f".{artifact}"):
        return ""
    group = bundle[: -len(artifact) - 1]
    if group in _TOO_BROAD:
        return "" if "-" in artifact else bundle
    return group if _GROUP.fullmatch(group) else ""


def _group_of_vendor(vendor: str) -> str:
    return vendor if _GROUP.fullmatch(vendor) and vendor not in _TOO_BROAD else ""


def _by_version(rows: Iterable[Mapping[str, str]], version: str) -> str:
    """Choose among the groups that an artifact had over time, by the first two numbers of its version."""
    number = _numbers(version)
    return next(
        (row["group"] for row in rows if "below" not in row or (number and number < _numbers(row["below"]))), ""
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d{1,9}", version[:40])[:2]))


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    import tomllib
    from pathlib import Path

    return tomllib.loads(Path(__file__).with_name("maven_groups.toml").read_text(encoding="utf-8"))
