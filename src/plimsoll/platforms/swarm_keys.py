"""Which keys of a service Swarm heeds.

All others `docker stack deploy` ignores with a warning, or refuses (docker/cli, cli/compose/types and its schema 3.13).
"""

from collections.abc import Mapping

from plimsoll.model.fact import Place
from plimsoll.model.gap import Gap
from plimsoll.platforms.compose_facts import Faults, line_of

_HEEDED = frozenset(
    {
        "annotations",
        "cap_add",
        "cap_drop",
        "command",
        "configs",
        "credential_spec",
        "deploy",
        "dns",
        "dns_search",
        "entrypoint",
        "env_file",
        "environment",
        "extra_hosts",
        "healthcheck",
        "hostname",
        "image",
        "init",
        "isolation",
        "labels",
        "logging",
        "networks",
        "ports",
        "read_only",
        "restart",
        "secrets",
        "sysctls",
        "stdin_open",
        "stop_grace_period",
        "stop_signal",
        "tmpfs",
        "tty",
        "ulimits",
        "user",
        "volumes",
        "working_dir",
    }
)  # fmt: skip - one to a line would hide the rest of the file
_HARMLESS = frozenset({"build", "container_name", "depends_on", "domainname", "expose", "extends", "links"})
"""Keys that are ignored, and of which no rule asks anything."""

_MOST_NAMED = 20


def heeded(service: Mapping[str, object]) -> Mapping[str, object]:
    """Give what Swarm heeds of a service; `build` stays, as it says why there is no image."""
    if _HEEDED.issuperset(service):
        return service
    return {key: value for key, value in service.items() if key in _HEEDED or key == "build"}


def ignored_by_swarm(services: Mapping[str, Mapping[str, object]], at: Place, faults: Faults) -> tuple[Gap, ...]:
    """Give one gap that names all keys which are not in force, with their lines; none where there is no such key."""
    named = [
        f"{name}.{key}{line_of(faults.document, (*at, name, key))}"
        for name, body in services.items()
        for key in body
        if key not in _HEEDED and key not in _HARMLESS and not key.startswith("x-")
    ]
    if not named:
        return ()
    more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    gap = Gap(
        subject="",
        what="ignored-by-swarm",
        question=f"what {', '.join(named[:_MOST_NAMED])}{more} should bring about",
        reason="docker stack deploy ignores these keys, or refuses the file for them",
        count=len(named),
        advice="Take them out, or say it by deploy where that can be.",
    )
    return (gap,)
