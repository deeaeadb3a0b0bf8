# Needs only Python 3.11 or newer, git and make. Everything else is installed below .venv, once.
VENV := .venv
PYTHON := $(VENV)/bin/python
RUN := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
CODE := app tests bin wsgi.py gunicorn.conf.py migrations
CORES ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test dev check fix proof migration seed bench pins

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(RUN) ## Start Katong; an empty database gets the sample city. PORT, DATA_DIR, DATABASE_URL … as in .env.example
	@exec $(PYTHON) -m app run

test: check ## Everything that proves the project: lint, types, floors, then all tests on both databases and a real browser
	@chromium=$$(bin/chromium) || exit 1; \
	CHROME_PATH="$$chromium" exec $(PYTHON) -m pytest -n $(CORES) --dist=loadgroup -q

dev: $(DEV) ## Start with reloader and debugger, for work on the code
	@exec $(PYTHON) -m app dev

check: $(DEV) ## Lint, format, types and floors
	@$(VENV)/bin/ruff check --quiet $(CODE)
	@$(VENV)/bin/ruff format --check --quiet $(CODE) || { echo "The lines above are not in the house's format. Run: make fix"; exit 1; }
	@$(VENV)/bin/mypy --no-error-summary
	@out=$$($(VENV)/bin/lint-imports --no-logo 2>&1) || { echo "$$out"; exit 1; }

fix: $(DEV) ## Put the code into the house's format and repair what lint can
	@$(VENV)/bin/ruff check --fix --quiet $(CODE); $(VENV)/bin/ruff format --quiet $(CODE)

proof: check ## The long counts on both databases; its figures go into docs/benchmarks.md (an hour)
	@chromium=$$(bin/chromium) || exit 1; \
	CHROME_PATH="$$chromium" exec $(PYTHON) -m pytest -n $(CORES) --dist=loadgroup -q --proof

migration: $(DEV) ## Write the next migration from the models: make migration m="add what"
	@test -n "$(m)" || { echo 'Say what it does: make migration m="add opening hours"'; exit 2; }
	@$(PYTHON) -m app migration "$(m)"

seed: $(RUN) ## Load the sample city: make seed SIZE=demo (or city, province); ANEW=1 to load it again
	@$(PYTHON) -m app seed --size "$(or $(SIZE),demo)" $(if $(ANEW),--anew)

bench: $(DEV) ## Measure requests a second against two floors, on this machine
	@exec $(PYTHON) bin/bench.py

pins: $(DEV) ## Write requirements*.txt anew from requirements*.in (needs uv)
	@for name in requirements requirements-dev; do \
		uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url -o $$name.txt $$name.in; done

$(RUN): requirements.txt bin/install
	@bin/install $(VENV) requirements.txt $@

$(DEV): requirements-dev.txt bin/install $(RUN)
	@bin/install $(VENV) requirements-dev.txt $@
