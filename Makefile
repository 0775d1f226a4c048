# 跟单 Gendan. Needs Python >= 3.11 with venv, and make; every target sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.run
DEV_STAMP := $(VENV)/.dev
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
LOCK := $(BIN)/python -m piptools compile --quiet --upgrade --generate-hashes --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

.PHONY: setup demo test run check style types holes house contention properties partitions dispatchers bench crash lock audit migrations clean

setup: $(RUN_STAMP)

$(RUN_STAMP): requirements.txt
	@command -v $(PYTHON) > /dev/null || { echo "缺少 Python：sudo apt install python3 python3-venv · Python is missing"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新，如 make PYTHON=python3.12 $(MAKECMDGOALS) · Python 3.11 or newer is needed"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { echo "缺少 venv：sudo apt install python3-venv · the venv module is missing"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear $(VENV)
	@echo "安装依赖 · installing what is locked in requirements.txt …"
	@$(PIP) install --require-hashes -r requirements.txt
	@printf '#!/bin/sh\nexec "%s/python" "%s/manage.py" "$$@"\n' "$(abspath $(BIN))" "$(CURDIR)" > $(BIN)/gendan && chmod +x $(BIN)/gendan
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(RUN_STAMP)
	@echo "安装开发依赖 · installing what is locked in requirements-dev.txt …"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

demo: $(RUN_STAMP)
	@exec $(BIN)/python manage.py demo

run: $(RUN_STAMP)
	@$(BIN)/python manage.py migrate
	@exec $(BIN)/python manage.py serve

test: $(DEV_STAMP)
	@$(BIN)/python -m pytest -n 3 --dist worksteal

# The parts may go at the same time: make --jobs 2 check
check: style types holes house

style: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(DEV_STAMP)
	$(BIN)/mypy .

holes: $(DEV_STAMP)
	$(BIN)/bandit --quiet --recursive --severity-level medium --configfile pyproject.toml .

house: $(DEV_STAMP)
	$(BIN)/python -m pytest tests/test_house.py tests/test_weaknesses.py

# Two hundred buyers of fifty pieces, a hundred rounds on each database.
contention: $(DEV_STAMP)
	@GENDAN_TEST_ROUNDS=100 $(BIN)/python -m pytest -q -n 2 tests/domain/test_overselling.py

# Two thousand shops of a hundred steps beside their models, crowds at once, a long history on both databases, ten
# thousand people's histories beside the platform's own count, and a thousand pushes of a carrier.
properties: $(DEV_STAMP)
	@GENDAN_TEST_EXAMPLES=2000 GENDAN_TEST_STEPS=100 GENDAN_TEST_HISTORY=500 GENDAN_TEST_HISTORIES=10000 \
		GENDAN_TEST_PUSHES=1000 GENDAN_TEST_CROWDS=20 $(BIN)/python -m pytest -q -n 2 --dist worksteal \
		tests/domain/test_stateful.py tests/domain/test_at_once.py tests/domain/test_same.py \
		tests/notify/test_windows.py tests/domain/test_tracking.py

# Cut two hosts off from the database twenty times, one way and both; needs root and iproute2.
partitions: $(DEV_STAMP)
	@GENDAN_TEST_PARTITIONS=20 $(BIN)/python -m pytest -q -s tests/cluster/test_partitions.py

# Kill two and then four senders two hundred times while twenty thousand notices go out, on PostgreSQL.
dispatchers: $(DEV_STAMP)
	@$(BIN)/python -m tests.crash.dispatchers $(DISPATCHERS)

bench: $(DEV_STAMP)
	@$(BIN)/python -m bench

# Kill the product at every place and at any moment, on both databases: about an hour. CRASH="--parts kills" does less.
crash: $(DEV_STAMP)
	@$(BIN)/python -m tests.crash $(CRASH)

# Pin the newest versions again, with hashes and without naming where they came from.
lock: $(DEV_STAMP)
	$(PIP) install pip-tools
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt

# Ask whether what is locked has known holes; needs a network that reaches the advisories, so no part of check.
audit: $(DEV_STAMP)
	$(PIP) install pip-audit
	$(BIN)/python -m pip_audit --strict --disable-pip --require-hashes -r requirements.txt

# Write a migration for what has changed in the models; a test fails until this is done.
migrations: $(DEV_STAMP)
	PYTHONPATH=. $(BIN)/tortoise -c domain.database.MIGRATING makemigrations

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis bench/results
