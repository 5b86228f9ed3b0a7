import threading
from collections.abc import Iterator

import pytest
from tests.images import digest, tar

from plimsoll.errors import HostileInputError
from plimsoll.model.limits import Limits
from plimsoll.trees.ahead import DEPTH, ahead
from plimsoll.trees.observe import WORTH_A_THREAD, Claim, Plan, observe


def running() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "ahead"]


def test_all_pieces_come_in_order() -> None:
    assert list(ahead(iter([b"a", b"", b"c"]))) == [b"a", b"", b"c"]
    assert running() == []


def test_what_the_producer_raises_is_raised_where_the_pieces_are_used() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"a"
        raise HostileInputError("cut")

    with pytest.raises(HostileInputError, match="cut"):
        list(ahead(pieces()))
    assert running() == []


def test_a_consumer_that_stops_early_stops_the_producer() -> None:
    given = 0

    def pieces() -> Iterator[bytes]:
        nonlocal given
        while True:
            given += 1
            yield b"x"

    source = ahead(pieces())
    assert next(source) == b"x"
    source.close()  # type: ignore[attr-defined]
    assert running() == []
    assert given <= DEPTH + 3


def test_a_large_layer_is_read_the_same_in_a_thread_of_its_own() -> None:
    layer = tar({"big": bytes(3 << 20), "etc/x": b"1"})
    seen = []
    for size in (0, WORTH_A_THREAD + 1):
        claim = Claim(what="layer", digest=digest(layer), diff_id=digest(layer), size=size)
        pieces = (layer[at : at + 100_000] for at in range(0, len(layer), 100_000))
        seen.append(observe(pieces, claim, Plan(ecosystems={}, limits=Limits()), lambda: None))
    assert seen[0].index == seen[1].index
    assert seen[0].diff_id == seen[1].diff_id == digest(layer)
    with pytest.raises(HostileInputError, match="not what its manifest claims"):
        observe(
            [layer],
            Claim(what="l", diff_id=digest(b"x"), size=1 << 30),
            Plan(ecosystems={}, limits=Limits()),
            lambda: None,
        )
    assert running() == []
