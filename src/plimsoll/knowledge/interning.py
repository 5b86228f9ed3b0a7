"""Texts and versions on their way into a store: interned words, vulnerability numbers, keys of intervals."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from plimsoll.errors import KnowledgeError, VersionRefusedError
from plimsoll.knowledge.codes import HI_INCLUSIVE, SLOW, cve_number
from plimsoll.model.version import AFTER, FROM_THE_START, NOT_FIXED, Scheme


class Words:
    """Numbers for texts that repeat; those of a former store stay as they are."""

    def __init__(self, known: Mapping[str, int]) -> None:
        """Begin with the words of a former store, or none."""
        self._numbers = dict(known)
        self._next = self._first_new = max(self._numbers.values(), default=0) + 1

    def number(self, text: str) -> int:
        """Give the number of a text; 0 for ""."""
        if not text:
            return 0
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = self._next
            self._next += 1
        return number

    def vulnerability(self, name: str) -> int:
        """Give the number of a vulnerability or advisory (see store.sql)."""
        number = cve_number(name)
        return number if number is not None else -self.number(name)

    def new(self) -> Iterator[tuple[int, str]]:
        """Yield number and text of every word that was not known at the beginning."""
        return ((number, text) for text, number in self._numbers.items() if number >= self._first_new)


class Keys:
    """Keys of intervals, by version scheme."""

    def __init__(self, schemes: Mapping[str, Scheme]) -> None:
        """Take the schemes there are."""
        self._key: dict[str, Callable[[str], bytes]] = {
            name: lru_cache(maxsize=1 << 16)(scheme.key) for name, scheme in schemes.items()
        }

    def interval(self, scheme: str, lo: str, hi: str | None, *, inclusive: bool) -> tuple[bytes, bytes, int]:
        """Give the keys of an interval and its flags; SLOW, with all versions inside, where a text has no key.

        Raises KnowledgeError for a scheme that does not exist.
        """
        key = self._key.get(scheme)
        if key is None:
            raise KnowledgeError(f"there is no version scheme {scheme!r}")
        flags = HI_INCLUSIVE if inclusive else 0
        try:
            low = key(lo) if lo else FROM_THE_START
            high = NOT_FIXED if hi is None else key(hi) + (AFTER if inclusive else b"")
        except VersionRefusedError:
            return FROM_THE_START, NOT_FIXED, flags | SLOW
        return low, high, flags
