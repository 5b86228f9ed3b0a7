"""Damage to real input: small edits that parsers tend not to expect."""

from collections.abc import Sequence
from random import Random

NASTY = (
    *(b"", b"\0", b"\xff", b"\n", b"\n\n", b":", b"/", b"..", b"../", b" ", b'"', b"\\", b"{", b"[", b"]", b"}"),
    *("²".encode(), "٣".encode()),  # digits to Python, but not to every int()
    *(b"\xc3\x28", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\x1b[2J", b"null", b"-1", b"0", b"1e999", b"NaN", b"true"),
    *(b"99999999999999999999", b"\x80\xff\xff\xff\xff\xff\xff\xff", b"77777777777", b"[" * 200, b"A" * 5000),
)


def mutated(seeds: Sequence[bytes], random: Random) -> bytes:
    """Give one of the seeds with one to eight edits; now and then spliced with another, or plain noise."""
    data = bytearray(random.choice(seeds))
    if random.random() < 0.02:
        return random.randbytes(random.randrange(600))
    if random.random() < 0.1:
        other = random.choice(seeds)
        data[random.randrange(len(data) + 1) :] = other[random.randrange(len(other) + 1) :]
    for _ in range(random.choice((1, 1, 1, 2, 4, 8))):
        _edit(data, random)
    return bytes(data)


def _edit(data: bytearray, random: Random) -> None:
    """Change one place: flip, overwrite, insert, cut out, repeat, or cut off."""
    at = random.randrange(len(data) + 1)
    length = min(len(data) - at, 1 << random.randrange(10))
    match random.randrange(6):
        case 0 if at < len(data):
            data[at] ^= 1 << random.randrange(8)
        case 1:
            nasty = random.choice(NASTY)
            data[at : at + len(nasty)] = nasty
        case 2:
            data[at:at] = random.choice(NASTY)
        case 3:
            del data[at : at + length]
        case 4:
            data[at:at] = data[at : at + length] * random.randint(1, 4)
        case _:
            if random.random() < 0.2:
                del data[at:]
