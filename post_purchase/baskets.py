"""Baskets without dates, as studies of the next basket publish them, as a folder like The Complete Journey's.

Two JSON files: `history` has each customer's baskets in their order, `future` the one that came next, both as lists of
product numbers, with [-1] before the first and after the last. Such sets say nothing of days, prices or quantities:
each customer's baskets get days of their own, drawn among the last `DAYS` (the seed is fixed) and kept in order, and
every purchase is one piece for 10. So what sells in one week and not in another cannot be told from such a folder.
Products get new numbers in a drawn order, since such sets often number them as they came.
"""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path

import duckdb

from post_purchase.complete_journey import END

DAYS = 120
SEED = 7


def read_baskets(path: Path) -> dict[str, list[list[int]]]:
    """The baskets of each customer, without the marks of the beginning and the end."""
    found = json.loads(path.read_text())
    if not isinstance(found, dict):
        raise SystemExit(f'{path}: expected one object {{"customer": [[-1], [product, ...], ..., [-1]]}}.')
    return {customer: [basket for basket in baskets if basket != [-1]] for customer, baskets in found.items()}


def write_folder(history: Path, future: Path, folder: Path) -> None:
    """transactions.parquet and products.parquet in `folder`, the last day of every customer being the future."""
    before, after = read_baskets(history), read_baskets(future)
    alone = sorted(before.keys() ^ after.keys())
    if alone:
        raise SystemExit(
            f"{history} and {future} are of different customers: {len(alone)} stand in one of them alone, customer "
            f"{alone[0]} among them. Leave them out of both, or take the two files of one set."
        )
    draw = random.Random(SEED)
    products = sorted({product for baskets in (*before.values(), *after.values()) for b in baskets for product in b})
    number = dict(zip(products, draw.sample(range(len(products)), len(products)), strict=True))
    first = date.fromisoformat(END) - timedelta(days=DAYS)
    purchases = []
    for customer in sorted(before):
        baskets = before[customer] + after.get(customer, [])
        if len(baskets) > DAYS:
            raise SystemExit(f"{history}: customer {customer} has {len(baskets)} baskets, {DAYS} days are too few.")
        for day, basket in zip(sorted(draw.sample(range(DAYS), len(baskets))), baskets, strict=True):
            at = f"{first + timedelta(days=day)} 18:00:00"
            purchases += [{"customer": customer, "product": number[product], "at": at} for product in set(basket)]
    folder.mkdir(parents=True, exist_ok=True)
    rows = folder / "purchases.json"
    rows.write_text(json.dumps(purchases))
    with duckdb.connect() as connection:
        connection.execute(
            f"""copy (
                    select customer as household_id, product as product_id,
                        cast("at" as timestamp) as transaction_timestamp, 1 as quantity, 10.0 as sales_value,
                        0.0 as retail_disc, 0.0 as coupon_disc
                    from read_json('{rows}') order by all
                ) to '{folder}/transactions.parquet'"""
        )
        connection.execute(
            f"""copy (
                    select distinct product as product_id, 'product' as product_type, 'all' as product_category
                    from read_json('{rows}') order by all
                ) to '{folder}/products.parquet'"""
        )
    rows.unlink()
