"""CSAF 2.0 documents (VEX and advisories): products, what they consist of, and the status of each.

Source: OASIS, Common Security Advisory Framework Version 2.0, sections 3.2.2 (product tree) and 3.2.3
(vulnerabilities). Only what a judgement needs is read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from plimsoll.errors import KnowledgeError

_DEEPEST = 30
"""Levels of branches; the schema sets none, real documents have four."""
_LONGEST_CHAIN = 4
"""Relationships followed from a product to its platform; real ones are two: package in module in release."""


class Helper(msgspec.Struct):
    """What identifies a product elsewhere."""

    cpe: str | None = None
    purl: str | None = None


class Product(msgspec.Struct):
    """A full product name."""

    product_id: str = ""
    name: str = ""
    helper: Helper | None = msgspec.field(name="product_identification_helper", default=None)


class Branch(msgspec.Struct):
    """A branch holds more branches, or one product. Deeper ones are decoded level by level, so depth is bounded."""

    branches: list[msgspec.Raw] | None = None
    product: Product | None = None


class Relationship(msgspec.Struct):
    """A product that is another one as a part of a third."""

    product_reference: str = ""
    relates_to_product_reference: str = ""
    full_product_name: Product = msgspec.field(default_factory=Product)


class Tree(msgspec.Struct):
    """The product tree."""

    branches: list[msgspec.Raw] | None = None
    relationships: list[Relationship] | None = None
    full_product_names: list[Product] | None = None


class Status(msgspec.Struct):
    """Product ids by status."""

    fixed: list[str] | None = None
    first_fixed: list[str] | None = None
    known_affected: list[str] | None = None
    known_not_affected: list[str] | None = None
    under_investigation: list[str] | None = None


class Remark(msgspec.Struct):
    """A threat or a remediation: its category, its words, and the products it is about."""

    category: str = ""
    details: str = ""
    product_ids: list[str] | None = None


class Cvss(msgspec.Struct):
    """A CVSS object, of which the vector says all."""

    vector: str = msgspec.field(name="vectorString", default="")


class Score(msgspec.Struct):
    """Scores of some products."""

    cvss_v2: Cvss | None = None
    cvss_v3: Cvss | None = None
    cvss_v4: Cvss | None = None

    @property
    def vectors(self) -> tuple[str, ...]:
        """The vectors there are."""
        return tuple(found.vector for found in (self.cvss_v4, self.cvss_v3, self.cvss_v2) if found and found.vector)


class Vulnerability(msgspec.Struct):
    """One vulnerability of a document."""

    cve: str | None = None
    release_date: str | None = None
    status: Status | None = msgspec.field(name="product_status", default=None)
    scores: list[Score] | None = None
    threats: list[Remark] | None = None
    remediations: list[Remark] | None = None


class Publisher(msgspec.Struct):
    """Who publishes a document."""

    name: str = ""
    namespace: str = ""


class Tracking(msgspec.Struct):
    """The document's id and date."""

    id: str = ""
    status: str = ""
    date: str = msgspec.field(name="current_release_date", default="")


class Head(msgspec.Struct):
    """What a document says of itself."""

    category: str = ""
    publisher: Publisher = msgspec.field(default_factory=Publisher)
    tracking: Tracking = msgspec.field(default_factory=Tracking)


class Document(msgspec.Struct):
    """One document."""

    document: Head
    product_tree: Tree | None = None
    vulnerabilities: list[Vulnerability] | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """What a product id stands for: a component of a platform (its CPE), and what lies between them.

    Each is "" where the document does not say; `purl` and `name` are the component's. `between` are purls: the
    module that a package belongs to.
    """

    platform: str = ""
    purl: str = ""
    name: str = ""
    between: tuple[str, ...] = ()


class Products:
    """The products of a document by id."""

    def __init__(self, tree: Tree | None) -> None:
        """Gather them. Raises KnowledgeError for branches that are no branches or too deep."""
        tree = tree or Tree()
        self._products = {found.product_id: found for found in tree.full_product_names or ()}
        self._products.update((found.product_id, found) for found in _leaves(tree.branches or ()))
        self._parts = {part.full_product_name.product_id: part for part in tree.relationships or ()}

    def component(self, product_id: str) -> Component:
        """Give what an id stands for; empty where relationships go in circles or lead nowhere."""
        chain: list[str] = []
        at = product_id
        while (part := self._parts.get(at)) is not None and len(chain) < _LONGEST_CHAIN:
            chain.append(part.product_reference)
            at = part.relates_to_product_reference
        if not chain or part is not None:
            return Component()
        first = self._products.get(chain[0], Product())
        between = tuple(purl for name in (*chain[1:], at) if (purl := self._helper(name).purl))
        return Component(self._helper(at).cpe or "", self._helper(chain[0]).purl or "", first.name, between)

    def _helper(self, product_id: str) -> Helper:
        found = self._products.get(product_id)
        return found.helper if found and found.helper else Helper()


def _leaves(branches: Sequence[msgspec.Raw]) -> Iterator[Product]:
    level = list(branches)
    for _ in range(_DEEPEST):
        deeper: list[msgspec.Raw] = []
        for raw in level:
            branch = _branch(raw)
            if branch.product is not None:
                yield branch.product
            deeper.extend(branch.branches or ())
        if not deeper:
            return
        level = deeper
    raise KnowledgeError("its product tree is too deep")


def _branch(raw: msgspec.Raw) -> Branch:
    try:
        return msgspec.json.decode(raw, type=Branch)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise KnowledgeError(f"its product tree is not one of CSAF: {error}") from error
