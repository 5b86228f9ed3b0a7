"""End of life: until when a distribution's own project publishes fixes, from the table `releases.toml`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from plimsoll.model.knowledge import EndOfLife

TABLE = Path(__file__).with_name("releases.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release: `product` is the distribution's id; dates are ISO days, "" where there is none."""

    product: str
    version: str
    codename: str = ""
    released: str = ""
    eol: str = ""
    lts: str = ""

    @property
    def last_day(self) -> str:
        """The last day on which anyone in the distribution's project publishes fixes; "" while none is set."""
        return max(self.eol, self.lts)


def end_of_life(product: str) -> EndOfLife | None:
    """Say when `id:version` reaches its end of life; None for rolling, unreleased and unknown ones.

    Debian's LTS and Ubuntu's server edition count, paid extensions (ELTS, ESM) do not.
    """
    distribution, _, version = product.partition(":")
    release = _by_version().get((distribution, version))
    if release is None or not release.last_day:
        return None
    return EndOfLife(product=product, date=release.last_day, source=_source_of(distribution))


def version_of_codename(distribution: str, codename: str) -> str | None:
    """Give the version that feeds speak of for a codename: `bookworm` of `debian` is `12`, `sid` is `sid`."""
    return _by_codename().get((distribution, codename.lower()))


@cache
def releases() -> tuple[Release, ...]:
    """Give every release of the table, in its order: by distribution, oldest first."""
    return tuple(Release(**{name: str(value) for name, value in row.items()}) for row in _table()["release"])


@cache
def _table() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@cache
def _by_version() -> dict[tuple[str, str], Release]:
    return {(release.product, release.version): release for release in releases()}


@cache
def _by_codename() -> dict[tuple[str, str], str]:
    return {(release.product, release.codename): release.version for release in releases() if release.codename}


def _source_of(distribution: str) -> str:
    return str(_table()["sources"][distribution])
