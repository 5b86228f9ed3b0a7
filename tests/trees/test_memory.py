import os
import threading
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest
from tests.images import digest, tar
from tests.trees.build_tar import Item, layer

from plimsoll.errors import HostileInputError
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.limits import Limits
from plimsoll.model.package import Observed, PackageRecord
from plimsoll.pipeline.layers import LayerReader
from plimsoll.sources.files import TarFiles
from plimsoll.sources.image import Blob
from plimsoll.trees.memory import Identity, LayerMemory
from plimsoll.trees.observe import Claim, LayerObservation, Plan, observe
from plimsoll.trees.source import Advance, Check
from plimsoll.trees.tree import Content

RECORD = PackageRecord(name="a", version="1", source="a", source_version="1")


def parse(path: str, data: bytes) -> Observed:
    return Observed(packages=(replace(RECORD, version=data.decode()),), facts=((path, "x"),))


READ = Ecosystem(name="read", title="Read", version=1, paths=("db/list",), parse=parse)
FOUND = Ecosystem(name="found", title="Found", version=1, paths=("*.jar",), parse=parse)
BOTH = {"read": READ, "found": FOUND}
LAYER = tar(
    {"db/list": b"1.0", "x/y.jar": b"PK", "caf\u00e9/z": b"", "a/.wh.b": b"", "c/.wh..wh..opq": b""}, {"l": "db"}
)


def seen_of(data: bytes, plugins: dict[str, Ecosystem]) -> LayerObservation:
    return observe([data], Claim(what="layer"), Plan(ecosystems=plugins, limits=Limits()), lambda: None)


def test_what_was_kept_is_recalled_as_it_was(tmp_path: Path) -> None:
    memory = LayerMemory(tmp_path / "m")
    seen = seen_of(LAYER, BOTH)
    memory.keep(seen, BOTH)
    known, missing = memory.recall(seen.diff_id, BOTH)
    assert known is not None
    assert missing == set()
    expected = {"read": {"db/list": parse("db/list", b"1.0")}, "found": {"x/y.jar": parse("x/y.jar", b"PK")}}
    assert known.facts == seen.facts == expected
    assert known.index.names == seen.index.names
    assert known.index.kinds == seen.index.kinds
    assert known.index.sizes == seen.index.sizes
    assert known.index.links == {"l": "db"}
    assert known.index.whiteouts == {"a/b"}
    assert known.index.opaques == {"c"}
    assert known.index.implied == seen.index.implied
    assert known.size == len(LAYER)


def test_names_that_are_not_utf8_survive(tmp_path: Path) -> None:
    memory = LayerMemory(tmp_path / "m")
    plugins = {"all": replace(READ, name="all", paths=("lis",), parse=lambda path, data: Observed(faults=("odd",)))}
    seen = seen_of(layer([Item(name=b"d\xff/lis", data=b"1")]), plugins)
    memory.keep(seen, plugins)
    known, _ = memory.recall(seen.diff_id, plugins)
    assert known is not None
    assert known.index.names == ["d\udcff/lis"]
    assert list(known.facts["all"]) == ["d\udcff/lis"]


def test_a_new_version_of_one_plug_in_forgets_only_its_facts(tmp_path: Path) -> None:
    memory = LayerMemory(tmp_path / "m")
    seen = seen_of(LAYER, BOTH)
    memory.keep(seen, BOTH)
    newer = {"read": replace(READ, version=2), "found": FOUND}
    known, missing = memory.recall(seen.diff_id, newer)
    assert missing == {"read"}
    assert known is not None
    assert set(known.facts) == {"found"}


class Counting:
    """A layer of a file on disk that counts how often it is read, and with which plug-ins."""

    def __init__(self, path: Path) -> None:
        files = TarFiles(path, Limits())
        self.blob = Blob(files=files, name="layer.tar", claim=Claim(what="layer", diff_id=digest(LAYER)))
        self.reads: list[set[str]] = []

    @property
    def what(self) -> str:
        return self.blob.what

    @property
    def size(self) -> int:
        return self.blob.size

    @property
    def identity(self) -> Identity | None:
        return self.blob.identity

    def observe(self, plan: Plan, check: Check, advance: Advance) -> LayerObservation:
        self.reads.append(set(plan.ecosystems))
        return self.blob.observe(plan, check, advance)

    @property
    def claim(self) -> Claim:
        return self.blob.claim

    def read(self, wanted: Collection[Content], limits: Limits, check: Check) -> dict[Content, bytes]:
        return self.blob.read(wanted, limits, check)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "image.tar"
    path.write_bytes(tar({"layer.tar": LAYER}))
    return path


def reader(memory: LayerMemory, plugins: dict[str, Ecosystem] | None = None, *, verify: bool = False) -> LayerReader:
    return LayerReader(lambda: plugins or BOTH, memory, Limits(), verify=verify)


def test_a_file_that_did_not_change_is_not_read_again_unless_asked(tmp_path: Path, archive: Path) -> None:
    memory = LayerMemory(tmp_path / "m", settled_ns=0)
    counted = Counting(archive)
    first = reader(memory).observe([counted], lambda size: None)
    second = reader(memory).observe([counted], lambda size: None)
    assert counted.reads == [{"read", "found"}]
    assert first[0].facts == second[0].facts
    assert reader(memory).verified([counted]) == (digest(LAYER),)
    reader(memory, verify=True).observe([counted], lambda size: None)
    assert len(counted.reads) == 2
    assert reader(memory, verify=True).verified([counted]) is None


def test_a_file_that_was_touched_is_read_and_verified_again(tmp_path: Path, archive: Path) -> None:
    memory = LayerMemory(tmp_path / "m", settled_ns=0)
    counted = Counting(archive)
    reader(memory).observe([counted], lambda size: None)
    os.utime(archive)
    reader(memory).observe([counted], lambda size: None)
    assert len(counted.reads) == 2


def test_a_file_that_changed_just_now_is_not_trusted(tmp_path: Path, archive: Path) -> None:
    memory = LayerMemory(tmp_path / "m")
    counted = Counting(archive)
    reader(memory).observe([counted], lambda size: None)
    assert reader(memory).verified([counted]) is None


def test_a_changed_plug_in_reads_the_layer_with_itself_only(tmp_path: Path, archive: Path) -> None:
    memory = LayerMemory(tmp_path / "m", settled_ns=0)
    counted = Counting(archive)
    reader(memory).observe([counted], lambda size: None)
    newer = {"read": replace(READ, version=2), "found": FOUND}
    seen = reader(memory, newer).observe([counted], lambda size: None)
    assert counted.reads == [{"read", "found"}, {"read"}]
    assert set(seen[0].facts) == {"read", "found"}
    reader(memory, newer).observe([counted], lambda size: None)
    assert len(counted.reads) == 2


def test_a_layer_that_fails_is_never_kept(tmp_path: Path, archive: Path) -> None:
    memory = LayerMemory(tmp_path / "m", settled_ns=0)
    counted = Counting(archive)
    counted.blob = replace(counted.blob, claim=Claim(what="layer", diff_id=digest(b"other")))
    with pytest.raises(HostileInputError):
        reader(memory).observe([counted], lambda size: None)
    assert [path for path in (tmp_path / "m").rglob("*") if path.is_file()] == []


def test_parallel_scans_share_a_memory(tmp_path: Path, archive: Path) -> None:
    memory = LayerMemory(tmp_path / "m", settled_ns=0)
    outcomes: list[list[LayerObservation]] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(reader(memory).observe([Counting(archive)], lambda size: None)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8
    assert all(outcome[0].facts == outcomes[0][0].facts for outcome in outcomes)
    assert not list((tmp_path / "m").rglob(".new-*"))


def test_a_memory_of_somebody_else_or_behind_a_link_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert "not a folder of this user" in LayerMemory(tmp_path / "link").why_not
    (tmp_path / "file").write_bytes(b"")
    assert LayerMemory(tmp_path / "file").why_not
    assert LayerMemory(None).why_not == "switched off"


def test_what_was_seen_under_other_rules_is_not_recalled(tmp_path: Path) -> None:
    seen = seen_of(LAYER, BOTH)
    LayerMemory(tmp_path / "m", rules=[("file_size", 10)]).keep(seen, BOTH)
    assert LayerMemory(tmp_path / "m").recall(seen.diff_id, BOTH) == (None, {"read", "found"})
    assert LayerMemory(tmp_path / "m", rules=[("file_size", 10)]).recall(seen.diff_id, BOTH)[1] == set()


def test_a_manifest_that_claims_something_else_of_a_trusted_file_is_found_out(tmp_path: Path, archive: Path) -> None:
    memory = LayerMemory(tmp_path / "m", settled_ns=0)
    counted = Counting(archive)
    reader(memory).observe([counted], lambda size: None)
    for claim in (Claim(what="layer", diff_id=digest(b"other")), Claim(what="layer", digest=digest(b"other"))):
        counted.blob = replace(counted.blob, claim=claim)
        assert reader(memory).verified([counted]) is None
        with pytest.raises(HostileInputError, match="not what its manifest claims"):
            reader(memory).observe([counted], lambda size: None)
