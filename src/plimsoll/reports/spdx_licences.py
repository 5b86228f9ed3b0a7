"""Licences of an SPDX document: valid expressions, and the texts of what the SPDX licence list does not know."""

import re
from hashlib import sha256

from plimsoll.reports.cyclonedx_nodes import Node
from plimsoll.reports.document import compact
from plimsoll.reports.licences import expression

_ODD = re.compile(r"[^A-Za-z0-9.-]+")
_LONGEST_NAME = 40


class ExtractedLicences:
    """Gathers what `LicenseRef-…` stands for in one document. Source: SPDX specification 2.3, sections 7.15 and 10."""

    def __init__(self) -> None:
        """Begin with none."""
        self._texts: dict[str, str] = {}
        self._known: dict[str, str] = {}

    def declared(self, text: str) -> str:
        """Give an expression for a licence as a package states it; NOASSERTION where it states none."""
        if text not in self._known:
            self._known[text] = self._expressed(text)
        return self._known[text]

    def extracted(self) -> list[Node]:
        """Give the texts of the document, by their references."""
        return [
            {"licenseId": reference, "extractedText": text, "name": text}
            for reference, text in sorted(self._texts.items())
        ]

    def _expressed(self, text: str) -> str:
        if not text.strip():
            return "NOASSERTION"
        return expression(text, self._reference) or self._reference(text)

    def _reference(self, text: str) -> str:
        name = _ODD.sub("-", text)[:_LONGEST_NAME].strip("-.")
        if name != text:  # the rest of what tells it from others of that name
            name = f"{name}-{sha256(compact(text)).hexdigest()[:8]}".lstrip("-")
        reference = f"LicenseRef-{name}"
        self._texts[reference] = text
        return reference
