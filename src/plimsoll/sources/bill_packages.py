"""From the components of a bill of materials to packages; what cannot be used is counted by its reason."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from plimsoll.errors import LimitError
from plimsoll.model.limits import Limits
from plimsoll.model.package import Distro, Package
from plimsoll.model.purl import PackageUrl, PurlError, parse_purl, purl
from plimsoll.model.system import Asked, System
from plimsoll.sources.bill_entries import Bill, Entry, number, told_layers
from plimsoll.systems.distributions import id_of, is_rolling, known_as, of_purl
from plimsoll.systems.known import key_of, of_purl_type, product_of

LONGEST = 4096
"""Characters of a name, version or path; longer ones are no package's."""

NO_SOFTWARE = frozenset({"file", "container", "operating-system", "data", "device", "cryptographic-asset"})
"""Types of components that are no packages, where they have no package URL."""

_THINGS = frozenset({"operating-system", "container"})
"""Types of components that are no packages, whatever they are called."""

_UNKNOWN = frozenset({"UNKNOWN", "unknown"})
"""What some tools write where they know no version."""

_SOURCE_RPM = re.compile(r"(?P<name>.+)-(?P<version>[^-]+-[^-]+)\.(?:no)?src\.rpm")
_CPE_PARTS = re.compile(r"(?:[^:\\]|\\.)*")


@dataclass(frozen=True, slots=True)
class _Usable:
    """A component that is a package of a known system, with its package URL taken apart."""

    entry: Entry
    url: PackageUrl
    system: System
    purl: str
    name: str
    version: str


class Packages:
    """The packages of a bill, and what became of the components that are none."""

    def __init__(self, bill: Bill, path: str) -> None:
        """Begin with a bill. `path` is where packages lie that say nothing of it: the bill's own."""
        self.distro = _distro(bill.entries)
        self.problems: dict[str, list[str]] = {}
        self.others: dict[str, int] = {}
        self._bill = bill
        self._path = path
        self._instructions = {layer.digest: layer.instruction for layer in reversed(told_layers(bill))}
        self._by_ref: dict[str, _Usable] = {}
        self._distros: dict[tuple[str, str], tuple[Distro | None, str]] = {}

    def taken(self, limits: Limits) -> tuple[Package, ...]:
        """Give the packages, in the order of reports. Raises LimitError."""
        usable = [each for each in map(self._usable, self._bill.entries) if each]
        if len(usable) > limits.packages:
            raise LimitError("packages", limits.packages, "the bill of materials")
        self._refer(usable)
        return tuple(sorted(dict.fromkeys(map(self._package, usable)), key=_ORDER))

    def problem(self, reason: str, name: str) -> None:
        """Count a component that cannot be used."""
        self.problems.setdefault(reason, []).append(name)

    def _usable(self, entry: Entry) -> _Usable | None:
        if entry.kind in _THINGS or not (entry.purl or entry.cpe):
            self._without_name(entry)
            return None
        try:
            url, system = _url(entry)
        except PurlError as error:
            self.problem(str(error), _named(entry))
            return None
        name, version = _full_name(entry, url, system), _version(entry, url, system)
        if problem := _problem(name, version, entry.facts):
            self.problem(problem, _named(entry))
            return None
        return _Usable(entry, url, system, entry.purl or purl(url.kind, "", name, version), name, version)

    def _without_name(self, entry: Entry) -> None:
        if entry.kind == "operating-system" and self.distro:
            return  # it is what the packages are of
        if entry.kind in NO_SOFTWARE or (entry.kind == "application" and not entry.version):
            self.others[entry.kind] = self.others.get(entry.kind, 0) + 1
        else:
            self.problem("it has no package URL", _named(entry))

    def _refer(self, usable: Iterable[_Usable]) -> None:
        """Note what references mean; those that mean several components mean none."""
        twice = set()
        for each in usable:
            ref = each.entry.ref
            if ref and self._by_ref.setdefault(ref, each) is not each:
                twice.add(ref)
        for ref in sorted(twice):
            del self._by_ref[ref]
            self.problem("several components have this one reference, so it is not known which one others require", ref)

    def _package(self, usable: _Usable) -> Package:
        entry, url, system = usable.entry, usable.url, usable.system
        facts, name, version = entry.facts, usable.name, usable.version
        distro, product = (None, system.product) if system.product else self._asked(url, system)
        source, source_version = _source(facts, url, system, (name, version))
        layer = facts.get("layer", "")
        direct = facts.get("direct")
        return Package(
            ecosystem=system.name,
            name=name,
            version=version,
            purl=usable.purl,
            key=key_of(system, source, distro),
            source=source,
            source_version=source_version,
            product=facts.get("product") or product,
            architecture=facts.get("architecture") or url.qualifiers.get("arch", ""),
            licence=entry.licence,
            path=facts.get("path", self._path).lstrip("/"),
            layer=layer,
            instruction=facts.get("instruction") or self._instructions.get(layer, ""),
            owner=facts.get("owner") or self._owner(entry.ref),
            declared=facts.get("declared") == "yes",
            stream=facts.get("stream") or _stream(facts.get("modularity") or url.qualifiers.get("rpmmod")),
            hashes=entry.hashes,
            requires=self._required(entry.ref),
            cpe=facts.get("cpe") or self._cpe(entry, system, name),
            guessed=facts.get("guessed") == "yes",
            line=number(facts["line"]) if "line" in facts else 0,
            direct=None if direct is None else direct == "yes",
            scope=facts.get("scope", entry.scope),
        )

    def _asked(self, url: PackageUrl, system: System) -> tuple[Distro | None, str]:
        """Give the distribution of a package URL, and what feeds are asked about; both are few in a bill."""
        place = (url.namespace, url.qualifiers.get("distro", ""))
        known = self._distros.get(place)
        if known is None:
            distro = self._distro_of(*place)
            known = self._distros[place] = (distro, product_of(system, _with_version(distro)))
        return known

    def _distro_of(self, namespace: str, qualifier: str) -> Distro | None:
        """Give the distribution that a package URL names, with the version of the bill's where it says none."""
        found = of_purl(namespace, qualifier)
        if self.distro and (found is None or (found.id == self.distro.id and not found.version)):
            return self.distro
        return found

    def _cpe(self, entry: Entry, system: System, name: str) -> str:
        if system.asked is not Asked.CPE:
            return ""
        cpe = _vendor_product(entry.cpe)
        if not cpe:
            self.problem("it has no CPE, by which alone advisories speak of programs that no package owns", name)
        return cpe

    def _owner(self, ref: str) -> str:
        """Give the package of a distribution that owns another one's files."""
        if ref not in self._bill.owners:
            return ""
        owner = self._by_ref.get(self._bill.owners[ref])
        return owner.purl if owner and not owner.system.product else ""

    def _required(self, ref: str) -> tuple[str, ...]:
        wanted = self._bill.requires.get(ref, ())
        if not wanted or ref not in self._by_ref:
            return ()
        return tuple(dict.fromkeys(self._by_ref[each].purl for each in wanted if each in self._by_ref))


_ORDER = attrgetter("ecosystem", "name", "version", "purl", "path", "line", "layer")


def _problem(name: str, version: str, facts: Mapping[str, str]) -> str:
    if not version:
        return "it has no version"
    if max(len(name), len(version), len(facts.get("path", ""))) > LONGEST:
        return f"its name, version or path is longer than {LONGEST} characters"
    return ""


def _named(entry: Entry) -> str:
    return entry.name or entry.purl or entry.ref or "a component without name"


def _distro(entries: Sequence[Entry]) -> Distro | None:
    """Give the one operating system of a bill; of several none, as nobody knows what runs where."""
    found = {
        known_as(
            entry.facts.get("distro-id", entry.name).lower(),
            entry.facts.get("distro-version", entry.version),
        )
        for entry in entries
        if entry.kind == "operating-system" and entry.name
    }
    return found.pop() if len(found) == 1 else None


def _url(entry: Entry) -> tuple[PackageUrl, System]:
    """Take the package URL apart; a program that has only a CPE is one that no package owns. Raises PurlError."""
    if not entry.purl:
        url = PackageUrl(kind="generic", name=entry.name, version=entry.version)
        if not entry.name:
            raise PurlError("it has no package URL and no name")
    else:
        url = parse_purl(entry.purl)
    system = of_purl_type(url.kind)
    if system is None:
        raise PurlError(f"no packaging system of type {url.kind[:40]!r} is known here")
    return url, system


def _version(entry: Entry, url: PackageUrl, system: System) -> str:
    version = url.version or entry.version
    if version in _UNKNOWN:
        return ""
    epoch = url.qualifiers.get("epoch", "")
    if epoch.strip("0") and ":" not in version:
        return f"{epoch}:{version}" if version else ""
    if system.name == "go" and url.name == "stdlib":
        return version.removeprefix("go").removeprefix("v")
    return version


def _full_name(entry: Entry, url: PackageUrl, system: System) -> str:
    """Give the name as the packaging system writes it; package URLs know some in lower case only."""
    if not system.product:
        return url.name
    full = system.joined(url.namespace, url.name)
    if full == entry.name:
        return full
    for written in (entry.name, system.joined(entry.group, entry.name)):
        if written == full or (written and system.purl_spelling(written) == system.purl_spelling(full)):
            return written
    return full


def _source(facts: Mapping[str, str], url: PackageUrl, system: System, own: tuple[str, str]) -> tuple[str, str]:
    """Give name and version of the source package: as stated, as the qualifier `upstream` says, else its own."""
    name, version = own
    if "source" in facts:
        return facts["source"], facts.get("source-version") or _parts(facts) or version
    rpm = "" if system.product else facts.get("source-rpm") or url.qualifiers.get("upstream", "")
    if not rpm:
        return own
    found = _SOURCE_RPM.fullmatch(rpm) if len(rpm) <= LONGEST else None
    if found:
        epoch, colon, _ = version.partition(":")
        return found["name"], f"{epoch}:{found['version']}" if colon else found["version"]
    name, _, stated = rpm.partition("@")
    return name or own[0], stated or version


def _parts(facts: Mapping[str, str]) -> str:
    """Put a version together that is told in parts."""
    version, epoch, release = (facts.get(f"src-{part}", "") for part in ("version", "epoch", "release"))
    if not version:
        return ""
    return (f"{epoch}:" if epoch.strip("0") else "") + version + (f"-{release}" if release else "")


def _with_version(distro: Distro | None) -> Distro | None:
    """Leave out a distribution whose release is not known, as feeds speak of releases, unless it has none."""
    return distro if distro and (distro.version or is_rolling(id_of(distro.id))) else None


def _stream(label: str | None) -> str:
    """Shorten `name:stream:version:context` to what advisories speak of."""
    if not label:
        return ""
    name, colon, rest = label.partition(":")
    stream = rest.partition(":")[0]
    return f"module:{name}:{stream}" if colon and name and stream else ""


def _vendor_product(cpe: str) -> str:
    """Give `vendor:product` of an application's name (NIST IR 7695, sections 6.1 and 6.2); "" for all else."""
    if len(cpe) > LONGEST:
        return ""
    parts = [part.replace("\\", "") for part in _CPE_PARTS.findall(cpe) if part]
    if parts[:3] == ["cpe", "2.3", "a"]:
        parts = parts[3:5]
    elif parts[:2] == ["cpe", "/a"]:
        parts = parts[2:4]
    else:
        return ""
    return ":".join(parts) if len(parts) == 2 and "*" not in parts and "-" not in parts else ""
