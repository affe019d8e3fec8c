# Everything a person does here. A fresh machine needs Python 3.11 or newer, make, and the
# package index; each target installs what it needs into .venv first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
GATEWAY := $(BIN)/gateway
HOST ?= 127.0.0.1
PORT ?= 8000
export GATEWAY_DATABASE_URL ?= sqlite:///gateway.db
JOBS ?= auto
TIMES ?= 3
# Tests whose assertions are rewritten anew cost each process seven seconds.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help

.PHONY: help
help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-9s %s\n", $$1, $$2}'

$(VENV)/run: requirements.lock pyproject.toml
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/dev: $(VENV)/run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/bench: $(VENV)/run requirements-bench.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

.PHONY: run
run: $(VENV)/run ## Serve a demo account with 200 clients on 127.0.0.1:8000
	@$(GATEWAY) demo --account demo --clients 200
	@ninja=$$($(GATEWAY) token create --account demo --dialect ninja --label "make run") && \
	planado=$$($(GATEWAY) token create --account demo --dialect planado --label "make run") && \
	printf '\nOnce it serves, paste these into another terminal:\n\n%s\n%s\n\n' \
	  "curl -H 'X-API-TOKEN: $$ninja' 'http://$(HOST):$(PORT)/api/v1/clients?per_page=1'" \
	  "curl -H 'Authorization: Bearer $$planado' 'http://$(HOST):$(PORT)/v2/clients?limit=1'"
	@exec $(GATEWAY) serve --host $(HOST) --port $(PORT)

.PHONY: test
test: $(VENV)/dev ## Run the tests
	$(BIN)/python -m pytest -q -n $(JOBS)

.PHONY: laws
laws: $(VENV)/dev ## Try the laws on 5 000 examples each
	HYPOTHESIS_PROFILE=campaign $(BIN)/python -m pytest -q -n $(JOBS) tests/laws

.PHONY: campaign
campaign: $(VENV)/dev ## Many callers at once on a real server, restarts and kills, hundreds of rounds
	CAMPAIGN=1 $(BIN)/python -m pytest -q -rP tests/campaigns tests/failures tests/recorded \
	  tests/tenants tests/gateway/server/test_smuggled_requests.py

.PHONY: histories
histories: $(VENV)/dev ## Try the laws of a sync on 5 000 histories of two services, on each engine
	CAMPAIGN=1 $(BIN)/python -m pytest -q -n $(JOBS) tests/gateway/migration/live/test_histories.py

.PHONY: mutants
mutants: $(VENV)/dev ## Make mistakes against the laws of a sync, and see that a test finds each
	$(BIN)/python -m tests.campaigns.mutants $(LAWS)

.PHONY: recorded
recorded: $(VENV)/dev ## Ask what was asked of a real Invoice Ninja, and print what is answered otherwise
	$(BIN)/python -m tests.recorded $(RECORDED)

.PHONY: failover
failover: $(VENV)/dev ## Kill PostgreSQL primaries under load; their standbys take over (Debian's postgresql)
	$(BIN)/python -m scripts.failover --times $(TIMES)

.PHONY: pgbouncer
pgbouncer: $(VENV)/dev ## Run the HTTP tests through a PgBouncer (Debian's postgresql and pgbouncer)
	$(BIN)/python -m scripts.pgbouncer -n $(JOBS)

.PHONY: trigrams
trigrams: $(VENV)/dev ## Run the tests of searching on Debian's postgresql, which has pg_trgm
	$(BIN)/python -m scripts.trigrams

.PHONY: audit
audit: $(VENV)/dev ## Look for known vulnerabilities of the locked libraries, where the network allows it
	@$(BIN)/python -m scripts.audit

.PHONY: bench
bench: $(VENV)/bench ## Measure the speed beside a ceiling and a peer, half an hour (Debian's wrk); BENCH="--help"
	$(BIN)/python -m bench.serving $(BENCH)

.PHONY: lint
lint: $(VENV)/dev ## Check style, format and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

.PHONY: types
types: $(VENV)/dev ## Check types
	$(BIN)/mypy

QUICK := tests/storage tests/dialects/base tests/dialects/ninja/protocol tests/dialects/planado/protocol \
  tests/test_architecture.py tests/test_cases.py

.PHONY: quick
quick: lint types ## The inner loop, under a minute: style, imports, types, and the fast tests on SQLite
	$(BIN)/python -m pytest -q -n $(JOBS) -k "not postgresql and not migrations and not processes" $(QUICK)

.PHONY: check
check: lint types test ## Everything a change must pass

.PHONY: lock
lock: $(VENV)/dev ## Renew the lock files from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --python-version 3.11 -q -U -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --python-version 3.11 -q -U -c requirements.lock -o requirements-dev.lock
	$(BIN)/uv pip compile pyproject.toml --group bench --universal --generate-hashes --python-version 3.11 -q -U -c requirements.lock -c requirements-dev.lock -o requirements-bench.lock
