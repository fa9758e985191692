"""The risk that is learned from reviews: it pauses offers and asks for a person, and never touches a review request.

Two shops differ in their ratings alone. Each has a past of four hundred reviewed orders, half of them delivered late:
in the one late orders are reviewed badly, in the other the others are. Both learn, each something else.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Build, decide_whole
from test_determinism import Shop, rows_of

# older than what is decided on, so that these orders only teach
HISTORY = """
    create temp table history as
    select
        'history/' || n as order_id,
        timestamp '2025-09-01' + to_days((n % 60)::integer) as ordered_at,
        n % 2 = 0 as is_late,
        (hash(n) % 10 < 9) = (n % 2 = 0) as is_bad
    from range(400) as numbers (n);
    insert into customers by name
        select
            order_id as customer_id, 'US' as country, ordered_at::varchar as created_at, 'false' as is_test
        from history;
    insert into orders by name
        select order_id, order_id as customer_id, ordered_at::varchar as ordered_at, 'USD' as currency, '60' as total
        from history;
    insert into order_lines by name
        select
            order_id || '/A' as order_line_id, order_id, 'helmet' as sku, '1' as quantity, '60' as unit_price,
            '0' as discount
        from history;
    insert into fulfillments by name
        select
            order_id || '/parcel' as fulfillment_id, order_id, 'ups' as carrier,
            (ordered_at + interval 1 day)::varchar as shipped_at,
            (ordered_at + interval 3 day)::varchar as expected_delivery_at,
            (ordered_at + case when is_late then interval 4 day else interval 2 day end)::varchar as delivered_at
        from history;
    insert into reviews by name
        select
            order_id || '/review' as review_id, order_id as customer_id, order_id, 'helmet' as sku,
            (ordered_at + interval 20 day)::varchar as submitted_at,
            case when is_bad then '1' else '5' end as rating
        from history;
"""
BUILT = Callable[..., Build]


def learned_shop(build: BUILT, whole: Path, folder: Path, is_turned: bool) -> Build:
    shop = Shop(whole)
    shop.connection.execute(HISTORY)
    if is_turned:
        shop.connection.execute("update reviews set rating = 6 - rating::integer where rating in ('1', '2', '4', '5')")
    wanted = decide_whole(
        shop.write(folder / "raw"), point_origins=["live", "message"], risk_min_reviews=200, risk_min_negatives=20
    )
    return build(wanted, select="+gate_decisions +gate_reasons +next_actions +risk_factors +int_verdicts")


@pytest.fixture(scope="module")
def late_is_bad(build: BUILT, whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    return learned_shop(build, whole, tmp_path_factory.mktemp("late"), False)


@pytest.fixture(scope="module")
def late_is_good(build: BUILT, whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    return learned_shop(build, whole, tmp_path_factory.mktemp("early"), True)


def late_coefficient(built: Build) -> float:
    (row,) = rows_of(
        built,
        "select coefficient, basis from marts.risk_factors "
        "where factor = 'arrival' and bin = 'late_0_days' and age_days = 14",
    )
    assert row[1] == "learned"
    return float(row[0])


def test_both_shops_learn_and_something_else(late_is_bad: Build, late_is_good: Build) -> None:
    assert late_coefficient(late_is_bad) > 1.5 and late_coefficient(late_is_good) < -0.5
    for built in (late_is_bad, late_is_good):
        basis = "select distinct basis from learning.int_risk_scores where point_id like 'live:%'"
        assert ("learned",) in rows_of(built, basis) and ("assumed",) not in rows_of(built, basis)


def test_what_an_age_never_showed_is_not_told(late_is_bad: Build) -> None:
    """Every past order was handed over a day after it: of one that was not, for three days, nothing was learned."""
    query = """
        select scores.basis, scores.negative_review_risk_score
        from learning.int_risk_scores as scores
        inner join learning.int_risk_features as features using (point_id)
        where features.arrival = 'not_shipped' and features.age_days > 0
    """
    assert set(rows_of(late_is_bad, query)) == {("none", None)}


@pytest.mark.parametrize("mart", ["gate_decisions", "gate_reasons"])
def test_no_review_request_depends_on_what_was_learned(mart: str, late_is_bad: Build, late_is_good: Build) -> None:
    query = f"from marts.{mart} where action = 'review_request' order by all"
    assert len(rows_of(late_is_bad, query)) > 100
    assert rows_of(late_is_bad, query) == rows_of(late_is_good, query)


def test_no_sent_review_request_is_handled_otherwise(late_is_bad: Build, late_is_good: Build) -> None:
    query = "from marts.next_actions where action = 'review_request' and decision = 'send' order by all"
    assert len(rows_of(late_is_bad, query)) > 10
    assert rows_of(late_is_bad, query) == rows_of(late_is_good, query)
    handled = (
        "select distinct handling from marts.next_actions where action = 'review_request' and decision <> 'support'"
    )
    assert rows_of(late_is_bad, handled) == rows_of(late_is_good, handled) == [("automated",)]


def test_past_review_requests_are_judged_alike(late_is_bad: Build, late_is_good: Build) -> None:
    query = "from gate.int_verdicts where action = 'review_request' and point_id not like 'live:%' order by all"
    assert len(rows_of(late_is_bad, query)) > 20
    assert rows_of(late_is_bad, query) == rows_of(late_is_good, query)


def test_offers_do_change(late_is_bad: Build, late_is_good: Build) -> None:
    """Blindness would be no news if the risk had changed nothing at all."""
    paused = (
        "select order_line_id, action from marts.gate_reasons "
        "where check_name = 'negative_review_risk' and state = 'problem' and verdict = 'pause'"
    )
    assert len(set(rows_of(late_is_bad, paused)) - set(rows_of(late_is_good, paused))) > 5
    offers = "select order_line_id, action, decision from marts.gate_decisions where action <> 'review_request'"
    assert set(rows_of(late_is_bad, offers)) != set(rows_of(late_is_good, offers))
