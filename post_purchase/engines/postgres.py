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
    with connection.cursor() as cursor, duckdb.connect() as reader, tempfile.TemporaryDirectory() as scratch:
        reader.execute("set timezone = 'UTC'")
        cursor.execute("drop schema if exists raw cascade")
        cursor.execute("create schema raw")
        for path in sorted([*folder.glob("*.parquet"), *folder.glob("*.csv")]):
            source = (
                f"read_parquet('{path}')"
                if path.suffix == ".parquet"
                else f"read_csv('{path}', header = true, all_varchar = true, delim = ',', quote = '\"')"
            )
            columns = [
                (str(row[0]), str(row[1])) for row in reader.execute(f"describe select * from {source}").fetchall()
            ]
            typed = ", ".join(f'"{name}" {column_type(kind, as_text)}' for name, kind in columns)
            cursor.execute(f'create table raw."{path.stem}" ({typed})')
            landed = Path(scratch) / "rows.csv"
            reader.execute(
                f"copy (select * from {source}) to '{landed}' (format csv, header false, nullstr '\\N', force_quote *)"
            )
            with landed.open("rb") as rows:
                cursor.copy_expert(f"copy raw.\"{path.stem}\" from stdin (format csv, null '\\N')", rows)
            loaded.append(path.stem)
    return loaded


def column_type(kind: str, as_text: bool) -> str:
    if as_text:
        return "text"
    return kind.lower() if kind.startswith("DECIMAL") else TYPES.get(kind, "text")
