"""The walk of one order: what it prints, in which form, and what it says of an order that it cannot show."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

import post_purchase.terminal as terminal
import post_purchase.walk as walk_order

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"

AS_OF = "2025-03-01 00:00:00"
NOTE = "# Ask for a review\n\n- Order O-1001, *Trail shoe*\n- Use `one` link; no score decides who is asked"

# The marts as docs/architecture.md lists them. A type that is not varchar is named behind the column.
MART_COLUMNS = {
    "gate_decisions": (
        "decision_id, as_of timestamp, policy_version, customer_id, order_id, order_line_id, sku, action, "
        "action_class, decision, primary_reason, reason_codes, due_at timestamp, expires_at timestamp, "
        "recheck_at timestamp, valid_until timestamp, recommended_sku, expected_contribution_profit decimal(18,4), "
        "support_queue, support_owner, support_due_at timestamp, route_is_new boolean, is_overdue boolean"
    ),
    "gate_reasons": (
        "decision_id, order_line_id, action, reason_position integer, check_name, state, verdict, detail, "
        "since timestamp, clears_at timestamp, evidence"
    ),
    "next_actions": (
        "lane, rank integer, is_headline boolean, customer_id, order_id, as_of timestamp, stage, action, decision, "
        "decision_id, order_line_id, skus, waits_for_event, nothing_left_because, "
        "recommended_sku, expected_contribution_profit decimal(18,4), primary_reason, reason_codes, due_at timestamp, "
        "send_after timestamp, recheck_at timestamp, valid_until timestamp, handling, support_queue, support_owner, "
        "support_due_at timestamp, route_is_new boolean, is_customer_pick boolean, waits_for, lesson_note"
    ),
    "order_evidence": (
        "order_line_id, order_id, customer_id, sku, as_of timestamp, quantity integer, payment, settled, "
        "shipping, delivery, delivery_scan, status_page, use_window, help_seeking, refund, kept, shipping_exception, "
        "damage, sizing, ticket, satisfaction, negative_review_risk, paid_at timestamp, shipped_at timestamp, "
        "expected_delivery_at timestamp, delivered_at timestamp, delivery_grade, use_ready_at timestamp, "
        "use_ends_at timestamp, units_kept integer, negative_review_risk_score double"
    ),
    "line_replenishment": (
        "order_line_id, order_id, customer_id, sku, as_of timestamp, basis, units integer, own_gaps integer, "
        "expected_interval_days decimal(18,4), age_days integer, rebuy_probability_14_days decimal(18,4), "
        "rebuy_probability_28_days decimal(18,4), observed_over_expected decimal(18,4), ordered_at timestamp, "
        "due_at timestamp, depletion_at timestamp"
    ),
    "order_timeline": "order_id, occurred_at timestamp, event, detail, source_table, source_id",
    "feed_health": (
        "feed, is_connected boolean, is_kept boolean, loaded_through timestamp, max_age_hours integer, "
        "age_hours double, state, reaches_by, checks_blocked"
    ),
    "rejected_rows": "rejected_row_id, table_name, row_key, reason, original_values, loaded_at timestamp",
    "input_accounting": (
        "table_name, is_connected boolean, rows_in bigint, rows_accepted bigint, rows_repaired bigint, "
        "rows_rejected bigint, rows_repeated bigint"
    ),
}


def write_marts(database: Path, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Build a database with every mart; a column that a row leaves out is null."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema marts")
        for mart, declaration in MART_COLUMNS.items():
            columns = [column.strip() for column in declaration.replace("(18,4)", "(18;4)").split(",")]
            typed = [column.replace(";", ",") if " " in column else f"{column} varchar" for column in columns]
            connection.execute(f"create table marts.{mart} ({', '.join(typed)})")
            for row in rows.get(mart, []):
                marks = ", ".join("?" for _ in row)
                connection.execute(f"insert into marts.{mart} ({', '.join(row)}) values ({marks})", list(row.values()))


def decision(order: str, action: str, verdict: str, codes: str = "", **more: Any) -> dict[str, Any]:
    """One row of gate_decisions: the order's only line, its id that of the order with an L."""
    return {
        "decision_id": f"{order}/{action}",
        "as_of": AS_OF,
        "policy_version": "policy-0123456789abcdef",
        "customer_id": "C-1",
        "order_id": order,
        "order_line_id": f"{order}-L1",
        "sku": "SHOE-1",
        "action": action,
        "decision": verdict,
        "primary_reason": codes.split(",")[0] or None,
        "reason_codes": codes,
        **more,
    }


def next_action(order: str, action: str, verdict: str, customer: str = "C-1", **more: Any) -> dict[str, Any]:
    """One row of next_actions: the order's headline, and the customer's pick unless told otherwise."""
    lane = "support" if action == "support_recovery" else "marketing"
    return {
        "lane": lane,
        "rank": 1,
        "is_headline": True,
        "customer_id": customer,
        "order_id": order,
        "as_of": AS_OF,
        "stage": action,
        "action": action,
        "decision": verdict,
        "decision_id": f"{order}/{action}",
        "order_line_id": f"{order}-L1",
        "skus": "SHOE-1",
        "handling": "automated",
        "is_customer_pick": lane == "marketing",
        "lesson_note": f"# Note of {order}",
        **more,
    }


def evidence(order: str, **states: Any) -> dict[str, Any]:
    """One row of order_evidence in which every check is ok unless told otherwise."""
    line = {"order_line_id": f"{order}-L1", "order_id": order, "customer_id": "C-1", "sku": "SHOE-1", "quantity": 2}
    return {**line, "as_of": AS_OF, **dict.fromkeys(walk_order.CHECKS, "ok"), **states}


def event(order: str, at: str, name: str, source_id: str, detail: str | None = None) -> dict[str, Any]:
    """One row of order_timeline."""
    return {
        "order_id": order,
        "occurred_at": at,
        "event": name,
        "detail": detail,
        "source_table": "events",
        "source_id": source_id,
    }


def story() -> dict[str, list[dict[str, Any]]]:
    """O-1001 is asked for a review, O-1002 waits for it, O-1003 is with support, O-0500 is too old."""
    return {
        "next_actions": [
            next_action(
                "O-1001",
                "review_request",
                "send",
                send_after="2025-03-01 08:00:00",
                valid_until="2025-03-02 00:00:00",
                lesson_note=NOTE,
            ),
            next_action(
                "O-1002",
                "cross_sell",
                "pause",
                is_customer_pick=False,
                waits_for="O-1001 review_request",
                primary_reason="use_window:waiting",
                recheck_at="2025-03-05 00:00:00",
            ),
            next_action(
                "O-1003",
                "support_recovery",
                "support",
                customer="C-2",
                primary_reason="damage:problem",
                support_queue="damages",
                support_owner="ana",
                route_is_new=False,
                handling="human",
            ),
            next_action(
                "O-1003",
                "loyalty_invite",
                "pause",
                customer="C-2",
                rank=2,
                is_headline=False,
                primary_reason="ticket:problem",
                waits_for_event="the ticket to be solved",
            ),
        ],
        "gate_decisions": [
            # Written against the priority order, which the walk has to restore.
            decision(
                "O-1001",
                "cross_sell",
                "pause",
                "pair_profit:unknown,due:waiting,frequency:waiting",
                due_at="2025-03-04 10:00:30",
                recommended_sku="SOCK-1",
                expected_contribution_profit="12.3400",
            ),
            decision(
                "O-1001", "review_request", "send", due_at="2025-02-27 10:00:00", valid_until="2025-03-02 00:00:00"
            ),
            decision("O-1002", "cross_sell", "pause", "use_window:waiting"),
            decision(
                "O-1003", "support_recovery", "support", "damage:problem", support_queue="damages", is_overdue=True
            ),
        ],
        "gate_reasons": [
            # Neither in their order nor in the alphabet's: only the position has it right.
            reason("O-1001/cross_sell", 3, "frequency", "waiting"),
            reason("O-1001/cross_sell", 2, "due", "waiting", clears_at="2025-03-04 10:00:30"),
            reason("O-1001/cross_sell", 1, "pair_profit", "unknown", detail="no_cost", evidence="products:SOCK-1"),
            reason("O-1002/cross_sell", 1, "use_window", "waiting"),
            reason("O-1003/support_recovery", 1, "damage", "problem", evidence="tickets:T-9"),
        ],
        "order_evidence": [
            evidence(
                "O-1001",
                paid_at="2025-02-01 09:00:00",
                delivered_at="2025-02-13 10:00:00",
                delivery_grade="inferred",
                delivery_scan="unknown",
                use_ready_at="2025-02-27 10:00:00",
                units_kept=1,
            ),
            evidence("O-1002", use_window="waiting"),
            evidence("O-1003", damage="problem"),
        ],
        "line_replenishment": [
            {
                "order_line_id": "O-1001-L1",
                "order_id": "O-1001",
                "own_gaps": 2,
                "expected_interval_days": "31.5000",
                "rebuy_probability_14_days": "0.0312",
                "rebuy_probability_28_days": "0.0648",
                "due_at": "2025-03-04 21:00:00",
                "depletion_at": "2025-03-15 10:00:00",
            }
        ],
        "order_timeline": [
            # Later before earlier, and two at one instant: the walk sorts by time, then event, then source id.
            event("O-1001", "2025-02-13 10:00:00", "delivered", "F-1"),
            event("O-1001", "2025-02-01 09:00:00", "paid", "P-1", "149.00 | card"),
            event("O-1001", "2025-02-01 09:00:00", "ordered", "O-1001"),
            event("O-0500", "2024-01-01 09:00:00", "ordered", "O-0500"),
        ],
        "rejected_rows": [
            {"rejected_row_id": "r1", "table_name": "orders", "row_key": "O-2000", "reason": "null_customer_id"},
            {"rejected_row_id": "r2", "table_name": "order_lines", "row_key": "O-2001|1", "reason": "orphan"},
        ],
    }


def reason(decision_id: str, position: int, check: str, state: str, **more: Any) -> dict[str, Any]:
    """One row of gate_reasons."""
    verdict = "support" if check == "damage" else "pause"
    return {
        "decision_id": decision_id,
        "order_line_id": f"{decision_id.split('/')[0]}-L1",
        "action": decision_id.split("/")[1],
        "reason_position": position,
        "check_name": check,
        "state": state,
        "verdict": verdict,
        **more,
    }


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database that tells the story."""
    path = tmp_path / "post_purchase.duckdb"
    write_marts(path, story())
    return path


def walk(database: Path, order_id: str, *options: str) -> int:
    """Run the script in this process."""
    return walk_order.main([order_id, "--database", str(database), *options])


def words(text: str) -> list[list[str]]:
    """Each line's words, so that a test does not depend on column widths."""
    return [line.split() for line in text.splitlines()]


def test_text_shows_decision_evidence_and_reasons(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert walk(database, "O-1001") == 0
    output = capsys.readouterr().out
    lines = words(output)
    assert ["Next:", "SEND", "review_request", "stage", "review_request"] in lines
    assert "review request for SHOE-1 may go out from 2025-03-01 08:00 until 2025-03-02 00:00." in output
    assert "It is this customer's one next action." in " ".join(output.split())
    assert ["payment", "ok", "paid", "2025-02-01", "09:00"] in lines
    assert ["delivery_scan", "unknown", "grade", "inferred"] in lines
    assert ["kept", "ok", "units", "kept", "1"] in lines
    assert "recommends SOCK-1  expected profit 12.34" in output
    assert "Replenishment  needed again about 2025-03-04; probability of a rebuy 3.1 % within 14 days, " in output
    assert "1. pair_profit:unknown -> pause  detail no_cost  evidence products:SOCK-1" in output
    assert "2. due:waiting -> pause  clears 2025-03-04 10:00:30" in output
    assert NOTE in output  # the note's lines stand alone: a copy of them is the note


def test_timeline_and_actions_are_in_order(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    walk(database, "O-1001")
    output = capsys.readouterr().out
    places = [output.index(text) for text in ("events:O-1001", "events:P-1", "events:F-1")]
    assert places == sorted(places)
    assert output.index("send     review_request") < output.index("pause    cross_sell")


def test_the_seed_in_the_warehouse_sets_the_priority(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A shop that ranks its actions otherwise must not read them in the default order."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema seeds")
        connection.execute("create table seeds.actions (action varchar, priority integer)")
        connection.execute("insert into seeds.actions values ('review_request', 2), ('cross_sell', 1)")
    walk(database, "O-1001")
    output = capsys.readouterr().out
    assert output.index("pause    cross_sell") < output.index("send     review_request")


def test_a_line_without_a_rebuy_says_nothing_of_it(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A kettle is not used up: a probability of none would read as a fact."""
    walk(database, "O-1002")
    assert "Replenishment" not in capsys.readouterr().out


def test_pause_and_support_say_what_happens_next(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert walk(database, "O-1002") == 0
    paused = " ".join(capsys.readouterr().out.split())
    assert "Nothing goes out now. Soonest is the cross sell, held by use_window:waiting." in paused
    assert "It is decided again at 2025-03-05 00:00." in paused
    assert "The customer's next action is on another order: O-1001 review_request." in paused
    assert walk(database, "O-1003") == 0
    routed = " ".join(capsys.readouterr().out.split())
    assert "Support takes over because of damage:problem: queue damages (owner ana)." in routed
    assert "A ticket is already open on it." in routed
    assert "Marketing: PAUSE loyalty_invite" in routed
    assert "No date clears it: it waits for the ticket to be solved. It is this customer's one next action." in routed
    assert "OVERDUE" in routed


def test_json_holds_the_reasons_in_order(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert walk(database, "O-1001", "--format", "json") == 0
    order = json.loads(capsys.readouterr().out)
    assert list(order) == [
        "order_id",
        "customer_id",
        "as_of",
        "next_action",
        "other_lanes",
        "timeline",
        "lines",
        "lesson_note",
    ]
    assert order["as_of"] == "2025-03-01T00:00:00Z"
    assert order["lesson_note"] == NOTE
    assert [row["source_id"] for row in order["timeline"]] == ["O-1001", "P-1", "F-1"]
    line = order["lines"][0]
    assert line["evidence"]["delivery_scan"] == "unknown"
    assert line["rebuy"]["rebuy_probability_28_days"] == "0.0648"
    assert line["rebuy"]["due_at"] == "2025-03-04T21:00:00Z"
    assert [row["action"] for row in line["actions"]] == ["review_request", "cross_sell"]
    cross_sell = line["actions"][1]
    assert cross_sell["expected_contribution_profit"] == "12.3400"
    assert cross_sell["reason_codes"] == ["pair_profit:unknown", "due:waiting", "frequency:waiting"]
    assert [row["check_name"] for row in cross_sell["reasons"]] == ["pair_profit", "due", "frequency"]


def test_json_is_the_same_twice(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    walk(database, "O-1001", "--format", "json")
    first = capsys.readouterr().out
    walk(database, "O-1001", "--format", "json")
    assert capsys.readouterr().out == first


def test_markdown_holds_the_note_and_keeps_its_tables_whole(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert walk(database, "O-1001", "--format", "markdown") == 0
    output = capsys.readouterr().out
    assert f"```markdown\n{NOTE}\n```" in output
    assert "| 2025-02-01 09:00 | paid | 149.00 \\| card | events:P-1 |" in output
    assert "pair_profit:unknown detail no_cost evidence products:SOCK-1; due:waiting" in output


def test_a_note_cannot_end_its_own_fence() -> None:
    assert walk_order.fence("before\n```\nafter")[0] == "````markdown"


def test_unknown_order_names_near_matches(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert walk(database, "o-1001 ") == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "There is no order o-1001 in marts.next_actions." in captured.err
    assert "Did you mean: O-1001, O-1002, O-1003?" in captured.err


def test_an_id_without_its_source_prefix_finds_the_order(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert walk(database, "1003") == 1
    assert "Did you mean: O-1003" in capsys.readouterr().err


def test_an_id_like_no_other_says_where_orders_are_listed(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for word in ("'; drop table x; --", "100%", ""):
        assert walk(database, word) == 1
        assert "`post-purchase sheet` lists" in capsys.readouterr().err


def test_an_id_like_no_other_has_no_suggestion(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert walk(database, "zzz") == 1
    assert "Did you mean" not in capsys.readouterr().err


def test_an_old_order_is_said_to_be_old(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert walk(database, "O-0500") == 1
    error = capsys.readouterr().err
    assert "O-0500 is outside the live window" in error
    assert "424 days before as_of 2025-03-01 00:00 UTC" in error
    assert "Did you mean" not in error


@pytest.mark.parametrize(
    ("order_id", "said"),
    [
        ("O-2000", "table orders, key O-2000, reason null_customer_id."),
        ("O-2001", "table order_lines, key O-2001|1, reason orphan."),
    ],
)
def test_a_rejected_order_is_said_to_be_rejected(
    database: Path, capsys: pytest.CaptureFixture[str], order_id: str, said: str
) -> None:
    assert walk(database, order_id) == 1
    assert said in capsys.readouterr().err


def test_missing_database_says_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert walk(tmp_path / "none.duckdb", "O-1001") == 2
    error = capsys.readouterr().err
    assert "none.duckdb" in error
    assert "post-purchase build" in error and "demo" not in error
    assert not (tmp_path / "none.duckdb").exists()


def test_missing_mart_says_what_to_run(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute("drop table marts.gate_reasons")
    assert walk(database, "O-1001") == 2
    error = capsys.readouterr().err
    assert "marts.gate_reasons" in error
    assert "post-purchase build" in error and "demo" not in error


def test_marts_of_another_version_say_what_to_run(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute("alter table marts.gate_decisions drop column is_overdue")
    assert walk(database, "O-1001") == 2
    error = capsys.readouterr().err
    assert "is_overdue" in error
    assert "post-purchase build" in error and "demo" not in error


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "text.duckdb"
    path.write_text("order_id\nO-1001\n" * 1000)
    for place in (path, tmp_path):
        assert walk(place, "O-1001") == 2
        said = capsys.readouterr().err
        assert str(place) in said and "--database" in said and len(said.splitlines()) == 1


def test_a_database_under_another_name_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it: who copies the file to another name is told to build it anew."""
    built, renamed = tmp_path / "shop.duckdb", tmp_path / "copy.duckdb"
    with duckdb.connect(str(built)) as connection:
        connection.execute("create schema marts; create table marts_of_a_build as select 'O-1001' as order_id")
        for mart in walk_order.MARTS:
            connection.execute(f"create view marts.{mart} as select * from shop.main.marts_of_a_build")
    built.rename(renamed)
    assert walk(renamed, "O-1001") == 2
    assert "built as shop.duckdb" in capsys.readouterr().err


def test_the_environment_names_the_database(
    database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POST_PURCHASE_DB", str(database))
    assert walk_order.main(["O-1001"]) == 0
    assert "Order O-1001" in capsys.readouterr().out


def test_a_pipe_gets_no_color_codes(database: Path) -> None:
    command = [sys.executable, str(SCRIPTS / "walk_order.py"), "O-1001", "--database", str(database)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Order O-1001" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_terminal_gets_color_unless_it_is_refused(
    database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    walk(database, "O-1001")
    assert "\x1b[32mSEND\x1b[0m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    walk(database, "O-1001")
    assert "\x1b" not in capsys.readouterr().out


def test_data_cannot_send_terminal_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A ticket's subject is a stranger's text: it must not clear a screen or forge a line of the sheet."""
    rows = story()
    rows["order_timeline"] = [event("O-1001", AS_OF, "ticket", "T-1", "hello\x1b[2J\nforged line")]
    write_marts(tmp_path / "forged.duckdb", rows)
    assert walk(tmp_path / "forged.duckdb", "O-1001") == 0
    output = capsys.readouterr().out
    assert "\x1b" not in output
    assert "hello[2J forged line" in output


def test_an_override_without_a_check_is_still_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = story()
    rows["gate_decisions"] = [decision("O-1001", "review_request", "pause", "override:ana")]
    write_marts(tmp_path / "override.duckdb", rows)
    walk(tmp_path / "override.duckdb", "O-1001")
    assert "override:ana" in capsys.readouterr().out


def test_wide_characters_keep_a_table_aligned() -> None:
    lines = terminal.table([["靴", "a"], ["shoe", "b"]], terminal.Paint(False))
    assert lines == ["靴    a", "shoe  b"]


def test_facts_break_between_and_never_within() -> None:
    assert terminal.flow("due 2025-03-04 10:00  expires 2025-04-18", 25) == [
        "due 2025-03-04 10:00",
        "expires 2025-04-18",
    ]
    assert terminal.flow("", 25) == [""]


def test_cut_text_fits() -> None:
    assert terminal.fit("abcdefgh", 8) == "abcdefgh"
    assert terminal.fit("abcdefghi", 8) == "abcde..."
