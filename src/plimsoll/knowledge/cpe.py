r"""CPE names of version 2.3 as NVD writes them: `cpe:2.3:a:openssl:openssl:1.0.1:f:*:*:*:*:*:*`.

Source: NIST Interagency Report 7695, section 6.2 (formatted strings): eleven fields, `\:` is a colon inside of one.
"""

import re
from dataclasses import dataclass

_FIELD = re.compile(r"((?:[^\\:]|\\.)*)(?::|$)")
_ESCAPED = re.compile(r"\\(.)")
_LONGEST = 1000

ANY, NOTHING = "*", "-"
"""Of a field: every value holds; the field does not apply."""


@dataclass(frozen=True, slots=True)
class Cpe:
    """A name: its part (`a` application, `o` operating system, `h` hardware) and unescaped fields."""

    part: str
    vendor: str
    product: str
    version: str
    update: str
    target: str


def cpe(text: str) -> Cpe | None:
    """Read a name; None for what is none."""
    if not text.startswith("cpe:2.3:") or len(text) > _LONGEST:
        return None
    fields = [_ESCAPED.sub(r"\1", field) for field in _FIELD.findall(text)[:13]]
    if len(fields) != 13 or fields[2] not in {"a", "o", "h"} or not fields[3] or not fields[4]:
        return None
    part, vendor, product, version, update = fields[2:7]
    return Cpe(part, vendor, product, version, update, fields[10])
