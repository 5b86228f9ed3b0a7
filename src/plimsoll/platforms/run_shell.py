"""Commands of shell text with the place of every word: split as a POSIX shell splits, and never executed.

Source: POSIX.1-2017, Shell Command Language, 2.2 (quoting), 2.3 (tokens), 2.7 (redirection), and Bash's `$'…'`.
What only a shell can know ($VARIABLE, $(command)) is left in a word as `${…}`, and the word is marked.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from plimsoll.model.estate import Position

MOST_LEVELS = 8
"""Command substitutions in one another that are looked into."""


class Word(NamedTuple):
    """A word without its quotes. `open` says that a shell puts something into it; `bare` that this is unquoted."""

    text: str
    position: Position
    open: bool = False
    bare: bool = False


@dataclass(slots=True)
class Script:
    """The simple commands of a text in order, and what of it cannot be split."""

    commands: list[list[Word]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class _Piece(NamedTuple):
    """A stretch of the text that is commands: the whole of it, or what stands in a substitution."""

    begin: int
    end: int
    level: int


def split(text: str) -> Script:
    """Split a text into simple commands; linear in its length, total."""
    script = Script()
    lines = _Lines(text)
    waiting = [_Piece(0, len(text), 0)]
    while waiting:
        piece = waiting.pop()
        lexer = _Lexer(text, piece, lines)
        lexer.run()
        script.commands += lexer.commands
        script.faults += lexer.faults
        if piece.level < MOST_LEVELS:
            waiting += (_Piece(begin, end, piece.level + 1) for begin, end in reversed(lexer.inner))
        elif lexer.inner:
            position = lines.position(lexer.inner[0][0])
            script.faults.append(f"line {position.line}: more than {MOST_LEVELS} commands stand in one another")
    return script


class _Lines:
    """Where lines begin."""

    def __init__(self, text: str) -> None:
        self._begins = [0, *(found.end() for found in re.finditer("\n", text))]

    def position(self, at: int) -> Position:
        from bisect import bisect_right

        line = bisect_right(self._begins, at)
        return Position(line, at - self._begins[line - 1] + 1)


_PLAIN = re.compile(r"[^\s\\'\"$`;&|()<>]+")
_BLANK = re.compile(r"(?:[^\S\n]|\\\r?\n)+")
_COMMENT = re.compile(r"[^\n]*")
_SINGLE = re.compile(r"'([^']*)('?)")
_DOUBLE = re.compile(r'[^"\\$`]+')
_NAME = re.compile(r"\$(?:([A-Za-z_]\w*)|([0-9@*#?$!-]))", re.ASCII)
_BRACED = re.compile(r"\$\{([^${}'\"`\\]{0,1000})\}")
_ANSI = re.compile(r"\$'((?:[^'\\]|\\.)*+)('?)", re.DOTALL)
_ANSI_ESCAPE = re.compile(r"\\([\\'\"?abefnrtv])")
_ANSI_SIGNS = dict(zip("\\'\"?abefnrtv", "\\'\"?\a\b\x1b\f\n\r\t\v", strict=True))
_BACKTICKED = re.compile(r"(?:[^`\\]|\\.)*+", re.DOTALL)
_REDIRECTION = re.compile(r"(?:<<-?|<<<|[<>]&|>>|>\||<>|&>>?|[<>])")
_HEREDOC = re.compile(r"<<(-?)[^\S\n]*(['\"]?)([\w.-]+)\2")
_DESCRIPTOR = re.compile(r"\d+(?=[<>])")
_ENDS = ";&|()\n"


class _Lexer:
    """Goes through one piece of the text, once."""

    def __init__(self, text: str, piece: _Piece, lines: _Lines) -> None:
        self._text = text
        self._at = piece.begin
        self._end = piece.end
        self._lines = lines
        self._words: list[Word] = []
        self._skips_word = False
        self._is_open = self._is_bare = False
        self._documents: list[tuple[str, bool]] = []
        self.commands: list[list[Word]] = []
        self.faults: list[str] = []
        self.inner: list[tuple[int, int]] = []

    def run(self) -> None:
        """Find all commands of the piece."""
        while self._at < self._end:
            self._next()
        self._finish()
        self._pass_documents()

    def _next(self) -> None:
        text, at = self._text, self._at
        sign = text[at]
        if blank := _BLANK.match(text, at, self._end):
            self._at = blank.end()
        elif sign == "#":
            self._at = self._end_of(_COMMENT)
        elif self._redirects(at):
            pass
        elif sign in _ENDS:
            self._at += 1
            self._finish()
            if sign == "\n":
                self._pass_documents()
        else:
            self._word()

    def _end_of(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at, self._end)
        return found.end() if found else self._at

    def _finish(self) -> None:
        if self._words:
            self.commands.append(self._words)
            self._words = []
        self._skips_word = False

    def _redirects(self, at: int) -> bool:
        """Pass a redirection; the word after it names a file, and is no argument."""
        if self._is_process(at):
            return False
        number = _DESCRIPTOR.match(self._text, at, self._end)
        begin = number.end() if number else at
        if here := _HEREDOC.match(self._text, begin, self._end):
            self._documents.append((here[3], bool(here[1])))
            self._at = here.end()
            return True
        found = _REDIRECTION.match(self._text, begin, self._end)
        if found is None:
            return False
        self._at = found.end()
        self._skips_word = True
        return True

    def _is_process(self, at: int) -> bool:
        """Say whether a process substitution begins: `<(…)`, a word in which a command stands."""
        return self._text.startswith(("<(", ">("), at)

    def _pass_documents(self) -> None:
        """Pass the here-documents that were announced on the line before: they are text, not commands."""
        for name, is_indented in self._documents:
            while self._at < self._end:
                end = self._end_of(_COMMENT)
                line = self._text[self._at : end].rstrip("\r")
                self._at = min(end + 1, self._end)
                if (line.lstrip("\t") if is_indented else line) == name:
                    break
            else:
                self.faults.append(f"the here-document {name[:40]} never ends")
        self._documents.clear()

    def _word(self) -> None:
        begin = self._at
        parts: list[str] = []
        self._is_open = self._is_bare = False
        while self._at < self._end and not self._is_over():
            parts.append(self._part())
        word = Word("".join(parts), self._lines.position(begin), self._is_open, self._is_bare)
        if self._skips_word:
            self._skips_word = False
        else:
            self._words.append(word)

    def _is_over(self) -> bool:
        sign = self._text[self._at]
        return sign.isspace() or (sign in ";&|()<>" and not self._is_process(self._at))

    def _part(self) -> str:
        text, at = self._text, self._at
        if plain := _PLAIN.match(text, at, self._end):
            self._at = plain.end()
            return plain[0]
        sign = text[at]
        if sign == "\\":
            return self._escaped()
        if sign == "'":
            return self._quoted(_SINGLE)
        if sign == '"':
            return self._double()
        return self._expansion(bare=True)

    def _escaped(self) -> str:
        following = self._following()
        return "" if following == "\n" else following

    def _following(self) -> str:
        """Pass a backslash, and give the sign after it; the end of a line is a line feed."""
        length = 2 if self._text.startswith("\r\n", self._at + 1) else 1
        following = self._text[self._at + 1 : min(self._at + 1 + length, self._end)]
        self._at += 1 + len(following)
        return "\n" if following == "\r\n" else following

    def _quoted(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at, self._end)
        if found is None:
            self._at += 1
            return ""
        if not found[2]:
            self._unclosed(self._at)
        self._at = found.end()
        return found[1]

    def _unclosed(self, at: int) -> None:
        self.faults.append(f"line {self._lines.position(at).line}: a quotation or substitution is never closed")

    def _double(self) -> str:
        begin = self._at
        self._at += 1
        parts: list[str] = []
        while self._at < self._end:
            sign = self._text[self._at]
            if sign == '"':
                self._at += 1
                return "".join(parts)
            parts.append(self._inside_double(sign))
        self._unclosed(begin)
        return "".join(parts)

    def _inside_double(self, sign: str) -> str:
        if plain := _DOUBLE.match(self._text, self._at, self._end):
            self._at = plain.end()
            return plain[0]
        if sign == "\\":
            following = self._following()
            return "" if following == "\n" else following if following in set('$`"\\') else "\\" + following
        return self._expansion(bare=False)

    def _expansion(self, *, bare: bool) -> str:
        """Read what begins with `$` or a backtick; a lone `$` is itself."""
        text, at = self._text, self._at
        if bare and text.startswith("$'", at):
            return _ANSI_ESCAPE.sub(lambda found: _ANSI_SIGNS.get(found[1], found[0]), self._quoted(_ANSI))
        if bare and text.startswith('$"', at):
            self._at += 1
            return self._double()
        name = self._expanded()
        if not name:
            self._at += 1
            return text[at]
        self._is_open = True
        self._is_bare = self._is_bare or bare or name in {"@", "*"} or name.endswith(("[@]", "[*]"))
        return "${" + name.replace(":", " ").replace(",", " ") + "}"

    def _expanded(self) -> str:
        """Pass a substitution, and give its name; "" where there is none."""
        text, at = self._text, self._at
        if named := _NAME.match(text, at, self._end) or _BRACED.match(text, at, self._end):
            self._at = named.end()
            return next(group for group in named.groups() if group is not None) or "?"
        if text.startswith(("$(", "${", "<(", ">("), at):
            return self._nested(at + 2, "()" if text[at + 1] == "(" else "{}")
        if text[at] == "`":
            end = self._closing_backtick(at + 1)
            self.inner.append((at + 1, end))
            self._at = min(end + 1, self._end)
            return "command"
        return ""

    def _closing_backtick(self, at: int) -> int:
        found = _BACKTICKED.match(self._text, at, self._end)
        end = found.end() if found else self._end
        if end >= self._end:
            self._unclosed(at)
        return end

    def _nested(self, begin: int, brackets: str) -> str:
        """Pass `$(…)` or `${…}` with all that stands in it."""
        depth, at = 1, begin
        pattern = _PAIRS[brackets]
        while depth and (found := pattern.search(self._text, at, self._end)):
            at = found.end()
            depth += {brackets[0]: 1, brackets[1]: -1}.get(found[0], 0)
        if depth:
            self._unclosed(begin)
            at = self._end + 1
        self._at = min(at, self._end)
        if brackets == "()" and not self._text.startswith("(", begin):
            self.inner.append((begin, max(begin, at - 1)))
        return "command" if brackets == "()" else "value"


_QUOTES = r"'[^']*+'|\"(?:[^\"\\]|\\.)*+\"|\\."
_PAIRS = {
    "()": re.compile(_QUOTES + r"|[()]", re.DOTALL),
    "{}": re.compile(_QUOTES + r"|[{}]", re.DOTALL),
}
