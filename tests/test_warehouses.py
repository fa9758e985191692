"""SQL for warehouses that are not there: what is refused, what is not, and that every model is rendered."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT

from post_purchase.engines import portable

BAD = [
    ("snowflake", "select regexp_matches(a, 'b') from t", "function: regexp_matches"),
    ("snowflake", "select count(*) filter (where a > 1) from t", "filter"),
    ("snowflake", "select greatest(a, 1) from t", "null wins"),
    ("snowflake", r"select '\N' as a from t", "backslash"),
    ("snowflake", "with start as (select 1 as a) select a from start", "reserved word"),
    ("snowflake", "with a as materialized (select 1 as b) select b from a", "materialized"),
    ("bigquery", "select cast(a as double) from t", "type: double"),
    ("bigquery", "select cast(a as decimal(28, 10)) from t", "type: decimal(28, 10)"),
    ("bigquery", "select a from t where b ilike 'c'", "ilike"),
    ("bigquery", "select 'it''s' as a from t", "two quotes|does not parse"),
    ("bigquery", "select a from t union select b from u", "does not parse"),
    ("bigquery", "select t.a from t left join u on u.b = 'c'", "equality of both sides"),
    ("bigquery", "select least(a, b) from t", "null wins"),
    ("databricks", "select generate_series(1, 2)", "function: generate_series"),
    ("redshift", "select a from t where a is distinct from b", "is distinct from"),
    ("redshift", "select sum(a) over (order by b) from t", "without a frame"),
    ("redshift", "select regexp_replace(a, 'b', 'c', 'g') from t", "'g'"),
    ("redshift", "select count(a) / 2 from t", "whole numbers"),
    ("redshift", "with t as (select 1 as a) select a from t where (a, 1) in (select 2, 1)", "tuple in"),
]
GOOD = [
    ("snowflake", "select greatest_ignore_nulls(a, 1), regexp_instr(b, 'c') > 0 from t"),
    ("bigquery", "select engine.greatest_2(a, 1), safe_cast(b as float64) from t"),
    ("bigquery", "select row_number() over (order by a asc nulls last) as b from t"),
    ("bigquery", "select greatest(coalesce(a, 0), 1) from t"),
    ("databricks", "select greatest(a, 1), b rlike 'c' from t"),
    ("redshift", "select sum(a) over (order by b rows between unbounded preceding and current row) as c from t"),
]


@pytest.mark.parametrize(("engine", "sql", "reason"), BAD)
def test_what_a_warehouse_lacks_is_refused(engine: str, sql: str, reason: str) -> None:
    said = "; ".join(map(str, portable.refusals(sql, engine)))
    assert any(part in said for part in reason.split("|")), said


@pytest.mark.parametrize(("engine", "sql"), GOOD)
def test_what_it_has_is_not(engine: str, sql: str) -> None:
    assert portable.refusals(sql, engine) == []


def test_every_model_is_rendered_and_known() -> None:
    """Without it: a model says to a warehouse what only DuckDB understands."""
    python = Path(os.environ.get("POST_PURCHASE_ENVIRONMENTS", ROOT)) / ".venv-warehouses" / "bin" / "python"
    if not python.exists():
        pytest.skip("no environment for the warehouses: make warehouses")
    words = [str(python), "-m", "post_purchase", "warehouses"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
