"""Every performance claim of the README, measured side by side with trivy in one go: A B A B, medians, several runs.

    python benchmarks/compare.py --images FOLDER --trivy PROGRAM [--runs 5] [--only CLAIM]

FOLDER holds `large.tar` and `large.oci`, as benchmarks/reference-image/build.sh makes them; benchmarks/README.md says
how to get trivy. Wall seconds and peak resident memory are the kernel's own figures for the finished process.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Run:
    """One finished process: wall and CPU seconds, peak resident memory in MiB."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What is compared: `ours` against `peer` by one measure, and the ratio (or absolute figure) that is promised."""

    name: str
    promised: float
    measure: Callable[[Run], float]
    ours: Callable[[], Run]
    peer: Callable[[], Run] | None
    unit: str = "s"


def run(command: Sequence[str]) -> Run:
    """Run a command to its end. Raises CalledProcessError unless it ends with 0."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    error = process.stderr.read().decode() if process.stderr else ""
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command), stderr=error)
    return Run(wall=wall, cpu=usage.ru_utime + usage.ru_stime, memory=usage.ru_maxrss / 1024)


class Bench:
    """The commands that are timed."""

    def __init__(self, images: Path, trivy: Path, plimsoll: str, work: Path) -> None:
        self.images = images
        self.trivy = trivy
        self.plimsoll = plimsoll
        self.work = work
        self.warm_ours = work / "warm-ours"
        self.warm_peer = self._peer_cache(work / "warm-peer")

    def sbom(self, target: str, cache: Path) -> Run:
        command = [self.plimsoll, "sbom", target, "--cache-dir", str(cache), "--no-progress", "-q"]
        return run([*command, "-o", str(self.work / "ours.json")])

    def peer_sbom(self, image: str, cache: Path) -> Run:
        command = [str(self.trivy), "image", "-q", "--cache-dir", str(cache), "--input", image]
        options = ["--format", "cyclonedx", "--offline-scan", "--skip-db-update", "--skip-java-db-update"]
        return run([*command, *options, "-o", str(self.work / "peer.json")])

    def cold(self, name: str) -> Callable[[], Run]:
        return lambda: self.sbom(str(self.images / name), self._fresh("ours"))

    def peer_cold(self, name: str) -> Callable[[], Run]:
        return lambda: self.peer_sbom(str(self.images / name), self._peer_cache(self._fresh("peer")))

    def scan(self, *more: str) -> Run:
        command = [self.plimsoll, "scan", str(self.images / "large.tar"), "--cache-dir", str(self.warm_ours), "-q"]
        return run([*command, "--no-progress", "--format", "json", "-o", str(self.work / "scan.json"), *more])

    def _fresh(self, name: str) -> Path:
        folder = self.work / f"cold-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        return folder

    def _peer_cache(self, folder: Path) -> Path:
        """trivy reads no JAR without a Java database: give it an empty one."""
        import sqlite3

        place = folder / "java-db"
        place.mkdir(parents=True)
        with sqlite3.connect(place / "trivy-java.db") as database:
            database.execute("CREATE TABLE artifacts (id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT)")
            database.execute("CREATE TABLE indices (artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT)")
        far, past = "2100-01-01T00:00:00Z", "2026-01-01T00:00:00Z"
        metadata = {"Version": 1, "NextUpdate": far, "UpdatedAt": past, "DownloadedAt": past}
        (place / "metadata.json").write_text(json.dumps(metadata))
        return folder


def matching(bench: Bench) -> Run:
    """Time only the matching of the large image's packages, in a process that has everything loaded."""
    program = (
        "import sys, time; from pathlib import Path\n"
        "from plimsoll.knowledge.end_of_life import end_of_life\n"
        "from plimsoll.knowledge.snapshot import open_knowledge\n"
        "from plimsoll.model.limits import Limits\n"
        "from plimsoll.findings.match import match\n"
        "from plimsoll.reports.json_report import read_report\n"
        "report = read_report(Path(sys.argv[1]).read_bytes(), Limits())\n"
        "store = open_knowledge(Path(sys.argv[2]))\n"
        "start = time.perf_counter()\n"
        "found = match('x', report.packages, store, end_of_life, report.as_of)\n"
        "print(time.perf_counter() - start)\n"
    )
    bench.scan()
    output = subprocess.run(
        [sys.executable, "-c", program, str(bench.work / "scan.json"), str(bench.warm_ours)],
        check=True,
        capture_output=True,
    )
    return Run(wall=float(output.stdout), cpu=0, memory=0)


def claims(bench: Bench) -> list[Claim]:
    """List all claims; the names are those of the README's table."""

    def wall(done: Run) -> float:
        return done.wall

    def peer_twice() -> Run:
        return bench.peer_sbom(str(bench.images / "large.tar"), bench.warm_peer)

    def ours_twice() -> Run:
        return bench.sbom(str(bench.images / "large.tar"), bench.warm_ours)

    tar, oci = "large.tar", "large.oci"
    return [
        Claim(name="sbom-cold", promised=0.35, measure=wall, ours=bench.cold(tar), peer=bench.peer_cold(tar)),
        Claim(name="sbom-oci-cold", promised=0.45, measure=wall, ours=bench.cold(oci), peer=bench.peer_cold(oci)),
        Claim(name="sbom-second", promised=0.15, measure=wall, ours=ours_twice, peer=peer_twice),
        Claim(
            name="sbom-memory",
            promised=0.5,
            measure=lambda done: done.memory,
            ours=bench.cold(tar),
            peer=bench.peer_cold(tar),
            unit="MiB",
        ),
        Claim(name="match", promised=0.15, measure=wall, ours=lambda: matching(bench), peer=None),
        Claim(name="version", promised=0.06, measure=wall, ours=lambda: run([bench.plimsoll, "--version"]), peer=None),
        Claim(
            name="scan-start",
            promised=0.15,
            measure=lambda done: done.cpu,
            ours=lambda: _scan_of_nothing(bench),
            peer=None,
            unit="s CPU",
        ),
    ]


def _scan_of_nothing(bench: Bench) -> Run:
    """Scan a root file system of one package: what remains is start-up, knowledge and report."""
    root = bench.work / "small"
    (root / "var/lib/dpkg").mkdir(parents=True, exist_ok=True)
    (root / "etc").mkdir(exist_ok=True)
    (root / "etc/os-release").write_text("ID=debian\nVERSION_ID=12\n")
    status = "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2.15-2\n"
    (root / "var/lib/dpkg/status").write_text(status)
    command = [bench.plimsoll, "scan", str(root), "--cache-dir", str(bench.warm_ours), "-q", "--format", "json"]
    return run([*command, "-o", str(bench.work / "small.json")])


def compare(claim: Claim, runs: int) -> str:
    """Run both sides in turn; give one line with medians, their ratio and the promise."""
    claim.ours()
    if claim.peer:
        claim.peer()
    ours, peers = [], []
    for _ in range(runs):
        ours.append(claim.measure(claim.ours()))
        if claim.peer:
            peers.append(claim.measure(claim.peer()))
    mine = statistics.median(ours)
    if not peers:
        kept = "kept" if mine <= claim.promised else "MISSED"
        return f"{claim.name:<14} {mine:8.3f} {claim.unit:<6} promised {claim.promised:g}: {kept}"
    theirs = statistics.median(peers)
    ratio = mine / theirs
    kept = "kept" if ratio <= claim.promised else "MISSED"
    figures = f"{mine:8.3f} / {theirs:8.3f} {claim.unit:<6} = {ratio:.3f}"
    return f"{claim.name:<14} {figures}, promised {claim.promised:g}: {kept}"


def main() -> None:
    """Measure the claims that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--trivy", type=Path, required=True)
    parser.add_argument("--plimsoll", default=str(Path(sys.executable).with_name("plimsoll")))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", action="append", default=[])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plimsoll-bench-") as work:
        bench = Bench(options.images, options.trivy, options.plimsoll, Path(work))
        for claim in claims(bench):
            if not options.only or claim.name in options.only:
                print(compare(claim, options.runs), flush=True)


if __name__ == "__main__":
    main()
