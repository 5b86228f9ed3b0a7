"""Targets that declare workloads: a file, a folder with any mix of them, standard input."""

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from plimsoll.documents.bounds import as_utf8
from plimsoll.documents.document import TextDocument, read_documents
from plimsoll.documents.errors import DocumentError
from plimsoll.errors import PlimsollError, UsageError
from plimsoll.model.estate import Document, Estate
from plimsoll.model.gap import Gap
from plimsoll.model.limits import Limits
from plimsoll.model.platform import Platform
from plimsoll.pipeline.estate import Alone, Gathering, faults_of, platforms, recognise
from plimsoll.sources.configurations import ConfigurationFolder, read_configuration
from plimsoll.sources.rendering import Rendered, Template, render, template_of

EVERY_PROFILE = frozenset({"*"})
_COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
"""The names under which Compose looks for its file, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How workloads are read. `platform` forces one; `overrides` are merged onto the file that is the target.

    `environment` are the variables that may be interpolated beside those of the project's own `.env`. `project` is the
    folder that nothing is read outside of, by default the one that the file lies in.
    """

    limits: Limits
    platform: str = ""
    overrides: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    profiles: frozenset[str] = EVERY_PROFILE
    project: Path | None = None
    render: bool = False
    is_skipped: Callable[[str], bool] = lambda _: False


class Project:
    """The files around a document, each read and parsed once: what platforms may ask for (`Surroundings`)."""

    def __init__(self, folder: ConfigurationFolder, how: Reading) -> None:
        """Take a folder; nothing is read yet."""
        self._folder = folder
        self._known: dict[str, list[TextDocument]] = {}
        self._asked: dict[str, bytes] = {}
        self.merged: dict[str, tuple[str, ...]] = {}
        self.unmerged: set[str] = set()
        self.environment = how.environment
        self.profiles = how.profiles

    def document(self, path: str) -> Document:
        """Give the one document of a file. Raises DocumentError."""
        documents = self.documents(path)
        if len(documents) != 1:
            raise DocumentError(f"{path} holds {len(documents)} documents instead of one")
        return documents[0]

    def documents(self, path: str, data: bytes | None = None) -> list[TextDocument]:
        """Give all documents of a file, of which the text may be known already. Raises DocumentError."""
        if path not in self._known:
            self._known[path] = list(read_documents(path, self.text(path) if data is None else data))
        return self._known[path]

    def ask(self, path: str, data: bytes, documents: Sequence[TextDocument] = ()) -> None:
        """Take a file that the user named, wherever it lies, and its documents where they are known."""
        self._asked[path] = data
        if documents:
            self._known[path] = list(documents)

    def text(self, path: str) -> bytes:
        """Give the text of a file. Raises DocumentError, also for what lies outside of the project."""
        if path in self._asked:
            return self._asked[path]
        try:
            return self._folder.read(path)
        except PlimsollError as error:
            raise DocumentError(error.message) from error

    def has(self, path: str) -> bool:
        """Say whether the project has a file at a path."""
        return self._folder.has(path)

    def overrides(self, document: Document) -> Sequence[Document]:
        """Give the documents that are merged onto one."""
        self.unmerged.discard(document.path)
        return [self.document(path) for path in self.merged.get(document.path, ())]


class Reader:
    """Reads everything that one target declares."""

    def __init__(self, subject: str, how: Reading) -> None:
        """Take the subject's id, which gaps are about."""
        self._subject = subject
        self._how = how
        self._gathering = Gathering(subject, how.limits.objects)

    def of_file(self, path: Path, name: str, known: Sequence[TextDocument] = ()) -> Estate:
        """Read one file, with what it extends, includes and is overridden by; `known` are its documents.

        Raises TargetError, LimitError, and UsageError for overrides of what is no Compose file.
        """
        root = self._how.project or path.absolute().parent
        project = Project(self._folder(root), self._how)
        inside = _relative(path, root)
        data = known[0].data if known else read_configuration(path, name, self._how.limits)
        project.ask(inside, data, [replace(document, path=inside) for document in known])
        if self._how.overrides:
            project.merged[inside] = tuple(self._asked(each, root, project) for each in self._how.overrides)
            project.unmerged.add(inside)
        else:
            project.merged |= _override_of(inside, project.has)
        self._texts(inside, data, project)
        if project.unmerged:
            raise no_overrides(name)
        return self._gathering.estate()

    def _asked(self, override: str, root: Path, project: Project) -> str:
        """Read a file that is to be merged onto the target, and give its path in the project."""
        path = _relative(Path(override), root)
        project.ask(path, read_configuration(Path(override), override, self._how.limits))
        return path

    def of_text(self, data: bytes, name: str) -> Estate:
        """Read a text that stands alone. Raises UsageError for overrides."""
        if self._how.overrides:
            raise no_overrides(name)
        self._texts(name, data, Alone(environment=self._how.environment, profiles=self._how.profiles))
        return self._gathering.estate()

    def of_folder(self, root: Path) -> Estate:
        """Read everything in a folder. Raises LimitError, and UsageError for overrides."""
        if self._how.overrides:
            raise no_overrides(str(root))
        folder = self._folder(root)
        project = Project(folder, self._how)
        paths = list(folder.paths())
        templates = [found for path in paths if (found := template_of(path))]
        # A kustomization's files are manifests by themselves, but not once it was rendered: they would count twice.
        hiding = [each for each in templates if each.hides or self._how.render]
        for path in paths:
            project.merged |= _override_of(path, project.has)
        read = {path for overrides in project.merged.values() for path in overrides}
        for path in sorted(paths, key=_main_files_first):
            if path not in read and not _hidden(path, hiding):
                read.update(self._file(path, project))
        for template in templates:
            self._template(root, template)
        return self._gathering.estate()

    def _folder(self, root: Path) -> ConfigurationFolder:
        return ConfigurationFolder(root=root, limits=self._how.limits, is_skipped=self._how.is_skipped)

    def _file(self, path: str, project: Project) -> Iterator[str]:
        """Read one of many files, if it may hold workloads; give the paths of the others that were read with it."""
        try:
            data = project.text(path)
        except DocumentError as error:
            self._gathering.add(self._gathering.fault(path, str(error)))
            return
        if self._how.platform or may_hold_workloads(data) or posixpath.basename(path) in _COMPOSE_FILES:
            for document in self._texts(path, data, project):
                yield document.path

    def _texts(self, path: str, data: bytes, around: Project | Alone) -> list[Document]:
        try:
            documents = self._documents(path, data, around)
        except DocumentError as error:
            self._gathering.add(self._gathering.fault(path, str(error)))
            return []
        others: list[Document] = []
        is_any = False
        for document in documents:
            for reason in faults_of(document):
                self._gathering.add(self._gathering.fault(path, reason))
            platform = self._platform_of(document)
            if platform is not None:
                read = self._gathering.read(platform, document, around)
                is_any |= bool(read.workloads or read.resources or read.faults or read.gaps)
                others += read.documents
        if not is_any and posixpath.basename(path) in _COMPOSE_FILES:
            self._gathering.add(self._gathering.fault(path, "it is called a Compose file, but declares no services"))
        return others

    def _documents(self, path: str, data: bytes, around: Project | Alone) -> Sequence[Document]:
        forced = platforms()[self._how.platform] if self._how.platform else None
        if forced is not None and forced.split is not None:
            return forced.split(path, data)
        return around.documents(path, data) if isinstance(around, Project) else list(read_documents(path, data))

    def _platform_of(self, document: Document) -> Platform | None:
        return platforms()[self._how.platform] if self._how.platform else recognise(document)

    def _template(self, root: Path, template: Template) -> None:
        """Render a chart or a kustomization where the user wants it, else say that it was not."""
        if self._how.render:
            rendered = render(root, template, self._how.limits)
        else:
            rendered = Rendered(reason="it is not rendered without being asked", advice="Add --render.")
        if rendered.reason:
            self._gathering.add(_not_rendered(self._subject, template, rendered))
        else:
            self._texts(template.path, rendered.text, Alone())


def _relative(path: Path, root: Path) -> str:
    """Give a file's path inside the project; as `../FILE`, which nothing else has, where it lies outside."""
    return os.path.relpath(path.absolute(), root.absolute())


def _override_of(path: str, has: Callable[[str], bool]) -> dict[str, tuple[str, ...]]:
    """Give the file that Compose merges onto one of its own accord, if there is one."""
    folder, name = posixpath.split(path)
    if name not in _COMPOSE_FILES:
        return {}
    stem = name.rpartition(".")[0]
    names = [posixpath.join(folder, f"{stem}.override{ending}") for ending in (".yml", ".yaml")]
    found = next((each for each in names if has(each)), "")
    return {path: (found,)} if found else {}


def _main_files_first(path: str) -> tuple[bool, str]:
    return posixpath.basename(path) not in _COMPOSE_FILES, path


def no_overrides(name: str) -> UsageError:
    """Make the error for overrides that nothing can be done with."""
    return UsageError(f"--override: {name} is no Compose file", advice="Name the Compose file that they override.")


def may_hold_workloads(data: bytes) -> bool:
    """Say whether a text may have a document of any platform, so that it should be read."""
    try:
        text = as_utf8(data)
    except DocumentError:
        return True  # Whoever reads it says what is wrong with it.
    return any(hint in text for hint in hints())


@cache
def hints() -> tuple[bytes, ...]:
    """Give texts of which a file with workloads holds at least one."""
    return tuple({hint for platform in platforms().values() for hint in platform.hints})


def _hidden(path: str, templates: Iterable[Template]) -> bool:
    return any(each.holds(path) for each in templates)


def _not_rendered(subject: str, template: Template, rendered: Rendered) -> Gap:
    return Gap(
        subject=subject,
        what="not-rendered",
        question=f"what the {template.kind} in {template.folder or 'the folder itself'} declares",
        reason=rendered.reason,
        advice=rendered.advice,
    )
