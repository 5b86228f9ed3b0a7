"""Build files and lockfiles that ask for packages and that nothing here reads: said, so that none is taken for clean.

Some are programs (`build.gradle`, `setup.py`, `mix.exs`), which only their tool can run; a lockfile beside or above
them says what they lead to. Others are lockfiles of packaging systems that are not known here.
"""

import re
from dataclasses import dataclass

from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Doubt, Observed

_GRADLE = (
    "gradle.lockfile",
    "gradle/libs.versions.toml",
    "gradle/verification-metadata.xml",
    "gradle/dependency-locks/compileClasspath.lockfile",
    "gradle/dependency-locks/runtimeClasspath.lockfile",
)
_PYTHON = ("Pipfile.lock", "pdm.lock", "poetry.lock", "pylock.toml", "requirements.txt", "uv.lock")


@dataclass(frozen=True, slots=True)
class _Build:
    """What a file is written for, how one sees that it asks for packages, what states them, and what to do else."""

    tool: str
    asks: re.Pattern[bytes]
    locks: tuple[str, ...] = ()
    instead: str = "make a bill of materials with that tool, and scan it"

    @property
    def fault(self) -> str:
        """Say in one line what is not known."""
        return f"the packages of {self.tool} that it asks for are not read: {self.instead}"


def _lines(words: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"^[ \t]*(?:" + words + rb")", re.MULTILINE)


_ANY = re.compile(rb"\S")
_OF_GRADLE = _Build(
    "Gradle",
    _lines(
        rb"(?:implementation|api|compile|compileOnly|runtime|runtimeOnly|classpath|annotationProcessor|kapt|ksp"
        rb"|(?:test|androidTest|debug|release)(?:Implementation|Compile|RuntimeOnly))\b[ \t]*[(\"']"
        rb"|(?:implementation|api|compile)[ \t]+\w"
    ),
    _GRADLE,
    "lock them, gradle dependencies --write-locks",
)
_OF_PYTHON = _Build(
    "Python", re.compile(rb"\binstall_requires\b"), _PYTHON, "write a lockfile, pip-compile or uv pip compile"
)
_OF_CONDA = _Build("Conda", _lines(rb"dependencies:"))
_BUILDS = {
    "build.gradle": _OF_GRADLE,
    "build.gradle.kts": _OF_GRADLE,
    "build.sbt": _Build(
        "sbt", _lines(rb"libraryDependencies\b"), ("build.sbt.lock",), "lock them, sbt dependencyLockWrite"
    ),
    "mix.exs": _Build(
        "Mix", re.compile(rb"\{[ \t]*:\w+[ \t]*,[ \t]*[\"'~\[\w]"), ("mix.lock",), "lock them, mix deps.get"
    ),
    "rebar.config": _Build("rebar3", _lines(rb"\{deps\b"), ("rebar.lock",), "lock them, rebar3 lock"),
    "pubspec.yaml": _Build(
        "Dart", re.compile(rb"^(?:dev_)?dependencies:", re.MULTILINE), ("pubspec.lock",), "lock them, dart pub get"
    ),
    "setup.cfg": _OF_PYTHON,
    "setup.py": _OF_PYTHON,
    "environment.yml": _OF_CONDA,
    "environment.yaml": _OF_CONDA,
    "conda-lock.yml": _Build("Conda", _ANY),
    "Podfile.lock": _Build("CocoaPods", _ANY),
    "Package.resolved": _Build("Swift", _ANY),
    "Cartfile.resolved": _Build("Carthage", _ANY),
    "conan.lock": _Build("Conan", _ANY),
    "renv.lock": _Build("R", _ANY),
    "cabal.project.freeze": _Build("Cabal", _ANY),
    "stack.yaml.lock": _Build("Stack", _ANY),
    "deno.lock": _Build("Deno", _ANY),
    "Gopkg.lock": _Build("dep", _ANY, ("go.mod",)),
}


def parse(path: str, data: bytes) -> Observed:
    """Say that a file asks for packages which are not read, unless a lockfile beside or above states them."""
    build = _BUILDS.get(path.rpartition("/")[2])
    if build is None or not build.asks.search(data):
        return Observed()
    return Observed(
        facts=(("asks-for", build.tool),), doubts=(Doubt(fault=build.fault, files=build.locks, above=True),)
    )


UNREAD_BUILDS = Ecosystem(
    name="unread-builds",
    title="Packages of builds that are not read",
    version=1,
    paths=tuple(_BUILDS),
    declared=True,
    parse=parse,
)
