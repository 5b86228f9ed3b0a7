"""Report formats as an option's value: loaded only when one is asked for."""

from typing import Any

import click

from plimsoll.model.report import Report
from plimsoll.model.reporting import Format
from plimsoll.plugins import discover, find

PACKAGE = "plimsoll.reports"


class FormatName(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """The name of a report format that a command offers."""

    name = "format"

    def __init__(self, command: str) -> None:
        """Offer the formats of one command."""
        self._command = command

    def names(self) -> list[str]:
        """List the formats of the command."""
        return [name for name, form in discover(PACKAGE, Format).items() if self._command in form.commands]

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click's contract
        """Show the choices in the help text."""
        return "[" + "|".join(self.names()) + "]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """Accept a format's name only."""
        form = find(PACKAGE, Format, str(value))
        if form is None or self._command not in form.commands:
            self.fail(f"{value!r} is not one of {', '.join(self.names())}.", param, ctx)
        return str(value)

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's contract
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> "list[click.shell_completion.CompletionItem]":
        """Complete the names."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in self.names() if name.startswith(incomplete)]


def write_all(report: Report, places: list[tuple[str, str]]) -> None:
    """Write a report in each format to its place ("" is standard output)."""
    from plimsoll.cli.console import style_for, write

    for name, output in places:
        form = find(PACKAGE, Format, name)
        if form is not None:
            write(form.render(report, style_for(output)), output)
