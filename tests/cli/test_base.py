"""`plimsoll base`: the catalogue, recognition in scans, and which base would clear what."""

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import GLIBC, OPENSSL, ZLIB, Run
from tests.images import Image, classic, debian, layout, status, tar, write_folder, write_tar

FIXED_GLIBC = ("glibc", "2.36-9+deb12u3")
GONE_GLIBC = ("musl", "1.2.3-1")
BASE = Image(layers=[debian(GLIBC, ZLIB), tar({"etc/motd": b"hello"})], tag="debian:12-1")
NEWER = Image(layers=[debian(FIXED_GLIBC, ZLIB)], tag="debian:12-2")
NAME_LABEL, DIGEST_LABEL = "org.opencontainers.image.base.name", "org.opencontainers.image.base.digest"


def written(image: Image) -> str:
    """Write an image into the working directory and give its name there."""
    name = image.tag.replace(":", "-").replace("/", "-") + ".tar"
    return write_tar(classic([image]), Path(name)).name


def on(base: Image, *layers: bytes, tag: str = "app:1", labels: Mapping[str, str] | None = None) -> Image:
    """An image on a base."""
    return Image(layers=[*base.layers, *layers], tag=tag, config={"Labels": dict(labels or {})})


def database(*packages: tuple[str, str]) -> bytes:
    """A layer that rewrites the package database."""
    return tar({"var/lib/dpkg/status": status(*packages)})


def catalogued(run: Run, *images: Image) -> None:
    for image in images:
        assert run("base", "add", written(image), "-q").code == 0


def report_of(run: Run, image: Image) -> dict[str, Any]:
    result = run("scan", written(image), "-f", "json", "-q")
    assert (result.code, result.err) == (0, "")
    report: dict[str, Any] = result.json
    return report


def origins(report: Mapping[str, Any]) -> dict[str, str]:
    return {finding["vulnerability"]["id"]: finding["origin"] for finding in report["findings"]}


def entry(cache: Path, name: str) -> Path:
    return cache / "bases" / sha256(name.encode()).hexdigest()


def names(run: Run) -> list[str]:
    return [base["name"] for base in run("base", "list", "-f", "json").json["bases"]]


def test_an_image_is_added_listed_and_removed(run: Run, cache: Path) -> None:
    dated = replace(BASE, config={"User": "me"})
    result = run("base", "add", written(dated))
    assert (result.code, result.out) == (0, "")
    assert result.err == "debian-12-1.tar: docker save archive (classic)\nadded debian:12-1: 2 layers, 2 packages\n"
    (base,) = run("base", "list", "-f", "json").json["bases"]
    digests = [f"sha256:{sha256(layer).hexdigest()}" for layer in BASE.layers]
    assert base == {
        "name": "debian:12-1",
        "digest": f"sha256:{sha256(dated.configuration()).hexdigest()}",
        "platform": "linux/amd64",
        "distro": "debian:12",
        "layers": digests,
        "created": "",
        "added": "2026-11-24",
        "packages": 2,
        "unread": 0,
    }
    table = run("base", "list").out.splitlines()
    assert [line.split()[:5] for line in table] == [
        ["NAME", "DISTRIBUTION", "PLATFORM", "LAYERS", "PACKAGES"],
        ["debian:12-1", "debian:12", "linux/amd64", "2", "2"],
    ]
    assert stat.S_IMODE((cache / "bases").stat().st_mode) == 0o700
    assert stat.S_IMODE(entry(cache, "debian:12-1").stat().st_mode) == 0o600
    assert (run("base", "remove", "debian:12-1").code, names(run)) == (0, [])
    assert os.listdir(cache / "bases") == []  # noqa: PTH208 - the names are all that is wanted


def test_an_empty_catalogue(run: Run, cache: Path) -> None:
    result = run("base", "list")
    assert (result.code, result.out, "plimsoll base add TARGET" in result.err) == (0, "", True)
    assert run("base", "list", "-f", "json").json == {"bases": []}
    assert run("base", "remove", "debian:12").code == 2
    assert not (cache / "bases").exists()


def test_names_are_chosen_or_the_image_s_own(run: Run) -> None:
    for command in (
        ["base", "add", written(BASE), "--name", "mine"],
        ["base", "add", str(write_folder(layout([BASE], tags=False), Path("bookworm")))],
        ["base", "add", str(write_tar(layout([replace(BASE, os="bsd")], tags=False), Path("packed.tar")))],
    ):
        assert run(*command).code == 0, command
    assert names(run) == ["bookworm", "mine", "packed"]


@pytest.mark.parametrize("name", ["-", ".hidden", "a b", "a\nb", "ä", "x" * 256, "../x", "a\x1b[2J", "\udcff"])
def test_bad_names_are_refused(run: Run, name: str) -> None:
    result = run("base", "add", written(BASE), "--name", name)
    assert (result.code, "is no name for a base image" in result.err) == (2, True)
    assert run("base", "remove", "--", name).code == 2
    assert names(run) == []


def test_the_same_image_is_read_anew_and_another_of_its_name_refused(run: Run) -> None:
    catalogued(run, BASE, BASE)
    result = run("base", "add", written(NEWER), "--name", "debian:12-1")
    assert (result.code, "another image under the name debian:12-1" in result.err) == (2, True)
    assert names(run) == ["debian:12-1"]


def test_only_images_are_bases(run: Run) -> None:
    write_folder({"etc/os-release": b"ID=debian\nVERSION_ID=12\n", "var/lib/dpkg/status": b""}, Path("root"))
    for target in ("root", written(Image(layers=[], tag="scratch:1"))):
        result = run("base", "add", target)
        assert (result.code, "no image with layers" in result.err) == (4, True), target
    assert run("base", "add", "missing.tar").code == 4
    assert names(run) == []


def test_without_a_catalogue_nothing_is_said(run: Run) -> None:
    report = report_of(run, on(BASE, database(GLIBC, ZLIB, OPENSSL)))
    assert report["base"] is None
    assert set(origins(report).values()) == {""}
    assert "Base" not in run("scan", "app-1.tar").out


def test_findings_are_split(run: Run) -> None:
    catalogued(run, BASE)
    report = report_of(run, on(BASE, database(GLIBC, ZLIB, OPENSSL)))
    assert report["base"] == {
        "name": "debian:12-1",
        "digest": f"sha256:{sha256(BASE.configuration()).hexdigest()}",
        "layers": 2,
        "by": "layers",
        "distro": "debian:12",
        "reason": "",
    }
    assert origins(report) == {
        "CVE-2010-4756": "base",
        "CVE-2023-4911": "base",
        "CVE-2023-45853": "base",
        "CVE-2024-5535": "own",
    }
    table = run("scan", "app-1.tar").out
    assert "Base debian:12-1 (2 layers): 3 findings; own layers: 1\n" in table
    assert "upgrade the base image debian:12-1" in table
    (glibc,) = [line for line in table.splitlines() if line.startswith("  glibc")]
    (openssl,) = [line for line in table.splitlines() if line.startswith("  openssl")]
    assert (glibc.endswith("  base"), openssl.endswith("base")) == (True, False)


def test_sarif_says_it_too(run: Run) -> None:
    catalogued(run, BASE)
    (sarif,) = run("scan", written(on(BASE, database(GLIBC, ZLIB, OPENSSL))), "-f", "sarif", "-q").json["runs"]
    base = sarif["properties"]["base"]
    assert (base["name"], base["layers"], base["findings"], base["ownFindings"]) == ("debian:12-1", 2, 3, 1)
    assert base["says"] == "base debian:12-1 (2 layers): 3 findings; own layers: 1"
    assert {result["ruleId"]: result["properties"]["origin"] for result in sarif["results"]} == {
        "CVE-2010-4756": "base",
        "CVE-2023-4911": "base",
        "CVE-2023-45853": "base",
        "CVE-2024-5535": "own",
    }


def test_the_longest_base_wins(run: Run) -> None:
    runtime = on(BASE, database(GLIBC, ZLIB, OPENSSL), tag="runtime:1")
    catalogued(run, BASE, runtime, NEWER)
    app = on(runtime, tar({"srv/app": b"app"}), tag="app:1")
    report = report_of(run, app)
    assert (report["base"]["name"], report["base"]["layers"]) == ("runtime:1", 3)
    assert set(origins(report).values()) == {"base"}
    run("base", "remove", "runtime:1")
    assert report_of(run, app)["base"]["name"] == "debian:12-1"


def test_layers_in_another_order_are_no_base(run: Run) -> None:
    catalogued(run, BASE)
    for layers in (
        list(reversed(BASE.layers)),
        [tar({"first": b""}), *BASE.layers],
        [BASE.layers[0], tar({"between": b""}), BASE.layers[1]],
        [BASE.layers[0]],
    ):
        report = report_of(run, Image(layers=layers, tag="other:1"))
        assert report["base"] is None
        assert set(origins(report).values()) == {""}


def test_what_own_layers_change_is_theirs(run: Run) -> None:
    catalogued(run, BASE)
    upgraded = on(BASE, database(("glibc", "2.36-9+deb12u2"), ZLIB), tag="upgraded:1")
    assert origins(report_of(run, upgraded)) == {
        "CVE-2010-4756": "own",
        "CVE-2023-4911": "own",
        "CVE-2023-45853": "base",
    }
    assert origins(report_of(run, on(BASE, database(ZLIB), tag="removed:1"))) == {"CVE-2023-45853": "base"}


def test_what_own_layers_delete_is_gone_and_what_they_bring_back_is_theirs(run: Run) -> None:
    catalogued(run, BASE)
    deleted = on(BASE, tar({"var/lib/dpkg/.wh.status": b""}), tag="deleted:1")
    result = run("scan", written(deleted), "-f", "json", "-q")
    assert (result.code, result.json["base"]["name"], origins(result.json)) == (3, "debian:12-1", {})
    back = on(deleted, database(GLIBC, ZLIB), tag="back:1")
    assert set(origins(report_of(run, back)).values()) == {"own"}


def test_a_base_alone_is_itself(run: Run) -> None:
    catalogued(run, BASE)
    report = report_of(run, BASE)
    assert (report["base"]["name"], report["base"]["layers"]) == ("debian:12-1", 2)
    assert set(origins(report).values()) == {"base"}
    assert "Base debian:12-1 (2 layers): 3 findings; no layers of its own\n" in run("scan", "debian-12-1.tar").out


def test_of_two_names_for_the_same_layers_the_image_s_own_counts(run: Run) -> None:
    twin = replace(BASE, tag="zz:1", config={"User": "me"})
    catalogued(run, BASE, twin)
    assert report_of(run, BASE)["base"]["name"] == "debian:12-1"
    assert report_of(run, twin)["base"]["name"] == "zz:1"


def test_a_label_names_a_base_without_splitting(run: Run) -> None:
    labelled = on(BASE, labels={NAME_LABEL: "docker.io/library/debian:12", DIGEST_LABEL: "sha256:" + "1" * 64})
    report = report_of(run, labelled)
    base = report["base"]
    assert (base["name"], base["digest"]) == ("docker.io/library/debian:12", "sha256:" + "1" * 64)
    assert (base["layers"], base["by"]) == (0, "labels")
    assert "without saying which layers" in base["reason"]
    assert set(origins(report).values()) == {""}
    shown = " ".join(run("scan", "app-1.tar").out.split())
    assert "Base docker.io/library/debian:12: findings are not split" in shown
    assert "plimsoll base add image:docker.io/library/debian:12" in shown
    catalogued(run, replace(NEWER, tag="docker.io/library/debian:12"))
    assert "do not begin with those in the catalogue" in report_of(run, labelled)["base"]["reason"]
    catalogued(run, BASE)
    assert report_of(run, labelled)["base"]["by"] == "layers"


def test_a_digest_alone_is_a_label_too(run: Run) -> None:
    report = report_of(run, on(BASE, labels={DIGEST_LABEL: "sha256:" + "1" * 64}))
    assert (report["base"]["name"], report["base"]["by"]) == ("", "labels")
    assert "Base sha256:1111" in run("scan", "app-1.tar").out


def test_hostile_labels_are_only_text(run: Run) -> None:
    name = "\x1b]0;x\x07\u202e'; rm -rf ~ #" + "x" * 100_000
    labelled = on(BASE, labels={NAME_LABEL: name, DIGEST_LABEL: "\x9b2J" * 1000})
    base = report_of(run, labelled)["base"]
    assert (base["name"], len(base["digest"])) == (name[:255], 255)
    shown = run("scan", "app-1.tar").out
    assert shown.replace("\n", "").isprintable()
    assert "'image:" in " ".join(shown.split())  # quoted for a shell


def explained(run: Run, *arguments: str) -> list[str]:
    """The lines of `explain` on base images."""
    result = run("explain", *arguments, "-q")
    assert result.code == 0, result.err
    _, found, rest = result.out.partition("\nBase image\n")
    return [line.strip() for line in rest.partition("\n\n")[0].splitlines()] if found else []


def test_explain_says_which_base_would_clear_it(run: Run) -> None:
    worse = Image(layers=[debian(FIXED_GLIBC, OPENSSL)], tag="debian:12-3")
    alpine = Image(layers=[tar({"etc/os-release": b"ID=alpine\nVERSION_ID=3.20\n"})], tag="alpine:3")
    other = Image(layers=[debian(GONE_GLIBC)], tag="debian:arm", architecture="arm64")
    catalogued(run, BASE, NEWER, worse, alpine, other)
    run("scan", written(on(BASE, database(GLIBC, ZLIB, OPENSSL))), "-f", "json", "-o", "report.json")
    comes = "it comes with the base debian:12-1: upgrade the base image"
    clears = [
        "debian:12-3 would clear 2 of 3, and brings 1 other",
        "debian:12-2 would clear 1 of 3, and brings no other",
    ]
    assert explained(run, "CVE-2023-4911") == [comes, *clears]
    assert explained(run, "CVE-2023-4911", "--report", "report.json") == [comes, *clears]
    assert explained(run, "CVE-2023-4911", "app-1.tar") == [comes, *clears]
    assert explained(run, "CVE-2023-45853") == [comes, clears[0]]
    (_, none) = explained(run, "CVE-2010-4756")
    assert none == "of 2 other debian images in the catalogue none is known to be without it"
    assert explained(run, "CVE-2024-5535") == [
        "own layers have a part in it; a newer debian:12-1 alone does not clear it"
    ]


def test_at_most_five_bases_are_named(run: Run) -> None:
    catalogued(run, BASE)
    for number in range(7):
        catalogued(run, Image(layers=[debian(FIXED_GLIBC, ("pad", f"{number}"))], tag=f"debian:b{number}"))
    run("scan", written(on(BASE, tar({"a": b""}))))
    lines = explained(run, "CVE-2023-4911")
    assert len([line for line in lines if "would clear 2 of 3" in line]) == 5
    assert lines[-1] == "and 2 more in the catalogue would clear it"


def test_a_base_of_which_nothing_is_known_clears_nothing(run: Run) -> None:
    nothing = Image(layers=[tar({"etc/os-release": b"ID=debian\nVERSION_ID=12\n"})], tag="debian:empty")
    unspoken = tar({"etc/os-release": b"ID=debian\nVERSION_ID=99\n", "var/lib/dpkg/status": status(FIXED_GLIBC)})
    catalogued(run, BASE, nothing, Image(layers=[unspoken], tag="debian:99"))
    run("scan", written(on(BASE, tar({"a": b""}))))
    (_, told) = explained(run, "CVE-2023-4911")
    assert told == "of 2 other debian images in the catalogue none is known to be without it"


def test_without_others_it_is_said_how_to_compare(run: Run) -> None:
    catalogued(run, BASE)
    run("scan", written(BASE))
    (_, told) = explained(run, "CVE-2023-4911")
    assert told == "the catalogue has no other image of debian to compare: plimsoll base add TARGET"


def test_without_a_catalogue_a_report_is_explained_all_the_same(run: Run) -> None:
    catalogued(run, BASE)
    run("scan", written(BASE))
    run("base", "remove", "debian:12-1")
    assert explained(run, "CVE-2023-4911") == ["it comes with the base debian:12-1: upgrade the base image"]


def test_a_base_of_which_parts_were_not_read_says_so(run: Run) -> None:
    catalogued(run, BASE)
    run("base", "add", written(NEWER), "--skip-dirs", "opt")
    assert run("base", "list", "-f", "json").json["bases"][1]["unread"] == 1
    run("scan", written(BASE))
    assert explained(run, "CVE-2023-4911")[1] == (
        "debian:12-2 would clear 1 of 3, and brings no other (1 thing in it could not be read)"
    )


DAMAGES = {
    "empty": b"",
    "no JSON": b"\x00\xff\n[]",
    "deep": b"[" * 100_000,
    "another noun": b'{"a": 1}\n[]',
    "long": b'{"format": 1, "x": "' + b"x" * (2 << 20),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_is_said_and_left_out(run: Run, cache: Path, damage: str) -> None:
    catalogued(run, BASE, NEWER)
    entry(cache, "debian:12-1").write_bytes(DAMAGES[damage])
    result = run("base", "list", "-f", "json")
    assert (result.code, [base["name"] for base in result.json["bases"]]) == (0, ["debian:12-2"])
    assert (result.err.count("cannot be used"), "plimsoll base add" in result.err) == (1, True)
    scanned = run("scan", written(on(BASE)), "-f", "json")
    assert (scanned.code, scanned.json["base"], "cannot be used" in scanned.err) == (0, None, True)
    assert run("scan", "app-1.tar", "-q").err == ""
    catalogued(run, BASE)
    assert names(run) == ["debian:12-1", "debian:12-2"]


def changed(path: Path, **keys: object) -> None:
    """Change what the first line of an entry says of its image."""
    head, _, body = path.read_bytes().partition(b"\n")
    document = json.loads(head)
    for key, value in keys.items():
        (document if key in {"format", "size", "checksum"} else document["base"])[key] = value
    path.write_bytes(json.dumps(document).encode() + b"\n" + body)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", 2),
        ("size", -1),
        ("name", "debian:other"),
        ("name", "\x1b[2J"),
        ("layers", []),
        ("layers", ["sha256:short"]),
        ("layers", "sha256:" + "0" * 64),
        ("layers", ["../../x"]),
        ("digest", ""),
        ("packages", "many"),
        ("distro", None),
    ],
)
def test_an_entry_that_lies_is_left_out(run: Run, cache: Path, key: str, value: object) -> None:
    catalogued(run, BASE)
    changed(entry(cache, "debian:12-1"), **{key: value})
    result = run("base", "list", "-f", "json")
    assert (result.json, "cannot be used" in result.err) == ({"bases": []}, True)
    assert report_of_noted(run) is None


def report_of_noted(run: Run) -> object:
    result = run("scan", written(on(BASE, tar({"a": b""}))), "-f", "json")
    assert (result.code, "Traceback" in result.err) == (0, False)
    return result.json["base"]


@pytest.mark.parametrize("how", ["cut", "longer", "other", "size", "pipe", "no packages"])
def test_packages_that_are_damaged_clear_nothing(run: Run, cache: Path, how: str) -> None:
    catalogued(run, BASE, NEWER)
    run("scan", written(BASE))
    path = entry(cache, "debian:12-2")
    data = path.read_bytes()
    if how == "cut":
        path.write_bytes(data[:-10])
    elif how == "longer":
        path.write_bytes(data + b" ")
    elif how == "other":
        path.write_bytes(data.replace(b"deb12u3", b"deb12u1"))
    elif how == "size":
        changed(path, size=1 << 40)
    elif how == "no packages":
        path.write_bytes(data.partition(b"\n")[0])
    else:
        path.unlink()
        os.mkfifo(path)
    result = run("explain", "CVE-2023-4911")
    assert (result.code, "would clear" in result.out) == (0, False)
    assert "1 more of them was not compared" in result.out or "cannot be used" in result.err


def test_links_in_the_catalogue_are_not_followed(run: Run, cache: Path, tmp_path: Path) -> None:
    catalogued(run, BASE)
    path = entry(cache, "debian:12-1")
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    result = run("base", "list", "-f", "json")
    assert (result.json, "cannot be used" in result.err) == ({"bases": []}, True)
    assert run("base", "remove", "debian:12-1").code == 0
    assert (tmp_path / "elsewhere").exists()


def test_strange_files_are_said(run: Run, cache: Path) -> None:
    catalogued(run, BASE)
    (cache / "bases" / "notes\x1b[2J.txt").write_text("mine")
    (cache / "bases" / ("0" * 64)).mkdir()
    result = run("base", "list")
    assert (result.code, result.err.count("cannot be used")) == (0, 2)
    assert result.err.replace("\n", "").isprintable()


def test_a_catalogue_that_others_may_write_is_not_believed(run: Run, cache: Path) -> None:
    catalogued(run, BASE)
    (cache / "bases").chmod(0o777)
    result = run("scan", written(on(BASE)), "-f", "json")
    assert (result.code, result.json["base"]) == (0, None)
    assert "base images are not known: others may write into" in result.err
    assert run("base", "add", written(NEWER)).code == 4


def test_a_catalogue_that_is_no_folder_is_none(run: Run, cache: Path) -> None:
    (cache / "bases").write_text("")
    assert report_of(run, BASE)["base"] is None
    result = run("base", "add", written(BASE))
    assert (result.code, "Traceback" in result.err) == (4, False)


def test_a_catalogue_is_bounded(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogued(run, BASE, NEWER)
    monkeypatch.setattr("plimsoll.pipeline.bases.MOST_ENTRIES", 1)
    assert len(names(run)) == 1
    assert "1 were left out" in run("base", "list").err
    assert run("base", "add", written(on(BASE))).code == 2


def test_of_several_names_of_one_image_one_is_compared(run: Run) -> None:
    catalogued(run, BASE, NEWER)
    run("base", "add", written(NEWER), "--name", "twin")
    run("scan", written(BASE))
    assert explained(run, "CVE-2023-4911")[1:] == ["debian:12-2 would clear 1 of 3, and brings no other"]


def test_an_entry_that_others_may_write_is_left_out(run: Run, cache: Path) -> None:
    catalogued(run, BASE)
    entry(cache, "debian:12-1").chmod(0o666)
    result = run("base", "list", "-f", "json")
    assert (result.json, "others may write it" in result.err) == ({"bases": []}, True)


def test_the_cache_dir_is_honoured(run: Run, cache: Path, tmp_path: Path) -> None:
    there = str(tmp_path / "there")
    assert run("base", "add", written(BASE), "--cache-dir", there, "-q").err == ""
    assert names(run) == []
    assert not (cache / "bases").exists()
    before = sorted(tmp_path.rglob("*"))
    assert run("base", "list", "-f", "json", "--cache-dir", there).json["bases"][0]["name"] == "debian:12-1"
    assert "debian:12-1" in run("base", "list", "--cache-dir", there).out
    assert sorted(tmp_path.rglob("*")) == before
    assert run("base", "remove", "debian:12-1").code == 2
    result = run("base", "remove", "debian:12-1", "--cache-dir", there)
    assert (result.code, result.out, result.err) == (0, "", "removed debian:12-1\n")


def test_what_is_not_understood_is_wrong_usage(run: Run) -> None:
    for command in (["base", "list", "-f", "sarif"], ["base", "add"], ["base", "remove"], ["base", "lst"]):
        result = run(*command)
        assert (result.code, result.out, result.err.startswith("error: ")) == (2, "", True), command


def test_paths_that_are_no_utf_8_do_not_matter(run: Run) -> None:
    odd = tar({"srv/\udcff/node_modules/left/package.json": b'{"name": "left", "version": "1.0.0"}'})
    catalogued(run, on(BASE, odd, tag="odd:1"), NEWER)
    run("scan", written(NEWER))
    assert run("explain", "CVE-2010-4756").code == 0


def test_explain_says_it_where_no_entry_can_be_used(run: Run, cache: Path) -> None:
    catalogued(run, BASE)
    run("scan", written(BASE))
    entry(cache, "debian:12-1").write_bytes(b"")
    result = run("explain", "CVE-2023-4911")
    assert (result.code, "cannot be used" in result.err) == (0, True)
    assert explained(run, "CVE-2023-4911") == ["it comes with the base debian:12-1: upgrade the base image"]


def test_a_release_that_only_its_codename_tells_is_known(run: Run) -> None:
    release = b"ID=debian\nVERSION_CODENAME=bookworm\n"
    old = Image(layers=[tar({"etc/os-release": release, "var/lib/dpkg/status": status(GLIBC)})], tag="debian:old")
    catalogued(run, old)
    assert run("base", "list", "-f", "json").json["bases"][0]["distro"] == "debian:12"
