"""CycloneDX 1.6: the packages as a bill of materials and, where there are findings, the vulnerabilities.

Source: CycloneDX specification 1.6, JSON. `plimsoll sbom` gives a report without findings, so without
vulnerabilities. What the format has no place for stands in properties named `plimsoll:…`.
"""

from hashlib import sha256

from plimsoll.model.gap import Gap
from plimsoll.model.package import Package
from plimsoll.model.report import FeedState, Report
from plimsoll.model.reporting import Format, Style
from plimsoll.model.subject import Subject
from plimsoll.reports.cyclonedx_nodes import Node, properties, unique
from plimsoll.reports.document import compact, json_document
from plimsoll.reports.knowledge_used import knowledge_used
from plimsoll.reports.licences import licence_choice
from plimsoll.reports.unmeasured import sentence, unmeasured

_VERSION_LENGTH = 1024  # CycloneDX 1.6, definition of `version`


def render(report: Report, _style: Style) -> str:
    """Give the report as a bill of materials; the serial number is made of the content, so equal for equal."""
    from uuid import NAMESPACE_URL, uuid5

    body = _body(report)
    serial = uuid5(NAMESPACE_URL, sha256(compact(body)).hexdigest())
    head: Node = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
    }
    return json_document(head | body)


def _body(report: Report) -> Node:
    main = _main(report)
    refs = unique(each.purl or f"package:{each.name}@{each.version}" for each in report.packages)
    rest = [_subject(subject) for subject in report.subjects[1:]]
    systems = [_system(product) for product in sorted({each.distro for each in report.subjects} - {""})]
    libraries = [_library(package, ref) for package, ref in zip(report.packages, refs, strict=True)]
    components = rest + systems + libraries
    body: Node = {
        "metadata": _metadata(report, main),
        "components": components,
        "dependencies": [{"ref": main["bom-ref"], "dependsOn": [each["bom-ref"] for each in components]}],
        "compositions": [_composition(report, main)],
    }
    if report.findings or report.undetermined:
        from plimsoll.reports.cyclonedx_vulnerabilities import vulnerabilities

        if found := vulnerabilities(report, refs, str(main["bom-ref"])):
            body["vulnerabilities"] = found
    return body


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
    facts = (("kind", subject.kind), ("digest", subject.digest), ("platform", subject.platform))
    return node | properties((*facts, ("distro", subject.distro), ("parent", subject.parent)))


def _system(product: str) -> Node:
    name, _, version = product.partition(":")
    node: Node = {"type": "operating-system", "bom-ref": f"distro:{product}", "name": name}
    return node | ({"version": _cut(version)} if version else {})


def _library(package: Package, ref: str) -> Node:
    node: Node = {"type": "library", "bom-ref": ref, "name": package.name, "version": _cut(package.version)}
    if package.licence.strip():
        node["licenses"] = licence_choice(package.licence)
    if package.purl:
        node["purl"] = package.purl
    return node | properties(
        (
            ("ecosystem", package.ecosystem),
            ("source", package.source),
            ("source-version", package.source_version),
            ("architecture", package.architecture),
            ("path", package.path),
            ("layer", package.layer),
        )
    )


def _cut(version: str) -> str:
    return version if len(version) <= _VERSION_LENGTH else version[: _VERSION_LENGTH - 1] + "…"


def _metadata(report: Report, main: Node) -> Node:
    tool = {"type": "application", "name": report.tool.name, "version": _cut(report.tool.version)}
    facts = [
        # Once here, not again in every component that the layer brought.
        *(("layer", f"{layer.digest} {layer.instruction}".rstrip()) for layer in report.layers),
        ("knowledge", knowledge_used(report)),
        *(("feed", _feed(feed)) for feed in report.knowledge),
        *(("gap", _gap(gap)) for gap in unmeasured(report)),
        ("hidden-findings", str(report.hidden) if report.hidden else ""),
        ("findings-of-other-kinds", _others(report)),
    ]
    node: Node = {
        "timestamp": f"{report.as_of}T00:00:00Z",
        "tools": {"components": [tool]},
        "component": main,
    }
    return node | properties(facts)


def _feed(feed: FeedState) -> str:
    return f"{feed.name} of {feed.date} ({feed.age_days} days old)"


def _gap(gap: Gap) -> str:
    """Say in one line what was not measured: a bill of materials that kept silent would claim too much."""
    advice = f" {gap.advice}" if gap.advice else ""
    return f"{gap.what} ({gap.count}, {gap.subject}): {sentence(gap)}{advice}"


def _others(report: Report) -> str:
    number = sum(finding.vulnerability is None for finding in report.findings)
    return f"{number}, shown by the other formats" if number else ""


def _composition(report: Report, main: Node) -> Node:
    return {
        "aggregate": "incomplete" if unmeasured(report) else "unknown",
        "assemblies": [main["bom-ref"]],
        "dependencies": [main["bom-ref"]],
    }


CYCLONEDX = Format(name="cyclonedx", title="CycloneDX 1.6 JSON", commands=("scan", "sbom"), render=render)
