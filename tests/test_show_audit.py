"""The audit in the terminal, from the demo shop's marts."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from conftest import Build

import post_purchase.audit as show_audit


def test_the_report_shows_what_the_marts_hold(demo_shop: Build, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_audit.main(["--database", str(demo_shop.database)]) == 0
    words = [line.split() for line in capsys.readouterr().out.splitlines()]
    with duckdb.connect(str(demo_shop.database), read_only=True) as connection:
        asks, early = connection.execute(
            """select count(*), count(*) filter (has_early_review_ask) from marts.send_audit
            where action = 'review_request'"""
        ).fetchone()
        orders, premature = connection.execute(
            "select count(*), count(*) filter (is_premature) from marts.calendar_audit where step = 'review'"
        ).fetchone()
    line = next(line for line in words if line[:2] == ["review", "request"])
    assert (line[2], line[6]) == (str(asks), str(early)) and early > 5
    step = next(line for line in words if line[:3] == ["day-0-1-3-7", "7", "review"])
    assert step[3:5] == [str(orders), str(premature)] and premature > 50


def test_a_build_without_the_past_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = tmp_path / "shop.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.unsubscribe_latency (channel text)")
    assert show_audit.main(["--database", str(database)]) == 2
    assert "marts.send_audit" in capsys.readouterr().err
