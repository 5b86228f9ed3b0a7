"""What a fact or a finding is about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Something that is judged: an image, a root file system, later a container, a host.

    `id` is unique in a report; `digest` is the verified digest of an image's configuration, if it has one;
    `platform` is `os/architecture[/variant]`; `distro` the distribution that was recognised, as `id:version`.
    """

    id: str
    kind: str
    name: str
    digest: str = ""
    parent: str = ""
    platform: str = ""
    distro: str = ""
