#!/usr/bin/env bash
# lock.sh: pins every dependency of pyproject.toml with hashes, and with no address of where it came from.
# Extras stay in the pins: an older pip looks for them there when it checks hashes.
# Needs pip-compile (pip-tools) on the PATH; `make lock` brings it. Run it with the oldest Python we support.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() { # compile OUTPUT OPTION...: reads requirements from standard input
    local output=$1
    shift
    env -u PIP_FIND_LINKS pip-compile --quiet --generate-hashes --allow-unsafe --no-strip-extras --no-header --no-annotate \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
        --output-file "requirements/$output" "$@" -
}

group() { # group NAME: a dependency group of pyproject.toml, or "runtime"
    python -c '
import sys, tomllib
project = tomllib.load(open("pyproject.toml", "rb"))
name = sys.argv[1]
print("\n".join(project["project"]["dependencies"] if name == "runtime" else project["dependency-groups"][name]))
' "$1"
}

group runtime | compile runtime.txt "$@"
group build | compile build.txt --constraint requirements/runtime.txt "$@"
group dev | compile dev.txt --constraint requirements/runtime.txt --constraint requirements/build.txt "$@"
