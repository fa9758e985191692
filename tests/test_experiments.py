"""Experiments on a shop whose true effects are known: what the models say against what was put in."""

from __future__ import annotations

import math
from pathlib import Path

import duckdb
import pytest
from conftest import Build, copy_project, run_dbt
from story_shop import contract

CUSTOMERS = 3900
AS_OF = "2026-06-30 12:00:00"
# Of the action that is assigned elsewhere: a third control, a third helped, a third annoyed.
BUYS = {"control": 20, "helped": 30, "annoyed": 20}
LEAVES = {"control": 2, "helped": 2, "annoyed": 8}


def write_experiment(folder: Path) -> Path:
    """A first order of every customer, and after it what his group makes him do, exactly so many of a hundred."""
    folder.mkdir(parents=True)
    bought, left = (
        " ".join(f"when '{variant}' then {percent}" for variant, percent in percents.items())
        for percents in (BUYS, LEAVES)
    )
    people = f"""
        select
            'c' || n as id,
            ['control', 'helped', 'annoyed'][n % 3 + 1] as variant,
            (n // 3) % 100 < case variant {bought} end as buys,
            (n // 3 * 37) % 100 < case variant {left} end as leaves,
            timestamp '2026-02-01 09:00:00' + to_hours(n % 240) as entered
        from range({CUSTOMERS}) as numbers (n)
    """
    tables = {
        "customers": "select id as customer_id, 'US' as country, false as is_test from people",
        "experiment_assignments": """
            select id as customer_id, 'cross_sell' as action, variant, entered + interval 1 day as assigned_at
            from people
        """,
        "orders": """
            select id || '-1' as order_id, id as customer_id, entered as ordered_at, 'USD' as currency, 50 as total
            from people
            union all
            select id || '-2', id, entered + interval 20 day, 'USD', 80 from people where buys
        """,
        "order_lines": """
            select id || '-1' as order_line_id, id || '-1' as order_id, 'A' as sku, 1 as quantity, 50 as unit_price,
                0 as discount from people
            union all
            select id || '-2', id || '-2', 'A', 1, 80, 0 from people where buys
        """,
        "consents": """
            select
                id as customer_id, 'email' as channel, 'unsubscribed' as status,
                entered + interval 5 day as occurred_at
            from people where leaves
        """,
        "products": "select 'A' as sku, 'A' as title, 50 as list_price, 'USD' as currency",
        "feed_loads": f"""
            select unnest(['orders', 'consents', 'messages', 'refunds']) as feed, timestamp '{AS_OF}' as loaded_through
        """,
    }
    required = {"payments", "fulfillments", "refunds", "tickets", *tables}
    with duckdb.connect() as connection:
        connection.execute(f"create table people as {people}")
        for table, columns in contract().items():
            if table in required:
                rows = tables.get(table, "select 1 where false")
                present = {row[0] for row in connection.execute(f"describe {rows}").fetchall()}
                types = {name: "decimal(18, 4)" if kind == "decimal" else kind for name, kind in columns.items()}
                cast = ", ".join(
                    f"cast({name if name in present else 'null'} as {kind}) as {name}" for name, kind in types.items()
                )
                connection.execute(f"copy (select {cast} from ({rows})) to '{folder / table}.parquet' (format parquet)")
    return folder


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The shop, with a draw of one in four for upsell that began before its first order."""
    folder = tmp_path_factory.mktemp("experiment")
    project = copy_project(folder / "project")
    seed = project / "seeds/policy/experiments.csv"
    seed.write_text(
        "\n".join(
            "upsell,holdout-1,0.25,,2026-01-01 00:00:00,,60,a draw,second_purchase"
            if row.startswith("upsell,")
            else row
            for row in seed.read_text().splitlines()
        )
    )
    raw = write_experiment(folder / "raw")
    settings = {"raw_path": str(raw), "as_of": AS_OF}
    return run_dbt(folder, settings, project=project, select="+experiment_lift +experiment_power")


def lift(built: Build, columns: str, where: str) -> dict:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        rows = connection.execute(f"select {columns} from marts.experiment_lift where {where}").fetchall()
    return {row[0]: row[1:] for row in rows}


def test_known_effects_are_found(experiment: Build) -> None:
    found = lift(
        experiment,
        "variant || ' ' || outcome, cast(difference as double), cast(standard_error as double), verdict, "
        "anytime_verdict",
        "action = 'cross_sell' and horizon_days = 30",
    )
    n = CUSTOMERS / 3
    error = math.sqrt((0.3 * 0.7 + 0.2 * 0.8) / n)
    assert found["helped second_purchase"] == (
        pytest.approx(0.10, abs=0.003),
        pytest.approx(error, rel=0.02),
        "better",
        "better",
    )
    assert found["helped revenue"][0] == pytest.approx(8, abs=0.3)
    assert found["helped unsubscribe"][2:] == ("cannot tell", "cannot tell")
    assert found["annoyed second_purchase"][2:] == ("cannot tell", "cannot tell")
    assert found["annoyed unsubscribe"][2:] == ("worse", "worse")
    # no product has a cost, and no site events are connected
    assert found["helped contribution_profit"][2] == "blocked"
    assert "helped site_visit" not in found


def test_what_follows_late_is_not_in_a_short_horizon(experiment: Build) -> None:
    found = lift(
        experiment, "variant, cast(treatment_mean as double)", "outcome = 'second_purchase' and horizon_days = 7"
    )
    assert {values[0] for values in found.values()} == {0.0}


def test_the_draw_is_as_large_as_planned_and_finds_nothing(experiment: Build) -> None:
    found = lift(
        experiment,
        "outcome, control_customers, treatment_customers, verdict, is_decisive, cast(sample_ratio_p_value as double)",
        "action = 'upsell' and horizon_days = 60",
    )
    control, treatment, verdict, is_decisive, p_value = found["second_purchase"]
    assert control + treatment == CUSTOMERS
    assert abs(control - CUSTOMERS / 4) < 4 * math.sqrt(CUSTOMERS * 0.25 * 0.75) and p_value > 0.001
    assert (verdict, is_decisive) == ("cannot tell", True)


def test_the_control_group_is_the_hash_and_nobody_else(experiment: Build) -> None:
    """The draw, from the hash that any tool can compute: what a sync must find when it asks who was held out."""
    import hashlib

    with duckdb.connect(str(experiment.database), read_only=True) as connection:
        groups = dict(
            connection.execute(
                "select person_id, is_control from outcomes.int_experiment_groups where action = 'upsell'"
            ).fetchall()
        )
    expected = {
        f"c{n}": int(hashlib.md5(f"holdout-1|upsell|c{n}".encode()).hexdigest()[:8], 16) / 2**32 < 0.25
        for n in range(CUSTOMERS)
    }
    assert groups == expected


def test_the_plan_knows_the_shop(experiment: Build) -> None:
    with duckdb.connect(str(experiment.database), read_only=True) as connection:
        rows = connection.execute(
            """
            select distinct customers, cast(base_mean as double), cast(minimum_detectable_effect as double)
            from marts.experiment_power
            where outcome = 'second_purchase' and horizon_days = 30 and holdout_share = 0.5
            """
        ).fetchall()
    assert len(rows) == 1
    customers, mean, effect = rows[0]
    # entered from 174 days to 90 days ago; what each did in the 30 days from then on
    assert customers == CUSTOMERS
    # drawn a little to what such rates are elsewhere
    assert mean == pytest.approx(0.2333 - 200 / 4100 * (0.2333 - 0.05), abs=0.002)
    # a little more than 2.9 standard errors (2.06 for the word of the planned look, 0.84 for four of five), since the
    # share of the better group has more variance
    assert effect == pytest.approx(2.8988 * math.sqrt(mean * (1 - mean) * 4 / customers), rel=0.05)
