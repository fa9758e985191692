"""How long an answer takes beside an indexed look-up of the same run, at the size of a shop of a million orders.

    .venv/bin/python tests/benchmark_ask.py --database target/post_purchase.duckdb [--persons 150000] [--asks 2000]

The answers of a finished build are written out for so many persons (a million orders over three years have about
150,000 persons with live orders), in a database that has what post-purchase serve copies; then a server's own code
answers. Two looks-ups are the measure: one row by an indexed id, and what an answer cannot do without: the person of an
address and the person's rows. Prints percentiles in milliseconds and the ratio of the p99.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb

from post_purchase import ask, leases
from post_purchase.source import Source

COPIES = "select unnest(range({copies})) as copy"


def many(database: Path, target: Path, persons: int) -> None:
    """The marts and models that are asked, with each person so many times."""
    with duckdb.connect(str(target)) as own:
        own.execute(f"attach '{database}' as build (read_only)")
        (found,) = own.execute("select count(distinct person_id) from build.marts.may_send").fetchone() or (1,)
        copies = f"({COPIES.format(copies=max(1, persons // found))})"
        for schema in ("marts", "core", "policy"):
            own.execute(f"create schema {schema}")
        own.execute(
            f"""
            create table marts.may_send as
            select
                rows.* replace (
                    person_id || '/' || copy as person_id,
                    customer_id || '/' || copy as customer_id,
                    md5(address_key || copy) as address_key
                )
            from build.marts.may_send as rows cross join {copies}
            order by hash(person_id, copy)
            """
        )
        own.execute(
            f"""
            create table core.int_persons as
            select customer_id || '/' || copy as customer_id, person_id || '/' || copy as person_id
            from build.core.int_persons cross join {copies}
            """
        )
        own.execute(
            f"""
            create table core.int_addresses as
            select
                person_id || '/' || copy as person_id,
                md5(address_key || copy) as address_key,
                md5(last_nine_key || copy) as last_nine_key
            from build.core.int_addresses cross join {copies}
            """
        )
        own.execute("create table core.int_address_salt as from build.core.int_address_salt")
        for seed in ("actions", "checks", "reason_sentences"):
            own.execute(f"create table policy.{seed} as from build.policy.{seed}")


def timed(calls: list[Callable[[], object]]) -> list[float]:
    taken = []
    for call in calls:
        begun = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - begun))
    return sorted(taken)


def percentile(taken: list[float], share: float) -> float:
    return taken[min(len(taken) - 1, int(share * len(taken)))]


def main() -> None:
    parser = argparse.ArgumentParser(description="Answers beside an indexed look-up.")
    parser.add_argument("--database", type=Path, required=True, help="a finished build")
    parser.add_argument("--persons", type=int, default=150_000)
    parser.add_argument("--asks", type=int, default=2000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        big = Path(folder) / "big.duckdb"
        many(arguments.database, big, arguments.persons)
        own = duckdb.connect(str(Path(folder) / "copy.duckdb"))
        own.execute("set timezone = 'UTC'")
        own.execute(f"attach '{big}' as build (read_only)")
        with duckdb.connect(str(big), read_only=True) as connection:
            build = ask.Build(own, Source(connection), copy=True)
        own.execute("detach build")
        book = leases.LeaseBook(Path(folder) / "leases.csv", build.person_of)
        rows, persons = own.execute("select count(*), count(distinct person_id) from answers").fetchone() or (0, 0)
        assert build.as_of is not None
        at = build.as_of + timedelta(minutes=5)
        drawn = own.execute("select person_id, action, customer_id from answers order by hash(person_id, action, 7)")
        questions = drawn.fetchmany(arguments.asks)
        random.Random(7).shuffle(questions)
        own.execute("create table ids as select person_id as id, any_value(as_of) as as_of from answers group by all")
        own.execute("create index ids_by_id on ids (id)")
        cursor = own.cursor()

        def looked_up(person: str) -> Callable[[], object]:
            return lambda: cursor.execute("select * from ids where id = ?", [person]).fetchall()

        def asked(question: tuple[str, str, str], takes_lease: bool) -> Callable[[], object]:
            words = ask.Question(question[2], question[1], "email", at, takes_lease=takes_lease)
            return lambda: ask.answer(build, book, words)

        measured = {
            "indexed look-up": timed([looked_up(question[0]) for question in questions]),
            "answer, looking": timed([asked(question, False) for question in questions]),
            "answer, with leases written": timed([asked(question, True) for question in questions]),
        }
        print(f"{rows:,} answers of {persons:,} persons, {len(book.leases)} leases")
        base = percentile(measured["indexed look-up"], 0.99)
        for name, taken in measured.items():
            p50, p99 = percentile(taken, 0.5), percentile(taken, 0.99)
            print(f"{name:30} p50 {p50:8.3f} ms   p99 {p99:8.3f} ms   {p99 / base:6.1f} times")


if __name__ == "__main__":
    main()
