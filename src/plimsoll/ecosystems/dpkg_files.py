"""Which files Debian packages own: dpkg's `info/PACKAGE.list`, and `status.d/PACKAGE.md5sums` of distroless images."""

import re

from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, Owned

_CHECKSUM = re.compile(rb"^[0-9a-f]{32} [ *](?:\./)?", re.MULTILINE)


def parse(path: str, data: bytes) -> Observed:
    """Read one list: absolute paths, folders among them, or checksums with relative paths. Total.

    A list may be long and there are hundreds of them, so it is changed as a whole, not line by line.
    """
    name, _, ending = path[path.rfind("/") + 1 :].rpartition(".")
    if ending == "md5sums":
        paths = _CHECKSUM.sub(b"", data)
    else:
        paths = data.replace(b"\n/", b"\n").removeprefix(b"/").removeprefix(b".\n")
    paths = paths.rstrip(b"\n")
    if not name or not paths:
        return Observed()
    # A package that may be installed for several architectures is named with its own: `libc6:amd64`.
    owner = name.partition(":")[0].encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return Observed(owned=(Owned(owner=owner, paths=paths.decode("utf-8", "backslashreplace")),))


DPKG_FILES = Ecosystem(
    name="dpkg-files",
    title="Files of Debian packages",
    version=1,
    paths=("var/lib/dpkg/info/*.list", "var/lib/dpkg/status.d/*.md5sums"),
    at_root=True,
    parse=parse,
)
