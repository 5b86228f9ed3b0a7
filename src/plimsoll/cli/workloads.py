"""From options to how workloads are read and judged, and what is told of it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from plimsoll.cli.console import tell, today
from plimsoll.cli.options import limits_of, option, words
from plimsoll.cli.settings import Settings
from plimsoll.cli.values import PathName
from plimsoll.errors import LimitError, TargetError, UsageError
from plimsoll.findings.waive import read_waivers
from plimsoll.model.limits import Limits
from plimsoll.model.rule import Rule
from plimsoll.pipeline.configurations import EVERY_PROFILE, Reading
from plimsoll.pipeline.targeting import skips
from plimsoll.pipeline.waiving import Decisions
from plimsoll.pipeline.workload_target import Declared
from plimsoll.reports.text import visible
from plimsoll.sources.configurations import read_configuration

if TYPE_CHECKING:
    from plimsoll.findings.exceptions import ExceptionPolicy

F = TypeVar("F", bound=Callable[..., Any])

_LARGEST_ENVIRONMENT = 1 << 20
"""Bytes of a file of variables."""


def about_workloads(command: F) -> F:
    """Add the options about how Compose files, manifests and the like are read."""
    for decorate in (
        option(
            "--images",
            type=click.Choice(["none", "config", "scan"]),
            default="config",
            show_default=True,
            help="Look up in the engine what images decide for workloads (config), scan them, too (scan), or neither.",
        ),
        option("--render", is_flag=True, help="Run helm and kustomize on the charts and kustomizations of TARGET."),
        words("--profile", metavar="NAME", help="Judge only services of these Compose profiles; default all."),
        option(
            "--env-file",
            "env_files",
            multiple=True,
            type=PathName(),
            metavar="FILE",
            help="Fill in the variables of Compose files from FILE, beside the project's own .env.",
        ),
        option(
            "--override",
            "overrides",
            multiple=True,
            type=PathName(),
            metavar="FILE",
            help="Merge FILE onto a Compose file, as docker compose -f TARGET -f FILE.",
        ),
        option(
            "--project-directory",
            type=PathName("dir"),
            metavar="DIR",
            help="Let a Compose file extend and include files below DIR; default: its own folder.",
        ),
    ):
        command = decorate(command)
    return command


def about_rules(command: F) -> F:
    """Add the option for rules of one's own."""
    return option(
        "--rules", "rule_folders", multiple=True, type=PathName(), metavar="DIR", help="Judge by the rules in DIR, too."
    )(command)


def further_rules(options: Mapping[str, Any], limits: Limits) -> tuple[Rule, ...]:
    """Read the rules of one's own. Raises UsageError."""
    if not options["rule_folders"]:
        return ()
    from plimsoll.pipeline.user_rules import rules_of

    return tuple(rule for folder in options["rule_folders"] for rule in rules_of(Path(folder), limits))


def reading(settings: Settings, options: Mapping[str, Any]) -> Reading:
    """Say how workloads are read. Raises UsageError for bad limits and for variables that cannot be read."""
    environment: dict[str, str] = {}
    for name in options["env_files"]:
        environment |= _variables(Path(name))
    project = options["project_directory"]
    return Reading(
        limits=limits_of(settings, options["limit"], options["timeout"]),
        overrides=options["overrides"],
        environment=environment,
        profiles=frozenset(options["profile"]) or EVERY_PROFILE,
        project=Path(project).absolute() if project else None,
        render=options["render"],
        is_skipped=skips(options["skip_dirs"], options["skip_files"]),
    )


def about_waivers(command: F) -> F:
    """Add the options about what files and their authors accept."""
    for decorate in (
        option(
            "--exceptions",
            "exception_files",
            multiple=True,
            type=PathName(),
            metavar="FILE",
            help="Waive what kubescape's exceptions in FILE accept.",
        ),
        option(
            "--inline-waivers",
            is_flag=True,
            default=True,
            help="Let comments and annotations in TARGET waive findings; default yes.",
        ),
    ):
        command = decorate(command)
    return command


def decisions_of(settings: Settings, options: Mapping[str, Any], *, trusted: bool = False) -> Decisions:
    """Give the waivers and the day; `trusted` says that the target may waive. Raises UsageError, TargetError."""
    return Decisions(
        waivers=read_waivers(settings.document, settings.origin),
        as_of=today(),
        settings=settings.origin,
        exceptions=exceptions_of(settings, options),
        trusted=trusted and options["inline_waivers"],
    )


def exceptions_of(settings: Settings, options: Mapping[str, Any]) -> "tuple[ExceptionPolicy, ...]":
    """Read the files of exceptions. Raises UsageError, TargetError, LimitError."""
    names = options.get("exception_files", ())
    if not names:
        return ()
    from plimsoll.findings.exceptions import read_exceptions

    limits = limits_of(settings, options["limit"], options.get("timeout"))
    return tuple(
        policy for name in names for policy in read_exceptions(read_configuration(Path(name), name, limits), name)
    )


def tell_of_workloads(declared: Declared, settings: Settings, *, quiet: bool) -> None:
    """Tell what a target was taken for, and where settings come from."""
    if quiet:
        return
    # On one line: a line that begins with `::` would be obeyed by who runs us in CI.
    name = visible(declared.subject.name)
    tell(f"{name}: {declared.took}" + (f", settings from {settings.origin}" if settings.origin else ""))
    if settings.note:
        tell(f"note: {settings.note}", style="yellow")


def _variables(path: Path) -> dict[str, str]:
    """Read `NAME=value` lines, as docker's --env-file has them: no quotes, no expansion."""
    try:
        text = read_configuration(path, str(path), Limits(configuration_size=_LARGEST_ENVIRONMENT))
    except LimitError as error:
        raise UsageError(f"{path} is larger than {_LARGEST_ENVIRONMENT} bytes") from error
    except TargetError as error:
        raise UsageError(error.message) from error
    lines = (line.strip() for line in text.decode("utf-8", "replace").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value for name, equals, value in pairs if equals}
