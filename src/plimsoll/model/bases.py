"""Base images: what the catalogue keeps of them, what a report says of one, what others would clear."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseImage:
    """An image that others are built on, as the catalogue keeps it.

    `layers` are its verified diff ids, lowest first, `digest` is that of its configuration, `distro` as in
    `debian:12`. `created` is the ISO day on which it was made, "" where it does not say, `added` that on which it was
    catalogued. `packages` counts what is in it, `unread` what could not be read of it.
    """

    name: str
    digest: str
    platform: str
    distro: str
    layers: tuple[str, ...]
    created: str = ""
    added: str = ""
    packages: int = 0
    unread: int = 0

    @property
    def family(self) -> str:
        """The distribution whatever its version; "" where it is unknown."""
        return self.distro.partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseFacts:
    """The base of an image.

    `by` is `layers`: the first `layers` layers of the image are those of the catalogue's entry `name`; or `labels`:
    the image says so, without saying where its base ends. Then `reason` says why findings are not split. `digest` is
    that of the base's configuration or, by labels, of its manifest, as stated.
    """

    name: str
    digest: str
    layers: int
    by: str
    distro: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """What an image of the catalogue would do in place of the base of a report.

    `cleared` are the ids of the base's findings (and of what may be some) that it has not; `findings` counts those
    of them that are certain. `brings` counts its findings of vulnerabilities that the base has not, `unmeasured` its
    source packages that no feed speaks for, `unread` what could not be read of it.
    """

    name: str
    distro: str
    cleared: frozenset[str]
    findings: int
    brings: int
    unmeasured: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """What the catalogue has in place of the base of a report: images of the distribution `family`.

    `findings` counts those of the base, `compared` the images that were looked at, `left_out` those that were not;
    `clearings` are the ones that clear anything, best first.
    """

    family: str
    findings: int
    compared: int
    left_out: int = 0
    clearings: tuple[Clearing, ...] = ()
