"""What every scheme refuses, and the error that says so."""

from plimsoll.errors import VersionRefusedError

LONGEST_VERSION = 4096
"""Characters of the longest version text that is encoded or compared; real ones stay below 100."""

_SHOWN = 60


def refused(scheme: str, text: str, why: str) -> VersionRefusedError:
    """Give the error to raise; the text is shown short and in ASCII, since it comes from outside."""
    shown = ascii(text[:_SHOWN]) + ("…" if len(text) > _SHOWN else "")
    return VersionRefusedError(f"{shown} is no {scheme} version: {why}")


def check_length(scheme: str, text: str) -> None:
    """Raise VersionRefusedError for a text longer than LONGEST_VERSION."""
    if len(text) > LONGEST_VERSION:
        raise refused(scheme, text, f"it has {len(text)} characters, over {LONGEST_VERSION}")
