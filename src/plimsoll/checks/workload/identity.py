"""Who a container runs as: users and groups (Pod Security Standards, "Running as Non-root")."""

from collections.abc import Iterator

from plimsoll.checks.workload.contexts import (
    WINDOWS_OPTIONS,
    is_windows,
    place_in,
    place_in_pod,
    said,
    said_by_container,
    said_by_pod,
    settled,
    shown,
)
from plimsoll.documents.scalars import whole, written
from plimsoll.documents.shapes import sequence
from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, Workload

_KUBERNETES = "kubernetes"
_ROOT = frozenset({"0", "root"})
_LOWEST_OF_ITS_OWN = 10_000
"""Below it are the accounts of systems and people (login.defs, SYS_UID and UID ranges; kubescape, trivy, checkov)."""

_POLICIES = frozenset({"Always", "OnRootMismatch"})
_WINDOWS_ADMINISTRATORS = frozenset({"containeradministrator", "nt authority\\system", "system", "administrator"})


def root(container: Container, _: Workload, __: Estate) -> Iterator[Verdict]:
    """Fail a container that runs as root; what is forbidden to run as root never does."""
    if container.run_as_non_root.is_known and container.run_as_non_root.stated:
        return
    user = container.user.value
    if _is_root(user):
        yield Verdict(container.user.at, shown(user), expected="another user than root")


def root_refused(container: Container, _: Workload, __: Estate) -> Iterator[Verdict]:
    """Fail a container that asks for root and forbids it at once."""
    if container.user.is_known and _is_root(container.user.stated) and container.run_as_non_root.value:
        yield Verdict(container.user.at, container.user.stated, expected="another user than root")


def root_not_forbidden(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container for which neither a user is said nor root forbidden."""
    if not container.run_as_non_root.value and said(container, workload, "runAsUser") is None:
        yield Verdict(place_in(container, "runAsNonRoot"), expected="true")


def non_root_not_stated(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container with a user that is not root, but without runAsNonRoot."""
    if said(container, workload, "runAsUser") is None or container.run_as_non_root.value:
        return
    if not _is_root(container.user.value):
        yield Verdict(place_in(container, "runAsNonRoot"), expected="true")


def low_user(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a user whose number people or services of the host may have, unless numbers are mapped."""
    if _has_own_numbers(workload):
        return
    user = container.user.value
    number = whole("0" if user == "root" else user)
    if number is None:
        reason = f"{shown(user)!r} is a name, and the image's /etc/passwd with its number was not read"
        yield Verdict(container.user.at, shown(user), state=CheckState.NOT_MEASURED, reason=reason)
    elif number < _LOWEST_OF_ITS_OWN:
        yield Verdict(container.user.at, shown(user), expected=f"at least {_LOWEST_OF_ITS_OWN}")


def user_not_said(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container whose user is left to its image, unless numbers are mapped."""
    if not _has_own_numbers(workload) and not is_windows(workload) and said(container, workload, "runAsUser") is None:
        yield Verdict(place_in(container, "runAsUser"), expected=f"at least {_LOWEST_OF_ITS_OWN}")


def root_group(container: Container, _: Workload, __: Estate) -> Iterator[Verdict]:
    """Fail a container whose group is root's."""
    group = container.group.value
    if _is_root(group):
        yield Verdict(container.group.at, shown(group), expected="another group than root")


def low_group(container: Container, _: Workload, __: Estate) -> Iterator[Verdict]:
    """Fail a group whose number groups of the host may have; that of root has its own rule."""
    group = container.group.value
    number = whole(group)
    if number is not None and 0 < number <= _LOWEST_OF_ITS_OWN:
        yield Verdict(container.group.at, shown(group), expected=f"over {_LOWEST_OF_ITS_OWN}")


def group_not_said(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container whose group is left to its image: root's, where the image says none."""
    if not is_windows(workload) and said(container, workload, "runAsGroup") is None:
        yield Verdict(place_in(container, "runAsGroup"), expected=f"over {_LOWEST_OF_ITS_OWN}")


def root_among_groups(workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a pod that adds the group of root to its processes."""
    groups = sequence(said_by_pod(workload, "supplementalGroups"))
    if any(whole(each) == 0 for each in groups):
        yield Verdict(place_in_pod(workload, "supplementalGroups"), "0", expected="groups without 0")


def root_owns_volumes(workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a pod whose volumes belong to the group of root."""
    at = place_in_pod(workload, "fsGroup")
    if whole(settled(said_by_pod(workload, "fsGroup"), at)) == 0:
        yield Verdict(at, "0", expected="another group than root")


def volume_group_not_said(workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a pod that does not say which group its volumes belong to."""
    at = place_in_pod(workload, "fsGroup")
    value = settled(said_by_pod(workload, "fsGroup"), at)
    number = whole(value)
    if not is_windows(workload) and (number is None or number < 0):
        yield Verdict(at, shown(value), expected="a group")


def volume_group_policy_not_said(workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a pod that does not say when the ownership of its volumes is changed."""
    at = place_in_pod(workload, "fsGroupChangePolicy")
    value = settled(said_by_pod(workload, "fsGroupChangePolicy"), at)
    if not is_windows(workload) and written(value) not in _POLICIES:
        yield Verdict(at, shown(value), expected="Always or OnRootMismatch")


def windows_user_not_said(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container on Windows whose user is left to its image."""
    if is_windows(workload) and said(container, workload, WINDOWS_OPTIONS, "runAsUserName") is None:
        yield Verdict(place_in(container, WINDOWS_OPTIONS, "runAsUserName"), expected="a user")


def windows_administrator(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container on Windows that runs as its administrator."""
    found = said(container, workload, WINDOWS_OPTIONS, "runAsUserName")
    if found is None:
        return
    name = written(settled(*found))
    if name.lower() in _WINDOWS_ADMINISTRATORS:
        yield Verdict(found[1], shown(name), expected="ContainerUser, or an account of its own")


def windows_account_not_said(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container on Windows without an account of the domain (gMSA)."""
    keys = ("gmsaCredentialSpecName",)
    if is_windows(workload) and said(container, workload, WINDOWS_OPTIONS, *keys) is None:
        yield Verdict(place_in(container, WINDOWS_OPTIONS, *keys), expected="an account")


def windows_host_process(workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a pod, and each of its containers, that runs on the host itself."""
    key = (WINDOWS_OPTIONS, "hostProcess")
    places = [("", said_by_pod(workload, *key), place_in_pod(workload, *key))]
    places += [(each.name, said_by_container(each, *key), place_in(each, *key)) for each in workload.containers]
    for name, value, at in places:
        if _is_true(settled(value, at)):
            yield Verdict(at, "true", name, "false")


def _is_true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _is_root(identity: str) -> bool:
    return identity in _ROOT


def _has_own_numbers(workload: Workload) -> bool:
    """Say whether the numbers in containers are others on the host (a user namespace that Kubernetes makes)."""
    return workload.platform == _KUBERNETES and workload.host_users.is_known and not workload.host_users.stated
