"""The long tables: today's sheet, the support list, reviews to answer, pairs, and what a candidate policy changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from post_purchase.pages.packs import Cell, Listing
from post_purchase.source import Row, Source, Words, age, amount, count, figure, moment, share, short
from post_purchase.terminal import in_words

GOES_OUT, TURN, HELD, SUPPORT, DONE = "Goes out", "Waits its turn", "Held", "With support", "Nothing left"

# What a list shows of an order's row, in the order in which it is worked off.
SHEET = """
select
    actions.* exclude (lesson_note), {first_name} as first_name
from marts.next_actions as actions
{names}
"""


def status(row: Row) -> str:
    if row["decision"] == "support":
        return SUPPORT
    if row["nothing_left_because"]:
        return DONE
    if row["decision"] == "send":
        return TURN if row["lane"] == "marketing" and not row["is_customer_pick"] else GOES_OUT
    return HELD


CHIPS = {GOES_OUT: "send", TURN: "wait", HELD: "wait", SUPPORT: "support", DONE: "none"}


def order_link(order_id: str) -> str:
    """The page of an order. What an id may hold of its own is escaped, as it stands in an address."""
    from urllib.parse import quote

    return f"order.html#{quote(order_id, safe='')}"


def live_orders(source: Source) -> set[str]:
    """The orders that have a page."""
    return {row["order_id"] for row in source.rows("select distinct order_id from marts.next_actions")}


def with_names(source: Source, sql: str, key: str) -> list[Row]:
    accounts = source.beside("int_accounts", "customer_id", "first_name")
    names = f"left join {accounts} as names on {key} = names.customer_id" if accounts else ""
    return source.rows(sql.format(first_name="names.first_name" if accounts else "null", names=names))


def why(row: Row, words: Words, state: str) -> str:
    if state == DONE:
        ended = [part.strip() for part in (row["nothing_left_because"] or "").split(",") if part.strip()]
        if not ended:
            return "Nothing is left to do."
        more = f" and {len(ended) - 1} more" if len(ended) > 1 else ""
        return f"{ended_by(ended[0], words)}{more}"
    if state == TURN:
        return f"Another order of this customer comes first: {waits_for(row['waits_for'], words)}"
    if state == GOES_OUT:
        return "Nothing holds it back."
    return words.reason(row["primary_reason"])


def watched(row: Row, words: Words) -> str | None:
    what = words.watch_for.get(row["action"])
    return f"watch {what}" if what else None


def waits_for(text: str | None, words: Words) -> str:
    """`review_request of H19` with the action's title."""
    code, _, rest = (text or "").partition(" ")
    return f"{words.action(code)} {rest}".strip() if code in words.actions else (text or "its next action")


def ended_by(text: str, words: Words) -> str:
    """`upsell: already_done:problem` and its like, in words."""
    action, _, code = text.partition(" ")
    if action.strip(":") in words.actions:
        return f"{words.action(action.strip(':'))}: {in_words(code.strip('() ').split(':')[0])}"
    return in_words(text.split(":")[0]).capitalize()


def when(row: Row, state: str, now: datetime) -> Cell:
    year = now.year
    if state in (GOES_OUT, TURN):
        starts = row["send_after"]
        main = "Now" if starts is None or starts <= now else short(starts, year)
        return [main, f"until {short(row['valid_until'], year)}" if row["valid_until"] else None]
    if state == SUPPORT:
        due = row["support_due_at"]
        return [
            short(due, year),
            "overdue" if due and due <= now else "due",
            None,
            "late" if due and due <= now else "",
        ]
    if state == DONE:
        return ""
    if row["recheck_at"]:
        return [short(row["recheck_at"], year), "looks again"]
    return ["No date", "waits for an event"]


def sheet(source: Source, words: Words, now: datetime) -> Listing:
    """Every live order and lane: what goes out, what waits and for what, what support has."""
    listing = Listing(
        "sheet",
        "What is next for every live order",
        ["Action", "Order", "About", "Why", "When (UTC)", "Expected profit"],
        "No order matches. Clear the search, or choose another tab.",
        numbers=[5],
    )
    tabs = listing.facet("status", "Status", tabs=True)
    tabs.expect(GOES_OUT, HELD, SUPPORT, TURN, DONE)
    listing.first = GOES_OUT
    action = listing.facet("action", "Action", "Every action")
    action.expect(*words.actions.values())
    listing.facet("reason", "Held by", "Anything")
    rows = with_names(source, SHEET, "actions.customer_id")
    order = {name: place for place, name in enumerate((GOES_OUT, SUPPORT, HELD, TURN, DONE))}
    rank = {code: place for place, code in enumerate(words.actions)}
    states = [status(row) for row in rows]
    places = sorted(
        range(len(rows)),
        key=lambda place: (
            order[states[place]],
            rank.get(rows[place]["action"], 99),
            -float(rows[place]["expected_contribution_profit"] or 0),
            rows[place]["due_at"] or now,
            rows[place]["order_id"],
            rows[place]["lane"],
        ),
    )
    rows = [rows[place] for place in places]
    states = [states[place] for place in places]
    for row, state in zip(rows, states, strict=True):
        offer = row["recommended_sku"]
        held_by = (row["primary_reason"] or "").split(":")[0] if state in (HELD, SUPPORT) else ""
        human = row["handling"] == "human" and state != SUPPORT
        listing.add(
            [
                [words.action(row["action"]), "a person sends it" if human else None, None, CHIPS[state], state],
                [row["order_id"], row["first_name"], order_link(row["order_id"])],
                [words.products(row["skus"]), f"offers {words.product(offer)}" if offer else None],
                [why(row, words, state), watched(row, words) if state == GOES_OUT else None],
                when(row, state, now),
                amount(row["expected_contribution_profit"]) if row["expected_contribution_profit"] is not None else "",
            ],
            " ".join(filter(None, [row["customer_id"], row["skus"], offer])),
            status=state,
            action=words.action(row["action"]),
            reason=in_words(held_by).capitalize() or "Nothing",
        )
    listing.sort(
        "worth",
        "Highest expected profit",
        [None if row["expected_contribution_profit"] is None else -row["expected_contribution_profit"] for row in rows],
    )
    listing.sort(
        "time",
        "Earliest date",
        [row["support_due_at"] or row["send_after"] or row["recheck_at"] or row["due_at"] for row in rows],
    )
    listing.sort("order", "Order", [row["order_id"] for row in rows])
    return listing


def support(source: Source, words: Words, now: datetime) -> Listing:
    """Every open issue, the longest overdue first."""
    listing = Listing(
        "support",
        "Open issues",
        ["Issue", "Order", "Ticket", "Queue", "Since (UTC)", "Due (UTC)", "Holds back"],
        "No issue matches. Clear the search, or choose another tab.",
    )
    listing.facet("due", "Due", tabs=True).expect("Overdue", "In time")
    listing.facet("queue", "Queue", "Every queue")
    listing.facet("issue", "Issue", "Every issue")
    rows: list[Row] = []
    if source.has("open_issues"):
        rows = with_names(
            source,
            """select issues.*, {first_name} as first_name from marts.open_issues as issues {names}
            order by issues.is_overdue desc, issues.due_at nulls last, issues.order_id, issues.check_name""",
            "issues.customer_id",
        )
    listing.first = "Overdue" if any(row["is_overdue"] for row in rows) else None
    for row in rows:
        title = in_words(row["check_name"]).capitalize()
        detail = in_words(row["detail"])
        held = [words.action(part.strip()) for part in (row["holds_back"] or "").split(",") if part.strip()]
        worth = f"worth {amount(row['worth'])}" if row["worth"] else None
        queue = in_words(row["support_queue"]).capitalize() or "No queue"
        listing.add(
            [
                [
                    title,
                    detail,
                    None,
                    "late" if row["is_overdue"] else "support",
                    "Overdue" if row["is_overdue"] else "",
                ],
                [row["order_id"], row["first_name"], order_link(row["order_id"])],
                [row["ticket_id"] or "No ticket yet", in_words(row["topic"]) or None],
                [queue, row["support_owner"]],
                [short(row["since"], now.year), age(row["since"], now) + " ago" if row["since"] else None],
                [short(row["due_at"], now.year), overdue(row, now)],
                [f"{count(row['actions_held_back'])} actions" if held else "Nothing", worth],
            ],
            " ".join(filter(None, [row["customer_id"], *held, row["topic"]])),
            due="Overdue" if row["is_overdue"] else "In time",
            queue=queue,
            issue=title,
        )
    listing.sort("since", "Longest open", [row["since"] for row in rows])
    listing.sort("worth", "Highest worth held back", [None if row["worth"] is None else -row["worth"] for row in rows])
    return listing


def overdue(row: Row, now: datetime) -> str | None:
    return f"{age(row['due_at'], now)} late" if row["is_overdue"] and row["due_at"] else None


def reviews(source: Source, words: Words, now: datetime) -> Listing:
    """Bad reviews and marks that wait for an answer."""
    listing = Listing(
        "reviews",
        "Reviews to answer",
        ["Said", "Order", "About", "Queue", "Due (UTC)"],
        "No review matches. Clear the search, or choose another tab.",
    )
    listing.facet("due", "Due", tabs=True).expect("Overdue", "In time")
    rows = (
        with_names(
            source,
            """select reviews.*, {first_name} as first_name from marts.review_to_answer as reviews {names}
            order by reviews.is_overdue desc, reviews.due_at nulls last, reviews.source_table, reviews.source_id""",
            "reviews.customer_id",
        )
        if source.has("review_to_answer")
        else []
    )
    listing.first = "Overdue" if any(row["is_overdue"] for row in rows) else None
    live = live_orders(source)
    for row in rows:
        said = f"{row['rating']} of 5 stars" if row["rating"] else f"Mark: {in_words(row['mark'])}"
        order = row["order_id"]
        listing.add(
            [
                [said, short(row["said_at"], now.year), None, "late" if row["is_overdue"] else "support", ""],
                [order or "No order", row["first_name"], order_link(order) if order in live else None],
                words.product(row["sku"]),
                [in_words(row["support_queue"]).capitalize(), row["support_owner"]],
                [short(row["due_at"], now.year), overdue(row, now)],
            ],
            " ".join(filter(None, [row["customer_id"], row["sku"], row["source_id"]])),
            due="Overdue" if row["is_overdue"] else "In time",
        )
    return listing


def pairs(source: Source, words: Words) -> Listing:
    """What follows what, what recommending it earns, and why not."""
    listing = Listing(
        "pairs",
        "Product pairs",
        ["After", "Recommend", "Verdict", "Bought both", "Probability", "Lift", "Value of a recommendation"],
        "No pair matches. Clear the search, or choose another tab.",
        numbers=[3, 4, 5, 6],
    )
    listing.facet("verdict", "Verdict", tabs=True).expect("Recommended", "Refused")
    listing.facet("relation", "Relation", "Any relation")
    listing.facet("because", "Refused because", "Any reason")
    rows = source.mart(
        "sku_pairs", "is_recommendable desc, recommendation_value desc nulls last, support desc, sku, related_sku"
    )
    listing.first = "Recommended" if any(row["is_recommendable"] for row in rows) else None
    for row in rows:
        refusals = [in_words(part.strip()) for part in (row["refusal_reasons"] or "").split(",") if part.strip()]
        relation = in_words(row["relation"]) or ("proven" if row["is_proven"] else "none")
        verdict = "Recommended" if row["is_recommendable"] else "Refused"
        bound = row["value_lower_bound"]
        listing.add(
            [
                [words.product(row["sku"]), row["sku"]],
                [words.product(row["related_sku"]), row["related_sku"]],
                [
                    relation.capitalize(),
                    ", ".join(refusals) or None,
                    None,
                    "send" if row["is_recommendable"] else "none",
                    verdict,
                ],
                [count(row["support"]), f"of {count(row['anchors'])}"],
                [share(row["probability"]), f"{share(row['base_probability'])} anyway"],
                [
                    figure(row["lift"]),
                    f"at least {figure(row['lift_lower_bound'])}" if row["lift_lower_bound"] else None,
                ],
                [amount(row["recommendation_value"]), f"at least {amount(bound)}" if bound is not None else None],
            ],
            " ".join(refusals),
            verdict=verdict,
            relation=relation.capitalize(),
            because=(refusals[0] if refusals else "nothing").capitalize(),
        )
    listing.sort("support", "Most often bought", [-(row["support"] or 0) for row in rows])
    listing.sort("lift", "Highest lift", [None if row["lift"] is None else -row["lift"] for row in rows])
    return listing


def supplies(source: Source, words: Words) -> Listing:
    """How long a unit lasts, SKU by SKU."""
    listing = Listing(
        "supplies",
        "How long a unit lasts",
        ["Product", "Known from", "Days per unit", "A quarter", "Half", "Three quarters", "Bought again", "Gaps"],
        "No product matches.",
        numbers=[2, 3, 4, 5, 6, 7],
    )
    listing.facet("basis", "Known from", tabs=True).expect("Own gaps", "Declared")
    rows = [row for row in source.mart("sku_replenishment", "gaps desc, customers desc, sku") if row["basis"] != "none"]
    for row in rows:
        basis = in_words(row["basis"]).capitalize()
        listing.add(
            [
                [words.product(row["sku"]), row["sku"]],
                [
                    basis,
                    f"declared {figure(row['declared_days_per_unit'], 0)}" if row["declared_days_per_unit"] else None,
                ],
                figure(row["days_per_unit"], 1),
                figure(row["p25_days"], 1),
                figure(row["p50_days"], 1),
                figure(row["p75_days"], 1),
                [share(row["rebuy_share"]), f"of {count(row['customers'])} customers"],
                count(row["gaps"]),
            ],
            row["basis"],
            basis=basis,
        )
    listing.sort("days", "Soonest used up", [row["days_per_unit"] for row in rows])
    return listing


def changes(source: Source, words: Words) -> Listing | None:
    """Decisions that a candidate policy would change; None where the build compared none."""
    if not source.has("policy_comparison"):
        return None
    listing = Listing(
        "changes",
        "Decisions that the candidate changes",
        ["Action", "Order", "Today", "Under the candidate", "Because of", "Decided at (UTC)"],
        "No change matches.",
    )
    listing.facet("origin", "Of", tabs=True).expect("Live orders", "Past messages")
    listing.facet("action", "Action", "Every action").expect(*words.actions.values())
    listing.facet("change", "Change", "Every change")
    live = live_orders(source)
    for row in source.mart("policy_comparison", "origin, action, order_id, order_line_id, point_id"):
        before, after = row["decision"], row["candidate_decision"]
        reasons = [code.strip() for code in (row["candidate_reason_codes"] or row["reason_codes"] or "").split(",")]
        because: Any = words.reason(reasons[0]) if reasons and reasons[0] else ""
        listing.add(
            [
                words.action(row["action"]),
                [
                    row["order_id"],
                    row["order_line_id"],
                    order_link(row["order_id"]) if row["order_id"] in live else None,
                ],
                [before.capitalize(), None, None, CHIP_OF[before], ""],
                [after.capitalize(), None, None, CHIP_OF[after], ""],
                because,
                moment(row["decided_at"]),
            ],
            row["customer_id"],
            origin="Live orders" if row["origin"] == "live" else "Past messages",
            action=words.action(row["action"]),
            change=f"{before} to {after}",
        )
    return listing


CHIP_OF = {"send": "send", "pause": "wait", "support": "support"}
