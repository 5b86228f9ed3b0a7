"""What the values of options are: lists, times, severities and paths, each with its completion."""

import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from plimsoll.findings.select import read_severities
from plimsoll.model.severity import Severity

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_SECONDS = {"h": 3600, "m": 60, "s": 1, "": 1}
_DURATION = re.compile(r"(?:(?P<h>\d+(?:\.\d+)?)h)?(?:(?P<m>\d+(?:\.\d+)?)m)?(?:(?P<s>\d+(?:\.\d+)?)s?)?")


class Words(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """One or more words with commas between; in an environment variable and in plimsoll.toml as well."""

    name = "words"
    envvar_list_splitter = ","

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401, ARG002 - click's contract
        """Take any text; `split` takes it apart."""
        return str(value)


def split(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    """Take lists with commas apart. Raises BadParameter for a list that says nothing: it would match everything."""
    words = tuple(word.strip() for value in values for word in value.split(",") if word.strip())
    if values and not words:
        raise click.BadParameter("it wants at least one word.", ctx, param)
    return words


class Seconds(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """A time: seconds, or with units as 90s, 5m, 1h30m."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Give the seconds."""
        if isinstance(value, int | float):
            return float(value)
        found = _DURATION.fullmatch(str(value).strip().lower())
        parts = {unit: number for unit, number in found.groupdict().items() if number} if found else {}
        if not parts:
            self.fail(f"{value!r} is no time; write 90, 90s, 5m or 1h30m.", param, ctx)
        return sum(float(number) * _SECONDS[unit] for unit, number in parts.items())


class Points(click.FloatRange):
    """A score: a number from 0 to 100."""

    def __init__(self) -> None:
        """Bound it."""
        super().__init__(0, 100)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Refuse what is no number: every comparison with it would hold."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number from 0 to 100.", param, ctx)
        return number


class Threshold(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """A severity that a gate stands at, in any case."""

    name = "severity"
    choices = tuple(severity.value for severity in Severity if severity is not Severity.UNKNOWN)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click's contract
        """Show the choices in the help text."""
        return "[" + "|".join(self.choices) + "]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Severity:  # noqa: ANN401
        """Take a severity. Unknown is none to stand at, because it counts as medium."""
        word = str(value).casefold()
        if word == Severity.UNKNOWN:
            self.fail("unknown severities count as medium, so the gate is medium.", param, ctx)
        if word not in self.choices:
            self.fail(f"{value!r} is not one of {', '.join(self.choices)}.", param, ctx)
        return Severity(word)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":  # noqa: ARG002
        """Complete the names."""
        return _items(name for name in self.choices if name.startswith(incomplete.casefold()))


class Severities(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """A list of severities with commas between."""

    name = "list"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,  # noqa: ARG002 - click's contract
        ctx: click.Context | None,  # noqa: ARG002
    ) -> frozenset[Severity]:
        """Read the list. Raises UsageError for another word."""
        return value if isinstance(value, frozenset) else read_severities(str(value))

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":  # noqa: ARG002
        """Complete the last word of the list."""
        before, comma, last = incomplete.rpartition(",")
        names = [severity.value for severity in Severity if severity.value.startswith(last.casefold())]
        return _items(f"{before}{comma}{name}" for name in names)


class PathName(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """A path, which the shell completes; what lies there is looked at later."""

    name = "path"
    envvar_list_splitter = ","

    def __init__(self, kind: str = "file") -> None:
        """Complete files, or only folders ("dir")."""
        self._kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401, ARG002 - click's contract
        """Take any text."""
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":  # noqa: ARG002
        """Leave it to the shell, which knows how paths are completed."""
        return _items([incomplete], self._kind)


def _items(values: Iterable[str], kind: str = "plain") -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    return [CompletionItem(value, type=kind) for value in values]
