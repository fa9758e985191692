"""What the short pages show: watch, audit, experiments, policy, feeds. Rows as their marts have them, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from post_purchase import missing
from post_purchase.pages import charts
from post_purchase.source import Row, Source, Words

OUTCOMES = ("refund_requested", "ticket_opened", "unsubscribed", "complained", "reviewed", "purchased_again")


def scaled(value: Any, top: float) -> float:
    """Where a value stands on a scale from nothing to the top, in percent."""
    return round(min(100.0, 100 * float(value or 0) / top), 2) if top else 0.0


def watch(source: Source, words: Words) -> dict[str, Any]:
    """Guard metrics against their thresholds, and each week's cohorts behind them."""
    order = {"stop": 0, "warn": 1, "ok": 2, "unknown": 3, "too_few": 4}
    rank = {action: place for place, action in enumerate(words.actions)}
    alerts = source.mart("watch_alerts", "action, metric, cohort")
    alerts.sort(key=lambda row: (order.get(row["state"], 9), rank.get(row["action"], 99), row["metric"], row["cohort"]))
    for row in alerts:
        known = [row[name] for name in ("rate_upper", "warn_above", "stop_above") if row[name] is not None]
        # a hand's breadth beyond the larger threshold: an interval that is wider says so at the edge
        limits = [float(row[name]) for name in ("stop_above", "warn_above") if row[name] is not None]
        top = min(float(max(known)), 3 * max(limits)) * 1.1 if known and limits else float(max(known, default=1)) or 1
        row["scale"] = {
            name: scaled(row[name], top)
            for name in ("rate", "rate_lower", "rate_upper", "warn_above", "stop_above")
            if row[name] is not None
        }
    states = {state: sum(row["state"] == state for row in alerts) for state in order}
    cohorts = (
        source.rows(
            """select action, flow, horizon_days, max(sent_week) as newest_week, sum(sends) as sends,
                sum(mature_sends) as mature_sends, sum(immature_sends) as immature_sends,
                sum(second_purchases) / nullif(sum(purchase_messages), 0) as second_purchase_rate,
                sum(refund_requests) / nullif(sum(refund_messages), 0) as refund_request_rate,
                sum(tickets) / nullif(sum(ticket_messages), 0) as ticket_rate,
                sum(unsubscribes) / nullif(sum(delivered_messages), 0) as unsubscribe_rate,
                sum(complaints) / nullif(sum(delivered_messages), 0) as complaint_rate,
                sum(reviews) / nullif(sum(review_messages), 0) as review_submission_rate,
                sum(revenue) as revenue, sum(contribution_profit) as contribution_profit,
                any_value(reporting_currency) as currency
            from marts.watch_metrics where horizon_days = 30
            group by action, flow, horizon_days order by sum(sends) desc, action, flow limit 200"""
        )
        if source.has("watch_metrics")
        else []
    )
    return {"alerts": alerts, "states": states, "cohorts": cohorts, "charts": weekly(source, words)}


def weekly(source: Source, words: Words) -> list[tuple[str, Markup, list[Row]]]:
    """Second purchases within 30 days, week by week, of the actions sent most."""
    if not source.has("watch_metrics"):
        return []
    rows = source.rows(
        """with weeks as (
            select action, sent_week, sum(second_purchases) as events, sum(purchase_messages) as messages
            from marts.watch_metrics where horizon_days = 30
            group by action, sent_week having sum(purchase_messages) > 0
        ), largest as (
            select action from weeks group by action having count(*) >= 3 order by sum(messages) desc, action limit 4
        )
        select * from weeks where action in (select action from largest) order by action, sent_week"""
    )
    found = []
    for action in words.actions:
        mine = [row for row in rows if row["action"] == action][-26:]
        if len(mine) >= 3:
            points = [
                (place - len(mine) + 1.0, float(row["events"]) / float(row["messages"]))
                for place, row in enumerate(mine)
            ]
            title = words.action(action)
            label = words.say("weekly_chart", action=title)
            found.append(
                (
                    title,
                    charts.curve_of_shares(points, label, words.say("weeks_before_the_newest"), words.figures),
                    mine,
                )
            )
    return found


def audit(source: Source, words: Words) -> dict[str, Any]:
    """Past messages at their own moment, what followed, and the day-count sequence against the gate."""
    sends = (
        source.rows(
            """select action, count(*) as sends, count(verdict) as judged,
                count(*) filter (verdict = 'send') as may_go_out, count(*) filter (verdict = 'support') as to_support,
                count(*) filter (has_early_review_ask) as early, count(*) filter (has_unresolved_support_risk) as risk,
                count(*) filter (has_irrelevant_recommendation) as irrelevant,
                count(*) filter (has_unclear_incentive) as incentive
            from marts.send_audit group by action order by sends desc, action"""
        )
        if source.has("send_audit")
        else []
    )
    for row in sends:
        row["held"] = row["judged"] - row["may_go_out"]
    followed = (
        source.rows(
            """select * from marts.send_audit_comparison
            where horizon_days = 30 and sends_in >= 30 and sends_out >= 30
                and like_with_like_difference is not null
            order by action, contrast, outcome"""
        )
        if source.has("send_audit_comparison")
        else []
    )
    calendar = (
        source.rows(
            """select sequence, day, step, sum(orders) as orders, sum(premature_sends) as premature,
                sum(gate_sends_later) as later, sum(gate_routes_to_support) as support,
                sum(gate_holds_for_good) as never, sum(gate_waits_for_delivery) as waits
            from marts.calendar_audit_summary group by all order by sequence, day, step"""
        )
        if source.has("calendar_audit_summary")
        else []
    )
    causes = (
        source.rows(
            """select sequence, step, day, problem, sum(premature_sends) as premature
            from marts.calendar_audit_summary where premature_sends > 0 group by all
            order by sequence, day, premature desc, problem"""
        )
        if source.has("calendar_audit_summary")
        else []
    )
    return {
        "sends": sends,
        "total": {
            name: sum(row[name] for row in sends)
            for name in ("sends", "judged", "held", "early", "risk", "irrelevant", "incentive")
        },
        "followed": followed,
        "calendar": calendar,
        "causes": causes,
        "latency": source.mart("unsubscribe_latency", "channel"),
        "missing": (
            source.rows(
                "select cause, count(*) as lines from marts.review_asks_missing group by all order by 2 desc, 1"
            )
            if source.has("review_asks_missing")
            else []
        ),
    }


def experiments(source: Source, words: Words) -> dict[str, Any]:
    """What an action changed, what a hold-out could find, and whether everyone is asked alike."""
    lifts = source.mart("experiment_lift", "is_decisive desc, action, outcome, horizon_days, variant, assignment")
    power = planned(source)
    decisive = [
        row
        for row in lifts
        if row["is_decisive"] and row["anytime_lower"] is not None and row["difference"] is not None
    ]
    chart = None
    if decisive:
        chart = charts.intervals(
            [
                (
                    f"{words.action(row['action'])} ({row['variant']})",
                    float(row["difference"]),
                    float(row["anytime_lower"]),
                    float(row["anytime_upper"]),
                )
                for row in decisive
            ],
            words.say("lift_chart"),
            words.figures.tick,
        )
    return {"lifts": lifts, "power": power, "chart": chart, **parity(source, words)}


def planned(source: Source) -> dict[str, Any]:
    """The smallest effect that a hold-out finds within 30 days: a row per action and outcome, a column per share."""
    if not source.has("experiment_power"):
        return {"shares": [], "rows": []}
    rows = source.rows(
        "select * from marts.experiment_power where horizon_days = 30 order by action, outcome, holdout_share"
    )
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        line = found.setdefault((row["action"], row["outcome"]), {**row, "by_share": {}})
        line["by_share"][row["holdout_share"]] = None if row["is_too_small"] else row["minimum_detectable_effect"]
    return {"shares": sorted({row["holdout_share"] for row in rows}), "rows": list(found.values())}


def parity(source: Source, words: Words) -> dict[str, Any]:
    rows = source.mart("review_ask_parity", "dimension, group_name")
    drawn = []
    for dimension in dict.fromkeys(row["dimension"] for row in rows):
        mine = [row for row in rows if row["dimension"] == dimension and row["gate_ask_rate"] is not None]
        if mine:
            drawn.append(
                (
                    words.said(dimension).capitalize(),
                    charts.intervals(
                        [
                            (
                                words.said(row["group_name"]),
                                float(row["gate_ask_rate"]),
                                float(row["gate_ask_rate_lower"]),
                                float(row["gate_ask_rate_upper"]),
                            )
                            for row in mine
                        ],
                        words.say("parity_chart", dimension=words.said(dimension)),
                        words.figures.tick_of_share,
                    ),
                )
            )
    return {"parity": rows, "parity_charts": drawn}


def policy(source: Source, words: Words) -> dict[str, Any]:
    """The gate matrix by check, each state a row, and how often each row holds something today."""
    matrix = source.seed("gate_matrix", "position, check_name, state", "check_name", "state", "position")
    actions = [action for action in words.actions if any(action in row for row in matrix)]
    held = {
        (row["check_name"], row["state"]): row["orders"]
        for row in source.rows(
            """select reasons.check_name, reasons.state, count(distinct decisions.order_id) as orders
            from marts.gate_reasons as reasons
            inner join marts.gate_decisions as decisions using (decision_id)
            where decisions.primary_reason = reasons.check_name || ':' || reasons.state and decisions.decision <> 'send'
            group by all"""
        )
    }
    candidate: dict[tuple[str, str, str], str] = {}
    cells = source.beside("int_policy_cells", "policy", "action", "check_name", "state", "verdict")
    if cells:
        policies = [row["policy"] for row in source.rows(f"select distinct policy from {cells} order by policy")]
        if "candidate" in policies:
            for row in source.rows(f"select * from {cells} where policy = 'candidate'"):
                candidate[row["check_name"], row["state"], row["action"]] = row["verdict"]
    groups: dict[str, dict[str, Any]] = {}
    for row in matrix:
        check = row["check_name"]
        group = groups.setdefault(
            check, {"word": words.said(check).capitalize(), "question": words.question(check), "rows": []}
        )
        said = []
        for action in actions:
            now = row.get(action)
            then = candidate.get((row["check_name"], row["state"], action)) if candidate else now
            said.append({"now": now, "then": then, "changed": now != then})
        group["rows"].append(
            {
                "state": row["state"],
                "cells": said,
                "orders": held.get((row["check_name"], row["state"]), 0),
            }
        )
    return {
        "actions": [(action, words.action(action)) for action in actions],
        "groups": list(groups.values()),
        "has_candidate": bool(candidate),
        "summary": [
            row
            for row in source.mart("policy_comparison_summary", "origin, decisions_changed desc, action")
            if row["decisions_changed"]
        ],
    }


def feeds(source: Source, words: Words) -> dict[str, Any]:
    """How far each feed reaches, what its silence blocks, what was refused, and the price of not knowing."""
    order = {"degraded": 0, "stale": 1, "not_connected": 2, "not_kept": 3, "fresh": 4}
    rows = source.mart("feed_health", "feed")
    rows.sort(key=lambda row: (order.get(row["state"], 0), row["feed"]))
    for row in rows:
        blocked = [part.strip() for part in (row["checks_blocked"] or "").split(",") if part.strip()]
        row["blocks"] = [words.question(check) for check in blocked]
    return {
        "feeds": rows,
        "price": price(source, words),
        "accounting": source.mart("input_accounting", "is_connected desc, table_name"),
        "refused": (
            source.rows(
                """select table_name, reason, count(*) as refused from marts.rejected_rows
                group by all order by refused desc, table_name, reason limit 100"""
            )
            if source.has("rejected_rows")
            else []
        ),
        "unmapped": source.mart("unmapped_values", "row_count desc, table_name, column_name, unmapped_value")[:100],
        "coverage": [
            row
            for row in source.mart("cost_coverage", "revenue_without_cost desc, category")
            if row["order_lines_without_cost"]
        ][:100],
    }


def price(source: Source, words: Words) -> list[Row]:
    """What waits for each thing nobody knows; nothing where the build has no such mart."""
    if not source.has("price_of_not_knowing"):
        return []
    return missing.rows_of(source)[:200]


def replenishment(source: Source, words: Words) -> Sequence[Any]:
    """Curves of the SKUs of which most is known: the share of those who buy again that has done so, by days."""
    rows = (
        source.rows(
            """select * from marts.sku_replenishment where p75_days is not null
            order by gaps desc, sku limit 5"""
        )
        if source.has("sku_replenishment")
        else []
    )
    if not rows:
        return []
    lines = []
    for row in rows:
        points = [(0.0, 0.0)]
        points += [
            (float(row[name]), part)
            for name, part in (("p25_days", 0.25), ("p50_days", 0.5), ("p75_days", 0.75), ("p90_days", 0.9))
            if row[name] is not None
        ]
        lines.append((words.product(row["sku"])[:28], points))
    label = words.say("curves_chart")
    return [charts.curves(lines, label, words.say("days_per_unit_low"), words.figures), rows]
