"""What an engine runs, read from one that answers with exactly what it is told to."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from tests.fake_engine import Answer, FakeEngine, answer, refused, running

from plimsoll.errors import LimitError, TargetError
from plimsoll.model.limits import Limits
from plimsoll.sources.engine_client import Endpoint, Engine
from plimsoll.sources.live import Live, image_config, live_texts

LISTING = "/containers/json?all=1"
IMAGE_ID = "sha256:" + "ab" * 32
A, B = "a" * 64, "b" * 64
CONFIG = {"User": "1000", "Healthcheck": {"Test": ["CMD", "true"]}}


def told(value: object) -> bytes:
    return answer(json.dumps(value).encode())


def container(name: str) -> bytes:
    return told({"Id": name, "Image": IMAGE_ID, "HostConfig": {}, "Config": {"Image": "app:1"}})


ANSWERS: Mapping[str, Answer] = {
    LISTING: told([{"Id": A}, {"Id": B}]),
    f"/containers/{A}/json": container(A),
    f"/containers/{B}/json": container(B),
    "/networks": told([{"Id": "n1", "Name": "bridge"}, {"Id": "n2", "Name": "mesh"}]),
    "/networks/n1": told({"Id": "n1", "Name": "bridge", "Scope": "local"}),
    "/networks/n2": told({"Id": "n2", "Name": "mesh", "Scope": "swarm"}),
    "/volumes": told({"Volumes": [{"Name": "v"}], "Warnings": None}),
    "/info": told({"Swarm": {"ControlAvailable": False}}),
    f"/images/{IMAGE_ID}/json": told({"Id": IMAGE_ID, "Config": CONFIG}),
}


@contextmanager
def engine(answers: Mapping[str, Answer]) -> Iterator[tuple[Engine, FakeEngine]]:
    # Unix sockets have short names, so the folder is not below pytest's own.
    with TemporaryDirectory(prefix="live-") as folder, running(Path(folder) / "s", answers) as fake:
        yield Engine(Endpoint(address=fake.address)), fake


def live(changes: Mapping[str, Answer], **limits: float) -> Live:
    with engine({**ANSWERS, **changes}) as (client, _):
        return live_texts(client, Limits().changed(limits))


def roots(found: Live) -> dict[str, list[Any]]:
    return {document.platform: list(document.root) for document in found.documents}


def test_everything_is_read_and_nothing_is_changed() -> None:
    with engine(ANSWERS) as (client, fake):
        found = live_texts(client, Limits())
    assert not found.gaps
    assert [each.get("Name") or each["Id"] for each in roots(found)["inspect"]] == [A, B, "bridge", "v", IMAGE_ID]
    assert [each["Name"] for each in roots(found)["swarm"]] == ["mesh"]
    assert found.images == {"app:1": CONFIG}
    assert all(line.startswith("GET /") for line in fake.asked)
    # Two containers of one image ask for it once.
    assert len(fake.asked) == len(set(fake.asked)) == 9


def test_services_are_read_where_the_engine_is_a_manager() -> None:
    service = {"ID": "s", "Spec": {"TaskTemplate": {"ContainerSpec": {"Image": "svc:2"}}}}
    found = live(
        {
            "/info": told({"Swarm": {"ControlAvailable": True}}),
            "/services": told([service]),
            "/images/svc:2/json": told({"Id": "sha256:s", "Config": {"User": "5"}}),
        }
    )
    assert roots(found)["swarm"][0] == service
    assert found.images["svc:2"] == {"User": "5"}


def test_a_container_that_vanished_is_no_gap() -> None:
    asked = []

    def listing(connection: socket.socket) -> None:
        asked.append(1)
        connection.sendall(told([{"Id": A}, {"Id": B}] if len(asked) == 1 else [{"Id": A}]))

    found = live({LISTING: listing, f"/containers/{B}/json": refused("No such container")})
    assert not found.gaps
    assert [each["Id"] for each in roots(found)["inspect"][:1]] == [A]


def test_a_container_that_is_refused_is_a_gap() -> None:
    found = live({f"/containers/{B}/json": refused("permission denied", "403 Forbidden")})
    (gap,) = found.gaps
    assert (gap.what, gap.question) == ("engine-refused", "how container bbbbbbbbbbbb is run")
    assert "permission denied" in gap.reason
    assert len([each for each in roots(found)["inspect"] if "HostConfig" in each]) == 1


def test_a_container_is_a_gap_where_nobody_knows_whether_it_vanished() -> None:
    asked = []

    def listing(connection: socket.socket) -> None:
        asked.append(1)
        connection.sendall(told([{"Id": B}]) if len(asked) == 1 else refused("busy", "500 Internal Server Error"))

    found = live({LISTING: listing, f"/containers/{B}/json": refused("No such container")})
    assert [gap.what for gap in found.gaps] == ["engine-refused"]


@pytest.mark.parametrize("path", ["/networks", "/volumes", "/info", "/networks/n1", f"/images/{IMAGE_ID}/json"])
def test_whatever_is_refused_is_a_gap(path: str) -> None:
    found = live({path: refused("no", "500 Internal Server Error")})
    assert [gap.what for gap in found.gaps] == ["engine-refused"]
    assert len([each for each in roots(found)["inspect"] if "HostConfig" in each]) == 2


@pytest.mark.parametrize("body", [refused("no", "500 Internal Server Error"), answer(b"nonsense"), told({"Id": A})])
def test_an_engine_that_does_not_list_its_containers_is_an_error(body: bytes) -> None:
    with pytest.raises(TargetError):
        live({LISTING: body})


def test_too_many_containers_are_an_error() -> None:
    with pytest.raises(LimitError, match="entries"):
        live({}, entries=1)


def test_too_long_an_answer_is_a_gap() -> None:
    huge = told({"Id": B, "HostConfig": {}, "Config": {"Labels": {"x": "y" * 5000}}})
    found = live({f"/containers/{B}/json": huge}, manifest_size=4000)
    assert [gap.reason for gap in found.gaps if "manifest_size" in gap.reason]


def test_once_the_time_is_over_all_that_is_left_is_a_gap() -> None:
    found = live({}, timeout=1e-9)
    assert not found.documents
    assert {gap.reason for gap in found.gaps} == {"reading the engine is over the limit timeout = 1e-09"}


@pytest.mark.parametrize("name", ["../info", "a/../../info", "a b", "a?b", "", "é", "a/b//c", "x" * 600])
def test_a_name_that_leads_elsewhere_is_never_asked(name: str) -> None:
    with engine({**ANSWERS, LISTING: told([{"Id": name}])}) as (client, fake):
        live_texts(client, Limits())
        assert image_config(client, name) is None
    assert {line.split(" ")[1] for line in fake.asked} == {
        LISTING,
        "/networks",
        "/networks/n1",
        "/networks/n2",
        "/volumes",
        "/info",
    }


def test_the_configuration_of_an_image() -> None:
    with engine({"/images/app:1/json": told({"Config": CONFIG}), "/_ping": answer(b"OK")}) as (client, _):
        assert image_config(client, "app:1") == CONFIG
        assert image_config(client, "absent:1") is None


def test_no_engine_is_an_error() -> None:
    with TemporaryDirectory() as folder:
        client = Engine(Endpoint(address=f"unix://{folder}/nothing"))
        with pytest.raises(TargetError):
            image_config(client, "app:1")
        with pytest.raises(TargetError):
            live_texts(client, Limits())


@pytest.mark.parametrize("body", [b"null", b"5", b"[]", b"{}", b'[5, {"Id": 5}]', b'{"Volumes": 5, "Swarm": []}'])
def test_answers_of_another_shape_do_not_raise(body: bytes) -> None:
    found = live(dict.fromkeys([path for path in ANSWERS if path != LISTING], answer(body)))
    assert isinstance(found.documents, tuple)
    assert all(document.position(()) is None for document in found.documents)


def test_containers_listed_without_an_id_are_a_gap() -> None:
    found = live({LISTING: told([{"Id": A}, {}, 7, {"Id": "../images"}, {"Id": 5}])})
    (gap,) = found.gaps
    assert (gap.question, "without an id" in gap.reason) == ("what 4 more containers would show", True)


@pytest.mark.parametrize("body", [[1], "text", 5])
def test_an_answer_that_is_no_object_is_a_gap(body: object) -> None:
    found = live({f"/containers/{A}/json": told(body), "/networks/n1": told(body)})
    assert [gap.question for gap in found.gaps] == ["how container aaaaaaaaaaaa is run", "what the network bridge is"]
    assert all("no object" in gap.reason for gap in found.gaps)
