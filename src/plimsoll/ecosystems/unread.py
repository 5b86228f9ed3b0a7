"""Packaging systems that are found but not yet read: each is a gap with a count until a reader replaces its row."""

from plimsoll.model.ecosystem import Ecosystem

PYPI = Ecosystem(
    name="pypi",
    title="Python packages",
    version=1,
    paths=("*.dist-info/METADATA", "*.egg-info/PKG-INFO", "*.egg-info"),
)
NPM = Ecosystem(
    name="npm",
    title="npm packages",
    version=1,
    paths=("node_modules/*/package.json", "node_modules/@*/*/package.json"),
)
MAVEN = Ecosystem(
    name="maven",
    title="Java archives",
    version=1,
    paths=("*.jar", "*.war", "*.ear"),
)
RPM = Ecosystem(
    name="rpm",
    title="rpm databases",
    version=1,
    paths=(
        "var/lib/rpm/Packages",
        "var/lib/rpm/Packages.db",
        "var/lib/rpm/rpmdb.sqlite",
        "usr/lib/sysimage/rpm/Packages",
        "usr/lib/sysimage/rpm/Packages.db",
        "usr/lib/sysimage/rpm/rpmdb.sqlite",
    ),
)
GO = Ecosystem(
    name="go",
    title="Go programs",
    version=1,
    paths=(),
    head=b"\x04\x00\x00\x00Go\x00\x00",
)
GEMS = Ecosystem(
    name="rubygems",
    title="Ruby gems",
    version=1,
    paths=("specifications/*.gemspec", "specifications/default/*.gemspec"),
)
