"""What is asked of services of a Swarm only."""

import re
from collections.abc import Iterator, Mapping

from plimsoll.documents.scalars import truth, written
from plimsoll.documents.shapes import mapping, mappings, sequence
from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Place
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Workload

_ROLE = re.compile(r"node\.role\s*(?P<how>==|!=)\s*(?P<role>\w+)", re.ASCII)


def no_placement(workload: Workload, *_: object) -> Iterator[Verdict]:
    """Find services that may run on any node, managers included."""
    constraints, at = _constraints(workload)
    if not constraints:
        yield Verdict(at, "none", expected="a constraint (node.role == worker)")


def on_managers(workload: Workload, *_: object) -> Iterator[Verdict]:
    """Find services that are put on managers."""
    constraints, at = _constraints(workload)
    for number, constraint in enumerate(constraints):
        found = _ROLE.search(constraint[:200])
        if found and (found["how"] == "==") is (found["role"] == "manager"):
            yield Verdict((*at, number), constraint, expected="node.role == worker")


def _constraints(workload: Workload) -> tuple[list[str], Place]:
    """Give the constraints of a service, as a stack file or as an engine (`docker service inspect`) has them."""
    if "Spec" in workload.body:
        task = mapping(mapping(workload.body["Spec"]).get("TaskTemplate"))
        found = sequence(mapping(task.get("Placement")).get("Constraints"))
        return [written(each) for each in found], (*workload.at, "Spec", "TaskTemplate", "Placement", "Constraints")
    placement = mapping(mapping(workload.body.get("deploy")).get("placement"))
    found = sequence(placement.get("constraints"))
    return [written(each) for each in found], (*workload.at, "deploy", "placement", "constraints")


def host_mode(workload: Workload, *_: object) -> Iterator[Verdict]:
    """Find ports that are published by the node itself, past the Swarm's own routing."""
    for number, port in enumerate(sequence(workload.body.get("ports"))):
        if written(mapping(port).get("mode")) == "host":
            yield Verdict(
                (*workload.at, "ports", number, "mode"), "host", written(mapping(port).get("target")), "ingress"
            )
    ports = mapping(mapping(workload.body.get("Spec")).get("EndpointSpec")).get("Ports")
    for number, port in enumerate(mappings(ports)):
        if written(port.get("PublishMode")) == "host":
            at = (*workload.at, "Spec", "EndpointSpec", "Ports", number, "PublishMode")
            yield Verdict(at, "host", written(port.get("TargetPort")), "ingress")


def plain_overlay(thing: Workload | Resource, estate: Estate) -> Iterator[Verdict]:
    """Find networks between nodes that are not encrypted, the one that every stack has without being asked included."""
    if isinstance(thing, Workload):
        yield from _default_network(thing, estate)
        return
    body = thing.body
    if _is_elsewhere(body):
        reason = "the network is made elsewhere, and it was not read"
        yield Verdict(thing.at, state=CheckState.NOT_MEASURED, reason=reason)
        return
    if written(body.get("driver") or body.get("Driver") or "overlay") == "overlay" and not _is_encrypted(body):
        key = "Options" if "Driver" in body else "driver_opts"
        yield Verdict((*thing.at, key, "encrypted"), "not encrypted", expected="encrypted")


def _is_elsewhere(body: Mapping[str, object]) -> bool:
    external = body.get("external")
    return isinstance(external, dict) or truth(external) is True


def _is_encrypted(body: Mapping[str, object]) -> bool:
    options = mapping(body.get("driver_opts")) or mapping(body.get("Options"))
    # The key alone switches it on (`encrypted: ""`), unless its value says no.
    return "encrypted" in options and truth(options["encrypted"]) is not False


def _default_network(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Judge the network `default`, which a stack file need not name."""
    names = {network.stated for network in workload.networks}
    if workload.effective or workload.network.stated in {"host", "none"} or names - {"default"}:
        return
    if workload.document not in _with_default(estate):
        yield Verdict((*workload.at, "networks"), "the default network, not encrypted", "default", "encrypted")


def _with_default(estate: Estate) -> frozenset[int]:
    """Give the documents that say what the default network is like."""
    known = estate.memo.get("swarm-default-networks")
    if isinstance(known, frozenset):
        return known
    found = frozenset(each.document for each in estate.of_kind("SwarmNetwork") if each.name.split("/")[-1] == "default")
    estate.memo["swarm-default-networks"] = found
    return found
