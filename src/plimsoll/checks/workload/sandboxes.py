"""Rules about sandboxes for agents (agents.x-k8s.io): they run code that nobody has read, so they ask for more."""

from collections.abc import Iterator

from plimsoll.checks.workload.inputs import inputs
from plimsoll.checks.workload.manifests import known_text, of_workloads
from plimsoll.model.estate import Estate
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Workload

_HARDENED = ("gvisor", "runsc", "kata", "firecracker", "edera", "confidential")
"""Words in names of runtime classes that put a kernel of its own, or a virtual machine, around a pod."""


@of_workloads
def shared_kernel(sandbox: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find sandboxes whose runtime class shares the node's kernel with them, or that name none."""
    at = (*sandbox.spec_at, "runtimeClassName")
    runtime = known_text(sandbox.spec.get("runtimeClassName"), at)
    approved = inputs(estate).get("hardenedSandboxRuntimeClasses", ())
    if not (runtime in approved if approved else any(word in runtime.lower() for word in _HARDENED)):
        yield Verdict(at, runtime or "not said", expected="a runtime class such as gvisor or kata")
