"""What Red Hat's product names mean: which release of RHEL, and which stream of it.

Source: CPE names of Red Hat's security data (https://access.redhat.com/security/data), as in
`cpe:/o:redhat:enterprise_linux:9::baseos`, and after `Red Hat:` in OSV records.
"""

import re

from plimsoll.knowledge.osv_errata import Place
from plimsoll.model.statement import State

_CPE = re.compile(r"(?:cpe:/[aoh]:redhat:)?(\w+)(?::([\w.]+))?(?::.*)?", re.ASCII)
_IN_MODULE = re.compile(r"([\w.+-]+:[\w.-]+)/([\w.+-]+)", re.ASCII)
_NAME = re.compile(r"[\w.+-]+", re.ASCII)
_EXTENSIONS = {
    "rhel_eus": "eus",
    "rhel_aus": "aus",
    "rhel_e4s": "e4s",
    "rhel_tus": "tus",
    "rhel_els": "els",
    "rhel_eus_long_life": "eus-long-life",
    "rhel_mission_critical": "aus",
}


def place_of_cpe(cpe: str) -> Place | None:
    """Give the release of RHEL that a CPE is about, and its stream; None for every other product of Red Hat.

    Repositories (`baseos`, `appstream`, `crb`, extras …) are all of the plain release.
    """
    found = _CPE.fullmatch(cpe)
    if found is None or not found[2]:
        return None
    name, version = found[1], found[2]
    major = version.partition(".")[0]
    if not major.isdigit():
        return None
    product = f"rhel:{major}"
    if name == "enterprise_linux" or name.startswith("rhel_extras"):
        return Place(product)
    extension = _EXTENSIONS.get(name)
    if extension is None:
        return None
    return Place(product, "els" if extension == "els" else f"{extension}:{version}")


_STATES = {
    "affected": State.AFFECTED,
    "not affected": State.NOT_AFFECTED,
    "will not fix": State.WILL_NOT_FIX,
    "out of support scope": State.WILL_NOT_FIX,
    "fix deferred": State.DEFERRED,
    "under investigation": State.UNDETERMINED,
    "new": State.UNDETERMINED,
}


def state_of_word(word: str) -> State | None:
    """Give what Red Hat's word for the state of a package means; None for one that it did not use before.

    Source: `fix_state` in the documentation of the Security Data API.
    """
    return _STATES.get(word.strip().lower())


def package_in_module(text: str) -> tuple[str, str]:
    """Give the module and the package that `nodejs:18/nodejs` names; the module is "" for `curl`, both for an image."""
    modular = _IN_MODULE.fullmatch(text)
    if modular:
        return modular[1], modular[2]
    return "", text if _NAME.fullmatch(text) else ""


def in_module(stream: str, module: str) -> str:
    """Give the stream of a package that is of a module, or of none (""), in a stream of the release."""
    return f"{stream} module:{module}".strip() if module else stream
