"""Today's sheet, one customer's part of it, and what is paused, from a finished build.

    post-purchase sheet [--lane LANE] [--decision DECISION] [--action NAME] [--format FORMAT]
    post-purchase customer EMAIL|PHONE|ID [--format FORMAT]
    post-purchase paused [--by reason|action] [--format FORMAT]

Formats: table, csv, markdown, json. A customer is shown by first name and id; no address is printed. In CSV a cell that
a spreadsheet would run as a formula begins with an apostrophe.
Exit codes: 0 shown; 1 nothing to show; 2 the database or its marts cannot be read, or the words do not make sense.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from post_purchase.source import Source, Words
from post_purchase.terminal import (
    DECISION_STYLES,
    FORMULA,
    INNER_FORMULA,
    Cell,
    MartsError,
    Paint,
    add_database_option,
    clean,
    fit,
    number,
    open_marts,
    table,
    use_color,
    when,
    wrap,
)
from post_purchase.walk import md_table

Row = dict[str, Any]
MARTS = ("next_actions", "gate_decisions", "gate_reasons")
FORMATS = ("table", "csv", "markdown", "json")
# columns that hold a sentence
SENTENCES = ("why", "meaning", "what to do", "of the seed")
# columns of a terminal that a sentence takes, that any other cell takes, and a word that cannot be broken
SENTENCE_WIDTH, CELL_WIDTH, LONGEST = 48, 30, 64
# so many rows that wait for one and the same thing are told once
TOLD_ONCE = 10

SHEET_SQL = """
select
    next_actions.lane,
    next_actions.rank,
    next_actions.customer_id,
    next_actions.person_id,
    next_actions.order_id,
    next_actions.action,
    next_actions.decision,
    next_actions.skus,
    next_actions.recommended_sku,
    next_actions.expected_contribution_profit as worth,
    next_actions.nothing_left_because,
    next_actions.waits_for,
    next_actions.support_queue,
    next_actions.support_due_at,
    next_actions.send_after,
    next_actions.recheck_at,
    next_actions.valid_until,
    next_actions.as_of,
    reasons.check_name,
    reasons.state,
    reasons.detail
from (
    -- one offer at a time to a person: what may go out and is not the person's pick waits for the pick
    select * replace (
        case
            when lane = 'marketing' and decision = 'send' and not is_customer_pick then 'pause' else decision
        end as decision
    )
    from marts.next_actions
) as next_actions
left join (
    select
        decision_id,
        check_name,
        state,
        min(detail) as detail
    from marts.gate_reasons
    group by decision_id, check_name, state
) as reasons
    on
        next_actions.decision_id = reasons.decision_id
        and next_actions.primary_reason = reasons.check_name || ':' || reasons.state
order by
    case next_actions.lane when 'support' then 1 when 'service' then 2 else 3 end,
    case next_actions.decision when 'support' then 1 when 'send' then 2 else 3 end,
    next_actions.support_due_at nulls last, next_actions.expected_contribution_profit desc nulls last,
    next_actions.order_id, next_actions.next_action_id
"""

# What holds each of the products that a paused row names together: one may be given back and the other not.
LINES_SQL = """
select
    decisions.order_id,
    decisions.action,
    decisions.sku,
    reasons.check_name,
    reasons.state,
    min(reasons.detail) as detail
from marts.gate_decisions as decisions
inner join marts.next_actions as actions
    on
        decisions.order_id = actions.order_id
        and decisions.action = actions.action
        and decisions.decision = actions.decision
inner join marts.gate_reasons as reasons
    on
        decisions.decision_id = reasons.decision_id
        and decisions.primary_reason = reasons.check_name || ':' || reasons.state
where actions.decision = 'pause' and actions.skus like '%,%'
group by decisions.order_id, decisions.action, decisions.sku, decisions.order_line_id, reasons.check_name, reasons.state
order by decisions.order_line_id
"""

PAUSED_SQL = """
select
    {key} as reason,
    count(*) as decisions,
    count(distinct person_id) as people,
    sum(expected_contribution_profit) as worth,
    min(recheck_at) as next_look
from marts.gate_decisions
where decision = 'pause'
group by 1
order by decisions desc, reason
"""


class Book:
    """What the sheet reads beside the marts: names, titles and sentences."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.words = Words(source)
        self.first_names = self.named("stg_customers", "customer_id", "first_name")
        self.order_names = self.named("stg_orders", "order_id", "order_name")
        # per order and action that is paused for several products, the sentences of each
        self.by_product: dict[tuple[str, str], dict[str, list[str]]] = {}
        for line in source.rows(LINES_SQL):
            held = self.by_product.setdefault((line["order_id"], line["action"]), {})
            held.setdefault(self.words.product(line["sku"]), []).append(self.reason(line))

    def named(self, table_name: str, key: str, name: str) -> dict[str, str]:
        relation = self.source.beside(table_name, key, name)
        if relation is None:
            return {}
        rows = self.source.rows(f"select {key}, {name} from {relation} where {name} is not null")
        return {row[key]: clean(row[name]) for row in rows}

    def why(self, row: Row) -> str:
        """Why it is so, in a sentence."""
        if row["nothing_left_because"]:
            return f"Nothing is left to do. {self.nothing_left(row['nothing_left_because'])}"
        if row["check_name"]:
            held = self.by_product.get((row["order_id"], row["action"]), {}) if row["decision"] == "pause" else {}
            if len({sentence for sentences in held.values() for sentence in sentences}) > 1:
                return " ".join(f"{product}: {' '.join(dict.fromkeys(told))}" for product, told in held.items())
            return self.reason(row)
        if row["decision"] == "pause" and row["waits_for"]:
            return self.words.after_another(row["waits_for"])
        return "Nothing holds it back." if row["decision"] == "send" else ""

    def reason(self, row: Row) -> str:
        """The sentence of a check's state and detail."""
        return self.words.reason(":".join(filter(None, (row["check_name"], row["state"], row["detail"]))))

    def nothing_left(self, because: str) -> str:
        """`ACTION CHECK:STATE,...` in words: why each action is over, those that share a reason together."""
        over: dict[str, list[str]] = {}
        for part in because.split(","):
            action, _, code = part.strip().partition(" ")
            over.setdefault(self.words.reason(code), []).append(self.words.action(action))
        return " ".join(f"{', '.join(actions)}: {reason}" for reason, actions in over.items())

    def line(self, row: Row) -> Row:
        """One row of the sheet, as its reader sees it."""
        product = self.words.product(row["recommended_sku"]) if row["recommended_sku"] else ""
        return {
            "lane": row["lane"],
            "decision": row["decision"],
            "action": self.words.action(row["action"]),
            "customer": self.first_names.get(row["customer_id"], ""),
            "customer_id": row["customer_id"],
            "order": self.order_names.get(row["order_id"]) or row["order_id"],
            "products": self.words.products(row["skus"]),
            "recommends": product,
            "worth": row["worth"],
            "why": self.why(row),
            "from": row["send_after"] if row["decision"] == "send" else row["recheck_at"],
            "until": row["valid_until"] if row["decision"] == "send" else None,
            "queue": row["support_queue"] or "",
            "due": row["support_due_at"] if row["decision"] == "support" else None,
        }


def told_once(rows: Sequence[Row]) -> list[Row]:
    """The rows; of many that are paused and wait for one and the same thing, one row that counts them."""
    waiting = Counter(row["why"] for row in rows if row["decision"] == "pause")
    told: dict[str, Row] = {}
    kept: list[Row] = []
    for row in rows:
        if row["decision"] != "pause" or waiting[row["why"]] < TOLD_ONCE:
            kept.append(row)
        elif row["why"] not in told:
            same = [other for other in rows if other["decision"] == "pause" and other["why"] == row["why"]]
            told[row["why"]] = {name: "" for name in row} | {
                "lane": row["lane"],
                "decision": row["decision"],
                "action": ", ".join(dict.fromkeys(other["action"] for other in same)),
                "customer_id": f"{len({other['customer_id'] for other in same})} accounts",
                "order": f"{len({other['order'] for other in same})} orders",
                "worth": None,
                "why": row["why"],
            }
            kept.append(told[row["why"]])
    return kept


# --- Formats ----------------------------------------------------------------------------------------------------------


def as_text(value: Any) -> str:
    if value is None:
        return ""
    return when(value) if hasattr(value, "strftime") else number(value) if not isinstance(value, str) else clean(value)


def for_reading(name: str, value: Any) -> str:
    """A cell as a person reads it: an amount has two places."""
    return f"{value:.2f}" if name == "worth" and value is not None else as_text(value)


def guarded(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    value = re.sub(INNER_FORMULA, r"\1'\2", value)
    return f"'{value}" if re.search(FORMULA, value) else value


def as_csv(rows: Sequence[Row]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(rows[0])
    # a number below nothing is a number, and no formula
    writer.writerows(
        [guarded(as_text(value)) if isinstance(value, str) else as_text(value) for value in row.values()]
        for row in rows
    )
    return file.getvalue().rstrip("\n")


def as_markdown(rows: Sequence[Row]) -> str:
    return "\n".join(md_table(list(rows[0]), ([for_reading(*cell) for cell in row.items()] for row in rows)))


def as_value(value: Any) -> str | int | float | None:
    """A cell of JSON: a number is one there, and what is not known is null."""
    if isinstance(value, (int, float)) or value is None:
        return value
    return float(value) if isinstance(value, Decimal) else as_text(value)


def as_json(rows: Sequence[Row]) -> str:
    return json.dumps(
        [{name: as_value(value) for name, value in row.items()} for row in rows],
        indent=2,
        ensure_ascii=False,
    )


def as_table(rows: Sequence[Row]) -> str:
    """Rows for a terminal: a sentence goes on in the next line, and a column in which nothing stands is left out."""
    paint = Paint(use_color(sys.stdout))
    written = [{name: for_reading(name, value) for name, value in row.items()} for row in rows]
    names = [name for name in rows[0] if any(row[name] for row in written)]
    shown: list[list[Cell]] = []
    for row in written:
        cells = {name: wrap(row[name], SENTENCE_WIDTH if name in SENTENCES else CELL_WIDTH) for name in names}
        for at in range(max(map(len, cells.values()))):
            parts = {name: lines[at] if at < len(lines) else "" for name, lines in cells.items()}
            shown.append([Cell(fit(part, LONGEST), DECISION_STYLES.get(part)) for part in parts.values()])
    return "\n".join(table(shown, paint, header=names))


SHOWN: dict[str, Callable[[Sequence[Row]], str]] = {
    "table": as_table,
    "csv": as_csv,
    "markdown": as_markdown,
    "json": as_json,
}


# --- Commands ---------------------------------------------------------------------------------------------------------


def parser_for(name: str, purpose: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"post-purchase {name}", description=purpose)
    add_database_option(parser)
    parser.add_argument("--format", choices=FORMATS, default="table", help="how it is written (default: table)")
    return parser


def shown(arguments: argparse.Namespace, rows_of: Callable[[Source], list[Row]], nothing: str, *marts: str) -> int:
    """Open the marts, make the rows and print them."""
    try:
        with open_marts(arguments.database, marts or MARTS) as connection:
            rows = rows_of(Source(connection))
    except MartsError as error:
        print(error, file=sys.stderr)
        return 2
    if not rows:
        if arguments.format == "json":
            print("[]")
        print(nothing, file=sys.stderr)
        return 1
    print(SHOWN[arguments.format](rows))
    return 0


def sheet(argv: Sequence[str] | None = None) -> int:
    """Today's next actions."""
    parser = parser_for(
        "sheet", "Today's next actions: what goes out, what waits and for what, what support has to do."
    )
    parser.epilog = (
        "from: when it may go out; of what is paused, when it is looked at again. until: when it is decided anew. "
        "due: when support has to have seen to it. worth: what the recommended product earns, were it bought, in the "
        "reporting currency. Times are UTC."
    )
    parser.add_argument("--lane", choices=("marketing", "service", "support"), help="one lane alone")
    parser.add_argument("--decision", choices=("send", "pause", "support"), help="one decision alone")
    parser.add_argument("--action", help="one action alone, e.g. review_request")
    arguments = parser.parse_args(argv)

    def rows_of(source: Source) -> list[Row]:
        book = Book(source)
        if arguments.action and book.words.actions and arguments.action not in book.words.actions:
            raise MartsError(f"There is no action '{arguments.action}'. Known: {', '.join(book.words.actions)}.")
        lines = [
            book.line(row)
            for row in source.rows(SHEET_SQL)
            if arguments.lane in (None, row["lane"])
            and arguments.decision in (None, row["decision"])
            and arguments.action in (None, row["action"])
        ]
        if arguments.format != "table" or arguments.decision:
            return lines
        told = told_once(lines)
        left.append(len(lines) - len(told))
        return told

    left: list[int] = []
    code = shown(arguments, rows_of, "No next action is of that kind.")
    if any(left):
        print("\nWhat many wait for is told once; --decision pause lists each of them, and so does any other --format.")
    return code


def accounts_of(source: Source, who: str) -> set[str]:
    """The accounts that an id, an e-mail address or a phone number names.

    A number is known by its last nine digits, since it is written with and without its country; two that both name
    their country are one only where all digits agree.
    """
    customers = source.beside("stg_customers", "customer_id", "email", "phone")
    if customers is None:
        return set()
    orders = source.beside("stg_orders", "customer_id", "email")
    digits = re.sub(r"\D", "", who) if re.fullmatch(r"[\d\s()+./-]+", who.strip()) else ""
    found = source.rows(
        f"""
        with numbers as (
            select
                customer_id, email, ltrim(regexp_replace(phone, '[^0-9]', '', 'g'), '0') as digits,
                regexp_matches(trim(phone), '^([+]|00)') as names_country
            from {customers}
        )

        select customer_id from numbers
        where
            customer_id = $who or lower(trim(email)) = lower(trim($who))
            or (
                length($digits) >= 7 and right(digits, 9) = right($digits, 9)
                and (digits = $digits or not (names_country and $names_country))
            )
        """,
        {
            "who": who,
            "digits": digits.lstrip("0"),
            "names_country": who.strip().startswith(("+", "00")),
        },
    )
    if orders:
        found += source.rows(
            f"select customer_id from {orders} where lower(trim(email)) = lower(trim($who))", {"who": who}
        )
    return {row["customer_id"] for row in found if row["customer_id"]} | {who}


def customer(argv: Sequence[str] | None = None) -> int:
    """One person's next actions, whichever account, address or number they are asked by."""
    parser = parser_for("customer", "One person's next actions, over all accounts of the person.")
    parser.add_argument("who", metavar="EMAIL|PHONE|ID", help="an e-mail address, a phone number or a customer id")
    arguments = parser.parse_args(argv)

    def rows_of(source: Source) -> list[Row]:
        book = Book(source)
        accounts = accounts_of(source, arguments.who)
        everything = source.rows(SHEET_SQL)
        people = {row["person_id"] for row in everything if row["customer_id"] in accounts}
        if len(people) > 1:
            raise MartsError(
                f"{len(people)} people answer to that. Write the number with + and its country's code, or ask by id: "
                f"{', '.join(sorted(people))}."
            )
        return [book.line(row) for row in everything if row["person_id"] in people]

    # what was asked for may be an address, which no log should hold
    nothing = (
        "Nobody of that id, address or number has an order that is decided on today. A name finds nobody, since many "
        "share one: ask by the customer_id beside the name in `post-purchase sheet`, by e-mail or phone. Check the "
        "spelling, or ask by the order, which says why nothing is decided on it: post-purchase walk ORDER."
    )
    return shown(arguments, rows_of, nothing)


def paused(argv: Sequence[str] | None = None) -> int:
    """What is paused, and for what."""
    parser = parser_for("paused", "What is paused, by the first reason or by action.")
    parser.add_argument("--by", choices=("reason", "action"), default="reason", help="(default: reason)")
    arguments = parser.parse_args(argv)

    def rows_of(source: Source) -> list[Row]:
        book = Book(source)
        key = "primary_reason" if arguments.by == "reason" else "action"
        rows = []
        for row in source.rows(PAUSED_SQL.format(key=key)):
            code = row.pop("reason") or ""
            meaning = book.words.reason(code) if arguments.by == "reason" else book.words.action(code)
            rows.append({arguments.by: code, **row, "meaning": meaning})
        return rows

    return shown(arguments, rows_of, "Nothing is paused.")
