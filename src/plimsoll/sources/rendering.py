"""Charts and kustomizations: what makes manifests of templates, run only where the user asks for it."""

import os
import posixpath
import selectors
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from plimsoll.model.limits import Limits

if TYPE_CHECKING:
    import subprocess

_CHART = "Chart.yaml"
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_RENDERER = {"chart": "helm", "kustomization": "kustomize"}
_TIMEOUT = 120.0
"""Seconds that a renderer may take; charts of some thousand manifests take a few."""

_LONGEST_REASON = 500
_RENDERED = "(rendered by "


def is_rendered(path: str) -> bool:
    """Say whether a path is that of manifests which a program made: no file that could be changed."""
    return posixpath.basename(path).startswith(_RENDERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A folder whose files are made into manifests by a program; `folder` is "" for the target itself."""

    kind: str
    folder: str

    @property
    def path(self) -> str:
        """What reports call the manifests that come of it."""
        return posixpath.join(self.folder, f"{_RENDERED}{_RENDERER[self.kind]})")

    @property
    def hides(self) -> bool:
        """Whether its files are no manifests by themselves; those of a kustomization are, before it patches them."""
        return self.kind == "chart"

    def holds(self, path: str) -> bool:
        """Say whether a file is a part of it."""
        inside = path.removeprefix(f"{self.folder}/") if self.folder else path
        if self.folder and inside == path:
            return False
        return not self.hides or inside.startswith(("templates/", "charts/")) or "/" not in inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """Manifests as YAML, or the reason why there are none, with what to do about it."""

    text: bytes = b""
    reason: str = ""
    advice: str = ""


def template_of(path: str) -> Template | None:
    """Give the template that a file stands for: a chart's description, or a kustomization; None for any other."""
    folder, name = posixpath.split(path)
    if name == _CHART:
        return Template(kind="chart", folder=folder)
    return Template(kind="kustomization", folder=folder) if name in _KUSTOMIZATIONS else None


def render(root: Path, template: Template, limits: Limits) -> Rendered:
    """Run `helm template` or `kustomize build` on a folder. Their output is bounded by `configuration_size`."""
    import subprocess

    folder = str((root / template.folder).resolve())
    command = ["helm", "template", "release", folder] if template.kind == "chart" else ["kustomize", "build", folder]
    try:
        with subprocess.Popen(  # noqa: S603 - a fixed program, and the user asked for it by --render
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # So that what it starts can be ended with it.
        ) as running:
            try:
                return _outcome(running, command[0], int(limits.configuration_size))
            finally:
                _end(running)
    except OSError as error:
        advice = f"Install {command[0]}, or render it yourself: {' '.join(command[:-1])} … | plimsoll scan -"
        return Rendered(reason=f"{command[0]} cannot be run: {error.strerror}", advice=advice)


def _outcome(running: "subprocess.Popen[bytes]", program: str, largest: int) -> Rendered:
    import subprocess

    deadline = monotonic() + _TIMEOUT
    heard = _heard(running, largest, deadline)
    if heard is None:
        return Rendered(reason=f"{program} took more than {_TIMEOUT:g} seconds", advice="Render it yourself.")
    text, said = heard
    if len(text) > largest:
        return Rendered(
            reason=f"{program} gave more than {largest} bytes", advice="Raise it: --limit configuration_size=BYTES"
        )
    try:
        ended = running.wait(max(0.0, deadline - monotonic()))
    except subprocess.TimeoutExpired:
        return Rendered(reason=f"{program} took more than {_TIMEOUT:g} seconds", advice="Render it yourself.")
    if ended:
        reason = said.decode("utf-8", "replace").strip()[:_LONGEST_REASON] or f"it ended with {ended}"
        return Rendered(reason=f"{program} failed: {reason}", advice=f"Mend it until {program} renders it.")
    return Rendered(text=bytes(text))


def _heard(running: "subprocess.Popen[bytes]", largest: int, deadline: float) -> tuple[bytearray, bytearray] | None:
    """Hear what a program writes, to the end of what it gives, or one byte more than wanted; None over the deadline.

    Of what it complains of only the beginning is kept.
    """
    text, said = bytearray(), bytearray()
    with selectors.DefaultSelector() as waiting:
        for pipe, kept, most in ((running.stdout, text, largest + 1), (running.stderr, said, 4 * _LONGEST_REASON)):
            if pipe is not None:
                waiting.register(pipe, selectors.EVENT_READ, (kept, most))
        while waiting.get_map() and len(text) <= largest:
            left = deadline - monotonic()
            if left <= 0:
                return None
            for key, _ in waiting.select(left):
                piece = os.read(key.fd, _PIECE)
                kept, most = key.data
                kept += piece[: most - len(kept)]
                if not piece:
                    waiting.unregister(key.fileobj)
    return text, said


_PIECE = 1 << 16


def _end(running: "subprocess.Popen[bytes]") -> None:
    """End a program with all that it started, where anything of it still runs."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(running.pid, signal.SIGKILL)
