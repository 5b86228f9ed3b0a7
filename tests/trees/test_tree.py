import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trees.build_tar import Item, layer
from tests.trees.test_tar import read

from plimsoll.trees.index import DIRECTORY, FILE, HARDLINK, SYMLINK, LayerIndex
from plimsoll.trees.tree import Content, Tree


def is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/") or not folder


def tree(*layers: list[Item]) -> Tree:
    return Tree([read(layer(items))[0] for items in layers])


def shown(joined: Tree) -> dict[str, tuple[int, int]]:
    return {placed.entry.path: (placed.layer, placed.entry.kind) for placed in joined.entries()}


def test_upper_layers_win_and_whiteouts_hide() -> None:
    joined = tree(
        [Item(name="etc", type=b"5"), Item(name="etc/a"), Item(name="etc/b"), Item(name="opt/x/y")],
        [Item(name="etc/a", data=b"new"), Item(name="etc/.wh.b"), Item(name=".wh.opt")],
    )
    assert shown(joined) == {"etc": (0, DIRECTORY), "etc/a": (1, FILE)}
    deleted = {(placed.entry.path, placed.layer) for placed in joined.deleted()}
    assert deleted == {("etc/a", 0), ("etc/b", 0), ("opt/x/y", 0)}


def test_an_opaque_directory_hides_what_was_below_it_but_not_itself() -> None:
    joined = tree(
        [Item(name="d", type=b"5"), Item(name="d/old"), Item(name="d/sub/old")],
        [Item(name="d/.wh..wh..opq"), Item(name="d/new")],
    )
    assert shown(joined) == {"d": (0, DIRECTORY), "d/new": (1, FILE)}


def test_what_was_deleted_can_come_back() -> None:
    joined = tree([Item(name="d/a")], [Item(name=".wh.d")], [Item(name="d/b")])
    assert shown(joined) == {"d/b": (2, FILE)}
    assert joined.lookup("d/a") is None


def test_a_file_in_place_of_a_directory_hides_its_content_and_the_other_way_round() -> None:
    joined = tree([Item(name="x/a"), Item(name="y")], [Item(name="x"), Item(name="y/b")])
    assert shown(joined) == {"x": (1, FILE), "y/b": (1, FILE)}
    found = joined.lookup("y")
    assert found is not None
    assert found.entry.kind == DIRECTORY


def test_links_resolve_across_layers_and_never_out_of_the_root() -> None:
    joined = tree(
        [
            Item(name="lib", type=b"2", link="usr/lib"),
            Item(name="etc/os-release", type=b"2", link="../usr/lib/os-release"),
        ],
        [Item(name="usr/lib/os-release"), Item(name="abs", type=b"2", link="/usr/lib")],
        [Item(name="up", type=b"2", link="../../../../usr"), Item(name="loop", type=b"2", link="loop")],
    )
    assert joined.resolve("lib/os-release") == "usr/lib/os-release"
    assert joined.resolve("/etc/os-release") == "usr/lib/os-release"
    assert joined.resolve("abs/os-release") == "usr/lib/os-release"
    assert joined.resolve("up/lib/os-release") == "usr/lib/os-release"
    assert joined.resolve("loop") is None
    assert joined.resolve("missing") is None
    assert joined.resolve("lib/../lib/os-release") == "usr/lib/os-release"


def test_a_chain_of_links_over_the_limit_is_not_followed() -> None:
    items = [Item(name="l0")] + [Item(name=f"l{i}", type=b"2", link=f"l{i - 1}") for i in range(1, 50)]
    joined = tree(items)
    assert joined.resolve("l40") == "l0"
    assert joined.resolve("l41") is None


def test_hard_links_lead_to_their_content_also_in_lower_layers_and_loops_end() -> None:
    joined = tree(
        [Item(name="a", data=b"x")],
        [Item(name="h", type=b"1", link="a"), Item(name="h2", type=b"1", link="h")],
        [Item(name="p", type=b"1", link="q"), Item(name="q", type=b"1", link="p"), Item(name="a", data=b"newer")],
    )
    found = joined.content("h2")
    assert found is not None
    assert (found.layer, found.path) == (0, "a")
    assert joined.content("p") is None


def test_a_hard_link_is_the_file_that_was_there_when_it_came() -> None:
    items = [Item(name="x", data=b"1"), Item(name="h", type=b"1", link="x"), Item(name="l", type=b"2", link=".")]
    index, _ = read(layer([*items, Item(name="l/x", data=b"2"), Item(name="h2", type=b"1", link="h")]))
    assert index.origins == {"h": 0, "h2": 0}
    assert Tree([index]).content("h") == Content(path="h", layer=0, origin=0)
    assert Tree([index]).content("x") == Content(path="x", layer=0)


def test_what_the_user_skips_is_not_there() -> None:
    joined = Tree([read(layer([Item(name="a/b"), Item(name="c")]))[0]], skipped=lambda path: is_below(path, "a"))
    assert shown(joined) == {"c": (0, FILE)}
    assert joined.resolve("a/b") is None


NAMES = ("a", "b", "c")
PATHS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join)
ENTRIES = st.one_of(
    st.builds(lambda path, data: Item(name=path, data=data), PATHS, st.binary(min_size=1, max_size=5)),
    st.builds(lambda path: Item(name=path, type=b"5", mode=0o755), PATHS),
    st.builds(lambda path: Item(name=path, type=b"2", link="nowhere"), PATHS),
)
WHITEOUTS = st.one_of(
    PATHS.map(lambda path: Item(name="/".join([*path.split("/")[:-1], ".wh." + path.split("/")[-1]]))),
    PATHS.map(lambda path: Item(name=path + "/.wh..wh..opq")),
)


@st.composite
def layers(draw: st.DrawFn) -> list[Item]:
    """One layer as an engine writes them: no name twice, nothing below a file or link of the same layer."""
    items: dict[str, Item] = {}
    for item in draw(st.lists(ENTRIES, max_size=6)):
        name = str(item.name)
        above = [name[:cut] for cut in range(len(name)) if name[cut] == "/"]
        if any(items[up].type != b"5" for up in above if up in items) or any(is_below(x, name) for x in items):
            continue
        items[name] = item
    hidden = [w for w in draw(st.lists(WHITEOUTS, max_size=3)) if _fits(str(w.name), items)]
    targets = [_target(str(mark.name)) for mark in hidden]
    kept = [mark for mark in hidden if not any(is_below(str(mark.name), target) for target in targets if target)]
    return kept + list(items.values())


def _target(mark: str) -> str:
    """What a whiteout hides; "" for opaque marks, which hide only what is below their folder."""
    folder, _, base = mark.rpartition("/")
    return "" if base == ".wh..wh..opq" else f"{folder}/{base[4:]}".lstrip("/")


def _fits(whiteout: str, items: dict[str, Item]) -> bool:
    """An engine never hides what the layer itself brings, nor puts a mark below a file of the layer."""
    folder, _, base = whiteout.rpartition("/")
    target = folder if base == ".wh..wh..opq" else f"{folder}/{base[4:]}".lstrip("/")
    above = [folder[:cut] for cut in range(len(folder)) if folder[cut] == "/"] + ([folder] if folder else [])
    if any(up in items and items[up].type != b"5" for up in above):
        return False
    return base == ".wh..wh..opq" or not any(is_below(name, target) for name in items)


def extract(layer_items: list[Item], root: Path) -> None:
    """Apply one layer to a real directory, plainly: marks first, then entries (OCI image spec, layer.md)."""
    for item in layer_items:
        folder, _, base = str(item.name).rpartition("/")
        place = root / folder
        if base == ".wh..wh..opq":
            _make_folder(place)
            for child in place.iterdir():
                _remove(child)
        elif base.startswith(".wh."):
            _make_folder(place)
            _remove(place / base[4:])
    for item in layer_items:
        path = root / str(item.name)
        if path.name.startswith(".wh."):
            continue
        _make_folder(path.parent)
        if item.type == b"5":
            _make_folder(path)
            continue
        _remove(path)
        if item.type == b"2":
            path.symlink_to(str(item.link))
        else:
            path.write_bytes(item.data)


def _make_folder(path: Path) -> None:
    """Make a folder and those above it, in place of files or links of lower layers."""
    for folder in [*reversed(path.parents), path]:
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        folder.mkdir(exist_ok=True)


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)


@settings(max_examples=150)
@given(chain=st.lists(layers(), min_size=8, max_size=8))
def test_eight_random_layers_equal_the_same_tree_unpacked(
    chain: list[list[Item]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("root")
    for items in chain:
        extract(items, root)
    expected = {}
    for path in root.rglob("*"):
        kind = SYMLINK if path.is_symlink() else DIRECTORY if path.is_dir() else FILE
        content = path.read_bytes() if kind == FILE else b""
        expected[str(path.relative_to(root))] = (kind, content)
    contents = [read(layer(items)) for items in chain]
    joined = Tree([index for index, _ in contents])
    found = {}
    for placed in joined.entries():
        kept = contents[placed.layer][1].get(placed.entry.path, b"") if placed.entry.kind == FILE else b""
        found[placed.entry.path] = (placed.entry.kind, kept)
    directories = {path for path, (kind, _) in expected.items() if kind == DIRECTORY}
    assert {k: v for k, v in found.items() if k not in directories} == {
        k: v for k, v in expected.items() if k not in directories
    }
    for folder in directories:
        at = joined.lookup(folder)
        assert at is not None
        assert at.entry.kind == DIRECTORY
    shutil.rmtree(root)


def test_an_empty_tree_holds_only_its_root() -> None:
    empty = Tree([])
    assert list(empty.entries()) == []
    assert empty.lookup("a") is None
    assert empty.resolve("") == ""
    index = LayerIndex(names=[], kinds=b"", modes=read(layer([]))[0].modes, sizes=read(layer([]))[0].sizes, links={})
    root = Tree([index]).lookup("")
    assert root is not None
    assert root.entry.kind == DIRECTORY
    assert HARDLINK != SYMLINK
