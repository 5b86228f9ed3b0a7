"""The list of packages of distroless Azure Linux images."""

from pathlib import Path

import pytest

from plimsoll.ecosystems.rpm_manifest import parse
from plimsoll.model.package import Observed, PackageRecord

PATH = "var/lib/rpmmanifest/container-manifest-2"
SAMPLE = (Path(__file__).parents[1] / "data" / "ecosystems" / "rpm-manifest" / PATH).read_bytes()


def line(*, name: str = "bash", version: str = "5.1.8-1.cm2", epoch: str = "0", source: str = "(none)") -> bytes:
    return f"{name}\t{version}\t1\t2\tV\t(none)\t3\tx86_64\t{epoch}\t{source}\n".encode()


def test_a_sample() -> None:
    observed = parse(PATH, SAMPLE)
    assert observed.faults == ()
    assert observed.packages == (
        PackageRecord(
            name="ca-certificates-base",
            version="1:2.0.0-1.cm2",
            source="ca-certificates",
            source_version="1:2.0.0-1.cm2",
            architecture="noarch",
        ),
        PackageRecord(
            name="zstd-libs",
            version="1.5.0-1.cm2",
            source="zstd",
            source_version="1.5.0-1.cm2",
            architecture="x86_64",
        ),
    )


@pytest.mark.parametrize(
    ("epoch", "version"), [("0", "5.1.8-1.cm2"), ("(none)", "5.1.8-1.cm2"), ("2", "2:5.1.8-1.cm2")]
)
def test_the_epoch(epoch: str, version: str) -> None:
    (package,) = parse(PATH, line(epoch=epoch)).packages
    assert (package.version, package.source, package.source_version) == (version, "bash", version)


def test_keys_and_empty_lines_are_no_packages() -> None:
    assert parse(PATH, line(name="gpg-pubkey") + b"\n  \n") == Observed()


@pytest.mark.parametrize("data", [b"bash\t5\n", line(name=""), line(version=""), line(name="a" * 5000), b"\xff\0\n"])
def test_a_line_that_is_none_is_a_fault_and_the_others_are_read(data: bytes) -> None:
    observed = parse(PATH, data + line())
    assert [package.name for package in observed.packages] == ["bash"]
    assert len(observed.faults) == 1


def test_packages_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.ecosystems.rpm_manifest.MOST_RECORDS", 2)
    observed = parse(PATH, line() * 3)
    assert len(observed.packages) == 2
    assert observed.faults == ("only the first 2 packages were read",)
