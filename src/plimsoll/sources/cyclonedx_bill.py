"""CycloneDX documents: JSON of the versions 1.2 to 1.7. Source: the CycloneDX specification, JSON schemas."""

from collections.abc import Iterator, Mapping

from plimsoll.documents.shapes import mapping, mappings, sequence, text, texts
from plimsoll.errors import HostileInputError
from plimsoll.sources.bill_entries import OURS, Bill, Entry, Pairs, facts_of, hashes_of

VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")

_SCOPES = {"optional": "optional", "excluded": "dev"}


def read_cyclonedx(document: Mapping[str, object]) -> Bill:
    """Read a whole document. Raises HostileInputError for a version that is not known."""
    version = text(document.get("specVersion"))
    if version not in VERSIONS:
        raise HostileInputError(
            f"CycloneDX {version[:20] or 'of no version'} cannot be read",
            advice=f"Known versions: {', '.join(VERSIONS)}.",
        )
    metadata = mapping(document.get("metadata"))
    main = mapping(metadata.get("component"))
    malformed: dict[str, int] = {}
    entries = [_entry(each) for each in _components(document, main, malformed)]
    if main.get("type") == "operating-system" or _is_package(text(main.get("purl"))):
        entries.append(_entry(main))
    requires = {text(each.get("ref")): texts(each.get("dependsOn")) for each in mappings(document.get("dependencies"))}
    stated = [
        (name.removeprefix(OURS), value)
        for name, value in _properties(metadata.get("properties"))
        if name.startswith(OURS)
    ]
    return Bill(
        form=f"CycloneDX {version}",
        subject=text(main.get("name")),
        made=_made(metadata),
        entries=_with_paths(entries, requires),
        requires=_required_only(entries, requires),
        stated=stated,
        malformed=malformed,
        is_incomplete=any(
            text(each.get("aggregate")).startswith("incomplete") for each in mappings(document.get("compositions"))
        ),
    )


def _is_package(purl: str) -> bool:
    """Say whether what a document is about may have advisories itself; an image has none but its packages'."""
    return purl.partition("/")[0] not in {"", "pkg:oci", "pkg:docker"}


def _components(
    document: Mapping[str, object], main: Mapping[str, object], malformed: dict[str, int]
) -> Iterator[Mapping[str, object]]:
    """Give all components in the order of the document, what is inside one behind it; without recursion."""
    waiting = [*reversed(sequence(document.get("components"))), *reversed(sequence(main.get("components")))]
    while waiting:
        component = waiting.pop()
        if isinstance(component, dict):
            yield component
            if "components" in component:
                waiting.extend(reversed(sequence(component["components"])))
        else:
            reason = "a component is no object"
            malformed[reason] = malformed.get(reason, 0) + 1


def _entry(component: Mapping[str, object]) -> Entry:
    pairs = _properties(component.get("properties"))
    facts = facts_of(pairs)
    if "evidence" in component and "path" not in facts:
        occurrence = next(mappings(mapping(component["evidence"]).get("occurrences")), {})
        if location := text(occurrence.get("location")):
            facts["path"] = location
    hashes = _hashes(component["hashes"]) if "hashes" in component else ()
    return Entry(
        ref=text(component.get("bom-ref")),
        kind=text(component.get("type")),
        name=text(component.get("name")),
        group=text(component.get("group")),
        version=text(component.get("version")),
        purl=text(component.get("purl")),
        cpe=text(component.get("cpe")),
        licence=_licence(component["licenses"]) if "licenses" in component else "",
        scope=_SCOPES.get(text(component["scope"]), "") if "scope" in component else "",
        hashes=(*hashes, *hashes_of(pairs)) if hashes or "hash" in facts else (),
        facts=facts,
    )


def _hashes(value: object) -> tuple[str, ...]:
    return tuple(
        f"{text(each.get('alg')).lower().replace('sha-', 'sha')}:{text(each.get('content'))}"
        for each in mappings(value)
    )


def _properties(value: object) -> Pairs:
    pairs: Pairs = []
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            name, stated = each.get("name"), each.get("value")
            if isinstance(name, str) and isinstance(stated, str):
                pairs.append((name, stated))
    return pairs


def _licence(value: object) -> str:
    words = []
    for each in mappings(value):
        licence = mapping(each.get("license"))
        words.append(text(each.get("expression")) or text(licence.get("id")) or text(licence.get("name")))
    named = [word for word in words if word]
    return named[0] if len(named) == 1 else " AND ".join(f"({word})" if " OR " in word else word for word in named)


def _made(metadata: Mapping[str, object]) -> str:
    """Say who made it and when; the tools are a list up to version 1.4, an object after."""
    tools = metadata.get("tools")
    listed = mappings(tools) if isinstance(tools, list) else mappings(mapping(tools).get("components"))
    names = [f"{text(tool.get('name'))} {text(tool.get('version'))}".strip() for tool in listed]
    by = f"by {names[0]}" if names and names[0] else ""
    day = text(metadata.get("timestamp"))[:10]
    return f"{by} on {day}".strip() if day else by


def _required_only(entries: list[Entry], requires: dict[str, list[str]]) -> dict[str, list[str]]:
    """Leave out what a package of our own bills only contains; the format has one relation for both."""
    contained: dict[str, set[str]] = {}
    for entry in entries:
        if "within" in entry.facts and "required-there" not in entry.facts:
            contained.setdefault(entry.facts["within"], set()).add(entry.ref)
    for container, inner in contained.items():
        requires[container] = [each for each in requires.get(container, ()) if each not in inner]
    return requires


def _with_paths(entries: list[Entry], requires: Mapping[str, list[str]]) -> list[Entry]:
    """Give the packages of a lockfile its path: trivy writes such files as applications that require them."""
    from dataclasses import replace

    paths: dict[str, str] = {}
    for entry in entries:
        if entry.facts.get("class") == "lang-pkgs" and not entry.purl:
            paths.update(dict.fromkeys(requires.get(entry.ref, ()), entry.name))
    if not paths:
        return entries
    return [
        replace(entry, facts={**entry.facts, "path": paths[entry.ref]})
        if entry.ref in paths and "path" not in entry.facts
        else entry
        for entry in entries
    ]
