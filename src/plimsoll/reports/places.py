"""Where findings stand, as whoever began the scan would open the file."""

import posixpath
from collections.abc import Callable

from plimsoll.model.finding import Finding
from plimsoll.model.report import Report

_OF_FILES = frozenset({"configuration", "source tree"})
"""Kinds of subjects whose paths are those of files that a person may edit; others lie inside of images."""

_NO_FOLDER = "-"


def opener(report: Report) -> Callable[[Finding], str]:
    """Give what leads from a finding to its file: the target's folder and the path in it, "" where it has no file.

    Paths in reports begin at the target, so that they are the same wherever it is scanned from; an editor or a code
    host needs those that begin where the scan did.
    """
    folder = _folder(report)
    inside = {subject.id for subject in report.subjects if subject.kind not in {*_OF_FILES, "workload", "resource"}}

    def place(finding: Finding) -> str:
        path = finding.location.path
        if not path or not folder or finding.subject in inside:
            return path
        return posixpath.normpath(posixpath.join(folder, path))

    return place


def _folder(report: Report) -> str:
    """Give the folder that paths begin at, "" where they are right as they are."""
    if not report.subjects or report.subjects[0].kind not in _OF_FILES:
        return ""
    name, kind = report.subjects[0].name, report.subjects[0].kind
    if name == _NO_FOLDER:
        return ""
    ends = {path for path in _paths(report) if name == path or name.endswith(f"/{path}")}
    if ends:
        return name[: len(name) - max(map(len, ends))]
    return posixpath.dirname(name) if kind == "configuration" else name


def _paths(report: Report) -> set[str]:
    """Give the paths of all that was read, as far as anything is said of them."""
    of_findings = {finding.location.path for finding in report.findings}
    of_subjects = {subject.id.partition("#")[0] for subject in report.subjects[1:]}
    return {path for path in of_findings | of_subjects if path}
