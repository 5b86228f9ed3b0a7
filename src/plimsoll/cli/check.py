"""`plimsoll check`: the rules on workloads, each with its reason, examples and fix, and a command line as a target."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from plimsoll.cli.console import tell, write
from plimsoll.cli.findings import about_findings, finish
from plimsoll.cli.formats import FormatName
from plimsoll.cli.options import common, limited, limits_of, option, quietly
from plimsoll.cli.parsing import Family
from plimsoll.cli.replacing import Kept
from plimsoll.cli.values import PathName
from plimsoll.cli.workloads import about_rules, about_waivers, decisions_of, further_rules, tell_of_workloads
from plimsoll.errors import UsageError
from plimsoll.model.report import Report
from plimsoll.model.rule import Rule
from plimsoll.model.wording import counted
from plimsoll.pipeline.workload_target import Declared

EXAMPLES_FAIL = 1


@click.group("check", cls=Family, short_help="List, show and test rules; judge a docker run command line.")
def COMMAND() -> None:  # noqa: N802 - the plug-in's constant
    """List, show and test the rules on workloads, and judge a command line.

    A rule is written once and holds for Compose, Swarm, Kubernetes, Marathon, docker run and running containers.
    """


@COMMAND.command("list", short_help="List every rule.")
@option("--format", "-f", "form", type=FormatName("table"), default="table", help="Format; default table.")
@about_rules
@limited
@common
@click.pass_context
def list_command(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401 - click passes options by name
    """List every rule: id, severity, what it is about and, where there is room, the platforms it holds on."""
    every = _every(ctx, options)
    if options["form"] == "json":
        from plimsoll.reports.document import json_document
        from plimsoll.reports.rules import node

        write(json_document([node(rule) for rule in every]))
    else:
        from plimsoll.cli.console import style_for
        from plimsoll.reports.rules import listed

        write(listed(every, style_for("")))
    return 0


@COMMAND.command("show", short_help="Show one rule: reason, examples, fix, references.")
@click.argument("rule")
@option("--format", "-f", "form", type=FormatName("table"), default="table", help="Format; default table.")
@about_rules
@limited
@common
@click.pass_context
def show_command(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401 - click passes options by name
    """Show RULE, by its id or by that of another tool's rule (`cis-docker:5.4`, `checkov:CKV_K8S_16`)."""
    from plimsoll.reports.rules import node, shown

    found = _meant(_every(ctx, options), options["rule"])
    if options["form"] == "json":
        from plimsoll.reports.document import json_document

        write(json_document([node(rule) for rule in found]))
    else:
        from plimsoll.cli.console import style_for

        write("\n".join(shown(rule, style_for("")) for rule in found))
    return 0


@COMMAND.command("test", short_help="Run the examples of rules: the bad ones must fail, the good ones pass.")
@click.argument("folder", required=False, type=PathName())
@limited
@common
@click.pass_context
def test_command(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401 - click passes options by name
    """Run the examples of the rules in FOLDER, or of those that Plimsoll ships."""
    from plimsoll.pipeline.examples import wrong_examples

    limits = limits_of(ctx.obj, options["limit"], None)
    tested = _tested(options["folder"], limits)
    wrong = list(wrong_examples(tested))
    for line in wrong:
        tell(line, style="red")
    examples = sum(len(rule.examples) for rule in tested)
    tell(f"{counted(len(tested), 'rule')}, {counted(examples, 'example')}: {counted(len(wrong), 'thing')} wrong")
    return EXAMPLES_FAIL if wrong else 0


@COMMAND.command("run", short_help="Judge a command line: plimsoll check run -- docker run ...")
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED)
@about_findings
@about_rules
@limited
@quietly
@common
@click.pass_context
def run_command(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401 - click passes options by name
    """Judge the command line WORDS, written after --; it is read, never run."""
    kept = Kept()
    return finish(ctx, options, lambda: _report_of(ctx, options, kept), kept)


@COMMAND.command("files", short_help="Judge several files together, as a commit changes them.")
@click.argument("files", nargs=-1, required=True, type=PathName())
@about_findings
@about_rules
@about_waivers
@limited
@quietly
@common
@click.pass_context
def files_command(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401 - click passes options by name
    """Judge FILES below the working directory together; those that declare no workload are passed over.

    This is what a hook before a commit needs: it ends with 0 where none of the files declares anything.
    """
    from plimsoll.pipeline.configurations import Reading
    from plimsoll.pipeline.several_files import declared_by

    limits = limits_of(ctx.obj, options["limit"], None)
    declared = declared_by(options["files"], Path(), Reading(limits=limits))
    tell_of_workloads(declared, ctx.obj, quiet=options["quiet"])
    if not declared.estate.things and not declared.estate.gaps:
        return 0
    kept = Kept()
    return finish(ctx, options, lambda: _judged(ctx, options, declared, kept, trusted=True), kept)


def _report_of(ctx: click.Context, options: dict[str, Any], kept: Kept) -> Report:
    from plimsoll.pipeline.workload_target import command_line

    declared = command_line(options["words"])
    tell_of_workloads(declared, ctx.obj, quiet=options["quiet"])
    return _judged(ctx, options, declared, kept)


def _judged(
    ctx: click.Context, options: dict[str, Any], declared: Declared, kept: Kept, *, trusted: bool = False
) -> Report:
    from plimsoll.pipeline.judging import judge
    from plimsoll.pipeline.workload_scan import scan_workloads

    limits = limits_of(ctx.obj, options["limit"], None)
    judged = kept.keep(judge(declared.estate, declared.subject.id, further_rules(options, limits)))
    return scan_workloads(declared.subject.name, declared, judged, decisions_of(ctx.obj, options, trusted=trusted))


def _every(ctx: click.Context, options: dict[str, Any]) -> list[Rule]:
    from plimsoll.checks.catalogue import rules

    further = further_rules(options, limits_of(ctx.obj, options["limit"], None))
    return [*rules().values(), *further]


def _tested(folder: str | None, limits: Any) -> list[Rule]:  # noqa: ANN401 - Limits, which nothing else here needs
    if folder is None:
        from plimsoll.checks.catalogue import rules

        return list(rules().values())
    from plimsoll.pipeline.user_rules import rules_of

    return list(rules_of(Path(folder), limits))


def _names_of(reference: str) -> tuple[str, str]:
    name = reference.casefold()
    return name, name.partition(":")[2]


def _meant(every: Iterable[Rule], wanted: str) -> list[Rule]:
    """Find a rule by its id, or those that name another tool's rule. Raises UsageError with near misses."""
    from difflib import get_close_matches

    every = list(every)
    word = wanted.casefold()
    found = [rule for rule in every if rule.id == word]
    found = found or [rule for rule in every if word in {each.casefold() for each in rule.references}]
    found = found or [rule for rule in every if word in {each.partition(":")[2].casefold() for each in rule.references}]
    if not found:
        from plimsoll.checks.uncovered import uncovered

        reason = next((each.reason for each in uncovered() if word in _names_of(each.reference)), "")
        if reason:
            raise UsageError(
                f"no rule is about {wanted}: it {reason}", advice="docs/reference/peers-rules.md lists all."
            )
        near = get_close_matches(word, [rule.id for rule in every], n=3)
        advice = f"Did you mean {', '.join(near)}?" if near else "plimsoll check list lists them."
        raise UsageError(f"there is no rule {wanted!r}", advice=advice)
    return found
