"""The stories' answers: what the gate says of each line at each instant, and why."""

from __future__ import annotations

import re
from dataclasses import replace

import duckdb
import pytest
from conftest import StoryShop, told_in
from story_shop import AS_OF, Case, case_rows, cases, known, matches, shop, stories

SPEAKING = told_in("speaking")
SILENT = told_in("silent")
STOPPED = told_in("stopped")
TWINS = [case for case in SPEAKING if "twin" in case.story]
# What two tellings of one story must agree on. A shop that keeps one order counts it paid when the surcharge is paid.
COMPARED = ["decision", "reason_codes", "recheck_at", "due_at", "expires_at", "recommended_sku", "support_queue"]
PAID_LATER = {"due_at", "expires_at"}
OTHER_DECISION = {"send": "pause", "pause": "support", "support": "send", "none": "send"}


def named(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", SPEAKING, ids=named)
def test_the_gate_gives_the_known_answers(case: Case, speaking_shop: StoryShop) -> None:
    assert speaking_shop.answers.wrong(case) == [], f"{case.story['title']}, at {case.instant}"


@pytest.mark.parametrize("case", SILENT, ids=named)
def test_silent_feeds_are_unknown_not_good_news(case: Case, silent_shop: StoryShop) -> None:
    assert silent_shop.answers.wrong(case) == [], f"{case.story['title']}, at {case.instant}"


@pytest.mark.parametrize("case", STOPPED, ids=named)
def test_an_action_that_a_crowd_complains_of_stops(case: Case, stopped_shop: StoryShop) -> None:
    assert stopped_shop.answers.wrong(case) == [], f"{case.story['title']}, at {case.instant}"


@pytest.mark.parametrize("case", TWINS, ids=named)
def test_two_tellings_of_one_story_get_the_same_decisions(case: Case, speaking_shop: StoryShop) -> None:
    """An exchange by an order of its own and an exchange inside the order are one physical story."""
    decisions = speaking_shop.answers.decisions
    twin = case.story["twin"]
    other = next(told for told in SPEAKING if told.story["id"] == twin["of"] and told.instant == case.instant)
    differences, compared = [], 0
    for mine, theirs in twin["lines"].items():
        ours = {key[1]: row for key, row in decisions.items() if key[0] == case.line_id(mine)}
        others = {key[1]: row for key, row in decisions.items() if key[0] == other.line_id(theirs)}
        if not others:
            continue  # an order that does not exist yet; the line of the other telling has no date of its own
        compared += 1
        for action in sorted(set(ours) | set(others)):
            for column in COMPARED:
                if action == "order_confirmation" and column in PAID_LATER:
                    continue
                got, wanted = ours.get(action, {}).get(column), others.get(action, {}).get(column)
                if got != wanted:
                    differences.append(f"{mine}.{action} {column}: {got} in the order, {wanted} by order")
    assert compared and differences == []


def test_every_story_is_told_once_and_well() -> None:
    told = stories()
    ids = [story["id"] for story in told]
    assert len(ids) == len(set(ids))
    assert len(ids) > 100
    assert all(story["title"] and story["answers"] for story in told)


def test_a_misspelt_fact_does_not_vanish() -> None:
    with pytest.raises(ValueError, match="delivery"):
        known("parcel", {"shipped": "06-02", "delivery": "06-05"})
    with pytest.raises(ValueError, match="cannot read"):
        matches("paused", {"decision": "pause", "reason_codes": ""})


def test_a_fact_of_later_stays_in_the_shop() -> None:
    """The stories could not show a look ahead if their compiler cut what comes later."""
    case = next(case for case in SPEAKING if case.story["id"] == "racing_refund")
    refunds = [row for table, row in case_rows(case, shop()["products"]) if table == "refunds"]
    assert [row["requested_at"] > AS_OF for row in refunds] == [True]


def test_a_wrong_answer_is_noticed(speaking_shop: StoryShop) -> None:
    """The reader finds fault with every decision that is turned round and every field of a mapping that is changed."""
    unnoticed = []
    for case in SPEAKING:
        for key, answer in case.answers.items():
            for turned in turned_round(answer):
                if not speaking_shop.answers.wrong(replace(case, answers={key: turned})):
                    unnoticed.append(f"{case.name} {key}: {turned}")
    assert unnoticed == []


def turned_round(answer: object) -> list[object]:
    if isinstance(answer, str):
        words = answer.split(" ")
        place = 1 if words[0] not in OTHER_DECISION and len(words) > 1 else 0
        turned = [*words[:place], OTHER_DECISION[words[place]], *words[place + 1 :]]
        return (
            [" ".join(turned), answer + " never:heard"]
            if answer != "none" and "[" not in answer
            else [" ".join(turned)]
        )
    found: list[object] = []
    for field, value in answer.items():
        if field == "is":
            found += [{**answer, "is": turned} for turned in turned_round(value)]
        else:
            found.append({**answer, field: not value if isinstance(value, bool) else turned_value(value)})
    return found


def turned_value(value: object) -> str:
    return "06-05 00:01" if value is None or re.fullmatch(r"\d\d-\d\d \d\d:\d\d", str(value)) else "1234"


def test_every_person_has_one_pick_and_every_order_one_headline(speaking_shop: StoryShop) -> None:
    connection = duckdb.connect(str(speaking_shop.build.database), read_only=True)
    try:
        picks = connection.execute(
            "select person_id from marts.next_actions where lane = 'marketing' group by 1 "
            "having count(*) filter (is_customer_pick) <> 1"
        ).fetchall()
        orders = connection.execute(
            # what would be support's of a test order or of a replacement's own lines is nobody's
            "select order_id from (select distinct order_id from marts.gate_decisions where decision = 'send' "
            "or action = 'support_recovery' or action_class = 'commercial' and decision = 'pause') as decided "
            "left join marts.next_actions as next using (order_id) group by 1 "
            "having count(*) filter (is_headline) <> 1 or count(*) <> count(distinct lane)"
        ).fetchall()
        waiting = connection.execute(
            "select count(*) from marts.next_actions where case when lane = 'marketing' "
            "then is_customer_pick <> (waits_for is null) else is_customer_pick or waits_for is not null end"
        ).fetchone()
    finally:
        connection.close()
    assert (picks, orders, waiting) == ([], [], (0,))


def test_no_story_needs_another(speaking_shop: StoryShop) -> None:
    """Each case is a customer of its own: two cases with one address would hear each other's tickets."""
    customers = [
        (row["email"], row["phone"])
        for case in cases(stories())
        for table, row in case_rows(case, shop()["products"])
        if table == "customers"
    ]
    emails = [email for email, _ in customers]
    phones = [phone for _, phone in customers if phone]
    assert len(emails) == len(set(emails)) and len(phones) == len(set(phones))
