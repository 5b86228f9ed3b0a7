"""What any bill of materials tells, whatever its format, before it is judged."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from plimsoll.model.report import LayerFacts

OURS = "plimsoll:"
"""What the names of our own properties begin with."""

NAMES = {
    # aquasecurity/trivy, `pkg/sbom/core`: properties of CycloneDX, and the same without prefix as annotations of SPDX.
    "aquasecurity:trivy:LayerDiffID": "layer",
    "aquasecurity:trivy:FilePath": "path",
    "aquasecurity:trivy:Modularitylabel": "modularity",
    "aquasecurity:trivy:SrcName": "source",
    "aquasecurity:trivy:SrcVersion": "src-version",
    "aquasecurity:trivy:SrcEpoch": "src-epoch",
    "aquasecurity:trivy:SrcRelease": "src-release",
    "aquasecurity:trivy:Class": "class",
    # anchore/syft, `syft/format/internal/cyclonedxutil/helpers`.
    "syft:location:0:path": "path",
    "syft:location:0:layerID": "layer",
    "syft:metadata:source": "source",
    "syft:metadata:sourceVersion": "source-version",
    "syft:metadata:originPackage": "source",
    "syft:metadata:sourceRpm": "source-rpm",
    "syft:metadata:modularityLabel": "modularity",
    "syft:distro:id": "distro-id",
    "syft:distro:versionID": "distro-version",
    # CycloneDX/cdxgen.
    "SrcFile": "path",
}
"""What other tools call what we want to know, and what we call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One component of a bill; "" is what it does not say.

    `ref` is how the bill refers to it, `kind` its type in the words of CycloneDX, `facts` what is stated in properties
    or annotations, by our names; `hashes` are as in Package.
    """

    ref: str
    kind: str
    name: str
    group: str = ""
    version: str = ""
    purl: str = ""
    cpe: str = ""
    licence: str = ""
    scope: str = ""
    hashes: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A whole bill. `form` is its format in words, `subject` what it is of, `made` who made it and when, in words.

    `requires` and `owners` are by reference: what each component needs, and which one owns its files. `stated` are
    our own facts of the whole, `malformed` counts parts that are no components at all, by what is wrong with them.
    """

    form: str
    entries: Sequence[Entry]
    subject: str = ""
    made: str = ""
    requires: Mapping[str, Sequence[str]] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    stated: Sequence[tuple[str, str]] = ()
    malformed: Mapping[str, int] = field(default_factory=dict)
    is_incomplete: bool = False


Pairs = list[tuple[str, str]]
"""Names and values, as a bill states them."""


def facts_of(pairs: Pairs) -> dict[str, str]:
    """Give facts by our names; what nobody here asks for is left out, and the first of several counts."""
    found: dict[str, str] = {}
    for name, value in pairs:
        known = name[len(OURS) :] if name.startswith(OURS) else NAMES.get(name)
        if known and value and known not in found:
            found[known] = value
    return found


def hashes_of(pairs: Pairs) -> tuple[str, ...]:
    """Give the hashes for which a format has no algorithm, of a bill of ours."""
    return tuple(value for name, value in pairs if name == _HASH)


_HASH = f"{OURS}hash"
_GAP = re.compile(r"(?P<what>[a-z][a-z0-9-]{0,60}) \((?P<count>\d{1,12}), .*?\): (?P<said>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldGap:
    """Something that our own bill says was not measured when it was made."""

    what: str
    count: int
    said: str


def told_gaps(bill: Bill) -> list[ToldGap]:
    """Give the gaps that a bill of ours tells of."""
    found = (_GAP.fullmatch(value) for name, value in bill.stated if name == "gap")
    return [ToldGap(what=each["what"], count=int(each["count"]), said=each["said"]) for each in found if each]


def told_layers(bill: Bill) -> tuple[LayerFacts, ...]:
    """Give the layers that a bill of ours tells of, lowest first."""
    sizes = dict(value.partition(" ")[::2] for name, value in bill.stated if name == "layer-size")
    layers = []
    for name, value in bill.stated:
        if name == "layer":
            digest, _, instruction = value.partition(" ")
            size = sizes.get(digest, "")
            layers.append(LayerFacts(digest=digest, size=number(size), instruction=instruction))
    return tuple(layers)


def number(text: str) -> int:
    """Give a whole number, 0 where a text is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
