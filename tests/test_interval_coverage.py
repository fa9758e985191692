"""The 90 % bounds of what a recommendation is worth, held against the truth of simulated shops.

Every customer buys one of the anchor SKUs, and within the horizon its related SKU with a known probability, any other
with the base rate. The refund probability of each related SKU is known too. The pair models see the orders alone; how
often the true value lies below the lower bound, or above the upper one, must not exceed the nominal 5 % by more than
chance.

How much the refund probabilities of SKUs differ is worth COVERAGE_SPREAD units (50), drawn by COVERAGE_SEED (7).
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from conftest import run_dbt
from story_shop import contract

SKUS = 240
AS_OF = "2026-06-30 00:00:00"
SPREAD, SEED = float(os.environ.get("COVERAGE_SPREAD", "50")), int(os.environ.get("COVERAGE_SEED", "7"))
# as the assumptions of the policy say it, per unit
PRICE, COST, SHIPPING, FEE = 60.0, 25.0, 4.5, 0.029 * 60.0 + 0.30
RETURNS, SALVAGE, SEND_COST, UNSUBSCRIBES = 5.0 + 2.5, 0.8, 0.002, 0.0005 * 6.0


@dataclass(frozen=True)
class Truth:
    """What is true of one pair: customers of the anchor, probability after it, base rate, refund probability."""

    customers: int
    probability: float
    base: float
    refunds: float

    @property
    def value(self) -> float:
        kept = (1 - self.refunds) * (PRICE - COST - FEE - SHIPPING)
        returned = self.refunds * (FEE + SHIPPING + RETURNS + (1 - SALVAGE) * COST)
        return (self.probability - self.base) * (kept - returned) - SEND_COST - UNSUBSCRIBES


def draw_truths(seed: int) -> list[Truth]:
    draws = random.Random(seed)
    truths = []
    for number in range(SKUS):
        base = draws.uniform(0.004, 0.02)
        truths.append(
            Truth(
                customers=(260, 400, 800)[number % 3],
                probability=min(base * draws.choice((1, 1, 2, 4, 8)), 0.12),
                base=base,
                refunds=draws.betavariate(SPREAD * 0.05, SPREAD * 0.95),
            )
        )
    return truths


def write_shop(folder: Path, truths: list[Truth], seed: int) -> None:
    """The shop in the native contract. Draws are hashes, so the same seed gives the same rows."""
    folder.mkdir(parents=True, exist_ok=True)
    shop = duckdb.connect()
    shop.execute(
        "create table truths (pair integer, customers integer, probability double, base double, refunds double)"
    )
    shop.executemany(
        "insert into truths values (?, ?, ?, ?, ?)",
        [(pair, row.customers, row.probability, row.base, row.refunds) for pair, row in enumerate(truths)],
    )
    shop.execute(
        f"create macro draw(salt, key) as (hash(concat('{seed}', salt, key)) >> 11) / (1::ubigint << 53)::double"
    )
    shop.execute("""
        create table buyers as
        select
            pair,
            concat('c', pair, '-', n) as customer_id,
            timestamp '2026-01-01' + to_seconds(cast(draw('when', concat(pair, '-', n)) * 6912000 as integer))
                as ordered_at
        from truths, range(truths.customers) as numbers(n)
    """)
    shop.execute("""
        create table responses as
        select buyers.customer_id, truths.pair, buyers.ordered_at + interval 20 day as ordered_at
        from buyers, truths
        where draw('buys', concat(buyers.customer_id, '>', truths.pair))
            < case when truths.pair = buyers.pair then truths.probability else truths.base end
    """)
    money = "'USD' as currency, 'purchase' as order_type"
    rows = {
        "customers": """
            select customer_id, 'US' as country, timestamp '2025-01-01' as created_at, false as is_test from buyers""",
        "orders": f"""
            select concat(customer_id, '/1') as order_id, customer_id, ordered_at, {money}, 60 as total,
                false as is_gift, false as is_test from buyers
            union all
            select concat(customer_id, '/2'), customer_id, min(ordered_at), {money}, 60 * count(*), false, false
            from responses group by customer_id""",
        "order_lines": """
            select concat(customer_id, '/1/a') as order_line_id, concat(customer_id, '/1') as order_id,
                concat('A', pair) as sku, 1 as quantity, 60 as unit_price, 0 as discount from buyers
            union all
            select concat(customer_id, '/2/b', pair), concat(customer_id, '/2'), concat('B', pair), 1, 60, 0
            from responses""",
        "refunds": """
            select concat(customer_id, '/r', pair) as refund_id, concat(customer_id, '/2') as order_id,
                concat(customer_id, '/2/b', pair) as order_line_id, 0 as quantity, 60 as amount,
                'changed_mind' as reason,
                ordered_at + interval 5 day as requested_at, ordered_at + interval 6 day as refunded_at
            from responses join truths using (pair)
            where draw('returns', concat(customer_id, '>', pair)) < refunds""",
        "products": """
            select concat(side, pair) as sku, concat(side, pair) as product_id, concat('shelf ', side) as category,
                60 as list_price, 'USD' as currency, true as is_active, false as is_digital, true as is_reviewable
            from truths, (values ('A'), ('B')) as sides(side)""",
        "product_costs": """
            select concat('B', pair) as sku, date '2020-01-01' as valid_from, 25 as landed_cost, 'USD' as currency
            from truths""",
        "sku_relations": """
            select concat('A', pair) as sku, concat('B', pair) as related_sku, 'accessory' as relation,
                'compatible' as compatibility from truths""",
    }
    for table, spec in contract().items():
        columns = ", ".join(f"{name} {'decimal(18, 4)' if kind == 'decimal' else kind}" for name, kind in spec.items())
        shop.execute(f"create table shop_{table} ({columns})")
        if table in rows:
            shop.execute(f"insert into shop_{table} by name {rows[table]}")
        if table in rows or table in ("payments", "fulfillments", "tickets"):
            shop.execute(f"copy shop_{table} to '{folder / table}.parquet' (format parquet)")
    shop.close()


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Truth, float, float]]:
    """Each pair's truth beside the bounds of its value."""
    folder = tmp_path_factory.mktemp("coverage")
    truths = draw_truths(SEED)
    write_shop(folder / "raw", truths, SEED)
    build = run_dbt(
        folder,
        {"raw_path": str(folder / "raw"), "as_of": AS_OF, "live_days": 1, "point_origins": ["live"]},
        select="+int_pair_values",
    )
    with duckdb.connect(str(build.database), read_only=True) as connection:
        bounds = connection.execute("""
            select cast(substring(sku, 2) as integer), value_lower_bound, value_upper_bound
            from learning.int_pair_values
            where probability_basis = 'observational' and substring(sku, 2) = substring(related_sku, 2)
        """).fetchall()
    return [(truths[pair], float(low), float(high)) for pair, low, high in bounds]


def test_every_pair_is_measured(judged: list[tuple[Truth, float, float]]) -> None:
    assert len(judged) == SKUS


def test_each_bound_is_missed_about_as_often_as_it_says(judged: list[tuple[Truth, float, float]]) -> None:
    below = sum(truth.value < low for truth, low, _ in judged) / len(judged)
    above = sum(truth.value > high for truth, _, high in judged) / len(judged)
    print(f"spread {SPREAD:g}, seed {SEED}: below {below:.1%}, above {above:.1%}")
    # 5 % of 240 within three standard errors, and no bound so wide that it is never missed
    assert below <= 0.09, f"the lower bound is above the truth in {below:.1%}"
    assert above <= 0.09, f"the upper bound is below the truth in {above:.1%}"
    assert below + above >= 0.02, f"bounds that are missed in {below + above:.1%} say nothing"


def test_the_gate_rarely_lets_a_worthless_recommendation_through(judged: list[tuple[Truth, float, float]]) -> None:
    worthless = [low for truth, low, _ in judged if truth.value <= 0]
    let_through = sum(low > 0 for low in worthless)
    print(f"spread {SPREAD:g}, seed {SEED}: {let_through} of {len(worthless)} worthless let through")
    assert len(worthless) >= 50
    assert let_through / len(worthless) <= 0.09
