"""The cases are those of trivy and osv-scalibr about *.deps.json."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.ecosystems.nuget import parse

DATA = Path(__file__).parents[1] / "data" / "installed" / "dotnet"


@pytest.mark.parametrize(
    ("file", "expected", "fault"),
    [
        (
            "without-runtime",
            ["hello2@1.0.0", "JsonDiffPatch@2.0.61", "Libuv@1.9.1", "System.Collections.Immutable@1.3.0"],
            "",
        ),
        ("no-libraries", [], ""),
        ("missing-target", ["ExampleApp1@1.0.0", "Newtonsoft.Json@13.0.1"], ""),
        ("ambiguous-root", ["Newtonsoft.Json@13.0.3", "Web@1.0.0", "Worker@1.0.0"], ""),
        # osv-scalibr drops the library without a version; we say so.
        (
            "no-package-name",
            ["TestLibrary@1.0.0", "AWSSDK.Core@3.7.10.6"],
            "Microsoft.Extensions.DependencyInjection has no version",
        ),
        (
            "datacollector",
            ["Microsoft.VisualStudio.TestPlatform.Common@17.2.0-release-20220408-11", "Newtonsoft.Json@9.0.1"],
            "",
        ),
    ],
)
def test_cases_of_others_are_read_alike(file: str, expected: list[str], fault: str) -> None:
    observed = parse(f"app/{file}.deps.json", (DATA / f"{file}.deps.json").read_bytes())
    assert sorted(f"{each.name}@{each.version}" for each in observed.packages) == sorted(expected)
    assert "; ".join(observed.faults) == fault


def test_digests_are_hexadecimal_and_needs_carry_their_version() -> None:
    packages = {each.name: each for each in parse("a", (DATA / "without-runtime.deps.json").read_bytes()).packages}
    assert packages["JsonDiffPatch"].hashes[0].startswith("sha512:")
    assert len(packages["JsonDiffPatch"].hashes[0]) == len("sha512:") + 128
    assert packages["hello2"].requires == ("JsonDiffPatch 2.0.61",)
    assert packages["hello2"].hashes == ()


def test_the_runtime_is_named_as_advisories_name_it() -> None:
    name = "Microsoft.NETCore.App.Runtime.linux-x64"
    for prefix, kind in ("", "package"), ("runtimepack.", "runtimepack"):
        document = {
            "runtimeTarget": {"name": ".NETCoreApp,Version=v6.0/linux-x64"},
            "targets": {
                ".NETCoreApp,Version=v6.0/linux-x64": {
                    f"{prefix}{name}/6.0.25": {"runtime": {"System.Private.Xml.dll": {}}}
                }
            },
            "libraries": {f"{prefix}{name}/6.0.25": {"type": kind, "serviceable": True, "sha512": ""}},
        }
        observed = parse("usr/share/dotnet/shared/a.deps.json", json.dumps(document).encode())
        assert [(each.name, each.version) for each in observed.packages] == [(name, "6.0.25")]


def test_references_to_assemblies_of_the_system_are_no_packages() -> None:
    document = {
        "libraries": {"System.Xml/4.0.0": {"type": "referenceassembly"}, "x/1": {"type": "reference"}, "y/1": 7}
    }
    assert parse("a.deps.json", json.dumps(document).encode()).packages == ()


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000, b"[]", b"{}", b"7", b'{"other": 1}'])
def test_what_is_no_list_of_libraries_is_said(data: bytes) -> None:
    assert len(parse("a.deps.json", data).faults) == 1


@given(st.binary(max_size=100), st.integers(0, 3700))
def test_no_damage_makes_it_raise(junk: bytes, cut: int) -> None:
    data = (DATA / "without-runtime.deps.json").read_bytes()
    observed = parse("a.deps.json", data[:cut] + junk + data[cut + len(junk) :])
    assert observed.packages or observed.faults
