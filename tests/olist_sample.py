"""A small made-up marketplace in the shape of Olist's tables, with every kind of dirty row that the real ones have."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

AS_OF = "2018-06-30 12:00:00"

ORDER_COLUMNS = [
    "order_id",
    "customer_id",
    "order_status",
    "order_purchase_timestamp",
    "order_approved_at",
    "order_delivered_carrier_date",
    "order_delivered_customer_date",
    "order_estimated_delivery_date",
]


def day(month_day: str, time: str = "10:00:00") -> str:
    return f"2018-{month_day} {time}"


def order(name: str, status: str, purchased: str, approved="", shipped="", delivered="", promised="06-20") -> list[str]:
    times = [day(at) if len(at) == 5 else at for at in (purchased, approved, shipped, delivered)]
    return [f"order-{name}", f"customer-{name}", status, *times, day(promised, "00:00:00")]


ORDERS = [
    order("paid-in-two-parts", "delivered", "06-01", "06-02", "06-03", "06-08"),
    order("same-person-later", "delivered", "06-05", "06-05", "06-07", "06-12"),
    order("delivered-before-shipped", "delivered", "06-02", "06-02", "06-10", "06-09"),
    order("delivered-without-date", "delivered", "06-02", "06-02", "06-04", promised="06-10"),
    order("canceled-after-approval", "canceled", "06-03", "06-04"),
    order("canceled-without-items", "canceled", "06-03"),
    order("not-approved", "created", "06-28"),
    order("shipped-and-late", "shipped", "06-01", "06-02", "06-04", promised="06-12"),
    order("under-way", "shipped", "06-25", "06-25", "06-27", promised="07-10"),
    order("under-way", "shipped", "06-25", "06-25", "06-27", promised="07-10"),
    order("unavailable-without-items", "unavailable", "06-06", "06-06"),
    order("asked-before-delivery", "delivered", "06-01", "06-01", "06-03", "06-25", promised="06-15"),
    order("shipped-before-approved", "delivered", "06-01", "06-04", "06-03", "06-09"),
    order("paid-in-part", "delivered", "06-01", "06-01", "06-03", "06-09"),
    order("unreadable-date", "delivered", "2018-13-45", "06-01", "06-03", "06-09"),
    order("of-nobody", "delivered", "06-01", "06-01", "06-03", "06-09"),
    order("after-as-of", "delivered", "07-02", "07-02", "07-03", "07-09"),
]

# order, item, product, price, freight
ITEMS = [
    ("paid-in-two-parts", 1, "toaster", "100.00", "12.50"),
    ("paid-in-two-parts", 2, "kettle", "50.00", "7.50"),
    ("same-person-later", 1, "toaster", "100.00", "10.00"),
    ("delivered-before-shipped", 1, "kettle", "50.00", "5.00"),
    ("delivered-without-date", 1, "kettle", "50.00", "5.00"),
    ("canceled-after-approval", 1, "kettle", "50.00", "5.00"),
    ("not-approved", 1, "lamp", "20.00", "5.00"),
    ("shipped-and-late", 1, "lamp", "20.00", "5.00"),
    ("under-way", 1, "lamp", "20.00", "5.00"),
    ("asked-before-delivery", 1, "lamp", "20.00", "5.00"),
    ("shipped-before-approved", 1, "mystery", "20.00", "5.00"),
    ("paid-in-part", 1, "lamp", "20.00", "5.00"),
    ("unreadable-date", 1, "lamp", "20.00", "5.00"),
    ("of-nobody", 1, "lamp", "20.00", "5.00"),
    ("after-as-of", 1, "lamp", "20.00", "5.00"),
    ("not-in-the-extract", 1, "lamp", "20.00", "5.00"),
]

# order, part, method, amount
PAYMENTS = [
    ("paid-in-two-parts", 1, "credit_card", "150.00"),
    ("paid-in-two-parts", 2, "voucher", "20.00"),
    ("same-person-later", 1, "boleto", "110.00"),
    ("paid-in-part", 1, "boleto", "10.00"),
    *((name, 1, "boleto", "55.00") for name in ("delivered-before-shipped", "delivered-without-date")),
    ("canceled-after-approval", 1, "credit_card", "55.00"),
    *(
        (name, 1, "credit_card", "25.00")
        for name in (
            "not-approved",
            "shipped-and-late",
            "under-way",
            "asked-before-delivery",
            "shipped-before-approved",
            "unreadable-date",
            "of-nobody",
            "after-as-of",
            "not-in-the-extract",
        )
    ),
]

# survey, order, stars, day sent, answered
REVIEWS = [
    ("survey-1", "paid-in-two-parts", "5", day("06-13", "00:00:00"), day("06-14")),
    ("survey-1", "same-person-later", "5", day("06-13", "00:00:00"), day("06-14")),
    ("", "asked-before-delivery", "1", day("06-16", "00:00:00"), day("06-17")),
    ("", "asked-before-delivery", "1", day("06-16", "00:00:00"), day("06-17")),
    ("survey-2", "shipped-before-approved", "7", day("06-10", "00:00:00"), day("06-11")),
    ("survey-3", "after-as-of", "4", day("07-10", "00:00:00"), day("07-11")),
]

PRODUCTS = [("toaster", "eletroportateis"), ("kettle", "eletroportateis"), ("lamp", "luminarias"), ("mystery", "")]

TRANSLATIONS = [("eletroportateis", "small_appliances")]


def customers() -> list[tuple[str, str, str]]:
    rows = []
    for name in dict.fromkeys(row[0].removeprefix("order-") for row in ORDERS):
        if name != "of-nobody":
            person = "person-1" if name in ("paid-in-two-parts", "same-person-later") else f"person-{name}"
            rows.append((f"customer-{name}", person, "RJ" if name == "same-person-later" else "SP"))
    return rows


def tables() -> dict[str, tuple[list[str], list[tuple]]]:
    """File name without its ending: columns and rows."""
    return {
        "customers": (["customer_id", "customer_unique_id", "customer_state"], customers()),
        "orders": (ORDER_COLUMNS, [tuple(row) for row in ORDERS]),
        "order_items": (
            ["order_id", "order_item_id", "product_id", "price", "freight_value"],
            [(f"order-{name}", *rest) for name, *rest in ITEMS],
        ),
        "order_payments": (
            ["order_id", "payment_sequential", "payment_type", "payment_value"],
            [(f"order-{name}", *rest) for name, *rest in PAYMENTS],
        ),
        "order_reviews": (
            ["review_id", "order_id", "review_score", "review_creation_date", "review_answer_timestamp"],
            [(survey, f"order-{name}", *rest) for survey, name, *rest in REVIEWS],
        ),
        "products": (["product_id", "product_category_name"], PRODUCTS),
        "product_category_name_translation": (
            ["product_category_name", "product_category_name_english"],
            TRANSLATIONS,
        ),
    }


def write_publisher_files(folder: Path) -> None:
    """As the publisher names and writes them: CSV, everything quoted, a byte-order mark before the translation."""
    for name, (columns, rows) in tables().items():
        file_name = name if name.endswith("translation") else f"olist_{name}_dataset"
        encoding = "utf-8-sig" if name.endswith("translation") else "utf-8"
        with open(folder / f"{file_name}.csv", "w", newline="", encoding=encoding) as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerow(columns)
            writer.writerows(rows)


def column_type(column: str) -> str:
    if column.endswith(("_at", "_date", "_timestamp")):
        return "timestamp"
    if column in ("order_item_id", "payment_sequential", "review_score"):
        return "integer"
    return "double" if column in ("price", "freight_value", "payment_value") else "varchar"


def write_sample_files(folder: Path) -> None:
    """As a sample names and types them: Parquet, orders and reviews called samples, no translation."""
    connection = duckdb.connect()
    for name, (columns, rows) in tables().items():
        if name.endswith("translation"):
            continue
        connection.execute(f"create or replace table brought ({', '.join(f'{column} varchar' for column in columns)})")
        connection.executemany(f"insert into brought values ({', '.join('?' for _ in columns)})", rows)
        typed = ", ".join(f"try_cast(nullif({column}, '') as {column_type(column)}) as {column}" for column in columns)
        file_name = f"{name}_sample" if name in ("orders", "order_reviews") else name
        connection.execute(f"copy (select {typed} from brought) to '{folder / file_name}.parquet' (format parquet)")
    connection.close()
