"""Tables as a loader leaves them, for the tests of connectors: each schema is a connection, and one build reads all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
from conftest import Build, run_dbt

Rows = list[dict[str, Any]]
AS_OF = "2026-03-01 00:00:00"


def write_tables(database: Path, schema: str, tables: dict[str, Rows | list[str]], upper: bool = False) -> None:
    """Rows as dicts; objects and lists become JSON. A list of names is a table with these columns and no row."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(f'create schema "{schema}"')
        for table, rows in tables.items():
            if rows and isinstance(rows[0], str):
                columns, values = dict.fromkeys(rows, "varchar"), []
            else:
                columns = {}
                for row in rows:
                    for name, value in row.items():
                        is_object = isinstance(value, (dict, list))
                        columns[name] = "json" if is_object or columns.get(name) == "json" else "varchar"
                values = [[as_loaded(row.get(name)) for name in columns] for row in rows]
            case = str.upper if upper else str
            declared = ", ".join(f'"{case(name)}" {kind}' for name, kind in columns.items())
            connection.execute(f'create table "{schema}"."{case(table)}" ({declared})')
            if values:
                marks = ", ".join("?" * len(columns))
                connection.executemany(f'insert into "{schema}"."{case(table)}" values ({marks})', values)


def as_loaded(value: Any) -> str | None:
    return json.dumps(value) if isinstance(value, (dict, list)) else None if value is None else str(value)


def build_connector(
    folder: Path, database: Path, connectors: str, connections: list[dict[str, Any]], **vars: Any
) -> Build:
    """The connectors and what they read, their unit tests included."""
    return run_dbt(
        folder,
        {"connections": connections, "as_of": AS_OF, **vars},
        database=database,
        select=" ".join(f"+path:models/staging/{connector}" for connector in connectors.split()),
        # a seed's words may be held against seeds that no connector reads
        exclude="test_name:known_values",
        with_tests=True,
    )


def rows_of(database: Path, query: str) -> Rows:
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(query)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def columns_of(database: Path, table: str, store: str, id_column: str) -> dict[str, dict[str, Any]]:
    """What a mapping model brings of one store, by its id without the store."""
    rows = rows_of(database, f"select * from connectors.{table} where {id_column} like '{store}-%'")
    return {row[id_column].removeprefix(f"{store}-"): row for row in rows}
