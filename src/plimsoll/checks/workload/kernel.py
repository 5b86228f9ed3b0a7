"""Devices of the host and settings of its kernel that a container is given."""

import re
from collections.abc import Iterator

from plimsoll.checks.workload.contexts import shown
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Fact
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, Pair, Workload

_WHOLE_HOST = re.compile(
    r"/dev/*|/dev/(?:(?:sd|hd|vd|xvd)[a-z]{1,4}\d{0,3}|(?:nvme|mmcblk|nbd|rbd|dm-|md|loop|ram|sg)\d{1,4}(?:n\d{1,4})?(?:p\d{1,4})?"
    r"|mapper/.*|disk/.*|raw/.*|mem|kmem|port|core|kcore)",
    re.ASCII,
)
"""Disks, memory, and all of /dev."""

_CGROUP_RULE = re.compile(r"\s*[abc] (?:\d{1,10}|\*):(?:\d{1,10}|\*) [rwm]+\s*", re.ASCII)
"""`c 1:3 rwm`, as Linux' device controller takes it (cgroup-v1/devices)."""

_SAFE_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    }
)
"""Pod Security Standards, baseline, "Sysctls"."""

_OF_CONTAINER = re.compile(r"kernel\.(?:shm\w*|msg\w*|sem\w*|hostname|domainname)|fs\.mqueue\..*|net\..*", re.ASCII)
"""What the kernel keeps for each IPC, network or UTS namespace; all else is the host's (runc, sysctl validation)."""

_OPENING = {
    "net.ipv4.ip_forward": "1",
    "net.ipv4.conf.all.forwarding": "1",
    "net.ipv6.conf.all.forwarding": "1",
    "net.ipv4.conf.all.route_localnet": "1",
    "net.ipv4.conf.default.route_localnet": "1",
    "net.ipv4.conf.all.accept_redirects": "1",
    "net.ipv4.conf.all.accept_source_route": "1",
    "net.ipv4.conf.all.rp_filter": "0",
}
"""Settings that make a container a router, or take a guard of the network away."""


def device(container: Container, _: Workload, __: Estate) -> Iterator[Verdict]:
    """Fail each device of the host, other than those that are as good as the host itself."""
    for fact in _known(container.devices):
        if not _is_rule(fact.stated) and not _is_whole_host(fact.stated):
            yield _named(fact)
    _ask(container.devices)


def device_of_whole_host(container: Container, _: Workload, __: Estate) -> Iterator[Verdict]:
    """Fail each disk and the host's memory."""
    for fact in _known(container.devices):
        if _is_whole_host(fact.stated):
            yield _named(fact)
    _ask(container.devices)


def device_rule(container: Container, _: Workload, __: Estate) -> Iterator[Verdict]:
    """Fail each rule that opens devices by their numbers."""
    for fact in _known(container.devices):
        if _is_rule(fact.stated):
            yield _named(fact)
    _ask(container.devices)


def _known(devices: tuple[Fact[str], ...]) -> Iterator[Fact[str]]:
    return (each for each in devices if each.is_known)


def _ask(devices: tuple[Fact[str], ...]) -> None:
    """Raise UnknownFactError where a device is not known, after those that are were told."""
    for each in devices:
        _ = each.value


def _named(fact: Fact[str]) -> Verdict:
    return Verdict(fact.at, shown(fact.stated), shown(fact.stated), "no device of the host")


def _is_rule(text: str) -> bool:
    return _CGROUP_RULE.fullmatch(text) is not None


def _is_whole_host(text: str) -> bool:
    return _WHOLE_HOST.fullmatch(text) is not None


def sysctl_of_host(workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail each setting that is the whole host's."""
    for pair in workload.sysctls:
        if _OF_CONTAINER.fullmatch(_dotted(pair)) is None:
            yield _set(pair, "no setting of the host's kernel")


def sysctl_opens(workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail each setting that makes a router of a container, or takes a guard of its network away."""
    for pair in workload.sysctls:
        if _OPENING.get(_dotted(pair)) == pair.value.strip():
            yield _set(pair, "the kernel's default")


def sysctl_not_safe(workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail each setting of a container's own that is not known to be harmless."""
    for pair in workload.sysctls:
        name = _dotted(pair)
        if _OF_CONTAINER.fullmatch(name) and name not in _SAFE_SYSCTLS and _OPENING.get(name) != pair.value.strip():
            yield _set(pair, "a setting that is known to be safe")


def _dotted(pair: Pair) -> str:
    """Give the name with dots: sysctl takes `net/core/somaxconn` as well."""
    return pair.name.strip().replace("/", ".")


def _set(pair: Pair, expected: str) -> Verdict:
    return Verdict(pair.at, shown(f"{pair.name}={pair.value}"), shown(pair.name), expected)
