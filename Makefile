# Doorstep. `make demo` plans a day of orders; `make test` runs the whole suite; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ORDERS ?= 2000
DEMO := demo
# Run again on PostgreSQL, but for what among them is not marked `record`: what touches no database cannot differ there.
RECORD_TESTS := tests/core tests/api tests/web tests/record tests/concurrency
# A worker for each core. Each takes a part that lies together, so that what a module makes once is made once; who is
# done first helps.
WORKERS := -n logical --dist worksteal
# Arithmetic by one thread in each: threads of several workers on the same cores wait for one another, and are busy at it.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

unexport PYTHONDONTWRITEBYTECODE # the suite starts hundreds of processes; each would compile what it imports
.DEFAULT_GOAL := help
.PHONY: help install dev demo warm test storm lint types contracts check landing bench lock clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(BIN)/doorstep: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Doorstep needs Python 3.11 or newer; say: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(BIN)/doorstep requirements/dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

install: $(BIN)/doorstep ## make the environment (.venv/bin/doorstep)

dev: $(VENV)/.dev ## make the environment with the tools of development, Chromium included
	@$(BIN)/python scripts/chromium.py

demo: $(BIN)/doorstep ## generate a brand, plan its day, name the report, and serve the tower until Ctrl-C
	@$(BIN)/doorstep demo-brand $(DEMO)/brand --orders $(ORDERS) --seed 1 --force
	@$(BIN)/doorstep plan $(DEMO)/brand --out $(DEMO)/plan --force || [ $$? -eq 3 ]  # 3: planned, with some orders left
	@DOORSTEP_HOME=$(DEMO) $(BIN)/doorstep demo-tower $(DEMO)/brand $(if $(DEMO_ONCE),--once)

warm: $(VENV)/.dev ## compile the kernels, once for all who run them
	@$(BIN)/python scripts/warm.py

test: dev warm ## run the whole test suite, and what touches the database once more on PostgreSQL
	$(ONE_THREAD) $(BIN)/python -m pytest $(WORKERS)
	$(ONE_THREAD) $(BIN)/python scripts/postgres.py $(BIN)/python -m pytest $(WORKERS) -m "record and not long" $(RECORD_TESTS)

storm: dev ## the long forms of the tests: 50 rounds of races, 10,000 steps of the ledger, 1,000,000 orders, on PostgreSQL; 100,000 random packings; servers replaced under load; crash points of 1,000 labels; 100,000 scans
	DOORSTEP_STORM=1 $(BIN)/python scripts/postgres.py $(BIN)/python -m pytest -m "long or not long" tests/core/stock tests/concurrency tests/server tests/storm tests/web/test_growth.py tests/api/test_schemathesis.py
	DOORSTEP_STORM=1 $(BIN)/python -m pytest -m "long or not long" tests/kernels/plan
	$(BIN)/python -m pytest -m long tests/kernels/pack tests/cli tests/test_compute_dask.py

lint: $(VENV)/.dev ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## mypy --strict, tests too
	$(BIN)/mypy

contracts: $(VENV)/.dev ## the layers of the house
	$(BIN)/lint-imports

check: lint types contracts test ## everything that CI runs

landing: $(VENV)/.dev ## keep a backup of a record as this version has it, for tests of upgrades from now on
	$(BIN)/python scripts/keep_landing.py

bench: install ## time the planner on the demonstration brand and, with the public data, on Olist orders
	$(BIN)/python -m benchmarks.plan.run

lock: ## refresh the hashed lock files (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra build --extra server -o requirements/run.txt pyproject.toml
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra build --extra server --extra dev -c requirements/run.txt -o requirements/dev.txt pyproject.toml

clean: ## remove the environment and everything generated
	rm -rf $(VENV) $(DEMO) out
