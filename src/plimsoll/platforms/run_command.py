"""Command lines of `docker run` taken apart: options, image, and the words of the command inside.

Docker and Podman parse as pflag does: long options as `--name=value` or `--name value`, short ones in clusters (`-itd`,
`-p80:80`, `-p=80:80`), truth values only with `=`, and all options stand before the image.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from plimsoll.model.fact import Fact, Place, unknown
from plimsoll.platforms.docker_words import NOT_KNOWN
from plimsoll.platforms.run_options import ALIASES, FLAGS, SHORT, VALUES, Options

ENGINES = frozenset({"docker", "podman", "docker.exe", "podman.exe"})
_VERBS = frozenset({"run", "create"})

_GLOBALS = """
--config --context --host --log-level --tlscacert --tlscert --tlskey -H -c -l
--cgroup-manager --conmon --connection --events-backend --hooks-dir --identity --imagestore --module
--network-cmd-path --network-config-dir --out --root --runroot --runtime --runtime-flag --ssh --storage-driver
--storage-opt --tmpdir --url --volumepath
"""
_GLOBAL_VALUES = frozenset(_GLOBALS.split())
"""Options that stand before `run` and take a value; from the second line on only Podman's."""

OPEN = "shell"
"""A word that is only known to a shell is `{"shell": TEXT}`, with `"bare": true` where it may be several or none."""

_WHOLE = re.compile(r"\$\{([^}]*)\}")
_LIKE_OPTIONS = re.compile(r"opt|arg|flag|param|extra|@|\*", re.IGNORECASE)
_LIKE_IMAGE = re.compile(r"image|img|tag|container|repo", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Command:
    """A command line; `words` are those of the command inside the container."""

    program: str
    options: Options
    image: Fact[str]
    words: tuple[Fact[str], ...] = ()
    is_create: bool = False


def text_of(word: object) -> str:
    """Give a word's text, with `${…}` for what only a shell knows."""
    if isinstance(word, dict):
        word = word.get(OPEN)
    return word if isinstance(word, str) else ""


def is_open(word: object) -> bool:
    """Say whether a shell puts something into a word."""
    return isinstance(word, dict)


def begins(words: Sequence[object]) -> int | None:
    """Give the index of the word after `run` or `create`; None for what is no such command line."""
    for index, word in enumerate(words):
        if re.split(r"[/\\]", text_of(word))[-1] in ENGINES:
            return _after_verb(words, index + 1)
    return None


def _after_verb(words: Sequence[object], index: int) -> int | None:
    """Pass the options of the program itself, and `container`."""
    has_group = False
    while index < len(words):
        text = text_of(words[index])
        if text in _VERBS:
            return index + 1
        if text == "container" and not has_group:
            has_group = True
        elif text in _GLOBAL_VALUES and not has_group:
            index += 1
        elif not (text.startswith("-") or is_open(words[index])) or has_group:
            return None
        index += 1
    return None


def taken_apart(words: Sequence[object]) -> Command | None:
    """Take a command line apart; None for what is none of docker run, docker create, podman run, podman create."""
    begin = begins(words)
    if begin is None:
        return None
    reader = _Reader(words, begin)
    reader.options_until_image()
    at = reader.at
    return Command(
        program=next(name for word in words if (name := re.split(r"[/\\]", text_of(word))[-1]) in ENGINES),
        options=reader.options,
        image=_image(words, at, reader.options),
        words=tuple(word_fact(word, (at + 1 + index,)) for index, word in enumerate(words[at + 1 :])),
        is_create=text_of(words[begin - 1]) == "create",
    )


def word_fact(word: object, at: Place) -> Fact[str]:
    """Give a word as a fact."""
    return unknown(text_of(word), at, NOT_KNOWN) if is_open(word) else Fact(text_of(word), at)


def _image(words: Sequence[object], at: int, options: Options) -> Fact[str]:
    if at < len(words):
        return word_fact(words[at], (at,))
    if options.hidden:
        return unknown("", ("IMAGE",), options.hidden)
    options.note((), "names no image")
    return unknown("", ("IMAGE",), "no image is named")


@dataclass(slots=True)
class _Reader:
    """Goes through the options, once."""

    words: Sequence[object]
    at: int
    options: Options = field(default_factory=Options)

    def options_until_image(self) -> None:
        """Read options up to the first word that is none."""
        while self.at < len(self.words):
            word = self.words[self.at]
            text = text_of(word)
            if text == "--":
                self.at += 1
                return
            if self._hides_options(word, text):
                self._hide(text)
            elif text.startswith("--"):
                self._long(text)
            elif text.startswith("-") and text != "-":
                self._cluster(text)
            else:
                return

    def _hides_options(self, word: object, text: str) -> bool:
        """Say whether a word may be options: `$OPTIONS`, `"${options[@]}"`, `-$X`."""
        if not is_open(word):
            return False
        if text.startswith(("-${", "--${")):
            return True
        whole = _WHOLE.fullmatch(text)
        if whole is None or not (isinstance(word, dict) and word.get("bare")) or _LIKE_IMAGE.search(whole[1]):
            return False
        return _LIKE_OPTIONS.search(whole[1]) is not None or self._is_option(self.at + 1)

    def _is_option(self, index: int) -> bool:
        text = text_of(self.words[index]) if index < len(self.words) else ""
        if text.startswith("--"):
            name = text[2:].partition("=")[0]
            return ALIASES.get(name, name) in FLAGS | VALUES
        return text.startswith("-") and text[1:2] in SHORT

    def _hide(self, text: str) -> None:
        self.options.hidden = f"{text[:80]} may hold any option, and is not known"
        self.options.note((self.at,), self.options.hidden)
        self.at += 1

    def _long(self, text: str) -> None:
        said, is_set, value = text[2:].partition("=")
        name = ALIASES.get(said, said)
        if name in FLAGS:
            self._take(name, value if is_set else "true")
        elif name in VALUES and is_set:
            self._take(name, value)
        elif name in VALUES:
            self._take_next(name)
        else:
            self._strange(f"--{said}")

    def _cluster(self, text: str) -> None:
        """Read `-itd`, `-p80:80`, `-itp 80:80`."""
        for index, letter in enumerate(text[1:], 1):
            name, rest = SHORT.get(letter, ""), text[index + 1 :]
            if not name:
                self._strange(f"-{letter}")
                return
            if name in FLAGS and not rest.startswith("="):
                self.options.add(name, Fact("true", (self.at,)))
                continue
            if rest:
                self._take(name, rest.removeprefix("="))
            else:
                self._take_next(name)
            return
        self.at += 1

    def _take(self, name: str, value: str) -> None:
        """Take an option whose value stands in the same word."""
        self.options.add(name, word_fact(self.words[self.at], (self.at,))._replace(stated=value))
        self.at += 1

    def _take_next(self, name: str) -> None:
        """Take an option whose value is the next word; its place is that of the option."""
        if self.at + 1 >= len(self.words):
            self.options.note((self.at,), f"--{name} has no value")
        else:
            self.options.add(name, word_fact(self.words[self.at + 1], (self.at,)))
        self.at += 2

    def _strange(self, option: str) -> None:
        self.options.note((self.at,), f"{option[:80]} is no option of docker run or podman run that is known here")
        self.at += 1
