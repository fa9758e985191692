"""Known truth against the project's own SQL: how often each number that can lead to a send, a stop or a word is wrong.

    post-purchase bench [--claims one-look,breaker] [--scale 1.0] [--write docs/statistics.md]

Every claim is a table: the sizes that shops have, what was drawn, and the error rate or power that came out. The
formulas are not written again here: they are rendered from `macros/` and run in DuckDB on drawn counts.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import yaml
from jinja2 import Environment

from post_purchase import PROJECT

Row = tuple[Any, ...]


class Macros:
    """The macros of the project as functions that give SQL text, rendered without a build."""

    def __init__(self, **overrides: Any) -> None:
        settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]["post_purchase_gate"]
        settings.update(overrides)
        self.settings = settings
        environment = Environment(extensions=["jinja2.ext.do"])
        namespace = SimpleNamespace()
        environment.globals.update(
            post_purchase_gate=namespace,
            var=lambda name, default=None: settings.get(name, default),
            adapter=SimpleNamespace(dispatch=lambda name, _: getattr(namespace, f"default__{name}")),
        )
        environment.globals["return"] = lambda value: value
        for path in sorted((PROJECT / "macros").rglob("*.sql")):
            try:
                module = environment.from_string(path.read_text()).module
            except Exception:  # noqa: BLE001  a file that needs a build has no statistics in it
                continue
            for name, value in vars(module).items():
                if callable(value):
                    setattr(namespace, name, value)
        self._namespace = namespace

    def __getattr__(self, name: str) -> Any:
        macro = getattr(self._namespace, name)
        return lambda *arguments, **named: str(macro(*arguments, **named)).strip()


GAUSS = "sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())"
LOG_PROBABILITY = "lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * ln(p) + (n - k) * ln(1 - p)"


class Bench:
    """A database to draw in, and the project's macros to judge with."""

    def __init__(self, scale: float = 1.0, seed: float = 0.42, threads: int = 1) -> None:
        self.scale = scale
        self.macros = Macros()
        self.connection = duckdb.connect(config={"threads": threads})
        self.connection.execute(f"select setseed({seed})")
        macros = self.macros
        self.connection.execute(f"create macro log_probability(k, n, p) as {LOG_PROBABILITY}")
        self.connection.execute(f"create macro wilson_lower(k, n) as {macros.wilson_lower('k', 'n')}")
        self.connection.execute(f"create macro wilson_upper(k, n) as {macros.wilson_upper('k', 'n')}")

    def draws(self, most: int, events: float, budget: float = 2e7) -> int:
        """How many experiments are drawn: as many as the budget of drawn events allows."""
        return max(int(min(most, budget / max(events, 1)) * self.scale), 20)

    def row(self, query: str) -> Row:
        return self.connection.execute(query).fetchall()[0]

    # --- experiments: one look ---

    def one_look_rate(self, control: int, treatment: int, p_control: float, p_treatment: float) -> Row:
        """Exact shares of experiments on a rate that are not read, better and worse, over every pair of counts."""

        def span(n: int, p: float) -> str:
            width = (n * p * (1 - p)) ** 0.5
            return f"range({max(0, int(n * p - 5.5 * width - 3))}, {min(n, int(n * p + 6 * width + 6)) + 1})"

        macros, n = self.macros, control + treatment
        lower = macros.newcombe_lower("p_t", "l_t", "p_c", "u_c")
        upper = macros.newcombe_upper("p_t", "u_t", "p_c", "l_c")
        arms = [("c", control, p_control), ("t", treatment, p_treatment)]
        return self.row(
            "with "
            + ", ".join(
                f"""{arm} as (
                    select
                        k::double as k_{arm}, exp(log_probability(k::double, {size}::double, {p}::double)) as w_{arm},
                        k / {size}::double as p_{arm}, wilson_lower(k::double, {size}::double) as l_{arm},
                        wilson_upper(k::double, {size}::double) as u_{arm}
                    from {span(size, p)} as counts (k)
                )"""
                for arm, size, p in arms
            )
            + f"""
            , reads as (
                select
                    w_c * w_t as w,
                    p_t - p_c - {macros.planned_width()} * (p_t - p_c - {lower}) as low,
                    p_t - p_c + {macros.planned_width()} * ({upper} - (p_t - p_c)) as high,
                    {min(control, treatment)} * least(k_c + k_t, {n} - k_c - k_t) / {n}::double
                    >= {self.macros.settings["experiment_min_events"]} as is_read
                from c, t
            )
            select
                coalesce(sum(w) filter (not is_read), 0), coalesce(sum(w) filter (is_read and low > 0), 0),
                coalesce(sum(w) filter (is_read and high < 0), 0)
            from reads
            """
        )

    def one_look_amount(self, share: float, events: int, sigma: float, most: int = 20000) -> Row:
        """Shares of experiments on revenue without any effect that are better and worse: log-normal, one in 10 buys."""
        total = round(events / share)
        draws, n = self.draws(most, total, 4e7), total * 10.0
        control = n * share
        z, variance = f"{self.macros.z_95()} * {self.macros.planned_width()}", self.macros.variance_of
        # as int_experiment_estimates has it
        error = f"sqrt(greatest(v_c, v) / {control} + greatest(v_t, v) / {n - control})"
        return draws, *self.row(
            f"""
            with events as (
                select
                    draw, case when random() < {share} then 1 else 0 end as is_control,
                    exp({sigma} * {GAUSS}) as amount
                from range({draws}) as draws (draw), range({total}) as events (event)
            ),
            sums as (
                select
                    draw, sum(amount * is_control) as t_c, sum(amount) as t, sum(amount * amount * is_control) as q_c,
                    sum(amount * amount) as q
                from events group by draw
            ),
            spread as (
                select
                    (t - t_c) / {n - control} - t_c / {control} as difference,
                    {variance(str(control), "t_c", "q_c")} as v_c,
                    {variance(str(n - control), "(t - t_c)", "(q - q_c)")} as v_t,
                    {variance(str(n), "t", "q")} as v
                from sums
            )
            select avg((difference > {z} * {error})::int), avg((-difference > {z} * {error})::int)
            from spread
            """
        )

    def planned(self, plans: list[tuple[float, float, float, int]]) -> list[Row]:
        """The smallest detectable difference of each plan (control, treatment, rate, direction), and its true power."""
        values = ", ".join(f"({c}::double, {t}::double, {p}::double, {good})" for c, t, p, good in plans)
        rows = self.connection.execute(
            f"""
            with source as (
                select *, 'rate' as measure, sqrt(base_mean * (1 - base_mean)) as deviation, base_mean as event_share
                from (values {values}) as plans (n_c, n_t, base_mean, good)
            ),
            {self.macros.detectable_difference("source")}
            select n_c, n_t, base_mean, good, detectable_effect from planned order by all
            """
        ).fetchall()
        found = []
        for control, treatment, rate, good, effect in rows:
            power = None
            if effect is not None:
                _, better, worse = self.one_look_rate(int(control), int(treatment), rate, rate + good * effect)
                power = better if good > 0 else worse
            found.append((int(control), int(treatment), rate, good, effect, power))
        return found

    # --- experiments: every look ---

    def looks(self, share: float, controls: int, rate: float, effect: float, looks: int, sigma: float | None) -> Row:
        """A year of experiments: (draws, a query of counts and sums so far by experiment and look)."""
        n = controls / share
        events = n * (rate * share + (rate + effect) * (1 - share))
        in_control = rate * share / (rate * share + (rate + effect) * (1 - share))
        draws = self.draws(4000, events)
        others, amount = n - events, f"exp({sigma} * {GAUSS})" if sigma else "1.0"
        return (
            draws,
            f"""
            with events as (
                select
                    draw, 1 + floor(random() * {looks})::int as look, (random() < {in_control})::int as is_control,
                    {amount} as amount
                from range({draws}) as draws (draw), range({round(events)}) as events (event)
            ),
            looked as (
                select
                    draw, look, count(*) as k, sum(is_control) as k_c, sum(amount * is_control) as t_c,
                    sum(amount) as t,
                    sum(amount * amount) as q
                from events group by draw, look
            ),
            grid as (
                select
                    draw, look::int as look, {n / looks}::double as n,
                    {others / looks * share}::double
                    + {(others / looks * share * (1 - share)) ** 0.5} * {GAUSS} as others
                from range({draws}) as draws (draw), range(1, {looks + 1}) as looks (look)
            ),
            so_far as (
                select
                    draw, look, sum(n) over so_far as n, sum(others + coalesce(k_c, 0)) over so_far as n_c,
                    sum(coalesce(k, 0)) over so_far as k, sum(coalesce(k_c, 0)) over so_far as k_c,
                    sum(coalesce(t_c, 0)) over so_far as t_c, sum(coalesce(t, 0)) over so_far as t,
                    sum(coalesce(q, 0)) over so_far as q
                from grid left join looked using (draw, look)
                window so_far as (partition by draw order by look)
            ),
            read as (
                select
                    *, k::double as events, k_c::double as control_events,
                    least(greatest(n_c / n, 0.0001), 0.9999) as control_share, q - t * t / n as squares,
                    t_c - n_c / n * t as lean
                from so_far
                where k / n * least(n_c, n - n_c) >= {self.macros.settings["experiment_min_events"]}
            )
        """,
        )

    def anytime(self, share: float, controls: int, rate: float, sigma: float | None = None, looks: int = 365) -> Row:
        """Shares of experiments without any effect that are ever better, worse, or either, at any daily look."""
        macros = self.macros
        weight = f"{macros.settings['experiment_evidence_events']}::double"
        draws, read = self.looks(share, controls, rate, 0, looks, sigma)
        if sigma:
            down, up = macros.draw_variance_down("control_share"), macros.draw_variance_up("control_share")
            variance = f"(case when lean < 0 then {down} else {up} end)"
            evidence = macros.sum_log_evidence("lean", f"(squares * {variance})", "events", weight)
        else:
            evidence = macros.label_log_evidence("control_events", "events", "control_share", weight)
        return draws, *self.row(
            f"""
            {read},
            judged as (select draw, lean < 0 as is_better, {evidence} >= ln(20) as is_told from read),
            ever as (
                select draw, max((is_told and is_better)::int) as better, max((is_told and not is_better)::int) as worse
                from judged group by draw
            )
            select
                coalesce(sum(better), 0) / {draws}, coalesce(sum(worse), 0) / {draws},
                coalesce(sum(greatest(better, worse)), 0) / {draws}
            from ever
            """
        )

    def first_lift(self, share: float, controls: int, rate: float, effect: float) -> Row:
        """Of a year of weekly looks: in how many experiments a lift is ever used, and its means when first used, as the
        estimate has it and as the gate gets it."""
        macros = self.macros
        settings = macros.settings
        weight = f"{settings['experiment_evidence_events']}::double"
        draws, read = self.looks(share, controls, rate, effect, 52, None)
        evidence = macros.label_log_evidence("control_events", "events", "control_share", weight)
        at_most = settings["experiment_prior_lift_at_most"]
        prior = f"power(least({settings['experiment_prior_lift']} * events / n, {at_most}), 2)"
        used, raw, shrunk = self.row(
            f"""
            {read},
            told as (
                select
                    draw, look, (events - control_events) / (n - n_c) - control_events / n_c as difference,
                    {prior} as prior,
                    events / n * (1 - events / n) * (1 / n_c + 1 / (n - n_c)) as error
                from read where {evidence} >= ln(20)
                qualify row_number() over (partition by draw order by look) = 1
            )
            select count(*), avg(difference), avg(difference * prior / (prior + error)) from told
            """
        )
        return draws, used / draws, raw, shrunk

    # --- breaker ---

    def breaker(self, a_day: int, rate: float, stop_above: float = 0.003, most: int = 4000) -> Row:
        """A year of an action with complaints at one rate: in how many years it stops, and the median day of the stop
        among all of them (null where fewer than half stop). As int_watch_detectors sums it, day by day."""
        macros, draws = self.macros, self.draws(most, 365, 4e6)
        innocent = f"({stop_above} * {macros.innocent_share()})"
        a_year = a_day * 365
        events = int(a_year * rate + 6 * (a_year * rate) ** 0.5 + 10)
        is_small = a_day < macros.settings["watch_small_action"]
        false_stops = f"(0.0435 * {0.5 if is_small else 1.0})"
        limit = macros.breaker_limit(f"({a_year} * {innocent})", false_stops)
        return draws, *self.row(
            f"""
            with gaps as (
                select draw, event, -ln(1 - random()) / {a_day * rate} as gap
                from range({draws}) as draws (draw), range({events}) as events (event)
            ),
            moments as (
                select draw, ceil(sum(gap) over (partition by draw order by event))::int as day from gaps
            ),
            days as (select draw, day, count(*) as events from moments where day <= 365 group by draw, day),
            summed as (
                select
                    draw, day,
                    sum(coalesce(events, 0)) over (partition by draw order by day) * {macros.breaker_event_score()}
                    - day * {a_day} * {macros.breaker_message_score(innocent)} as score
                from range({draws}) as draws (draw) cross join range(1, 366) as calendar (day)
                left join days using (draw, day)
            ),
            walked as (
                select
                    draw, day,
                    score - least(min(score) over (
                        partition by draw order by day rows between unbounded preceding and current row
                    ), 0) as excess
                from summed
            ),
            stops as (select draw, min(day) filter (excess >= {limit}) as day from walked group by draw)
            select avg((day is not null)::int), nullif(quantile_disc(coalesce(day, 999), 0.5), 999) from stops
            """
        )

    # --- own rhythm ---

    def rhythm(self, gaps: int, differ: float, deviation: float, most: int = 200000) -> Row:
        """Customers with so many gaps that are over and one that is open, of a SKU that lasts 30 days at the median:
        what is said of those silent for 1.5 to 3 intervals over what is true (median), with the gaps that are over
        alone and with the open one, and the mean distance in logs of all customers. As int_point_depletion says it."""
        draws = max(int(most * self.scale), 200)
        columns = self.macros.rhythm_columns("'own_gaps'", "null", "ln(30)", "own_gaps", "null")
        return draws, *self.row(
            f"""
            with customers as (
                select draw, ln(30) + {differ} * {GAUSS} as rhythm, random() as passed, {GAUSS} as open_draw
                from range({draws}) as draws (draw)
            ),
            ended as (
                select draw, sum(rhythm + {deviation} * {GAUSS}) as log_sum
                from customers, range({gaps}) as gaps (gap) group by draw
            ),
            own_gaps as (
                -- a long gap is met open more often than a short one
                select
                    draw, rhythm, {gaps} as gaps, coalesce(log_sum, 0) as log_sum,
                    ln(greatest(exp(rhythm + {deviation} * ({deviation} + open_draw)) * passed, 1)) as log_open
                from customers left join ended using (draw)
            ),
            reckoned as (select rhythm, {columns} from own_gaps),
            deviating as (select *, {self.macros.rhythm_deviation()} from reckoned),
            told as (
                select rhythm, log_open, ln({self.macros.days_per_unit()}) as with_open, log_mean as without_open
                from deviating
            )
            select
                avg((log_open - without_open between ln(1.5) and ln(3))::int),
                median(exp(without_open - rhythm)) filter (log_open - without_open between ln(1.5) and ln(3)),
                median(exp(with_open - rhythm)) filter (log_open - without_open between ln(1.5) and ln(3)),
                avg(abs(without_open - rhythm)), avg(abs(with_open - rhythm))
            from told
            """
        )

    # --- audit ---

    def like_with_like(self, customers: int, rate: float, most_sends: int, effect: float = 0.0, most: int = 400) -> Row:
        """Sends in and out of a group in four lateness bands of different rates, customers of one to `most_sends` sends
        whose fates are alike: shares of comparisons that are read, and of these that cover the true difference.
        As int_audit_like weighs and bounds them."""
        macros, parts = self.macros, int(self.macros.audit_parts())
        draws = self.draws(most, customers * most_sends, 4e7)
        minimum = macros.settings["audit_min_events"]
        lower = macros.newcombe_lower("mean_in", "lower_in", "mean_out", "upper_out")
        upper = macros.newcombe_upper("mean_in", "upper_in", "mean_out", "lower_out")
        return draws, *self.row(
            f"""
            with customers as (
                -- half of a customer's leaning is the customer's own
                select
                    draw, customer, floor(random() * {parts})::int as part,
                    1 + floor(random() * {most_sends})::int as sends,
                    case when random() < 0.2 then 3.0 else 0.5 end as leaning
                from range({draws}) as draws (draw), range({customers}) as customers (customer)
            ),
            messages as (
                select draw, part, floor(random() * 4)::int as band, random() as side, random() as fate, leaning
                from customers, unnest(range(sends)) as sent (message)
            ),
            sends as (
                select
                    draw, part, band, (side < 0.15 + 0.15 * band)::int as is_in,
                    (
                        fate < {rate} * (0.4 + 0.4 * band) * leaning
                        + case when side < 0.15 + 0.15 * band then {effect} else 0 end
                    )::int as event
                from messages
            ),
            parts as (
                select
                    draw, part, band, sum(is_in) as m_in, count(*) - sum(is_in) as m_out, sum(event * is_in) as y_in,
                    sum(event * (1 - is_in)) as y_out
                from sends group by draw, part, band
            ),
            bands as (
                select
                    draw, band, sum(m_in)::double as n_in, sum(m_out)::double as n_out, sum(y_in) / sum(m_in) as p_in,
                    sum(y_out) / sum(m_out) as p_out, sum(m_in) * sum(m_out) / sum(m_in + m_out) as weight
                from parts group by draw, band having sum(m_in) > 0 and sum(m_out) > 0
            ),
            residuals as (
                select
                    draw, part,
                    sum(weight * ((y_in - p_in * m_in) / n_in - (y_out - p_out * m_out) / n_out)) as residual
                from bands inner join parts using (draw, band) group by draw, part
            ),
            spread as (
                select draw, sum(residual * residual) * count(*) / (count(*) - 1.0) as between_parts
                from residuals group by draw
            ),
            weighed as (
                select
                    draw, sum(weight * p_in) / sum(weight) as mean_in, sum(weight * p_out) / sum(weight) as mean_out,
                    sum(weight) ** 2 / sum(weight * weight / n_in) as trials_in,
                    sum(weight) ** 2 / sum(weight * weight / n_out) as trials_out,
                    sum(n_in * p_in + n_out * p_out) / sum(n_in + n_out) as mean_both,
                    sum(weight * weight * (p_in * (1 - p_in) / n_in + p_out * (1 - p_out) / n_out)) as between_sends
                from bands group by draw
            ),
            precise as (
                select
                    *, greatest(coalesce(between_parts / nullif(between_sends, 0), 1), 1) as repetition,
                    trials_in / repetition as precise_in, trials_out / repetition as precise_out
                from weighed inner join spread using (draw)
            ),
            bounded as (
                select
                    *, {macros.share_lower("mean_in", "precise_in")} as lower_in,
                    {macros.share_upper("mean_in", "precise_in")} as upper_in,
                    {macros.share_lower("mean_out", "precise_out")} as lower_out,
                    {macros.share_upper("mean_out", "precise_out")} as upper_out,
                    least(precise_in, precise_out) * least(mean_both, 1 - mean_both) >= {minimum} as is_read
                from precise
            )
            select
                avg(is_read::int), avg(({lower} <= {effect} and {effect} <= {upper})::int) filter (is_read),
                avg(({lower} > 0 or {upper} < 0)::int * is_read::int)
            from bounded
            """
        )

    def parity(self, lines: int, groups: int, missed: float, shortfall: float = 0.0, most: int = 20000) -> Row:
        """Shares of shops in which a group is judged by its rate, and in which one fails, where one is asked less by
        `shortfall`. As asks_alike_by_rate."""
        macros, draws = self.macros, self.draws(most, lines, 2e7)
        share, others = f"(1.0 / {groups})", "(all_missed - missed) / (all_lines - lines)"
        limit = macros.parity_evidence(f"{groups}.0")
        evidence = macros.label_log_evidence("missed", "all_missed", share, "4.0")
        foreseen = macros.label_log_evidence("unlucky", "(all_missed - missed + unlucky)", share, "4.0")
        tolerance = macros.settings["parity_tolerance"]
        return draws, *self.row(
            f"""
            with lines as (
                select
                    draw, line % {groups} as part,
                    (random() < {missed} + case when line % {groups} = 0 then {shortfall} else 0 end)::int as is_missed
                from range({draws}) as draws (draw), range({lines}) as lines (line)
            ),
            groups as (
                select draw, part, sum(is_missed)::double as missed, count(*) as lines from lines group by draw, part
            ),
            counted as (
                select
                    *, sum(missed) over (partition by draw) as all_missed,
                    sum(lines) over (partition by draw) as all_lines
                from groups
            ),
            foreseen as (
                select *, {macros.unlucky_missed("lines", others)} as unlucky from counted
            ),
            failed as (
                select
                    draw, max(({foreseen} >= {limit})::int) as is_judged,
                    max((
                        missed / lines - (all_missed - missed) / (all_lines - lines) > {tolerance}
                        and {evidence} >= {limit} and {foreseen} >= {limit}
                    )::int) as fails
                from foreseen group by draw
            )
            select avg(is_judged), avg(fails) from failed
            """
        )

    # --- pairs ---

    def pairs(self, taste: float, trigger: float, draw: int) -> Row:
        """Of one shop: pairs with a lift, the true ones of them, pairs that their order proves, the true ones of these.

        A customer places one to seven orders, 25 days apart. Every third SKU brings its neighbor in the next order.
        """
        macros, settings = self.macros, self.macros.settings
        horizon, seed = settings["pair_horizon_days"], f"{taste}/{trigger}/{draw}/"
        run = self.connection.execute
        run(
            "create or replace macro drawn(key) as "
            f"(hash(concat('{seed}', key)) >> 11) / cast(1::ubigint << 53 as double)"
        )
        run(f"""
            create or replace temp table baskets as
            select distinct
                c, o,
                case when drawn(concat('taste', c, '/', o, '/', n)) < {taste}
                    then cast(floor(20 * pow(drawn(concat('sku', c, '/', o, '/', n)), 1.6)) as integer) * 10
                        + cast(floor(10 * drawn(concat('own', c))) as integer)
                    else cast(floor(200 * pow(drawn(concat('sku', c, '/', o, '/', n)), 1.6)) as integer)
                end as s
            from range(8000) as customers (c), range(7) as orders (o), range(4) as lines (n)
            where o <= 7 * drawn(concat('orders', c)) and n <= 4 * drawn(concat('size', c, '/', o))
        """)
        run(f"""
            create or replace temp table firsts as
            with holdings as (
                select * from baskets
                union
                select b.c, b.o + 1, b.s + 1 from baskets as b
                where b.s % 3 = 0 and b.s < 180 and drawn(concat('brings', b.c, '/', b.o, '/', b.s)) < {trigger}
                    and exists (from baskets as later where later.c = b.c and later.o = b.o + 1)
            )
            select c, s, min(o) + 1 as order_number, min(25 * o + 100 * drawn(concat('when', c))) as day
            from holdings group by c, s
        """)
        run(f"""
            create or replace temp table anchors as
            select *, {macros.order_bucket("order_number")} as bucket, floor(day / 30) as month
            from firsts where day + {horizon} <= 365
        """)
        return self.row(f"""
            with responses as (
                select a.s, a.bucket, a.month, b.s as related, count(*) as support
                from anchors as a
                inner join firsts as b on a.c = b.c and b.order_number > a.order_number and b.day <= a.day + {horizon}
                group by all
            ),
            sizes as (select s, bucket, month, count(*) as anchors from anchors group by all),
            cells as (select bucket, month, sum(anchors) as anchors from sizes group by all),
            followed as (select bucket, month, related, sum(support) as support from responses group by all),
            expected as (
                select
                    sizes.s, followed.related,
                    sum(sizes.anchors * followed.support
                        / greatest(cells.anchors - coalesce(own.anchors, 0), 1))::double as expected
                from sizes
                inner join cells using (bucket, month)
                inner join followed using (bucket, month)
                left join sizes as own
                    on own.s = followed.related and own.bucket = sizes.bucket and own.month = sizes.month
                where sizes.s <> followed.related
                group by all
            ),
            counts as (select s, related, sum(support)::double as support from responses group by all),
            sided as (
                select
                    e.s, e.related, e.expected, back.expected as reverse_expected,
                    coalesce(n.support, 0) as support, coalesce(r.support, 0) as reverse_support
                from expected as e
                left join counts as n on e.s = n.s and e.related = n.related
                left join counts as r on e.s = r.related and e.related = r.s
                left join expected as back on e.s = back.related and e.related = back.s
            ),
            lifted as (
                select
                    *, s % 3 = 0 and s < 180 and related = s + 1 as is_true,
                    {
            macros.symmetry_p_value(
                "support", "reverse_support", "expected", "reverse_expected", settings["pair_min_symmetry"]
            )
        } as p_value
                from sided
                where support >= {settings["pair_min_support"]}
                    and {macros.lift_lower_bound("support", "expected")} > {settings["pair_min_lift"]}
            ),
            placed as (
                select
                    *, row_number() over (order by p_value, s, related) as place,
                    {macros.pairs_of_either_order("p_value", "")} as of_either_order
                from lifted
            ),
            judged as (
                select
                    *, min(p_value * of_either_order / place) over (
                        order by place desc rows between unbounded preceding and current row
                    ) <= {settings["pair_max_false_share"]} and p_value <= 0.5 as is_proven
                from placed
            )
            select
                count(*), count(*) filter (is_true), count(*) filter (is_proven),
                count(*) filter (is_proven and is_true)
            from judged
        """)

    # --- what a recommendation is worth ---

    PRICES = """
        60.0 as price, 25.0 as landed_cost, 0.029 * 60.0 + 0.30 as payment_fee, 4.5 as shipping_subsidy,
        1.0 as payment_fee_not_returned_share, 5.0 as return_shipping_cost, 2.5 as return_processing_cost,
        0.8 as salvage_share
    """
    COSTS = "0.0 as planned_discount, 0.002 as send_cost, 0.0005 as unsubscribe_increase, 6.0 as unsubscribe_loss"

    def drawn_pairs(self, shops: int, pairs: int, lift: str, anchors: str, is_declared: bool) -> None:
        """Table `drawn`: pairs of known lift over a known base rate, and what their customers showed of them."""
        self.connection.execute(f"""
            create or replace temp table drawn as
            with truths as (
                select
                    shop as snapshot_at, pair, {is_declared} as is_declared, {anchors} as anchors,
                    0.004 + 0.016 * random() as base, {lift} as lift
                from range({shops}) as shops (shop), range({pairs}) as pairs (pair)
            ),
            rates as (select *, least(base * lift, 0.5) as truth, 100000 * base as later_customers from truths),
            customers as (select *, random() as fate from rates, unnest(range(anchors)) as customers (customer)),
            counted as (
                select snapshot_at, pair, is_declared, anchors, base, truth, later_customers,
                sum((fate < truth)::int) as n
                from customers group by all
            ),
            known as (
                -- the base rate is counted, too
                select *, base * (1 + {GAUSS} / sqrt(later_customers)) as base_probability from counted
            )
            select
                snapshot_at, pair, is_declared, anchors::double as anchors, base, truth, n::double as support,
                base_probability * anchors as expected, base_probability, 1.0::double as category_lift, later_customers
            from known
        """)

    def pair_distances(self) -> str:
        """Common table expressions up to `pair_values`: what int_pair_estimates says of the drawn pairs."""
        return f"""
            {self.macros.pair_bounds("drawn")},
            pair_values as (
                select
                    *, probability - base_probability as incremental_conversion, probability as treated_conversion,
                    sqrt(
                        power(probability - probability_low, 2) + power(greatest(base_high - base_probability, 0), 2)
                    ) as distance_down,
                    sqrt(
                        power(probability_high - probability, 2) + power(greatest(base_probability - base_low, 0), 2)
                    ) as distance_up
                from pair_bounds
            )
        """

    def values(self, spread: float, units: int, most: int = 40) -> Row:
        """Shares of declared pairs whose true value lies below and above its bounds, and of those truly worth
        nothing the
        share with a lower bound above zero. Refund probabilities differ as a prior of `spread` units, and each SKU has
        so many units past their return window. As int_pair_estimates, int_refund_probabilities and int_pair_values."""
        macros, shops, pairs = self.macros, max(int(most * self.scale), 4), 240
        self.drawn_pairs(
            shops,
            pairs,
            "([1, 1, 2, 4, 8])[1 + floor(random() * 5)::int]::double",
            "([260, 400, 800])[1 + pair % 3]",
            True,
        )
        draws = random.Random(f"{spread}/{units}")
        refunds = [draws.betavariate(spread * 0.05, spread * 0.95) for _ in range(shops * pairs)]
        self.connection.execute(
            f"""
            create or replace temp table refunds as
            with truths as (
                select unnest(range({shops * pairs})) as place, unnest(?::double[]) as refunds
            ),
            sold as (select *, random() as fate from truths, range({units}) as sold (unit))
            select
                place // {pairs} as snapshot_at, place % {pairs} as pair, refunds, {units}::double as n,
                sum((fate < refunds)::int)::double as refunded
            from sold group by place, refunds
            """,
            [refunds],
        )
        dispersion = macros.learned_dispersion("skus", "beyond_chance", "scale", "1 / 51.0")
        return shops * pairs, *self.row(f"""
            with {self.pair_distances()},
            shops as (
                select
                    snapshot_at, count(*)::double as skus, (sum(refunded) + 50 * 0.05) / (sum(n) + 50) as p
                from refunds group by snapshot_at
            ),
            spreads as (
                select
                    snapshot_at, any_value(p) as p, any_value(skus) as skus,
                    sum(power(refunded - n * p, 2) - n * p * (1 - p)) as beyond_chance,
                    sum(n * (n - 1) * p * (1 - p)) as scale
                from refunds inner join shops using (snapshot_at) group by snapshot_at
            ),
            weighed as (
                select *, 1 / least(greatest({dispersion}, 0.001), 0.5) - 1 as prior_units from spreads
            ),
            units as (
                select
                    snapshot_at, pair, refunds, {self.PRICES}, {self.COSTS},
                    (refunded + prior_units * p) / (n + prior_units) as refund_probability,
                    n + prior_units as refund_evidence_units
                from refunds inner join weighed using (snapshot_at)
            ),
            profits as (
                select
                    * exclude (refund_probability), refund_probability,
                    {macros.expected_unit_contribution()} as expected_contribution_profit,
                    {macros.unit_contribution_variance()} as contribution_variance
                from units
            ),
            true_profits as (
                select
                    snapshot_at, pair, {macros.expected_unit_contribution()} as true_profit
                from (select * exclude (refund_probability), refunds as refund_probability from units) as units
            ),
            valued as (
                select
                    pair_values.*, profits.* exclude (snapshot_at, pair),
                    {macros.recommendation_value()} as recommendation_value,
                    (truth - base) * true_profit - send_cost - unsubscribe_increase * unsubscribe_loss as true_value
                from pair_values
                inner join profits using (snapshot_at, pair)
                inner join true_profits using (snapshot_at, pair)
            )
            select
                avg((true_value < {macros.value_lower_bound()})::int),
                avg((true_value > {macros.value_upper_bound()})::int),
                avg(({macros.value_lower_bound()} > 0)::int) filter (true_value <= 0)
            from valued
        """)

    def best_of_many(self, lift: str, optimism: float | None, candidates: int = 20, most: int = 12) -> list[Row]:
        """Of declared candidates of one SKU the one with the largest estimate: what is said of its conversion and
        what is
        true, and the share of those chosen that stand on the assumption. First as pairs were drawn to the base rate,
        whatever the shop's declared pairs do, and an assumption counted at its word; then as int_pair_estimates and
        int_targets do. With `optimism` every other candidate has an assumed conversion, that many times the true one at
        the mean."""
        macros, shops, points = self.macros, max(int(most * self.scale), 2), 60
        self.drawn_pairs(shops, points * candidates, lift, "(250 + floor(600 * random())::int)", True)
        assumed, error = "0.02", str(self.assumption("assumed_probability_error"))
        is_assumed = "false" if optimism is None else "pair % 2 = 0"
        rows = []
        for is_declared in ("false", "true"):
            self.connection.execute(f"update drawn set is_declared = {is_declared}")
            discount = macros.assumed_distance_down(assumed, error) if is_declared == "true" else "0"
            rows.append(
                self.row(f"""
                    with {self.pair_distances()},
                    told as (
                        select
                            snapshot_at, pair, pair // {candidates} as point, {is_assumed} as is_assumed,
                            case when {is_assumed} then {assumed} else incremental_conversion end as said,
                            case
                                -- a Gamma distribution of the assumed error at one half
                                when {is_assumed} then {assumed} / {optimism or 1} / 4 * -ln(
                                    greatest(hash(pair, snapshot_at, 1) / 18446744073709551616.0, 1e-12)
                                    * greatest(hash(pair, snapshot_at, 2) / 18446744073709551616.0, 1e-12)
                                    * greatest(hash(pair, snapshot_at, 3) / 18446744073709551616.0, 1e-12)
                                    * greatest(hash(pair, snapshot_at, 4) / 18446744073709551616.0, 1e-12)
                                )
                                else truth - base
                            end as truth
                        from pair_values
                    ),
                    ranked as (
                        select
                            *, row_number() over (
                                partition by snapshot_at, point
                                order by said - case when is_assumed then {discount} else 0 end desc, pair
                            ) as preference
                        from told
                    )
                    select count(*), avg(said), avg(truth), avg(is_assumed::int) from ranked where preference = 1
                """)
            )
        return rows

    def assumption(self, name: str) -> float:
        with (PROJECT / "seeds" / "policy" / "cost_assumptions.csv").open(newline="") as text:
            return next(float(row["value"]) for row in csv.DictReader(text) if row["assumption"] == name)

    # --- offers that a share of choice leaves to chance ---

    def off_policy(self, share: float, persons: int, sigma: float | None, most: int = 400) -> Row:
        """A log of choices among two to four of five offers, the most valuable as the shop believes it but for a
        share of
        draws, and another order of the offers that was never in force. Shares of logs that are read, and of these
        whose 95 %
        interval covers what that order would truly have brought beyond the one in force, and that call it better or
        worse; the same share of words where the other order is the one in force. A person has one to three choices
        and a
        leaning; `sigma` makes the outcome an amount."""
        macros, draws = self.macros, self.draws(most, persons * 2 * 20, 4e7)
        minimum = macros.settings["experiment_min_events"]
        amount = f"exp({sigma} * {GAUSS})" if sigma else "1.0"
        mean = 2.718281828459045 ** (sigma * sigma / 2) if sigma else 1.0
        self.connection.execute(f"""
            create or replace temp table log_of_choices as
            with persons as (
                select
                    draw, person, 1 + floor(3 * random())::int as times,
                    case when random() < 0.2 then 2.5 else 0.625 end as leaning
                from range({draws}) as draws (draw), range({persons}) as persons (person)
            ),
            sets as (
                select
                    draw, person, time, leaning, 2 + floor(3 * random())::int as offers, random() as explores,
                    random() as which,
                    random() as fate, {amount} as amount
                from persons, unnest(range(times)) as times (time)
            ),
            members as (
                select
                    draw, person, time, offer, offers, row_number() over (partition by draw, person,
                    time order by random()) as place
                from sets, range(5) as offers (offer)
            ),
            ordered as (
                -- true rates by offer, what the shop believes of them, and an order of priority
                select
                    draw, person, time, offer, place, ([0.03, 0.05, 0.02, 0.06, 0.04])[1 + offer] as rate,
                    row_number() over (
                        partition by draw, person, time order by ([0.05, 0.03, 0.02, 0.06, 0.01])[1 + offer] desc
                    ) as believed,
                    row_number() over (partition by draw, person, time order by offer) as priority
                from members where place <= offers
            ),
            chosen as (
                select
                    o.*, s.leaning, s.fate, s.amount,
                    (o.believed = 1)::int * (1 - {share}) + {share} / s.offers as propensity,
                    case when s.explores < {share} then o.place = 1 + floor(s.which * s.offers)::int else o.believed
                    = 1 end
                        as is_chosen
                from ordered as o inner join sets as s using (draw, person, time)
            )
            select
                draw as horizon_days, concat(draw, '/', person, '/', time) as choice_id, concat(draw, '/',
                person) as person_id,
                (hash(draw, person) % 2)::int as fold, max(offer) filter (is_chosen) as chosen_action,
                max(propensity) filter (is_chosen) as propensity,
                max((fate < rate * leaning)::int * amount) filter (is_chosen) as outcome,
                max(offer) filter (priority = 1) as by_priority, max(offer) filter (believed = 1) as by_value,
                max(propensity) filter (priority = 1) as p_priority, max(propensity) filter (believed = 1) as p_value,
                sum(propensity * rate * leaning) * {mean} as true_in_force,
                max(rate * leaning) filter (priority = 1) * {mean} as true_by_priority,
                max(rate * leaning) filter (believed = 1) * {mean} as true_by_value
            from chosen group by draw, person, time
        """)
        z = macros.z_95()
        return draws, *self.row(f"""
            with candidates as (
                select 'priority' as policy, choice_id, by_priority as target_action, p_priority as target_propensity
                from log_of_choices
                union all
                select 'value', choice_id, by_value, p_value from log_of_choices
            ),
            {macros.policy_values("log_of_choices", "candidates")},
            truths as (
                select
                    horizon_days, avg(true_by_priority - true_in_force) as priority,
                    avg(true_by_value - true_in_force) as value
                from log_of_choices group by horizon_days
            ),
            read as (
                select
                    *, expected_events >= {minimum} as is_read, abs(difference) > {z} * difference_error as is_told,
                    abs(difference - case policy when 'priority' then priority else value end) <= {z} *
                    difference_error as covers
                from policy_values inner join truths using (horizon_days)
            )
            select
                avg(is_read::int) filter (policy = 'priority'),
                avg(covers::int) filter (policy = 'priority' and is_read),
                avg((is_told and difference > 0)::int) filter (policy = 'priority' and is_read),
                avg((is_told and difference < 0)::int) filter (policy = 'priority' and is_read),
                avg(covers::int) filter (policy = 'value' and is_read),
                avg(priority), avg(difference_error) filter (policy = 'priority')
            from read
        """)

    # --- all that is shown of one experiment ---

    def all_rows(self, share: float, customers: int, rate: float, looks: int = 26, most: int = 2000) -> Row:
        """A year of an experiment without any effect, looked at every other week and at its planned end: the share of
        experiments in which its decisive row ever has a word, any other row has, and either. Five rates and two
        amounts at
        four horizons, each horizon with the events of the shorter ones. As int_experiment_lift words them."""
        macros, settings = self.macros, self.macros.settings
        weight = f"{settings['experiment_evidence_events']}::double"
        draws = self.draws(most, customers * rate * 5, 4e6)
        down, up = macros.draw_variance_down(str(share)), macros.draw_variance_up(str(share))
        variance = f"(case when lean < 0 then {down} else {up} end)"
        needed = macros.log_evidence_needed("comparisons", "place")
        control, treatment = customers * share, customers * (1 - share)
        lower = macros.newcombe_lower("p_t", "l_t", "p_c", "u_c")
        upper = macros.newcombe_upper("p_t", "u_t", "p_c", "l_c")
        return draws, *self.row(f"""
            with events as (
                select
                    draw, outcome, 1 + floor(random() * {looks})::int as look, 1 + floor(random() * 4)::int as band,
                    (random() < {share})::int as is_control, exp(1.0 * {GAUSS}) as amount
                from range({draws}) as draws (draw), range(5) as outcomes (outcome),
                    range({round(customers * rate)}) as events (event)
            ),
            counts as (
                select
                    draw, outcome, horizon, look, count(*)::double as k, sum(is_control)::double as k_c,
                    sum(amount) as t,
                    sum(amount * is_control) as t_c, sum(amount * amount) as q
                from events, range(1, 5) as horizons (horizon) where band <= horizon group by all
            ),
            grid as (
                select draw, outcome, horizon, look
                from range({draws}) as draws (draw), range(5) as outcomes (outcome), range(1, 5) as horizons (horizon),
                    range(1, {looks + 1}) as looks (look)
            ),
            so_far as (
                select
                    draw, outcome, horizon, look, {customers} / {looks}::double * look as n,
                    sum(coalesce(k, 0)) over so_far as k, sum(coalesce(k_c, 0)) over so_far as k_c,
                    sum(coalesce(t, 0)) over so_far as t, sum(coalesce(t_c, 0)) over so_far as t_c,
                    sum(coalesce(q, 0)) over so_far as q
                from grid left join counts using (draw, outcome, horizon, look)
                window so_far as (partition by draw, outcome, horizon order by look)
            ),
            read as (
                select *, t_c - {share} * t as lean, q - t * t / n as squares from so_far
                where k * {min(share, 1 - share)} >= {settings["experiment_min_events"]}
            ),
            rows_shown as (
                select
                    draw, look, outcome = 0 and horizon = 2 as is_decisive,
                    {macros.label_log_evidence("k_c", "k", str(share), weight)} as evidence
                from read
                union all
                select draw, look, false, {macros.sum_log_evidence("lean", f"(squares * {variance})", "k", weight)}
                -- revenue, and the profit that is a part of it
                from read, range(2) as amounts (amount) where outcome = 0
            ),
            ranked as (
                select
                    *, row_number() over (partition by draw, look, is_decisive order by evidence desc) as place,
                    count(*) over (partition by draw, look, is_decisive) as comparisons
                from rows_shown
            ),
            looked as (
                select
                    draw, max((is_decisive and evidence >= {needed})::int) as decisive,
                    max((not is_decisive and evidence >= {needed})::int) as other
                from ranked group by draw
            ),
            ended as (
                select
                    draw, k_c / {control} as p_c, (k - k_c) / {treatment} as p_t, wilson_lower(k_c,
                    {control}::double) as l_c,
                    wilson_upper(k_c, {control}::double) as u_c, wilson_lower(k - k_c, {treatment}::double) as l_t,
                    wilson_upper(k - k_c, {treatment}::double) as u_t
                from read where outcome = 0 and horizon = 2 and look = {looks}
            ),
            told as (
                select
                    draw, p_t - p_c as difference, {lower} as low, {upper} as high,
                    (
                        difference - {macros.planned_width()} * (difference - low) > 0
                        or difference + {macros.planned_width()} * (high - difference) < 0
                    )::int as planned
                from ended
            ),
            ever as (
                select draw, greatest(coalesce(decisive, 0), coalesce(planned, 0)) as decisive, coalesce(other,
                0) as other
                from looked left join told using (draw)
            )
            select
                sum(decisive) / {draws}::double, sum(other) / {draws}::double, sum(greatest(decisive,
                other)) / {draws}::double
            from ever
        """)

    def sample_ratio(self, planned: float, share: float, a_day: int, most: int = 4000) -> Row:
        """A year of daily looks at the sizes of the groups: in what share of experiments the reading is ever
        blocked, and the
        median day of that among all (null where fewer than half are). As int_experiment_lift tests them."""
        macros, draws = self.macros, self.draws(most, 365, 4e6)
        evidence = macros.label_log_evidence("n_c", "n", str(planned), macros.sample_ratio_weight())
        return draws, *self.row(f"""
            with days as (
                select
                    draw, day, greatest(least(round({a_day * share} + {(a_day * share * (1 - share)) ** 0.5} *
                    {GAUSS}), {a_day}), 0)
                        as control
                from range({draws}) as draws (draw), range(1, 366) as days (day)
            ),
            so_far as (
                select draw, day, {a_day}::double * day as n,
                sum(control) over (partition by draw order by day) as n_c from days
            ),
            blocked as (
                select draw, min(day) filter ({evidence} >= ln({macros.sample_ratio_stop()})) as day from so_far
                group by draw
            )
            select avg((day is not null)::int), nullif(quantile_disc(coalesce(day, 999), 0.5), 999) from blocked
        """)


# --- the tables -------------------------------------------------------------------------------------------------------

Table = tuple[str, str, list[str], list[list[str]]]


def percent(share: float | None, digits: int = 1) -> str:
    return "-" if share is None else f"{100 * share:.{digits}f}"


def one_look_tables(bench: Bench) -> list[Table]:
    """False words at one look, by hold-out: the worst over the numbers of controls."""
    rates = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
    rows = []
    for share in (0.05, 0.1, 0.2, 0.5):
        worst: dict[Any, Any] = {}
        for controls in (100, 200, 500, 1000, 2000, 5000, 10000):
            treated = round(controls * (1 - share) / share)
            for rate in rates:
                if controls * rate * min(1, treated / controls) < 5:
                    continue
                _, better, worse = bench.one_look_rate(controls, treated, rate, rate)
                worst[rate] = tuple(map(max, worst.get(rate, (0, 0)), (better, worse)))
        rows.append(
            [
                f"{share:.0%}",
                *(" / ".join(map(percent, worst[rate])) if rate in worst else "not read" for rate in rates),
            ]
        )
    amounts = []
    for share in (0.05, 0.1, 0.2, 0.5):
        for events in (10, 30, 100):
            found = [bench.one_look_amount(share, events, sigma) for sigma in (1.0, 1.5, 2.0)]
            amounts.append(
                [f"{share:.0%}", str(events), f"{found[0][0]:,}", *(" / ".join(map(percent, row[1:])) for row in found)]
            )
    return [
        (
            "One look at a rate, no effect: better / worse, %",
            "Exact, over every pair of counts; the worst over 100 to 10,000 controls. Bound: 3.5 % each.",
            ["hold-out", *(f"{rate:.1%}" for rate in rates)],
            rows,
        ),
        (
            "One look at revenue, no effect: better / worse, %",
            "One in 10 buys, log-normal amounts. Bound: 3.5 % each.",
            ["hold-out", "buyers in control", "draws", "sigma 1", "sigma 1.5", "sigma 2"],
            amounts,
        ),
    ]


def anytime_tables(bench: Bench) -> list[Table]:
    rows = []
    for share in (0.05, 0.1, 0.2, 0.5):
        for controls, rate, sigma in ((500, 0.05, None), (10000, 0.002, None), (2000, 0.05, None), (1000, 0.1, 1.5)):
            draws, better, worse, ever = bench.anytime(share, controls, rate, sigma)
            outcome = f"revenue, sigma {sigma}, of {rate:.0%}" if sigma else f"rate {rate:.1%}"
            rows.append([f"{share:.0%}", f"{controls:,}", outcome, f"{draws:,}", *map(percent, (better, worse, ever))])
    return [
        (
            "Every daily look for a year, no effect: ever better, ever worse, either, %",
            "Bound: 5 % either.",
            ["hold-out", "controls in the year", "outcome", "draws", "better", "worse", "either"],
            rows,
        )
    ]


def power_tables(bench: Bench) -> list[Table]:
    plans = [
        (float(controls), float(round(controls * (1 - share) / share)), rate, good)
        for share in (0.05, 0.1, 0.5)
        for controls, rate in ((500, 0.02), (500, 0.1), (2000, 0.005), (2000, 0.05), (10000, 0.002))
        for good in (1, -1)
    ]
    rows = [
        [
            f"{controls:,}",
            f"{treated:,}",
            f"{rate:.1%}",
            "more" if good > 0 else "less",
            "too small to plan" if effect is None else f"{100 * effect:.2f}",
            percent(power),
        ]
        for controls, treated, rate, good, effect, power in bench.planned(plans)
    ]
    return [
        (
            "Power at the minimum detectable effect, %",
            "Exact. Bound: within 3 points of 80.",
            ["control", "treatment", "rate", "direction", "effect, points", "power"],
            rows,
        )
    ]


def lift_tables(bench: Bench) -> list[Table]:
    rows = []
    for share, controls, rate in (
        (0.05, 1000, 0.05),
        (0.05, 5000, 0.1),
        (0.1, 1000, 0.1),
        (0.2, 5000, 0.2),
        (0.5, 5000, 0.03),
    ):
        _, null, _, _ = bench.first_lift(share, controls, rate, 0.0)
        draws, used, raw, shrunk = bench.first_lift(share, controls, rate, 0.01)
        rows.append(
            [f"{share:.0%}", f"{controls:,}", f"{rate:.0%}", f"{draws:,}", percent(null), percent(used)]
            + [f"{value:.4f}" if value is not None else "-" for value in (raw, shrunk)]
        )
    return [
        (
            "The lift that the gate uses, weekly looks for a year",
            "Bound: used in at most 5 % of years without effect; a true lift of .01 is at most .015 when first used.",
            [
                "hold-out",
                "controls",
                "rate",
                "draws",
                "used, no effect, %",
                "used, .01, %",
                "estimate then",
                "lift then",
            ],
            rows,
        )
    ]


def breaker_tables(bench: Bench) -> list[Table]:
    rates = (0.0015, 0.002, 0.004, 0.006, 0.01)
    rows = []
    for a_day in (5, 10, 20, 50, 100, 500):
        found = [bench.breaker(a_day, rate) for rate in rates]
        cells = [percent(stopped) + (f" (day {day})" if day else "") for _, stopped, day in found]
        rows.append([str(a_day), f"{found[0][0]:,}", *cells])
    return [
        (
            "Stops within a year by complaint rate, %, and the median day",
            "Stop threshold 0.3 %. Bound: 5 % at 0.2 % and less; 1 % at 20 a day within 30 days.",
            ["sends a day", "draws", *(f"{rate:.2%}" for rate in rates)],
            rows,
        )
    ]


def pairs_tables(bench: Bench) -> list[Table]:
    rows = []
    for taste, trigger in ((0, 0.05), (0, 0.08), (0.3, 0.08), (0.3, 0.2), (0.5, 0.08), (0.5, 0.25)):
        # where few pairs have a lift, all of a shop's pass or none: a few shops say little of it
        draws = max(round(60 * bench.scale), 1)
        lifted, lifted_true, proven, proven_true = (
            sum(part) for part in zip(*(bench.pairs(taste, trigger, draw) for draw in range(draws)), strict=True)
        )
        rows.append(
            [
                f"{taste:.0%}",
                f"{trigger:.0%}",
                str(draws),
                f"{lifted / draws:.0f}",
                percent(1 - lifted_true / max(lifted, 1)),
                f"{proven / draws:.0f}",
                percent(1 - proven_true / max(proven, 1)),
                percent(1 - proven_true / max(lifted_true, 1)),
            ]
        )
    return [
        (
            "Pairs: false ones among the proven, and true ones lost to the order, %",
            "8,000 customers, 200 SKUs, 60 of them bring another one. Bound: at most 10 % false; without taste at most "
            "10 % lost. Taste is the share of choices from the customer's own tenth of the catalog.",
            ["taste", "trigger", "shops", "by lift", "false", "by order, too", "false", "lost"],
            rows,
        )
    ]


def rhythm_tables(bench: Bench) -> list[Table]:
    rows = []
    for gaps, differ, deviation in (
        (0, 0.5, 0.4),
        (1, 0.5, 0.4),
        (3, 0.5, 0.4),
        (6, 0.5, 0.4),
        (1, 0.7, 0.4),
        (3, 0.7, 0.6),
    ):
        draws, silent, without, counted, off_without, off = bench.rhythm(gaps, differ, deviation)
        rows.append(
            [str(gaps), f"{differ:g}", f"{deviation:g}", f"{draws:,}", percent(silent)]
            + [f"{value:.2f}" for value in (without, counted)]
            + [f"{value:.3f}" for value in (off_without, off)]
        )
    return [
        (
            "A customer's own rhythm: said over true, of who has been silent for 1.5 to 3 intervals",
            "Rhythms and gaps are log-normal. The last two columns are of all customers: the mean distance in logs, "
            "with the gaps that are over alone, and with the open one.",
            [
                "gaps",
                "rhythms differ by",
                "gaps by",
                "draws",
                "silent, %",
                "without",
                "with the open gap",
                "off",
                "off, with it",
            ],
            rows,
        )
    ]


def audit_tables(bench: Bench) -> list[Table]:
    alike = []
    for customers, rate, sends in (
        (10000, 0.005, 1),
        (10000, 0.005, 5),
        (1500, 0.02, 3),
        (600, 0.05, 5),
        (300, 0.2, 5),
    ):
        draws, read, covered, told = bench.like_with_like(customers, rate, sends)
        alike.append(
            [
                f"{customers:,}",
                f"{rate:.1%}",
                f"1 to {sends}",
                f"{draws:,}",
                percent(read),
                percent(covered),
                percent(told),
            ]
        )
    parity = []
    for lines, groups, missed, shortfall in (
        (100, 10, 0.05, 0.0),
        (500, 10, 0.02, 0.0),
        (2000, 10, 0.1, 0.0),
        (500, 10, 0.02, 0.3),
        (1000, 10, 0.1, 0.3),
        (300, 2, 0.05, 0.3),
    ):
        draws, judged, failed = bench.parity(lines, groups, missed, shortfall)
        parity.append(
            [
                f"{lines:,}",
                str(groups),
                f"{missed:.0%}",
                f"{shortfall:.0%}",
                f"{draws:,}",
                percent(judged),
                percent(failed, 2),
            ]
        )
    return [
        (
            "Like with like: coverage of the 95 % interval, %",
            "Four lateness bands; one customer in five has six times the leaning of the others. Bound: 93 %.",
            ["customers", "rate", "sends each", "draws", "read", "covered", "a word where nothing differs"],
            alike,
        ),
        (
            "Parity by rates: groups judged and failed, %",
            "Bound: a fair shop fails in at most 1 %; where judged, a shortfall of 30 points is found in 95 %.",
            ["lines", "groups", "not asked", "one group less by", "draws", "judged", "failed"],
            parity,
        ),
    ]


def values_tables(bench: Bench) -> list[Table]:
    bounds = []
    for spread in (2, 10, 50, 200):
        for units in (20, 200):
            pairs, below, above, through = bench.values(spread, units)
            bounds.append([str(spread), str(units), f"{pairs:,}", *map(percent, (below, above, through))])
    chosen = []
    erlang = "(-ln(1 - random()) - ln(1 - random()))"
    for what, lift, optimism in (
        ("lifts around 1, hardly apart", f"({erlang} + {erlang}) / 4", None),
        ("lifts around 1.5", f"0.75 * {erlang}", None),
        ("lifts of 1 to 8", "([1, 1, 2, 4, 8])[1 + floor(random() * 5)::int]::double", None),
        ("lifts around 2, half of them assumed", erlang, 1.0),
        ("the same, assumed at twice the truth", erlang, 2.0),
    ):
        before, after = bench.best_of_many(lift, optimism)
        row = [what, f"{after[0]:,}"]
        for _, said, true, assumed in (before, after):
            row += [
                f"{100 * said:.2f} / {100 * true:.2f}",
                f"{said / true:.2f}",
                percent(assumed, 0) if optimism else "-",
            ]
        chosen.append(row)
    return [
        (
            "What a recommendation is worth: how often the truth lies outside of its bounds, %",
            "Shops of 240 declared pairs, lifts of 1 to 8, 260 to 800 customers a pair; the refund probabilities of "
            "the SKUs differ as a prior worth so many units. Bound: 4 to 6 % below.",
            ["spread of refunds, units", "units of a SKU", "pairs", "below", "above", "worthless ones let through"],
            bounds,
        ),
        (
            "The best of twenty candidates: added conversion in %, said / true",
            "Before: drawn to the base rate with 1.5 responses, an assumption at its word. After: drawn to what the "
            "shop's declared pairs do as far as these lie apart, an assumption at its lower bound.",
            [
                "candidates",
                "choices",
                "before",
                "said over true",
                "assumed, %",
                "after",
                "said over true",
                "assumed, %",
            ],
            chosen,
        ),
    ]


def rows_tables(bench: Bench) -> list[Table]:
    rows = []
    for share, customers, rate in ((0.05, 20000, 0.05), (0.1, 5000, 0.05), (0.1, 20000, 0.02), (0.5, 5000, 0.05)):
        draws, decisive, other, either = bench.all_rows(share, customers, rate)
        rows.append(
            [f"{share:.0%}", f"{customers:,}", f"{rate:.0%}", f"{draws:,}", *map(percent, (decisive, other, either))]
        )
    ratios = []
    for planned, share, a_day in (
        (0.05, 0.05, 20),
        (0.1, 0.1, 200),
        (0.5, 0.5, 20),
        (0.1, 0.12, 100),
        (0.1, 0.11, 300),
        (0.5, 0.53, 100),
    ):
        draws, blocked, day = bench.sample_ratio(planned, share, a_day)
        ratios.append(
            [f"{planned:.0%}", f"{share:.0%}", str(a_day), f"{draws:,}", percent(blocked), str(day) if day else "-"]
        )
    return [
        (
            "All rows of one experiment, no effect: ever a word within the year, %",
            "28 rows, looked at every other week and at the planned end. Bound: either in at most 5 %.",
            ["hold-out", "customers", "rate", "draws", "the decisive row", "any other", "either"],
            rows,
        ),
        (
            "The sequential test of the sample ratio: ever blocked in a year of daily looks, %, and the median day",
            "A healthy experiment is blocked in at most 1 %.",
            ["planned", "true", "customers a day", "draws", "blocked", "day"],
            ratios,
        ),
    ]


def offers_tables(bench: Bench) -> list[Table]:
    rows = []
    for share, persons, sigma in (
        (0.05, 4000, None),
        (0.1, 8000, None),
        (0.2, 2000, None),
        (0.2, 4000, 1.0),
        (0.2, 8000, 1.5),
    ):
        draws, read, covered, better, worse, covered_value, truth, error = bench.off_policy(share, persons, sigma)
        rows.append(
            [f"{share:.0%}", f"{persons:,}", f"amount, sigma {sigma}" if sigma else "rate", f"{draws:,}"]
            + [percent(read), percent(covered), percent(better), percent(worse), percent(covered_value)]
            + [f"{truth:.4f}", "-" if error is None else f"{error:.4f}"]
        )
    return [
        (
            "Offers left to chance: what another order of offers would have earned",
            "Two choices a person, two to four of five offers. The other order is priority, worse than the one in "
            "force by the truth shown; the last coverage is that of the order by value alone. Bound: 93 % where "
            "it is read.",
            [
                "share",
                "persons",
                "outcome",
                "logs",
                "read, %",
                "covered, %",
                "better, %",
                "worse, %",
                "by value, covered, %",
                "true difference",
                "error said",
            ],
            rows,
        )
    ]


CLAIMS = {
    "one-look": one_look_tables,
    "anytime": anytime_tables,
    "power": power_tables,
    "lift": lift_tables,
    "breaker": breaker_tables,
    "audit": audit_tables,
    "rhythm": rhythm_tables,
    "pairs": pairs_tables,
    "values": values_tables,
    "rows": rows_tables,
    "offers": offers_tables,
}


def rendered(tables: list[Table]) -> str:
    parts = []
    for title, note, heads, rows in tables:
        lines = [f"### {title}", "", note, "", "| " + " | ".join(heads) + " |", "|" + " ---: |" * len(heads)]
        parts.append("\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]))
    return "\n\n".join(parts)


HEAD = """# What the numbers can be trusted with

Numbers that can lead to a send, a stop or the word "better" are held against drawn shops whose truth is known. The
formulas are the project's own macros, rendered and run in DuckDB on drawn counts. The same, short and seeded, runs in
`tests/test_statistics.py`.

```
{command}
```
"""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="post-purchase bench", description=__doc__.split("\n")[0])
    parser.add_argument("--claims", default=",".join(CLAIMS), help=f"which of {', '.join(CLAIMS)}")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the draws of the full run")
    parser.add_argument("--seed", type=float, default=0.42)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--write", type=Path, help="where to write the tables; printed else")
    arguments = parser.parse_args(argv)
    claims = arguments.claims.split(",")
    if unknown := set(claims) - set(CLAIMS):
        parser.error(f"unknown claims: {', '.join(sorted(unknown))}")
    bench = Bench(arguments.scale, arguments.seed, arguments.threads)
    parts = []
    for claim in claims:
        started = time.monotonic()
        parts.append(rendered(CLAIMS[claim](bench)))
        print(f"{claim}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    command = f"post-purchase bench --claims {arguments.claims} --scale {arguments.scale:g} --seed {arguments.seed:g}"
    text = HEAD.format(command=command) + "\n" + "\n\n".join(parts) + "\n"
    if arguments.write:
        arguments.write.write_text(text)
    else:
        print(text)
    return 0
