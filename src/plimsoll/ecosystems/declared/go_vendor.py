"""Go modules whose code lies in the project: vendor/modules.txt, which `go mod vendor` writes (cmd/go, "vendoring")."""

from plimsoll.ecosystems.gathering import Gathering, text_lines
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the modules of which packages were copied; a module without any is not there."""
    gathering = Gathering()
    module: PackageRecord | None = None
    for number, line in text_lines(data, gathering):
        if line.startswith("# "):
            module = _module(line[2:].split(), number)
            if module is None:
                gathering.fault(f"{line[2:102]!r} states no version", number)
        elif line.strip() and not line.startswith("##") and module is not None:
            gathering.add(module)
            module = None
    return gathering.observed()


def _module(words: list[str], line: int) -> PackageRecord | None:
    """Read `path version`, or what stands in its place after `=>`; a folder there keeps the version it replaces."""
    match words:
        case [path, version]:
            return PackageRecord.simple(path, version, line=line)
        case [_, "=>", path, version] | [_, _, "=>", path, version]:
            return PackageRecord.simple(path, version, line=line)
        case [path, version, "=>", _]:
            return PackageRecord.simple(path, version, line=line)
        case _:
            return None


GO_VENDOR = Ecosystem(
    name="go-vendor",
    title="Go modules copied into a project",
    version=1,
    system="go",
    paths=("vendor/modules.txt",),
    declared=True,
    parse=parse,
)
