"""Renders the models for a warehouse that is not there.

dbt's adapter renders them, and where a model asks the warehouse something (is there a table, which columns has it), a
DuckDB file that holds the inputs answers: with the type names that the warehouse has for them.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb

from post_purchase import PROJECT

# What adapters call the types of columns, by DuckDB's name; DECIMAL is any decimal.
TYPES = {
    "snowflake": {
        "VARCHAR": "VARCHAR", "BOOLEAN": "BOOLEAN", "BIGINT": "NUMBER", "DECIMAL": "NUMBER", "DOUBLE": "FLOAT",
        "TIMESTAMP": "TIMESTAMP_NTZ", "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_TZ", "DATE": "DATE", "JSON": "VARIANT",
    },
    "bigquery": {
        "VARCHAR": "STRING", "BOOLEAN": "BOOL", "BIGINT": "INT64", "DECIMAL": "NUMERIC", "DOUBLE": "FLOAT64",
        "TIMESTAMP": "TIMESTAMP", "TIMESTAMP WITH TIME ZONE": "TIMESTAMP", "DATE": "DATE", "JSON": "JSON",
    },
    "databricks": {
        "VARCHAR": "string", "BOOLEAN": "boolean", "BIGINT": "bigint", "DECIMAL": "decimal(18,4)", "DOUBLE": "double",
        "TIMESTAMP": "timestamp", "TIMESTAMP WITH TIME ZONE": "timestamp", "DATE": "date", "JSON": "string",
    },
    "redshift": {
        "VARCHAR": "character varying", "BOOLEAN": "boolean", "BIGINT": "bigint", "DECIMAL": "numeric",
        "DOUBLE": "double precision", "TIMESTAMP": "timestamp without time zone",
        "TIMESTAMP WITH TIME ZONE": "timestamp with time zone", "DATE": "date", "JSON": "super",
    },
}  # fmt: skip
# Before the reason for which a model has no SQL.
NOT_RENDERED = "\0"
# Rooms of which a model is there before any of its readers, on the first build, too.
INPUT_FOLDERS = ("models/staging/",)


class Asked(Exception):
    """A model asked the warehouse what nobody can answer without one."""


@dataclass(frozen=True)
class Shop:
    """The vars of a build, the DuckDB file that has its inputs, and the models that are rendered with them."""

    name: str
    variables: dict[str, Any]
    select: Sequence[str] = ()
    columns: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict, repr=False)


def inputs_of(database: Path) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """The columns of every table of a DuckDB file, by schema and table."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    with duckdb.connect(str(database), read_only=True) as here:
        for schema, table, column, kind in here.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() "
            "where database_name = current_database() and not internal order by schema_name, table_name, column_index"
        ).fetchall():
            found.setdefault((schema.lower(), table.lower()), []).append((column, kind))
    return found


def type_there(engine: str, kind: str) -> str:
    types = TYPES[engine]
    if kind in types:
        return types[kind]
    if kind.startswith("DECIMAL"):
        return types["DECIMAL"]
    if kind in ("FLOAT", "REAL"):
        return types["DOUBLE"]
    if "INT" in kind:
        return types["BIGINT"]
    # lists and structs
    return types["JSON"] if kind.endswith(("]", ")")) else types["VARCHAR"]


class Catalog:
    """Answers an adapter in a warehouse's stead."""

    def __init__(self, engine: str, shop: Shop) -> None:
        self.engine = engine
        self.shop = shop
        self.models: dict[tuple[str, str], dict[str, Any]] = {}
        self.is_first = True

    def is_there(self, schema: str, table: str) -> bool:
        place = (schema.lower(), table.lower())
        if node := self.models.get(place):
            return not self.is_first or str(node["path"]).startswith(INPUT_FOLDERS)
        return place in self.shop.columns

    def get_relation(self, adapter: Any, database: str, schema: str, identifier: str, **_: Any) -> Any:
        if not self.is_there(schema, identifier):
            return None
        kind = self.models.get((schema.lower(), identifier.lower()), {}).get("kind", "table")
        named = {"database": database, "schema": schema, "identifier": identifier}
        if self.engine == "snowflake":
            # its adapter gives back names as the warehouse has them, in quotes
            named = {part: name.upper() for part, name in named.items() if name}
            return adapter.Relation.create(**named, type=kind, quote_policy=dict.fromkeys(named, True))
        return adapter.Relation.create(**named, type=kind)

    def list_relations(self, adapter: Any, database: str, schema: str, *_: Any) -> list[Any]:
        places = sorted({*self.shop.columns, *self.models})
        return [
            self.get_relation(adapter, database, schema, table)
            for place, table in places
            if place == schema.lower() and self.is_there(place, table)
        ]

    def get_columns_in_relation(self, adapter: Any, relation: Any, *_: Any) -> list[Any]:
        place = (str(relation.schema).lower(), str(relation.identifier).lower())
        columns = self.shop.columns.get(place)
        if columns is None and place in self.models:
            columns = self.models[place]["columns"]
        if columns is None:
            raise Asked(f"the columns of {'.'.join(place)}")
        return [adapter.Column(column=name, dtype=type_there(self.engine, kind)) for name, kind in columns]


@contextmanager
def without_warehouse(catalog: Catalog) -> Iterator[None]:
    """Puts a catalog in the place of the adapter's connection."""
    from dbt.adapters.factory import FACTORY
    from dbt.task.compile import CompileTask

    FACTORY.load_plugin(catalog.engine)
    adapter: Any = FACTORY.get_adapter_class_by_name(catalog.engine)

    def opened(connection: Any) -> Any:
        connection.state = "open"
        connection.handle = mock.MagicMock()
        return connection

    def execute(_: Any, sql: str, *__: Any, **___: Any) -> Any:
        raise Asked(" ".join(sql.split())[:300])

    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(adapter.ConnectionManager, "open", staticmethod(opened)))
        for name in ("get_relation", "list_relations", "get_columns_in_relation"):
            answer = getattr(catalog, name)
            patched = lambda self, *words, _answer=answer, **more: _answer(self, *words, **more)  # noqa: E731
            stack.enter_context(mock.patch.object(adapter, name, patched))
        stack.enter_context(mock.patch.object(adapter, "execute", execute))
        # what cannot be rendered is told apart from all that can
        stack.enter_context(mock.patch.object(CompileTask, "raise_on_first_error", lambda _: False))
        stack.enter_context(mock.patch.object(adapter, "set_relations_cache", lambda *_, **__: None))
        yield


def write_key(path: Path) -> None:
    """A key of nobody's: BigQuery's adapter reads one before it renders."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    pem = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    words = {
        "type": "service_account",
        "project_id": "post-purchase",
        "client_email": "nobody@post-purchase.example",
        "token_uri": "https://localhost/",
        "private_key": pem.decode(),
    }
    path.write_text(json.dumps(words), encoding="utf-8")


def rendered(engine: str, shop: Shop, target: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """For a first build and for the next one: the SQL of every model, by its file, or why there is none."""
    from dbt.cli.main import dbtRunner

    catalog = Catalog(engine, shop)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        key = Path(scratch) / "key.json"
        if engine == "bigquery":
            write_key(key)
        around = {"GOOGLE_APPLICATION_CREDENTIALS": str(key), "POST_PURCHASE_THREADS": "1", "DO_NOT_TRACK": "1"}
        with mock.patch.dict(os.environ, around), without_warehouse(catalog):
            common = ["--target", engine, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT / "profiles")]
            common += ["--target-path", str(target), "--log-path", str(target), "--vars", json.dumps(shop.variables)]
            parsed: Any = dbtRunner().invoke(["parse", "--quiet", "--no-partial-parse", *common])
            if not parsed.success:
                raise SystemExit(f"dbt could not read the project for {engine}: {parsed.exception}")
            manifest: Any = parsed.result
            for node in manifest.nodes.values():
                if node.resource_type == "model":
                    kind = "view" if node.config.materialized == "view" else "table"
                    catalog.models[(node.schema.lower(), node.alias.lower())] = {
                        "path": node.original_file_path,
                        "kind": kind,
                        "columns": [
                            (name, str(column.data_type or "varchar").upper()) for name, column in node.columns.items()
                        ],
                    }
            for branch in ("first", "next"):
                catalog.is_first = branch == "first"
                said: dict[str, str] = {}

                def listen(event: Any, said: dict[str, str] = said) -> None:
                    if event.info.level == "error":
                        said.setdefault(str(getattr(event.data, "unique_id", len(said))), event.info.msg)

                words = ["compile", "--quiet", "--no-populate-cache", "--select"]
                words += shop.select or ["resource_type:model"]
                done: Any = dbtRunner(manifest=manifest, callbacks=[listen]).invoke(
                    [*words, "--no-write-json", *common]
                )
                sql: dict[str, str] = {}
                for result in done.result or []:
                    if result.node.resource_type == "model":
                        sql[result.node.original_file_path] = result.node.compiled_code or ""
                        if result.status != "success":
                            sql[result.node.original_file_path] = f"{NOT_RENDERED}{result.message}"
                if done.exception and not sql:
                    raise SystemExit(f"dbt could not render for {engine}: {done.exception}")
                yield branch, sql
