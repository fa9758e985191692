"""Walk one order from its events to its next action, and show the evidence for every decision on the way.

    post-purchase walk ORDER [--database PATH] [--format text|markdown|json]

ORDER is an order's id, or its name as customers see it (#1001).

Exit codes: 0 the order is shown; 1 nothing is decided on such an order; 2 the database or its marts cannot be read.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from post_purchase.source import Source
from post_purchase.terminal import (
    DECISION_STYLES,
    STATE_STYLES,
    Cell,
    MartsError,
    Paint,
    action_order,
    add_database_option,
    box,
    by_priority,
    clean,
    fetch,
    flow,
    in_words,
    number,
    open_marts,
    output_width,
    pad,
    project_checks,
    table,
    use_color,
    when,
    wrap,
)

Row = dict[str, Any]

MARTS = (
    "next_actions",
    "gate_decisions",
    "gate_reasons",
    "order_evidence",
    "order_timeline",
    "line_replenishment",
    "rejected_rows",
)
CHECKS = project_checks("evidence")
FACTS = (
    "paid_at",
    "shipped_at",
    "expected_delivery_at",
    "delivered_at",
    "delivery_grade",
    "use_ready_at",
    "use_ends_at",
    "units_kept",
    "negative_review_risk_score",
)

NEXT_ACTION_SQL = """
select
    customer_id, order_id, as_of, lane, stage, action, decision, decision_id, order_line_id, skus, recommended_sku,
    expected_contribution_profit, primary_reason, reason_codes, due_at, send_after, recheck_at, waits_for_event,
    nothing_left_because, valid_until, handling, support_queue, support_owner, support_due_at, route_is_new,
    is_customer_pick, waits_for, lesson_note
from marts.next_actions
where order_id = $order_id
order by rank, lane
"""

TIMELINE_SQL = """
select occurred_at, event, detail, source_table, source_id
from marts.order_timeline
where order_id = $order_id
order by occurred_at nulls last, event, source_id, source_table, detail
"""

EVIDENCE_SQL = f"""
select order_line_id, sku, quantity, {", ".join((*CHECKS, *FACTS))}
from marts.order_evidence
where order_id = $order_id
order by order_line_id
"""

REBUYS_SQL = """
select
    order_line_id, due_at, depletion_at, expected_interval_days, own_gaps, rebuy_probability_14_days,
    rebuy_probability_28_days
from marts.line_replenishment
where order_id = $order_id
"""

DECISIONS_SQL = """
select
    order_line_id, decision_id, action, action_class, decision, primary_reason, reason_codes, due_at, expires_at,
    recheck_at, valid_until, recommended_sku, expected_contribution_profit, support_queue, support_owner,
    support_due_at, route_is_new, is_overdue
from marts.gate_decisions
where order_id = $order_id
"""

REASONS_SQL = """
select
    reasons.decision_id, reasons.check_name, reasons.state, reasons.verdict, reasons.detail, reasons.since,
    reasons.clears_at, reasons.evidence
from marts.gate_reasons as reasons
where reasons.decision_id in (select decision_id from marts.gate_decisions where order_id = $order_id)
order by reasons.decision_id, reasons.reason_position, reasons.check_name
"""

# An id typed in another case, or without its source's prefix, comes before one that is merely similar.
NEAR_MATCHES_SQL = """
with scored as (
    select
        order_id,
        contains(lower(order_id), lower($order_id)) or contains(lower($order_id), lower(order_id)) as is_part,
        jaro_winkler_similarity(lower(order_id), lower($order_id)) as similarity,
        levenshtein(lower(order_id), lower($order_id)) as edits
    from marts.next_actions
    where is_headline
)

select order_id
from scored
where is_part or similarity >= 0.85
order by is_part desc, edits, similarity desc, order_id
limit 5
"""

OUTSIDE_WINDOW_SQL = """
select
    min(occurred_at) as first_event_at,
    max(occurred_at) as last_event_at,
    (select max(as_of) from marts.next_actions) as as_of
from marts.order_timeline
where order_id = $order_id
having count(*) > 0
"""

REJECTED_SQL = """
select table_name, row_key, reason, count(*) as row_count
from marts.rejected_rows
where row_key = $order_id or list_contains(string_split(row_key, '|'), $order_id)
group by table_name, row_key, reason
order by table_name = 'orders' desc, table_name, row_key, reason
limit 5
"""


# --- Reading -----------------------------------------------------------------------------------------------------


def read_order(connection: duckdb.DuckDBPyConnection, order_id: str) -> Row | None:
    """Everything the marts hold on a live order, in the shape of the JSON output; None when it is not live."""
    key = {"order_id": order_id}
    found = fetch(connection, NEXT_ACTION_SQL, key)
    if not found:
        return None
    # the headline, and what the order's other lanes hold
    next_action, *others = found
    lesson_note = next_action.pop("lesson_note")
    for row in others:
        for told_once in ("order_id", "customer_id", "as_of", "lesson_note"):
            row.pop(told_once)
    return {
        "order_id": next_action.pop("order_id"),
        "customer_id": next_action.pop("customer_id"),
        "as_of": next_action.pop("as_of"),
        "next_action": split_codes(next_action),
        "other_lanes": [split_codes(row) for row in others],
        "timeline": fetch(connection, TIMELINE_SQL, key),
        "lines": read_lines(connection, key),
        "lesson_note": lesson_note,
    }


def order_of_name(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """The id of the order that people call so (#1001 or 1001); the words themselves where no order or several are."""
    source = Source(connection)
    orders = source.beside("stg_orders", "order_id", "order_name")
    if orders is None:
        return name
    folded = name.strip().replace("#", "").lower()
    found = source.rows(
        f"select order_id from {orders} where lower(replace(trim(order_name), '#', '')) = $folded limit 2",
        {"folded": folded},
    )
    return str(found[0]["order_id"]) if len(found) == 1 else name


def read_lines(connection: duckdb.DuckDBPyConnection, key: dict[str, str]) -> list[Row]:
    """The order's lines, each with its evidence, its facts and its actions in priority order."""
    reasons: dict[str, list[Row]] = {}
    for reason in fetch(connection, REASONS_SQL, key):
        reasons.setdefault(reason.pop("decision_id"), []).append(reason)
    actions: dict[str, list[Row]] = {}
    for decision in fetch(connection, DECISIONS_SQL, key):
        decision["reasons"] = reasons.get(decision["decision_id"], [])
        actions.setdefault(decision.pop("order_line_id"), []).append(split_codes(decision))
    rebuys = {rebuy.pop("order_line_id"): rebuy for rebuy in fetch(connection, REBUYS_SQL, key)}
    rank = by_priority(action_order(connection))
    return [
        {
            "order_line_id": line["order_line_id"],
            "sku": line["sku"],
            "quantity": line["quantity"],
            "evidence": {check: line[check] for check in CHECKS},
            "facts": {fact: line[fact] for fact in FACTS},
            "rebuy": rebuys.get(line["order_line_id"]),
            "actions": sorted(
                actions.get(line["order_line_id"], []), key=lambda row: (rank(row["action"]), row["decision_id"])
            ),
        }
        for line in fetch(connection, EVIDENCE_SQL, key)
    ]


def split_codes(row: Row) -> Row:
    """The row with its comma-separated reason codes as a list."""
    codes = (row["reason_codes"] or "").split(",")
    return {**row, "reason_codes": [code.strip() for code in codes if code.strip()]}


def explain_absence(connection: duckdb.DuckDBPyConnection, order_id: str) -> list[str]:
    """Why nothing is decided on this id: too old, rejected, or unknown (then with the ids most like it)."""
    key = {"order_id": order_id}
    lines = [outside_window(order_id, row) for row in fetch(connection, OUTSIDE_WINDOW_SQL, key)]
    for row in fetch(connection, REJECTED_SQL, key):
        times = f" ({row['row_count']} rows)" if row["row_count"] > 1 else ""
        lines.append(
            f"A row of {clean(order_id)} was rejected: table {row['table_name']}, key {clean(row['row_key'])}, "
            f"reason {clean(row['reason'])}{times}. See marts.rejected_rows."
        )
    if lines:
        return lines
    lines.append(f"There is no order {clean(order_id) or '(empty id)'} in marts.next_actions.")
    matches = [clean(row["order_id"]) for row in fetch(connection, NEAR_MATCHES_SQL, key)] if order_id.strip() else []
    if matches:
        lines.append(f"Did you mean: {', '.join(matches)}?")
    else:
        lines.append(
            "`post-purchase sheet` lists the orders that are decided on; `post-purchase customer` finds a person's."
        )
    return lines


def outside_window(order_id: str, known: Row) -> str:
    """One sentence on an order that has events but no decision."""
    age = ""
    if known["as_of"] is not None and known["first_event_at"] is not None:
        age = f", {(known['as_of'] - known['first_event_at']).days} days before as_of {when(known['as_of'])} UTC"
    return (
        f"Order {clean(order_id)} is outside the live window (var live_days), so nothing is decided on it: its first "
        f"event was at {when(known['first_event_at'])} UTC{age}, its last at {when(known['last_event_at'])} UTC."
    )


# --- Words -------------------------------------------------------------------------------------------------------


def next_action_sentences(action: Row) -> list[str]:
    """One lane's next action and its decision in words, one sentence each."""
    writers = {"send": send_sentence, "pause": pause_sentence, "support": support_sentence}
    sentences = [writers[action["decision"]](action)] if action["decision"] in writers else []
    if action["handling"] == "human" and action["decision"] != "support":
        sentences.append("A person handles it, not a flow.")
    if action["lane"] != "marketing":
        # what must be told competes with nothing
        return sentences
    if action["is_customer_pick"]:
        sentences.append("It is this customer's one next action.")
    elif action["waits_for"]:
        waits_for = clean(action["waits_for"])
        sentences.append(f"The customer's next action is on another order{waits_for and ': ' + waits_for}.")
    return sentences


def send_sentence(action: Row) -> str:
    """A send: what goes out, for which SKUs, in which span of time."""
    about = clean(action["skus"])
    offer = clean(action["recommended_sku"])
    return (
        f"The {in_words(action['action'])}{about and f' for {about}'}{offer and f', recommending {offer},'} may go out"
        f" from {when(action['send_after'])} until {when(action['valid_until'])}."
    )


def pause_sentence(action: Row) -> str:
    """A pause: what could act soonest, what holds it, and when to look again."""
    if action["nothing_left_because"]:
        return f"Nothing is left to offer: {clean(action['nothing_left_because']).replace(',', ', ')}."
    held = f", held by {clean(action['primary_reason'])}" if action["primary_reason"] else ""
    again = (
        f"It is decided again at {when(action['recheck_at'])}."
        if action["recheck_at"]
        else f"No date clears it: it waits for {clean(action['waits_for_event']) or 'an event'}."
    )
    return f"Nothing goes out now. Soonest is the {in_words(action['action'])}{held}. {again}"


def support_sentence(action: Row) -> str:
    """A route to support: queue, owner, due time, and whether somebody already has it."""
    owner = f" (owner {clean(action['support_owner'])})" if action["support_owner"] else ""
    due = f", due {when(action['support_due_at'])}" if action["support_due_at"] else ""
    route = "A new route." if action["route_is_new"] else "A ticket is already open on it."
    reason = f" because of {clean(action['primary_reason'])}" if action["primary_reason"] else ""
    return f"Support takes over{reason}: queue {clean(action['support_queue']) or '-'}{owner}{due}. {route}"


def evidence_facts(line: Row) -> dict[str, str]:
    """What stands behind a check's state, by check: its dates, the delivery's grade, the units kept, the score."""
    facts = line["facts"]
    return {
        "payment": labeled(paid=facts["paid_at"]),
        "shipping": labeled(shipped=facts["shipped_at"]),
        "delivery": labeled(delivered=facts["delivered_at"], expected=facts["expected_delivery_at"]),
        "delivery_scan": labeled(grade=facts["delivery_grade"]),
        "use_window": labeled(ready=facts["use_ready_at"], ends=facts["use_ends_at"]),
        "kept": labeled(units_kept=facts["units_kept"]),
        "negative_review_risk": labeled(score=facts["negative_review_risk_score"]),
    }


def labeled(**values: Any) -> str:
    """The values that are there, each after its name, on one line."""
    return "  ".join(f"{in_words(name)} {show(value)}" for name, value in values.items() if value is not None)


def show(value: Any) -> str:
    """One value as text."""
    if isinstance(value, datetime):
        return when(value)
    return number(value) if isinstance(value, (int, float, Decimal)) else clean(value)


def rebuy_sentence(line: Row) -> str:
    """When the customer should need the SKU again and how likely he buys it soon; empty where nothing says so."""
    rebuy = line["rebuy"]
    if rebuy is None:
        return ""
    chances = (f"{100 * rebuy[f'rebuy_probability_{days}_days']:.1f} % within {days} days" for days in (14, 28))
    return f"needed again about {rebuy['due_at']:%Y-%m-%d}; probability of a rebuy {', '.join(chances)}"


def action_times(action: Row) -> str:
    """The times of a verdict, and what it recommends."""
    return labeled(
        due=action["due_at"],
        expires=action["expires_at"],
        recheck=action["recheck_at"],
        valid_until=action["valid_until"],
        recommends=action["recommended_sku"],
        expected_profit=action["expected_contribution_profit"],
    )


def action_route(action: Row) -> str:
    """Where a verdict of support goes; empty for any other."""
    if action["decision"] != "support":
        return ""
    parts = [
        labeled(queue=action["support_queue"], owner=action["support_owner"], due=action["support_due_at"]),
        "new route" if action["route_is_new"] else "ticket already open" if action["route_is_new"] is False else "",
        "OVERDUE" if action["is_overdue"] else "",
    ]
    return "  ".join(part for part in parts if part)


def reason_facts(reason: Row) -> str:
    """What a reason rests on."""
    return labeled(
        detail=reason["detail"], since=reason["since"], clears=reason["clears_at"], evidence=reason["evidence"]
    )


def line_title(line: Row) -> str:
    """A line's name, SKU and quantity."""
    return f"Line {clean(line['order_line_id'])}: {clean(line['sku'])} x {show(line['quantity'])}"


# --- Formats -----------------------------------------------------------------------------------------------------


def as_text(order: Row, paint: Paint, columns: int) -> str:
    """The walk for a terminal or a pipe."""
    action = order["next_action"]
    decision = paint(clean(action["decision"]).upper(), DECISION_STYLES.get(action["decision"]))
    parts = [
        paint(f"Order {clean(order['order_id'])}", "bold")
        + f"   customer {clean(order['customer_id'])}   as of {when(order['as_of'])}   (all times UTC)",
        f"Next: {decision}  {clean(action['action'])}   stage {clean(action['stage'])}",
        *wrap(" ".join(next_action_sentences(action)), columns, indent="  "),
        *[text for other in order["other_lanes"] for text in lane_text(other, paint, columns)],
        "",
        paint("Timeline", "bold"),
        *(timeline_text(order["timeline"], paint) or ["  (no events)"]),
    ]
    for line in order["lines"]:
        parts += ["", paint(line_title(line), "bold"), *line_text(line, paint, columns)]
    parts += ["", *box("Note to copy (Markdown)", order["lesson_note"] or "(none)", columns, paint)]
    return "\n".join(parts)


def lane_text(action: Row, paint: Paint, columns: int) -> list[str]:
    """What another lane of the order holds."""
    decision = paint(clean(action["decision"]).upper(), DECISION_STYLES.get(action["decision"]))
    return [
        f"{clean(action['lane']).capitalize()}: {decision}  {clean(action['action'])}   stage {clean(action['stage'])}",
        *wrap(" ".join(next_action_sentences(action)), columns, indent="  "),
    ]


def lane_markdown(action: Row) -> list[str]:
    """What another lane of the order holds, as a paragraph."""
    told = md(" ".join(next_action_sentences(action)))
    return [
        "",
        f"{clean(action['lane']).capitalize()}: **{clean(action['decision'])}** `{clean(action['action'])}`. {told}",
    ]


def timeline_text(events: Iterable[Row], paint: Paint) -> list[str]:
    """The order's events as aligned lines."""
    return table([timeline_cells(event) for event in events], paint, indent="  ")


def timeline_cells(event: Row) -> list[str]:
    """Time, event, detail and source of one event."""
    source = f"{clean(event['source_table'])}:{clean(event['source_id'])}"
    return [when(event["occurred_at"]), clean(event["event"]), clean(event["detail"]), source]


def line_text(line: Row, paint: Paint, columns: int) -> list[str]:
    """One line's evidence and verdicts."""
    facts = evidence_facts(line)
    evidence = [
        [check, Cell(state or "-", STATE_STYLES.get(state)), facts.get(check, "")]
        for check, state in line["evidence"].items()
    ]
    lines = ["  Evidence", *table(evidence, paint, indent="    ")]
    lines += [f"  Replenishment  {sentence}"] if (sentence := rebuy_sentence(line)) else []
    lines += ["  Actions"]
    for row in line["actions"]:
        lines += [*verdict_text(row, paint, columns), *reasons_text(row, columns)]
    return lines


def verdict_text(action: Row, paint: Paint, columns: int) -> list[str]:
    """One verdict with its times, and its route where it is support."""
    verdict = paint(pad(clean(action["decision"]), 7), DECISION_STYLES.get(action["decision"]))
    first, *more = flow(action_times(action), columns - 35)
    more += [action_route(action)] if action["decision"] == "support" else []
    return [
        f"    {verdict}  {pad(clean(action['action']), 20)}  {first}".rstrip(),
        *(f"{'':35}{text}" for text in more),
    ]


def reasons_text(action: Row, columns: int) -> list[str]:
    """The reasons of one verdict, the primary one first."""
    lines = []
    for position, reason in enumerate(action["reasons"], start=1):
        code = f"{clean(reason['check_name'])}:{clean(reason['state'])} -> {clean(reason['verdict'])}"
        first, *more = flow(f"{code}  {reason_facts(reason)}".rstrip(), columns - 17)
        lines += [f"{position:>15}. {first}", *(f"{'':17}{text}" for text in more)]
    # An override's reason has a code, and may have no check behind it.
    known = {f"{reason['check_name']}:{reason['state']}" for reason in action["reasons"]}
    return lines + [f"{'-':>15}  {clean(code)}" for code in action["reason_codes"] if code not in known]


def as_markdown(order: Row) -> str:
    """The walk as a Markdown page: one section per line, the note in a fence."""
    action = order["next_action"]
    parts = [
        f"# Order {md(order['order_id'])}",
        "",
        f"Customer {md(order['customer_id'])}, as of {when(order['as_of'])} UTC. All times are UTC.",
        "",
        f"**{clean(action['decision'])}** `{clean(action['action'])}` (stage `{clean(action['stage'])}`). "
        + md(" ".join(next_action_sentences(action))),
        *[text for other in order["other_lanes"] for text in lane_markdown(other)],
        "",
        "## Timeline",
        "",
        *md_table(["time", "event", "detail", "source"], [timeline_cells(event) for event in order["timeline"]]),
    ]
    for line in order["lines"]:
        parts += ["", f"## {md(line_title(line))}", "", *line_markdown(line)]
    parts += ["", "## Note to copy", "", *fence(clean(order["lesson_note"], keep_lines=True))]
    return "\n".join(parts)


def line_markdown(line: Row) -> list[str]:
    """One line's evidence and verdicts as two tables."""
    facts = evidence_facts(line)
    evidence = [[check, state or "-", facts.get(check, "")] for check, state in line["evidence"].items()]
    verdicts = [
        [row["action"], row["decision"], f"{action_times(row)}  {action_route(row)}", reasons_cell(row)]
        for row in line["actions"]
    ]
    return [
        *md_table(["check", "state", "facts"], evidence),
        "",
        *([f"Replenishment: {sentence}.", ""] if (sentence := rebuy_sentence(line)) else []),
        *md_table(["action", "decision", "times", "reasons"], verdicts),
    ]


def reasons_cell(action: Row) -> str:
    """The reasons of one verdict in one cell, the primary one first."""
    known = [f"{reason['check_name']}:{reason['state']} {reason_facts(reason)}".strip() for reason in action["reasons"]]
    return "; ".join(known or action["reason_codes"])


def md_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """A Markdown table."""
    lines = [f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}"]
    return lines + [f"| {' | '.join(md(cell) for cell in row)} |" for row in rows]


def md(value: Any) -> str:
    """Text in which nothing from the data acts as Markdown. Ids keep their underscores, which words may hold inside."""
    return re.sub(r"([\\|`*<>\[\]~&]|(?<!\w)_|_(?!\w))", r"\\\1", clean(value))


def fence(body: str) -> list[str]:
    """The body as a code block whose fence is longer than any run of backticks in it."""
    longest = max((len(run_of) for run_of in re.findall(r"`+", body)), default=0)
    ticks = "`" * max(3, longest + 1)
    return [f"{ticks}markdown", *body.splitlines(), ticks]


def as_json(order: Row) -> str:
    """The walk as JSON: keys in a fixed order, times in ISO 8601 (UTC), decimals as text."""
    return json.dumps(order, indent=2, ensure_ascii=False, default=json_value)


def json_value(value: Any) -> str:
    """What JSON has no type for."""
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON form for {type(value).__name__}")


# --- Command line ------------------------------------------------------------------------------------------------


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="post-purchase walk", description="Walk one order from its events to its next action."
    )
    parser.add_argument("order_id", help="an order's id or name, as `post-purchase sheet` shows it")
    add_database_option(parser)
    parser.add_argument("--format", choices=("text", "markdown", "json"), default="text")
    return parser.parse_args(argv)


def render(order: Row, form: str) -> str:
    """The order in the form asked for."""
    if form == "json":
        return as_json(order)
    if form == "markdown":
        return as_markdown(order)
    return as_text(order, Paint(use_color(sys.stdout)), output_width(sys.stdout))


def main(argv: Sequence[str] | None = None) -> int:
    """Print the walk, and return the exit code that the module's docstring lists."""
    arguments = parse_arguments(argv)
    try:
        with open_marts(arguments.database, MARTS) as connection:
            order = read_order(connection, arguments.order_id) or read_order(
                connection, order_of_name(connection, arguments.order_id)
            )
            if order is None:
                print("\n".join(explain_absence(connection, arguments.order_id)), file=sys.stderr)
                return 1
    except MartsError as error:
        print(error, file=sys.stderr)
        return 2
    print(render(order, arguments.format))
    return 0
