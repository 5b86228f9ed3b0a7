"""A container engine for tests that answers on a Unix socket with exactly the bytes it is told to, good or bad."""

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

Answer = bytes | Callable[[socket.socket], None]


def answer(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """An answer that says how long it is, truly unless a length is given."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def chunked(body: bytes, *, size: int = 1000, end: bool = True) -> bytes:
    """An answer in chunks; without its end it stops in the middle."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + (b"0\r\n\r\n" if end else b"")


def until_closed(body: bytes) -> bytes:
    """An answer that ends where the connection does."""
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body


def described(**more: object) -> bytes:
    """What an engine says of an image."""
    known = {"Id": "sha256:" + "ab" * 32, "Os": "linux", "Architecture": "amd64"}
    return answer(json.dumps(known | more).encode(), "200 OK", "Content-Type: application/json")


def refused(message: object, status: str = "404 Not Found") -> bytes:
    return answer(json.dumps({"message": message}).encode(), status)


class FakeEngine:
    """Answers by path; `asked` are the request lines that came, in order."""

    def __init__(self, place: Path, answers: Mapping[str, Answer]) -> None:
        self.address = f"unix://{place}"
        self.asked: list[str] = []
        self.leaving = Event()
        self._answers = dict(answers)
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listening.bind(str(place))
        self._listening.listen()
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.leaving.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:  # closed
                return
            with connection, suppress(OSError):  # the client may leave before it has all
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return
            head += piece
        line = head.partition(b"\r\n")[0].decode("latin-1")
        self.asked.append(line)
        found = self._answers.get(line.split(" ")[1], refused("page not found"))
        if callable(found):
            found(connection)
        else:
            connection.sendall(found)


@contextmanager
def running(place: Path, answers: Mapping[str, Answer]) -> Iterator[FakeEngine]:
    engine = FakeEngine(place, answers)
    try:
        yield engine
    finally:
        engine.close()
