"""Databases made of stanzas: lines with a key and a value, empty lines between the packages."""

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO

from plimsoll.model.package import MOST_RECORDS, Observed, PackageRecord

Stanza = dict[bytes, bytes]
"""The fields of one package that matter, by key; empty where a stanza holds none of them."""

_MOST_FAULTS = 20
_LONGEST_FIELD = 4096


def read_stanzas(
    data: bytes, key_of: Callable[[bytes], bytes], record: Callable[[Mapping[bytes, bytes]], PackageRecord | None]
) -> Observed:
    """Read every stanza. `key_of(line)` gives the key of a line that matters, else b"".

    `record` gives a package, or None for one that is not installed; it raises ValueError, with the reason, for one
    that cannot be read. Memory stays at one stanza and the packages; beyond MOST_RECORDS they become a fault.
    """
    packages: list[PackageRecord] = []
    faults: list[str] = []
    for number, stanza in enumerate(_stanzas(data, key_of), start=1):
        try:
            found = record(stanza)
        except ValueError as error:
            if len(faults) < _MOST_FAULTS:
                faults.append(f"package {number}: {error}")
            continue
        if found is None:
            continue
        if len(packages) >= MOST_RECORDS:
            faults.append(f"only the first {MOST_RECORDS} packages were read")
            break
        packages.append(found)
    return Observed(packages=tuple(packages), faults=tuple(faults))


def words(value: bytes) -> str:
    """Decode a field; bytes that are not UTF-8 are escaped, so the text stays printable and nothing is lost.

    Raises ValueError for one that is absurdly long.
    """
    if len(value) > _LONGEST_FIELD:
        raise ValueError(f"a field is longer than {_LONGEST_FIELD} bytes")
    return value.decode("utf-8", "backslashreplace")


def _stanzas(data: bytes, key_of: Callable[[bytes], bytes]) -> Iterator[Stanza]:
    stanza: Stanza = {}
    is_open = False
    for line in BytesIO(data):
        if line.isspace():
            if is_open:
                yield stanza
                stanza, is_open = {}, False
            continue
        is_open = True
        key = key_of(line)
        if key and key not in stanza:
            stanza[key] = line[len(key) + 1 :].strip()
    if is_open:
        yield stanza
