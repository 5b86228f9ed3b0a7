"""Builds whose packages nobody reads: said once for each file that asks for packages, and for no other."""

import pytest

from plimsoll.ecosystems.declared.unread_builds import UNREAD_BUILDS


@pytest.mark.parametrize(
    ("path", "text", "tool", "locks"),
    [
        ("build.gradle", "dependencies {\n  implementation 'a:b:1'\n}\n", "Gradle", "gradle.lockfile"),
        ("app/build.gradle.kts", 'dependencies {\n\ttestImplementation("a:b:1")\n}\n', "Gradle", "gradle.lockfile"),
        ("build.gradle", "  implementation libs.guava\n", "Gradle", "gradle/libs.versions.toml"),
        ("setup.py", "setup(install_requires=['django==2.0'])", "Python", "requirements.txt"),
        ("mix.exs", 'defp deps do [{:plug, "~> 1.0"}] end', "Mix", "mix.lock"),
        ("pubspec.yaml", "name: x\ndev_dependencies:\n  http: 0.13.2\n", "Dart", "pubspec.lock"),
        ("environment.yml", "name: x\ndependencies:\n  - numpy=1.0\n", "Conda", ""),
        ("ios/Podfile.lock", "PODS:\n  - AFNetworking (2.0)\n", "CocoaPods", ""),
        ("Package.resolved", '{"pins": [{}]}', "Swift", ""),
    ],
)
def test_what_a_build_asks_for_is_said_unless_a_lockfile_states_it(path: str, text: str, tool: str, locks: str) -> None:
    observed = UNREAD_BUILDS.parse(path, text.encode())
    (doubt,) = observed.doubts
    assert tool in doubt.fault
    assert doubt.above
    assert locks in doubt.files or (not locks and not doubt.files)
    assert not observed.packages
    assert not observed.faults


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("build.gradle", "plugins { id 'java' }\ntasks.register('implementationNotes')\n"),
        ("setup.py", "from setuptools import setup\nsetup()\n"),
        ("setup.cfg", "[flake8]\nmax-line-length = 100\n"),
        ("pubspec.yaml", "name: x\n"),
        ("environment.yml", "production: {}\n"),
        ("mix.exs", "defmodule X do\nend\n"),
        ("Podfile.lock", "\n"),
    ],
)
def test_a_build_that_asks_for_nothing_has_nothing_unread(path: str, text: str) -> None:
    observed = UNREAD_BUILDS.parse(path, text.encode())
    assert observed.facts == ()
    assert observed.doubts == ()
