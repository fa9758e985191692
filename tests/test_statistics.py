"""Numbers that can lead to a send, a stop or the word "better", held against drawn shops whose truth is known.

Short and seeded: `post-purchase bench` draws the whole grid.
"""

from __future__ import annotations

import pytest

from post_purchase.bench import Bench


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(scale=0.25)


@pytest.mark.parametrize(("control", "treatment", "rate"), [(500, 9500, 0.03), (2000, 18000, 0.01), (300, 300, 0.2)])
def test_one_look_at_a_rate_is_rarely_wrong_where_nothing_happens(
    bench: Bench, control: int, treatment: int, rate: float
) -> None:
    _, better, worse = bench.one_look_rate(control, treatment, rate, rate)
    assert max(better, worse) <= 0.035
    assert better + worse <= 0.055


def test_few_events_are_not_read(bench: Bench) -> None:
    """A hold-out of 5 % of 2,000 customers at one in 200: the old interval called six of ten such experiments."""
    unread, better, worse = bench.one_look_rate(100, 1900, 0.005, 0.005)
    assert unread > 0.999
    assert better + worse < 0.001


@pytest.mark.parametrize(("share", "events", "sigma"), [(0.05, 15, 1.0), (0.5, 50, 1.0), (0.1, 30, 2.0)])
def test_one_look_at_revenue_is_rarely_wrong(bench: Bench, share: float, events: int, sigma: float) -> None:
    draws, better, worse = bench.one_look_amount(share, events, sigma, most=6000)
    assert max(better, worse) <= 0.035 + 2 * (0.03 / draws) ** 0.5


def test_a_plan_finds_what_it_says_it_finds(bench: Bench) -> None:
    plans = [(500, 9500, 0.03, 1), (1000, 9000, 0.05, -1), (400, 400, 0.1, 1)]
    for control, treatment, rate, good, effect, power in bench.planned(plans):
        assert power == pytest.approx(0.8, abs=0.03), (control, treatment, rate, good, effect)


def test_what_nobody_could_find_is_not_planned(bench: Bench) -> None:
    assert [row[4] for row in bench.planned([(100, 1900, 0.005, 1), (1000, 9000, 0.012, -1)])] == [None, None]


@pytest.mark.parametrize("sigma", [None, 1.5])
def test_looking_every_day_for_a_year_tells_nothing_that_is_not_there(bench: Bench, sigma: float | None) -> None:
    draws, _, _, ever = bench.anytime(0.05, 1000, 0.02, sigma)
    assert draws >= 900
    assert ever <= 0.05


def test_a_lift_is_not_believed_beyond_what_it_is_when_it_is_first_seen(bench: Bench) -> None:
    _, used, raw, shrunk = bench.first_lift(0.1, 1000, 0.05, 0.01)
    assert used > 0.01
    assert raw > 0.015 >= shrunk


@pytest.mark.parametrize("a_day", [5, 20])
def test_an_innocent_action_goes_on(bench: Bench, a_day: int) -> None:
    """Complaints at two thirds of the stop threshold, which a rate of one window is above in every third year."""
    draws, stopped, _ = bench.breaker(a_day, 0.002)
    assert stopped <= 0.05 + 2 * (0.05 / draws) ** 0.5


def test_an_action_that_one_in_a_hundred_complains_about_stops_within_a_month(bench: Bench) -> None:
    _, stopped, day = bench.breaker(20, 0.01)
    assert stopped > 0.99
    assert day <= 33


@pytest.mark.parametrize(("customers", "rate", "most_sends"), [(3000, 0.01, 1), (1500, 0.05, 5)])
def test_like_with_like_covers_rare_outcomes_of_customers_with_several_sends(
    bench: Bench, customers: int, rate: float, most_sends: int
) -> None:
    draws, read, covered, told = bench.like_with_like(customers, rate, most_sends)
    assert read > 0.2
    assert covered >= 0.93 - 2 * (0.05 / (draws * read)) ** 0.5
    assert told <= 0.1


def test_a_fair_shop_passes_and_an_unfair_one_fails(bench: Bench) -> None:
    assert bench.parity(500, 10, 0.05, most=2000)[2] <= 0.01
    assert bench.parity(1000, 10, 0.02, 0.3, most=2000)[2] >= 0.9


@pytest.mark.parametrize(("taste", "trigger"), [(0.0, 0.08), (0.3, 0.2), (0.5, 0.25)])
def test_taste_proves_no_pair(bench: Bench, taste: float, trigger: float) -> None:
    """Of what the lift alone proves nearly all is taste where taste explains half of the choices."""
    lifted, lifted_true, proven, proven_true = bench.pairs(taste, trigger, 0)
    assert proven_true >= 0.9 * lifted_true
    assert proven - proven_true <= 0.1 * proven
    assert taste < 0.5 or lifted - lifted_true > 0.8 * lifted


@pytest.mark.parametrize(("gaps", "differ", "deviation"), [(1, 0.5, 0.4), (6, 0.5, 0.4), (3, 0.7, 0.6)])
def test_who_has_been_silent_for_long_has_a_longer_rhythm(
    bench: Bench, gaps: int, differ: float, deviation: float
) -> None:
    """The gaps that are over alone say too little of them; with the open one nobody else is told worse for it."""
    _, silent, without, counted, off_without, off = bench.rhythm(gaps, differ, deviation)
    assert silent > 0.03
    assert without <= counted - 0.05
    assert counted <= 1.05
    assert off <= off_without


@pytest.mark.parametrize(("spread", "units"), [(2, 50), (200, 50)])
def test_the_bounds_of_a_value_are_missed_as_often_as_they_say(bench: Bench, spread: float, units: int) -> None:
    pairs, below, above, through = bench.values(spread, units, most=16)
    chance = 2.5 * (0.05 / pairs) ** 0.5
    assert 0.04 - chance <= below <= 0.06 + chance
    assert 0.03 - chance <= above <= 0.07 + chance
    assert through <= 0.08


def test_the_best_of_twenty_weak_candidates_is_what_it_is_said_to_be(bench: Bench) -> None:
    """Drawn to the base rate with 1.5 responses, whatever the shop's pairs do, the winner is said to be a quarter
    more."""
    erlang = "(-ln(1 - random()) - ln(1 - random()))"
    before, after = bench.best_of_many(f"({erlang} + {erlang}) / 4", None, most=16)
    assert before[1] > 1.15 * before[2]
    assert after[1] == pytest.approx(after[2], rel=0.12)


def test_an_assumption_does_not_win_over_what_customers_have_shown(bench: Bench) -> None:
    before, after = bench.best_of_many("(-ln(1 - random()) - ln(1 - random()))", 2.0)
    assert after[3] < before[3] / 2
    assert after[2] >= before[2]


def test_all_rows_of_an_experiment_without_effect_are_rarely_wrong(bench: Bench) -> None:
    draws, _, other, either = bench.all_rows(0.1, 4000, 0.05)
    assert other <= 0.02
    assert either <= 0.05 + 2 * (0.05 / draws) ** 0.5


def test_daily_looks_at_the_sizes_of_the_groups_block_no_healthy_experiment(bench: Bench) -> None:
    draws, blocked, _ = bench.sample_ratio(0.1, 0.1, 100)
    assert blocked <= 0.01 + 2 * (0.01 / draws) ** 0.5
    assert bench.sample_ratio(0.1, 0.13, 100, most=400)[1] > 0.95


def test_what_another_order_of_offers_would_have_earned_is_covered(bench: Bench) -> None:
    """The logged order is better by a cent; nobody may call the other one better, and the truth is within the
    bounds."""
    logs, read, covered, better, _, covered_value, truth, _ = bench.off_policy(0.2, 2000, None, most=320)
    assert read > 0.9
    assert truth < -0.01
    assert better <= 0.02
    assert min(covered, covered_value) >= 0.93 - 2 * (0.05 / logs) ** 0.5


def test_a_log_that_left_next_to_nothing_to_chance_is_not_read(bench: Bench) -> None:
    assert bench.off_policy(0.02, 500, None, most=80)[1] == 0
