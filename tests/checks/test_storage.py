"""Where data are kept."""

import pytest
from tests.checks.judging import estate, places, rules_of, wrong

RULES = rules_of("storage.toml")
VOLUME = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: data}\nspec: {storageClassName: fast}\n"
INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: web, annotations: {{kubernetes.io/ingress.class: {controller}}}}}
spec: {{tls: [{{secretName: web}}]}}
"""


def storage_class(provisioner: str, parameters: str = "", name: str = "fast") -> str:
    """Write a StorageClass."""
    return (
        f"apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: {name}}}\n"
        f"provisioner: {provisioner}\nparameters: {{{parameters}}}\n"
    )


def test_examples_hold() -> None:
    """Every bad example fails and every good one passes."""
    assert wrong("storage.toml") == []


@pytest.mark.parametrize(
    ("storage", "fails"),
    [
        (storage_class("ebs.csi.aws.com"), True),
        (storage_class("ebs.csi.aws.com", "encrypted: 'false'"), True),
        (storage_class("ebs.csi.aws.com", "encrypted: 'true'"), False),
        (storage_class("disk.csi.azure.com"), False),
        (storage_class("pd.csi.storage.gke.io"), False),
        (storage_class("rancher.io/local-path"), True),
        (storage_class("ebs.csi.aws.com", name="slow"), False),
    ],
)
def test_volumes(storage: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """A volume is as its class is; a class that was not read says nothing."""
    found = places(RULES["volume-unencrypted"], estate("kubernetes", VOLUME, storage))
    assert found == (["spec.storageClassName"] if fails else [])


def test_classes_that_cannot_encrypt() -> None:
    """Only classes that could encrypt are asked to."""
    made = estate("kubernetes", storage_class("rancher.io/local-path"))
    assert places(RULES["storage-class-unencrypted"], made) == []
    made = estate("kubernetes", storage_class("ebs.csi.aws.com"))
    assert places(RULES["storage-class-unencrypted"], made) == ["parameters.encrypted"]


@pytest.mark.parametrize(("internal", "fails"), [("true", True), ("false", False)])
def test_ways_past_the_gateway(internal: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """Other controllers are asked about only where Azure's internal balancers are used."""
    service = (
        "apiVersion: v1\nkind: Service\nspec: {type: LoadBalancer}\n"
        f"metadata: {{name: q, annotations: {{service.beta.kubernetes.io/azure-load-balancer-internal: '{internal}'}}}}"
    )
    made = estate("kubernetes", service, INGRESS.format(controller="nginx"))
    at = "metadata.annotations.kubernetes.io/ingress.class"
    assert places(RULES["ingress-past-gateway"], made) == ([at] if fails else [])
