"""The demo shop in a loader's shape, with the types that loaders give its columns in a warehouse that is a server.

Fivetran and Airbyte write instants as timestamps with a zone, and objects and lists as JSON. The shapes are written for
DuckDB, some with timestamps without a zone, with texts that hold JSON, and with structs: here their columns get the
types, in DuckDB, too, so that both engines build from the same tables.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from post_purchase import shapes, shop

INSTANT = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:?[0-9]{2})$"


def write(names: Sequence[str], database: Path, as_text: bool) -> dict[str, Any]:
    """Writes shapes into a DuckDB file, each a store of its own beside all their tools; the vars that read them.

    What the first does not bring of the native contract stands in its schema raw.
    """
    connections: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        folders = [Path(scratch) / shape for shape in names]
        for shape, folder in zip(names, folders, strict=True):
            places = shapes.Places(database, shape.replace("-", "_"), folder)
            shapes.write(shape, places)
            connections += [one for one in shapes.settings(shape, places)["connections"] if one not in connections]
        with duckdb.connect(str(database)) as connection:
            connection.execute("set timezone = 'UTC'")
            retype(connection, as_text)
            connection.execute("create schema raw")
            for path in sorted(folders[0].glob("*.csv")):
                connection.execute(
                    f'create table raw."{path.stem}" as from read_csv(?, all_varchar = true)', [str(path)]
                )
    return {"connections": connections, "raw_schema": "raw", "as_of": shop.DEMO_AS_OF.isoformat(sep=" ")}


def connections(variables: dict[str, Any]) -> list[dict[str, Any]]:
    """The connections of a build, each with its schema."""
    return [{"schema": one["connector"]} | one for one in variables.get("connections", [])]


def retype(connection: duckdb.DuckDBPyConnection, as_text: bool) -> None:
    """Gives every column of the file the type that a loader gives it; or text, as loaders of files do."""
    columns = connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where database_name = current_database() and not internal order by all"
    ).fetchall()
    for schema, table, column, kind in columns:
        place = f'"{schema}"."{table}"'
        now = "VARCHAR" if as_text else loaded_type(connection, place, column, kind)
        if now != kind:
            # a struct or a list is text as DuckDB writes it, not as JSON
            value = f'cast(to_json("{column}") as {now})' if is_nested(kind) else f'cast("{column}" as {now})'
            connection.execute(f'alter table {place} alter "{column}" type {now} using {value}')


def is_nested(kind: str) -> bool:
    return kind.startswith("STRUCT") or kind.endswith("]")


def loaded_type(connection: duckdb.DuckDBPyConnection, place: str, column: str, kind: str) -> str:
    """The type of a column as a loader leaves it, by its type and by what all its values are."""
    if is_nested(kind):
        return "JSON"
    if kind == "TIMESTAMP":
        return "TIMESTAMP WITH TIME ZONE"
    if kind == "UUID":
        return "VARCHAR"
    if kind != "VARCHAR":
        return kind
    values, instants, objects = connection.execute(
        f'select count("{column}"), count(*) filter (where regexp_matches("{column}", \'{INSTANT}\')), '
        f"count(*) filter (where json_type(try_cast(\"{column}\" as json)) in ('OBJECT', 'ARRAY')) from {place}"
    ).fetchone() or (0, 0, 0)
    if values and instants == values:
        return "TIMESTAMP WITH TIME ZONE"
    return "JSON" if values and objects == values else kind
