"""Templates left in YAML: everything around them is read, and what they make is not taken for a value."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.documents.document import read_documents
from plimsoll.documents.errors import DocumentError
from plimsoll.documents.scalars import is_action, is_template
from plimsoll.documents.templates import LARGEST, masked
from plimsoll.documents.yaml import UNSEEN, read_yaml

CHART = """\
{{- /*
A chart as they are written.
*/ -}}
{{- if .Values.enabled }}
apiVersion: {{ include "app.apiVersion" . }}
kind: Deployment
metadata:
  name: {{ include "app.fullname" . }}-web
  labels: {{- include "app.labels" . | nindent 4 }}
    tier: web
    {{- if .Values.labels }}
    {{- toYaml .Values.labels | nindent 4 }}
    {{- end }}
  annotations:
{{ toYaml .Values.annotations | indent 4 }}
spec:
  replicas: {{ .Values.replicas }}   # {{ of }} them
  template:
    spec:
      {{- with .Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image }}:{{ .Values.tag | default "latest" }}"
          imagePullPolicy: '{{ .Values.pull | default 'Always' }}'
          securityContext: {{- toYaml .Values.securityContext | nindent 12 }}
          args: [{{ .a }}, "x{{ .b | quote "y" }}", --c={{ .c }}]
          command:
            - run
          {{- range .Values.more }}
            - --{{ . }}
          {{- end }}
          env:
          - name: {{ $.Values.name }}
            value: {{ if .Values.on }}yes{{ else }}no{{ end }}
          {{- toYaml .Values.env | nindent 10 }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
          script: |
            if [ "{{ .x }}" ]; then
{{- if .y }}
              {{ .y }}
{{- end }}
            fi
          last: {{ dict
            "a" 1 }}
{{- end }}
"""


def lengths(text: str) -> list[int]:
    return [len(line) for line in text.split("\n")]


def shape(text: str) -> str:
    plain = masked(text.encode())
    assert plain is not None
    assert lengths(plain.decode()) == lengths(text)
    return plain.decode()


def test_a_chart_is_read_with_every_action_unknown() -> None:
    shape(CHART)
    root = read_yaml(masked(CHART.encode()) or b"", last_key_holds=True)
    assert isinstance(root, dict)
    metadata, spec = root["metadata"], root["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert root["kind"] == "Deployment"
    assert metadata["labels"]["tier"] == "web"
    assert UNSEEN in metadata["labels"]
    assert all(map(is_template, metadata["annotations"]))
    assert all(map(is_template, spec["imagePullSecrets"]))
    assert container["image"] == "{{ .Values.image }}:{{ .Values.tag | default 'latest' }}"
    assert [is_template(word) for word in container["args"]] == [True, True, True]
    assert [is_template(word) for word in container["command"]] == [False, True]
    assert [is_template(entry) for entry in container["env"]] == [False, True]
    assert is_template(container["env"][0]["value"])
    assert all(map(is_template, container["resources"]))
    assert "{{ .y }}" in container["script"]
    for value in (root["apiVersion"], metadata["name"], container["name"], container["securityContext"]):
        assert is_action(value)
    assert is_action(container["imagePullPolicy"])
    assert is_action(container["last"])


CASES = {
    "image: {{ .Values.image }}": {"image": "{{.Values.image}}"},
    "image: {{.x}}": {"image": "{{}}"},
    "image: {{}}": {"image": "{{"},
    "image: {{ .a }}:{{ .b }} # why": {"image": "{{.a}}:{{ .b }}"},
    "image: registry/{{ .a }}": {"image": "registry/{{ .a }}"},
    "{{ .key }}: value": {"{{.key}}": "value"},
    '"{{ .key }}": value {{ x }}': {"{{ .key }}": "value {{ x }}"},
    "- {{ . }}": ["{{.}}"],
    "- name: {{ . }}": [{"name": "{{.}}"}],
    "{{- if .x }}\na: 1\n{{- end }}": {"a": "1"},
    "a: {{/* nothing */}} 1": {"a": "1"},
    "a: !!str {{ .x }}": {"a": "{{.x}}"},
    "a: &x {{ .x }}\nb: *x": {"a": "{{.x}}", "b": "{{.x}}"},
    "{% if a %}\nb: {{ c }}\n{% endif %}": {"b": "{{c}}"},
    "a: {b: {{ .c }}, d: 1}": {"a": {"b": "{{.c}}", "d": "1"}},
    "a: x{{ .b }}{# remark #}": {"a": "x{{ .b }}"},
    "a:\n{{ toYaml .x | indent 2 }}\nb: 1": {"a": {"{{ toYaml .x | inde}}": ""}, "b": "1"},
    "a:\n- b\n{{ toYaml .x | indent 0 }}\nc: 1": {"a": ["b", "{{ toYaml .x | inden}}"], "c": "1"},
    "a: {{ toYaml .x | nindent 2 }}\n  b: 1": {"a": {"b": "1", UNSEEN: ""}},
    "a: {{ toYaml .x | nindent 2 }}\n- b": {"a": ["b", UNSEEN]},
    "- {{ toYaml .x | nindent 2 }}\n  b: 1": [{"b": "1", UNSEEN: ""}],
}


@pytest.mark.parametrize("text", CASES)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_actions_become_yaml(text: str, ending: str) -> None:
    assert read_yaml(shape(text.replace("\n", ending) + ending).encode()) == CASES[text]


@pytest.mark.parametrize("text", ["a: 1", "a: {b: {c: 1}}", "a: '%}'", "a: {{ never closed", "", "\x00{"])
def test_a_text_without_actions_is_left_alone(text: str) -> None:
    assert masked(text.encode()) is None


def test_what_is_too_large_or_no_text_is_left_alone() -> None:
    assert masked(b"a: {{ b }}\n" + b"#" * LARGEST) is None
    assert masked(b"a: {{ b }}\n\xff") is None
    assert masked(b"\xff\xfe{") is None


def test_an_action_in_the_middle_of_flow_text_is_known_as_such() -> None:
    root = read_yaml(shape("a: [x{{ .b }}y]\n").encode())
    assert isinstance(root, dict)
    assert is_template(root["a"][0])
    assert root["a"][0].startswith("x")


def test_what_follows_is_where_it_was() -> None:
    (document,) = read_documents("chart", CHART.encode())
    at = ("spec", "template", "spec", "containers", 0, "resources")
    position = document.position(at)
    line = CHART.split("\n").index("          resources:") + 1
    assert position is not None
    assert (position.line, position.column) == (line, 11)


HOSTILE = [
    "{{" * 200_000,
    "{{ x }}" * 50_000,
    "a: [" + "{{ x }}, " * 40_000 + "]",
    "a: " + " " * 400_000 + "{{ x }}",
    "a: {{ x }}" + " #" * 150_000,
    "a: {{ x }}" + " |" * 150_000,
    "{{" + "\n" * 200_000 + "}}",
    "".join(" " * depth + "a:\n" for depth in range(500)) + "{{ toYaml .x }}\n" * 5_000,
    "a:\n- b\n" * 20_000 + "{{ toYaml .x | indent 999 }}\n" * 2_000,
    "'" * 200_000 + "{{ x }}",
    "{{- if a }}b: 1{{- end }}\n" * 10_000,
    "{%{#{{" * 50_000 + "}}",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_templates_end(text: str) -> None:
    plain = masked(text.encode())
    assert plain is None or lengths(plain.decode()) == lengths(text)


@given(st.text("{}%#-'\"[]: \n\r\té|>&!*.ab/x$", max_size=80))
def test_no_signs_change_the_shape_of_a_text(text: str) -> None:
    plain = masked(text.encode())
    if plain is not None:
        assert lengths(plain.decode()) == lengths(text)


PIECES = [
    "a: ",
    "- ",
    "{{ x }}",
    "{{- if y }}",
    "{{ end }}",
    "\n",
    "  ",
    "'",
    '"',
    "[",
    "]",
    ", ",
    "b",
    ": |",
    "#",
    "{% c %}",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_no_template_does_more_than_be_refused(pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        documents = list(read_documents("x", text.encode()))
    except DocumentError as error:
        assert str(error)
    else:
        assert all(first.number < second.number for first, second in pairwise(documents))


@given(st.binary(max_size=60))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    plain = masked(b"{{ x }}" + data)
    assert plain is None or len(plain.decode()) == len(("{{ x }}" + data.decode()).removeprefix("\ufeff"))
