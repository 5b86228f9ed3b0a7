"""Lockfiles of Python: what they say beyond name and version, and what they cannot say."""

import json

import pytest

from plimsoll.ecosystems.declared.pdm_lock import PDM_LOCK
from plimsoll.ecosystems.declared.pipfile_lock import PIPFILE_LOCK
from plimsoll.ecosystems.declared.poetry_lock import POETRY_LOCK
from plimsoll.ecosystems.declared.pylock import PYLOCK
from plimsoll.ecosystems.declared.requirements import REQUIREMENTS
from plimsoll.ecosystems.declared.uv_lock import UV_LOCK
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed

H = "0123456789abcdef" * 4


def read(plugin: Ecosystem, text: str, path: str = "") -> Observed:
    return plugin.parse(path or plugin.paths[0], text.encode())


def told(observed: Observed) -> dict[str, tuple[object, ...]]:
    return {f"{p.name} {p.version}": (p.line, p.scope, p.requires) for p in observed.packages}


@pytest.mark.parametrize("option", ["-r", "-c", "--requirement=", "--constraint "])
def test_another_file_is_a_fault_unless_it_is_there(option: str) -> None:
    observed = read(REQUIREMENTS, f"\n{option} 'other file.txt'\n")
    (doubt,) = observed.doubts
    assert doubt.fault == "line 2: the file other file.txt is not in this tree"
    assert (doubt.files, doubt.reads, observed.faults) == (("other file.txt",), True, ())


def test_constraints_may_pin_what_is_not_pinned() -> None:
    observed = read(REQUIREMENTS, "flask\n-c a.txt\n-c b.txt\n")
    doubts = [(doubt.fault, doubt.package, doubt.files) for doubt in observed.doubts if doubt.package]
    assert doubts == [("line 1: flask is not pinned to one version", "flask", ("a.txt", "b.txt"))]


@pytest.mark.parametrize(
    ("line", "name", "version", "hashes"),
    [
        ("flask==2.0.0", "flask", "2.0.0", ()),
        ("  Flask [async, dotenv] == 2.0.0  # why", "Flask", "2.0.0", ()),
        ("zope.interface===5.0+local; python_version < '3'", "zope.interface", "5.0+local", ()),
        ("a (==1!2.0.post1)", "a", "1!2.0.post1", ()),
        ("a ==1.0, !=1.1", "a", "1.0", ()),
        (f"a==1.0 --hash=sha256:{H} \\\n  --hash=sha256:{H[::-1]}", "a", "1.0", (f"sha256:{H}", f"sha256:{H[::-1]}")),
        ("a==1.0#egg", None, None, None),
        ("a==1.*", None, None, None),
        ("a>=1.0", None, None, None),
        ("a", None, None, None),
        ("a @ https://host.example/a-1.0-py3-none-any.whl", None, None, None),
        ("git+https://host.example/a#egg=a", None, None, None),
        ("-e git+https://host.example/a#egg=a", None, None, None),
        ("./folder/a", None, None, None),
        ("-r https://host.example/other.txt", None, None, None),
        ("a==${VERSION}", None, None, None),
    ],
)
def test_a_requirement_is_pinned_or_named_in_a_fault(
    line: str, name: str | None, version: str | None, hashes: tuple[str, ...] | None
) -> None:
    observed = read(REQUIREMENTS, f"# comment\n\n{line}\n")
    if name is None:
        assert observed.packages == ()
        assert observed.faults[0].startswith("line 3: ")
    else:
        assert observed.faults == ()
        assert [(p.name, p.version, p.hashes, p.line) for p in observed.packages] == [(name, version, hashes, 3)]


@pytest.mark.parametrize(
    "line", ["", "# x", "--index-url https://host.example", "-i x", "-e .", ".", "--no-binary :all:"]
)
def test_lines_that_speak_of_no_package_are_passed_over(line: str) -> None:
    assert read(REQUIREMENTS, line) == Observed()


def test_requirements_in_utf_16_as_some_shells_write_them_are_read() -> None:
    assert REQUIREMENTS.parse("requirements.txt", "a==1.0\r\nb==2.0\r\n".encode("utf-16")).packages[1].name == "b"


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("requirements.txt", ""),
        ("x/requirements-dev.txt", "dev"),
        ("test-requirements.txt", "dev"),
        ("dev/requirements.txt", ""),
        ("requirements/docs.txt", "dev"),
        ("requirements/production.txt", ""),
    ],
)
def test_the_name_of_a_requirements_file_says_what_it_is_for(path: str, scope: str) -> None:
    assert [package.scope for package in read(REQUIREMENTS, "a==1", path).packages] == [scope]


def test_pipenv_tells_categories_and_what_is_not_from_an_index() -> None:
    document = {
        "_meta": {"hash": {}},
        "default": {
            "a": {"version": "==1.0", "hashes": [f"sha256:{H}", "md5:x"]},
            "g": {"git": "https://host.example"},
        },
        "develop": {"a": {"version": "==1.0"}, "b": {"version": "==2.0"}, "c": {"version": "*"}},
        "docs": {"d": {"version": "==3.0"}},
        "gpu": {"e": {"version": "==4.0"}},
        "odd": [],
    }
    text = json.dumps(document, indent=4)
    observed = read(PIPFILE_LOCK, text)
    assert [(p.name, p.scope) for p in observed.packages] == [("a", ""), ("b", "dev"), ("d", "dev"), ("e", "optional")]
    starts = [text.splitlines()[package.line - 1].strip() for package in observed.packages]
    assert starts == ['"a": {', '"b": {', '"d": {', '"e": {']
    assert observed.packages[0].hashes == (f"sha256:{H}",)
    assert [fault.rpartition(": ")[2] for fault in observed.faults] == [
        "g is pinned to no version but to git https://host.example",
        "c is pinned to no version but to *",
        "'odd' is no JSON object",
    ]


def test_poetry_of_every_age_tells_scope_hashes_and_dependencies() -> None:
    text = f"""[[package]]
name = "Main.One"
version = "1.0"
category = "main"
optional = true
files = [{{file = "x", hash = "sha256:{H}"}}]
[package.dependencies]
old-dev = ">=1"
twice = "*"
[[package]]
name = "old_dev"
version = "2.0"
category = "dev"
[[package]]
name = "new-dev"
version = "3.0"
groups = ["dev", "test"]
[[package]]
name = "twice"
version = "1"
groups = ["main", "dev"]
[[package]]
name = "twice"
version = "2"
[[package]]
version = "4"
[metadata.files]
old_dev = [{{file = "x", hash = "sha256:{H}"}}]
"""
    observed = read(POETRY_LOCK, text)
    assert told(observed) == {
        "Main.One 1.0": (1, "optional", ("old-dev 2.0", "twice")),
        "old_dev 2.0": (10, "dev", ()),
        "new-dev 3.0": (14, "dev", ()),
        "twice 1": (18, "", ()),
        "twice 2": (22, "", ()),
    }
    assert [len(package.hashes) for package in observed.packages] == [1, 1, 0, 0, 0]
    assert observed.faults == ("line 25: a package has no name",)


def test_pdm_tells_groups_and_dependencies() -> None:
    text = f"""[[package]]
name = "a"
version = "1.0"
groups = ["default", "dev"]
dependencies = ["B<3,>=2; python_version > '3'", "c[x]>=1"]
[[package]]
name = "b"
version = "2.0"
groups = ["dev", "lint"]
[[package]]
name = "c"
version = "3.0"
groups = ["socks"]
[metadata.files]
"b 2.0" = [{{file = "b", hash = "sha256:{H}"}}]
"""
    observed = read(PDM_LOCK, text)
    assert told(observed) == {
        "a 1.0": (1, "", ("B 2.0", "c 3.0")),
        "b 2.0": (6, "dev", ()),
        "c 3.0": (10, "optional", ()),
    }
    assert observed.packages[1].hashes == (f"sha256:{H}",)


def test_uv_is_followed_from_the_project() -> None:
    text = f"""version = 1
[[package]]
name = "project"
version = "0.1"
source = {{ editable = "." }}
dependencies = [{{ name = "a", extra = ["x"] }}, {{ name = "two", version = "1" }}]
[package.optional-dependencies]
more = [{{ name = "o" }}]
[package.dev-dependencies]
dev = [{{ name = "d" }}]
[[package]]
name = "a"
version = "1.0"
sdist = {{ url = "u", hash = "sha256:{H}" }}
wheels = [{{ url = "v", hash = "sha256:{H[::-1]}" }}]
[package.optional-dependencies]
x = [{{ name = "only-with-x" }}]
y = [{{ name = "only-with-y" }}]
[[package]]
name = "d"
version = "1.0"
dependencies = [{{ name = "a" }}, {{ name = "below" }}, {{ name = "two" }}, {{ name = "gone" }}]
[[package]]
name = "o"
version = "1.0"
[[package]]
name = "only-with-x"
version = "1.0"
[[package]]
name = "only-with-y"
version = "1.0"
[[package]]
name = "below"
version = "1.0"
[[package]]
name = "two"
version = "1"
[[package]]
name = "two"
version = "2"
[[package]]
name = "dynamic"
source = {{ directory = "x" }}
"""
    observed = read(UV_LOCK, text)
    assert {key: (scope, requires) for key, (_, scope, requires) in told(observed).items()} == {
        "a 1.0": ("", ()),
        "d 1.0": ("dev", ("a 1.0", "below 1.0", "two", "gone")),
        "o 1.0": ("optional", ()),
        "only-with-x 1.0": ("", ()),
        "only-with-y 1.0": ("", ()),
        "below 1.0": ("dev", ()),
        "two 1": ("", ()),
        "two 2": ("", ()),
    }
    assert [package.name for package in observed.packages if package.direct] == ["a", "d", "o", "two"]
    assert observed.packages[0].hashes == (f"sha256:{H}", f"sha256:{H[::-1]}")
    assert observed.faults == ("line 41: dynamic has no version",)


def test_pylock_tells_markers_hashes_and_dependencies() -> None:
    text = f"""lock-version = "1.0"
[[packages]]
name = "a"
version = "1.0"
marker = "'dev' in dependency_groups"
dependencies = [{{ name = "b" }}, {{ name = "c", version = "9" }}]
archive = {{ url = "u", hashes = {{ sha256 = "{H}", blake2b = "x" }} }}
[[packages]]
name = "b"
version = "2.0"
marker = "'x' in extras or sys_platform == 'win32'"
[[packages]]
name = "from-vcs"
vcs = {{ type = "git" }}
"""
    observed = read(PYLOCK, text)
    assert told(observed) == {"a 1.0": (2, "dev", ("b 2.0", "c 9")), "b 2.0": (8, "optional", ())}
    assert observed.packages[0].hashes == (f"sha256:{H}",)
    assert observed.faults == ("line 12: from-vcs has no version",)


@pytest.mark.parametrize("plugin", [POETRY_LOCK, PDM_LOCK, UV_LOCK, PYLOCK], ids=lambda plugin: plugin.name)
@pytest.mark.parametrize("text", ["a = [", "package = 1\npackages = 1", "package = [1]\npackages = [1]"])
def test_toml_of_another_shape_is_a_fault(plugin: Ecosystem, text: str) -> None:
    observed = read(plugin, text)
    assert observed.packages == ()
    assert len(observed.faults) == 1


def test_a_requirements_file_that_is_no_text_or_has_no_end_is_a_fault() -> None:
    assert "UTF-16" in REQUIREMENTS.parse("requirements.txt", b"\xff\xfe\x00\xd8").faults[0]
    observed = read(REQUIREMENTS, "a==1\n" + "b \\\n" * 600_000 + "\nc==1\n")
    assert [package.name for package in observed.packages] == ["a", "c"]
    assert "line 2: a requirement is longer than" in observed.faults[0]
