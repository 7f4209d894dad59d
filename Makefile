# Doorway. `make demo` runs it here with made-up people, `make test` runs every test. `make help` lists the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo dev test ux faults deployment security audit sbom mutants benchmark lint format check hooks migration \
	architecture guides messages requirements install clean

# The first Python that is new enough; PYTHON=/path/to/python chooses another.
PYTHON ?= $(shell for each in python3 python3.12 python3.11 python3.13 python3.14; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$each; break; }; done)
RUN := .venv/bin/python
READY := .venv/ready-$(shell cksum < requirements-dev.txt | cut -d' ' -f1)
WITH_SERVERS := $(RUN) -m config.local.throwaway

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(READY) ## run Doorway here with made-up people (RESET=1 starts over, PORT=8000)
	@$(RUN) -m config.local.pdf
	@$(RUN) -m config.local.demo $(if $(RESET),--reset) $(if $(PORT),--port $(PORT))

dev: $(READY) ## the demo's data in DEBUG: web and worker reload when code changes, a toolbar shows every query (PORT=8000)
	@$(RUN) -m config.local.dev $(if $(PORT),--port $(PORT))

test: $(READY) ## run every test (ARGS="tests/followups -k sweep" chooses)
	@$(RUN) -m config.local.browser
	@$(RUN) -m config.local.pdf
	@$(WITH_SERVERS) $(RUN) -m pytest -n 4 --dist loadgroup $(ARGS)

ux: $(READY) ## what is promised to hands, eyes and nerves: each limit beside what is measured
	@$(RUN) -m config.local.browser
	@$(WITH_SERVERS) $(RUN) -m tests.ux $(ARGS)

faults: $(READY) ## kill, fill, cut and stop everything reminders need (ARGS="F1 F6", CAMPAIGN=1000, SEED=7)
	@$(RUN) -m tests.faults $(ARGS) $(if $(CAMPAIGN),--campaign $(CAMPAIGN)) $(if $(SEED),--seed $(SEED))

deployment: $(READY) ## nginx, two of each program killed under load, two releases at once, a Debian to install on (ARGS="nodes")
	@$(RUN) -m tests.deployment $(ARGS) $(if $(STRICT),--strict)

security: $(READY) ## outside tools attack a Doorway of their own; each first finds known faults (ARGS="wapiti", STRICT=1)
	@$(RUN) -m tests.security $(ARGS) $(if $(STRICT),--strict)

audit: $(READY) ## whether any pinned library has a known fault (asks a service: needs a network; before each release)
	@$(RUN) -m tests.security audit --strict

sbom: $(READY) ## the list of parts of a release, as CycloneDX, in .local/sbom.json
	@mkdir -p .local
	@.venv/bin/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --of JSON -o .local/sbom.json && echo .local/sbom.json

mutants: $(READY) ## break the engine of reminders in one place at a time: a test must notice each (ARGS="lease")
	@$(WITH_SERVERS) $(RUN) -m tests.faults.mutants $(ARGS)

benchmark: $(READY) ## each limit of speed, as ratios of one run (ARGS="P3", SCALE=1000000)
	@$(RUN) -m tests.faults.benchmark $(ARGS) $(if $(SCALE),--scale $(SCALE))

lint: $(READY) ## code style, templates, and the import contract between the rooms
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports
	@.venv/bin/djlint --lint --quiet templates
	@$(RUN) -m tests.security.static

format: $(READY) ## put the code into its usual form
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

hooks: $(READY) ## have git run the quick checks before each commit
	@.venv/bin/pre-commit install

architecture: $(READY) ## draw the rooms in CONTRIBUTING.md anew from the import contract
	@$(RUN) -m config.local.architecture

migration: $(READY) ## make a migration of a room (ROOM=followups NAME=channels)
	@$(WITH_SERVERS) env DEBUG=true $(RUN) manage.py makemigrations $(ROOM) --name $(NAME)

guides: $(READY) ## take the pictures of the guides anew, from a demo of their own (needs a browser)
	@$(RUN) -m config.local.browser
	@$(RUN) -m config.local.guides

check: $(READY) ## migrations are complete, and the settings are safe to deploy
	@export SECRET_KEY="$$($(RUN) -c 'import secrets; print(secrets.token_urlsafe(60))')" \
		DATA_KEYS="$$($(RUN) -c 'from accounts import keys; print(keys.new("check"))')"; \
		$(WITH_SERVERS) sh -c 'DEBUG=true $(RUN) manage.py makemigrations --check --dry-run && \
		env -u DEBUG -u DEMO PUBLIC_URL=https://doorway.example ALLOWED_HOSTS=doorway.example TRUSTED_PROXIES=1 \
		$(RUN) manage.py check --deploy --fail-level WARNING'

MESSAGES := config/locale/es/LC_MESSAGES/django
messages: $(READY) ## gather the words of the interface and compile their translations (needs gettext)
	@command -v msgfmt >/dev/null || { echo "gettext is missing. On Debian: apt-get install gettext"; exit 1; }
	@DEBUG=true $(RUN) manage.py makemessages --locale es --no-location --no-wrap --no-obsolete --ignore 'tests/*'
	@grep -vE '^"(POT-Creation-Date|Report-Msgid-Bugs-To)' $(MESSAGES).po > $(MESSAGES).new && mv $(MESSAGES).new $(MESSAGES).po
	@msgfmt --output-file=$(MESSAGES).mo $(MESSAGES).po

requirements: ## pin the newest allowed versions, with hashes (needs uv)
	uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url pyproject.toml --group dev \
		-c requirements.txt -o requirements-dev.txt

install: $(READY) ## only make .venv with everything in it

$(READY): requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "Doorway needs Python 3.11 or newer; none was found. Install it, or set PYTHON."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Installing pinned requirements into .venv …"
	@test -x $(RUN) || $(PYTHON) -m venv .venv
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt \
		|| { echo "The requirements could not be installed; the lines above say why."; exit 1; }
	@rm -f .venv/ready-* && touch $@

clean: ## remove .venv and everything earlier runs left
	rm -rf .venv .local staticfiles .pytest_cache .ruff_cache .import_linter_cache
