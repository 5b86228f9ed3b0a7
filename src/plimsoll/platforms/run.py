"""Command lines: `docker run`, `docker create`, `podman run`, `podman create`.

A document is the list of a command's words (what `plimsoll check run -- docker run …` gets), or shell text with any
number of commands. Nothing is ever executed: what only a shell can know is an unknown fact.
"""

import json
from collections.abc import Callable, Iterable
from shlex import quote

from plimsoll.model.estate import Document
from plimsoll.model.fact import dotted
from plimsoll.model.platform import Platform, Read, Spelling, Surroundings
from plimsoll.model.reference import image_reference
from plimsoll.model.workload import Workload
from plimsoll.platforms.run_command import OPEN, Command, begins, taken_apart
from plimsoll.platforms.run_document import RunDocument, commands_in, plain, script_document
from plimsoll.platforms.run_facts import container_of, workload_of
from plimsoll.platforms.run_shell import split

NAME = "run"
_PULLS = {"Always": "always", "IfNotPresent": "missing", "Never": "never"}
_FIRST_WORDS = 50
_LONGEST_COMMAND = 100_000
"""Words of one command line; the kernel takes about as many (ARG_MAX)."""


def _recognises(document: Document) -> bool:
    """Only a list of words is recognised: text is never searched for commands unless that is asked for."""
    root = document.root
    return isinstance(root, list) and begins(root[:_FIRST_WORDS]) is not None and all(map(_is_word, root))


def _is_word(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, dict) and OPEN in value)


def _read(document: Document, number: int, _: Surroundings) -> Read:
    if isinstance(document.root, str):
        return _script(document, document.root, number)
    words = document.root if isinstance(document.root, list) else []
    command = taken_apart(words) if len(words) <= _LONGEST_COMMAND else None
    if command is None:
        return Read(faults=("it is no docker run, docker create, podman run or podman create",))
    workload = _workload(command, number)
    return Read(workloads=(workload,), faults=tuple(_told(document, command)))


def _script(document: Document, text: str, number: int) -> Read:
    commands, faults = commands_in(document.path, text)
    workloads: list[Workload] = []
    documents: list[RunDocument] = []
    for found in commands:
        command = taken_apart(found.root)
        if command is not None:
            documents.append(found)
            workloads.append(_workload(command, number + len(documents)))
            faults += _told(found, command)
    if not documents and not faults:
        faults = ["no docker run, docker create, podman run or podman create stands in it"]
    return Read(workloads=tuple(workloads), faults=tuple(faults), documents=tuple(documents))


def _told(document: Document, command: Command) -> Iterable[str]:
    for at, what in command.options.faults:
        position = document.position(at)
        place = f"line {position.line}, column {position.column}: " if position else ""
        yield f"{place}{what}" if position else f"{dotted(at)}: {what}"


def _workload(command: Command, number: int) -> Workload:
    container = container_of(command.options, _name(command), (), command.image, command.words)
    return workload_of(command.options, container, platform=NAME, kind="Container", number=number)


def _name(command: Command) -> str:
    """Give the container's name; without `--name` the last part of its image's, for engines invent one."""
    given = command.options.last("name")
    if given is not None and given.value.is_known and given.value.stated:
        return given.value.stated
    reference = image_reference(command.image.stated) if command.image.is_known else None
    return reference.repository.rpartition("/")[2] if reference else "container"


_IMAGE = "registry.example.com/app:1.0"


def _frame(piece: str) -> bytes:
    """Make a command line of options, with the words of the command after ` -- `; one that is whole stays as it is."""
    text = piece.strip()
    if not text.startswith(("docker ", "podman ")):
        options, _, words = f" {text} ".partition(" -- ")
        text = f"docker run {options.strip()} {_IMAGE} {words.strip()}"
    commands = split(text).commands
    if len(commands) != 1:
        return text.encode()
    return json.dumps(plain(commands[0])).encode()


def _to(option: str, write: Callable[[object], object], *, at: str = "container", append: bool = False) -> Spelling:
    return Spelling(path=(f"--{option}",), write=write, at=at, append=append)


def _flag(option: str) -> Spelling:
    return _to(option, lambda value: f"--{option}" if value is True else f"--{option}={str(value).lower()}")


def _value(option: str, *, at: str = "container") -> Spelling:
    return _to(option, lambda value: f"--{option}={quote(str(value))}", at=at)


def _number(option: str, factor: float = 1) -> Spelling:
    return _to(option, lambda value: f"--{option}={float(str(value)) * factor:.10g}")


def _size(value: object) -> str:
    """Give bytes as engines take them, in the largest unit that divides them."""
    size = int(float(str(value)))
    for unit, factor in (("g", 1 << 30), ("m", 1 << 20), ("k", 1 << 10)):
        if size and size % factor == 0:
            return f"{size // factor}{unit}"
    return str(size)


def _each(option: str) -> Spelling:
    def write(value: object) -> object:
        values = value if isinstance(value, list | tuple) else [value]
        return " ".join(f"--{option}={quote(str(each))}" for each in values)

    return _to(option, write, append=True)


def _security(name: str, built_in: str) -> Spelling:
    def write(value: object) -> object:
        profile = built_in if value == "runtime/default" else str(value).removeprefix("localhost/")
        return f"--security-opt={name}={quote(profile)}"

    return _to("security-opt", write, append=True)


def _host(option: str, otherwise: str) -> Spelling:
    return _to(option, lambda value: f"--{option}={'host' if value is True else otherwise}", at="workload")


RUN = Platform(
    name=NAME,
    split=lambda path, data: [script_document(path, data)],
    title="Command lines (docker run, podman run)",
    recognises=_recognises,
    read=_read,
    frame=_frame,
    precedence=30,
    spelling={
        "image": Spelling(path=("IMAGE",), write=str),
        "privileged": _flag("privileged"),
        "user": _value("user"),
        "capabilities_added": _each("cap-add"),
        "capabilities_dropped": _each("cap-drop"),
        "no_new_privileges": _to(
            "security-opt", lambda value: f"--security-opt=no-new-privileges={str(value).lower()}", append=True
        ),
        "seccomp": _security("seccomp", "builtin"),
        "apparmor": _security("apparmor", "docker-default"),
        "read_only_root": _flag("read-only"),
        "memory_limit": _to("memory", lambda value: f"--memory={_size(value)}"),
        "memory_request": _to("memory-reservation", lambda value: f"--memory-reservation={_size(value)}"),
        "cpu_limit": _number("cpus"),
        "cpu_request": _number("cpu-shares", 1024),
        "pids_limit": _number("pids-limit"),
        "pull_policy": _to("pull", lambda value: f"--pull={_PULLS.get(str(value), 'missing')}"),
        "host_pid": _host("pid", ""),
        "host_ipc": _host("ipc", "private"),
        "host_uts": _host("uts", ""),
        "host_users": _host("userns", ""),
        "host_network": _host("network", "bridge"),
        "network": _value("network", at="workload"),
        "cgroup_parent": _value("cgroup-parent", at="workload"),
        "restart": _value("restart", at="workload"),
    },
)
