"""Rust crates as Cargo resolved them: Cargo.lock, versions 1 to 4 (Cargo, `cargo::core::resolver::encode`)."""

from collections import Counter
from collections.abc import Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.shapes import mapping, mappings, sequence, text, texts
from plimsoll.documents.toml import header_lines, read_toml
from plimsoll.ecosystems.gathering import Gathering, fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

Crate = Mapping[str, object]


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read every crate; those without a source are the project's own, and what they ask for is direct."""
    try:
        document = read_toml(data)
        lines = header_lines(data, "[[package]]")
    except DocumentError as error:
        return fault(error)
    gathering = Gathering()
    gathering.expect(document, "version", "package", "root")
    crates = list(mappings(document.get("package")))
    if len(crates) < len(sequence(document.get("package"))) or not isinstance(document.get("package", []), list):
        gathering.fault("what it calls packages are not all packages")
    checksums = mapping(document.get("metadata"))
    whole = len(lines) == len(crates)
    own = [*mappings([document.get("root")]), *(crate for crate in crates if "source" not in crate)]
    unique = _unique(crates)
    asked = {_required(each, unique) for crate in own for each in texts(crate.get("dependencies"))} if own else None
    for number, crate in enumerate(crates):
        gathering.add(_record(crate, asked, unique, checksums, lines[number] if whole else 0))
    return gathering.observed()


def _unique(crates: list[Crate]) -> dict[str, str]:
    """Give the version of each crate that is there once; only then may a dependency leave it out."""
    count = Counter(text(crate.get("name")) for crate in crates)
    versions = {text(crate.get("name")): text(crate.get("version")) for crate in crates}
    return {name: version for name, version in versions.items() if count[name] == 1}


def _record(
    crate: Crate, asked: set[str] | None, unique: Mapping[str, str], checksums: Mapping[str, object], line: int
) -> PackageRecord:
    name, version, source = (text(crate.get(key)) for key in ("name", "version", "source"))
    # Version 1 keeps the checksums in a table of their own.
    checksum = text(crate.get("checksum")) or text(checksums.get(f"checksum {name} {version} ({source})"))
    return PackageRecord.simple(
        name,
        version,
        line=line,
        direct=not asked.isdisjoint((name, f"{name} {version}")) if source and asked is not None else None,
        requires=tuple(_required(each, unique) for each in texts(crate.get("dependencies"))),
        hashes=(f"sha256:{checksum}",) if len(checksum) == 64 else (),
    )


def _required(written: str, unique: Mapping[str, str]) -> str:
    """Read `name`, `name version` or `name version (source)`."""
    name, _, rest = written.partition(" ")
    version = rest.partition(" ")[0] or unique.get(name, "")
    return f"{name} {version}" if version else name


CARGO_LOCK = Ecosystem(
    name="cargo-lock",
    title="Rust crates of a project",
    version=1,
    system="cargo",
    paths=("Cargo.lock",),
    declared=True,
    parse=parse,
)
