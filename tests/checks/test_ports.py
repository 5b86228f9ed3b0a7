"""Tests of the rules on ports."""

import pytest
from tests.checks.judging import estate, judged, places, rules_of, states, wrong

from plimsoll.checks.workload.ports import databases
from plimsoll.model.check import CheckState
from plimsoll.pipeline.estate import estate_of

RULES = rules_of("ports.toml")


def test_examples_hold() -> None:
    """Every bad example fails and every good one passes, on each platform."""
    assert wrong("ports.toml") == []


@pytest.mark.parametrize(
    ("port", "fails"),
    [
        ("8080:80", True),
        ("0.0.0.0:8080:80", True),
        ("[::]:8080:80", True),
        ("80", True),
        ("127.0.0.1:8080:80", False),
        ("[::1]:8080:80", False),
        ("192.0.2.7:8080:80", False),
    ],
)
def test_all_interfaces(port: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """Only a named address of the host passes."""
    assert bool(places(RULES["published-port-all-interfaces"], estate("compose", f"ports: ['{port}']"))) is fails


def test_exposed_is_not_published() -> None:
    """What is only exposed is open to nobody."""
    for rule in RULES.values():
        if rule.id not in {"sshd-in-container", "host-port"} and "compose" in rule.platforms:
            assert places(rule, estate("compose", "expose: ['5432', '2375', '9229']")) == []


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.53", "[::1]"])
def test_what_only_the_host_reaches_is_not_open(address: str) -> None:
    """A database on a loopback address is open to no network."""
    made = estate("compose", f"ports: ['{address}:5432:5432', '{address}:2375:2375', '{address}:2222:22']")
    for name in ("database-port-published", "engine-api-published", "ssh-port-published"):
        assert places(RULES[name], made) == []


def test_needed_ports_need_a_person() -> None:
    """Whether a published port is needed nobody but its owner knows; without one nothing is asked."""
    rule = RULES["unneeded-port-open"]
    made = estate("compose", "ports: ['8080:80', '9000:9000']")
    assert states(rule, made) == [CheckState.NOT_MEASURED] * 2
    assert all(each.verdict.reason.startswith("needs a person") for each in judged(rule, made))
    assert states(rule, estate("compose", "expose: ['80']")) == [CheckState.PASS]


def test_findings_of_two_ports_are_told_apart() -> None:
    """The detail is the port inside, so that a finding's id survives a change of the host's port."""
    found = judged(RULES["database-port-published"], estate("compose", "ports: ['15432:5432', '6379:6379']"))
    assert [each.verdict.detail for each in found] == ["5432/tcp", "6379/tcp"]
    assert found[0].verdict.value == "*:15432->5432/tcp"


@pytest.mark.parametrize(
    ("said", "fails"),
    [
        ("command: [/usr/sbin/sshd, -D]", True),
        ("command: [sh, -c, 'service start; exec /usr/sbin/sshd -D']", True),
        ("image: example/openssh-server:1", True),
        ("ports: ['2222:22']", True),
        ("command: [ssh, host]", False),
        ("image: example/sshd-exporter:1", False),
        ("command: [app, --no-sshd-check]", False),
    ],
)
def test_ssh_servers(said: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """A server is found by its image, its command or its port; a client is none."""
    assert bool(places(RULES["sshd-in-container"], estate("compose", said))) is fails


SERVICE = """
apiVersion: v1
kind: Service
metadata: {{name: remote, namespace: {namespace}}}
spec:
  selector: {{{selector}}}
  ports: [{{port: 80, targetPort: 22}}]
"""
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: apps}
spec:
  template:
    metadata: {labels: {app: shop, tier: web}}
    spec: {containers: [{name: shop, image: 'registry.example.com/shop:1.0'}]}
"""


@pytest.mark.parametrize(
    ("namespace", "selector", "fails"),
    [
        ("apps", "app: shop", True),
        ("apps", "app: shop, tier: web", True),
        ("other", "app: shop", False),
        ("apps", "app: shop, tier: db", False),
        ("apps", "", False),
    ],
)
def test_services_that_lead_to_ssh(namespace: str, selector: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """A Service leads to a pod of its namespace that has all labels of its selector."""
    made = estate("kubernetes", SERVICE.format(namespace=namespace, selector=selector), DEPLOYMENT)
    assert places(RULES["ssh-service"], made) == (["spec.template.metadata.labels"] if fails else [])


def test_many_services_and_pods_are_judged_in_linear_time() -> None:
    """Two thousand services for as many pods make no four million comparisons."""
    services = "\n---\n".join(
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: s{n}, namespace: apps}}\n"
        f"spec: {{selector: {{app: a{n}}}, ports: [{{port: 22}}]}}"
        for n in range(500)
    )
    pods = "\n---\n".join(
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p{n}, namespace: apps, labels: {{app: a{n}}}}}\n"
        "spec: {containers: [{name: c, image: 'registry.example.com/a:1'}]}"
        for n in range(500)
    )
    made = estate("kubernetes", services, pods)
    assert len(places(RULES["ssh-service"], made)) == 500
    index = made.memo["ssh-services"]
    assert isinstance(index, dict)
    assert max(map(len, index.values())) == 1


@pytest.mark.parametrize(("ports", "fails"), [("9000-9099:9000-9099", True), ("9000-9005:9000-9005", False)])
def test_a_database_inside_a_range_is_found(ports: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """A range that is the same on both sides publishes each port of it (9042 is Cassandra's)."""
    (workload,) = estate_of([("compose.yaml", f"services: {{a: {{image: b, ports: ['{ports}']}}}}".encode())]).workloads
    assert bool(list(databases(workload.containers[0]))) is fails
