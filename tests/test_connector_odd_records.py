"""What accounts hold and examples do not show: null and empty objects, empty lists, a list for an object, text for
numbers, words for null, rows that a loader deleted or keeps a history of, pages in subjects.

One build reads all fourteen tools, each with a sound row and with odd ones. No row vanishes: it is accepted, or refused
by name. No odd row is good news: what it leaves out is not known.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Build, run_dbt
from loader_tables import AS_OF, Rows, rows_of, write_tables

ORDERED = "2026-01-02T10:00:00Z"
SYNCED = "2026-02-28 06:00:00"
LOADED = {"_airbyte_extracted_at": "2026-02-28 06:00:00+00"}


def loaded(*rows: dict[str, Any]) -> Rows:
    return [{**row, **LOADED, "_airbyte_raw_id": f"raw {number}"} for number, row in enumerate(rows)]


def order(number: int, **more: Any) -> dict[str, Any]:
    """An order of Shopify's API that is in order; what is odd of it is said."""
    money = {"shop_money": {"amount": "20.00", "currency_code": "USD"}}
    return {
        "id": number,
        "name": f"#{number}",
        "email": "ada@example.com",
        "customer": {"id": 501},
        "processed_at": ORDERED,
        "currency": "USD",
        "total_price": "20.00",
        "total_shipping_price_set": money,
        "financial_status": "paid",
        "fulfillment_status": None,
        "source_name": "web",
        "tags": "",
        "test": False,
        "note_attributes": [],
        "shipping_address": {"country_code": "US", "province_code": "NY"},
        "line_items": [
            {"id": number * 10, "product_id": 70, "variant_id": 700, "sku": "MUG", "quantity": 1, "price": "20.00"}
        ],
        "fulfillments": [],
        "refunds": [],
        **more,
    }


def ticket(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "requester_id": 8,
        "subject": "Hello",
        "status": "open",
        "created_at": "2026-02-20T10:00:00.000Z",
        "updated_at": "2026-02-21T10:00:00+0100",
        "tags": [],
        **more,
    }


def woo_order(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "number": str(number),
        "customer_id": 0,
        "created_via": "checkout",
        "currency": "USD",
        "total": "20.00",
        "date_created_gmt": "2026-01-02T10:00:00",
        "date_modified_gmt": "2026-01-03T10:00:00",
        "date_paid_gmt": "2026-01-02T10:00:00",
        "billing": {"email": "wu@example.com"},
        "line_items": [{"id": number * 10, "quantity": 1, "subtotal": "20.00", "total": "20.00", "sku": "MUG"}],
        **more,
    }


SHOPIFY = {
    "orders": loaded(
        order(1),
        # a deleted customer, and nothing but nulls where objects stand
        order(2, customer=None, email="", shipping_address=None, total_shipping_price_set=None, note_attributes=None),
        # a till: no address, no customer, a product that was never one
        order(
            3,
            source_name="pos",
            customer=None,
            email=None,
            shipping_address=None,
            line_items=[
                {
                    "id": 30,
                    "product_id": None,
                    "variant_id": None,
                    "sku": None,
                    "title": "Custom",
                    "quantity": "1",
                    "price": "20.00",
                }
            ],
        ),
        # a draft that somebody completed, a gift card among its lines
        order(
            4,
            source_name="shopify_draft_order",
            line_items=[
                {"id": 40, "sku": "", "quantity": 1, "price": "20.00", "gift_card": True, "discount_allocations": None}
            ],
        ),
        order(5, test=True),
        # refunds: one without lines and without a transaction, one whose list is null
        order(
            6,
            financial_status="partially_refunded",
            refunds=[{"id": 61, "created_at": ORDERED, "refund_line_items": [], "transactions": []}],
        ),
        order(7, financial_status="refunded", refunds=None),
        order(8, line_items=[], fulfillments=None),
        order(9, total_price="twenty", currency=None),
        # a refund of a part of what the store calls refunded; words in any case, a time with offset and fraction
        order(
            11,
            name="#1011",
            financial_status="Refunded",
            processed_at="2026-01-02T10:00:00.123456-05:00",
            refunds=[
                {
                    "id": 111,
                    "created_at": ORDERED,
                    "refund_line_items": [
                        {"id": 112, "line_item_id": 110, "quantity": "1", "subtotal": "5.00", "restock_type": "RETURN"}
                    ],
                    "transactions": [{"id": 113, "kind": "REFUND", "status": "Success", "amount": "5.00"}],
                }
            ],
        ),
        # taken back: fewer than none; a present among the goods; a line that an edit took off
        order(
            12,
            line_items=[
                {"id": 120, "sku": "MUG", "quantity": -1, "price": "20.00"},
                {"id": 121, "sku": "SAMPLE", "quantity": 1, "price": "0.00"},
                {"id": 122, "sku": "MUG", "quantity": 0, "price": "20.00"},
            ],
        ),
        # a word for a test that a float made, and a word for null where nothing was cancelled
        order(13, test="1.0"),
        order(14, cancelled_at="NULL", fulfillment_status="FULFILLED"),
        order(15, fulfillment_status="Sent_By_Dragon", financial_status="PAID"),
        # money that the bank sent back, and that nobody has tried to give back again
        order(
            16,
            refunds=[
                {
                    "id": 161,
                    "created_at": ORDERED,
                    "refund_line_items": [],
                    "transactions": [
                        {
                            "id": 162,
                            "kind": "refund",
                            "status": "failure",
                            "amount": "20.00",
                            "currency": "USD",
                            "processed_at": ORDERED,
                        }
                    ],
                }
            ],
        ),
        # two places that ship, one of which has cancelled
        order(
            10,
            fulfillment_status="partial",
            line_items=[{"id": 100, "sku": "MUG", "quantity": 2, "price": "10.00", "fulfillable_quantity": 1}],
            fulfillments=[
                {
                    "id": 101,
                    "status": "success",
                    "created_at": ORDERED,
                    "updated_at": ORDERED,
                    "tracking_urls": [],
                    "line_items": [{"id": 100, "quantity": 1}],
                },
                {
                    "id": 102,
                    "status": "cancelled",
                    "created_at": ORDERED,
                    "updated_at": ORDERED,
                    "tracking_number": None,
                    "line_items": None,
                },
            ],
        ),
    ),
    "customers": loaded(
        {
            "id": 501,
            "email": "ada@example.com",
            "default_address": None,
            "email_marketing_consent": None,
            "sms_marketing_consent": None,
        },
        {
            "id": 502,
            "email": None,
            "phone": None,
            "email_marketing_consent": {"state": "subscribed", "consent_updated_at": None},
        },
    ),
    "products": loaded(
        {"id": 70, "title": "Mug", "status": "active", "variants": [{"id": 700, "sku": None, "price": None}]},
        {"id": 71, "variants": []},
    ),
    "transactions": loaded(
        {
            "id": 1,
            "order_id": 1,
            "kind": "sale",
            "status": "success",
            "amount": "20.00",
            "currency": "USD",
            "processed_at": ORDERED,
            "receipt": {},
        },
        {
            "id": 2,
            "order_id": 6,
            "kind": "sale",
            "status": "success",
            "amount": None,
            "currency": None,
            "processed_at": None,
        },
    ),
}

# A store whose loader keeps the history of each row, in capitals; every version was written at the same time.
HISTORY: dict[str, Rows] = {
    "ORDER": [
        {
            "ID": "5001",
            "NAME": "#1",
            "EMAIL": "Bo@Example.com ",
            "CREATED_AT": "2026-01-02 10:00:00",
            "TOTAL_PRICE": "20.0",
            "CURRENCY": "USD",
            "FINANCIAL_STATUS": status,
            "FULFILLMENT_STATUS": "fulfilled",
            "CANCELLED_AT": "null",
            "_FIVETRAN_ACTIVE": active,
            "_FIVETRAN_SYNCED": SYNCED,
        }
        for status, active in [("partially_refunded", "TRUE"), ("paid", "FALSE"), ("pending", "FALSE")]
    ],
    "ORDER_LINE": [
        {"ID": "6001", "ORDER_ID": "5001", "SKU": "MUG", "QUANTITY": "1.0", "PRICE": "20", "_FIVETRAN_SYNCED": SYNCED}
    ],
    "FULFILLMENT": [
        {"ID": "7001", "ORDER_ID": "5001", "STATUS": "SUCCESS", "CREATED_AT": ORDERED, "_FIVETRAN_SYNCED": SYNCED}
    ],
    "FULFILLMENT_EVENT": [
        {
            "ID": "8001",
            "FULFILLMENT_ID": "7001",
            "STATUS": "delivered",
            "HAPPENED_AT": "2026-01-08 10:00:00",
            "_FIVETRAN_DELETED": deleted,
            "_FIVETRAN_SYNCED": SYNCED,
        }
        for deleted in ["FALSE", "TRUE"]
    ],
    "REFUND": [
        {
            "ID": "9001",
            "ORDER_ID": "5001",
            "CREATED_AT": ORDERED,
            "_FIVETRAN_ACTIVE": active,
            "_FIVETRAN_SYNCED": SYNCED,
        }
        for active in ["FALSE", "TRUE"]
    ],
    # a loader that keeps the source's own names
    "orderLineRefund": [
        {
            "id": "9101",
            "refundId": "9001",
            "orderLineId": "6001",
            "quantity": "1",
            "subtotal": "20",
            "_fivetran_synced": SYNCED,
        }
    ],
    "TRANSACTION": [
        {
            "ID": "1",
            "ORDER_ID": "5001",
            "KIND": "Sale",
            "STATUS": "SUCCESS",
            "AMOUNT": "20.0",
            "CURRENCY": "USD",
            "PROCESSED_AT": "2026-01-02 10:00:00+00",
            "_FIVETRAN_SYNCED": SYNCED,
        }
    ],
}

WOO = {
    # PHP writes an empty object as a list
    "orders": loaded(
        {
            "id": 1,
            "number": "1",
            "customer_id": 0,
            "status": "processing",
            "created_via": "checkout",
            "currency": "USD",
            "total": "20.00",
            "total_tax": "",
            "date_created_gmt": "2026-01-02T10:00:00",
            "date_paid_gmt": "",
            "billing": [],
            "shipping": [],
            "meta_data": [],
            "refunds": [],
            "line_items": [
                {
                    "id": 10,
                    "product_id": 0,
                    "variation_id": 0,
                    "quantity": "1",
                    "subtotal": "20.00",
                    "total": "20.00",
                    "sku": None,
                    "meta_data": [],
                }
            ],
        },
        {
            "id": 2,
            "number": "2",
            "customer_id": "0",
            "status": None,
            "currency": "USD",
            "total": "",
            "billing": None,
            "line_items": None,
            "refunds": None,
        },
        # the store's own tables say wc-; a database is read with its deletions, a blank where there was none
        woo_order(3, status="wc-cancelled", _ab_cdc_deleted_at=""),
        woo_order(4, status="wc-Refunded", _ab_cdc_deleted_at=None),
        woo_order(5, status="processing", _ab_cdc_deleted_at="2026-02-01 10:00:00"),
        # somebody's word that no list has
        woo_order(6, status="at-the-dragon"),
        woo_order(7, status="wc-shipped"),
    ),
    "refunds": loaded(
        {"id": 5, "amount": "", "reason": None, "date_created_gmt": "2026-01-20T10:00:00", "line_items": []}
    ),
    "customers": loaded({"id": 3, "email": "", "billing": [], "shipping": []}),
    "products": loaded({"id": 9, "name": None, "type": None, "sku": "", "categories": [], "stock_quantity": None}),
    "product_variations": loaded({"id": 91, "sku": None}),
}

TOOLS: dict[str, dict[str, Rows | list[str]]] = {
    "klaviyo": {
        "events": loaded(
            {
                "id": "e1",
                "type": "event",
                "attributes": {"event_properties": {}, "datetime": None},
                "relationships": {"profile": {"data": None}, "metric": {"data": {"id": "m1"}}},
            },
            {
                "id": "e2",
                "type": "event",
                "attributes": {"event_properties": None, "datetime": ORDERED},
                "relationships": {},
            },
            # the shop calls Unsubscribed by a name of its own
            {
                "id": "e3",
                "type": "event",
                "attributes": {"event_properties": {}, "datetime": "2026-02-01T10:00:00+00:00"},
                "relationships": {"profile": {"data": {"id": "p1"}}, "metric": {"data": {"id": "m2"}}},
            },
        ),
        "metrics": loaded(
            {"id": "m1", "attributes": {"name": "Received Email", "integration": None}},
            {"id": "m2", "attributes": {"name": "Abgemeldet", "integration": {"name": "Klaviyo"}}},
        ),
        "profiles": loaded(
            {"id": "p1", "attributes": {"email": "ada@example.com", "phone_number": None, "subscriptions": None}},
            {
                "id": "p2",
                "attributes": {
                    "email": None,
                    "subscriptions": {
                        "email": {"marketing": {"consent": "SUBSCRIBED", "suppressions": [], "list_suppressions": []}}
                    },
                },
            },
        ),
        "global_exclusions": loaded({"id": "p1", "attributes": {"email": None, "subscriptions": None}}),
    },
    "zendesk": {
        "tickets": loaded(
            {
                "id": 1,
                "requester_id": 7,
                "subject": None,
                "status": "open",
                "created_at": ORDERED,
                "updated_at": ORDERED,
                "tags": [],
                "custom_fields": [],
                "satisfaction_rating": None,
            },
            {
                "id": 2,
                "requester_id": None,
                "subject": "",
                "status": None,
                "created_at": ORDERED,
                "updated_at": None,
                "tags": None,
                "custom_fields": None,
            },
            # a page, in which the code of an apostrophe is no order's number and a colour neither
            ticket(3, subject="Re: It doesn&#8217;t work, order&nbsp;<b>#1011</b>", status="Open"),
            ticket(4, subject='<p style="color:#8217">it arrived broken</p>', status="HOLD"),
            # a chat of somebody who left no address
            ticket(5, requester_id=9, subject="Conversation with Web User 6a", via={"channel": "chat"}, status="New"),
            ticket(6, status="closed", tags=["closed_by_merge"]),
            ticket(7, status="Awaiting the dragon"),
        ),
        "users": loaded(
            {"id": 7, "email": None, "phone": None},
            {"id": 8, "email": "ada@example.com", "phone": "", "suspended": True},
        ),
    },
    "gorgias": {
        "tickets": loaded(
            {
                "id": 1,
                "customer": None,
                "subject": None,
                "status": "open",
                "created_datetime": ORDERED,
                "tags": [],
                "custom_fields": {},
                "meta": None,
            },
            {
                "id": 2,
                "customer": {"id": 9, "email": None},
                "status": "closed",
                "created_datetime": ORDERED,
                "closed_datetime": None,
                "tags": None,
                "custom_fields": [],
            },
        ),
        "messages": loaded({"id": 1, "ticket_id": 1, "source": None, "intents": None, "created_datetime": ORDERED}),
    },
    "aftership": {
        "trackings": loaded(
            {
                "id": "t1",
                "tracking_number": None,
                "order_id": None,
                "tag": None,
                "checkpoints": None,
                "latest_estimated_delivery": None,
            },
            {
                "id": "t2",
                "tracking_number": "",
                "order_id": "#10",
                "tag": "Delivered",
                "created_at": ORDERED,
                "updated_at": None,
                "checkpoints": [{"checkpoint_time": None, "tag": "Delivered"}],
            },
        )
    },
    "recharge": {
        "subscriptions": loaded(
            {
                "id": 1,
                "customer_id": 91,
                "external_variant_id": {},
                "external_product_id": None,
                "status": "active",
                "created_at": ORDERED,
            },
            {
                "id": 2,
                "customer_id": None,
                "external_variant_id": {"ecommerce": ""},
                "status": None,
                "created_at": None,
            },
        ),
        "customers": loaded({"id": 91, "email": None, "external_customer_id": {}}),
    },
    "loop": {
        "returns": loaded(
            {
                "id": 1,
                "state": "open",
                "outcome": None,
                "order_id": None,
                "provider_order_id": "1",
                "order_name": "#1",
                "created_at": ORDERED,
                "line_items": [],
            },
            {"id": 2, "state": None, "order_name": None, "created_at": None, "line_items": None},
        )
    },
    "okendo": {
        "reviews": loaded(
            {
                "reviewId": "r1",
                "productId": None,
                "rating": "5.0",
                "reviewer": None,
                "customer": {},
                "dateCreated": ORDERED,
            },
            {
                "reviewId": "r2",
                "productId": "shopify-70",
                "rating": None,
                "reviewer": {"email": "ada@example.com"},
                "dateCreated": None,
            },
        )
    },
    "judgeme": {
        "reviews": loaded(
            {"id": 1, "rating": 5, "product_external_id": 70, "reviewer": None, "created_at": ORDERED},
            {
                "id": 2,
                "rating": "0",
                "product_external_id": None,
                "reviewer": {"email": None, "external_id": ""},
                "created_at": ORDERED,
            },
        )
    },
    "yotpo": {
        "reviews": loaded(
            {"id": 1, "score": "4", "sku": None, "email": None, "created_at": ORDERED},
            {"id": 2, "score": None, "sku": "70", "email": "ada@example.com", "created_at": None},
        ),
        "raw_data": loaded(
            {
                "email_address": None,
                "order_id": "1",
                "email_type": None,
                "email_sent_timestamp": ORDERED,
                "product_id": None,
            }
        ),
    },
    "attentive": {
        "sms_sent": [
            {
                "message_id": "m1",
                "subscriber_external_id": None,
                "subscriber_phone": None,
                "timestamps": "2026-01-05 10:00:00",
            }
        ],
        "sms_email_subscribed": [
            {
                "type": None,
                "subscription_type": None,
                "timestamps": "2026-01-05 10:00:00",
                "subscriber_phone": "+15550001",
            }
        ],
        "sms_email_unsubscribed": [{"type": "sms.unsubscribed", "timestamps": None, "subscriber_phone": "+15550001"}],
    },
    "postscript": {
        "subscribers": [
            {"id": "s_1", "phone_number": None, "subscriptions": None, "created_at": ORDERED},
            {"id": "s_2", "phone_number": "+15550002", "subscriptions": {"promotional": None}, "created_at": ORDERED},
            {
                "id": "s_3",
                "phone_number": "+15550003",
                "subscriptions": {"promotional": {"can_send": None}},
                "created_at": ORDERED,
            },
        ],
        "sent_messages": [{"id": "1", "subscriber_id": None, "phone": None, "created_at": None}],
    },
    "stripe": {
        "disputes": loaded(
            {
                "id": "dp_1",
                "charge": None,
                "payment_intent": None,
                "status": "needs_response",
                "amount": None,
                "currency": None,
                "created": 1770249600,
                "metadata": [],
                "livemode": True,
            },
            {
                "id": "dp_2",
                "charge": {"id": "ch_1"},
                "status": None,
                "amount": "2000",
                "currency": "usd",
                "created": "1770249600",
                "metadata": {"order_id": "1"},
                "livemode": True,
            },
            # the network gave the money back before it became a chargeback
            {
                "id": "dp_3",
                "charge": {"id": "ch_3"},
                "status": "prevented",
                "amount": 2000,
                "currency": "usd",
                "created": 1770249600,
                "metadata": {},
                "livemode": True,
            },
        ),
        "charges": loaded({"id": "ch_3", "description": "#16", "metadata": {}}),
    },
}


VARS = {
    "as_of": AS_OF,
    "connections": [
        {"connector": "shopify", "store": "us", "schema": "shopify"},
        {"connector": "shopify", "store": "hist", "schema": "history", "loader": "fivetran"},
        {"connector": "woocommerce", "store": "woo", "schema": "woocommerce"},
        *({"connector": tool, "scope": ["us"]} for tool in TOOLS),
    ],
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("odd")
    database = folder / "shop.duckdb"
    for schema, tables in {"shopify": SHOPIFY, "HISTORY": HISTORY, "woocommerce": WOO, **TOOLS}.items():
        write_tables(database, schema, tables)
    select = "+rejected_rows +unmapped_values +input_accounting +feed_health"
    return run_dbt(folder, VARS, database=database, select=select)


def found(build: Build, query: str) -> dict[Any, tuple[Any, ...]]:
    rows = [tuple(row.values()) for row in rows_of(build.database, query)]
    return {row[0]: row[1:] for row in rows}


def test_no_row_vanishes(odd: Build) -> None:
    """Every record that is one of the contract's has its row, taken or refused."""
    brought = found(
        odd,
        "select table_name, rows_in, rows_accepted, rows_rejected from marts.input_accounting where rows_in > 0",
    )
    # but for the order that its database deleted, and the event that its loader did
    expected = {"orders": 23, "customers": 3, "tickets": 9, "reviews": 6}
    assert {table: brought[table][0] for table in expected} == expected
    for rows in brought.values():
        assert rows[0] >= rows[1] + rows[2] and rows[1] + rows[2] > 0
    refused = found(odd, "select row_key, table_name, reason from marts.rejected_rows")
    assert refused["us-120"] == ("order_lines", "impossible:quantity_not_positive")
    assert refused["us-9"] == ("orders", "unparseable:total")


def test_an_order_without_its_customer_is_kept(odd: Build) -> None:
    orders = found(odd, "select order_id, sales_channel, is_test, customer_id from staging.stg_orders")
    assert orders["us-3"][0] == "pos" and orders["us-4"][0] == "own"
    assert orders["us-2"][2] is not None and orders["us-2"][2] != orders["us-3"][2]
    assert "us-9" not in orders, "a total that is no number is refused"
    assert "woo-2" not in orders


def test_a_word_for_yes_or_for_null_is_one(odd: Build) -> None:
    orders = found(odd, "select order_id, is_test, cancelled_at, fulfillment_status from staging.stg_orders")
    assert orders["us-5"][0] is True and orders["us-13"][0] is True
    assert orders["us-14"] == (False, None, "fulfilled") and orders["hist-5001"][1] is None
    assert orders["us-15"][2] == "unknown"
    assert orders["woo-3"][1] is not None, "wc-cancelled is cancelled"
    # a status of the shop's own is looked up, and named where no list has it
    assert (orders["woo-6"][2], orders["woo-7"][2]) == ("unknown", "fulfilled")
    unmapped = found(odd, "select unmapped_value, table_name, column_name from marts.unmapped_values")
    assert unmapped["at-the-dragon"] == ("orders", "fulfillment_status")


def test_of_a_rows_history_the_version_that_holds_counts(odd: Build) -> None:
    assert found(odd, "select order_id, email from staging.stg_orders")["hist-5001"] == ("bo@example.com",)
    refunds = found(odd, "select refund_id, order_line_id, quantity from staging.stg_refunds")
    assert refunds["hist-9001-9101"] == ("hist-6001", 1)
    assert "woo-5" not in found(odd, "select order_id from staging.base_orders"), "a row that its database deleted"


def test_what_is_left_out_is_no_good_news(odd: Build) -> None:
    refunds = found(odd, "select refund_id, order_id, amount, refunded_at from staging.stg_refunds")
    # an order that is called refunded gave something back, whoever does not say what, or says less
    untold = {row[0] for row in refunds.values() if row[1] is None and row[2] is not None}
    assert untold >= {"us-6", "us-7", "us-11", "woo-4"}
    payments = found(odd, "select payment_id, status, amount from staging.stg_payments")
    assert "us-2" not in payments
    chargebacks = found(odd, "select payment_id, order_id from staging.stg_payments where status = 'chargeback'")
    assert chargebacks == {"stripe-stripe-dp_2": ("us-1",), "stripe-stripe-dp_3": ("us-16",)}
    # meant to be given back, and not given
    assert refunds["us-161-rest"] == ("us-16", 20, None)
    events = found(
        odd, "select event_id, event_type from staging.stg_fulfillment_events where event_type = 'delivered'"
    )
    assert events == {}


def test_tickets_are_of_whom_they_name(odd: Build) -> None:
    tickets = found(odd, "select ticket_id, requester_email, order_id, topic from staging.stg_tickets")
    nobodys = {key for key, row in tickets.items() if row[0] is None}
    assert nobodys == {"zendesk-1", "zendesk-2", "gorgias-gorgias-1", "gorgias-gorgias-2"}
    # the code of an apostrophe is no order, and the topic is read through it
    assert tickets["zendesk-3"] == ("ada@example.com", "us-11", "damage")
    assert tickets["zendesk-4"] == ("ada@example.com", None, "damage")
    statuses = found(odd, "select ticket_id, status from staging.stg_ticket_events")
    assert [statuses[f"zendesk-{number}"] for number in (3, 4, 7)] == [("open",), ("on_hold",), ("unknown",)]
    # who merged it does not say into what: nobody answered it
    assert statuses["zendesk-6"] == ("unknown",)
    assert found(odd, "select row_key, reason from marts.rejected_rows")["zendesk-5"] == ("orphan:customer_id",)


def test_consent_that_is_not_said_is_none(odd: Build) -> None:
    said = rows_of(odd.database, "select address, channel, status from staging.stg_consents order by all")
    assert [row for row in said if row["status"] == "subscribed"] == []
    # the opt-out by another name is unknown, and named with its count
    assert {(row["address"], row["status"]) for row in said} >= {("ada@example.com", "unknown")}
    unmapped = found(odd, "select unmapped_value, table_name, row_count from marts.unmapped_values")
    assert unmapped["metric abgemeldet"] == ("consents", 1)


def test_the_next_build_compares_what_several_tools_bring(odd: Build) -> None:
    """What several tools bring is counted together, before anything is said to be lost."""
    again = run_dbt(odd.target.parent, VARS, database=odd.database, command="run", select="base_consents")
    assert again.ran
