"""Which capabilities a container keeps (capabilities(7); Pod Security Standards, "Capabilities")."""

from collections.abc import Iterator

from plimsoll.checks.workload.contexts import is_windows
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Fact
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, Workload

DEFAULTS = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "NET_RAW",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)
"""What engines leave to a container that asks for nothing (moby, `oci/caps/defaults.go`; containerd has the same)."""

_ALL = "ALL"


def none_dropped(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container that gives up nothing of the default set."""
    dropped = _dropped(container, workload)
    if dropped is not None and not dropped:
        yield Verdict(container.capabilities_dropped.at, expected="ALL dropped")


def partly_dropped(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container that gives up something, but keeps some of the default set."""
    dropped = _dropped(container, workload)
    if not dropped or _ALL in dropped:
        return
    kept = DEFAULTS - dropped
    if kept:
        yield Verdict(_next(container.capabilities_dropped), ", ".join(sorted(kept)), expected="ALL dropped")


def dropped_by_name(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container that gives up the default set name by name instead of everything."""
    dropped = _dropped(container, workload)
    if dropped and _ALL not in dropped and dropped >= DEFAULTS:
        yield Verdict(_next(container.capabilities_dropped), expected="ALL dropped")


def raw_sockets_kept(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container that keeps NET_RAW of the default set."""
    dropped = _dropped(container, workload)
    if dropped is not None and not dropped & {_ALL, "NET_RAW"}:
        yield Verdict(_next(container.capabilities_dropped), expected="NET_RAW dropped")


def _dropped(container: Container, workload: Workload) -> frozenset[str] | None:
    """Give what is dropped; None where capabilities mean nothing. Raises UnknownFactError."""
    if is_windows(workload):
        return None
    known = [each for each in container.capabilities_dropped.value if each.is_known]
    names = frozenset(each.stated for each in known)
    if _ALL not in names:
        # An unknown entry may be ALL.
        names |= {each.value for each in container.capabilities_dropped.value}
    return names


def _next(dropped: Fact[tuple[Fact[str], ...]]) -> tuple[str | int, ...]:
    """Give where the next entry of the list belongs."""
    return (*dropped.at, len(dropped.stated))
