"""Tests of the rules on secrets."""

import pytest
from tests.checks.judging import estate, judged, places, rules_of, wrong

from plimsoll.checks.workload.secret_words import (
    HINT,
    NOTHING,
    PLACEHOLDER,
    SECRET,
    known_token,
    names_a_secret,
    secret_line,
    weigh,
)

RULES = rules_of("secrets.toml")


def test_examples_hold() -> None:
    """Every bad example fails and every good one passes, on each platform."""
    assert wrong("secrets.toml") == []


@pytest.mark.parametrize(
    ("name", "value", "weight"),
    [
        ("DB_PASSWORD", "correct-horse", SECRET),
        ("POSTGRES_PASSWORD", "postgres", SECRET),
        ("PGPASSWORD", "1234", SECRET),
        ("DB_PASS", "hunter2", SECRET),
        ("apiKey", "9f8e7d6c", SECRET),
        ("API_TOKEN", "9f8e7d6c", SECRET),
        ("SECRET_KEY_BASE", "9f8e7d6c", SECRET),
        ("AZURE_BATCH_KEY", "9f8e7d6c", SECRET),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", SECRET),
        ("DATABASE_URL", "postgres://app:hunter2@db/app", SECRET),
        ("NOTE", "ghp_" + "a" * 36, SECRET),
        ("DB_PASSWORD", "<password>", PLACEHOLDER),
        ("DB_PASSWORD", "xxxxx", PLACEHOLDER),
        ("DB_PASSWORD", "REPLACE_ME", PLACEHOLDER),
        ("MYSQL_RANDOM_ROOT_PASSWORD", "yes", HINT),
        ("SOME_NAME", "my_key_value", HINT),
        ("AUTH_HEADER", "bearer abc", HINT),
        ("SORT_TOKENS_BY", "age", HINT),
        ("DB_PASSWORD", "", NOTHING),
        ("DB_PASSWORD", "${DB_PASSWORD}", NOTHING),
        ("DB_PASSWORD", "$(DB_PASSWORD)", NOTHING),
        ("DB_PASSWORD", "{{ .Values.password }}", NOTHING),
        ("DB_PASSWORD", "/run/secrets/db", NOTHING),
        ("DB_PASSWORD", "vault:secret/data/db#password", NOTHING),
        ("KEYSTORE_CREDENTIALS", "broker.keystore.creds.txt", NOTHING),
        ("DATABASE_URL", "postgres://app:${DB_PASSWORD}@db/app", NOTHING),
        ("GPG_KEY", "E3FF2839C048B25C084DEBE9B26995E310250568", NOTHING),
        ("PUBLIC_KEY", "abc", NOTHING),
        ("GREETING", "hello", NOTHING),
        ("KEYCLOAK_URL", "https://sso.example.com", NOTHING),
        ("initial-cluster-token", "etcd-cluster-1", NOTHING),
    ],
)
def test_what_a_secret_is(name: str, value: str, weight: str) -> None:
    """Secrets weigh as such; references, paths, switches and public keys do not."""
    assert weigh(name, value) == weight


@pytest.mark.parametrize(
    "name",
    ["DB_PASSWORD_FILE", "TOKEN_TTL", "SECRET_NAME", "ACCESS_TOKEN_EXPIRY_MINUTES", "PASSWORD_MIN_LENGTH", "COMPASS"],
)
def test_names_of_what_is_around_a_secret(name: str) -> None:
    """Where a secret is, and how long it lasts, is none."""
    assert not names_a_secret(name)


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "-----BEGIN PRIVATE KEY-----\nMIIE",
        "---BEGIN OPENSSH PRIVATE KEY---",
        "-----BEGIN RSA PRIVATE KEY-----",
        "glpat-" + "a" * 20,
        "xoxb-1234567890-abc",
        "sk_live_" + "a" * 24,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    ],
)
def test_known_forms(text: str) -> None:
    """Some credentials are known by their form alone."""
    assert known_token(text)


@pytest.mark.parametrize(
    "text", ["AKIA", "-----BEGIN PUBLIC KEY-----", "https://example.com:443/@x", "eyJhbGciOiJIUzI1NiJ9"]
)
def test_forms_that_are_none(text: str) -> None:
    """What only begins like one is none."""
    assert not known_token(text)


def test_no_secret_is_ever_shown() -> None:
    """No part of what a rule says holds the secret."""
    secret = "correct-horse-battery"  # noqa: S105 - the example
    texts = (
        f"environment: {{DB_PASSWORD: {secret}}}",
        f"environment: {{URL: 'https://me:{secret}@example.com/'}}",
        f"command: [app, --password={secret}]",
        f"command: [app, --password, {secret}]",
        f"labels: {{api-token: {secret}}}",
    )
    found = [
        judgement
        for text in texts
        for name in ("secrets-in-env", "secrets-in-command", "secrets-in-labels")
        for judgement in judged(RULES[name], estate("compose", text))
        if judgement.verdict.value
    ]
    assert len(found) == len(texts)
    assert not [each for each in found if secret in repr(each.verdict)]


def test_lines_of_a_file_in_a_config_map() -> None:
    """Settings of a file are looked at line by line; code that reads a secret is none."""
    assert secret_line("user=app\npassword=hunter2\n") == "password"
    assert secret_line('  "apiKey": "9f8e7d6c5b4a",\n') == "apiKey"
    assert secret_line("password=${PASSWORD}\n") == ""
    assert secret_line("password = get_password()\n") == ""
    assert secret_line("REDIS_PASSWORD=\n") == ""
    assert secret_line("# the password: is not here\n") == ""


CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: apps}
data:
  application.properties: |
    db.user=app
    db.password=hunter22
  token.txt: /run/secrets/token
  notes: nothing of interest
"""


def test_files_in_config_maps() -> None:
    """The key of the file that holds the secret is named."""
    assert places(RULES["secret-in-config-map"], estate("kubernetes", CONFIG)) == ["data.application.properties"]


def test_each_repetition_is_named() -> None:
    """Of a variable that is set twice both places are found, told apart by their number."""
    text = "env: [{name: A, value: x}, {name: B, value: y}, {name: A, value: z}]"
    found = judged(RULES["duplicate-env-var"], estate("kubernetes", text))
    assert places(RULES["duplicate-env-var"], estate("kubernetes", text)) == [
        "spec.containers[0].env[0].name",
        "spec.containers[0].env[2].name",
    ]
    assert [each.verdict.detail for each in found] == ["A#1", "A#2"]


@pytest.mark.parametrize(
    ("command", "fails"),
    [
        ("[sudo, app]", True),
        ("['sudo printenv']", True),
        ("[/usr/bin/sudo, -u, app]", True),
        ("[sh, -c, 'cd /srv && sudo app']", True),
        ("[app, sudo]", False),
        ("[app, --without, sudo]", False),
        ("[grep, sudoers]", False),
    ],
)
def test_sudo(command: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """Only what is started by sudo is found."""
    assert bool(places(RULES["sudo-in-entrypoint"], estate("kubernetes", f"command: {command}"))) is fails


def test_hostile_values_are_weighed_in_time() -> None:
    """Long values that come near to every pattern are looked at only as far as is bounded."""
    for piece in ("eyJ" + "a" * 5000, "https://" + ":" * 5000, "-BEGIN " + "A " * 5000, "a=" * 50_000, "=" * 100_000):
        assert weigh("NOTE", piece * 3) in {NOTHING, HINT}
        assert secret_line(piece * 3) == ""
