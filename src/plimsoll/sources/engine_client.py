"""A read-only client of container engines: it can only GET, for there is nothing here that asks in another way.

Source: Docker Engine API 1.41, which Podman's compatible API speaks too. Requests carry no version, so that an engine
answers with its own.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plimsoll.errors import LimitError, TargetError
from plimsoll.model.limits import Limits

if TYPE_CHECKING:
    from http.client import HTTPConnection, HTTPResponse

PIECE = 1 << 20
_PATIENCE = 600.0
"""Seconds without a byte after which an engine is given up; exporting a large image takes a while to begin."""

_GLANCE = 2.0
"""Seconds in which an engine that is there has answered a ping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an engine listens: `unix:///path`, `tcp://host:port`; `certificates` is a folder, "" without TLS.

    `origin` says who named it, `client` is the program that people ask it with.
    """

    address: str
    certificates: str = ""
    origin: str = "the default"
    client: str = "docker"

    def __str__(self) -> str:
        """Give the address and who named it."""
        return f"{self.address} ({self.origin})"


class Engine:
    """An engine at an endpoint; each question is a connection of its own."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Take an endpoint; nothing is asked yet."""
        self.endpoint = endpoint

    def is_there(self) -> bool:
        """Say whether an engine answers at once."""
        try:
            with _answer(self.endpoint, "/_ping", _GLANCE) as response:
                return response.status == 200
        except TargetError:
            return False

    def document(self, path: str, limits: Limits) -> Any:  # noqa: ANN401 - a JSON document, checked by who asks
        """GET a JSON document. Raises TargetError where the engine does not answer with one, LimitError."""
        from plimsoll.documents.errors import DocumentError
        from plimsoll.documents.json import read_json

        with _answer(self.endpoint, path, _PATIENCE) as response:
            data = b"".join(_body(response, self.endpoint, int(limits.manifest_size)))
            if len(data) > limits.manifest_size:
                raise LimitError("manifest_size", limits.manifest_size, f"the answer of {self.endpoint}")
            _expect_ok(response.status, data, self.endpoint)
        try:
            return read_json(data)
        except DocumentError as error:
            raise TargetError(f"{self.endpoint} answers {path} with no JSON: {error}") from error

    def stream(self, path: str) -> Iterator[bytes]:
        """GET a stream in pieces. Raises TargetError where the engine does not give one, or stops in the middle."""
        with _answer(self.endpoint, path, _PATIENCE) as response:
            if response.status != 200:
                _expect_ok(response.status, b"".join(_body(response, self.endpoint, PIECE)), self.endpoint)
            yield from _body(response, self.endpoint)


def endpoint(environment: Mapping[str, str], home: Path) -> Endpoint:
    """Give the endpoint that Docker's own client would use: DOCKER_HOST, a context, else the socket.

    Raises TargetError for a context that is not there, and for ways that are not spoken here.
    """
    if host := environment.get("DOCKER_HOST", ""):
        return Endpoint(address=_spoken(host), certificates=_certificates(environment, home), origin="DOCKER_HOST")
    name = environment.get("DOCKER_CONTEXT", "") or _current_context(environment, home)
    if name and name != "default":
        return _of_context(name, environment, home)
    return Endpoint(address="unix:///var/run/docker.sock")


def podman_endpoint(environment: Mapping[str, str]) -> Endpoint:
    """Give the endpoint of Podman's service: of this user where there is one, else of root."""
    if host := environment.get("CONTAINER_HOST", ""):
        return Endpoint(address=_spoken(host), origin="CONTAINER_HOST", client="podman")
    own = f"{environment.get('XDG_RUNTIME_DIR') or f'/run/user/{os.geteuid()}'}/podman/podman.sock"
    return Endpoint(address=f"unix://{own if is_there(own) else '/run/podman/podman.sock'}", client="podman")


def is_there(path: str) -> bool:
    """Say whether there is anything at a path; not where that may not be looked at."""
    return os.path.exists(path)  # noqa: PTH110 - False for any text, and below closed folders


def _spoken(address: str) -> str:
    if not address.startswith(("unix://", "tcp://", "http://", "https://")):
        kind, colon, _ = address.partition("://")
        raise TargetError(
            f"an engine behind {kind}:// cannot be asked directly" if colon else f"{address!r} is no engine's address",
            advice="Save the image there and scan the archive: docker save IMAGE | plimsoll scan -",
        )
    return address


def _certificates(environment: Mapping[str, str], home: Path) -> str:
    if not environment.get("DOCKER_TLS_VERIFY"):
        return ""
    return environment.get("DOCKER_CERT_PATH") or str(home / ".docker")


def _current_context(environment: Mapping[str, str], home: Path) -> str:
    found = _small(Path(environment.get("DOCKER_CONFIG") or home / ".docker") / "config.json")
    name = found.get("currentContext", "") if isinstance(found, dict) else ""
    return name if isinstance(name, str) else ""


def _of_context(name: str, environment: Mapping[str, str], home: Path) -> Endpoint:
    from hashlib import sha256

    folder = Path(environment.get("DOCKER_CONFIG") or home / ".docker") / "contexts"
    digest = sha256(os.fsencode(name)).hexdigest()
    found: object = _small(folder / "meta" / digest / "meta.json")
    for key in ("Endpoints", "docker", "Host"):
        found = found.get(key) if isinstance(found, dict) else None
    host = found
    if not isinstance(host, str) or not host:
        raise TargetError(f"there is no Docker context {name!r}", advice="List them: docker context ls")
    certificates = folder / "tls" / digest / "docker"
    return Endpoint(
        address=_spoken(host),
        certificates=str(certificates) if certificates.is_dir() else "",
        origin=f"context {name}",
    )


def _small(path: Path) -> object:
    """Read a configuration file of Docker's client; one that is missing or no JSON says nothing."""
    from plimsoll.documents.errors import DocumentError
    from plimsoll.documents.json import read_json

    try:
        with path.open("rb") as file:
            return read_json(file.read(PIECE))
    except (OSError, DocumentError):
        return {}


@contextmanager
def _answer(place: Endpoint, path: str, patience: float) -> "Iterator[HTTPResponse]":
    """Give the answer to one GET, open while it is read; redirections are answers like any other."""
    from http.client import HTTPException

    try:
        connection = _connection(place, patience)
    except (HTTPException, ValueError) as error:
        raise TargetError(f"{place} is no address: {error}", advice=_ADVICE) from error
    with closing(connection):
        try:
            connection.request("GET", path)
            response = connection.getresponse()
        except (OSError, HTTPException, ValueError) as error:
            raise TargetError(f"no container engine answers at {place}: {_reason(error)}", advice=_ADVICE) from error
        with closing(response):
            yield response


_ADVICE = "Start it, name it in DOCKER_HOST, or scan an archive: docker save IMAGE | plimsoll scan -"


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _connection(place: Endpoint, patience: float) -> "HTTPConnection":
    from http.client import HTTPConnection, HTTPSConnection

    address = place.address
    if address.startswith("unix://"):
        return _unix_connection(address.removeprefix("unix://"), patience)
    scheme, _, rest = address.partition("://")
    host = rest.partition("/")[0]
    if place.certificates or scheme == "https":
        port = 443 if scheme == "https" else _TLS_PORT
        return HTTPSConnection(_with_port(host, port), timeout=patience, context=_trust(place.certificates))
    return HTTPConnection(_with_port(host, 80 if scheme == "http" else _PORT), timeout=patience)


_PORT, _TLS_PORT = 2375, 2376
"""Where engines listen (IANA, `docker` and `docker-s`), unless the address says otherwise."""


def _with_port(host: str, port: int) -> str:
    """Add the usual port where none is named; an IPv6 address stands in brackets."""
    return host if ":" in host.rpartition("]")[2] else f"{host}:{port}"


def _unix_connection(path: str, patience: float) -> "HTTPConnection":
    import socket
    from http.client import HTTPConnection

    class OverUnix(HTTPConnection):
        """HTTP over a Unix socket."""

        def connect(self) -> None:
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.settimeout(patience)
            self.sock.connect(path)

    return OverUnix("docker", timeout=patience)  # the name is sent as Host, and means nothing


def _trust(certificates: str) -> Any:  # noqa: ANN401 - ssl is imported only where it is needed
    import ssl

    if not certificates:
        return ssl.create_default_context()
    folder = Path(certificates)
    authority, own = folder / "ca.pem", folder / "cert.pem"
    try:
        context = ssl.create_default_context(cafile=str(authority) if authority.exists() else None)
        if own.exists():
            context.load_cert_chain(str(own), str(folder / "key.pem"))
    except OSError as error:
        raise TargetError(f"the engine's certificates in {folder} cannot be used: {error}") from error
    return context


def _body(response: "HTTPResponse", place: Endpoint, most: int | None = None) -> Iterator[bytes]:
    """Read the body in pieces, whole, or until it is over `most` bytes."""
    from http.client import HTTPException

    size = 0
    while most is None or size <= most:
        try:
            piece = response.read(PIECE)
        except (OSError, HTTPException) as error:
            raise TargetError(f"{place} stopped in the middle of its answer: {_reason(error)}") from error
        if not piece:
            if response.length:  # what Content-Length announced and did not come
                raise TargetError(f"{place} stopped in the middle of its answer: {response.length} bytes are missing")
            return
        size += len(piece)
        yield piece


def _expect_ok(status: int, data: bytes, place: Endpoint) -> None:
    if status == 200:
        return
    from plimsoll.documents.errors import DocumentError
    from plimsoll.documents.json import read_json

    try:
        found = read_json(data)
    except DocumentError:
        found = {}
    said = found.get("message", "") if isinstance(found, dict) else ""
    words = "".join(sign if sign.isprintable() else "?" for sign in str(said)[:300]) or f"status {status}"
    raise TargetError(f"{place} says: {words}", advice=f"List the images there: {place.client} image ls")
