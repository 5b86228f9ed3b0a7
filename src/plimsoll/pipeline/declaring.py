"""What manifests add to lockfiles: which packages a project asks for and what for; and manifests without a lockfile."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from plimsoll.model.gap import Gap
from plimsoll.model.package import COMPLETED_BY, LOCKED_BY, PROJECT, Package, Wanted
from plimsoll.model.wording import some_of
from plimsoll.pipeline.databases import Found
from plimsoll.pipeline.projects import project_of, projects_above
from plimsoll.systems.known import systems

_SCOPES = ("", "optional", "build", "dev")
"""What a package is needed for, most pressing first."""
_NAMES_SHOWN = 5
_MOST_VERSIONS = 100
"""Versions of one name among which a dependency without a version is followed; no real lockfile has more."""


@dataclass(slots=True)
class _Asking:
    """What all manifests ask for that one folder's lockfiles answer, by normalised name, and whose they are."""

    wanted: dict[str, dict[Wanted, None]] = field(default_factory=lambda: defaultdict(dict))
    own: set[str] = field(default_factory=set)
    is_whole: bool = True


def completed(packages: Sequence[Package], found: Sequence[Found]) -> list[Package]:
    """Say which declared packages are direct and what for, where their lockfile cannot and manifests do."""
    locks: dict[tuple[str, str], list[Package]] = defaultdict(list)
    for package in packages:
        if package.declared:
            locks[package.ecosystem, package.path].append(package)
    asking = _asking(found, {(system, project_of(path)) for system, path in locks})
    facts = {(each.plugin.system, each.path): dict(each.observed.facts) for each in found if each.observed.facts}
    changed: dict[Package, Package] = {}
    for (system, path), locked in locks.items():
        asked = asking.get((system, project_of(path)))
        if asked and asked.wanted and asked.is_whole:
            told_apart = facts.get((system, path), {})
            changed.update(zip(locked, _Lock(system, locked, asked, told_apart).completed(), strict=True))
    return [changed.get(package, package) for package in packages]


def _asking(found: Iterable[Found], places: set[tuple[str, str]]) -> Mapping[tuple[str, str], _Asking]:
    """Gather what manifests ask for by the system and folder of the nearest lockfiles: beside them, or above."""
    asking: dict[tuple[str, str], _Asking] = defaultdict(_Asking)
    for each in found:
        if not _is_manifest(each) and not _is_unread(each):
            continue
        system = each.plugin.system
        nearest = next((above for above in projects_above(project_of(each.path)) if (system, above) in places), None)
        if nearest is None:
            continue
        there = asking[system, nearest]
        there.is_whole &= not each.observed.faults
        there.own.update(value for name, value in each.observed.facts if name == PROJECT)
        for wanted in each.observed.wanted:
            there.wanted[systems()[system].normalise(wanted.name)][wanted] = None
    return asking


def _is_manifest(found: Found) -> bool:
    return any(name == LOCKED_BY for name, _ in found.observed.facts)


class _Lock:
    """The packages of one lockfile, and how they depend on each other."""

    def __init__(
        self,
        system: str,
        packages: Sequence[Package],
        asking: _Asking,
        told_apart: Mapping[str, str],
    ) -> None:
        self._normalise = systems()[system].normalise
        self._packages = packages
        self._asking = asking
        self._told_apart = told_apart
        self._named: dict[str, list[int]] = defaultdict(list)
        self._exact: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, package in enumerate(packages):
            name = self._normalise(package.name)
            self._named[name].append(number)
            self._exact[name, package.version].append(number)
        self._following = [list(self._required(package)) for package in packages]

    def completed(self) -> list[Package]:
        """Give the packages in their order, with what the manifests say of them."""
        roots = self._roots()
        direct = set().union(*roots.values())
        says_scopes = any(package.scope for package in self._packages)
        scopes = {} if says_scopes else self._scopes(roots)
        relates = any(self._following)
        return [
            replace(
                package,
                direct=self._is_direct(number, direct, relates=relates) if package.direct is None else package.direct,
                scope=package.scope or scopes.get(number, ""),
            )
            for number, package in enumerate(self._packages)
        ]

    def _is_direct(self, number: int, direct: set[int], *, relates: bool) -> bool | None:
        """Say no only of a lockfile that relates packages: a plain list may name more than the manifest asks for."""
        if number in direct:
            return True
        return False if relates and self._packages[number].name not in self._asking.own else None

    def _required(self, package: Package) -> Iterator[int]:
        for each in package.requires:
            written, _, version = each.partition(" ")
            name = self._normalise(written)
            numbers = self._named.get(name, ())
            yield from self._exact.get((name, version)) or (numbers if len(numbers) <= _MOST_VERSIONS else ())

    def _roots(self) -> Mapping[str, set[int]]:
        """Give the packages that are asked for, by what for."""
        required = {number for following in self._following for number in following}
        roots: dict[str, set[int]] = defaultdict(set)
        for name, asked in self._asking.wanted.items():
            numbers = self._named.get(name, [])
            for wanted in asked:
                roots[wanted.scope].update(self._meant(wanted, numbers, required))
        return roots

    def _meant(self, wanted: Wanted, numbers: list[int], required: set[int]) -> Sequence[int]:
        """Choose among several versions: the one its range led to, else those nobody else needs, else all."""
        if len(numbers) <= 1:
            return numbers
        ranges = (f"{wanted.name}@{wanted.versions}", f"{wanted.name}@npm:{wanted.versions}")
        version = next((self._told_apart[each] for each in ranges if each in self._told_apart), "")
        exact = [number for number in numbers if self._packages[number].version == version]
        return exact or [number for number in numbers if number not in required] or numbers

    def _scopes(self, roots: Mapping[str, set[int]]) -> Mapping[int, str]:
        """Give what each package is needed for; what nothing leads to is not among them."""
        scopes: dict[int, str] = {}
        for scope in _SCOPES:
            waiting = [number for number in roots.get(scope, ()) if number not in scopes]
            scopes.update(dict.fromkeys(waiting, scope))
            while waiting:
                new = {each for each in self._following[waiting.pop()] if each not in scopes}
                scopes.update(dict.fromkeys(new, scope))
                waiting.extend(new)
        return scopes


def unlocked(subject: str, packages: Iterable[Package], found: Sequence[Found]) -> Iterator[Gap]:
    """Name the manifests that ask for packages of which neither their folder nor one above states a version.

    Where packages of the system are installed (images), those are what counts, and nothing is missing.
    """
    stated: dict[tuple[str, str], set[str]] = defaultdict(set)
    installed: set[str] = set()
    for package in packages:
        if package.declared:
            name = systems()[package.ecosystem].normalise(package.name)
            stated[package.ecosystem, project_of(package.path)].add(name)
        else:
            installed.add(package.ecosystem)
    projects = {(each.plugin.system, dict(each.observed.facts).get(PROJECT)) for each in found if _is_manifest(each)}
    unread = {(each.plugin.system, project_of(each.path)) for each in found if _is_unread(each)}
    for each in found:
        system, folder = each.plugin.system, project_of(each.path)
        if not _is_manifest(each) or system in installed or (system, folder) in unread:
            continue
        names = [wanted.name for wanted in each.observed.wanted if (system, wanted.name) not in projects]
        spelled = set(map(systems()[system].normalise, names))
        if names and all(spelled.isdisjoint(stated.get((system, above), ())) for above in projects_above(folder)):
            yield _gap(subject, each, names)


def incomplete(subject: str, packages: Iterable[Package], found: Sequence[Found]) -> Iterator[Gap]:
    """Name the files that list only what a project itself asks for, where no lockfile beside or above has the rest."""
    related: set[tuple[str, str]] = set()
    installed: set[str] = set()
    for package in packages:
        if not package.declared:
            installed.add(package.ecosystem)
        elif package.requires or package.direct is False:
            related.add((package.ecosystem, project_of(package.path)))
    for each in found:
        system, command = each.plugin.system, dict(each.observed.facts).get(COMPLETED_BY)
        asks = len(each.observed.packages) or len(each.observed.faults)
        covered = any((system, above) in related for above in projects_above(project_of(each.path)))
        if command and asks and not covered and system not in installed:
            yield Gap(
                subject=subject,
                what="transitive-unknown",
                question=f"Which packages do those of {each.path} need in turn?",
                reason="it lists only what the project itself asks for, and no lockfile lists the rest",
                count=asks,
                advice=f"Make a list of all, and scan that: {command}",
            )


def _is_unread(found: Found) -> bool:
    """Say whether a file was to state versions, and could not be read, which is a gap of its own."""
    return found.plugin.declared and bool(found.observed.faults) and not found.observed.packages


def _gap(subject: str, manifest: Found, names: Sequence[str]) -> Gap:
    command = dict(manifest.observed.facts).get(LOCKED_BY, "")
    return Gap(
        subject=subject,
        what="no-lockfile",
        question=f"{manifest.plugin.title} in {manifest.path}: {some_of(names, _NAMES_SHOWN)}",
        reason="no lockfile beside it or above it says in which versions",
        count=len(names),
        advice=f"Make one there, and scan again: {command}" if command else "",
    )
