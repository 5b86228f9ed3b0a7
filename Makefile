# One command per act, the same here and in CI. Only Python 3.11 or later and make are needed to start.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python && exit; done; echo python3)
VENV := .venv
BIN := $(VENV)/bin
BUILD := build
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
CODE := src tests benchmarks demo docs
PYTEST_OPTIONS ?= --numprocesses 2 --dist loadfile --cov --cov-report=

.DEFAULT_GOAL := help
.PHONY: help demo test check pytest fuzz bench rules docs snapshot lock install clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

# --- what is installed, each once ----------------------------------------------------------------------------

$(VENV)/.made:
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo "Plimsoll needs Python 3.11 or later; name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "This Python cannot make environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.runtime: $(VENV)/.made requirements/runtime.txt requirements/build.txt pyproject.toml
	@echo "Installing Plimsoll and what it needs into $(VENV)"
	@$(PIP) install --require-hashes --requirement requirements/runtime.txt
	@$(PIP) install --require-hashes --requirement requirements/build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	@echo "Installing the tools of the tests into $(VENV)"
	@$(PIP) install --require-hashes --requirement requirements/dev.txt
	@touch $@

install: $(VENV)/.runtime ## set up .venv with Plimsoll in it

# --- for users -----------------------------------------------------------------------------------------------

demo: $(VENV)/.runtime ## assemble a real Debian image and scan it, offline, with the embedded knowledge
	@$(BIN)/python demo/assemble.py $(BUILD)/demo/image
	@PLIMSOLL_CACHE_DIR=$(BUILD)/demo/cache $(BIN)/plimsoll scan oci:$(BUILD)/demo/image

# --- for developers ------------------------------------------------------------------------------------------

# Each step runs even when one before it failed, and all that failed are named at the end.
STEPS := format lint types floors pytest
format_STEP := $(BIN)/ruff format --check $(CODE)
lint_STEP := $(BIN)/ruff check $(CODE)
types_STEP := $(BIN)/mypy
floors_STEP := $(BIN)/lint-imports
pytest_STEP := $(BIN)/pytest $(PYTEST_OPTIONS)

define run_steps
	@failed=; $(foreach step,$(1),echo "== $(step): $($(step)_STEP)"; \
	if $($(step)_STEP); then echo "== $(step): passed"; else echo "== $(step): FAILED"; failed="$$failed $(step)"; fi;) \
	if [ -n "$$failed" ]; then echo "FAILED:$$failed" >&2; exit 1; fi
endef

test: $(VENV)/.dev ## set up everything and run all checks and all tests
	@.ci/system-packages
	$(call run_steps,$(STEPS))

check: $(VENV)/.dev ## all checks without the tests: format, lint, types, floors
	$(call run_steps,$(filter-out pytest,$(STEPS)))

pytest: $(VENV)/.dev ## the tests alone
	$(call run_steps,pytest)

fuzz: $(VENV)/.dev ## every parser on 100,000 damaged inputs: make fuzz [CASES=n]
	$(BIN)/python -m tests.fuzz --cases $(or $(CASES),100000)

bench: $(VENV)/.dev ## every figure that the README claims: make bench IMAGES=folder TRIVY=program
	@test -n "$(IMAGES)" -a -n "$(TRIVY)" || { echo "Say where they are: make bench IMAGES=folder TRIVY=program (see benchmarks/README.md)" >&2; exit 2; }
	$(BIN)/python benchmarks/compare.py --images "$(IMAGES)" --trivy "$(TRIVY)"

rules: $(VENV)/.runtime ## compile the rows of rules into what scans load
	@$(BIN)/python -m plimsoll.checks.compile

docs: $(VENV)/.runtime ## write the generated pages of docs/reference anew
	$(BIN)/python docs/generate.py

snapshot: $(VENV)/.runtime ## build the embedded knowledge and NOTICE anew: make snapshot FEEDS=folder [SNAPSHOT_OPTIONS='--date FEED=DAY']
	@test -n "$(FEEDS)" || { echo "Say which feeds: make snapshot FEEDS=folder (laid out as for plimsoll db update --from)" >&2; exit 2; }
	$(BIN)/plimsoll db snapshot "$(FEEDS)" $(SNAPSHOT_OPTIONS)
	$(BIN)/python -c 'from plimsoll.knowledge.notice import notice_text; print(notice_text(), end="")' > NOTICE

lock: $(VENV)/.made ## pin the dependencies of pyproject.toml anew: make lock [UPGRADE=--upgrade]
	@$(PYTHON) -m venv $(BUILD)/lock
	@$(BUILD)/lock/bin/python -m pip --quiet --disable-pip-version-check install pip-tools
	PATH="$(CURDIR)/$(BUILD)/lock/bin:$$PATH" requirements/lock.sh $(UPGRADE)

clean: ## remove what make made, but not .venv
	rm -rf $(BUILD) dist .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
