"""Go modules in a project: what a go.mod and a vendor/modules.txt say beyond the cases of others."""

import pytest

from plimsoll.ecosystems.declared import go_mod, go_sum, go_vendor
from plimsoll.model.package import Observed


def mod(text: str) -> Observed:
    return go_mod.parse("go.mod", text.encode())


def stated(observed: Observed) -> list[tuple[str, str, int, bool | None]]:
    return [(package.name, package.version, package.line, package.direct) for package in observed.packages]


def test_a_requirement_is_direct_unless_it_is_marked() -> None:
    observed = mod(
        "module example.org/a\ngo 1.22\nrequire (\n"
        "\texample.org/b v1.0.0 // indirect; kept for its tests\n"
        "\texample.org/c v1.0.0 // indirectly useful\n)\nrequire example.org/d v0.1.0\n"
    )
    assert stated(observed) == [
        ("example.org/b", "v1.0.0", 4, False),
        ("example.org/c", "v1.0.0", 5, True),
        ("example.org/d", "v0.1.0", 7, True),
        ("stdlib", "1.22", 2, True),
    ]
    assert observed.faults == ()


def test_a_replacement_of_one_version_outranks_that_of_all() -> None:
    observed = mod(
        "require (\n\texample.org/b v1.0.0\n\texample.org/c v1.0.0\n)\n"
        "replace example.org/b => example.org/all v2.0.0\n"
        "replace example.org/b v1.0.0 => example.org/one v1.5.0\n"
        "replace example.org/c v0.9.0 => ../c\n"
    )
    assert stated(observed) == [("example.org/one", "v1.5.0", 6, True), ("example.org/c", "v1.0.0", 3, True)]
    assert observed.faults == ()


def test_a_module_in_a_folder_is_named_in_a_fault() -> None:
    observed = mod("require example.org/b v1.0.0\nreplace example.org/b => ../b\n")
    assert observed.packages == ()
    assert observed.faults == ("line 2: example.org/b is replaced by the folder ../b, which states no version",)


def test_an_excluded_version_is_not_built() -> None:
    assert mod("require example.org/b v1.0.0\nexclude example.org/b v1.0.0\n").packages == ()


@pytest.mark.parametrize(
    ("release", "version"),
    [
        ("go 1.22\ntoolchain go1.22.5", "1.22.5"),
        ("go 1.22.1\ntoolchain default", "1.22.1"),
        ("go 1.23rc1", "1.23rc1"),
        ("toolchain go1.21.0-vendor.3\ngo 1.21", "1.21.0"),
    ],
)
def test_the_standard_library_has_the_version_of_the_toolchain(release: str, version: str) -> None:
    observed = mod(f"module m\n{release}\n")
    assert [(package.name, package.version) for package in observed.packages] == [("stdlib", version)]
    assert observed.faults == ()


def test_directives_that_name_no_package_are_understood() -> None:
    text = 'module "m"\ngo 1.24\ntool example.org/t\ngodebug (\n\tdefault=go1.21\n)\nretract [v1.0.0, v1.1.0] // oops\n'
    assert mod(text + "ignore ./static\n").faults == ()


def test_what_is_no_directive_is_a_fault_with_its_line() -> None:
    observed = mod("module m\n<<<<<<< ours\nrequire example.org/b\n")
    assert observed.faults == (
        "line 2: '<<<<<<< ours' is not understood",
        "line 3: 'require example.org/b' is not understood",
    )


def test_before_go_1_17_the_list_is_not_whole() -> None:
    (doubt,) = mod("go 1.16\nrequire example.org/b v1.0.0\n").doubts
    assert (doubt.files, doubt.package) == (("go.sum",), "")
    assert not mod("go 1.17\nrequire example.org/b v1.0.0\n").doubts
    assert not mod("go 1.16\n").doubts


def test_go_sum_gives_what_has_an_archive_in_its_last_version() -> None:
    lines = ["a/b v1.0.0 h1:x=", "a/b v1.0.0/go.mod h1:x=", "a/b v1.1.0 h1:x=", "c/d v2.0.0/go.mod h1:x=", "e v1.0.0"]
    observed = go_sum.parse("go.sum", "\n".join(lines).encode())
    assert stated(observed) == [("a/b", "v1.1.0", 3, False)]
    assert observed.faults == ("line 5: 'e v1.0.0' is no module, version and digest",)
    assert observed.spare
    assert [doubt.files for doubt in observed.doubts] == [("go.mod",)]


def test_a_vendored_module_is_listed_once_and_only_with_its_code() -> None:
    text = (
        "# example.org/a v1.0.0\n## explicit; go 1.20\nexample.org/a\nexample.org/a/b\n"
        "# example.org/none v1.0.0\n## explicit\n# example.org/c v1.0.0 => example.org/fork v1.1.0\nexample.org/c\n"
    )
    observed = go_vendor.parse("vendor/modules.txt", text.encode())
    assert stated(observed) == [("example.org/a", "v1.0.0", 1, None), ("example.org/fork", "v1.1.0", 7, None)]


@pytest.mark.parametrize("line", ["replace example.org/a%d => ./a%d\n", "exclude example.org/a%d v1.0.0\n"])
def test_directives_of_every_kind_are_bounded(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.ecosystems.gathering.MOST_RECORDS", 5)
    lines = "".join(line.replace("%d", str(number)) for number in range(9))
    observed = mod(f"module example.org/m\nrequire example.org/b v1.0.0\n{lines}")
    assert [package.name for package in observed.packages] == ["example.org/b"]
    assert "only the first 5 packages were read" in observed.faults
