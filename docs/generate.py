"""Write the generated pages of docs/reference from the code, or say which are out of date.

python docs/generate.py [--check]
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from pathlib import Path

import click

from plimsoll.cli.shell import ROOT
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.limits import GIB, MIB, Limits
from plimsoll.model.reporting import Format
from plimsoll.model.statement import Feed
from plimsoll.plugins import discover
from plimsoll.trees.source import SourceKind

REFERENCE = Path(__file__).resolve().parent / "reference"
NOTE = "<!-- Written by docs/generate.py (`make docs`); change the code it is made from instead. -->\n"
WIDTH = 110


def main(arguments: Sequence[str]) -> int:
    """Write every page; with --check write none, and give 1 when any would change."""
    stale = [name for name, text in pages().items() if _differs(REFERENCE / name, text)]
    if "--check" in arguments:
        sys.stderr.writelines(f"docs/reference/{name} is out of date: make docs\n" for name in stale)
        return 1 if stale else 0
    REFERENCE.mkdir(exist_ok=True)
    for name in stale:
        (REFERENCE / name).write_text(pages()[name])
    return 0


def _differs(path: Path, text: str) -> bool:
    return not path.exists() or path.read_text() != text


def pages() -> dict[str, str]:
    """Give the text of every generated page, by file name."""
    made: dict[str, Callable[[], str]] = {
        "commands.md": commands,
        "limits.md": limits,
        "targets.md": targets,
        "formats.md": formats,
        "ecosystems.md": ecosystems,
        "feeds.md": feeds,
    }
    return {name: NOTE + make() for name, make in made.items()}


def commands() -> str:
    """Show what each command's --help shows."""
    texts = [f"## {name}\n\n```text\n{text}\n```\n" for name, text in _helps(ROOT, "plimsoll")]
    intro = (
        "Options stand after the command. Each is also an environment variable (`--fail-on` is `PLIMSOLL_FAIL_ON`)\n"
        "and a key of `plimsoll.toml` in the working directory; flag > environment > file.\n"
    )
    return "\n".join(["# Commands\n", intro, *texts])


def _helps(command: click.Command, name: str, parent: click.Context | None = None) -> Iterable[tuple[str, str]]:
    context = click.Context(command, info_name=name.rpartition(" ")[2], parent=parent, terminal_width=WIDTH)
    yield name, command.get_help(context)
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None and not found.hidden:
                yield from _helps(found, f"{name} {child}", context)


def limits() -> str:
    """List every limit with its unit, default and meaning."""
    rows = [
        (
            f"`{field.name}`",
            _amount(float(getattr(Limits(), field.name)), field.metadata["unit"]),
            field.metadata["doc"],
        )
        for field in fields(Limits)
    ]
    intro = (
        "Everything that comes from outside is bounded. A limit is changed by `--limit NAME=VALUE`, or in\n"
        "`plimsoll.toml`:\n\n"
        "```toml\n[limits]\nentries = 8000000\n```\n\nWhat is over a limit is an error that names it; see the\n"
        "[security model](../security-model.md).\n"
    )
    return "\n".join(["# Limits\n", intro, table(("Limit", "Default", "What it bounds"), rows)])


def _amount(value: float, unit: str) -> str:
    if unit == "bytes":
        for size, name in ((GIB, "GiB"), (MIB, "MiB"), (1 << 10, "KiB")):
            if value >= size:
                return f"{value / size:g} {name}"
    return f"{value:,.0f} {unit}"


def targets() -> str:
    """List the kinds of target."""
    kinds = discover("plimsoll.sources", SourceKind)
    rows = [(f"`{kind.name}:PATH`", kind.title) for kind in kinds.values()]
    intro = (
        "A target is a path; without a scheme Plimsoll says what it took it for. `-` reads an archive from standard\n"
        "input. Where a target holds several images, `PATH#NAME` chooses one, and `--platform` chooses a platform.\n"
    )
    return "\n".join(["# Targets\n", intro, table(("Target", "What it is"), rows)])


def formats() -> str:
    """List the report formats and the commands that offer them."""
    found = discover("plimsoll.reports", Format).values()
    rows = [(f"`{kind.name}`", kind.title, ", ".join(f"`{name}`" for name in kind.commands)) for kind in found]
    return "\n".join(["# Formats\n", table(("Format", "What it is", "Commands"), rows)])


def ecosystems() -> str:
    """List what is read, and what is only found."""
    found = discover("plimsoll.ecosystems", Ecosystem).values()
    read = [(f"`{e.name}`", e.title, _code(e.paths), f"`{e.scheme}`" if e.scheme else "none") for e in found if e.parse]
    unread = [
        (f"`{e.name}`", e.title, _code(e.paths) or "executables, by their first bytes") for e in found if not e.parse
    ]
    return "\n".join(
        [
            "# Ecosystems\n",
            "Patterns hold at the root and below any folder.\n",
            table(("Ecosystem", "What it is", "Files", "Version scheme"), read),
            "## Found, but not measured yet\n",
            "Nothing reads these yet. They are counted and reported as not measured; they are never clean.\n",
            table(("Ecosystem", "What it is", "Files"), unread),
        ]
    )


def feeds() -> str:
    """List the feeds with their licence, and whether the embedded snapshot may hold them."""
    found = discover("plimsoll.knowledge.feeds", Feed).values()
    rows = [
        (
            f"`{f.name}`",
            f.title,
            f.kind,
            f.licence or "none stated",
            "yes" if f.licence else "no",
            _code(f.files),
            _at_mirror(f),
        )
        for f in found
    ]
    intro = (
        "`plimsoll db status` shows which of these are in the store, how old they are and what they speak for. A feed\n"
        "that states no licence is fetched by each user and never embedded. `db update --from URL` takes a mirror\n"
        "that serves the files of the last column below that address, each possibly with `.xz` after its name.\n"
    )
    heads = ("Feed", "Title", "Kind", "Licence", "May be embedded", "Files below a feeds folder", "At a mirror")
    return "\n".join(["# Feeds\n", intro, table(heads, rows)])


def _at_mirror(feed: Feed) -> str:
    """Name what is asked for; of many files alike the first."""
    names = [name for _, name in feed.urls]
    return _code(names[:2]) + (f" and {len(names) - 2} more like them" if len(names) > 2 else "")


def _code(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
