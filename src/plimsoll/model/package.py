"""Installed packages: what a database says, and what Plimsoll makes of it."""

from dataclasses import dataclass
from typing import Any

MOST_RECORDS = 100_000
"""Packages that one file may state; the largest distributions have fewer in all. The rest becomes a fault."""


PROJECT = "project"
"""The fact by which a manifest tells the name of its own project."""

COMPLETED_BY = "completed-by"
"""The fact by which a file that lists only what a project itself asks for tells what would list all packages."""

LOCKED_BY = "locked-by"
"""The fact by which a manifest tells the command that makes its lockfile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRecord:
    """One package as one file states it; what ecosystems return and the layer memory keeps.

    `name` is the full name as the packaging system writes it (`group:artifact`, `@scope/name`, a Go module path).
    `source` and `source_version` name the source package (Debian `Source:`, Alpine `o:`, rpm SOURCERPM); they equal
    name and version where the database does not say otherwise. `architecture` is the packaging system's own word,
    `licence` as written. `stream` is the stream it comes from, where that decides which advisories hold
    (`module:nodejs:18`). `hashes` are of the package's archive or file, as `algorithm:hex` (`sha1:…`, `sha512:…`).
    `requires` are packages of the same system that it depends on, as `name` or `name version`. `inside` is the path
    within the file where that is an archive (`WEB-INF/lib/a.jar`, nested ones joined by `!/`), `cpe` is
    `vendor:product` where feeds speak of it so. `guessed` says that the name was put together from hints, so that
    advisories may be missed.

    Of declared packages: `line` (from 1) where it is declared, 0 if unknown; `direct` whether the project itself asks
    for it, None if unknown; `scope` "" for what is needed at run time, else `dev`, `optional`, `test`, `build`.
    """

    name: str
    version: str
    source: str
    source_version: str
    architecture: str = ""
    licence: str = ""
    stream: str = ""
    hashes: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    inside: str = ""
    cpe: str = ""
    guessed: bool = False
    line: int = 0
    direct: bool | None = None
    scope: str = ""

    @classmethod
    def simple(cls, name: str, version: str, **more: Any) -> "PackageRecord":  # noqa: ANN401 - fields of this class
        """Give a package that is its own source package."""
        return cls(name=name, version=version, source=name, source_version=version, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """The files that one package of a distribution owns: `paths` relative to the root, one on each line."""

    owner: str
    paths: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A package that a manifest (package.json, pyproject.toml) asks for by name, without knowing its version.

    `versions` are those that would do, as written there (`^1.2`); `scope` is as in PackageRecord.
    """

    name: str
    versions: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A fault of one file that another file of the tree may make good.

    `files` are paths relative to the folder of the file that says so, any of which will do; with `above` they may lie
    in any folder above it as well. `package` is one that the other file must state, "" where it need only be there.
    `reads` says that it is a file of the same kind, to be read whatever its name.
    """

    fault: str
    files: tuple[str, ...]
    package: str = ""
    above: bool = False
    reads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What an ecosystem read in one file of one layer.

    `facts` are other things the file states, as name and value (the fields of os-release). `faults` are the parts
    that could not be read. `owned` says which files packages own. `again` asks to be given the whole file, where the
    window did not hold all: done only if no package owns the file, because then nobody needs to know. `wanted` is
    what a manifest asks for, `doubts` are faults unless another file says otherwise. `spare` packages count only
    where the doubt of another file asks for this one.
    """

    packages: tuple[PackageRecord, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()
    owned: tuple[Owned, ...] = ()
    again: bool = False
    wanted: tuple[Wanted, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    spare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of a subject, installed or declared.

    `ecosystem` is the packaging system's name, `purl` the package URL of the binary, `key` the version-free identity
    of its *source* package (`type/namespace/name`). `product` is what feeds are asked about (`debian:12`, `pypi`), ""
    where nobody knows. `path` is the file that lists it, `layer` the verified digest (diff id) of the layer that
    brought this version, `instruction` what created that layer. `owner` is the distribution's package that owns that
    file, as a purl: such a package is judged through its owner. `declared` says that a lockfile wants it. `requires`
    are purls of packages of this subject, or names of ones that are not there. The rest is as in PackageRecord.
    """

    ecosystem: str
    name: str
    version: str
    purl: str
    key: str
    source: str
    source_version: str
    product: str = ""
    architecture: str = ""
    licence: str = ""
    path: str = ""
    layer: str = ""
    instruction: str = ""
    owner: str = ""
    declared: bool = False
    stream: str = ""
    hashes: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    cpe: str = ""
    guessed: bool = False
    line: int = 0
    direct: bool | None = None
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distro:
    """The distribution of a root file system, from os-release or its older relatives.

    `id` is os-release ID (`debian`), `version` the part that feeds speak of (`12`, `3.20`, `sid`, `edge`).
    `namespace` is what package URLs call it, "" for its id; `judged_as` the distribution whose feeds speak for it
    (CentOS: `rhel`), "" for itself.
    """

    id: str
    version: str
    name: str = ""
    namespace: str = ""
    judged_as: str = ""

    @property
    def product(self) -> str:
        """`id:version`, what people call it; just the id where a distribution has no versions."""
        return f"{self.id}:{self.version}" if self.version else self.id

    @property
    def asked(self) -> str:
        """The product that feeds speak for."""
        name = self.judged_as or self.id
        return f"{name}:{self.version}" if self.version else name
