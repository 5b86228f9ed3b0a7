"""The options of `docker run` and `podman run`, and what of them is said.

Source: the command line references of Docker 20.10 to 28 and of Podman 4 and 5.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from plimsoll.model.fact import Fact, Place, default, unknown

T = TypeVar("T")

SHORT: Mapping[str, str] = {
    "a": "attach",
    "c": "cpu-shares",
    "d": "detach",
    "e": "env",
    "h": "hostname",
    "i": "interactive",
    "l": "label",
    "m": "memory",
    "p": "publish",
    "P": "publish-all",
    "q": "quiet",
    "t": "tty",
    "u": "user",
    "v": "volume",
    "w": "workdir",
}

ALIASES: Mapping[str, str] = {"net": "network", "net-alias": "network-alias", "dns-opt": "dns-option"}

_FLAGS = """
detach disable-content-trust help init interactive no-healthcheck oom-kill-disable privileged publish-all quiet
read-only rm sig-proxy tty use-api-socket
env-host http-proxy no-hostname no-hosts passwd read-only-tmpfs replace rmi rootfs tls-verify unsetenv-all
"""
FLAGS = frozenset(_FLAGS.split())
"""Options that are true where they stand; of the second line only Podman's."""

_VALUES = """
add-host annotation attach blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent cgroupns cidfile
cpu-count cpu-percent cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares cpus cpuset-cpus cpuset-mems
detach-keys device device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops dns
dns-option dns-search domainname entrypoint env env-file expose gpus group-add health-cmd health-interval
health-retries health-start-interval health-start-period health-timeout hostname io-maxbandwidth io-maxiops ip ip6
ipc isolation kernel-memory label label-file link link-local-ip log-driver log-opt mac-address memory
memory-reservation memory-swap memory-swappiness mount name network network-alias oom-score-adj pid pids-limit
platform publish pull restart runtime security-opt shm-size stop-signal stop-timeout storage-opt sysctl tmpfs ulimit
user userns uts volume volume-driver volumes-from workdir
arch authfile cert-dir cgroup-conf cgroups chrootdirs conmon-pidfile creds decryption-key env-merge gidmap
group-entry health-log-destination health-max-log-count health-max-log-size health-on-failure health-startup-cmd
health-startup-interval health-startup-retries health-startup-success health-startup-timeout hosts-file hostuser
image-volume init-ctr init-path os passwd-entry personality pidfile pod pod-id-file preserve-fd preserve-fds
rdt-class requires retry retry-delay sdnotify seccomp-policy secret shm-size-systemd signature-policy subgidname
subuidname systemd timeout tz uidmap umask unsetenv variant
"""
VALUES = frozenset(_VALUES.split())
"""Options that take a value; from `arch` on only Podman's."""


class Given(NamedTuple):
    """An option with its value; `at` is the place of the option."""

    name: str
    value: Fact[str]
    at: Place


@dataclass(slots=True, kw_only=True)
class Options:
    """What a command line says. `absent` gives the place of an option that is not there.

    `hidden` says why there may be more options than can be seen; "" where there are none. `faults` are in words.
    """

    given: dict[str, list[Given]] = field(default_factory=dict)
    absent: Callable[[str], Place] = lambda name: (f"--{name}",)
    hidden: str = ""
    faults: list[tuple[Place, str]] = field(default_factory=list)

    def add(self, name: str, value: Fact[str]) -> None:
        """Take an option."""
        self.given.setdefault(name, []).append(Given(name, value, value.at))

    def note(self, at: Place, what: str) -> None:
        """Note what cannot be understood."""
        self.faults.append((at, what))

    def all(self, name: str) -> Sequence[Given]:
        """Give all uses of an option, in order."""
        return self.given.get(name, ())

    def last(self, name: str) -> Given | None:
        """Give the use of an option that holds."""
        uses = self.given.get(name)
        return uses[-1] if uses else None

    def values(self, name: str) -> Iterator[Fact[str]]:
        """Give the values of an option, in order."""
        return (given.value for given in self.all(name))

    def place(self, name: str) -> Place:
        """Give where an option stands, or would stand."""
        given = self.last(name)
        return given.at if given else self.absent(name)

    def flag(self, name: str) -> Fact[bool]:
        """Give an option that is true or false, false where it is not there."""
        given = self.last(name)
        if given is None:
            return self.nothing(value=False, name=name)
        return self.read(given, truth_of, neutral=False, wrong="is neither true nor false")

    def read(self, given: Given, read: Callable[[str], T | None], neutral: T, wrong: str) -> Fact[T]:
        """Give the value of an option as `read` makes it; None of it is a fault, and the fact unknown."""
        value, at = given.value, given.value.at
        if not value.is_known:
            return unknown(neutral, at, value.reason)
        found = read(value.stated)
        if found is not None:
            return Fact(found, at)
        self.note(at, f"--{given.name}: {value.stated[:80]!r} {wrong}")
        return unknown(neutral, at, f"--{given.name} {wrong}")

    def nothing(self, value: T, name: str) -> Fact[T]:
        """Give the default of an option that is not there; unknown where it may be there all the same."""
        at = self.absent(name)
        return unknown(value, at, self.hidden) if self.hidden else default(value, at)


_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})


def truth_of(text: str) -> bool | None:
    """Give a truth value as Go's strconv.ParseBool takes it."""
    return True if text in _TRUE else False if text in _FALSE else None
