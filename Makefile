# Gatehouse: two commands on a fresh machine with git, make and Python >= 3.11.
#
#   make run                    the demonstration on http://127.0.0.1:8000 (PORT=… another port, HOST=… TLS for a real phone)
#   make test                   every check and every test
#
#   make iphone [URL=…]         a simulated iPhone enrolls at URL, or finishes the newest enrollment that waits for its device
#                               (ARGS="--family iPad --language ar": more of python -m tests.iphone)
#   make reset                  forgets the demonstration's state (var/)
#   make check                  only what needs no browser and no database: lint, types, arrows between rooms, migrations
#   make setup, make setup-test what the first two do before they start: system packages, .venv, message catalogues
#   make lock                   refreshes the lock files from pyproject.toml
#
# PYTHON=… chooses the interpreter that .venv is built with.

.PHONY: help run test iphone reset check setup setup-test lock packages packages-test

BIN := .venv/bin
WORKERS = $(shell expr $$(nproc) + 1)
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
NODE_MODULES := tests/browser/node_modules/.package-lock.json tests/servers/oidc/node_modules/.package-lock.json

help:
	@sed -n '3,/^$$/s/^#[ ]\{0,1\}//p' Makefile

# Demonstration mode is given to these two alone: everywhere else missing secrets stop the start.
run iphone: export GATEHOUSE_DEMO = 1

# PORT and HOST reach the command through the environment.
run: setup
	@exec $(BIN)/python manage.py demo

iphone: setup
	@exec $(BIN)/python -m tests.iphone $(if $(URL),'$(URL)') $(ARGS)

reset:
	rm -rf var

# Pytest comes last so that its closing line ends the output; a stage that fails before it ends the run.
# By files, because what is started for one module is started once, and in the order of their names, because the files
# with few tests are the slow ones. One process more than there are cores: some always wait for a browser or a server.
# No more than four, as each may have a browser open.
test: check
	$(BIN)/python -m pytest --numprocesses=$(WORKERS) --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

# What the settings ask of an operator, for the tools that only read them. (The tests have tests/environment.py.)
check: export GATEHOUSE_SECRET_KEY = checks-only
check: export GATEHOUSE_FIELD_KEY_FILE = .venv/checks/field-keys
check: export GATEHOUSE_HTTPS = proxy
check: export DATABASE_URL = sqlite:///.venv/checks.sqlite3
check: setup-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python manage.py makemigrations --check --dry-run

# --- set-up: each step does nothing when nothing is missing -----------------------------------------------------------

setup: packages $(CATALOGUES)
	@.ci/venv runtime

setup-test: packages-test $(CATALOGUES) $(NODE_MODULES)
	@.ci/venv test

packages:
	@.ci/packages runtime

packages-test:
	@.ci/packages test

$(CATALOGUES): %.mo: %.po | packages
	msgfmt --check-format --output-file=$@ $<

# npm writes this file when it is done. No package's own script runs.
$(NODE_MODULES): %/node_modules/.package-lock.json: %/package-lock.json | packages-test
	cd $* && npm ci --ignore-scripts --no-audit --no-fund

lock: setup-test
	.ci/lock
