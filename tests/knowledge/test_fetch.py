import lzma
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.knowledge.making import FEEDS, feed

from plimsoll.errors import KnowledgeError, UsageError
from plimsoll.knowledge.fetch import fetch
from plimsoll.knowledge.update import update
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed

LAST_MODIFIED = "Wed, 12 Feb 2025 03:04:05 GMT"


@dataclass
class Server:
    """What a server on this machine answers: status, body and headers by path; anything else is not there."""

    address: str = ""
    answers: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, path: str, body: bytes, status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (status, body, named)


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            status, body, headers = served.answers.get(self.path, (404, b"not here", {}))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name for it
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.address = f"http://127.0.0.1:{httpd.server_port}"
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield served
    httpd.shutdown()
    httpd.server_close()
    thread.join()


def vendor(server: Server, *files: str) -> dict[str, Feed]:
    return {"vendor": replace(feed(), urls=tuple((f"{server.address}/{file}", f"vendor/{file}") for file in files))}


def files(place: Path) -> set[str]:
    return {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}


@pytest.mark.loopback
def test_a_mirror_laid_out_like_a_folder(server: Server, tmp_path: Path) -> None:
    for path in sorted(FEEDS.rglob("*")):
        name = path.relative_to(FEEDS).as_posix().replace("2026-08-16", "current")
        if path.is_file():
            wrapped = name == "debian/tracker.json"
            body = lzma.compress(path.read_bytes()) if wrapped else path.read_bytes()
            server.put(f"/mirror/{quote(name)}{'.xz' if wrapped else ''}", body, Last_Modified=LAST_MODIFIED)
    server.put("/mirror/partial.toml", b'["debian/tracker.json"]\nspeaks_for = "names in the file"\n')
    got = fetch(f"{server.address}/mirror/", tmp_path / "feeds")
    assert got.failed == {}
    assert files(tmp_path / "feeds") == {*got.files, "partial.toml"}
    assert set(got.files) >= {
        "alpine/v3.20/main.json",
        "alpine/v3.20/community.json",
        "debian/tracker.json.xz",
        "epss/epss_scores-current.csv.gz",
        "kev/known_exploited_vulnerabilities.json",
        "osv/Debian/all.zip",
    }
    summary = update(tmp_path / "feeds", tmp_path / "store.db", as_of="2026-11-24")
    assert not summary.failed
    assert {outcome.name: (outcome.date, outcome.date_origin) for outcome in summary.feeds}["debian-tracker"] == (
        "2025-02-12",
        "file time",
    )


@pytest.mark.loopback
def test_the_publishers_own_addresses(server: Server, tmp_path: Path) -> None:
    server.put("/a.txt", b"one")
    server.put("/b.txt", b"two", Last_Modified="no date")
    got = fetch(None, tmp_path, feeds=vendor(server, "a.txt", "b.txt", "c.txt"))
    assert got.files == ("vendor/a.txt", "vendor/b.txt")
    assert (tmp_path / "vendor/a.txt").read_bytes() == b"one"
    assert server.asked == ["/a.txt", "/b.txt", "/c.txt"]


@pytest.mark.loopback
def test_a_feed_of_which_a_file_fails_is_left_out_whole(server: Server, tmp_path: Path) -> None:
    server.put("/a.txt", b"one")
    server.put("/b.txt", b"", status=403)
    got = fetch(None, tmp_path, feeds=vendor(server, "a.txt", "b.txt"))
    assert got.files == ()
    assert got.failed == {"vendor": f"{server.address}/b.txt answers 403"}
    assert files(tmp_path) == set()


@pytest.mark.loopback
def test_a_feed_of_which_nothing_is_there_has_failed(server: Server, tmp_path: Path) -> None:
    got = fetch(server.address, tmp_path, feeds=vendor(server, "a.txt"))
    assert got.failed == {"vendor": f"none of its files is at {server.address}"}
    assert server.asked == ["/partial.toml", "/vendor/a.txt", "/vendor/a.txt.xz"]


@pytest.mark.loopback
def test_a_mirror_that_hides_whether_it_is_partial_is_refused(server: Server, tmp_path: Path) -> None:
    server.put("/partial.toml", b"", status=403)
    with pytest.raises(KnowledgeError, match=r"partial\.toml answers 403"):
        fetch(server.address, tmp_path, feeds=vendor(server, "a.txt"))


@pytest.mark.loopback
def test_a_body_over_the_limit_leaves_nothing(server: Server, tmp_path: Path) -> None:
    server.put("/a.txt", b"x" * 1001)
    got = fetch(None, tmp_path, feeds=vendor(server, "a.txt"), limits=Limits(feed_size=1000))
    assert "feed_size = 1000" in got.failed["vendor"]
    assert files(tmp_path) == set()


@pytest.mark.loopback
def test_a_body_that_takes_too_long_leaves_nothing(server: Server, tmp_path: Path) -> None:
    server.put("/a.txt", b"x")
    got = fetch(None, tmp_path, feeds=vendor(server, "a.txt"), limits=Limits(timeout=1e-9))
    assert "over the limit timeout" in got.failed["vendor"]
    assert files(tmp_path) == set()


@pytest.mark.loopback
def test_a_body_that_breaks_off_leaves_nothing_and_keeps_what_was_there(server: Server, tmp_path: Path) -> None:
    server.put("/a.txt", b"half", Content_Length="100")
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor/a.txt").write_bytes(b"before")
    got = fetch(None, tmp_path, feeds=vendor(server, "a.txt"))
    assert "breaks off" in got.failed["vendor"]
    assert {path: (tmp_path / path).read_bytes() for path in files(tmp_path)} == {"vendor/a.txt": b"before"}


@pytest.mark.loopback
def test_redirections_are_followed_but_not_for_ever(server: Server, tmp_path: Path) -> None:
    server.put("/a.txt", b"", status=302, Location="/b.txt")
    server.put("/b.txt", b"there")
    server.put("/c.txt", b"", status=302, Location="/c.txt")
    assert fetch(None, tmp_path, feeds=vendor(server, "a.txt")).failed == {}
    assert (tmp_path / "vendor/a.txt").read_bytes() == b"there"
    assert "cannot be fetched" in fetch(None, tmp_path, feeds=vendor(server, "c.txt")).failed["vendor"]


@pytest.mark.loopback
def test_the_time_of_the_server_is_the_files(server: Server, tmp_path: Path) -> None:
    server.put("/a.txt", b"one", Last_Modified=LAST_MODIFIED)
    fetch(None, tmp_path, feeds=vendor(server, "a.txt"))
    assert (tmp_path / "vendor/a.txt").stat().st_mtime == 1739329445


@pytest.mark.loopback
def test_a_server_that_is_not_there_is_said(server: Server, tmp_path: Path) -> None:
    gone = {"vendor": replace(feed(), urls=(("http://127.0.0.1:9/a.txt", "vendor/a.txt"),))}
    assert server.address
    assert "cannot be fetched" in fetch(None, tmp_path, feeds=gone).failed["vendor"]


@pytest.mark.parametrize("base", ["ftp://example.org/", "file:///etc", "example.org", ""])
def test_only_http_is_a_mirror(tmp_path: Path, base: str) -> None:
    with pytest.raises(UsageError, match="no address of a mirror"):
        fetch(base, tmp_path)
