"""What a Ruby project asks for: Gemfile (Bundler, "gemfile(5)"). Ruby is not run: what stands on a line counts."""

import re
from dataclasses import dataclass

from plimsoll.ecosystems.declared.asking import Asking
from plimsoll.ecosystems.gathering import Gathering, text_lines
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed

_LONGEST = 4096
"""Characters of a line; the expressions below take time that grows with its square."""
_DEEPEST = 200
_GEM = re.compile(r"""\s*gem[\s(]+["']([A-Za-z0-9._-]+)["'](.*)""")
_VERSIONS = re.compile(r"""\s*,\s*["']([^"']+)["']""")
_OF_ITS_OWN = re.compile(r"""[\s,](?::path\s*=>|path:)""")
_GROUPS = re.compile(r"""[\s,](?::groups?\s*=>|groups?:)\s*(\[[^\]]{0,300}\]|[:"']\w+)""")
_BLOCK = re.compile(r"\s*(group|path|if|unless|case|while|begin|def)\b(.*)")
_OPENS = re.compile(r"\bdo\s*(?:\|[^|]*\|)?\s*$")
_WORD = re.compile(r"[:\"'](\w+)")
_DEVELOPING = frozenset({"ci", "debug", "development", "doc", "docs", "lint", "test"})


@dataclass(frozen=True, slots=True)
class _Block:
    """What lies up to an `end`: for whom its gems are, and whether they are folders of the project's own."""

    scope: str = ""
    is_own: bool = False


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the names of gems; those in groups for developing and testing are marked so."""
    asking = Asking()
    blocks: list[_Block] = []
    for _, line in text_lines(data, Gathering()):
        code = line[:_LONGEST].partition(" #")[0]
        if gem := _GEM.match(code):
            _add(gem[1], gem[2], blocks, asking)
        elif code.strip() == "end":
            del blocks[-1:]
        elif (block := _opened(code)) and len(blocks) < _DEEPEST:
            blocks.append(block)
    return asking.observed("", "bundle lock")


def _opened(code: str) -> _Block | None:
    opened = _BLOCK.match(code)
    kind, rest = (opened[1], opened[2]) if opened else ("", "")
    if not _OPENS.search(code) and kind in {"", "group", "path"}:
        return None
    return _Block(scope=_scope(rest) if kind == "group" else "", is_own=kind == "path")


def _add(name: str, rest: str, blocks: list[_Block], asking: Asking) -> None:
    if any(block.is_own for block in blocks) or _OF_ITS_OWN.search(rest):
        return
    groups = _GROUPS.search(rest)
    inner = next((block.scope for block in reversed(blocks) if block.scope), "")
    versions = _VERSIONS.match(rest)
    asking.add(name, versions[1] if versions else "", (_scope(groups[1]) if groups else "") or inner)


def _scope(groups: str) -> str:
    names = _WORD.findall(groups)
    return "dev" if names and _DEVELOPING.issuperset(names) else ""


GEMFILE = Ecosystem(
    name="gemfile",
    title="Ruby gems that a project asks for",
    version=1,
    system="rubygems",
    paths=("Gemfile",),
    declared=True,
    parse=parse,
)
