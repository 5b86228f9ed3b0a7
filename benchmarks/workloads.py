"""`python -m benchmarks.workloads --configs FOLDER --inspect FILE… [--trivy PROGRAM] [--kube-linter PROGRAM]`.

Times the judging of workloads: a folder of manifests (beside the peers that are named, in turn), one Compose file
from the shell, and 5,000 documents of `docker inspect`, made of recorded ones by varying names and settings.
"""

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

PLIMSOLL = [str(Path(sys.executable).with_name("plimsoll"))]
COMPOSE = "services:\n  web:\n    image: registry.example.com/web:1.0\n    privileged: true\n    ports: ['8080:80']\n"
DOCUMENTS = 5000


def timed(command: Sequence[str]) -> tuple[float, float]:
    """Run a command; give wall and CPU seconds. Findings may make it fail, so its exit code says nothing."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def side_by_side(commands: dict[str, Sequence[str]], runs: int) -> None:
    """Run commands in turn, several times; print the medians, and the ratio of the first to each other."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(timed(command))
    walls = {name: median(wall for wall, _ in each) for name, each in times.items()}
    first = next(iter(walls.values()))
    for name, wall in walls.items():
        cpu = median(each for _, each in times[name])
        print(f"  {name:32} {wall:7.2f} s wall  {cpu:7.2f} s CPU  ratio {first / wall:.3f}")


def varied(recorded: Sequence[Path]) -> list[object]:
    """Make 5,000 documents of recorded ones: other names, and every setting of some switched in turn."""
    documents = [each for path in recorded for each in json.loads(path.read_text("utf-8"))]
    found = []
    for number in range(DOCUMENTS):
        document = json.loads(json.dumps(documents[number % len(documents)]))
        document["Id"], document["Name"] = f"{number:064x}", f"/app-{number}"
        host = document["HostConfig"]
        host["Privileged"] = number % 7 == 0
        host["ReadonlyRootfs"] = number % 3 == 0
        host["Memory"] = 0 if number % 2 else 1 << 26
        host["CapAdd"] = ["NET_ADMIN"] if number % 5 == 0 else None
        found.append(document)
    return found


def judging(path: Path, runs: int) -> None:
    """Time the judging itself, in this process: parsed documents to results of all rules, and findings with places."""
    from plimsoll.documents.document import read_documents
    from plimsoll.pipeline.estate import Alone, Gathering, platforms
    from plimsoll.pipeline.judging import judge

    gc.set_threshold(100_000, 20, 20)  # as the command line does
    platform = platforms()["inspect"]
    times, counts = [], set()
    for _ in range(runs):
        (document,) = read_documents("inspect.json", path.read_bytes())
        start = time.perf_counter()
        gathering = Gathering("engine:")
        gathering.read(platform, document, Alone())
        counts.add(len(judge(gathering.estate(), "engine:").failures.findings))
        times.append(time.perf_counter() - start)
    print(f"  {'facts, rules and findings':32} {median(times):7.2f} s in one process, {max(counts)} findings")


def main() -> None:
    """Run all of it and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--configs", type=Path, required=True, help="a folder of manifests")
    parser.add_argument("--inspect", type=Path, nargs="+", required=True, help="recorded answers of docker inspect")
    parser.add_argument("--trivy", help="a trivy program to compare with")
    parser.add_argument("--kube-linter", help="a kube-linter program to compare with")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        work = Path(folder)
        cache = ["--cache-dir", str(work / "cache"), "--quiet"]
        table = ["--output", str(work / "report")]
        os.environ["PLIMSOLL_IMAGES"] = "none"
        commands: dict[str, Sequence[str]] = {
            "plimsoll scan": [*PLIMSOLL, "scan", str(arguments.configs), *cache, *table],
        }
        if arguments.trivy:
            commands["trivy config"] = [
                *(arguments.trivy, "config", "--quiet", "--skip-check-update", "--format", "json"),
                *("--output", str(work / "trivy.json"), str(arguments.configs)),
            ]
        if arguments.kube_linter:
            commands["kube-linter lint"] = [arguments.kube_linter, "lint", "--format", "json", str(arguments.configs)]
        print("a folder of manifests")
        side_by_side(commands, arguments.runs)
        print("one Compose file, from the shell")
        (work / "compose.yaml").write_text(COMPOSE, "utf-8")
        side_by_side({"plimsoll scan": [*PLIMSOLL, "scan", str(work / "compose.yaml"), *cache, *table]}, 9)
        print(f"{DOCUMENTS} documents of docker inspect")
        (work / "inspect.json").write_text(json.dumps(varied(arguments.inspect)), "utf-8")
        judging(work / "inspect.json", arguments.runs)
        side_by_side({"plimsoll scan": [*PLIMSOLL, "scan", str(work / "inspect.json"), *cache, *table]}, arguments.runs)


if __name__ == "__main__":
    main()
