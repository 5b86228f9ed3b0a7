"""How Compose and Swarm write the facts that a remedy may set. None as a value takes the key, or the item, away."""

from collections.abc import Callable, Mapping

from plimsoll.model.platform import Spelling


def _as_is(value: object) -> object:
    return value


def _text(value: object) -> object:
    return str(value)


def _list(value: object) -> object:
    return list(value) if isinstance(value, tuple | list) else [value]


def _host(value: object) -> object:
    """Give None, which removes the key, for a namespace of one's own: it is what a container has by default."""
    return "host" if value else None


def _memory(value: object) -> object:
    """Give bytes in the largest unit that divides them."""
    if not isinstance(value, int | float):
        return value
    size = int(value)
    for unit, name in ((1 << 30, "g"), (1 << 20, "m"), (1 << 10, "k")):
        if size and size % unit == 0:
            return f"{size // unit}{name}"
    return str(size)


def _cores(value: object) -> object:
    """Give cores as text, which `deploy` wants."""
    return f"{value:g}" if isinstance(value, int | float) else value


def _shares(value: object) -> object:
    return int(value * 1024) if isinstance(value, int | float) else value


def _no_new_privileges(value: object) -> object:
    return "no-new-privileges:true" if value else None


def _seccomp(value: object) -> object:
    """Give the option of a profile; the engine's own has none: it is what holds without an option."""
    return None if value == "runtime/default" else f"seccomp={str(value).removeprefix('localhost/')}"


def _apparmor(value: object) -> object:
    return None if value == "runtime/default" else f"apparmor={str(value).removeprefix('localhost/')}"


def _selinux(value: object) -> object:
    words = {"": None, "disabled": "label=disable"}
    text = str(value)
    return words[text] if text in words else f"label={text.partition(',')[0]}"


def _pull_policy(value: object) -> object:
    return {"Always": "always", "IfNotPresent": "missing", "Never": "never"}.get(str(value), str(value))


def _health_check(value: object) -> object:
    return not value


def _condition(value: object) -> object:
    """Give a policy as Swarm writes it, from `on-failure:5`, `always` or `no`."""
    word, _, attempts = str(value).partition(":")
    condition = {"always": "any", "unless-stopped": "any", "no": "none"}.get(word, word)
    return {"condition": condition, "max_attempts": int(attempts)} if attempts.isdigit() else {"condition": condition}


def _at(*path: str, write: Callable[[object], object] = _as_is, append: bool = False) -> Spelling:
    return Spelling(path=path, write=write, append=append)


def _around(*path: str, write: Callable[[object], object] = _as_is) -> Spelling:
    return Spelling(path=path, write=write, at="workload")


_BOTH: Mapping[str, Spelling] = {
    "capabilities_added": _at("cap_add", write=_list),
    "capabilities_dropped": _at("cap_drop", write=_list),
    "image": _at("image"),
    "liveness": _at("healthcheck", "disable", write=_health_check),
    "read_only_root": _at("read_only"),
    "replicas": _around("deploy", "replicas"),
    "user": _at("user", write=_text),
}

SPELLING: Mapping[str, Spelling] = {
    **_BOTH,
    "apparmor": _at("security_opt", write=_apparmor, append=True),
    "cgroup_parent": _around("cgroup_parent", write=lambda value: value or None),
    "cpu_limit": _at("cpus", write=_cores),
    "cpu_request": _at(
        "cpu_shares", write=lambda value: int(value * 1024) if isinstance(value, int | float) else value
    ),
    "host_ipc": _around("ipc", write=_host),
    "host_network": _around("network_mode", write=_host),
    "host_pid": _around("pid", write=_host),
    "host_users": _around("userns_mode", write=_host),
    "host_uts": _around("uts", write=_host),
    "memory_limit": _at("mem_limit", write=_memory),
    "memory_request": _at("mem_reservation", write=_memory),
    "network": _around("network_mode", write=_text),
    "no_new_privileges": _at("security_opt", write=_no_new_privileges, append=True),
    "pids_limit": _at("pids_limit"),
    "privileged": _at("privileged"),
    "pull_policy": _at("pull_policy", write=_pull_policy),
    "restart": _around("restart", write=_text),
    "seccomp": _at("security_opt", write=_seccomp, append=True),
    "selinux": _at("security_opt", write=_selinux, append=True),
}
"""Paths begin at the service, of containers and workloads alike."""

SWARM_SPELLING: Mapping[str, Spelling] = {
    **_BOTH,
    "cpu_limit": _at("deploy", "resources", "limits", "cpus", write=_cores),
    "cpu_request": _at("deploy", "resources", "reservations", "cpus", write=_cores),
    "memory_limit": _at("deploy", "resources", "limits", "memory", write=_memory),
    "memory_request": _at("deploy", "resources", "reservations", "memory", write=_memory),
    "pids_limit": _at("deploy", "resources", "limits", "pids"),
    "restart": _around("deploy", "restart_policy", write=_condition),
}
