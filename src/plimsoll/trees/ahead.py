"""Running an iterator in a thread of its own, ahead of whoever consumes it."""

from collections.abc import Iterator
from contextlib import suppress

DEPTH = 4
"""Pieces that may lie ready; each is a few MiB at most."""


def ahead(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same pieces while a thread prepares the next ones; what it raises is raised here.

    Reading, inflating and hashing release the interpreter, so they run beside the consumer's own work. When the
    consumer stops early the thread ends before this generator does.
    """
    from queue import Empty, Queue
    from threading import Event, Thread

    ready: Queue[bytes | BaseException | None] = Queue(DEPTH)
    stop = Event()

    def produce() -> None:
        try:
            for piece in pieces:
                ready.put(piece)
                if stop.is_set():
                    return
            ready.put(None)
        except BaseException as error:  # noqa: BLE001 - raised again where the pieces are consumed
            ready.put(error)

    thread = Thread(target=produce, name="ahead", daemon=True)
    thread.start()
    try:
        while (piece := ready.get()) is not None:
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        stop.set()
        while thread.is_alive():
            with suppress(Empty):
                ready.get_nowait()
            thread.join(0.001)
