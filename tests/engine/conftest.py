"""A real Docker engine of the tests' own: private socket, folders and network, started once and stopped again."""

import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEBIAN_ROOT = ROOT / "tests" / "data" / "debian-bookworm" / "rootfs"
SECONDS_TO_START = 60
SECONDS_TO_STOP = 30
DOCKERFILE = """\
FROM plimsoll-test/base:1
COPY settings.env server.py /opt/app/
RUN rm /opt/app/settings.env
RUN /bin/busybox awk 'BEGIN { RS = ""; ORS = "\\n\\n" } !/^Package: bash\\n/' /var/lib/dpkg/status > /status \\
    && mv /status /var/lib/dpkg/status
"""

Docker = Callable[..., str]


@pytest.fixture(scope="session")
def docker() -> Iterator[Docker]:
    """Run the Docker client against a private engine: `docker("image", "ls")` gives what it prints."""
    for command in ("dockerd", "docker", "containerd", "unshare"):
        if shutil.which(command) is None:
            pytest.skip(f"needs the command {command}")
    if os.geteuid() != 0:
        pytest.skip("needs root, to start a Docker engine")
    # Unix sockets have short names, so the folder is not below pytest's own.
    folder = Path(tempfile.mkdtemp(prefix="plimsoll-engine-"))
    with (folder / "log").open("wb") as log:
        engine = subprocess.Popen(engine_command(folder), stdout=log, stderr=subprocess.STDOUT)
    try:
        client = client_of(folder / "docker.sock")
        wait_until_it_answers(engine, client, folder / "log")
        yield client
    finally:
        engine.terminate()
        engine.wait(SECONDS_TO_STOP)
        shutil.rmtree(folder, ignore_errors=True)


def engine_command(folder: Path) -> list[str]:
    """Give the command line of an engine that shares nothing with another one on this machine.

    It has a network namespace of its own, since `--bridge none` deletes the bridge of any other engine.
    """
    places = ["--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec", "--pidfile", f"{folder}/pid"]
    network = ["--bridge", "none", "--iptables=false", "--ip6tables=false"]
    return ["unshare", "--net", "dockerd", *places, *network, "--host", f"unix://{folder}/docker.sock"]


def client_of(socket: Path) -> Docker:
    """Give a function that runs the Docker client on the engine behind `socket`."""

    def run(*arguments: str, folder: Path | None = None) -> str:
        environment = {**os.environ, "DOCKER_HOST": f"unix://{socket}", "DOCKER_BUILDKIT": "0"}
        command = ["docker", *arguments]
        result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {result.stderr.strip()}")
        return result.stdout

    return run


def wait_until_it_answers(engine: subprocess.Popen[bytes], client: Docker, log: Path) -> None:
    """Ask until the engine answers; skip the tests, with the end of its log, when it cannot run here."""
    deadline = time.monotonic() + SECONDS_TO_START
    while engine.poll() is None and time.monotonic() < deadline:
        try:
            client("version")
        except RuntimeError:
            time.sleep(0.2)
        else:
            return
    pytest.skip(f"needs a Docker engine that starts here; its log ends: {log.read_text(errors='replace')[-800:]}")


@pytest.fixture(scope="session")
def saved_image(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an image with the engine and `docker save` it: a real Debian package database without bash.

    Its layers add an application, delete one of its files, and rewrite the package database.
    """
    if not Path("/bin/busybox").exists():
        pytest.skip("needs /bin/busybox (Debian: busybox-static)")
    folder = tmp_path_factory.mktemp("build")
    with tarfile.open(folder / "base.tar", "w") as tar:
        tar.add(DEBIAN_ROOT, arcname=".")
        for name in ("bin/busybox", "bin/sh", "bin/rm", "bin/mv"):
            tar.add("/bin/busybox", arcname=name)
    for name in ("settings.env", "server.py"):
        shutil.copy(ROOT / "demo" / "app" / name, folder)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    docker("import", "base.tar", "plimsoll-test/base:1", folder=folder)
    docker("build", "--network", "none", "--tag", "plimsoll-test/app:1", ".", folder=folder)
    docker("save", "--output", str(folder / "app.tar"), "plimsoll-test/app:1")
    return folder / "app.tar"
