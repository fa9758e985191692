"""One pack per 64 orders: their lanes and notes, their timeline, and each line's evidence and decisions.

The database writes the JSON, order by order: a hundred thousand orders have some five million reasons, too many to pass
through Python one by one.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from post_purchase.pages.packs import pack, pack_json
from post_purchase.source import EPOCH, Source, Words
from post_purchase.walk import CHECKS, FACTS

PER_PACK = 64
STATES = {"ok": "o", "waiting": "w", "problem": "p", "unknown": "u"}
# enough for a person, and for the shop's most talkative order
TIMELINE_ROWS = 400


def seconds(column: str) -> str:
    """An instant as seconds since 1970, which a script reads without parsing."""
    return f"cast(epoch({column}) as bigint)"


ORDERS = f"""
create temp table page_orders as
select
    order_id, any_value(customer_id) as customer_id,
    (row_number() over (order by order_id) - 1) // {PER_PACK} as pack
from marts.next_actions
group by order_id
"""

LANES = f"""
create temp table page_lanes as
select order_id, string_agg(item, ',' order by rank, lane) as items
from (
    select
        order_id, rank, lane,
        json_array(
            lane, action, decision, skus, recommended_sku, expected_contribution_profit, primary_reason,
            {seconds("due_at")}, {seconds("send_after")}, {seconds("recheck_at")}, {seconds("valid_until")},
            waits_for_event, nothing_left_because, is_customer_pick, waits_for, handling, support_queue,
            support_owner, {seconds("support_due_at")}, lesson_note
        )::varchar as item
    from marts.next_actions
)
group by order_id
"""

# A view of the whole shop's events: only those of the orders that have a page.
TIMELINE = f"""
create temp table page_timeline as
select order_id, string_agg(item, ',' order by occurred_at nulls last, event, source_id, source_table, detail) as items
from (
    select
        order_id, occurred_at, event, source_id, source_table, detail,
        json_array({seconds("occurred_at")}, event, detail, source_table, source_id)::varchar as item
    from marts.order_timeline
    where order_id in (select order_id from page_orders)
    qualify row_number() over (
        partition by order_id order by occurred_at desc nulls last, event, source_id, source_table, detail
    ) <= {TIMELINE_ROWS}
)
group by order_id
"""

# A finding holds many actions: it is told once, with the letters of all that it holds.
FINDINGS = f"""
create temp table page_findings as
select order_line_id, string_agg(item, ',' order by position, item) as items
from (
    select
        order_line_id, min(reason_position) as position,
        json_array(
            check_name, state, detail, {seconds("since")}, {seconds("clears_at")}, evidence,
            string_agg(letter, '' order by letter)
        )::varchar as item
    from marts.gate_reasons
    inner join page_actions using (action)
    group by order_line_id, check_name, state, detail, since, clears_at, evidence
)
group by order_line_id
"""

DECISIONS = f"""
create temp table page_decisions as
select order_line_id, string_agg(item, ',' order by letter, item) as items
from (
    select
        order_line_id, letter,
        json_array(
            letter, left(decision, 2), primary_reason, {seconds("due_at")}, {seconds("expires_at")},
            {seconds("recheck_at")}, recommended_sku, expected_contribution_profit, is_held_out
        )::varchar as item
    from marts.gate_decisions
    inner join page_actions using (action)
)
group by order_line_id
"""

_WHENS = " ".join(f"when '{state}' then '{letter}'" for state, letter in STATES.items())
_STATES = " || ".join(f"case {check} {_WHENS} else '-' end" for check in CHECKS)
_FACTS = ", ".join(seconds(fact) if fact.endswith("_at") else fact for fact in FACTS)

LINES = f"""
create temp table page_lines as
select order_id, string_agg(item, ',' order by order_line_id) as items
from (
    select
        evidence.order_id, evidence.order_line_id,
        '[' || (json_array(evidence.order_line_id, evidence.sku, evidence.quantity)::varchar)[2:-2]
            || ',"' || {_STATES} || '",' || json_array({_FACTS})::varchar
            || ',[' || coalesce(findings.items, '') || '],[' || coalesce(decisions.items, '') || ']]' as item
    from marts.order_evidence as evidence
    left join page_findings as findings using (order_line_id)
    left join page_decisions as decisions using (order_line_id)
)
group by order_id
"""

PAGES = """
select
    orders.pack, orders.order_id,
    '{"id":' || to_json(orders.order_id)::varchar
        || ',"customer":' || coalesce(to_json(orders.customer_id)::varchar, 'null')
        || ',"lanes":[' || coalesce(lanes.items, '') || '],"events":[' || coalesce(timeline.items, '')
        || '],"lines":[' || coalesce(lines.items, '')
        || '],"name":' || coalesce(to_json(names.first_name)::varchar, 'null')
        || '}' as page
from page_orders as orders
left join page_lanes as lanes using (order_id)
left join page_timeline as timeline using (order_id)
left join page_lines as lines using (order_id)
left join page_names as names on orders.customer_id = names.customer_id
order by orders.order_id
"""


def write_orders(source: Source, words: Words, folder: Path) -> int:
    """Write every live order's pack and the table of where each is; returns how many orders there are."""
    connection = source.connection
    connection.execute(ORDERS)
    accounts = source.beside("int_accounts", "customer_id", "first_name")
    names = (
        f"select customer_id, first_name from {accounts} where first_name is not null"
        if accounts
        else "select null::varchar as customer_id, null::varchar as first_name where false"
    )
    connection.execute(f"create temp table page_names as {names}")
    connection.execute("create temp table page_actions (action varchar, letter varchar)")
    for place, action in enumerate(words.actions):
        connection.execute("insert into page_actions values (?, ?)", [action, chr(ord("a") + place)])
    for statement in (LANES, TIMELINE, FINDINGS, DECISIONS, LINES):
        connection.execute(statement)
    first_ids: list[str] = []
    orders = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        waiting: list[Future[None]] = []

        def finish(number: int, pages: list[str]) -> None:
            waiting.append(pool.submit(pack, folder, f"orders/{number}", f"[{','.join(pages)}]".encode()))
            if len(waiting) > 32:
                waiting.pop(0).result()

        cursor = connection.execute(PAGES)
        current, held = 0, list[str]()
        while batch := cursor.fetchmany(2048):
            for number, order_id, page in batch:
                if number != current:
                    finish(current, held)
                    current, held = number, []
                if not held:
                    first_ids.append(order_id)
                held.append(page)
                orders += 1
        if held:
            finish(current, held)
        for task in waiting:
            task.result()
    pack_json(folder, "orders/index", first_ids)
    return orders


def write_words(source: Source, words: Words, folder: Path) -> None:
    """What an order's page says codes in: loaded once, for all orders."""
    reasons: dict[str, str] = {}
    for row in source.rows("select check_name, state, detail from marts.gate_reasons group by all order by all"):
        code = f"{row['check_name']}:{row['state']}"
        reasons[code] = words.reason(code)
        if row["detail"]:
            reasons[f"{code}:{row['detail']}"] = words.reason(f"{code}:{row['detail']}")
    # only the products that an order's page may name
    used = source.rows(
        """select sku from marts.order_evidence where sku is not null
        union select recommended_sku from marts.gate_decisions where recommended_sku is not null order by sku"""
    )
    as_of = source.rows("select max(as_of) as as_of from marts.next_actions")[0]["as_of"]
    pack_json(
        folder,
        "words",
        {
            "actions": [[code, title] for code, title in words.actions.items()],
            "checks": [[check, words.question(check)] for check in CHECKS],
            "facts": list(FACTS),
            "reasons": reasons,
            "names": words.names,
            "products": {row["sku"]: words.titles[row["sku"]] for row in used if row["sku"] in words.titles},
            "as_of": int((as_of - EPOCH).total_seconds()),
        },
    )
