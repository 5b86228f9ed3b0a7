"""Tests of the rules on images."""

import pytest
from tests.checks.judging import estate, places, rules_of, states, wrong

from plimsoll.checks.workload.images import Named, parts_of

RULES = rules_of("images.toml")
SHA256 = "sha256:" + "a" * 64


def test_examples_hold() -> None:
    """Every bad example fails and every good one passes, on each platform."""
    assert wrong("images.toml") == []


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("nginx", Named("docker.io", "nginx", "", "")),
        ("nginx:1", Named("docker.io", "nginx", "1", "")),
        ("library/nginx", Named("docker.io", "nginx", "", "")),
        ("docker.io/library/nginx:1", Named("docker.io", "nginx", "1", "")),
        ("me/app:1", Named("docker.io", "me/app", "1", "")),
        ("localhost/app", Named("localhost", "app", "", "")),
        ("host:5000/app", Named("host:5000", "app", "", "")),
        ("host:5000/a/b:2@sha256:abc", Named("host:5000", "a/b", "2", "sha256:abc")),
        ("Registry.Example.COM/app", Named("registry.example.com", "app", "", "")),
    ],
)
def test_names_are_taken_apart(image: str, parts: Named) -> None:
    """A name is taken apart as engines do, also one that they would refuse."""
    assert parts_of(image) == parts


def test_ids_are_no_names() -> None:
    """An image's id names one image for ever."""
    assert parts_of(SHA256) is None
    assert parts_of("a" * 64) is None


@pytest.mark.parametrize(
    ("digest", "fails"),
    [
        (SHA256, False),
        ("sha512:" + "a" * 128, False),
        ("custom-algorithm:" + "a" * 32, False),
        ("sha256:" + "a" * 63, True),
        ("sha512:" + "a" * 32, True),
        ("blake3:" + "a" * 63, True),
        ("sha256:", True),
        ("", True),
        ("custom:" + "a" * 31, True),
    ],
)
def test_digests(digest: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """A digest must be whole; which it is not is no question of tags."""
    made = estate("kubernetes", f"image: 'nginx@{digest}'")
    assert bool(places(RULES["image-digest-invalid"], made)) is fails
    assert places(RULES["image-without-digest"], made) == []


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("image: nginx:latest\nimagePullPolicy: Never", "latest-version-not-used"),
        ("image: nginx\nimagePullPolicy: IfNotPresent", "latest-version-not-used"),
        ("image: nginx:1.29", "pull-policy-not-always"),
        ("image: nginx:1.29\nimagePullPolicy: IfNotPresent", "pull-policy-not-always"),
        ("image: nginx", "pull-policy-unsaid"),
        (f"image: nginx@{SHA256}", "pull-policy-unsaid"),
        ("image: nginx:1.29\nimagePullPolicy: Always", ""),
        ("image: nginx\nimagePullPolicy: Always", ""),
    ],
)
def test_one_rule_at_most_speaks_of_the_pull_policy(said: str, rule: str) -> None:
    """Three rules ask about it; of one container only one of them fails."""
    asked = ("latest-version-not-used", "pull-policy-not-always", "pull-policy-unsaid")
    made = estate("kubernetes", said)
    assert [name for name in asked if places(RULES[name], made)] == ([rule] if rule else [])


def test_what_a_project_builds_itself_is_not_asked() -> None:
    """The name of an image that Compose builds says nothing of a registry."""
    for image in ("", "image: app:latest\n"):
        made = estate("compose", f"services: {{app: {{build: ., {image.strip().replace(chr(10), '')}}}}}")
        for rule in RULES.values():
            if "compose" in rule.platforms:
                assert [each.value for each in states(rule, made)] == ["pass"], rule.id


@pytest.mark.parametrize(
    ("image", "approved"),
    [
        ("nginx", True),
        ("gcr.io/p/app", True),
        ("eu.gcr.io/p/app", True),
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/app", True),
        ("europe-docker.pkg.dev/p/r/app", True),
        ("localhost:5000/app", True),
        ("gcr.io:5000/p/app", False),
        ("k8s.gcb.io/app", False),
        ("notgcr.io/app", False),
        ("gcr.io.example.com/app", False),
    ],
)
def test_well_known_registries(image: str, approved: bool) -> None:  # noqa: FBT001 - a table
    """A name that only looks like a well-known one is none."""
    assert bool(places(RULES["unapproved-registry"], estate("kubernetes", f"image: {image}"))) is not approved


@pytest.mark.parametrize(
    ("image", "fails"),
    [
        ("8.8.8.8/app:1", True),
        ("8.8.8.8:5000/app:1", True),
        ("10.0.0.5:5000/app:1", False),
        ("abc123.ngrok-free.app/app:1", True),
        ("quay.io/app/app:1", False),
    ],
)
def test_throwaway_registries(image: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """A bare address of the open network is nobody's registry; one of one's own network may be one's own."""
    assert bool(places(RULES["throwaway-registry"], estate("kubernetes", f"image: {image}"))) is fails
