"""updateinfo.xml of rpm repositories: one update is one erratum, with its packages by architecture.

Format: https://docs.fedoraproject.org/en-US/fesco/Updates_Policy/ and createrepo_c: `update[type]` with `id`, `title`,
`issued[date]`, `updated[date]`, `severity`, `references/reference[id,type,title,href]`, and
`pkglist/collection[short]/package[name,epoch,version,release,arch]`. The file is compressed, and read as a stream.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.archives import damaged, decompressed
from plimsoll.knowledge.osv_errata import SCHEME, Place, modules_in, streams_of, without_epoch_zero
from plimsoll.knowledge.reading import AGAIN, cleaned, is_day
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Knowledge, State, Statement, Unusable

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

_PIECE = 1 << 16
_CVE = re.compile(r"CVE-\d{4}-\d{4,}", re.ASCII)
_DEEPEST = 20
_MOST_PARTS = 200_000
"""Packages and references of one update; an update of a whole desktop has some thousand."""
_TEXTS = {"id", "title", "severity"}
_LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Package:
    """One package of an update, in a collection."""

    name: str
    version: str
    collection: str = ""


@dataclass(slots=True)
class Update:
    """One update; texts are "" where it has none. `mentions` are the ids and titles that it refers to."""

    kind: str = ""
    id: str = ""
    title: str = ""
    severity: str = ""
    issued: str = ""
    updated: str = ""
    mentions: list[str] = field(default_factory=list)
    packages: list[Package] = field(default_factory=list)

    @property
    def cves(self) -> tuple[str, ...]:
        """The CVEs that it names."""
        return tuple(dict.fromkeys(found for text in self.mentions for found in _CVE.findall(text)))


def evr(epoch: str, version: str, release: str) -> str:
    """Give `[epoch:]version-release` as rpm shows it."""
    return without_epoch_zero(f"{epoch or '0'}:{version}" + (f"-{release}" if release else ""))


def statements_of(
    update: Update, place: Callable[[Package], Place | None], rate: Callable[[str], Severity | None]
) -> Iterator[Knowledge]:
    """Yield one statement per package and CVE of a security update; others say nothing. All of it is evidence."""
    name = cleaned(update.id) or "unnamed"
    if update.kind != "security":
        return
    cves = update.cves
    if not cves:
        yield Unusable(record=name, reason="a security update that names no CVE")
        return
    modules = modules_in(update.title)
    spans = {
        (where.product, stream, package.name, package.version): None
        for package in update.packages
        if package.name and (where := place(package)) is not None
        for stream in streams_of(package.version, modules, where.stream)
    }
    since = update.issued[:10] if is_day(update.issued) else ""
    rating = rate(update.severity)
    for product, stream, package_name, version in spans:
        for cve in cves:
            yield Statement(
                product=product,
                package=package_name,
                vulnerability=cve,
                advisory=name,
                state=State.AFFECTED,
                scheme=SCHEME,
                hi=version,
                stream=stream,
                severity=rating,
                since=since,
                evidence=True,
            )


def updates(path: str, file: Path, limits: Limits) -> Iterator[Update]:
    """Yield every update of a file, plain or compressed with gzip, bzip2 or zstd.

    Raises KnowledgeError for what is no such file, a document type declaration, and for one without updates;
    LimitError over `feed_size` or `feed_records`.
    """
    from xml.parsers import expat

    size = records = 0
    reader = _Reader()
    parser = expat.ParserCreate()
    reader.attach(parser)
    with damaged(path), file.open("rb") as packed, decompressed(packed) as stream:
        while True:
            piece = stream.read(_PIECE)
            size += len(piece)
            if size > limits.feed_size:
                raise LimitError("feed_size", limits.feed_size, path)
            try:
                parser.Parse(piece, not piece)
            except expat.ExpatError as error:
                raise KnowledgeError(f"{path} is not what its publisher serves: {error}", advice=AGAIN) from error
            for update in reader.taken():
                records += 1
                if records > limits.feed_records:
                    raise LimitError("feed_records", limits.feed_records, path)
                yield update
            if not piece:
                break
    if not records:
        raise KnowledgeError(f"{path} holds no updates", advice=AGAIN)


class _Reader:
    """Makes updates of expat's calls; holds one of them at a time."""

    def __init__(self) -> None:
        self._at: list[str] = []
        self._update: Update | None = None
        self._collection = ""
        self._text: list[str] = []
        self._done: list[Update] = []

    def attach(self, parser: "XMLParserType") -> None:
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = _refuse

    def taken(self) -> list[Update]:
        """Give the updates that are complete, once."""
        done, self._done = self._done, []
        return done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._at.append(name)
        if len(self._at) > _DEEPEST:
            raise KnowledgeError(f"an updateinfo file nests deeper than {_DEEPEST} levels")
        self._text = []
        if name == "update":
            self._update = Update(kind=attributes.get("type", ""))
        elif self._update is not None:
            self._part(self._update, name, attributes)

    def _part(self, update: Update, name: str, attributes: dict[str, str]) -> None:
        if name == "package":
            version = evr(*(attributes.get(part, "") for part in ("epoch", "version", "release")))
            update.packages.append(Package(attributes.get("name", ""), version, self._collection))
        elif name == "reference":
            update.mentions.extend(attributes[part] for part in ("id", "title") if attributes.get(part))
        elif name == "collection":
            self._collection = attributes.get("short", "")
        elif name in {"issued", "updated"}:
            setattr(update, name, attributes.get("date", ""))
        if len(update.packages) + len(update.mentions) > _MOST_PARTS:
            raise KnowledgeError(f"an update has more than {_MOST_PARTS} packages and references")

    def _characters(self, text: str) -> None:
        if self._at and self._at[-1] in _TEXTS and len(self._text) < _LONGEST_TEXT:
            self._text.append(text[:_LONGEST_TEXT])

    def _end(self, name: str) -> None:
        self._at.pop()
        update = self._update
        if update is None:
            return
        if name == "update":
            self._done.append(update)
            self._update = None
        elif name in _TEXTS and self._at and self._at[-1] == "update":
            setattr(update, name, "".join(self._text)[:_LONGEST_TEXT].strip())
        self._text = []


def _refuse(*_: object) -> None:
    raise KnowledgeError("an updateinfo file declares a document type, which is refused because entities come with it")
