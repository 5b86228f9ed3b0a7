"""Every kind of target: named, quick to say no, and clear about what it cannot open."""

from pathlib import Path

import pytest
from tests.images import Image, classic, debian, layout, write_folder, write_tar

from plimsoll.errors import PlimsollError
from plimsoll.model.limits import Limits
from plimsoll.plugins import discover
from plimsoll.trees.source import Request, SourceKind

KINDS = discover("plimsoll.sources", SourceKind)
IMAGE = Image(layers=[debian(("bash", "5.2"))])


def test_precedence_is_never_left_to_chance() -> None:
    assert len({kind.precedence for kind in KINDS.values()}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_has_a_scheme_and_words(kind: SourceKind) -> None:
    assert kind.name.isidentifier()
    assert kind.name == kind.name.lower()
    assert len(kind.title) > 10


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x7fELF" + bytes(600), b"{}", bytes(2000), b"\xff" * 2000])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_says_no_to_what_it_is_not_and_opens_it_with_a_clear_error_only(
    kind: SourceKind, content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert not kind.recognises(path, Limits())
    with pytest.raises(PlimsollError) as caught:
        kind.open(Request(path=path, name="x"))
    assert caught.value.message


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_an_empty_folder_is_of_no_kind(kind: SourceKind, tmp_path: Path) -> None:
    assert not kind.recognises(tmp_path, Limits())


def test_each_kind_recognises_its_own(tmp_path: Path) -> None:
    archive = write_tar(classic([IMAGE]), tmp_path / "archive.tar")
    oci = write_folder(layout([IMAGE]), tmp_path / "oci")
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc/os-release").write_text("ID=debian\n")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "go.mod").write_text("module example.org/x\n")
    bill = tmp_path / "bill.json"
    bill.write_text('{"bomFormat": "CycloneDX", "specVersion": "1.6"}')
    samples = {"archive": archive, "oci": oci, "dir": root, "source": tree, "sbom": bill}
    assert samples.keys() == KINDS.keys()
    for name, sample in samples.items():
        taking = [each for each in KINDS.values() if each.recognises(sample, Limits())]
        assert max(taking, key=lambda each: each.precedence).name == name
        opened = KINDS[name].open(Request(path=sample, name=str(sample)))
        assert bool(opened.layers) == (opened.listed is None)
        assert opened.took
