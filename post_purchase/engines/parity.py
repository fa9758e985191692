"""Builds the same shop on DuckDB and on PostgreSQL and compares every table, row for row.

    post-purchase parity                              the demo shop
    post-purchase parity --raw FOLDER --as-of INSTANT  a shop's files (Parquet or CSV)
    post-purchase parity --orders 5000                a shop of that size, written for the trial
    post-purchase parity --shape fivetran-rest        the demo shop as a loader writes it, by its connections
    post-purchase parity --shape api woocommerce --select +path:models/staging    two stores, as far as staging
    post-purchase parity --engine spark               the SQL of every model of the demo shop, on Spark
    post-purchase parity --engine spark int_orders    of these models

Both build twice (what is selected: once), so that incremental models meet their own rows; PostgreSQL does in a session
of another time zone than UTC, with texts that do not sort as bytes do. Needs the environment that `make parity` makes,
and PostgreSQL's programs. Spark builds nothing: each model's query runs on DuckDB's rows (`make spark` makes the
environment; Java 17 is needed).
Exit codes: 0 every table is the same; 1 a build failed or a table differs; 2 the engine or its adapter is not here.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from post_purchase import PROJECT, shapes, shop
from post_purchase.build import WITHOUT_TESTS, dbt_process
from post_purchase.engines import compare, loaders, postgres, spark

ZONE = "America/New_York"


def dbt_build(
    label: str, variables: dict[str, Any], environment: dict[str, str], console: Console, select: Sequence[str] = ()
) -> float:
    """One build without tests; its seconds. The end of dbt's log is shown when it fails.

    Two commands, as an orchestrator runs them: who gives a build its id lands the inputs by a command of its own.
    """
    target = PROJECT / "target" / f"parity_{label}"
    target.mkdir(parents=True, exist_ok=True)
    # a saved parse keeps the metrics of a file beside those of its newer self
    (target / "partial_parse.msgpack").unlink(missing_ok=True)
    log = target / "output.txt"
    given = ("--vars", json.dumps(variables))
    began = time.monotonic()
    with console.status(f"building: {label}"), log.open("w", encoding="utf-8") as output:
        for words in (
            dbt_process("run-operation", target, "land_inputs", *given),
            dbt_process("build", target, *WITHOUT_TESTS, *given, *(("--select", *select) if select else ())),
        ):
            code = subprocess.run(
                words,
                cwd=PROJECT,
                env=os.environ | {"DO_NOT_TRACK": "1"} | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
            if code:
                break
    if code:
        lines = log.read_text(encoding="utf-8").splitlines()
        print("\n".join(lines[-40:]), file=sys.stderr)
        raise SystemExit(f"The build '{label}' failed; the whole output: {log}")
    return time.monotonic() - began


def trial(arguments: argparse.Namespace, server: postgres.Server, raw: Path | None, console: Console) -> int:
    database = PROJECT / "target" / "parity.duckdb"
    database.unlink(missing_ok=True)
    server.create("parity")
    connection = server.connect("parity")
    # one id for both, since they are compared
    common: dict[str, Any] = {"build_id": "parity"}
    if arguments.shape:
        database.parent.mkdir(exist_ok=True)
        common |= loaders.write(arguments.shape, database, arguments.text)
        brought = postgres.load_schemas(connection, database)
        connection.cursor().execute("analyze")
        console.print(f"{len(brought)} tables as a loader leaves them{', all text' if arguments.text else ''}")
    common |= {"as_of": arguments.as_of} if arguments.as_of else {}
    here = common | ({"raw_path": str(raw)} if raw else {})
    there = common | ({"raw_schema": "raw"} if raw else {})
    environment = server.environment("parity", ZONE)
    if raw:
        tables = postgres.load(connection, raw, arguments.text)
        connection.cursor().execute("analyze")
        console.print(f"{len(tables)} tables loaded as {'text' if arguments.text else 'their own types'}")
    # the inputs of a loader stand in the file that is compared
    inputs = {str(one["schema"]) for one in loaders.connections(common)}
    on_duckdb = ("duckdb", here, {"POST_PURCHASE_DB": str(database)}, console, arguments.select)
    on_postgres = ("postgres", there, environment, console, arguments.select)
    seconds = [dbt_build(*on_duckdb), dbt_build(*on_postgres)]
    if arguments.select:
        console.print("DuckDB {:.0f} s, PostgreSQL {:.0f} s".format(*seconds))
    else:
        # what is only added to meets its own rows
        seconds += [dbt_build(*on_postgres), dbt_build(*on_duckdb)]
        console.print("DuckDB {:.0f} s, PostgreSQL {:.0f} s and again {:.0f} s".format(*seconds))
    with console.status("comparing"):
        found = list(compare.differences(database, connection, inputs))
    return report(found, console)


def spark_trial(arguments: argparse.Namespace, console: Console) -> int:
    """The demo shop on DuckDB, then the SQL of its models on Spark."""
    database = PROJECT / "target" / "parity.duckdb"
    database.unlink(missing_ok=True)
    variables = {"build_id": "parity"}
    seconds = dbt_build("duckdb", variables, {"POST_PURCHASE_DB": str(database)}, console)
    console.print(f"DuckDB {seconds:.0f} s")
    began = time.monotonic()
    target = PROJECT / "target" / "parity_spark"
    found = list(spark.differences(database, target, variables, arguments.models, console))
    console.print(f"Spark {time.monotonic() - began:.0f} s")
    return report(found, console)


def report(found: Sequence[compare.Difference], console: Console) -> int:
    unequal = [one for one in found if not one.is_equal]
    if unequal:
        shown = Table("table", "rows", "rows there", "only here", "only there", "the first that differs")
        for one in unequal:
            numbers = (one.rows_here, one.rows_there, one.only_here, one.only_there)
            shown.add_row(one.table, *map(str, numbers), ("close: " if one.is_close else "") + one.example)
        console.print(shown)
    different = [one for one in unequal if not one.is_close]
    rows = sum(one.rows_here for one in found)
    console.print(
        f"{len(found)} tables with {rows:,} rows: {len(found) - len(unequal)} the same row "
        f"for row, {len(unequal) - len(different)} but for the last digit of a decimal, {len(different)} different"
    )
    return 1 if different else 0


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="post-purchase parity", description="Two engines, one shop, every table.")
    parser.add_argument("--raw", type=Path, help="a folder of Parquet or CSV files; left out: the demo shop")
    parser.add_argument("--orders", type=int, help="a shop of so many orders, written for the trial")
    parser.add_argument(
        "--shape",
        nargs="+",
        choices=[*shapes.SHAPES, *shapes.TOOLS],
        help="the demo shop as this loader writes it; of several, each is a store of its own",
    )
    parser.add_argument(
        "--select", nargs="+", default=[], help="nodes to build, once, in dbt's own words (default: all)"
    )
    parser.add_argument("--as-of", help="instant of the decision, UTC")
    parser.add_argument("--text", action="store_true", help="bring every input column as text")
    parser.add_argument("--engine", choices=["postgres", "spark"], default="postgres", help="which other engine")
    parser.add_argument("models", nargs="*", metavar="MODEL", help="with --engine spark: these models alone")
    parser.add_argument("--collation", default="en-US", help="ICU collation of the server (default: en-US)")
    arguments = parser.parse_args(argv)
    if arguments.engine == "spark":
        if arguments.raw or arguments.orders or arguments.shape:
            parser.error("on Spark the demo shop is compared: leave --raw and --orders out, and --shape")
        if spark.is_missing():
            print("Spark or dbt's adapter is not in this environment. Run: make spark", file=sys.stderr)
            return 2
        return spark_trial(arguments, Console())
    if arguments.models:
        parser.error("models are named with --engine spark alone; PostgreSQL builds the whole shop")
    if find_spec("dbt.adapters.postgres") is None:
        print(
            "dbt's PostgreSQL adapter is not in this environment. Run: make parity",
            file=sys.stderr,
        )
        return 2
    if sum(map(bool, (arguments.raw, arguments.orders, arguments.shape))) > 1:
        parser.error("--raw, --orders and --shape are each a shop of its own: name one")
    if arguments.raw and not arguments.raw.is_dir():
        parser.error(f"there is no folder {arguments.raw}")
    console = Console()
    try:
        with postgres.server(arguments.collation) as server, tempfile.TemporaryDirectory() as scratch:
            raw = arguments.raw.resolve() if arguments.raw else None
            if arguments.orders:
                raw = Path(scratch)
                shop.main(["bulk", "--orders", str(arguments.orders), "--out", scratch])
                arguments.as_of = arguments.as_of or shop.DEMO_AS_OF.isoformat(sep=" ")
            return trial(arguments, server, raw, console)
    except postgres.NoServer as missing:
        print(missing, file=sys.stderr)
        return 2
