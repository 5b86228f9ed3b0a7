"""The catalogue of base images on the disk, and what reports make of its images, without a command line."""

import errno
import io
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import blake2b, sha256
from pathlib import Path
from typing import IO

import msgspec
import pytest
from tests.bookworm import AS_OF, PACKAGES, package, says, tracker
from tests.images import Image, classic, debian, tar, write_tar
from tests.knowledge_in_memory import InMemoryKnowledge

from plimsoll.errors import HostileInputError, KnowledgeError, LimitError, PlimsollError, TargetError, UsageError
from plimsoll.model.bases import BaseFacts, BaseImage
from plimsoll.model.limits import Limits
from plimsoll.model.package import Package
from plimsoll.model.report import LayerFacts, Report
from plimsoll.pipeline.alternatives import MOST_COMPARED, alternatives
from plimsoll.pipeline.bases import FOLDER, add, entry_of, packages_of, read_catalogue, remove
from plimsoll.pipeline.examine import Examination, Examined, Progress, examine
from plimsoll.pipeline.recognition import base_of, layers_of
from plimsoll.pipeline.scan import Facts, scan

LAYERS = tuple(f"sha256:{number:064}" for number in range(4))
ENTRY = BaseImage(
    name="debian:12",
    digest="sha256:" + "d" * 64,
    platform="linux/amd64",
    distro="debian:12",
    layers=LAYERS[:2],
    created="2026-11-01",
    added=AS_OF,
    packages=len(PACKAGES),
)
OLD, NEW = ("glibc", "2.36-9+deb12u1"), ("glibc", "2.36-9+deb12u3")


def place(cache: Path, name: str = ENTRY.name) -> Path:
    return cache / FOLDER / sha256(name.encode()).hexdigest()


def examined(folder: Path, image: Image) -> Examined:
    target = str(write_tar(classic([image]), folder / "image.tar"))
    return examine(Examination(target=target), lambda _id, _codename: None, io.BytesIO(), Progress())


def with_body(cache: Path, packages: object, entry: BaseImage = ENTRY) -> None:
    """Write an entry whose checksum is right, whatever its packages are."""
    body = msgspec.json.encode(packages)
    checksum = blake2b(body, digest_size=16).hexdigest()
    head = {"format": 1, "base": entry, "checksum": checksum, "size": len(body)}
    place(cache, entry.name).write_bytes(msgspec.json.encode(head) + b"\n" + body)


def refusing(code: int) -> Callable[..., object]:
    def refuse(*_arguments: object, **_named: object) -> object:
        raise OSError(code, os.strerror(code))

    return refuse


def test_what_is_added_is_read_back(tmp_path: Path) -> None:
    assert read_catalogue(tmp_path).entries == ()
    add(tmp_path, ENTRY, PACKAGES)
    assert read_catalogue(tmp_path).entries == (ENTRY,)
    assert packages_of(tmp_path, ENTRY.name, Limits()) == PACKAGES
    add(tmp_path, replace(ENTRY, packages=1), PACKAGES[:1])
    assert packages_of(tmp_path, ENTRY.name, Limits()) == PACKAGES[:1]
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == [place(tmp_path).name]
    remove(tmp_path, ENTRY.name)
    assert read_catalogue(tmp_path).entries == ()


def test_another_image_does_not_take_a_name(tmp_path: Path) -> None:
    add(tmp_path, ENTRY, PACKAGES)
    with pytest.raises(UsageError, match="another image under the name debian:12") as caught:
        add(tmp_path, replace(ENTRY, digest="sha256:" + "e" * 64), ())
    assert "plimsoll base remove debian:12" in caught.value.advice
    assert packages_of(tmp_path, ENTRY.name, Limits()) == PACKAGES


def test_paths_that_are_no_utf_8_are_kept(tmp_path: Path) -> None:
    odd = replace(PACKAGES[0], path="srv/\udcff/app")
    add(tmp_path, ENTRY, [odd])
    (found,) = packages_of(tmp_path, ENTRY.name, Limits())
    assert found == replace(odd, path="srv/\\udcff/app")


def test_reading_writes_nothing(tmp_path: Path) -> None:
    add(tmp_path, ENTRY, PACKAGES)
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in tmp_path.rglob("*")}
    read_catalogue(tmp_path)
    packages_of(tmp_path, ENTRY.name, Limits())
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in tmp_path.rglob("*")} == before
    read_catalogue(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_temporary_files_of_an_add_that_was_killed_are_no_entries(tmp_path: Path) -> None:
    add(tmp_path, ENTRY, PACKAGES)
    (tmp_path / FOLDER / ".adding-x").write_text("half")
    catalogue = read_catalogue(tmp_path)
    assert (catalogue.entries, catalogue.notes) == ((ENTRY,), ())


def test_a_folder_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(tmp_path, ENTRY, PACKAGES)
    monkeypatch.setattr("plimsoll.pipeline.bases.os.scandir", refusing(errno.EACCES))
    (note,) = read_catalogue(tmp_path).notes
    assert note.startswith("base images are not known: ")
    assert note.endswith("Permission denied")


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("")
    (note,) = read_catalogue(tmp_path).notes
    assert "cannot be read: Not a directory" in note
    with pytest.raises(KnowledgeError, match="cannot be made"):
        add(tmp_path, ENTRY, PACKAGES)
    with pytest.raises(UsageError, match="no base image"):
        remove(tmp_path, ENTRY.name)


def test_a_foreign_owner_is_not_believed(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to give files away")
    add(tmp_path, ENTRY, PACKAGES)
    os.chown(place(tmp_path), 12345, -1)
    catalogue = read_catalogue(tmp_path)
    assert catalogue.entries == ()
    assert "it is someone else's; it was left out" in catalogue.notes[0]
    os.chown(tmp_path / FOLDER, 12345, -1)
    assert "base images are not known" in read_catalogue(tmp_path).notes[0]
    with pytest.raises(KnowledgeError):
        add(tmp_path, ENTRY, PACKAGES)


def test_an_entry_that_others_may_write_is_not_believed(tmp_path: Path) -> None:
    add(tmp_path, ENTRY, PACKAGES)
    place(tmp_path).chmod(0o622)
    assert read_catalogue(tmp_path).entries == ()
    with pytest.raises(HostileInputError, match="others may write it"):
        packages_of(tmp_path, ENTRY.name, Limits())


@pytest.mark.parametrize(
    "packages",
    [
        {"a": 1},
        [1],
        [{"name": "x"}],
        [replace(PACKAGES[0], ecosystem="nope")],
        [replace(PACKAGES[0], key="")],
        [{**msgspec.to_builtins(PACKAGES[0]), "line": "x"}],
    ],
    ids=["no list", "no packages", "half a package", "unknown system", "no key", "wrong type"],
)
def test_packages_that_are_none_are_refused(tmp_path: Path, packages: object) -> None:
    add(tmp_path, ENTRY, PACKAGES)
    with_body(tmp_path, packages)
    assert read_catalogue(tmp_path).entries == (ENTRY,)
    with pytest.raises(HostileInputError, match="cannot be used") as caught:
        packages_of(tmp_path, ENTRY.name, Limits())
    assert "plimsoll base add" in caught.value.advice


def test_packages_are_bounded(tmp_path: Path) -> None:
    add(tmp_path, ENTRY, PACKAGES)
    for limits, name in (Limits(report_size=100), "report_size"), (Limits(packages=3), "packages"):
        with pytest.raises(LimitError) as caught:
            packages_of(tmp_path, ENTRY.name, limits)
        assert caught.value.limit == name


def test_a_disk_that_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(tmp_path, ENTRY, PACKAGES)

    class Failing(io.BytesIO):
        read = readline = refusing(errno.EIO)  # type: ignore[assignment]

    head = place(tmp_path).read_bytes().partition(b"\n")[0] + b"\n"

    class FailingLater(io.BytesIO):
        read = refusing(errno.EIO)  # type: ignore[assignment]

    def opening(kind: type[io.BytesIO]) -> Callable[[int, str], IO[bytes]]:
        def fdopen(handle: int, _mode: str) -> IO[bytes]:
            os.close(handle)
            return kind(head)

        return fdopen

    monkeypatch.setattr("plimsoll.pipeline.bases.os.fdopen", opening(Failing))
    assert "Input/output error" in read_catalogue(tmp_path).notes[0]
    monkeypatch.setattr("plimsoll.pipeline.bases.os.fdopen", opening(FailingLater))
    with pytest.raises(HostileInputError, match="Input/output error"):
        packages_of(tmp_path, ENTRY.name, Limits())


def test_a_full_disk_leaves_the_former_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(tmp_path, ENTRY, PACKAGES)
    before = place(tmp_path).read_bytes()
    monkeypatch.setattr("plimsoll.pipeline.bases.move", refusing(errno.ENOSPC))
    with pytest.raises(PlimsollError, match="No space left") as caught:
        add(tmp_path, ENTRY, ())
    assert caught.value.advice == "Choose a --cache-dir."
    assert place(tmp_path).read_bytes() == before
    assert len(list((tmp_path / FOLDER).iterdir())) == 1


def test_what_cannot_be_removed_is_said(tmp_path: Path) -> None:
    place(tmp_path).mkdir(parents=True)
    with pytest.raises(PlimsollError, match="cannot be removed") as caught:
        remove(tmp_path, ENTRY.name)
    assert (caught.value.exit_code, caught.value.advice) == (4, "Remove it by hand.")


def test_what_there_is_is_told_where_a_name_is_not(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        remove(tmp_path, "\x1b[2J" + "x" * 1000)
    assert len(caught.value.message) < 200
    assert caught.value.advice == "It is empty; add one: plimsoll base add TARGET"
    add(tmp_path, ENTRY, PACKAGES)
    with pytest.raises(UsageError) as caught:
        remove(tmp_path, "../bases")
    assert caught.value.advice == "There are: debian:12"


def test_the_entry_of_an_image(tmp_path: Path) -> None:
    image = Image(layers=[debian(OLD), tar({"a": b""})], tag="shop:1")
    found = examined(tmp_path, image)
    entry = entry_of(found, "", AS_OF)
    assert (entry.name, entry.family, entry.distro, entry.packages) == ("shop:1", "debian", "debian:12", 1)
    assert entry.layers == tuple(f"sha256:{sha256(layer).hexdigest()}" for layer in image.layers)
    with pytest.raises(TargetError, match="no image with layers"):
        entry_of(replace(found, recipe=None), "x", AS_OF)
    with pytest.raises(TargetError, match="no image with layers"):
        entry_of(replace(found, layers=(LayerFacts(digest="", size=0),)), "x", AS_OF)
    with pytest.raises(UsageError, match="no name") as caught:
        entry_of(found, "/etc/passwd", AS_OF)
    assert caught.value.advice == "Name it: --name debian:12"


def test_the_name_of_a_file_is_without_its_folder_and_packing(tmp_path: Path) -> None:
    found = examined(tmp_path, Image(layers=[debian(OLD)]))
    for name in ("image", "image.tar", "image.tar.gz", "image.tgz", "image.tar.zst"):
        (tmp_path / name).touch()
        subject = replace(found.subject, name=str(tmp_path / name))
        assert entry_of(replace(found, subject=subject), "", AS_OF).name == "image", name


def of_layers(*digests: str) -> tuple[LayerFacts, ...]:
    return tuple(LayerFacts(digest=digest, size=1) for digest in digests)


@pytest.fixture
def plain(tmp_path: Path) -> Examined:
    """An image without anything that tells of a base but its layers."""
    return replace(examined(tmp_path, Image(layers=[debian(OLD)])), layers=of_layers(*LAYERS))


def test_the_longest_prefix_is_the_base(plain: Examined) -> None:
    deeper = replace(ENTRY, name="runtime:1", digest="sha256:" + "e" * 64, layers=LAYERS[:3])
    wrong = replace(ENTRY, name="wrong", layers=(*LAYERS[:3], LAYERS[0]))
    longer = replace(ENTRY, name="child", layers=(*LAYERS, LAYERS[0]))
    for catalogue in ((ENTRY, deeper, wrong, longer), (longer, wrong, deeper, ENTRY)):
        base = base_of(plain, catalogue)
        assert base == BaseFacts(
            name="runtime:1", digest=deeper.digest, layers=3, by="layers", distro="debian:12", reason=""
        )
        assert layers_of(base, plain) == set(LAYERS[:3])


@pytest.mark.parametrize(
    "layers",
    [(LAYERS[1], LAYERS[0]), (LAYERS[2], *LAYERS[:2]), LAYERS[:1], ("", *LAYERS[:2]), (*LAYERS[:2], ""), ()],
    ids=["reordered", "higher up", "shorter", "unknown below", "unknown above", "none"],
)
def test_other_layers_are_no_base(plain: Examined, layers: Sequence[str]) -> None:
    image = replace(plain, layers=of_layers(*layers))
    assert base_of(image, (ENTRY, replace(ENTRY, layers=()))) is None
    assert layers_of(None, image) == frozenset()


def test_of_the_same_layers_the_newest_counts(plain: Examined) -> None:
    newer = replace(ENTRY, name="a", created="2026-11-02")
    assert (base := base_of(plain, (ENTRY, newer))) is not None
    assert base.name == "a"


def test_without_a_recipe_labels_cannot_tell(plain: Examined) -> None:
    assert base_of(replace(plain, recipe=None), ()) is None


STATEMENTS = (
    says("glibc", "CVE-2023-4911", "2.36-9+deb12u3"),
    says("glibc", "CVE-2024-2961", "2.36-9+deb12u6"),
    says("openssl", "CVE-2024-5535", "3.0.15-1~deb12u1"),
    says("zlib", "CVE-2023-45853", "1:1.3"),
)


def facts_of(cache: Path) -> Facts:
    return Facts(
        knowledge=InMemoryKnowledge([tracker(*STATEMENTS)]),
        end_of_life=lambda _: None,
        version_of=lambda _id, _codename: None,
        waivers=(),
        as_of=AS_OF,
        bases=read_catalogue(cache).entries,
    )


def put(cache: Path, folder: Path, name: str, *packages: tuple[str, str]) -> Image:
    image = Image(layers=[debian(*packages)], tag=name)
    found = examined(folder, image)
    add(cache, entry_of(found, "", AS_OF), found.inventory.packages)
    return image


def scanned(cache: Path, folder: Path, image: Image) -> Report:
    target = str(write_tar(classic([image]), folder / "app.tar"))
    return scan(Examination(target=target), facts_of(cache), io.BytesIO(), Progress())[0]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def report(cache: Path, tmp_path: Path) -> Report:
    """The report of an image on debian:12-1, which has two vulnerabilities of glibc."""
    base = put(cache, tmp_path, "debian:12-1", OLD)
    return scanned(cache, tmp_path, replace(base, layers=[*base.layers, tar({"a": b""})], tag="app:1"))


def cleared(cache: Path, report: Report) -> list[tuple[str, int, int]]:
    found = alternatives(report, facts_of(cache), cache, Limits())
    assert found is not None
    return [(each.name, each.findings, each.brings) for each in found.clearings]


def test_those_that_clear_most_and_bring_least_come_first(cache: Path, tmp_path: Path, report: Report) -> None:
    put(cache, tmp_path, "debian:b", NEW)
    put(cache, tmp_path, "debian:a", NEW, ("openssl", "3.0.11-1~deb12u2"))
    put(cache, tmp_path, "debian:z", ("glibc", "2.36-9+deb12u9"))
    put(cache, tmp_path, "debian:same", OLD, ("bash", "5.2"))
    assert cleared(cache, report) == [("debian:z", 2, 0), ("debian:b", 1, 0), ("debian:a", 1, 1)]


def test_what_a_report_does_not_show_is_not_brought(cache: Path, tmp_path: Path, report: Report) -> None:
    put(cache, tmp_path, "debian:b", NEW)
    shown = tuple(finding for finding in report.findings if "CVE-2023-4911" in finding.id)
    assert len(shown) == len(report.findings) - 1
    assert cleared(cache, replace(report, findings=shown, hidden=1)) == [("debian:b", 1, 0)]
    remove(cache, "debian:12-1")
    assert cleared(cache, replace(report, findings=shown, hidden=1)) == [("debian:b", 1, 1)]


def test_a_base_whose_own_packages_are_damaged_is_compared_by_the_report(
    cache: Path, tmp_path: Path, report: Report
) -> None:
    put(cache, tmp_path, "debian:b", NEW)
    own = place(cache, "debian:12-1")
    own.write_bytes(own.read_bytes() + b" ")
    assert cleared(cache, report) == [("debian:b", 1, 0)]


def test_what_own_layers_replaced_is_not_brought(cache: Path, tmp_path: Path) -> None:
    base = put(cache, tmp_path, "debian:12-1", OLD, ("openssl", "3.0.11-1~deb12u2"))
    put(cache, tmp_path, "debian:b", NEW, ("openssl", "3.0.11-1~deb12u2"))
    upgraded = debian(OLD, ("openssl", "3.0.15-1~deb12u1"))
    report = scanned(cache, tmp_path, replace(base, layers=[*base.layers, upgraded], tag="app:1"))
    assert {finding.origin for finding in report.findings} == {"base"}
    assert cleared(cache, report) == [("debian:b", 1, 0)]


def test_only_so_many_are_compared(cache: Path, report: Report) -> None:
    for number in range(MOST_COMPARED + 2):
        entry = replace(ENTRY, name=f"debian:{number}", digest=f"sha256:{number:064}")
        add(cache, entry, [package("libc6", NEW[1], "glibc")])
    found = alternatives(report, facts_of(cache), cache, Limits())
    assert found is not None
    assert (found.compared, found.left_out, found.findings) == (MOST_COMPARED, 2, 2)


def test_hostile_packages_in_an_entry_are_left_out(cache: Path, report: Report) -> None:
    for number, changed in enumerate([{"ecosystem": "nope"}, {"key": "x"}]):
        entry = replace(ENTRY, name=f"debian:{number}", digest=f"sha256:{number:064}")
        add(cache, entry, ())
        with_body(cache, [{**msgspec.to_builtins(package("libc6", NEW[1], "glibc")), **changed}], entry)
    found = alternatives(report, facts_of(cache), cache, Limits())
    assert found is not None
    assert (found.compared, found.left_out, found.clearings) == (0, 2, ())


@pytest.mark.parametrize("base", [None, BaseFacts(name="x", digest="", layers=0, by="labels", distro="debian:12")])
def test_without_a_base_that_is_known_nothing_is_compared(cache: Path, report: Report, base: BaseFacts | None) -> None:
    assert alternatives(replace(report, base=base), facts_of(cache), cache, Limits()) is None


def test_an_entry_s_head_is_one_line_of_json(cache: Path) -> None:
    add(cache, ENTRY, PACKAGES)
    head, _, body = place(cache).read_bytes().partition(b"\n")
    assert json.loads(head)["base"]["layers"] == list(LAYERS[:2])
    assert msgspec.json.decode(body, type=tuple[Package, ...]) == PACKAGES
