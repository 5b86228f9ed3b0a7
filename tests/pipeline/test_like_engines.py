"""What an engine shows must not be hidden from us: odd layers, with what a real Docker 20.10 shows of them.

Each case was loaded into a Docker engine and exported again: VULN marks the database that the engine shows.
"""

import io
from pathlib import Path

import pytest
from tests.images import OS_RELEASE, Image, classic, status, write_tar
from tests.trees.build_tar import BLOCK, Item, checksummed, entry, header, padded, pax_record

from plimsoll.model.limits import Limits
from plimsoll.pipeline.examine import Examination, Examined, Progress, examine

VULN, CLEAN = status(("vulnpkg", "1")), status(("cleanpkg", "1"))
END = bytes(2 * BLOCK)
STATUS, FOLDER = "var/lib/dpkg/status", "var/lib/dpkg"


def file(name: str | bytes, data: bytes = b"") -> bytes:
    return entry(Item(name=name, data=data))


def folder(name: str) -> bytes:
    return entry(Item(name=name, type=b"5", mode=0o755))


def soft(name: str, target: str) -> bytes:
    return entry(Item(name=name, type=b"2", link=target))


def hard(name: str, target: str) -> bytes:
    return entry(Item(name=name, type=b"1", link=target))


def pax(*records: tuple[str, bytes], kind: bytes = b"x") -> bytes:
    return entry(Item(name="p", type=kind, data=b"".join(pax_record(key, value) for key, value in records)))


def long(text: bytes, kind: bytes = b"L") -> bytes:
    return header(Item(name="././@LongLink", type=kind, size=len(text)), magic=b"ustar  \0") + padded(text)


def sized(name: str, data: bytes, field: bytes) -> bytes:
    return header(Item(name=name), size_field=field) + padded(data)


def star(name: str, prefix: bytes) -> bytes:
    block = bytearray(header(Item(name=name, size=len(VULN)), prefix=prefix))
    block[476:500] = b"00000000000 00000000000 "
    block[508:512] = b"tar\0"
    return checksummed(block) + padded(VULN)


INNER = bytes(BLOCK) + file(STATUS, CLEAN) + END
BASE = folder("etc") + file("etc/os-release", OS_RELEASE) + folder("var") + folder("var/lib") + folder(FOLDER)
ALIAS = soft("l", ".")

SHOWN: dict[str, list[bytes]] = {
    "plain": [BASE + file(STATUS, VULN)],
    "a size of 12 digits, with an archive as content": [
        BASE + sized("pad", INNER, b"%012o" % len(INNER)) + file(STATUS, VULN)
    ],
    "a size with a leading blank": [BASE + sized(STATUS, VULN, b" %011o" % len(VULN))],
    "a size with something after NUL": [BASE + sized(STATUS, VULN, b"%06o\0junk9" % len(VULN))],
    "a size in base 256": [BASE + sized(STATUS, VULN, b"\x80" + len(VULN).to_bytes(11, "big"))],
    "a prefix that V7 has not": [
        BASE + header(Item(name=STATUS, size=len(VULN)), magic=b"ustarX00", prefix=b"hidden") + padded(VULN)
    ],
    "a prefix in place of GNU times": [
        BASE + header(Item(name="status", size=len(VULN)), magic=b"ustar  \0", prefix=b"var/lib/dpkg") + padded(VULN)
    ],
    "a prefix that star cuts": [BASE + star(STATUS, b"./" * 65 + b".")],
    "x then x": [BASE + pax(("path", b"decoy")) + pax(("mtime", b"1")) + file(STATUS, VULN)],
    "x then g": [BASE + pax(("path", b"decoy")) + pax(("comment", b"x"), kind=b"g") + file(STATUS, VULN)],
    "L then g": [BASE + long(b"decoy\0") + pax(("comment", b"x"), kind=b"g") + file(STATUS, VULN)],
    "L before x": [BASE + long(STATUS.encode() + b"\0") + pax(("path", b"decoy")) + file("zzz", VULN)],
    "K before x": [
        BASE + file("x", VULN) + file("y", CLEAN) + long(b"x\0", b"K") + pax(("linkpath", b"y")) + hard(STATUS, "z")
    ],
    "an empty L": [BASE + long(b"\0") + file(STATUS, VULN)],
    "an empty K": [BASE + file("x", VULN) + long(b"\0", b"K") + hard(STATUS, "x")],
    "an empty path unsets another": [BASE + pax(("path", b"decoy"), ("path", b"")) + file(STATUS, VULN)],
    "a sparse name without a version": [BASE + pax(("GNU.sparse.name", b"decoy")) + file(STATUS, VULN)],
    "an unknown sparse key": [
        BASE + ALIAS + file(STATUS, CLEAN) + pax(("GNU.sparse.foo", b"1")) + file("l/" + STATUS, VULN)
    ],
    "a hard link keeps what it was made from": [
        BASE + file("x", VULN) + hard(STATUS, "x") + ALIAS + file("l/x", CLEAN)
    ],
    "a hard link through a linked folder": [
        BASE + folder("usr") + file("usr/x", VULN) + soft("lib", "usr") + hard(STATUS, "lib/x")
    ],
    "a hard link to a symbolic link": [BASE + file("real", VULN) + soft("s", "/real") + hard(STATUS, "s")],
    "a linked database, written twice": [BASE + ALIAS + file("x", CLEAN) + soft(STATUS, "/x") + file("l/x", VULN)],
    "a name above the root": [BASE + file("/../" + STATUS, VULN)],
    "status.d as hard link": [
        BASE + folder(FOLDER + "/status.d") + file("opt/v", VULN) + hard(FOLDER + "/status.d/v", "opt/v")
    ],
    "status.d as symbolic link": [
        BASE + folder(FOLDER + "/status.d") + file("opt/v", VULN) + soft(FOLDER + "/status.d/v", "/opt/v")
    ],
    "status.d elsewhere": [BASE + file("opt/sd/v", VULN) + soft(FOLDER + "/status.d", "/opt/sd")],
    "dpkg's folder elsewhere": [
        folder("etc") + file("etc/os-release", OS_RELEASE) + file("opt/d/status.d/v", VULN) + soft(FOLDER, "/opt/d")
    ],
    "dpkg's journal": [BASE + file(STATUS) + file(FOLDER + "/updates/0001", VULN)],
    "an opaque mark on a folder that gave way": [
        BASE + file(STATUS, VULN),
        ALIAS
        + soft("k", ".")
        + folder(FOLDER)
        + file(FOLDER + "/.wh..wh..opq")
        + file("l/" + FOLDER)
        + folder("k/" + FOLDER),
    ],
    "a whiteout of a link's target": [
        BASE + file(STATUS, CLEAN) + file(FOLDER + "/old", VULN),
        file(FOLDER + "/.wh.status") + soft(STATUS, "old"),
    ],
    "an old checksum and time": [BASE + file(STATUS, VULN)[:136] + b"\xff" * 12 + file(STATUS, VULN)[148:]],
}  # fmt: skip

SAID: dict[str, list[bytes]] = {
    "a sparse database": [
        BASE
        + pax(("GNU.sparse.major", b"1"), ("GNU.sparse.minor", b"0"), ("GNU.sparse.name", STATUS.encode()))
        + file("zz", padded(b"1\n0\n%d\n" % len(VULN)) + VULN)
    ],
    "a deleted folder that is there again": [BASE + file(STATUS, VULN), file("var/lib/.wh.dpkg") + folder(FOLDER)],
    "overlay attributes": [
        BASE + file("opt/h/status", VULN),
        pax(("SCHILY.xattr.trusted.overlay.redirect", b"/opt/h")) + folder(FOLDER),
    ],
    "a relative name above the root": [BASE + file("../x", VULN)],
    "a database over the limit after a small one": [
        BASE + ALIAS + file("x", CLEAN) + soft(STATUS, "/x") + file("l/x", VULN + b"\n" * (1 << 20))
    ],
}  # fmt: skip


def look(layers: list[bytes], folder_of_test: Path) -> Examined:
    image = Image(layers=[fixed(layer) + END for layer in layers])
    path = write_tar(classic([image]), folder_of_test / "image.tar")
    how = Examination(target=str(path), memory=folder_of_test / "memory", limits=Limits(file_size=1 << 20))
    return examine(how, lambda name, codename: None, io.BytesIO(), Progress())


def fixed(layer: bytes) -> bytes:
    """Give headers whose fields a test changed a right checksum again."""
    at = layer.find(b"\xff" * 12)
    if at < 0:
        return layer
    start = at - 136
    return layer[:start] + checksummed(bytearray(layer[start : start + BLOCK])) + layer[start + BLOCK :]


@pytest.mark.parametrize("name", SHOWN)
def test_what_an_engine_shows_is_listed(name: str, tmp_path: Path) -> None:
    examined = look(SHOWN[name], tmp_path)
    assert {package.name for package in examined.inventory.packages} == {"vulnpkg"}


@pytest.mark.parametrize("name", SAID)
def test_what_cannot_be_told_for_certain_is_said(name: str, tmp_path: Path) -> None:
    examined = look(SAID[name], tmp_path)
    assert examined.inventory.gaps
    assert "cleanpkg" not in {package.name for package in examined.inventory.packages}
