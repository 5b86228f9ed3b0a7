import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.ecosystems.rubygems import parse

SPECIFICATION = """\
# -*- encoding: utf-8 -*-
# stub: rails-html-sanitizer 1.4.2 ruby lib

Gem::Specification.new do |s|
  s.name = "rails-html-sanitizer".freeze
  s.version = "1.4.2"

  s.required_rubygems_version = Gem::Requirement.new(">= 0".freeze) if s.respond_to? :required_rubygems_version=
  s.require_paths = ["lib".freeze]
  s.licenses = ["MIT".freeze, "Ruby".freeze]
  s.rubygems_version = "3.3.15".freeze

  if s.respond_to? :add_runtime_dependency then
    s.add_runtime_dependency(%q<loofah>.freeze, ["~> 2.3"])
    s.add_development_dependency(%q<bundler>.freeze, [">= 1.3"])
  else
    s.add_dependency(%q<loofah>.freeze, ["~> 2.3"])
  end
end
"""


def test_a_specification_is_read_as_rubygems_writes_it() -> None:
    observed = parse("specifications/rails-html-sanitizer-1.4.2.gemspec", SPECIFICATION.encode())
    assert observed.faults == ()
    (package,) = observed.packages
    assert (package.name, package.version) == ("rails-html-sanitizer", "1.4.2")
    assert package.licence == "MIT OR Ruby"
    assert package.requires == ("loofah",)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("s.name = %q{rake}\ns.version = '0.8.7'", ("rake", "0.8.7")),
        ("  s.name = %q<rake>\n  s.version = Gem::Version.new('0.8.7')", ("rake", "0.8.7")),
        ("spec.name = 'rake'\nspec.version = '1.0.0.pre1'\nspec.license = 'MIT'", ("rake", "1.0.0.pre1")),
        # The comment that RubyGems itself reads first stands in for what is computed.
        ("# stub: rake 13.0.6 ruby lib\ns.name = 'rake'\ns.version = Rake::VERSION", ("rake", "13.0.6")),
        ("# stub: nokogiri 1.15.0 x86_64-linux lib", ("nokogiri", "1.15.0")),
    ],
)
def test_literals_are_read_in_every_form(lines: str, expected: tuple[str, str]) -> None:
    (package,) = parse("a.gemspec", lines.encode()).packages
    assert (package.name, package.version) == expected


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "s.name = 'rake'",
        "s.name = `id`\ns.version = `id`",
        's.name = "#{system(%q<id>)}"\ns.version = "1"',
        "s.name = 'a b'\ns.version = '1'",
        "s.name = 'rake'\ns.version = VERSION",
        f"s.name = '{'a' * 999}'\ns.version = '1'",
    ],
)
def test_what_names_no_gem_is_said_and_never_executed(lines: str) -> None:
    observed = parse("a.gemspec", lines.encode())
    assert observed.packages == ()
    assert observed.faults == ("it states no name or no version as a literal",)


def test_long_lines_take_no_more_than_linear_time() -> None:
    for text in ("s.name = " + "'" * 900_000, "s" * 900_000, " " * 900_000, "# stub: " + "a" * 900_000, '["' * 400_000):
        assert parse("a.gemspec", f"{text}\n".encode() * 2).faults


@given(st.binary(max_size=200), st.integers(0, len(SPECIFICATION)))
def test_any_damage_gives_a_package_or_a_fault(junk: bytes, cut: int) -> None:
    data = SPECIFICATION.encode()
    observed = parse("a.gemspec", data[:cut] + junk + data[cut + len(junk) :])
    assert bool(observed.packages) is not bool(observed.faults)
