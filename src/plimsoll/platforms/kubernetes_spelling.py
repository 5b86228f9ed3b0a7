"""How Kubernetes writes the facts that a remedy may set."""

from collections.abc import Callable, Mapping

from plimsoll.model.platform import Spelling

_CONTEXT = "securityContext"


def _as_is(value: object) -> object:
    return value


def _not(value: object) -> object:
    return not value


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _list(value: object) -> object:
    return list(value) if isinstance(value, tuple | list) else [value]


def _profile(value: object) -> object:
    words = {"runtime/default": "RuntimeDefault", "unconfined": "Unconfined"}
    return words.get(str(value), "Localhost")


def _memory(value: object) -> object:
    """Give bytes as Kubernetes writes them: in the largest binary unit that divides them."""
    if isinstance(value, str):
        return value
    size = int(value) if isinstance(value, int | float) else 0
    for unit, name in ((1 << 30, "Gi"), (1 << 20, "Mi"), (1 << 10, "Ki")):
        if size and size % unit == 0:
            return f"{size // unit}{name}"
    return str(size)


def _cores(value: object) -> object:
    """Give cores as Kubernetes writes them: in thousandths where they are not whole."""
    if not isinstance(value, int | float):
        return value
    return str(int(value)) if float(value).is_integer() else f"{round(value * 1000)}m"


def _restart(value: object) -> object:
    words = {"always": "Always", "unless-stopped": "Always", "no": "Never"}
    return words.get(str(value), "OnFailure")


def _proc_mount(value: object) -> object:
    return "Unmasked" if value == "unmasked" else "Default"


def _of_container(*path: str, write: Callable[[object], object] = _as_is) -> Spelling:
    return Spelling(path=path, write=write)


def _of_pod(*path: str, write: Callable[[object], object] = _as_is) -> Spelling:
    return Spelling(path=path, write=write, at="workload")


SPELLING: Mapping[str, Spelling] = {
    "apparmor": _of_container(_CONTEXT, "appArmorProfile", "type", write=_profile),
    "automount_token": _of_pod("automountServiceAccountToken"),
    "capabilities_added": _of_container(_CONTEXT, "capabilities", "add", write=_list),
    "capabilities_dropped": _of_container(_CONTEXT, "capabilities", "drop", write=_list),
    "cpu_limit": _of_container("resources", "limits", "cpu", write=_cores),
    "cpu_request": _of_container("resources", "requests", "cpu", write=_cores),
    "group": _of_container(_CONTEXT, "runAsGroup", write=_number),
    "host_ipc": _of_pod("hostIPC"),
    "host_network": _of_pod("hostNetwork"),
    "host_pid": _of_pod("hostPID"),
    "host_users": _of_pod("hostUsers"),
    "image": _of_container("image"),
    "memory_limit": _of_container("resources", "limits", "memory", write=_memory),
    "memory_request": _of_container("resources", "requests", "memory", write=_memory),
    "no_new_privileges": _of_container(_CONTEXT, "allowPrivilegeEscalation", write=_not),
    "privileged": _of_container(_CONTEXT, "privileged"),
    "proc_mount": _of_container(_CONTEXT, "procMount", write=_proc_mount),
    "pull_policy": _of_container("imagePullPolicy"),
    "read_only_root": _of_container(_CONTEXT, "readOnlyRootFilesystem"),
    "restart": _of_pod("restartPolicy", write=_restart),
    "run_as_non_root": _of_container(_CONTEXT, "runAsNonRoot"),
    "seccomp": _of_container(_CONTEXT, "seccompProfile", "type", write=_profile),
    "service_account": _of_pod("serviceAccountName"),
    "user": _of_container(_CONTEXT, "runAsUser", write=_number),
}
"""Paths that are of the workload begin at the pod's spec (Workload.spec_at)."""
