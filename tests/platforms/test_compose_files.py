"""Projects of several files: overrides, extends, include; loops, bombs and ways out of the target."""

import pytest
from tests.platforms.compose_folder import FILE, Folder, Reading

from plimsoll.platforms import compose_merge
from plimsoll.platforms.compose_files import LONGEST_CHAIN, MOST_FILES, path_inside

OVER = "compose.override.yaml"


def merged(first: str, second: str) -> Reading:
    """Merge the body of a service over another one."""
    return Folder(
        {FILE: f"services: {{app: {{image: i, {first}}}}}", OVER: f"services: {{app: {{{second}}}}}"}, (OVER,)
    ).read()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("image: i", "image: j", {"image": "j"}),
        ("read_only: true", "privileged: true", {"read_only": "true", "privileged": "true"}),
        ("read_only: true", "read_only: ", {"read_only": "true"}),
        ("command: [a, b]", "command: [c]", {"command": ["c"]}),
        ("entrypoint: a", "entrypoint: [b]", {"entrypoint": ["b"]}),
        ("healthcheck: {test: [a], retries: 1}", "healthcheck: {test: [b]}",
         {"healthcheck": {"test": ["b"], "retries": "1"}}),
        ("cap_add: [A, B]", "cap_add: [B, C]", {"cap_add": ["A", "B", "C"]}),
        ("dns: a", "dns: [b]", {"dns": ["a", "b"]}),
        ("tmpfs: /a", "tmpfs: /b", {"tmpfs": ["/a", "/b"]}),
        ("env_file: a", "env_file: b", {"env_file": ["a", "b"]}),
        ("environment: [A=1, B=2]", "environment: {B: 3, C: 4}", {"environment": {"A": "1", "B": "3", "C": "4"}}),
        ("environment: {A: 1}", "environment: [B]", {"environment": {"A": "1", "B": None}}),
        ("labels: [a=1]", "labels: [a=2]", {"labels": {"a": "2"}}),
        ("sysctls: {a: 1}", "sysctls: [b=2]", {"sysctls": {"a": "1", "b": "2"}}),
        ("extra_hosts: ['a:1']", "extra_hosts: ['a=2']", {"extra_hosts": {"a": "2"}}),
        ("depends_on: [a]", "depends_on: {b: {condition: c}}", {"depends_on": {"a": None, "b": {"condition": "c"}}}),
        ("networks: [a]", "networks: {b: {aliases: [x]}}", {"networks": {"a": None, "b": {"aliases": ["x"]}}}),
        ("ports: ['80:80']", "ports: ['80:80', '81:80']", {"ports": ["80:80", "81:80"]}),
        ("ports: ['80:80']", "ports: [{target: 80, published: 80, mode: host}]",
         {"ports": [{"target": "80", "published": "80", "mode": "host"}]}),
        ("volumes: ['./a:/x', './b:/y']", "volumes: ['./c:/x:ro']", {"volumes": ["./c:/x:ro", "./b:/y"]}),
        ("volumes: ['./a:/x']", "volumes: [{type: tmpfs, target: /x}]",
         {"volumes": [{"type": "tmpfs", "target": "/x"}]}),
        ("secrets: [a]", "secrets: [{source: b, target: a}]", {"secrets": [{"source": "b", "target": "a"}]}),
        ("logging: {driver: a, options: {x: 1}}", "logging: {driver: b}", {"logging": {"driver": "b"}}),
        ("logging: {driver: a, options: {x: 1}}", "logging: {options: {y: 2}}",
         {"logging": {"driver": "a", "options": {"x": "1", "y": "2"}}}),
        ("deploy: {replicas: 1, labels: [a=1]}", "deploy: {labels: {b: 2}}",
         {"deploy": {"replicas": "1", "labels": {"a": "1", "b": "2"}}}),
        ("ulimits: {nofile: 1}", "ulimits: {nofile: {soft: 1}}", {"ulimits": {"nofile": {"soft": "1"}}}),
        ("ports: ['80:80', '81:81']", "ports: !override ['82:82']", {"ports": ["82:82"]}),
        ("ports: ['80:80'], pid: host", "ports: !reset [], pid: !reset null", {}),
        ("environment: {A: 1, B: 2}", "environment: {A: !reset null}", {"environment": {"B": "2"}}),
    ],
)  # fmt: skip
def test_merging_as_the_specification_has_it(first: str, second: str, expected: dict[str, object]) -> None:
    body = dict(merged(first, second).workload().body)
    if "image" not in expected:
        assert body.pop("image") == "i"
    assert body == expected


def test_every_fact_keeps_the_file_that_it_came_from() -> None:
    folder = Folder(
        {
            FILE: "services:\n  app:\n    image: i\n    environment:\n      - A=1\n    ports: ['80:80']\n",
            OVER: "services:\n  app:\n    privileged: true\n    environment:\n      B: 2\n",
            "third.yaml": "\nservices:\n  app:\n    environment: [A=3]\n  other: {image: o}\n",
        },
        (OVER, "third.yaml"),
    )
    reading = folder.read()
    container = reading.container()
    assert reading.place(container.at) == (FILE, 2, 3, True)
    assert reading.place(container.image.at) == (FILE, 3, 5, True)
    assert reading.place(container.privileged.at) == (OVER, 3, 5, True)
    assert reading.place(container.memory_limit.at) == (FILE, 2, 3, False)
    assert reading.place(container.ports[0].at) == (FILE, 6, 13, True)
    values = {each.name: (each.value.value, *reading.place(each.at)[:2]) for each in container.variables}
    assert values == {"A": ("3", "third.yaml", 4), "B": ("2", OVER, 5)}
    assert reading.place(reading.container("other").image.at, "other")[:2] == ("third.yaml", 5)


def test_faults_name_the_file_that_they_are_in() -> None:
    folder = Folder({FILE: "services: {app: {image: i}}", OVER: "services:\n  app: {read_only: x}\n"}, (OVER,))
    assert folder.read().read.faults == (f"services.app.read_only ({OVER} line 2): it should be true or false",)


def test_extending_in_one_file_and_in_another() -> None:
    folder = Folder(
        {
            FILE: """
services:
  app:
    extends: middle
    cap_add: [C]
  middle:
    extends: {file: sub/base.yaml, service: base}
    cap_add: [B]
""",
            "sub/base.yaml": """
services:
  base:
    extends: root
    cap_add: [A]
  root: {image: i, pid: host, env_file: v.env}
""",
            "sub/v.env": "A=1",
        }
    )
    reading = folder.read()
    container = reading.container()
    assert not reading.read.faults
    assert [each.value for each in container.capabilities_added.value] == ["A", "B", "C"]
    assert [reading.place(each.at)[:2] for each in container.capabilities_added.value] == [
        ("sub/base.yaml", 5),
        (FILE, 8),
        (FILE, 5),
    ]
    assert reading.place(reading.workload().host_pid.at)[:2] == ("sub/base.yaml", 6)
    assert [each.value.value for each in container.variables] == ["1"]
    assert reading.place(container.at) == (FILE, 3, 3, True)
    assert reading.place(container.privileged.at) == (FILE, 3, 3, False)


def test_files_of_which_all_was_taken_are_handed_back() -> None:
    files = {
        FILE: "services: {app: {extends: {file: one.yaml, service: a}}, two: {extends: {file: two.yaml, service: a}}}",
        "one.yaml": "services: {a: {image: i}}",
        "two.yaml": "services: {a: {image: i}, b: {image: i, privileged: true}}",
    }
    assert [each.path for each in Folder(files).read().read.documents] == [FILE, "one.yaml"]


@pytest.mark.parametrize(
    ("services", "words"),
    [
        ("app: {image: i, extends: app}", "'app' extends itself in the end"),
        ("app: {image: i, extends: b}, b: {image: i, extends: app}", "extends itself in the end"),
        ("app: {image: i, extends: none}", "there is no service 'none' in compose.yaml"),
        ("app: {image: i, extends: {file: none.yaml, service: a}}", "none.yaml cannot be read: there is no file"),
        ("app: {image: i, extends: {file: ../../etc/passwd, service: a}}", "'../../etc/passwd' is no file of"),
        ("app: {image: i, extends: {file: /etc/passwd, service: a}}", "'/etc/passwd' is no file of the project"),
        ("app: {image: i, extends: {file: 'https://e.com/a', service: a}}", "is no file of the project"),
        ("app: {image: i, extends: {file: '${F}', service: a}}", "it depends on a variable that is not set"),
        ("app: {image: i, extends: {file: text.yaml, service: a}}", "there is no service 'a' in text.yaml"),
    ],
)
def test_what_cannot_be_extended_is_a_fault_and_the_rest_is_read(services: str, words: str) -> None:
    reading = Folder({FILE: f"services: {{{services}}}", "text.yaml": "just a text"}).read()
    assert any(words in fault and "line 1" in fault for fault in reading.read.faults), reading.read.faults
    assert reading.container().image.value == "i"


def test_a_loop_through_two_files_ends() -> None:
    folder = Folder(
        {
            FILE: "services: {app: {image: i, extends: {file: b.yaml, service: app}}}",
            "b.yaml": "services: {app: {pid: host, extends: {file: compose.yaml, service: app}}}",
        }
    )
    reading = folder.read()
    assert "extends itself in the end" in reading.read.faults[0]
    assert reading.workload().host_pid.value is True


def test_a_row_that_is_too_long_ends() -> None:
    services = ", ".join(f"s{n}: {{image: i, extends: s{n + 1}}}" for n in range(LONGEST_CHAIN + 5))
    reading = Folder({FILE: f"services: {{{services}, s{LONGEST_CHAIN + 5}: {{image: i}}}}"}).read()
    assert any(f"more than {LONGEST_CHAIN} services" in fault for fault in reading.read.faults)
    assert len(reading.read.workloads) == LONGEST_CHAIN + 6


def test_much_cannot_be_made_of_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose_merge, "MOST_MERGED", 10_000)
    keys = ", ".join(f"x-{n}: 1" for n in range(1000))
    services = ", ".join(f"s{n}: {{extends: app}}" for n in range(1000))
    reading = Folder({FILE: f"services: {{app: {{image: i, {keys}}}, {services}}}"}).read()
    assert reading.read.faults == ("compose.yaml: it holds more than 10000 values",)


def test_including_in_all_forms() -> None:
    folder = Folder(
        {
            FILE: """
include:
  - a/compose.yaml
  - path: [b.yaml, b2.yaml]
    env_file: b.env
services:
  app: {image: "i:${TAG:-none}"}
""",
            "a/compose.yaml": "include: [../c.yaml]\nservices: {a: {image: 'a:$TAG'}}\nvolumes: {v: {}}",
            "a/.env": "TAG=1",
            "b.yaml": "services: {b: {image: 'b:$TAG'}}",
            "b2.yaml": "services: {b: {privileged: true}}",
            "b.env": "TAG=2",
            "c.yaml": "services: {c: {image: 'c:$TAG'}}",
        }
    )
    reading = folder.read()
    assert not reading.read.faults
    images = {each.name: each.containers[0].image.value for each in reading.read.workloads}
    assert images == {"app": "i:none", "a": "a:1", "b": "b:2", "c": "c:1"}
    assert reading.place(reading.container("b").privileged.at, "b")[0] == "b2.yaml"
    assert [each.key for each in reading.read.resources] == ["ComposeVolume//v"]
    assert {each.path for each in reading.read.documents} == {FILE, "a/compose.yaml", "b.yaml", "b2.yaml", "c.yaml"}


@pytest.mark.parametrize(
    ("include", "words"),
    [
        ("[compose.yaml]", "compose.yaml includes itself in the end"),
        ("[a.yaml]", "compose.yaml includes itself in the end"),
        ("[../x.yaml]", "'../x.yaml' is no file of the project"),
        ("['/etc/passwd']", "'/etc/passwd' is no file of the project"),
        ("['oci://example.com/x']", "is no file of the project"),
        ("[none.yaml]", "none.yaml cannot be read"),
        ("['$NONE']", "it depends on a variable that is not set"),
        ("[same.yaml]", "an included file has 'app' as well"),
        ("[{path: b.yaml, env_file: ../../etc/passwd}]", "'../../etc/passwd' is no file of the project"),
    ],
)
def test_what_cannot_be_included_is_a_fault_and_the_rest_is_read(include: str, words: str) -> None:
    files = {
        FILE: f"include: {include}\nservices: {{app: {{image: i}}}}",
        "a.yaml": "include: [compose.yaml]\nservices: {a: {image: a}}",
        "b.yaml": "services: {b: {image: b}}",
        "same.yaml": "services: {app: {image: other}}",
    }
    reading = Folder(files).read()
    assert any(words in fault for fault in reading.read.faults), reading.read.faults
    assert reading.container().image.value == "i"


def test_includes_that_double_at_every_level_end() -> None:
    files = {f"{n}.yaml": f"include: [{n + 1}.yaml, {n + 1}.yaml]\nservices: {{s{n}: {{image: i}}}}" for n in range(31)}
    files[FILE] = "include: [0.yaml]\nservices: {app: {image: i}}"
    files["31.yaml"] = "services: {}"
    reading = Folder(files).read()
    assert any(f"it includes more than {MOST_FILES} times" in fault for fault in reading.read.faults)
    assert reading.container().image.value == "i"


def test_an_override_may_change_what_was_included() -> None:
    files = {
        FILE: "include: [a.yaml]",
        "a.yaml": "services: {app: {image: i}}",
        OVER: "services: {app: {privileged: true}}",
    }
    reading = Folder(files, (OVER,)).read()
    assert not reading.read.faults
    assert (reading.container().image.value, reading.container().privileged.value) == ("i", True)


@pytest.mark.parametrize(
    ("beside", "path", "expected"),
    [
        ("compose.yaml", "a.yaml", "a.yaml"),
        ("sub/compose.yaml", "./a.yaml", "sub/a.yaml"),
        ("sub/compose.yaml", "../a.yaml", "a.yaml"),
        ("sub/compose.yaml", "../../a.yaml", None),
        ("sub/compose.yaml", "x/../../../a.yaml", None),
        ("compose.yaml", "..", None),
        ("compose.yaml", "/a", None),
        ("compose.yaml", "~/a", None),
        ("compose.yaml", "a\\b", None),
        ("compose.yaml", "a\0b", None),
        ("compose.yaml", "https://example.com/a", None),
        ("compose.yaml", "", None),
    ],
)
def test_paths_lead_nowhere_outside(beside: str, path: str, expected: str | None) -> None:
    assert path_inside(beside, path) == expected


def test_variables_beside_a_file_that_cannot_be_read_are_a_fault() -> None:
    reading = Folder({FILE: "services: {app: {image: i}}", ".env": "#" * (2 << 20)}).read()
    assert reading.read.faults[0].startswith(".env: it is larger than")


def test_an_extended_file_of_version_one() -> None:
    files = {
        FILE: "services: {app: {extends: {file: old.yml, service: web}}}",
        "old.yml": "web:\n  image: i\n  privileged: true\nother:\n  image: o\n",
    }
    reading = Folder(files).read()
    assert reading.place(reading.container().privileged.at) == ("old.yml", 3, 3, True)
    assert [each.path for each in reading.read.documents] == [FILE]
