"""Where images come from, and whether their names say which image it is."""

import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

from plimsoll.checks.workload.inputs import inputs
from plimsoll.documents.scalars import written
from plimsoll.documents.shapes import mapping, sequence
from plimsoll.model.estate import Estate
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, Workload


class Named(NamedTuple):
    """The parts of an image's name as they are written; `registry` is docker.io where none is."""

    registry: str
    repository: str
    tag: str
    digest: str


_ID = re.compile(r"(?:sha256:)?[0-9a-f]{64}", re.ASCII)
_LONGEST = 1024
HUB = "docker.io"


@lru_cache(maxsize=4096)
def parts_of(image: str) -> Named | None:
    """Take a name apart, also one that engines would refuse; None for an image's id, which is no name."""
    image = image.strip()[:_LONGEST]
    if _ID.fullmatch(image):
        return None
    rest, _, digest = image.partition("@")
    first, slash, below = rest.partition("/")
    is_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
    registry, path = (first.lower(), below) if is_host else (HUB, rest)
    repository, _, tag = path.partition(":")
    registry = HUB if registry in {"index.docker.io", "registry-1.docker.io"} else registry
    return Named(registry, repository.removeprefix("library/"), tag, digest)


def name_of(image: str) -> str:
    """Give the last word of a repository: `sshd` of `example.com/tools/sshd:1`."""
    named = parts_of(image)
    return named.repository.rpartition("/")[2] if named else ""


def latest_tag(container: Container, *_: object) -> Iterator[Verdict]:
    """Find images without a tag, or with `latest`."""
    named = _named(container)
    if named and _is_latest(named):
        yield Verdict(container.image.at, container.image.stated, expected="a fixed version, or a digest")


def floating_tag(container: Container, _: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find tags that are moved to each new build: by custom, or as a user configured."""
    named = _named(container)
    if (
        named
        and not named.digest
        and (named.tag in _FLOATING or named.tag in inputs(estate).get("floatingImageTags", ()))
    ):
        yield Verdict(container.image.at, container.image.stated, expected="a fixed version, or a digest")


_FLOATING = frozenset({"nightly", "edge", "canary", "main", "master", "head", "HEAD", "unstable", "snapshot"})


def no_digest(container: Container, *_: object) -> Iterator[Verdict]:
    """Find images that are not named by a digest."""
    image = container.image
    if _named(container) and "@" not in image.stated:
        yield Verdict(image.at, image.stated, expected="a digest")


_DIGEST = re.compile(r"(?P<algorithm>[a-z0-9]+(?:[.+_-][a-z0-9]+)*):(?P<encoded>[a-zA-Z0-9=_-]+)", re.ASCII)
_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128, "blake3": 64}
_LEAST = 32


def no_true_digest(container: Container, *_: object) -> Iterator[Verdict]:
    """Find digests that are none: cut short, or made up."""
    image = container.image
    if _is_built_here(container):
        return
    digest = image.value.strip().partition("@")[2]
    if "@" in image.stated and not _is_digest(digest):
        yield Verdict(image.at, image.stated, expected="a whole digest")


def _is_digest(text: str) -> bool:
    found = _DIGEST.fullmatch(text[:_LONGEST])
    if found is None:
        return False
    length = _LENGTHS.get(found["algorithm"])
    return len(found["encoded"]) == length if length else len(found["encoded"]) >= _LEAST


def latest_not_pulled(container: Container, workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find images whose tag moves, and of which an old copy is run as long as there is one."""
    image, policy = container.image, container.pull_policy
    named = _named(container)
    # The kubelet's default for a tag that moves is to ask the registry (Container, imagePullPolicy); engines' is not.
    default = "Always" if workload.platform == "kubernetes" else "IfNotPresent"
    if named is None or not _is_moved(named, estate) or (policy.value or default) == "Always":
        return
    yield Verdict(policy.at, policy.stated or default, expected="Always")
    if workload.platform == "kubernetes":
        yield Verdict(image.at, image.stated, "image", "a fixed version, or a digest")


def fixed_tag_not_pulled(container: Container, *_: object) -> Iterator[Verdict]:
    """Find tags that are not asked for again, so that whoever has a copy on the node may run it without access."""
    named = _named(container)
    policy = container.pull_policy
    if named and not _is_latest(named) and not named.digest and policy.value != "Always":
        yield Verdict(policy.at, policy.stated or "IfNotPresent", expected="Always")


def policy_unsaid(container: Container, *_: object) -> Iterator[Verdict]:
    """Find images that nothing says must be asked for at each start, where neither of the other two rules does."""
    policy = container.pull_policy
    if policy.value == "Always":
        return
    named = parts_of(container.image.stated) if container.image.is_known else None
    if named is None or named.digest or (_is_latest(named) and not policy.stated):
        yield Verdict(policy.at, policy.stated or "not said", expected="Always")


def retired_registry(container: Container, *_: object) -> Iterator[Verdict]:
    """Find registries that were given up, and get no updates."""
    named = _named(container)
    if named and (named.registry in _RETIRED or f"{named.registry}/{named.repository}".startswith(_RETIRED_PARTS)):
        yield Verdict(container.image.at, container.image.stated, expected="the registry that replaced it")


_RETIRED = frozenset({"k8s.gcr.io", "gcr.k8s.io", "docker.pkg.github.com", "registry.hub.docker.com"})
_RETIRED_PARTS = ("gcr.io/google_containers/", "gcr.io/google-containers/", "gcr.io/kubernetes-helm/")


def unapproved_registry(container: Container, _: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find registries that are not approved: by a user who configured some, or for being well known."""
    named = _named(container)
    if named is None or not named.repository:
        return
    approved = inputs(estate).get("imageRepositoryAllowList", ())
    if not (_is_of(named, approved) if approved else _is_well_known(named.registry)):
        yield Verdict(container.image.at, named.registry, named.registry, "an approved registry")


_WELL_KNOWN = (
    HUB,
    "quay.io",
    "gcr.io",
    "ghcr.io",
    "pkg.dev",
    "registry.k8s.io",
    "k8s.gcr.io",
    "mcr.microsoft.com",
    "azurecr.io",
    "amazonaws.com",
    "public.ecr.aws",
    "registry.access.redhat.com",
    "registry.redhat.io",
    "registry.gitlab.com",
    "icr.io",
    "ocir.io",
    "oracle.com",
    "nvcr.io",
    "docker.elastic.co",
    "cgr.dev",
    "registry.suse.com",
    "registry.opensuse.org",
    "registry.fedoraproject.org",
    "registry.hub.docker.com",
    "docker.pkg.github.com",
    "localhost",
)


def _is_well_known(registry: str) -> bool:
    if "." not in registry and ":" in registry:  # `localhost:5000`, `registry:5000`: within one's own network.
        return True
    return _is_among(registry, _WELL_KNOWN)


def _is_among(registry: str, names: tuple[str, ...]) -> bool:
    return any(registry == name or registry.endswith("." + name) for name in names)


def open_registry(container: Container, *_: object) -> Iterator[Verdict]:
    """Find images from registries in which anybody may publish; those of Docker's own have no owner in their name."""
    named = _named(container)
    if named and _is_among(named.registry, _OPEN) and "/" in container.image.stated.removeprefix("library/"):
        yield Verdict(container.image.at, named.registry, named.registry, "a registry of your own")


_OPEN = (HUB, "quay.io", "ghcr.io", "registry.gitlab.com", "public.ecr.aws")


def throwaway_registry(container: Container, _: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find registries to which anyone may push, tunnels, bare addresses, and what a user configured as such."""
    named = _named(container)
    if named and (
        _is_among(named.registry, _THROWAWAY)
        or _is_public_address(named.registry)
        or any(_is_of(named, inputs(estate).get(key, ())) for key in _DISTRUSTED)
    ):
        yield Verdict(container.image.at, named.registry, named.registry, "a registry whose owner is known")


_DISTRUSTED = ("untrustedRegistries", "publicRegistries")
_THROWAWAY = ("ttl.sh", "ngrok.io", "ngrok-free.app", "ngrok.app", "trycloudflare.com", "loca.lt", "serveo.net")


def _is_of(named: Named, configured: tuple[str, ...]) -> bool:
    """Say whether an image is of one of some registries or repositories, each whole or followed by more of the name."""
    owner = "" if "/" in named.repository else "library/"
    whole = (f"{named.registry}/{named.repository}/", f"{named.registry}/{owner}{named.repository}/")
    names = (*whole, f"{named.repository}/") if named.registry == HUB else whole
    return any(name.startswith(f"{each.rstrip('/')}/") for each in configured for name in names)


def _is_public_address(registry: str) -> bool:
    host = registry.rpartition(":")[0] or registry
    try:
        return ip_address(host.strip("[]")).is_global
    except ValueError:
        return False


def _is_moved(named: Named, estate: Estate) -> bool:
    """Say whether a tag is `latest`, or one that a user configured as moving like that."""
    return _is_latest(named) or (not named.digest and named.tag in inputs(estate).get("floatingImageTags", ()))


def _is_latest(named: Named) -> bool:
    return not named.digest and named.tag in {"", "latest"}


def _named(container: Container) -> Named | None:
    """Give the name of an image from elsewhere; None for an id, and for what a Compose project builds itself."""
    return None if _is_built_here(container) else parts_of(container.image.value)


def _is_built_here(container: Container) -> bool:
    """Say whether a Compose project builds the image itself: then its name is what the project calls its own work."""
    return "build" in container.body


def open_prefix(constraint: Resource, _: Estate) -> Iterator[Verdict]:
    """Find prefixes of allowed images (Gatekeeper's K8sAllowedRepos) that other registries or owners may begin with."""
    repositories = sequence(mapping(mapping(constraint.body.get("spec")).get("parameters")).get("repos"))
    for index, said in enumerate(repositories):
        prefix = written(said)
        parts = prefix.split("/")
        if (len(parts) == 1 and ":" not in prefix) or (parts[0] == HUB and len(parts) == len([HUB, "owner"])):
            at = (*constraint.at, "spec", "parameters", "repos", index)
            yield Verdict(at, prefix, prefix, "the registry and the owner, with a slash at the end")
