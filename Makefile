# Two commands on a fresh machine: `make run`, `make test`. Needs Python 3.11 or later, make and a package index.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: run test lint bench lock clean

run: $(READY)
	$(BIN)/deskmate serve

test: $(READY)
	bash tests/setup.sh
	$(BIN)/python -m pytest

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deskmate check

# Each measurement is one command; this runs them all and prints a table each.
bench: $(READY)
	$(BIN)/python -m bench

# The lock names packages and hashes only, no index: it installs from whichever index a bank has.
lock: $(READY)
	$(BIN)/python -m pip install --quiet 'uv>=0.5'
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --extra dev pyproject.toml -o requirements.lock

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Deskmate needs Python 3.11 or later") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(READY)

clean:
	rm -rf .venv
