"""Go modules as a project asks for them: go.mod (Go Modules Reference, "go.mod files").

Since Go 1.17 the file lists every module that a build needs, the transitive ones as `// indirect`. Before, it lists
only some of them; that is a fault unless go.sum beside it names the others.
"""

import re
from dataclasses import dataclass, field

from plimsoll.ecosystems.gathering import Gathering, text_lines
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_RELEASE = re.compile(r"(?:go)?([0-9]{1,9}(?:\.[0-9]{1,9}){0,2}(?:(?:alpha|beta|rc)[0-9]{1,9})?)(?:-.*)?")
"""`1.21`, `1.21.5`, `1.21rc2`, and `go1.21.5-suffix` of a toolchain (Go Toolchains, "Go versions")."""
_OTHERS = frozenset({"module", "retract", "tool", "godebug", "ignore"})
_COMPLETE = (1, 17)
_BRACKETS = re.compile(r"[()]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stated:
    """A module and its version, "" for a folder, or a release of Go."""

    path: str
    version: str
    line: int
    is_indirect: bool = False


@dataclass(slots=True, kw_only=True)
class _File:
    """What the directives say, before one changes the other."""

    required: list[_Stated] = field(default_factory=list)
    replaced: dict[tuple[str, str], _Stated] = field(default_factory=dict)
    excluded: set[tuple[str, str]] = field(default_factory=set)
    releases: dict[str, _Stated] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many directives of the most frequent kind are kept."""
        return max(len(self.required), len(self.replaced), len(self.excluded))


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read a go.mod: what it requires, after its replacements and exclusions, and the standard library's version."""
    gathering, file = Gathering(), _File()
    block = ""
    for number, line in text_lines(data, gathering):
        code, _, comment = line.partition("//")
        words = [word.strip('"`') for word in _BRACKETS.sub(r" \g<0> ", code).split()]
        if not words:
            continue
        if words == [")"]:
            block = ""
        elif not block and words[1:] == ["("]:
            block = words[0]
        elif gathering.has_room(file.size) and not _read(file, [block, *words] if block else words, comment, number):
            gathering.fault(f"{code.strip()[:100]!r} is not understood", number)
    _gather(file, gathering)
    return gathering.observed()


def _read(file: _File, words: list[str], comment: str, line: int) -> bool:
    """Take one directive; say whether it was understood."""
    match words:
        case ["require", path, version]:
            is_indirect = comment.strip().partition(";")[0].strip() == "indirect"
            file.required.append(_Stated(path=path, version=version, line=line, is_indirect=is_indirect))
        case ["replace", path, "=>", new, *version] if len(version) <= 1:
            file.replaced[path, ""] = _Stated(path=new, version="".join(version), line=line)
        case ["replace", path, old, "=>", new, *version] if len(version) <= 1:
            file.replaced[path, old] = _Stated(path=new, version="".join(version), line=line)
        case ["exclude", path, version]:
            file.excluded.add((path, version))
        case ["go" | "toolchain" as kind, written]:
            if release := _RELEASE.fullmatch(written):
                file.releases[kind] = _Stated(path="stdlib", version=release[1], line=line)
            return bool(release) or written in {"default", "local"}
        case _:
            return words[0] in _OTHERS
    return True


def _gather(file: _File, gathering: Gathering) -> None:
    for module in file.required:
        key = (module.path, module.version)
        if key in file.excluded:
            continue
        used = file.replaced.get(key) or file.replaced.get((module.path, "")) or module
        if used.version:
            direct = not module.is_indirect
            gathering.add(PackageRecord.simple(used.path, used.version, line=used.line, direct=direct))
        else:
            gathering.fault(f"{module.path} is replaced by the folder {used.path}, which states no version", used.line)
    # The toolchain is what is used; without that line, the oldest release that may be.
    language = file.releases.get("go")
    if release := file.releases.get("toolchain") or language:
        gathering.add(PackageRecord.simple("stdlib", release.version, line=release.line, direct=True))
    if language and file.required and _is_before_1_17(language.version):
        what = f"Go {language.version} does not list all indirect modules here, Go 1.17 and later do"
        gathering.doubt(what, files=("go.sum",))


def _is_before_1_17(version: str) -> bool:
    numbers = re.findall(r"[0-9]+", version)
    return (int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else 0) < _COMPLETE


GO_MOD = Ecosystem(
    name="go-mod",
    title="Go modules of a project",
    version=2,
    system="go",
    paths=("go.mod",),
    declared=True,
    parse=parse,
)
