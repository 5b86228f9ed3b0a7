"""Installed packages: what a database says, and what Plimsoll makes of it."""

from dataclasses import dataclass

MOST_RECORDS = 100_000
"""Packages that one file may state; the largest distributions have fewer in all. The rest becomes a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRecord:
    """One package as one file states it; what ecosystems return and the layer memory keeps.

    `source` and `source_version` name the source package (Debian `Source:`, Alpine `o:`); they equal name and
    version where the database does not say otherwise. `architecture` is the packaging system's own word.
    """

    name: str
    version: str
    source: str
    source_version: str
    architecture: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What an ecosystem read in one file of one layer.

    `facts` are other things the file states, as name and value (the fields of os-release). `faults` are the parts
    that could not be read.
    """

    packages: tuple[PackageRecord, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """An installed package of a subject.

    `ecosystem` is the plug-in's name, `purl` the package URL of the binary, `key` the version-free identity of
    its *source* package (`type/namespace/name`). `path` is the database that lists it, `layer` the verified
    digest (diff id) of the layer that brought this version, `instruction` what created that layer.
    """

    ecosystem: str
    name: str
    version: str
    purl: str
    key: str
    source: str
    source_version: str
    architecture: str = ""
    licence: str = ""
    path: str = ""
    layer: str = ""
    instruction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distro:
    """The distribution of a root file system, from os-release or its older relatives.

    `id` is os-release ID (`debian`), `version` the part that feeds speak of (`12`, `3.20`, `sid`, `edge`).
    """

    id: str
    version: str
    name: str = ""

    @property
    def product(self) -> str:
        """`id:version`, the product that feeds speak for; just the id where a distribution has no versions."""
        return f"{self.id}:{self.version}" if self.version else self.id
