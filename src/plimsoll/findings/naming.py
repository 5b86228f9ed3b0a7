"""Several names of one vulnerability: which ids mean the same, and under which one it is told."""

from collections.abc import Iterable, Mapping, Sequence

from plimsoll.model.knowledge import StoredStatement


def same(named: Mapping[str, Sequence[StoredStatement]]) -> dict[str, str]:
    """Give the id under which each of these vulnerabilities of one package is told.

    Ids that are aliases of each other are one vulnerability; two CVE ids never are, whatever is between them: the
    programme's numbers are distinct by definition, and records that bundle several are evidence for each.
    """
    if len(named) == 1:
        return {name: name for name in named}
    meaning = {name: {name, *_aliases(statements)} for name, statements in named.items()}
    others = {
        name: [other for other in named if other != name and meaning[name] & meaning[other]]
        for name in named
        if not _is_cve(name)
    }
    chosen = {name: name for name in named}
    changed = True
    while changed:
        better = {name: min((chosen[other] for other in (name, *near)), key=_rank) for name, near in others.items()}
        changed = any(chosen[name] != best for name, best in better.items())
        chosen |= better
    return chosen


def _aliases(statements: Iterable[StoredStatement]) -> Iterable[str]:
    for stored in statements:
        yield from stored.statement.aliases


def _is_cve(name: str) -> bool:
    return name.startswith("CVE-")


def _rank(name: str) -> tuple[int, str]:
    """CVE first, then GHSA, then the ecosystems' own ids."""
    return (0 if _is_cve(name) else 1 if name.startswith("GHSA-") else 2, name)
