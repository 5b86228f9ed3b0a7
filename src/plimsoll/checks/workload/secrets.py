"""Secrets that stand where everybody reads them: variables, commands, labels, config maps."""

from collections import Counter
from collections.abc import Iterator

from plimsoll.checks.workload.inputs import inputs
from plimsoll.checks.workload.secret_words import (
    HINT,
    NOTHING,
    PLACEHOLDER,
    SECRET,
    encoded_token,
    known_token,
    masked,
    names_a_secret,
    personal,
    refers,
    secret_line,
    secret_option,
    weigh,
)
from plimsoll.documents.scalars import written
from plimsoll.documents.shapes import mapping
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Fact
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, Variable, Workload

_KEPT = "kept in a secret, mounted as a file"


def in_environment(container: Container, *_: object) -> Iterator[Verdict]:
    """Find secrets that are written into variables."""
    yield from _variables(container, SECRET)


def placeholders_in_environment(container: Container, *_: object) -> Iterator[Verdict]:
    """Find variables of secrets that hold a placeholder, to be replaced in this very file."""
    yield from _variables(container, PLACEHOLDER)


def hints_in_environment(container: Container, _: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find variables that may hold secrets, by a word in them: one of ours, or one that a user configured."""
    yield from _variables(container, HINT)
    words = _own_words(estate)
    for variable in container.variables if words else ():
        name, value = variable.name, variable.value.stated
        if variable.origin == "literal" and variable.value.is_known and _has_own_word(name, value, words):
            yield Verdict(variable.at, masked(name, value), name, _KEPT)


def _own_words(estate: Estate) -> tuple[str, ...]:
    """Give the parts of names that a user configured as those of secrets."""
    return tuple(word.lower() for word in inputs(estate).get("sensitiveKeyNames", ()))


def _has_own_word(name: str, value: str, words: tuple[str, ...]) -> bool:
    """Say whether a name has one of some words in it, where nothing else takes the value for a secret or a path."""
    low = name.lower()
    is_value = bool(value) and not value.startswith("/") and not refers(value)
    return is_value and weigh(name, value) == NOTHING and any(word in low for word in words)


def unused_store(container: Container, workload: Workload, *_: object) -> Iterator[Verdict]:
    """Find services of a Swarm that have a secret in a variable, and none from the Swarm's store."""
    if not container.body.get("secrets"):
        found = next(_variables(container, SECRET), None)
        if found is not None:
            at = workload.containers[0].at if workload.containers else workload.at
            yield Verdict((*at, "secrets"), found.detail, "", "secrets of the Swarm")


def _variables(container: Container, sought: str) -> Iterator[Verdict]:
    for variable in container.variables:
        name, value = variable.name, variable.value.stated
        is_said = value and variable.origin == "literal" and variable.value.is_known
        if is_said and weigh(name, value) == sought:
            yield Verdict(variable.at, masked(name, value), name, _KEPT)


def whole_secrets_in_environment(container: Container, *_: object) -> Iterator[Verdict]:
    """Find Secrets of which every key becomes a variable."""
    for variable in container.variables:
        if variable.origin == "secret" and "envFrom" in variable.at:
            yield Verdict(_named(variable, "secretRef"), variable.value.stated, variable.value.stated, _KEPT)


def keys_of_secrets_in_environment(container: Container, *_: object) -> Iterator[Verdict]:
    """Find keys of Secrets that become variables."""
    for variable in container.variables:
        if variable.origin == "secret" and "envFrom" not in variable.at:
            yield Verdict(_named(variable, "name"), variable.name, variable.name, _KEPT)


def _named(variable: Variable, key: str) -> tuple[str | int, ...]:
    return variable.at if variable.at[-1] == key else (*variable.at, key)


def repeated_variables(container: Container, *_: object) -> Iterator[Verdict]:
    """Find variables that are set more than once, so that what holds depends on who reads it."""
    names = Counter(each.name for each in container.variables if "envFrom" not in each.at and each.name != "*")
    if len(names) == len(container.variables):
        return
    seen: Counter[str] = Counter()
    for variable in container.variables:
        if names[variable.name] > 1:
            seen[variable.name] += 1
            at = (*variable.at, "name") if variable.at[-2:-1] == ("env",) else variable.at
            yield Verdict(at, variable.name, f"{variable.name}#{seen[variable.name]}", "set once")


def in_commands(container: Container, *_: object) -> Iterator[Verdict]:
    """Find secrets in commands and arguments."""
    before = ""
    for word in container.words:
        said = word.stated if word.is_known else ""
        name = _option_before(before, said) or secret_option(said)
        what = known_token(said)
        if what or name:
            yield Verdict(word.at, f"{name}: a value" if name else what, name or what, "read from a file")
        before = said


def _option_before(option: str, value: str) -> str:
    """Give the name of an option whose value is the next word, if that is a secret."""
    name = option.lstrip("-")
    is_option = option.startswith("-") and "=" not in option and " " not in option
    if is_option and not value.startswith("-") and names_a_secret(name) and weigh(name, value) == SECRET:
        return name
    return ""


def in_labels(workload: Workload, *_: object) -> Iterator[Verdict]:
    """Find secrets in labels and annotations."""
    for pair in (*workload.labels, *workload.annotations):
        own = pair.name.rpartition("/")[2]
        is_secret = len(pair.value) < 200 and names_a_secret(own) and weigh(own, pair.value) == SECRET
        if (is_secret and " " not in pair.value) or known_token(pair.value):
            yield Verdict(pair.at, masked(pair.name, pair.value), pair.name, _KEPT)


def in_config_map(resource: Resource, *_: object) -> Iterator[Verdict]:
    """Find secrets in config maps."""
    yield from _settings(resource, SECRET)


def placeholders_in_config_map(resource: Resource, *_: object) -> Iterator[Verdict]:
    """Find keys of config maps that are for secrets, and hold a placeholder."""
    yield from _settings(resource, PLACEHOLDER)


def hints_in_config_map(resource: Resource, estate: Estate) -> Iterator[Verdict]:
    """Find keys of config maps that may hold secrets, by a word in them: one of ours, or one that a user configured."""
    yield from _settings(resource, HINT)
    words = _own_words(estate)
    for key, said in mapping(resource.body.get("data")).items() if words else ():
        value = written(said)
        if "\n" not in value.strip() and _has_own_word(key, value, words):
            yield Verdict((*resource.at, "data", key), masked(key, value), key, "kept in a Secret")


def _settings(resource: Resource, sought: str) -> Iterator[Verdict]:
    for key, said in mapping(resource.body.get("data")).items():
        value = written(said)
        # A whole file is looked at line by line: its own name says nothing of what stands in it.
        if "\n" in value.strip() or "=" in value:
            found = _in_file(key, value)
        else:
            found = weigh(key, value), masked(key, value)
        what = "" if found[0] == SECRET else encoded_token(value)
        if what:
            found = SECRET, f"{key}: {what}, in base64"
        if found[0] == sought:
            yield Verdict((*resource.at, "data", key), found[1], key, "kept in a Secret")


def _in_file(key: str, value: str) -> tuple[str, str]:
    what = known_token(value)
    if what:
        return SECRET, f"{key}: {what}"
    name = secret_line(value)
    if name:
        return SECRET, f"{key}: {name}"
    if "\n" not in value.strip():
        return weigh(key, value), masked(key, value)
    return NOTHING, ""


def persons_in_config_map(resource: Resource, *_: object) -> Iterator[Verdict]:
    """Find config maps that name persons."""
    for key, said in mapping(resource.body.get("data")).items():
        value = written(said)
        what = personal(key, value) if value.strip() else ""
        if what:
            yield Verdict((*resource.at, "data", key), what[:80], key, "kept in a Secret")


def sudo(container: Container, *_: object) -> Iterator[Verdict]:
    """Find commands that are started by sudo."""
    for number, word in enumerate(container.words):
        if _has_sudo(word, first=number == 0):
            yield Verdict(word.at, "sudo", "sudo", "a user who needs no more rights")


def _has_sudo(word: Fact[str], *, first: bool) -> bool:
    if not word.is_known:
        return False
    text = word.stated[:4096].strip()
    parts = text.split()
    if not parts:
        return False
    if parts[0].rpartition("/")[2] == "sudo" and (first or len(parts) > 1):
        return True
    return any(
        part.rpartition("/")[2] == "sudo" for part, before in zip(parts[1:], parts, strict=False) if before in _JOINS
    )


_JOINS = frozenset({"&&", "||", ";", "|", "then", "do", "else", "exec", "-c", "{", "("})
