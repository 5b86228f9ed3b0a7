"""Ingresses, and the routes of the Gateway API and of Istio: how traffic gets from the edge to Services."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from plimsoll.checks.workload.selectors import named, of_kind
from plimsoll.checks.workload.services import SERVICE, spec_of
from plimsoll.documents.scalars import is_null, truth, written
from plimsoll.documents.shapes import mapping, sequence, text
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Place
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, Workload

INGRESS = "Ingress"
ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")

_NGINX = "nginx.ingress.kubernetes.io/"
_SNIPPET = "snippet"
_INJECTABLE = frozenset({"auth-url", "auth-signin", "auth-tls-match-cn", "mirror-target", "mirror-host"})
_WRITES_CONFIGURATION = frozenset("\n\r#;{}")
"""Characters that end a directive of nginx, and so begin one of the author's own (CVE-2025-1097, 1098, 24514)."""

_ALLOWS_SNIPPETS = "allow-snippet-annotations"
_CONTROLLERS = ("ingress-nginx", "nginx-controller", "nginx-ingress-controller")
_MENDED = (0, 49, 1)
_FIRST_OF_ONE = (1, 0, 0)


class Backend(NamedTuple):
    """A Service that something leads to, and where its name stands."""

    namespace: str
    name: str
    at: Place


def at_index(value: object, at: Place) -> Iterator[tuple[Mapping[str, object], Place]]:
    """Give those elements of a list that are mappings, with their places."""
    for index, element in enumerate(sequence(value)):
        if isinstance(element, dict):
            yield element, (*at, index)


def backends_of_ingress(ingress: Resource) -> Iterator[Backend]:
    """Give the Services that an Ingress leads to, in the words of networking.k8s.io/v1 or of its beta versions."""
    spec, at = spec_of(ingress), (*ingress.at, "spec")
    for key in ("defaultBackend", "backend"):
        yield from _backend(mapping(spec.get(key)), (*at, key), ingress.namespace)
    for rule, rule_at in at_index(spec.get("rules"), (*at, "rules")):
        paths = mapping(rule.get("http")).get("paths")
        for path, path_at in at_index(paths, (*rule_at, "http", "paths")):
            yield from _backend(mapping(path.get("backend")), (*path_at, "backend"), ingress.namespace)


def _backend(backend: Mapping[str, object], at: Place, namespace: str) -> Iterator[Backend]:
    name = text(mapping(backend.get("service")).get("name"))
    if name:
        yield Backend(namespace, name, (*at, "service", "name"))
    elif text(backend.get("serviceName")):
        yield Backend(namespace, text(backend.get("serviceName")), (*at, "serviceName"))


def backends_of_route(route: Resource) -> Iterator[Backend]:
    """Give the Services that a route of the Gateway API leads to."""
    for rule, rule_at in at_index(spec_of(route).get("rules"), (*route.at, "spec", "rules")):
        for backend, at in at_index(rule.get("backendRefs"), (*rule_at, "backendRefs")):
            is_service = not written(backend.get("group")) and (written(backend.get("kind")) or SERVICE) == SERVICE
            if is_service and text(backend.get("name")):
                home = text(backend.get("namespace")) or route.namespace
                yield Backend(home, text(backend.get("name")), (*at, "name"))


def _missing(backends: Iterator[Backend], estate: Estate) -> Iterator[Verdict]:
    for backend in backends:
        if not named(estate, SERVICE, backend.namespace, backend.name):
            yield Verdict(backend.at, backend.name, backend.name)


def ingress_leads_nowhere(ingress: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for Services of an Ingress that are not among what was read."""
    yield from _missing(backends_of_ingress(ingress), estate)


def route_leads_nowhere(route: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for Services of a route that are not among what was read."""
    yield from _missing(backends_of_route(route), estate)


def lacks_tls(ingress: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for an Ingress without TLS."""
    if not sequence(spec_of(ingress).get("tls")):
        yield Verdict((*ingress.at, "spec", "tls"), "absent")


def leads_any_host(thing: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for an Ingress or a route that answers for any host name, or for any below a domain."""
    spec, at = spec_of(thing), (*thing.at, "spec")
    if thing.kind == INGRESS:
        for rule, rule_at in at_index(spec.get("rules"), (*at, "rules")):
            host = written(rule.get("host"))
            if not host or "*" in host:
                yield Verdict((*rule_at, "host"), host or "any host", host)
        return
    hosts = list(map(written, sequence(spec.get("hostnames"))))
    for index, host in enumerate(hosts):
        if "*" in host:
            yield Verdict((*at, "hostnames", index), host, host)
    if not hosts:
        yield Verdict((*at, "hostnames"), "any host")


def writes_configuration(ingress: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for annotations from which ingress-nginx would make directives of the author's own."""
    for name, value in ingress.annotations.items():
        directive = name.removeprefix(_NGINX)
        if directive != name and directive in _INJECTABLE and not _WRITES_CONFIGURATION.isdisjoint(value):
            yield Verdict((*ingress.at, "metadata", "annotations", name), value, name)


def _snippets(ingress: Resource) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in ingress.annotations.items() if _SNIPPET in name)


def holds_snippet(ingress: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for annotations that hold configuration of nginx."""
    for name, value in _snippets(ingress):
        if not _is_dangerous(value):
            yield Verdict((*ingress.at, "metadata", "annotations", name), value, name)


def runs_code_in_snippet(ingress: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for configuration of nginx in annotations that runs Lua or reads files of the controller."""
    for name, value in _snippets(ingress):
        if _is_dangerous(value):
            yield Verdict((*ingress.at, "metadata", "annotations", name), value, name)


def _is_dangerous(value: str) -> bool:
    return "lua_" in value or "lua-" in value or "_by_lua" in value or "alias" in value


def takes_snippets(container: Container, workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Fail for an ingress-nginx before 0.49.1, or 1.0.0, whose settings do not forbid snippets (CVE-2021-25742)."""
    image = container.image.value
    if not any(each in image for each in _CONTROLLERS) or not _is_open_to_snippets(image):
        return
    settings = (each for each in of_kind(estate, "ConfigMap") if each.namespace == workload.namespace)
    if not any(truth(mapping(each.body.get("data")).get(_ALLOWS_SNIPPETS)) is False for each in settings):
        yield Verdict(container.image.at, image)


def _is_open_to_snippets(image: str) -> bool:
    version = _version(image.partition("@")[0].rpartition("/")[2].partition(":")[2])
    return version is not None and (version < _MENDED or version == _FIRST_OF_ONE)


def _version(tag: str) -> tuple[int, ...] | None:
    """Give the first three numbers of a tag like `v1.0.0-beta.1`; None for what is no version."""
    parts = tag.removeprefix("v").partition("-")[0].split(".")
    if not parts[0] or not all(part.isascii() and part.isdigit() and len(part) < len("1000000") for part in parts):
        return None
    return (*map(int, parts[:3]), 0, 0)[:3]


class Destination(NamedTuple):
    """A Service that a VirtualService of Istio leads to, by way of gateways (namespace and name)."""

    service: tuple[str, str]
    gateways: tuple[tuple[str, str], ...]


def destinations(virtual: Resource) -> Iterator[Destination]:
    """Give the Services that a VirtualService leads to; `mesh` is no gateway but the inside of the mesh."""
    spec = spec_of(virtual)
    names = [written(each) for each in sequence(spec.get("gateways")) if not is_null(each) and each != "mesh"]
    gateways = tuple(_in_space(name, virtual.namespace) for name in names)
    for key in ("http", "tls", "tcp"):
        for rule, _ in at_index(spec.get(key), ()):
            for route, _ in at_index(rule.get("route"), ()):
                host = text(mapping(route.get("destination")).get("host"))
                if host:
                    yield Destination(_service(host, virtual.namespace), gateways)


def _in_space(name: str, namespace: str) -> tuple[str, str]:
    home, slash, inner = name.partition("/")
    return (home, inner) if slash else (namespace, name)


def _service(host: str, namespace: str) -> tuple[str, str]:
    """Give namespace and name of a Service by its host: `web`, `web.shop`, `web.shop.svc.cluster.local`."""
    name, dot, rest = host.partition(".")
    return (rest.partition(".")[0], name) if dot else (namespace, name)
