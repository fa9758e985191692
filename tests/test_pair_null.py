"""Chance must not prove pairs: a simulated shop whose related pairs are known, and its permuted null.

Customers differ in how much they buy and SKUs in how popular they are; every third SKU brings its neighbor in the next
order, and nothing else is related. The pair models run on the shop as it is, and once more on next baskets that are
swapped among like customers (var `pair_permutation`, as in post-purchase pair-null). What they prove then, chance
has proven.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from conftest import run_dbt
from story_shop import contract

AS_OF = "2026-06-30 00:00:00"
CUSTOMERS, SKUS, ORDERS = 6000, 150, 7
SHOP = {"as_of": AS_OF, "live_days": 1, "point_origins": ["live"]}


@dataclass(frozen=True)
class Proven:
    """Undeclared pairs that the models prove: with the bound of the policy, with none, and the truly related ones."""

    by_policy: int
    without_a_bound: int
    related: int


def write_shop(folder: Path, seed: int) -> None:
    """The shop in the native contract. Draws are hashes, so the same seed gives the same rows."""
    folder.mkdir(parents=True, exist_ok=True)
    shop = duckdb.connect()
    shop.execute(f"create macro draw(key) as (hash(concat('{seed}', key)) >> 11) / (1::ubigint << 53)::double")
    # a customer places one to seven orders, 25 days apart; an order draws one to four SKUs, the low numbers most often
    shop.execute(f"""
        create table baskets as
        select distinct c, o, cast(floor({SKUS} * pow(draw(concat('sku', c, '/', o, '/', n)), 1.6)) as integer) as s
        from range({CUSTOMERS}) as customers(c), range({ORDERS}) as orders(o), range(4) as lines(n)
        where o <= {ORDERS} * draw(concat('orders', c)) and n <= 4 * draw(concat('size', c, '/', o))
    """)
    shop.execute("""
        create table holdings as
        select * from baskets
        union
        select first.c, first.o + 1, first.s + 1
        from baskets as first
        where first.s % 3 = 0 and draw(concat('related', first.c, '/', first.o, '/', first.s)) < 0.25
            and exists (from baskets as later where later.c = first.c and later.o = first.o + 1)
    """)
    shop.execute("""
        create table placed as
        select c, o, concat('c', c) as customer_id, concat('c', c, '/', o) as order_id, count(*) as lines,
            timestamp '2025-07-01' + to_seconds(cast(draw(concat('when', c)) * 8640000 as integer))
                + to_days(cast(25 * o as integer)) as ordered_at
        from holdings group by c, o
    """)
    rows = {
        "customers": """
            select distinct customer_id, 'US' as country, timestamp '2025-01-01' as created_at, false as is_test
            from placed""",
        "orders": """
            select order_id, customer_id, ordered_at, 'USD' as currency, 'purchase' as order_type, 20 * lines as total,
                false as is_gift, false as is_test from placed""",
        "order_lines": """
            select concat(order_id, '/', s) as order_line_id, order_id, concat('S', s) as sku, 1 as quantity,
                20 as unit_price, 0 as discount from holdings join placed using (c, o)""",
        "products": f"""
            select concat('S', s) as sku, concat('S', s) as product_id, concat('shelf ', s % 5) as category,
                20 as list_price, 'USD' as currency, true as is_active, false as is_digital, true as is_reviewable
            from range({SKUS} + 1) as skus(s)""",
    }
    for table, spec in contract().items():
        columns = ", ".join(f"{name} {'decimal(18, 4)' if kind == 'decimal' else kind}" for name, kind in spec.items())
        shop.execute(f"create table shop_{table} ({columns})")
        if table in rows:
            shop.execute(f"insert into shop_{table} by name {rows[table]}")
        if table in rows or table in ("payments", "fulfillments", "refunds", "tickets"):
            shop.execute(f"copy shop_{table} to '{folder / table}.parquet' (format parquet)")
    shop.close()


def proven(database: Path) -> Proven:
    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute("""
            select count(*) filter (where is_proven), count(*) filter (where support >= 5 and lift_lower_bound > 1),
                count(*) filter (where is_proven and cast(substring(sku, 2) as integer) % 3 = 0
                    and cast(substring(related_sku, 2) as integer) = cast(substring(sku, 2) as integer) + 1)
            from learning.int_pairs where not is_declared
        """).fetchone()
    return Proven(*row)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Proven, Proven]:
    """What the shop proves, and what chance proves of it."""
    folder = tmp_path_factory.mktemp("pair_null")
    write_shop(folder / "raw", seed=11)
    shop = SHOP | {"raw_path": str(folder / "raw")}
    build = run_dbt(folder, shop, select="+int_pairs")
    found = proven(build.database)
    run_dbt(
        folder,
        shop | {"pair_permutation": "draw 1"},
        database=build.database,
        command="run",
        select="int_pair_chance_purchases+,+int_pairs",
    )
    return found, proven(build.database)


def test_what_is_related_is_proven(judged: tuple[Proven, Proven]) -> None:
    found, _ = judged
    assert found.related >= 40, "of 50 related pairs too few are found for a share to say anything"
    assert found.by_policy - found.related <= 0.1 * found.by_policy, "more than a tenth is proven though unrelated"


def test_chance_proves_at_most_a_tenth(judged: tuple[Proven, Proven]) -> None:
    found, by_chance = judged
    assert by_chance.related <= 2, "the permuted baskets still know what is related"
    assert by_chance.by_policy <= 0.1 * found.by_policy


def test_a_looser_bound_would_not_hold(judged: tuple[Proven, Proven]) -> None:
    """The shop is hard enough: with any lift above 1 taken for proof, chance proves far more than a tenth."""
    found, by_chance = judged
    assert by_chance.without_a_bound > 0.1 * found.without_a_bound
