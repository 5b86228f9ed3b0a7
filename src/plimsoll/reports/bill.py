"""What every bill of materials says, whatever its format: facts of packages, what contains and requires what, gaps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from plimsoll.model.gap import Gap
from plimsoll.model.package import Package
from plimsoll.model.report import FeedState, Report
from plimsoll.model.subject import Subject
from plimsoll.reports.knowledge_used import knowledge_used
from plimsoll.reports.unmeasured import sentence, unmeasured

DEEPEST = 8
"""Levels of packages within packages; what lies deeper is shown in the last one that counts."""

Facts = Iterable[tuple[str, str]]
"""Names and values of what a format has no place for; empty ones are unknown."""

_INSIDE = "!/"
_CPE_ODD = str.maketrans({each: f"\\{each}" for each in "!\"#$%&'()*+,/:;<=>@[\\]^`{|}~?"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How the packages of a report belong together, by their indices.

    `within` is the package that contains each, -1 where the subject itself does; `requires` those that each needs,
    as far as they are there.
    """

    within: Sequence[int]
    requires: Sequence[Sequence[int]]


def shape_of(packages: Sequence[Package]) -> Shape:
    """Find out what contains and requires what."""
    return Shape(within=_containers(packages), requires=_requirements(packages))


def _containers(packages: Sequence[Package]) -> list[int]:
    """Place packages in the archive of another one, or among the files of a distribution's package."""
    archives: dict[str, list[int]] = {}
    owners: dict[str, int] = {}
    for index, package in enumerate(packages):
        archives.setdefault(package.path, []).append(index)
        if not package.owner and _INSIDE not in package.path:
            owners.setdefault(package.purl, index)
    within = [-1] * len(packages)
    depth = [0] * len(packages)
    # Shorter paths first, so that what contains a package is placed before it.
    for index in sorted(range(len(packages)), key=lambda at: len(packages[at].path)):
        package = packages[index]
        found = _archive(package.path, archives) if _INSIDE in package.path else -1
        if found < 0 and package.owner:
            found = owners.get(package.owner, -1)
        while found >= 0 and depth[found] >= DEEPEST:
            found = within[found]
        if found >= 0:
            within[index], depth[index] = found, depth[found] + 1
    return within


def _archive(path: str, archives: Mapping[str, list[int]]) -> int:
    """Find the package whose archive a path leads into; where one archive holds several, none of them is it."""
    for _ in range(DEEPEST):
        path, inside, _ = path.rpartition(_INSIDE)
        if not inside:
            break
        there = archives.get(path, ())
        if len(there) == 1:
            return there[0]
    return -1


def _requirements(packages: Sequence[Package]) -> list[list[int]]:
    """Of several packages with one purl, the one from the same file is meant, else the first."""
    first: dict[str, int] = {}
    exact: dict[tuple[str, str], int] = {}
    for index, package in enumerate(packages):
        first.setdefault(package.purl, index)
        exact.setdefault((package.purl, package.path), index)
    found = []
    for index, package in enumerate(packages):
        wanted = (exact.get((purl, package.path), first.get(purl, -1)) for purl in package.requires)
        found.append([at for at in dict.fromkeys(wanted) if at >= 0 and at != index])
    return found


def instructions_of(report: Report) -> dict[str, str]:
    """Give the instruction of each layer by its digest; of two alike, that of the lower one."""
    found: dict[str, str] = {}
    for layer in report.layers:
        found.setdefault(layer.digest, layer.instruction)
    return found


def package_facts(package: Package, instructions: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give the facts of a package. Its layer's instruction stands with the layers, unless it is another one."""
    told = instructions.get(package.layer)
    return [
        ("ecosystem", package.ecosystem),
        ("source", package.source),
        ("source-version", package.source_version),
        ("architecture", package.architecture),
        ("path", package.path),
        ("line", str(package.line) if package.line else ""),
        ("layer", package.layer),
        ("instruction", "" if told == package.instruction else package.instruction),
        ("product", package.product),
        ("stream", package.stream),
        ("owner", package.owner),
        ("cpe", package.cpe),
        ("guessed", "yes" if package.guessed else ""),
        ("declared", "yes" if package.declared else ""),
        ("direct", "" if package.direct is None else "yes" if package.direct else "no"),
        ("scope", package.scope),
    ]


def subject_facts(subject: Subject) -> Facts:
    """Give the facts of a subject."""
    facts = (("kind", subject.kind), ("digest", subject.digest), ("platform", subject.platform))
    return (*facts, ("distro", subject.distro), ("parent", subject.parent))


def document_facts(report: Report) -> list[tuple[str, str]]:
    """Give the facts of a whole report. A bill of materials that kept silent about gaps would claim too much."""
    layers = [layer for layer in report.layers if layer.digest]
    others = sum(finding.vulnerability is None for finding in report.findings)
    return [
        # Once here, not again with every package that the layer brought.
        *(("layer", f"{layer.digest} {layer.instruction}".rstrip()) for layer in layers),
        *(("layer-size", f"{layer.digest} {layer.size}") for layer in layers),
        ("knowledge", knowledge_used(report)),
        *(("feed", _feed(feed)) for feed in report.knowledge),
        *(("gap", gap_line(gap)) for gap in unmeasured(report)),
        ("hidden-findings", str(report.hidden) if report.hidden else ""),
        ("findings-of-other-kinds", f"{others}, shown by the other formats" if others else ""),
    ]


def _feed(feed: FeedState) -> str:
    return f"{feed.name} of {feed.date} ({feed.age_days} days old)"


def gap_line(gap: Gap) -> str:
    """Say in one line what was not measured."""
    advice = f" {gap.advice}" if gap.advice else ""
    return f"{gap.what} ({gap.count}, {gap.subject}): {sentence(gap)}{advice}"


def cpe_names(package: Package) -> list[str]:
    """Give the names of a package in the Common Platform Enumeration. Source: NIST IR 7695, section 6.2."""
    names = []
    for each in package.cpe.split():
        vendor, colon, product = each.partition(":")
        if colon and package.version:
            parts = (vendor.translate(_CPE_ODD), product.translate(_CPE_ODD), package.version.translate(_CPE_ODD))
            names.append(f"cpe:2.3:a:{':'.join(parts)}:*:*:*:*:*:*:*")
    return names


def digests(package: Package, names: Mapping[str, tuple[str, int]]) -> tuple[list[tuple[str, str]], list[str]]:
    """Split a package's hashes into (name, hex) of the algorithms of a format, and those that it does not know.

    `names` gives what a format calls an algorithm and how many digits it has.
    """
    known: dict[tuple[str, str], None] = {}
    others = []
    for text in package.hashes:
        algorithm, _, digest = text.partition(":")
        name, digits = names.get(algorithm, ("", 0))
        if name and len(digest) == digits and _HEX.issuperset(digest):
            known[name, digest] = None
        else:
            others.append(text)
    return list(known), others


_HEX = frozenset("0123456789abcdefABCDEF")
