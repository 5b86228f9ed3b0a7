"""The words that all platforms of Docker's family share: sizes, ports, mounts, users, security options."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from plimsoll.documents.scalars import is_template
from plimsoll.model.fact import Fact, Place, default, unknown
from plimsoll.model.workload import IMAGE_DECIDES, Mount, Port

NOT_KNOWN = "a variable or a template stands in it, whose value is not known"

_SIZE = re.compile(r"(\d{1,18}(?:\.\d{0,18})?) ?([bkmgtp]?)(i?b)?", re.ASCII | re.IGNORECASE)
_FACTORS = {"": 0, "b": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}


def size(text: str) -> float | None:
    """Give the bytes of `512m`, `1.5gb`, `2GiB`, `1024`; None for what is no size (go-units, RAMInBytes)."""
    found = _SIZE.fullmatch(text.strip())
    if found is None or (found[2] in {"b", "B"} and found[3]):
        return None
    return float(int(float(found[1]) * 1024 ** _FACTORS[found[2].lower()]))


def capability(text: str) -> str:
    """Give a capability in capitals and without `CAP_`."""
    return text.strip().upper().removeprefix("CAP_")


def user_and_group(text: str, at: Place) -> tuple[Fact[str], Fact[str]]:
    """Give user and group of `user[:group]`; what is not said, the image decides (`--user`, `user:`)."""
    if is_template(text):
        return unknown("", at, NOT_KNOWN), unknown("", at, NOT_KNOWN)
    user, _, group = text.strip().partition(":")
    if not user and not group:
        return unknown("", at, IMAGE_DECIDES), unknown("", at, IMAGE_DECIDES)
    # Engines take an absent user beside a group as root, whatever the image says.
    known = Fact(user, at) if user else default("0", at)
    if group:
        return known, Fact(group, at)
    if user in {"0", "root"}:
        return known, default("0", at)
    return known, unknown("", at, "the image's /etc/passwd decides, and it was not read")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityOptions:
    """What `security_opt` says. `strange` are those options that no engine knows."""

    no_new_privileges: Fact[bool]
    seccomp: Fact[str]
    apparmor: Fact[str]
    selinux: Fact[str]
    proc_mount: Fact[str]
    strange: tuple[Fact[str], ...] = ()


_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})
_LABELS = ("type", "user", "role", "level", "filetype")


def security_options(options: Sequence[Fact[str]], at: Place, privileged: Fact[bool]) -> SecurityOptions:
    """Read the options of `--security-opt`, `=` or `:` after the name; of two of one name the later holds.

    `at` is where the list stands or would stand. A privileged container has no seccomp profile unless one is named.
    """
    said: dict[str, Fact[str]] = {}
    labels: list[Fact[str]] = []
    strange: list[Fact[str]] = []
    for option in options:
        _take(option, said, labels, strange)
    return SecurityOptions(
        no_new_privileges=_no_new_privileges(said.get("no-new-privileges"), at, strange),
        seccomp=_profile(said["seccomp"], "builtin") if "seccomp" in said else _no_seccomp(at, privileged),
        apparmor=_profile(said["apparmor"], "docker-default") if "apparmor" in said else default("runtime/default", at),
        selinux=_selinux(labels, at),
        proc_mount=_system_paths(said.get("systempaths"), at),
        strange=tuple(strange),
    )


def _take(option: Fact[str], said: dict[str, Fact[str]], labels: list[Fact[str]], strange: list[Fact[str]]) -> None:
    """Put an option where it belongs. An unknown one may be any of them, unless its name is known."""
    text = option.stated.strip()
    separator = "=" if "=" in text else ":"
    name, separated, value = text.partition(separator)
    fact = option._replace(stated=value if separated else "true")
    if name == "label" and separated:
        labels.append(fact)
    elif text == "disable":
        labels.append(option)
    elif (name in {"seccomp", "apparmor", "systempaths"} and separated) or name == "no-new-privileges":
        said[name] = fact
    elif not option.is_known:
        said.update(dict.fromkeys(("seccomp", "apparmor", "systempaths", "no-new-privileges"), option))
        labels.append(option)
    elif not (name == "writable-cgroups" and separated):
        strange.append(option)


def _no_new_privileges(said: Fact[str] | None, at: Place, strange: list[Fact[str]]) -> Fact[bool]:
    if said is None:
        return default(value=False, at=at)
    if not said.is_known:
        return unknown(neutral=False, at=said.at, reason=said.reason)
    if said.stated in _TRUE or said.stated in _FALSE:
        return Fact(said.stated in _TRUE, said.at)
    strange.append(said)
    return unknown(neutral=False, at=said.at, reason=f"{said.stated!r} is neither true nor false")


def _profile(said: Fact[str], built_in: str) -> Fact[str]:
    """Name a profile as every platform does; one that is given as its whole text has no name."""
    value = said.stated.strip()
    if value == "unconfined" or not said.is_known:
        return said._replace(stated=value)
    if value in {"", built_in}:
        return said._replace(stated="runtime/default")
    return said._replace(stated="localhost/profile" if value.startswith("{") else f"localhost/{value}")


def _no_seccomp(at: Place, privileged: Fact[bool]) -> Fact[str]:
    if not privileged.is_known:
        return unknown("", at, f"it depends on privileged: {privileged.reason}")
    return default("unconfined" if privileged.stated else "runtime/default", at)


def _selinux(labels: Sequence[Fact[str]], at: Place) -> Fact[str]:
    for label in labels:
        if not label.is_known:
            return unknown("", label.at, label.reason)
    if not labels:
        return default("", at)
    for label in labels:
        if label.stated.strip() == "disable":
            return label._replace(stated="disabled")
    parts = [label.stated.strip().replace("=", ":", 1) for label in labels]
    parts.sort(key=lambda part: _LABELS.index(part.partition(":")[0]) if part.partition(":")[0] in _LABELS else 9)
    return Fact(",".join(parts), labels[0].at)


def labels_of_its_own(asked: Fact[str], owners: Iterable[Fact[bool]]) -> Fact[str]:
    """Leave out `label=disable` where engines add it themselves: privileged, or with the host's PIDs or IPC.

    `owners` are these three. Read back from an engine, nobody can tell who said it; so that a container is judged the
    same at both ends, it counts at neither.
    """
    implied = asked.stated == "disabled" and asked.is_declared and any(owner.stated for owner in owners)
    return default("", asked.at) if implied else asked


def _system_paths(said: Fact[str] | None, at: Place) -> Fact[str]:
    if said is None:
        return default("default", at)
    return said._replace(stated="unmasked" if said.stated == "unconfined" else "default")


PROPAGATIONS = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})
_DRIVE = re.compile(r"[A-Za-z]:[\\/]", re.ASCII)


def is_host_path(source: str) -> bool:
    """Say whether the source of a mount is a path of the host rather than a volume's name."""
    return source.startswith(("/", ".", "~", "\\\\")) or _DRIVE.match(source) is not None


def short_mount(text: str, at: Place) -> Mount | None:
    """Read `[SOURCE:]TARGET[:OPTIONS]` (`--volume`, Compose's short syntax); None for what is none.

    A source that is no path is a volume's name; a volume without a source is anonymous. A part with a variable in it
    is unknown; a source that begins with one may be a path, and is taken for one.
    """
    parts = _mount_parts(text.strip())
    if not 1 <= len(parts) <= 3 or not all(parts):
        return None
    source = parts[0] if len(parts) > 1 else ""
    target = parts[1] if len(parts) > 1 else parts[0]
    modes = parts[2].split(",") if len(parts) > 2 else []
    return Mount(
        kind="bind" if is_host_path(source) or is_template(source) else "volume",
        source=_part(source, at) if source else default("", at),
        target=_part(target, at),
        read_only=_read_only(modes, at),
        propagation=propagation(modes, at, source),
        at=at,
        volume_at=at,
        options={mode: "" for mode in modes if mode not in {"ro", "rw", *PROPAGATIONS}},
    )


def _mount_parts(text: str) -> list[str]:
    """Split at colons, but not at those of drives and named pipes."""
    parts: list[str] = []
    for piece in text.split(":"):
        if parts and len(parts[-1]) == 1 and parts[-1].isalpha() and piece.startswith(("\\", "/")):
            parts[-1] += ":" + piece
        else:
            parts.append(piece)
    # `c:/x:/y` begins with a drive; `v:/y` and `v:/y:ro` with a volume of one letter, as no target is left.
    if text[1:3] == ":/" and not (len(parts) > 1 and _is_target(parts[1])):
        return text.split(":")
    return parts


def _is_target(text: str) -> bool:
    return text.startswith(("/", "\\", "$")) or _DRIVE.match(text) is not None


def _part(text: str, at: Place) -> Fact[str]:
    return unknown(text, at, NOT_KNOWN) if is_template(text) else Fact(text, at)


def _read_only(modes: Sequence[str], at: Place) -> Fact[bool]:
    if any(map(is_template, modes)):
        return unknown(neutral=False, at=at, reason=NOT_KNOWN)
    if "ro" in modes or "readonly" in modes:
        return Fact(stated=True, at=at)
    return Fact(stated=False, at=at) if "rw" in modes else default(value=False, at=at)


def propagation(modes: Sequence[str], at: Place, source: str = "/") -> Fact[str]:
    """Give the propagation among the options of a mount; binds have `rprivate` where none is said."""
    for mode in modes:
        if mode in PROPAGATIONS:
            return Fact(mode, at)
        if is_template(mode):
            return unknown("rprivate", at, NOT_KNOWN)
    return default("rprivate" if is_host_path(source) else "private", at)


def tmpfs_mount(text: str, at: Place) -> Mount | None:
    """Read `TARGET[:OPTIONS]` (`--tmpfs`); None for what is no absolute path."""
    target, _, said = text.strip().partition(":")
    if not target:
        return None
    words = [word for word in said.split(",") if word]
    return Mount(
        kind="tmpfs",
        source=default("", at),
        target=_part(target, at),
        read_only=_read_only(words, at),
        propagation=default("private", at),
        at=at,
        volume_at=at,
        options=_named_options(words),
    )


def _named_options(words: Sequence[str]) -> Mapping[str, str]:
    return {name: value for name, _, value in (word.partition("=") for word in words)}


_PORT = re.compile(
    r"(?:(?:(?P<address>\[[0-9A-Fa-f:.%\w]*\]|[^:\[\]]*|[0-9A-Fa-f:]*):)?(?P<host>\d{0,5}(?:-\d{1,5})?):)?"
    r"(?P<container>\d{1,5}(?:-\d{1,5})?)(?:/(?P<protocol>[A-Za-z]+))?",
    re.ASCII,
)
_HIGHEST_PORT = 65535
PROTOCOLS = frozenset({"tcp", "udp", "sctp"})
ALL_INTERFACES = frozenset({"", "0.0.0.0", "::", "0:0:0:0:0:0:0:0", "*"})  # noqa: S104 - what is looked for


def host_address(text: str) -> str:
    """Give the address of the host that a port is bound to, without brackets, "" for all interfaces."""
    bare = text.strip().removeprefix("[").removesuffix("]")
    return "" if bare in ALL_INTERFACES else bare


def port_range(text: str) -> tuple[int, int] | None:
    """Give the first and last of `8000` or `8000-8010`; None for what is neither."""
    first, dash, last = text.strip().partition("-")
    if not _is_port(first) or (dash and not _is_port(last)):
        return None
    ports = int(first), int(last if dash else first)
    return ports if ports[0] <= ports[1] <= _HIGHEST_PORT else None


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5


def short_port(text: str, at: Place) -> Port | None:
    """Read `[[ADDRESS:]HOST:]CONTAINER[/PROTOCOL]`, with ranges (`--publish`, Compose's short syntax); None for none.

    Of a range of the container's ports the first is given; the host's ports are first and last, (0, 0) where the
    engine chooses. Ranges of two lengths are refused, unless the container has only one port.
    """
    if is_template(text):
        return _unknown_port(text, at)
    found = _PORT.fullmatch(text.strip())
    protocol = (found["protocol"] or "tcp").lower() if found else ""
    inside = port_range(found["container"]) if found else None
    if found is None or inside is None or protocol not in PROTOCOLS:
        return None
    published = port_range(found["host"]) if found["host"] else (0, 0)
    if published is None or not _fit(published, inside):
        return None
    address = host_address(found["address"] or "")
    if address and not _is_address(address):
        return None
    return Port(
        container=Fact(inside[0], at),
        protocol=protocol,
        published=Fact(published, at),
        address=Fact(address, at) if found["address"] else default("", at),
        at=at,
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _fit(published: tuple[int, int], inside: tuple[int, int]) -> bool:
    lengths = published[1] - published[0], inside[1] - inside[0]
    return published == (0, 0) or lengths[1] in {0, lengths[0]}


def _unknown_port(text: str, at: Place) -> Port | None:
    """Read a port with variables in it as far as it can be."""
    rest, _, protocol = text.strip().partition("/")
    parts = rest.rsplit(":", 2)
    inside = port_range(parts[-1])
    outside = port_range(parts[-2]) if len(parts) > 1 else None
    address = parts[0] if len(parts) == 3 else ""
    return Port(
        container=Fact(inside[0], at) if inside else unknown(0, at, NOT_KNOWN),
        protocol=protocol.lower() if protocol.lower() in PROTOCOLS else "tcp",
        published=Fact(outside, at) if outside else unknown((0, 0), at, NOT_KNOWN),
        address=_unknown_address(parts, address, at),
        at=at,
    )


def _unknown_address(parts: Sequence[str], address: str, at: Place) -> Fact[str]:
    # An address may come with the variable of the port: `${PORT}:80` can be `127.0.0.1:8080:80`.
    if is_template(address) or (len(parts) < 3 and is_template(parts[0])):
        return unknown("", at, NOT_KNOWN)
    return Fact(host_address(address), at) if address else default("", at)
