"""The summary after a build: its numbers are the marts' numbers, and nothing that is missing makes it fail."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ROOT, Build
from test_walk_order import decision, evidence, next_action, write_marts

import post_purchase.summary as show_summary
import post_purchase.terminal as terminal

TESTS = Path(__file__).resolve().parent
SCRIPTS = TESTS.parent / "scripts"


def shop() -> dict[str, list[dict[str, Any]]]:
    """Four orders: two reviews to ask for, one damage with support, one that only missing evidence holds back."""
    orders = ("O-1", "O-2", "O-3", "O-4")
    return {
        "gate_decisions": [
            decision("O-1", "review_request", "send"),
            decision("O-2", "review_request", "send"),
            decision("O-3", "review_request", "support", "damage:problem,ticket:unknown"),
            decision("O-3", "support_recovery", "support", "damage:problem"),
            decision("O-4", "review_request", "pause", "refund:unknown,ticket:unknown"),
            *(decision(order, "cross_sell", "pause", "due:waiting") for order in orders),
            decision("O-4", "upsell", "pause", "ticket:unknown"),
            decision("O-4", "zine_offer", "pause", "due:waiting"),
        ],
        "next_actions": [
            # Two picks may be sent; the review comes before the cross-sell of a lower order id, and O-00 is no pick.
            next_action("O-0", "cross_sell", "send", customer="C-0"),
            next_action("O-00", "review_request", "send", customer="C-1", is_customer_pick=False),
            next_action("O-1", "review_request", "send", customer="C-1", lesson_note="Note\n\n" + "line\n" * 9),
            next_action("O-2", "review_request", "send", customer="C-1", is_customer_pick=False),
            next_action("O-3", "support_recovery", "support", customer="C-3"),
            next_action("O-4", "review_request", "pause", customer="C-4"),
        ],
        "order_evidence": [evidence(order) for order in orders],
        "feed_health": [
            feed("orders", "fresh"),
            feed("tickets", "stale", age_hours=30.4, max_age_hours=24, checks_blocked="damage,sizing,ticket"),
            feed("reviews", "not_connected"),
        ],
        "rejected_rows": [
            {"rejected_row_id": str(number), "table_name": table, "row_key": f"k{number}", "reason": why}
            for number, (table, why) in enumerate([("orders", "orphan:customer_id")] * 3 + [("refunds", "null_key")])
        ],
        "input_accounting": [
            {
                "table_name": "orders",
                "rows_in": 1203,
                "rows_accepted": 1200,
                "rows_repaired": 2,
                "rows_rejected": 3,
                "rows_repeated": 0,
            },
            {
                "table_name": "refunds",
                "rows_in": 12,
                "rows_accepted": 10,
                "rows_repaired": 0,
                "rows_rejected": 1,
                "rows_repeated": 1,
            },
        ],
    }


def feed(name: str, state: str, **more: Any) -> dict[str, Any]:
    """One row of feed_health."""
    return {"feed": name, "state": state, "is_connected": state != "not_connected", **more}


def write_run(folder: Path) -> Path:
    """A dbt run record of four nodes with its manifest."""
    nodes = {
        "model.shop.stg_orders": ("models/staging/stg_orders.sql", 1.25),
        "model.shop.gate_decisions": ("models/marts/gate/gate_decisions.sql", 4.5),
        "seed.shop.actions": ("seeds/policy/actions.csv", 0.5),
        # A test lies beside its model and yet is no model time.
        "test.shop.unique_gate_decisions": ("models/marts/gate/gate_decisions.yml", 0.75),
    }
    results = [{"unique_id": node, "status": "success", "execution_time": value[1]} for node, value in nodes.items()]
    results[-1]["status"] = "fail"
    record = folder / "run_results.json"
    record.write_text(json.dumps({"results": results, "elapsed_time": 6.04}))
    manifest = {"nodes": {node: {"original_file_path": value[0]} for node, value in nodes.items()}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return record


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database of the shop."""
    path = tmp_path / "post_purchase.duckdb"
    write_marts(path, shop())
    return path


def summarize(database: Path, record: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The summary's text; the script must have succeeded."""
    assert show_summary.main(["--database", str(database), "--run-results", str(record)]) == 0
    return capsys.readouterr().out


def action_counts(output: str) -> dict[str, list[int]]:
    """The action table: six numbers per action, lines first, then customers."""
    pattern = re.compile(r"^(\w+)((?: +[\d,]+){3}) {4,}((?: +[\d,]+){3})$", re.MULTILINE)
    return {
        match[1]: [int(part.replace(",", "")) for part in (match[2] + match[3]).split()]
        for match in pattern.finditer(output)
    }


def test_action_counts_equal_the_marts(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts = action_counts(summarize(database, write_run(tmp_path), capsys))
    sql = """
        select action, decision, count(*) from marts.gate_decisions group by all
        union all
        select action, 'next_' || decision, count(*) from marts.next_actions
        where is_customer_pick or lane <> 'marketing' group by all
    """
    columns = ["send", "pause", "support", "next_send", "next_pause", "next_support"]
    with duckdb.connect(str(database), read_only=True) as connection:
        expected = {(action, name): count for action, name, count in connection.execute(sql).fetchall()}
    shown = {(action, name): count for action in counts for name, count in zip(columns, counts[action], strict=True)}
    assert {key: count for key, count in shown.items() if count} == expected


def test_actions_stand_in_priority_order_and_a_new_one_comes_last(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = action_counts(summarize(database, write_run(tmp_path), capsys))
    assert list(counts) == [*terminal.project_actions(), "zine_offer"]


def test_headline_and_reasons(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = summarize(database, write_run(tmp_path), capsys)
    assert "as of 2025-03-01 00:00 UTC   policy policy-01234\n" in output
    assert "6 live orders, 4 lines, 4 customers, 11 decisions" in output
    assert "Top reasons (of 9 decisions not sent)" in output
    assert re.search(r"due:waiting +5 +55\.6%", output)
    assert re.search(r"damage:problem +2 +22\.2%", output)


def test_only_decisions_held_by_nothing_but_unknowns_count_as_blocked(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """O-3 also lacks a ticket feed, but its damage would hold it anyway."""
    output = summarize(database, write_run(tmp_path), capsys)
    assert "2 decisions; by check:" in output
    assert re.search(r"  ticket +2$", output, re.MULTILINE)
    assert re.search(r"  refund +1$", output, re.MULTILINE)


def test_feeds_and_rejected_rows(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = summarize(database, write_run(tmp_path), capsys)
    assert re.search(r"tickets +stale, 30 h old \(limit 24 h\); unknown: damage, sizing, ticket\n", output)
    assert "not connected, and no check waits for it: reviews\n" in output
    assert not re.search(r"^  orders +fresh", output, re.MULTILINE)
    assert "Input rows: 1,215 in = 1,210 accepted (2 repaired) + 4 rejected + 1 exact repeats" in output
    assert "Orders that a refusal took: 3 (orphan:customer_id 3)" in output
    assert output.index("refunds: null_key 1") < output.index("orders: orphan:customer_id 3"), "the root causes first"
    assert "refunds: null_key 1" in output


def test_steps_stand_in_the_order_of_what_they_let_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Payments let out the confirmation at once; what needs two steps more comes after, what waits for time never."""
    held = {
        ("O-1", "order_confirmation"): [("payment", "unknown", "feed_payments"), ("due", "waiting", None)],
        ("O-2", "order_confirmation"): [("payment", "unknown", "feed_payments")],
        ("O-1", "review_request"): [
            ("payment", "unknown", "feed_payments"),
            ("ticket", "unknown", "feed_tickets"),
            ("gift", "unknown", "column_is_gift"),
        ],
        ("O-3", "review_request"): [("payment", "unknown", "feed_payments"), ("use_window", "waiting", None)],
        ("O-4", "review_request"): [("refund", "unknown", "refused_row")],
    }
    write_marts(
        tmp_path / "held.duckdb",
        {
            "gate_decisions": [decision(order, action, "pause") for order, action in held],
            "gate_reasons": [
                {
                    "decision_id": f"{order}/{action}",
                    "action": action,
                    "check_name": check,
                    "state": state,
                    "detail": why,
                }
                for (order, action), reasons in held.items()
                for check, state, why in reasons
            ],
            "feed_health": [
                feed("payments", "not_connected", checks_blocked="payment,settled"),
                feed("tickets", "stale", checks_blocked="ticket"),
            ],
        },
    )
    output = summarize(tmp_path / "held.duckdb", tmp_path / "none.json", capsys)
    steps = re.findall(r"^  [1-9]\. (.*)$", output, re.MULTILINE)
    assert steps == [
        "connect payments: 2 order_confirmation",
        "mend refused rows: 1 review_request",
        "load tickets; bring column is_gift or name it in columns_not_kept: 1 review_request",
    ]
    assert "Orders held because a row about them was refused: 1" in output


def test_input_that_does_not_add_up_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = shop()
    rows["input_accounting"][0]["rows_in"] = 1204
    write_marts(tmp_path / "lost.duckdb", rows)
    assert "1,216 in IS NOT 1,210 accepted (2 repaired) + 4 rejected" in summarize(
        tmp_path / "lost.duckdb", tmp_path / "no", capsys
    )


def test_build_times_by_layer(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = summarize(database, write_run(tmp_path), capsys)
    assert "Build time: 6.0 s, 3 success, 1 fail" in output
    assert "seeds 0.5, staging 1.2, marts 4.5, tests 0.8" in output
    assert "Slowest models: gate_decisions 4.5, stg_orders 1.2" in output


@pytest.mark.parametrize("content", [None, "", "[]", '{"results": [{}]}'])
def test_a_missing_or_broken_run_record_is_one_line(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    record = tmp_path / "run_results.json"
    if content is not None:
        record.write_text(content)
    output = summarize(database, record, capsys)
    assert re.search(r"^Build time: .*run_results\.json", output, re.MULTILINE)
    assert "post-purchase walk" in output


def test_a_run_record_without_its_manifest_still_counts(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = write_run(tmp_path)
    (tmp_path / "manifest.json").unlink()
    assert "seeds 0.5, tests 0.8, other 5.8" in summarize(database, record, capsys).replace("\n    ", " ")


def test_the_sheet_is_the_first_review_request(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = summarize(database, write_run(tmp_path), capsys)
    assert "One note: order O-1, send review_request\n  Note\n  line\n  line\n  line\n  line\n  ...\n" in output
    # make walks the project's own database, and this is another
    assert f"One order: post-purchase walk O-1 --database {database}\n" in output


def test_it_fits_a_screen(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = summarize(database, write_run(tmp_path), capsys).splitlines()
    # The path of the database is as long as it is.
    assert max(len(line) for line in lines if not line.startswith(("Results", "One order"))) <= 100
    assert len(lines) <= 48


def test_empty_marts_give_a_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_marts(tmp_path / "empty.duckdb", {})
    output = summarize(tmp_path / "empty.duckdb", tmp_path / "none.json", capsys)
    assert "0 live orders, 0 lines, 0 customers, 0 decisions" in output
    assert "Input rows: 0 in = 0 accepted + 0 rejected" in output
    assert "no customer has a send now" in output
    assert "post-purchase walk ORDER --database" in output


def test_missing_database_and_missing_marts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bare.duckdb"
    assert show_summary.main(["--database", str(path)]) == 2
    assert "post-purchase build" in capsys.readouterr().err
    duckdb.connect(str(path)).close()
    assert show_summary.main(["--database", str(path)]) == 2
    assert "marts.next_actions" in capsys.readouterr().err


def test_a_pipe_gets_no_color_codes(database: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPTS / "show_summary.py"), "--database", str(database)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "Post-purchase gate" in done.stdout
    assert "\x1b" not in done.stdout


# --- what a build says of itself -----------------------------------------------------------------------------------


def test_a_build_says_what_it_decided_on_one_screen(demo_shop: Build, capsys: pytest.CaptureFixture[str]) -> None:
    """Thirty lines at most: whoever wants the rest is told how to ask for it."""
    assert show_summary.main(["--database", str(demo_shop.database), "--short"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= show_summary.SHORT_LINES == 30
    said = "\n".join(lines)
    for words in (
        "live orders",
        "nothing_left",
        "What would let most out",
        "Feeds that are not fresh",
        "Input rows",
        "One order",
    ):
        assert words in said
    assert lines[-1].endswith(f"post-purchase summary --database {demo_shop.database}")


def test_the_readme_shows_what_the_demo_shop_decides(demo_shop: Build, capsys: pytest.CaptureFixture[str]) -> None:
    """But for the policy's id, which every edit of a seed changes."""
    assert show_summary.main(["--database", str(demo_shop.database), "--short"]) == 0
    said = re.sub(r"policy \w+", "policy", capsys.readouterr().out).splitlines()
    shown = next(
        part for part in (ROOT / "README.md").read_text().split("```") if part.startswith("\nPost-purchase gate")
    )
    told = re.sub(r"policy \w+", "policy", shown).strip().splitlines()
    assert told[-1] == "..." and said[: len(told) - 1] == told[:-1] and len(told) > 15


def test_the_readme_s_notes_are_the_demo_shop_s(demo_shop: Build) -> None:
    with duckdb.connect(str(demo_shop.database), read_only=True) as connection:
        notes = {
            note.strip() for (note,) in connection.execute("select lesson_note from marts.next_actions").fetchall()
        }
    shown = [part.strip() for part in (ROOT / "README.md").read_text().split("```") if part.startswith("\n### ")]
    assert len(shown) == 2 and set(shown) <= notes
