"""The matrix on a real engine: what was created is judged as what declared it.

Each case of the matrix is created by `docker create`, by Debian's docker-compose and as a service of a swarm, all of
them are read back at once, and the same rules must fail as on the command line, the Compose file and the stack.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.acceptance.matrix.cases import Case, Verdicts, cases, judged, verdicts_on

from plimsoll.checks.catalogue import rules
from plimsoll.model.check import CheckState
from plimsoll.model.limits import Limits
from plimsoll.model.workload import Workload
from plimsoll.pipeline.estate import Alone, Gathering, platforms
from plimsoll.pipeline.images import with_images
from plimsoll.sources.engine_client import Endpoint, Engine
from plimsoll.sources.live import live_texts

pytestmark = pytest.mark.engine

Docker = Callable[..., str]
EVERY = {f"case-{number}": case for number, case in enumerate(cases())}
IMAGES = (
    "registry.example.com/app:1.0",
    "registry.example.com/app:latest",
    "registry.example.com/app:nightly",
    "ghcr.io/example/app:1.0",
    "grafana/grafana:9.2.3",
    "k8s.gcr.io/pause:3.5",
    "ttl.sh/app:1h",
)
DIGEST = re.compile(r"@sha256:[0-9a-f]{64}")

NOT_CREATED: Mapping[tuple[str, str], str] = {}
"""By platform and case: why it cannot be created here."""


def texts(platform: str) -> Mapping[str, str]:
    """Give what can be created, by the name that it gets. An image by its digest would have to be fetched."""
    return {
        name: DIGEST.sub("", case.texts[platform])
        for name, case in EVERY.items()
        if platform in case.texts and (platform, case.name) not in NOT_CREATED
    }
