"""Lockfiles in JSON, TOML, YAML and XML: what packages carry besides a version, and shapes of another kind."""

import json
from collections.abc import Callable

import pytest

from plimsoll.ecosystems.declared import (
    cargo_lock,
    composer_lock,
    gradle_catalog,
    gradle_verification,
    nuget_assets,
    nuget_lock,
    nuget_packages_config,
    nuget_project,
    pubspec_lock,
    sbt_lock,
)
from plimsoll.model.package import Observed, PackageRecord

SHA = "0123456789abcdef" * 4
REGISTRY = "registry+https://example.org/index"
Parse = Callable[[str, bytes], Observed]


def by_name(observed: Observed) -> dict[str, PackageRecord]:
    return {package.name: package for package in observed.packages}


def test_crates_know_what_the_project_asks_for_and_which_version_they_require() -> None:
    text = f"""\
version = 3

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["log", "rand 0.8.0"]

[[package]]
name = "log"
version = "0.4.1"
source = "{REGISTRY}"
checksum = "{SHA}"
dependencies = ["rand 0.7.0 ({REGISTRY})", "serde"]

[[package]]
name = "rand"
version = "0.7.0"
source = "{REGISTRY}"

[[package]]
name = "rand"
version = "0.8.0"
source = "git+https://example.org/rand#abc"
"""
    observed = cargo_lock.parse("Cargo.lock", text.encode())
    assert observed.faults == ()
    assert [(each.name, each.line, each.direct, each.requires, each.hashes) for each in observed.packages] == [
        ("app", 3, None, ("log 0.4.1", "rand 0.8.0"), ()),
        ("log", 8, True, ("rand 0.7.0", "serde"), (f"sha256:{SHA}",)),
        ("rand", 15, False, (), ()),
        ("rand", 20, True, (), ()),
    ]


def test_the_first_version_of_cargo_lock_has_its_root_and_checksums_apart() -> None:
    text = (
        f'[root]\nname = "app"\nversion = "0.1.0"\ndependencies = ["log 0.3.9 ({REGISTRY})"]\n'
        f'[[package]]\nname = "log"\nversion = "0.3.9"\nsource = "{REGISTRY}"\n'
        f'[metadata]\n"checksum log 0.3.9 ({REGISTRY})" = "{SHA}"\n'
    )
    (log,) = cargo_lock.parse("Cargo.lock", text.encode()).packages
    assert (log.direct, log.hashes, log.line) == (True, (f"sha256:{SHA}",), 5)


def test_composer_packages_have_line_licence_scope_and_what_they_require() -> None:
    shasum = "a" * 40
    package = {
        "name": "a/one",
        "version": "v1.0",
        "authors": [{"name": "Someone"}],
        "license": ["MIT", "BSD-2-Clause"],
        "require": {"php": ">=8", "ext-json": "*", "b/two": "^2", "c/three": "*"},
        "dist": {"shasum": shasum},
    }
    document = {"packages": [package], "packages-dev": [{"name": "b/two", "version": "2.1"}]}
    observed = composer_lock.parse("composer.lock", json.dumps(document, indent=4).encode())
    one, two = observed.packages
    assert (one.licence, one.requires, one.hashes) == (
        "MIT OR BSD-2-Clause",
        ("b/two 2.1", "c/three"),
        (f"sha1:{shasum}",),
    )
    assert (one.line, one.scope, two.scope, one.direct) == (4, "", "dev", None)


def test_nuget_says_what_is_direct_and_which_projects_are_its_own() -> None:
    packages = {
        "A": {"type": "Direct", "resolved": "1.0", "contentHash": "AP8=", "dependencies": {"B": "2.0"}},
        "B": {"type": "Transitive", "resolved": "2.1"},
        "C": {"type": "CentralTransitive", "resolved": "3.0"},
        "own": {"type": "Project", "dependencies": {"A": "1.0"}},
    }
    document = {"version": 2, "dependencies": {"net8.0": packages, "net8.0/linux-x64": {"B": packages["B"]}}}
    observed = nuget_lock.parse("packages.lock.json", json.dumps(document, indent=2).encode())
    assert observed.faults == ()
    assert [(each.name, each.version, each.direct, each.line) for each in observed.packages] == [
        ("A", "1.0", True, 5),
        ("B", "2.1", False, 13),
        ("C", "3.0", False, 17),
    ]
    assert by_name(observed)["A"].requires == ("B 2.1",)
    assert by_name(observed)["A"].hashes == ("sha512:00ff",)


def test_restored_packages_require_what_any_framework_says() -> None:
    document = {
        "targets": {
            "net6.0": {"A/1.0": {"dependencies": {"B": "[1.0, )"}}, "B/1.1": {}},
            "net8.0": {"A/1.0": {"dependencies": {"C": "2.0"}}},
        },
        "libraries": {"A/1.0": {"type": "package", "sha512": "AP8="}, "B/1.1": {}, "own/1.0.0": {"type": "project"}},
        "projectFileDependencyGroups": {"net6.0": ["a >= 1.0"]},
    }
    observed = nuget_assets.parse("project.assets.json", json.dumps(document, indent=1).encode())
    a, b = observed.packages
    assert (a.name, a.direct, a.requires, a.hashes) == ("A", True, ("B 1.1", "C"), ("sha512:00ff",))
    assert (b.name, b.direct) == ("B", False)


def test_an_older_nuget_project_says_what_is_for_development() -> None:
    packages = '<package id="A" version="1" developmentDependency="true"/>\n<package id="B" version="2"/>'
    observed = nuget_packages_config.parse("packages.config", f"<packages>\n{packages}</packages>".encode())
    assert [(each.name, each.line, each.scope, each.direct) for each in observed.packages] == [
        ("A", 2, "dev", None),
        ("B", 3, "", None),
    ]


@pytest.mark.parametrize(
    ("item", "stated"),
    [
        ('<PackageReference Include="A" Version="1.0"/>', "A 1.0"),
        ('<PackageReference Update="A" Version=" [1.0, 2.0) "/>', "A 1.0"),
        ('<PackageVersion Include="A"><Version>$(Own)</Version></PackageVersion>', "A 3.1"),
        ('<PackageReference Include="A" Version="1.0" VersionOverride="1.2"/>', "A 1.2"),
        ('<PackageReference Include="A" Version="1.*"/>', ""),
        ('<PackageReference Include="A" Version="$(Other)"/>', ""),
        ('<PackageReference Include="A" Version="(1.0,)"/>', ""),
        ('<PackageReference Include="$(Other)" Version="1.0"/>', ""),
        ('<PackageReference Include="A"/>', ""),
    ],
)
def test_a_project_file_states_a_version_or_it_is_a_fault(item: str, stated: str) -> None:
    text = f"<Project><PropertyGroup><Own>3.1</Own></PropertyGroup><ItemGroup>{item}</ItemGroup></Project>"
    observed = nuget_project.parse("a.csproj", text.encode())
    assert [f"{each.name} {each.version}" for each in observed.packages] == ([stated] if stated else [])
    assert bool(observed.faults or observed.doubts) == (not stated)


def test_a_version_that_is_not_here_may_stand_above_or_in_a_lock() -> None:
    text = '<Project><ItemGroup>\n<PackageReference Include="A"/></ItemGroup></Project>'
    observed = nuget_project.parse("src/a.csproj", text.encode())
    (doubt,) = observed.doubts
    assert doubt.fault == "line 2: A has no version here, nor in a Directory.Packages.props above"
    assert (doubt.package, doubt.above, "Directory.Packages.props" in doubt.files) == ("A", True, True)


def test_verified_archives_have_digests_but_not_those_of_their_descriptions() -> None:
    text = (
        '<verification-metadata><components><component group="g" name="a" version="1">\n'
        f'<artifact name="a-1.jar"><sha256 value="{SHA}"/><md5 value="00"/></artifact>'
        f'<artifact name="a-1.pom"><sha256 value="{"f" * 64}"/></artifact></component>'
        "</components></verification-metadata>"
    )
    (package,) = gradle_verification.parse("gradle/verification-metadata.xml", text.encode()).packages
    assert (package.name, package.version, package.line, package.hashes) == ("g:a", "1", 1, (f"sha256:{SHA}",))


@pytest.mark.parametrize(
    ("version", "stated"),
    [
        ('"1.0"', "1.0"),
        ('{ ref = "shared" }', "2.0"),
        ('{ strictly = "[1.0, 2.0[", prefer = "1.7" }', "1.7"),
        ('"1.+"', ""),
        ('"latest.release"', ""),
        ('{ ref = "missing" }', ""),
        ('{ strictly = "[1.0, 2.0[" }', ""),
    ],
)
def test_a_catalogue_states_a_version_or_it_is_a_fault(version: str, stated: str) -> None:
    text = f'[versions]\nshared = "2.0"\n[libraries]\na = {{ module = "g:a", version = {version} }}\n'
    observed = gradle_catalog.parse("gradle/libs.versions.toml", text.encode())
    assert [(each.version, each.line) for each in observed.packages] == ([(stated, 4)] if stated else [])
    assert bool(observed.faults) == (not stated)
    assert all("line 4: g:a" in fault for fault in observed.faults)


def test_dart_packages_say_how_they_are_needed() -> None:
    entry = "  {}:\n    dependency: {}\n    description:\n      sha256: {}\n    source: hosted\n    version: '1.0'\n"
    kinds = {"a": '"direct main"', "b": '"direct dev"', "c": "transitive", "d": '"direct overridden"'}
    text = "packages:\n" + "".join(entry.format(name, kind, SHA) for name, kind in kinds.items())
    observed = pubspec_lock.parse("pubspec.lock", text.encode())
    assert [(each.name, each.line, each.direct, each.scope, each.hashes) for each in observed.packages] == [
        ("a", 2, True, "", (f"sha256:{SHA}",)),
        ("b", 8, True, "dev", (f"sha256:{SHA}",)),
        ("c", 14, False, "", (f"sha256:{SHA}",)),
        ("d", 20, True, "", (f"sha256:{SHA}",)),
    ]


def test_sbt_packages_say_what_they_are_for() -> None:
    dependencies = [
        {"org": "g", "name": "a", "version": "1", "configurations": ["compile", "test"]},
        {
            "org": "g",
            "name": "b",
            "version": "2",
            "configurations": ["test"],
            "artifacts": [{"hash": "sha1:" + "a" * 40}],
        },
    ]
    observed = sbt_lock.parse("build.sbt.lock", json.dumps({"dependencies": dependencies}, indent=2).encode())
    assert [(each.name, each.version, each.scope, each.line, each.hashes) for each in observed.packages] == [
        ("g:a", "1", "", 4, ()),
        ("g:b", "2", "test", 13, ("sha1:" + "a" * 40,)),
    ]


@pytest.mark.parametrize(
    ("parse", "document"),
    [
        (cargo_lock.parse, b"package = 1"),
        (cargo_lock.parse, b"package = [1]"),
        (cargo_lock.parse, b"[[package]]\nname = 1\nversion = 2\ndependencies = 3\nsource = []"),
        (composer_lock.parse, b'{"packages": 1}'),
        (composer_lock.parse, b'{"packages": [1, {"name": 1, "require": [], "dist": 2, "license": {}}]}'),
        (nuget_lock.parse, b"{"),
        (nuget_assets.parse, b"{"),
        (sbt_lock.parse, b"{"),
        (nuget_lock.parse, b"[]"),
        (nuget_lock.parse, b'{"dependencies": {"a": {"b": 1}}}'),
        (nuget_assets.parse, b'{"libraries": []}'),
        (
            nuget_assets.parse,
            b'{"libraries": {"a": 1}, "targets": {"t": {"a": []}}, "projectFileDependencyGroups": [1]}',
        ),
        (nuget_packages_config.parse, b"<configuration/>"),
        (nuget_project.parse, b"<project/>"),
        (gradle_verification.parse, b"<metadata/>"),
        (gradle_catalog.parse, b"libraries = { a = 1 }"),
        (pubspec_lock.parse, b"packages: []"),
        (pubspec_lock.parse, b"packages: {a: [], b: {version: {}}}"),
        (sbt_lock.parse, b'{"dependencies": {}}'),
        (sbt_lock.parse, b'{"dependencies": [[], {"org": 1}]}'),
    ],
)
def test_shapes_that_are_not_what_they_claim_are_faults(parse: Parse, document: bytes) -> None:
    observed = parse("a", document)
    assert observed.packages == ()
    assert observed.faults


@pytest.mark.parametrize("parse", [nuget_packages_config.parse, nuget_project.parse, gradle_verification.parse])
def test_an_xml_bomb_is_refused(parse: Parse) -> None:
    bomb = b'<!DOCTYPE p [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><Project>&b;</Project>'
    assert "document type" in parse("a", bomb).faults[0]


def test_a_yaml_bomb_is_refused() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    observed = pubspec_lock.parse("pubspec.lock", (bomb + "packages: *a11\n").encode())
    assert observed.packages == ()
    assert "more than" in observed.faults[0]
