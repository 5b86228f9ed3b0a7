"""Manifests: what a project asks for by name, and what for."""

import pytest

from plimsoll.ecosystems.declared.cargo_toml import CARGO_TOML
from plimsoll.ecosystems.declared.composer_json import COMPOSER_JSON
from plimsoll.ecosystems.declared.gemfile import GEMFILE
from plimsoll.ecosystems.declared.package_json import PACKAGE_JSON
from plimsoll.ecosystems.declared.pipfile import PIPFILE
from plimsoll.ecosystems.declared.pyproject import PYPROJECT
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed

MANIFESTS = [CARGO_TOML, COMPOSER_JSON, GEMFILE, PACKAGE_JSON, PIPFILE, PYPROJECT]


def read(plugin: Ecosystem, text: str, path: str = "") -> Observed:
    return plugin.parse(path or plugin.paths[0], text.encode())


def asked(observed: Observed) -> dict[str, tuple[str, str]]:
    return {each.name: (each.versions, each.scope) for each in observed.wanted}


def test_package_json_has_three_lists_and_names_behind_aliases() -> None:
    observed = read(
        PACKAGE_JSON,
        '{"name": "@me/shop", "dependencies": {"a": "^1", "b": "npm:@real/b@2", "c": "file:../c", "d": "workspace:*"},'
        ' "devDependencies": {"a": "^2", "e": "~3"}, "optionalDependencies": {"f": "*"},'
        ' "peerDependencies": {"g": "*"}, "packageManager": "pnpm@9.1.0"}',
    )
    assert asked(observed) == {
        "a": ("^1", ""),
        "@real/b": ("npm:@real/b@2", ""),
        "f": ("*", "optional"),
        "e": ("~3", "dev"),
    }
    assert dict(observed.facts) == {"project": "@me/shop", "locked-by": "pnpm install --lockfile-only"}


def test_an_installed_package_asks_for_nothing() -> None:
    text = '{"name": "a", "dependencies": {"b": "1"}}'
    assert read(PACKAGE_JSON, text, "srv/node_modules/a/package.json") == Observed()
    assert read(PACKAGE_JSON, text, "node_modules/a/package.json") == Observed()
    assert read(COMPOSER_JSON, '{"require": {"a/b": "1"}}', "vendor/a/b/composer.json") == Observed()


def test_pyproject_of_the_standards() -> None:
    observed = read(
        PYPROJECT,
        """
        [project]
        name = "shop"
        dependencies = ["Flask[async]>=2", "own-lib", "x @ https://host.example/x.whl"]
        optional-dependencies.pg = ["psycopg >= 3"]
        [dependency-groups]
        dev = ["pytest", {include-group = "lint"}]
        lint = ["ruff==0.4"]
        [tool.uv]
        dev-dependencies = ["mypy"]
        sources.own_lib = { workspace = true }
        [build-system]
        requires = ["hatchling"]
        """,
    )
    scopes = {name: scope for name, (_, scope) in asked(observed).items()}
    assert scopes == {"Flask": "", "x": "", "psycopg": "optional", "pytest": "dev", "ruff": "dev", "mypy": "dev"}
    assert dict(observed.facts) == {"project": "shop", "locked-by": "uv lock"}


def test_pyproject_of_poetry_and_pdm() -> None:
    observed = read(
        PYPROJECT,
        """
        [tool.poetry]
        name = "shop"
        [tool.poetry.dependencies]
        python = "^3.11"
        flask = "^2"
        redis = { version = "^5", optional = true }
        own = { path = "../own" }
        [tool.poetry.group.test.dependencies]
        pytest = "^8"
        [tool.poetry.dev-dependencies]
        black = "*"
        [tool.pdm.dev-dependencies]
        lint = ["ruff"]
        """,
    )
    assert asked(observed) == {
        "ruff": ("", "dev"),
        "flask": ("^2", ""),
        "redis": ("^5", "optional"),
        "black": ("*", "dev"),
        "pytest": ("^8", "dev"),
    }
    assert dict(observed.facts) == {"project": "shop", "locked-by": "poetry lock"}


def test_cargo_toml_for_all_platforms() -> None:
    observed = read(
        CARGO_TOML,
        """
        [package]
        name = "shop"
        [dependencies]
        time = "0.1"
        own = { path = "../own", version = "1" }
        other = { package = "real-name", version = "2", optional = true }
        shared.workspace = true
        [dev-dependencies]
        tempfile = "3"
        [build-dependencies]
        cc = "1"
        [target.'cfg(windows)'.dependencies]
        winapi = "0.3"
        """,
    )
    assert asked(observed) == {
        "time": ("0.1", ""),
        "real-name": ("2", "optional"),
        "shared": ("", ""),
        "cc": ("1", "build"),
        "tempfile": ("3", "dev"),
        "winapi": ("0.3", ""),
    }


def test_a_gemfile_is_read_line_by_line() -> None:
    observed = read(
        GEMFILE,
        """
source 'https://gems.example'
gem 'rails', '~> 7.1' # the framework
gem "own", path: "../own"
gem("puma")
group :development, :test do
  gem 'rspec'
  if ENV["X"]
    gem 'rubocop', require: false
  end
end
group :production do
  gem 'pg'
end
path "engines" do
  gem "engine"
end
gem 'byebug', group: [:development]
gem 'tools', :groups => [:development, :production]
# gem 'none'
""",
    )
    assert asked(observed) == {
        "rails": ("~> 7.1", ""),
        "puma": ("", ""),
        "rspec": ("", "dev"),
        "rubocop": ("", "dev"),
        "pg": ("", ""),
        "byebug": ("", "dev"),
        "tools": ("", ""),
    }


def test_pipfile_and_composer_json() -> None:
    pipfile = read(
        PIPFILE, '[packages]\na = "*"\nown = {path = "."}\n[dev-packages]\nb = {version = ">1"}\n[requires]\nx = "3"'
    )
    assert asked(pipfile) == {"a": ("*", ""), "b": (">1", "dev")}
    composer = read(
        COMPOSER_JSON, '{"require": {"php": "8", "ext-json": "*", "a/b": "^1"}, "require-dev": {"c/d": "2"}}'
    )
    assert asked(composer) == {"a/b": ("^1", ""), "c/d": ("2", "dev")}


@pytest.mark.parametrize("plugin", [each for each in MANIFESTS if each is not GEMFILE], ids=lambda each: each.name)
def test_what_is_no_document_is_a_fault(plugin: Ecosystem) -> None:
    observed = read(plugin, "{[")
    assert observed.faults
    assert not observed.wanted


@pytest.mark.parametrize("plugin", MANIFESTS, ids=lambda each: each.name)
@pytest.mark.parametrize(
    "text", ["{}", "", '{"dependencies": [1], "require": "x", "packages": null}', "project = 1\ntool = 2"]
)
def test_values_of_another_kind_count_as_absent(plugin: Ecosystem, text: str) -> None:
    assert read(plugin, text).wanted == ()
