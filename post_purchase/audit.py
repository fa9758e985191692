"""What past sends did wrong, what followed them, and what the gate does instead of a day-count sequence.

    post-purchase audit [--database target/post_purchase.duckdb]
    post-purchase audit --unasked [--format table|csv|markdown|json]

With --unasked it lists the messages that went out without anybody having asked (post-purchase may-send), of the time
since somebody first did, or of all time while nobody has.
Needs a build that decided the past, as the default of the var `point_origins` does.
Exit codes: 0 shown; 1 nothing went out unasked; 2 when the marts cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import duckdb

from post_purchase.sheet import FORMATS, SHOWN
from post_purchase.terminal import (
    MartsError,
    Paint,
    add_database_option,
    fetch,
    in_words,
    number,
    open_marts,
    table,
    use_color,
)

UNASKED = """
select sent_at, action, channel, flow, message_id, customer_id, order_id, verdict, reason_codes, not_judged_reason
from marts.unasked_messages
where is_since_asking_began or asking_began_at is null
order by sent_at desc, message_id
"""
MARTS = ("send_audit", "send_audit_comparison", "calendar_audit_summary", "review_ask_parity", "unsubscribe_latency")
VERDICTS = """
    select action, count(*) as sends, count(verdict) as judged, count(*) filter (verdict = 'send') as may_go_out,
        count(*) filter (verdict = 'support') as to_support, count(*) filter (has_early_review_ask) as early,
        count(*) filter (has_unresolved_support_risk) as support_risk,
        count(*) filter (has_irrelevant_recommendation) as irrelevant,
        count(*) filter (has_unclear_incentive) as incentive
    from marts.send_audit group by action order by sends desc, action
"""
FOLLOWED = """
    select * from marts.send_audit_comparison
    where horizon_days = 30 and sends_in >= 30 and sends_out >= 30
        and contrast in ('held_by_gate', 'sent_before_delivery')
        and ((outcome = 'rating' and action = 'review_request') or outcome in ('refund_requested', 'unsubscribed'))
    order by action, contrast, outcome
"""
CALENDAR = """
    select sequence, day, step, sum(orders) as orders, sum(premature_sends) as premature,
        sum(gate_sends_later) as later, sum(gate_routes_to_support) as support, sum(gate_holds_for_good) as never
    from marts.calendar_audit_summary group by sequence, day, step order by sequence, day, step
"""
PARITY = "select * from marts.review_ask_parity where dimension = 'issue' order by group_name"
LATENCY = "select * from marts.unsubscribe_latency order by channel"


def percent(part: Any, whole: Any) -> str:
    return f"{100 * float(part) / float(whole):.1f} %" if whole else "-"


def shown(value: Any) -> str:
    return "-" if value is None else f"{float(value):.3f}"


def summarize(connection: duckdb.DuckDBPyConnection, paint: Paint) -> list[str]:
    """The report, line by line."""
    lines = [paint("Past sends, judged at their own moment", "bold")]
    header = [
        "action",
        "sends",
        "judged",
        "may go out",
        "to support",
        "early ask",
        "support risk",
        "irrelevant",
        "incentive",
    ]
    rows = [
        [in_words(row["action"]), *(number(value) for name, value in row.items() if name != "action")]
        for row in fetch(connection, VERDICTS)
    ]
    lines += table(rows, paint, header, range(1, 9), "  ")
    lines += ["", paint("What followed within 30 days, against the other sends of the action", "bold")]
    header = ["action", "group", "outcome", "sends", "group", "others", "raw", "like with like", "95 %", "compared"]
    rows = [
        [
            in_words(row["action"]),
            in_words(row["contrast"]),
            in_words(row["outcome"]),
            number(row["sends_in"]),
            *(shown(row[name]) for name in ("mean_in", "mean_out", "raw_difference", "like_with_like_difference")),
            f"{shown(row['like_with_like_lower'])} to {shown(row['like_with_like_upper'])}",
            percent(row["sends_compared"], row["sends_in"]),
        ]
        for row in fetch(connection, FOLLOWED)
    ]
    lines += table(rows, paint, header, range(3, 10), "  ") if rows else ["  Too few sends to compare."]
    lines += ["  Raw differences mix in late orders. Like with like: equally late orders. Neither is an effect."]
    lines += ["", paint("What a day-count sequence would have sent", "bold")]
    header = ["sequence", "day", "step", "orders", "premature", "share", "gate sends later", "to support", "never"]
    rows = [
        [
            row["sequence"],
            number(row["day"]),
            row["step"],
            number(row["orders"]),
            number(row["premature"]),
            percent(row["premature"], row["orders"]),
            number(row["later"]),
            number(row["support"]),
            number(row["never"]),
        ]
        for row in fetch(connection, CALENDAR)
    ]
    lines += table(rows, paint, header, (1, *range(3, 9)), "  ")
    lines += ["", paint("Asked for a review in the end", "bold")]
    rows = [
        [
            in_words(row["group_name"]),
            number(row["lines"]),
            percent(row["lines_asked"], row["lines"]),
            percent(row["lines_could_be"], row["lines"]),
            number(row["mean_delay_days"]),
        ]
        for row in fetch(connection, PARITY)
    ]
    header = ["lines", "number", "asked", "by the gate", "mean days of delay"]
    lines += table(rows, paint, header, range(1, 5), "  ") if rows else ["  No line is past its deadline yet."]
    lines += ["", paint("Marketing after an opt-out", "bold")]
    rows = [
        [row["channel"], *(number(value) for name, value in row.items() if name != "channel")]
        for row in fetch(connection, LATENCY)
    ]
    header = ["channel", "opt-outs", "with later marketing", "messages", "median days", "p99", "longest"]
    return lines + (table(rows, paint, header, range(1, 7), "  ") if rows else ["  Nobody has opted out."])


def unasked(arguments: argparse.Namespace) -> int:
    """Print the messages that nobody asked about, the newest first."""
    try:
        with open_marts(arguments.database, ("unasked_messages",)) as connection:
            rows = fetch(connection, UNASKED)
    except MartsError as error:
        print(error, file=sys.stderr)
        return 2
    if not rows:
        print("No message went out without asking.", file=sys.stderr)
        return 1
    print(SHOWN[arguments.format](rows))
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Print the report, and return the exit code that the module's docstring lists."""
    parser = argparse.ArgumentParser(prog="post-purchase audit", description="Show what an audit of the past found.")
    add_database_option(parser)
    parser.add_argument("--unasked", action="store_true", help="list the messages that went out without asking")
    parser.add_argument("--format", choices=FORMATS, default="table", help="how that list is written (default: table)")
    arguments = parser.parse_args(argv)
    if arguments.unasked:
        return unasked(arguments)
    try:
        with open_marts(arguments.database, MARTS) as connection:
            lines = summarize(connection, Paint(use_color(sys.stdout)))
    except MartsError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(lines))
    return 0
