"""The packaging systems of programming languages, and programs that none of them knows."""

import re

from plimsoll.model.system import Asked, System

_RUNS = re.compile(r"[-_.]+")


def pypi_name(name: str) -> str:
    """Give the normalised name (Python packaging, "Names and normalization")."""
    return _RUNS.sub("-", name).lower()


PYPI = System(
    name="pypi",
    title="Python packages",
    purl_type="pypi",
    scheme="pep440",
    product="pypi",
    osv="PyPI",
    normalise=pypi_name,
    purl_spelling=lambda name: name.lower().replace("_", "-"),
)
NPM = System(
    name="npm", title="npm packages", purl_type="npm", scheme="semver", product="npm", osv="npm", separator="/"
)
MAVEN = System(
    name="maven", title="Java packages", purl_type="maven", scheme="maven", product="maven", osv="Maven", separator=":"
)
GO = System(
    name="go",
    title="Go modules",
    purl_type="golang",
    scheme="semver",
    product="go",
    osv="Go",
    separator="/",
    # Package URLs know module paths in lower case only, and bills of materials are read back.
    normalise=str.lower,
    purl_spelling=str.lower,
)
CARGO = System(name="cargo", title="Rust crates", purl_type="cargo", scheme="semver", product="cargo", osv="crates.io")
RUBYGEMS = System(name="rubygems", title="Ruby gems", purl_type="gem", scheme="gem", product="rubygems", osv="RubyGems")
COMPOSER = System(
    name="composer",
    title="PHP packages",
    purl_type="composer",
    scheme="composer",
    product="composer",
    osv="Packagist",
    separator="/",
    normalise=str.lower,
    purl_spelling=str.lower,
)
NUGET = System(
    name="nuget",
    title="NuGet packages",
    purl_type="nuget",
    scheme="nuget",
    product="nuget",
    osv="NuGet",
    normalise=str.lower,
)
HEX = System(name="hex", title="Hex packages", purl_type="hex", scheme="semver", product="hex", osv="Hex")
PUB = System(name="pub", title="Dart packages", purl_type="pub", scheme="pub", product="pub", osv="Pub")
GENERIC = System(
    name="generic",
    title="Programs that no package owns",
    purl_type="generic",
    scheme="loose",
    product="cpe",
    asked=Asked.CPE,
)
