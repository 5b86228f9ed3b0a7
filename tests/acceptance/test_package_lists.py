"""One small image with the shapes of a large one: what is listed equals what lies on the disk, and nothing twice."""

import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from tests.ecosystems.archives import archive, manifest, pom
from tests.images import OS_RELEASE, Image, classic, status, write_tar

from plimsoll.model.package import Package
from plimsoll.pipeline.examine import Examination, Examined, Progress, examine

DEBIAN = "pkg:deb/debian/{}?arch=amd64&distro=debian-12"
SITE = "opt/venv/lib/python3.11/site-packages"


@dataclass(frozen=True)
class Symbolic:
    """A symbolic link."""

    to: str


@dataclass(frozen=True)
class Hard:
    """A hard link."""

    to: str


Entry = bytes | Symbolic | Hard


def layer(files: Mapping[str, Entry]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as made:
        for name, entry in files.items():
            info = tarfile.TarInfo(name)
            content = b""
            if isinstance(entry, Symbolic):
                info.type, info.linkname = tarfile.SYMTYPE, entry.to
            elif isinstance(entry, Hard):
                info.type, info.linkname = tarfile.LNKTYPE, entry.to
            else:
                content, info.size = entry, len(entry)
            made.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def metadata(name: str, version: str) -> bytes:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nA description.\n".encode()


def package_json(name: str, version: str = "", **more: object) -> bytes:
    return json.dumps({"name": name, **({"version": version} if version else {}), **more}).encode()


def owned(*paths: str) -> bytes:
    return "".join(f"/{path}\n" for path in (".", *paths)).encode()


STRUTS = archive(pom("org.apache.struts", "struts2-core", "2.3.31"))
HOMEMADE = archive(manifest(Created_By="someone"))

BASE = layer(
    {
        "etc/os-release": OS_RELEASE,
        "lib": Symbolic("usr/lib"),
        "var/lib/dpkg/status": status(
            ("bash", "5.2"), ("gone", "1.0"), ("node-semver", "7.3"), ("python3-yaml", "6.0-3"), ("libtool-java", "1.0")
        ),
        "var/lib/dpkg/info/python3-yaml.list": owned("lib/python3/dist-packages/PyYAML-6.0.egg-info/PKG-INFO"),
        "var/lib/dpkg/info/node-semver.list": owned("usr/share/nodejs/semver/package.json"),
        "var/lib/dpkg/info/libtool-java.list": owned("usr/share/java/tool.jar"),
        # A merged folder: the package lists it below /lib.
        "usr/lib/python3/dist-packages/PyYAML-6.0.egg-info/PKG-INFO": metadata("PyYAML", "6.0"),
        "usr/share/nodejs/semver/package.json": package_json("semver", "7.3.5"),
        "usr/share/nodejs/semver-es/package.json": Symbolic("../semver/package.json"),
        # Nothing says which version this is, and nobody needs to know: its package is known.
        "usr/share/java/tool.jar": HOMEMADE,
    }
)

PYTHON = layer(
    {
        "opt/venv/lib64": Symbolic("lib"),
        f"{SITE}/flask-3.0.0.dist-info/METADATA": metadata("Flask", "3.0.0"),
        f"{SITE}/flask-3.0.0.dist-info/RECORD": b"flask/__init__.py,,\n",
        f"{SITE}/old-1.0.dist-info/METADATA": metadata("old", "1.0"),
        # Two tools installed one package: both records lie there.
        f"{SITE}/both-2.0.dist-info/METADATA": metadata("both", "2.0"),
        f"{SITE}/both-2.0.egg-info/PKG-INFO": metadata("both", "2.0"),
        f"{SITE}/script.egg-info": metadata("script", "0.1"),
        # Vendored with its own record, and without.
        f"{SITE}/bleach/_vendor/html5lib-1.1.dist-info/METADATA": metadata("html5lib", "1.1"),
        f"{SITE}/pip/_vendor/vendor.txt": b"requests==2.31.0\n",
        f"{SITE}/pip/_vendor/requests/__init__.py": b"",
        "opt/current": Symbolic("venv"),
    }
)

NODE = layer(
    {
        "srv/app/package.json": package_json("shop", "1.0.0", private=True),
        "srv/app/node_modules/express/package.json": package_json("express", "4.17.1"),
        "srv/app/node_modules/@babel/core/package.json": package_json("@babel/core", "7.0.0"),
        "srv/app/node_modules/express/node_modules/ms/package.json": package_json("ms", "2.0.0"),
        "srv/app/node_modules/express/dist/package.json": package_json("dist", "1.0.0"),
        "srv/app/node_modules/express/test/fixture/package.json": package_json("fixture", "9.9.9"),
        "srv/app/node_modules/express/esm/package.json": b'{"type": "module"}',
        "srv/app/node_modules/half/package.json": package_json("half"),
        "srv/app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json": package_json("a", "1.0.0"),
        "srv/app/node_modules/a": Symbolic(".pnpm/a@1.0.0/node_modules/a"),
        "srv/store/0badcafe": package_json("linked", "3.0.0"),
        "srv/app/node_modules/linked/package.json": Hard("srv/store/0badcafe"),
        "srv/other/node_modules/linked/package.json": Hard("srv/store/0badcafe"),
        "srv/moving/node_modules/moved/package.json": package_json("moved", "1.0.0"),
        "srv/ghost/package.json": package_json("ghost", "5.0.0"),
    }
)

JAVA = layer(
    {
        "opt/java/app.ear": archive({"web.war": archive({"WEB-INF/lib/web.jar": STRUTS}), **manifest()}),
        "opt/java/renamed.jar": archive(pom("org.yaml", "snakeyaml", "1.33")),
        "opt/java/link.jar": Symbolic("renamed.jar"),
        "opt/java/copy.jar": Hard("opt/java/renamed.jar"),
        "opt/java/spring3-core-3.x.jar": archive(
            manifest(Implementation_Title="spring-core", Implementation_Version="4.3.30.RELEASE")
        ),
        "opt/java/homemade.jar": HOMEMADE,
        "opt/gone/a-1.0.dist-info/METADATA": metadata("a", "1.0"),
    }
)

CHANGES = layer(
    {
        "var/lib/dpkg/status": status(
            ("bash", "5.2.1"), ("node-semver", "7.3"), ("python3-yaml", "6.0-3"), ("libtool-java", "1.0")
        ),
        f"{SITE}/.wh.old-1.0.dist-info": b"",
        "srv/moving/.wh.node_modules": b"",
        "srv/moved/node_modules/moved/package.json": package_json("moved", "1.0.0"),
        "opt/gone/.wh..wh..opq": b"",
        "opt/gone/b-2.0.dist-info/METADATA": metadata("b", "2.0"),
    }
)

LAYERS = (BASE, PYTHON, NODE, JAVA, CHANGES)

EXPECTED = {
    ("dpkg", "bash", "5.2.1", "var/lib/dpkg/status", 4),
    ("dpkg", "libtool-java", "1.0", "var/lib/dpkg/status", 0),
    ("dpkg", "node-semver", "7.3", "var/lib/dpkg/status", 0),
    ("dpkg", "python3-yaml", "6.0-3", "var/lib/dpkg/status", 0),
    ("maven", "org.apache.struts:struts2-core", "2.3.31", "opt/java/app.ear!/web.war!/WEB-INF/lib/web.jar", 3),
    ("maven", "org.springframework:spring-core", "4.3.30.RELEASE", "opt/java/spring3-core-3.x.jar", 3),
    ("maven", "org.yaml:snakeyaml", "1.33", "opt/java/copy.jar", 3),
    ("maven", "org.yaml:snakeyaml", "1.33", "opt/java/renamed.jar", 3),
    ("npm", "@babel/core", "7.0.0", "srv/app/node_modules/@babel/core/package.json", 2),
    ("npm", "a", "1.0.0", "srv/app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json", 2),
    ("npm", "express", "4.17.1", "srv/app/node_modules/express/package.json", 2),
    ("npm", "ghost", "5.0.0", "srv/ghost/package.json", 2),
    ("npm", "linked", "3.0.0", "srv/app/node_modules/linked/package.json", 2),
    ("npm", "linked", "3.0.0", "srv/other/node_modules/linked/package.json", 2),
    ("npm", "moved", "1.0.0", "srv/moved/node_modules/moved/package.json", 4),
    ("npm", "ms", "2.0.0", "srv/app/node_modules/express/node_modules/ms/package.json", 2),
    ("npm", "semver", "7.3.5", "usr/share/nodejs/semver/package.json", 0),
    ("pypi", "Flask", "3.0.0", f"{SITE}/flask-3.0.0.dist-info/METADATA", 1),
    ("pypi", "PyYAML", "6.0", "usr/lib/python3/dist-packages/PyYAML-6.0.egg-info/PKG-INFO", 0),
    ("pypi", "b", "2.0", "opt/gone/b-2.0.dist-info/METADATA", 4),
    ("pypi", "both", "2.0", f"{SITE}/both-2.0.dist-info/METADATA", 1),
    ("pypi", "both", "2.0", f"{SITE}/both-2.0.egg-info/PKG-INFO", 1),
    ("pypi", "html5lib", "1.1", f"{SITE}/bleach/_vendor/html5lib-1.1.dist-info/METADATA", 1),
    ("pypi", "script", "0.1", f"{SITE}/script.egg-info", 1),
}


@pytest.fixture(scope="module")
def examined(tmp_path_factory: pytest.TempPathFactory) -> Examined:
    path = write_tar(classic([Image(layers=LAYERS)]), tmp_path_factory.mktemp("lists") / "image.tar")
    return examine(Examination(target=str(path)), lambda name, codename: None, io.BytesIO(), Progress())


def told(package: Package, layers: tuple[str, ...]) -> tuple[str, str, str, str, int]:
    return package.ecosystem, package.name, package.version, package.path, layers.index(package.layer)


def test_every_package_on_the_disk_is_listed_once_with_its_layer(examined: Examined) -> None:
    layers = tuple(facts.digest for facts in examined.layers)
    listed = [told(package, layers) for package in examined.inventory.packages]
    assert set(listed) == EXPECTED
    assert len(listed) == len(EXPECTED)


def test_what_packages_of_the_distribution_brought_is_marked(examined: Examined) -> None:
    owners = {package.name: package.owner for package in examined.inventory.packages if package.owner}
    assert owners == {
        "PyYAML": DEBIAN.format("python3-yaml@6.0-3"),
        "semver": DEBIAN.format("node-semver@7.3"),
    }


def test_only_what_nobody_could_know_is_a_gap(examined: Examined) -> None:
    assert [(gap.question, gap.reason) for gap in examined.inventory.gaps] == [
        ("Java archives in opt/java/homemade.jar", "nothing states the version of homemade"),
        ("npm packages in srv/app/node_modules/half/package.json", "it states no version"),
    ]
