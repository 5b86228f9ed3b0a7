"""The client of container engines, against engines that answer well, badly, or not at all."""

import ast
import io
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from inspect import getsource
from pathlib import Path
from types import ModuleType

import pytest
from tests.fake_engine import Answer, FakeEngine, answer, chunked, described, refused, running, until_closed

from plimsoll.errors import LimitError, TargetError
from plimsoll.model.limits import Limits
from plimsoll.sources import engine as engine_module
from plimsoll.sources import engine_client
from plimsoll.sources.engine import DOCKER, PODMAN, fetch
from plimsoll.sources.engine_client import Endpoint, Engine, endpoint, podman_endpoint

IMAGE = bytes(range(256)) * 5000
JSON, GET = "/images/shop:1/json", "/images/shop:1/get"
Start = Callable[..., FakeEngine]


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a socket may lie: names of sockets are short."""
    return tmp_path_factory.mktemp("e") / "s"


@pytest.fixture
def start(place: Path) -> Iterator[Start]:
    """Start an engine that answers by path; what it is not told about it does not have."""
    with ExitStack() as stack:
        yield lambda answers: stack.enter_context(running(place, answers))


def client(engine: FakeEngine) -> Engine:
    return Engine(Endpoint(address=engine.address))


def fetched(engine: FakeEngine, reference: str = "shop:1", platform: str = "", **limits: float) -> bytes:
    file = io.BytesIO()
    fetch(client(engine), reference, platform, file, Limits().changed(limits))
    return file.getvalue()


@pytest.mark.parametrize("form", [answer, chunked, until_closed])
def test_an_image_is_fetched_whole(start: Start, form: Callable[[bytes], bytes]) -> None:
    engine = start({JSON: described(), GET: form(IMAGE)})
    assert fetched(engine) == IMAGE
    assert engine.asked == [f"GET {JSON} HTTP/1.1", f"GET {GET} HTTP/1.1"]


@pytest.mark.parametrize(
    "cut",
    [answer(IMAGE[:1000], length=len(IMAGE)), chunked(IMAGE, end=False), chunked(IMAGE)[:-500], answer(b"", length=9)],
    ids=["length", "chunks", "inside a chunk", "nothing"],
)
def test_an_image_that_ends_too_early_is_none(start: Start, cut: bytes) -> None:
    with pytest.raises(TargetError, match="stopped in the middle"):
        fetched(start({JSON: described(), GET: cut}))


@pytest.mark.parametrize("cut", [described()[:-5], chunked(b'{"Os": "linux"}', end=False)], ids=["length", "chunks"])
def test_a_document_that_ends_too_early_is_none(start: Start, cut: bytes) -> None:
    with pytest.raises(TargetError, match="stopped in the middle"):
        fetched(start({JSON: cut}))


def test_nothing_exported_is_no_image(start: Start) -> None:
    with pytest.raises(TargetError, match="exports nothing"):
        fetched(start({JSON: described(), GET: answer(b"")}))


def test_the_engine_says_what_is_missing(start: Start) -> None:
    with pytest.raises(TargetError, match=r"says: No such image: shop:1$") as caught:
        fetched(start({JSON: refused("No such image: shop:1")}))
    assert caught.value.advice == "List the images there: docker image ls"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (refused("a\x1b[2Jb\r\nc\u202ed\x9b"), "says: a?[2Jb??c?d?"),
        (refused("x" * 100_000), "says: " + "x" * 300),
        (refused(["no", "text"]), "says: ['no', 'text']"),
        (refused(""), "says: status 404"),
        (answer(b"<html>", "503 Busy"), "says: status 503"),
        (answer(b'["message"]', "500 Oh"), "says: status 500"),
        (answer(b"\xff\xfe\x00", "500 Oh"), "says: status 500"),
        (b"HTTP/1.1 204 Nothing\r\n\r\n", "says: status 204"),
    ],
)
@pytest.mark.parametrize("path", [JSON, GET])
def test_what_it_says_is_shown_as_text(start: Start, path: str, said: bytes, told: str) -> None:
    with pytest.raises(TargetError) as caught:
        fetched(start({JSON: described(), GET: answer(IMAGE)} | {path: said}))
    assert caught.value.message.endswith(told)


@pytest.mark.parametrize(
    ("body", "error", "told"),
    [
        (b" " * 2000 + b"{}", LimitError, "manifest_size"),
        (b"[" * 900, TargetError, "no JSON: it nests deeper"),
        (b"\x00\xff", TargetError, "with no JSON"),
        (b"", TargetError, "with no JSON"),
    ],
)
def test_documents_are_bounded(start: Start, body: bytes, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        fetched(start({JSON: answer(body)}), manifest_size=1000)


def test_a_document_without_end_is_read_up_to_its_limit(start: Start) -> None:
    def pour(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[")
        while True:  # until the client has enough
            connection.sendall(b"1," * 50_000)

    with pytest.raises(LimitError, match="manifest_size"):
        fetched(start({JSON: pour}), manifest_size=100_000)


def test_an_image_is_bounded(start: Start) -> None:
    with pytest.raises(LimitError, match="spool_size"):
        fetched(start({JSON: described(), GET: chunked(IMAGE)}), spool_size=len(IMAGE) - 1)


@pytest.mark.parametrize("known", [b"[]", b'"text"', b"null", b'{"Os": ["x"], "Architecture": {}, "Id": 5}'])
def test_an_odd_document_is_no_reason_to_fail(start: Start, known: bytes) -> None:
    assert fetched(start({JSON: answer(known), GET: answer(b"image")})) == b"image"


def test_an_engine_that_keeps_silent_is_given_up(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_client, "_PATIENCE", 0.05)
    monkeypatch.setattr(engine_client, "_GLANCE", 0.05)

    def wait(_: socket.socket) -> None:
        engine.leaving.wait(10)

    engine = start({JSON: wait, "/_ping": wait})
    assert not client(engine).is_there()
    engine.leaving.set()
    with pytest.raises(TargetError, match="no container engine answers at unix://"):
        fetched(engine)


def test_an_engine_that_stalls_is_given_up(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_client, "_PATIENCE", 0.05)

    def stall(connection: socket.socket) -> None:
        connection.sendall(answer(IMAGE)[:1000])
        engine.leaving.wait(10)

    engine = start({JSON: described(), GET: stall})
    with pytest.raises(TargetError, match="stopped in the middle"):
        fetched(engine)


@pytest.mark.parametrize(
    "bytes_",
    [
        b"",
        b"SSH-2.0-OpenSSH_9\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000 + b"\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
    ],
    ids=["nothing", "ssh", "status", "many headers", "long header", "tls"],
)
def test_what_is_no_engine_is_said_to_be_none(start: Start, bytes_: bytes) -> None:
    with pytest.raises(TargetError, match="no container engine answers at"):
        fetched(start({JSON: bytes_}))


@pytest.mark.parametrize("size", [b"zz", b"-1", b"f" * 70_000])
def test_chunks_without_a_size_are_no_image(start: Start, size: bytes) -> None:
    broken = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\nabc"
    with pytest.raises(TargetError, match="stopped in the middle"):
        fetched(start({JSON: described(), GET: broken}))


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"])
def test_nobody_is_sent_elsewhere(start: Start, status: str) -> None:
    engine = start({JSON: answer(b"", status, "Location: /containers/json"), "/containers/json": answer(b"{}")})
    with pytest.raises(TargetError, match=f"says: status {status[:3]}"):
        fetched(engine)
    assert engine.asked == [f"GET {JSON} HTTP/1.1"]


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("host:5000/a/b:1", "/images/host:5000/a/b:1"),
        ("a@sha256:" + "0" * 64, "/images/a@sha256:" + "0" * 64),
        ("a b?c#d:1", "/images/a%20b%3Fc%23d:1"),
        ("ä:1", "/images/%C3%A4:1"),
        ("a%2e:1", "/images/a%252e:1"),
        (os.fsdecode(b"\xff:1"), "/images/%FF:1"),
        ("x HTTP/1.1\r\n\r\nPOST /create:1", "/images/x%20HTTP/1.1%0D%0A%0D%0APOST%20/create:1"),
    ],
)
def test_names_are_quoted(start: Start, reference: str, path: str) -> None:
    engine = start({f"{path}/json": described(), f"{path}/get": answer(b"image")})
    assert fetched(engine, reference) == b"image"
    assert engine.asked == [f"GET {path}/json HTTP/1.1", f"GET {path}/get HTTP/1.1"]


@pytest.mark.parametrize("reference", ["", "/", "..", "../containers", "a/../../b", "a//b", "a/./b", "a/"])
def test_what_leads_elsewhere_is_no_name(start: Start, reference: str) -> None:
    engine = start({})
    with pytest.raises(TargetError, match="is no name of an image"):
        fetched(engine, reference)
    assert engine.asked == []


@pytest.mark.parametrize(
    ("reference", "exported"),
    [
        ("shop", "shop:latest"),
        ("host:5000/shop", "host:5000/shop:latest"),
        ("shop:1", "shop:1"),
        ("abababab", "abababab"),
        ("sha256:" + "ab" * 32, "sha256:" + "ab" * 32),
    ],
)
def test_one_image_is_exported_not_all_of_a_name(start: Start, reference: str, exported: str) -> None:
    engine = start({f"/images/{reference}/json": described(), f"/images/{exported}/get": answer(b"image")})
    assert fetched(engine, reference) == b"image"


@pytest.mark.parametrize("platform", ["", "linux/amd64"])
def test_the_platform_that_is_there_will_do(start: Start, platform: str) -> None:
    assert fetched(start({JSON: described(), GET: answer(b"image")}), platform=platform) == b"image"


def test_a_variant_that_is_not_asked_for_does_not_matter(start: Start) -> None:
    engine = start({JSON: described(Architecture="arm64", Variant="v8"), GET: answer(b"image")})
    assert fetched(engine, platform="linux/arm64") == b"image"
    assert fetched(engine, platform="linux/arm64/v8") == b"image"


@pytest.mark.parametrize("platform", ["linux/arm64", "linux/amd64/v3", "linux/amd", "windows/amd64"])
def test_another_platform_is_not_fetched(start: Start, platform: str) -> None:
    engine = start({JSON: described(), GET: answer(b"image")})
    with pytest.raises(TargetError, match=f"for linux/amd64, not for {platform}") as caught:
        fetched(engine, platform=platform)
    assert caught.value.advice == f"Fetch it there: docker pull --platform {platform} shop:1"
    assert len(engine.asked) == 1


def test_an_engine_that_keeps_several_platforms_exports_them(start: Start) -> None:
    engine = start({JSON: described(Descriptor={"digest": "sha256:0"}), GET: answer(b"images")})
    assert fetched(engine, platform="linux/arm64") == b"images"


def test_the_client_can_only_get(start: Start) -> None:
    engine = start({"/_ping": answer(b"OK"), JSON: described(), GET: answer(IMAGE)})
    assert client(engine).is_there()
    fetched(engine)
    list(client(engine).stream(GET))
    with pytest.raises(TargetError):
        client(engine).document("/x", Limits())
    assert len(engine.asked) == 5
    assert {line.split(" ")[0] for line in engine.asked} == {"GET"}


@pytest.mark.parametrize("module", [engine_module, engine_client])
def test_no_code_asks_otherwise(module: ModuleType) -> None:
    calls = [node for node in ast.walk(ast.parse(getsource(module))) if isinstance(node, ast.Call)]
    named = [(node.func.attr, node) for node in calls if isinstance(node.func, ast.Attribute)]
    writing = {"putrequest", "send", "sendall", "sendto", "sendmsg", "sendfile", "makefile", "endheaders"}
    assert not writing & {name for name, _ in named}
    requests = [node.args for name, node in named if name == "request"]
    assert len(requests) == (module is engine_client)
    assert all(isinstance(args[0], ast.Constant) and args[0].value == "GET" for args in requests)
    assert all(len(args) == 2 for args in requests)  # no body


def written(path: Path, document: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document))


def context(home: Path, name: str, document: object) -> Path:
    folder = home / ".docker" / "contexts"
    digest = sha256(name.encode()).hexdigest()
    written(folder / "meta" / digest / "meta.json", document)
    return folder / "tls" / digest / "docker"


def at(address: str) -> dict[str, object]:
    return {"Endpoints": {"docker": {"Host": address}}}


def test_the_socket_is_the_default(tmp_path: Path) -> None:
    assert endpoint({}, tmp_path) == Endpoint(address="unix:///var/run/docker.sock")
    assert endpoint({"DOCKER_HOST": ""}, tmp_path).address == "unix:///var/run/docker.sock"


def test_who_is_asked_goes_by_host_then_context_then_configuration(tmp_path: Path) -> None:
    for name in ("one", "two"):
        context(tmp_path, name, at(f"tcp://{name}:1"))
    written(tmp_path / ".docker" / "config.json", {"currentContext": "one"})
    assert str(endpoint({}, tmp_path)) == "tcp://one:1 (context one)"
    assert str(endpoint({"DOCKER_CONTEXT": "two"}, tmp_path)) == "tcp://two:1 (context two)"
    assert endpoint({"DOCKER_CONTEXT": "default"}, tmp_path).address == "unix:///var/run/docker.sock"
    both = {"DOCKER_CONTEXT": "two", "DOCKER_HOST": "unix:///x"}
    assert str(endpoint(both, tmp_path)) == "unix:///x (DOCKER_HOST)"
    other = {"DOCKER_CONFIG": str(tmp_path / ".docker")}
    assert endpoint(other, tmp_path / "elsewhere").address == "tcp://one:1"


def test_a_context_brings_its_certificates(tmp_path: Path) -> None:
    context(tmp_path, "secure", at("tcp://host:2376")).mkdir(parents=True)
    found = endpoint({"DOCKER_CONTEXT": "secure"}, tmp_path)
    assert found.certificates == str(tmp_path / ".docker/contexts/tls" / sha256(b"secure").hexdigest() / "docker")


def test_certificates_of_the_environment(tmp_path: Path) -> None:
    host = {"DOCKER_HOST": "tcp://h:1"}
    assert endpoint(host, tmp_path).certificates == ""
    assert endpoint({**host, "DOCKER_CERT_PATH": "/c"}, tmp_path).certificates == ""
    assert endpoint({**host, "DOCKER_TLS_VERIFY": "1"}, tmp_path).certificates == str(tmp_path / ".docker")
    assert endpoint({**host, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/c"}, tmp_path).certificates == "/c"


@pytest.mark.parametrize("name", ["gone", "../../etc", "ü", os.fsdecode(b"\xff"), "a\nb"])
def test_a_context_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(TargetError, match="there is no Docker context") as caught:
        endpoint({"DOCKER_CONTEXT": name}, tmp_path)
    assert "docker context ls" in caught.value.advice


@pytest.mark.parametrize(
    "document",
    [
        *("", "[", "[]", "null", {}, {"Endpoints": []}, {"Endpoints": {"docker": "x"}}),
        *({"Endpoints": {"docker": {"Host": 5}}}, at(""), "[" * 5000),
    ],
)
def test_a_broken_context_is_none(tmp_path: Path, document: object) -> None:
    context(tmp_path, "bad", document)
    with pytest.raises(TargetError, match="there is no Docker context 'bad'"):
        endpoint({"DOCKER_CONTEXT": "bad"}, tmp_path)


@pytest.mark.parametrize("document", ["", "{", "[]", {"currentContext": 5}, {"currentContext": ["x"]}, {}])
def test_a_broken_configuration_says_nothing(tmp_path: Path, document: object) -> None:
    written(tmp_path / ".docker" / "config.json", document)
    assert endpoint({}, tmp_path).address == "unix:///var/run/docker.sock"


@pytest.mark.parametrize("address", ["ssh://me@host", "npipe:////./pipe/docker", "fd://", "file:///x"])
def test_ways_that_are_not_spoken_are_refused_with_advice(tmp_path: Path, address: str) -> None:
    context(tmp_path, "far", at(address))
    for environment in ({"DOCKER_HOST": address}, {"DOCKER_CONTEXT": "far"}):
        with pytest.raises(TargetError, match="cannot be asked directly") as caught:
            endpoint(environment, tmp_path)
        assert "docker save IMAGE | plimsoll scan -" in caught.value.advice
    with pytest.raises(TargetError, match="cannot be asked directly"):
        podman_endpoint({"CONTAINER_HOST": address})


@pytest.mark.parametrize("address", ["/var/run/docker.sock", "localhost:2375", "tcp:/x"])
def test_what_is_no_address_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(TargetError, match="is no engine's address"):
        endpoint({"DOCKER_HOST": address}, tmp_path)


@pytest.mark.parametrize(
    "address", ["tcp://host:abc", "tcp://a b", "tcp://a\r\nX: y", "unix:///" + "x" * 200, "unix://a\0b"]
)
def test_an_address_that_nobody_can_be_at(address: str) -> None:
    with pytest.raises(TargetError, match=r"is no address|no container engine answers"):
        Engine(Endpoint(address=address)).document("/x", Limits())


@pytest.mark.parametrize(
    ("address", "certificates", "at_port"),
    [
        ("tcp://host", False, ("host", 2375)),
        ("tcp://host", True, ("host", 2376)),
        ("tcp://host:1/path", False, ("host", 1)),
        ("tcp://[::1]", False, ("::1", 2375)),
        ("tcp://[::1]:99", True, ("::1", 99)),
        ("http://host", False, ("host", 80)),
        ("https://host", False, ("host", 443)),
    ],
)
def test_ports_are_those_that_engines_listen_at(
    tmp_path: Path,
    address: str,
    certificates: bool,  # noqa: FBT001 - a case
    at_port: tuple[str, int],
) -> None:
    place = Endpoint(address=address, certificates=str(tmp_path) if certificates else "")
    connection = engine_client._connection(place, 1)
    assert (connection.host, connection.port) == at_port


def test_certificates_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(TargetError, match=r"certificates in .* cannot be used"):
        Engine(Endpoint(address="tcp://host", certificates=str(tmp_path))).document("/x", Limits())


def test_podman_listens_where_it_is_told_or_found(tmp_path: Path) -> None:
    assert podman_endpoint({"CONTAINER_HOST": "unix:///p"}).address == "unix:///p"
    empty = {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert podman_endpoint(empty).address == "unix:///run/podman/podman.sock"
    (tmp_path / "podman").mkdir()
    (tmp_path / "podman" / "podman.sock").touch()
    assert podman_endpoint(empty).address == f"unix://{tmp_path}/podman/podman.sock"


def test_podman_is_asked_as_docker_is(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = start({"/_ping": answer(b"OK"), JSON: described(Id="ab" * 32), GET: answer(IMAGE)})
    monkeypatch.setenv("CONTAINER_HOST", engine.address)
    assert PODMAN.is_there()
    file = io.BytesIO()
    PODMAN.fetch("shop:1", "", file, Limits())
    assert file.getvalue() == IMAGE
    with pytest.raises(TargetError) as caught:
        PODMAN.fetch("gone:1", "", file, Limits())
    assert caught.value.advice == "List the images there: podman image ls"


@pytest.mark.parametrize(
    ("said", "is_there"), [(answer(b"OK"), True), (refused("x", "500 Oh"), False), (b"", False), (b"OK\r\n", False)]
)
def test_an_engine_is_there_when_it_answers(
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    said: Answer,
    is_there: bool,  # noqa: FBT001 - a case
) -> None:
    monkeypatch.setenv("DOCKER_HOST", start({"/_ping": said}).address)
    assert DOCKER.is_there() is is_there


@pytest.mark.parametrize("address", ["ssh://host", "unix:///nowhere/at/all", "tcp://host:abc", "nonsense"])
def test_no_engine_is_there_where_none_can_be_asked(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", address)
    monkeypatch.setenv("CONTAINER_HOST", address)
    assert not DOCKER.is_there()
    assert not PODMAN.is_there()
