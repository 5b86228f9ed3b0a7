"""What a Java archive says of itself: Maven's pom.properties and pom.xml, and the manifest (JAR File Specification)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.xml import Element, read_xml

MOST_TEXT = 512 << 10
"""Bytes of one pom or manifest that are read; manifests of signed jars are longer, but begin with what counts."""

_COORDINATE = re.compile(r"[A-Za-z0-9_.\-]{1,200}")
_VERSION = re.compile(r"[^\s${}/\\\x00-\x1f\x7f]{1,100}")
_PROPERTY = re.compile(r"[ \t]*([A-Za-z]+)[ \t]*[=:][ \t]*(.*)")
_FOLDER = re.compile(r".*META-INF/maven/([^/]+)/([^/]+)/")
_NOT_NEEDED = frozenset({"test", "provided", "system", "import"})
_MOST_REQUIRED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinates:
    """Who an archive is, "" where nothing says so.

    `requires` are `group:artifact`, `place` is the member that says so, `guessed` says that the group is put together
    from hints.
    """

    group: str = ""
    artifact: str = ""
    version: str = ""
    licence: str = ""
    requires: tuple[str, ...] = ()
    place: str = ""
    guessed: bool = False


def coordinate(text: str) -> str:
    """Give a group or artifact, "" for what cannot be one (an unfilled `${…}`, blanks, control characters)."""
    text = text.strip()
    return text if _COORDINATE.fullmatch(text) else ""


def version_of(text: str) -> str:
    """Give a version, "" for what cannot be one."""
    text = text.strip()
    return text if _VERSION.fullmatch(text) else ""


def read_pom(place: str, properties: bytes, model: bytes) -> Coordinates:
    """Read what lies in one folder below META-INF/maven: its properties, its model (pom.xml), b"" for neither.

    The folder's own names (`META-INF/maven/group/artifact`) stand in for what is not said. Raises DocumentError where
    there is only a model and it cannot be read.
    """
    stated = _properties(properties)
    try:
        root = read_xml(model) if model else None
    except DocumentError:
        if not properties:
            raise
        root = None
    folder = _FOLDER.match(place)
    group, artifact = folder.groups() if folder else ("", "")
    in_model = _in_model(root) if root is not None else Coordinates()
    return Coordinates(
        group=coordinate(stated.get("groupId", "")) or in_model.group or coordinate(group),
        artifact=coordinate(stated.get("artifactId", "")) or in_model.artifact or coordinate(artifact),
        version=version_of(stated.get("version", "")) or in_model.version,
        licence=in_model.licence,
        requires=in_model.requires,
        place=place,
    )


def read_manifest(text: bytes) -> Mapping[str, str]:
    """Read the main attributes of a manifest, by their name in small letters; longer lines go on after a blank."""
    text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    main = text.partition(b"\n\n")[0].replace(b"\n ", b"")
    pairs = (line.partition(":") for line in main.decode("utf-8", "backslashreplace").split("\n"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _properties(text: bytes) -> dict[str, str]:
    found = map(_PROPERTY.fullmatch, text.decode("utf-8", "backslashreplace").splitlines())
    return {match[1]: match[2].replace("\\", "") for match in found if match}


def _in_model(root: Element) -> Coordinates:
    """Read a model; what it does not say is its parent's (Maven model, "Inheritance Assembly")."""
    group = coordinate(root.text_of("groupId")) or coordinate(root.text_of("parent", "groupId"))
    names = (element.text_of("name") for element in _children(root, "licenses"))
    return Coordinates(
        group=group,
        artifact=coordinate(root.text_of("artifactId")),
        version=_version(root),
        licence=" OR ".join(" ".join(name.split())[:200] for name in names if name),
        requires=_requires(root, group),
    )


def _version(root: Element) -> str:
    """Give the model's version; its own properties may stand in it (`${revision}`)."""
    text = root.text_of("version") or root.text_of("parent", "version")
    for element in _children(root, "properties"):
        text = text.replace(f"${{{element.name}}}", element.text) if len(text) < 200 else text
    return version_of(text)


def _requires(root: Element, group: str) -> tuple[str, ...]:
    """Give the packages that it needs at run time; versions stand elsewhere too often to be of use."""
    found: dict[str, None] = {}
    for wanted in _children(root, "dependencies")[:_MOST_REQUIRED]:
        if wanted.text_of("scope") in _NOT_NEEDED or wanted.text_of("optional") == "true":
            continue
        of = wanted.text_of("groupId")
        of = group if of in {"${project.groupId}", "${pom.groupId}"} else coordinate(of)
        if of and (artifact := coordinate(wanted.text_of("artifactId"))):
            found[f"{of}:{artifact}"] = None
    return tuple(found)


def _children(root: Element, name: str) -> tuple[Element, ...]:
    found = root.find(name)
    return found.children if found else ()
