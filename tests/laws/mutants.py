"""Rules broken on purpose: each must be caught by a law or by the plain reading, not by a unit test alone.

python tests/laws/mutants.py            tries every one, and says what caught it
python tests/laws/mutants.py NAME ...   tries these

A shop is built once. For a mutant the broken model is compiled anew, and it and all that lies behind it are made again
in a copy of the shop, by the SQL that made the shop.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

import duckdb
import oracle_shop
import pairs as law_pairs
from conftest import ROOT, Build, run_dbt
from histories import AS_OF, Kind, shop_of
from laws import LAWS, sends_more

HISTORIES = int(os.environ.get("LAWS_HISTORIES", "40"))
TOLD = int(os.environ.get("ORACLE_HISTORIES", "400"))
# The histories in which each was seen to be caught: some are caught in one of them.
SEED = int(os.environ.get("LAWS_SEED", "20261129"))


@dataclass(frozen=True)
class Mutant:
    """What is taken for what, in which file, and who must notice."""

    name: str
    file: str
    old: str
    new: str
    who: str

    @property
    def model(self) -> str:
        return Path(self.file).stem

    def text(self, root: Path = ROOT) -> str:
        text = (root / self.file).read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.file} has {text.count(self.old)} times what it replaces; say it anew")
        return text.replace(self.old, self.new)


CHECKS = "models/gate/checks"
CORE = "models/core"
# Who must notice.
READING = "the plain reading"
LAW = "the law of "
SILENCE = "silence: "
AGREE = "the marts, of "

MUTANTS = [
    # one for each law
    Mutant(
        "refused rows are nobody's",
        "models/core/feeds/int_line_refusals.sql",
        "where kind <> 'nobody'",
        "where kind = 'everybody'",
        f"{LAW}refused row",
    ),
    Mutant(
        "an unmapped event is no damage",
        "models/observations/evidence/int_issue_reports.sql",
        "where last_unmapped_at is not null",
        "where last_unmapped_at is null and point_id is null",
        READING,
    ),
    Mutant(
        "an unmapped event is no complaint",
        f"{CHECKS}/check_deliverability.sql",
        "when ranked.address_state = 'unknown' then 'unknown:unmapped_event'",
        "when ranked.address_state = 'unknown' then 'ok'",
        READING,
    ),
    Mutant(
        "an account is a person",
        "models/core/messages/int_messages.sql",
        "coalesce(persons.person_id, orders.person_id, unowned.person_id) as person_id",
        "coalesce(messages.customer_id, orders.person_id, unowned.person_id) as person_id",
        f"{LAW}other account",
    ),
    Mutant(
        "a native exchange waits for its parcel",
        "models/core/money/int_line_exchanges.sql",
        # a later instant alone would be no rule broken: by the instant of the decision the exchange is made either way
        "where successors.successor_kind in ('exchange', 'native_exchange')",
        "where successors.successor_kind = 'exchange' or first_parcels.shipped_at is not null",
        f"{LAW}native exchange",
    ),
    Mutant(
        "money back is no return",
        "models/core/money/int_line_kept.sql",
        "and amount_back + amount_back_for_exchange >= amount_sold - tolerance\n                then 'line_refunded'",
        "and amount_back + amount_back_for_exchange >= 2 * amount_sold\n                then 'line_refunded'",
        f"{LAW}refund by money",
    ),
    Mutant(
        "tomorrow's tickets are known",
        "models/core/tickets/int_ticket_timeline.sql",
        "where not is_merged",
        "where not is_merged and opened_at is null",
        READING,
    ),
    Mutant(
        "kept by the units alone",
        f"{CHECKS}/check_kept.sql",
        "nothing_kept_because is not null",
        "units_refunded > 1",
        f"{AGREE}kept",
    ),
    Mutant(
        "a silent feed speaks",
        f"{CHECKS}/check_consent.sql",
        "{{ post_purchase_gate.consent_answer('point_at') }} as answer",
        "case when unread_consents is null then {{ post_purchase_gate.consent_answer('point_at') }} else 'ok' end\n"
        "        as answer",
        f"{SILENCE}consents",
    ),
    # one for each check that the histories reach
    Mutant(
        "a chargeback stands",
        "models/observations/evidence/int_payment_evidence.sql",
        "when standing = 'chargeback' then 'problem:chargeback'",
        "when standing = 'chargeback' then 'ok'",
        READING,
    ),
    Mutant(
        "authorised is settled",
        f"{CHECKS}/check_settled.sql",
        "if unknown else 'payments.settled_answer'",
        "if unknown else \"'ok'\"",
        READING,
    ),
    Mutant(
        "half is all that was shipped",
        f"{CHECKS}/check_shipping.sql",
        "delivery.units_shipped >= delivery.units_to_ship",
        "delivery.units_shipped >= 0",
        READING,
    ),
    Mutant(
        "who asks is not heard",
        f"{CHECKS}/check_delivery.sql",
        "when delivery.not_received_since is not null and delivery.units_owed > 0 then 'problem:not_received'",
        "when false then 'problem:not_received'",
        READING,
    ),
    Mutant(
        "a presumption is a scan",
        f"{CHECKS}/check_delivery_scan.sql",
        "when delivery.delivery_grade = 'inferred' then 'unknown'",
        "when false then 'unknown'",
        READING,
    ),
    Mutant(
        "used as soon as it came",
        f"{CHECKS}/check_use_window.sql",
        "use_evidence.use_ready_at <= points.point_at and",
        "use_evidence.delivered_at <= points.point_at and",
        READING,
    ),
    Mutant(
        "an exception is none",
        f"{CHECKS}/check_shipping_exception.sql",
        "when delivery.exception_since is not null then 'problem'",
        "when false then 'problem'",
        READING,
    ),
    Mutant(
        "what is bought again is not",
        "models/gate/targets/int_candidate_evidence.sql",
        "then 'bought_again'",
        "then null",
        READING,
    ),
    Mutant(
        "cancelled is owned",
        "models/gate/targets/int_candidate_lines.sql",
        "or bought.is_refunded or not bought.is_no_order",
        "or true",
        READING,
    ),
    Mutant(
        "another order's issue is its own",
        f"{CHECKS}/check_person_issue.sql",
        "and points.root_order_id <> ranked.root_order_id",
        "and points.root_order_id = ranked.root_order_id",
        READING,
    ),
    Mutant(
        "another line's issue is its own",
        f"{CHECKS}/check_person_issue.sql",
        "where quiet.is_live and of_lines.is_live",
        "where false",
        READING,
    ),
    Mutant(
        "a year is a day",
        f"{CHECKS}/int_review_asks_before.sql",
        "add_days(-1 * var('review_ask_again_days'), 'points.point_at')",
        "add_days(-1, 'points.point_at')",
        READING,
    ),
    Mutant(
        "nobody waits for a sibling",
        f"{CHECKS}/check_bundle_wait.sql",
        "when waits.point_id is not null then 'waiting'",
        "when false then 'waiting'",
        READING,
    ),
    Mutant(
        "expired is due",
        f"{CHECKS}/check_due.sql",
        "when expires_at < point_at or expires_before_hours then 'problem'",
        "when expires_before_hours then 'problem'",
        READING,
    ),
    Mutant(
        "a subscription brings nothing",
        f"{CHECKS}/check_active_subscription.sql",
        "when targets.subscription_id is not null then 'problem:subscribed'",
        "when false then 'problem:subscribed'",
        READING,
    ),
    Mutant(
        "sold out is for sale",
        f"{CHECKS}/check_stock.sql",
        "when targets.stock_state = 'problem' then 'problem:not_for_sale'",
        "when false then 'problem:not_for_sale'",
        READING,
    ),
    Mutant(
        "an address that complained is fine",
        f"{CHECKS}/check_deliverability.sql",
        "when ranked.address_state <> 'unknown' then 'problem:'",
        "when false then 'problem:'",
        READING,
    ),
    Mutant(
        "what was sent can be sent again",
        f"{CHECKS}/check_already_done.sql",
        "when sent.message_id is not null then 'problem:sent'",
        "when false then 'problem:sent'",
        READING,
    ),
    Mutant(
        "damage is a matter of size",
        f"{CHECKS}/check_damage.sql",
        "'damage', ['tickets'",
        "'sizing', ['tickets'",
        READING,
    ),
    Mutant(
        "size is a matter of damage",
        f"{CHECKS}/check_sizing.sql",
        "'sizing', ['tickets'",
        "'damage', ['tickets'",
        READING,
    ),
    Mutant(
        "what does not fit is recommended",
        f"{CHECKS}/check_compatibility.sql",
        "then 'ok' else compatibility_state end as state",
        "or compatibility_state = 'problem' then 'ok' else compatibility_state end as state",
        READING,
    ),
    Mutant(
        "consent is not asked",
        f"{CHECKS}/check_consent.sql",
        "        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,",
        "        'ok' as state,",
        READING,
    ),
    Mutant(
        "a cap of three is one of four",
        f"{CHECKS}/check_frequency.sql",
        "messages.commercial_messages >= {{ var('frequency_max_messages') }}",
        "messages.commercial_messages > {{ var('frequency_max_messages') }}",
        READING,
    ),
    Mutant(
        "a gift is for whoever bought it",
        f"{CHECKS}/check_gift.sql",
        "when is_gift then 'problem'",
        "when false then 'problem'",
        READING,
    ),
    Mutant(
        "who looks for help is well",
        f"{CHECKS}/check_help_seeking.sql",
        "> points.point_at then 'waiting:help_viewed'",
        "> points.point_at then 'ok:'",
        READING,
    ),
    Mutant(
        "nobody is held out",
        f"{CHECKS}/check_holdout.sql",
        "when control.person_id is not null then 'problem'",
        "when false then 'problem'",
        READING,
    ),
    Mutant(
        "an erased person is written to",
        f"{CHECKS}/check_order_eligible.sql",
        "when erased_at is not null then 'problem:erased_customer'",
        "when false then 'problem:erased_customer'",
        READING,
    ),
    Mutant(
        "what earns nothing is offered",
        f"{CHECKS}/check_pair_profit.sql",
        "when value_lower_bound <= 0 then 'problem'",
        "when value_lower_bound <= 0 then 'ok'",
        READING,
    ),
    Mutant(
        "a refund is nobody's request",
        f"{CHECKS}/check_refund.sql",
        "            when refunds.open_since is not null then 'problem'",
        "            when false then 'problem'",
        READING,
    ),
    Mutant(
        "no candidate is no problem",
        f"{CHECKS}/check_related_sku.sql",
        "when targets.recommended_sku is null then 'problem:no_candidate'",
        "when targets.recommended_sku is null then 'ok'",
        READING,
    ),
    Mutant(
        "a gift card is reviewed",
        f"{CORE}/orders/int_line_products.sql",
        "not is_gift_card and coalesce(is_reviewable, 1) = 1 as is_reviewable",
        "coalesce(is_reviewable, 1) = 1 as is_reviewable",
        READING,
    ),
    Mutant(
        "a bad mark lasts a day longer",
        f"{CHECKS}/check_satisfaction.sql",
        "post_purchase_gate.add_days(var('satisfaction_days'),",
        "post_purchase_gate.add_days(var('satisfaction_days') + 1,",
        READING,
    ),
    Mutant(
        "an error of the page is over when any line came",
        f"{CHECKS}/check_status_page.sql",
        "coalesce(arrivals.is_awaited or arrivals.delivered_at",
        "coalesce(arrivals.delivered_at",
        READING,
    ),
    Mutant(
        "a ticket rests a day less",
        f"{CHECKS}/check_ticket.sql",
        "post_purchase_gate.add_days(var('ticket_cool_off_days'),",
        "post_purchase_gate.add_days(var('ticket_cool_off_days') - 1,",
        READING,
    ),
    Mutant(
        "payment is not asked",
        f"{CHECKS}/check_payment.sql",
        "when payment_answer like 'problem:%' then payment_answer",
        "when payment_answer like 'problem:%' then 'ok'",
        READING,
    ),
    Mutant(
        "what was given back may be offered",
        f"{CHECKS}/check_owned.sql",
        "when targets.owned_detail is not null then",
        "when targets.owned_detail = 'bought' then",
        READING,
    ),
    Mutant(
        "whoever has enough is supplied",
        f"{CHECKS}/check_supplied.sql",
        "when targets.supplied_detail is not null then",
        "when targets.supplied_detail = 'subscribed' then",
        READING,
    ),
    Mutant(
        "what is taken off an order pays it",
        f"{CORE}/money/int_payment_states.sql",
        "and not coalesce(amount_owed_at_first <= tolerance and amount_owed <= tolerance, false)",
        "and not coalesce(amount_owed <= tolerance, false)",
        READING,
    ),
    Mutant(
        "a cancellation hides what cannot be read",
        f"{CHECKS}/int_issue_answers.sql",
        "where payments.state = 'problem' and payments.detail not in",
        "where payments.state = 'waiting' and payments.detail not in",
        READING,
    ),
    # and for each kind of core fact
    Mutant(
        "a bounce is revived by what came before",
        f"{CORE}/messages/int_address_states.sql",
        "and events.occurred_at < arrivals.occurred_at",
        "and events.occurred_at > arrivals.occurred_at",
        READING,
    ),
    Mutant(
        "a reopened ticket is the old one",
        f"{CORE}/tickets/int_ticket_timeline.sql",
        "coalesce(lag(opens) over (partition by ticket_id order by event_number), 0) = 0 then 1",
        "event_number = 1 then 1",
        READING,
    ),
    Mutant(
        "an erasure is for ever",
        f"{CORE}/persons/int_account_erasures.sql",
        "and erasures.erased_at < words.occurred_at",
        "and erasures.erased_at > words.occurred_at",
        READING,
    ),
    Mutant(
        "a message covers its line alone",
        f"{CORE}/messages/int_message_scopes.sql",
        "case when messages.root_order_id is null then 'person' else 'order' end as message_scope",
        "case when messages.root_order_id is null then 'person' else 'line' end as message_scope",
        READING,
    ),
    Mutant(
        "a subscription brings itself alone",
        f"{CORE}/subscriptions/int_subscribed_skus.sql",
        "where relations.relation = 'subscription'",
        "where relations.relation = 'accessory'",
        READING,
    ),
    Mutant(
        "a channel that nobody knows is none",
        "models/policy/int_channel_meanings.sql",
        "'unknown' as said_of",
        "'nobody' as said_of",
        READING,
    ),
    Mutant(
        "an opt-out by a message is none",
        f"{CORE}/consents/int_consent_changes.sql",
        "where events.event_type = 'unsubscribed'",
        "where events.event_type = 'clicked'",
        READING,
    ),
    Mutant(
        "a cancelled parcel counts",
        f"{CORE}/parcels/int_line_parcels.sql",
        "{{ post_purchase_gate.least() }}(carried.until_at, coalesce(parcels.cancelled_at, carried.until_at)) as until",
        "carried.until_at as until",
        READING,
    ),
    Mutant(
        "a review is its account's",
        f"{CORE}/reviews/int_reviews.sql",
        "coalesce(products.product_id, reviews.sku) as product_id",
        "reviews.sku as product_id",
        READING,
    ),
    Mutant(
        "a crowd is a person",
        f"{CORE}/persons/int_account_links.sql",
        "when shared.accounts > {{ var('max_accounts_per_address') }} then 'shared_by_too_many'",
        "when shared.accounts < 2 then 'shared_by_too_many'",
        READING,
    ),
    Mutant(
        "a false scan is a delivery",
        f"{CORE}/parcels/int_parcel_states.sql",
        "when last_arrival > last_whereabouts or handed_over > last_carrier then 'delivered'",
        "when last_arrival > 0 or handed_over > last_carrier then 'delivered'",
        READING,
    ),
    Mutant(
        "what the sender got back came",
        f"{CORE}/parcels/int_parcel_states.sql",
        "last_returned > last_out as is_returned,\n        last_missing > last_seen as is_missing,\n"
        "        is_arrival and last_returned <= last_out as is_own_arrival",
        # seen anywhere after its return, the parcel is on its way to the customer again
        "last_returned > last_seen as is_returned,\n        last_missing > last_seen as is_missing,\n"
        "        is_arrival as is_own_arrival",
        READING,
    ),
    Mutant(
        "the last penny must come back",
        f"{CORE}/money/int_line_kept.sql",
        "and amount_back + amount_back_for_exchange >= amount_sold - tolerance\n                then 'line_refunded'",
        "and amount_back + amount_back_for_exchange >= amount_sold\n                then 'line_refunded'",
        READING,
    ),
]


class BuiltShop:
    """A finished build, and copies of it in which a model says something else."""

    REFERENCE = re.compile(r'"shop"\."\w+"\."(\w+)"')

    def __init__(self, build: Build, vars: dict[str, Any]) -> None:
        self.build = build
        self.vars = vars
        self.sql = {file.stem: file.read_text() for file in build.target.glob("compiled/*/models/**/*.sql")}
        self.reads = {name: set(self.REFERENCE.findall(sql)) & self.sql.keys() for name, sql in self.sql.items()}

    def behind(self, model: str) -> list[str]:
        """The model and all that reads it, each after what it reads."""
        found: list[str] = []
        placed: set[str] = set()

        def place(name: str) -> bool:
            if name not in placed:
                placed.add(name)
                # every one of them is placed, so that the order is that of the whole project
                reads_it = [place(read) for read in sorted(self.reads[name])]
                if name == model or any(reads_it):
                    found.append(name)
            return name in found

        for name in sorted(self.sql):
            place(name)
        return found

    def broken(self, mutant: Mutant, folder: Path) -> Path:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        database = Path(shutil.copy(self.build.database, folder))
        compiled = run_dbt(
            folder,
            self.vars,
            command="compile",
            select=mutant.model,
            replacing={mutant.file: mutant.text()},
        ).compiled(mutant.model)
        with duckdb.connect(str(database)) as connection:
            connection.execute("set timezone = 'UTC'")
            made = {
                name: (schema, kind)
                for schema, name, kind in connection.execute(
                    "select table_schema, table_name, table_type from information_schema.tables"
                ).fetchall()
            }
            for name in self.behind(mutant.model):
                schema, kind = made.get(name, ("", ""))
                kept = "view" if kind == "VIEW" else "table"
                # a view reads what is made anew; what a build leaves out is read by nothing
                if schema and (kept == "table" or name == mutant.model):
                    sql = compiled if name == mutant.model else self.sql[name]
                    connection.execute(f'create or replace {kept} "{schema}"."{name}" as {sql}')
        return database


class Laboratory:
    """Shops that are built once, and what each mutant makes of them."""

    def __init__(self, work: Path, seed: int = SEED) -> None:
        self.work = work
        self.seed = seed
        self.commercial = law_pairs.commercial_actions()

    @functools.cached_property
    def told(self) -> oracle_shop.Told:
        return oracle_shop.tell_all("speaking", range(TOLD), self.seed)

    @functools.cached_property
    def pairs(self) -> law_pairs.Pairs:
        return law_pairs.tell_pairs(HISTORIES, self.seed)

    @functools.cached_property
    def read_shop(self) -> BuiltShop:
        """The shop of the plain reading, with no rule broken."""
        folder = self.work / "reading"
        build = oracle_shop.decide(self.told, folder)
        return BuiltShop(build, {**oracle_shop.VARS, "raw_path": str(folder / "raw")})

    @functools.cache  # noqa: B019
    def law_shop(self, late: str = "") -> BuiltShop:
        """The shop of the laws; or the one in which this feed alone is late: any other would hold what it lets out."""
        folder = self.work / f"laws_{late}"
        build = law_pairs.decide(folder, shop_of(self.pairs.histories(), Kind(late=(late,))))
        return BuiltShop(build, {**law_pairs.VARS, "as_of": str(AS_OF), "raw_path": str(folder / "raw")})

    def by_reading(self, mutant: Mutant) -> list[str]:
        """What differs that did not before: no tolerance of known differences hides a broken rule."""
        database = self.read_shop.broken(mutant, self.work / "broken")
        known = oracle_shop.differing(self.told, self.read_shop.build.database)
        return [f"{key} {how}" for how, key in sorted(oracle_shop.differing(self.told, database) - known)]

    def by_law(self, mutant: Mutant, name: str) -> list[str]:
        """Where the law is broken that held before."""
        law = next(law for law in LAWS if law.name == name)
        shop = self.law_shop()

        def where(database: Path) -> list[str]:
            decisions = law_pairs.said(database, law.of_reasons)
            return [str(one) for one in self.pairs.broken(law, decisions, self.commercial)]

        before = set(where(shop.build.database))
        return [one for one in where(shop.broken(mutant, self.work / "broken")) if one not in before]

    def by_silence(self, mutant: Mutant, feed: str) -> list[str]:
        before = law_pairs.said(self.law_shop().broken(mutant, self.work / "broken"))
        after = law_pairs.said(self.law_shop(feed).broken(mutant, self.work / "broken"))
        return [
            f"{line} {action} is sent"
            for (line, action), one in sorted(before.items())
            if action in self.commercial and sends_more("", one, after.get((line, action)))
        ]

    def caught(self, mutant: Mutant) -> str | None:
        """The first thing that who must notice says of the project with the rule broken."""
        if mutant.who == READING:
            found = self.by_reading(mutant)
        elif mutant.who.startswith(LAW):
            found = self.by_law(mutant, mutant.who.removeprefix(LAW))
        elif mutant.who.startswith(SILENCE):
            found = self.by_silence(mutant, mutant.who.removeprefix(SILENCE))
        else:
            database = self.law_shop().broken(mutant, self.work / "broken")
            found = [str(one) for one in law_pairs.disagreements(mutant.who.removeprefix(AGREE), database)]
        return found[0] if found else None


def main(names: list[str]) -> int:
    missed = 0
    with tempfile.TemporaryDirectory() as work:
        # where pytest would say that parsed projects are kept
        os.environ.setdefault("POST_PURCHASE_PARSED", work)
        laboratory = Laboratory(Path(work))
        for mutant in MUTANTS:
            if names and mutant.name not in names:
                continue
            began = time.process_time()
            by = laboratory.caught(mutant)
            missed += by is None
            seconds = time.process_time() - began
            print(f"{mutant.name:42} {'caught' if by else 'SURVIVES'} {mutant.who}, {seconds:.0f} s: {by}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
