"""Same facts, same decisions: not the order of rows, nor what happens later, nor any mark of sentiment may change them.

One shop holds the demo shop's rows, bad ones included, and those of the stories, in which much happens after AS_OF.
All origins of points are decided, and the verdicts on past messages and calendar steps are compared with the marts.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import Build, decide_whole, differences
from story_shop import AS_OF, contract

import post_purchase.replay as check_replay

# instants at which much of the shop's year still lies ahead
EARLIER = ["2026-05-15 12:00:00", "2026-06-21 07:30:00"]
# What a raw row is, how it was read and whether it was accepted, is counted over all rows, later ones included.
# How far the loader got is no fact of the shop, but feed_health shows it as it is.
OF_ALL_ROWS = {
    **{mart: None for mart in ("input_accounting", "rejected_rows", "repaired_values", "unmapped_values")},
    "dangling_references": None,
    "feed_health": {"loaded_through", "age_hours"},
    # until when time alone changes nothing: a later fact of the file ends what it would have ended
    "order_evidence": {"next_change_at"},
}
LOG = "from marts.decision_log order by all"
# What a build adds to, rather than makes anew.
REMEMBERED = {
    mart: None
    for mart in ("decision_log", "decision_changes", "audience_members", "audience_members_v1", "audience_events")
}
BUILT = Callable[..., Build]

# --- shops ------------------------------------------------------------------------------------------------------------


class Shop:
    """Raw tables in a database of their own, all text, to be changed and written as a folder of Parquet files."""

    def __init__(self, folder: Path) -> None:
        self.connection = duckdb.connect()
        for table in contract():
            self.connection.execute(f"create table {table} as from read_parquet('{folder / table}.parquet')")

    def write(self, folder: Path, columns: str = "*", order: str = "") -> Path:
        folder.mkdir(parents=True)
        self.connection.execute("set threads = 1")
        for table in contract():
            listed = columns
            if columns == "reversed":
                names = [row[0] for row in self.connection.execute(f"describe {table}").fetchall()]
                listed = ", ".join(reversed(names))
            self.connection.execute(
                f"copy (select {listed} from {table} {order}) to '{folder / table}.parquet' (format parquet)"
            )
        self.connection.close()
        return folder

    def rows(self) -> int:
        return sum(self.connection.execute(f"select count(*) from {table}").fetchone()[0] for table in contract())

    def cut(self, as_of: str) -> None:
        """Only what had happened by as_of; rows of what never was stay, for the build to reject."""
        tables = {table: table for table in contract()}
        for table in contract():
            self.connection.execute(f"create table whole_{table} as from {table}")
        check_replay.Shop(self.connection, tables).cut(as_of, {table: f"whole_{table}" for table in contract()})


def rows_of(built: Build | Path, query: str) -> list[tuple]:
    database = built.database if isinstance(built, Build) else built
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def copy_of(built: Build, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(built.database, folder / "shop.duckdb"))


# --- builds that several tests read -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def decided_earlier(build: BUILT, whole: Path) -> Build:
    return build(decide_whole(whole, EARLIER[0]))


@pytest.fixture(scope="module")
def decided_again(build: BUILT, whole: Path, decided: Build, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The same build once more over the database of the first, from rows and columns in another order."""
    folder = tmp_path_factory.mktemp("again")
    shop = Shop(whole)
    shop.connection.execute("select setseed(0.42)")
    shuffled = shop.write(folder / "raw", columns="reversed", order="order by random()")
    # the same shop, from another folder
    return build(decide_whole(shuffled, accept_other_shop=True), database=copy_of(decided, folder))


@pytest.fixture(scope="module")
def decided_later(build: BUILT, whole: Path, decided_earlier: Build, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A build at AS_OF over the database of a build six weeks earlier."""
    return build(decide_whole(whole), database=copy_of(decided_earlier, tmp_path_factory.mktemp("later")))


# --- the same again ---------------------------------------------------------------------------------------------------


def test_a_second_build_from_shuffled_rows_and_columns_gives_the_same_marts(
    decided: Build, decided_again: Build
) -> None:
    assert differences(decided.database, decided_again.database) == {}


def test_a_second_build_logs_nothing(decided: Build, decided_again: Build) -> None:
    assert len(rows_of(decided, LOG)) > 1000
    assert rows_of(decided_again, LOG) == rows_of(decided, LOG)


def test_the_rows_were_shuffled(whole: Path, decided_again: Build) -> None:
    """The view on the shuffled file is the one that the second build read."""
    first = "select order_id from '{}/orders.parquet' limit 5"
    shuffled = decided_again.database.parent / "raw"
    with duckdb.connect() as connection:
        names = [
            [row[0] for row in connection.execute(f"describe from '{folder}/orders.parquet'").fetchall()]
            for folder in (whole, shuffled)
        ]
        rows = [connection.execute(first.format(folder)).fetchall() for folder in (whole, shuffled)]
    assert names[0] == names[1][::-1] and rows[0] != rows[1]
    assert str(shuffled) in rows_of(decided_again, "select sql from duckdb_views() where view_name = 'orders'")[0][0]


# --- what happens later -----------------------------------------------------------------------------------------------


def decided_without_later(build: BUILT, whole: Path, as_of: Any, folder: Path) -> Build:
    shop = Shop(whole)
    before = shop.rows()
    shop.cut(str(as_of))
    assert before - shop.rows() > 20, "nothing was cut"
    return build(decide_whole(shop.write(folder / "raw"), as_of))


def test_facts_after_as_of_change_nothing(build: BUILT, whole: Path, decided: Build, tmp_path: Path) -> None:
    without = decided_without_later(build, whole, AS_OF, tmp_path)
    assert differences(decided.database, without.database, OF_ALL_ROWS) == {}


@pytest.fixture(scope="module")
def cut_earlier(build: BUILT, whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    return decided_without_later(build, whole, EARLIER[0], tmp_path_factory.mktemp("cut"))


def test_facts_after_an_earlier_as_of_change_nothing(decided_earlier: Build, cut_earlier: Build) -> None:
    without = cut_earlier
    assert differences(decided_earlier.database, without.database, OF_ALL_ROWS) == {}


@pytest.mark.parametrize("as_of", EARLIER[1:])
def test_facts_after_any_instant_change_nothing(build: BUILT, whole: Path, as_of: str, tmp_path: Path) -> None:
    without = decided_without_later(build, whole, as_of, tmp_path)
    full = build(decide_whole(whole, as_of))
    assert differences(full.database, without.database, OF_ALL_ROWS) == {}


@pytest.mark.parametrize("origin", ["message", "calendar"])
def test_a_past_decision_is_what_it_was_then(origin: str, decided: Build, cut_earlier: Build) -> None:
    """What today's shop says of a past send is what could be said of it when nothing later than EARLIER was known."""
    query = f"""
        select point_id, verdicts.* exclude (point_id) from gate.int_verdicts as verdicts
        inner join observations.int_points as points using (point_id)
        where origin = '{origin}' and point_at <= timestamp '{EARLIER[0]}' order by all"""
    then = rows_of(cut_earlier, query)
    assert len(then) > 50
    assert rows_of(decided, query) == then


# --- sentiment --------------------------------------------------------------------------------------------------------

DRAWN = "(hash({}, 'drawn') % 1000) / 1000.0"


@pytest.fixture(scope="module")
def feeling_otherwise(build: BUILT, whole: Path, decided: Build, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The shop with other ratings, other satisfaction marks and other risk scores, drawn at random."""
    folder = tmp_path_factory.mktemp("feelings")
    shop = Shop(whole)
    shop.connection.execute(
        f"update reviews set rating = (1 + floor({DRAWN.format('review_id')} * 5))::integer "
        "where try_cast(rating as integer) between 1 and 5"
    )
    mark = DRAWN.format("ticket_id, occurred_at, status")
    shop.connection.execute(
        f"update ticket_events set satisfaction = case when {mark} < 0.4 then 'bad' when {mark} < 0.7 then 'good' end"
    )
    built = build(decide_whole(shop.write(folder / "raw")))
    with duckdb.connect(str(built.database)) as connection:
        connection.execute(
            f"update learning.int_risk_scores set negative_review_risk_score = {DRAWN.format('point_id')}"
        )
    return build(
        decide_whole(folder / "raw"),
        database=built.database,
        command="run",
        select="int_risk_scores+",
        exclude="int_risk_scores decision_changes",
    )


@pytest.mark.parametrize("mart", ["gate_decisions", "gate_reasons"])
def test_reviews_are_asked_for_blind_to_sentiment(mart: str, decided: Build, feeling_otherwise: Build) -> None:
    query = f"from marts.{mart} where action = 'review_request' order by all"
    assert len(rows_of(decided, query)) > 100
    assert rows_of(decided, query) == rows_of(feeling_otherwise, query)


def test_the_next_review_request_is_blind_to_sentiment(decided: Build, feeling_otherwise: Build) -> None:
    """One that is sent comes before all offers, and no column of it may change, handling included. One that pauses may
    become the next action of an order, or be it no longer, as the offers that compete with it come and go; and what
    the customer's other orders wait for may be such an offer, in words in its note, too."""
    query = (
        "select decision = 'pause', order_id, {} from marts.next_actions where action = 'review_request' order by all"
    )
    sent, sent_otherwise = (
        [row for row in rows_of(built, query.format("*")) if not row[0]] for built in (decided, feeling_otherwise)
    )
    assert len(sent) > 10 and sent == sent_otherwise
    paused, paused_otherwise = (
        {
            row[1]: row
            for row in rows_of(built, query.format("* exclude (is_customer_pick, waits_for, lesson_note)"))
            if row[0]
        }
        for built in (decided, feeling_otherwise)
    )
    both = set(paused) & set(paused_otherwise)
    assert len(both) > 20
    assert {order for order in both if paused[order] != paused_otherwise[order]} == set()


def test_past_review_requests_are_judged_blind_to_sentiment(decided: Build, feeling_otherwise: Build) -> None:
    query = "from gate.int_verdicts where action = 'review_request' and point_id not like 'live:%' order by all"
    assert len(rows_of(decided, query)) > 50
    assert rows_of(decided, query) == rows_of(feeling_otherwise, query)


@pytest.mark.parametrize(
    "query",
    [
        "select message_id, verdict, reason_codes, lines_to_send, lines_to_support from marts.send_audit",
        "select calendar_send_id, verdict, reason_codes, gate_does, gate_sends_at, held_by from marts.calendar_audit",
    ],
    ids=["send_audit", "calendar_audit"],
)
def test_audited_review_requests_are_judged_blind_to_sentiment(
    query: str, decided: Build, feeling_otherwise: Build
) -> None:
    query += " where action = 'review_request' order by all"
    assert len(rows_of(decided, query)) > 50
    assert rows_of(decided, query) == rows_of(feeling_otherwise, query)


@pytest.mark.parametrize("check", ["negative_review_risk", "satisfaction"])
def test_the_other_sentiment_bites(check: str, decided: Build, feeling_otherwise: Build) -> None:
    """Blindness would be no news if the marks that were drawn had changed nothing at all."""
    query = (
        "select order_line_id, action, since from marts.gate_reasons "
        f"where check_name = '{check}' and action <> 'review_request'"
    )
    assert len(set(rows_of(decided, query)) ^ set(rows_of(feeling_otherwise, query))) > 20


def test_other_sentiment_changes_offers_and_ratings(decided: Build, feeling_otherwise: Build) -> None:
    offers = "select order_line_id, action, decision from marts.gate_decisions where action <> 'review_request'"
    changed = set(rows_of(decided, offers)) ^ set(rows_of(feeling_otherwise, offers))
    assert {decision for _, _, decision in changed} >= {"send", "pause"}
    ratings = "select review_id, rating from staging.stg_reviews"
    assert len(set(rows_of(decided, ratings)) ^ set(rows_of(feeling_otherwise, ratings))) > 5


# --- the log of decisions ---------------------------------------------------------------------------------------------


def test_a_later_build_does_not_depend_on_the_earlier_one(decided: Build, decided_later: Build) -> None:
    assert differences(decided.database, decided_later.database, REMEMBERED) == {}


def test_a_later_build_logs_only_changes(decided_earlier: Build, decided_later: Build) -> None:
    entries = (
        "select log_id, order_line_id, action, entry_number, decided_at, decision, reason_codes from marts.decision_log"
    )
    first, both = set(rows_of(decided_earlier, entries)), set(rows_of(decided_later, entries))
    assert first <= both, "an entry was lost or rewritten"
    now, before = (
        {
            (line, action): (decision, codes or "")
            for line, action, decision, codes in rows_of(
                built, "select order_line_id, action, decision, reason_codes from marts.gate_decisions"
            )
        }
        for built in (decided_later, decided_earlier)
    )
    changed = {key for key, decision in now.items() if before.get(key) != decision}
    logged = {(line, action) for _, line, action, *_ in both - first}
    assert logged == changed
    assert changed & set(before) and len(changed) < len(now), "some change, some stay"
    assert {row[4] for row in both - first} == {AS_OF}
    previous = "select order_line_id, action, previous_decision from marts.decision_log where entry_number = 2"
    for line, action, decision in rows_of(decided_later, previous):
        assert before[line, action][0] == decision


def test_a_full_refresh_keeps_the_log(build: BUILT, whole: Path, decided_later: Build, tmp_path: Path) -> None:
    database = copy_of(decided_later, tmp_path)
    # the line that tells a fresh log from a kept one
    assert rows_of(database, "select max(entry_number), count(distinct decided_at) from marts.decision_log") == [(2, 2)]
    build(
        decide_whole(whole),
        database=database,
        command="run",
        select="gate_decisions decision_changes",
        full_refresh=True,
    )
    assert rows_of(database, LOG) == rows_of(decided_later, LOG)
