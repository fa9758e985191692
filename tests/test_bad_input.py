"""Bad input: what cannot be decided on stops the build at once, by name; bad rows are told apart, kept and counted."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from conftest import ROOT, Build, BuildError, copy_project, decide_whole, differences
from story_shop import FEEDS, contract

BUILT = Callable[..., Build]
PERSONAL = re.compile(r"@example\.com|555 0100|Mata|A secret", re.IGNORECASE)
INSTANT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


def rows_of(built: Build | Path, query: str) -> list[tuple]:
    database = built.database if isinstance(built, Build) else built
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def unbalanced(built: Build) -> list[tuple]:
    return rows_of(
        built,
        """from marts.input_accounting
        where rows_in <> rows_accepted + rows_rejected + rows_repeated or rows_repaired > rows_accepted""",
    )


# --- a small shop, made by hand ---------------------------------------------------------------------------------------

# Ids with leading zeros: read as numbers, they would no longer meet.
GOOD: dict[str, list[dict[str, Any]]] = {
    "customers": [dict(customer_id="007", email="bond@example.com", phone="0044 20 7946", country="GB", is_test="f")],
    "orders": [dict(order_id="0001", customer_id="007", ordered_at="2026-06-01 10:00:00", currency="USD", total="50")],
    "order_lines": [
        dict(order_line_id="00011", order_id="0001", sku="0042", quantity="1", unit_price="50", discount="0")
    ],
    "payments": [
        dict(payment_id="0101", order_id="0001", status="captured", amount="50", occurred_at="2026-06-01 10:00:00")
    ],
    "fulfillments": [
        dict(fulfillment_id="0201", order_id="0001", shipped_at="2026-06-02 09:00", delivered_at="2026-06-04 09:00")
    ],
    "refunds": [],
    "tickets": [],
    "products": [dict(sku="0042", product_id="042", title="Cup", category="cups", list_price="50", is_reviewable="t")],
}


def write_folder(folder: Path, tables: dict[str, list[dict[str, Any]]], loaded_at: bool = False) -> Path:
    """The tables as CSV files with every column of the contract."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in tables.items():
        columns = [*contract()[table], *(["_loaded_at"] if loaded_at else [])]
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def with_rows(**more: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {table: GOOD.get(table, []) + more.get(table, []) for table in [*GOOD, *(set(more) - set(GOOD))]}


# --- what stops the build ---------------------------------------------------------------------------------------------


def refused(build: BUILT, folder: Path, vars: dict[str, Any], **options: Any) -> str:
    """What a build says that stops before it has made anything of the project's own."""
    database = folder / "shop.duckdb"
    with pytest.raises(BuildError) as stopped:
        build(vars, database=database, **options)
    made = """select schema_name, table_name from duckdb_tables() where schema_name not in ('raw', 'shop_extract')
        union all select schema_name, view_name from duckdb_views() where schema_name <> 'raw' and not internal"""
    assert not database.exists() or rows_of(database, made) == [], "a model or seed ran"
    return str(stopped.value)


def test_a_missing_table_and_a_missing_column_stop_the_build_by_name(build: BUILT, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "raw", GOOD)
    (folder / "customers.csv").unlink()
    (folder / "refunds.csv").unlink()
    header, *lines = (folder / "payments.csv").read_text().splitlines()
    (folder / "payments.csv").write_text("\n".join([header.replace("payment_id", "id"), *lines]))
    (folder / "reviews.csv").write_text("customer_id,order_id,sku,incentive_id,destination,submitted_at\n")
    said = refused(build, tmp_path, decide_whole(folder))
    assert "table customers (required)" in said
    assert "column payments.payment_id" in said
    assert "column reviews.review_id" in said, "an optional table that is there must have its key"
    assert not re.search(r"(table|column) (orders|refunds|site_events|tickets)\b", said), (
        "what is there, or optional, is not missed"
    )


def test_an_empty_folder_stops_the_build(build: BUILT, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    assert f"No files in '{tmp_path / 'raw'}'" in refused(build, tmp_path, decide_whole(tmp_path / "raw"))


def test_a_file_without_a_header_stops_the_build(build: BUILT, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "raw", GOOD)
    (folder / "tickets.csv").write_text("")
    said = refused(build, tmp_path, decide_whole(folder))
    assert "tickets.csv' has no header line" in said


@pytest.mark.parametrize("name", ["Tickets.CSV", "ticket.csv", "tickets.xlsx", "tickets.csv.gz"])
def test_a_file_called_nearly_as_a_table_stops_the_build(build: BUILT, tmp_path: Path, name: str) -> None:
    """Without it, its rows are counted nowhere, and a shop that keeps no tickets otherwise sends into an open one."""
    folder = write_folder(tmp_path / "raw", GOOD)
    (folder / "tickets.csv").rename(folder / name)
    said = refused(build, tmp_path, decide_whole(folder, feeds_not_kept=["tickets"]))
    assert f"'{name}' is not read: save it as tickets.csv or tickets.parquet" in said


def test_other_files_of_the_folder_are_left_alone(build: BUILT, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "raw", GOOD)
    for name in ("Tickets.csv", "ticket.xlsx", "order_notes.csv", "README.md"):
        (folder / name).write_text("whatever")
    assert build(decide_whole(folder), select="+base_tickets").database.exists()


def test_an_empty_schema_stops_the_build(build: BUILT, tmp_path: Path) -> None:
    said = refused(build, tmp_path, decide_whole(raw_schema="shop_extract"))
    assert "table orders (required)" in said and "table products" not in said


def test_two_inputs_stop_the_build(build: BUILT, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "raw", GOOD)
    said = refused(build, tmp_path, decide_whole(folder, raw_schema="shop_extract"))
    assert "Both raw_path and raw_schema are set" in said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"as_of": "yesterday"}, ["as_of", "'yesterday'", "YYYY-MM-DD HH:MM:SS"]),
        ({"as_of": "30.06.2026"}, ["as_of", "'30.06.2026'"]),
        ({"as_of": "2026-02-30 12:00:00"}, ["var as_of", "2026-02-30"]),
        ({"feeds_not_kept": ["refunds", "weather"]}, ["Unknown feed 'weather'", "feeds_not_kept", "site_events"]),
        ({"feeds_not_kept": ["payments"]}, ["feed 'payments'", "feeds_not_kept", '"payments" has rows']),
        ({"columns_not_kept": ["is_gift", "title"]}, ["Unknown column 'title'", "columns_not_kept", "orders.is_gift"]),
        ({"date_order": "ymd"}, ["date_order", "dmy or mdy"]),
        ({"raw_pth": "shop"}, ["no var 'raw_pth'", "'raw_path'"]),
        ({"frequency_max_messages": -1}, ["frequency_max_messages is -1", "a whole number, 0 or more"]),
        ({"accept_audience_change": "false"}, ["accept_audience_change is 'false'", "without quotes"]),
        ({"margin_floor_share": 20}, ["margin_floor_share is 20", "from 0 to 1"]),
        ({"watch_horizons_days": 30}, ["watch_horizons_days is 30", "a list"]),
        ({"point_origins": ["life"]}, ["point_origins", "live, message, calendar, due"]),
        ({"review_destination": "x' or '1'='1"}, ["review_destination", "a word"]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_var_that_means_nothing_stops_the_build(
    more: dict[str, Any], words: list[str], build: BUILT, tmp_path: Path
) -> None:
    said = refused(build, tmp_path, {**decide_whole(write_folder(tmp_path / "raw", GOOD)), **more})
    assert [word for word in words if word not in said] == []


def test_every_var_is_declared_by_what_it_may_be() -> None:
    """Without it: a new var takes any value, and a mistyped name of it is silence."""
    declared = (ROOT / "macros/inputs/declared_vars.sql").read_text().split("set declared")[0]
    names = re.findall(r"'([a-z_]+)',", declared)
    listed = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["post_purchase_gate"]
    assert len(names) == len(set(names))
    assert set(names) - {"schema_prefix", "use_demo_shop", "olist_path"} == set(listed)


def test_an_unknown_connector_stops_the_build(build: BUILT, tmp_path: Path) -> None:
    said = refused(build, tmp_path, {"connectors": ["shopware"]})
    assert "Unknown connector 'shopware'" in said and "native, olist" in said


# --- what a policy seed may not hold ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def misspelt_policy(build: BUILT, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What the build of a project with misspelt policy seeds says, and its database."""
    folder = tmp_path_factory.mktemp("misspelt")
    project = copy_project(folder / "project")

    def edit(seed: str, old: str, new: str) -> None:
        file = project / "seeds" / "policy" / f"{seed}.csv"
        text = file.read_text()
        assert text.count(old) == 1, f"{seed}.csv has {old!r} {text.count(old)} times"
        file.write_text(text.replace(old, new))

    matrix = (project / "seeds/policy/gate_matrix.csv").read_text().splitlines()
    row = next(line for line in matrix if ",damage,problem," in line)
    edit("gate_matrix", row, row.replace("support", "suport", 1))
    edit("gate_matrix", ",kept,problem,", ",keept,problem,")
    edit("gate_matrix", ",stock,problem,", ",stock,problematic,")
    edit("calendar_steps", "cross_sell", "cros_sell")
    queue = (project / "seeds/policy/support_queues.csv").read_text().splitlines()[1]
    edit("support_queues", queue, "tickket" + queue[queue.index(",") :])
    flows = project / "seeds/policy/flow_map.csv"
    flows.write_text("flow,action\nWelcome,newsletter\nAsk,review_request\nWin back,crosssell\nUnheard,other\n")
    database = folder / "shop.duckdb"
    with pytest.raises(BuildError) as stopped:
        run = "actions checks calendar_steps support_queues watch_thresholds gate_matrix int_matrix_cells flow_map"
        build({}, database=database, project=project, select=run, exclude="resource_type:unit_test", with_tests=True)
    return str(stopped.value), database


@pytest.mark.parametrize(
    "words",
    [
        "gate_matrix row (damage, problem), column delivery_check_in: unknown verdict 'suport'",
        "gate_matrix row (keept, problem): unknown check_name 'keept'",
        "gate_matrix row (stock, problematic): unknown state 'problematic'",
        "unknown action 'cros_sell'",
        "unknown check_name 'tickket'",
        # what such a flow sent would be on no list and stop nothing
        "flow_map row (Win back): unknown action 'crosssell'. Did you mean 'cross_sell'?",
        "flow_map row (Unheard): unknown action 'other'.",
    ],
)
def test_a_misspelt_word_of_the_policy_fails_the_build_and_names_the_row(
    words: str, misspelt_policy: tuple[str, Path]
) -> None:
    assert words in misspelt_policy[0]


# --- one shop, told in other files ------------------------------------------------------------------------------------


def retold(value: str, kind: str, place: int) -> str:
    """The same instant with an offset, in another shape for every row."""
    if kind != "timestamp" or not re.fullmatch(INSTANT, value):
        return value
    two_hours_east = dt.datetime.fromisoformat(value) + dt.timedelta(hours=2)
    return [
        value,
        value.replace(" ", "T") + "Z",
        two_hours_east.isoformat() + "+02:00",
        value + "+00:00",
    ][place % 4]


def write_messy_csv(whole: Path, folder: Path) -> Path:
    """The Parquet files as CSV: BOM, CRLF, upper-case header, columns reversed, blanks for nulls, lines in quotes."""
    folder.mkdir()
    with duckdb.connect() as connection:
        for table, types in contract().items():
            columns = list(types)[::-1]
            rows = connection.execute(
                f"select {', '.join(columns)} from read_parquet('{whole / table}.parquet')"
            ).fetchall()
            with (folder / f"{table}.csv").open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
                writer.writerow([column.upper() for column in columns])
                for place, row in enumerate(rows):
                    # rejected rows show their values as brought, and are brought alike
                    is_bad = row[-1] is None or "bad-" in row[-1]
                    values = ["" if value is None else value for value in row]
                    if not is_bad:
                        values = [
                            retold(value, types[column], place) for column, value in zip(columns, values, strict=True)
                        ]
                        values = [
                            "  " if value == "" and (place + number) % 5 == 0 else value
                            for number, value in enumerate(values)
                        ]
                        if table == "tickets":
                            values[columns.index("subject")] += '\nand "then",\r\nanother line'
                    writer.writerow(values)
    return folder


@pytest.fixture(scope="module")
def decided_from_csv(build: BUILT, whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = write_messy_csv(whole, tmp_path_factory.mktemp("messy") / "raw")
    return build(decide_whole(folder))


# a rejected row shows its values as brought, with the marks, zones and spellings that its source has
AS_BROUGHT = {"rejected_rows": {"rejected_row_id", "original_values"}}


def test_a_messy_csv_folder_reads_like_the_parquet_folder(decided: Build, decided_from_csv: Build) -> None:
    assert differences(decided.database, decided_from_csv.database, AS_BROUGHT) == {}


def test_the_csv_folder_is_messy(decided_from_csv: Build) -> None:
    """What the comparison rests on did reach the build."""
    (several,) = rows_of(
        decided_from_csv, "select count(*) from staging.stg_tickets where subject like '%another line'"
    )
    shapes = rows_of(
        decided_from_csv,
        "select distinct regexp_replace(occurred_at, '[0-9]', '9', 'g') from raw.payments "
        "where payment_id not like '%bad-%'",
    )
    assert several[0] > 10
    assert {shape for (shape,) in shapes} == {
        "9999-99-99 99:99:99",
        "9999-99-99T99:99:99Z",
        "9999-99-99T99:99:99+99:99",
        "9999-99-99 99:99:99+99:99",
    }
    assert rows_of(decided_from_csv, "select count(*) > 0 from raw.messages where variant = '  '") == [(True,)]


@pytest.fixture(scope="module")
def decided_from_tables(build: BUILT, whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The same rows as tables: instants with a time zone, numbers as text. A column with other text stays text."""
    database = tmp_path_factory.mktemp("tables") / "shop.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("set timezone = 'America/New_York'")
        connection.execute("create schema shop_extract")
        for table, types in contract().items():
            listed = []
            for name, kind in types.items():
                text = f"{name} || '+00'"
                is_whole = connection.execute(
                    f"select count({name}) = count(try_cast({text} as timestamptz)) from '{whole / table}.parquet'"
                ).fetchone()[0]
                as_instant = kind == "timestamp" and is_whole
                listed.append(f"cast({text} as timestamptz) as {name}" if as_instant else name)
            connection.execute(
                f"create table shop_extract.{table} as select {', '.join(listed)} from '{whole / table}.parquet'"
            )
    return build(decide_whole(raw_schema="shop_extract"), database=database)


def test_tables_of_a_schema_read_like_the_parquet_folder(decided: Build, decided_from_tables: Build) -> None:
    zoned = rows_of(
        decided_from_tables,
        "select count(*) from duckdb_columns() where schema_name = 'shop_extract' and data_type like '%TIME ZONE'",
    )
    assert zoned[0][0] > 15
    assert differences(decided.database, decided_from_tables.database, AS_BROUGHT) == {}


def test_every_row_of_the_whole_shop_is_accounted_for(decided: Build, whole: Path) -> None:
    assert unbalanced(decided) == []
    counted = dict(rows_of(decided, "select table_name, rows_in from marts.input_accounting"))
    with duckdb.connect() as connection:
        brought = {
            table: connection.execute(f"select count(*) from '{whole / table}.parquet'").fetchone()[0]
            for table in contract()
        }
    assert counted == brought
    assert rows_of(decided, "select sum(rows_rejected) from marts.input_accounting")[0][0] >= 10


# --- bad rows ---------------------------------------------------------------------------------------------------------

ONLY_INPUTS = (
    "+input_accounting +rejected_rows +unmapped_values +dangling_references +repaired_values "
    "stg_feed_loads stg_payments stg_customer_identities stg_order_lines stg_products stg_refunds stg_consents"
)
ORDER = GOOD["orders"][0]
LINE = GOOD["order_lines"][0]
PAYMENT = GOOD["payments"][0]
PARCEL = GOOD["fulfillments"][0]
WITH_LINES = ["R1", "R2", "R3", "R4", "U1", "U2", "N1"]

BAD: dict[str, list[dict[str, Any]]] = {
    "customers": [
        dict(customer_id="", email="nobody@example.com"),
        dict(customer_id="   ", email="blank@example.com"),
        dict(customer_id="C1", email="secret@example.com", phone="+1 555 0100", first_name="Mata", is_test="perhaps"),
        dict(
            customer_id="C2",
            merged_into_customer_id="no-such-account",
            email='quo"ted\\back@example.com',
            country="GB",
            region="a\nb",
            created_at="last year",
        ),
    ],
    "customer_identities": [
        dict(customer_id="nobody", kind="email", value="secret@example.com"),
        dict(customer_id="007", kind="pigeon", value="Agent@Example.com"),
    ],
    "orders": [
        {**ORDER, "order_id": "U1", "ordered_at": "yesterday"},
        {**ORDER, "order_id": "U2", "total": "1,500"},
        {**ORDER, "order_id": "O1", "customer_id": "nobody"},
        {**ORDER, "order_id": "M1", "ordered_at": ""},
        {**ORDER, "order_id": "N1", "total": "-1"},
        {**ORDER, "order_id": "L1"},
        # the readable row came before the one that nobody can read, and after it
        {**ORDER, "order_id": "R1", "total": "ten", "_loaded_at": "2026-06-20 00:00:00"},
        {**ORDER, "order_id": "R1", "total": "11", "_loaded_at": "2026-06-10 00:00:00"},
        {**ORDER, "order_id": "R4", "total": "ten", "_loaded_at": "2026-06-10 00:00:00"},
        {**ORDER, "order_id": "R4", "total": "11", "_loaded_at": "2026-06-20 00:00:00"},
        # two that differ
        {**ORDER, "order_id": "R2", "total": "12", "_loaded_at": "2026-06-10 00:00:00"},
        {**ORDER, "order_id": "R2", "total": "13", "_loaded_at": "2026-06-12T01:00:00+02:00"},
        # copies differ in nothing but when they were loaded, and how they are spelled
        {**ORDER, "order_id": "R3", "parent_order_id": "gone", "_loaded_at": "2026-06-10 00:00:00"},
        {**ORDER, "order_id": "R3", "parent_order_id": "gone", "total": "50.00", "_loaded_at": "2026-06-12 00:00:00"},
        # leads somewhere, and to what was refused
        {**ORDER, "order_id": "L2", "parent_order_id": "R3"},
        {**ORDER, "order_id": "L3", "parent_order_id": "U1"},
    ],
    "order_lines": [
        *[{**LINE, "order_line_id": f"{order}-1", "order_id": order} for order in [*WITH_LINES, "O1", "M1"]],
        {**LINE, "order_line_id": "Q0", "quantity": "0"},
        {**LINE, "order_line_id": "Q1", "quantity": "1.5.1"},
        {**LINE, "order_line_id": "Q2", "quantity": ""},
        {**LINE, "order_line_id": "Q3", "quantity": "2.0", "replaces_order_line_id": "no-such-line"},
        {**LINE, "order_line_id": "P2", "discount": "-1"},
        {**LINE, "order_line_id": "P3", "discount": "51"},
        {**LINE, "order_line_id": "X1", "order_id": "no-such-order"},
        {**LINE, "order_line_id": ""},
    ],
    "payments": [
        {**PAYMENT, "payment_id": "D1"},
        {**PAYMENT, "payment_id": "D1"},
        {**PAYMENT, "payment_id": "D1"},
        {**PAYMENT, "payment_id": "M1", "status": ""},
        {**PAYMENT, "payment_id": "S1", "status": "sent to the moon"},
        {**PAYMENT, "payment_id": "S2", "status": "Charged Back"},
        {**PAYMENT, "payment_id": "A1", "amount": "-1"},
        {**PAYMENT, "payment_id": "T1", "occurred_at": "2026-02-30 10:00:00"},
    ],
    "fulfillments": [{**PARCEL, "fulfillment_id": "B1", "delivered_at": "2026-06-01 09:00"}],
    "fulfillment_lines": [
        dict(fulfillment_id="0201", order_line_id="00011", quantity="1"),
        dict(fulfillment_id="0201", order_line_id="", quantity="1"),
        dict(fulfillment_id="B1", order_line_id="00011", quantity="1"),
    ],
    "refunds": [
        dict(refund_id="X1", order_id="0001", order_line_id="no-such-line", requested_at="2026-06-10 09:00:00"),
        dict(refund_id="X2", order_id="0001", amount="-5", requested_at="2026-06-10 09:00:00"),
        dict(
            refund_id="X3", order_id="no-such-order", order_line_id="no-such-line", requested_at="2026-06-10 09:00:00"
        ),
        dict(refund_id="X4", order_id="0001", requested_at="0000-00-00 00:00:00"),
    ],
    "tickets": [
        dict(
            ticket_id="T1",
            merged_into_ticket_id="no-such-ticket",
            customer_id="007",
            requester_email="secret@example.com",
            subject="A secret",
        )
    ],
    "reviews": [
        dict(review_id="V1", customer_id="007", sku="0042", rating="6", submitted_at="2026-06-20 09:00:00"),
        dict(review_id="V2", customer_id="007", sku="0042", rating="five", submitted_at="2026-06-20 09:00:00"),
    ],
    "consents": [
        dict(customer_id="007", channel="email", status="subscribed", occurred_at="2026-01-01 00:00:00"),
        dict(customer_id="007", channel="email", status="unsubscribed", occurred_at="2026-01-01T00:00:00Z"),
    ],
    # two accounts that a sender knows without their addresses are two rows, not one that differs
    "suppressions": [dict(channel="email", customer_id="007"), dict(channel="email", customer_id="C2")],
    "overrides": [
        dict(
            override_id="E1",
            order_line_id="00011",
            action="upsell",
            decision="perhaps",
            reason="two\nlines\tand a tab",
            set_by="desk",
            set_at="2026-06-01 00:00:00",
        ),
        dict(
            override_id="E2",
            order_line_id="00011",
            action="upsell",
            decision="send",
            set_by="desk",
            set_at="2026-06-02 00:00:00",
            expires_at="2026-06-01 00:00:00",
        ),
    ],
    "feed_loads": [dict(feed="orders", loaded_through="2026-06-30 11:00:00"), dict(feed="payments")],
}

REASONS = [
    ("customers", "(null)", "null_key"),
    ("customers", "(null)", "null_key"),
    ("customers", "C1", "unparseable:is_test"),
    ("customer_identities", "nobody|email|(masked)", "orphan:customer_id"),
    ("orders", "U1", "unparseable:ordered_at"),
    ("orders", "U2", "unparseable:total"),
    ("orders", "O1", "orphan:customer_id"),
    ("orders", "M1", "no_time"),
    ("orders", "N1", "impossible:negative_total"),
    *[("orders", order, "order_without_lines") for order in ["L1", "L2", "L3"]],
    ("orders", "R1", "unparseable:total"),
    ("orders", "R1", "repeated_key"),
    ("orders", "R2", "repeated_key"),
    ("orders", "R2", "repeated_key"),
    ("orders", "R4", "unparseable:total"),
    *[("order_lines", f"{order}-1", "orphan:order_id") for order in ["R1", "R2", "U1", "U2", "O1", "M1", "N1"]],
    ("order_lines", "Q0", "impossible:quantity_not_positive"),
    ("order_lines", "Q1", "unparseable:quantity"),
    ("order_lines", "Q2", "missing:quantity"),
    ("order_lines", "P2", "impossible:negative_discount"),
    ("order_lines", "P3", "impossible:discount_above_price"),
    ("order_lines", "X1", "orphan:order_id"),
    ("order_lines", "(null)", "null_key"),
    ("payments", "M1", "missing:status"),
    ("payments", "A1", "impossible:negative_amount"),
    ("payments", "T1", "unparseable:occurred_at"),
    ("fulfillments", "B1", "impossible:delivered_before_shipped"),
    ("fulfillment_lines", "0201|(null)", "null_key"),
    ("fulfillment_lines", "B1|00011", "orphan:fulfillment_id"),
    ("refunds", "X3|no-such-line", "orphan:order_id"),
    ("refunds", "X4|(null)", "no_time"),
    ("tickets", "T1", "no_time"),
    ("overrides", "E1", "impossible:unknown_decision"),
    ("overrides", "E2", "impossible:ends_before_it_starts"),
    ("feed_loads", "payments", "missing:loaded_through"),
]
BROKEN = {
    "customers": ["too,few,but,leaked@example.com"],
    "payments": ["too,few", "one,0001,captured,card,1,1,2026-06-01 10:00:00,and,more"],
    "site_events": ['s2,007,0001,0042,faq_view,"how,2026-06-01 10:00:00'],
}


@pytest.fixture(scope="module")
def bad_rows(build: BUILT, tmp_path_factory: pytest.TempPathFactory) -> Build:
    rows = with_rows(**BAD)
    site_event = dict(
        event_id="s1", customer_id="nobody", order_id="0001", event_type="faq_view", occurred_at="2026-06-01 10:00:00"
    )
    folder = write_folder(tmp_path_factory.mktemp("bad") / "raw", rows, loaded_at=True)
    write_folder(folder, {"site_events": [site_event], "payments": rows["payments"], "customers": rows["customers"]})
    for table, lines in BROKEN.items():
        with (folder / f"{table}.csv").open("a", encoding="utf-8", newline="") as file:
            file.write("".join(f"{line}\r\n" for line in lines))
    return build(decide_whole(folder), select=ONLY_INPUTS)


def test_bad_rows_are_rejected_with_their_reason(bad_rows: Build) -> None:
    found = rows_of(
        bad_rows,
        """select table_name, row_key, reason from marts.rejected_rows
        where reason not like 'unreadable_line%' and table_name <> 'consents'""",
    )
    assert sorted(found) == sorted(REASONS)


def test_of_rows_with_one_key_copies_collapse_and_a_later_readable_row_replaces_an_unreadable_one(
    bad_rows: Build,
) -> None:
    kept = rows_of(bad_rows, "select order_id, total::int from staging.stg_orders where order_id like 'R%' order by 1")
    assert kept == [("R3", 50), ("R4", 11)]
    replaced = rows_of(bad_rows, "select order_id from staging.base_orders where _is_replaced")
    assert replaced == [("R4",)]


def test_one_instant_in_two_spellings_is_one_instant(bad_rows: Build) -> None:
    assert rows_of(bad_rows, "select reason from marts.rejected_rows where table_name = 'consents'") == []
    assert rows_of(bad_rows, "select count(distinct occurred_at) from staging.base_consents") == [(1,)]


def test_what_no_check_reads_and_what_leads_nowhere_is_left_out_and_counted(bad_rows: Build) -> None:
    repaired = rows_of(bad_rows, "select table_name, repairs, row_count from marts.repaired_values order by all")
    assert repaired == [
        ("customers", "unreadable:created_at;", 1),
        ("refunds", "dangling:order_line_id;", 1),
        ("refunds", "sign:amount;", 1),
        ("reviews", "impossible:rating;", 1),
        ("reviews", "unreadable:rating;", 1),
    ]
    dangling = rows_of(
        bad_rows,
        "select column_name, dangling_value from marts.dangling_references where table_name = 'refunds' order by all",
    )
    assert dangling == [("order_id", "no-such-order"), ("order_line_id", "no-such-line")]


def test_references_that_no_row_waits_for_are_counted(bad_rows: Build) -> None:
    """Without it an exchange of an order that nobody has would stand by itself, and nobody would be told."""
    dangling = rows_of(
        bad_rows,
        "select table_name, column_name, dangling_value, row_count, rejected_count from marts.dangling_references "
        "where table_name in ('customers', 'tickets', 'site_events') "
        "or column_name in ('parent_order_id', 'replaces_order_line_id') "
        "order by all",
    )
    assert dangling == [
        ("customers", "merged_into_customer_id", "no-such-account", 1, 0),
        ("order_lines", "replaces_order_line_id", "no-such-line", 1, 0),
        ("orders", "parent_order_id", "U1", 1, 1),
        ("orders", "parent_order_id", "gone", 1, 0),
        ("site_events", "customer_id", "nobody", 1, 0),
        ("tickets", "merged_into_ticket_id", "no-such-ticket", 1, 1),
    ]


def test_values_outside_the_list_are_kept_as_unknown(bad_rows: Build) -> None:
    statuses = rows_of(
        bad_rows, "select payment_id, status from staging.stg_payments where payment_id like 'S%' order by 1"
    )
    assert statuses == [("S1", "unknown"), ("S2", "chargeback")]
    unmapped = rows_of(
        bad_rows, "select table_name, column_name, unmapped_value, row_count from marts.unmapped_values order by 1"
    )
    assert unmapped == [
        ("customer_identities", "kind", "pigeon", 1),
        ("overrides", "decision", "perhaps", 1),
        ("payments", "status", "sent to the moon", 1),
    ]
    assert rows_of(bad_rows, "select kind from staging.stg_customer_identities") == [("unknown",)]


def test_whole_numbers_and_leading_zeros_survive(bad_rows: Build) -> None:
    assert rows_of(bad_rows, "select quantity from staging.stg_order_lines where order_line_id = 'Q3'") == [(2,)]
    assert rows_of(
        bad_rows,
        """select customer_id, order_id, order_line_id, sku, products.product_id
        from staging.stg_orders inner join staging.stg_order_lines using (order_id)
        inner join staging.stg_products as products using (sku) where order_line_id = '00011'""",
    ) == [("007", "0001", "00011", "0042", "042")]


def test_broken_lines_are_rejected_and_counted(bad_rows: Build) -> None:
    found = rows_of(
        bad_rows,
        "select table_name, reason from marts.rejected_rows where reason like 'unreadable_line:%' order by all",
    )
    assert found == [
        ("customers", "unreadable_line:missing columns"),
        ("payments", "unreadable_line:missing columns"),
        ("payments", "unreadable_line:too many columns"),
        ("site_events", "unreadable_line:unquoted value"),
    ]
    lines = rows_of(
        bad_rows,
        "select trim(original_values, chr(10) || chr(13)) from marts.rejected_rows "
        "where table_name = 'payments' and reason like 'unreadable_line:%' order by all desc",
    )
    assert {line for (line,) in lines} == set(BROKEN["payments"])
    accounts = {
        name: counts
        for name, *counts in rows_of(bad_rows, "select * exclude (is_connected) from marts.input_accounting")
    }
    assert accounts["site_events"] == [2, 1, 0, 1, 0]
    assert accounts["payments"][4] == 2, "two exact copies of D1"
    brought = {table: len(rows) for table, rows in with_rows(**BAD).items()}
    for table, lines in BROKEN.items():
        brought[table] = brought.get(table, 1) + len(lines)
    assert {name: counts[0] for name, counts in accounts.items() if counts[0]} == {
        table: count for table, count in brought.items() if count
    }
    assert unbalanced(bad_rows) == []


def test_rejected_rows_are_told_apart(bad_rows: Build) -> None:
    ids = rows_of(bad_rows, "select count(*), count(distinct rejected_row_id) from marts.rejected_rows")
    assert ids[0][0] == ids[0][1] > 40


def test_original_values_are_json(bad_rows: Build) -> None:
    unreadable = []
    for table, key, values in rows_of(
        bad_rows,
        "select table_name, row_key, original_values from marts.rejected_rows "
        "where reason not like 'unreadable_line:%'",
    ):
        try:
            assert list(json.loads(values)) == list(contract()[table])
        except json.JSONDecodeError as error:
            unreadable.append((table, key, str(error), values))
    assert unreadable == []


def test_personal_data_of_rejected_rows_is_masked(bad_rows: Build) -> None:
    shown = rows_of(
        bad_rows,
        """select table_name, row_key || ' ' || original_values from marts.rejected_rows
        where reason not like 'unreadable_line:%'""",
    )
    assert [row for row in shown if PERSONAL.search(row[1])] == []
    masked = [values for table, values in shown if table == "customers" and "C1 " in values]
    assert len(masked) == 1 and masked[0].count("(masked)") == 3 and "perhaps" in masked[0]


def test_personal_data_of_broken_lines_is_masked(bad_rows: Build) -> None:
    lines = rows_of(
        bad_rows,
        "select table_name, original_values from marts.rejected_rows "
        "where reason like 'unreadable_line:%' order by all",
    )
    assert len(lines) == 4 and [row for row in lines if PERSONAL.search(row[1])] == []


def test_a_dirtied_shop_is_accounted_for(build: BUILT, tmp_path: Path) -> None:
    script = [sys.executable, str(ROOT / "scripts/generate_shop.py"), "bulk", "--orders", "300", "--dirty", "0.05"]
    subprocess.run([*script, "--out", str(tmp_path / "raw")], check=True, capture_output=True)
    built = build(decide_whole(tmp_path / "raw"), select=ONLY_INPUTS)
    assert unbalanced(built) == []
    reasons = {
        reason for (reason,) in rows_of(built, "select distinct split_part(reason, ':', 1) from marts.rejected_rows")
    }
    assert {"repeated_key", "impossible", "orphan", "no_time"} <= reasons
    assert rows_of(built, "select sum(rows_repeated) > 0 from marts.input_accounting") == [(True,)]
    assert rows_of(built, "select min(rows_accepted) > 0 from marts.input_accounting where table_name = 'orders'") == [
        (True,)
    ]


# --- what a person reads without doubt ------------------------------------------------------------------------------

INSTANTS = {
    "2026-06-01 10:00": "2026-06-01 10:00:00",
    "2026-06-01T10:00Z": "2026-06-01 10:00:00",
    "2026-06-01T12:00:00.5+0200": "2026-06-01 10:00:00.5",
    "2026-06-01T12:00+02": "2026-06-01 10:00:00",
    "2026-06-01 02:00 -0800": "2026-06-01 10:00:00",
    "2026-06-01 05:30 -04:30": "2026-06-01 10:00:00",
    "2026-06-01 10:00:00 UTC": "2026-06-01 10:00:00",
    "2026-06-01 10:00:00 GMT": "2026-06-01 10:00:00",
    "2026-06-01": "2026-06-01 00:00:00",
    "1780308000": "2026-06-01 10:00:00",
    "1780308000000": "2026-06-01 10:00:00",
    "1780308000000000": "2026-06-01 10:00:00",
    "06/25/2026": "2026-06-25 00:00:00",
    "25/06/2026 10:00": "2026-06-25 10:00:00",
    "06/05/2026": "unparseable:ordered_at",
    "26-06-01": "unparseable:ordered_at",
    "2026-02-30 10:00:00": "unparseable:ordered_at",
    "0000-00-00": "no_time",
    "0001-01-01T00:00:00Z": "no_time",
    "1970-01-01 00:00:00": "no_time",
    "0": "no_time",
    "n/a": "no_time",
}
AMOUNTS = {
    "50": "50",
    "$1,234.50": "1234.50",
    "1.234,56 €": "1234.56",
    "1,234,567": "1234567",
    "1'234.50": "1234.50",
    "1 234,5": "1234.50",
    "40,00": "40",
    "1.5e2": "150",
    "4,000": "unparseable:total",
    "ten": "unparseable:total",
}
IDS = {
    "4521.0": "4521",
    "1.23E+12": "1230000000000",
    "00012": "00012",
    "1.5": "1.5",
    "12345678901234567.0": "12345678901234567.0",
}


@pytest.fixture(scope="module")
def readings(build: BUILT, tmp_path_factory: pytest.TempPathFactory) -> Build:
    orders = [
        *[{**ORDER, "order_id": f"t{number}", "ordered_at": text} for number, text in enumerate(INSTANTS)],
        *[{**ORDER, "order_id": f"a{number}", "total": text} for number, text in enumerate(AMOUNTS)],
        *[{**ORDER, "order_id": text, "order_name": f"id{number}"} for number, text in enumerate(IDS)],
        {**ORDER, "order_id": "g1", "customer_id": "", "email": "Guest <Guest@Example.com>"},
        {**ORDER, "order_id": "g2", "customer_id": "NULL", "email": " guest@example.com"},
        {**ORDER, "order_id": "g3", "customer_id": ""},
        {**ORDER, "order_id": "b1", "cancelled_at": "1970-01-01 00:00:00", "shipping_charged": "free"},
    ]
    lines = [{**LINE, "order_line_id": f"{row['order_id']}-1", "order_id": row["order_id"]} for row in orders]
    customers = [
        dict(customer_id=f"c{number}", email=f"c{number}@example.com", country=country)
        for number, country in enumerate(["US", "usa", "Deutschland", "United Kingdom", "Atlantis"])
    ]
    rows = with_rows(orders=orders, order_lines=lines, customers=customers)
    rows["products"] = [{**GOOD["products"][0], "sku": "Cup"}]
    rows["order_lines"] += [
        {**LINE, "order_line_id": "s1", "order_id": "0001", "sku": "CUP "},
        {**LINE, "order_line_id": "s2", "order_id": "0001", "sku": "Lid"},
        {**LINE, "order_line_id": "s3", "order_id": "0001", "sku": "lid"},
    ]
    folder = write_folder(tmp_path_factory.mktemp("readings") / "raw", rows)
    return build(decide_whole(folder), select=ONLY_INPUTS)


def judged(built: Build, letter: str, column: str) -> dict[int, str]:
    """What became of the orders `<letter><number>`: the value read, or the reason for refusing the row."""
    return dict(
        rows_of(
            built,
            f"""select substr(order_id, 2)::int, coalesce(_rejected_reason, {column}::varchar) from staging.base_orders
            where regexp_matches(order_id, '^{letter}[0-9]+$')""",
        )
    )


def test_instants_are_read_where_they_have_one_reading(readings: Build) -> None:
    found = judged(readings, "t", "ordered_at")
    assert {text: found[number] for number, text in enumerate(INSTANTS)} == INSTANTS


def test_amounts_are_read_where_they_have_one_reading(readings: Build) -> None:
    found = {number: re.sub(r"\.?0+$", "", value) for number, value in judged(readings, "a", "total").items()}
    assert {text: found[number] for number, text in enumerate(AMOUNTS)} == {
        text: re.sub(r"\.?0+$", "", f"{value}.0" if value.isdigit() else value) for text, value in AMOUNTS.items()
    }


def test_ids_that_a_float_spoiled_meet_again(readings: Build) -> None:
    found = dict(rows_of(readings, "select order_name, order_id from staging.stg_orders where order_name like 'id%'"))
    assert {text: found[f"id{number}"] for number, text in enumerate(IDS)} == IDS
    (lines,) = rows_of(
        readings,
        """select count(*) from staging.stg_order_lines inner join staging.stg_orders using (order_id)
        where order_name like 'id%'""",
    )
    assert lines[0] == len(IDS)


def test_an_order_without_an_account_is_a_guest_of_its_address(readings: Build) -> None:
    guests = dict(rows_of(readings, "select order_id, customer_id from staging.stg_orders where order_id like 'g%'"))
    assert guests["g1"] == guests["g2"] != guests["g3"]
    assert not [guest for guest in guests.values() if "@" in guest]
    known = rows_of(readings, "select email from staging.stg_customers where customer_id like 'guest:%' order by 1")
    assert known == [("guest@example.com",), (None,)]


def test_countries_and_skus_are_one_whatever_their_spelling(readings: Build) -> None:
    countries = dict(
        rows_of(readings, "select customer_id, country from staging.stg_customers where customer_id like 'c%'")
    )
    assert countries == {"c0": "US", "c1": "US", "c2": "DE", "c3": "GB", "c4": "unknown"}
    skus = dict(
        rows_of(readings, "select order_line_id, sku from staging.stg_order_lines where order_line_id like 's%'")
    )
    assert skus["s1"] == "Cup" and skus["s2"] == skus["s3"]


# --- feeds ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def half_connected(build: BUILT, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The small shop: no site_events and no reviews, tickets loaded half a day ago, messages not kept at all."""
    loads = [
        dict(feed=feed, loaded_through="2026-06-30 11:00:00")
        for feed in ("orders", "payments", "fulfillments", "refunds", "consents", "site_events", "products")
    ]
    rows = {
        **GOOD,
        "feed_loads": [*loads, dict(feed="tickets", loaded_through="2026-06-29 23:59:59")],
        "consents": [
            dict(customer_id="007", channel="email", status="subscribed", basis="express", occurred_at="2026-01-01")
        ],
    }
    folder = write_folder(tmp_path_factory.mktemp("half") / "raw", rows)
    return build(decide_whole(folder, feeds_not_kept=["messages"]))


def test_feed_health_tells_missing_stale_and_not_kept_apart(half_connected: Build) -> None:
    states = {
        feed: (state, blocked)
        for feed, state, blocked in rows_of(half_connected, "select feed, state, checks_blocked from marts.feed_health")
    }
    assert {feed: state for feed, (state, _) in states.items()} == {
        **dict.fromkeys(FEEDS, "not_connected"),
        **dict.fromkeys(("orders", "payments", "fulfillments", "refunds", "consents", "products"), "fresh"),
        "tickets": "stale",
        "messages": "not_kept",
    }
    assert "ticket" in states["tickets"][1].split(",") and "status_page" in states["site_events"][1].split(",")
    assert states["messages"][1] is None and states["orders"][1] is None


def test_a_silent_feed_is_unknown_evidence_and_one_not_kept_is_ok(half_connected: Build) -> None:
    evidence = rows_of(
        half_connected,
        "select payment, delivery, refund, ticket, damage, sizing, status_page, help_seeking from marts.order_evidence",
    )
    assert evidence == [("ok", "ok", "ok", "unknown", "unknown", "unknown", "unknown", "unknown")]
    (codes,) = rows_of(half_connected, "select reason_codes from marts.gate_decisions where action = 'review_request'")
    assert "ticket:unknown" in codes[0].split(",")
    silent = rows_of(
        half_connected,
        """select distinct state from checks.check_frequency where point_id = 'live:00011'
        union select distinct state from checks.check_already_done
        where point_id = 'live:00011' and action <> 'review_request'""",
    )
    assert silent == [("ok",)]


def test_a_table_that_is_not_there_is_not_connected(half_connected: Build) -> None:
    connected = dict(rows_of(half_connected, "select table_name, is_connected from marts.input_accounting"))
    present = {*GOOD, "feed_loads", "consents"}
    assert {table for table, is_connected in connected.items() if is_connected} == present
    assert set(connected) == set(contract())
