"""A short run of the fuzzer, with faults drawn by the date; `post-purchase fuzz` is the long one."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pytest

from post_purchase.fuzz import FAULTS, STOPS, Table, fuzz

SEED = dt.date.today().toordinal()
TABLE = Table("tickets", ["ticket_id", "topic"], [[f"T{number}", "damage"] for number in range(20)], ["ticket_id"])


@pytest.mark.parametrize("name", [*FAULTS, *STOPS])
def test_a_fault_is_a_fault_and_the_same_for_the_same_seed(name: str) -> None:
    """Without it: a fault that changes nothing would pass for ever, and no failure could be made again."""
    make = FAULTS[name] if name in FAULTS else STOPS[name][1]
    good = "ticket_id,topic\n" + "".join(f"T{number},damage\n" for number in range(20))
    drawn = [make(random.Random(seed), TABLE) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1]
    assert name == "no parquet" or any(file.content != good.encode() for file in drawn)
    assert len(drawn[0].touched) < len(TABLE.rows)


def test_hostile_files_of_the_day(tmp_path: Path) -> None:
    fuzzer = fuzz(files=20, kills=0, landed=100, seed=SEED, work=tmp_path)
    assert (
        fuzzer.counts["files"] >= 20 and fuzzer.counts["files landed alone"] >= 100 and fuzzer.counts["records"] > 1000
    )
    assert fuzzer.wrong == [], f"seed {SEED}"


def test_a_kill_and_a_fault_of_the_machine_of_the_day(tmp_path: Path) -> None:
    fuzzer = fuzz(files=0, kills=1, machine=1, seed=SEED, work=tmp_path)
    assert sum(fuzzer.counts.values()) >= 2, fuzzer.counts
    assert fuzzer.wrong == [], f"seed {SEED}"
