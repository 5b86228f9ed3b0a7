"""Components of Kubernetes itself: what their flags and configuration files say, as facts for rows.

A row with `on = "component:kube-apiserver"` is judged on every container that runs that component, and its `fact` is
the name of a flag: `anonymous-auth`. The kubelet and kube-proxy are judged by their configuration files, too, which
stand as objects of their own or inside a ConfigMap; what such a file calls differently is named by the flag.

Flags are as in the components' own reference (kubernetes.io/docs/reference/command-line-tools-reference, etcd.io/docs:
Configuration options). A flag may be written `--flag=value`, `--flag value` (but not for truth values), with one dash
for etcd, several in one word as a shell gets them, or for etcd as a variable `ETCD_FLAG`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from plimsoll.checks.workload.component_flags import ALIASES, CONFIGURED, FLAGS, UNSAID, Flag, Kind
from plimsoll.documents.errors import DocumentError
from plimsoll.documents.scalars import is_null, is_template, number, truth, whole, written
from plimsoll.documents.shapes import mapping, sequence, text
from plimsoll.documents.yaml import read_yaml
from plimsoll.errors import UsageError
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Fact, Place, default, unknown
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, Workload

PREFIX = "component:"
"""What `on` of a rule about a component begins with."""

_FILE_DECIDES = "a configuration file decides, and it was not read"
_WORD_UNKNOWN = "a word of the command is not known"


class Said(NamedTuple):
    """What a flag, or a key of a configuration file, says, and where."""

    value: object
    at: Place


@dataclass(frozen=True, slots=True)
class Component:
    """A component as one container or file runs it: what it is told, and where what is absent would stand.

    `unsaid` is the reason for which absent flags are not known, "" where they have their defaults. `in_file` says that
    a configuration file says it all.
    """

    name: str
    at: Place
    said: Mapping[str, tuple[Said, ...]]
    absent_at: Callable[[str, int], Place]
    unsaid: str = ""
    in_file: bool = False

    def flag(self, name: str, further: int = 0) -> Fact[object]:
        """Give a flag as a fact; where it is absent, it would stand at the end, `further` words behind others to come.

        The value is a truth value, a number (of seconds, for durations), a tuple of facts, or text, as the flag is; a
        value that is none of the kind stays the text that it is, so that no expectation of a number holds.
        """
        flag = FLAGS[self.name][name]
        said = self.said.get(name)
        if not said:
            at = self.absent_at(name, further)
            otherwise = flag.otherwise(in_file=self.in_file)
            return unknown(otherwise, at, self.unsaid) if self.unsaid else default(otherwise, at)
        last = said[-1]
        if any(is_template(each.value) for each in said):
            return unknown(flag.default, last.at, UNSAID)
        if flag.kind is Kind.LIST:
            return Fact(tuple(element for each in said for element in _elements(each)), last.at)
        return Fact(_valued(flag, last.value), last.at)


def flag_of(rule: str, on: str, name: str) -> Callable[[Component], Fact[object]]:
    """Give what reads a flag for a row. Raises UsageError for a flag that its component has not."""
    component = on.removeprefix(PREFIX)
    if name not in FLAGS.get(component, {}):
        raise UsageError(f"{rule}: {component} has no flag {name!r} that is known")
    return lambda judged: judged.flag(name)


def component_of(container: Container) -> Component | None:
    """Say which component a container runs, and with which flags; None where it runs none that is known."""
    words = container.words
    name = _name(container, words)
    if name is None:
        return None
    said = _said(words, FLAGS[name])
    if name == "etcd":
        said = {**_variables(container), **said}
    unsaid = ""
    if any(not word.is_known and not word.stated for word in words):
        unsaid = _WORD_UNKNOWN
    elif "config" in said or "config-file" in said:
        unsaid = _FILE_DECIDES
    beside = _beside(container)
    return Component(name, container.at, said, lambda _, further: _moved(beside, further), unsaid)


def _beside(container: Container) -> Place:
    """Give the place after the last word, where a flag would be added."""
    arguments = container.arguments
    last = arguments if arguments.stated or not container.command.stated else container.command
    return (*last.at, len(last.stated))


def _moved(at: Place, further: int) -> Place:
    last = at[-1]
    return (*at[:-1], last + further) if isinstance(last, int) else at


_SHELLS = frozenset({"sh", "bash", "ash", "dash"})
_INSIDE = re.compile(r"(?:^|[\s/;&|])(" + "|".join(FLAGS) + r")(?=\s|$)")
_IMAGE = re.compile(r"(?:^|/)(" + "|".join(FLAGS) + r")(?:-(?:amd64|arm64))?(?=[:@]|$)")


def _name(container: Container, words: tuple[Fact[str], ...]) -> str | None:
    """Name the component: by the program, by what a shell is told to run, by the image where no program is said."""
    program = _program(words)
    if program and not program.startswith("-"):
        return program if program in FLAGS else _run_by(program, words[1:])
    by_image = _IMAGE.search(container.image.stated) if words and not container.command.stated else None
    return by_image[1] if by_image else None


def _program(words: tuple[Fact[str], ...]) -> str:
    """Give the name of the program that is run; an option where no program is said, "" where nothing is."""
    first = words[0].stated.strip().partition(" ")[0] if words else ""
    return first if first.startswith("-") else first.rpartition("/")[2]


def _run_by(program: str, words: tuple[Fact[str], ...]) -> str | None:
    """Name the component that a shell, or the one binary that once held all of them, is told to run."""
    if program in _SHELLS:
        found = next((match for word in words if (match := _INSIDE.search(word.stated))), None)
        return found[1] if found else None
    if program == "hyperkube" and words:
        name = words[0].stated.removeprefix("kube-")
        return next((known for known in FLAGS if known in {name, f"kube-{name}"}), None)
    return None


_NAME = r"(?:^|(?<=\s))--?([a-zA-Z][\w.-]*)"
_QUOTED = r"\"[^\"]*\"|'[^']*'"
_FLAG = re.compile(rf"{_NAME}(?:=({_QUOTED}|\S*(?:\s+(?!-)\S+)*))?")
_FLAG_IN_SHELL = re.compile(rf"{_NAME}(?:=({_QUOTED}|\S*))?")


def _said(words: tuple[Fact[str], ...], flags: Mapping[str, Flag]) -> dict[str, tuple[Said, ...]]:
    found: dict[str, list[Said]] = {}
    pattern = _FLAG_IN_SHELL if _program(words) in _SHELLS else _FLAG
    for word, after in pairwise((*words, None)):
        if word is None:
            continue
        for match in pattern.finditer(word.stated):
            name, value = ALIASES.get(match[1], match[1]), match[2]
            if value is None:
                value = _apart(word, after, match, flags.get(name))
            found.setdefault(name, []).append(Said(value.strip("\"'"), word.at))
    return {name: tuple(said) for name, said in found.items()}


def _apart(word: Fact[str], after: Fact[str] | None, match: re.Match[str], flag: Flag | None) -> str:
    """Give the value of a flag that has none of its own: the next word, or `true` for a truth value."""
    if flag is not None and flag.kind is Kind.TRUTH:
        return "true"
    rest = word.stated[match.end() :].split(maxsplit=1)
    following = rest[0] if rest else after.stated if after is not None else ""
    return "" if following.startswith("-") else following


def _variables(container: Container) -> dict[str, tuple[Said, ...]]:
    found: dict[str, tuple[Said, ...]] = {}
    for variable in container.variables:
        if variable.name.startswith("ETCD_"):
            name = variable.name.removeprefix("ETCD_").lower().replace("_", "-")
            found[name] = (Said(variable.value.stated if variable.value.is_known else "{{}}", (*variable.at, "value")),)
    return found


def _elements(said: Said) -> Iterator[Fact[str]]:
    values: Iterable[object] = written(said.value).split(",")
    if isinstance(said.value, list):
        values = said.value
    elif isinstance(said.value, dict):
        values = (f"{key}={written(value)}" for key, value in said.value.items())
    for value in values:
        if element := written(value).strip().strip("\"'"):
            yield Fact(element, said.at)


_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ns|us|µs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def _valued(flag: Flag, value: object) -> object:
    plain = written(value).strip()
    readings: Mapping[Kind, Callable[[object], object]] = {Kind.TRUTH: truth, Kind.WHOLE: whole, Kind.SECONDS: seconds}
    read = readings.get(flag.kind)
    found = read(_as_go(plain)) if read else None
    return plain if found is None else found


def _as_go(text: str) -> str:
    """Give truth values as YAML has them, where Go's strconv.ParseBool takes others."""
    return {"1": "true", "t": "true", "T": "true", "f": "false", "F": "false"}.get(text, text) if text else text


def seconds(value: object) -> float | None:
    """Give a duration as Go writes it (`1h2m3s`, any order of units) in seconds; None for what is none."""
    plain = written(value)
    parts = _DURATION.findall(plain)
    if not parts or "".join(size + unit for size, unit in parts) != plain:
        return number(value)
    return sum(float(size) * _SECONDS[unit] for size, unit in parts)


def components_of(resource: Resource) -> Iterator[Component]:
    """Give the components that an object configures: a configuration file itself, or a ConfigMap that holds some."""
    if resource.kind in CONFIGURED:
        yield _configured(resource.kind, resource.body, resource.at, None)
    elif resource.kind == "ConfigMap":
        for key, value in mapping(resource.body.get("data")).items():
            if isinstance(value, str) and any(kind in value for kind in CONFIGURED):
                yield from _in_text(value, (*resource.at, "data", key))


def _in_text(value: str, at: Place) -> Iterator[Component]:
    """Read a configuration file that stands as text in a ConfigMap; all that it says is at one place."""
    try:
        body = mapping(read_yaml(value.encode()))
    except DocumentError:
        return  # The file is the component's own to complain about; here it is any text.
    kind = text(body.get("kind"))
    if kind in CONFIGURED:
        yield _configured(kind, body, at, at)


def _configured(kind: str, body: Mapping[str, object], begins: Place, place: Place | None) -> Component:
    name, keys = CONFIGURED[kind]
    said = {}
    for flag, path in keys.items():
        value: object = body
        for key in path:
            value = mapping(value).get(key)
        if not is_null(value):
            said[flag] = (Said(value, place or (*begins, *path)),)
    return Component(name, begins, said, lambda flag, _: place or (*begins, *keys.get(flag, ())), in_file=True)


Logic = Callable[[Component, Workload | Resource, Estate], Iterable[Verdict]]


def needed(*names: str) -> Logic:
    """Make the logic of flags that are all needed: each one that is missing is a failure."""

    def logic(component: Component, *_: object) -> Iterator[Verdict]:
        for further, name in enumerate(names):
            fact = component.flag(name, further)
            if not fact.value:
                yield Verdict(fact.at, "", name, f"--{name} is set")

    return logic


etcd_client_files = needed("etcd-certfile", "etcd-keyfile")
kubelet_client_files = needed("kubelet-client-certificate", "kubelet-client-key")
tls_files = needed("tls-cert-file", "tls-private-key-file")
etcd_files = needed("cert-file", "key-file")
etcd_peer_files = needed("peer-cert-file", "peer-key-file")


def no_event_rate_limit(resource: Resource, _: Estate) -> Iterator[Verdict]:
    """Say where an AdmissionConfiguration has no plug-in that limits the rate of events."""
    plugins = sequence(resource.body.get("plugins"))
    if not any(mapping(each).get("name") == "EventRateLimit" for each in plugins):
        yield Verdict((*resource.at, "plugins"), "", "", "EventRateLimit among the plugins")


def secure_port_off(component: Component, *_: object) -> Iterator[Verdict]:
    """Say where serving with TLS is switched off; a later word that switches it on again may go any day."""
    yield from (
        Verdict(each.at, "0", "", "not 0") for each in component.said.get("secure-port", ()) if whole(each.value) == 0
    )


def audit_only_in_files(component: Component, *_: object) -> Iterator[Verdict]:
    """Say where audit records are thrown away by number or size, while nothing else takes them."""
    if component.flag("audit-webhook-config-file").value:
        return
    for name in ("audit-log-maxbackup", "audit-log-maxsize"):
        fact = component.flag(name)
        if fact.is_declared and fact.value:
            yield Verdict(fact.at, written(fact.value), name, "an audit webhook beside the files")


def threshold_as_shipped(component: Component, *_: object) -> Iterator[Verdict]:
    """Say where the threshold of finished pods is set, but to nothing lower than the default."""
    fact = component.flag("terminated-pod-gc-threshold")
    value = fact.value
    if not isinstance(value, int) or value >= _SHIPPED_THRESHOLD:
        yield Verdict(fact.at, written(value), "", f"below {_SHIPPED_THRESHOLD}")


_SHIPPED_THRESHOLD = 12500


def shared_authority(estate: Estate) -> Iterator[Verdict]:
    """Say where etcd trusts the authority that also signs the clients of the API server."""
    etcd, servers = (
        list(_flags(estate, "etcd", "trusted-ca-file")),
        list(_flags(estate, "kube-apiserver", "client-ca-file")),
    )
    trusted = {fact.stated for _, _, fact in etcd} & {fact.stated for _, _, fact in servers}
    for workload, container, fact in (*etcd, *servers):
        if fact.stated in trusted:
            subject = f"{workload.key}/{container.name}"
            yield Verdict(
                fact.at,
                written(fact.stated),
                "",
                "an authority of its own",
                document=workload.document,
                subject=subject,
            )


def _flags(estate: Estate, name: str, flag: str) -> Iterator[tuple[Workload, Container, Fact[object]]]:
    """Give a flag of all components of a name, where it is said."""
    for workload in estate.workloads:
        for container in workload.containers:
            component = component_of(container)
            if component is not None and component.name == name:
                fact = component.flag(flag)
                if fact.is_declared and fact.stated:
                    yield workload, container, fact
