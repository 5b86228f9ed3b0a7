"""What a pom.xml says by itself, and what only its parent or a bill of materials would say."""

from dataclasses import replace

import pytest

from plimsoll.ecosystems.declared import maven_pom
from plimsoll.model.package import Observed

PARENT = "<parent><groupId>org.p</groupId><artifactId>parent</artifactId><version>7</version></parent>"


def pom(*parts: str) -> Observed:
    return maven_pom.parse("pom.xml", "\n".join(["<project>", *parts, "</project>"]).encode())


def dependency(version: str = "", more: str = "", artifact: str = "a", group: str = "org.x") -> str:
    said = f"<version>{version}</version>" if version else ""
    inside = f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId>{said}{more}"
    return f"<dependency>{inside}</dependency>"


def wants(*dependencies: str) -> str:
    return f"<dependencies>{''.join(dependencies)}</dependencies>"


def stated(observed: Observed) -> list[tuple[str, str, str]]:
    return [(package.name, package.version, package.scope) for package in observed.packages]


@pytest.mark.parametrize(
    ("more", "scope"),
    [
        ("", ""),
        ("<scope>compile</scope>", ""),
        ("<scope>runtime</scope>", ""),
        ("<scope>test</scope>", "test"),
        ("<scope>provided</scope>", "build"),
        ("<optional>true</optional>", "optional"),
        ("<scope>test</scope><optional>true</optional>", "test"),
    ],
)
def test_scopes(more: str, scope: str) -> None:
    assert stated(pom(wants(dependency("1.0", more)))) == [("org.x:a", "1.0", scope)]


def test_the_line_is_that_of_the_dependency_and_it_is_direct() -> None:
    (package,) = pom("<dependencies>", dependency("1.0"), "</dependencies>").packages
    assert (package.line, package.direct) == (3, True)


def test_a_managed_dependency_has_the_version_and_scope_that_are_managed() -> None:
    managed = f"<dependencyManagement>{wants(dependency('${v}', '<scope>test</scope>'))}</dependencyManagement>"
    observed = pom("<properties><v>2.${minor}</v><minor>5</minor></properties>", managed, wants(dependency()))
    assert stated(observed) == [("org.x:a", "2.5", "test")]
    assert observed.faults == ()


@pytest.mark.parametrize("key", ["project.version", "pom.version", "version", "project.parent.version"])
def test_the_projects_own_values_are_its_parents_where_it_has_none(key: str) -> None:
    assert stated(pom(PARENT, wants(dependency(f"${{{key}}}")))) == [("org.x:a", "7", "")]


def test_what_the_parent_decides_is_a_fault_that_names_it() -> None:
    observed = pom(PARENT, wants(dependency()))
    assert observed.packages == ()
    assert observed.faults == ("line 3: org.x:a has no version here; org.p:parent:7 may say so",)


def test_what_a_bill_of_materials_decides_is_a_fault_that_names_it() -> None:
    bom = dependency("${bom}", "<type>pom</type><scope>import</scope>", "bom", "org.b")
    managed = f"<dependencyManagement>{wants(bom)}</dependencyManagement>"
    observed = pom("<properties><bom>3.1</bom></properties>", managed, wants(dependency()))
    assert observed.packages == ()
    assert observed.faults == ("line 4: org.x:a has no version here; org.b:bom:3.1 may say so",)


def test_a_property_that_is_not_set_is_named() -> None:
    assert pom(PARENT, wants(dependency("${spring.version}"))).faults == (
        "line 3: org.x:a: the property spring.version is not set here; org.p:parent:7 may say so",
    )


@pytest.mark.parametrize(
    ("version", "lowest"), [("[1.0,2.0)", "1.0"), ("[1.5]", "1.5"), ("(,2.0]", ""), ("[1,2),[3,4)", "1")]
)
def test_a_range_is_read_at_its_lowest_version_and_said_so(version: str, lowest: str) -> None:
    observed = pom(wants(dependency(version)))
    assert [package.version for package in observed.packages] == ([lowest] if lowest else [])
    assert len(observed.faults) == 1
    assert version in observed.faults[0]


def test_profiles_count_where_they_are_active_by_default_and_are_faults_elsewhere() -> None:
    active = "<activation><activeByDefault>true</activeByDefault></activation>"
    observed = pom(
        f"<profiles><profile>{active}<properties><v>1</v></properties>{wants(dependency('${v}'))}</profile>",
        f"<profile><id>slow</id>{wants(dependency('2', artifact='b'))}</profile>",
        "<profile><id>empty</id></profile></profiles>",
    )
    assert stated(observed) == [("org.x:a", "1", "")]
    assert observed.faults == ("line 3: 1 packages of the profile 'slow' are not listed",)


def test_plugins_are_not_what_the_project_depends_on() -> None:
    plugin = f"<build><plugins><plugin>{wants(dependency('1'))}</plugin></plugins></build>"
    assert replace(pom(plugin), facts=()) == Observed()


def test_properties_that_grow_without_end_are_refused() -> None:
    doubled = "".join(f"<p{n}>{10 * f'${{p{n + 1}}}'}</p{n}>" for n in range(30))
    observed = pom(f"<properties>{doubled}<p30>x</p30></properties>", wants(dependency("${p0}")))
    assert observed.packages == ()
    assert "p0 is not set" in observed.faults[0]


def test_an_absurd_version_is_refused_before_it_is_looked_at() -> None:
    observed = pom(wants(dependency("1" * 2000)))
    assert observed.packages == ()
    assert observed.faults == ("line 2: a name or version is longer than 1000 characters",)


def test_a_document_type_is_refused() -> None:
    bomb = b'<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><project><version>&b;</version></project>'
    observed = maven_pom.parse("pom.xml", bomb)
    assert observed.packages == ()
    assert "document type" in observed.faults[0]


def test_another_document_is_a_fault() -> None:
    assert maven_pom.parse("pom.xml", b"<settings/>").faults == ("it holds 'settings' instead of a project",)
