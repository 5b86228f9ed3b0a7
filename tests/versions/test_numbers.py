"""NUM(n): order, self-delimitation, and its limit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import VersionRefusedError
from plimsoll.versions.numbers import MOST_BYTES, number, size

LARGEST = 256**MOST_BYTES - 1
numbers = st.integers(0, 300) | st.integers(0, LARGEST)


@pytest.mark.parametrize(
    ("digits", "encoded"),
    [
        (b"", b"\x00"),
        (b"000", b"\x00"),
        (b"191", b"\xbf"),
        (b"192", b"\xc1\xc0"),
        (b"0256", b"\xc2\x01\x00"),
        (b"20240131", b"\xc4\x01\x34\xd7\x03"),
        (str(LARGEST).encode(), b"\xfe" + b"\xff" * 62),
    ],
)
def test_it_is_encoded_as_specified(digits: bytes, encoded: bytes) -> None:
    assert number(digits) == encoded


@given(left=numbers, right=numbers)
def test_bytes_sort_like_the_numbers_and_none_is_the_beginning_of_another(left: int, right: int) -> None:
    a, b = number(b"%d" % left), number(b"%d" % right)
    assert (a > b) - (a < b) == (left > right) - (left < right)
    assert a == b or not b.startswith(a)
    assert (size(str(left)) > size(f"00{right}")) == (left > right)


@pytest.mark.parametrize("digits", [str(LARGEST + 1), "9" * 150, "9" * 151, "9" * 100_000])
def test_a_number_over_62_bytes_is_refused(digits: str) -> None:
    with pytest.raises(VersionRefusedError, match="over 62 bytes"):
        number(digits.encode())


def test_zeros_in_front_do_not_make_a_number_too_large() -> None:
    assert number(b"0" * 5000 + b"7") == b"\x07"
