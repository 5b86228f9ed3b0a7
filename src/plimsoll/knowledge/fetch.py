"""Fetching feeds over HTTP: from their publishers, or from a mirror laid out like a folder of feeds."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote, urlsplit

from plimsoll.errors import KnowledgeError, LimitError, PlimsollError, UsageError
from plimsoll.knowledge.folder import PARTIAL, WRAPPED
from plimsoll.knowledge.run import FEEDS, Progress
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed
from plimsoll.plugins import discover

_STEP = 1 << 20
_CONNECT_SECONDS = 10
_READ_SECONDS = 60
_AGENT = {"User-Agent": "plimsoll", "Accept-Encoding": "identity"}
_NOT_THERE = {404, 410}


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSummary:
    """What was fetched: paths below the folder, and per feed the reason why nothing of it is there."""

    files: tuple[str, ...]
    failed: Mapping[str, str]


def fetch(
    base: str | None,
    folder: Path,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
    feeds: Mapping[str, Feed] | None = None,
) -> FetchSummary:
    """Fetch feeds into a folder that `update` can read; each file is given the time its server states.

    `base` is the address of a mirror that is laid out like such a folder (files perhaps wrapped in `.xz`, with
    its `partial.toml`), None for the publishers' own addresses. A feed of which a file fails is left out whole; a
    file that is not there (404) is no failure while others of its feed are. Raises UsageError for an address that
    is not HTTP, KnowledgeError when a mirror's `partial.toml` cannot be told from none.
    """
    known = dict(feeds) if feeds is not None else dict(discover(FEEDS, Feed))
    if base is not None and urlsplit(base).scheme not in {"http", "https"}:
        raise UsageError(f"{base!r} is no address of a mirror", advice="Give http://… or https://…, or a folder.")
    source = _Source(base, folder, limits or Limits())
    if base is not None:
        source.get(f"{base.rstrip('/')}/{PARTIAL}", PARTIAL)
    fetched: list[str] = []
    failed: dict[str, str] = {}
    for done, feed in enumerate(known.values()):
        if progress:
            progress(feed.title, done, len(known))
        try:
            fetched.extend(source.feed(feed))
        except PlimsollError as error:
            failed[feed.name] = error.message
    return FetchSummary(files=tuple(fetched), failed=failed)


class _Source:
    """A mirror or the publishers, and the folder that files go to."""

    def __init__(self, base: str | None, folder: Path, limits: Limits) -> None:
        self._base = base.rstrip("/") if base is not None else None
        self._folder = folder
        self._limits = limits

    def feed(self, feed: Feed) -> list[str]:
        """Fetch every file of a feed that is there. Raises PlimsollError, and then leaves none of them."""
        got: list[str] = []
        try:
            for address, path in feed.urls:
                got.extend(self._file(address, path))
        except PlimsollError:
            for path in got:
                (self._folder / path).unlink(missing_ok=True)
            raise
        is_anywhere = self._base is not None or any(address for address, _ in feed.urls)
        if not got and is_anywhere:
            raise KnowledgeError(f"none of its files is at {self._base or 'its publisher'}")
        return got

    def _file(self, address: str, path: str) -> list[str]:
        """Fetch one file, plain or wrapped; nothing where the server has neither, or there is no lasting address."""
        if self._base is None:
            return [path] if address and self.get(address, path) else []
        for name in (path, path + WRAPPED):
            if self.get(f"{self._base}/{quote(name)}", name):
                return [name]
        return []

    def get(self, address: str, path: str) -> bool:
        """Fetch one address into a file; False where it is not there. Raises KnowledgeError or LimitError."""
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        try:
            with _response(address) as response:
                if response.status in _NOT_THERE:
                    return False
                _refuse(response.status, address)
                self._write(response, part, address)
                _stamp(part, response.headers)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        part.replace(target)
        return True

    def _write(self, response: Any, part: Path, address: str) -> None:  # noqa: ANN401 - urllib3 is imported lazily
        from urllib3.exceptions import HTTPError

        size, end = 0, monotonic() + self._limits.timeout
        try:
            with part.open("wb") as stream:
                for piece in response.stream(_STEP, decode_content=False):
                    size += len(piece)
                    if size > self._limits.feed_size:
                        raise LimitError("feed_size", self._limits.feed_size, address)
                    if monotonic() > end:
                        raise LimitError("timeout", self._limits.timeout, address)
                    stream.write(piece)
        except (HTTPError, OSError) as error:
            raise KnowledgeError(f"{address} breaks off: {error}", advice="Try again later.") from error


@contextmanager
def _response(address: str) -> Iterator[Any]:
    """Open an address, following redirections that stay as safe as it is. Raises KnowledgeError."""
    from urllib3 import Retry, Timeout
    from urllib3.exceptions import HTTPError

    again = (502, 503, 504)
    retries = Retry(total=3, connect=1, redirect=3, backoff_factor=0.5, status_forcelist=again, raise_on_status=False)
    timeout = Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS)
    try:
        response = _pool(address).request(
            "GET", address, headers=_AGENT, retries=retries, timeout=timeout, preload_content=False
        )
    except (HTTPError, OSError) as error:
        raise KnowledgeError(f"{address} cannot be fetched: {error}", advice="Is the network there?") from error
    try:
        if address.startswith("https:") and str(response.geturl() or "").startswith("http:"):
            raise KnowledgeError(f"{address} leads to an address without encryption", advice="Fetch it by hand.")
        yield response
    finally:
        response.release_conn()
        response.close()


def _pool(address: str) -> Any:  # noqa: ANN401 - urllib3 is imported lazily
    from urllib.request import getproxies, proxy_bypass

    from urllib3 import PoolManager, ProxyManager

    parts = urlsplit(address)
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy_bypass(parts.netloc):
        return ProxyManager(proxy if "://" in proxy else f"http://{proxy}")
    return PoolManager()


def _refuse(status: int, address: str) -> None:
    if status != 200:
        raise KnowledgeError(f"{address} answers {status}", advice="Try again later.")


def _stamp(part: Path, headers: Mapping[str, str]) -> None:
    """Give a file the time at which its server says it was last changed; now, where the server does not say."""
    from email.utils import parsedate_to_datetime

    try:
        changed = parsedate_to_datetime(headers.get("Last-Modified", "")).timestamp()
    except (TypeError, ValueError):
        return
    os.utime(part, (changed, changed))
