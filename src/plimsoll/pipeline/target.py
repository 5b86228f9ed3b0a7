"""From what the user typed to an opened target."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from plimsoll.errors import TargetError, UsageError
from plimsoll.model.limits import Limits
from plimsoll.pipeline.readers import declared
from plimsoll.pipeline.targeting import STANDARD_INPUT
from plimsoll.plugins import discover
from plimsoll.sources.source_tree import SOURCE_TREE, open_lockfile
from plimsoll.sources.storage import is_compressed, pieces, spool
from plimsoll.trees.patterns import PathPatterns
from plimsoll.trees.source import ImageStore, Opened, Request, SourceKind

PIECE = 1 << 20


@contextmanager
def opened(target: str, platform: str, limits: Limits, standard_input: IO[bytes]) -> Iterator[Opened]:
    """Open a target: `SCHEME:PATH[#IMAGE]`, a path, or `-` for an archive on standard input.

    Raises TargetError where it is missing, unreadable or of no known kind. A compressed archive and standard input
    are spooled to a temporary file that is gone when the context ends.
    """
    kinds = discover("plimsoll.sources", SourceKind)
    scheme, rest = _scheme(target, kinds)
    stores = _stores(target)
    if stores:
        reference = target.partition(":")[2] if _names_store(target) else target
        with _nameless() as (file, place):
            store = _fetch(stores, target, reference, platform, file, limits)
            found = _open(kinds, "", Request(path=place, name=reference, platform=platform, limits=limits))
            yield replace(found, took=f"{store.title}, as {found.took}")
        return
    name, image = _image(rest)
    if name == STANDARD_INPUT:
        if standard_input.isatty():
            raise UsageError("standard input is a terminal", advice="Pipe an archive: docker save IMAGE | plimsoll …")
        with _nameless() as (file, place):
            spool(iter(lambda: standard_input.read(PIECE), b""), file, limits, "standard input")
            yield _open(kinds, scheme, Request(path=place, name="-", image=image, platform=platform, limits=limits))
        return
    path = Path(name)
    _expect_readable(path, target)
    request = Request(path=path, name=name, image=image, platform=platform, limits=limits)
    if _is_compressed(path, name):
        with _nameless() as (file, place):
            spool(pieces(path), file, limits, name)
            yield _open(kinds, scheme, replace(request, path=place))
        return
    yield _open(kinds, scheme, request)


def _names_store(target: str) -> bool:
    """Say whether a target's scheme is that of a store of images; a path of that name comes first."""
    scheme, colon, _ = target.partition(":")
    known = discover("plimsoll.sources", ImageStore).values()
    return bool(colon) and any(scheme in {each.name, *each.schemes} for each in known) and not _exists(target)


def _exists(path: str) -> bool:
    return os.path.exists(path)  # noqa: PTH110 - False for what is no path at all, and below closed folders


_REFERENCE = re.compile(
    r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:[.:]\d+)?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?",
    re.ASCII,
)
"""An image's name, as engines write it (distribution's reference grammar)."""

_LONGEST_REFERENCE = 512


def _is_reference(target: str) -> bool:
    return len(target) <= _LONGEST_REFERENCE and _REFERENCE.fullmatch(target) is not None


def _stores(target: str) -> list[ImageStore]:
    """Give the stores to ask for a target, best first: those that its scheme means, or, for a name, that are there.

    Of several that a scheme means those that do not answer are left out; where none does, the best will say why.
    """
    ordered = sorted(discover("plimsoll.sources", ImageStore).values(), key=lambda each: -each.precedence)
    if _names_store(target):
        scheme = target.partition(":")[0]
        meant = [each for each in ordered if scheme in {each.name, *each.schemes}]
        return meant if len(meant) == 1 else [each for each in meant if each.is_there()] or meant[:1]
    if target == STANDARD_INPUT or not _is_reference(target) or _exists(target):
        return []
    if target.partition(":")[0] in discover("plimsoll.sources", SourceKind):
        return []
    return [each for each in ordered if each.is_there()]


def _fetch(  # noqa: PLR0913, PLR0917 - what is asked for, of whom, and where it goes
    stores: Sequence[ImageStore], target: str, reference: str, platform: str, file: IO[bytes], limits: Limits
) -> ImageStore:
    """Fetch an image from the first store that has it, and give that. Raises the TargetErrors where none has it."""
    errors: list[TargetError] = []
    for store in stores:
        try:
            store.fetch(reference, platform, file, limits)
        except TargetError as error:
            errors.append(error)
            file.seek(0)
            file.truncate()
        else:
            file.flush()
            return store
    reasons = "; ".join(dict.fromkeys(error.message for error in errors))
    if _names_store(target):
        raise TargetError(reasons, advice=errors[0].advice)
    raise TargetError(f"{target} is no path here, and no image: {reasons}", advice=errors[0].advice)


@contextmanager
def _nameless() -> Iterator[tuple[IO[bytes], Path]]:
    """Give a temporary file that has no name from the start, so that nothing is left however this process ends.

    The path leads to it through the process's own descriptors (proc(5)), and can be opened again.
    """
    from tempfile import TemporaryFile

    with TemporaryFile(prefix="plimsoll-") as file:
        yield file, Path(f"/proc/self/fd/{file.fileno()}")


def _is_compressed(path: Path, name: str) -> bool:
    try:
        return path.is_file() and is_compressed(path)
    except OSError as error:
        raise TargetError(f"{name} cannot be read: {error.strerror}", advice="Check its mode.") from error


def lies_within(path: Path, target: str) -> bool:
    """Say whether a path lies inside the folder that a target names; False where it names none."""
    _, rest = _scheme(target, discover("plimsoll.sources", SourceKind))
    folder = Path(_image(rest)[0])
    try:
        return bool(target) and folder.is_dir() and path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def _scheme(target: str, kinds: Mapping[str, SourceKind]) -> tuple[str, str]:
    """Split the scheme off; an existing path wins over anything else it could mean."""
    scheme, colon, rest = target.partition(":")
    if colon and scheme in kinds and not Path(target).exists():
        return scheme, rest
    return "", target


def _image(rest: str) -> tuple[str, str]:
    name, _, image = rest.rpartition("#")
    return (name, image) if name and not Path(rest).exists() else (rest, "")


def _schemes() -> list[str]:
    stores = discover("plimsoll.sources", ImageStore).values()
    names = {*discover("plimsoll.sources", SourceKind), *(each.name for each in stores)}
    return sorted(names.union(*(each.schemes for each in stores)))


def _expect_readable(path: Path, target: str) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if ":" in target or "/" not in target or _is_reference(target):
            advice = (
                "Is it an image? No container engine answers here: save it, docker save IMAGE -o image.tar. "
                "Known schemes: " + ", ".join(f"{name}:" for name in _schemes())
            )
        else:
            advice = "Check the path."
        raise TargetError(f"{target} cannot be opened: {error.strerror}", advice=advice) from error
    except ValueError as error:
        raise TargetError(f"{target!r} is no path: {error}") from error
    if not (path.is_dir() or path.is_file()):
        raise TargetError(f"{target} is neither a file nor a directory (mode {mode:o})")


def _open(kinds: Mapping[str, SourceKind], scheme: str, request: Request) -> Opened:
    try:
        if scheme == SOURCE_TREE.name and (lockfile := _lockfile(request)):
            return lockfile
        if scheme:
            return kinds[scheme].open(request)
        for kind in sorted(kinds.values(), key=lambda kind: -kind.precedence):
            if kind.recognises(request.path, request.limits):
                return kind.open(request)
        if lockfile := _lockfile(request):
            return lockfile
    except OSError as error:
        raise TargetError(f"{request.name} cannot be read: {error.strerror}") from error
    known = "; ".join(f"{kind.name}: {kind.title}" for kind in kinds.values())
    if request.path.is_dir():
        advice = (
            "A directory with os-release or a package database is a root file system; dir:PATH forces it. "
            f"Known kinds: {known}."
        )
    else:
        from plimsoll.pipeline.estate import platforms

        schemes = ", ".join(f"{name}:" for name in platforms())
        advice = f"Known kinds: {known}; workloads, which a scheme names where the content does not ({schemes})."
    raise TargetError(f"{request.name} is of no known kind", advice=advice)


_MOST_FOLDERS = 2
"""Folders that a pattern of what is declared has before the file's own name."""


def is_taken(path: Path, limits: Limits) -> bool:
    """Say whether a file is of a kind that lists packages: a bill of materials, a lockfile, an archive."""
    kinds = discover("plimsoll.sources", SourceKind).values()
    try:
        return any(kind.recognises(path, limits) for kind in kinds) or _lies_as_lockfile(str(path)) > 0
    except OSError:
        return False


def folder_of(target: str) -> Path | None:
    """Give the folder that a target names; None where it names none."""
    _, rest = _scheme(target, discover("plimsoll.sources", SourceKind))
    folder = Path(_image(rest)[0])
    try:
        return folder if folder.is_dir() else None
    except (OSError, ValueError):
        return None


def _lies_as_lockfile(name: str) -> int:
    """Give how many folders a file is known with as a lockfile, from 1; 0 for one that is none."""
    patterns = PathPatterns({name: plugin.paths for name, plugin in declared().items()})
    names = Path(name).absolute().parts[1:]
    for folders in range(min(_MOST_FOLDERS + 1, len(names))):
        if patterns.find("/".join(names[-1 - folders :])):
            return folders + 1
    return 0


def _lockfile(request: Request) -> Opened | None:
    """Open a file by which a source tree declares packages, with the folders by which it is known; else None."""
    if not request.path.is_file():
        return None
    folders = _lies_as_lockfile(request.name)
    return open_lockfile(request, folders - 1) if folders else None
