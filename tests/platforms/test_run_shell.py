"""Shell text split into commands: as a shell splits it, and never executed."""

import shlex
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.platforms.run_shell import MOST_LEVELS, split


def words(text: str) -> list[list[str]]:
    script = split(text)
    assert not script.faults
    return [[word.text for word in command] for command in script.commands]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b  c", [["a", "b", "c"]]),
        ("a 'b c' \"d e\" f\\ g", [["a", "b c", "d e", "f g"]]),
        ("a \\\n  b \\\r\n c", [["a", "b", "c"]]),
        ("ab\\\ncd", [["abcd"]]),
        ("a; b & c && d || e | f\ng", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"], ["g"]]),
        ("a # b\nc", [["a"], ["c"]]),
        ("a#b '#c'", [["a#b", "#c"]]),
        ("a > out 2>&1 < in b >> more &>all c", [["a", "b", "c"]]),
        ("cat <<EOF a\nb c\nEOF\nd", [["cat", "a"], ["d"]]),
        ("cat <<-'END'\n\tb\n\tEND\nd", [["cat"], ["d"]]),
        ("(a; b)", [["a"], ["b"]]),
        ('a "b\\"c\\d"', [["a", 'b"c\\d']]),
        ("a $'b\\n\\'c' $\"d\"", [["a", "b\n'c", "d"]]),
        ("a '' \"\"", [["a", "", ""]]),
        ("a $ b$", [["a", "$", "b$"]]),
        ("", []),
    ],
)  # fmt: skip
def test_words_are_split(text: str, expected: list[list[str]]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "word", "bare"),
    [
        ("a $B", "${B}", True),
        ('a "$B"', "${B}", False),
        ("a ${B:-x:y}/c", "${B -x y}/c", True),
        ('a "${B[@]}"', "${B[@]}", True),
        ('a "$@"', "${@}", True),
        ("a $(b 'c)' \"d)\")e", "${command}e", True),
        ("a `b c`", "${command}", True),
        ("a $((1 + (2)))", "${command}", True),
        ("a <(b)", "${command}", True),
        ("a ${B:-${C}}", "${value}", True),
    ],
)
def test_what_a_shell_puts_in_is_marked(text: str, word: str, bare: bool) -> None:  # noqa: FBT001 - what is expected
    found = split(text).commands[0][1]
    assert (found.text, found.open, found.bare) == (word, True, bare)


def test_a_quoted_variable_is_no_variable() -> None:
    (command,) = split("a '$B' \\$C").commands
    assert [(word.text, word.open) for word in command[1:]] == [("$B", False), ("$C", False)]


def test_commands_inside_are_found_with_their_places() -> None:
    commands = split("x=1\nID=$(docker run a)\necho `docker run b`").commands
    places = {" ".join(word.text for word in each): tuple(each[0].position[:2]) for each in commands}
    assert places["docker run a"] == (2, 6)
    assert places["docker run b"] == (3, 7)


def test_places_are_those_of_words() -> None:
    (command,) = split("\n  docker run \\\n    --privileged 'a b'\n").commands
    assert [tuple(word.position[:2]) for word in command] == [(2, 3), (2, 10), (3, 5), (3, 18)]


@pytest.mark.parametrize("text", ["a 'b", 'a "b', "a $(b", "a `b", "a ${b", "cat <<EOF\nb", 'a "$(b"'])  # fmt: skip
def test_what_is_never_closed_is_told(text: str) -> None:
    script = split(text)
    assert script.faults
    assert script.commands[0][0].text in {"a", "cat"}


def test_too_many_levels_are_told() -> None:
    script = split("$(" * 40 + "docker run a" + ")" * 40)
    assert script.faults == [f"line 1: more than {MOST_LEVELS} commands stand in one another"]


@given(st.text(alphabet="ab $'\"\\`(){}<>|&;#\n\t-=@:é\r!", max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    script = split(text)
    assert all(command for command in script.commands)


@pytest.mark.parametrize("piece", ["$(", "${", "'", '"', "`", "\\", "<<E\n", "$'", "(", '"$(', "$(a) ", "a\\\n", '\\"'])
def test_long_hostile_text_is_read_in_linear_time(piece: str) -> None:
    """Each of these takes minutes when it is read again and again; the timeout of the run is what would fail."""
    script = split(piece * 100_000)
    assert len(script.commands) <= 800_001


@given(st.lists(st.text(alphabet="ab $'\"\\`(){}<>|&;#\n\t*~é", max_size=10), max_size=6))
def test_quoted_words_come_back(values: list[str]) -> None:
    assert words(shlex.join(["x", *values])) == [["x", *values]]


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")
@pytest.mark.parametrize(
    "text",
    ["a'b'\"c\"\\d", "'a\\'b", '"a\\\\b\\c"', "a\\\nb c", "'a\nb' c#d #e", "a=\"b c\" --x='y z'"],
)
def test_a_real_shell_splits_alike(text: str) -> None:
    said = subprocess.run(
        ["sh", "-c", f"for word in {text}\ndo printf '%s\\0' \"$word\"; done"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert words(f"for word in {text}")[0][3:] == said.stdout.split("\0")[:-1]
