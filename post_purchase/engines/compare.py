"""Compares what two engines built, table by table and row by row: `except all` both ways, in DuckDB.

Two tolerances, and no other. Columns of type double (fitted coefficients, scores, intervals) are compared to DIGITS
significant digits, since engines add up floating-point numbers in different orders. And where a decimal comes of a
division or a root, engines may round its last digit differently: a table whose rows are the same but for that digit
is called close, and counted apart from those that are the same.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

DIGITS = 9
# The inputs themselves, and what only DuckDB has.
NOT_COMPARED = ("raw", "main", "information_schema", "pg_catalog")


@dataclass(frozen=True)
class Difference:
    """One table: rows on each engine, and the rows that only one of them has."""

    table: str
    rows_here: int
    rows_there: int
    only_here: int
    only_there: int
    example: str = ""
    is_close: bool = False
    # the other engine made nothing, which is not the same as no rows
    has_failed: bool = False

    @property
    def is_equal(self) -> bool:
        return (
            not self.has_failed and self.only_here == 0 and self.only_there == 0 and self.rows_here == self.rows_there
        )


def as_compared(name: str, kind: str, spared: int = 0) -> str:
    """A column made comparable: doubles to so many significant digits, decimals without `spared` digits."""
    if kind in ("DOUBLE", "FLOAT"):
        return f'printf(\'%.{DIGITS - 1}e\', "{name}" + 0.0) as "{name}"'
    if spared and kind.startswith("DECIMAL"):
        scale = int(kind.rstrip(")").split(",")[1])
        return f'round("{name}", {max(scale - spared, 0)}) as "{name}"'
    return f'"{name}"'


def tables_of(here: duckdb.DuckDBPyConnection, inputs: Collection[str] = ()) -> list[tuple[str, str]]:
    found = here.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = current_database() and not list_contains(?, table_schema) order by all",
        [[*NOT_COMPARED, *inputs]],
    ).fetchall()
    return [(str(schema), str(table)) for schema, table in found]


@contextmanager
def opened(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB file to read, beside `memory`, in which the other engine's rows find room."""
    with duckdb.connect() as here:
        here.execute("set timezone = 'UTC'")
        path = str(database).replace("'", "''")
        # under the name that its views were made with
        here.execute(f"attach '{path}' as \"{database.stem}\" (read_only)")
        here.execute(f'use "{database.stem}"')
        yield here


def differences(database: Path, there: Any, inputs: Collection[str] = ()) -> Iterator[Difference]:
    """Every table and view of a DuckDB file but its inputs, against the one of its name on `there`, PostgreSQL."""
    with opened(database) as here:
        for schema, table in tables_of(here, inputs):
            yield compare(here, there, schema, table)


def typed_columns(here: duckdb.DuckDBPyConnection, schema: str, table: str) -> list[tuple[str, str]]:
    return [(str(name), str(kind)) for name, kind, *_ in here.execute(f'describe "{schema}"."{table}"').fetchall()]


def compare(here: duckdb.DuckDBPyConnection, there: Any, schema: str, table: str) -> Difference:
    columns = typed_columns(here, schema, table)
    listed = ", ".join(f'"{name}"' for name, _ in columns)
    typed = ", ".join(f"'{name}': '{kind}'" for name, kind in columns)
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        with there.cursor() as cursor:
            cursor.copy_expert(
                f'copy (select {listed} from "{schema}"."{table}") to stdout (format csv, null \'\\N\', force_quote *)',
                file,
            )
        file.flush()
        here.execute(
            f"create or replace table memory.main.rows_there as select * from read_csv('{file.name}', "
            f"header = false, auto_detect = false, "
            f"quote = '\"', escape = '\"', nullstr = '\\N', allow_quoted_nulls = false, columns = {{{typed}}})"
        )
    return compared(here, schema, table, columns)


def compared(here: duckdb.DuckDBPyConnection, schema: str, table: str, columns: list[tuple[str, str]]) -> Difference:
    """A table of DuckDB against memory.main.rows_there, which has the other engine's rows in columns of its types."""
    counts, ours, theirs = counted(here, schema, table, columns)
    example = ""
    if counts[2] or counts[3]:
        rows = here.execute(f"({ours} except all {theirs}) order by all limit 1").fetchall()
        others = here.execute(f"({theirs} except all {ours}) order by all limit 1").fetchall()
        if rows and others:
            example = "; ".join(
                f"{name}: {a!r} / {b!r}" for (name, _), a, b in zip(columns, rows[0], others[0], strict=True) if a != b
            )
        else:
            example = "a row that the other engine does not have"
    is_close = bool(example) and counted(here, schema, table, columns, spared=1)[0][2:] == [0, 0]
    return Difference(f"{schema}.{table}", counts[0], counts[1], counts[2], counts[3], example, is_close)


def counted(
    here: duckdb.DuckDBPyConnection, schema: str, table: str, columns: list[tuple[str, str]], spared: int = 0
) -> tuple[list[int], str, str]:
    """Rows here, there, only here and only there; and the two queries that were compared."""
    compared = ", ".join(as_compared(name, kind, spared) for name, kind in columns)
    ours = f'select {compared} from "{schema}"."{table}"'
    theirs = f"select {compared} from memory.main.rows_there"
    queries = (ours, theirs, f"{ours} except all {theirs}", f"{theirs} except all {ours}")
    rows = [here.execute(f"select count(*) from ({query})").fetchone() or (0,) for query in queries]
    return [int(row[0]) for row in rows], ours, theirs
