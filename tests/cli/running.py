"""Runs command lines as users do: in this process, as a process of its own, and on a terminal."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.images import Image, classic, debian, tar, write_tar

TODAY = "2026-11-24"
EPOCH = "1795478400"
"""TODAY as SOURCE_DATE_EPOCH."""

RUN = "from plimsoll.cli.main import run; run()"

TRACKER = {
    "glibc": {
        "CVE-2023-4911": {"bookworm": {"status": "resolved", "fixed_version": "2.36-9+deb12u3", "urgency": "high"}},
        "CVE-2010-4756": {"bookworm": {"status": "open", "urgency": "unimportant"}},
    },
    "openssl": {
        "CVE-2024-5535": {
            "bookworm": {"status": "resolved", "fixed_version": "3.0.15-1~deb12u1", "urgency": "not yet assigned"}
        }
    },
    "zlib": {
        "CVE-2023-45853": {
            "bookworm": {"status": "open", "urgency": "medium", "nodsa": "Minor issue", "nodsa_reason": "ignored"}
        }
    },
}
"""What the feeds of these tests say: one finding that is high, negligible, unknown and medium each."""

KEV = {
    "dateReleased": "2026-11-20T12:00:00Z",
    "vulnerabilities": [{"cveID": "CVE-2023-4911", "dateAdded": "2023-11-21"}],
}
EPSS = "#model_version:v2025.03.14,score_date:2026-11-23T00:00:00+0000\ncve,epss\nCVE-2023-4911,0.81422\n"

FIXED = ("CVE-2023-4911", "CVE-2024-5535")
UNFIXED = ("CVE-2010-4756", "CVE-2023-45853")
GLIBC, ZLIB, OPENSSL = (
    ("glibc", "2.36-9+deb12u1"),
    ("zlib", "1:1.2.13.dfsg-1"),
    ("openssl", "3.0.11-1~deb12u2"),
)


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - any document
        return json.loads(self.out)

    @property
    def found(self) -> set[str]:
        """The vulnerabilities of a JSON report."""
        return {finding["vulnerability"]["id"] for finding in self.json["findings"]}


Run = Callable[..., Result]


def write_feeds(folder: Path) -> Path:
    """A folder of feeds as the publishers serve them."""
    tracker = {
        package: {name: {"releases": releases} for name, releases in entries.items()}
        for package, entries in TRACKER.items()
    }
    for name, text in {
        "debian/tracker.json": json.dumps(tracker),
        "kev/known_exploited_vulnerabilities.json": json.dumps(KEV),
        "epss/epss_scores-2026-11-23.csv": EPSS,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def shop(*more: bytes, packages: Sequence[tuple[str, str]] = (GLIBC, ZLIB, OPENSSL), tag: str = "shop:1") -> Image:
    """An image with what the feeds speak of, and more layers."""
    steps = ["RUN apt-get install shop", *(f"COPY part{number} /" for number, _ in enumerate(more))]
    return Image(
        layers=[debian(*packages), *more],
        tag=tag,
        history=[{"created_by": step} for step in steps],
    )


def shop_archive(path: Path, *more: bytes) -> str:
    return str(write_tar(classic([shop(*more)]), path))


def damaged_layer() -> bytes:
    """A layer with a package that cannot be read."""
    return tar({"srv/app/node_modules/left/package.json": b"{"})


def environment(**changes: str | None) -> dict[str, str]:
    """The environment of the test with changes; None takes a variable away."""
    names = {**os.environ, **changes}
    return {name: value for name, value in names.items() if value is not None}


def process(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:  # noqa: ANN401 - subprocess.run's
    """Run a command as a process of its own."""
    return subprocess.run([sys.executable, "-c", RUN, *arguments], capture_output=True, check=False, **options)


def on_terminal(
    *arguments: str, columns: int = 100, env: Mapping[str, str] | None = None, output: bool = True
) -> tuple[int, str]:
    """Run a command with standard error, and if wanted standard output, on a terminal; give what it showed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    program = subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments],
        stdin=theirs,
        stdout=theirs if output else subprocess.DEVNULL,
        stderr=theirs,
        env=env,
    )
    os.close(theirs)
    shown = bytearray()
    while piece := _read(ours):
        shown += piece
    os.close(ours)
    return program.wait(), shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # what Linux says when the other side of a terminal is closed
        return b""
