"""Examples of rules as whole Kubernetes manifests."""

import re

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.shapes import mapping
from plimsoll.documents.yaml import read_yaml_documents

_IMAGE = "registry.example.com/app:1.0"
_SECTION = re.compile(r"^(metadata|spec):[ \t]*(\{)?", re.MULTILINE)
_FIRST_INNER = re.compile(r"\n(?:[ \t]*(?:#[^\n]*)?\n)*([ \t]+)\S")


def frame(text: str) -> bytes:
    """Make a manifest of an example.

    With `apiVersion:` it is whole; with `spec:` or `metadata:` it is that of a Pod, to which what is lacking is added;
    else it holds fields of the one container `app` of a Pod `app` in the namespace `apps`.
    """
    text = text.strip("\n") + "\n"
    try:
        documents = read_yaml_documents(text.encode())
    except DocumentError:
        return text.encode()  # Whoever reads it says what is wrong with it.
    body = mapping(documents[0] if documents else "")
    if "apiVersion" in body or len(documents) > 1:
        return text.encode()
    framed = _framed_pod(text, body) if {"spec", "metadata"} & set(body) else _pod_around(text, body)
    return f"apiVersion: v1\nkind: Pod\n{framed}".encode()


def _framed_pod(text: str, body: object) -> str:
    metadata, spec = mapping(mapping(body).get("metadata")), mapping(mapping(body).get("spec"))
    names = [f"{key}: {value}" for key, value in (("name", "app"), ("namespace", "apps")) if key not in metadata]
    lacking = {"metadata": names}
    lacking["spec"] = [] if "containers" in spec else [f"containers: [{{name: app, image: '{_IMAGE}'}}]"]
    for section, lines in lacking.items():
        text = _added(text, section, lines) if section in mapping(body) else text + _whole(section, lines)
    return text


def _added(text: str, section: str, lines: list[str]) -> str:
    """Put lines at the beginning of a section, in its own style."""
    found = next((each for each in _SECTION.finditer(text) if each[1] == section), None)
    if found is None or not lines:
        return text
    if found[2]:
        return text[: found.end()] + "".join(f"{line}, " for line in lines) + text[found.end() :]
    ends = text.index("\n", found.end())
    inner = _FIRST_INNER.match(text, ends)
    indent = inner[1] if inner else "  "
    value = text[found.end() : ends].strip()
    head = text[: found.end()] if value in {"null", "~"} else text[:ends]
    return head + "".join(f"\n{indent}{line}" for line in lines) + text[ends:]


def _whole(section: str, lines: list[str]) -> str:
    return f"{section}:\n" + "".join(f"  {line}\n" for line in lines)


def _pod_around(text: str, body: object) -> str:
    indent = " " * 6
    given = mapping(body)
    lines = [f"{key}: {value}" for key, value in (("name", "app"), ("image", _IMAGE)) if key not in given]
    lines += text.splitlines()
    inner = "".join(f"{indent}{line}\n" if line.strip() else "\n" for line in lines)
    first, rest = inner[: len(indent)], inner[len(indent) :]
    return f"metadata:\n  name: app\n  namespace: apps\nspec:\n  containers:\n{first[:-2]}- {rest}"
