"""The long tables: today's sheet, the support list, reviews to answer, pairs, and what a candidate policy changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from post_purchase.pages.packs import Cell, Listing
from post_purchase.source import Row, Source, Words, age

# parts of the seed page_words
GOES_OUT, TURN, HELD, SUPPORT, DONE = "goes_out", "waits_its_turn", "held", "with_support", "nothing_left"

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
            return words.say("nothing_is_left_to_do")
        more = " " + words.say("and_more", more=len(ended) - 1) if len(ended) > 1 else ""
        return f"{ended_by(ended[0], words)}{more}"
    if state == TURN:
        return words.after_another(row["waits_for"])
    if state == GOES_OUT:
        return words.say("nothing_holds_it_back")
    return words.reason(row["primary_reason"])


def watched(row: Row, words: Words) -> str | None:
    what = words.watch_for.get(row["action"])
    return words.say("watch_what", what=what) if what else None


def ended_by(text: str, words: Words) -> str:
    """`upsell: already_done:problem` and its like, in words."""
    action, _, code = text.partition(" ")
    if action.strip(":") in words.actions:
        return f"{words.action(action.strip(':'))}: {words.said(code.strip('() ').split(':')[0])}"
    return words.said(text.split(":")[0]).capitalize()


def when(row: Row, words: Words, state: str, now: datetime) -> Cell:
    figures = words.figures
    year = now.year
    if state in (GOES_OUT, TURN):
        starts = row["send_after"]
        main = words.say("now") if starts is None or starts <= now else figures.short(starts, year)
        until = words.say("until_time", time=figures.short(row["valid_until"], year)) if row["valid_until"] else None
        return [main, until]
    if state == SUPPORT:
        due = row["support_due_at"]
        return [
            figures.short(due, year),
            words.say("overdue_low") if due and due <= now else words.say("due_low"),
            None,
            "late" if due and due <= now else "",
        ]
    if state == DONE:
        return ""
    if row["recheck_at"]:
        return [figures.short(row["recheck_at"], year), words.say("looks_again_low")]
    return [words.say("no_date"), words.say("waits_for_an_event")]


def sheet(source: Source, words: Words, now: datetime) -> Listing:
    """Every live order and lane: what goes out, what waits and for what, what support has."""
    figures = words.figures
    listing = Listing(
        "sheet",
        words.say("what_is_next_for_every"),
        [
            words.say("action"),
            words.say("order"),
            words.say("about"),
            words.say("why"),
            words.say("when_utc"),
            words.say("expected_profit"),
        ],
        words.say("no_order_matches_clear_the"),
        numbers=[5],
    )
    tabs = listing.facet("status", words.say("status"), tabs=True)
    tabs.expect(*(words.say(state) for state in (GOES_OUT, HELD, SUPPORT, TURN, DONE)))
    listing.first = words.say(GOES_OUT)
    action = listing.facet("action", words.say("action"), words.say("every_action"))
    action.expect(*words.actions.values())
    listing.facet("reason", words.say("held_by"), words.say("anything"))
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
                [
                    words.action(row["action"]),
                    words.say("a_person_sends_it") if human else None,
                    None,
                    CHIPS[state],
                    words.say(state),
                ],
                [row["order_id"], row["first_name"], order_link(row["order_id"])],
                [
                    words.products(row["skus"]),
                    words.say("offers_product", product=words.product(offer)) if offer else None,
                ],
                [why(row, words, state), watched(row, words) if state == GOES_OUT else None],
                when(row, words, state, now),
                figures.amount(row["expected_contribution_profit"])
                if row["expected_contribution_profit"] is not None
                else "",
            ],
            " ".join(filter(None, [row["customer_id"], row["skus"], offer])),
            status=words.say(state),
            action=words.action(row["action"]),
            reason=words.said(held_by).capitalize() or words.say("nothing"),
        )
    listing.sort(
        "worth",
        words.say("highest_expected_profit"),
        [None if row["expected_contribution_profit"] is None else -row["expected_contribution_profit"] for row in rows],
    )
    listing.sort(
        "time",
        words.say("earliest_date"),
        [row["support_due_at"] or row["send_after"] or row["recheck_at"] or row["due_at"] for row in rows],
    )
    listing.sort("order", words.say("order"), [row["order_id"] for row in rows])
    return listing


def support(source: Source, words: Words, now: datetime) -> Listing:
    """Every open issue, the longest overdue first."""
    figures = words.figures
    listing = Listing(
        "support",
        words.say("open_issues"),
        [
            words.say("issue"),
            words.say("order"),
            words.say("ticket"),
            words.say("queue"),
            words.say("since_utc"),
            words.say("due_utc"),
            words.say("holds_back"),
        ],
        words.say("no_issue_matches_clear_the"),
    )
    listing.facet("due", words.say("due"), tabs=True).expect(words.say("overdue"), words.say("in_time"))
    listing.facet("queue", words.say("queue"), words.say("every_queue"))
    listing.facet("issue", words.say("issue"), words.say("every_issue"))
    rows: list[Row] = []
    if source.has("open_issues"):
        rows = with_names(
            source,
            """select issues.*, {first_name} as first_name from marts.open_issues as issues {names}
            order by issues.is_overdue desc, issues.due_at nulls last, issues.order_id, issues.check_name""",
            "issues.customer_id",
        )
    listing.first = words.say("overdue") if any(row["is_overdue"] for row in rows) else None
    for row in rows:
        title = words.said(row["check_name"]).capitalize()
        detail = words.said(row["detail"])
        held = [words.action(part.strip()) for part in (row["holds_back"] or "").split(",") if part.strip()]
        worth = words.say("worth_amount", amount=figures.amount(row["worth"])) if row["worth"] else None
        queue = words.said(row["support_queue"]).capitalize() or words.say("no_queue")
        listing.add(
            [
                [
                    title,
                    detail,
                    None,
                    "late" if row["is_overdue"] else "support",
                    words.say("overdue") if row["is_overdue"] else "",
                ],
                [row["order_id"], row["first_name"], order_link(row["order_id"])],
                [row["ticket_id"] or words.say("no_ticket_yet"), words.said(row["topic"]) or None],
                [queue, row["support_owner"]],
                [
                    figures.short(row["since"], now.year),
                    words.say("age_ago", age=aged(row["since"], words, now)) if row["since"] else None,
                ],
                [figures.short(row["due_at"], now.year), overdue(row, words, now)],
                [
                    words.say("number_of_actions", actions=figures.count(row["actions_held_back"]))
                    if held
                    else words.say("nothing"),
                    worth,
                ],
            ],
            " ".join(filter(None, [row["customer_id"], *held, row["topic"]])),
            due=words.say("overdue") if row["is_overdue"] else words.say("in_time"),
            queue=queue,
            issue=title,
        )
    listing.sort("since", words.say("longest_open"), [row["since"] for row in rows])
    listing.sort(
        "worth", words.say("highest_worth_held_back"), [None if row["worth"] is None else -row["worth"] for row in rows]
    )
    return listing


def aged(since: datetime, words: Words, now: datetime) -> str:
    return age(since, now).replace("days", words.say("days_unit"))


def overdue(row: Row, words: Words, now: datetime) -> str | None:
    return words.say("age_late", age=aged(row["due_at"], words, now)) if row["is_overdue"] and row["due_at"] else None


def reviews(source: Source, words: Words, now: datetime) -> Listing:
    """Bad reviews and marks that wait for an answer."""
    figures = words.figures
    listing = Listing(
        "reviews",
        words.say("reviews_to_answer"),
        [words.say("said"), words.say("order"), words.say("about"), words.say("queue"), words.say("due_utc")],
        words.say("no_review_matches_clear_the"),
    )
    listing.facet("due", words.say("due"), tabs=True).expect(words.say("overdue"), words.say("in_time"))
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
    listing.first = words.say("overdue") if any(row["is_overdue"] for row in rows) else None
    live = live_orders(source)
    for row in rows:
        said = (
            words.say("stars", rating=row["rating"])
            if row["rating"]
            else words.say("mark", mark=words.said(row["mark"]))
        )
        order = row["order_id"]
        listing.add(
            [
                [
                    said,
                    figures.short(row["said_at"], now.year),
                    None,
                    "late" if row["is_overdue"] else "support",
                    "",
                ],
                [order or words.say("no_order"), row["first_name"], order_link(order) if order in live else None],
                words.product(row["sku"]),
                [words.said(row["support_queue"]).capitalize(), row["support_owner"]],
                [figures.short(row["due_at"], now.year), overdue(row, words, now)],
            ],
            " ".join(filter(None, [row["customer_id"], row["sku"], row["source_id"]])),
            due=words.say("overdue") if row["is_overdue"] else words.say("in_time"),
        )
    return listing


def pairs(source: Source, words: Words) -> Listing:
    """What follows what, what recommending it earns, and why not."""
    figures = words.figures
    listing = Listing(
        "pairs",
        words.say("product_pairs"),
        [
            words.say("after"),
            words.say("recommend"),
            words.say("verdict"),
            words.say("bought_both"),
            words.say("probability"),
            words.say("lift"),
            words.say("value_of_a_recommendation"),
        ],
        words.say("no_pair_matches_clear_the"),
        numbers=[3, 4, 5, 6],
    )
    listing.facet("verdict", words.say("verdict"), tabs=True).expect(words.say("recommended"), words.say("refused"))
    listing.facet("relation", words.say("relation"), words.say("any_relation"))
    listing.facet("because", words.say("refused_because"), words.say("any_reason"))
    rows = source.mart(
        "sku_pairs", "is_recommendable desc, recommendation_value desc nulls last, support desc, sku, related_sku"
    )
    listing.first = words.say("recommended") if any(row["is_recommendable"] for row in rows) else None
    for row in rows:
        refusals = [words.said(part.strip()) for part in (row["refusal_reasons"] or "").split(",") if part.strip()]
        relation = words.said(row["relation"]) or (
            words.say("proven_low") if row["is_proven"] else words.say("none_low")
        )
        verdict = words.say("recommended") if row["is_recommendable"] else words.say("refused")
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
                [figures.count(row["support"]), words.say("of_pages", pages=figures.count(row["anchors"]))],
                [
                    figures.share(row["probability"]),
                    words.say("share_anyway", share=figures.share(row["base_probability"])),
                ],
                [
                    figures.figure(row["lift"]),
                    words.say("at_least", figure=figures.figure(row["lift_lower_bound"]))
                    if row["lift_lower_bound"]
                    else None,
                ],
                [
                    figures.amount(row["recommendation_value"]),
                    words.say("at_least", figure=figures.amount(bound)) if bound is not None else None,
                ],
            ],
            " ".join(refusals),
            verdict=verdict,
            relation=relation.capitalize(),
            because=(refusals[0] if refusals else words.say("nothing")).capitalize(),
        )
    listing.sort("support", words.say("most_often_bought"), [-(row["support"] or 0) for row in rows])
    listing.sort("lift", words.say("highest_lift"), [None if row["lift"] is None else -row["lift"] for row in rows])
    return listing


def supplies(source: Source, words: Words) -> Listing:
    """How long a unit lasts, SKU by SKU."""
    figures = words.figures
    listing = Listing(
        "supplies",
        words.say("how_long_a_unit_lasts"),
        [
            words.say("product"),
            words.say("known_from"),
            words.say("days_per_unit"),
            words.say("a_quarter"),
            words.say("half"),
            words.say("three_quarters"),
            words.say("bought_again"),
            words.say("gaps"),
        ],
        words.say("no_product_matches"),
        numbers=[2, 3, 4, 5, 6, 7],
    )
    listing.facet("basis", words.say("known_from"), tabs=True).expect(words.say("own_gaps"), words.say("declared"))
    rows = [row for row in source.mart("sku_replenishment", "gaps desc, customers desc, sku") if row["basis"] != "none"]
    for row in rows:
        basis = (
            words.say(row["basis"])
            if row["basis"] in ("own_gaps", "declared")
            else words.said(row["basis"]).capitalize()
        )
        listing.add(
            [
                [words.product(row["sku"]), row["sku"]],
                [
                    basis,
                    words.say("declared_days", days=figures.figure(row["declared_days_per_unit"], 0))
                    if row["declared_days_per_unit"]
                    else None,
                ],
                figures.figure(row["days_per_unit"], 1),
                figures.figure(row["p25_days"], 1),
                figures.figure(row["p50_days"], 1),
                figures.figure(row["p75_days"], 1),
                [
                    figures.share(row["rebuy_share"]),
                    words.say("of_customers", customers=figures.count(row["customers"])),
                ],
                figures.count(row["gaps"]),
            ],
            row["basis"],
            basis=basis,
        )
    listing.sort("days", words.say("soonest_used_up"), [row["days_per_unit"] for row in rows])
    return listing


def changes(source: Source, words: Words) -> Listing | None:
    """Decisions that a candidate policy would change; None where the build compared none."""
    figures = words.figures
    if not source.has("policy_comparison"):
        return None
    listing = Listing(
        "changes",
        words.say("decisions_that_the_candidate_changes"),
        [
            words.say("action"),
            words.say("order"),
            words.say("today"),
            words.say("under_the_candidate"),
            words.say("because_of"),
            words.say("decided_at_utc"),
        ],
        words.say("no_change_matches"),
    )
    listing.facet("origin", words.say("of"), tabs=True).expect(
        words.say("live_orders_tab"), words.say("past_messages_tab")
    )
    listing.facet("action", words.say("action"), words.say("every_action")).expect(*words.actions.values())
    listing.facet("change", words.say("change"), words.say("every_change"))
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
                [words.said(before).capitalize(), None, None, CHIP_OF[before], ""],
                [words.said(after).capitalize(), None, None, CHIP_OF[after], ""],
                because,
                figures.moment(row["decided_at"]),
            ],
            row["customer_id"],
            origin=words.say("live_orders_tab") if row["origin"] == "live" else words.say("past_messages_tab"),
            action=words.action(row["action"]),
            change=words.say("before_to_after", before=words.said(before), after=words.said(after)),
        )
    return listing


CHIP_OF = {"send": "send", "pause": "wait", "support": "support"}
