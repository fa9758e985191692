"""Known truth against the project's own SQL: how often each number that can lead to a send, a stop or a word is wrong.

    post-purchase bench [--claims experiments,breaker,...] [--scale 1.0] [--write docs/statistics.md]

Every claim is a table: the sizes that shops have, what was drawn, and the error rate or power that came out. The
formulas are not written again here: they are rendered from `macros/` and run in DuckDB on drawn counts.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import duckdb
import yaml
from jinja2 import Environment

from post_purchase import PROJECT


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

    def row(self, query: str) -> tuple:
        return self.connection.execute(query).fetchone()

    # --- experiments: one look ---

    def one_look_rate(self, control: int, treatment: int, p_control: float, p_treatment: float) -> tuple:
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
                    w_c * w_t as w, {lower} as low, {upper} as high,
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

    def one_look_amount(self, share: float, events: int, sigma: float, most: int = 20000) -> tuple:
        """Shares of experiments on revenue without any effect that are better and worse: log-normal, one in 10 buys."""
        total = round(events / share)
        draws, n = self.draws(most, total, 4e7), total * 10.0
        control = n * share
        z, variance = self.macros.z_95(), self.macros.variance_of
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

    def planned(self, plans: list[tuple[float, float, float, int]]) -> list[tuple]:
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

    def looks(self, share: float, controls: int, rate: float, effect: float, looks: int, sigma: float | None) -> tuple:
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

    def anytime(self, share: float, controls: int, rate: float, sigma: float | None = None, looks: int = 365) -> tuple:
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

    def first_lift(self, share: float, controls: int, rate: float, effect: float) -> tuple:
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
