# Commandes: every command stands here; bare `make` lists them.
.DEFAULT_GOAL := help
.PHONY: help install run test check coverage mutants bench soak audit lock messages screenshots clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
MINUTES ?= 60
STAMP := $(VENV)/.installed
# The tests' stores are in memory where there is room for them: a disk takes up to half a
# second for the files of one database.
MEMORY = $(shell $(PYTHON) -c 'import os, shutil; p = "/dev/shm"; \
  print(p if os.path.isdir(p) and shutil.disk_usage(p).free > 4 << 30 else "")')
# One more than there are processors: a test that drives a browser waits much.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(STAMP)  ## make the environment from the lock file

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Commandes needs Python 3.11 or later; this is " + sys.version.split()[0])'
	@# What an interrupted installation left is not built on.
	@test -e $(STAMP) || $(PYTHON) -m venv --clear $(VENV)
	@rm -f $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

run: install  ## serve the app, with sample orders in an empty store
	$(BIN)/commandes serve --sample --port $(PORT)

test: install check  ## everything: checks, then all tests, the browser's included
	PYTEST_DEBUG_TEMPROOT=$${PYTEST_DEBUG_TEMPROOT:-$(MEMORY)} \
	  $(BIN)/python -m pytest -n $(WORKERS)

check: install  ## style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

coverage: install  ## branch coverage of rules, store and actions: all, or it fails
	MACHINE_EXAMPLES=20 PROOF_KILLS=5 PROOF_ROUNDS=3 PROOF_CLICKS=1 \
	  $(BIN)/coverage run -m pytest -q -p no:xdist \
	  tests/actions tests/store tests/proof tests/access tests/privacy tests/backups \
	  tests/intake/test_webhooks.py tests/test_rules.py tests/test_cli.py
	$(BIN)/coverage report

mutants: install  ## mutation testing of money and stock: 90 % killed, or it fails
	rm -rf mutants
	$(BIN)/mutmut run
	$(BIN)/mutmut export-cicd-stats
	$(BIN)/python tests/killed.py

bench: install  ## measure the budgets and other tools (ORDERS="10000 1000000", TEN_MILLION=1 for 10 M, PEERS_ONLY=1)
	$(BIN)/python -m benchmarks $(if $(ORDERS),--orders $(ORDERS)) $(if $(TEN_MILLION),--ten-million) \
	  $(if $(PEERS_ONLY),--peers-only)

soak: install  ## an hour of everybody at once, then count (MINUTES=5; DATABASE_URL=postgresql…)
	$(if $(DATABASE_URL),COMMANDES_DATABASE_URL='$(DATABASE_URL)' )$(BIN)/python -m benchmarks.soak --minutes $(MINUTES)

audit: install  ## look for known holes in the locked versions (needs the advisories' network)
	@# Strict: what cannot be looked up is a failure, never a silent pass.
	$(BIN)/uv tool run --from 'pip-audit>=2.10,<3' pip-audit --strict --disable-pip \
	  --progress-spinner off --requirement requirements.lock

lock: install  ## work out the exact versions anew
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --group dev pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header benchmarks/peers/requirements.in \
	  -o benchmarks/peers/requirements.lock

messages: install  ## collect the French texts and compile the English catalogue
	$(BIN)/pybabel --quiet extract --no-location --omit-header --sort-output \
	  -k N_ -k plural:1,2 --output=commandes/locale/commandes.pot app.py pages commandes
	$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --domain=commandes \
	  --input-file=commandes/locale/commandes.pot --output-dir=commandes/locale --locale=en
	$(BIN)/pybabel --quiet compile --domain=commandes --directory=commandes/locale

screenshots: install  ## take the README's screenshots anew
	$(BIN)/python docs/screenshots.py

clean:  ## remove the environment and what tools left; the data stays
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis mutants .coverage *.egg-info
