# 跟单 Gendan. Needs Python >= 3.11 with venv, and make; every target sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.run
DEV_STAMP := $(VENV)/.dev

.PHONY: setup demo test run check bench lock migrations clean

setup: $(RUN_STAMP)

$(RUN_STAMP): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新 · Python 3.11 or newer is needed: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "缺少 venv：sudo apt install python3-venv · the venv module is missing"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(RUN_STAMP)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

demo: $(RUN_STAMP)
	@$(BIN)/python manage.py demo

run: $(RUN_STAMP)
	@$(BIN)/python manage.py migrate
	@exec $(BIN)/python manage.py serve

test: $(DEV_STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/python -m pytest -q tests/test_house.py

bench: $(DEV_STAMP)
	$(BIN)/python -m bench

# Pin the newest versions again, with hashes and without naming where they came from.
lock: $(DEV_STAMP)
	$(BIN)/python -m piptools compile --quiet --upgrade --generate-hashes --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links requirements.in -o requirements.txt
	$(BIN)/python -m piptools compile --quiet --upgrade --generate-hashes --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links requirements-dev.in -o requirements-dev.txt

migrations: $(DEV_STAMP)
	PYTHONPATH=. $(BIN)/tortoise -c domain.database.MIGRATING makemigrations

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis bench/results
