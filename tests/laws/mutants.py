"""Rules broken on purpose: each must be caught by a law or by the plain reading, not by a unit test alone.

python tests/laws/mutants.py          lists them
python tests/laws/mutants.py NAME     breaks that one in a copy of the project and says what caught it
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_PROJECT = shutil.ignore_patterns(".git", ".venv", ".ci", "target", "logs", "*.duckdb*", ".*_cache")


@dataclass(frozen=True)
class Mutant:
    """What is taken for what, in which file, and which test must notice: a law's name, or a test of the oracle."""

    name: str
    file: str
    old: str
    new: str
    test: str

    def text(self, root: Path = ROOT) -> str:
        text = (root / self.file).read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.file} has {text.count(self.old)} times what it replaces; say it anew")
        return text.replace(self.old, self.new)


CHECKS = "models/gate/checks"
ORACLE = "tests/oracle/test_oracle.py::test_models_and_reading_agree[speaking]"
LAW = "tests/laws/test_laws.py::test_law_holds_of_every_pair"
SILENCE = "tests/laws/test_laws.py::test_silence_lets_nothing_out"
TIME = "tests/laws/test_laws.py::test_time_and_order_change_nothing"
AGREE = "tests/laws/test_laws.py::test_marts_agree"

MUTANTS = [
    # one for each law
    Mutant(
        "refused rows are nobody's",
        "models/core/feeds/int_line_refusals.sql",
        "where kind <> 'nobody'",
        "where kind = 'everybody'",
        f"{LAW}[refused row]",
    ),
    Mutant(
        "an unmapped event is no damage",
        "models/observations/evidence/int_issue_reports.sql",
        "where last_unmapped_at is not null",
        "where last_unmapped_at is null and point_id is null",
        f"{LAW}[unmapped word]",
    ),
    Mutant(
        "an account is a person",
        "models/core/messages/int_messages.sql",
        "coalesce(persons.person_id, orders.person_id, unowned.person_id) as person_id",
        "coalesce(messages.customer_id, orders.person_id, unowned.person_id) as person_id",
        f"{LAW}[other account]",
    ),
    Mutant(
        "a native exchange waits for its parcel",
        "models/core/money/int_line_exchanges.sql",
        # a later instant alone would be no rule broken: by the instant of the decision the exchange is made either way
        "where successors.successor_kind in ('exchange', 'native_exchange')",
        "where successors.successor_kind = 'exchange' or first_parcels.shipped_at is not null",
        f"{LAW}[native exchange]",
    ),
    Mutant(
        "money back is no return",
        "models/core/money/int_line_kept.sql",
        "and amount_back + amount_back_for_exchange >= amount_sold - tolerance\n                then 'line_refunded'",
        "and amount_back + amount_back_for_exchange >= 2 * amount_sold\n                then 'line_refunded'",
        f"{LAW}[refund by money]",
    ),
    Mutant(
        "tomorrow's tickets are known",
        "models/core/tickets/int_ticket_timeline.sql",
        "where not is_merged",
        "where not is_merged and opened_at is null",
        ORACLE,
    ),
    Mutant(
        "kept by the units alone",
        f"{CHECKS}/check_kept.sql",
        "nothing_kept_because is not null",
        "units_refunded > 1",
        f"{AGREE}[kept]",
    ),
    Mutant(
        "a silent feed speaks",
        f"{CHECKS}/check_consent.sql",
        "unread_consents is null or ledger_status = 'unsubscribed' as ledger_is_read",
        "true as ledger_is_read",
        f"{SILENCE}[late_talk]",
    ),
    # one for each check that the histories reach
    Mutant(
        "a chargeback stands",
        "models/observations/evidence/int_payment_evidence.sql",
        "when standing = 'chargeback' then 'problem:chargeback'",
        "when standing = 'chargeback' then 'ok'",
        ORACLE,
    ),
    Mutant(
        "authorised is settled",
        f"{CHECKS}/check_settled.sql",
        "if unknown else 'payments.settled_answer'",
        "if unknown else \"'ok'\"",
        ORACLE,
    ),
    Mutant(
        "half is all that was shipped",
        f"{CHECKS}/check_shipping.sql",
        "delivery.units_shipped >= delivery.units_to_ship",
        "delivery.units_shipped >= 0",
        ORACLE,
    ),
    Mutant(
        "who asks is not heard",
        f"{CHECKS}/check_delivery.sql",
        "when delivery.not_received_since is not null then 'problem:not_received'",
        "when false then 'problem:not_received'",
        ORACLE,
    ),
    Mutant(
        "a presumption is a scan",
        f"{CHECKS}/check_delivery_scan.sql",
        "when delivery.delivery_grade = 'inferred' then 'unknown'",
        "when false then 'unknown'",
        ORACLE,
    ),
    Mutant(
        "used as soon as it came",
        f"{CHECKS}/check_use_window.sql",
        "use_evidence.use_ready_at <= points.point_at and",
        "use_evidence.delivered_at <= points.point_at and",
        ORACLE,
    ),
    Mutant(
        "an exception is none",
        f"{CHECKS}/check_shipping_exception.sql",
        "when delivery.exception_since is not null then 'problem'",
        "when false then 'problem'",
        ORACLE,
    ),
    Mutant(
        "what is bought again is not",
        "models/gate/targets/int_candidate_evidence.sql",
        "then 'bought_again'",
        "then null",
        ORACLE,
    ),
    Mutant(
        "cancelled is owned",
        "models/gate/targets/int_candidate_lines.sql",
        "or bought.is_refunded or not bought.is_no_order",
        "or true",
        ORACLE,
    ),
    Mutant(
        "another order's issue is its own",
        f"{CHECKS}/check_person_issue.sql",
        "and points.root_order_id <> ranked.root_order_id",
        "and points.root_order_id = ranked.root_order_id",
        ORACLE,
    ),
    Mutant(
        "a year is a day",
        f"{CHECKS}/int_review_asks_before.sql",
        "add_days(-1 * var('review_ask_again_days'), 'points.point_at')",
        "add_days(-1, 'points.point_at')",
        ORACLE,
    ),
    Mutant(
        "nobody waits for a sibling",
        f"{CHECKS}/check_bundle_wait.sql",
        "when waits.point_id is not null then 'waiting'",
        "when false then 'waiting'",
        ORACLE,
    ),
    Mutant(
        "expired is due",
        f"{CHECKS}/check_due.sql",
        "when expires_at < point_at or expires_before_hours then 'problem'",
        "when expires_before_hours then 'problem'",
        ORACLE,
    ),
    Mutant(
        "a subscription brings nothing",
        f"{CHECKS}/check_active_subscription.sql",
        "when targets.subscription_id is not null then 'problem:subscribed'",
        "when false then 'problem:subscribed'",
        ORACLE,
    ),
    Mutant(
        "sold out is for sale",
        f"{CHECKS}/check_stock.sql",
        "when targets.stock_state = 'problem' then 'problem:not_for_sale'",
        "when false then 'problem:not_for_sale'",
        ORACLE,
    ),
]


def caught(mutant: Mutant, histories: int = 40) -> bool:
    """Whether the test that must notice fails on the project with the rule broken."""
    with tempfile.TemporaryDirectory() as work:
        project = Path(work) / "project"
        shutil.copytree(ROOT, project, ignore=NOT_PROJECT)
        (project / mutant.file).write_text(mutant.text(), encoding="utf-8")
        settings = {
            **os.environ,
            "LAWS_HISTORIES": str(histories),
            "LAWS_SHRINKS": "0",
            "ORACLE_HISTORIES": str(10 * histories),
            "PYTHONPATH": str(project),
        }
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", mutant.test]
        done = subprocess.run(command, cwd=project, env=settings, capture_output=True, text=True, check=False)
    # 1 is a test that failed; anything else is a test that did not run
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    return done.returncode == 1


def main(arguments: list[str]) -> int:
    if not arguments:
        print("\n".join(f"{mutant.name:45} {mutant.test}" for mutant in MUTANTS))
        return 0
    missed = [mutant.name for mutant in MUTANTS if mutant.name in arguments and not caught(mutant)]
    print("\n".join(f"not caught: {name}" for name in missed) or "caught")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
