"""Comments of YAML: a `#` in a scalar is none, everything else that libyaml reads past is one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plimsoll.documents.comments import Comment, remarks_of
from plimsoll.documents.errors import DocumentError
from plimsoll.documents.yaml import read_yaml_stream

TOP = """\
# licence

# about everything
apiVersion: v1 # beside
kind: Pod
spec:
  # about containers
  containers:
    # about the first
    # and again
    - name: app # named
      image: a
      # tail

    # apart

    - name: other
      args: ["# no", '# no', x#no, a,
        # in brackets
        b] # after
      text: |  # announced
        # no
          # no
      # below a block
      folded: >-
        # no

  # about volumes
  volumes: []
"""


def told(text: str | bytes) -> list[tuple[int, str]]:
    data = text if isinstance(text, bytes) else text.encode()
    return [(comment.line, comment.text) for comment in remarks_of(data).comments]


def below(text: str, words: str) -> tuple[int, int] | None:
    remarks = remarks_of(text.encode())
    comment = next(each for each in remarks.comments if each.text == words)
    found = remarks.below(comment)
    return (found.first, found.last) if found else None


def test_only_comments_are_comments() -> None:
    assert [words for _, words in told(TOP)] == [
        "licence",
        "about everything",
        "beside",
        "about containers",
        "about the first",
        "and again",
        "named",
        "tail",
        "apart",
        "in brackets",
        "after",
        "announced",
        "below a block",
        "about volumes",
    ]


def test_columns_count_from_one() -> None:
    assert remarks_of("é: b # c\n".encode()).comments == (Comment(1, 6, "c", is_alone=False),)


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("licence", (1, 29)),
        ("about everything", (1, 29)),
        ("beside", None),
        ("about containers", (8, 27)),
        ("about the first", (11, 12)),
        ("and again", (11, 12)),
        ("named", None),
        ("tail", None),
        ("apart", None),
        ("in brackets", (20, 20)),
        ("below a block", (25, 27)),
        ("about volumes", (29, 29)),
    ],
)
def test_a_comment_stands_above_what_begins_on_the_next_line(words: str, lines: tuple[int, int] | None) -> None:
    assert below(TOP, words) == lines


def test_what_is_indented_less_is_not_below() -> None:
    assert below("a:\n  b: 1\n  # about b\nc: 2\n", "about b") is None
    assert below("a:\n  b: 1\n# about c\nc: 2\n", "about c") == (4, 4)


def test_each_document_has_a_top() -> None:
    text = "# one\n---\na: 1\n# two, not three\n---\n# three\nb: 1\n--- # four\nc: 1\n"
    assert below(text, "one") == (1, 3)
    assert below(text, "two, not three") is None
    assert below(text, "three") == (5, 7)
    assert below(text, "four") == (8, 9)


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_marks_change_nothing(newline: str, mark: bytes) -> None:
    data = mark + TOP.replace("\n", newline).encode()
    assert remarks_of(data).comments == remarks_of(TOP.encode()).comments


def test_utf_16_is_read() -> None:
    assert told("a: 1 # b\n".encode("utf-16")) == [(1, "b")]


def test_templates_are_masked() -> None:
    text = "a: 1 # one\n{{- if .Values.x }}\nb: {{ .Values.y }} # two\n{{- end }}\n# three\nc: 1\n"
    assert told(text) == [(1, "one"), (3, "two"), (5, "three")]


def test_a_broken_document_keeps_no_other_from_being_read() -> None:
    text = "a: 1 # one\n---\nb: [ # two\n---\n# three\nc: 1\n"
    assert told(text) == [(1, "one"), (5, "three")]
    assert below(text, "three") == (4, 6)


@pytest.mark.parametrize(
    "data", [b"", b"# only", b"\xff\xfea", b"\x00", b"a: '", b"%FOO # x\n---\na: 1", b"# a\n- # b"]
)
def test_nothing_crashes(data: bytes) -> None:
    remarks = remarks_of(data)
    assert all(remarks.below(comment) is None or comment.text for comment in remarks.comments)


PIECES = st.text(st.sampled_from(list("ab#:-?[]{},|>'\"&*!% \t\n\r\u0085é")), max_size=60)


@given(PIECES)
@example("a: |\n # x\n# y\n")
@example("- - # x\n  - b")
def test_taking_comments_away_changes_no_value(text: str) -> None:
    """What is called a comment must be none of the text: without it the same is read."""
    data = text.encode()
    try:
        before = [document.root for document in read_yaml_stream(data)]
    except DocumentError:
        remarks_of(data)
        return
    lines = _lines(text)
    for comment in remarks_of(data).comments:
        line = lines[comment.line - 1]
        assert line[comment.column - 1] == "#"
        end = len(line.rstrip("\r\n\x85"))
        lines[comment.line - 1] = line[: comment.column - 1] + line[end:]
    try:
        after = [document.root for document in read_yaml_stream("".join(lines).encode())]
    except DocumentError as error:
        pytest.fail(f"{text!r} is broken without its comments: {error}")
    assert after == before


@given(st.lists(st.sampled_from(["a", "# x", "b # y", "'# no'", '"# no"', "x#no"]), min_size=1, max_size=8))
def test_comments_that_were_written_are_found(items: list[str]) -> None:
    """A list of scalars and comments has exactly the comments that were written."""
    text = "".join(f"  {item}\n" if item == "# x" else f"  - {item}\n" for item in items)
    expected = [(number, item[-1]) for number, item in enumerate(items, start=1) if item in {"# x", "b # y"}]
    assert told("k:\n" + text) == [(number + 1, words) for number, words in expected]


def _lines(text: str) -> list[str]:
    """Cut where libyaml does, keeping the ends."""
    found, rest = [""], text
    while rest:
        end = 2 if rest.startswith("\r\n") else 1
        sign, rest = rest[:end], rest[end:]
        found[-1] += sign
        if sign[-1] in "\r\n\x85":
            found.append("")
    return found


def test_many_comments_are_no_trouble() -> None:
    lines = 50_000
    remarks = remarks_of(b"a:\n" + b"".join(b"  # d\n  - b%d # c\n" % number for number in range(lines)))
    found = [remarks.below(comment) for comment in remarks.comments if comment.is_alone]
    assert [(each.first, each.last) for each in found if each] == [(line, line) for line in range(3, 2 * lines + 2, 2)]
    block = remarks_of(b"a: 1\n" + b"# e\n" * lines + b"b: 1\n")
    assert all(block.below(comment) == (lines + 2, lines + 2, 1) for comment in block.comments)
