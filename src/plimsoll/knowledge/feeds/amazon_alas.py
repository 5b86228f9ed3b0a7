"""Amazon Linux's security advisories (ALAS), by binary package: updateinfo.xml of a repository, or one JSON for each.

Format: https://alas.aws.amazon.com/ (updateinfo.xml, `collection[short]` names the release and the topic, as in
`amazon-linux-2---kernel-5.15`); the JSON has the same elements with a capital letter.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.archives import json_members
from plimsoll.knowledge.extent import Extent
from plimsoll.knowledge.osv_errata import Place, severity_of_word
from plimsoll.knowledge.reading import as_list, cleaned, decoded
from plimsoll.knowledge.updateinfo import Package, Update, evr, statements_of, updates
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Feed, Knowledge, Unusable

T = TypeVar("T")

_SHORT = re.compile(r"amazon-linux-(ami|\d+)(?:---([a-z0-9._+-]+))?", re.ASCII)
_ARCHIVES = ("amazon/alas-json.tar", "amazon/alas-json.tar.gz")


class _Reference(msgspec.Struct, rename="pascal"):
    id: str = msgspec.field(name="ID", default="")


class _References(msgspec.Struct, rename="pascal"):
    reference: list[_Reference] | _Reference | None = None


class _Package(msgspec.Struct, rename="pascal"):
    name: str = ""
    epoch: str = ""
    version: str = ""
    release: str = ""


class _Collection(msgspec.Struct, rename="pascal"):
    short: str = ""
    package: list[_Package] | _Package | None = None


class _Pkglist(msgspec.Struct, rename="pascal"):
    collection: list[_Collection] | _Collection | None = None


class _Day(msgspec.Struct, rename="pascal"):
    date: str = ""


class _Advisory(msgspec.Struct, rename="pascal"):
    id: str = msgspec.field(name="ID")
    type: str = ""
    title: str = ""
    severity: str = ""
    issued: _Day = msgspec.field(default_factory=_Day)
    updated: _Day = msgspec.field(default_factory=_Day)
    references: _References = msgspec.field(default_factory=_References)
    pkglist: _Pkglist = msgspec.field(default_factory=_Pkglist)


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield what every advisory says."""
    extent = Extent()
    for item in _read(path, file, limits):
        if isinstance(item, Unusable):
            yield item
            continue
        extent.date(item.updated or item.issued)
        for said in statements_of(item, _place, _rating):
            extent.count(said)
            yield said
    yield from extent.stated()


def _read(path: str, file: Path, limits: Limits) -> Iterator[Update | Unusable]:
    if path not in _ARCHIVES:
        yield from updates(path, file, limits)
        return
    for name, data in json_members(path, file, limits, lambda _: True):
        try:
            yield _update(decoded(data, _Advisory, name))
        except KnowledgeError as error:
            yield Unusable(record=cleaned(name) or "unnamed", reason=error.message)


def _update(advisory: _Advisory) -> Update:
    return Update(
        kind=advisory.type,
        id=advisory.id,
        title=advisory.title,
        severity=advisory.severity,
        issued=advisory.issued.date,
        updated=advisory.updated.date,
        mentions=[reference.id for reference in as_list(advisory.references.reference)],
        packages=[
            Package(package.name, evr(package.epoch, package.version, package.release), collection.short)
            for collection in as_list(advisory.pkglist.collection)
            for package in as_list(collection.package)
        ],
    )


def _place(package: Package) -> Place | None:
    """Give release and stream: topics of the extras have the packages of the core once more, with other versions."""
    found = _SHORT.fullmatch(package.collection)
    if found is None:
        return None
    version = "1" if found[1] == "ami" else found[1]
    return Place(f"amzn:{version}", f"extra:{found[2]}" if found[2] else "")


def _rating(word: str) -> Severity | None:
    return Severity.MEDIUM if word.strip().lower() == "medium" else severity_of_word(word)


AMAZON_ALAS = Feed(
    name="amazon-alas",
    title="Amazon Linux Security Advisories",
    kind="advisories",
    licence=None,
    notice="Amazon Linux Security Advisories (https://alas.aws.amazon.com/), Copyright Amazon Web Services, Inc.; they"
    " state no licence, so they are never embedded. They have no lasting address: their repositories move with every"
    " release.",
    files=(*_ARCHIVES, "amazon/*/*/updateinfo.xml.gz", "amazon/updateinfo_*.xml.gz"),
    urls=(("", "amazon/alas-json.tar"), ("", "amazon/alas-json.tar.gz")),
    parse=parse,
    authority=50,
    reference="https://alas.aws.amazon.com/cve/html/{id}.html",
)
