"""Records as accounts have them: what is half there, twice there, in other words or in other money.

Each row here stands for one that a careless mapping drops, or takes for good news. One build reads two stores, one of
each of Shopify's APIs, and both helpdesks' tickets of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import run_dbt
from loader_tables import AS_OF, Rows, rows_of, write_tables

SYNCED = "2026-02-28 06:00:00"


def synced(*rows: dict[str, Any]) -> Rows:
    return [{"_fivetran_synced": SYNCED, **row} for row in rows]


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def order(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"#{number}",
        "email": f"c{number}@example.com",
        "processed_at": "2026-01-02T10:00:00-05:00",
        "currency_code": "USD",
        "presentment_currency_code": "USD",
        "total_price_set_shop_amount": "40.0",
        "display_financial_status": "PAID",
        "display_fulfillment_status": "FULFILLED",
        "test": "false",
        **more,
    }


def line(number: int, of: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "order_id": of,
        "sku": f"SKU-{number}",
        "title": "Mug",
        "quantity": 1,
        "original_total_set_shop_amount": "40.0",
        "unfulfilled_quantity": 0,
        "is_gift_card": "false",
        "requires_shipping": "true",
        **more,
    }


def paid(number: int, of: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "order_id": of,
        "kind": "SALE",
        "status": "SUCCESS",
        "amount_set_shop_amount": "40.0",
        "amount_set_shop_currency_code": "USD",
        "gateway": "shopify_payments",
        "processed_at": "2026-01-02 15:00:00",
        "test": "false",
        **more,
    }


GRAPHQL: dict[str, Rows | list[str]] = {
    "order": synced(
        # the older version of a row that was loaded twice, and the newer one
        order(1, email="Old@Example.com", _fivetran_synced="2026-02-01 06:00:00"),
        order(1, email="  Mixed.Case@Example.COM "),
        # a shipment in part; REST has a status for each line, this API has none
        order(2, display_fulfillment_status="PARTIALLY_FULFILLED"),
        order(3, test="true", email=None),
        order(4, presentment_currency_code="JPY"),
        order(5, display_financial_status="PARTIALLY_REFUNDED"),
        order(6, display_financial_status="REFUNDED"),
        order(7, _fivetran_deleted="true"),
        order(8, display_fulfillment_status="TELEPORTED", display_financial_status="EXPIRED"),
    ),
    "order_line": synced(
        line(11, 1, order_id=gid("Order", 1), variant_id=gid("ProductVariant", 700)),
        line(21, 2),
        line(22, 2, unfulfilled_quantity=1),
        line(31, 3),
        line(41, 4),
        line(51, 5),
        line(61, 6),
        line(71, 7),
        line(81, 8, quantity=None),
    ),
    "transaction": synced(
        paid(101, 1),
        paid(104, 4, amount_set_shop_amount="5000", amount_set_shop_currency_code="JPY"),
        paid(
            105,
            4,
            amount_set_shop_amount="5000",
            amount_set_shop_currency_code="JPY",
            currency_exchange_final_amount="31.20",
        ),
        paid(106, 6, kind="REFUND", refund_id=None, processed_at="2026-01-20 10:00:00"),
        paid(107, 1, test="true"),
        paid(108, 5, kind="REFUND", status="AWAITING_RESPONSE", refund_id=502, amount_set_shop_amount="5"),
        paid(109, 8, status="HELD"),
    ),
    "fulfillment": synced(
        {
            "id": 201,
            "order_id": 2,
            "status": "SUCCESS",
            "display_status": "IN_TRANSIT",
            "total_quantity": 1,
            "created_at": "2026-01-03 10:00:00",
            "updated_at": "2026-01-04 10:00:00",
        },
        {
            "id": 202,
            "order_id": 5,
            "status": "SUCCESS",
            "display_status": "BEAMED",
            "total_quantity": 1,
            "created_at": "2026-01-03 10:00:00",
            "updated_at": "2026-01-04 10:00:00",
        },
        *(
            {
                "id": number,
                "order_id": 3,
                "status": "SUCCESS",
                "display_status": word,
                "total_quantity": 0,
                "created_at": "2026-01-03 10:00:00",
                "updated_at": "2026-01-04 10:00:00",
            }
            for number, word in ((203, "READY_FOR_PICKUP"), (204, "FAILURE"))
        ),
    ),
    "fulfillment_event": synced(
        {"id": 301, "fulfillment_id": 201, "status": "IN_TRANSIT", "happened_at": "2026-01-04T10:00:00+01:00"},
        {"id": 303, "fulfillment_id": 203, "status": "READY_FOR_PICKUP", "happened_at": "2026-01-04 10:00:00"},
        {"id": 304, "fulfillment_id": 204, "status": "FAILURE", "happened_at": "2026-01-04 10:00:00"},
        {
            "id": 302,
            "fulfillment_id": 201,
            "status": "DELIVERED",
            "happened_at": "2026-01-05 10:00:00",
            "_fivetran_deleted": "true",
        },
    ),
    "refund": synced(
        # a return that was paid by a refund without lines; one that waits for the bank
        {
            "id": 501,
            "order_id": 5,
            "created_at": "2026-01-10 10:00:00",
            "return_id": 901,
            "total_refunded_set_shop_amount": "20.0",
        },
        {"id": 502, "order_id": 5, "created_at": "2026-01-11 10:00:00", "note": "Arrived DAMAGED"},
        # the same, deleted and brought again in one sync
        {
            "id": 502,
            "order_id": 5,
            "created_at": "2026-01-11 10:00:00",
            "note": "Arrived DAMAGED",
            "_fivetran_deleted": "true",
        },
    ),
    # a line whose refund is not there
    "refund_line_item": synced(
        {
            "id": 601,
            "refund_id": 599,
            "order_line_id": 11,
            "quantity": "1.0",
            "subtotal_set_shop_amount": "40.0",
            "restock_type": "RETURN",
        },
    ),
    "return": synced(
        {"id": 901, "order_id": 5, "status": "CLOSED"},
        {"id": 902, "order_id": 8, "status": "OPEN"},
    ),
    "return_line_item": synced({"id": 911, "return_id": 901, "order_line_id": 51, "quantity": 1}),
    "customer": synced(
        {
            "id": 1,
            "email": None,
            "phone": "+1 555 0100",
            "email_marketing_consent_state": "INVALID",
            "updated_at": "2026-01-09 10:00:00",
        },
        {
            "id": 2,
            "email": "B@Example.com",
            "email_marketing_consent_state": "SUBSCRIBED",
            "email_marketing_consent_opt_in_level": "UNKNOWN",
            "email_marketing_consent_updated_at": "2026-01-01 10:00:00",
        },
    ),
}

REST: dict[str, Rows | list[str]] = {
    "order": synced(
        {
            "id": 1.0,
            "name": "#1",
            "email": "a@example.com",
            "processed_at": "2026-01-02 10:00:00.000",
            "currency": "EUR",
            "presentment_currency": "GBP",
            "total_price": "102.0",
            "total_tax": "17.0",
            "taxes_included": "TRUE",
            "total_shipping_price_set": '{"shop_money": {"amount": "6.00", "currency_code": "EUR"},'
            ' "presentment_money": {"amount": "5.00", "currency_code": "GBP"}}',
            "financial_status": "partially_refunded",
            "fulfillment_status": "fulfilled",
            "test": "FALSE",
        },
        {
            "id": 2,
            "name": "#2",
            "email": "",
            "processed_at": "2026-01-02 10:00:00",
            "currency": "EUR",
            "total_price": "10",
            "cancelled_at": "2026-01-03 10:00:00",
        },
    ),
    "order_line": synced(
        {
            "id": 11,
            "order_id": 1,
            "sku": "",
            "variant_id": 700,
            "title": "Mug",
            "quantity": 1,
            "price": "102.0",
            "fulfillable_quantity": 0,
            "fulfillment_status": "fulfilled",
        },
        # taken off by an edit of an order that was shipped
        {
            "id": 12,
            "order_id": 1,
            "sku": "CUP",
            "title": "Cup",
            "quantity": 1,
            "price": "12.0",
            "fulfillable_quantity": 0,
            "fulfillment_status": None,
        },
        {
            "id": 21,
            "order_id": 2,
            "sku": "CUP",
            "title": "Cup",
            "quantity": 1,
            "price": "10.0",
            "fulfillable_quantity": 0,
        },
    ),
    "refund": synced({"id": 501, "order_id": 1, "created_at": "2026-01-10 10:00:00", "processed_at": None}),
    "order_line_refund": synced(
        {
            "id": 601,
            "refund_id": 501,
            "order_line_id": 11,
            "quantity": 1.0,
            "subtotal": "102.0",
            "total_tax": "17.0",
            "restock_type": "return",
        },
    ),
    "transaction": synced(
        {
            "id": 101,
            "order_id": 1,
            "kind": "sale",
            "status": "success",
            "amount": "102.00",
            "currency": "EUR",
            "processed_at": "2026-01-02 10:00:00",
            "gateway": "paypal",
        },
        {
            "id": 102,
            "order_id": 1,
            "refund_id": 501,
            "kind": "refund",
            "status": "success",
            "amount": "102.00",
            "currency": "EUR",
            "processed_at": "2026-01-10 10:00:00",
            "gateway": "paypal",
        },
    ),
}


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("records")
    database = folder / "records.duckdb"
    write_tables(database, "gql", GRAPHQL)
    write_tables(database, "rest", REST, upper=True)
    connections = [
        {"connector": "shopify", "store": "gq", "schema": "gql"},
        {"connector": "shopify", "store": "re", "schema": "rest"},
    ]
    run_dbt(
        folder / "build",
        {"connections": connections, "as_of": AS_OF},
        database=database,
        select="path:models/staging/shopify path:models/staging/connected connector_words"
        " +stg_refunds +stg_payments +stg_fulfillment_events",
    )
    yield database


def found(database: Path, query: str) -> dict[str, tuple[Any, ...]]:
    return {row.pop("key"): tuple(row.values()) for row in rows_of(database, query)}


def test_a_row_that_was_loaded_twice_is_the_last_one(records: Path) -> None:
    orders = found(records, "select order_id as key, email, is_test from staging.stg_orders")
    assert orders["gq-1"][0].lower().strip() == "mixed.case@example.com"
    assert "gq-7" not in orders and orders["gq-3"][1] is True


def test_ids_of_the_platform_are_those_of_other_tables(records: Path) -> None:
    lines = found(records, "select order_line_id as key, order_id, sku from connectors.shopify__order_lines")
    assert lines["gq-11"] == ("gq-1", "SKU-11")
    assert lines["re-11"] == ("re-1", "variant-re-700")


def test_a_shipment_in_part_takes_no_line_off(records: Path) -> None:
    units = found(
        records,
        "select order_line_id as key, cast(units_removed as integer) as removed,"
        " cast(units_shipped as integer) as shipped from connectors.shopify__order_lines",
    )
    assert units["gq-21"] == (0, 1)
    assert units["gq-22"] == (0, 0)
    # no parcel is known of an order that is said to be shipped: the store's word counts
    assert units["gq-61"] == (0, 1)
    assert units["re-12"] == (1, 0)
    assert units["re-11"] == (0, 1)


def test_money_in_another_currency_is_no_amount_of_the_shop(records: Path) -> None:
    payments = found(records, "select payment_id as key, status, currency, amount from connectors.shopify__payments")
    assert payments["gq-104"] == ("captured", "JPY", "5000")
    assert payments["gq-105"] == ("captured", "USD", "31.20")
    assert "gq-107" not in payments
    # a status that nobody mapped is no capture
    assert payments["gq-109"][0] == "held"
    assert found(records, "select payment_id as key, status from staging.stg_payments")["gq-109"] == ("unknown",)


def test_refunds_that_are_half_there(records: Path) -> None:
    refunds = found(
        records,
        "select refund_id as key, order_id, order_line_id, cast(quantity as double) as quantity,"
        " cast(amount as double) as amount, reason, refunded_at is not null as is_done from staging.stg_refunds",
    )
    # without its own row: units came back, and of which order says the line
    assert refunds["gq-599-601"] == ("gq-1", "gq-11", 1.0, 0.0, "other", True)
    # a transaction that no refund claims: money went, nobody knows for what. No units and no amount: unknown
    assert refunds["gq-transaction-106-rest"][:4] == ("gq-6", None, 0.0, None)
    # a return that a refund without lines pays is no goodwill
    assert refunds["gq-return-901-911"][:3] == ("gq-5", "gq-51", 1.0) and refunds["gq-return-901-911"][5]
    assert refunds["gq-501-rest"][3] == 20.0 and refunds["gq-501-rest"][4] != "goodwill"
    # what waits for the bank was asked for
    assert refunds["gq-502-rest"][3:] == (5.0, "damaged", False)
    # a return without lines is of its whole order
    assert refunds["gq-return-902"] == ("gq-8", None, 0.0, None, "other", False)
    # prices that carry tax: 85 of the 102 are price
    assert refunds["re-501-601"][1:4] == ("re-11", 1.0, 85.0)


def test_what_was_withdrawn_or_nobody_knows_is_no_delivery(records: Path) -> None:
    events = {
        (row["fulfillment_id"], row["event_type"])
        for row in rows_of(records, "select fulfillment_id, event_type from staging.stg_fulfillment_events")
    }
    assert ("gq-201", "in_transit") in events
    assert ("gq-202", "unknown") in events
    assert not [event for event in events if event[1] == "delivered"]
    parcels = found(records, "select fulfillment_id as key, delivered_at from connectors.shopify__fulfillments")
    assert parcels == {f"gq-{number}": (None,) for number in (201, 202, 203, 204)}


def test_carriers_words_are_those_of_the_contract(records: Path) -> None:
    """Waiting to be fetched is no delivery, and one word for lost, damaged and sent back says none of them."""
    events = found(records, "select fulfillment_id as key, event_type from staging.stg_fulfillment_events")
    assert (events["gq-203"], events["gq-204"]) == (("available_for_pickup",), ("failed",))


def test_an_order_in_words_that_nobody_knows_waits(records: Path) -> None:
    orders = found(records, "select order_id as key, fulfillment_status from staging.stg_orders")
    assert orders["gq-8"] == ("unknown",)
    lines = found(records, "select order_line_id as key, _rejected_reason as reason from staging.base_order_lines")
    assert lines["gq-81"][0]


def test_consent_that_is_not_express_is_not_called_so(records: Path) -> None:
    consents = found(records, "select customer_id as key, status, basis, occurred_at from connectors.shopify__consents")
    assert consents["gq-1"] == ("invalid", None, "2026-01-09 10:00:00")
    assert consents["gq-2"][:2] == ("subscribed", "unknown")
