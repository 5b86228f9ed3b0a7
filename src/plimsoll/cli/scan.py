"""`plimsoll scan TARGET`: what is in a target, what is wrong with it, and its score."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any

import click

from plimsoll.cli.console import tell
from plimsoll.cli.findings import about_findings, finish
from plimsoll.cli.fixing import about_fixes, with_fixes
from plimsoll.cli.options import about_targets, common, quietly
from plimsoll.cli.parsing import Command
from plimsoll.cli.replacing import Kept
from plimsoll.cli.settings import Settings
from plimsoll.cli.values import PathName
from plimsoll.cli.workloads import (
    about_rules,
    about_waivers,
    about_workloads,
    decisions_of,
    further_rules,
    reading,
    tell_of_workloads,
)
from plimsoll.model.report import Report
from plimsoll.model.subject import Subject
from plimsoll.model.wording import counted
from plimsoll.pipeline.configurations import Reader, Reading
from plimsoll.pipeline.images import undecided, with_images
from plimsoll.pipeline.judging import Judged
from plimsoll.pipeline.judging import judge as judge_estate
from plimsoll.pipeline.targeting import STANDARD_INPUT
from plimsoll.pipeline.workload_scan import scan_workloads
from plimsoll.pipeline.workload_target import ENGINE, Declared, standard_input_of, workloads_of

if TYPE_CHECKING:
    from plimsoll.cli.knowing import Known


@click.command("scan", cls=Command, short_help="Scan an image, root file system, source tree or bill of materials.")
@click.argument("target", type=PathName())
@about_findings
@about_workloads
@about_rules
@about_fixes
@about_waivers
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
    kept = Kept()
    return finish(ctx, options, lambda: with_fixes(ctx.obj, options, lambda: _report(ctx.obj, options, kept)), kept)


def _report(settings: Settings, options: Mapping[str, Any], kept: Kept) -> Report:
    """Scan the target: workloads alone, or what is in an image, a tree or a list; and tell what it was taken for."""
    target, how = options["target"], reading(settings, options)
    standard_input: IO[bytes] = sys.stdin.buffer
    if target == STANDARD_INPUT:
        found, standard_input = standard_input_of(standard_input, how)
    else:
        found = _engine(target, how) or workloads_of(target, how)
    if found is not None:
        found = _with_images(found, how, options)
        tell_of_workloads(found, settings, quiet=options["quiet"])
        judged = kept.keep(judge_estate(found.estate, found.subject.id, further_rules(options, how.limits)))
        is_live = any(workload.effective for workload in found.estate.workloads)
        report = scan_workloads(target, found, judged, decisions_of(settings, options, trusted=not is_live))
        return _with_scans(report, found, settings, options)
    from plimsoll.cli.examining import examination, tell_of
    from plimsoll.cli.knowing import facts_of
    from plimsoll.cli.progress import progress_for
    from plimsoll.pipeline.scan import scan

    facts = facts_of(settings, options)
    progress = progress_for(quiet=options["quiet"], no_progress=options["no_progress"])
    report, examined = scan(
        examination(settings, options),
        facts.facts,
        standard_input,
        progress,
        lambda it: _beside(it, how, options, kept),
    )
    if not options["quiet"]:
        tell_of(examined, report.target, settings)
    return report


def _engine(target: str, how: Reading) -> Declared | None:
    """Read a live engine, where that is the target."""
    if not target.startswith(ENGINE) or os.path.exists(target):  # noqa: PTH110 - False for what is no path
        return None
    from plimsoll.pipeline.engine_target import engine_workloads

    return engine_workloads(target, how.limits)


def _with_images(found: Declared, how: Reading, options: Mapping[str, Any]) -> Declared:
    """Look up in the engine of this machine what images decide for workloads, if there is one."""
    names = undecided(found.estate) if options["images"] != "none" else ()
    if not names:
        return found
    from plimsoll.pipeline.engine_target import looked_up

    looked = looked_up(names, how.limits)
    if looked.told_by and not options["quiet"]:
        known = counted(len(looked.configurations), "image")
        tell(f"{known} of {len(names)} looked up in {looked.told_by}; --images none looks up none")
    return replace(found, estate=with_images(found.estate, looked.configurations))


def _with_scans(report: Report, found: Declared, settings: Settings, options: Mapping[str, Any]) -> Report:
    """Scan the images of workloads, too, where that is asked for."""
    if options["images"] != "scan":
        return report
    from plimsoll.cli.knowing import facts_of
    from plimsoll.pipeline.image_scans import with_image_scans

    facts = facts_of(settings, options)
    return with_image_scans(report, found.estate, lambda name: _scanned(f"image:{name}", facts, settings, options))


def _scanned(target: str, facts: "Known", settings: Settings, options: Mapping[str, Any]) -> Report:
    from plimsoll.cli.examining import examination
    from plimsoll.cli.progress import progress_for
    from plimsoll.pipeline.scan import scan

    progress = progress_for(quiet=options["quiet"], no_progress=options["no_progress"])
    how = examination(settings, {**options, "target": target})
    return scan(how, facts.facts, sys.stdin.buffer, progress)[0]


def _beside(subject: Subject, how: Reading, options: Mapping[str, Any], kept: Kept) -> Judged | None:
    """Judge the workloads that a source tree declares beside its packages."""
    from plimsoll.pipeline.target import folder_of

    folder = folder_of(options["target"])
    if folder is None:
        return None
    estate = Reader(subject.id, how).of_folder(folder)
    if not estate.things and not estate.gaps:
        return None
    return kept.keep(judge_estate(estate, subject.id, further_rules(options, how.limits)))
