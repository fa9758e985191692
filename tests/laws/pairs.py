"""Pairs of histories in one shop: what the laws are asked of, by their tests and by the mutants."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb
from conftest import ROOT, Build, run_dbt
from histories import AS_OF, History, Shop, write
from laws import LAWS, Broken, Decisions, Law, Told, broken, told

# Written as in the oracle: a score is learned from everybody, and a pair is of two people alone.
VARS = {"point_origins": ["live"], "risk_threshold": 1.1}
READ = "+gate_decisions +gate_reasons +next_actions +order_evidence +open_issues +service_actions"
# Which candidate a row would recommend is learned from other customers.
OF_TARGETS = {"related_sku", "compatibility", "pair_profit", "stock", "owned", "supplied"}
# Among so many histories each law looks for those that it can tell anew.
SEARCHED = 2000


def commercial_actions() -> set[str]:
    with (ROOT / "seeds" / "policy" / "actions.csv").open(encoding="utf-8") as file:
        return {row["action"] for row in csv.DictReader(file) if row["action_class"] == "commercial"}


def decide(folder: Path, shop: Shop, at: dt.datetime = AS_OF) -> Build:
    raw = write(shop, folder / "raw")
    return run_dbt(folder, {**VARS, "as_of": str(at), "raw_path": str(raw)}, select=READ)


def said(database: Path, of_reasons: bool = False) -> Decisions:
    """What is decided; of reasons, with what holds it, but for what was learned from everybody."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select order_line_id, action, decision, reason_codes from marts.gate_decisions"
        ).fetchall()
    if not of_reasons:
        return {(line, action): decision for line, action, decision, _ in rows}
    return {
        (line, action): " ".join(
            [decision, *(code for code in (codes or "").split(",") if code.strip().split(":")[0] not in OF_TARGETS)]
        )
        for line, action, decision, codes in rows
    }


@dataclass
class Pairs:
    """Histories by themselves, and for each law those that it can tell anew."""

    plain: dict[int, Told]
    anew: dict[str, dict[int, Told]]

    def histories(self) -> list[History]:
        return [one.history for group in (self.plain, *self.anew.values()) for one in group.values()]

    def broken(self, law: Law, decisions: Decisions, commercial: set[str]) -> list[Broken]:
        """Where the decisions break the law."""
        return [
            one
            for number, anew in self.anew[law.name].items()
            for one in broken(law, number, self.plain[number].history, anew.history, decisions, commercial)
        ]


def tell_pairs(histories: int, seed: int) -> Pairs:
    plain: dict[int, Told] = {}
    anew: dict[str, dict[int, Told]] = {law.name: {} for law in LAWS}
    under = iter(range(10_000))
    for law in LAWS:
        for number in range(SEARCHED):
            if len(anew[law.name]) == histories:
                break
            if told(number, seed, number, law).applies:
                anew[law.name][number] = told(number, seed, next(under), law)
                if number not in plain:
                    plain[number] = told(number, seed, next(under))
    return Pairs(plain, anew)


AGREEMENTS = {
    "person": """
        select order_id from (
            select order_id, person_id from marts.gate_decisions
            union select order_id, person_id from marts.next_actions
        ) group by order_id having count(distinct person_id) > 1""",
    "kept": """
        select evidence.order_line_id from marts.order_evidence as evidence
        inner join marts.gate_reasons as reasons using (order_line_id)
        where reasons.check_name = 'kept' and (reasons.state = 'problem') <> (evidence.units_kept <= 0)
        union all
        select order_line_id from marts.order_evidence where (kept = 'problem') <> (units_kept <= 0)""",
    "delivered": """
        select order_line_id from marts.order_evidence where delivery = 'ok' and delivered_at is null
        union all
        select evidence.order_line_id from marts.order_evidence as evidence
        inner join marts.gate_decisions as decisions using (order_line_id)
        where decisions.action = 'warranty_offer' and decisions.due_at <> evidence.delivered_at + interval 3 day
        union all
        select evidence.order_line_id from marts.order_evidence as evidence
        inner join marts.gate_decisions as decisions using (order_line_id)
        where decisions.action = 'review_request' and decisions.due_at is distinct from evidence.use_ready_at""",
    "asked": """
        select order_line_id from marts.gate_decisions
        where decision = 'send' and reason_codes like '%already_done%'""",
    "issues": """
        select issues.order_id from marts.open_issues as issues
        left join marts.next_actions as actions on issues.order_id = actions.order_id and actions.lane = 'support'
        where actions.order_id is null""",
    "service": """
        select service.order_id from marts.service_actions as service
        left join marts.gate_decisions as decisions
            on service.order_id = decisions.order_id and service.action = decisions.action
        group by service.order_id, service.action
        having max(case when decisions.decision = 'send' then 1 else 0 end) = 0""",
}


def disagreements(fact: str, database: Path) -> list[object]:
    """Orders or lines of which two marts say different things."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return [row[0] for row in connection.execute(AGREEMENTS[fact]).fetchall()]
