"""Installed Ruby gems: specifications as RubyGems writes them, Ruby programs of literals that are never executed."""

import re

from plimsoll.ecosystems.gathering import fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_MOST_READ = 1 << 20

_FIELD = re.compile(
    r"^[ \t]*\w{1,20}\.(name|version|licenses?)[ \t]*=[ \t]*(?:Gem::Version\.new[ \t]*\(?[ \t]*)?"
    r"([\"'\[%][^\n]*)",
    re.MULTILINE,
)
_NEEDED = re.compile(
    r"^[ \t]*\w{1,20}\.add_(?:runtime_)?dependency[ \t]*\(?[ \t]*(?:%q<([^>\n]*)>|[\"']([^\"'\n]*)[\"'])", re.MULTILINE
)
_STUB = re.compile(r"^# stub: (\S{1,200}) (\S{1,100})(?: |$)", re.MULTILINE)
_LITERAL = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'|%q[<{(\[]([^>})\]\n]*)[>})\]]")
_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,200}")
_VERSION = re.compile(r"[0-9][A-Za-z0-9_.\-]{0,100}")
_MOST_REQUIRED = 1000


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read one specification. Total: one whose name or version is no literal becomes a fault."""
    text = data[:_MOST_READ].decode("utf-8", "backslashreplace")
    stated: dict[str, list[str]] = {}
    for found in _FIELD.finditer(text):
        stated.setdefault(found[1].removesuffix("s"), _literals(found[2]))
    stub = _STUB.search(text)
    in_stub = stub.groups() if stub else ("", "")
    name, version = ((stated.get(key) or [""])[0] or in_stub[n] for n, key in enumerate(("name", "version")))
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        return fault("it states no name or no version as a literal")
    needed = dict.fromkeys(a or b for a, b in _NEEDED.findall(text)[:_MOST_REQUIRED])
    record = PackageRecord.simple(
        name,
        version,
        licence=" OR ".join(filter(None, stated.get("license", [])))[:200],
        requires=tuple(filter(_NAME.fullmatch, needed)),
    )
    return Observed(packages=(record,))


def _literals(text: str) -> list[str]:
    """Give the texts that stand in a literal, or in an array of them."""
    return ["".join(found) for found in _LITERAL.findall(text)]


RUBYGEMS = Ecosystem(
    name="rubygems",
    title="Ruby gems",
    version=1,
    system="rubygems",
    paths=("specifications/*.gemspec", "specifications/default/*.gemspec"),
    parse=parse,
)
