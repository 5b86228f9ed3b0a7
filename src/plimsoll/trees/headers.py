"""The fields of tar headers, read as Go's archive/tar reads them: what it makes of odd input, engines show.

Formats: POSIX.1-1988 ustar, GNU, star, V7; PAX records as in POSIX.1-2001, "pax Extended Header".
"""

import re
from enum import Enum, auto
from zlib import adler32

from plimsoll.errors import HostileInputError
from plimsoll.trees.paths import text

_LARGEST = (1 << 63) - 1
_DECIMAL = re.compile(rb"[+-]?[0-9]{1,19}")


class Format(Enum):
    """Which dialect a header is written in, by its magic."""

    USTAR = auto()
    STAR = auto()
    GNU = auto()
    V7 = auto()


def format_of(block: bytes) -> Format:
    """Tell the dialect (archive/tar `getFormat`)."""
    if block[257:263] == b"ustar\0":
        return Format.STAR if block[508:512] == b"tar\0" else Format.USTAR
    return Format.GNU if block[257:265] == b"ustar  \0" else Format.V7


def name_of(block: bytes) -> bytes:
    """Give the name of a header, with the prefix where its dialect has one.

    Old writers put a prefix into GNU headers as well, in place of two times: it counts where these are no times.
    """
    name = text_field(block[:100])
    dialect = format_of(block)
    prefix = b""
    if dialect is Format.USTAR:
        prefix = text_field(block[345:500])
    elif dialect is Format.STAR:
        prefix = text_field(block[345:476])
    elif dialect is Format.GNU and any(
        field[0] and number(field) is None for field in (block[345:357], block[357:369])
    ):
        prefix = text_field(block[345:500])
        prefix = prefix if prefix.isascii() else b""
    return prefix + b"/" + name if prefix else name


def text_field(field: bytes) -> bytes:
    """Give a text up to its first NUL."""
    return field.split(b"\0", 1)[0]


def mode_of(block: bytes) -> int:
    """Give the permission bits; 0 where the field is no number."""
    return (number(block[100:108]) or 0) & 0o7777


def sum_is(block: bytes, claimed: int) -> bool:
    """Say, quickly, whether the bytes of a header, its checksum field taken as spaces, add up to `claimed`.

    Adler-32 holds the byte sum modulo 65521 in its low half (RFC 1950 section 8.2), which is far quicker than adding
    in Python; sums of 512 bytes lie below 2 * 65521.
    """
    total = (adler32(block) & 0xFFFF) - (adler32(block[148:156]) & 0xFFFF) + 256
    return (total - claimed) % 65521 == 0 and claimed < 2 * 65521


def checksum_holds(block: bytes) -> bool:
    """Compare the sum of a header's bytes to its checksum field; some old writers added signed bytes."""
    claimed = octal(block[148:156])
    if claimed is None:
        return False
    if sum_is(block, claimed):
        return True
    rest = block[:148] + b"        " + block[156:]
    return claimed in {sum(rest), sum(byte - 256 if byte > 127 else byte for byte in rest)}


def octal(field: bytes) -> int | None:
    """Read octal text: blanks and NULs around it are dropped, then a NUL ends it. None for anything else."""
    digits = text_field(field.strip(b" \0"))
    if not digits:
        return 0
    if not digits.isdigit() or b"8" in digits or b"9" in digits:
        return None
    return int(digits, 8)


def number(field: bytes) -> int | None:
    """Read a numeric field: octal text, or two's complement in base 256 when the top bit is set; None for neither."""
    if not field[0] & 0x80:
        return octal(field)
    value = int.from_bytes(field, "big") & ~(1 << (8 * len(field) - 1))
    if field[0] & 0x40:
        value -= 1 << (8 * len(field) - 1)
    return value if -_LARGEST - 1 <= value <= _LARGEST else None


def decimal(digits: bytes, what: str) -> int:
    """Read a PAX number. Raises HostileInputError for anything else."""
    if not _DECIMAL.fullmatch(digits) or not -_LARGEST <= int(digits) <= _LARGEST:
        raise HostileInputError(f"{what}: a PAX size is not a number")
    return int(digits)


def pax_records(data: bytes, what: str) -> dict[str, bytes]:
    r"""Read `length key=value\n` records; of several with one key the last counts, also when it is empty.

    Raises HostileInputError for malformed records, and for NUL where no engine takes it.
    """
    records: dict[str, bytes] = {}
    at = 0
    while at < len(data):
        blank = data.find(b" ", at, at + 20)
        digits = data[at:blank]
        end = at + int(digits) if blank > at and digits.isdigit() else 0
        equals = data.find(b"=", blank, end)
        if end <= blank + 1 or end > len(data) or data[end - 1 : end] != b"\n" or equals <= blank + 1:
            raise HostileInputError(f"{what}: a PAX record is malformed", advice="Save the image again.")
        key, value = data[blank + 1 : equals], data[equals + 1 : end - 1]
        if b"\0" in key or (key in {b"path", b"linkpath"} and b"\0" in value):
            raise HostileInputError(f"{what}: a PAX record holds a NUL byte", advice="Save the image again.")
        records[text(key)] = value
        at = end
    return records


def is_sparse(records: dict[str, bytes]) -> bool:
    """Say whether PAX records describe a GNU sparse file (versions 0.0, 0.1 and 1.0)."""
    version = (records.get("GNU.sparse.major", b""), records.get("GNU.sparse.minor", b""))
    if version in {(b"0", b"0"), (b"0", b"1"), (b"1", b"0")}:
        return True
    return version == (b"", b"") and bool(records.get("GNU.sparse.map") or "GNU.sparse.offset" in records)
