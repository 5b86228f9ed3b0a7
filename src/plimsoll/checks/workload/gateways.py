"""The Gateway API of Kubernetes: listeners and their certificates, and what routes are allowed to do with them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from plimsoll.checks.workload.routes import at_index, backends_of_route
from plimsoll.checks.workload.selectors import named, of_kind, remembered, space
from plimsoll.checks.workload.services import SERVICE, spec_of
from plimsoll.documents.scalars import truth, whole, written
from plimsoll.documents.shapes import mapping, mappings, sequence, text
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Place
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict

API = "gateway.networking.k8s.io"
_FALLS_BACK = "AllowInsecureFallback"
_TLS_PORTS = frozenset({443, 8443})
_TLS_WORDS = ("https", "tls", "grpcs", "wss")


def _listeners(gateway: Resource) -> Iterator[tuple[Mapping[str, object], Place]]:
    """Give the listeners of a Gateway of this API; Istio has another kind of that name."""
    if gateway.api.startswith(API):
        yield from at_index(spec_of(gateway).get("listeners"), (*gateway.at, "spec", "listeners"))


def lacks_certificate(gateway: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for listeners that should end TLS and have no certificate."""
    for listener, at in _listeners(gateway):
        tls = mapping(listener.get("tls"))
        protocol = written(listener.get("protocol"))
        ends = protocol in {"HTTPS", "GRPC"} or (protocol == "TLS" and written(tls.get("mode")) != "Passthrough")
        if ends and not sequence(tls.get("certificateRefs")):
            yield Verdict((*at, "tls", "certificateRefs"), "absent", written(listener.get("name")))


def speaks_plainly(gateway: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for listeners that speak HTTP."""
    for listener, at in _listeners(gateway):
        if written(listener.get("protocol")) == "HTTP":
            yield Verdict((*at, "protocol"), "HTTP", written(listener.get("name")))


def takes_all_routes(gateway: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for listeners that take routes from every namespace."""
    for listener, at in _listeners(gateway):
        said = mapping(mapping(listener.get("allowedRoutes")).get("namespaces")).get("from")
        if written(said) == "All":
            yield Verdict((*at, "allowedRoutes", "namespaces", "from"), "All", written(listener.get("name")))


def lets_clients_fall_back(gateway: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for a check of client certificates that lets in who has none."""
    if not gateway.api.startswith(API):
        return
    at: Place = (*gateway.at, "spec", "tls", "frontend")
    frontend = mapping(mapping(spec_of(gateway).get("tls")).get("frontend"))
    checks = [(mapping(frontend.get("default")), (*at, "default"))]
    ports = at_index(frontend.get("perPort"), (*at, "perPort"))
    checks += ((mapping(each.get("tls")), (*place, "tls")) for each, place in ports)
    for check, place in checks:
        if written(mapping(check.get("validation")).get("mode")) == _FALLS_BACK:
            yield Verdict((*place, "validation", "mode"), _FALLS_BACK)


def borrows_certificate(gateway: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for listeners whose certificate stands in another namespace, which has not granted that."""
    for listener, at in _listeners(gateway):
        references = mapping(listener.get("tls")).get("certificateRefs")
        for reference, place in at_index(references, (*at, "tls", "certificateRefs")):
            home, name = written(reference.get("namespace")), written(reference.get("name"))
            if home and space(home) != space(gateway.namespace) and not _granted(gateway, home, "Secret", name, estate):
                yield Verdict((*place, "namespace"), home, f"{home}/{name}")


def leads_elsewhere(route: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for backends of a route that stand in another namespace, which has not granted that."""
    for backend in backends_of_route(route):
        home = backend.namespace
        if space(home) != space(route.namespace) and not _granted(route, home, SERVICE, backend.name, estate):
            yield Verdict((*backend.at[:-1], "namespace"), home, f"{home}/{backend.name}")


def _granted(thing: Resource, namespace: str, kind: str, name: str, estate: Estate) -> bool:
    """Say whether a ReferenceGrant of a namespace lets a thing use an object of it."""
    grants = remembered(estate, "gateways.grants", _grants).get(space(namespace), ())
    return any(_grants_from(grant, thing) and _grants_to(grant, kind, name) for grant in grants)


def _grants(estate: Estate) -> Mapping[str, list[Resource]]:
    found: dict[str, list[Resource]] = defaultdict(list)
    for grant in of_kind(estate, "ReferenceGrant"):
        found[space(grant.namespace)].append(grant)
    return found


def _grants_from(grant: Resource, thing: Resource) -> bool:
    asked = (thing.kind, space(thing.namespace))
    froms = mappings(spec_of(grant).get("from"))
    return any((written(each.get("kind")), space(written(each.get("namespace")))) == asked for each in froms)


def _grants_to(grant: Resource, kind: str, name: str) -> bool:
    tos = mappings(spec_of(grant).get("to"))
    return any(written(each.get("kind")) == kind and written(each.get("name")) in {"", name} for each in tos)


def serves_plainly(route: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for a route that serves by a listener for HTTP, unless it does nothing but redirect to HTTPS."""
    if _only_redirects(route):
        return
    for parent, at in at_index(spec_of(route).get("parentRefs"), (*route.at, "spec", "parentRefs")):
        home = written(parent.get("namespace")) or route.namespace
        for gateway in named(estate, "Gateway", home, written(parent.get("name"))):
            if any(_is_plain(listener, parent) for listener, _ in _listeners(gateway)):
                yield Verdict(at, f"Gateway {gateway.name} speaks HTTP", gateway.name)


def _only_redirects(route: Resource) -> bool:
    rules = list(mappings(spec_of(route).get("rules")))
    return bool(rules) and all(any(map(_redirects, mappings(rule.get("filters")))) for rule in rules)


def _redirects(step: Mapping[str, object]) -> bool:
    return written(mapping(step.get("requestRedirect")).get("scheme")) == "https"


def _is_plain(listener: Mapping[str, object], parent: Mapping[str, object]) -> bool:
    section, port = written(parent.get("sectionName")), written(parent.get("port"))
    fits = section in {"", written(listener.get("name"))} and port in {"", written(listener.get("port"))}
    return fits and written(listener.get("protocol")) == "HTTP"


def trusts_any_backend(policy: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for TLS to backends whose certificates nobody checks (BackendConfigPolicy of kgateway)."""
    if truth(mapping(spec_of(policy).get("tls")).get("insecureSkipVerify")):
        yield Verdict((*policy.at, "spec", "tls", "insecureSkipVerify"), "true", expected="false")


def lacks_tls_to_backend(route: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for backends of a route that speak TLS, for which no policy says that the gateway does, too."""
    for rule, rule_at in at_index(spec_of(route).get("rules"), (*route.at, "spec", "rules")):
        for backend, at in at_index(rule.get("backendRefs"), (*rule_at, "backendRefs")):
            home = written(backend.get("namespace")) or route.namespace
            name = text(backend.get("name"))
            if _speaks_tls(home, name, whole(backend.get("port")), estate) and not _has_policy(home, name, estate):
                yield Verdict((*at, "port"), f"{name} speaks TLS", name)


def _speaks_tls(namespace: str, name: str, port: int | None, estate: Estate) -> bool:
    for service in named(estate, SERVICE, namespace, name):
        for each in mappings(spec_of(service).get("ports")):
            if whole(each.get("port")) == port:
                words = (written(each.get("name")).lower(), written(each.get("appProtocol")).lower())
                return port in _TLS_PORTS or any(word.startswith(_TLS_WORDS) for word in words)
    return False


def _has_policy(namespace: str, name: str, estate: Estate) -> bool:
    return (space(namespace), name) in remembered(estate, "gateways.policies", _policies)


def _policies(estate: Estate) -> set[tuple[str, str]]:
    """Give namespace and name of the Services to which gateways are told to speak TLS."""
    found = set()
    for policy in of_kind(estate, "BackendTLSPolicy", "BackendConfigPolicy"):
        spec = spec_of(policy)
        if policy.kind == "BackendTLSPolicy" or mapping(spec.get("tls")):
            for target in (*mappings(spec.get("targetRefs")), mapping(spec.get("targetRef"))):
                found.add((space(policy.namespace), written(target.get("name"))))
    return found
