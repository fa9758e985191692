"""The demo shop as a loader writes it, to try a connector without an account.

    post-purchase shop shape fivetran-rest|fivetran-graphql|api --database FILE.duckdb --store us --out FOLDER

writes the tables that Shopify knows of the demo shop into schema `shopify_<store>` of a DuckDB file, under the names,
columns and types of that loader, and what no shop system knows (tickets, messages, relations of products) into a folder
in the native contract, with the ids that the connector will give. `api` is the API's own nesting, as Airbyte keeps it.

    post-purchase shop shape tools-fivetran --database FILE.duckdb --out FOLDER

writes what Zendesk and Klaviyo know of it, into schemas of that name, and everything else into the folder.

    post-purchase shop shape tools-api --database FILE.duckdb --store us --out FOLDER

writes the store as Fivetran's GraphQL does, and beside it what Gorgias, Recharge, AfterShip, Loop, Okendo and Stripe
know, into schemas of that name; the store's own tables then lack what these tools bring. So do `tools-judgeme`
(Judge.me and Postscript) and `tools-yotpo` (Yotpo and Attentive).

    post-purchase shop shape woocommerce --database FILE.duckdb --store us --out FOLDER

writes the store as WooCommerce's API does, into schema `woocommerce_<store>`, and Stripe's disputes beside it; parcels
and consent, which WooCommerce does not keep, stay in the folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from post_purchase import PROJECT

HERE = Path(__file__).resolve().parent
# The files that write each shape: what two of them write alike stands in one.
SHAPES = {
    "fivetran-rest": ("fivetran", "fivetran_rest"),
    "fivetran-graphql": ("fivetran", "fivetran_graphql"),
    "api": ("api",),
    "tools-api": ("fivetran", "fivetran_graphql", "tools_api", "stripe"),
    "tools-judgeme": ("fivetran", "fivetran_graphql", "tools_judgeme"),
    "tools-yotpo": ("fivetran", "fivetran_graphql", "tools_yotpo"),
    "woocommerce": ("woocommerce", "stripe"),
}
# What tools bring beside the store of a shape: their schemas, and tables of the contract that the folder then lacks.
BESIDE = {
    "tools-api": (
        ("gorgias", "recharge", "aftership", "loop", "okendo", "stripe"),
        ("tickets", "ticket_events", "subscriptions", "reviews"),
    ),
    "tools-judgeme": (("judgeme", "postscript"), ("reviews",)),
    "tools-yotpo": (("yotpo", "attentive"), ("reviews",)),
    "woocommerce": (("stripe",), ()),
}
# The connections to these tools, with what an owner of the demo shop says of each.
CONNECTIONS_BESIDE: dict[str, list[dict[str, Any]]] = {
    "tools-api": [
        {"connector": "gorgias", "order_field": "order", "topic_field": "reason"},
        {"connector": "recharge"},
        {"connector": "aftership"},
        {"connector": "loop"},
        {"connector": "okendo", "without": ["request"]},
        {"connector": "stripe"},
    ],
    "tools-judgeme": [{"connector": "judgeme", "without": ["request"]}, {"connector": "postscript"}],
    "tools-yotpo": [{"connector": "yotpo"}, {"connector": "attentive"}],
    "woocommerce": [{"connector": "stripe"}],
    "tools-fivetran": [
        {
            "connector": "zendesk",
            "order_field": "custom_order_number",
            "topic_field": "custom_contact_reason",
        },
        {"connector": "klaviyo"},
    ],
}
# What Shopify has and the store of another shape has not: it stays in the native contract.
NOT_OF_THE_STORE = {"woocommerce": ("fulfillments", "fulfillment_lines", "fulfillment_events", "consents")}

# What the helpdesk and the sending tool bring of the native contract.
TOOLS = {"tools-fivetran": ("zendesk", "klaviyo")}
OF_TOOLS = ("tickets", "ticket_events", "messages", "message_events", "consents")

# Shopify has none of these: they stay in the native contract.
NOT_OF_A_SHOP = (
    "customer_identities",
    "tickets",
    "ticket_events",
    "site_events",
    "messages",
    "message_events",
    "reviews",
    "sku_relations",
    "subscriptions",
    "experiment_assignments",
    "overrides",
    "product_costs",
)

# Rows that break the contract stay out: no shop system has them.
SOUND = {
    "customers": "customer_id is not null and try_cast(coalesce(is_test, 'false') as boolean) is not null"
    " and customer_id in (select customer_id from native.customers group by 1 having count(*) = 1)",
    "orders": "try_cast(ordered_at as timestamp) is not null and try_cast(total as decimal) is not null"
    " and customer_id in (select customer_id from native.customers)"
    " and order_id in (select order_id from native.order_lines)",
    "order_lines": "order_line_id is not null and try_cast(quantity as decimal) > 0"
    " and order_id in (select order_id from native.orders)",
    "payments": "order_id in (select order_id from native.orders)",
    "fulfillments": "order_id in (select order_id from native.orders)"
    " and not coalesce(cast(delivered_at as timestamp) < cast(shipped_at as timestamp), false)",
    "fulfillment_lines": "fulfillment_id in (select fulfillment_id from native.fulfillments)",
    "fulfillment_events": "fulfillment_id in (select fulfillment_id from native.fulfillments)",
    "refunds": "order_id in (select order_id from native.orders)",
}

# Shopify's ids are numbers: (table, key, where its numbers begin).
NUMBERED = (
    ("customers", "customer_id", 1000),
    ("orders", "order_id", 5000),
    ("order_lines", "order_line_id", 20000),
    ("products", "sku", 300),
    ("fulfillments", "fulfillment_id", 7000),
)


@dataclass(frozen=True)
class Places:
    """Where the shop is written: a DuckDB file, the store's name, and the folder for what no shop system knows."""

    database: Path
    store: str
    folder: Path

    def schema(self, shape: str) -> str:
        """The schema that a loader would write this store to."""
        return f"{'woocommerce' if shape == 'woocommerce' else 'shopify'}_{self.store}"


def settings(shape: str, places: Places) -> dict[str, Any]:
    """The vars that read a shape: its connections, and the folder beside them."""
    connector = "woocommerce" if shape == "woocommerce" else "shopify"
    store = {"connector": connector, "store": places.store, "schema": places.schema(shape)}
    return {
        "connections": [*([] if shape in TOOLS else [store]), *CONNECTIONS_BESIDE.get(shape, [])],
        "raw_path": str(places.folder),
    }


def write(shape: str, places: Places) -> None:
    """Write the demo shop in a loader's shape. Tables of an earlier call are replaced."""
    if shape in TOOLS:
        return write_tools(shape, places)
    places.database.parent.mkdir(parents=True, exist_ok=True)
    places.folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(places.database)) as connection:
        connection.execute("set timezone = 'UTC'")
        read_demo(connection)
        connection.execute((HERE / "facts.sql").read_text())
        schema_of_store = places.schema(shape)
        connection.execute(f"drop schema if exists {schema_of_store} cascade")
        connection.execute(f"create schema {schema_of_store}")
        schemas, brought = BESIDE.get(shape, ((), ()))
        for schema in schemas:
            connection.execute(f"drop schema if exists {schema} cascade")
        for file in SHAPES[shape]:
            connection.execute((HERE / f"{file}.sql").read_text().replace("{schema}", schema_of_store))
        kept = (*NOT_OF_A_SHOP, *NOT_OF_THE_STORE.get(shape, ()))
        write_native(connection, places, [table for table in kept if table not in brought])
        connection.execute("drop schema native cascade")


def write_tools(shape: str, places: Places) -> None:
    """Write what the tools around the demo shop know of it. Tables of an earlier call are replaced."""
    places.database.parent.mkdir(parents=True, exist_ok=True)
    places.folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(places.database)) as connection:
        connection.execute("set timezone = 'UTC'")
        read_rows(connection)
        for schema in TOOLS[shape]:
            connection.execute(f"drop schema if exists {schema} cascade")
        connection.execute((HERE / f"{shape.replace('-', '_')}.sql").read_text())
        told = "', '".join(OF_TOOLS)
        connection.execute(f"delete from native.feed_loads where feed in ('{told}')")
        for file in demo_files():
            table = table_of(file)
            if table not in OF_TOOLS:
                connection.sql(f"from native.{table}").write_csv(str(places.folder / f"{table}.csv"), header=True)
        connection.execute("drop schema native cascade")


def demo_files() -> list[Path]:
    """The demo shop's own files."""
    return sorted((PROJECT / "seeds" / "demo_shop").glob("demo_*.csv"))


def table_of(file: Path) -> str:
    """The table of the contract that a file of the demo shop holds."""
    return file.stem.removeprefix("demo_")


def read_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """The demo shop's own rows as text, in schema `native`."""
    connection.execute("drop schema if exists native cascade")
    connection.execute("create schema native")
    for file in demo_files():
        connection.execute(
            f"create table native.{table_of(file)} as select * from read_csv(?, all_varchar = true)", [str(file)]
        )


def read_demo(connection: duckdb.DuckDBPyConnection) -> None:
    """The demo shop's own rows as text, in schema `native`, and a number for each, the same at every call."""
    read_rows(connection)
    for table, is_sound in SOUND.items():
        connection.execute(
            f"create or replace table native.{table} as select distinct * from native.{table} where {is_sound}"
        )
    for table, key, first in NUMBERED:
        connection.execute(
            f"create table native.{table}_number as select {key}, {first} + row_number() over (order by {key}) as id"
            f" from (select distinct {key} from native.{table} where {key} is not null)"
        )


def write_native(connection: duckdb.DuckDBPyConnection, places: Places, tables: list[str]) -> None:
    """What the shape does not bring, in the native contract, with the ids that the connector gives."""
    numbers = {key: f"{table}_number" for table, key, _ in NUMBERED if key != "sku"}
    told = "', '".join(tables)
    connection.execute(f"create or replace table native.feed_loads as from native.feed_loads where feed in ('{told}')")
    for table in (*tables, "feed_loads"):
        columns = [row[0] for row in connection.execute(f"describe native.{table}").fetchall()]
        # an id that leads nowhere goes on leading nowhere
        selects = [
            f"coalesce('{places.store}-' || {numbers[column]}.id, rows.{column}) as {column}"
            if column in numbers
            else f"rows.{column}"
            for column in columns
        ]
        joins = [
            f"left join native.{numbers[column]} on rows.{column} = {numbers[column]}.{column}"
            for column in columns
            if column in numbers
        ]
        connection.sql(f"select {', '.join(selects)} from native.{table} as rows {' '.join(joins)}").write_csv(
            str(places.folder / f"{table}.csv"), header=True
        )
