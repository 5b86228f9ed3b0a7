"""`db export` and `db import`: a whole store as one compressed file, for machines without a network."""

from pathlib import Path
from tempfile import TemporaryDirectory

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.placing import is_trusted, move, private_folder, sweep
from plimsoll.knowledge.squeezing import squeezed, unsqueezed
from plimsoll.knowledge.store import Store
from plimsoll.model.limits import Limits

_LEVEL = 10
_BUILD = "Build it again: `plimsoll db update`."


def export(store: Path, path: Path) -> None:
    """Write a store to one zstd file with a checksum.

    Raises KnowledgeError if either file is unusable, or somebody else could have written the store.
    """
    if store.exists() and not (is_trusted(store) and is_trusted(store.parent)):
        raise KnowledgeError(f"others may write to {store}, or it is someone else's", advice=_BUILD)
    with Store.open(store) as whole:
        whole.check()
    try:
        packed = squeezed(store.read_bytes(), _LEVEL)
        with TemporaryDirectory(dir=path.absolute().parent, prefix=".export-") as place:
            finished = Path(place) / "store.zst"
            finished.write_bytes(packed)
            move(finished, path.absolute())
    except OSError as error:
        raise KnowledgeError(f"{path} cannot be written: {error.strerror}", advice="Choose another path.") from error


def import_(path: Path, store: Path, *, limits: Limits | None = None) -> None:
    """Take over an exported store in place of `store`, after every check.

    The checksum, SQLite's own integrity check, the schema and the key encoders must all fit. Raises KnowledgeError
    where they do not and LimitError for a file that grows too large; `store` then stays as it is.
    """
    private_folder(store.parent)
    sweep(store.parent)
    with TemporaryDirectory(dir=store.parent, prefix=".import-") as place:
        target = Path(place) / "store"
        unsqueezed(path, target, limits or Limits())
        with Store.open(target) as whole:
            whole.check()
        move(target, store)
