"""Recognise the distribution of a root file system from its os-release or older files."""

from collections.abc import Callable

from plimsoll.ecosystems.os_release import OS_RELEASE
from plimsoll.errors import UsageError
from plimsoll.model.gap import Gap  # noqa: TC001 - imported for a local annotation
from plimsoll.model.package import Distro
from plimsoll.pipeline.inventory import Seen, databases

VersionOf = Callable[[str, str], str | None]
"""Gives the version of a distribution's release by its codename (`debian`, `trixie` → `13`), or None."""


def recognise(seen: Seen, version_of: VersionOf) -> Distro | None:
    """Tell the distribution, or None where nothing says so."""
    unread: list[Gap] = []
    stated = {path.rpartition("/")[2]: dict(observed.facts) for path, observed in databases(seen, OS_RELEASE, unread)}
    fields = stated.get("os-release", {})
    if fields.get("ID"):
        return _of_fields(fields, stated.get("debian_version", {}).get("VERSION", ""), version_of)
    if "alpine-release" in stated:
        return Distro(id="alpine", version=_alpine(stated["alpine-release"]["VERSION"]))
    if "debian_version" in stated:
        return Distro(id="debian", version=_debian("", stated["debian_version"]["VERSION"], "", version_of))
    return None


def stated_by_user(text: str) -> Distro:
    """Read `--distro`, `id:version`. Raises UsageError for anything else."""
    name, colon, version = text.partition(":")
    if not (name and colon and version):
        raise UsageError(f"--distro {text!r} is not ID:VERSION", advice="For example: --distro debian:12")
    return Distro(id=name.lower(), version=_alpine(version) if name.lower() == "alpine" else version)


def _of_fields(fields: dict[str, str], debian_version: str, version_of: VersionOf) -> Distro:
    name, version = fields["ID"].lower(), fields.get("VERSION_ID", "")
    if name == "alpine":
        version = _alpine(version)
    elif name == "debian":
        version = _debian(version, debian_version, fields.get("VERSION_CODENAME", ""), version_of)
    return Distro(id=name, version=version, name=fields.get("PRETTY_NAME", ""))


def _alpine(version: str) -> str:
    """`3.20.3` belongs to the branch 3.20; development versions (`3.21.0_alpha20240807`) are edge."""
    if "_" in version or version == "edge":
        return "edge"
    return ".".join(version.removeprefix("v").split(".")[:2])


def _debian(version: str, debian_version: str, codename: str, version_of: VersionOf) -> str:
    """Give 12 for 12 or 12.5; releases before 4.0 count minor numbers (3.1); testing and unstable have a codename."""
    word = debian_version.removesuffix("/sid")
    known = version or (version_of("debian", codename or word)) or (word if word[:1].isdigit() else "sid")
    major = known.partition(".")[0]
    return major if major.isascii() and major.isdigit() and int(major) >= 4 else known
