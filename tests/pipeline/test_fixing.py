"""Safe fixes on real files: what they fix is silent afterwards, and everything else is as it was."""

import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from plimsoll.checks.catalogue import rules
from plimsoll.checks.rows import read_rows
from plimsoll.model.estate import Estate
from plimsoll.model.finding import Finding
from plimsoll.model.rule import Rule
from plimsoll.pipeline.estate import estate_of, platforms
from plimsoll.pipeline.fixing import PLATFORMS, Plan, plan, remaining, wanted
from plimsoll.pipeline.fixing_files import Fixed, made, write
from plimsoll.pipeline.judging import judge

DATA = Path(__file__).parents[1] / "data"
COMPOSE = sorted((DATA / "platforms" / "compose").glob("*.y*ml"))
SOME = 7
"""Of the manifests every seventh is looked at: 5 s instead of 40."""


@cache
def manifests() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with tarfile.open(DATA / "configs" / "manifests.tar.xz") as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is not None and member.name.endswith((".yaml", ".yml")):
                found[member.name] = file.read()
    return found


def findings_of(estate: Estate, further: Sequence[Rule] = ()) -> tuple[Finding, ...]:
    return judge(estate, "configuration:t", further).failures.findings


def planned(
    path: str, data: bytes, platform: str = "", further: Sequence[Rule] = ()
) -> tuple[Plan, tuple[Finding, ...]]:
    estate = estate_of([(path, data)], platform)
    findings = findings_of(estate, further)
    every = [*rules().values(), *further]
    return plan(estate, every, wanted(findings)), findings


def expect_only_fixes(path: str, data: bytes) -> int:
    """Fix one file, and say how many fixes were written."""
    what, before = planned(path, data)
    files, left = made(what)
    assert {each.reason for each in left} <= REASONS
    for fixed in files:
        after = findings_of(estate_of([(path, fixed.after)]))
        assert {finding.id for finding in after} <= {finding.id for finding in before}
        silent = Counter(each.rule for each in before) - Counter(each.rule for each in after)
        assert Counter(fixed.rules) <= silent
        expect_text_kept(fixed)
        again, _ = planned(path, fixed.after)
        assert not made(again)[0]
    return sum(len(fixed.rules) for fixed in files)


def expect_text_kept(fixed: Fixed) -> None:
    before, after = fixed.before.splitlines(keepends=True), fixed.after.splitlines(keepends=True)
    lost = Counter(line.rstrip(b"\r\n") for line in before) - Counter(line.rstrip(b"\r\n") for line in after)
    # Only lines with braces or without a value are written anew.
    assert all(line.rstrip().endswith((b"}", b"]", b":", b"null", b"~")) for line in lost)
    assert before[0] == after[0]
    assert sum(b"#" in line for line in before) == sum(b"#" in line for line in after)


REASONS = {
    "programs of the image may gain privileges (sudo, file capabilities) unless it drops ALL and adds none",
    "the image may be on the node alone, or its registry down when it starts",
    "what somebody wrote stands; changing it is for you to decide",
    "Compose refuses one beside deploy.resources.limits: add it there",
    "it is in the first version of the format, which Compose no longer reads",
    "templates were left in it",
    "several places share it by an anchor",
    "several places share it by a merge key",
    "only YAML is written, not JSON",
}


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_real_compose_files(path: Path) -> None:
    expect_only_fixes(path.name, path.read_bytes())


def test_real_manifests() -> None:
    some = sorted(manifests().items())[::SOME]
    assert sum(expect_only_fixes(path, data) for path, data in some) > 100


def safe() -> Iterator[tuple[Rule, str, str]]:
    for rule in rules().values():
        for example in rule.examples:
            if rule.remedy.safe and not example.good and example.platform in PLATFORMS:
                yield rule, example.platform, example.text


@pytest.mark.parametrize(("rule", "platform", "text"), list(safe()))
def test_bad_examples_of_safe_rules_are_fixed_or_left(rule: Rule, platform: str, text: str) -> None:
    data = platforms()[platform].frame(text)
    what, before = planned("file.yaml", data, platform)
    files, left = made(what)
    is_left = any(each.rule == rule.id for each in left)
    after = findings_of(estate_of([("file.yaml", files[0].after if files else data)], platform))
    assert any(finding.rule == rule.id for finding in before)
    assert is_left == any(finding.rule == rule.id for finding in after)


def test_every_safe_rule_fixes_one_of_its_examples() -> None:
    """A rule that is called safe has to be worth the word."""
    fixed = {
        name
        for rule, platform, text in safe()
        for file in made(planned("file.yaml", platforms()[platform].frame(text), platform)[0])[0]
        for name in file.rules
    }
    # This one needs the capabilities dropped, which its example leaves out.
    assert {rule.id for rule, _, _ in safe()} - fixed <= {"no-new-privileges-off"}


def fixed_text(text: str, platform: str) -> str:
    files, _ = made(planned("file.yaml", text.encode(), platform)[0])
    return files[0].after.decode() if files else text


def test_no_new_privileges_only_where_nothing_could_be_gained() -> None:
    dropped = "services:\n  a:\n    image: a:1\n    pids_limit: 9\n    cap_drop: [ALL]\n"
    assert fixed_text(dropped, "compose") == f"{dropped}    security_opt:\n      - no-new-privileges:true\n"
    for text in (
        f"{dropped}    cap_add: [CHOWN]\n",
        f"{dropped}    privileged: true\n",
        dropped.replace("ALL", "CHOWN"),
    ):
        assert fixed_text(text, "compose") == text


def test_what_somebody_wrote_stands() -> None:
    options = "    pids_limit: -1\n    cap_drop: [ALL]\n    security_opt: ['no-new-privileges:false']\n"
    text = f"services:\n  a:\n    image: a:1\n{options}"
    assert fixed_text(text, "compose") == text


def test_a_limit_where_the_platform_takes_it() -> None:
    text = "version: '3.8'\nservices:\n  a:\n    image: a:1\n    deploy:\n      replicas: 2\n"
    assert fixed_text(text, "swarm") == text
    newer = text.replace("3.8", "3.9")
    assert fixed_text(newer, "swarm") == f"{newer}      resources:\n        limits:\n          pids: 2048\n"
    assert fixed_text(newer, "compose") == f"{newer}    pids_limit: 2048\n"
    limited = "services:\n  a:\n    image: a:1\n    deploy: {resources: {limits: {memory: 1G}}}\n"
    assert fixed_text(limited, "compose") == limited


def test_what_several_share_is_left() -> None:
    text = "x: &x {image: 'a:1'}\nservices:\n  a: *x\n  b:\n    image: b:1\n"
    what, _ = planned("compose.yaml", text.encode(), "compose")
    files, left = made(what)
    assert files[0].after.decode() == f"{text}    pids_limit: 2048\n"
    assert "several places share it by an anchor" in {each.reason for each in left if each.rule == "no-pids-limit"}


TAKES_AWAY = b"""
[[rule]]
id = "no-devices"
title = "A device of the host"
severity = "low"
likelihood = "hardening"
on = "container"
platforms = ["compose"]
fact = "devices"
expect = { every = { in = ["none"] } }
why = "We use none."
threats = ["escape"]
fix = { text = "Take it away.", remove = true, safe = true }
good = { compose = "init: true" }
bad = { compose = "devices: [/dev/x]" }
"""


def test_a_rule_of_ones_own_takes_entries_away() -> None:
    own = read_rows(TAKES_AWAY, "own.toml")
    head, tail = "services:\n  a:\n    image: a:1\n    pids_limit: 9\n", "    init: true\n"
    text = f"{head}    devices:\n      # both\n      - /dev/a\n      - /dev/b  # b\n{tail}"
    files, _ = made(planned("compose.yaml", text.encode(), "compose", own)[0])
    assert files[0].after.decode() == f"{head}    devices: []\n      # both\n{tail}"
    assert files[0].rules == ("no-devices", "no-devices")


def test_what_is_not_wanted_is_not_fixed() -> None:
    estate = estate_of([("compose.yaml", b"services:\n  a:\n    image: a:1\n")], "compose")
    assert not plan(estate, list(rules().values()), set()).fixes


def test_what_is_left_is_counted() -> None:
    estate = estate_of([("compose.yaml", b"services:\n  a:\n    image: a\n    privileged: true\n")], "compose")
    found = [
        each for each in findings_of(estate) if each.rule in {"privileged-container", "mutable-tag", "no-pids-limit"}
    ]
    assert remaining(found, rules(), {each.subject: "compose" for each in found}) == (1, 1)


# Files

FIXED = Fixed(path="inner/compose.yaml", before=b"a: 1\n", after=b"a: 2\n", rules=("r",))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "inner" / "compose.yaml"
    path.parent.mkdir()
    path.write_bytes(FIXED.before)
    return path


def test_a_file_is_replaced_with_its_mode(tmp_path: Path, file: Path) -> None:
    file.chmod(0o640)
    before = file.stat()
    assert write(tmp_path, FIXED) == ""
    assert file.read_bytes() == FIXED.after
    assert (file.stat().st_mode, file.stat().st_uid, file.stat().st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_changed_is_left(tmp_path: Path, file: Path) -> None:
    file.write_bytes(b"a: 1\nb: 2\n")
    assert "changed" in write(tmp_path, FIXED)
    assert file.read_bytes() == b"a: 1\nb: 2\n"
    assert list(file.parent.iterdir()) == [file]


def test_links_are_not_followed(tmp_path: Path, file: Path) -> None:
    outside = tmp_path / "outside.yaml"
    file.rename(outside)
    file.symlink_to(outside)
    assert "link" in write(tmp_path, FIXED)
    folder = tmp_path / "folder"
    file.unlink()
    file.parent.rename(folder)
    (folder / "compose.yaml").write_bytes(FIXED.before)
    file.parent.symlink_to(folder)
    assert "link" in write(tmp_path, FIXED)
    assert outside.read_bytes() == (folder / "compose.yaml").read_bytes() == FIXED.before


@pytest.mark.parametrize("path", ["../compose.yaml", "inner/../../x.yaml", "/etc/x.yaml"])
def test_nothing_is_written_outside(tmp_path: Path, path: str) -> None:
    (tmp_path / "root" / "inner").mkdir(parents=True)
    (tmp_path / "compose.yaml").write_bytes(FIXED.before)
    assert "outside" in write(tmp_path / "root", Fixed(path=path, before=b"a: 1\n", after=b"", rules=()))
    assert (tmp_path / "compose.yaml").read_bytes() == FIXED.before


def test_what_is_gone_is_told(tmp_path: Path) -> None:
    assert "cannot be written" in write(tmp_path, FIXED)
