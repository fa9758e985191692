"""An hour decides as a whole build does: the same rows, read in a different way, say the same."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import Build, run_dbt, told_in
from story_shop import AS_OF, write_shop

from post_purchase import hour

BEFORE = AS_OF - dt.timedelta(hours=30)
BETWEEN = AS_OF - dt.timedelta(hours=14)
TIMES = {
    "customers": ["erased_at"],
    "orders": ["ordered_at", "cancelled_at"],
    "payments": ["occurred_at"],
    "fulfillments": ["shipped_at", "delivered_at", "cancelled_at"],
    "fulfillment_events": ["occurred_at"],
    "refunds": ["requested_at", "refunded_at", "rejected_at"],
    "tickets": ["opened_at"],
    "ticket_events": ["occurred_at"],
    "site_events": ["occurred_at"],
    "messages": ["sent_at"],
    "message_events": ["occurred_at"],
    "consents": ["occurred_at"],
    "reviews": ["submitted_at"],
    "subscriptions": ["started_at", "cancelled_at"],
    "overrides": ["set_at"],
}
PARENTS = {"order_lines": ("orders", "order_id"), "fulfillment_lines": ("fulfillments", "fulfillment_id")}
WHOSE = {
    "decision_changes": "order_line_id",
    "audience_events": "person_id",
    "audience_members": "person_id",
    **hour.REPLACED,
}


def parts(raw: Path, instants: list[dt.datetime], folder: Path) -> list[Path]:
    """What had happened by the first instant, and what each of the others added: rows that are new or have changed."""
    with duckdb.connect() as connection:
        for path in sorted(raw.glob("*.parquet")):
            connection.execute(f"create table {path.stem} as from '{path}'")
        made = []
        for number, instant in enumerate(instants):
            part = folder / f"part_{number}"
            part.mkdir()
            made.append(part)
            for table in [path.stem for path in sorted(raw.glob("*.parquet"))]:
                now, before = (
                    known(table, each) if each else None for each in (instant, instants[number - 1] if number else None)
                )
                rows = f"{now} except all {before}" if before else now
                if before and table in ("products", "product_costs", "sku_relations"):
                    continue
                if connection.execute(f"select count(*) from ({rows})").fetchone() != (0,) or not before:
                    connection.execute(f"copy ({rows}) to '{part / table}.parquet' (format parquet)")
        whole = folder / "whole"
        whole.mkdir()
        for path in raw.glob("*.parquet"):
            connection.execute(f"copy ({known(path.stem, instants[-1])}) to '{whole / path.name}' (format parquet)")
    return [*made, whole]


def known(table: str, instant: dt.datetime) -> str:
    """A table as it stood at an instant."""
    at = f"timestamp '{instant}'"
    if table == "feed_loads":
        return f"select * replace (least(loaded_through, {at}) as loaded_through) from feed_loads"
    if table in PARENTS:
        parent, key = PARENTS[table]
        return f"select * from {table} semi join ({known(parent, instant)}) using ({key})"
    times = TIMES.get(table, [])
    if not times:
        return f"select * from {table}"
    # nobody knows yet of what is to come; what has no time was always there
    replaced = ", ".join(f"case when {time} <= {at} then {time} end as {time}" for time in times)
    happened = f"{times[0]} <= {at} or {times[0]} is null" if table != "customers" else "true"
    return f"select * replace ({replaced}) from {table} where {happened}"


def settings(raw: Path, as_of: dt.datetime, **more: Any) -> dict[str, Any]:
    return {
        "raw_path": str(raw),
        "as_of": str(as_of),
        "point_origins": ["live"],
        # every build of the week has learned up to the same Monday
        "live_learning_step": "week",
        **more,
    }


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[Path], Path]:
    """The stories' shop built before, and decided hour by hour; and the same shop built whole at the end."""
    folder = tmp_path_factory.mktemp("hour")
    raw = write_shop(folder / "raw", told_in("speaking"))
    before, first, second, whole = parts(raw, [BEFORE, BETWEEN, AS_OF], folder)
    hourly = folder / "hourly" / "shop.duckdb"
    built: Build = run_dbt(
        folder / "before", settings(before, BEFORE), database=folder / "shop.duckdb", with_artifacts=True
    )
    at_once = folder / "at_once" / "shop.duckdb"
    for copy in (hourly, at_once):
        copy.parent.mkdir()
        shutil.copy(built.database, copy)
    run_dbt(
        folder / "at_once",
        settings(whole, AS_OF, accept_other_shop=True),
        database=at_once,
    )
    return hourly, at_once, [first, second], built.target


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command says in the environment which file dbt builds: the next test has its own."""
    monkeypatch.setenv("POST_PURCHASE_DB", "")


def decide(hourly: Path, changes: Path, as_of: dt.datetime, state: Path) -> int:
    words = ["--database", hourly, "--changes", changes, "--as-of", as_of, "--state", state]
    return hour.main([str(word) for word in words])


def test_hours_say_what_one_whole_build_says(
    shops: tuple[Path, Path, list[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    hourly, at_once, changes, state = shops
    for part, as_of in zip(changes, (BETWEEN, AS_OF), strict=True):
        assert decide(hourly, part, as_of, state) == 0, capsys.readouterr().err
    assert "persons decided anew" in capsys.readouterr().out
    found = {}
    with duckdb.connect() as connection:
        for name, file in (("hours", hourly), ("at_once", at_once)):
            connection.execute(f"create schema {name}")
            connection.execute(f"attach '{file}' as shop (read_only)")
            for mart in WHOSE:
                connection.execute(f"create table {name}.{mart} as from shop.marts.{mart}")
            connection.execute("detach shop")
        # who was decided in the last hour has its instant; the others have their own, and the same decisions
        connection.execute(
            "create table anew as select distinct person_id, customer_id, order_line_id "
            f"from hours.gate_decisions where as_of = '{AS_OF}'"
        )
        assert connection.execute("select count(distinct person_id) > 20 from anew").fetchone() == (True,)
        for mart, whose in hour.REPLACED.items():
            if mart == "decision_log":
                continue  # two hours leave more steps on the way than one build
            rows = f"select * from {{}}.{mart} where {whose} in (select {whose} from anew)"
            for one, other in (("hours", "at_once"), ("at_once", "hours")):
                only = connection.execute(f"{rows.format(one)} except all {rows.format(other)} limit 3").fetchall()
                if only:
                    found[f"{mart}, only {one}"] = only
        said = (
            "select order_line_id, action, channel, decision, reason_codes, due_at, expires_at, recheck_at "
            "from {}.gate_decisions"
        )
        for one, other in (("hours", "at_once"), ("at_once", "hours")):
            only = connection.execute(f"{said.format(one)} except all {said.format(other)} limit 3").fetchall()
            if only:
                found[f"decisions of everybody, only {one}"] = only
        members = "select audience, person_id, order_id from {}.audience_members where in_audience"
        for one, other in (("hours", "at_once"), ("at_once", "hours")):
            only = connection.execute(f"{members.format(one)} except all {members.format(other)} limit 3").fetchall()
            if only:
                found[f"members, only {one}"] = only
    assert not found


def test_an_hour_says_why_it_cannot(
    shops: tuple[Path, Path, list[Path], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hourly, _, _, state = shops
    catalogue = tmp_path / "catalogue"
    catalogue.mkdir()
    (catalogue / "products.csv").write_text("sku,title\nKETTLE,Kettle\n")
    assert decide(hourly, catalogue, AS_OF, state) == 2
    assert "products, which concern every customer" in capsys.readouterr().err
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "consents.csv").write_text("customer_id,channel,status,occurred_at\n1,email\n")
    assert decide(hourly, broken, AS_OF, state) == 2
    assert "cannot be read, and whom they concern nobody can tell" in capsys.readouterr().err
    (broken / "consents.csv").write_text("customer_id,channel,status,occurred_at\n,email,unsubscribed,2026-06-20\n")
    assert decide(hourly, broken, AS_OF, state) == 2
    assert "1 rows of consents" in capsys.readouterr().err
    assert decide(hourly, tmp_path / "none", AS_OF, state) == 2
    assert "There is no folder" in capsys.readouterr().err
    assert decide(hourly, catalogue, BEFORE - dt.timedelta(days=1), state) == 2
    assert "is earlier than what was decided last" in capsys.readouterr().err
    assert decide(tmp_path / "nobody.duckdb", catalogue, AS_OF, state) == 2
    assert "post-purchase build" in capsys.readouterr().err
    assert decide(hourly, catalogue, AS_OF, tmp_path) == 2
    assert "holds no artifacts" in capsys.readouterr().err
