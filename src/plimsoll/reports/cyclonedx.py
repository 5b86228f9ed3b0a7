"""CycloneDX 1.6 and 1.7: the packages as a bill of materials and, where there are findings, the vulnerabilities.

Source: CycloneDX specification 1.6 and 1.7, JSON. The two differ in nothing that is used here. `plimsoll sbom` gives a
report without findings, so without vulnerabilities. What the format has no place for stands in properties named
`plimsoll:…` (docs/reference/bills.md).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import sha256

from plimsoll.model.package import Package
from plimsoll.model.report import Report
from plimsoll.model.reporting import Format, Style
from plimsoll.model.subject import Subject
from plimsoll.reports.bill import (
    Shape,
    cpe_names,
    digests,
    document_facts,
    instructions_of,
    package_facts,
    shape_of,
    subject_facts,
)
from plimsoll.reports.cyclonedx_nodes import Node, properties, unique
from plimsoll.reports.document import compact, json_document
from plimsoll.reports.licences import licence_choice
from plimsoll.reports.unmeasured import unmeasured
from plimsoll.systems.known import systems

_VERSION_LENGTH = 1024  # CycloneDX 1.6, definition of `version`
_ALGORITHMS = {
    "md5": ("MD5", 32),
    "sha1": ("SHA-1", 40),
    "sha256": ("SHA-256", 64),
    "sha384": ("SHA-384", 96),
    "sha512": ("SHA-512", 128),
}
_SCOPES = {"optional": "optional", "dev": "excluded", "test": "excluded", "build": "excluded"}
_GROUPED = frozenset({"maven", "npm", "composer"})
"""Systems whose names other tools write in two parts; a module path of Go stays in one."""


def render(report: Report, _style: Style, version: str = "1.6") -> str:
    """Give the report as a bill of materials; the serial number is made of the content, so equal for equal."""
    from uuid import NAMESPACE_URL, uuid5

    body = _body(report)
    serial = uuid5(NAMESPACE_URL, sha256(compact(body)).hexdigest())
    head: Node = {
        "$schema": f"http://cyclonedx.org/schema/bom-{version}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
    }
    return json_document(head | body)


def _body(report: Report) -> Node:
    main = _main(report)
    packages = report.packages
    refs = unique(each.purl or f"package:{each.name}@{each.version}" for each in packages)
    shape = shape_of(packages)
    rest = [_subject(subject) for subject in report.subjects[1:]]
    distros = [_distro(product) for product in sorted({each.distro for each in report.subjects} - {""})]
    above = rest + distros
    body: Node = {
        "metadata": _metadata(report, main),
        "components": above + _libraries(report, refs, shape),
        "dependencies": _dependencies(str(main["bom-ref"]), [str(each["bom-ref"]) for each in above], refs, shape),
        "compositions": [_composition(report, main)],
    }
    if report.findings or report.undetermined:
        from plimsoll.reports.cyclonedx_vulnerabilities import vulnerabilities

        if found := vulnerabilities(report, refs, str(main["bom-ref"])):
            body["vulnerabilities"] = found
    return body


def _libraries(report: Report, refs: Sequence[str], shape: Shape) -> list[Node]:
    """Give the packages, side by side: of components within components some tools read the outer ones only."""
    instructions = instructions_of(report)
    return [
        _library(package, refs[index], instructions, _within(index, refs, shape))
        for index, package in enumerate(report.packages)
    ]


def _within(index: int, refs: Sequence[str], shape: Shape) -> list[tuple[str, str]]:
    container = shape.within[index]
    if container < 0:
        return []
    also = index in shape.requires[container]
    return [("within", refs[container]), ("required-there", "yes" if also else "")]


def _dependencies(main: str, above: Sequence[str], refs: Sequence[str], shape: Shape) -> list[Node]:
    """Say what contains or requires what, from the subject down.

    A package without an entry has none that is known, not none at all.
    """
    wanted = {index: dict.fromkeys(required) for index, required in enumerate(shape.requires) if required}
    outer = list(above)
    for index, container in enumerate(shape.within):
        if container < 0:
            outer.append(refs[index])
        else:
            wanted.setdefault(container, {})[index] = None
    nodes: list[Node] = [{"ref": main, "dependsOn": outer}]
    nodes.extend({"ref": refs[index], "dependsOn": [refs[at] for at in wanted[index]]} for index in sorted(wanted))
    return nodes


def _main(report: Report) -> Node:
    if report.subjects:
        return _subject(report.subjects[0])
    return {"type": "file", "bom-ref": f"subject:{report.target}", "name": report.target}


def _subject(subject: Subject) -> Node:
    kind = "container" if subject.kind in {"image", "container"} else "file"
    node: Node = {"type": kind, "bom-ref": f"subject:{subject.id}", "name": subject.name}
    algorithm, _, content = subject.digest.partition(":")
    if algorithm == "sha256" and len(content) == 64:
        node["hashes"] = [{"alg": "SHA-256", "content": content}]
    return node | properties(subject_facts(subject))


def _distro(product: str) -> Node:
    name, _, version = product.partition(":")
    node: Node = {"type": "operating-system", "bom-ref": f"distro:{product}", "name": name}
    return node | ({"version": _cut(version)} if version else {})


def _library(package: Package, ref: str, instructions: Mapping[str, str], within: list[tuple[str, str]]) -> Node:
    group, name = _names(package)
    node: Node = {"type": "library", "bom-ref": ref}
    if group:
        node["group"] = group
    node["name"] = name
    node["version"] = _cut(package.version)
    if scope := _SCOPES.get(package.scope):
        node["scope"] = scope
    facts = package_facts(package, instructions) + within
    if package.hashes:
        known, others = digests(package, _ALGORITHMS)
        facts += [("hash", other) for other in others]
        if known:
            node["hashes"] = [{"alg": algorithm, "content": digest} for algorithm, digest in known]
    if package.licence.strip():
        node["licenses"] = licence_choice(package.licence)
    if package.cpe and (names := cpe_names(package)):
        node["cpe"] = names[0]
    if package.purl:
        node["purl"] = package.purl
    return node | properties(facts)


def _names(package: Package) -> tuple[str, str]:
    if package.ecosystem not in _GROUPED:
        return "", package.name
    return systems()[package.ecosystem].split(package.name)


def _cut(version: str) -> str:
    return version if len(version) <= _VERSION_LENGTH else version[: _VERSION_LENGTH - 1] + "…"


def _metadata(report: Report, main: Node) -> Node:
    tool = {"type": "application", "name": report.tool.name, "version": _cut(report.tool.version)}
    node: Node = {
        "timestamp": f"{report.as_of}T00:00:00Z",
        "tools": {"components": [tool]},
        "component": main,
    }
    return node | properties(document_facts(report))


def _composition(report: Report, main: Node) -> Node:
    return {
        "aggregate": "incomplete" if unmeasured(report) else "unknown",
        "assemblies": [main["bom-ref"]],
        "dependencies": [main["bom-ref"]],
    }


def _format(name: str, version: str) -> Format:
    written: Callable[[Report, Style], str] = partial(render, version=version)
    return Format(name=name, title=f"CycloneDX {version} JSON", commands=("scan", "sbom"), render=written)


CYCLONEDX = _format("cyclonedx", "1.6")
CYCLONEDX_1_7 = _format("cyclonedx-1.7", "1.7")
