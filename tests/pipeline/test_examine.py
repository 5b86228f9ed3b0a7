import gzip
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.images import OS_RELEASE, Image, classic, debian, layout, status, tar, write_folder, write_tar

from plimsoll.errors import HostileInputError, LimitError, PlimsollError, TargetError, UsageError
from plimsoll.model.limits import Limits
from plimsoll.pipeline.examine import Examination, Examined, Progress, examine

BASE = debian(("bash", "5.2-1"), ("zlib1g", "1.2"))
UPPER = tar({"var/lib/dpkg/status": status(("bash", "5.2-1"), ("zlib1g", "1.3"), ("curl", "8"))})
IMAGE = Image(
    layers=[BASE, UPPER],
    history=[
        {"created_by": "ADD rootfs"},
        {"created_by": "x", "empty_layer": True},
        {"created_by": "/bin/sh -c apt-get install curl"},
    ],
)
EXPECTED = {
    ("bash", "5.2-1", "ADD rootfs"),
    ("zlib1g", "1.3", "RUN apt-get install curl"),
    ("curl", "8", "RUN apt-get install curl"),
}


def look(target: object, **how: object) -> Examined:
    standard_input = how.pop("standard_input", io.BytesIO())
    assert isinstance(standard_input, io.BytesIO)
    return examine(Examination(target=str(target), **how), lambda name, codename: None, standard_input, Progress())  # type: ignore[arg-type]


def found(examined: Examined) -> set[tuple[str, str, str]]:
    return {(package.name, package.version, package.instruction) for package in examined.inventory.packages}


@pytest.mark.parametrize(
    ("files", "took"),
    [
        (classic([IMAGE]), "docker save archive (classic)"),
        (layout([IMAGE], pack="gzip"), "OCI image layout"),
        (layout([IMAGE], pack="zstd"), "OCI image layout"),
        (layout([IMAGE], pack=""), "OCI image layout"),
        (layout([IMAGE], docker=True), "docker save archive (OCI-style)"),
    ],
    ids=["classic", "gzip", "zstd", "plain", "docker 25"],
)
@pytest.mark.parametrize("how", ["tar", "folder", "tar.gz", "stdin", "scheme"])
def test_every_way_an_image_comes_gives_the_same_packages(
    files: dict[str, bytes], took: str, how: str, tmp_path: Path
) -> None:
    standard_input = io.BytesIO()
    if how == "folder":
        target = str(write_folder(files, tmp_path / "image"))
    else:
        path = write_tar(files, tmp_path / "image.tar")
        target = str(path)
        if how == "tar.gz":
            path.write_bytes(gzip.compress(path.read_bytes()))
        elif how == "stdin":
            target, standard_input = "-", io.BytesIO(path.read_bytes())
        elif how == "scheme":
            target = f"{'archive' if 'manifest.json' in files else 'oci'}:{path}"
    examined = look(target, standard_input=standard_input)
    assert found(examined) == EXPECTED
    assert examined.took == took
    assert examined.subject.kind == "image"
    assert examined.subject.distro == "debian:12"
    assert examined.subject.platform == "linux/amd64"
    assert [layer.instruction for layer in examined.layers] == ["ADD rootfs", "RUN apt-get install curl"]


def test_an_oci_style_docker_save_archive_can_be_forced_to_be_one(tmp_path: Path) -> None:
    examined = look(f"archive:{write_tar(layout([IMAGE], docker=True), tmp_path / 'x.tar')}")
    assert examined.took == "docker save archive (OCI-style)"
    assert found(examined) == EXPECTED


def test_a_directory_is_a_root_file_system_and_links_never_leave_it(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "usr/lib").mkdir(parents=True)
    (root / "etc").mkdir()
    (root / "etc/os-release").symlink_to("/usr/lib/os-release")
    (root / "usr/lib/os-release").write_bytes(OS_RELEASE)
    (root / "var/lib/dpkg").mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_bytes(status(("bash", "5.2-1")))
    outside = tmp_path / "secret"
    (outside / "lib/apk/db").mkdir(parents=True)
    (outside / "lib/apk/db/installed").write_bytes(b"P:evil\nV:1\n")
    (root / "lib").symlink_to("../../secret/lib")
    os.mkfifo(root / "var/lib/dpkg/status.fifo")
    examined = look(root)
    assert {package.name for package in examined.inventory.packages} == {"bash"}
    assert examined.subject.distro == "debian:12"
    assert examined.subject.kind == "root file system"


def test_distroless_status_d_and_databases_of_other_roots(tmp_path: Path) -> None:
    layer = tar(
        {
            "etc/os-release": OS_RELEASE,
            "var/lib/dpkg/status.d/base": b"Package: base-files\nVersion: 12\n",
            "var/lib/dpkg/status.d/base.md5sums": b"abc  file\n",
            "srv/chroot/var/lib/dpkg/status": status(("other", "1")),
        }
    )
    examined = look(write_tar(classic([Image(layers=[layer])]), tmp_path / "x.tar"))
    assert {package.name for package in examined.inventory.packages} == {"base-files"}
    assert [(gap.what, gap.count) for gap in examined.inventory.gaps] == [("nested-root", 1)]


def test_merged_usr_and_links_across_layers_lead_to_the_database(tmp_path: Path) -> None:
    alpine = b"ID=alpine\nVERSION_ID=3.20.3\n"
    lower = tar({"usr/lib/apk/db/installed": b"P:musl\nV:1.2-r0\no:musl\nA:x86_64\n"})
    upper = tar({"usr/lib/os-release": alpine}, {"lib": "usr/lib", "etc/os-release": "../usr/lib/os-release"})
    examined = look(write_tar(classic([Image(layers=[lower, upper])]), tmp_path / "x.tar"))
    assert [package.purl for package in examined.inventory.packages] == [
        "pkg:apk/alpine/musl@1.2-r0?arch=x86_64&distro=alpine-3.20"
    ]
    assert examined.inventory.distro is not None
    assert examined.inventory.distro.product == "alpine:3.20"


def test_a_database_behind_an_odd_link_is_read_again(tmp_path: Path) -> None:
    lower = tar({"data/packages": status(("bash", "1")), "etc/os-release": OS_RELEASE})
    upper = tar({"var/lib/dpkg": None}, {"var/lib/dpkg/status": "../../../data/packages"})
    for files in (classic([Image(layers=[lower, upper])]), layout([Image(layers=[lower, upper])])):
        examined = look(write_tar(files, tmp_path / "x.tar"))
        assert {package.name for package in examined.inventory.packages} == {"bash"}


def test_a_deleted_database_lists_nothing(tmp_path: Path) -> None:
    upper = tar({"var/lib/.wh.dpkg": b""})
    examined = look(write_tar(classic([Image(layers=[BASE, upper])]), tmp_path / "x.tar"))
    assert examined.inventory.packages == ()


def test_what_cannot_be_read_is_counted_not_forgotten(tmp_path: Path) -> None:
    layer = tar(
        {
            "etc/os-release": OS_RELEASE,
            "opt/v/lib/python3/site-packages/a-1.dist-info/METADATA": b"",
            "srv/node_modules/left-pad/package.json": b"{}",
            "srv/node_modules/@scope/x/package.json": b"{}",
            "srv/node_modules/x/lib/package.json": b"{}",
            "app/a.jar": b"PK",
            "var/lib/rpm/rpmdb.sqlite": b"SQLite",
        }
    )
    gone = tar({"app/.wh.a.jar": b""})
    examined = look(write_tar(classic([Image(layers=[layer, gone])]), tmp_path / "x.tar"))
    assert dict(examined.inventory.unread) == {"Python packages": 1, "rpm packages": 1}
    assert {gap.question for gap in examined.inventory.gaps if gap.what == "unreadable-entries"} == {
        "Python packages in opt/v/lib/python3/site-packages/a-1.dist-info/METADATA",
        "rpm packages in var/lib/rpm/rpmdb.sqlite",
    }


def test_files_over_a_limit_are_gaps(tmp_path: Path) -> None:
    path = write_tar(classic([IMAGE]), tmp_path / "x.tar")
    for limits in (Limits(kept_size=10), Limits(file_size=10)):
        inventory = look(path, limits=limits).inventory
        assert not inventory.packages
        assert any("limit" in gap.reason or "_size = 10" in gap.reason for gap in inventory.gaps)


def test_one_of_several_platforms_is_chosen(tmp_path: Path) -> None:
    arm = Image(layers=[debian(("arm", "1"))], architecture="arm64")
    amd = Image(layers=[debian(("amd", "1"))])
    path = write_tar(layout([arm, amd], tags=False), tmp_path / "x.tar")
    assert {p.name for p in look(path, platform="linux/arm64").inventory.packages} == {"arm"}
    assert {p.name for p in look(path, platform="linux/amd64").inventory.packages} == {"amd"}
    with pytest.raises(TargetError, match="linux/s390x") as caught:
        look(path, platform="linux/s390x")
    assert "linux/amd64, linux/arm64" in caught.value.advice


@pytest.mark.parametrize("make", [classic, layout])
def test_one_of_several_images_is_chosen_by_name(
    make: Callable[[list[Image]], dict[str, bytes]], tmp_path: Path
) -> None:
    images = [Image(layers=[debian(("one", "1"))], tag="a:1"), Image(layers=[debian(("two", "1"))], tag="b:2")]
    path = write_tar(make(images), tmp_path / "x.tar")
    assert {p.name for p in look(f"{path}#b:2").inventory.packages} == {"two"}
    with pytest.raises(TargetError) as caught:
        look(path)
    assert "a:1, b:2" in caught.value.advice


def test_skipped_folders_are_said(tmp_path: Path) -> None:
    path = write_tar(classic([IMAGE]), tmp_path / "x.tar")
    examined = look(path, skip_dirs=("var/lib",), skip_files=("etc/os-release",))
    assert examined.inventory.packages == ()
    assert examined.inventory.distro is None
    assert [(gap.what, gap.count) for gap in examined.gaps] == [("skipped", 2)]


def test_the_user_can_say_which_distribution_it_is(tmp_path: Path) -> None:
    path = write_tar(classic([Image(layers=[tar({"var/lib/dpkg/status": status(("a", "1"))})])]), tmp_path / "x.tar")
    assert look(path).inventory.distro is None
    assert look(path, distro="debian:11").subject.distro == "debian:11"
    with pytest.raises(UsageError):
        look(path, distro="debian")


def settled(path: Path) -> Path:
    os.utime(path, (1_600_000_000, 1_600_000_000))
    return path


def test_warm_reports_equal_cold_ones_and_lies_never_open_the_memory(tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    path = write_tar(classic([IMAGE]), tmp_path / "x.tar")
    cold = look(path, memory=memory)
    assert look(path, memory=memory) == cold
    assert (memory.stat().st_mode & 0o777) == 0o700
    files = classic([IMAGE])
    config = next(name for name in files if name.endswith(".json") and name != "manifest.json")
    place = next(name for name in files if name.endswith("layer.tar"))
    files[place] = debian(("evil", "1"))
    with pytest.raises(HostileInputError, match="not what its manifest claims"):
        look(write_tar(files, tmp_path / "y.tar"), memory=memory)
    files = classic([IMAGE])
    files[config] = files[config].replace(b"linux", b"evil0")
    with pytest.raises(HostileInputError, match="digest"):
        look(write_tar(files, tmp_path / "z.tar"), memory=memory)


def test_a_memory_that_others_could_write_is_not_used(tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    memory.mkdir(mode=0o777)
    memory.chmod(0o777)
    examined = look(write_tar(classic([IMAGE]), tmp_path / "x.tar"), memory=memory)
    assert found(examined) == EXPECTED
    assert "open to others" in examined.notes[0]
    assert list(memory.iterdir()) == []


def test_a_damaged_memory_is_as_good_as_none(tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    path = write_tar(classic([IMAGE]), tmp_path / "x.tar")
    cold = look(path, memory=memory)
    for file in memory.rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:-3] + b"xyz")
    assert look(path, memory=memory) == cold


def broken(files: dict[str, bytes], name: str, content: bytes) -> dict[str, bytes]:
    assert name in files
    return {**files, name: content}


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (broken(classic([IMAGE]), "manifest.json", b"[" * 100_000), "json_depth"),
        (broken(classic([IMAGE]), "manifest.json", b"{}"), "manifest.json"),
        (broken(classic([IMAGE]), "manifest.json", b"[]"), "no image"),
        (broken(classic([IMAGE]), "manifest.json", b'[{"Config":"../../etc/passwd","Layers":[]}]'), "holds no file"),
        (broken(classic([IMAGE]), "manifest.json", b'[{"Config":"nowhere.json","Layers":[]}]'), "nowhere.json"),
        (broken(layout([IMAGE]), "index.json", b'{"manifests":[{"digest":"md5:0"}]}'), "not a sha256"),
        (
            broken(layout([IMAGE]), "index.json", b'{"manifests":[{"digest":"sha256:' + b"0" * 64 + b'"}]}'),
            "holds no file",
        ),
    ],
)
def test_broken_layouts_give_a_clear_error(files: dict[str, bytes], says: str, tmp_path: Path) -> None:
    with pytest.raises(PlimsollError, match=says):
        look(write_tar(files, tmp_path / "x.tar"))


def test_an_archive_cut_anywhere_gives_a_clear_error(tmp_path: Path) -> None:
    whole = write_tar(classic([IMAGE]), tmp_path / "x.tar").read_bytes()
    path = tmp_path / "cut.tar"
    for size in range(0, len(whole) - 11_000, 997):
        path.write_bytes(whole[:size])
        with pytest.raises(PlimsollError):
            look(path)


@pytest.mark.parametrize(
    ("limits", "files"),
    [
        (Limits(layers=1), classic([IMAGE])),
        (Limits(archive_entries=2), classic([IMAGE])),
        (Limits(manifest_size=10), classic([IMAGE])),
        (Limits(manifest_size=10), layout([IMAGE])),
        (Limits(packages=1), classic([IMAGE])),
        (Limits(entries=1), classic([IMAGE])),
        (Limits(layer_size=1000), layout([IMAGE])),
        (Limits(json_depth=2), layout([IMAGE])),
        (Limits(timeout=1e-9), classic([IMAGE])),
    ],
)
def test_every_limit_trips_with_advice(limits: Limits, files: dict[str, bytes], tmp_path: Path) -> None:
    path = write_tar(files, tmp_path / "x.tar")
    with pytest.raises(LimitError) as caught:
        look(path, limits=limits)
    assert getattr(limits, caught.value.limit) != getattr(Limits(), caught.value.limit)
    assert f"--limit {caught.value.limit}=" in caught.value.advice


def test_a_database_over_its_limit_is_a_gap(tmp_path: Path) -> None:
    examined = look(write_tar(classic([IMAGE]), tmp_path / "x.tar"), limits=Limits(file_size=100))
    assert examined.inventory.packages == ()
    assert any(gap.what == "unreadable-entries" and "file_size" in gap.reason for gap in examined.inventory.gaps)


def test_standard_input_is_bounded(tmp_path: Path) -> None:
    data = write_tar(classic([IMAGE]), tmp_path / "x.tar").read_bytes()
    with pytest.raises(LimitError) as caught:
        look("-", standard_input=io.BytesIO(data), limits=Limits(spool_size=5000))
    assert caught.value.limit == "spool_size"


@pytest.mark.parametrize(
    "target", ["missing.tar", "debian:12", "a\0b", "archive:missing", "dir:missing", "oci:missing"]
)
def test_what_cannot_be_opened_says_what_to_do(target: str) -> None:
    with pytest.raises(TargetError) as caught:
        look(target)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("content", [b"", b"hello", b"{}", bytes(10_000)])
def test_files_of_no_known_kind(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(TargetError, match="no known kind") as caught:
        look(path)
    assert "archive: docker save archive" in caught.value.advice


def test_a_directory_of_no_known_kind(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="no known kind"):
        look(tmp_path)
    assert look(f"dir:{tmp_path}").inventory.packages == ()
    (tmp_path / "go.mod").write_text("module example.org/x\n\nrequire example.org/y v1.2.3\n")
    examined = look(tmp_path)
    assert examined.subject.kind == "source tree"
    assert [(each.name, each.version, each.line) for each in examined.inventory.packages] == [
        ("example.org/y", "v1.2.3", 3)
    ]


def test_what_was_deleted_and_came_back_is_credited_to_the_layer_that_brought_it_back(tmp_path: Path) -> None:
    again = tar({"var/lib/dpkg/status": status(("bash", "5.2-1"))})
    layers = [BASE, tar({"var/lib/.wh.dpkg": b""}), again]
    history: list[dict[str, object]] = [{"created_by": f"L{number}"} for number in range(3)]
    examined = look(write_tar(classic([Image(layers=layers, history=history)]), tmp_path / "x.tar"))
    assert found(examined) == {("bash", "5.2-1", "L2")}


def test_a_lower_limit_does_not_poison_the_memory(tmp_path: Path) -> None:
    path = write_tar(classic([IMAGE]), tmp_path / "x.tar")
    memory = tmp_path / "memory"
    assert look(path, memory=memory, limits=Limits(file_size=10)).inventory.packages == ()
    assert found(look(path, memory=memory)) == EXPECTED


def test_an_absurd_field_is_a_gap(tmp_path: Path) -> None:
    layer = debian(("bash", "5.2-1"), ("odd", "1" * 5000))
    examined = look(write_tar(classic([Image(layers=[layer])]), tmp_path / "x.tar"))
    assert {package.name for package in examined.inventory.packages} == {"bash"}
    assert [gap.what for gap in examined.inventory.gaps] == ["unreadable-entries"]


def test_a_long_instruction_is_cut(tmp_path: Path) -> None:
    image = Image(layers=[BASE], history=[{"created_by": "RUN " + "x" * 100_000}])
    (instruction,) = {p.instruction for p in look(write_tar(classic([image]), tmp_path / "x.tar")).inventory.packages}
    assert len(instruction) == 4096


def test_a_platform_that_a_layout_does_not_state_is_held_against_the_configuration(tmp_path: Path) -> None:
    path = write_tar(layout([IMAGE]), tmp_path / "x.tar")
    assert found(look(path, platform="linux/amd64")) == EXPECTED
    with pytest.raises(TargetError, match="linux/amd64, not linux/arm64"):
        look(path, platform="linux/arm64")


def test_a_spooled_archive_leaves_no_trust_behind(tmp_path: Path) -> None:
    data = write_tar(classic([IMAGE]), tmp_path / "x.tar").read_bytes()
    memory = tmp_path / "memory"
    for _ in range(2):
        assert found(look("-", standard_input=io.BytesIO(data), memory=memory)) == EXPECTED
    assert not list(memory.rglob("trust"))
