"""Do the experiment models find what a published experiment found? Hillstrom's challenge through experiment_lift.

    post-purchase benchmark hillstrom FOLDER [--keep DATABASE]

FOLDER holds hillstrom.parquet or hillstrom.csv, as its publisher names the columns: 64,000 customers, drawn to an
e-mail about men's goods, one about women's, or none, and who visited, bought and spent how much in the two weeks after.
They are mapped onto the native contract in a temporary folder: the draw as experiment_assignments of the newsletter,
last year's spend as an order before it, a visit as a site event, a purchase as an order. Exit code 1 when a difference
or an error misses what is published.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import yaml

from post_purchase import PROJECT
from post_purchase.build import run_dbt
from post_purchase.terminal import for_dbt

SENT_AT = "timestamp '2008-03-20 12:00:00'"
AS_OF = "2008-04-03 12:00:00"
# Treatment less none, as published: visits and purchases in points, spend in dollars and its standard error.
PUBLISHED = {
    ("mens", "site_visit"): (0.0766, 0.00005, None),
    ("mens", "second_purchase"): (0.0068, 0.00005, None),
    ("mens", "revenue"): (0.770, 0.0005, 0.145),
    ("womens", "site_visit"): (0.0452, 0.00005, None),
    ("womens", "second_purchase"): (0.0031, 0.00005, None),
    ("womens", "revenue"): (0.424, 0.0005, 0.130),
}
TABLES = {
    "customers": f"""
        select customer_id, 'US' as country, {SENT_AT} - interval 3 years as created_at, false as is_test from drawn
    """,
    "experiment_assignments": f"""
        select customer_id, 'newsletter' as action, variant, {SENT_AT} as assigned_at from drawn
    """,
    "orders": "select order_id, customer_id, ordered_at, 'USD' as currency, amount as total from bought",
    "order_lines": """
        select order_id as order_line_id, order_id, 1 as quantity, amount as unit_price, 0 as discount from bought
    """,
    "payments": """
        select order_id as payment_id, order_id, 'captured' as status, amount, ordered_at as occurred_at from bought
    """,
    "site_events": f"""
        select
            customer_id as event_id, customer_id, 'howto_view' as event_type,
            {SENT_AT} + interval 1 day as occurred_at
        from drawn
        where visit = 1
    """,
    "feed_loads": f"select unnest(['orders', 'site_events']) as feed, timestamp '{AS_OF}' as loaded_through",
}


def contract() -> dict[str, dict[str, str]]:
    """Columns and types of each raw table, as the project declares them."""
    declared = yaml.safe_load((PROJECT / "models/staging/native/_raw__sources.yml").read_text())
    tables = next(source["tables"] for source in declared["sources"] if source["name"] == "raw")
    required = {"products", "fulfillments", "refunds", "tickets"} | set(TABLES)
    return {
        table["name"]: {column["name"]: column["data_type"] for column in table["columns"]}
        for table in tables
        if table["name"] in required
    }


def map_rows(source: Path, folder: Path) -> None:
    """Hillstrom's rows as one Parquet file per contract table; a table or column that he does not have stays empty."""
    with duckdb.connect() as connection:
        read = "read_parquet" if source.suffix == ".parquet" else "read_csv"
        connection.execute(
            f"""
            create table drawn as
            select
                'customer-' || row_number() over () as customer_id, visit, spend, history, recency,
                case segment when 'Mens E-Mail' then 'mens' when 'Womens E-Mail' then 'womens' else 'control' end
                    as variant
            from {read}('{source}');
            create table bought as
            select
                customer_id || '-after' as order_id, customer_id,
                {SENT_AT} + interval 1 day as ordered_at, spend as amount
            from drawn where spend > 0
            union all
            select
                customer_id || '-before', customer_id, {SENT_AT} - to_days(least(30 * recency, 360)::int), history
            from drawn where history > 0
            """
        )
        for table, columns in contract().items():
            rows = TABLES.get(table, "select 1 where false")
            present = {row[0] for row in connection.execute(f"describe {rows}").fetchall()}
            types = {name: "decimal(18, 4)" if kind == "decimal" else kind for name, kind in columns.items()}
            cast = [f"cast({name if name in present else 'null'} as {kind}) as {name}" for name, kind in types.items()]
            connection.execute(
                f"copy (select {', '.join(cast)} from ({rows})) to '{folder / table}.parquet' (format parquet)"
            )


def build(raw: Path, database: Path, folder: Path) -> None:
    settings = {"raw_path": str(raw), "as_of": AS_OF, "watch_horizons_days": [14]}
    words = ("--log-path", str(folder / "logs"), "--vars", for_dbt(settings))
    run_dbt("seed", folder / "target", *words, database=database)
    run_dbt("run", folder / "target", *words, "--select", "+experiment_lift", database=database)


def shown(number: float | None, sign: str = "+") -> str:
    return "-" if number is None else f"{number:{sign}.4f}"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="post-purchase benchmark hillstrom",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="folder with hillstrom.parquet or hillstrom.csv")
    parser.add_argument("--keep", type=Path, help="where to keep the DuckDB file of the build")
    arguments = parser.parse_args(argv)
    found = [path for suffix in ("parquet", "csv") if (path := arguments.folder / f"hillstrom.{suffix}").exists()]
    if not found:
        sys.exit(f"No hillstrom.parquet or hillstrom.csv in {arguments.folder}.")

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        raw = folder / "raw"
        raw.mkdir()
        map_rows(found[0], raw)
        database = folder / "hillstrom.duckdb"
        build(raw, database, folder)
        with duckdb.connect(str(database), read_only=True) as connection:
            rows = connection.execute(
                """
                select variant, outcome, control_customers, treatment_customers, difference, standard_error,
                    difference_lower, difference_upper, anytime_lower, anytime_upper,
                    adjusted_difference, adjusted_standard_error, sample_ratio_p_value, verdict, anytime_verdict, reason
                from marts.experiment_lift order by variant, outcome
                """
            ).fetchall()
        if arguments.keep:
            shutil.copyfile(database, arguments.keep)

    wrong = set(PUBLISHED) - {row[:2] for row in rows}
    heads = ["treatment", "outcome", "difference", "error", "95 %, one look", "95 %, at any look", "adjusted", "error"]
    print("| " + " | ".join([*heads, "verdict", "at any look"]) + " |")
    print("| --- | --- |" + " ---: |" * 6 + " --- | --- |")
    for row in rows:
        variant, outcome, _, _, difference, error = row[:6]
        intervals = [f"{shown(row[place])} to {shown(row[place + 1])}" for place in (6, 8)]
        cells = [variant, outcome, shown(difference), shown(error, ""), *intervals, shown(row[10]), shown(row[11], "")]
        print("| " + " | ".join([*cells, f"{row[13]} ({row[15]})" if row[15] else row[13], row[14]]) + " |")
        published, tolerance, published_error = PUBLISHED.get((variant, outcome), (None, None, None))
        if (
            published is not None
            and tolerance is not None
            and (
                abs(float(difference) - published) > tolerance
                or (published_error and abs(float(error) - published_error) > 0.0005)
            )
        ):
            wrong.add((variant, outcome))
    ratios = sorted({(row[0], row[2], row[3], float(row[12])) for row in rows})
    for variant, control, treatment, p_value in ratios:
        print(f"{variant}: {treatment:,} against {control:,}, sample ratio p {p_value:.2f}")
    if wrong:
        sys.exit(f"Not as published: {', '.join(' '.join(pair) for pair in sorted(wrong))}.")
    print("As published: every difference and standard error.")
    return 0
