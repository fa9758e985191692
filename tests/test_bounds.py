"""Types and bounds: whatever a column holds is read or refused by name, and no value is too large to build with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import Build, run_dbt
from test_bad_input import LINE, ORDER, decide_whole, rows_of, unbalanced, with_rows, write_folder

BUILT = Callable[..., Build]

# --- every type against every type of the contract --------------------------------------------------------------------

INSTANT = "2026-06-01 10:00:00"
TYPES: dict[str, list[str]] = {
    "boolean": ["true", "false"],
    **{kind: ["1", "0", "100"] for kind in ("tinyint", "utinyint", "smallint", "usmallint")},
    **{kind: ["1780308000", "1"] for kind in ("integer", "uinteger")},
    **{
        kind: ["1780308000", "1780308000000", "1780308000000000", "9223372036854775807", "1"]
        for kind in ("bigint", "ubigint", "hugeint", "uhugeint")
    },
    "decimal(18, 3)": ["1780308000.5", "99999999999999.999", "1"],
    "decimal(38, 0)": ["1780308000", "9" * 38, "1"],
    "float": ["1780308000", "3e38", "'nan'::float", "'inf'::float", "1"],
    "double": ["1780308000.5", "1e300", "'nan'::double", "'-inf'::double", "1"],
    "varchar": ["'1'", "'x'", "'infinity'", "'294247-01-10 04:00:54'", f"'{INSTANT}'", "'1e400'", "''"],
    "char(3)": ["'yes'"],
    "enum('yes', 'list(')": ["'yes'", "'list('"],
    "uuid": ["'12345678-1234-1234-1234-123456789abc'"],
    "json": ["'{\"a\": 1}'", "'\"yes\"'"],
    "blob": ["'\\xAA\\xBB'::blob", "'yes'::blob"],
    "bit": ["'0101'::bit"],
    "date": ["date '2026-06-01'", "date '5000000-01-01'", "'infinity'::date", "'-infinity'::date"],
    "time": ["time '10:00:00'"],
    "time with time zone": ["'10:00:00+02'::timetz"],
    "timestamp": [f"timestamp '{INSTANT}'", "'294247-01-10 04:00:54'::timestamp", "'infinity'::timestamp"],
    "timestamp_s": [f"'{INSTANT}'::timestamp_s", "'290000-01-01'::timestamp_s"],
    "timestamp_ms": [f"'{INSTANT}'::timestamp_ms", "'290000-01-01'::timestamp_ms"],
    "timestamp_ns": [f"'{INSTANT}'::timestamp_ns", "'2262-01-01'::timestamp_ns"],
    "timestamp with time zone": ["'2026-06-01 12:00:00+02'::timestamptz", "'infinity'::timestamptz"],
    "interval": ["interval 3 day"],
    "varchar[]": ["['yes']"],
    "timestamp[]": [f"[timestamp '{INSTANT}']"],
    "integer[2]": ["[1, 2]"],
    "struct(is_gift varchar)": ["{'is_gift': 'yes'}"],
    "map(varchar, integer)": ["map {'yes': 1}"],
    "union(num integer, str varchar)": ["'yes'"],
    "variant": ["1::variant"],
    "geometry": [],
}
"""Every type of DuckDB, so of a Parquet file too, with usual values and with the last ones of their kind."""
INTEGERS = {f"{sign}{size}" for sign in ("", "u") for size in ("tinyint", "smallint", "integer", "bigint", "hugeint")}
NUMBERS = {*INTEGERS, "decimal(18, 3)", "decimal(38, 0)", "float", "double"}
WORDS = {"varchar", "char(3)", "enum('yes', 'list(')"}
TIMES = {"date", "timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns", "timestamp with time zone"}
OF_NO_USE = {
    "blob", "json", "bit", "varchar[]", "timestamp[]", "integer[2]", "struct(is_gift varchar)", "map(varchar, integer)",
    "union(num integer, str varchar)", "variant", "geometry",
}  # fmt: skip
EPOCHS = {name for name in NUMBERS if "tiny" not in name and "small" not in name}
COLUMNS = {
    "title": "varchar", "order_id": "varchar", "topic": "varchar", "moment": "timestamp", "day": "date",
    "flag": "boolean", "amount": "decimal", "units": "integer",
}  # fmt: skip
READ_FROM = {
    "varchar": set(TYPES) - OF_NO_USE,
    "timestamp": {"varchar", *EPOCHS, *TIMES},
    "date": {"varchar", *EPOCHS, *TIMES},
    "boolean": {"boolean", *WORDS, *NUMBERS},
    "decimal": {"varchar", *NUMBERS},
    "integer": {"varchar", *NUMBERS},
}
"""Which types something is read from; of the others, and of values that are no such thing, nothing is."""


def table_of(number: int) -> str:
    return f"type_{number}"


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A table per type, in which every kind of contract column is of this type, and the SQL that reads each."""
    folder = tmp_path_factory.mktemp("types")
    database = folder / "shop.duckdb"
    with duckdb.connect() as connection:
        # the newest storage: older ones know fewer types
        connection.execute(f"attach '{database}' as shop (storage_version 'latest')")
        connection.execute("use shop")
        for number, (kind, values) in enumerate(TYPES.items()):
            columns = ", ".join(f"{name} {kind}" for name in [*COLUMNS, "_loaded_at"])
            connection.execute(f"create table {table_of(number)} ({columns})")
            for value in values:
                connection.execute(f"insert into {table_of(number)} values ({', '.join([value] * 9)})")
    contract = {
        name: {"name": name, "data_type": kind, "config": {"meta": {"values": ["yes"]} if name == "topic" else {}}}
        for name, kind in COLUMNS.items()
    }
    inline = (
        "{% for number in range(" + str(len(TYPES)) + ") %}"
        "{{ post_purchase_gate.rows_as_typed([api.Relation.create(schema='main', identifier='type_' ~ number)], "
        + str(contract)
        + ") }};;{% endfor %}"
    )
    run_dbt(folder, {}, database=database, command="compile", inline=inline)
    return database, next(folder.glob("target/compiled/**/inline_query")).read_text().split(";;")


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_is_read_or_not_and_breaks_nothing(kind: str, typed: tuple[Path, list[str]]) -> None:
    """Without it: a column of numbers, bytes or lists where a time is expected kills the build after others ran."""
    database, queries = typed
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            f"select {', '.join(f'max({name}) is not null, count(raw__{name})' for name in COLUMNS)}, count(*) "
            f"from ({queries[list(TYPES).index(kind)]})"
        ).fetchone()
    assert rows is not None
    for (name, wanted), is_read, brought in zip(COLUMNS.items(), rows[:-1:2], rows[1:-1:2], strict=True):
        assert is_read == (kind in READ_FROM[wanted] and rows[-1] > 0), f"{kind} as {name}"
        # what is not read stands beside it as brought, so that its row is refused by name
        assert brought == len([value for value in TYPES[kind] if "nan" not in value and value != "''"])


# --- bounds -----------------------------------------------------------------------------------------------------------

FAR = {
    "100000000000000": "total",
    "4006381333931": "total",
    "-99999999999": "total",
    "1e400": "total",
    "infinity": "ordered_at",
    "294247-01-10 04:00:54": "ordered_at",
    "2100-01-01 00:00:00": "ordered_at",
}
"""Values that are well formed and can be no order's: an EAN code as its total, a year that no clock of a shop has."""
MEGABYTES = "x" * 3_000_000


@pytest.fixture(scope="module")
def far(build: BUILT, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A shop whose files hold values beyond the bounds; tickets are a Parquet file of types that nothing reads."""
    orders = [{**ORDER, "order_id": f"F{number}", column: text} for number, (text, column) in enumerate(FAR.items())]
    orders += [
        {**ORDER, "order_id": "I" * 201},
        {**ORDER, "order_id": "K1", "shipping_charged": "1e14", "email": ""},
        {**ORDER, "order_id": "K2", "email": "", "total": "9999999999.99"},
    ]
    lines = [{**LINE, "order_line_id": f"{row['order_id'][:9]}-1", "order_id": row["order_id"]} for row in orders]
    lines.append({**LINE, "order_line_id": "Q1", "quantity": "1000000"})
    lines.append({**LINE, "order_line_id": "Q2", "quantity": "999999", "unit_price": "9999999999"})
    customers = [dict(customer_id="C1", email="secret@example.com", first_name=MEGABYTES)]
    folder = write_folder(
        tmp_path_factory.mktemp("far") / "raw", with_rows(orders=orders, order_lines=lines, customers=customers)
    )
    (folder / "tickets.csv").unlink()
    with duckdb.connect() as connection:
        connection.execute(
            f"""copy (
                select 'T' || range as ticket_id, '0001' as order_id, 'damage' as topic, '\\xAA'::blob as opened_at,
                    ['a secret'] as subject
                from range(3)
            ) to '{folder / "tickets.parquet"}' (format parquet)"""
        )
        connection.execute(
            f"""copy (
                select 'R' || range as review_id, '007' as customer_id, '0042' as sku,
                    1780308000000 + range as submitted_at, 5::utinyint as rating
                from range(3)
            ) to '{folder / "reviews.parquet"}' (format parquet)"""
        )
    return build(decide_whole(folder), select="+input_accounting +repaired_values stg_reviews")


def test_a_value_beyond_its_bounds_refuses_its_row_by_name(far: Build) -> None:
    found = rows_of(
        far,
        "select row_key, reason from marts.rejected_rows where table_name = 'orders' and not reason like 'orphan:%' "
        "order by all",
    )
    wanted = [(f"F{number}", f"out_of_bounds:{column}") for number, column in enumerate(FAR.values())]
    assert found == [*wanted, ("I" * 201, "out_of_bounds:order_id")]
    named = (
        "select row_key, reason from marts.rejected_rows where table_name = '{}' and reason like '%:{}' order by all"
    )
    assert rows_of(far, named.format("order_lines", "quantity")) == [("Q1", "out_of_bounds:quantity")]
    assert rows_of(far, named.format("order_lines", "line_value")) == [("Q2", "impossible:line_value")]
    assert rows_of(far, named.format("customers", "first_name")) == [("C1", "out_of_bounds:first_name")]
    assert unbalanced(far) == []


def test_a_column_whose_type_nothing_is_read_from_refuses_each_row_by_name(far: Build) -> None:
    named = "select row_key, reason from marts.rejected_rows where table_name = 'tickets' order by all"
    assert rows_of(far, named) == [(f"T{number}", "unparseable:subject") for number in range(3)]
    assert rows_of(far, "select max(submitted_at)::varchar, max(rating) from staging.stg_reviews") == [
        ("2026-06-01 10:00:00.002", 5)
    ]


def test_a_value_beyond_its_bounds_that_no_check_reads_is_left_out_and_counted(far: Build) -> None:
    assert rows_of(far, "select repairs, row_count from marts.repaired_values where table_name = 'orders'") == [
        ("unreadable:shipping_charged;", 1)
    ]
    assert rows_of(far, "select order_id from staging.stg_orders where order_id like 'K%' order by 1") == [
        ("K1",),
        ("K2",),
    ]


def test_what_is_shown_of_a_refused_row_is_short(far: Build) -> None:
    shown = "select max(length(original_values)), max(length(row_key)) from marts.rejected_rows"
    ((values, key),) = rows_of(far, shown)
    assert values < 5_000 and key <= 500


def test_a_shop_whose_every_value_lies_at_its_bound_is_decided_on(build: BUILT, tmp_path: Path) -> None:
    """Without it: a price that is within its bound overflows in a model that multiplies it."""
    last = {"number": "9999999999.99", "units": "999999", "time": "2099-12-31 23:59:59"}
    orders, lines, more = [], [], {}
    for number, placed in enumerate(
        ["2000-01-01 00:00:00", "2026-06-01 10:00:00", "2026-06-19 10:00:00", last["time"]]
    ):
        order = {**ORDER, "order_id": f"B{number}", "ordered_at": placed, "total": last["number"]}
        orders.append({**order, "shipping_charged": last["number"], "discount": last["number"]})
        for line, (units, price) in enumerate(
            [(last["units"], "9999"), ("1", last["number"]), ("1", "-9999999999.99")]
        ):
            lines.append(
                {**LINE, "order_line_id": f"B{number}-{line}", "order_id": f"B{number}", "sku": f"S{line}",
                 "quantity": units, "unit_price": price, "discount": "0", "ship_by": last["time"]}
            )  # fmt: skip
        moment = placed if placed < "2026-06-20" else "2026-06-10 10:00:00"
        facts = {
            "payments": dict(payment_id=f"P{number}", order_id=f"B{number}", status="captured", amount=last["number"],
                             fee=last["number"], occurred_at=moment),
            "fulfillments": dict(fulfillment_id=f"F{number}", order_id=f"B{number}", shipped_at=moment,
                                 delivered_at=moment, expected_delivery_at=last["time"],
                                 shipping_cost=last["number"]),
            "refunds": dict(refund_id=f"R{number}", order_id=f"B{number}", order_line_id=f"B{number}-1", quantity="1",
                            amount=last["number"], requested_at=moment, refunded_at=last["time"]),
            "messages": dict(message_id=f"M{number}", customer_id="007", order_id=f"B{number}", action="cross_sell",
                             channel="email", recommended_sku="S1", sent_at=moment),
            "overrides": dict(override_id=f"O{number}", order_line_id=f"B{number}-0", action="upsell", decision="pause",
                              set_by="desk", set_at=moment, expires_at="9999-12-31 23:59:59"),
            "consents": dict(customer_id="007", channel="email", status="subscribed", basis="express",
                             occurred_at=moment),
        }  # fmt: skip
        for table, row in facts.items():
            more.setdefault(table, []).append(row)
    more["subscriptions"] = [
        dict(subscription_id="S", customer_id="007", sku="S1", started_at="2000-01-01", next_charge_at=last["time"])
    ]
    more["products"] = [
        dict(sku=f"S{number}", product_id=f"P{number}", title="x" * 4000, category="c" * 4000,
             list_price=last["number"], inventory_quantity="999999999", consumable_days="9999.9999")
        for number in range(3)
    ]  # fmt: skip
    more["product_costs"] = [
        dict(sku=f"S{number}", valid_from="1000-01-01", landed_cost=last["number"]) for number in range(3)
    ]
    more["feed_loads"] = [
        dict(feed=feed, loaded_through="2026-06-20 11:00:00") for feed in ("orders", "payments", "messages")
    ]
    rows = with_rows(orders=orders, order_lines=lines, **more)
    folder = write_folder(tmp_path / "raw", rows)
    built = build({"raw_path": str(folder), "as_of": "2026-06-20 12:00:00"})
    assert rows_of(built, "select table_name, reason, row_key from marts.rejected_rows") == []
    decided = "select count(distinct order_id) from marts.gate_decisions where order_id like 'B%'"
    # the oldest one is live for what it still lasts; the last one lies ahead
    assert rows_of(built, decided) == [(3,)]
