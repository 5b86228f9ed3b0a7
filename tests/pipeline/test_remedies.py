import pytest

from plimsoll.checks.catalogue import rules
from plimsoll.pipeline.remedies import of_image, of_port, snippet


def test_an_example_that_passes_for_another_reason_is_no_remedy() -> None:
    rule = rules()["seccomp-off"]
    assert not snippet(rule, "compose", ("security_opt",))
    assert snippet(rule, "compose")


def test_an_example_about_the_failing_key_is_one() -> None:
    assert "command:" in snippet(rules()["apiserver-profiling"], "kubernetes", ("containers", "command"))


def test_a_whole_object_shows_where_it_belongs() -> None:
    assert "kind: NetworkPolicy" in snippet(rules()["no-network-policy"], "kubernetes", ("nowhere",))


@pytest.mark.parametrize(
    ("example", "image", "expected"),
    [
        ("image: nginx:1.29.3@sha256:01", "postgres:16", "image: postgres:16@sha256:<digest>"),
        ("image: nginx:1.29.3@sha256:01", "postgres", "image: postgres:<version>@sha256:<digest>"),
        ("image: nginx:1.29.3", "registry:5000/a/b:latest", "image: registry:5000/a/b:<version>"),
        ("image: nginx:1.29.3", "not an image", ""),
        ("ports: ['8080:80']", "*:80->80/tcp", "ports: ['8080:80']"),
    ],
)
def test_the_image_at_hand_takes_the_place_of_the_examples(example: str, image: str, expected: str) -> None:
    assert of_image(example, image) == expected


@pytest.mark.parametrize(
    ("example", "port", "expected"),
    [
        ("ports: ['127.0.0.1:5432:5432']", "*:9200->9300/tcp", "ports: ['127.0.0.1:9200:9300']"),
        ("ports: ['127.0.0.1:5432:5432']", "[::]:53->53/udp", "ports: ['127.0.0.1:53:53/udp']"),
        ("ports: ['127.0.0.1:5432:5432']", "9200-9300->9200-9300/tcp", "ports: ['127.0.0.1:9200-9300:9200-9300']"),
        ("ports: ['127.0.0.1:5432:5432']", "*:any->6379/tcp", ""),
        ("ports: ['127.0.0.1:5432:5432']", "*:9200-9300->9200/tcp", ""),
        ("ports: ['8080:80']", "*:80->80/tcp", "ports: ['8080:80']"),
    ],
)
def test_the_port_at_hand_takes_the_place_of_the_examples(example: str, port: str, expected: str) -> None:
    assert of_port(example, port) == expected
