"""Layer memory: what was observed of a layer, kept by its verified digest, so that no layer is read twice."""

import os
import stat
from array import array
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from time import time_ns
from typing import TypeVar

import msgspec

from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed
from plimsoll.trees.index import LayerIndex
from plimsoll.trees.observe import Facts, LayerObservation
from plimsoll.trees.paths import text

FORMAT = 4
"""Changes whenever the meaning of the stored bytes changes, the tar reader's rules included."""

SETTLED_NS = 2_000_000_000
"""A file changed less than this long ago may change again within the same time stamp, so it is not trusted."""

_SILENT = "silent"
"""The file that names the plug-ins which found nothing in a layer."""

_CHECK = 16
_NO_ORIGIN = -2

T = TypeVar("T")


class _Columns(msgspec.Struct, array_like=True, frozen=True):
    """A layer index as stored; lists of paths are bytes joined by NUL, which no path holds."""

    diff_id: str
    size: int
    names: bytes
    kinds: bytes
    modes: bytes
    sizes: bytes
    links: bytes
    targets: bytes
    origins: tuple[int, ...]
    whiteouts: bytes
    opaques: tuple[bytes, ...]
    implied: bytes
    faults: tuple[str, ...]
    fault_count: int


class Identity(msgspec.Struct, frozen=True, array_like=True):
    """A part of a local file: what the system says of the file, and where the part lies in it (bytes)."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    offset: int
    length: int

    def is_settled(self, settled_ns: int) -> bool:
        """Say whether the file's last change is long enough ago for its time stamps to tell a new one."""
        return max(self.mtime_ns, self.ctime_ns) <= time_ns() - settled_ns


class LayerMemory:
    """A folder of observations, mode 0700 and owned by this user, or it is not used.

    Files are written whole and moved into place, so parallel scans may share it; each carries a checksum, and one
    that does not hold is as good as absent. `why_not` says why the memory is not used, "" when it is.
    """

    def __init__(self, folder: Path | None, *, rules: object = (), settled_ns: int = SETTLED_NS) -> None:
        """Use (and make) the folder; None means no memory. Files must have been left alone for `settled_ns`.

        `rules` are all that shapes an observation besides the layer and the plug-ins (the limits in force): what
        was seen under other rules, or by another version of this code (FORMAT), is not recalled.
        """
        self._settled_ns = settled_ns
        self.why_not = "switched off" if folder is None else _unusable(folder)
        self._folder = folder / _key_of((FORMAT, rules))[:16] if folder is not None and not self.why_not else None

    def recall(self, diff_id: str, ecosystems: Mapping[str, Ecosystem]) -> tuple[LayerObservation | None, set[str]]:
        """Give what is remembered of a layer, and the plug-ins whose facts are missing.

        `diff_id` must be a digest that was verified, now or for this very file before.
        """
        columns = self._load(diff_id, "index", _Columns)
        if columns is None or columns.diff_id != diff_id:
            return None, set(ecosystems)
        facts: Facts = {}
        silent = frozenset(self._load(diff_id, _SILENT, list[str]) or ())
        for name, plugin in ecosystems.items():
            if _facts_file(plugin) in silent:
                facts[name] = {}
                continue
            known = self._load(diff_id, _facts_file(plugin), list[tuple[bytes, Observed]])
            if known is not None:
                facts[name] = {text(path): observed for path, observed in known}
        seen = LayerObservation(diff_id=diff_id, size=columns.size, index=_index_of(columns), facts=facts)
        return seen, ecosystems.keys() - facts.keys()

    def keep(self, seen: LayerObservation, ecosystems: Mapping[str, Ecosystem]) -> None:
        """Remember a whole layer as these plug-ins saw it; text that is not Unicode is not remembered."""
        if self._folder is None or not seen.diff_id:
            return
        with suppress(UnicodeEncodeError):
            for name, plugin in ecosystems.items():
                if seen.facts[name]:
                    facts = [(_bytes(path), observed) for path, observed in seen.facts[name].items()]
                    self._save(seen.diff_id, _facts_file(plugin), facts)
            # Most plug-ins find nothing in most layers: one file says so of all of them.
            silent = {_facts_file(plugin) for name, plugin in ecosystems.items() if not seen.facts[name]}
            self._save(seen.diff_id, _SILENT, sorted(silent.union(self._load(seen.diff_id, _SILENT, list[str]) or ())))
            self._save(seen.diff_id, "index", _columns_of(seen))

    def verified(self, identity: Identity) -> tuple[str, str]:
        """Give what was verified for this very part of this very file before: digest of its bytes, and diff id.

        The digest is "" where none was claimed then; both are "" where nothing was verified.
        """
        known = self._load(_key_of(identity), "trust", tuple[Identity, str, str])
        return (known[1], known[2]) if known and known[0] == identity else ("", "")

    def trust(self, identity: Identity, digest: str, diff_id: str) -> None:
        """Remember what was verified for this part of this file, unless the file changed just now."""
        if identity.is_settled(self._settled_ns):
            self._save(_key_of(identity), "trust", (identity, digest, diff_id))

    def recall_joined(self, inputs: object, kind: type[T]) -> T | None:
        """Give what was joined from layers before; `inputs` are all that the join depends on."""
        return self._load(_key_of(inputs), "joined", kind)

    def keep_joined(self, inputs: object, outcome: object) -> None:
        """Remember what was joined from verified layers, unless it holds text that is not Unicode."""
        with suppress(UnicodeEncodeError):
            self._save(_key_of(inputs), "joined", outcome)

    def _load(self, key: str, name: str, kind: type[T]) -> T | None:
        if self._folder is None:
            return None
        try:
            data = (self._folder / _place(key) / name).read_bytes()
        except OSError:
            return None
        check, body = data[:_CHECK], data[_CHECK:]
        if blake2b(body, digest_size=_CHECK).digest() != check:
            return None
        try:
            return msgspec.msgpack.decode(body, type=kind)
        except msgspec.DecodeError:
            return None

    def _save(self, key: str, name: str, value: object) -> None:
        """Write whole and move into place; a full disk only means that nothing is remembered."""
        if self._folder is None:
            return
        from tempfile import mkstemp

        body = msgspec.msgpack.encode(value)
        folder = self._folder / _place(key)
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, temporary = mkstemp(dir=folder, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(blake2b(body, digest_size=_CHECK).digest() + body)
                os.replace(temporary, folder / name)  # noqa: PTH105 - one system call, no Path needed
            except OSError:
                Path(temporary).unlink(missing_ok=True)
                raise


def _place(key: str) -> str:
    digest = key.removeprefix("sha256:")
    return f"{digest[:2]}/{digest[2:]}"


def _key_of(value: object) -> str:
    return blake2b(msgspec.msgpack.encode(value), digest_size=32).hexdigest()


def _facts_file(plugin: Ecosystem) -> str:
    return f"{plugin.name}-{plugin.version}"


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _joined(paths: Iterable[str]) -> bytes:
    return _bytes("\0".join(paths))


def _split(joined: bytes) -> list[str]:
    return text(joined).split("\0") if joined else []


def _columns_of(seen: LayerObservation) -> _Columns:
    index = seen.index
    return _Columns(
        diff_id=seen.diff_id,
        size=seen.size,
        names=_joined(index.names),
        kinds=index.kinds,
        modes=index.modes.tobytes(),
        sizes=index.sizes.tobytes(),
        links=_joined(index.links),
        targets=_joined(index.links.values()),
        origins=tuple(index.origins.get(path, _NO_ORIGIN) for path in index.links),
        whiteouts=_joined(sorted(index.whiteouts)),
        opaques=tuple(_bytes(path) for path in sorted(index.opaques)),
        implied=_joined(sorted(index.implied)),
        faults=index.faults,
        fault_count=index.fault_count,
    )


def _index_of(columns: _Columns) -> LayerIndex:
    modes, sizes = array("H"), array("Q")
    modes.frombytes(columns.modes)
    sizes.frombytes(columns.sizes)
    links = _split(columns.links)
    return LayerIndex(
        names=_split(columns.names),
        kinds=columns.kinds,
        modes=modes,
        sizes=sizes,
        links=dict(zip(links, text(columns.targets).split("\0"), strict=False)),
        origins={path: at for path, at in zip(links, columns.origins, strict=False) if at != _NO_ORIGIN},
        whiteouts=frozenset(_split(columns.whiteouts)),
        opaques=frozenset(text(path) for path in columns.opaques),
        implied=frozenset(_split(columns.implied)),
        faults=columns.faults,
        fault_count=columns.fault_count,
    )


def _unusable(folder: Path) -> str:
    """Make the folder if need be; say why it cannot be trusted, or ""."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.stat(follow_symlinks=False)
    except OSError as error:
        return f"{folder} cannot be used: {error.strerror}"
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid():
        return f"{folder} is not a folder of this user"
    if state.st_mode & 0o077:
        return f"{folder} is open to others (mode {state.st_mode & 0o777:04o}, not 0700)"
    return ""
