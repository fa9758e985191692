"""What a whole build and an hour cost, by the size of the shop.

    post-purchase benchmark sizes [--orders 100000 1000000] [--work FOLDER]

For each size a shop is drawn (`shop bulk`) and cut to what was known at 12:00 on 29 June 2026. That is built whole,
live points and no tests; then an hour of new and changed rows is decided on it (`post-purchase hour`), and on the same
build a day of them. Beside it, in the same run: the same compiled SQL run straight through DuckDB, one scan of all
inputs, and dbt reading the project for nothing. Every step is a process of its own, with two threads; its wall and CPU
seconds (user and system) and its peak memory are printed as tables, with the dearest models of the whole build.

POST_PURCHASE_MEMORY bounds DuckDB's memory, as in any build. A shop takes about 7 GB of disk per million orders, twice
while its SQL runs straight; nothing is left of it. Exit codes: 0 measured; 1 a step failed, and what it said is shown.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from post_purchase import PROJECT
from post_purchase.build import WITHOUT_TESTS, dbt_process
from post_purchase.replay import Project, Shop
from post_purchase.terminal import for_dbt, literal

DRAWN_AT = datetime(2026, 6, 30, 12)
BUILT_AT = DRAWN_AT - timedelta(hours=24)
PARTS = {"an hour": timedelta(hours=1), "a day, as one hour": timedelta(hours=23)}
# of what lies between, nobody is told between two whole builds
CATALOGUE = ("products", "product_costs", "sku_relations")
COMMAND = [sys.executable, "-m", "post_purchase"]
DEAREST = 8


class Cost(NamedTuple):
    """What a process took: wall and CPU seconds, and gigabytes at its peak."""

    wall: float
    cpu: float
    memory: float


def cost_of(words: Sequence[str], database: Path, said: Path) -> Cost:
    """Run a process to its end; what it says goes to a file, and to the terminal when it fails."""
    began = time.monotonic()
    around = {"POST_PURCHASE_DB": str(database), "POST_PURCHASE_THREADS": "2", "DO_NOT_TRACK": "1"}
    with said.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(words, cwd=PROJECT, env=os.environ | around, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        print(said.read_text(encoding="utf-8")[-4000:], file=sys.stderr)
        raise SystemExit(1)
    return Cost(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024**2)


def settings(raw: Path) -> dict[str, Any]:
    return {
        "raw_path": str(raw),
        "as_of": f"{BUILT_AT:%Y-%m-%d %H:%M:%S}",
        "point_origins": ["live"],
        "live_learning_step": "week",
    }


def cut(drawn: Path, work: Path) -> tuple[Path, dict[str, Path]]:
    """The shop as it was known when it is built whole, and the rows that each part of the day after adds or changes."""
    tables = sorted(path.stem for path in drawn.glob("*.parquet"))
    before, changes = work / "before", {name: work / f"changes_{number}" for number, name in enumerate(PARTS)}
    with duckdb.connect(str(work / "cut.duckdb")) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set threads = 2")
        connection.execute("create schema whole")
        for table in tables:
            connection.execute(f"create view whole.{table} as from {literal(drawn / f'{table}.parquet')}")
        whole = {table: f"whole.{table}" for table in tables}
        instants = {"before": BUILT_AT, **{changes[name].name: BUILT_AT + PARTS[name] for name in PARTS}}
        for schema, instant in instants.items():
            connection.execute(f"create schema {schema}")
            for table in tables:
                connection.execute(f"create table {schema}.{table} as from whole.{table}")
            Shop(connection, {table: f"{schema}.{table}" for table in tables}).cut(
                f"{instant:%Y-%m-%d %H:%M:%S}", whole
            )
        before.mkdir()
        for table in tables:
            connection.execute(f"copy before.{table} to {literal(before / f'{table}.parquet')} (format parquet)")
        for folder in changes.values():
            folder.mkdir()
            for table in tables:
                new = f"from {folder.name}.{table} except all from before.{table}"
                has_new = connection.execute(f"select count(*) from ({new})").fetchall()[0][0]
                if has_new and table not in CATALOGUE:
                    connection.execute(f"copy ({new}) to {literal(folder / f'{table}.parquet')} (format parquet)")
    (work / "cut.duckdb").unlink()
    return before, changes


def straight(built: Path, target: Path, into: Path) -> None:
    """The SQL that dbt compiled, model by model, in a database of the same name with nothing but inputs and seeds."""
    project = Project(built, target, f"{BUILT_AT:%Y-%m-%d %H:%M:%S}")
    models = [node["name"] for node in project.nodes.values() if node["resource_type"] == "model"]
    with duckdb.connect(str(into)) as connection:
        for setting in (
            "timezone = 'UTC'",
            "threads = 2",
            f"memory_limit = '{os.environ.get('POST_PURCHASE_MEMORY', '6GB')}'",
        ):
            connection.execute(f"set {setting}")
        connection.execute(f"attach {literal(built)} as built (read_only)")
        for schema, name in connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'built'"
        ).fetchall():
            node = project.nodes.get(f"seed.post_purchase_gate.{name}")
            if schema == "raw" or node:
                connection.execute(f'create schema if not exists "{schema}"')
                connection.execute(f'create table "{schema}"."{name}" as from built."{schema}"."{name}"')
        # files that are read where they are
        views = connection.execute(
            "select sql from duckdb_views() where database_name = 'built' and schema_name = 'raw'"
        ).fetchall()
        connection.execute("create schema if not exists raw")
        for (sql,) in views:
            connection.execute(sql)
        connection.execute("detach built")
        for key in project.order(*models):
            node = project.nodes[key]
            if not node.get("sql") or node["config"]["materialized"] == "ephemeral":
                continue
            connection.execute(f'create schema if not exists "{node["schema"]}"')
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            # a mart is written beside the one that readers have, and most of who reads it reads it there
            is_mart = node["config"]["materialized"].startswith("mart")
            name = node["alias"] + ("__next" if is_mart else "")
            connection.execute(f'create {kind} "{node["schema"]}"."{name}" as {node["sql"]}')
            if is_mart:
                switched = f'"{node["schema"]}"."{node["alias"]}"'
                connection.execute(f'create view {switched} as from "{node["schema"]}"."{name}"')


def scan(raw: Path) -> None:
    """Every cell of the inputs, once."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        for path in sorted(raw.glob("*.parquet")):
            connection.execute(f"select bit_xor(hash(read)) from {literal(path)} as read").fetchall()


def measured(orders: int, work: Path) -> tuple[dict[str, Cost], dict[str, str], list[tuple[str, float]]]:
    """The steps of one size, what hours said of themselves, and the dearest models."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    database, target, said = work / "shop.duckdb", work / "target", work / "said.txt"
    cost_of([*COMMAND, "shop", "bulk", "--orders", str(orders), "--out", str(work / "drawn")], database, said)
    before, changes = cut(work / "drawn", work)
    itself = [*COMMAND, "benchmark", "sizes", "--work", str(work)]
    logs = ("--log-path", str(work))
    told: dict[str, str] = {}
    costs = {
        "a scan of the inputs": cost_of([*itself, "--step", "scan"], database, said),
        "dbt reading the project": cost_of(
            dbt_process("parse", work / "parsed", "--no-partial-parse", *logs), database, said
        ),
        "a whole build": cost_of(
            dbt_process("build", target, *WITHOUT_TESTS, *logs, "--vars", for_dbt(settings(before))), database, said
        ),
    }
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    dearest = sorted(
        ((each["unique_id"].split(".")[-1], each["execution_time"]) for each in results), key=lambda each: -each[1]
    )
    costs["its SQL, straight"] = cost_of([*itself, "--step", "straight"], database, said)
    shutil.rmtree(work / "straight")
    for name, folder in changes.items():
        # each part of the day begins at the whole build
        copied = work / "hourly" / database.name
        copied.parent.mkdir()
        shutil.copy(database, copied)
        words = ["hour", "--database", str(copied), "--changes", str(folder), "--state", str(target)]
        at = f"{BUILT_AT + PARTS[name]:%Y-%m-%d %H:%M:%S}"
        costs[name] = cost_of([*COMMAND, *words, "--as-of", at], copied, said)
        told[name] = said.read_text(encoding="utf-8").strip().splitlines()[-1]
        shutil.rmtree(copied.parent)
    shutil.rmtree(work)
    return costs, told, dearest[:DEAREST]


def table(found: dict[int, dict[str, Cost]]) -> list[str]:
    """The sizes as a table in Markdown."""
    lines = [
        "| orders | step | wall seconds | CPU seconds | CPU, of a whole build | memory, GB |",
        "| ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    for orders, costs in found.items():
        whole = costs["a whole build"].cpu
        lines += [
            f"| {orders:,} | {name} | {cost.wall:,.0f} | {cost.cpu:,.0f} | {cost.cpu / whole:.3f} | {cost.memory:.1f} |"
            for name, cost in costs.items()
        ]
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(
        prog="post-purchase benchmark sizes", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, nargs="+", default=[100_000, 1_000_000], help="(default: %(default)s)")
    parser.add_argument(
        "--work", type=Path, default=PROJECT / "target" / "benchmark_sizes", help="(default: %(default)s)"
    )
    parser.add_argument("--step", choices=("scan", "straight"), help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    work = arguments.work.resolve()
    if arguments.step == "scan":
        scan(work / "before")
        return 0
    if arguments.step == "straight":
        (work / "straight").mkdir()
        straight(work / "shop.duckdb", work / "target", work / "straight" / "shop.duckdb")
        return 0
    found: dict[int, dict[str, Cost]] = {}
    for orders in arguments.orders:
        found[orders], told, dearest = measured(orders, work)
        for name, sentence in told.items():
            print(f"{orders:,} orders, {name}: {sentence}", flush=True)
        print(", ".join(f"{model} {seconds:.1f} s" for model, seconds in dearest), flush=True)
        print("\n".join(table({orders: found[orders]})), flush=True)
    if len(found) > 1:
        print("\n".join(["", *table(found)]))
    return 0
