"""Source trees: manifests and lockfiles of a project are joined, files that others name read, nothing told twice."""

import io
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.images import Image, classic, tar, write_tar

from plimsoll.pipeline.examine import Examination, Examined, Progress, examine
from plimsoll.pipeline.inventory import Inventory

Files = dict[str, str | Mapping[str, object]]
"""Path → text, or what is written as JSON."""

MANIFEST: Mapping[str, object] = {"name": "shop", "dependencies": {"a": "^1"}, "devDependencies": {"b": "^2"}}
YARN = """
a@^1:
  version "1.0.0"
  dependencies:
    shared "*"
b@^2:
  version "2.0.0"
  dependencies:
    only "*"
    shared "*"
only@*:
  version "3.0.0"
shared@*:
  version "4.0.0"
"""


def look(target: str, *, declared: bool = False) -> Examined:
    how = Examination(target=target, declared=declared)
    return examine(how, lambda name, codename: None, io.BytesIO(), Progress())


def tree(folder: Path, files: Files) -> Inventory:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return look(f"source:{folder}").inventory


def told(inventory: Inventory) -> dict[str, tuple[bool | None, str]]:
    return {f"{each.name} {each.version}": (each.direct, each.scope) for each in inventory.packages}


def places(inventory: Inventory) -> list[str]:
    return [f"{each.name} {each.version} {each.path}:{each.line}" for each in inventory.packages]


def gaps(inventory: Inventory) -> list[tuple[str, str]]:
    return [(gap.what, gap.question) for gap in inventory.gaps]


def test_the_manifest_beside_a_lockfile_says_what_is_direct_and_what_for(tmp_path: Path) -> None:
    inventory = tree(tmp_path, {"package.json": MANIFEST, "yarn.lock": YARN})
    assert told(inventory) == {
        "a 1.0.0": (True, ""),
        "b 2.0.0": (True, "dev"),
        "only 3.0.0": (False, "dev"),
        "shared 4.0.0": (False, ""),
    }
    assert inventory.gaps == ()


def test_without_a_manifest_nothing_is_claimed(tmp_path: Path) -> None:
    assert set(told(tree(tmp_path, {"yarn.lock": YARN})).values()) == {(None, "")}


def test_a_manifest_that_cannot_be_read_claims_nothing_either(tmp_path: Path) -> None:
    inventory = tree(tmp_path, {"package.json": "{", "yarn.lock": YARN, "web/package.json": MANIFEST})
    assert set(told(inventory).values()) == {(None, "")}
    assert [gap.what for gap in inventory.gaps] == ["unreadable-entries"]


def test_workspaces_share_the_lockfile_above_them(tmp_path: Path) -> None:
    root: dict[str, object] = {"name": "root", "workspaces": ["packages/*"]}
    one: dict[str, object] = {"name": "one", "dependencies": {"a": "^1"}}
    two: dict[str, object] = {"name": "two", "dependencies": {"one": "1.0.0"}, "devDependencies": {"b": "^2"}}
    files: Files = {
        "package.json": root,
        "yarn.lock": YARN,
        "packages/one/package.json": one,
        "packages/two/package.json": two,
    }
    inventory = tree(tmp_path, files)
    assert told(inventory)["b 2.0.0"] == (True, "dev")
    assert told(inventory)["a 1.0.0"] == (True, "")
    assert inventory.gaps == ()


def test_of_several_versions_the_range_says_which_is_meant(tmp_path: Path) -> None:
    lock = 'a@^1:\n  version "1.0.0"\n  dependencies:\n    b "^1"\nb@^1:\n  version "1.0.0"\nb@^2:\n  version "2.0.0"\n'
    found = told(tree(tmp_path, {"package.json": MANIFEST, "yarn.lock": lock}))
    assert found == {"a 1.0.0": (True, ""), "b 1.0.0": (False, ""), "b 2.0.0": (True, "dev")}


def test_packages_in_a_circle_are_followed_once(tmp_path: Path) -> None:
    lock = (
        'a@^1:\n  version "1.0.0"\n  dependencies:\n    c "*"\nc@*:\n  version "1.0.0"\n  dependencies:\n    a "^1"\n'
    )
    assert told(tree(tmp_path, {"package.json": MANIFEST, "yarn.lock": lock}))["c 1.0.0"] == (False, "")


@pytest.mark.parametrize(
    ("manifest", "text", "command"),
    [
        ("package.json", json.dumps(MANIFEST), "npm install --package-lock-only"),
        ("pyproject.toml", '[project]\ndependencies = ["a"]\n[project.optional-dependencies]\nb = ["b"]', "uv lock"),
        ("Cargo.toml", '[dependencies]\na = "1"\nb = "1"', "cargo generate-lockfile"),
        ("Gemfile", "gem 'a'\ngem 'b'", "bundle lock"),
        ("composer.json", '{"require": {"a/a": "1", "b/b": "1"}}', "composer update --no-install"),
        ("Pipfile", '[packages]\na = "*"\nb = "*"', "pipenv lock"),
    ],
)
def test_a_manifest_without_a_lockfile_is_a_gap(manifest: str, text: str, command: str, tmp_path: Path) -> None:
    inventory = tree(tmp_path, {f"web/{manifest}": text})
    (gap,) = inventory.gaps
    assert (gap.what, gap.count) == ("no-lockfile", 2)
    assert f"in web/{manifest}: a" in gap.question
    assert gap.advice == f"Make one there, and scan again: {command}"
    assert sum(inventory.unread.values()) == 2


def test_a_lockfile_of_another_project_does_not_help(tmp_path: Path) -> None:
    other = 'z@^1:\n  version "1.0.0"\n'
    inventory = tree(tmp_path, {"yarn.lock": other, "web/package.json": MANIFEST, "docs/yarn.lock": YARN})
    assert [what for what, _ in gaps(inventory)] == ["no-lockfile"]


def test_what_asks_only_for_other_projects_of_the_tree_needs_no_lockfile(tmp_path: Path) -> None:
    one: dict[str, object] = {"name": "one", "dependencies": {"two": "^1"}}
    assert tree(tmp_path, {"one/package.json": one, "two/package.json": {"name": "two"}}).gaps == ()


def test_a_lockfile_that_cannot_be_read_is_one_gap_not_two(tmp_path: Path) -> None:
    inventory = tree(tmp_path, {"package.json": MANIFEST, "package-lock.json": "{"})
    assert [what for what, _ in gaps(inventory)] == ["unreadable-entries"]


def test_many_manifests_alike_are_told_in_a_number(tmp_path: Path) -> None:
    inventory = tree(tmp_path, {f"p{number:02}/package.json": MANIFEST for number in range(30)})
    assert len(inventory.gaps) < 30
    assert sum(gap.count for gap in inventory.gaps) == 60
    assert sum(inventory.unread.values()) == 60


def test_installed_packages_need_no_lockfile(tmp_path: Path) -> None:
    files: dict[str, bytes | None] = {
        "etc/os-release": b"ID=debian\nVERSION_ID=12\n",
        "srv/package.json": json.dumps(MANIFEST).encode(),
        "srv/node_modules/a/package.json": b'{"name": "a", "version": "1.0.0", "dependencies": {"z": "1"}}',
    }
    path = write_tar(classic([Image(layers=[tar(files)])]), tmp_path / "image.tar")
    examined = look(str(path), declared=True)
    assert [each.name for each in examined.inventory.packages] == ["a"]
    assert examined.inventory.gaps == ()


def test_requirements_follow_the_files_they_name(tmp_path: Path) -> None:
    files: Files = {
        "app/requirements.txt": "-r ../base.in\n-r requirements-dev.txt\n-c pins.txt\nflask\nmissing\n",
        "app/requirements-dev.txt": "pytest==7.0\n",
        "app/pins.txt": "flask==2.0\n",
        "base.in": "jinja2==3.0\n-r base.in\n-r app/requirements.txt\n",
    }
    inventory = tree(tmp_path, files)
    assert places(inventory) == [
        "flask 2.0 app/pins.txt:1",
        "jinja2 3.0 base.in:1",
        "pytest 7.0 app/requirements-dev.txt:1",
    ]
    assert [(gap.reason, gap.count) for gap in inventory.gaps] == [("line 5: missing is not pinned to one version", 1)]


@pytest.mark.parametrize("name", ["nowhere.txt", "../../secret.txt", "/etc/passwd", "folder", "link.txt", "loop.txt"])
def test_a_file_that_is_not_in_the_tree_is_a_gap_and_never_read(name: str, tmp_path: Path) -> None:
    project = tmp_path / "work" / "project"
    (project / "folder").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret==1.0\n")
    (project / "link.txt").symlink_to(tmp_path / "secret.txt")
    (project / "loop.txt").symlink_to("loop.txt")
    inventory = tree(project, {"requirements.txt": f"-r {name}\n"})
    assert inventory.packages == ()
    assert [gap.reason for gap in inventory.gaps] == [f"line 1: the file {name} is not in this tree"]


def test_a_link_within_the_tree_is_followed(tmp_path: Path) -> None:
    (tmp_path / "base.txt").symlink_to("real.txt")
    inventory = tree(tmp_path, {"real.txt": "a==1\n", "requirements.txt": "-r base.txt\n"})
    assert places(inventory) == ["a 1 real.txt:1"]


GO_MOD = "module example.org/x\n\ngo {}\n\nrequire example.org/a v1.2.0\n"
GO_SUM = "example.org/a v1.2.0 h1:x=\nexample.org/b v0.1.0 h1:x=\nexample.org/b v0.2.0 h1:x=\n"


def test_before_go_1_17_go_sum_names_the_others(tmp_path: Path) -> None:
    inventory = tree(tmp_path, {"go.mod": GO_MOD.format("1.16"), "go.sum": GO_SUM})
    assert [name for name in places(inventory) if "stdlib" not in name] == [
        "example.org/a v1.2.0 go.mod:5",
        "example.org/b v0.2.0 go.sum:3",
    ]
    assert inventory.gaps == ()


def test_since_go_1_17_go_sum_says_nothing_more(tmp_path: Path) -> None:
    inventory = tree(tmp_path, {"go.mod": GO_MOD.format("1.17"), "go.sum": GO_SUM})
    assert [name for name in places(inventory) if "stdlib" not in name] == ["example.org/a v1.2.0 go.mod:5"]
    assert inventory.gaps == ()


def test_an_old_go_mod_or_a_go_sum_alone_is_a_gap(tmp_path: Path) -> None:
    inventory = tree(tmp_path, {"go.mod": GO_MOD.format("1.16"), "other/go.sum": GO_SUM})
    assert [gap.reason for gap in inventory.gaps] == [
        "Go 1.16 does not list all indirect modules here, Go 1.17 and later do",
        "no go.mod lies beside it to say which of its modules are used",
    ]


PROPS = (
    '<Project><ItemGroup>\n<PackageVersion Include="A" Version="1.0"/>\n'
    '<PackageVersion Include="B" Version="2.0"/></ItemGroup></Project>'
)
CSPROJ = '<Project><ItemGroup>\n<PackageReference Include="a"/>\n<PackageReference Include="C"/></ItemGroup></Project>'
NUGET_LOCK = {
    "version": 1,
    "dependencies": {"net8.0": {"A": {"type": "Direct", "resolved": "1.0", "contentHash": "aGFzaA=="}}},
}


def test_versions_of_a_project_file_stand_in_the_props_above_it(tmp_path: Path) -> None:
    inventory = tree(tmp_path, {"Directory.Packages.props": PROPS, "src/app/app.csproj": CSPROJ})
    assert places(inventory) == ["A 1.0 Directory.Packages.props:2", "B 2.0 Directory.Packages.props:3"]
    assert [gap.reason for gap in inventory.gaps if gap.what == "unreadable-entries"] == [
        "line 3: C has no version here, nor in a Directory.Packages.props above"
    ]


POM = """<project><dependencies><dependency>
<groupId>junit</groupId><artifactId>junit</artifactId><version>4.11</version></dependency></dependencies></project>"""


def test_what_the_packages_of_a_pom_need_in_turn_is_not_known(tmp_path: Path) -> None:
    (gap,) = tree(tmp_path, {"app/pom.xml": POM, "none/pom.xml": "<project/>"}).gaps
    assert (gap.what, gap.question) == ("transitive-unknown", "Which packages do those of app/pom.xml need in turn?")
    assert "cyclonedx" in gap.advice


def test_a_lockfile_beside_a_project_file_lists_the_rest(tmp_path: Path) -> None:
    csproj = '<Project><ItemGroup><PackageReference Include="A" Version="1.0"/></ItemGroup></Project>'
    entry = {"type": "Direct", "resolved": "1.0", "dependencies": {"B": "1.0"}}
    locked = {"version": 1, "dependencies": {"net8.0": {"A": entry, "B": {"type": "Transitive", "resolved": "1.0"}}}}
    assert tree(tmp_path, {"a/a.csproj": csproj, "a/packages.lock.json": locked}).gaps == ()
    assert [what for what, _ in gaps(tree(tmp_path, {"b/b.csproj": csproj}))] == ["transitive-unknown"]


def test_what_a_lockfile_of_every_project_states_is_not_told_of_the_props_again(tmp_path: Path) -> None:
    files: Files = {
        "Directory.Packages.props": PROPS,
        "one/one.csproj": CSPROJ.replace("C", "A"),
        "one/packages.lock.json": json.dumps(NUGET_LOCK, indent=1),
    }
    assert [name for name in places(tree(tmp_path, files)) if name[0] == "A"] == ["A 1.0 one/packages.lock.json:5"]
    files["two/two.csproj"] = CSPROJ.replace("C", "A")
    again = [name for name in places(tree(tmp_path, files)) if name[0] == "A"]
    assert again == ["A 1.0 Directory.Packages.props:2", "A 1.0 one/packages.lock.json:5"]


def test_two_formats_of_one_project_tell_a_package_once(tmp_path: Path) -> None:
    poetry = (
        '[[package]]\nname = "flask"\nversion = "2.0"\n[package.dependencies]\njinja2 = "*"\n'
        '[[package]]\nname = "jinja2"\nversion = "3.0"\n'
    )
    files: Files = {
        "go.mod": GO_MOD.format("1.17"),
        "vendor/modules.txt": "# example.org/a v1.2.0\nexample.org/a\n",
        "py/poetry.lock": poetry,
        "py/requirements.txt": "Flask==2.0\njinja2==3.1\n",
        "other/requirements.txt": "flask==2.0\n",
    }
    assert [name for name in places(tree(tmp_path, files)) if "stdlib" not in name] == [
        "example.org/a v1.2.0 go.mod:5",
        "flask 2.0 other/requirements.txt:1",
        "flask 2.0 py/poetry.lock:1",
        "jinja2 3.0 py/poetry.lock:6",
        "jinja2 3.1 py/requirements.txt:2",
    ]


def test_two_files_of_one_format_are_both_told(tmp_path: Path) -> None:
    inventory = tree(tmp_path, {"requirements.txt": "flask==2.0\n", "requirements-dev.txt": "flask==2.0\n"})
    assert places(inventory) == ["flask 2.0 requirements-dev.txt:1", "flask 2.0 requirements.txt:1"]


def test_a_lockfile_of_very_many_packages_is_joined_in_linear_time(tmp_path: Path) -> None:
    """Every package requires a name that has as many versions: following them all would never end."""
    lines = [f'a@{number}:\n  version "{number}.0.0"\n  dependencies:\n    a "x"\n' for number in range(20_000)]
    inventory = tree(tmp_path, {"package.json": MANIFEST, "yarn.lock": "".join(lines)})
    assert len(inventory.packages) == 20_000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "a==1.0"),
        ("requirements/prod.txt", "a==1.0"),
        ("gradle/dependency-locks/compile.lockfile", "g:a:1.0"),
    ],
)
@pytest.mark.parametrize("scheme", ["", "source:"])
def test_one_file_is_known_by_its_folders_too(name: str, text: str, scheme: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / name).with_name("requirements-other.txt").write_text("b==1.0", "utf-8")
    (tmp_path / "requirements-above.txt").write_text("c==1.0", "utf-8")
    found = look(f"{scheme}{tmp_path / name}").inventory.packages
    assert [(each.name.rpartition(":")[2], each.version, each.path) for each in found] == [("a", "1.0", name)]
