# `make test` from a fresh clone creates .venv, installs everything and runs every check.
# PYTHON=python3.14 make test   chooses the interpreter of a new .venv.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# A group (the wheel tests) stays on one worker, so that its fixtures are built once.
PYTEST := $(BIN)/python -m pytest
PARALLEL := -n 2 --dist=loadgroup

.PHONY: test lint types format pytest test-browser fuzz bench sizes clean

test: lint types pytest sizes

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

pytest: $(STAMP)
	$(PYTEST) $(PARALLEL)

test-browser: $(STAMP)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
		{ echo "no chromium found; on Debian: apt-get install chromium" >&2; exit 1; }
	$(PYTEST) -n 0 --override-ini=addopts= --import-mode=importlib tests/browser

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fuzz: $(STAMP)
	$(PYTEST) $(PARALLEL) -m fuzz

bench: $(STAMP)
	$(BIN)/python -m benchmarks

sizes: $(STAMP)
	@$(BIN)/python tools/sizes.py

$(STAMP): pyproject.toml
	test -x $(BIN)/python || PYTHON="$(PYTHON)" tools/make_venv.sh $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,dev]'
	touch $(STAMP)

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
