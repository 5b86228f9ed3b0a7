"""The fields of tar headers: numbers, names, checksums, PAX records."""

from zlib import adler32

from plimsoll.errors import HostileInputError
from plimsoll.trees.paths import text


def name_of(block: bytes) -> bytes:
    """Give the name of a header, with the ustar prefix where the format has one."""
    name = block[:100].split(b"\0", 1)[0]
    if block[345] and block[257:262] == b"ustar" and block[262:265] != b"  \0":
        prefix = block[345:500].split(b"\0", 1)[0]
        if prefix:
            return prefix + b"/" + name
    return name


def mode_of(block: bytes) -> int:
    """Give the permission bits; 0 where the field is no number."""
    try:
        return int(block[100:107], 8) & 0o7777
    except ValueError:
        return max(number(block[100:108]), 0) & 0o7777


def sum_is(block: bytes, claimed: int) -> bool:
    """Say, quickly, whether the bytes of a header, its checksum field taken as spaces, add up to `claimed`.

    Adler-32 holds the byte sum modulo 65521 in its low half (RFC 1950 section 8.2), which is far quicker than adding
    in Python; sums of 512 bytes lie below 2 * 65521.
    """
    total = (adler32(block) & 0xFFFF) - (adler32(block[148:156]) & 0xFFFF) + 256
    return (total - claimed) % 65521 == 0 and claimed < 2 * 65521


def checksum_holds(block: bytes) -> bool:
    """Compare the sum of a header's bytes to its checksum field; some old writers added signed bytes."""
    claimed = number(block[148:156])
    if sum_is(block, claimed):
        return True
    rest = block[:148] + b"        " + block[156:]
    return claimed in {sum(rest), sum(byte - 256 if byte > 127 else byte for byte in rest)}


def number(field: bytes) -> int:
    """Read a numeric field: octal text, or GNU base-256 when the top bit is set; -1 for neither."""
    if field[0] & 0x80:
        value = int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
        return value if field[0] == 0x80 and value < 1 << 63 else -1
    digits = field.strip(b" \0")
    if not digits:
        return 0
    try:
        return int(digits, 8) if digits.isdigit() else -1
    except ValueError:
        return -1


def decimal(digits: bytes, what: str) -> int:
    """Read a PAX number. Raises HostileInputError for anything else."""
    if not digits.isdigit() or len(digits) > 19:
        raise HostileInputError(f"{what}: a PAX size is not a number")
    return int(digits)


def pax_records(data: bytes, what: str) -> dict[str, bytes]:
    r"""Read `length key=value\n` records (POSIX pax, "pax Extended Header"); an empty value unsets the key.

    Raises HostileInputError for malformed records.
    """
    records: dict[str, bytes] = {}
    while data:
        digits, blank, _ = data.partition(b" ")
        if not blank or not digits.isdigit() or len(digits) > 10:
            raise HostileInputError(f"{what}: a PAX record has no length")
        length = int(digits)
        record = data[len(digits) + 1 : length]
        key, equals, value = record[:-1].partition(b"=")
        if length <= len(digits) + 1 or length > len(data) or record[-1:] != b"\n" or not equals:
            raise HostileInputError(f"{what}: a PAX record is malformed")
        if value:
            records[text(key)] = value
        data = data[length:]
    return records
