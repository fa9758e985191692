"""The learned risk of a bad review on Olist, in time order, against scikit-learn on the same columns in the same run.

    post-purchase benchmark risk FOLDER [--quarters 2018-04-01 2018-07-01] [--database target/benchmark_risk.duckdb]

FOLDER holds Olist's tables. The gate's own models build every past survey as a point of origin `message`, each scored
by what was learned from the reviews submitted before its quarter began. The rivals learn from those same reviews and
are asked about the same surveys. Needs requirements-benchmark.lock. Prints a report; no row of Olist is kept but in the
database named.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import yaml
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from post_purchase import PROJECT

ROOT = PROJECT
FACTORS = ["arrival", "wait", "lines", "parcels", "shipping_exception", "tickets", "damage_report", "sizing_report"]
FACTORS += ["help_seeking", "refund", "refund_of_other_line", "category"]

LEARNED = """
    select {columns}, features.days_late, features.days_waited, reviews.reviews as share, reviews.negatives as label
    from observations.int_review_points as reviews
    inner join learning.int_risk_features as features using (point_id)
    where reviews.submitted_at < cast(? as timestamp)
    order by reviews.point_id
"""
ASKED = """
    select {columns}, features.days_late, features.days_waited, answers.reviews as share, answers.negatives as label,
        scores.negative_review_risk_score as score, scores.basis, scores.high_risk_from, orders.weight
    from observations.int_points as points
    inner join learning.int_risk_features as features using (point_id)
    inner join learning.int_risk_scores as scores using (point_id)
    inner join observations.int_review_points as answers
        on answers.point_id = 'review:' || points.message_id || ':' || points.order_line_id
    inner join weights as orders on points.order_id = orders.order_id
    where points.snapshot_at = cast(? as timestamp) and points.point_at >= points.snapshot_at
    order by points.point_id
"""


def build(folder: Path, database: Path, until: str) -> float:
    """Build the risk with dbt; seconds it took."""
    settings = {"connectors": ["olist"], "olist_path": str(folder), "as_of": until, "reporting_currency": "BRL"}
    settings |= {"point_origins": ["message"]}
    command: list[str | Path] = [
        Path(sys.executable).with_name("dbt"),
        "build",
        "--select",
        "+int_risk_scores",
        "--project-dir",
        ROOT,
    ]
    command += ["--profiles-dir", ROOT / "profiles", "--vars", yaml.safe_dump(settings)]
    command += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    started = time.monotonic()
    done = subprocess.run(
        command, env={**os.environ, "POST_PURCHASE_DB": str(database)}, cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"dbt failed:\n{done.stdout[-3000:]}")
    return time.monotonic() - started


def model_seconds() -> float:
    """What the risk models alone took in the build just done."""
    results = json.loads((ROOT / "target" / "run_results.json").read_text())["results"]
    risk = ("int_risk_", "int_review_points")
    return float(sum(row["execution_time"] for row in results if row["unique_id"].split(".")[-1].startswith(risk)))


def calibration_error(label: np.ndarray, score: np.ndarray, weight: np.ndarray) -> float:
    """Expected calibration error over ten bins of equal count, each weighted by what it holds."""
    order = np.argsort(score, kind="stable")
    gaps = 0.0
    for part in np.array_split(order, 10):
        gaps += abs(np.average(label[part], weights=weight[part]) - np.average(score[part], weights=weight[part])) * (
            weight[part].sum()
        )
    return float(gaps / weight.sum())


def rivals(learned: dict[str, Any], asked: dict[str, Any]) -> dict[str, tuple[np.ndarray, float]]:
    """Scores of the rivals, and the seconds that each took to learn and to answer."""
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
        ("gradient boosting, bins and days before binning", boosting(), both, both_asked),
    ):
        started = time.monotonic()
        score = model.fit(known, label, sample_weight=share).predict_proba(unknown)[:, 1]
        found[name] = (score, time.monotonic() - started)
    return found


def fetch(connection: duckdb.DuckDBPyConnection, query: str, quarter: str) -> dict[str, np.ndarray]:
    columns = ", ".join(f"coalesce(features.{name}, 'none') as {name}" for name in FACTORS)
    rows = connection.execute(query.format(columns=columns), [quarter]).fetchnumpy()
    return {
        name: np.ma.filled(values.astype(float), np.nan)
        if np.ma.isMaskedArray(values) and values.dtype.kind in "iuf"
        else np.asarray(values)
        for name, values in rows.items()
    }


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="post-purchase benchmark risk", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--quarters", nargs="+", default=["2018-04-01", "2018-07-01"], help="first days of test quarters"
    )
    parser.add_argument("--until", default="2018-10-18 00:00:00", help="end of the extract")
    parser.add_argument("--database", type=Path, default=ROOT / "target" / "benchmark_risk.duckdb")
    arguments = parser.parse_args(argv)
    arguments.database.parent.mkdir(parents=True, exist_ok=True)
    seconds = build(arguments.folder.resolve(), arguments.database.resolve(), arguments.until)
    build_memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    risk_seconds = model_seconds()

    answers: dict[str, list[Any]] = {}
    took: dict[str, float] = {}
    test: list[dict[str, Any]] = []
    with duckdb.connect(str(arguments.database), read_only=True) as connection:
        orders = next(path for path in sorted(arguments.folder.glob("*orders*")) if "items" not in path.name)
        names = [row[0] for row in connection.execute(f"describe from '{orders}'").fetchall()]
        weight = "sample_weight" if "sample_weight" in names else "1.0"
        connection.execute(
            f"create temp table weights as select order_id, max({weight}) as weight from '{orders}' group by 1"
        )
        for quarter in arguments.quarters:
            learned, asked = fetch(connection, LEARNED, quarter), fetch(connection, ASKED, quarter)
            if set(asked["basis"]) != {"learned"}:
                sys.exit(f"Too few reviews before {quarter}: nothing was learned.")
            test.append(asked)
            answers.setdefault("this project, SQL", []).append(asked["score"].astype(float))
            for name, (score, spent) in rivals(learned, asked).items():
                answers.setdefault(name, []).append(score)
                took[name] = took.get(name, 0) + spent
    label, share, weight = (
        np.concatenate([rows[name] for rows in test]).astype(float) for name in ("label", "share", "weight")
    )
    took["this project, SQL"] = risk_seconds
    high = np.concatenate([rows["score"].astype(float) >= rows["high_risk_from"].astype(float) for rows in test])
    for title, weights in (("as the tables are", share), ("weighted to all orders", share * weight)):
        print(f"\n{title}: {share.sum():,.0f} reviews asked for in {', '.join(arguments.quarters)}, ", end="")
        print(f"{100 * np.average(label, weights=weights):.1f} % bad\n")
        print("| model | AUC | Brier | calibration error | seconds |\n| --- | ---: | ---: | ---: | ---: |")
        for name, parts in answers.items():
            score = np.concatenate(parts)
            figures = (
                roc_auc_score(label, score, sample_weight=weights),
                brier_score_loss(label, score, sample_weight=weights),
                calibration_error(label, score, weights),
            )
            print(f"| {name} | {' | '.join(f'{figure:.4f}' for figure in figures)} | {took[name]:.1f} |")
        caught = np.average(label[high], weights=weights[high]) if high.any() else 0.0
        flagged = 100 * np.average(high, weights=weights)
        reached = 100 * (weights * label)[high].sum() / (weights * label).sum()
        print(f"\nat high risk: {flagged:.1f} % of them, {100 * caught:.1f} % of these bad, {reached:.1f} % of all bad")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"\nbuild {seconds:.1f} s, peak {build_memory:.2f} GB; risk models {risk_seconds:.1f} s, all snapshots")
    print(f"this process with the rivals: peak {own:.2f} GB")
    return 0
