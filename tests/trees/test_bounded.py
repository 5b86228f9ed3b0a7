"""What is kept of a layer has bounds, whatever its files say; large files come one at a time."""

import os
from threading import Thread

import pytest
from tests.trees.build_tar import Item, layer

from plimsoll.errors import HostileInputError, LimitError
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.limits import Limits
from plimsoll.model.package import Observed, Owned, PackageRecord
from plimsoll.trees.bounded import LARGE, MOST_COPIES, LargeFile, Room, weight_of
from plimsoll.trees.observe import Claim, Plan, observe

ONE = PackageRecord.simple("a", "1", requires=("b", "c"))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.trees.bounded.MOST_TEXT", 1000)


@pytest.mark.usefixtures("small")
def test_what_there_is_no_room_for_is_a_fault_and_what_came_before_stays() -> None:
    room = Room(limits=Limits())
    said = Observed(packages=(ONE, ONE))
    assert room.kept(said) is said
    assert room.kept(said) == Observed(faults=("what is said of the files of one layer is over 1000 characters",))
    assert room.used == weight_of(said)


@pytest.mark.usefixtures("small")
def test_the_files_that_packages_own_are_left_out_before_the_packages() -> None:
    said = Observed(packages=(ONE,), owned=(Owned(owner="a", paths="usr/bin/a\n" * 200),))
    kept = Room(limits=Limits()).kept(said)
    assert kept.packages == (ONE,)
    assert kept.owned == ()
    assert kept.faults[0].startswith("which files it owns is not known")


@pytest.mark.parametrize(
    "said",
    [
        Observed(packages=(PackageRecord.simple("a", "1", requires=("b" * 2000,)),)),
        Observed(packages=(PackageRecord.simple("a", "1", licence="b" * 2000),)),
        Observed(owned=(Owned(owner="a", paths="b" * 2000),)),
        Observed(facts=(("a", "b" * 2000),)),
        Observed(faults=("b" * 2000,)),
    ],
)
def test_every_text_weighs(said: Observed) -> None:
    assert weight_of(said) >= 2000


def test_far_too_many_packages_end_the_reading_at_once() -> None:
    room = Room(limits=Limits(packages=10))
    for _ in range(MOST_COPIES * 5):
        room.kept(Observed(packages=(ONE, ONE)))
    with pytest.raises(LimitError, match="packages"):
        room.kept(Observed(packages=(ONE,)))


def test_one_thread_holds_a_large_file_at_a_time() -> None:
    first, second = LargeFile(), LargeFile()
    first.hold(LARGE)
    first.hold(LARGE)

    def wait() -> None:
        second.hold(LARGE)
        second.release()

    waiting = Thread(target=wait, daemon=True)
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()
    first.release()
    waiting.join(10)
    assert not waiting.is_alive()


def test_small_files_do_not_wait() -> None:
    first, second = LargeFile(), LargeFile()
    first.hold(LARGE)
    second.hold(LARGE - 1)
    first.release()


def test_a_large_file_is_given_whole_and_let_go_of() -> None:
    data = os.urandom(LARGE + 5000)
    given: list[bytes] = []

    def parse(_path: str, data: bytes) -> Observed:
        given.append(data)
        return Observed()

    plugin = Ecosystem(name="a", title="a", version=1, paths=("*.jar",), parse=parse)
    items = [Item(name="a.jar", data=data), Item(name="b.jar", data=data[:100])]
    archive = layer(items)
    pieces = [archive[at : at + 1_000_000] for at in range(0, len(archive), 1_000_000)]
    plan = Plan(ecosystems={"a": plugin}, limits=Limits())
    observe(pieces, Claim(what="layer"), plan, lambda: None)
    assert given == [data, data[:100]]
    again = LargeFile()
    again.hold(LARGE)
    again.release()


def test_an_archive_that_ends_in_a_large_file_leaves_nobody_waiting() -> None:
    plugin = Ecosystem(name="a", title="a", version=1, paths=("*.jar",), parse=lambda _path, _data: Observed())
    archive = layer([Item(name="a.jar", data=bytes(LARGE))])[:-LARGE]
    plan = Plan(ecosystems={"a": plugin}, limits=Limits())
    with pytest.raises(HostileInputError, match="ends in the middle"):
        observe([archive], Claim(what="layer"), plan, lambda: None)
    plan.large.release()
    after = LargeFile()
    after.hold(LARGE)
    after.release()
