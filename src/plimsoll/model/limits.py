"""Every bound on input from outside, as a field with a unit and a default."""

from dataclasses import dataclass, field, fields, replace

from plimsoll.errors import UsageError

MIB = 1 << 20
GIB = 1 << 30


def _limit(default: float, unit: str, doc: str) -> float:
    return field(default=default, metadata={"unit": unit, "doc": doc})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits in force. `metadata["unit"]` and `["doc"]` of each field feed the generated reference page."""

    timeout: float = _limit(600, "seconds", "time for a whole scan")
    layers: float = _limit(1000, "layers", "layers of one image")
    entries: float = _limit(1_000_000, "entries", "entries of all layers of a target, or of a directory tree")
    names_size: float = _limit(
        256 * MIB, "characters", "paths and link targets of one layer or directory tree, together"
    )
    layer_size: float = _limit(64 * GIB, "bytes", "size of one layer after decompression")
    ratio: float = _limit(250, "times", "decompressed by compressed size, counted beyond ratio_floor")
    ratio_floor: float = _limit(256 * MIB, "bytes", "decompressed bytes before the ratio counts")
    path_size: float = _limit(4096, "bytes", "length of one path")
    path_depth: float = _limit(256, "names", "folders above one entry")
    header_size: float = _limit(1 * MIB, "bytes", "size of one PAX or GNU long-name record")
    file_size: float = _limit(256 * MIB, "bytes", "size of a file that a reader parses")
    kept_size: float = _limit(
        8 * GIB, "bytes", "all files of one layer that readers parse, together; the rest is a gap"
    )
    packages: float = _limit(100_000, "packages", "packages of one target")
    symlinks: float = _limit(40, "links", "symbolic links followed for one path")
    manifest_size: float = _limit(16 * MIB, "bytes", "size of a manifest, index or image configuration")
    json_depth: float = _limit(64, "levels", "nesting of a manifest, index or image configuration")
    configuration_size: float = _limit(64 * MIB, "bytes", "size of a file with workloads (Compose, Kubernetes …)")
    objects: float = _limit(25_000, "objects", "workloads and other objects of one target, all files together")
    archive_entries: float = _limit(100_000, "entries", "files in an image archive or layout")
    spool_size: float = _limit(64 * GIB, "bytes", "standard input or a compressed archive, when spooled to disk")
    feed_size: float = _limit(4 * GIB, "bytes", "size of one feed file after decompression")
    feed_records: float = _limit(20_000_000, "records", "records of one feed")
    report_size: float = _limit(512 * MIB, "bytes", "size of a report read by `explain`")

    def changed(self, settings: dict[str, float]) -> "Limits":
        """Give the limits with some fields changed. Raises UsageError for unknown names and bad values."""
        known = {f.name for f in fields(self)}
        for name, value in settings.items():
            if name not in known:
                raise UsageError(f"there is no limit {name!r}", advice="Known limits: " + ", ".join(sorted(known)))
            if not value > 0:
                raise UsageError(f"the limit {name} must be a number over 0, not {value!r}")
        return replace(self, **settings)
