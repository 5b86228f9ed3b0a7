"""What every test shares: no network, no traces of this machine, and tiers that cannot vanish silently."""

import os
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

STRICT = "PLIMSOLL_STRICT_TIERS"
"""Where this is set (CI), a test that is skipped because it "needs …" something counts as failed."""

SETTINGS_OF_THE_MACHINE = (
    *("CI", "DOCKER_CONFIG", "DOCKER_CONTEXT", "DOCKER_HOST", "FORCE_COLOR", "SOURCE_DATE_EPOCH"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
)

settings.register_profile("default", deadline=None, max_examples=50)
settings.register_profile(
    "fuzz", deadline=None, max_examples=20_000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("default")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests marked `loopback` reach this machine."""
    for item in items:
        if item.get_closest_marker("loopback"):
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1"]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,  # noqa: ARG001 - the hook passes arguments by name
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn "skipped: needs …" into a failure where every tier is expected to run."""
    report = yield
    if os.environ.get(STRICT) and call.excinfo is not None and call.excinfo.errisinstance(pytest.skip.Exception):
        reason = str(call.excinfo.value)
        if reason.startswith("needs "):
            report.outcome = "failed"
            report.longrepr = f"This test must run here ({STRICT} is set), but it {reason}."
    return report


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give every test its own home and cache, one time zone, and none of the machine's settings."""
    for name in [*SETTINGS_OF_THE_MACHINE, *(name for name in os.environ if name.startswith("PLIMSOLL_"))]:
        if name != STRICT:
            monkeypatch.delenv(name, raising=False)
    for name in ("DOCKER_HOST", "CONTAINER_HOST"):  # a bare name asks the engines that are there
        monkeypatch.setenv(name, f"unix://{tmp_path}/no-engine")
    for name, value in {"HOME": "home", "XDG_CACHE_HOME": "home/.cache", "XDG_CONFIG_HOME": "home/.config"}.items():
        monkeypatch.setenv(name, str(tmp_path / value))
    for name, value in {"NO_COLOR": "1", "COLUMNS": "100", "TZ": "UTC", "LC_ALL": "C.UTF-8"}.items():
        monkeypatch.setenv(name, value)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
