"""Installed npm packages, and programs that were unpacked (npm documentation, "package.json" and "folders")."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import read_json
from plimsoll.documents.shapes import mapping, text
from plimsoll.ecosystems.gathering import fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_LONGEST = 214
"""Characters of a name (npm documentation); versions and licences are shorter."""

_MOST_REQUIRED = 2000

_OF_MODULES = re.compile(r"(?:.*/)?(?:node_modules|usr/(?:share|lib(?:/[^/]+-[^/]+)?)/nodejs)/", re.DOTALL)
"""Folders in which Node.js looks for modules: everyone's, and those of Debian (Debian JavaScript policy)."""

_PACKAGE = re.compile(r"(?:@[^/]+/)?[^/@][^/]*/package\.json")


class _Manifest(msgspec.Struct):
    """The fields that matter; everything else is skipped without making objects of it."""

    name: str = ""
    version: str = ""
    license: Any = None
    licenses: Any = None
    dependencies: Any = None
    publisher: Any = None
    engines: Any = None
    unity: Any = None
    private: Any = None


_DECODER = msgspec.json.Decoder(_Manifest)


def parse(path: str, data: bytes) -> Observed:
    """Read one package. Total: what is no JSON becomes a fault.

    A file with neither name nor version is no package: folders have it to say how their modules are loaded. Deep in a
    package such files are its own affair (tests, builds of itself). Outside of module folders they tell of a program:
    listed if registries may have it, so neither what is private nor what states less than a name and a version.
    """
    modules = _OF_MODULES.match(path)
    if modules is not None and not _PACKAGE.fullmatch(path, modules.end()):
        return Observed()
    try:
        manifest = _decoded(data)
    except DocumentError as error:
        return Observed() if modules is None else fault(error)
    observed = _stated(manifest)
    if modules is not None:
        return observed
    return Observed() if manifest.private is True else Observed(packages=observed.packages)


def _stated(manifest: _Manifest) -> Observed:
    name, version = manifest.name.strip(), manifest.version.strip()
    if _is_of_another_system(manifest) or not (name or version):
        return Observed()
    if not name or not version:
        return fault(f"it states no {'version' if name else 'name'}")
    if max(len(name), len(version)) > _LONGEST or not f"{name}{version}".isprintable():
        return fault("its name or version cannot be one")
    requires = mapping(manifest.dependencies)
    record = PackageRecord.simple(
        name,
        version,
        licence=_licence(manifest),
        requires=tuple(each for each in list(requires)[:_MOST_REQUIRED] if 0 < len(each) <= _LONGEST),
    )
    return Observed(packages=(record,))


def _decoded(data: bytes) -> _Manifest:
    """Decode the fields that matter; where one has an odd type, or the text is not plain UTF-8, read all tolerantly."""
    try:
        return _DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        fields = mapping(read_json(data))
    kept: dict[str, Any] = {field: fields.get(field) for field in _Manifest.__struct_fields__}
    return _Manifest(**{**kept, "name": text(kept["name"]), "version": text(kept["version"])})


def _is_of_another_system(manifest: _Manifest) -> bool:
    """Say whether it is an editor's extension or a game engine's package, which use the same file name."""
    is_extension = isinstance(manifest.publisher, str) and "vscode" in mapping(manifest.engines)
    return is_extension or isinstance(manifest.unity, str)


def _licence(manifest: _Manifest) -> str:
    """Give the licence; the older forms are an object with `type`, and lists of such."""
    names = list(_names(manifest.license)) or list(_names(manifest.licenses))
    return " OR ".join(names)[:_LONGEST]


def _names(stated: object) -> Iterable[str]:
    for each in stated if isinstance(stated, list) else [stated]:
        name = each if isinstance(each, str) else text(mapping(each).get("type"))
        if name.strip():
            yield name.strip()


NPM = Ecosystem(
    name="npm",
    title="npm packages",
    version=2,
    system="npm",
    paths=("package.json",),
    parse=parse,
)
