"""Which distribution a root file system is: os-release(5), and the files that older releases have instead."""

import re

from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed

_ASSIGNMENT = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
_FIELDS = frozenset({"ID", "VERSION_ID", "VERSION_CODENAME", "PRETTY_NAME", "ID_LIKE", "NAME"})
_LONGEST_VALUE = 200


def parse(path: str, data: bytes) -> Observed:
    """Read the fields of os-release, or the first line of `debian_version` and its like as VERSION."""
    text = data[: 64 << 10].decode("utf-8", "backslashreplace")
    if path.endswith("os-release"):
        return Observed(facts=tuple(_fields(text).items()))
    lines = text.split("\n", 1)
    return Observed(facts=(("VERSION", lines[0].strip()[:_LONGEST_VALUE]),))


def _fields(text: str) -> dict[str, str]:
    fields = {}
    for line in text.splitlines():
        found = _ASSIGNMENT.fullmatch(line.strip())
        if found and found[1] in _FIELDS:
            fields[found[1]] = _unquoted(found[2].strip())[:_LONGEST_VALUE]
    return fields


def _unquoted(value: str) -> str:
    """Undo shell quoting as os-release(5) allows it: one pair of quotes, backslash escapes."""
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return re.sub(r"\\(.)", r"\1", value)


OS_RELEASE = Ecosystem(
    name="os-release",
    title="Distribution",
    version=2,
    paths=(
        "etc/os-release",
        "usr/lib/os-release",
        "etc/debian_version",
        "etc/alpine-release",
        "etc/centos-release",
        "etc/redhat-release",
        "etc/system-release",
        "etc/fedora-release",
    ),
    at_root=True,
    parse=parse,
)
