"""npm packages as Yarn resolved them: yarn.lock, of Yarn 1 (its own format) and of Yarn 2 and later (YAML)."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.shapes import mapping, text
from plimsoll.documents.yaml import YamlMapping, read_yaml
from plimsoll.ecosystems.declared.npm_writing import aliased, integrity, is_version, needed, split
from plimsoll.ecosystems.gathering import Gathering, fault, text_lines
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_METADATA = re.compile(rb'^"?__metadata"?:', re.MULTILINE)
_WORD = re.compile(r'"((?:[^"\\]++|\\.)*+)(?:"|\\?\Z)|([^\s,:"][^\s,"]*+)')

_ARCHIVE = re.compile(r"/((?:@[^/@%]++(?:/|%2f))?[^/@%]++)/-/")
"""Where a registry keeps a package's archive; Yarn 1 installs what is there, whatever the descriptor says."""


@dataclass(frozen=True, slots=True)
class _Block:
    """One package: the descriptors that led to it (`name@range`), its fields and what it depends on."""

    line: int
    descriptors: tuple[str, ...]
    fields: dict[str, str] = field(default_factory=dict)
    needs: dict[str, str] = field(default_factory=dict)


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read every package but the project's own workspaces, which only Yarn 2 and later list."""
    gathering = Gathering()
    try:
        blocks = _blocks_of_yaml(data) if _METADATA.search(data) else list(_blocks_of_lines(data, gathering))
    except DocumentError as error:
        return fault(error)
    _tell(blocks, gathering)
    return replace(gathering.observed(), facts=_told_apart(blocks))


def _tell(blocks: list[_Block], gathering: Gathering) -> None:
    named = [_named(block) for block in blocks]
    by_descriptor = {each: number for number, block in enumerate(blocks) for each in block.descriptors}
    own = [block for block in blocks if _is_own(block)]
    direct = {found for block in own for found in _found(block, by_descriptor).values()}
    for number, (block, (name, version)) in enumerate(zip(blocks, named, strict=True)):
        if _is_own(block):
            continue
        if not is_version(version):
            gathering.fault(f"{name} has no registry's version: {version or 'none'}", block.line)
            continue
        found = _found(block, by_descriptor)
        record = PackageRecord.simple(
            name,
            version,
            line=block.line,
            direct=number in direct if own else None,
            hashes=integrity(block.fields.get("integrity", "")),
            requires=tuple(needed(*named[found[need]]) if need in found else need for need in block.needs),
        )
        gathering.add(record)


def _told_apart(blocks: list[_Block]) -> tuple[tuple[str, str], ...]:
    """Give which version each descriptor leads to, where a name has several: a manifest says which it means."""
    names = [{split(each)[0] for each in block.descriptors} for block in blocks]
    count = Counter(name for each in names for name in each)
    several = [block for block, each in zip(blocks, names, strict=True) if any(count[name] > 1 for name in each)]
    return tuple((each, block.fields.get("version", "")) for block in several for each in block.descriptors)


def _found(block: _Block, by_descriptor: Mapping[str, int]) -> dict[str, int]:
    """Give which blocks its dependencies lead to; Yarn 2 and 3 leave the `npm:` of a range out."""
    found = {}
    for name, wanted in block.needs.items():
        number = by_descriptor.get(f"{name}@{wanted}", by_descriptor.get(f"{name}@npm:{wanted}"))
        if number is not None:
            found[name] = number
    return found


def _is_own(block: _Block) -> bool:
    return split(block.fields.get("resolution", ""))[1].startswith("workspace:")


def _named(block: _Block) -> tuple[str, str]:
    """Give name and version of what is installed, whatever it is called here: resolution, address, descriptor say."""
    name, _ = split(block.fields.get("resolution", ""))
    if not name:
        archive = _ARCHIVE.search(block.fields.get("resolved", ""))
        name = archive[1].replace("%2f", "/") if archive else aliased(*split(block.descriptors[0]))[0]
    version = block.fields.get("version", "")
    # The version of what lies in a folder of the machine, and is no package of its own.
    return name, "" if version == "0.0.0-use.local" else version


def _blocks_of_yaml(data: bytes) -> list[_Block]:
    # Yarn's own reader takes the last of equal keys, and merged branches leave such files.
    document = read_yaml(data, last_key_holds=True)
    if not isinstance(document, YamlMapping):
        raise DocumentError("it is no mapping")
    entries = ((key, mapping(entry)) for key, entry in document.items() if key != "__metadata")
    return [_block_of_yaml(key, entry, document.lines[key]) for key, entry in entries]


def _block_of_yaml(key: str, entry: Mapping[str, object], line: int) -> _Block:
    fields = {name: value for name, value in entry.items() if isinstance(value, str)}
    needs = {name: text(wanted) for name, wanted in mapping(entry.get("dependencies")).items()}
    return _Block(line, tuple(key.split(", ")), fields, needs)


def _blocks_of_lines(data: bytes, gathering: Gathering) -> Iterator[_Block]:
    """Read Yarn 1: descriptors at the margin, fields below, dependencies below those."""
    block: _Block | None = None
    section, told = "", 0
    for number, line in text_lines(data, gathering):
        depth = len(line) - len(line.lstrip(" "))
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        words = [_unquoted(found) for found in _WORD.finditer(line)]
        if depth == 0:
            if block is not None:
                yield block
                told += 1
            if not gathering.has_room(told):
                return
            block = _opened(line, words, number, gathering)
        elif block is None or not words:
            gathering.fault("it belongs to no package", number)
        elif depth < 4:
            section = words[0].rstrip(":") if len(words) == 1 else ""
            block.fields.setdefault(words[0].rstrip(":"), words[1] if len(words) > 1 else "")
        elif section in {"dependencies", "optionalDependencies"}:
            block.needs[words[0]] = words[1] if len(words) > 1 else ""
    if block is not None:
        yield block


def _opened(line: str, words: list[str], number: int, gathering: Gathering) -> _Block | None:
    if not line.rstrip().endswith(":") or not words:
        gathering.fault("it is no package", number)
        return None
    return _Block(number, tuple(word.rstrip(":") for word in words))


def _unquoted(found: re.Match[str]) -> str:
    return found[2] if found[1] is None else re.sub(r"\\(.)", r"\1", found[1])


YARN_LOCK = Ecosystem(
    name="yarn-lock",
    title="npm packages of a project, by Yarn",
    version=2,
    system="npm",
    paths=("yarn.lock",),
    declared=True,
    parse=parse,
)
