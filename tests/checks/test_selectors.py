"""Tests of label selectors, and of the indexes over estates."""

import pytest
from tests.checks.judging import estate

from plimsoll.checks.workload.selectors import (
    MOST_COMPARISONS,
    Pods,
    Selector,
    endpoint_selector,
    named,
    of_kind,
    plain_selector,
    pods,
    remembered,
    selector_of,
)
from plimsoll.model.estate import Estate
from plimsoll.model.fact import UnknownFactError

PODS = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web, tier: front}}
spec: {containers: [{name: app, image: app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: app, image: app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: app, image: app}]}
"""


def _expressions(*rows: tuple[str, str, list[str]]) -> Selector:
    listed = [{"key": key, "operator": operator, "values": values} for key, operator, values in rows]
    return selector_of({"matchExpressions": listed})


@pytest.mark.parametrize(
    ("operator", "values", "labels", "fits"),
    [
        ("In", ["a", "b"], {"tier": "a"}, True),
        ("In", ["a", "b"], {"tier": "c"}, False),
        ("In", ["a"], {}, False),
        ("NotIn", ["a"], {"tier": "b"}, True),
        ("NotIn", ["a"], {"tier": "a"}, False),
        ("NotIn", ["a"], {}, True),
        ("Exists", [], {"tier": ""}, True),
        ("Exists", [], {}, False),
        ("DoesNotExist", [], {}, True),
        ("DoesNotExist", [], {"tier": "a"}, False),
        ("Near", ["a"], {"tier": "a"}, False),
    ],
)
def test_operators(operator: str, values: list[str], labels: dict[str, str], fits: bool) -> None:  # noqa: FBT001 - a table
    assert _expressions(("tier", operator, values)).selects(labels) is fits


def test_labels_and_expressions_must_all_hold() -> None:
    selector = selector_of({"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "Exists"}]})
    assert selector.selects({"app": "web", "tier": "front"})
    assert not selector.selects({"app": "web"})
    assert not selector.selects({"app": "db", "tier": "front"})


@pytest.mark.parametrize("body", [{}, None, "", [], "text", {"matchLabels": {}}, {"matchExpressions": ["text"]}])
def test_what_says_nothing_selects_everything(body: object) -> None:
    assert selector_of(body).is_empty
    assert selector_of(body).selects({"app": "web"})


def test_sources_of_labels_are_left_out_for_cilium() -> None:
    selector = endpoint_selector({"matchLabels": {"k8s:app": "web", "any:tier": "front"}})
    assert selector.selects({"app": "web", "tier": "front"})


def test_numbers_of_json_are_labels_as_text() -> None:
    assert plain_selector({"version": 2}).selects({"version": "2"})


def _names(of: Estate, namespace: str, selector: Selector) -> list[str]:
    return [each.name for each in pods(of).selected(namespace, selector)]


def test_pods_are_found_by_namespace_and_labels() -> None:
    of = estate("kubernetes", PODS)
    assert _names(of, "shop", plain_selector({"app": "web"})) == ["web"]
    assert _names(of, "shop", plain_selector({"app": "web", "tier": "back"})) == []
    assert _names(of, "shop", Selector()) == ["web", "db"]
    assert _names(of, "shop", _expressions(("tier", "DoesNotExist", []))) == ["db"]
    assert _names(of, "", plain_selector({"app": "web"})) == ["web"]
    assert _names(of, "default", plain_selector({"app": "web"})) == ["web"]
    assert _names(of, "other", Selector()) == []


def test_endless_comparing_is_not_measured() -> None:
    workloads = estate("kubernetes", PODS).workloads * (MOST_COMPARISONS // 2000)
    index = Pods(workloads)
    wanted = _expressions(("no", "Exists", []))
    with pytest.raises(UnknownFactError, match="too many selectors"):
        for _ in range(3000):
            list(index.selected("shop", wanted))


def test_resources_are_found_by_kind_and_name() -> None:
    of = estate(
        "kubernetes",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: key, namespace: shop}\n"
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: key}\n",
    )
    assert [each.key for each in named(of, "Secret", "shop", "key")] == ["Secret/shop/key"]
    assert [each.key for each in named(of, "ConfigMap", "default", "key")] == ["ConfigMap//key"]
    assert named(of, "Secret", "", "key") == []
    assert [each.kind for each in of_kind(of, "ConfigMap", "Secret", "Pod")] == ["ConfigMap", "Secret"]


def test_what_cannot_be_known_is_found_out_once() -> None:
    asked: list[int] = []

    def make(_: Estate) -> str:
        asked.append(1)
        raise UnknownFactError(("spec",), "it is too much")

    of = Estate()
    for _ in range(2):
        with pytest.raises(UnknownFactError, match="too much"):
            remembered(of, "test", make)
    assert asked == [1]
