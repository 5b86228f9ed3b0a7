"""Lockfiles that are read line by line: what the packages of Bundler, Gradle, Mix and Paket carry besides a version."""

from collections.abc import Callable

import pytest

from plimsoll.ecosystems.declared import gemfile_lock, gradle_lock, mix_lock, paket_lock, rebar_lock
from plimsoll.model.package import Observed

SHA = "0123456789abcdef" * 4

GEMS = f"""\
GIT
  remote: https://example.org/turbo.git
  revision: 80216ce9
  specs:
    turbo (3.0.0)
      rails

GEM
  remote: https://example.org/
  specs:
    nokogiri (1.16.2-x86_64-linux)
      racc (~> 1.4)
    nokogiri (1.16.2-arm64-darwin)
      racc (~> 1.4)
    racc (1.7.3)

PLATFORMS
  ruby

DEPENDENCIES
  nokogiri (~> 1.16)
  turbo!

CHECKSUMS
  nokogiri (1.16.2-x86_64-linux) sha256={SHA}
  racc (1.7.3)

RUBY VERSION
   ruby 3.0.2p107

BUNDLED WITH
   2.5.6
"""


def test_gems_say_what_is_direct_what_they_require_and_their_digests() -> None:
    observed = gemfile_lock.parse("Gemfile.lock", GEMS.encode())
    assert observed.faults == ()
    stated = {package.name: package for package in observed.packages}
    assert {name: (each.version, each.line, each.direct) for name, each in stated.items()} == {
        "turbo": ("3.0.0", 5, True),
        "nokogiri": ("1.16.2", 11, True),
        "racc": ("1.7.3", 15, False),
    }
    assert stated["nokogiri"].requires == ("racc 1.7.3",)
    assert stated["turbo"].requires == ("rails",)
    assert stated["nokogiri"].hashes == (f"sha256:{SHA}",)


def test_a_merge_conflict_is_a_fault() -> None:
    text = GEMS.replace(
        "    racc (1.7.3)\n", "<<<<<<< HEAD\n    racc (1.7.3)\n=======\n    racc (1.7.2)\n>>>>>>> other\n"
    )
    observed = gemfile_lock.parse("Gemfile.lock", text.encode())
    assert [fault.partition(":")[0] for fault in observed.faults] == ["line 15", "line 17", "line 19"]


@pytest.mark.parametrize(
    ("configurations", "scope"),
    [
        ("compileClasspath,runtimeClasspath", ""),
        ("testCompileClasspath,testRuntimeClasspath", "test"),
        ("debugAndroidTestRuntimeClasspath", "test"),
        ("runtimeClasspath,testRuntimeClasspath", ""),
        ("latestRuntimeClasspath", ""),
        ("annotationProcessor,testAnnotationProcessor", "build"),
    ],
)
def test_gradle_configurations_say_what_a_package_is_for(configurations: str, scope: str) -> None:
    observed = gradle_lock.parse("gradle.lockfile", f"# made\norg.a:b:1.0={configurations}\nempty=\n".encode())
    assert [(each.name, each.version, each.line, each.scope) for each in observed.packages] == [
        ("org.a:b", "1.0", 2, scope)
    ]


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("app/buildscript-gradle.lockfile", "build"),
        ("gradle/dependency-locks/testRuntimeClasspath.lockfile", "test"),
        ("gradle/dependency-locks/runtimeClasspath.lockfile", ""),
    ],
)
def test_older_gradle_locks_have_the_configuration_in_their_name(path: str, scope: str) -> None:
    observed = gradle_lock.parse(path, b"org.a:b:1.0\n")
    assert [(each.name, each.version, each.scope) for each in observed.packages] == [("org.a:b", "1.0", scope)]


def test_what_gradle_did_not_write_is_a_fault() -> None:
    observed = gradle_lock.parse("gradle.lockfile", b"org.a:b=runtimeClasspath\norg.a::1.0=a\n")
    assert observed.packages == ()
    assert [fault.partition(":")[0] for fault in observed.faults] == ["line 1", "line 2"]


def test_hex_packages_have_their_name_on_hex_and_the_digest_of_their_archive() -> None:
    text = (
        f'%{{"other": {{:hex, :real, "1.2.3", "{"f" * 64}", [:mix], '
        f'[{{:dep, "~> 1.0", [hex: :dep, repo: "hexpm", optional: false]}}], "hexpm", "{SHA}"}},\n'
        f'  "dep": {{:hex, :dep, "1.0.1", "{"e" * 64}", [:mix], []}},\n}}\n'
    )
    observed = mix_lock.parse("mix.lock", text.encode())
    assert observed.faults == ()
    real, dep = observed.packages
    assert (real.name, real.version, real.line, real.requires, real.hashes) == (
        *("real", "1.2.3", 1),
        ("dep 1.0.1",),
        (f"sha256:{SHA}",),
    )
    assert (dep.name, dep.line, dep.hashes) == ("dep", 2, ())


def test_hex_packages_of_other_places_are_faults_that_name_them() -> None:
    text = '%{\n  "a": {:path, "../a", []},\n  "b": {:svn, "x"},\n  what is this\n}\n'
    observed = mix_lock.parse("mix.lock", text.encode())
    assert observed.packages == ()
    assert [fault.partition(" ")[2][:4] for fault in observed.faults] == ["2: a", "3: b", "4: '"]


def test_paket_packages_know_what_they_require() -> None:
    text = (
        "RESTRICTION: == net6.0\nNUGET\n  remote: https://example.org\n    A (1.0) - restriction: >= net45\n"
        "      B (>= 2.0)\n    B (2.1)\nGROUP Test\nNUGET\n    C (3.0)\n"
    )
    observed = paket_lock.parse("paket.lock", text.encode())
    assert observed.faults == ()
    assert [(each.name, each.version, each.line, each.requires) for each in observed.packages] == [
        ("A", "1.0", 4, ("B 2.1",)),
        ("B", "2.1", 6, ()),
        ("C", "3.0", 9, ()),
    ]


def test_rebar_packages_have_their_level_and_the_digest_of_their_archive() -> None:
    text = (
        '{"1.2.0",\n[{<<"a">>,{pkg,<<"real">>,<<"1.0">>},0},\n'
        ' {<<"b">>,\n  {git,"https://example.org/b",\n       {ref,"14308ab927"}},\n  1},\n'
        ' {<<"c">>,{hg,what},0}]}.\n'
        f'[{{pkg_hash,[{{<<"a">>, <<"{"F" * 64}">>}}]}},\n{{pkg_hash_ext,[\n {{<<"a">>, <<"{SHA.upper()}">>}}]}}].\n'
    )
    observed = rebar_lock.parse("rebar.lock", text.encode())
    assert [(each.name, each.version, each.line, each.direct, each.hashes) for each in observed.packages] == [
        ("real", "1.0", 2, True, (f"sha256:{SHA}",)),
        ("b", "14308ab927", 3, False, ()),
    ]
    assert [fault.partition(":")[0] for fault in observed.faults] == ["line 3", "line 7"]


def test_what_is_no_rebar_lock_is_a_fault() -> None:
    assert rebar_lock.parse("rebar.lock", b"[].\n") == Observed()
    assert rebar_lock.parse("rebar.lock", b'{<<"a">>, {pkg').faults == (
        "1 entries are not understood",
        "it holds no package of a rebar.lock",
    )


@pytest.mark.parametrize("parse", [gemfile_lock.parse, gradle_lock.parse, mix_lock.parse, paket_lock.parse])
def test_a_line_without_end_is_a_fault(parse: Callable[[str, bytes], Observed]) -> None:
    observed = parse("gradle.lockfile", b"x" * 3_000_000)
    assert observed.packages == ()
    assert "longer than" in observed.faults[0]
