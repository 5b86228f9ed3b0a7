"""Report formats as an option's value: loaded only when one is asked for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from plimsoll.cli.outputs import Places
from plimsoll.model.report import Report
from plimsoll.model.reporting import Format
from plimsoll.plugins import discover, find

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PACKAGE = "plimsoll.reports"
SIMPLE = ("table", "json")
"""The formats of commands that make no report."""


class FormatName(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """The name of a format that a command offers; SIMPLE for a command that makes no report."""

    name = "format"
    envvar_list_splitter = ","

    def __init__(self, default: str, command: str = "") -> None:
        """Offer the formats of one command."""
        self._default = default
        self._command = command

    def names(self) -> list[str]:
        """List the formats of the command."""
        if not self._command:
            return list(SIMPLE)
        return [name for name, form in discover(PACKAGE, Format).items() if self._command in form.commands]

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click's contract
        """Show the choices in the help text."""
        return "[" + "|".join(self.names()) + "]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """Accept a format's name only.

        The environment and plimsoll.toml speak to all commands: what only another one offers is passed over there.
        """
        name = str(value).strip().lower()
        form = find(PACKAGE, Format, name) if self._command else None
        if name in self.names() if form is None else self._command in form.commands:
            return name
        if _is_typed(param, ctx) or name not in {*discover(PACKAGE, Format), *SIMPLE}:
            self.fail(f"{value!r} is not one of {', '.join(self.names())}.", param, ctx)
        return self._default

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's contract
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> "list[CompletionItem]":
        """Complete the names."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in self.names() if name.startswith(incomplete)]


def _is_typed(param: click.Parameter | None, ctx: click.Context | None) -> bool:
    if param is None or ctx is None or param.name is None:
        return True
    return ctx.get_parameter_source(param.name) not in {ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP}


def write_all(report: Report, places: Places, with_text: Callable[[Report], Report] = lambda report: report) -> None:
    """Write a report in each format to its place ("" is standard output).

    A --cache-dir that was typed is repeated in the commands that the report suggests, so that they work as printed.
    `with_text` gives the report to formats that show the text of files.
    """
    from dataclasses import replace
    from shlex import quote

    from plimsoll.cli.console import style_for, write

    ctx = click.get_current_context()
    typed = ctx.get_parameter_source("cache_dir") is ParameterSource.COMMANDLINE
    repeated = f" --cache-dir {quote(ctx.params['cache_dir'])}" if typed else ""

    for name, output in places:
        form = find(PACKAGE, Format, name)
        if form is not None:
            shown = with_text(report) if form.shows_text else report
            write(form.render(shown, replace(style_for(output), repeated=repeated)), output)
