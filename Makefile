# Each target sets up what it misses; a fresh machine needs python3, python3-venv and make.
PYTHON ?= python3
BIN := .venv/bin
SEED ?= 7

.PHONY: setup demo test lint bench torture lock clean

setup: .venv/.run

.venv/.run: requirements/run.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

.venv/.test: .venv/.run requirements/test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	touch $@

demo: setup
	$(BIN)/fourcorners demo --seed $(SEED)

lint: .venv/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=src $(BIN)/lint-imports --no-cache

test: lint
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term

bench: .venv/.test
	$(BIN)/python -m bench

torture: .venv/.test
	$(BIN)/python -m pytest -n 2 -m torture --override-ini addopts= --import-mode=importlib

lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group build pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group build --group test pyproject.toml -c requirements/run.txt -o requirements/test.txt

clean:
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis
