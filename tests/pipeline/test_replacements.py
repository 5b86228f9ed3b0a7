"""Replacements on real files: each gives exactly the text that an edit gives, and its finding is silent afterwards."""

import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from tests.reports.sample_report import empty_report

from plimsoll.documents.editing import Edit, Edited, edited
from plimsoll.model.finding import Finding, Replacement
from plimsoll.model.report import Report
from plimsoll.pipeline import replacements
from plimsoll.pipeline.estate import estate_of
from plimsoll.pipeline.judging import Judged, judge
from plimsoll.pipeline.replacements import replacement, with_replacements

DATA = Path(__file__).parents[1] / "data"
COMPOSE = sorted((DATA / "platforms" / "compose").glob("*.y*ml"))
SOME = 15
"""Of the manifests every fifteenth is looked at, as each replacement is judged by itself."""


@cache
def manifests() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with tarfile.open(DATA / "configs" / "manifests.tar.xz") as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is not None and member.name.endswith((".yaml", ".yml")):
                found[member.name] = file.read()
    return found


def judged(path: str, data: bytes, platform: str = "") -> Judged:
    return judge(estate_of([(path, data)], platform), "configuration:t")


def shown(what: Judged) -> Report:
    return with_replacements(replace(empty_report(), findings=what.failures.findings), what)


def changed(data: bytes, change: Replacement) -> bytes:
    """Make a replacement as an editor does: by lines and columns of the text without its byte order mark."""
    marks = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
    mark, encoding = next(((mark, name) for mark, name in marks.items() if data.startswith(mark)), (b"", "utf-8"))
    text = data[len(mark) :].decode(encoding)
    starts = [0, *(index + 1 for index, sign in enumerate(text) if sign == "\n")]
    begin = starts[change.line - 1] + change.column - 1
    end = starts[change.end_line - 1] + change.end_column - 1
    assert 0 <= begin <= end <= len(text)
    return mark + (text[:begin] + change.text + text[end:]).encode(encoding)


def name(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.subject, finding.location.pointer


def replaced(path: str, data: bytes, platform: str = "") -> Iterator[tuple[Finding, bytes]]:
    """Give the findings of a file that have a replacement, with the text after it."""
    for finding in shown(judged(path, data, platform)).findings:
        for change in finding.replacements:
            assert change.path == path
            yield finding, changed(data, change)


def expect_mended(path: str, data: bytes) -> int:
    before = Counter(map(name, judged(path, data).failures.findings))
    number = 0
    for finding, text in replaced(path, data):
        number += 1
        after = Counter(map(name, judged(path, text).failures.findings))
        assert after[name(finding)] < before[name(finding)], (finding, text.decode())
    return number


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_real_compose_files(path: Path) -> None:
    expect_mended(path.name, path.read_bytes())


def test_real_manifests() -> None:
    some = sorted(manifests().items())[::SOME]
    assert sum(expect_mended(path, data) for path, data in some) > 300


MARKED = b"\xef\xbb\xbf"


def written(data: bytes, ends: str, encoding: str) -> bytes:
    return data.decode().replace("\n", ends).encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_ends_of_lines_and_marks_stay(ends: str, encoding: str) -> None:
    """The text after a replacement is that of the plain file, written in the same way."""
    plain = [path.read_bytes() for path in COMPOSE] + [data for _, data in sorted(manifests().items())[::101]]
    number = 0
    for data in plain:
        if b"\r" in data or data.startswith(MARKED):
            continue
        expected = {name(finding): written(text, ends, encoding) for finding, text in replaced("a.yaml", data)}
        found = {name(finding): text for finding, text in replaced("a.yaml", written(data, ends, encoding))}
        assert found == expected
        number += len(found)
    assert number > 100


COMPOSE_TEXT = b"""\
# The shop
services:
  web:
    image: registry.example.com/web:1.0
    "privileged": true  # why?
    network_mode: host
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock"""


def by_rule(data: bytes, path: str = "compose.yaml") -> dict[str, Finding]:
    return {each.rule: each for each in shown(judged(path, data)).findings}


def test_what_somebody_wrote_may_be_changed_where_a_person_looks() -> None:
    privileged = by_rule(COMPOSE_TEXT)["privileged-container"]
    assert privileged.replacements == (
        Replacement(
            path="compose.yaml",
            line=5,
            column=1,
            end_line=6,
            end_column=1,
            text='    "privileged": false  # why?\n',
        ),
    )


def test_a_file_without_a_last_line_feed() -> None:
    (change,) = by_rule(COMPOSE_TEXT)["no-pids-limit"].replacements
    assert changed(COMPOSE_TEXT, change).startswith(COMPOSE_TEXT + b"\n    pids_limit: 2048")
    assert (change.line, change.end_line, change.end_column) == (8, 8, 50)


def test_of_two_objects_with_one_name_each_is_changed_where_it_stands() -> None:
    pod = b"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostPID: true\n  containers: []\n"
    found = [each for each in shown(judged("a.yaml", pod + b"---\n" + pod)).findings if each.rule == "host-pid"]
    assert [(each.location.line, each.replacements[0].line) for each in found] == [(5, 5), (12, 12)]


def test_what_takes_thought_has_no_replacement() -> None:
    assert by_rule(COMPOSE_TEXT)["docker-socket-mounted"].replacements == ()


def test_keys_have_an_end_also_in_quotes_and_elements_have_none() -> None:
    found = by_rule(COMPOSE_TEXT)
    places = {
        rule: (found[rule].location.line, found[rule].location.column, found[rule].location.end_column)
        for rule in ("privileged-container", "host-network", "docker-socket-mounted", "no-pids-limit")
    }
    assert places["privileged-container"] == (5, 5, 17)
    assert places["host-network"] == (6, 5, 17)
    assert places["docker-socket-mounted"][2] is places["no-pids-limit"][2] is None


def test_json_has_ends_but_no_replacements() -> None:
    data = (
        b'{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"},\n "spec": {"hostPID": true, "containers": []}}'
    )
    found = by_rule(data, "pod.json")["host-pid"]
    assert (found.location.line, found.location.column, found.location.end_column) == (2, 11, 20)
    assert found.replacements == ()


@pytest.mark.parametrize("path", ["-", "chart/(rendered by helm)"])
def test_what_is_in_no_file_has_no_replacement(path: str) -> None:
    data = b"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostPID: true\n  containers: []\n"
    assert by_rule(data, "pod.yaml")["host-pid"].replacements
    assert by_rule(data, path)["host-pid"].replacements == ()


def test_what_is_included_is_changed_where_it_stands() -> None:
    over = b"services:\n  web:\n    privileged: true\n"
    base = b"services:\n  web:\n    image: registry.example.com/web:1.0\n    extends: {file: base.yaml, service: web}\n"
    what = judge(estate_of([("compose.yaml", base), ("base.yaml", over)], "compose"), "configuration:t")
    found = next(each for each in shown(what).findings if each.rule == "privileged-container")
    assert {change.path for change in found.replacements} <= {found.location.path}


def test_too_many_findings_and_too_much_text_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    what = judged("compose.yaml", COMPOSE_TEXT)
    every = sum(bool(each.replacements) for each in shown(what).findings)
    assert shown(what).unsought == 0
    assert every > 3
    monkeypatch.setattr(replacements, "MOST_TEXT", 3 * len(COMPOSE_TEXT))
    # Two findings may ask for one change, which is made once.
    assert 0 < len({each.replacements for each in shown(what).findings if each.replacements}) <= 3
    assert 0 < shown(what).unsought < every
    monkeypatch.setattr(replacements, "MOST_FINDINGS", 1)
    assert sum(bool(each.replacements) for each in shown(what).findings) <= 1
    assert shown(what).unsought >= every - 1


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
@pytest.mark.parametrize("mark", [b"", MARKED])
def test_a_replacement_gives_what_the_edit_gives(path: Path, mark: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    edits: set[bytes] = set()

    def noted(data: bytes, wanted: Sequence[Edit]) -> Edited:
        done = edited(data, wanted)
        edits.update(() if done.dropped else {done.data})
        return done

    monkeypatch.setattr(replacements, "edited", noted)
    data = mark + path.read_bytes().replace(b"\n", b"\r\n")
    assert {text for _, text in replaced(path.name, data)} == edits - {data}
    assert edits or "bench" in path.name  # It is of the first version, which is not written.


TEXTS = ["", "a", "b", "a\n", "a\nb", "a\nb\n", "a\na\n", "b\na\n", "a\nc\nb\n", "\n", "\n\n", "a\r\nb\r\n", "é\nb"]


@pytest.mark.parametrize("before", TEXTS)
@pytest.mark.parametrize("after", TEXTS)
def test_any_two_texts(before: str, after: str) -> None:
    change = replacement("a", before.encode(), after.encode())
    assert (change is None) == (before == after)
    if change is not None:
        assert changed(before.encode(), change) == after.encode()
        assert changed(MARKED + before.encode(), change) == MARKED + after.encode()
