"""Olist's tables on the contract: a made-up marketplace is built once; no dirty row may be lost or stop the build."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import olist_sample
import pytest

from post_purchase.build import invoke

ROOT = Path(__file__).resolve().parents[1]
AS_OF = olist_sample.AS_OF

Rows = Callable[[str], list[tuple[Any, ...]]]


@contextmanager
def environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def run_build(work: Path, dbt_vars: dict[str, Any], *arguments: str, command: str = "build"):
    """dbt in this process, with its target, logs and database below `work`; the file is free again when it is done."""
    with environment(POST_PURCHASE_DB=str(work / "olist.duckdb"), DO_NOT_TRACK="1"):
        return invoke(
            [
                command,
                "--quiet",
                "--project-dir",
                str(ROOT),
                "--profiles-dir",
                str(ROOT / "profiles"),
                "--target-path",
                str(work / "target"),
                "--log-path",
                str(work / "logs"),
                "--vars",
                str(dbt_vars),
                *arguments,
            ],
            hear=lambda event: None,
        )


def olist_vars(folder: Path, **more: Any) -> dict[str, Any]:
    return {
        "connectors": ["olist"],
        "olist_path": str(folder),
        "as_of": AS_OF,
        "reporting_currency": "BRL",
        **more,
    }


def reader(work: Path) -> Rows:
    def rows(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(work / "olist.duckdb")) as connection:
            return connection.execute(sql).fetchall()

    return rows


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    work = tmp_path_factory.mktemp("olist")
    folder = work / "publisher"
    folder.mkdir()
    olist_sample.write_publisher_files(folder)
    # unit tests bring their own rows: they say nothing of these
    result = run_build(work, olist_vars(folder), "--exclude-resource-type", "unit_test")
    assert result.exception is None, result.exception
    assert [f"{r.node.name}: {r.message}" for r in result.result if r.status in ("error", "fail", "warn")] == []
    return reader(work)


def test_every_order_is_decided_or_rejected(rows: Rows) -> None:
    decided = {order for (order,) in rows("select distinct order_id from marts.gate_decisions")}
    rejected = {order for (order,) in rows("select row_key from marts.rejected_rows where table_name = 'orders'")}
    brought = {row[0] for row in olist_sample.ORDERS}
    assert brought - decided - rejected == {"order-after-as-of"}
    assert decided & rejected == set(), "an exact repeat is counted as one, and rejects nothing"


def test_rejected_rows_say_why(rows: Rows) -> None:
    found = set(rows("select table_name, row_key, reason from marts.rejected_rows"))
    of_rejected_orders = {
        ("order_lines", "order-unreadable-date-1", "orphan:order_id"),
        ("order_lines", "order-of-nobody-1", "orphan:order_id"),
        ("payments", "order-unreadable-date-1", "orphan:order_id"),
        ("payments", "order-of-nobody-1", "orphan:order_id"),
        ("fulfillments", "order-unreadable-date", "orphan:order_id"),
        ("fulfillments", "order-of-nobody", "orphan:order_id"),
        ("fulfillment_events", "order-unreadable-date-delivered", "orphan:fulfillment_id"),
        ("fulfillment_events", "order-of-nobody-delivered", "orphan:fulfillment_id"),
    }
    assert found - of_rejected_orders == {
        ("orders", "order-canceled-without-items", "order_without_lines"),
        ("orders", "order-unavailable-without-items", "order_without_lines"),
        ("orders", "order-unreadable-date", "unparseable:ordered_at"),
        ("orders", "order-of-nobody", "orphan:customer_id"),
        ("order_lines", "order-not-in-the-extract-1", "orphan:order_id"),
        # its time is its order's, which is not there
        ("payments", "order-not-in-the-extract-1", "no_time"),
        ("fulfillments", "order-delivered-before-shipped", "impossible:delivered_before_shipped"),
        ("fulfillment_events", "order-delivered-before-shipped-delivered", "orphan:fulfillment_id"),
        ("fulfillment_events", "order-delivered-without-date-delivered", "no_time"),
    }
    assert of_rejected_orders <= found


def test_rows_in_are_rows_accepted_plus_rejected(rows: Rows) -> None:
    accounting = {
        name: counts
        for name, *counts in rows(
            "select table_name, rows_in, rows_accepted, rows_rejected, rows_repeated from marts.input_accounting"
        )
    }
    assert all(rows_in == sum(parts) for rows_in, *parts in accounting.values())
    assert accounting["orders"] == [17, 12, 4, 1]
    assert accounting["order_lines"] == [16, 13, 3, 0]
    assert accounting["customers"] == [14, 14, 0, 0], "15 customer ids of 14 persons"


def test_a_person_is_one_customer_in_the_state_of_the_latest_order(rows: Rows) -> None:
    assert rows("select customer_id, country, region from staging.stg_customers where customer_id = 'person-1'") == [
        ("person-1", "BR", "RJ")
    ]
    assert rows("select count(distinct order_id) from marts.gate_decisions where customer_id = 'person-1'") == [(2,)]


def test_what_an_order_owes_and_what_was_paid(rows: Rows) -> None:
    totals = rows(
        "select total, shipping_charged, currency, store_id from staging.stg_orders "
        "where order_id = 'order-paid-in-two-parts'"
    )
    assert [(float(total), float(freight), *rest) for total, freight, *rest in totals] == [
        (170.0, 20.0, "BRL", "olist")
    ]
    payment = dict(rows("select order_id, min(payment) || ',' || max(payment) from marts.order_evidence group by 1"))
    assert payment["order-paid-in-two-parts"] == "ok,ok"
    # pending on terms or paid in part, the order stands; settled it is not
    assert payment["order-not-approved"] == "ok,ok"
    assert payment["order-paid-in-part"] == "ok,ok"
    settled = dict(rows("select order_id, min(settled) || ',' || max(settled) from marts.order_evidence group by 1"))
    assert settled["order-not-approved"] == "waiting,waiting"
    assert settled["order-paid-in-part"] == "waiting,waiting"
    assert payment["order-canceled-after-approval"] == "problem,problem"


def test_a_cancellation_is_no_payment_after_it(rows: Rows) -> None:
    details = rows(
        "select distinct detail from marts.gate_reasons inner join marts.gate_decisions using (decision_id) "
        "where order_id = 'order-canceled-after-approval' and check_name = 'payment'"
    )
    assert details == [("cancelled",)]
    assert rows(
        "select cast(cancelled_at as varchar) from staging.stg_orders where order_id = 'order-canceled-after-approval'"
    ) == [("2018-06-04 10:00:01",)]


def test_delivery_is_what_the_dates_say(rows: Rows) -> None:
    evidence = {
        order: states
        for order, *states in rows(
            "select distinct order_id, shipping, delivery, delivery_grade from marts.order_evidence"
        )
    }
    assert evidence["order-paid-in-two-parts"] == ["ok", "ok", "scan"]
    assert evidence["order-shipped-before-approved"] == ["ok", "ok", "scan"]
    assert evidence["order-under-way"] == ["ok", "waiting", None]
    # the parcel of impossible dates is rejected: what it would have said is unknown
    assert evidence["order-delivered-before-shipped"] == ["unknown", "unknown", None]
    # late without a date: without the tickets nobody can say that no one asked where it is
    assert evidence["order-shipped-and-late"][:2] == ["ok", "unknown"]
    assert evidence["order-delivered-without-date"][:2] == ["ok", "unknown"]


def test_what_is_not_connected_is_unknown_and_holds_the_ask(rows: Rows) -> None:
    states = dict(rows("select feed, state from marts.feed_health"))
    missing = {feed for feed, state in states.items() if state == "not_connected"}
    assert {"refunds", "tickets", "ticket_events", "site_events", "consents", "message_events"} <= missing
    assert {"orders", "payments", "fulfillments", "fulfillment_events", "messages", "reviews", "products"} == set(
        states
    ) - missing
    assert {state for feed, state in states.items() if feed not in missing} == {"fresh"}
    assert rows(
        "select count(*) from marts.gate_decisions where action = 'review_request' and decision <> 'pause'"
    ) == [(0,)]
    reasons = rows(
        "select distinct check_name from marts.gate_reasons inner join marts.gate_decisions using (decision_id) "
        "where order_id = 'order-shipped-before-approved' and state = 'unknown' "
        "and gate_decisions.action = 'community_invite'"
    )
    assert {name for (name,) in reasons} >= {
        "consent", "damage", "help_seeking", "kept", "refund", "sizing", "status_page", "ticket",
    }  # fmt: skip


def test_feeds_reach_the_newest_event_and_promises_do_not_count(rows: Rows) -> None:
    assert rows("select distinct cast(loaded_through as varchar) from staging.stg_feed_loads") == [
        ("2018-07-11 10:00:00",)
    ]


def test_what_lies_after_as_of_is_not_decided(rows: Rows) -> None:
    assert rows("select count(*) from staging.stg_orders where order_id = 'order-after-as-of'") == [(1,)]
    assert rows("select count(*) from marts.gate_decisions where order_id = 'order-after-as-of'") == [(0,)]
    assert rows("select count(*) from marts.order_timeline where order_id = 'order-after-as-of'") == [(0,)]


def test_one_survey_of_two_orders_is_a_message_of_each(rows: Rows) -> None:
    messages = rows(
        "select message_id, customer_id, action, channel, flow from staging.stg_messages "
        "where message_id like 'survey-1%' order by 1"
    )
    assert messages == [
        ("survey-1-order-paid-in-two-parts", "person-1", "review_request", "email", "olist_survey"),
        ("survey-1-order-same-person-later", "person-1", "review_request", "email", "olist_survey"),
    ]
    done = rows(
        "select distinct order_id from marts.gate_reasons inner join marts.gate_decisions using (decision_id) "
        "where check_name = 'already_done' and gate_decisions.action = 'review_request' order by 1"
    )
    assert [order for (order,) in done] == [
        "order-asked-before-delivery",
        "order-paid-in-two-parts",
        "order-same-person-later",
        "order-shipped-before-approved",
    ]


def test_surveys_before_delivery_are_counted_by_day(rows: Rows) -> None:
    query = (ROOT / "docs" / "olist.md").read_text().split("```sql")[1].split("```")[0]
    assert rows(query) == [(6, 2, 33.33)], "the survey that is listed twice counts twice, as in the published share"


def test_categories_are_english_where_translated(rows: Rows) -> None:
    assert rows("select sku, title, category, list_price from staging.stg_products order by 1") == [
        ("kettle", "Small appliances", "small_appliances", None),
        ("lamp", "Luminarias", "luminarias", None),
        ("mystery", None, None, None),
        ("toaster", "Small appliances", "small_appliances", None),
    ]


def test_sample_files_give_the_same_rows(rows: Rows, tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    folder.mkdir()
    olist_sample.write_sample_files(folder)
    result = run_build(tmp_path, olist_vars(folder), "--select", "path:models/staging/olist", command="run")
    assert result.success, result.exception
    sampled = reader(tmp_path)
    for query in (
        "select order_id, customer_id, total, cancelled_at from connectors.olist__orders order by all",
        "select payment_id, status, cast(amount as decimal(9, 2)) from connectors.olist__payments order by all",
        "select message_id, customer_id from connectors.olist__messages order by all",
        "select loaded_through from connectors.olist__feed_loads order by all",
    ):
        assert sampled(query) == rows(query)
    categories = {category for (category,) in sampled("select category from connectors.olist__products")}
    assert categories == {"eletroportateis", "luminarias", None}, "without the translation they stay Portuguese"


def test_a_missing_table_stops_the_build_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "incomplete"
    folder.mkdir()
    olist_sample.write_publisher_files(folder)
    (folder / "olist_order_items_dataset.csv").unlink()
    result = run_build(tmp_path, olist_vars(folder), "--select", "path:models/staging/olist", command="run")
    assert not result.success
    assert "table order_items (required)" in str(result.exception)
