"""The flags of Kubernetes' components that rules ask for: of what kind each is, and its default.

Sources: kubernetes.io/docs/reference/command-line-tools-reference (kube-apiserver, kube-controller-manager,
kube-scheduler, kubelet, kube-proxy) and config-api (kubelet-config.v1beta1, kube-proxy-config.v1alpha1);
etcd.io/docs, Configuration options.
"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

UNSAID = "a template's action or a variable stands there, and its value is not known"


class Kind(Enum):
    """What the value of a flag is."""

    TRUTH = "true or false"
    WHOLE = "a whole number"
    SECONDS = "a duration"
    LIST = "a list with commas"
    TEXT = "a text"


class Flag(NamedTuple):
    """One flag: its kind, and what holds where it is absent; in a configuration file that may be something else."""

    kind: Kind
    default: object
    default_in_file: object = None

    def otherwise(self, *, in_file: bool) -> object:
        """Give what holds where nothing is said."""
        return self.default_in_file if in_file and self.default_in_file is not None else self.default


_ON, _OFF = Flag(Kind.TRUTH, default=True), Flag(Kind.TRUTH, default=False)
_NONE = Flag(Kind.TEXT, "")
_EMPTY = Flag(Kind.LIST, ())
_ZERO = Flag(Kind.WHOLE, 0)
_ALL_ADDRESSES = Flag(Kind.TEXT, "0.0.0.0")  # noqa: S104 - what the components do by default, which rules fail

_APISERVER: Mapping[str, Flag] = {
    "anonymous-auth": _ON,
    "audit-log-maxage": _ZERO,
    "audit-log-maxbackup": _ZERO,
    "audit-log-maxsize": _ZERO,
    "audit-log-path": _NONE,
    "audit-policy-file": _NONE,
    "audit-webhook-config-file": _NONE,
    # Without it the API server allows everything; a rule of its own fails where Node and RBAC are not said.
    "authorization-mode": _EMPTY,
    "basic-auth-file": _NONE,
    "client-ca-file": _NONE,
    "disable-admission-plugins": _EMPTY,
    "enable-admission-plugins": _EMPTY,
    "encryption-provider-config": _NONE,
    "etcd-cafile": _NONE,
    "etcd-certfile": _NONE,
    "etcd-keyfile": _NONE,
    "insecure-bind-address": _NONE,
    "insecure-port": _ZERO,
    "kubelet-certificate-authority": _NONE,
    "kubelet-client-certificate": _NONE,
    "kubelet-client-key": _NONE,
    "kubelet-https": _ON,
    "profiling": _ON,
    "request-timeout": Flag(Kind.SECONDS, 60.0),
    "secure-port": Flag(Kind.WHOLE, 6443),
    "service-account-extend-token-expiration": _ON,
    "service-account-key-file": _NONE,
    "service-account-lookup": _ON,
    "tls-cert-file": _NONE,
    "tls-cipher-suites": _EMPTY,
    "tls-private-key-file": _NONE,
    "token-auth-file": _NONE,
}

_CONTROLLER_MANAGER: Mapping[str, Flag] = {
    "bind-address": _ALL_ADDRESSES,
    "feature-gates": _EMPTY,
    "profiling": _ON,
    "root-ca-file": _NONE,
    "service-account-private-key-file": _NONE,
    "terminated-pod-gc-threshold": Flag(Kind.WHOLE, 12500),
    "use-service-account-credentials": _OFF,
}

_SCHEDULER: Mapping[str, Flag] = {"bind-address": _ALL_ADDRESSES, "profiling": _ON}

_ETCD: Mapping[str, Flag] = {
    "auto-tls": _OFF,
    "cert-file": _NONE,
    "client-cert-auth": _OFF,
    "key-file": _NONE,
    "peer-auto-tls": _OFF,
    "peer-cert-file": _NONE,
    "peer-client-cert-auth": _OFF,
    "peer-key-file": _NONE,
    "trusted-ca-file": _NONE,
}

_KUBELET: Mapping[str, Flag] = {
    "anonymous-auth": Flag(Kind.TRUTH, default=True, default_in_file=False),
    "authorization-mode": Flag(Kind.LIST, (), ("Webhook",)),
    "client-ca-file": _NONE,
    "event-qps": Flag(Kind.WHOLE, 5),
    "feature-gates": _EMPTY,
    "hostname-override": _NONE,
    "make-iptables-util-chains": _ON,
    "pod-max-pids": Flag(Kind.WHOLE, -1),
    "protect-kernel-defaults": _OFF,
    "read-only-port": Flag(Kind.WHOLE, 10255, 0),
    # Absent it is off; a rule of its own asks whether it is said.
    "rotate-certificates": Flag(Kind.TRUTH, None),
    "seccomp-default": _OFF,
    "streaming-connection-idle-timeout": Flag(Kind.SECONDS, 14400.0),
    "tls-cert-file": _NONE,
    "tls-cipher-suites": _EMPTY,
    "tls-private-key-file": _NONE,
}

_PROXY: Mapping[str, Flag] = {"metrics-bind-address": Flag(Kind.TEXT, "127.0.0.1:10249")}

ALIASES: Mapping[str, str] = {"etcd-ca-file": "etcd-cafile"}
"""Spellings that are met for a flag besides its own."""

FLAGS: Mapping[str, Mapping[str, Flag]] = {
    "kube-apiserver": _APISERVER,
    "kube-controller-manager": _CONTROLLER_MANAGER,
    "kube-scheduler": _SCHEDULER,
    "etcd": _ETCD,
    "kubelet": _KUBELET,
    "kube-proxy": _PROXY,
}
"""By component."""

CONFIGURED: Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]] = {
    "KubeletConfiguration": (
        "kubelet",
        {
            "anonymous-auth": ("authentication", "anonymous", "enabled"),
            "authorization-mode": ("authorization", "mode"),
            "client-ca-file": ("authentication", "x509", "clientCAFile"),
            "feature-gates": ("featureGates",),
            "event-qps": ("eventRecordQPS",),
            "make-iptables-util-chains": ("makeIPTablesUtilChains",),
            "pod-max-pids": ("podPidsLimit",),
            "protect-kernel-defaults": ("protectKernelDefaults",),
            "read-only-port": ("readOnlyPort",),
            "rotate-certificates": ("rotateCertificates",),
            "seccomp-default": ("seccompDefault",),
            "streaming-connection-idle-timeout": ("streamingConnectionIdleTimeout",),
            "tls-cert-file": ("tlsCertFile",),
            "tls-cipher-suites": ("tlsCipherSuites",),
            "tls-private-key-file": ("tlsPrivateKeyFile",),
        },
    ),
    "KubeProxyConfiguration": ("kube-proxy", {"metrics-bind-address": ("metricsBindAddress",)}),
}
"""Kinds of configuration files: the component that each is for, and where it says what a flag does."""
