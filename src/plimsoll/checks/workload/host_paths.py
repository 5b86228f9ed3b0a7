"""What stands at the paths of a host that are dangerous to mount."""

import re
from functools import lru_cache
from posixpath import normpath

SOCKET, ROOT, SSH, KUBECONFIG, CLOUD = "engine-socket", "root", "ssh", "kubeconfig", "cloud"
ENGINE, CLUSTER, SYSTEM, OTHER = "engine-storage", "cluster", "system", ""

_SOCKETS = frozenset(
    {
        "docker.sock",
        "containerd.sock",
        "crio.sock",
        "podman.sock",
        "cri-dockerd.sock",
        "dockershim.sock",
        "buildkitd.sock",
        "docker_engine",
    }
)
_SOCKET_FOLDERS = frozenset({"/run/docker", "/run/containerd", "/run/crio", "/run/podman", "/run/k3s/containerd"})
_KEY_FILES = frozenset({"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "authorized_keys"})
_KUBECONFIGS = frozenset(
    {"admin.conf", "super-admin.conf", "kubelet.conf", "controller-manager.conf", "scheduler.conf"}
    | {"k3s.yaml", "rke2.yaml", "kubeconfig"}
)
_CLOUD_FOLDERS = frozenset({".aws", ".azure", ".oci", ".aliyun", ".bluemix", "gcloud", ".docker"})
_CLOUD_FILES = frozenset(
    {"application_default_credentials.json", "azure.json", ".netrc", ".pgpass", ".git-credentials", ".vault-token"}
)
_ENGINE_FOLDERS = (
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/crio",
    "/var/lib/rancher/k3s/agent/containerd",
)
_CLUSTER_FOLDERS = (
    "/var/lib/kubelet",
    "/var/lib/kube-proxy",
    "/var/lib/etcd",
    "/var/lib/rancher",
    "/var/lib/cni",
    "/etc/kubernetes",
    "/etc/rancher",
    "/etc/cni",
    "/opt/cni",
)
_SYSTEM_FOLDERS = frozenset(
    {"/etc", "/dev", "/lib", "/lib64", "/bin", "/sbin", "/usr", "/root", "/home", "/var", "/run", "/opt"}
    | {"/var/lib", "/var/log", "/var/spool", "/var/spool/cron", "/usr/local", "/lib/firmware"}
)
_SYSTEM_TREES = (
    "/proc",
    "/sys",
    "/boot",
    "/lib/modules",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/var/spool/cron",
)
_ETC = re.compile(
    r"/etc/(?:g?shadow|passwd|group|sudoers|cron|pam\.|systemd|init\.d|rc\d?\.|rc\.local|profile|ld\.so|modprobe|"
    r"sysctl|security|selinux|apparmor|udev|fstab|docker|containerd|crio)"
)
_DEVICE = re.compile(r"/dev/(?:k?mem|port|kmsg|sd[a-z]|nvme|[vx]v?d[a-z]|disk|mapper|dm-|md\d|loop|input)")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]?", re.ASCII)


@lru_cache(maxsize=4096)
def what_is_at(path: str) -> str:
    """Say what a path of the host holds, as one of the words of this module; "" for nothing dangerous."""
    clean = _clean(path)
    names = clean.split("/")
    if clean == "/":
        return ROOT
    if names[-1] in _SOCKETS or clean in _SOCKET_FOLDERS:
        return SOCKET
    return _secret_of(clean, names) or _folder_of(clean)


def _clean(path: str) -> str:
    """Put a path in one form: `/var/run` is `/run`, and drives and backslashes are as others write them."""
    if _DRIVE.fullmatch(path):
        return "/"
    clean = normpath(path.replace("\\", "/")) if path else ""
    clean = "/" + clean.lstrip("/") if clean.startswith("//") else clean
    return "/run" + clean[8:] if clean == "/var/run" or clean.startswith("/var/run/") else clean


def _secret_of(clean: str, names: list[str]) -> str:
    last = names[-1]
    if ".ssh" in names or last in _KEY_FILES or _is_below(clean, ("/etc/ssh",)):
        return SSH
    if ".kube" in names or last in _KUBECONFIGS or last.endswith(".kubeconfig"):
        return KUBECONFIG
    if not _CLOUD_FOLDERS.isdisjoint(names) or last in _CLOUD_FILES:
        return CLOUD
    return OTHER


def _folder_of(clean: str) -> str:
    if _is_below(clean, _ENGINE_FOLDERS):
        return ENGINE
    if _is_below(clean, _CLUSTER_FOLDERS):
        return CLUSTER
    if clean in _SYSTEM_FOLDERS or _is_below(clean, _SYSTEM_TREES) or _ETC.match(clean) or _DEVICE.match(clean):
        return SYSTEM
    return OTHER


def _is_below(clean: str, folders: tuple[str, ...]) -> bool:
    return any(clean == folder or clean.startswith(folder + "/") for folder in folders)


def after_variables(path: str) -> str:
    """Give what is written after the last variable of a path that is not fully known: `/.ssh` of `${HOME}/.ssh`."""
    tail = path.rpartition("}")[2]
    return tail if tail.startswith(("/", "\\")) and tail.strip("/\\") else ""
