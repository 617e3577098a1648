# From a fresh clone, `make test` creates .venv, installs everything and runs every check; `make demo` compiles and shows
# the examples; `make docs` builds the documentation into build/site.
# PYTHON=python3.14 make test   chooses the interpreter of a new .venv.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed-test,dev
# A group (the wheel tests) stays on one worker, so that its fixtures are built once.  A worker that dies ends the run:
# restarted, xdist 3.8 hands out finished groups again and waits for them for ever.
PYTEST := $(BIN)/python -m pytest
PARALLEL := -n 2 --dist=loadgroup --max-worker-restart=0

.PHONY: test demo docs lint types format pytest test-browser fuzz bench sizes clean

test: lint types pytest sizes

demo: $(VENV)/.installed-examples
	$(BIN)/python -m tools.demo demo

docs: $(VENV)/.installed-docs,examples
	$(BIN)/mkdocs build --strict --site-dir build/site

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

# The package with the extras that the stamp names.
$(VENV)/.installed-%: pyproject.toml
	test -x $(BIN)/python || PYTHON="$(PYTHON)" tools/make_venv.sh $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	touch $@

clean:
	rm -rf $(VENV) build demo dist .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
