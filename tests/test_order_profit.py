"""Contribution profit from raw tables to the mart: an order in each currency of the rates, and hard cases by hand."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, run_dbt
from story_shop import contract

AS_OF = "2026-06-30 00:00:00"
RATES = {
    row["currency"]: Decimal(row["usd_per_unit"]) for row in csv.DictReader((ROOT / "seeds/policy/fx_rates.csv").open())
}
# of one order: price, landed cost, payment fee, parcel; two lines share fee and parcel by value
CASES = {
    "gift": dict(lines={"paid": ("MUG", 100), "free": ("MUG", 0)}),
    "refunded": dict(lines={"a": ("MUG", 100)}, refund=100),
    "no-cost": dict(lines={"known": ("MUG", 100), "unknown": ("UNCOSTED", 100)}),
}


def write_shop(folder: Path) -> None:
    folder.mkdir(parents=True)
    rows: dict[str, list[dict]] = {name: [] for name in contract()}
    orders = {currency: dict(currency=currency, lines={"a": (f"MUG-{currency}", 100)}) for currency in RATES} | CASES
    rows["customers"].append(dict(customer_id="c", country="US", created_at="2026-01-01"))
    for currency in RATES:
        product = dict(
            title="Mug", category="mugs", list_price=100, currency=currency, is_active=True, is_digital=False
        )
        rows["products"].append(
            dict(sku=f"MUG-{currency}", product_id=f"MUG-{currency}", is_reviewable=True, **product)
        )
        rows["product_costs"].append(
            dict(sku=f"MUG-{currency}", valid_from="2020-01-01", landed_cost=40, currency=currency)
        )
    for sku in ("MUG", "UNCOSTED"):
        rows["products"].append(
            dict(sku=sku, product_id=sku, category="mugs", list_price=100, currency="USD", is_active=True)
        )
    rows["product_costs"].append(dict(sku="MUG", valid_from="2020-01-01", landed_cost=40, currency="USD"))
    for order, case in orders.items():
        total = sum(price for _, price in case["lines"].values())
        day = "2026-03-02 10:00:00"
        rows["orders"].append(
            dict(
                order_id=order,
                customer_id="c",
                ordered_at=day,
                currency=case.get("currency", "USD"),
                total=total,
                shipping_charged=0,
            )
        )
        for line, (sku, price) in case["lines"].items():
            rows["order_lines"].append(
                dict(order_line_id=f"{order}/{line}", order_id=order, sku=sku, quantity=1, unit_price=price, discount=0)
            )
        rows["payments"].append(
            dict(payment_id=order, order_id=order, status="captured", amount=total, fee=3, occurred_at=day)
        )
        rows["fulfillments"].append(
            dict(
                fulfillment_id=order,
                order_id=order,
                shipped_at=day,
                delivered_at="2026-03-05 10:00:00",
                shipping_cost=5,
            )
        )
        if "refund" in case:
            rows["refunds"].append(
                dict(
                    refund_id=order,
                    order_id=order,
                    order_line_id=f"{order}/a",
                    quantity=1,
                    amount=case["refund"],
                    reason="changed_mind",
                    requested_at="2026-03-10 10:00:00",
                    refunded_at="2026-03-11 10:00:00",
                )
            )
    shop = duckdb.connect()
    for table, columns in contract().items():
        kinds = {name: "decimal(18, 4)" if kind == "decimal" else kind for name, kind in columns.items()}
        shop.execute(f"create table {table} ({', '.join(f'{name} {kind}' for name, kind in kinds.items())})")
        for row in rows[table]:
            shop.execute(
                f"insert into {table} ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values())
            )
        shop.execute(f"copy {table} to '{folder / table}.parquet' (format parquet)")
    shop.close()


@pytest.fixture(scope="module")
def profits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    folder = tmp_path_factory.mktemp("profit")
    write_shop(folder / "raw")
    build = run_dbt(
        folder,
        {"raw_path": str(folder / "raw"), "as_of": AS_OF, "point_origins": ["live"]},
        select="+order_line_profit",
    )
    with duckdb.connect(str(build.database), read_only=True) as connection:
        cursor = connection.execute("select * from marts.order_line_profit")
        names = [column[0] for column in cursor.description]
        return {
            row["order_line_id"]: row for row in (dict(zip(names, values, strict=True)) for values in cursor.fetchall())
        }


@pytest.mark.parametrize("currency", RATES)
def test_an_order_in_each_currency(profits: dict[str, dict], currency: str) -> None:
    line, rate = profits[f"{currency}/a"], RATES[currency]
    assert line["net_price"] == 100 * rate
    assert line["landed_cost"] == 40 * rate
    assert abs(line["contribution_profit"] - (100 - 40 - 3 - 5) * rate) <= Decimal("0.0002")


def test_a_gift_at_price_zero_costs_what_it_costs(profits: dict[str, dict]) -> None:
    # the paid line bears fee and parcel, by value
    assert profits["gift/free"]["net_price"] == 0
    assert profits["gift/free"]["contribution_profit"] == -40
    assert profits["gift/paid"]["contribution_profit"] == 100 - 40 - 3 - 5


def test_a_line_refunded_in_full_loses_the_fee_both_ways_and_a_fifth_of_its_cost(profits: dict[str, dict]) -> None:
    # 100 - 100 refunded, a fifth of 40 is not salvaged, fee 3 stays, 5 out, 5 + 2.50 back
    assert profits["refunded/a"]["contribution_profit"] == Decimal("-23.5")


def test_without_a_cost_the_profit_is_unknown_and_the_other_line_keeps_its_own(profits: dict[str, dict]) -> None:
    assert profits["no-cost/unknown"]["landed_cost"] is None
    assert profits["no-cost/unknown"]["contribution_profit"] is None
    assert profits["no-cost/unknown"]["is_cost_known"] is False
    assert profits["no-cost/known"]["contribution_profit"] == 100 - 40 - Decimal("1.5") - Decimal("2.5")
