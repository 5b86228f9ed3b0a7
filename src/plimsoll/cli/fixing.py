"""`plimsoll scan --fix`: from options to files with their safe fixes, and what is told of it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from plimsoll.cli.console import tell
from plimsoll.cli.options import option
from plimsoll.errors import UsageError
from plimsoll.model.report import Report
from plimsoll.model.wording import counted, some_of
from plimsoll.pipeline.targeting import STANDARD_INPUT

if TYPE_CHECKING:
    from plimsoll.cli.settings import Settings
    from plimsoll.model.rule import Rule
    from plimsoll.pipeline.configurations import Reading
    from plimsoll.pipeline.fixing import Left, Plan
    from plimsoll.pipeline.fixing_files import Fixed
    from plimsoll.pipeline.workload_target import Declared

F = TypeVar("F", bound=Callable[..., Any])

_ADVICE = "--fix writes Compose files, Swarm stacks and Kubernetes manifests: name one, or a folder of them."
_LARGEST_DIFFERENCE = 2 << 20
"""Bytes of a text of which differences are shown line by line."""


def about_fixes(command: F) -> F:
    """Add the options about fixes."""
    for decorate in (
        option("--diff", is_flag=True, help="Show on standard error what --fix would write, and write nothing."),
        option("--fix", is_flag=True, help="Write safe fixes into Compose, Swarm and Kubernetes YAML, then judge it."),
    ):
        command = decorate(command)
    return command


def with_fixes(settings: "Settings", options: Mapping[str, Any], report_of: Callable[[], Report]) -> Report:
    """Write or show the safe fixes of the target where that is asked for, then make the report of what is there.

    Raises UsageError for targets that cannot be fixed.
    """
    if not (options["fix"] or options["diff"]):
        return report_of()
    rules = _fix(settings, options)
    report = report_of()
    if not options["quiet"]:
        _tell_of_remaining(report, rules)
    return report


class _Place(NamedTuple):
    """The folder that is written in, what was read, and for a single file its path in that and its name."""

    root: Path
    declared: "Declared"
    file: str = ""
    name: str = ""


def _fix(settings: "Settings", options: Mapping[str, Any]) -> Mapping[str, "Rule"]:
    """Plan, make and write fixes; give the rules that were judged by."""
    from plimsoll.checks.catalogue import rules
    from plimsoll.cli.workloads import further_rules, reading
    from plimsoll.pipeline.fixing import plan, wanted
    from plimsoll.pipeline.fixing_files import made

    # What a chart or a kustomization is rendered to is no file that could be written.
    how = replace(reading(settings, options), render=False)
    place = _place(options["target"], how)
    further = further_rules(options, how.limits)
    every = {**rules(), **{rule.id: rule for rule in further}}
    findings = _shown(place.declared, further, settings, options)
    files, left = made(_of_target(plan(place.declared.estate, list(every.values()), wanted(findings)), place))
    if options["diff"]:
        for fixed in files:
            _show(fixed, _label(place, fixed.path))
    written, failed = ({fixed.path for fixed in files}, []) if options["diff"] else _write(place, files)
    if not options["quiet"]:
        _tell(place, [fixed for fixed in files if fixed.path in written], is_written=not options["diff"])
        _tell_of_left(place, left)
    for path, reason in failed:
        tell(f"{_label(place, path)} was not written: {reason}", style="yellow")
    return every


def _place(target: str, how: "Reading") -> _Place:
    """Read what is to be fixed. Raises UsageError for what has no files to write."""
    from plimsoll.model.subject import Subject
    from plimsoll.pipeline.configurations import Reader
    from plimsoll.pipeline.estate import platforms
    from plimsoll.pipeline.workload_target import KIND, Declared, workloads_of

    if target == STANDARD_INPUT:
        raise UsageError("standard input cannot be fixed: there is no file to write", advice=_ADVICE)
    from plimsoll.pipeline.target import folder_of

    folder = folder_of(target)
    if folder is not None:
        subject = Subject(id=f"{KIND}:{target}", kind=KIND, name=target)
        return _Place(folder, Declared(subject=subject, took="", estate=Reader(subject.id, how).of_folder(folder)))
    declared = workloads_of(target, how)
    scheme, _, rest = target.partition(":")
    path = Path(rest if scheme in platforms() and not Path(target).is_file() else target)
    if declared is None or not path.exists():
        raise UsageError(f"{target} cannot be fixed: it is no file of workloads, nor a folder", advice=_ADVICE)
    around, whole = (how.project or path.absolute().parent).absolute(), path.absolute()
    inside = whole.relative_to(around).as_posix() if whole.is_relative_to(around) else path.name
    return _Place(whole.parent, declared, inside, path.name)


def _shown(
    declared: "Declared", further: tuple["Rule", ...], settings: "Settings", options: Mapping[str, Any]
) -> tuple[Any, ...]:
    """Give the findings that the options choose, with their waivers: what is not shown is not fixed."""
    from plimsoll.cli.workloads import decisions_of
    from plimsoll.findings.select import select
    from plimsoll.pipeline.judging import judge
    from plimsoll.pipeline.workload_scan import scan_workloads

    judged = judge(declared.estate, declared.subject.id, further)
    report = scan_workloads(options["target"], declared, judged, decisions_of(settings, options, trusted=True))
    found, _ = select(
        report.findings,
        options["severity"] or (),
        options["only"],
        options["exclude"],
        ignore_unfixed=False,
        rules={check.rule for check in report.checks},
    )
    return found


def _of_target(plan: "Plan", place: _Place) -> "Plan":
    """Keep of a plan what is in the target: for a file that file alone, not what it includes or is overridden by."""
    from plimsoll.pipeline.fixing import Left

    if not place.file:
        return plan
    others = [fix for path, fixes in plan.fixes.items() if path != place.file for fix in fixes]
    left = [Left(fix.rule, fix.path, fix.line, "it is in another file than the target") for fix in others]
    fixes = {path: fixes for path, fixes in plan.fixes.items() if path == place.file}
    return replace(plan, fixes=fixes, left=(*plan.left, *left))


def _write(place: _Place, files: "list[Fixed]") -> tuple[set[str], list[tuple[str, str]]]:
    """Write files; give the paths of those that were, and of the others with the reason."""
    from plimsoll.pipeline.fixing_files import write

    reasons = {fixed.path: write(place.root, replace(fixed, path=place.name or fixed.path)) for fixed in files}
    return {path for path, why in reasons.items() if not why}, [(path, why) for path, why in reasons.items() if why]


def _label(place: _Place, path: str) -> str:
    return place.name if path == place.file and place.name else path


def _tell(place: _Place, files: "list[Fixed]", *, is_written: bool) -> None:
    """Tell for each file how many fixes were written, or would be."""
    verb = "written" if is_written else "to write"
    if not files:
        tell(f"no safe fix {verb}")
    for fixed in files:
        by_rule = [f"{number} {rule}" for rule, number in sorted(Counter(fixed.rules).items())]
        tell(f"{_label(place, fixed.path)}: {_fixes(len(fixed.rules))} {verb} ({some_of(by_rule, 10)})")


def _tell_of_left(place: _Place, left: "list[Left]") -> None:
    """Tell which safe fixes were left: by reason, with the places where they would have been."""
    by_reason: dict[str, list[Left]] = {}
    for each in left:
        by_reason.setdefault(each.reason, []).append(each)
    for reason, found in sorted(by_reason.items()):
        places = dict.fromkeys(f"{_label(place, each.path)}:{each.line}" for each in found)
        tell(f"{_fixes(len(found))} left, as {reason}: {some_of(list(places), 5)}")


def _fixes(number: int) -> str:
    return "1 fix" if number == 1 else f"{number} fixes"


def _tell_of_remaining(report: Report, rules: Mapping[str, "Rule"]) -> None:
    from plimsoll.pipeline.fixing import remaining

    platform_of = {subject.id: subject.platform for subject in report.subjects}
    unsafe, by_hand = remaining(report.findings, rules, platform_of)
    if unsafe or by_hand:
        tell(
            f"--fix leaves {counted(unsafe, 'finding')} whose fix is not safe, "
            f"and {counted(by_hand, 'finding')} whose fix takes thought"
        )


def _show(fixed: "Fixed", label: str) -> None:
    """Show what changes in a file as a unified diff, on standard error."""
    if len(fixed.before) > _LARGEST_DIFFERENCE:
        tell(f"{label} is too large to show its differences")
        return
    for line in _differences(fixed, label):
        style = {"+": "green", "-": "red"}.get(line[:1], "")
        tell(line.rstrip("\r\n"), style=style)


def _differences(fixed: "Fixed", label: str) -> Iterator[str]:
    from difflib import unified_diff

    before, after = (
        data.decode("utf-8", "backslashreplace").splitlines(keepends=True) for data in (fixed.before, fixed.after)
    )
    return unified_diff(before, after, f"a/{label}", f"b/{label}")
