import hashlib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.ecosystems.archives import archive, manifest, pom

import plimsoll.ecosystems
from plimsoll.ecosystems.jar_names import known_group, split_name
from plimsoll.ecosystems.maven import DEEPEST, parse

STRUTS = {
    **manifest(
        Implementation_Title="Struts 2 Core",
        Implementation_Version="2.3.31",
        Implementation_Vendor_Id="org.apache.struts",
        Bundle_SymbolicName="org.apache.struts.2-core",
        Bundle_License="http://www.apache.org/licenses/LICENSE-2.0.txt",
    ),
    **pom("org.apache.struts", "struts2-core", "2.3.31"),
}
LOG4J = {
    **manifest(Implementation_Title="Apache Log4j Core", Implementation_Version="2.14.1"),
    **pom("org.apache.logging.log4j", "log4j-core", "2.14.1"),
}


def named(path: str, members: Mapping[str, bytes | str]) -> list[str]:
    return [f"{each.name}@{each.version}" for each in parse(path, archive(members)).packages]


def test_an_archive_is_what_its_pom_says() -> None:
    data = archive(STRUTS)
    observed = parse("opt/app/lib/struts2-core-2.3.31.jar", data)
    assert observed.faults == ()
    (package,) = observed.packages
    assert (package.name, package.version) == ("org.apache.struts:struts2-core", "2.3.31")
    assert (package.source, package.source_version) == (package.name, package.version)
    assert package.hashes == (f"sha1:{hashlib.sha1(data, usedforsecurity=False).hexdigest()}",)
    assert package.licence == "http://www.apache.org/licenses/LICENSE-2.0.txt"
    assert package.inside == ""


@pytest.mark.parametrize("path", ["app.jar", "renamed-9.9.9.jar", "struts2-core.jar", "struts2-core-9.9.9.jar"])
def test_a_file_name_does_not_hide_what_the_pom_says(path: str) -> None:
    assert "org.apache.struts:struts2-core@2.3.31" in named(path, STRUTS)


def test_archives_in_archives_are_read_and_their_places_told() -> None:
    war = archive({"WEB-INF/lib/struts2-core-2.3.31.jar": archive(STRUTS), "WEB-INF/web.xml": "<web-app/>"})
    ear = archive({"shop.war": war, "lib/log4j-core-2.14.1.jar": archive(LOG4J)}, packed=False)
    observed = parse("shop.ear", ear)
    assert observed.faults == ()
    assert {(each.name, each.inside) for each in observed.packages} == {
        ("org.apache.struts:struts2-core", "shop.war!/WEB-INF/lib/struts2-core-2.3.31.jar"),
        ("org.apache.logging.log4j:log4j-core", "lib/log4j-core-2.14.1.jar"),
    }


def test_what_was_packed_into_an_archive_without_its_own_is_listed_apart() -> None:
    shaded = {**pom("com.acme", "tool", "1.0"), **pom("com.google.guava", "guava", "20.0"), **LOG4J}
    packages = parse("tool-1.0.jar", archive(shaded)).packages
    assert {each.name: each.inside for each in packages} == {
        "com.acme:tool": "",
        "com.google.guava:guava": "META-INF/maven/com.google.guava/guava/pom.properties",
        "org.apache.logging.log4j:log4j-core": "META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties",
    }
    assert {each.name: bool(each.hashes) for each in packages}["com.google.guava:guava"] is False


def test_a_lone_foreign_pom_does_not_rename_the_archive() -> None:
    groovy = {**manifest(Implementation_Title="Groovy"), **pom("commons-cli", "commons-cli", "1.2")}
    assert set(named("groovy-all-2.4.3.jar", groovy)) == {
        "org.codehaus.groovy:groovy-all@2.4.3",
        "commons-cli:commons-cli@1.2",
    }


def test_a_model_gives_the_licence_the_needs_and_what_properties_leave_out() -> None:
    model = """<project xmlns="http://maven.apache.org/POM/4.0.0">
      <parent><groupId>org.apache.shiro</groupId><artifactId>shiro-root</artifactId><version>1.2.4</version></parent>
      <artifactId>shiro-core</artifactId>
      <licenses><license><name>Apache-2.0</name></license><license><name>MIT</name></license></licenses>
      <dependencies>
        <dependency><groupId>commons-beanutils</groupId><artifactId>commons-beanutils</artifactId></dependency>
        <dependency><groupId>${project.groupId}</groupId><artifactId>shiro-ehcache</artifactId></dependency>
        <dependency><groupId>junit</groupId><artifactId>junit</artifactId><scope>test</scope></dependency>
        <dependency><groupId>log4j</groupId><artifactId>log4j</artifactId><optional>true</optional></dependency>
      </dependencies></project>"""
    observed = parse("shiro-core.jar", archive({"META-INF/maven/org.apache.shiro/shiro-core/pom.xml": model}))
    (package,) = observed.packages
    assert (package.name, package.version) == ("org.apache.shiro:shiro-core", "1.2.4")
    assert package.licence == "Apache-2.0 OR MIT"
    assert package.requires == ("commons-beanutils:commons-beanutils", "org.apache.shiro:shiro-ehcache")


def test_a_version_of_a_model_may_stand_in_its_properties_or_nowhere() -> None:
    model = "<project><groupId>g.h</groupId><artifactId>a</artifactId><version>${revision}</version>{}</project>"
    place = "META-INF/maven/g.h/a/pom.xml"
    filled = model.replace("{}", "<properties><revision>1.7</revision></properties>")
    assert named("a.jar", {place: filled}) == ["g.h:a@1.7"]
    assert named("a-1.6.jar", {place: model.replace("{}", "")}) == ["g.h:a@1.6"]


@pytest.mark.parametrize(
    ("path", "attributes", "expected"),
    [
        ("spring-core-5.3.17.jar", {"Implementation_Title": "spring-core"}, "org.springframework:spring-core@5.3.17"),
        ("spring-core.jar", {"Implementation_Version": "5.3.17"}, "org.springframework:spring-core@5.3.17"),
        (
            "x.jar",
            {"Implementation_Title": "spring-core", "Implementation_Version": "5.3.17"},
            "org.springframework:spring-core@5.3.17",
        ),
        (  # Debian 12 ships Spring 4 under this name.
            "spring3-core-3.x.jar",
            {"Implementation_Title": "spring-core", "Implementation_Version": "4.3.30.RELEASE"},
            "org.springframework:spring-core@4.3.30.RELEASE",
        ),
        ("dom4j-1.6.1.jar", {}, "dom4j:dom4j@1.6.1"),
        ("dom4j-2.1.1.jar", {}, "org.dom4j:dom4j@2.1.1"),
        ("javassist-3.11.0.GA.jar", {}, "javassist:javassist@3.11.0.GA"),
        ("tomcat-embed-core-9.0.30.jar", {}, "org.apache.tomcat.embed:tomcat-embed-core@9.0.30"),
        (
            "bcprov-jdk15on-1.60.jar",
            {"Implementation_Vendor_Id": "org.bouncycastle", "Implementation_Version": "1.60.0"},
            "org.bouncycastle:bcprov-jdk15on@1.60",
        ),
        (
            "freemarker-2.3.22.jar",
            {"Bundle_SymbolicName": "org.freemarker.freemarker"},
            "org.freemarker:freemarker@2.3.22",
        ),
        (
            "unheard-of-1.0.jar",
            {"Bundle_SymbolicName": "net.example.unheard-of;singleton:=true"},
            "net.example:unheard-of@1.0",
        ),
        ("unheard-of-1.0.jar", {"Implementation_Vendor_Id": "net.example"}, "net.example:unheard-of@1.0"),
        ("unheard-of-1.0.jar", {"Automatic_Module_Name": "net.example.unheard.of"}, "net.example:unheard-of@1.0"),
        ("org.springframework.spring-web-5.3.17.jar", {}, "org.springframework:spring-web@5.3.17"),
        (
            "org.apache.felix.framework_7.0.5.jar",
            {"Bundle_SymbolicName": "org.apache.felix.framework"},
            "org.apache.felix:org.apache.felix.framework@7.0.5",
        ),
        (
            "git.hpi",
            {"Group_Id": "org.jenkins-ci.plugins", "Short_Name": "git", "Plugin_Version": "4.11.0 (private)"},
            "org.jenkins-ci.plugins:git@4.11.0",
        ),
    ],
)
def test_without_a_pom_manifest_and_file_name_tell(path: str, attributes: dict[str, str], expected: str) -> None:
    observed = parse(path, archive(manifest(**attributes)))
    assert [f"{each.name}@{each.version}" for each in observed.packages] == [expected]
    assert observed.faults == ()


def test_an_unknown_group_is_said() -> None:
    inner = archive(manifest(Implementation_Version="1"))
    observed = parse("shop.war", archive({"WEB-INF/lib/homemade-1.0.jar": inner}))
    assert [(each.name, each.version) for each in observed.packages] == [("homemade", "1.0")]
    assert observed.faults == (
        "nothing states the group of WEB-INF/lib/homemade-1.0.jar: advisories cannot be chosen by name alone",
    )


def test_an_unknown_version_is_said_unless_the_archive_only_holds_others() -> None:
    assert parse("tool.jar", archive({"a/B.class": ""})).faults == ("nothing states the version of tool",)
    assert parse("app.jar", archive({"lib/struts2-core-2.3.31.jar": archive(STRUTS)})).faults == ()


def test_the_server_is_told_by_the_archive_of_its_distribution() -> None:
    tomcat = manifest(Implementation_Title="Apache Tomcat", Implementation_Version="9.0.30")
    observed = parse("usr/local/tomcat/lib/catalina.jar", archive(tomcat))
    assert [each.name for each in observed.packages] == [
        "org.apache.tomcat:tomcat",
        "org.apache.tomcat:tomcat-catalina",
    ]
    assert {each.version for each in observed.packages} == {"9.0.30"}
    assert observed.faults == ()
    assert named("lib/catalina.jar", manifest(Implementation_Version="9.0.30")) == ["catalina@9.0.30"]


def test_parts_of_the_java_runtime_are_no_packages() -> None:
    runtime = manifest(Specification_Title="Java Platform API Specification", Implementation_Version="17.0.15")
    observed = parse("usr/lib/jvm/java-17/lib/jrt-fs.jar", archive(runtime))
    assert (observed.packages, observed.faults) == ((), ())


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("log4j-1.2-api-2.14.1", ("log4j-1.2-api", "2.14.1")),
        ("netty-transport-native-epoll-4.1.42.Final-linux-x86_64", ("netty-transport-native-epoll", "4.1.42.Final")),
        ("guava-29.0-jre", ("guava", "29.0-jre")),
        ("htrace-core4-4.1.0-incubating", ("htrace-core4", "4.1.0-incubating")),
        ("spark-core_2.11-2.4.0", ("spark-core_2.11", "2.4.0")),
        ("jboss-transaction-api_1.2_spec-1.1.1.Final", ("jboss-transaction-api_1.2_spec", "1.1.1.Final")),
        ("foo-1.0-20200101.123456-1", ("foo", "1.0-20200101.123456-1")),
        ("mysql-connector-java-5.1.47-bin", ("mysql-connector-java", "5.1.47")),
        ("commons-io", ("commons-io", "")),
        ("spring3-core-3.x", ("spring3-core", "")),
        ("-1", ("-1", "")),
        ("", ("", "")),
    ],
)
def test_file_names_are_split_where_the_version_begins(stem: str, expected: tuple[str, str]) -> None:
    assert split_name(stem) == expected


@pytest.mark.parametrize(
    ("artifact", "version", "group"),
    [
        ("struts2-core", "2.3.31", "org.apache.struts"),
        ("log4j-core", "2.14.1", "org.apache.logging.log4j"),
        ("jackson-dataformat-xml", "2.9.8", "com.fasterxml.jackson.dataformat"),
        ("netty", "3.2.10.Final", "org.jboss.netty"),
        ("netty", "3.10.0.Final", "io.netty"),
        ("postgresql", "9.1-901.jdbc4", "postgresql"),
        ("jetty-server", "9.4.20.v20190813", "org.eclipse.jetty"),
        ("anything-else", "1", ""),
    ],
)
def test_the_table_knows_the_famous_ones(artifact: str, version: str, group: str) -> None:
    assert known_group(artifact, version) == group


def test_every_row_of_the_table_is_a_group_and_no_name_is_anyones() -> None:
    file = Path(plimsoll.ecosystems.__file__).with_name("maven_groups.toml")
    table = tomllib.loads(file.read_text())
    rows = [row for part in ("artifacts", "families") for row in table[part].values()]
    groups = {each for row in rows for each in ([row] if isinstance(row, str) else [step["group"] for step in row])}
    assert all(re.fullmatch(r"[a-z0-9_\-]+(\.[a-z0-9_\-]+)*", group) for group in groups)
    assert all(name.endswith("-") for name in table["families"])
    assert not {"api", "cli", "client", "common", "core", "server", "utils", "web"} & table["artifacts"].keys()
    assert all(":" in name for row in table["programs"].values() for name in row["names"])


def test_nesting_is_opened_to_a_depth_and_the_rest_is_said() -> None:
    data = archive(STRUTS)
    for _ in range(DEEPEST):
        data = archive({"a.jar": data})
    assert [each.inside for each in parse("a.jar", data).packages] == ["!/".join(["a.jar"] * DEEPEST)]
    observed = parse("a.jar", archive({"a.jar": data}))
    assert observed.packages == ()
    assert any("nested deeper" in fault for fault in observed.faults)
