"""NUM(n): a number of any size as bytes that sort like the number and tell where they end.

Below 192 it is that one byte. Otherwise it is 192 + L and the L bytes of the number, big-endian, without leading
zeros. A number of more than 62 bytes is refused, so no encoding begins with 0xFF and that byte stays free for "not
fixed" (`model.version.NOT_FIXED`).
"""

from functools import lru_cache

from plimsoll.errors import VersionRefusedError

MOST_BYTES = 62
"""Bytes of the largest number that is encoded: 256**62 - 1, which has 150 decimal digits."""

_MOST_DIGITS = 150
_ONE_BYTE = 192


@lru_cache(maxsize=2048)  # versions are made of few different numbers; hostile ones only displace each other
def number(digits: bytes) -> bytes:
    """Encode ASCII decimal digits; leading zeros do not count, and no digits at all mean 0.

    Raises VersionRefusedError for a number of more than MOST_BYTES bytes.
    """
    significant = digits.lstrip(b"0")
    if len(significant) > _MOST_DIGITS:  # before int(), whose time grows with the square of the length
        raise _too_large(significant)
    value = int(significant or b"0")
    if value < _ONE_BYTE:
        return bytes((value,))
    length = (value.bit_length() + 7) // 8
    if length > MOST_BYTES:
        raise _too_large(significant)
    return bytes((_ONE_BYTE + length,)) + value.to_bytes(length, "big")


def _too_large(digits: bytes) -> VersionRefusedError:
    return VersionRefusedError(f"a number of {len(digits)} digits has no key: it is over {MOST_BYTES} bytes")


def size(digits: str) -> tuple[int, str]:
    """Give what orders numbers of any length without encoding them, for the reference comparisons."""
    significant = digits.lstrip("0")
    return len(significant), significant
