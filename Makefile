# One verb, one command; the same ones run in continuous integration.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
ARGS ?=

.PHONY: help setup demo test lint format messages lock clean

help: ## Show the verbs
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(STAMP) ## Make .venv, install what the lock file pins, and build what the first start would wait for
	@$(BIN)/python -m forecourt.config.demo.warm

$(STAMP): requirements/lock.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Forecourt needs Python 3.11 or later; set PYTHON=")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what requirements/lock.txt pins (the first time takes a minute or two) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lock.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: $(STAMP) ## Play the whole story; ARGS="--once --json" ends with one JSON line, DRIVE= and PRICES= replay recordings
	@$(BIN)/python -m forecourt.config.demo $(ARGS)

test: $(STAMP) ## Run the whole suite with branch coverage
	@$(BIN)/python -m tests.browser
	@$(BIN)/python -m pytest -n 4 --dist loadgroup --cov --cov-report=term --cov-fail-under=90 $(ARGS)

lint: $(STAMP) ## Style, types, floors and Django's own checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py check --fail-level WARNING
	SITE_URL=https://forecourt.example $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

format: $(STAMP) ## Mend what can be mended by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: $(STAMP) ## Collect the texts that people read into the catalogues, and compile these
	@$(BIN)/python -m tests.messages

lock: $(STAMP) ## Pin requirements/*.in with hashes for every platform
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--python-version 3.11 requirements/runtime.in requirements/dev.in -o requirements/lock.txt

clean: ## Remove the environment and all local data
	rm -rf .venv .local
