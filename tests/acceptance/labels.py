"""What the labelled cases of other tools say, against what our rules say: `python -m tests.acceptance.labels [ID ...]`.

An id is `TOOL:RULE` or `TOOL` (kubescape, checkov, polaris, trivy). Each case is read as one estate and judged by those
of our rules whose `references` name the rule of theirs. A failing case names objects and paths; a path is *exact* where
a failure of ours has that very place, *near* where ours is inside it, or one step around it. Every failed path must be
found; of fix paths (keys that are absent) any one mends it. A passing case must stay silent.
"""

import json
import lzma
import re
import sys
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from plimsoll.checks.catalogue import row_files
from plimsoll.checks.judge import Judge
from plimsoll.checks.rows import read_rows
from plimsoll.errors import PlimsollError
from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Place, dotted
from plimsoll.model.rule import Rule
from plimsoll.pipeline.estate import estate_of

DATA = Path(__file__).parents[1] / "data" / "configs"

GROUPS: Mapping[str, tuple[str, ...]] = {
    "checkov:ImagePullPolicy": ("checkov:CKV_K8S_15",),
    "checkov:LivenessReadiness": ("checkov:CKV_K8S_8", "checkov:CKV_K8S_9"),
    "checkov:NginxIngressCVE202125742": ("checkov:CKV_K8S_152", "checkov:CKV_K8S_153", "checkov:CKV_K8S_154"),
    "checkov:NoDefaultNamespace": ("checkov:CKV_K8S_21",),
    "checkov:PSP": tuple(f"checkov:CKV_K8S_{number}" for number in (1, 2, 3, 4, 5, 6, 7, 24, 32, 36)),
    "checkov:Requests_Limits": tuple(f"checkov:CKV_K8S_{number}" for number in (10, 11, 12, 13)),
    "checkov:SecurityContexts": ("checkov:CKV_K8S_29", "checkov:CKV_K8S_30"),
    "checkov:ShareHost": tuple(f"checkov:CKV_K8S_{number}" for number in (17, 18, 19)),
}
"""Cases that serve several checks at once, by the name of their folder: any of them fails, or none does."""

EXEMPTED = {("kubescape:image-not-pinned-to-digest", "pod-exempted-repo")}
"""Cases that pass only because a user of theirs exempted them, as one of ours does by a waiver."""

ANY = "YOUR_LABEL"
"""A label of one's own choice, as kubescape writes it in paths."""


class Failure(NamedTuple):
    """One alert of theirs: all `paths` fail, or any of `fixes` would mend it, in `objects` (kind and name)."""

    paths: tuple[str, ...]
    fixes: tuple[str, ...]
    objects: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One labelled case: `id` is the rule of theirs as `TOOL:RULE`, `files` are names in the archive.

    `kinds` are those that their rule is about, where they say so.
    """

    id: str
    name: str
    fails: bool
    files: tuple[str, ...]
    failures: tuple[Failure, ...]
    kinds: frozenset[str] = frozenset()


class Found(NamedTuple):
    """One failure of ours: in which document and object, and where in that object."""

    document: int
    kind: str
    name: str
    at: Place
    rule: str
    said: str


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of a case: `wrong` says, in a line each, what is not as labelled, `extra` what they do not name."""

    exact: int = 0
    near: int = 0
    wrong: list[str] = field(default_factory=list)
    near_ones: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)


@cache
def cases() -> tuple[Case, ...]:
    """Give every labelled case."""
    lines = lzma.decompress((DATA / "labels.jsonl.xz").read_bytes()).decode().splitlines()
    return tuple(_case(json.loads(line)) for line in lines)


def _case(row: Mapping[str, object]) -> Case:
    failures = row["failures"]
    files = row["files"]
    kinds = row.get("kinds", [])
    assert isinstance(kinds, list)
    assert isinstance(failures, list)
    assert isinstance(files, list)
    return Case(
        id=f"{row['tool']}:{row['rule']}",
        name=str(row["case"]),
        # A file that says of itself that one thing in it passes and another fails is labelled as passing.
        fails=row["label"] == "fail" or "FAILED" in str(row["case"]),
        files=tuple(files),
        failures=tuple(
            Failure(tuple(each["paths"]), tuple(each["fixes"]), tuple((kind, name) for kind, name in each["objects"]))
            for each in failures
        ),
        kinds=frozenset(kinds),
    )


@cache
def manifests() -> Mapping[str, bytes]:
    """Give the texts of all cases, by name."""
    with tarfile.open(fileobj=BytesIO(lzma.decompress((DATA / "manifests.tar.xz").read_bytes()))) as archive:
        return {member.name: _content(archive, member) for member in archive}


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member)
    assert stream is not None
    return stream.read()


def read_rules(*, aloud: bool = True) -> list[Rule]:
    """Read our rules, file by file; one that is no rule (yet) is named and left out."""
    found: list[Rule] = []
    for name, data in row_files().items():
        try:
            rules = read_rows(data, name)
        except PlimsollError as error:
            _say(f"left out: {error.message}", aloud=aloud)
            continue
        for rule in rules:
            try:
                Judge([rule])
            except (PlimsollError, SyntaxError, NameError) as error:
                _say(f"left out: {rule.origin}: {rule.id}: {error}", aloud=aloud)
            else:
                found.append(rule)
    return found


def _say(text: str, *, aloud: bool) -> None:
    if aloud:
        sys.stderr.write(text + "\n")


def naming(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Give our rules by the rules of theirs that they name, groups of the label list included."""
    named: dict[str, list[Rule]] = {}
    for rule in rules:
        for reference in rule.references:
            named.setdefault(reference, []).append(rule)
    for group, members in GROUPS.items():
        inside = {rule.id: rule for member in members for rule in named.get(member, ())}
        if inside:
            named[group] = list(inside.values())
    return named


def judged(case: Case, rules: Sequence[Rule], texts: Mapping[str, bytes] | None = None) -> Outcome:
    """Judge one case by our rules for it, and compare; `texts` hold its files where the archive does not."""
    texts = manifests() if texts is None else texts
    estate = estate_of([(name, texts[name]) for name in case.files])
    failures, unmeasured = found_in(estate, rules)
    outcome = Outcome()
    if (case.id, case.name) in EXEMPTED:
        outcome.wrong += [] if failures else ["missed: nothing is left to waive: it passes without exemption"]
    elif case.fails:
        _expect_failures(case, failures, unmeasured, outcome)
    else:
        outcome.wrong += (f"false alarm: {told(each)}" for each in failures)
    return outcome


def found_in(estate: Estate, rules: Sequence[Rule]) -> tuple[list[Found], list[Found]]:
    """Give the failures of ours in an estate, and what could not be measured."""
    begins = {(each.document, each.key): each.at for each in estate.workloads}
    begins.update({(each.document, each.key): each.at for each in estate.resources})
    failed: list[Found] = []
    unmeasured: list[Found] = []
    for judgement in Judge(rules).judge(estate):
        into = {CheckState.FAIL: failed, CheckState.NOT_MEASURED: unmeasured}.get(judgement.state)
        if into is None:
            continue
        verdict = judgement.verdict
        kind, _, rest = judgement.subject.partition("/")
        namespace, _, rest = rest.partition("/")
        name = rest.partition("/")[0]
        begin = begins.get((judgement.document, f"{kind}/{namespace}/{name}"), ())
        inside = verdict.at[len(begin) :] if verdict.at[: len(begin)] == begin else verdict.at
        said = verdict.reason or verdict.value or verdict.detail
        into.append(Found(judgement.document, kind, name, inside, judgement.rule.id, said))
    return failed, unmeasured


def _expect_failures(case: Case, found: Sequence[Found], unmeasured: Sequence[Found], outcome: Outcome) -> None:
    if not case.failures and not found:
        outcome.wrong.append(f"missed: nothing fails{_unmeasured(unmeasured)}")
    outcome.exact += bool(not case.failures and found)
    for failure, times in Counter(case.failures).items():
        _expect(failure, times, found, unmeasured, outcome)
    named = {each for failure in case.failures for each in failure.objects}
    if named:
        outcome.extra += (f"extra: {told(each)}" for each in found if (each.kind, each.name) not in named)


def _expect(failure: Failure, times: int, found: Sequence[Found], unmeasured: Sequence[Found], into: Outcome) -> None:
    """Expect an alert, as often (in as many documents) as they raise it."""
    asked = _asked(failure)
    answers = [[_nearness(path, each, objects) for each in _in_objects(found, objects)] for path, objects in asked]
    if not failure.paths:
        asked, answers = [asked[0]], [[answer for each in answers for answer in each]]
    for (path, objects), answer in zip(asked, answers, strict=True):
        exact = {document for document, how in answer if how == "exact"}
        either = exact | {document for document, how in answer if how}
        where = f"{path or 'the object'} of {' '.join('/'.join(each) for each in objects) or 'any object'}"
        if len(either) < times:
            there = _in_objects(found, objects)
            seen = "; ".join(f"{each.rule} at {dotted(each.at)}" for each in there[:6]) or "nothing"
            into.wrong.append(f"missed: {where}: ours: {seen}{_unmeasured(_in_objects(unmeasured, objects))}")
        elif len(exact) < times:
            into.near += 1
            into.near_ones.append(f"near: {where}: ours: {', '.join(sorted({dotted(each.at) for each in found})[:4])}")
        else:
            into.exact += 1


def _asked(failure: Failure) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """Give the paths to look for, each with the objects that it may be in."""
    paths = failure.paths or failure.fixes or ("",)
    if len(failure.objects) > 1 and len(failure.objects) == len(paths):
        return [(path, (each,)) for path, each in zip(paths, failure.objects, strict=True)]
    return [(path, failure.objects) for path in paths]


def _in_objects(found: Sequence[Found], objects: Sequence[tuple[str, str]]) -> list[Found]:
    return [each for each in found if not objects or (each.kind, each.name) in objects]


def _unmeasured(found: Sequence[Found]) -> str:
    return f" (not measured: {'; '.join(told(each) for each in found[:3])})" if found else ""


def told(found: Found) -> str:
    """Say one failure of ours in a line."""
    return f"{found.rule} at {dotted(found.at) or 'the top'} of {found.kind}/{found.name} ({found.said[:80]})"


def _nearness(path: str, found: Found, objects: Sequence[tuple[str, str]]) -> tuple[int, str]:
    """Say how near a failure of ours is to a path of theirs: `exact`, `near` or nothing; with its document."""
    theirs, ours = steps(path), found.at
    if not objects and ours[-len(theirs) :] == theirs:
        # An alert about no object has made one of its own out of several: only the end of its path is the object's.
        return found.document, "exact"
    common = min(len(theirs), len(ours))
    if any(wanted not in (got, ANY) for wanted, got in zip(theirs[:common], ours[:common], strict=True)):
        return found.document, ""
    if len(ours) == len(theirs) or not theirs:
        return found.document, "exact"
    return found.document, "near" if len(ours) >= len(theirs) - 1 else ""


_STEP = re.compile(r"\[(?:(\d+)|'([^']*)'|\"([^\"]*)\"|([^\]]*))\]|([^.\[]+)")


@cache
def steps(path: str) -> Place:
    """Take a path of theirs apart; what alerts about several objects put before it is left out."""
    path = re.sub(r"^relatedObjects\[\d+\]\.", "", path)
    taken = (match.groups() for match in _STEP.finditer(path))
    return tuple(int(index) if index else one or two or bare or key or "" for index, one, two, bare, key in taken)


def chosen(ids: Sequence[str]) -> list[Case]:
    """Give the cases of some rules or tools, all where none is named."""
    return [case for case in cases() if not ids or case.id in ids or case.id.partition(":")[0] in ids]


class _Line(NamedTuple):
    """What is told of one rule of theirs."""

    id: str
    ours: str
    numbers: Counter[str]
    details: tuple[str, ...]


def _line(rule: str, of_it: Sequence[Case], ours: Sequence[Rule], *, detailed: bool) -> _Line:
    numbers: Counter[str] = Counter(cases=len(of_it), uncovered=0 if ours else len(of_it))
    details: list[str] = []
    for case in of_it if ours else ():
        outcome = _judged_anyhow(case, ours)
        numbers.update(exact=outcome.exact, near=outcome.near, extra=len(outcome.extra))
        numbers.update(missed=sum(text.startswith("missed") for text in outcome.wrong))
        numbers.update(false=sum(text.startswith("false") for text in outcome.wrong))
        told_now = [*outcome.wrong, *(outcome.near_ones + outcome.extra if detailed else ())]
        details += (f"    {case.name}: {text}" for text in told_now)
    return _Line(rule, ", ".join(each.id for each in ours), numbers, tuple(details))


def _judged_anyhow(case: Case, ours: Sequence[Rule]) -> Outcome:
    try:
        return judged(case, ours)
    except Exception as error:  # noqa: BLE001 - whatever one rule does wrong must not hide what the others do
        return Outcome(wrong=[f"missed: it broke: {type(error).__name__}: {error}"])


def _lines(ids: Sequence[str]) -> Iterator[_Line]:
    named = naming(read_rules())
    wanted = chosen(ids)
    for rule in dict.fromkeys(case.id for case in wanted):
        of_it = [case for case in wanted if case.id == rule]
        yield _line(rule, of_it, named.get(rule, []), detailed=bool(ids))


_HEADS = ("cases", "exact", "near", "missed", "false", "extra", "uncovered")


def main(ids: Sequence[str]) -> int:
    """Print what a label list says against ours, rule by rule; 1 where something is missed or a false alarm."""
    total: Counter[str] = Counter()
    write = sys.stdout.write
    write(" ".join(f"{head:>9}" for head in _HEADS) + "  rule\n")
    for line in _lines(ids):
        total.update(line.numbers)
        mark = "uncovered" if line.numbers["uncovered"] else "WRONG" if line.details and not ids else ""
        write(" ".join(f"{line.numbers[head]:>9}" for head in _HEADS) + f"  {line.id} [{line.ours}] {mark}\n")
        write("".join(text + "\n" for text in line.details))
    write(" ".join(f"{total[head]:>9}" for head in _HEADS) + "  altogether\n")
    return 1 if total["missed"] + total["false"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
