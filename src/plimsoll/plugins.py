"""Plug-ins are one typed constant in one module, found by listing the package's folder."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, TypeVar

from plimsoll.errors import PlimsollError


class Named(Protocol):
    """Every plug-in has a name that is unique among its kind."""

    @property
    def name(self) -> str: ...


P = TypeVar("P", bound=Named)


@cache
def discover(package: str, kind: type[P]) -> dict[str, P]:
    """Find every constant of type `kind` in the modules of `package`, by name, in name order.

    Raises PlimsollError when two constants share a name: one of them would silently vanish.
    """
    found: dict[str, P] = {}
    for constant in _constants(package, kind):
        if constant.name in found and found[constant.name] is not constant:
            message = f"two {kind.__name__} plug-ins are named {constant.name!r}"
            raise PlimsollError(message, advice="Rename one of them.")
        found[constant.name] = constant
    return dict(sorted(found.items()))


def find(package: str, kind: type[P], name: str) -> P | None:
    """Find one plug-in; loads only `NAME.py` or `NAME_report.py` where it is there, else looks through all."""
    modules = {info.name for info in iter_modules(import_module(package).__path__)}
    for module in modules & {name, f"{name}_report"}:
        for constant in vars(import_module(f"{package}.{module}")).values():
            if isinstance(constant, kind) and constant.name == name:
                return constant
    return discover(package, kind).get(name)


def _constants(package: str, kind: type[P]) -> Iterator[P]:
    folder = import_module(package).__path__
    for module in sorted(info.name for info in iter_modules(folder)):
        for constant in vars(import_module(f"{package}.{module}")).values():
            if isinstance(constant, kind):
                yield constant
