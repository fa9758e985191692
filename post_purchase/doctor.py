"""What the connections bring, what they lack, and what each gap blocks, before the first build and without one.

    post-purchase doctor --vars '{connections: [{connector: shopify, store: us, schema: shopify_us}]}' [--database FILE]
        [--format table|json]

Reads the loader's tables where they are and writes nothing there: what it works out stands in a file that is removed
when it is done. Exit codes: 0 nothing that is required is missing; 1 something is; 2 the connections cannot be read.
"""

from __future__ import annotations

import argparse
import csv
import difflib
import io
import json
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import yaml
from rich.console import Console

from post_purchase import PROJECT
from post_purchase.build import WITHOUT_TESTS, invoke, without_its_way
from post_purchase.terminal import (
    DEFAULT_DATABASE,
    attached_files,
    for_dbt,
    identifier,
    literal,
    no_database,
    on_duckdb,
    plain,
    vars_text,
)

MARK = "CONNECTIONS "
SHOP = "shop"  # the shop's own file, attached to the one that doctor works in
# What has to be read before it is known which words, rows and links are bad: inputs as far as their accounting.
NEEDED = ["+rejected_rows", "+unmapped_values", "+dangling_references", "+input_accounting", "+feed_health"]
NEEDED += ["gate_matrix", "stg_order_lines", "stg_payments", "stg_fulfillment_lines"]

MONEY = """
    with captured as (
        select order_id, sum(case when status = 'captured' then amount end) as amount
        from staging.stg_payments
        group by 1
    ),
    goods as (
        select order_id, sum(quantity * unit_price - discount) as amount from staging.stg_order_lines group by 1
    )
    select
        count(*) as orders,
        count(*) filter (where captured.amount is not null) as orders_captured,
        count(*) filter (where abs(captured.amount - orders.total) <= 0.02) as captured_is_total,
        count(*) filter (
            where goods.amount + coalesce(orders.shipping_charged, 0) <= orders.total + 0.02
        ) as goods_within_total
    from staging.stg_orders as orders
    left join captured using (order_id)
    left join goods using (order_id)
    where orders.cancelled_at is null and not orders.is_test
"""

# (what is linked to what, rows, how many of them are)
LINKS = {
    "tickets to an order": "select count(*), count(order_id) from staging.stg_tickets",
    "messages to an order": "select count(*), count(order_id) from staging.stg_messages",
    "reviews to an order": "select count(*), count(order_id) from staging.stg_reviews",
    "parcels to lines": "select count(*), count(*) filter (where fulfillment_id in"
    " (select fulfillment_id from staging.stg_fulfillment_lines)) from staging.stg_fulfillments",
    "orders to an account": "select count(*), count(*) filter (where customer_id not like 'guest:%')"
    " from staging.stg_orders",
}


# How connectors hand on what a tool says in words of its own.
WORDS_OF_TOOLS = ("metric ", "left list ")

# Most feeds that a shop does not keep hide nothing: there are no such facts. Without these something never goes out.
NEVER_WITHOUT = {
    "payments": "Then no order is known to be paid, and nothing goes out for any that is owed money.",
    "fulfillments": "Then nothing but digital goods is ever shipped: each order becomes work for support.",
    "consents": "Then marketing goes out only where the seed consent_rules takes a purchase for consent.",
    "products": "Then nothing is recommended and no review is asked for: the catalogue knows no product.",
    "sku_relations": "Then nothing is recommended but the product itself, and pairs of products that your own orders"
    " prove.",
}

# Flows that nobody has mapped: the flow, its ids where the tool has any, messages, people, the last.
FLOWS = """
    with people as (
        select flow, count(distinct coalesce(customer_id, lower(trim(address)))) as people
        from staging.stg_messages
        group by flow
    )

    select unmapped.unmapped_value, ids.ids, unmapped.row_count, coalesce(people.people, 0), unmapped.last_seen_at
    from marts.unmapped_values as unmapped
    left join people on unmapped.unmapped_value = people.flow
    left join ({ids}) as ids on unmapped.unmapped_value = ids.name
    where unmapped.table_name = 'messages' and unmapped.column_name = 'flow'
    order by unmapped.row_count desc, unmapped.unmapped_value
"""
IDS_OF_FLOWS = "select name, string_agg(distinct id, ', ' order by id) as ids from connectors.{table} group by name"
NO_IDS = "select null as name, null as ids where false"
FLOW_MAP = "seeds/policy/flow_map.csv"

# Tickets of a connection, those that hold anything in the field that it names, and of these those that are of an order.
FIELD = """
    select count(*), count(fields.{column}), count(case when fields.{column} is not null then tickets.order_id end)
    from connectors.{connector}_fields as fields
    left join staging.stg_tickets as tickets
        on tickets.ticket_id in (
            fields._store || '-' || fields.ticket_id, fields._store || '-{connector}-' || fields.ticket_id
        )
    where fields._store = $store
"""


# Fields of tickets that stand in a table of their own: how a connection may name them, and the tickets that hold them.
TITLED_FIELDS = """
    select coalesce(titles.title, fields.field_id) as field, count(distinct fields.ticket_id) as tickets
    from connectors.src_zendesk__ticket_field_value as fields
    left join connectors.src_zendesk__ticket_field as titles
        on fields._store = titles._store and fields.field_id = titles.id
    where fields._store = $store and fields.value is not null
    group by 1
"""


class Unreadable(Exception):
    """The connections cannot be read; the message says why."""


class Spoken(NamedTuple):
    """What a dbt command said, line by line, and what it returned."""

    lines: list[str]
    result: Any


def dbt(words: Sequence[str], profiles: Path, work: Path, settings: dict[str, Any], parsed: Any = None) -> Spoken:
    """One dbt command in this process, on a project parsed before if there is one. Errors are those of a build."""
    said: list[str] = []
    problems: list[str] = []

    def hear(event: Any) -> None:
        said.append(plain(event.info.msg))
        if event.info.level == "error" and event.info.msg.strip():
            problems.append(without_its_way(plain(event.info.msg)))

    common = ["--log-level", "none", "--log-level-file", "none", "--no-write-json", "--project-dir", str(PROJECT)]
    common += ["--profiles-dir", str(profiles), "--target-path", str(work / "target"), "--log-path", str(work / "logs")]
    outcome = invoke([*words, *common, "--vars", for_dbt(settings)], hear, parsed)
    if not outcome.success:
        reasons = list(dict.fromkeys(problems)) or [str(outcome.exception)]
        raise Unreadable("\n".join(reasons[:5]))
    return Spoken(said, outcome.result)


def working_profile(database: Path, work: Path) -> Path:
    """A profile whose database is doctor's own, beside the shop's, which is only read."""
    profiles = yaml.safe_load((PROJECT / "profiles" / "profiles.yml").read_text())
    output = profiles["post_purchase_gate"]["outputs"]["duckdb"]
    output["path"] = str(work / "doctor.duckdb")
    output["attach"] = [{"path": str(path), "alias": name, "read_only": True} for name, path in read_only(database)]
    profiles["post_purchase_gate"]["outputs"] = {"duckdb": output}
    profiles["post_purchase_gate"]["target"] = "duckdb"
    folder = work / "profiles"
    folder.mkdir()
    (folder / "profiles.yml").write_text(yaml.safe_dump(profiles))
    return folder


def read_only(database: Path) -> list[tuple[str, Path]]:
    """The files that the doctor looks into and never writes to, by the names that SQL knows them by."""
    shop = [(SHOP, database)] if database.is_file() else []
    return [*shop, *((path.stem, path) for path in attached_files())]


def where_the_shop_is(settings: dict[str, Any]) -> dict[str, Any]:
    """The same vars, for tables that stand in the attached file."""
    moved = dict(settings)
    moved["connections"] = [
        {"database": SHOP, **connection} if isinstance(connection, dict) else connection
        for connection in settings.get("connections") or []
    ]
    if settings.get("raw_schema") and not settings.get("raw_database"):
        moved["raw_database"] = SHOP
    return moved


def actions_of_matrix(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The actions that checks can hold, in the order of the gate matrix."""
    columns = connection.sql("from policy.gate_matrix").columns
    return [name for name in columns if name not in ("position", "check_name", "state")]


def waits_for(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Per check, the actions that wait while it is unknown."""
    matrix = connection.sql("from policy.gate_matrix where state = 'unknown'")
    actions = actions_of_matrix(connection)
    return {
        row[matrix.columns.index("check_name")]: [name for name in actions if row[matrix.columns.index(name)]]
        for row in matrix.fetchall()
    }


def blocked_by(
    connection: duckdb.DuckDBPyConnection, waits: dict[str, list[str]]
) -> dict[str, tuple[list[str], list[str]]]:
    """Per feed, the checks that read it and the actions that wait while they are unknown."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for check, feeds in connection.sql(
        "select check_name, feeds from policy.checks where feeds is not null"
    ).fetchall():
        for feed in feeds.split(";"):
            checks, blocked = found.setdefault(feed, ([], []))
            checks.append(check)
            blocked.extend(action for action in waits.get(check, []) if action not in blocked)
    return found


def examine(described: dict[str, Any], file: Path, database: Path) -> dict[str, Any]:
    """Everything that doctor says, from the description of the connections and the rows that were read."""
    with duckdb.connect(str(file)) as connection:
        for name, path in read_only(database):
            connection.execute(f"attach {literal(path)} as {identifier(name)} (read_only)")
        waits = waits_for(connection)
        blocked = blocked_by(connection, waits)
        rows = connection.sql(
            "select feed, state, loaded_through, age_hours, max_age_hours from marts.feed_health"
        ).fetchall()
        health = {
            row[0]: dict(zip(("state", "loaded_through", "age_hours", "limit"), row[1:], strict=True)) for row in rows
        }
        money = connection.sql(MONEY)
        report: dict[str, Any] = {
            "connections": described["connections"],
            "feeds": health,
            "money": dict(zip(money.columns, money.fetchone() or (), strict=False)),
            "links": {what: connection.sql(query).fetchone() for what, query in LINKS.items()},
            "fields": ticket_fields(described, connection),
            "rejected": connection.sql(
                "select table_name, reason, count(*) from marts.rejected_rows"
                " group by 1, 2 order by 3 desc, 1, 2 limit 20"
            ).fetchall(),
            "unmapped": connection.sql(
                "select table_name, column_name, unmapped_value, row_count, last_seen_at from marts.unmapped_values"
                " where (table_name, column_name) <> ('messages', 'flow') order by row_count desc, 1, 2, 3 limit 20"
            ).fetchall(),
            "flows": unmapped_flows(connection),
            "accounting": connection.sql(
                "select table_name, rows_in, rows_accepted from marts.input_accounting where rows_in > 0 order by 1"
            ).fetchall(),
        }
        actions = actions_of_matrix(connection)
    flows = flow_step(report["flows"], waits, actions)
    report["steps"] = in_order([*steps(described, health, blocked), *flows])
    report["steps"] += [
        {"do": remedy, "required": False, "actions": []} for remedy in map(field_remedy, report["fields"]) if remedy
    ]
    return report


def unmapped_flows(file: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The flows that nobody has mapped, those with the most messages first."""
    tables = file.sql("select table_name from duckdb_tables() where schema_name = 'connectors'").fetchall()
    tables += file.sql("select view_name from duckdb_views() where schema_name = 'connectors'").fetchall()
    table = "src_klaviyo__flow"
    ids = IDS_OF_FLOWS.format(table=table) if (table,) in tables else NO_IDS
    names = ("flow", "ids", "messages", "people", "last_sent_at")
    return [dict(zip(names, row, strict=True)) for row in file.sql(FLOWS.format(ids=ids)).fetchall()]


def as_code(name: str) -> str:
    """A name as codes are written: `Review request` as `review_request`."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def flow_step(
    flows: Sequence[dict[str, Any]], waits: dict[str, list[str]], actions: Sequence[str]
) -> list[dict[str, Any]]:
    """What to write of the flows that nobody has mapped: a line each, with an action where the flow has its name."""
    if not flows:
        return []
    blocked = waits.get("already_done", [])
    lines = []
    for flow in flows:
        proposed = as_code(flow["flow"])
        row = io.StringIO()
        csv.writer(row, lineterminator="").writerow([flow["flow"], proposed if proposed in actions else "ACTION"])
        lines.append(row.getvalue() + ("   <- proposed by its name: is it so?" if proposed in actions else ""))
    twice = ", ".join(action for action in actions if action not in blocked)
    return [
        {
            "do": f"flows: nobody has said what {how_many(len(flows), 'flow', 'flows')} sent"
            f" ({how_many(sum(flow['messages'] for flow in flows), 'message', 'messages')}). Write these lines into"
            f" {FLOW_MAP}, with the action that the flow sends for ACTION, or newsletter where it sends none of them.",
            "required": False,
            "checks": ["already_done"],
            "actions": blocked,
            "warning": f"Until then these do not wait, and may be said twice: {twice}." if twice else "",
            "lines": lines,
        }
    ]


def how_many(number: int, one: str, many: str) -> str:
    """A count with its noun."""
    return f"{number:,} {one if number == 1 else many}"


def ticket_fields(described: dict[str, Any], file: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The fields that connections name, with how many tickets hold anything there, and how many lead to an order."""
    found = []
    for connection in described["connections"]:
        for word, field in connection["fields"].items():
            query = FIELD.format(connector=connection["connector"], column=word.replace("_field", "_value"))
            tickets, filled, linked = file.execute(query, {"store": connection["store"]}).fetchone() or (0, 0, 0)
            column = word.replace("_field", "_value")
            known = {} if filled else filled_fields(connection, file)
            is_there = field.lower() in map(str.lower, known) or any(
                column not in source["columns_missing"]
                for source in connection["sources"]
                if source["source"] == "ticket" and source["found"]
            )
            found.append(
                {"connector": connection["connector"], "store": connection["store"], "word": word, "field": field}
                | {"tickets": tickets, "filled": filled, "linked": linked, "is_there": is_there}
                | {"others": {name: count for name, count in known.items() if count and name.lower() != field.lower()}}
            )
    return found


def filled_fields(connection: dict[str, Any], file: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """The fields of a helpdesk's tickets that nothing else reads, each with the tickets that hold anything there."""
    found: dict[str, int] = {}
    named = {name.lower() for name in connection["fields"].values()}
    for source in connection["sources"]:
        # what the connection names and is there is read already
        if source["source"] == "ticket" and source["found"] and source["columns_unread"]:
            table = source["found"][0].removeprefix(f"{connection['schema']}.")
            place = f"{connection['place'].split('.')[0]}.{identifier(connection['schema'])}.{identifier(table)}"
            counts = ", ".join(f"count({identifier(name)})" for name in source["columns_unread"])
            held = file.sql(f"select {counts} from {place}").fetchone() or ()
            found |= dict(zip(source["columns_unread"], held, strict=False))
    if connection["connector"] == "zendesk":
        found |= dict(file.execute(TITLED_FIELDS, {"store": connection["store"]}).fetchall())
    return {name: count for name, count in found.items() if count or name.lower() in named}


def field_remedy(field: dict[str, Any]) -> str | None:
    """What to do about a field that says nothing of any ticket; none where it does."""
    place = f"{field['connector']} of {field['store']}: {field['word']} '{field['field']}'"
    if field["tickets"] and not field["filled"]:
        wrong = (
            f"{place} holds nothing in any of {field['tickets']:,} tickets."
            if field["is_there"]
            else f"{place} is no column of the tickets, and no id or title of their fields."
        )
        return " ".join([wrong, *fields_instead(field)])
    if field["word"] == "order_field" and field["filled"] and not field["linked"]:
        return (
            f"{place} leads to no order in any of the {field['filled']:,} tickets that hold it."
            " Name the field with the order's name."
        )
    return None


def fields_instead(field: dict[str, Any]) -> list[str]:
    """What a field that holds nothing may have been meant to be: the nearest, and what holds something."""
    others = field["others"]
    said = []
    if near := difflib.get_close_matches(field["field"].lower(), {name.lower(): name for name in others}, n=1):
        meant = next(name for name in others if name.lower() == near[0])
        said.append(f"Did you mean '{meant}'?")
    if others:
        most = sorted(others.items(), key=lambda item: (-item[1], item[0]))[:8]
        said.append(f"What holds something: {', '.join(f'{name} ({count:,})' for name, count in most)}.")
    else:
        said.append("Name it by its column, its id or its title.")
    return said


def steps(
    described: dict[str, Any], health: dict[str, dict[str, Any]], blocked: dict[str, tuple[list[str], list[str]]]
) -> list[dict[str, Any]]:
    """What to do about tables and feeds that are not there."""
    found: list[dict[str, Any]] = []
    for connection in described["connections"]:
        for source in connection["sources"]:
            if source["is_required"] and not source["found"]:
                found.append(
                    {"do": f"bring {connection['place']}.{source['tables'][0]}", "required": True, "actions": []}
                )
    for feed in described["feeds"]:
        state = health.get(feed["feed"], {}).get("state")
        checks, actions = blocked.get(feed["feed"], ([], []))
        if feed["is_not_kept"] or state in ("fresh", "not_kept", None) or not actions:
            continue
        found.append(
            {"do": remedy(feed["feed"], state, described), "required": False, "checks": checks, "actions": actions}
        )
    return found


def in_order(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What nothing can be decided without, then what the most actions wait for."""
    return sorted(found, key=lambda step: (not step["required"], -len(step["actions"]), step["do"]))


def remedy(feed: str, state: str, described: dict[str, Any]) -> str:
    """One sentence that makes a feed known."""
    if state == "stale":
        return f"{feed}: its loader is behind. Let it run, or say in the seed feed_freshness how old it may be."
    if state == "degraded":
        return f"{feed}: too many of its rows cannot be read. See the rejected rows."
    gaps = [
        f"{connection['connector']} of {connection['store']} has no {' and no '.join(table['missing'])}"
        for connection in described["connections"]
        for table in connection["brings"]
        if table["table"] == feed and table["missing"]
    ]
    lacking = sorted(
        {
            need
            for connection in described["connections"]
            for table in connection["brings"]
            if table["table"] == feed
            for need in table["missing"]
        }
    )
    if gaps:
        return (
            f"{feed}: {'; '.join(gaps)}. Switch it on in the loader, connect a tool that has it, or,"
            f" if the shop has no such thing, say so on the connection: without: [{', '.join(lacking)}]."
        )
    told = f"{feed}: connect the tool that keeps it, or, if the shop keeps none, say so: feeds_not_kept: [{feed}]."
    return f"{told} {NEVER_WITHOUT[feed]}" if feed in NEVER_WITHOUT else told


def in_the_file(text: str, database: Path) -> str:
    """What dbt said of the attached file, by the name that the file has."""
    return re.sub(rf"\b{SHOP}(?=\.\w| has no )", lambda _: database.stem, text)


def share(part: Any, whole: Any) -> str:
    """A part as a share, with both numbers."""
    return f"{part:,} of {whole:,}" + (f" ({Decimal(part) / Decimal(whole):.0%})" if whole else "")


def waiting(actions: Sequence[str]) -> str:
    """How many actions wait, and the first of them."""
    shown = ", ".join(actions[:3]) + (f" and {len(actions) - 3} more" if len(actions) > 3 else "")
    return f"{len(actions)} {'action waits' if len(actions) == 1 else 'actions wait'}: {shown}"


def tools_without_orders(report: dict[str, Any]) -> str:
    """That no message names an order is as it should be where every tool that sends is one that never does."""
    tools = [
        connection
        for connection in report["connections"]
        if any(table["table"] == "messages" for table in connection["brings"])
    ]
    if not tools or any(connection["names_orders"] for connection in tools):
        return ""
    names = " and ".join(sorted({connection["connector"] for connection in tools}))
    return (
        f", as it should be: {names} {'never say' if ' and ' in names else 'never says'} which order a message was for,"
        " and it counts for every order that the person had placed before"
    )


def build_of(database: Path, said: str) -> str:
    """The command that builds what was examined; vars that were written out are not repeated."""
    told = shlex.quote(said) if os.path.isfile(said) else "..."
    attached = os.environ.get("POST_PURCHASE_ATTACH", "")
    with_them = f"POST_PURCHASE_ATTACH={shlex.quote(attached)} " if attached else ""
    return f"{with_them}post-purchase build --database {shlex.quote(str(database))} --vars {told}"


def show(report: dict[str, Any], build_command: str) -> Iterable[str]:
    """The report in lines; it ends with the command that builds."""
    for connection in report["connections"]:
        # a tool that serves every store has none of its own unless its owner names one
        store = f", store {connection['store']}" if connection["is_store"] or connection["names_its_store"] else ""
        yield f"{connection['connector']}{store}, in {connection['place']}"
        for source in connection["sources"]:
            name = f"  {source['source']:<20}"
            if source["found"]:
                missing = f"; no {', '.join(source['columns_missing'])}" if source["columns_missing"] else ""
                yield f"{name} {', '.join(source['found'])}{missing}"
            elif source["is_without"]:
                yield f"{name} there is no such thing, by the owner's word"
            elif source["born_with"]:
                yield f"{name} not there yet: empty"
            else:
                yield f"{name} not there{' (REQUIRED)' if source['is_required'] else ''}"
    yield ""
    yield "Rows"
    for table, rows, accepted in report["accounting"]:
        yield f"  {table:<20} {share(accepted, rows)} accepted"
    for table, reason, count in report["rejected"]:
        yield f"  refused: {table}, {reason}: {count:,}"
    for table, column, value, rows, _seen in report["unmapped"]:
        seed = "connector_words" if value.startswith(WORDS_OF_TOOLS) else "value_synonyms"
        yield f"  unknown word: {table}.{column} '{value}': {rows:,} (seed {seed})"
    if report["flows"]:
        yield ""
        yield f"Flows that nobody has mapped in {FLOW_MAP}"
        width = max(len(flow["flow"]) for flow in report["flows"])
        for flow in report["flows"]:
            known = f", id {flow['ids']}" if flow["ids"] else ""
            last = f", the last on {str(flow['last_sent_at'])[:10]}" if flow["last_sent_at"] else ""
            yield (
                f"  {flow['flow']:<{width}}  {how_many(flow['messages'], 'message', 'messages')} to"
                f" {how_many(flow['people'], 'person', 'people')}{last}{known}"
            )
    yield ""
    yield "Links"
    for what, counted in report["links"].items():
        silent = tools_without_orders(report) if what == "messages to an order" and not counted[1] else ""
        yield f"  {what:<20} {share(counted[1], counted[0])}{silent}"
    for field in report["fields"]:
        held = (
            f"  {field['connector']} {field['word']}".ljust(22)
            + f" {share(field['filled'], field['tickets'])} tickets hold it"
        )
        yield held + (
            f", {share(field['linked'], field['filled'])} lead to an order" if field["word"] == "order_field" else ""
        )
    money = report["money"]
    yield "Money"
    captured = share(money["captured_is_total"], money["orders_captured"])
    yield f"  captured is what is owed: {captured} orders with a capture"
    yield f"  goods and shipping within the total: {share(money['goods_within_total'], money['orders'])} orders"
    yield ""
    if not report["steps"]:
        yield f"Nothing is missing. Build: {build_command}"
        return
    yield "What to do next, first what the most actions wait for"
    for number, step in enumerate(report["steps"], start=1):
        waits = f" {waiting(step['actions'])}." if step["actions"] else ""
        warning = f" {step['warning']}" if step.get("warning") else ""
        yield f"  {number}. {'REQUIRED: ' if step['required'] else ''}{step['do']}{waits}{warning}"
        yield from (f"       {line}" for line in step.get("lines", []))
    if not any(step["required"] for step in report["steps"]):
        yield f"Build, now or when that is done: {build_command}"


def main(argv: Sequence[str] | None = None) -> int:
    """Examine the connections and print what was found."""
    parser = argparse.ArgumentParser(
        prog="post-purchase doctor", description="What your connections bring, lack and block, before a build."
    )
    default = os.environ.get("POST_PURCHASE_DB", DEFAULT_DATABASE)
    parser.add_argument("--database", type=Path, default=Path(default), help=f"DuckDB file (default: {default})")
    parser.add_argument(
        "--vars",
        type=vars_text,
        default="{}",
        help="vars of the build, as YAML or a file of them: '{connections: [...]}'",
    )
    parser.add_argument("--format", choices=["table", "json"], default="table")
    arguments = parser.parse_args(argv)
    settings = arguments.vars.values
    if not (settings.get("connections") or settings.get("raw_path") or settings.get("raw_schema")):
        parser.error(
            "--vars names what to examine: '{connections: [{connector: shopify, store: us, schema: shopify_us}]}'"
        )
    if not on_duckdb():
        print(
            "The doctor looks into a DuckDB file. On a server, build what it reads, and read it there: dbt build"
            f" --select {' '.join(NEEDED[:5])} --vars '...' (docs/engines.md).",
            file=sys.stderr,
        )
        return 2
    database = arguments.database.resolve()
    if is_none := no_database(database):
        print(is_none, file=sys.stderr)
        return 2
    absent = [path for path in attached_files() if not path.is_file()]
    if absent:
        print(f"There is no file {absent[0]}, which POST_PURCHASE_ATTACH names.", file=sys.stderr)
        return 2
    if not database.is_file() and not attached_files():
        print(
            f"There is no file {arguments.database}. Name the DuckDB file that the loader writes: --database FILE",
            file=sys.stderr,
        )
        return 2
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="doctor-") as folder:
        work = Path(folder)
        profiles = working_profile(database, work)
        moved = where_the_shop_is(settings)
        try:
            with console.status("looking at the connections"):
                parsed = dbt(["parse"], profiles, work, moved).result
                said = dbt(["run-operation", "describe_connections"], profiles, work, moved, parsed).lines
            described = json.loads(next(line[line.index(MARK) + len(MARK) :] for line in said if MARK in line))
            missing = [
                f"{connection['place']} has no table '{source['source']}'"
                for connection in described["connections"]
                for source in connection["sources"]
                if source["is_required"] and not source["found"]
            ]
            if missing:
                told = [*missing, "Nothing can be decided without them: switch them on in the loader."]
                print(in_the_file("\n".join(told), database), file=sys.stderr)
                return 1
            with console.status("reading the rows"):
                dbt(["build", *WITHOUT_TESTS, "--select", *NEEDED], profiles, work, moved, parsed)
        except Unreadable as error:
            print(in_the_file(str(error), database), file=sys.stderr)
            return 2
        report = examine(described, work / "doctor.duckdb", database)
    for connection in report["connections"]:
        connection["place"] = in_the_file(connection["place"], database)
    if arguments.format == "json":
        print(json.dumps(report, default=str, indent=2))
    else:
        print("\n".join(show(report, build_of(arguments.database, arguments.vars.said))))
    return 1 if any(step["required"] for step in report["steps"]) else 0
