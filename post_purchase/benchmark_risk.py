"""The learned risk of a bad review on Olist, in time order, age by age, against scikit-learn on the same columns.

    post-purchase benchmark risk FOLDER [--dates 2018-04-01 2018-07-01] [--database target/benchmark_risk.duckdb]

FOLDER holds Olist's tables. Every line is looked at by the gate's own models when its order is 0, 3, 7, 14 and 30 days
old, and scored by what was learned from the reviews known before that month began. The rivals learn from the same
reviews at the same age and are asked about the same lines. Each date stands for the three months from it. Needs
requirements-benchmark.lock. Prints a report; no row of Olist is kept but in the database named.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from post_purchase import PROJECT
from post_purchase.build import run_dbt
from post_purchase.terminal import for_dbt

ROOT = PROJECT
AGES = (0, 3, 7, 14, 30)
ENOUGH = 500
FACTORS = ["arrival", "wait", "lines", "parcels", "shipping_exception", "tickets", "damage_report", "sizing_report"]
FACTORS += ["help_seeking", "refund", "refund_of_other_line", "category"]

LEARNED = """
    select {columns}, features.days_late, features.days_waited, reviews.reviews as share, reviews.negatives as label
    from observations.int_review_points as reviews
    inner join learning.int_risk_features as features using (point_id)
    where reviews.known_from < cast($from as timestamp) and reviews.age_days = $age
    order by reviews.point_id
"""
ASKED = """
    with answers as (
        select order_line_id, max(reviews) as share, max(negatives) as label
        from observations.int_review_points
        where age_days = 0
        group by order_line_id
    )
    select {columns}, features.days_late, features.days_waited, answers.share, answers.label,
        scores.negative_review_risk_score as score, scores.basis = 'learned' as is_told, scores.high_risk_from
    from observations.int_points as points
    inner join learning.int_risk_features as features using (point_id)
    inner join learning.int_risk_scores as scores using (point_id)
    inner join answers using (order_line_id)
    where points.snapshot_at = cast($from as timestamp) and points.calendar_step = 'age-' || cast($age as varchar)
    order by points.point_id
"""


def build(folder: Path, database: Path, until: str) -> float:
    """Build the risk with dbt, of every line at every age; seconds it took."""
    settings: dict[str, Any] = {
        "connectors": ["olist"],
        "olist_path": str(folder),
        "as_of": until,
        "reporting_currency": "BRL",
    }
    settings |= {"point_origins": ["calendar"], "learning_step": "month", "risk_ages": list(AGES)}

    def done(command: str, *words: str) -> None:
        run_dbt(command, database.with_suffix(".target"), "--vars", for_dbt(settings), *words, database=database)

    started = time.monotonic()
    done("seed")
    # the steps of a day-count sequence are what is looked at when an order has an age
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from policy.calendar_steps")
        for age in AGES:
            connection.execute(
                "insert into policy.calendar_steps values ('ages', ?, ?, 'cross_sell')", [f"age-{age}", age]
            )
    done("run", "--select", "+int_risk_scores", "+risk_calibration")
    return time.monotonic() - started


def calibration_error(label: np.ndarray, score: np.ndarray, weight: np.ndarray) -> float:
    """Expected calibration error over ten bins of equal count, each weighted by what it holds."""
    order = np.argsort(score, kind="stable")
    gaps = 0.0
    for part in np.array_split(order, 10):
        gaps += abs(np.average(label[part], weights=weight[part]) - np.average(score[part], weights=weight[part])) * (
            weight[part].sum()
        )
    return float(gaps / weight.sum())


def error_by_chance(score: np.ndarray, weight: np.ndarray) -> float:
    """The calibration error that a score which is right would show: the mean of twenty draws."""
    draws = np.random.default_rng(1)
    return float(np.mean([calibration_error(draws.random(len(score)) < score, score, weight) for _ in range(20)]))


def rivals(learned: dict[str, Any], asked: dict[str, Any]) -> dict[str, np.ndarray]:
    """Scores of the rivals."""
    bins, bins_asked = (np.column_stack([rows[name] for name in FACTORS]) for rows in (learned, asked))
    label, share = learned["label"], learned["share"]
    numbers, numbers_asked = (
        np.column_stack([rows["days_late"], rows["days_waited"]]).astype(float) for rows in (learned, asked)
    )
    encoder = OneHotEncoder(handle_unknown="ignore").fit(bins)
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan).fit(bins)
    coded, coded_asked = ordinal.transform(bins), ordinal.transform(bins_asked)
    both, both_asked = np.hstack([coded, numbers]), np.hstack([coded_asked, numbers_asked])
    categorical = list(range(len(FACTORS)))

    def boosting() -> HistGradientBoostingClassifier:
        return HistGradientBoostingClassifier(
            max_iter=150, learning_rate=0.05, max_depth=3, categorical_features=categorical, random_state=1
        )

    found = {}
    for name, model, known, unknown in (
        (
            "logistic regression, the same bins",
            LogisticRegression(C=0.5, max_iter=2000),
            *map(encoder.transform, (bins, bins_asked)),
        ),
        ("gradient boosting, the same bins", boosting(), coded, coded_asked),
        ("gradient boosting, bins and days", boosting(), both, both_asked),
    ):
        found[name] = model.fit(known, label, sample_weight=share).predict_proba(unknown)[:, 1]
    return found


def fetch(
    connection: duckdb.DuckDBPyConnection, query: str, learned_from: np.datetime64, age: int
) -> dict[str, np.ndarray]:
    columns = ", ".join(f"coalesce(features.{name}, 'none') as {name}" for name in FACTORS)
    rows = connection.execute(query.format(columns=columns), {"from": str(learned_from), "age": age}).fetchnumpy()
    return {
        name: np.ma.filled(values.astype(float), np.nan)
        if np.ma.isMaskedArray(values) and values.dtype.kind in "iuf"
        else np.asarray(values)
        for name, values in rows.items()
    }


def report(connection: duckdb.DuckDBPyConnection, dates: Sequence[str]) -> None:
    """One table: age by age, what was told of the lines of the three months from each date, and what came."""
    months = [np.datetime64(date[:7]) + month for date in dates for month in range(3)]
    print("| age, days | model | lines | told of | bad, % | told, % | AUC | Brier | calibration error | by chance |")
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for age in AGES:
        everyone = {month: fetch(connection, ASKED, np.datetime64(month, "D"), age) for month in months}
        lines = sum(len(asked["label"]) for asked in everyone.values())
        count = sum(int(asked["is_told"].sum()) for asked in everyone.values())
        if count < ENOUGH:
            print(f"| {age} | too few to judge | {lines:,} | {count:,} | | | | | | |")
            continue
        answers: dict[str, list[np.ndarray]] = {}
        test: list[dict[str, np.ndarray]] = []
        for month, every in everyone.items():
            told = every["is_told"].astype(bool)
            asked = {name: values[told] for name, values in every.items()}
            if not told.any():
                continue
            learned = fetch(connection, LEARNED, np.datetime64(month, "D"), age)
            test.append(asked)
            for name, score in {"this project, SQL": asked["score"], **rivals(learned, asked)}.items():
                answers.setdefault(name, []).append(score.astype(float))
        label, share = (np.concatenate([rows[name] for rows in test]).astype(float) for name in ("label", "share"))
        for name, parts in answers.items():
            score = np.concatenate(parts)
            figures = (
                roc_auc_score(label, score, sample_weight=share),
                brier_score_loss(label, score, sample_weight=share),
                calibration_error(label, score, share),
                error_by_chance(score, share),
            )
            shares = (100 * np.average(label, weights=share), 100 * np.average(score, weights=share))
            print(f"| {age} | {name} | {lines:,} | {count:,} | {' | '.join(f'{part:.1f}' for part in shares)} ", end="")
            print(f"| {' | '.join(f'{figure:.4f}' for figure in figures)} |")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="post-purchase benchmark risk", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--dates", nargs="+", default=["2018-04-01", "2018-07-01"], help="first days of the three months looked at"
    )
    parser.add_argument("--until", default="2018-10-18 00:00:00", help="end of the extract")
    parser.add_argument("--database", type=Path, default=ROOT / "target" / "benchmark_risk.duckdb")
    parser.add_argument("--built", action="store_true", help="the database has been built: report alone")
    arguments = parser.parse_args(argv)
    arguments.database.parent.mkdir(parents=True, exist_ok=True)
    seconds = 0.0
    if not arguments.built:
        seconds = build(arguments.folder.resolve(), arguments.database.resolve(), arguments.until)
    with duckdb.connect(str(arguments.database), read_only=True) as connection:
        report(connection, arguments.dates)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"\nbuild {seconds:.1f} s, peak {memory:.2f} GB; this process with the rivals: peak {own:.2f} GB")
    return 0
