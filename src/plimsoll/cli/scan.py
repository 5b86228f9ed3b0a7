"""`plimsoll scan TARGET`: what is in a target, what is wrong with it, and its score."""

import sys
from collections.abc import Mapping
from typing import IO, Any

import click

from plimsoll.cli.findings import about_findings, finish
from plimsoll.cli.options import about_targets, common, quietly
from plimsoll.cli.parsing import Command
from plimsoll.cli.settings import Settings
from plimsoll.cli.values import PathName
from plimsoll.cli.workloads import about_rules, about_workloads, decisions_of, further_rules, reading, tell_of_workloads
from plimsoll.model.report import Report
from plimsoll.model.subject import Subject
from plimsoll.pipeline.configurations import Reader, Reading
from plimsoll.pipeline.judging import Judged
from plimsoll.pipeline.judging import judge as judge_estate
from plimsoll.pipeline.target import STANDARD_INPUT, folder_of
from plimsoll.pipeline.workload_scan import scan_workloads
from plimsoll.pipeline.workload_target import standard_input_of, workloads_of


@click.command("scan", cls=Command, short_help="Scan an image, root file system, source tree or bill of materials.")
@click.argument("target", type=PathName())
@about_findings
@about_workloads
@about_rules
@about_targets
@quietly
@common
@click.pass_context
def COMMAND(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401, N802 - click passes options by name
    """Scan TARGET: an image, a root file system, a source tree, a bill of materials, workloads.

    TARGET is a docker save archive, an OCI layout (folder or tar), a directory with a root file system, a source tree
    or one of its lockfiles, a CycloneDX or SPDX document, the name of an image in a running engine, a Compose or Swarm
    file, Kubernetes manifests, a Marathon app, the output of docker inspect, or engine: for all that an engine runs. It
    may name its kind: archive:FILE, oci:PATH, dir:PATH, source:PATH, sbom:FILE, image:NAME, compose:FILE, swarm:FILE,
    kubernetes:FILE, marathon:FILE, inspect:FILE, run:FILE; one of several images is FILE#NAME; - reads an archive or a
    document from standard input. Images tell what is installed, source trees what is declared.
    Options that choose findings leave the score as it is: it counts them all.
    """
    return finish(ctx, options, lambda: _report(ctx.obj, options))


def _report(settings: Settings, options: Mapping[str, Any]) -> Report:
    """Scan the target: workloads alone, or what is in an image, a tree or a list; and tell what it was taken for."""
    target, how = options["target"], reading(settings, options)
    standard_input: IO[bytes] = sys.stdin.buffer
    if target == STANDARD_INPUT:
        found, standard_input = standard_input_of(standard_input, how)
    else:
        found = workloads_of(target, how)
    if found is not None:
        tell_of_workloads(found, settings, quiet=options["quiet"])
        judged = judge_estate(found.estate, found.subject.id, further_rules(options, how.limits))
        return scan_workloads(target, found, judged, decisions_of(settings))
    from plimsoll.cli.examining import examination, tell_of
    from plimsoll.cli.knowing import facts_of
    from plimsoll.cli.progress import progress_for
    from plimsoll.pipeline.scan import scan

    facts = facts_of(settings, options)
    progress = progress_for(quiet=options["quiet"], no_progress=options["no_progress"])
    report, examined = scan(
        examination(settings, options), facts.facts, standard_input, progress, lambda it: _beside(it, how, options)
    )
    if not options["quiet"]:
        tell_of(examined, report.target, settings)
    return report


def _beside(subject: Subject, how: Reading, options: Mapping[str, Any]) -> Judged | None:
    """Judge the workloads that a source tree declares beside its packages."""
    folder = folder_of(options["target"])
    if folder is None:
        return None
    estate = Reader(subject.id, how).of_folder(folder)
    return judge_estate(estate, subject.id, further_rules(options, how.limits))
