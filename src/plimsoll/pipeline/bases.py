"""The catalogue of base images below the cache folder: one file for each, whole or not there.

A file is two lines of JSON: what the image is, with the checksum of the second line; and its packages, which are
matched again with the knowledge of the day. Scans read first lines only.
"""

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

import msgspec

from plimsoll.errors import HostileInputError, LimitError, PlimsollError, TargetError, UsageError
from plimsoll.knowledge.placing import is_private, is_trusted, move, private_folder
from plimsoll.model.bases import BaseImage
from plimsoll.model.limits import Limits
from plimsoll.model.package import Package
from plimsoll.pipeline.examine import Examined
from plimsoll.reports.document import compact
from plimsoll.systems.known import systems

FOLDER = "bases"
FORMAT = 1
MOST_ENTRIES = 1000
LONGEST_HEAD = 1 << 20
"""Bytes of a first line: a thousand layers take a tenth of it."""

_FILE = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,254}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_ARCHIVE = re.compile(r"(?:\.tar)?(?:\.(?:gz|xz|zst|bz2|tgz))?$")


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line."""

    format: int
    base: BaseImage
    checksum: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The entries, by name, and what is to be said of those that cannot be used."""

    entries: tuple[BaseImage, ...] = ()
    notes: tuple[str, ...] = ()


def read_catalogue(cache: Path) -> Catalogue:
    """Read what the catalogue knows of its images, without their packages; damaged entries are left out and said."""
    folder = cache / FOLDER
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if not entry.name.startswith("."))
    except FileNotFoundError:
        return Catalogue()
    except OSError as error:
        return Catalogue(notes=(f"base images are not known: {folder} cannot be read: {error.strerror}",))
    if not is_trusted(folder):
        return Catalogue(notes=(f"base images are not known: others may write into {folder}",))
    entries, notes = [], []
    for name in names[:MOST_ENTRIES]:
        try:
            entries.append(_read_head(folder / name))
        except HostileInputError as error:
            notes.append(f"{error.message}; it was left out. {error.advice}")
    if len(names) > MOST_ENTRIES:
        notes.append(f"{folder} holds over {MOST_ENTRIES} base images; {len(names) - MOST_ENTRIES} were left out")
    return Catalogue(entries=tuple(sorted(entries, key=lambda entry: entry.name)), notes=tuple(notes))


def packages_of(cache: Path, name: str, limits: Limits) -> tuple[Package, ...]:
    """Read the packages of an entry. Raises HostileInputError where it is damaged, LimitError over `report_size`."""
    path = _path(cache, name)
    with _opened(path) as file:
        head = _head(file, path)
        if head.size > limits.report_size:
            raise LimitError("report_size", limits.report_size, f"the base image {name}")
        body = _rest(file, head.size, path)
    if len(body) != head.size or _checksum(body) != head.checksum:
        raise _damaged(path, "its packages are not those that were written")
    try:
        found = msgspec.json.decode(body, type=tuple[Package, ...])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _damaged(path, str(error)) from error
    if len(found) > limits.packages:
        raise LimitError("packages", limits.packages, f"the base image {name}")
    if not all(package.ecosystem in systems() and "/" in package.key for package in found):
        raise _damaged(path, "it has packages of a system that this version does not know")
    return found


def entry_of(examined: Examined, name: str, as_of: str) -> BaseImage:
    """Make the entry of an image that was examined; without a name it gets the image's own.

    Raises TargetError where it is no image with layers, UsageError where it has no name that will do.
    """
    layers = tuple(layer.digest for layer in examined.layers)
    if examined.recipe is None or not layers or not all(map(_DIGEST.fullmatch, layers)):
        raise TargetError(
            f"{examined.subject.name} is no image with layers, so nothing can be built on it",
            advice="Give an archive, an OCI layout, or the name of an image in a running engine.",
        )
    chosen = name or _own_name(examined.subject.name)
    if not _NAME.fullmatch(chosen):
        raise UsageError(f"{chosen[:100]!r} is no name for a base image", advice="Name it: --name debian:12")
    return BaseImage(
        name=chosen,
        digest=examined.subject.digest,
        platform=examined.subject.platform,
        distro=examined.subject.distro,
        layers=layers,
        created=examined.recipe.created,
        added=as_of,
        packages=len(examined.inventory.packages),
        unread=sum(gap.count for gap in (*examined.gaps, *examined.inventory.gaps)),
    )


def add(cache: Path, base: BaseImage, packages: Sequence[Package]) -> None:
    """Put an image into the catalogue; the same image under the same name is written anew.

    Raises UsageError where another image has that name, KnowledgeError where the folder cannot be trusted.
    """
    folder = cache / FOLDER
    private_folder(folder)
    known = read_catalogue(cache).entries
    if any(entry.name == base.name and entry.digest != base.digest for entry in known):
        raise UsageError(
            f"the catalogue has another image under the name {base.name}",
            advice=f"Choose a name for this one with --name, or remove that one: plimsoll base remove {base.name}",
        )
    if len(known) >= MOST_ENTRIES and base.name not in {entry.name for entry in known}:
        raise UsageError(f"the catalogue is full: {MOST_ENTRIES} images", advice="Remove some: plimsoll base list")
    body = compact(tuple(packages))  # paths need not be UTF-8
    head = _Head(format=FORMAT, base=base, checksum=_checksum(body), size=len(body))
    _write(folder, _path(cache, base.name), compact(head) + b"\n" + body)


def remove(cache: Path, name: str) -> None:
    """Take an image out of the catalogue, also a damaged one. Raises UsageError where there is none of that name."""
    try:
        _path(cache, name).unlink()
    except (FileNotFoundError, NotADirectoryError):
        names = ", ".join(entry.name for entry in read_catalogue(cache).entries[:20])
        advice = f"There are: {names}" if names else "It is empty; add one: plimsoll base add TARGET"
        raise UsageError(f"the catalogue has no base image {name[:100]!r}", advice=advice) from None
    except OSError as error:
        raise PlimsollError(
            f"{_path(cache, name)} cannot be removed: {error.strerror}", advice="Remove it by hand."
        ) from error


def _own_name(name: str) -> str:
    """Give the name of an image, or of the file that it is in, without what says how that is packed."""
    return _ARCHIVE.sub("", Path(name).name) if os.path.exists(name) else name  # noqa: PTH110 - False for any text


def _path(cache: Path, name: str) -> Path:
    return cache / FOLDER / sha256(os.fsencode(name)).hexdigest()


def _checksum(body: bytes) -> str:
    return blake2b(body, digest_size=16).hexdigest()


def _write(folder: Path, place: Path, content: bytes) -> None:
    try:
        handle, temporary = mkstemp(dir=folder, prefix=".adding-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            move(Path(temporary), place)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise PlimsollError(f"{folder} cannot be written: {error.strerror}", advice="Choose a --cache-dir.") from error


def _read_head(path: Path) -> BaseImage:
    with _opened(path) as file:
        return _head(file, path).base


def _opened(path: Path) -> BinaryIO:
    """Open a plain file that nobody else may have written, neither following a link nor waiting at a pipe."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _damaged(path, error.strerror or "it cannot be opened") from error
    status = os.fstat(handle)
    is_plain = stat.S_ISREG(status.st_mode)
    if is_plain and is_private(status):
        return os.fdopen(handle, "rb")
    os.close(handle)
    raise _damaged(path, "others may write it, or it is someone else's" if is_plain else "it is no plain file")


def _rest(file: BinaryIO, size: int, path: Path) -> bytes:
    try:
        return file.read(size + 1)
    except OSError as error:
        raise _damaged(path, error.strerror or "it cannot be read") from error


def _head(file: BinaryIO, path: Path) -> _Head:
    try:
        line = file.readline(LONGEST_HEAD)
        head = msgspec.json.decode(line, type=_Head)
    except (OSError, msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _damaged(path, str(error)) from error
    base = head.base
    if head.format != FORMAT:
        raise _damaged(path, f"it is of format {head.format}, this version reads {FORMAT}")
    if not _NAME.fullmatch(base.name) or path.name != sha256(os.fsencode(base.name)).hexdigest():
        raise _damaged(path, "it is not what its file name says")
    if not base.layers or not all(map(_DIGEST.fullmatch, (base.digest, *base.layers))) or head.size < 0:
        raise _damaged(path, "its layers have no digests")
    return head


def _damaged(path: Path, reason: str) -> HostileInputError:
    known = path if _FILE.fullmatch(path.name) else f"{path.parent}/{path.name[:80]!r}"
    return HostileInputError(
        f"the base image in {known} cannot be used: {reason[:200]}",
        advice="Remove the file, and add the image again: plimsoll base add.",
    )
