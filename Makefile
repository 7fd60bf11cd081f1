# Everything a newcomer needs: `make demo` and `make test`. Python 3.11+, pip, git and make.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := build/demo
SEED ?= 1

.PHONY: help demo test slow lint types layers check studies-sample layouts editor lock clean

help:  ## What there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/ready: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "remit needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(VENV)/ready  ## Make up a company, audit it, and say where the report is
	@rm -rf $(DEMO)
	$(BIN)/remit example $(DEMO) --seed $(SEED)
	$(BIN)/remit audit $(DEMO)/charter.yaml $(DEMO)/export $(DEMO)/finance/mapping.yaml --html $(DEMO)/report.html; test $$? -le 1

test: $(VENV)/ready  ## The tests, with every doctest, but for the slow ones
	$(BIN)/python -m pytest -q -n auto --dist loadgroup -m "not slow"

slow: $(VENV)/ready  ## The slow tests: the example company against its truth, every page, laws in full
	$(BIN)/python -m pytest -q -n auto --dist loadgroup -m "slow or hypothesis"

lint: $(VENV)/ready  ## Style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/ready  ## Types, strictly
	$(BIN)/mypy

layers: $(VENV)/ready  ## The direction of imports
	$(BIN)/lint-imports

check: lint types layers test slow  ## All of the above

SAMPLED := planted_faults charter_laws charter_mistakes charter_corruptions flip_points \
  export_corruptions load_kills privacy_attack mutants planted_truth pay_reference pay_kills

studies-sample: $(SAMPLED:%=sample-%)  ## One hundredth of the long studies; -j2 runs two at a time

sample-%: $(VENV)/ready
	$(BIN)/python studies/$*.py --quick

layouts: $(VENV)/ready  ## The same audit from every layout there is; `make slow` looks at one of each family
	REMIT_EVERY_LAYOUT=1 $(BIN)/python -m pytest -q -n 0 tests/sources/test_every_layout.py

editor: $(VENV)/ready  ## What an editor completes and underlines in a charter (needs node and npm)
	@if ! { command -v node && command -v npm; } >/dev/null; then \
	  echo "skipped: an editor's language server needs node and npm, and they are not here"; \
	else \
	  mkdir -p build/editor && npm install --prefix build/editor --no-save --no-package-lock \
	    --no-audit --no-fund --silent yaml-language-server@1.19.2 && \
	  $(BIN)/python tests/editor/complete.py build/editor; \
	fi

lock:  ## Renew the locks (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --quiet -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --quiet -o requirements-dev.lock
	echo pyspark | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --quiet -o requirements-spark.lock

clean:  ## Remove what was made
	rm -rf build $(VENV)

build/spark-venv/ready: requirements-dev.lock requirements-spark.lock
	$(PYTHON) -m venv build/spark-venv
	build/spark-venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock -r requirements-spark.lock
	build/spark-venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: spark
spark:  ## Every measure on Spark, in an environment of its own (450 MB; needs Java 17 or newer)
	@if ! command -v java >/dev/null && [ -z "$$JAVA_HOME" ]; then \
	  echo "skipped: Spark needs Java 17 or newer, and it is not here (Debian: apt install openjdk-17-jre-headless)"; \
	else \
	  $(MAKE) --no-print-directory build/spark-venv/ready && \
	  build/spark-venv/bin/python -m pytest -q -n 0 tests/beyond -k spark; \
	fi
