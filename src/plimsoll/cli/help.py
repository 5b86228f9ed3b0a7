"""`plimsoll help [COMMAND]`: what --help shows, for those who type it first."""

from collections.abc import Sequence

import click

from plimsoll.cli.parsing import Command, Family


@click.command("help", cls=Command, short_help="Show the help of a command.")
@click.argument("command", nargs=-1)
@click.pass_context
def COMMAND(ctx: click.Context, command: Sequence[str]) -> int:  # noqa: N802 - the plug-in's constant
    """Show the help of COMMAND, e.g. plimsoll help db update; of everything without one."""
    context = ctx.find_root()
    for name in command:
        group = context.command
        if not isinstance(group, Family):
            raise click.UsageError(f"{context.command_path} has no commands of its own.", context)
        found = group.named(context, name)
        context = click.Context(found, info_name=name, parent=context, **found.context_settings)
    click.echo(context.get_help())
    return 0
