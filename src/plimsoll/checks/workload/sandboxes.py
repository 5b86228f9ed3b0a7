"""Rules about sandboxes for agents (agents.x-k8s.io): they run code that nobody has read, so they ask for more."""

from collections.abc import Iterator

from plimsoll.checks.workload.images import floating_tag, latest_tag, unapproved_registry
from plimsoll.checks.workload.inputs import inputs
from plimsoll.checks.workload.manifests import known_text
from plimsoll.model.estate import Estate
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, Workload

_KINDS = ("SandboxTemplate", "Sandbox")
_HARDENED = ("gvisor", "runsc", "kata", "firecracker", "edera", "confidential")
"""Words in names of runtime classes that put a kernel of its own, or a virtual machine, around a pod."""


def shared_kernel(sandbox: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find sandboxes whose runtime class shares the node's kernel with them, or that name none."""
    at = (*sandbox.spec_at, "runtimeClassName")
    runtime = known_text(sandbox.spec.get("runtimeClassName"), at)
    approved = inputs(estate).get("hardenedSandboxRuntimeClasses", ())
    if runtime not in approved and not (not approved and any(word in runtime.lower() for word in _HARDENED)):
        yield Verdict(at, runtime or "not said", expected="a runtime class such as gvisor or kata")


def unpinned_image(container: Container, workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find images of sandboxes whose tag may mean another image tomorrow."""
    if workload.kind in _KINDS:
        yield from latest_tag(container, workload, estate)
        yield from floating_tag(container, workload, estate)


def unapproved_image(container: Container, workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find images of sandboxes from registries that are neither well known nor approved."""
    if workload.kind in _KINDS:
        yield from unapproved_registry(container, workload, estate)
