"""An action that lists channels goes over one that may be used; where the first may, nothing changes."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ROOT, Build, copy_project, run_dbt
from story_shop import AS_OF


def query(build: Build, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(build.database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


# Orders of the demo shop of whose customers this shop knows more. What is not told of a customer here stays as it was.
DEAD_WITH_PHONE, DEAD_WITHOUT = "H72-learning", "H07-cancelled-refulfilled"
PREFERS_SMS, AGREED_ALONE, PREFERS_UNREAD = "H62-cross-sell", "H75-override-active", "H54-ask-already-sent"
ON_THE_WAY = "H70-just-shipped"
TOUCHED = (DEAD_WITH_PHONE, DEAD_WITHOUT, PREFERS_SMS, AGREED_ALONE, PREFERS_UNREAD, ON_THE_WAY)


def customer(order: str) -> str:
    return "cust-" + order.split("-")[0].lower()


def write_shop(folder: Path) -> Path:
    """The demo shop's tables as a folder, with dead addresses, phones, preferences and something to say."""
    folder.mkdir()
    with duckdb.connect() as shop:
        for path in sorted((ROOT / "seeds" / "demo_shop").glob("demo_*.csv")):
            shop.execute(
                f"create table {path.stem.removeprefix('demo_')} as from read_csv('{path}', all_varchar = true)"
            )
        shop.execute("alter table customers add column preferred_channel varchar")
        shop.execute("alter table fulfillments add column tracking_url varchar")
        for number, order in enumerate((DEAD_WITH_PHONE, PREFERS_SMS, AGREED_ALONE, PREFERS_UNREAD)):
            shop.execute(
                f"update customers set phone = '+1 (212) 555-017{number}' where customer_id = '{customer(order)}'"
            )
            if order != DEAD_WITH_PHONE:
                shop.execute(
                    "insert into consents (customer_id, channel, status, basis, occurred_at) "
                    f"values ('{customer(order)}', 'sms', 'subscribed', 'express', '2026-06-01 09:00:00')"
                )
        # texts open at 9 in Connecticut, mail at 8
        shop.execute(
            f"update customers set preferred_channel = 'Text', region = 'CT' "
            f"where customer_id = '{customer(PREFERS_SMS)}'"
        )
        shop.execute(
            f"update customers set preferred_channel = 'pigeon' where customer_id = '{customer(PREFERS_UNREAD)}'"
        )
        for order in (DEAD_WITH_PHONE, DEAD_WITHOUT):
            shop.execute(
                "insert into message_events (event_id, message_id, event_type, occurred_at) "
                f"values ('{order}-gone', '{order}-m0', 'hard_bounced', '2026-06-29 10:00:00')"
            )
        shop.execute(
            f"update fulfillments set tracking_url = 'https://ups.example/UPS-1' where order_id = '{ON_THE_WAY}'"
        )
        shop.execute(
            "create table limited_offers as from (values "
            "('june', 'FILTER-PAPER-400', '21', '2026-06-25 00:00:00', '2026-07-05 04:00:00'), "
            "('july', 'FILTER-PAPER-400', '21', '2026-07-06 04:00:00', '2026-07-12 04:00:00')"
            ") as told (offer_id, sku, price, starts_at, ends_at)"
        )
        shop.execute(
            "create table product_content as from (values "
            "('KETTLE-GOOSE', 'how_to', null, 'https://shop.example/kettle'), "
            "('KETTLE-GOOSE', 'returns', null, 'https://shop.example/returns'), "
            "('FILTER-PAPER-400', 'url', null, 'https://shop.example/filters')"
            ") as told (product_id, slot, locale, content)"
        )
        shop.execute("drop table review_incentives")
        for (table,) in shop.execute("select table_name from duckdb_tables()").fetchall():
            shop.execute(f"copy {table} to '{folder / table}.parquet' (format parquet)")
    return folder


@pytest.fixture(scope="module")
def over_two(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The demo shop, where every action may go out by mail or, failing that, by short message."""
    folder = tmp_path_factory.mktemp("channels")
    project = copy_project(folder / "project")
    seeds = project / "seeds"
    seed = seeds / "policy" / "actions.csv"
    with seed.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with seed.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "channels": "email;sms"} for row in rows)
    shutil.copy(seeds / "demo_shop" / "demo_review_incentives.csv", seeds / "policy" / "review_incentives.csv")
    raw = write_shop(folder / "raw")
    return run_dbt(folder, {"raw_path": str(raw), "as_of": str(AS_OF), "returns_days": 30}, project=project)


DECISIONS = (
    "select order_line_id, action, decision, reason_codes from marts.gate_decisions "
    "where action <> 'support_recovery' {where} order by all"
)


def test_what_goes_by_mail_is_decided_as_before(over_two: Build, demo_shop: Build) -> None:
    others = f"and order_id not in {TOUCHED}"
    before = {row[:2]: row[2:] for row in query(demo_shop, DECISIONS.format(where=others))}
    mailed = query(over_two, DECISIONS.format(where=f"and channel = 'email' {others}"))
    assert [row for row in mailed if before[row[:2]] != row[2:]] == []
    assert len(mailed) > 1500
    assert {channel for (channel,) in query(demo_shop, "select distinct channel from marts.gate_decisions")} == {
        "email"
    }


def test_nothing_is_offered_over_a_channel_without_consent(over_two: Build) -> None:
    """Three customers have agreed to short messages; nobody else is offered anything there."""
    offered = query(
        over_two,
        "select distinct order_id from marts.gate_decisions "
        "where channel = 'sms' and action_class = 'commercial' and decision = 'send'",
    )
    assert offered == [(PREFERS_SMS,)]


def test_what_must_be_told_finds_another_channel_where_the_address_is_dead(over_two: Build, demo_shop: Build) -> None:
    told = (
        "select order_id, channel, decision, reason_codes from marts.gate_decisions "
        f"where order_id in {DEAD_WITH_PHONE, DEAD_WITHOUT} and action = 'use_education' order by order_id"
    )
    assert [row[:3] for row in query(demo_shop, told)] == [
        (DEAD_WITHOUT, "email", "send"),
        (DEAD_WITH_PHONE, "email", "send"),
    ]
    assert query(over_two, told) == [
        (DEAD_WITHOUT, "email", "pause", "deliverability:problem"),
        (DEAD_WITH_PHONE, "sms", "send", ""),
    ]
    (note,) = query(
        over_two,
        f"select lesson_note from marts.next_actions where order_id = '{DEAD_WITH_PHONE}' and lane = 'service'",
    )[0]
    assert "- Channel: short message. Not e-mail: " in note
    # an offer does not follow: nobody agreed to offers by phone
    offers = query(
        over_two,
        f"select distinct channel, decision from marts.gate_decisions where order_id = '{DEAD_WITH_PHONE}' "
        "and action_class = 'commercial'",
    )
    assert offers == [("email", "pause")]


def test_a_preference_wins_and_an_unread_one_is_no_yes_elsewhere(over_two: Build) -> None:
    rows = query(
        over_two,
        "select distinct order_id, channel, is_chosen, is_allowed, why_not from marts.channel_choices "
        f"where action = 'cross_sell' and order_id in {PREFERS_SMS, AGREED_ALONE, PREFERS_UNREAD} "
        "order by order_id, channel",
    )
    assert rows == [
        (PREFERS_UNREAD, "email", True, True, None),
        (PREFERS_UNREAD, "sms", False, False, "ask:preference_unread"),
        (PREFERS_SMS, "email", False, True, "ask:not_preferred"),
        (PREFERS_SMS, "sms", True, True, None),
        (AGREED_ALONE, "email", True, True, None),
        (AGREED_ALONE, "sms", False, True, "ask:worth_less"),
    ]
    unread = query(over_two, "select unmapped_value from marts.unmapped_values where column_name = 'preferred_channel'")
    assert unread == [("pigeon",)]


def test_a_channel_keeps_the_hours_of_the_state(over_two: Build) -> None:
    """At 12:00 UTC it is 8 o'clock in New England: mail may go out, a text to Connecticut at 9."""
    rows = query(
        over_two,
        "select distinct order_id, channel, cast(opens_at as varchar) from marts.may_send "
        f"where action = 'cross_sell' and order_id in {PREFERS_SMS, AGREED_ALONE} order by order_id",
    )
    assert rows == [
        (PREFERS_SMS, "sms", "2026-06-30 13:00:00"),
        (AGREED_ALONE, "email", "2026-06-30 12:00:00"),
    ]
    note = query(
        over_two,
        f"select lesson_note from marts.next_actions where order_id = '{PREFERS_SMS}' and action = 'cross_sell'",
    )[0][0]
    assert "- Send it from 2026-06-30 09:00 " in note
    assert "Not e-mail: The customer prefers another channel." in note


def test_notes_say_what_the_message_can_say(over_two: Build) -> None:
    notes = {
        (order, lane): note
        for order, lane, note in query(over_two, "select order_id, lane, lesson_note from marts.next_actions")
    }
    offer = notes[PREFERS_SMS, "marketing"]
    # the June offer begins again a day after its end: its true end is July's
    assert "- Until 2026-07-12 00:00 it is on offer for 21.00 USD." in offer
    assert "- The product: https://shop.example/filters" in offer
    lesson = notes[DEAD_WITH_PHONE, "service"]
    assert "- How to use it: https://shop.example/kettle" in lesson
    assert "https://ups.example/UPS-1" in notes[ON_THE_WAY, "service"]
    delivered = [note for (order, lane), note in notes.items() if "It may be sent back until " in note]
    assert delivered and all("not delivered yet" not in note for note in delivered)
    late = [note for note in delivered if "https://shop.example/returns" in note]
    assert late


def test_each_channel_says_why_not(over_two: Build) -> None:
    rows = query(
        over_two,
        "select count(*), count(*) filter (where is_chosen), count(distinct decision_id), count(why_not_in_words) "
        "from marts.channel_choices",
    )[0]
    assert rows[0] == 2 * rows[2] and rows[1] == rows[2] and rows[3] >= rows[2]
    assert set(
        query(over_two, "select distinct why_not from marts.channel_choices where action = 'use_education'")
    ) >= {
        (None,),
        ("ask:later_in_the_list",),
    }
