"""The version schemes by name."""

from plimsoll.errors import PlimsollError
from plimsoll.model.version import Scheme
from plimsoll.plugins import discover


def scheme(name: str) -> Scheme:
    """Give the scheme of that name; raises PlimsollError where there is none."""
    known: dict[str, Scheme] = discover("plimsoll.versions", Scheme)
    if name not in known:
        message = f"there is no version scheme named {name!a}"
        raise PlimsollError(message, advice=f"Known schemes: {', '.join(known)}.")
    return known[name]
