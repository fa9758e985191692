"""A PostgreSQL server for a trial, on loopback, in a folder that is gone afterwards; and input files loaded into it.

It needs the server's own programs (Debian: `apt-get install postgresql`); they are found on the PATH or under
/usr/lib/postgresql.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

# Nothing of a trial is kept, so nothing waits for the disk. Views of views of views take many locks at once.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "512MB",
    "work_mem": "64MB",
    "max_locks_per_transaction": "512",
    "listen_addresses": "127.0.0.1",
}
# An input column's type on PostgreSQL, by its type in the file; what is not named here is brought as text.
TYPES = {
    "BOOLEAN": "boolean",
    "TINYINT": "smallint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
}


class NoServer(Exception):
    """PostgreSQL's programs are not on this machine."""


@dataclass(frozen=True)
class Server:
    """A running server: where it listens."""

    port: int
    user: str = "postgres"

    def environment(self, database: str, zone: str) -> dict[str, str]:
        """What a dbt process needs to build there; `zone` is the session's, which no answer may depend on."""
        return {
            "POST_PURCHASE_TARGET": "postgres",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGDATABASE": database,
            "PGTZ": zone,
        }

    def connect(self, database: str) -> Any:
        import psycopg2

        connection = psycopg2.connect(host="127.0.0.1", port=self.port, user=self.user, dbname=database)
        connection.autocommit = True
        return connection

    def create(self, database: str) -> None:
        with self.connect("postgres").cursor() as cursor:
            cursor.execute(f'drop database if exists "{database}"')
            cursor.execute(f'create database "{database}"')


def programs() -> Path:
    """The folder of initdb and pg_ctl."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if not folders:
        raise NoServer("PostgreSQL is not installed here. On Debian or Ubuntu: apt-get install postgresql")
    return folders[-1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(collation: str = "en-US") -> Iterator[Server]:
    """A server whose texts sort as `collation` says (ICU), which is not how bytes sort."""
    found = programs()
    with tempfile.TemporaryDirectory(prefix="post_purchase_postgres_") as folder:
        # PostgreSQL refuses to run as root
        as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            as_user = {"user": "postgres", "group": "postgres"}
            shutil.chown(folder, "postgres", "postgres")
        data = Path(folder) / "data"

        def run(program: str, *words: str) -> None:
            command = [str(found / program), "--pgdata", str(data), *words]
            subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **as_user)

        run(
            "initdb",
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            *sorted_as(collation),
        )
        port = free_port()
        with (data / "postgresql.conf").open("a", encoding="utf-8") as settings:
            for name, value in SETTINGS.items():
                settings.write(f"{name} = '{value}'\n")
            settings.write(f"port = {port}\nunix_socket_directories = '{folder}'\n")
        run("pg_ctl", "--log", str(Path(folder) / "log"), "--wait", "start")
        try:
            yield Server(port)
        finally:
            run("pg_ctl", "--mode=immediate", "stop")


def sorted_as(collation: str) -> tuple[str, str]:
    return "--locale-provider=icu", f"--icu-locale={collation}"


def load(connection: Any, folder: Path, as_text: bool) -> list[str]:
    """Every Parquet and CSV file of a folder as a table of the schema `raw`; returns their names.

    `as_text`: every column is text, as some loaders bring them. Else columns of a Parquet file keep their types, as far
    as PostgreSQL has them.
    """
    loaded = []
    with connection.cursor() as cursor, duckdb.connect() as reader:
        reader.execute("set timezone = 'UTC'")
        make_schema(cursor, "raw")
        for path in sorted([*folder.glob("*.parquet"), *folder.glob("*.csv")]):
            source = (
                f"read_parquet('{path}')"
                if path.suffix == ".parquet"
                else f"read_csv('{path}', header = true, all_varchar = true, delim = ',', quote = '\"')"
            )
            bring(cursor, reader, source, "raw", path.stem, as_text)
            loaded.append(path.stem)
    return loaded


def load_schemas(connection: Any, database: Path) -> list[str]:
    """Every table of a DuckDB file in the schema of its name, with the types that it has; returns their names."""
    loaded = []
    with connection.cursor() as cursor, duckdb.connect(str(database), read_only=True) as reader:
        reader.execute("set timezone = 'UTC'")
        tables = reader.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = current_database() order by all"
        ).fetchall()
        for schema in dict.fromkeys(schema for schema, _ in tables):
            make_schema(cursor, schema)
        for schema, table in tables:
            bring(cursor, reader, f'"{schema}"."{table}"', schema, table, as_text=False)
            loaded.append(f"{schema}.{table}")
    return loaded


def make_schema(cursor: Any, schema: str) -> None:
    cursor.execute(f'drop schema if exists "{schema}" cascade')
    cursor.execute(f'create schema "{schema}"')


def bring(cursor: Any, reader: duckdb.DuckDBPyConnection, source: str, schema: str, table: str, as_text: bool) -> None:
    """What DuckDB reads of `source`, as a table."""
    columns = [(str(row[0]), str(row[1])) for row in reader.execute(f"describe select * from {source}").fetchall()]
    # Fivetran writes objects and lists as json, Airbyte as jsonb
    json_type = "json" if "_fivetran_synced" in dict(columns) else "jsonb"
    types = {name: json_type if kind == "JSON" else column_type(kind, as_text) for name, kind in columns}
    typed = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    cursor.execute(f'create table "{schema}"."{table}" ({typed})')
    with tempfile.NamedTemporaryFile(suffix=".csv") as landed:
        reader.execute(
            f"copy (select * from {source}) to '{landed.name}' (format csv, header false, nullstr '\\N', force_quote *)"
        )
        with open(landed.name, "rb") as rows:
            cursor.copy_expert(f'copy "{schema}"."{table}" from stdin (format csv, null \'\\N\')', rows)


def column_type(kind: str, as_text: bool) -> str:
    if as_text:
        return "text"
    return kind.lower() if kind.startswith("DECIMAL") else TYPES.get(kind, "text")
