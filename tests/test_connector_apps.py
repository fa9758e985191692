"""The tools beside a store as their loaders leave them, and a second kind of store.

One build reads two Shopify stores that share ids, two WooCommerce stores, and each tool twice: flat (Fivetran), and
with objects and lists (the API's own shape). Another reads tools that have almost nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Build, run_dbt
from loader_tables import AS_OF, Rows, rows_of, write_tables

TOOLS = ["recharge", "okendo", "judgeme", "yotpo", "aftership", "loop", "stripe", "woocommerce"]
CHECKED = [
    "subscriptions",
    "reviews",
    "messages",
    "message_events",
    "consents",
    "fulfillment_events",
    "refunds",
    "payments",
    "orders",
]
SYNCED = {"_fivetran_synced": "2026-02-28 06:00:00"}
EXTRACTED = {"_airbyte_extracted_at": "2026-02-28 06:00:00+00"}


def flat(*rows: dict[str, Any]) -> Rows:
    return [{**row, **SYNCED} for row in rows]


def extracted(*rows: dict[str, Any]) -> Rows:
    return [{**row, **EXTRACTED, "_airbyte_raw_id": f"raw {number}"} for number, row in enumerate(rows)]


def shopify(email: str, sku: str) -> dict[str, Rows]:
    """A store; both have the same ids."""
    return {
        "order": flat(
            {
                "id": 4999,
                "name": "#999",
                "customer_id": 501,
                "email": email,
                "processed_at": "2025-06-01 10:00:00",
                "currency": "USD",
                "total_price": 20,
            },
            {
                "id": 5001,
                "name": "#1001",
                "customer_id": 501,
                "email": email,
                "processed_at": "2026-01-02 10:00:00",
                "currency": "USD",
                "total_price": 60,
            },
            {
                "id": 5002,
                "name": "#1002",
                "customer_id": 502,
                "email": f"2{email}",
                "processed_at": "2026-01-03 10:00:00",
                "currency": "USD",
                "total_price": 20,
            },
        ),
        "order_line": flat(
            {
                "id": 6999,
                "order_id": 4999,
                "product_id": 70,
                "variant_id": 700,
                "sku": sku,
                "title": "Mug",
                "quantity": 1,
                "price": 20,
                "fulfillment_status": "fulfilled",
            },
            {
                "id": 7001,
                "order_id": 5001,
                "product_id": 70,
                "variant_id": 700,
                "sku": sku,
                "title": "Mug",
                "quantity": 2,
                "price": 20,
                "fulfillment_status": "fulfilled",
            },
            {
                "id": 7002,
                "order_id": 5001,
                "product_id": 71,
                "variant_id": 711,
                "sku": "TEA-RED",
                "title": "Tea",
                "quantity": 1,
                "price": 20,
                "fulfillment_status": "fulfilled",
            },
            {
                "id": 7003,
                "order_id": 5002,
                "product_id": 71,
                "variant_id": 710,
                "sku": "TEA-GREEN",
                "title": "Tea",
                "quantity": 1,
                "price": 20,
                "fulfillment_status": "fulfilled",
            },
        ),
        "customer": flat({"id": 501, "email": email}, {"id": 502, "email": f"2{email}"}),
        "product": flat({"id": 70, "title": "Mug", "status": "active"}, {"id": 71, "title": "Tea", "status": "active"}),
        "product_variant": flat(
            {"id": 700, "product_id": 70, "sku": sku},
            {"id": 710, "product_id": 71, "sku": "TEA-GREEN"},
            {"id": 711, "product_id": 71, "sku": "TEA-RED"},
        ),
        "fulfillment": flat(
            {
                "id": 8999,
                "order_id": 4999,
                "status": "success",
                "tracking_number": "1Z 999-aa1",
                "created_at": "2025-06-05 10:00:00",
            },
            {
                "id": 9001,
                "order_id": 5001,
                "status": "success",
                "tracking_number": "1Z999AA1",
                "created_at": "2026-01-05 10:00:00",
            },
            {
                "id": 9002,
                "order_id": 5002,
                "status": "success",
                "tracking_number": None,
                "created_at": "2026-01-05 10:00:00",
            },
        ),
        "transaction": flat(
            {
                "id": 1,
                "order_id": 5001,
                "kind": "sale",
                "status": "success",
                "amount": 60,
                "currency": "USD",
                "processed_at": "2026-01-02 10:00:00",
            },
        ),
        "refund": flat(
            {"id": 80, "order_id": 5002, "created_at": "2026-02-10 10:00:00", "processed_at": "2026-02-10 10:00:00"}
        ),
        "order_line_refund": flat(
            {"id": 81, "refund_id": 80, "order_line_id": 7003, "quantity": 1, "subtotal": 20, "restock_type": "return"}
        ),
    }


SHOPS: dict[str, dict[str, Rows]] = {
    "shopify_us": shopify("ada@example.com", "MUG"),
    "shopify_eu": shopify("bo@example.com", "HAT"),
}

RECHARGE = {
    "recharge_us": {
        "subscription": flat(
            {
                "id": 1,
                "customer_id": 91,
                "external_variant_id_ecommerce": 700,
                "sku": "old",
                "status": "ACTIVE",
                "created_at": "2025-01-01 00:00:00",
                "cancelled_at": "2025-02-01 00:00:00",
            },
            {
                "id": 2,
                "customer_id": 91,
                "external_variant_id_ecommerce": 711,
                "status": "CANCELLED",
                "created_at": "2025-01-01 00:00:00",
                "cancelled_at": "2025-02-01 00:00:00",
            },
            {
                "id": 3,
                "customer_id": 91,
                "external_variant_id_ecommerce": 710,
                "status": "ACTIVE",
                "created_at": "2025-01-01 00:00:00",
                "_fivetran_deleted": "true",
            },
            {
                "id": 4,
                "customer_id": 99,
                "external_variant_id_ecommerce": 700,
                "status": "ACTIVE",
                "created_at": "2025-01-01 00:00:00",
            },
        ),
        "customer": flat({"id": 91, "external_customer_id_ecommerce": 501, "email": "other@example.com"}),
    },
    "recharge_eu": {
        "subscriptions": extracted(
            {
                "id": 1,
                "customer_id": 91,
                "external_variant_id": {"ecommerce": "700"},
                "status": "active",
                "created_at": "2025-01-01T00:00:00+00:00",
            },
        ),
        "customers": extracted({"id": 91, "external_customer_id": {"ecommerce": None}, "email": "Bo@example.com"}),
    },
}

REVIEWS = {
    "okendo": {
        "review": flat(
            {
                "id": "r1",
                "order_id": "5001",
                "product_id": "71",
                "rating": 5,
                "date_created": "2026-02-01 00:00:00",
                "reviewer_email": "ada@example.com",
            },
            {
                "id": "r2",
                "order_id": None,
                "order_number": "1002",
                "product_id": "71",
                "rating": 1,
                "date_created": "2026-02-01 00:00:00",
                "reviewer_email": "x@example.com",
            },
        ),
    },
    "judgeme": {
        "reviews": extracted(
            {
                "id": 1,
                "rating": 4,
                "created_at": "2026-02-01T00:00:00+00:00",
                "product_external_id": 70,
                "curated": "spam",
                "reviewer": {"email": "bo@example.com", "external_id": 501, "unsubscribed_at": "2026-02-02T00:00:00Z"},
            },
            {
                "id": 2,
                "rating": 4,
                "created_at": "2026-02-01T00:00:00+00:00",
                "product_external_id": None,
                "reviewer": {"email": "new@example.com", "external_id": None, "unsubscribed_at": None},
            },
        ),
    },
    "yotpo": {
        "reviews": extracted(
            {
                "id": 1,
                "score": 3,
                "sku": "70",
                "email": "ada@example.com",
                "created_at": "2026-02-01T00:00:00Z",
                "deleted": True,
            },
            {"id": 2, "score": 3, "sku": "tea-green", "email": "ada@example.com", "created_at": "2026-02-01T00:00:00Z"},
        ),
        "raw_data": extracted(
            {
                "email_address": "Ada@example.com",
                "order_id": "5001",
                "product_id": "70",
                "email_type": "mail_after_purchase",
                "email_sent_timestamp": "2026-01-20T00:00:00Z",
                "opened_timestamp": "2026-01-21T00:00:00Z",
            },
            {
                "email_address": "2ada@example.com",
                "order_id": "#1002",
                "product_id": "71",
                "email_type": "mail_after_purchase",
                "email_sent_timestamp": "2026-01-20T00:00:00Z",
                "invalid_address_timestamp": "2026-01-20T00:01:00Z",
            },
            {
                "email_address": "2ada@example.com",
                "order_id": "#1002",
                "product_id": "71",
                "email_type": "mail_after_purchase",
                "email_sent_timestamp": None,
            },
        ),
        "unsubscribers": extracted({"id": 5, "user_email": "gone@example.com", "email_type_id": 1}),
    },
    "yotpo_eu": {
        "REVIEW": flat(
            {"ID": 1, "SCORE": 5, "SKU": "70", "EMAIL": "bo@example.com", "CREATED_AT": "2026-02-01 00:00:00"}
        ),
        "EMAIL_ANALYTICS_RAW_DATA": flat(
            {
                "EMAIL_ADDRESS": "bo@example.com",
                "ORDER_ID": "5001",
                "EMAIL_TYPE": "some_new_kind",
                "EMAIL_SENT_TIMESTAMP": "2026-01-20 00:00:00",
            }
        ),
    },
}

AFTERSHIP = {
    "aftership": {
        "trackings": extracted(
            # the number's first life, and the second
            {
                "id": "t1",
                "tracking_number": "1Z999AA1",
                "slug": "ups",
                "order_id": "#1001",
                "tag": "InTransit",
                "created_at": "2026-01-05T12:00:00+00:00",
                "updated_at": "2026-01-08T12:00:00+00:00",
                "expected_delivery": "2026-01-12",
                "checkpoints": [
                    {
                        "checkpoint_time": "2025-06-08T10:00:00",
                        "created_at": "2026-01-05T12:00:00+00:00",
                        "tag": "Delivered",
                        "country_iso3": "USA",
                    },
                    {
                        "checkpoint_time": "2026-01-07T10:00:00",
                        "created_at": "2026-01-07T18:30:00+00:00",
                        "tag": "InTransit",
                        "country_iso3": "USA",
                    },
                ],
            },
            # never scanned, by the order's only parcel
            {
                "id": "t2",
                "tracking_number": "ELSE",
                "slug": "dhl",
                "order_id": "1002",
                "tag": "Pending",
                "created_at": "2026-01-05T12:00:00+00:00",
                "updated_at": "2026-01-06T12:00:00+00:00",
                "checkpoints": [],
            },
            # a return of the first order
            {
                "id": "t3",
                "tracking_number": "RETURN",
                "slug": "dhl",
                "order_id": "#1001",
                "tag": "Delivered",
                "created_at": "2026-02-01T12:00:00+00:00",
                "updated_at": "2026-02-06T12:00:00+00:00",
                "checkpoints": [
                    {
                        "checkpoint_time": "2026-02-05T10:00:00Z",
                        "created_at": "2026-02-05T12:00:00+00:00",
                        "tag": "Delivered",
                    }
                ],
            },
        ),
    },
    "aftership_dlt": {
        "trackings": [
            {
                "id": "t1",
                "tracking_number": "1z999aa1",
                "tag": "Exception",
                "return_to_sender": "true",
                "created_at": "2026-01-05 12:00:00",
                "updated_at": "2026-01-20 12:00:00",
                "_dlt_id": "a",
                "_dlt_load_id": "1772258400.5",
            },
        ],
        "trackings__checkpoints": [
            {
                "checkpoint_time": "2026-01-19T10:00:00Z",
                "created_at": "2026-01-19 12:00:00",
                "tag": "Exception",
                "subtag": "Exception_011",
                "_dlt_parent_id": "a",
                "_dlt_id": "b",
            },
        ],
    },
}

LOOP = {
    "loop_us": {
        "return_list": flat(
            {
                "id": 1,
                "state": "open",
                "outcome": "exchange",
                "provider_order_id": 5001,
                "order_name": "#1001",
                "created_at": "2026-02-01 00:00:00",
                "updated_at": "2026-02-02 00:00:00",
            },
            {
                "id": 2,
                "state": "closed",
                "outcome": "refund",
                "provider_order_id": 5002,
                "created_at": "2026-02-01 00:00:00",
                "updated_at": "2026-02-12 00:00:00",
            },
        ),
        "return_list_line_item": flat(
            {
                "return_list_id": 1,
                "line_item_id": 11,
                "provider_line_item_id": 7001,
                "sku": "MUG",
                "outcome": "default",
                "return_reason": "Handle broke",
                "parent_return_reason": "Other",
            },
            {
                "return_list_id": 2,
                "line_item_id": 21,
                "provider_line_item_id": 7003,
                "sku": "TEA-GREEN",
                "outcome": "default",
                "return_reason": "Too small",
            },
        ),
        "return_cancelled": flat(
            {
                "id": 3,
                "outcome": "refund",
                "provider_order_id": 5001,
                "created_at": "2026-01-20 00:00:00",
                "updated_at": "2026-01-21 00:00:00",
            }
        ),
        "return_cancelled_line_item": flat(
            {
                "return_cancelled_id": 3,
                "line_item_id": 31,
                "provider_line_item_id": 7002,
                "return_reason": "A word nobody mapped",
            }
        ),
    },
    "loop_eu": {
        "returns": extracted(
            {
                "id": 1,
                "state": "review",
                "outcome": "refund",
                "order_name": "#1001",
                "created_at": "2026-02-01T00:00:00Z",
                "updated_at": "2026-02-02T00:00:00Z",
                "line_items": [
                    {"line_item_id": 11, "sku": "hat", "outcome": "default", "return_reason": "Ran too large"},
                    {"line_item_id": 12, "sku": "hat", "outcome": "default", "return_reason": "Ran too large"},
                ],
            },
        ),
    },
}

WOO_LINES = [
    {
        "id": 1,
        "name": "Mug",
        "product_id": 9,
        "variation_id": 0,
        "quantity": 2,
        "subtotal": "40.00",
        "total": "36.00",
        "sku": "",
    },
    {
        "id": 2,
        "name": "Shirt",
        "product_id": 7,
        "variation_id": 71,
        "quantity": 1,
        "subtotal": "10.00",
        "total": "10.00",
        "sku": "SHIRT-M",
    },
]
WOO = {
    "woo": {
        "orders": extracted(
            {
                "id": 5001,
                "number": "5001",
                "customer_id": 0,
                "status": "processing",
                "created_via": "checkout",
                "currency": "EUR",
                "total": "57.20",
                "total_tax": "5.20",
                "shipping_total": "6.00",
                "payment_method": "stripe",
                "date_created_gmt": "2026-01-02T10:00:00",
                "date_paid_gmt": "2026-01-02T10:01:00",
                "date_modified_gmt": "2026-02-02T10:00:00",
                "billing": {"email": "guest@example.com", "country": "DE"},
                "shipping": {"country": "AT"},
                "line_items": WOO_LINES,
                "refunds": [{"id": 60, "reason": "arrived broken", "total": "-22.00"}],
            },
            {
                "id": 5002,
                "number": "5002",
                "customer_id": 3,
                "status": "on-hold",
                "created_via": "checkout",
                "currency": "EUR",
                "total": "10.00",
                "total_tax": "0",
                "shipping_total": "0",
                "payment_method": "bacs",
                "date_created_gmt": "2026-01-02T10:00:00",
                "date_paid_gmt": None,
                "date_modified_gmt": "2026-01-02T10:00:00",
                "billing": {"email": "c@example.com"},
                "shipping": {},
                "line_items": [{**WOO_LINES[1], "id": 3}],
                "refunds": [],
            },
            {
                "id": 5003,
                "number": "5003",
                "customer_id": 3,
                "status": "checkout-draft",
                "currency": "EUR",
                "total": "10.00",
                "date_created_gmt": "2026-01-02T10:00:00",
                "billing": {},
                "shipping": {},
                "line_items": [],
                "refunds": [],
            },
        ),
        "refunds": extracted(
            {
                "id": 60,
                "amount": "22.00",
                "reason": "arrived broken",
                "date_created_gmt": "2026-02-01T10:00:00",
                "line_items": [
                    {
                        "id": 601,
                        "product_id": 9,
                        "variation_id": 0,
                        "quantity": -1,
                        "total": "-18.00",
                        "total_tax": "-1.80",
                        "meta_data": [{"key": "_refunded_item_id", "value": "1"}],
                    }
                ],
            },
        ),
        "customers": extracted(
            {
                "id": 3,
                "email": "c@example.com",
                "billing": {"country": "DE", "phone": ""},
                "date_created_gmt": "2025-01-01T00:00:00",
            }
        ),
        "products": extracted(
            {"id": 9, "name": "Mug", "type": "simple", "status": "publish", "sku": "", "price": "20", "virtual": False},
            {"id": 7, "name": "Shirt", "type": "variable", "status": "publish", "sku": "SHIRT", "price": "10"},
        ),
        "product_variations": extracted({"id": 71, "sku": "SHIRT-M", "status": "publish", "price": "10"}),
    },
    "WOO_FLAT": {
        "ORDERS": flat(
            {
                "ID": 5001,
                "NUMBER": "5001",
                "CUSTOMER_ID": 3,
                "STATUS": "refunded",
                "CREATED_VIA": "rest-api",
                "CURRENCY": "USD",
                "TOTAL": "20",
                "TOTAL_TAX": "0",
                "PAYMENT_METHOD": "ppcp-gateway",
                "DATE_CREATED_GMT": "2026-01-02 10:00:00",
                "DATE_PAID_GMT": "2026-01-02 10:00:00",
                "DATE_MODIFIED_GMT": "2026-02-02 10:00:00",
                "BILLING_EMAIL": "c@example.com",
            }
        ),
        "ORDER_LINE_ITEM": flat(
            {
                "ID": 1,
                "ORDER_ID": 5001,
                "PRODUCT_ID": 9,
                "VARIATION_ID": 0,
                "QUANTITY": 1,
                "SUBTOTAL": "20",
                "TOTAL": "20",
                "SKU": "MUG",
            }
        ),
    },
}

STRIPE = {
    "stripe": {
        "dispute": flat(
            {
                "id": "dp_1",
                "charge_id": "ch_1",
                "status": "needs_response",
                "amount": 5720,
                "currency": "eur",
                "created": "2026-02-05 00:00:00",
                "livemode": "true",
            },
            {
                "id": "dp_2",
                "charge_id": "ch_2",
                "status": "warning_needs_response",
                "amount": 5720,
                "currency": "eur",
                "created": "2026-02-05 00:00:00",
                "livemode": "true",
            },
            {
                "id": "dp_3",
                "charge_id": "ch_3",
                "status": "lost",
                "amount": 1000,
                "currency": "eur",
                "created": "2026-02-05 00:00:00",
                "livemode": "true",
            },
        ),
        "charge": flat(
            {"id": "ch_1", "metadata": '{"order_id": "5001"}', "description": "Shop - Order 9"},
            {"id": "ch_2", "metadata": "{}", "description": "Shop - Order 5002"},
            {"id": "ch_3", "metadata": None, "description": "a meeting"},
        ),
    },
    "stripe_api": {
        "disputes": extracted(
            {
                "id": "dp_1",
                "charge": "ch_9",
                "payment_intent": "pi_9",
                "status": "won",
                "amount": 2000,
                "currency": "usd",
                "created": 1770249600,
                "updated": 1770768000,
                "livemode": True,
            }
        ),
        "payment_intents": extracted({"id": "pi_9", "metadata": {"order_number": "5001"}}),
    },
}

CONNECTIONS = [
    {"connector": "shopify", "store": "us", "schema": "shopify_us"},
    {"connector": "shopify", "store": "eu", "schema": "shopify_eu"},
    {"connector": "recharge", "store": "us", "schema": "recharge_us", "scope": ["us"]},
    {"connector": "recharge", "store": "eu", "schema": "recharge_eu", "scope": ["eu"]},
    {"connector": "okendo", "scope": ["us"]},
    {"connector": "judgeme", "scope": ["eu"]},
    {"connector": "yotpo", "scope": ["us"]},
    {"connector": "yotpo", "schema": "yotpo_eu", "scope": ["eu"]},
    {"connector": "aftership", "scope": ["us"]},
    {"connector": "aftership", "schema": "aftership_dlt", "scope": ["eu"]},
    {"connector": "loop", "store": "us", "schema": "loop_us", "scope": ["us"]},
    {"connector": "loop", "store": "eu", "schema": "loop_eu", "scope": ["eu"]},
    {"connector": "woocommerce", "store": "w", "schema": "woo"},
    {"connector": "woocommerce", "store": "w2", "schema": "woo_flat"},
    {"connector": "stripe", "scope": ["w"]},
    {"connector": "stripe", "schema": "stripe_api", "scope": ["w2"]},
]
PATHS = " ".join(f"path:models/staging/{tool}" for tool in ["shopify", "connected", *TOOLS])


# Some warehouses shout.
IN_UPPER_CASE = {"recharge_us", "okendo", "judgeme", "aftership", "loop_us", "stripe"}


def write(database: Path, schemas: dict[str, dict[str, Any]]) -> None:
    for schema, tables in schemas.items():
        write_tables(database, schema, tables, upper=schema in IN_UPPER_CASE)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("apps")
    database = folder / "shop.duckdb"
    write(database, {**SHOPS, **RECHARGE, **REVIEWS, **AFTERSHIP, **LOOP, **WOO, **STRIPE})
    select = f"{PATHS} {' '.join(f'+stg_{table}' for table in CHECKED)} +int_feed_status"
    return run_dbt(folder, {"connections": CONNECTIONS, "as_of": AS_OF}, database=database, select=select)


def accepted(build: Build, table: str, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
    rows = rows_of(build.database, f"select {columns} from staging.stg_{table} where {where} order by all")
    return [tuple(str(value) if value is not None else None for value in row.values()) for row in rows]


def refused(build: Build, table: str) -> list[tuple[Any, ...]]:
    query = (
        f"select _row_key, _rejected_reason from staging.base_{table} where _rejected_reason is not null order by all"
    )
    return [tuple(row.values()) for row in rows_of(build.database, query)]


def test_a_subscription_is_of_the_stores_account_and_sku(full: Build) -> None:
    assert accepted(full, "subscriptions", "subscription_id, customer_id, sku, cancelled_at") == [
        ("eu-1", "eu-501", "HAT", None),
        ("us-1", "us-501", "MUG", None),
        ("us-2", "us-501", "TEA-RED", "2025-02-01 00:00:00"),
    ]
    # whose account nobody finds names nobody
    assert refused(full, "subscriptions") == [("us-4", "orphan:customer_id")]


def test_a_review_leads_to_its_order_its_writer_and_a_sku(full: Build) -> None:
    assert accepted(full, "reviews", "review_id, order_id, customer_id, sku, rating") == [
        ("judgeme-judgeme-1", None, "eu-501", "HAT", "4"),
        ("judgeme-judgeme-2", None, None, None, "4"),
        ("okendo-okendo-r1", "us-5001", "us-501", "TEA-RED", "5"),
        ("okendo-okendo-r2", "us-5002", "us-502", "TEA-GREEN", "1"),
        ("yotpo-yotpo-1", None, None, "MUG", "3"),
        ("yotpo-yotpo-2", None, None, "TEA-GREEN", "3"),
        ("yotpo_eu-yotpo-1", None, None, "HAT", "5"),
    ]


def test_the_asks_of_a_review_app_are_messages(full: Build) -> None:
    assert accepted(full, "messages", "order_id, order_line_id, action, address, flow, sent_at") == [
        ("eu-5001", None, "some_new_kind", "bo@example.com", "yotpo some_new_kind", "2026-01-20 00:00:00"),
        ("us-5001", "us-7001", "review_request", "ada@example.com", "yotpo mail_after_purchase", "2026-01-20 00:00:00"),
        (
            "us-5002",
            "us-7003",
            "review_request",
            "2ada@example.com",
            "yotpo mail_after_purchase",
            "2026-01-20 00:00:00",
        ),
    ]
    assert accepted(full, "message_events", "event_type, occurred_at") == [
        ("hard_bounced", "2026-01-20 00:01:00"),
        ("opened", "2026-01-21 00:00:00"),
    ]


def test_an_opt_out_of_review_mail_is_an_opt_out(full: Build) -> None:
    rows = accepted(
        full,
        "consents",
        "address, status, occurred_at",
        "address in ('bo@example.com', 'gone@example.com', 'new@example.com')",
    )
    assert rows == [
        ("bo@example.com", "unsubscribed", "2026-02-02 00:00:00"),
        ("gone@example.com", "unsubscribed", "2026-02-28 06:00:00"),
    ]


def test_a_tracking_is_of_the_parcel_that_was_under_way(full: Build) -> None:
    rows = accepted(full, "fulfillment_events", "fulfillment_id, event_type, occurred_at")
    assert rows == [
        ("eu-9001", "returned_to_sender", "2026-01-19 10:00:00"),
        # what the carrier said of the number in June it did not say of this parcel; the clock of the place is read late
        ("us-9001", "in_transit", "2026-01-07 18:30:00"),
        ("us-9002", "label_created", "2026-01-05 12:00:00"),
    ]


def test_a_parcel_without_a_scan_was_not_handed_over(full: Build) -> None:
    query = "select fulfillment_id, shipped_at, expected_delivery_at from connectors.shopify__fulfillments"
    shipped = {
        row["fulfillment_id"]: (row["shipped_at"], row["expected_delivery_at"]) for row in rows_of(full.database, query)
    }
    assert shipped["us-9001"] == ("2026-01-05 10:00:00", "2026-01-13 12:00:00")
    assert shipped["us-9002"] == (None, None)


def test_a_return_is_a_request_until_the_store_refunds(full: Build) -> None:
    columns = "refund_id, order_id, order_line_id, quantity, reason, requested_at, refunded_at, rejected_at"
    rows = {row[0]: row[1:] for row in accepted(full, "refunds", columns, "refund_id not like 'w%'")}
    assert rows["us-loop-1-11"][:4] == ("us-5001", "us-7001", "1.0000", "damaged")
    assert rows["us-loop-1-11"][4:] == ("2026-02-01 00:00:00", None, None)
    # called off, for a reason that nobody mapped
    assert rows["us-loop-3-31"] == (
        "us-5001",
        "us-7002",
        "1.0000",
        "unknown",
        "2026-01-20 00:00:00",
        None,
        "2026-01-21 00:00:00",
    )
    assert rows["eu-loop-1-11"][:4] == ("eu-5001", "eu-7001", "2.0000", "sizing")
    # refunded by the store: its own row has the units, Loop's reason and the time of asking
    assert "us-loop-2-21" not in rows
    assert rows["us-80-81"][1:6] == ("us-7003", "1.0000", "sizing", "2026-02-01 00:00:00", "2026-02-10 10:00:00")
    assert rows["eu-80-81"][3:5] == ("other", "2026-02-10 10:00:00")


def test_woocommerce_is_a_store(full: Build) -> None:
    columns = "order_id, customer_id like 'guest:%', sales_channel, fulfillment_status, total"
    assert accepted(full, "orders", columns, "store_id like 'w%'") == [
        ("w-5001", "True", "own", "unfulfilled", "57.2000"),
        ("w-5002", "False", "own", "unfulfilled", "10.0000"),
        # an account that no table has, and a channel that nobody mapped
        ("w2-5001", "True", "unknown", None, "20.0000"),
    ]
    lines = rows_of(
        full.database,
        "select order_line_id, sku, unit_price, discount from connectors.woocommerce__order_lines order by 1",
    )
    assert [tuple(map(str, row.values())) for row in lines] == [
        ("w-1", "variant-w-9", "20.0000", "4.0000"),
        ("w-2", "SHIRT-M", "10.0000", "0.0000"),
        ("w-3", "SHIRT-M", "10.0000", "0.0000"),
        ("w2-1", "MUG", "20.0000", "0.0000"),
    ]
    # negative at the source; what the line does not explain is without tax
    assert accepted(full, "refunds", "refund_id, order_line_id, quantity, amount, reason", "refund_id like 'w%'") == [
        ("w-60-601", "w-1", "1.0000", "18.0000", "damaged"),
        ("w-60-rest", None, "0.0000", "2.0000", "damaged"),
        ("w2-5001-status", None, "0.0000", None, "other"),
    ]


def test_a_dispute_stops_its_order(full: Build) -> None:
    columns = "payment_id, order_id, status, amount, currency, occurred_at"
    assert accepted(full, "payments", columns, "payment_id like 'stripe%' or payment_id like 'w%'") == [
        ("stripe-stripe-dp_1", "w-5001", "chargeback", "57.2000", "EUR", "2026-02-05 00:00:00"),
        ("stripe_api-stripe-dp_1", "w2-5001", "chargeback", "20.0000", "USD", "2026-02-05 00:00:00"),
        ("stripe_api-stripe-dp_1-won", "w2-5001", "chargeback_won", "20.0000", "USD", "2026-02-11 00:00:00"),
        ("w-5001", "w-5001", "captured", "57.2000", "EUR", "2026-01-02 10:01:00"),
        ("w-5002", "w-5002", "pending", "10.0000", "EUR", "2026-01-02 10:00:00"),
        ("w2-5001", "w2-5001", "captured", "20.0000", "USD", "2026-01-02 10:00:00"),
    ]
    # a dispute of no order is no good news: it is refused by name
    assert refused(full, "payments") == [("stripe-stripe-dp_3", "missing:order_id")]


def test_a_store_without_parcels_has_no_parcel_feed(full: Build) -> None:
    feeds = {
        row["feed"]: row["is_connected"]
        for row in rows_of(full.database, "select feed, is_connected from core.int_feed_status")
    }
    # AfterShip serves Shopify's stores alone, and nobody follows WooCommerce's parcels
    assert not feeds["fulfillments"] and not feeds["fulfillment_events"]
    # nobody knows whom Okendo and Judge.me have asked, and the flat WooCommerce has no products
    assert feeds["orders"] and feeds["reviews"] is False and not feeds["messages"] and not feeds["products"]


NAKED: dict[str, dict[str, list[str]]] = {
    "shop": {"order": ["id"], "order_line": ["id", "order_id"]},
    "woocommerce": {"orders": ["id"], "order_line_item": ["id", "order_id"]},
    "recharge": {"subscription": ["id"]},
    "okendo": {"review": ["id"]},
    "judgeme": {"reviews": ["id"]},
    "yotpo": {"reviews": ["id"]},
    "aftership": {"trackings": ["id"]},
    "loop": {"return_list": ["id"]},
    "stripe": {"dispute": ["id"]},
}


@pytest.fixture(scope="module")
def naked(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Each tool twice: its required tables without a row, and with one that is only an id. Unit tests run here."""
    folder = tmp_path_factory.mktemp("naked")
    database = folder / "shop.duckdb"
    connections = []
    for tool, tables in NAKED.items():
        connector = "shopify" if tool == "shop" else tool
        write_tables(database, f"{tool}_empty", tables)
        write_tables(
            database, f"{tool}_one", {table: [dict.fromkeys(columns, "1")] for table, columns in tables.items()}
        )
        connections += [{"connector": connector, "schema": f"{tool}_{kind}"} for kind in ("empty", "one")]
    return run_dbt(
        folder,
        {"connections": connections, "as_of": AS_OF},
        database=database,
        select=f"{PATHS} path:seeds/connectors value_synonyms",
        with_tests=True,
    )


def mapping_models() -> Iterator[str]:
    for tool in TOOLS:
        for path in sorted((ROOT / f"models/staging/{tool}").glob(f"{tool}__*.sql")):
            yield path.stem


def test_what_a_tool_lacks_stops_nothing(naked: Build) -> None:
    counts = {
        model: rows_of(naked.database, f"select count(*) as rows from connectors.{model}")[0]["rows"]
        for model in mapping_models()
    }
    # what has an id and nothing else is handed on, to be refused by name, and nothing is made up beside it
    assert counts == {
        "recharge__subscriptions": 1,
        "okendo__messages": 0,
        "okendo__reviews": 1,
        "judgeme__consents": 0,
        "judgeme__messages": 0,
        "judgeme__reviews": 1,
        "yotpo__consents": 0,
        "yotpo__message_events": 0,
        "yotpo__messages": 0,
        "yotpo__reviews": 1,
        "aftership__fulfillment_events": 0,
        "loop__refunds": 1,
        "stripe__payments": 1,
        "woocommerce__customers": 0,
        "woocommerce__order_lines": 1,
        "woocommerce__orders": 1,
        "woocommerce__payments": 0,
        "woocommerce__products": 0,
        "woocommerce__refunds": 0,
    }


def declared(tool: str, table: str) -> dict[str, list[str]]:
    content = yaml.safe_load((ROOT / f"models/staging/{tool}/src/_src_{tool}.yml").read_text())
    model = next(model for model in content["models"] if model["name"] == f"src_{tool}__{table}")
    return {
        column["name"]: column.get("config", {}).get("meta", {}).get("candidates", [column["name"]])
        for column in model["columns"]
    }


# Columns as published: in Fivetran's packages for Recharge and Stripe, in its reference for Okendo and Loop, in
# Airbyte's stream schemas for the others.
PUBLISHED = {
    (
        "recharge",
        "subscription",
    ): (
        "id customer_id created_at cancelled_at next_charge_scheduled_at status external_variant_id_ecommerce sku "
        "updated_at"
    ),
    ("recharge", "customer"): "id external_customer_id_ecommerce email",
    ("okendo", "review"): "id order_id order_number product_id rating date_created reviewer_email",
    ("judgeme", "review"): "id rating created_at product_external_id reviewer",
    ("yotpo", "review"): "id email sku score created_at is_incentivized incentive_type",
    ("yotpo", "request"): (
        "email_address email_type order_id product_id sku reminder_num email_sent_timestamp opened_timestamp "
        "clicked_through_timestamp content_creation_timestamp arrived_early_timestamp failed_timestamp "
        "invalid_address_timestamp marked_spam_timestamp unsubscribed_timestamp"
    ),
    ("yotpo", "unsubscriber"): "id user_email",
    (
        "loop",
        "return_line",
    ): "line_item_id outcome provider_line_item_id return_reason parent_return_reason sku",
    ("stripe", "dispute"): "id charge_id status amount currency created livemode metadata",
    ("stripe", "charge"): "id payment_intent_id description metadata",
    ("woocommerce", "order"): (
        "id number customer_id status created_via currency date_created_gmt date_modified_gmt date_paid_gmt total "
        "total_tax shipping_total payment_method billing"
    ),
    ("woocommerce", "order_line"): "id product_id variation_id sku name quantity subtotal total",
    ("woocommerce", "refund"): "id amount reason date_created_gmt",
}


@pytest.mark.parametrize(("tool", "table"), PUBLISHED)
def test_columns_are_those_that_loaders_write(tool: str, table: str) -> None:
    written = {candidate.split(".")[0] for candidates in declared(tool, table).values() for candidate in candidates}
    assert set(PUBLISHED[tool, table].split()) <= written


def test_every_word_of_the_carriers_has_a_meaning() -> None:
    """AfterShip's nine tags; what is no word of the contract would be unknown, and everything with it."""
    tags = [
        "pending",
        "inforeceived",
        "intransit",
        "outfordelivery",
        "attemptfail",
        "delivered",
        "availableforpickup",
        "exception",
        "expired",
    ]
    with (ROOT / "seeds/policy/value_synonyms.csv").open(newline="") as file:
        known = {
            row["value"]
            for row in csv.DictReader(file)
            if row["column_name"] == "event_type" and row["table_name"] == "fulfillment_events"
        }
    assert [tag for tag in tags if tag not in known] == ["delivered"]
