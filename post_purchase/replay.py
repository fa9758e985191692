"""Is a past decision the same when only what had happened by then is known?

    post-purchase replay [--instants 50] [--seed 1] [--vars '{raw_path: FOLDER, as_of: "..."}']
    post-purchase replay --olist FOLDER [--instants 50]

Without a folder the demo shop is replayed. dbt builds the shop once, past points up to the verdicts. Then,
for each of some instants drawn at random from its past points, the raw tables are cut at that instant (later rows
gone, children with what they belong to; what was written into a row later emptied) and the SQL that dbt compiled runs
again on what is left, with the instant as as_of. Every verdict on a message or a calendar step up to the instant must
be the same as in the build that knew it all, reasons and times included. Exit code 1 where one differs.

A connector's rows are cut as it maps them: what a connector itself reads is not replayed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import yaml

from post_purchase import PROJECT
from post_purchase.build import WITHOUT_TESTS, run_dbt
from post_purchase.terminal import for_dbt, vars_text

ROOT = PROJECT
# A live decision is of now, whatever the instant: it is no past decision to compare.
ORIGINS = ["message", "calendar", "due"]
OLIST = {"connectors": ["olist"], "as_of": "2018-10-18 00:00:00", "reporting_currency": "BRL", "live_days": 800}
COMPARED = ["verdict", "reason_codes", "recheck_at", "scope_id", "due_at", "expires_at"]

# When a row of a table came to be; a row without that time stays.
HAPPENED = {
    "customers": "created_at",
    "customer_identities": "first_seen_at",
    "orders": "ordered_at",
    "payments": "occurred_at",
    "fulfillments": "shipped_at",
    "fulfillment_events": "occurred_at",
    "refunds": "coalesce(requested_at, refunded_at, rejected_at)",
    "tickets": "opened_at",
    "ticket_events": "occurred_at",
    "site_events": "occurred_at",
    "messages": "sent_at",
    "leases": "leased_at",
    "message_events": "occurred_at",
    "consents": "occurred_at",
    "suppressions": "since",
    "memberships": "joined_at",
    "reviews": "submitted_at",
    "product_costs": "valid_from",
    "subscriptions": "started_at",
    "experiment_assignments": "assigned_at",
    "overrides": "set_at",
}
# What was written into a row later. Expected deliveries, next charges and ends of overrides are plans, known before.
WRITTEN_LATER = {
    "customers": ["erased_at"],
    "orders": ["cancelled_at"],
    "fulfillments": ["delivered_at", "cancelled_at"],
    "refunds": ["refunded_at", "rejected_at"],
    "subscriptions": ["cancelled_at"],
    "memberships": ["left_at"],
}
# Children go with what they belong to. In this order, a grandchild goes too.
BELONGS_TO = [
    ("orders", "customers", "customer_id"),
    ("order_lines", "orders", "order_id"),
    ("payments", "orders", "order_id"),
    ("fulfillments", "orders", "order_id"),
    ("fulfillment_lines", "fulfillments", "fulfillment_id"),
    ("fulfillment_lines", "order_lines", "order_line_id"),
    ("fulfillment_events", "fulfillments", "fulfillment_id"),
    ("refunds", "orders", "order_id"),
    ("tickets", "orders", "order_id"),
    ("ticket_events", "tickets", "ticket_id"),
    ("site_events", "orders", "order_id"),
    ("messages", "orders", "order_id"),
    ("message_events", "messages", "message_id"),
    ("reviews", "orders", "order_id"),
    ("overrides", "order_lines", "order_line_id"),
]
# What speaks of an exchange inside an order: of the old line the request, of the new one its parcel or a ticket.
EXCHANGE_WORDS = {"refunds": "old", "fulfillment_lines": "new", "tickets": "new"}


class Shop:
    """Raw tables of the contract, by name, as relations of one open database."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, tables: dict[str, str]) -> None:
        self.connection = connection
        self.tables = tables

    def has(self, table: str, *columns: str) -> bool:
        if table not in self.tables:
            return False
        names = {row[0] for row in self.connection.execute(f"describe {self.tables[table]}").fetchall()}
        return set(columns) <= names

    def cut(self, instant: str, whole: dict[str, str]) -> None:
        """Only what had happened by the instant; `whole` are the same tables uncut."""
        for table, happened in HAPPENED.items():
            columns = re.findall(r"[a-z_]+_at|valid_from|since", happened)
            if not self.has(table, *columns):
                continue
            for column in columns:
                happened = re.sub(rf"\b{column}\b", f"try_cast({column} as timestamp)", happened)
            relation = self.tables[table]
            if table == "customers":
                # a customer may be recorded after his first order
                kept = f"""and customer_id not in (
                    select customer_id from {self.tables["orders"]} where customer_id is not null
                    and not coalesce(try_cast(ordered_at as timestamp) > timestamp '{instant}', false))"""
            else:
                kept = ""
            self.connection.execute(f"delete from {relation} where {happened} > timestamp '{instant}' {kept}")
        for table, columns in WRITTEN_LATER.items():
            for column in columns:
                if self.has(table, column):
                    self.connection.execute(
                        f"update {self.tables[table]} set {column} = null "
                        f"where try_cast({column} as timestamp) > timestamp '{instant}'"
                    )
        if self.has("feed_loads", "loaded_through"):
            self.connection.execute(
                f"update {self.tables['feed_loads']} set loaded_through = '{instant}' "
                f"where try_cast(loaded_through as timestamp) > timestamp '{instant}'"
            )
        self.cut_children(whole)
        self.cut_exchanges(whole)
        self.cut_children(whole)

    def cut_children(self, whole: dict[str, str]) -> None:
        """Rows of what was cut; rows of what never was stay, for the models to reject."""
        for table, parent, key in BELONGS_TO:
            if self.has(table, key) and self.has(parent, key):
                self.connection.execute(
                    f"""delete from {self.tables[table]}
                    where {key} in (select {key} from {whole[parent]} where {key} is not null)
                    and {key} not in (select {key} from {self.tables[parent]} where {key} is not null)"""
                )

    def cut_exchanges(self, whole: dict[str, str]) -> None:
        """Lines that took another's place inside their order, of which nothing had spoken yet: they have no date."""
        if not self.has("order_lines", "replaces_order_line_id"):
            return
        words = {table: side for table, side in EXCHANGE_WORDS.items() if self.has(table, "order_line_id")}

        def told(tables: dict[str, str]) -> str:
            return " or ".join(
                f"""exists (
                    select 1 from {tables[table]} as words where words.order_line_id = {side}_lines.order_line_id
                    {"and words.reason = 'exchange'" if table == "refunds" else ""}
                )"""
                for table, side in words.items()
            )

        if not words:
            return
        self.connection.execute(
            f"""delete from {self.tables["order_lines"]} where order_line_id in (
                select new_lines.order_line_id from {whole["order_lines"]} as new_lines
                inner join {whole["order_lines"]} as old_lines
                    on new_lines.replaces_order_line_id = old_lines.order_line_id
                    and new_lines.order_id = old_lines.order_id
                where ({told(whole)}) and not ({told(self.tables)})
            )"""
        )


class Project:
    """The compiled SQL of a finished build, to be run again on other rows and at another instant."""

    def __init__(self, database: Path, target: Path, as_of: str) -> None:
        self.database = database
        self.as_of = as_of
        manifest = json.loads((target / "manifest.json").read_text())
        self.nodes = {
            name: node for name, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed")
        }
        for node in self.nodes.values():
            if node["resource_type"] == "model":
                compiled = target / "compiled" / node["package_name"] / node["original_file_path"]
                node["sql"] = compiled.read_text() if compiled.exists() else None
        # the relation of a contract table: the demo shop's seed, a view on a file, or a connector's model
        self.raw: dict[str, str] = {}
        for node in self.nodes.values():
            if node["name"].startswith("base_") and node.get("sql"):
                table = node["name"].removeprefix("base_")
                own = rf'"{database.stem}"\.(?:"[^"]+"\."[^"]+"|[a-z_]+\.[a-z_]+)'
                for relation in re.findall(own, node["sql"]):
                    name = relation.replace('"', "").split(".")[-1]
                    if name == table or name == f"demo_{table}" or name.endswith(f"__{table}"):
                        self.raw[table] = relation

    def order(self, *wanted: str) -> list[str]:
        """The models above the wanted ones, each after what it reads, connectors left out."""
        found: list[str] = []

        def visit(name: str) -> None:
            if name in found or name not in self.nodes:
                return
            if self.nodes[name]["relation_name"] in self.raw.values():
                return
            for parent in (
                self.nodes[name]["depends_on"]["nodes"] if self.nodes[name]["resource_type"] == "model" else []
            ):
                visit(parent)
            found.append(name)

        for name in wanted:
            visit(next(key for key, node in self.nodes.items() if node["name"] == name))
        return [name for name in found if self.nodes[name]["resource_type"] == "model"]

    def replay(self, instant: str, folder: Path) -> Path:
        """The verdicts on the cut shop, in a database of the same name (the SQL names it)."""
        folder.mkdir(parents=True, exist_ok=True)
        database = folder / self.database.name
        database.unlink(missing_ok=True)
        connection = duckdb.connect(str(database))
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{self.database}' as whole_shop (read_only)")
        seeds = [node for node in self.nodes.values() if node["resource_type"] == "seed"]
        copied = {node["relation_name"] for node in seeds if node["relation_name"]} | set(self.raw.values())
        whole = {table: re.sub(r'^"?[^".]+"?\.', "whole_shop.", relation) for table, relation in self.raw.items()}
        for relation in sorted(copied):
            source = re.sub(r'^"?[^".]+"?\.', "whole_shop.", relation)
            schema = relation.replace('"', "").split(".")[1]
            connection.execute(f'create schema if not exists "{schema}"')
            try:
                connection.execute(f"create table {relation} as from {source}")
            except duckdb.CatalogException:
                continue  # a seed of a shop that is not this one
        Shop(connection, self.raw).cut(instant, whole)
        for name in self.order("int_verdicts"):
            node = self.nodes[name]
            if node["config"]["materialized"] == "ephemeral" or not node.get("sql"):
                continue
            connection.execute(f'create schema if not exists "{node["schema"]}"')
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            sql = node["sql"].replace(self.as_of, instant)
            connection.execute(f"create {kind} {node['relation_name']} as {sql}")
        connection.execute("detach whole_shop")
        connection.close()
        return database


def past(name: str) -> str:
    """Verdicts on past points of an attached database, with their instants; from tables, since a view names its own."""
    columns = ", ".join(f"verdicts.{column}" for column in COMPARED)
    return f"""
        select points.point_id, points.origin, points.point_at, verdicts.action, {columns}
        from {name}.gate.int_policy_verdicts as verdicts
        inner join {name}.observations.int_points as points using (point_id)
        where points.origin <> 'live' and verdicts.policy = 'in_force'
    """


def draw(database: Path, number: int, seed: int) -> list[str]:
    """Instants of past points, drawn at random and the same for the same seed."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            f"""select cast(point_at as varchar) from (
                select distinct point_at from observations.int_points where origin in ('message', 'calendar'))
            order by md5(cast(point_at as varchar) || '{seed}') limit {number}"""
        ).fetchall()
    return sorted(row[0] for row in rows)


def compare(whole: Path, cut: Path, instant: str) -> tuple[int, int, list[tuple[Any, ...]]]:
    """Decisions compared up to the instant, those of the last day, and the ones that differ.

    What became due is known from later facts, so that a due point counts only where both builds have it at one instant.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{whole}' as whole (read_only)")
        connection.execute(f"attach '{cut}' as cut (read_only)")
        connection.execute(f"create table a as {past('whole')} and points.point_at <= timestamp '{instant}'")
        connection.execute(f"create table b as {past('cut')}")
        connection.execute(
            """create table pairs as
            select a.point_id as mine, b.point_id as theirs, coalesce(a.point_at, b.point_at) as point_at,
                coalesce(a.action, b.action) as action, a.verdict, a.reason_codes, b.verdict as cut_verdict,
                b.reason_codes as cut_reason_codes, """
            + " and ".join(f"a.{column} is not distinct from b.{column}" for column in COMPARED)
            + """ and a.point_id is not null and b.point_id is not null as is_same
            from a full join b on a.point_id = b.point_id and a.point_at = b.point_at and a.action = b.action
            where coalesce(a.origin, b.origin) <> 'due' or (a.point_id is not null and b.point_id is not null)"""
        )
        compared, newest = connection.execute(
            f"select count(*), count(*) filter (point_at > timestamp '{instant}' - interval 1 day) from pairs"
        ).fetchall()[0]
        wrong = connection.execute(
            """select coalesce(mine, theirs), action, point_at, verdict, reason_codes, cut_verdict, cut_reason_codes
            from pairs where not is_same order by all"""
        ).fetchall()
    return compared, newest, wrong


def build(settings: dict[str, Any], folder: Path) -> tuple[Path, Path]:
    database = folder / "shop.duckdb"
    words = ("--quiet", *WITHOUT_TESTS, "--select", "+int_verdicts", "--log-path", str(folder / "logs"))
    run_dbt("build", folder / "target", *words, "--vars", for_dbt(settings), database=database)
    return database, folder / "target"


def as_of_of(settings: dict[str, Any]) -> str:
    if settings.get("as_of"):
        return str(settings["as_of"])
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    return str(project["vars"]["post_purchase_gate"]["demo_as_of"])


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="post-purchase replay", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instants", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--vars", type=vars_text, default="{}", help="vars of the build, as YAML or a file of them")
    parser.add_argument("--olist", type=Path, help="a folder with Olist's tables")
    arguments = parser.parse_args(argv)
    if arguments.olist and not arguments.olist.is_dir():
        parser.error(f"there is no folder {arguments.olist}")
    settings = {"point_origins": ORIGINS, **arguments.vars.values}
    if arguments.olist:
        settings = {**OLIST, "olist_path": str(arguments.olist.resolve()), **settings}
    with tempfile.TemporaryDirectory() as work:
        database, target = build(settings, Path(work))
        project = Project(database, target, as_of_of(settings))
        if not project.raw:
            sys.exit("No raw table was found to cut: nothing would be replayed.")
        instants = draw(database, arguments.instants, arguments.seed)
        failed = total = 0
        for instant in instants:
            cut = project.replay(instant, Path(work) / "cut")
            compared, newest, wrong = compare(database, cut, instant)
            total += compared
            failed += len(wrong)
            print(
                f"{instant}  {compared:8,} decisions, {newest:6,} of its last day, {len(wrong)} differ",
                flush=True,
            )
            for row in wrong[:5]:
                print("   ", *row, sep=" | ")
    print(f"{len(instants)} instants, {total:,} decisions compared, {failed:,} differ")
    return 1 if failed or not total else 0
