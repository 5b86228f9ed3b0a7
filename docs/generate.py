"""Write the generated pages of docs/reference from the code, or say which are out of date.

python docs/generate.py [--check]
"""

import json
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import click

from plimsoll.checks.catalogue import row_files, rules
from plimsoll.checks.uncovered import uncovered
from plimsoll.cli.shell import ROOT
from plimsoll.ecosystems.classified import classifiers
from plimsoll.knowledge.snapshot import about
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.limits import GIB, MIB, Limits
from plimsoll.model.package import Observed, PackageRecord
from plimsoll.model.platform import Platform
from plimsoll.model.reporting import Format
from plimsoll.model.statement import Feed
from plimsoll.model.system import Asked, System
from plimsoll.pipeline.estate import platforms
from plimsoll.pipeline.readers import declared, installed
from plimsoll.plugins import discover
from plimsoll.reports.rule_pages import peers_page, rule_pages, table
from plimsoll.trees.patterns import PathPatterns
from plimsoll.trees.source import ImageStore, SourceKind

REFERENCE = Path(__file__).resolve().parent / "reference"
SAMPLES = REFERENCE.parents[1] / "tests" / "data"
LOCKFILES = SAMPLES / "lockfiles"
NOTE = "<!-- Written by docs/generate.py (`make docs`); change the code it is made from instead. -->\n"
WIDTH = 110
RULES = "rules"


def main(arguments: Sequence[str]) -> int:
    """Write every page; with --check write none, and give 1 when any would change."""
    made = pages()
    stale = [name for name, text in made.items() if _differs(REFERENCE / name, text)]
    gone = [name for name in _rule_pages_there() if name not in made]
    if "--check" in arguments:
        sys.stderr.writelines(f"docs/reference/{name} is out of date: make docs\n" for name in (*stale, *gone))
        return 1 if stale or gone else 0
    for name in stale:
        (REFERENCE / name).parent.mkdir(parents=True, exist_ok=True)
        (REFERENCE / name).write_text(made[name])
    for name in gone:
        (REFERENCE / name).unlink()
    return 0


def _rule_pages_there() -> list[str]:
    """Name the pages of rules that are there, of which some may be of rows that are gone."""
    return sorted(path.relative_to(REFERENCE).as_posix() for path in (REFERENCE / RULES).glob("*.md"))


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
        "packaging-systems.md": packaging_systems,
        "feeds.md": feeds,
        "lockfile-deviations.md": lockfile_deviations,
        "platforms.md": platform_page,
        "peers-rules.md": peers,
    }
    texts = {name: make() for name, make in made.items()} | rule_reference()
    return {name: NOTE + text for name, text in texts.items()}


def rule_reference() -> dict[str, str]:
    """Give the pages of all rules, one for each file of rows; its first line says what it is about."""
    titles = {name: data.decode().partition("\n")[0].lstrip("# ").rstrip(".:") for name, data in row_files().items()}
    found = rule_pages(list(rules().values()), titles)
    return {f"{RULES}/{name}": text for name, text in found.items()}


def peers() -> str:
    """List what other tools and benchmarks ask for, with our rules."""
    return peers_page(list(rules().values()), [(each.reference, str(each.reason)) for each in uncovered()])


def platform_page() -> str:
    """List the platforms: what is read, how many rules hold there, what each fact is called there."""
    found = sorted(platforms().values(), key=lambda platform: -platform.precedence)
    every = rules().values()
    rows = [
        (
            f"`{platform.name}:`",
            platform.title,
            str(sum(platform.name in rule.platforms for rule in every)),
            _code(hint.decode() for hint in platform.hints) or "only when it is named",
        )
        for platform in found
    ]
    intro = (
        "A platform is a door: it turns what one system writes into the same facts, and every rule reads facts. A\n"
        "document is of the first platform below that knows it by its content; a scheme (`compose:FILE`) says which\n"
        "it is. In a folder only files are parsed that hold one of the words in the last column.\n"
    )
    heads = ("Scheme", "What it is", "Rules", "Files are looked into for")
    spelled = [platform for platform in found if platform.spelling]
    facts = sorted({fact for platform in spelled for fact in platform.spelling})
    words = [(_whose(fact, spelled), *(_spelled(platform, fact) for platform in spelled)) for fact in facts]
    note = (
        "## How facts are written\n\n"
        "Facts that a fix may set, and where each platform writes them: below the container, and those of a workload\n"
        "below the workload (in Kubernetes, the pod's spec). Where a cell is empty the platform has no place for it.\n"
    )
    names = ("Fact", *(platform.title.partition(" (")[0] for platform in spelled))
    return "\n".join(["# Platforms\n", intro, table(heads, rows), note, table(names, words)])


def _whose(fact: str, found: Iterable[Platform]) -> str:
    spellings = (platform.spelling.get(fact) for platform in found)
    return f"`{fact}`" + (" of a workload" if any(each and each.at == "workload" for each in spellings) else "")


def _spelled(platform: Platform, fact: str) -> str:
    spelling = platform.spelling.get(fact)
    return f"`{'.'.join(spelling.path)}`" if spelling else ""


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
    """List the kinds of target, and the stores that hand out images."""
    kinds = sorted(discover("plimsoll.sources", SourceKind).values(), key=lambda kind: -kind.precedence)
    stores = sorted(discover("plimsoll.sources", ImageStore).values(), key=lambda store: -store.precedence)
    paths = [(f"`{kind.name}:PATH`", kind.title) for kind in kinds]
    names = [
        (", ".join(f"`{scheme}:NAME`" for scheme in (store.name, *store.schemes)), store.title) for store in stores
    ]
    intro = (
        "A target is a path or the name of an image. Without a scheme a path that exists comes first, and is what its\n"
        "content says; the kinds are tried in the order below. Plimsoll says what it took a target for. `-` reads an\n"
        "archive, a bill of materials or workloads from standard input. Where a target holds several images,\n"
        "`PATH#NAME` chooses one, and `--platform` chooses a platform.\n"
    )
    stored = (
        "## Images by name\n\n"
        "A name that is no path is asked for in the engines that answer, the first of the list first. The image is\n"
        "read as the engine exports it, over its API; nothing is pulled.\n"
    )
    heads = ("Target", "What it is")
    written = [(f"`{each.name}:FILE`", each.title) for each in platforms().values()]
    run = (
        "## Workloads\n\n"
        "What says how containers are run: a file, a folder with any mix of them, or standard input; a scheme says\n"
        "which platform is meant. `engine:` is everything that the engine runs which Docker's own client would ask; a\n"
        "command line is judged by `plimsoll check run`. See [scan workloads](../how-to/scan-workloads.md).\n"
    )
    images = [stored, table(heads, names)]
    return "\n".join(["# Targets\n", intro, table(heads, paths), *images, run, table(heads, written)])


def formats() -> str:
    """List the report formats and the commands that offer them."""
    found = discover("plimsoll.reports", Format).values()
    rows = [(f"`{kind.name}`", kind.title, ", ".join(f"`{name}`" for name in kind.commands)) for kind in found]
    return "\n".join(["# Formats\n", table(("Format", "What it is", "Commands"), rows)])


def ecosystems() -> str:
    """List what is read, by packaging system: which files, and what they tell."""
    found = (installed() | declared()).values()
    intro = (
        "An ecosystem is one kind of file that tells of packages. *Installed* packages are read in images and root\n"
        "file systems, *declared* ones in source trees, and in images with `--declared`. Patterns hold at the root\n"
        "and below any folder; files marked *root* describe the root that they lie in, and copies elsewhere are gaps.\n"
        "What is told beside name and version is what was met in the samples below `tests/data`.\n"
    )
    parts = []
    for system in sorted(discover("plimsoll.systems", System).values(), key=lambda system: system.title):
        rows = [_ecosystem(e) for e in sorted(found, key=lambda e: (e.declared, e.name)) if e.system == system.name]
        heads = ("Ecosystem", "What it is", "Packages", "Files", "Tells")
        parts += [f"## {system.title}\n", table(heads, rows)] if rows else []
    others = [(f"`{e.name}`", e.title, _files(e), ", ".join(_told(e))) for e in found if not e.system]
    parts += ["## Facts that are no packages\n", table(("Ecosystem", "What it is", "Files", "Tells"), others)]
    return "\n".join(["# Ecosystems\n", intro, *parts])


def _ecosystem(plugin: Ecosystem) -> tuple[str, ...]:
    kind = (
        "declared" if plugin.declared else "installed, in files that no package owns" if plugin.unowned else "installed"
    )
    return f"`{plugin.name}`", plugin.title, kind, _files(plugin), ", ".join(_told(plugin)) or "nothing else"


def _files(plugin: Ecosystem) -> str:
    if plugin.unowned:
        return "[by name](packaging-systems.md#programs-that-no-package-owns)"
    executables = ["executables, by their first bytes"] if plugin.window else []
    root = ["(root)"] if plugin.at_root else []
    return " ".join([", ".join([*executables, *(f"`{path}`" for path in plugin.paths)]), *root])


_TOLD: dict[str, Callable[[PackageRecord], object]] = {
    "source package": lambda package: package.source != package.name,
    "architecture": lambda package: package.architecture,
    "stream": lambda package: package.stream,
    "licence": lambda package: package.licence,
    "hashes": lambda package: package.hashes,
    "dependencies": lambda package: package.requires,
    "path inside the archive": lambda package: package.inside,
    "CPE": lambda package: package.cpe,
    "direct or transitive": lambda package: package.direct is not None,
    "scope": lambda package: package.scope,
    "line": lambda package: package.line,
}


def _told(plugin: Ecosystem) -> list[str]:
    """Say what the samples of an ecosystem tell beside names and versions."""
    observed = [plugin.parse(path, data) for path, data in _samples().get(plugin.name, ())]
    packages = [package for each in observed for package in each.packages]
    told = [name for name, is_told in _TOLD.items() if any(map(is_told, packages))]
    return [*told, *(name for name, is_told in _OF_FILES.items() if any(map(is_told, observed)))]


_OF_FILES: dict[str, Callable[[Observed], object]] = {
    "owned files": lambda observed: observed.owned,
    "names that a project asks for": lambda observed: observed.wanted,
    "licences of other packages": lambda observed: any(name.startswith("licence:") for name, _ in observed.facts),
    "the distribution": lambda observed: any(name == "ID" for name, _ in observed.facts),
}


@cache
def _samples() -> Mapping[str, list[tuple[str, bytes]]]:
    """Give the sample files of each ecosystem, under the paths that they have in a tree."""
    found: dict[str, list[tuple[str, bytes]]] = {}
    for name in installed() | declared():
        root = SAMPLES / "ecosystems" / name
        files = sorted(path for path in root.rglob("*") if path.is_file())
        found[name] = [(path.relative_to(root).as_posix(), path.read_bytes()) for path in files]
    for name, case in _cases():
        found[name].append((case["as_name"], (LOCKFILES / case["file"]).read_bytes()))
    return found


def _cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the lockfile cases of other projects, each with the ecosystem that reads its file."""
    wanted = {e.name: e.paths for e in declared().values()}
    patterns = PathPatterns(wanted)
    for file in sorted((LOCKFILES / "expected").glob("*.jsonl")):
        for line in file.read_text().splitlines():
            case = json.loads(line)
            yield from ((name, case) for name in patterns.find(case["as_name"]))


def packaging_systems() -> str:
    """List what packaging systems are to everybody, and the programs that are known without one."""
    rows = [
        (
            f"`{system.name}`",
            system.title,
            f"`pkg:{system.purl_type}/`",
            f"`{system.scheme}`",
            f"`{system.product}`" if system.product else "the distribution",
            "name" if system.product and system.asked is Asked.SOURCE else _ASKED[system.asked],
            f"`{system.osv}`" if system.osv else "",
        )
        for system in discover("plimsoll.systems", System).values()
    ]
    programs: dict[str, tuple[set[str], dict[str, None]]] = {}
    for row in classifiers():
        names, files = programs.setdefault(row.name, (set(), {}))
        names.update(row.cpe.split())
        files.update(dict.fromkeys(row.files))
    known = [(f"`{name}`", _code(sorted(names)), _code(files)) for name, (names, files) in sorted(programs.items())]
    intro = (
        "A packaging system says how its packages are named, which order their versions have, and what feeds are\n"
        "asked about. The packages of a distribution are asked about by its release (`debian:12`), all others by the\n"
        "product of their system.\n"
    )
    heads = ("System", "What it is", "Package URL", "Version scheme", "Feeds speak of", "Asked by", "In OSV records")
    note = (
        "## Programs that no package owns\n\n"
        "They are known by the name of the file and by what it says of its version. Feeds are asked by the names that\n"
        "the National Vulnerability Database (NVD) has for them.\n"
    )
    return "\n".join(
        ["# Packaging systems\n", intro, table(heads, rows), note, table(("Program", "Names in NVD", "Files"), known)]
    )


_ASKED = {
    Asked.SOURCE: "source package",
    Asked.SOURCE_AND_BINARY: "source package and binary package",
    Asked.CPE: "names in NVD",
}


def feeds() -> str:
    """List the feeds with their files, licence and rank, and whether the embedded snapshot holds them."""
    found = discover("plimsoll.knowledge.feeds", Feed).values()
    rows = [
        (f"`{f.name}`", f.title, f.kind, f.licence or "none stated", str(f.authority or ""), _embedded(f))
        for f in found
    ]
    files = [(f"`{f.name}`", _code(f.files), _fetched(f), _at_mirror(f)) for f in found]
    intro = (
        "`plimsoll db status` shows which of these are in the store, how old they are and what they speak for. Where\n"
        "several speak about one package and vulnerability, the highest *authority* decides. A feed that states no\n"
        "licence is fetched by each user and never embedded.\n"
    )
    places = (
        "## Files and addresses\n\n"
        "`db update` fetches from the addresses; `db update --from DIR` takes a folder of the files as they are\n"
        "served, each possibly with `.xz` after its name, and `db update --from URL` a mirror that serves the files\n"
        "of the last column below that address. A feed without an address comes only from folders and mirrors.\n"
    )
    heads = ("Feed", "Title", "Kind", "Licence", "Authority", "Embedded snapshot")
    more = ("Feed", "Files below a feeds folder", "Fetched from", "At a mirror")
    return "\n".join(["# Feeds\n", intro, table(heads, rows), places, table(more, files)])


def _embedded(feed: Feed) -> str:
    details = about()
    if feed.name in details.feeds:
        return f"as of {details.feeds[feed.name]}"
    if feed.licence is None:
        return "no: no licence"
    return "no: no room" if feed.name in details.left_out else "no: it was not at hand"


def _fetched(feed: Feed) -> str:
    addresses = [address for address, _ in feed.urls if address]
    if not addresses:
        return "only from folders and mirrors"
    return addresses[0] + (f" and {len(addresses) - 1} more like it" if len(addresses) > 1 else "")


def lockfile_deviations() -> str:
    """List where lockfiles are read otherwise than other projects' tests state, and why, by format."""
    rows = tomllib.loads((LOCKFILES / "deviations.toml").read_text())["deviation"]
    cases = [(name, f"{case['id']}@{Path(case['file']).name}") for name, case in _cases()]
    plugins = installed() | declared()
    parts = []
    for name in sorted({name for name, _ in cases}, key=lambda name: plugins[name].title):
        ids = [case for each, case in cases if each == name]
        told = [line for row in rows if (line := _deviation(row, ids))]
        if told:
            parts += [f"## {plugins[name].title} (`{name}`)\n", "".join(told)]
    intro = (
        f"A test reads {len(cases)} cases from the tests of osv-scalibr, Syft and Trivy, and holds the answers\n"
        "against what those projects expect. Where Plimsoll answers otherwise, the reason stands here; the test fails\n"
        "for any other difference, and for a reason that no case needs any more. A *fault* is what a report says of a\n"
        "file of which something could not be used.\n"
    )
    return "\n".join(["# Lockfiles read otherwise\n", intro, *parts])


def _deviation(row: Mapping[str, Any], ids: Iterable[str]) -> str:
    """Tell one deviation in a line; nothing where none of these cases is concerned."""
    concerned = sorted({case.rpartition("@")[0] for case in ids if _is_concerned(row, case)})
    if not concerned:
        return ""
    said = [text.format(_code(row[key])) for key, text in _DIFFERS.items() if row.get(key)]
    said += [f"scope `{row['without']}` is left out there"] if row.get("without") else []
    said += ["a fault"] if row.get("fault") else []
    return f"- {row['reason']} ({'; '.join(said)})\n  Cases: {_code(concerned)}\n"


def _is_concerned(row: Mapping[str, Any], case: str) -> bool:
    return any(fnmatchcase(case, pattern) for pattern in row["cases"])


_DIFFERS = {
    "more": "here also {}",
    "fewer": "here not {}",
    "direct": "direct or not, otherwise: {}",
    "scope": "another scope: {}",
}


def _at_mirror(feed: Feed) -> str:
    """Name what is asked for; of many files alike the first."""
    names = [name for _, name in feed.urls]
    return _code(names[:2]) + (f" and {len(names) - 2} more like them" if len(names) > 2 else "")


def _code(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
