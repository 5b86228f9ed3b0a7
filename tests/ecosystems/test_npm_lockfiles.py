"""Lockfiles of npm, Yarn, pnpm and Bun: what they say beyond name and version, and what they cannot say."""

import json
from typing import Any

import pytest

from plimsoll.ecosystems.declared.bun_lock import BUN_LOCK
from plimsoll.ecosystems.declared.npm_writing import aliased, integrity, is_version, reached, split
from plimsoll.ecosystems.declared.package_lock import PACKAGE_LOCK
from plimsoll.ecosystems.declared.pnpm_lock import PNPM_LOCK
from plimsoll.ecosystems.declared.yarn_lock import YARN_LOCK
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord


def read(plugin: Ecosystem, text: str | dict[str, Any]) -> Observed:
    data = text if isinstance(text, str) else json.dumps(text, indent=2)
    return plugin.parse(plugin.paths[0], data.encode())


def by_name(observed: Observed) -> dict[str, PackageRecord]:
    return {f"{package.name} {package.version}": package for package in observed.packages}


NPM_3: dict[str, Any] = {
    "lockfileVersion": 3,
    "packages": {
        "": {
            "dependencies": {"a": "^1", "alias": "npm:@real/one@^2", "shared": "file:packages/shared"},
            "devDependencies": {"tool": "^3"},
        },
        "node_modules/a": {
            "version": "1.2.3",
            "integrity": "sha512-AAECAw== sha1-BAUG",
            "license": "MIT",
            "dependencies": {"b": "*", "absent": "*"},
            "peerDependencies": {"tool": "*", "peer-that-is-absent": "*"},
        },
        "node_modules/a/node_modules/b": {"version": "2.0.0", "optional": True, "dependencies": {"a": "1", "b": "1"}},
        "node_modules/b": {"version": "1.0.0", "devOptional": True},
        "node_modules/alias": {"name": "@real/one", "version": "2.1.0"},
        "node_modules/tool": {"version": "3.0.0", "dev": True},
        "node_modules/shared": {"resolved": "packages/shared", "link": True},
        "packages/shared": {"version": "0.1.0", "dependencies": {"b": "*"}},
        "packages/private": {"dependencies": {"tool": "*"}},
        "node_modules/nothing": {},
        "node_modules/wrong": [],
    },
}


def test_npm_3_tells_what_is_direct_and_what_it_is_for() -> None:
    found = by_name(read(PACKAGE_LOCK, NPM_3))
    told = {key: (package.direct, package.scope) for key, package in found.items()}
    assert told == {
        "a 1.2.3": (True, ""),
        "b 2.0.0": (False, "optional"),
        "b 1.0.0": (True, "optional"),
        "@real/one 2.1.0": (True, ""),
        "tool 3.0.0": (True, "dev"),
        "shared 0.1.0": (True, ""),
    }


def test_npm_3_resolves_dependencies_as_node_does() -> None:
    found = by_name(read(PACKAGE_LOCK, NPM_3))
    assert found["a 1.2.3"].requires == ("b 2.0.0", "absent", "tool 3.0.0")
    assert found["b 2.0.0"].requires == ("a 1.2.3", "b 2.0.0")
    assert found["shared 0.1.0"].requires == ("b 1.0.0",)


def test_npm_3_tells_licence_digests_and_line() -> None:
    package = by_name(read(PACKAGE_LOCK, NPM_3))["a 1.2.3"]
    lines = json.dumps(NPM_3, indent=2).splitlines()
    assert package.licence == "MIT"
    assert package.hashes == ("sha512:00010203", "sha1:040506")
    assert lines[package.line - 1].strip() == '"node_modules/a": {'


def test_npm_names_what_has_no_version() -> None:
    faults = read(PACKAGE_LOCK, NPM_3).faults
    assert [fault.partition(": ")[2] or fault for fault in faults] == [
        "node_modules/wrong is no JSON object",
        "nothing has no registry's version: none",
    ]


def test_npm_1_nests_packages_and_does_not_say_what_is_direct() -> None:
    inner = {"b": {"version": "2.0.0", "requires": {"c": "1"}}}
    document = {
        "lockfileVersion": 1,
        "dependencies": {
            "a": {"version": "1.0.0", "requires": {"b": "^2", "c": "^1"}, "dependencies": inner},
            "b": {"version": "1.0.0", "dev": True},
            "c": {"version": "npm:@real/c@1.5.0", "optional": True},
            "from-git": {"version": "git+ssh://git@host/x.git#0123456789"},
            "from-file": {"version": "file:../x"},
        },
    }
    observed = read(PACKAGE_LOCK, document)
    found = by_name(observed)
    assert {key: (package.direct, package.scope, package.requires) for key, package in found.items()} == {
        "a 1.0.0": (None, "", ("b 2.0.0", "@real/c 1.5.0")),
        "b 2.0.0": (None, "", ("@real/c 1.5.0",)),
        "b 1.0.0": (None, "dev", ()),
        "@real/c 1.5.0": (None, "optional", ()),
    }
    lines = json.dumps(document, indent=2).splitlines()
    assert ['"b": {' in lines[found[key].line - 1] for key in ("b 2.0.0", "b 1.0.0")] == [True, True]
    assert found["b 2.0.0"].line < found["b 1.0.0"].line
    assert len(observed.faults) == 2
    assert "from-git has no registry's version: git+ssh" in observed.faults[0]


@pytest.mark.parametrize("document", [{"packages": []}, {"packages": None}, {"dependencies": "x"}])
def test_npm_packages_of_another_shape_are_a_fault(document: dict[str, Any]) -> None:
    assert read(PACKAGE_LOCK, document).faults


def test_a_folder_deeper_than_any_real_one_is_a_fault() -> None:
    document = {"packages": {"": {}, "/".join(["node_modules/a"] * 500): {"version": "1.0.0"}}}
    observed = read(PACKAGE_LOCK, document)
    assert observed.packages == ()
    assert "more than 1024 characters" in observed.faults[0]


def test_yarn_1_knows_aliases_and_the_package_behind_an_address() -> None:
    text = (
        '# yarn lockfile v1\n\n"alias@npm:@real/one@^1.0.0", other@^1:\n  version "1.0.1"\n  integrity sha1-BAUG\n'
        '  dependencies:\n    "@b/c" "^2.0.0"\n    gone "^1"\n  optionalDependencies:\n    d "1 || 2"\n\n'
        '"@b/c@^2.0.0":\n  version "2.2.0"\n\n"d@1 || 2":\n  version "2.0.0"\n'
        '  resolved "https://host.example/@evil%2fd/-/d-2.0.0.tgz#abc"\n'
    )
    observed = read(YARN_LOCK, text)
    found = by_name(observed)
    assert observed.faults == ()
    assert found["@real/one 1.0.1"].requires == ("@b/c 2.2.0", "gone", "@evil/d 2.0.0")
    assert found["@real/one 1.0.1"].hashes == ("sha1:040506",)
    assert {package.direct for package in found.values()} == {None}
    assert [package.line for package in found.values()] == [3, 12, 15]


def test_yarn_1_that_is_damaged_is_a_fault() -> None:
    text = '  version "1"\n<<<<<<< HEAD\na@1:\n  version "1.0.0"\n=======\n'
    observed = read(YARN_LOCK, text)
    assert [package.name for package in observed.packages] == ["a"]
    assert [fault.partition(":")[0] for fault in observed.faults] == ["line 1", "line 2", "line 5"]


BERRY = """
__metadata:
  version: 8

"a@npm:^1.0.0, a@npm:^1.1.0":
  version: 1.1.0
  resolution: "a@npm:1.1.0"
  dependencies:
    b: "npm:^2.0.0"
    c: ^3.0.0

"b@npm:^2.0.0":
  version: 2.0.0
  resolution: "b@npm:2.0.0"

"c@npm:^3.0.0":
  version: 3.0.0
  resolution: "real-c@npm:3.0.0"

"linked@portal:../linked::locator=x":
  version: 0.0.0-use.local
  resolution: "linked@portal:../linked::locator=x"

"project@workspace:.":
  version: 0.0.0-use.local
  resolution: "project@workspace:."
  dependencies:
    a: "npm:^1.1.0"
  languageName: unknown
"""


def test_yarn_berry_tells_what_its_workspaces_ask_for() -> None:
    observed = read(YARN_LOCK, BERRY)
    found = by_name(observed)
    assert {key: (package.direct, package.requires, package.line) for key, package in found.items()} == {
        "a 1.1.0": (True, ("b 2.0.0", "real-c 3.0.0"), 5),
        "b 2.0.0": (False, (), 12),
        "real-c 3.0.0": (False, (), 16),
    }
    assert observed.faults == ("line 20: linked has no registry's version: none",)


PNPM_9 = """
lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: {specifier: ^1, version: 1.0.0(peer@2.0.0)}
      alias: {specifier: 'npm:real@^1', version: real@1.5.0}
      sibling: {specifier: 'workspace:*', version: link:../sibling}
    devDependencies:
      tool: {specifier: ^1, version: 1.0.0}
    optionalDependencies:
      extra: {specifier: ^1, version: 1.0.0}
packages:
  a@1.0.0: {resolution: {integrity: sha512-AAECAw==}, peerDependencies: {peer: '*'}}
  peer@2.0.0: {}
  real@1.5.0: {}
  tool@1.0.0: {}
  extra@1.0.0: {}
  below@1.0.0: {}
  'hosted@https://host.example/x.tar.gz': {resolution: {tarball: 'https://host.example/x.tar.gz'}, version: 4.0.0}
  'bare@git+https://host.example/x#0': {resolution: {type: git}}
snapshots:
  a@1.0.0(peer@2.0.0):
    dependencies: {peer: 2.0.0}
  peer@2.0.0: {}
  real@1.5.0: {}
  tool@1.0.0:
    dependencies: {below: 1.0.0, peer: 2.0.0}
  extra@1.0.0: {}
  below@1.0.0: {}
"""


def test_pnpm_9_is_followed_from_the_project_to_tell_what_packages_are_for() -> None:
    observed = read(PNPM_LOCK, PNPM_9)
    found = by_name(observed)
    assert {key: (package.direct, package.scope, package.requires) for key, package in found.items()} == {
        "a 1.0.0": (True, "", ("peer 2.0.0",)),
        "peer 2.0.0": (False, "", ()),
        "real 1.5.0": (True, "", ()),
        "tool 1.0.0": (True, "dev", ("below 1.0.0", "peer 2.0.0")),
        "extra 1.0.0": (True, "optional", ()),
        "below 1.0.0": (False, "dev", ()),
        "hosted 4.0.0": (False, "", ()),
    }
    assert found["a 1.0.0"].hashes == ("sha512:00010203",)
    assert found["a 1.0.0"].line == 14
    assert observed.faults == ("line 21: bare has no registry's version: git+https://host.example/x#0",)


def test_pnpm_5_writes_versions_after_a_slash_and_hosts_before() -> None:
    text = (
        "lockfileVersion: 5.4\ndependencies: {a: 1.0.0_b@2.0.0, c: /real/3.0.0}\npackages:\n"
        "  /a/1.0.0_b@2.0.0: {dependencies: {'@s/b': 2.0.0}, dev: false}\n  /@s/b/2.0.0: {optional: true}\n"
        "  /real/3.0.0: {dev: true}\n  host.example/d/4.0.0: {}\n  github.com/u/e/0123: {name: e, version: 5.0.0}\n"
        "  github.com/u/f/0123: {}\n"
    )
    observed = read(PNPM_LOCK, text)
    assert {key: (found.direct, found.scope, found.requires) for key, found in by_name(observed).items()} == {
        "a 1.0.0": (True, "", ("@s/b 2.0.0",)),
        "@s/b 2.0.0": (False, "optional", ()),
        "real 3.0.0": (True, "dev", ()),
        "d 4.0.0": (False, "", ()),
        "e 5.0.0": (False, "", ()),
    }
    assert len(observed.faults) == 1


@pytest.mark.parametrize("text", ["packages: [a]", "[]\n--- x", "packages: x", "a: &a [*a]"])
def test_pnpm_of_another_shape_is_a_fault(text: str) -> None:
    assert read(PNPM_LOCK, text).faults


BUN = """{
  "lockfileVersion": 1, // a comment
  "workspaces": {
    "": {"name": "x", "dependencies": {"a": "^1"}, "devDependencies": {"tool": "^1", "own": "workspace:*"}},
    "packages/own": {"name": "own", "version": "1.0.0", "optionalDependencies": {"@s/c": "^1"}},
  },
  "packages": {
    "a": ["a@1.0.0", "", {"dependencies": {"@s/c": "^2", "gone": "1"}, "optionalPeers": []}, "sha512-AAECAw=="],
    "a/@s/c": ["@s/c@2.0.0", "", {}, "sha512-AAECAw=="],
    "@s/c": ["@s/c@1.0.0", "", {"dependencies": {"d": "1"}}, ""],
    "d": ["d@1.0.0"],
    "own": ["own@workspace:packages/own"],
    "tool": ["tool@1.0.0", "", {"dependencies": {"a": "1", "below": "npm:real@1"}}],
    "below": ["real@1.0.0", "", {}],
    "git": ["git@github:u/git#0123", {}, "u-git-0123"],
  },
}"""


def test_bun_is_followed_from_its_workspaces() -> None:
    observed = read(BUN_LOCK, BUN)
    assert {key: (found.direct, found.scope, found.requires) for key, found in by_name(observed).items()} == {
        "a 1.0.0": (True, "", ("@s/c 2.0.0", "gone")),
        "@s/c 2.0.0": (False, "", ()),
        "@s/c 1.0.0": (True, "optional", ("d 1.0.0",)),
        "d 1.0.0": (False, "optional", ()),
        "tool 1.0.0": (True, "dev", ("a 1.0.0", "real 1.0.0")),
        "real 1.0.0": (False, "dev", ()),
    }
    assert by_name(observed)["@s/c 2.0.0"].line == 9
    assert by_name(observed)["a 1.0.0"].hashes == ("sha512:00010203",)
    assert observed.faults == ("line 15: git has no registry's version: github:u/git#0123",)


def test_buns_binary_lockfile_is_a_fault_that_says_what_to_do() -> None:
    assert "--save-text-lockfile" in BUN_LOCK.parse("srv/bun.lockb", b"\0").faults[0]


def test_writing() -> None:
    assert split("@s/n@npm:x@1") == ("@s/n", "npm:x@1")
    assert split("n") == ("n", "")
    assert split("") == ("", "")
    assert aliased("a", "npm:@s/n@1.0.0") == ("@s/n", "1.0.0")
    assert aliased("a", "npm:1.0.0") == ("a", "1.0.0")
    assert [is_version(each) for each in ("1.0.0-rc.1+b", "", "file:x", "1.0.0/x", "v1")] == [True] + [False] * 4
    assert integrity("sha512-AAECAw==?x md5-AAAA sha1-!!!! sha256-BAUG") == ("sha512:00010203", "sha256:040506")
    assert reached([1], lambda number: [number * 2, 1] if number < 100 else []) == {1, 2, 4, 8, 16, 32, 64, 128}


def test_yarn_berry_of_another_shape_is_a_fault() -> None:
    assert read(YARN_LOCK, "- 1\n__metadata: 2").faults
    assert read(YARN_LOCK, "[\n__metadata:\n]").faults == ("it is no mapping",)
