# Hubs. `make run` and `make test` do everything a fresh machine needs; only Python 3.11 and make must be there.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 5000
export PORT

.PHONY: help run test test-sqlite test-postgresql browser-tools test-tools lint format docs messages bench screenshots clean

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(VENV)/run.stamp: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else "Hubs needs Python 3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

translations/nl/LC_MESSAGES/messages.mo: translations/nl/LC_MESSAGES/messages.po $(VENV)/run.stamp
	@$(BIN)/pybabel -q compile -d translations

run: $(VENV)/run.stamp translations/nl/LC_MESSAGES/messages.mo ## set up everything and serve the demonstration world
	@exec $(BIN)/python tools/run.py

test: test-sqlite test-postgresql ## the whole suite on SQLite and on PostgreSQL, browser tests included

test-sqlite: $(VENV)/dev.stamp translations/nl/LC_MESSAGES/messages.mo browser-tools test-tools
	$(BIN)/python -m pytest -n 2 $(PYTEST)

test-postgresql: $(VENV)/dev.stamp translations/nl/LC_MESSAGES/messages.mo browser-tools test-tools
	HUBS_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n 2 $(PYTEST)

browser-tools:
	@sh tools/browser_tools.sh

test-tools:
	@sh tools/test_tools.sh

lint: $(VENV)/dev.stamp translations/nl/LC_MESSAGES/messages.mo ## ruff, mypy, template lint, catalogue check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python tools/catalogues.py --check

format: $(VENV)/dev.stamp ## put code in its house form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: $(VENV)/dev.stamp ## bring the catalogues up to date with the code
	$(BIN)/python tools/catalogues.py

docs: $(VENV)/run.stamp ## write the generated pages in docs/
	$(BIN)/python tools/generate_docs.py

bench: $(VENV)/dev.stamp ## benchmarks
	$(BIN)/python -m bench

screenshots: $(VENV)/dev.stamp browser-tools translations/nl/LC_MESSAGES/messages.mo ## the pictures of the README and the manual
	$(BIN)/python tools/screenshots.py

clean:
	rm -rf var $(VENV)
