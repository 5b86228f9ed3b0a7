"""Every parser of outside data, with real input to damage."""

import gzip
import io
import json
import lzma
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from fnmatch import fnmatch
from pathlib import Path

from tests.fuzz.campaign import Target
from tests.fuzz.images import image_targets
from tests.fuzz.workloads import workload_targets

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import read_json, read_json_with_comments
from plimsoll.documents.toml import read_toml
from plimsoll.documents.xml import read_xml
from plimsoll.documents.yaml import read_yaml_documents
from plimsoll.errors import PlimsollError
from plimsoll.model.limits import MIB, Limits
from plimsoll.model.purl import PurlError, parse_purl
from plimsoll.model.statement import Feed
from plimsoll.model.version import Scheme
from plimsoll.pipeline.readers import declared, installed
from plimsoll.plugins import discover
from plimsoll.sources.bill import SBOM
from plimsoll.sources.documents import ImageConfig, Index, Manifest, SavedImage, decode
from plimsoll.trees.inflate import inflate
from plimsoll.trees.source import Request
from plimsoll.trees.tar import TarReader

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SMALL = 100_000
"""Bytes over which a file makes a slow seed."""
DATA = Path(__file__).parents[1] / "data"
LIMITS = Limits(layer_size=16 * MIB, ratio_floor=1 * MIB, feed_size=16 * MIB, kept_size=8 * MIB, entries=10_000)
DIGEST = "sha256:" + "0123456789abcdef" * 4
DESCRIBED = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": DIGEST, "size": 7}
VERSIONS = {
    "apk": ("0", "1.36.1-r29", "1.2.3_alpha4_p5-r6", "3.3.2-r0", "20240705a", "1.2.5_git20230101-r0"),
    "dpkg": ("0", "1:2.38.1-5+deb12u3", "3.0.15~rc1-1", "20230311+deb12u1", "2.6.1~~"),
}


def targets() -> dict[str, Target]:
    """Give all of them by name, in name order."""
    made = [
        *_ecosystems(),
        *_formats(),
        *_bills(),
        *_feeds(),
        *_versions(),
        *_documents(),
        *image_targets(),
        *workload_targets(),
        _tar(),
        _inflate(),
    ]
    return {target.name: target for target in sorted(made, key=lambda target: target.name)}


def _ecosystems() -> Iterable[Target]:
    """Give a target for each kind of file that an ecosystem reads: its samples, told apart by their ending."""
    for ecosystem in (installed() | declared()).values():
        root = DATA / "ecosystems" / ecosystem.name
        kinds: dict[str, list[Path]] = {}
        for file in sorted(path for path in root.rglob("*") if path.is_file()):
            kinds.setdefault(file.suffix.strip(".") or file.name.lower(), []).append(file)
        for kind, files in kinds.items():
            yield Target(
                name=f"ecosystem-{ecosystem.name}" + (f"-{kind}" if len(kinds) > 1 else ""),
                seeds=tuple(file.read_bytes() for file in files),
                run=_total(ecosystem.parse, files[0].relative_to(root).as_posix()),
            )


def _formats() -> Iterable[Target]:
    """Give a target for each kind of document; the seeds are the lockfiles among the tests' data."""
    readers: dict[str, tuple[Callable[[bytes], object], str]] = {
        "json": (read_json, "package-lock/**/*.json"),
        "json-with-comments": (read_json_with_comments, "bun-lock/**/*.lock"),
        "toml": (read_toml, "p*/**/*.toml"),
        "yaml": (read_yaml_documents, "pnpm-lock/**/*.yaml"),
        "xml": (read_xml, "maven-pom/**/*.xml"),
    }
    for name, (read, pattern) in readers.items():
        seeds = tuple(path.read_bytes() for path in sorted((DATA / "ecosystems").glob(pattern)))
        yield Target(name=f"format-{name}", seeds=seeds, run=_refusing(read))


def _bills() -> Iterable[Target]:
    """Give a target for each format of bills of materials, and one for what all of them hold."""
    kinds = {"cyclonedx": "*.cdx.json", "spdx": "*.spdx.json"}
    for name, pattern in kinds.items():
        seeds = tuple(path.read_bytes() for path in sorted((DATA / "bills").glob(pattern)))
        yield Target(name=f"bill-{name}", seeds=seeds, run=_opened)
    cases = map(json.loads, (DATA / "purl" / "cases.jsonl").read_text().splitlines())
    purls = [case["input"] for case in cases if not case["fails"]]
    yield Target(
        name="purl",
        seeds=tuple(text.encode() for text in purls if isinstance(text, str)),
        run=_refusing(lambda data: parse_purl(data.decode("utf-8", "replace"))),
    )


def _opened(data: bytes) -> object:
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(data)
        file.flush()
        return SBOM.open(Request(path=Path(file.name), name="bill.json", limits=LIMITS))


def _refusing(read: Callable[[bytes], object]) -> Callable[[bytes], object]:
    def run(data: bytes) -> object:
        try:
            return read(data)
        except (DocumentError, PurlError) as error:
            raise PlimsollError(str(error)) from error

    return run


def _total(parse: Callable[[str, bytes], object], path: str) -> Callable[[bytes], object]:
    return lambda data: parse(path, data)


def _feeds() -> Iterable[Target]:
    """Feeds read files; the seeds are the small real ones among the tests' data, unwrapped where they are in xz."""
    files = sorted(path for path in DATA.rglob("*") if path.is_file() and path.stat().st_size < SMALL)
    for feed in discover("plimsoll.knowledge.feeds", Feed).values():
        for pattern in feed.files:
            seeds = [_unwrapped(path) for path in files if fnmatch(path.as_posix().removesuffix(".xz"), f"*/{pattern}")]
            yield Target(
                name=f"feed-{feed.name}-{Path(pattern).stem.strip('*')}",
                seeds=(*seeds, b"{}"),
                run=_through_a_file(feed, pattern.replace("*", "v3.20")),
            )


def _unwrapped(path: Path) -> bytes:
    return lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()


def _through_a_file(feed: Feed, path: str) -> Callable[[bytes], object]:
    def run(data: bytes) -> object:
        with tempfile.NamedTemporaryFile(suffix=Path(path).suffix) as file:
            file.write(data)
            file.flush()
            return [str(known) for known in feed.parse(path, Path(file.name), LIMITS)]

    return run


def _versions() -> Iterable[Target]:
    for scheme in discover("plimsoll.versions", Scheme).values():
        seeds = tuple(version.encode() for version in VERSIONS.get(scheme.name, ("1", "1.2.3-4")))
        yield Target(name=f"version-{scheme.name}", seeds=seeds, run=_ordered(scheme))


def _ordered(scheme: Scheme) -> Callable[[bytes], object]:
    def run(data: bytes) -> object:
        left, _, right = data.decode("utf-8", "surrogateescape").partition("\n")
        return scheme.compare(left, right or left), scheme.key(left), scheme.key(right or left)

    return run


def _documents() -> Iterable[Target]:
    index = {"schemaVersion": 2, "manifests": [{**DESCRIBED, "platform": {"os": "linux", "architecture": "arm64"}}]}
    config = {
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [DIGEST]},
        "history": [{"created_by": "RUN true", "empty_layer": True}],
        "config": {"User": "app", "Labels": {"a": "b"}},
    }
    saved = [{"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["l/layer.tar"]}]
    yield _document("index", Index, index)
    yield _document("manifest", Manifest, {"config": DESCRIBED, "layers": [DESCRIBED]})
    yield _document("image-config", ImageConfig, config)
    yield _document("docker-save", list[SavedImage], saved)


def _document(name: str, kind: type, example: object) -> Target:
    return Target(
        name=f"document-{name}",
        seeds=(json.dumps(example).encode(),),
        run=lambda data: decode(data, kind, name, LIMITS),
    )


def _tar() -> Target:
    formats = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)

    def run(data: bytes) -> object:
        reader = TarReader(lambda _path, _mode, size: size, lambda _path, _data: None, LIMITS, "layer")
        for at in range(0, len(data), 700):
            reader.feed(data[at : at + 700])
        return reader.finish()

    return Target(name="tar", seeds=tuple(_archive(kind) for kind in formats), run=run)


def _archive(kind: int) -> bytes:
    """Make a small archive with every kind of entry and names that need extension records."""
    stream = io.BytesIO()
    long = "folder/" * 12 + "name"
    with tarfile.open(fileobj=stream, mode="w", format=kind) as tar:
        kinds = {"d": tarfile.DIRTYPE, "s": tarfile.SYMTYPE, "h": tarfile.LNKTYPE, "c": tarfile.CHRTYPE}
        for name, type_ in kinds.items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = type_, "var/lib/dpkg/status"
            tar.addfile(entry)
        for name in ("var/lib/dpkg/status", "d/.wh.gone", "d/.wh..wh..opq", long):
            entry = tarfile.TarInfo(name)
            entry.size = 600
            tar.addfile(entry, io.BytesIO(b"x" * 600))
    return stream.getvalue()


def _inflate() -> Target:
    plain = _archive(tarfile.USTAR_FORMAT)
    seeds = (
        gzip.compress(plain, mtime=0),
        zstd.compress(plain),
        b"".join(gzip.compress(b, mtime=0) for b in (b"a", b"b")),
    )
    return Target(name="inflate", seeds=seeds, run=lambda data: sum(map(len, inflate([data], LIMITS, "layer"))))
