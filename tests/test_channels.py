"""An action that lists channels goes over one that may be used; where the first may, nothing changes."""

from __future__ import annotations

import csv
from typing import Any

import duckdb
import pytest
from conftest import Build, copy_project, run_dbt


def query(build: Build, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(build.database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def over_two(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The demo shop, where every action may go out by mail or, failing that, by short message."""
    folder = tmp_path_factory.mktemp("channels")
    project = copy_project(folder / "project")
    seed = project / "seeds" / "policy" / "actions.csv"
    with seed.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with seed.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "channels": "email;sms"} for row in rows)
    return run_dbt(folder, project=project)


DECISIONS = (
    "select order_line_id, action, decision, reason_codes from marts.gate_decisions "
    "where action <> 'support_recovery' {where} order by all"
)


def test_what_goes_by_mail_is_decided_as_before(over_two: Build, demo_shop: Build) -> None:
    before = {row[:2]: row[2:] for row in query(demo_shop, DECISIONS.format(where=""))}
    mailed = query(over_two, DECISIONS.format(where="and channel = 'email'"))
    assert [row for row in mailed if before[row[:2]] != row[2:]] == []
    assert len(mailed) > 1500
    assert {channel for (channel,) in query(demo_shop, "select distinct channel from marts.gate_decisions")} == {
        "email"
    }


def test_nothing_is_offered_over_a_channel_without_consent(over_two: Build) -> None:
    """The demo shop's customers have agreed to no short messages."""
    offered = query(
        over_two,
        "select count(*) from marts.gate_decisions "
        "where channel = 'sms' and action_class = 'commercial' and decision = 'send'",
    )
    assert offered == [(0,)]


def test_each_channel_says_why_not(over_two: Build) -> None:
    rows = query(
        over_two,
        "select count(*), count(*) filter (where is_chosen), count(distinct decision_id), count(why_not_in_words) "
        "from marts.channel_choices",
    )[0]
    assert rows[0] == 2 * rows[2] and rows[1] == rows[2] and rows[3] >= rows[2]
    assert set(
        query(over_two, "select distinct why_not from marts.channel_choices where action = 'use_education'")
    ) >= {
        (None,),
        ("ask:later_in_the_list",),
    }
