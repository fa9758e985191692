"""Runs the SQL of every model on Spark, each on the rows that DuckDB made of its inputs, and compares what comes out.

dbt renders the models for Spark; a session on this machine (no server, no metastore, UTC) reads DuckDB's tables
as Parquet and runs them one by one. So a model that differs is named itself, and not all that stand behind it. What a
build does besides is not tried here: materializations, seeds, contracts, the log and the switch.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console

from post_purchase import PROJECT
from post_purchase.engines.compare import Difference, compared, opened, tables_of, typed_columns

# What is only added to is the sum of many builds: one query does not give it.
ADDED_TO = ("mart_log", "incremental")
# They say what the build before left, which this build has replaced.
OF_THE_BUILD_BEFORE = ("int_audience_clock", "int_audience_history")
# A chain of Newton's steps in one query: Spark folds it into one expression, and does not plan that in ten minutes.
FITTERS = (
    "int_next_calibration",
    "int_next_coefficients",
    "int_next_exponent",
    "int_next_new_calibration",
    "int_next_new_calibration_before",
    "int_risk_fit",
)
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # as dbt's adapter sets it for each connection
    "spark.sql.ansi.enabled": "false",
    # DuckDB's timestamps are instants in UTC, and so are Spark's in a session of that zone
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.catalogImplementation": "in-memory",
    # a fitter is a chain of many steps in one query
    "spark.sql.analyzer.maxIterations": "5000",
    "spark.sql.optimizer.maxIterations": "1000",
    # small tables: what a cluster gains by these, one machine pays for
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.ui.enabled": "false",
    "spark.driver.memory": "3g",
}


def is_missing() -> bool:
    return find_spec("pyspark") is None or find_spec("dbt.adapters.spark") is None


def session(scratch: Path) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("parity")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    builder = builder.config("spark.sql.warehouse.dir", str(scratch / "warehouse"))
    builder = builder.config(
        "spark.driver.extraJavaOptions", f"-Duser.timezone=UTC -Dderby.system.home={scratch / 'derby'}"
    )
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def bring(spark: Any, here: duckdb.DuckDBPyConnection, scratch: Path) -> int:
    """Every table of the DuckDB file as a table of the session; how many."""
    tables = tables_of(here)
    for schema, table in tables:
        path = scratch / "inputs" / schema / f"{table}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        here.execute(f'copy (select * from "{schema}"."{table}") to \'{path}\' (format parquet)')
        spark.sql(f"create database if not exists `{schema}`")
        spark.sql(f"create table `{schema}`.`{table}` using parquet location '{path}'")
    return len(tables)


def rendered(target: Path, variables: dict[str, str]) -> list[dict[str, Any]]:
    """The models as dbt renders them for Spark, in the session that is open."""
    from dbt.cli.main import dbtRunner

    (target / "partial_parse.msgpack").unlink(missing_ok=True)
    words = ["compile", "--quiet", "--no-populate-cache", "--select", "resource_type:model", "--target", "spark"]
    folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT / "profiles"), "--target-path", str(target)]
    done = dbtRunner().invoke([*words, *folders, "--vars", json.dumps(variables)])
    if not done.success:
        raise SystemExit(f"dbt could not render the models for Spark: {done.exception or 'see its words above'}")
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"].values()
    return [node for node in nodes if node["resource_type"] == "model"]


def differences(
    database: Path, target: Path, variables: dict[str, str], only: Sequence[str], console: Console
) -> Iterator[Difference]:
    """Each model's rows on both engines; one that Spark does not run has no rows there, and what Spark said of it."""
    with tempfile.TemporaryDirectory() as folder, opened(database) as here:
        scratch = Path(folder)
        with console.status("starting Spark, and bringing it DuckDB's tables"):
            spark = session(scratch)
            brought = bring(spark, here, scratch)
        console.print(f"{brought} tables brought to Spark {spark.version}")
        with console.status("rendering the models for Spark"):
            models = rendered(target, variables)
        there = set(tables_of(here))
        asked = [
            model
            for model in models
            if (model["schema"], model["alias"]) in there
            and model["config"]["materialized"] not in ADDED_TO
            and model["name"] not in (*OF_THE_BUILD_BEFORE, *FITTERS)
            and (not only or model["name"] in only)
        ]
        if unknown := sorted(set(only) - {model["name"] for model in asked}):
            raise SystemExit(f"Not compared, for there is no such model or its rows have no one query: {unknown}")
        if not only:
            console.print(f"left out, for Spark does not plan them: {', '.join(FITTERS)}")
        for number, model in enumerate(asked, 1):
            schema, table = model["schema"], model["alias"]
            with console.status(f"{number} of {len(asked)}: {schema}.{table}"):
                yield difference(spark, here, schema, table, model["compiled_code"], scratch / "rows" / table)


def difference(
    spark: Any, here: duckdb.DuckDBPyConnection, schema: str, table: str, sql: str, folder: Path
) -> Difference:
    columns = typed_columns(here, schema, table)
    try:
        spark.sql(sql).write.mode("overwrite").parquet(str(folder))
    except Exception as error:  # whatever Spark says of a model belongs to the report, and the others go on
        said = re.sub(r"\s+", " ", str(error))[:300]
        (rows,) = here.execute(f'select count(*) from "{schema}"."{table}"').fetchone() or (0,)
        example = f"Spark does not run it: {said}"
        return Difference(f"{schema}.{table}", rows, 0, rows, 0, example, has_failed=True)
    casts = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in columns)
    here.execute(f"create or replace table memory.main.rows_there as select {casts} from '{folder}/*.parquet'")
    return compared(here, schema, table, columns)
