"""What a database remembers: tables that shrink, another shop, an earlier clock."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Build, BuildError
from test_bad_input import rows_of, with_rows, write_folder

BUILT = Callable[..., Build]
AS_OF = "2026-06-20 12:00:00"
INPUTS = "+input_accounting int_source_identities"
TICKETS = [
    dict(ticket_id=f"T{number}", order_id="0001", topic="damage", opened_at=f"2026-06-{1 + number % 20:02d} 09:00:00")
    for number in range(100)
]
VISITS = [
    dict(event_id=f"V{number}", order_id="0001", event_type="faq_view", occurred_at=f"2026-0{1 + number // 30}-15")
    for number in range(180)
]
CONSENTS = [
    dict(address=f"a{number}@example.com", channel="email", status="unsubscribed", occurred_at="2026-06-01")
    for number in range(60)
]
OVERRIDES = [
    dict(override_id="O1", order_line_id="00011", action="upsell", decision="pause", set_by="desk", set_at="2026-06-01")
]
GUEST = dict(order_id="g1", email="Guest@example.com", ordered_at="2026-06-01 10:00:00", currency="USD", total="50")
TABLES: dict[str, list[dict[str, Any]]] = with_rows(
    orders=[GUEST], tickets=TICKETS, site_events=VISITS, consents=CONSENTS, overrides=OVERRIDES
)


@pytest.fixture(scope="module")
def first(build: BUILT, tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("first")
    write_folder(folder / "raw", TABLES)
    vars = {"raw_path": str(folder / "raw"), "as_of": AS_OF}
    return build(vars, database=folder / "shop.duckdb", select=INPUTS)


@pytest.fixture
def second(build: BUILT, first: Build, tmp_path: Path) -> Callable[..., Build]:
    """Builds on over a copy of the first database, with tables that have changed; none is a file that is gone."""

    def again(changed: dict[str, list[dict[str, Any]] | None], more: dict[str, Any] | None = None) -> Build:
        shutil.copy(first.database, tmp_path / "shop.duckdb")
        raw = first.database.parent / "raw"
        shutil.rmtree(raw)
        write_folder(raw, {name: rows for name, rows in (TABLES | changed).items() if rows is not None})
        vars = {"raw_path": str(raw), "as_of": AS_OF, **(more or {})}
        return build(vars, database=tmp_path / "shop.duckdb", select=INPUTS)

    return again


def marts(database: Path) -> list[tuple]:
    return rows_of(database, "from marts.input_accounting order by all")


SHRUNK: dict[str, list[dict[str, Any]] | None] = {
    "tickets": TICKETS[:75],
    "consents": CONSENTS[:30],
    "overrides": [],
    "site_events": None,
}


def test_tables_that_shrank_stop_the_build_by_name(second: Callable[..., Build], first: Build, tmp_path: Path) -> None:
    """Without it: half of the opt-outs missing for one build is half of the opt-outs forgotten, and sends."""
    with pytest.raises(BuildError) as stopped:
        second(SHRUNK)
    said = str(stopped.value)
    for words in (
        "tickets lost 25 of 100 rows",
        "consents lost 30 of 60 rows",
        "overrides is empty (it had 1 row)",
        "site_events is gone (it had 180 rows)",
        "accept_shrink: [tickets, site_events, consents, overrides]",
    ):
        assert words in said, said
    assert "example.com" not in said
    assert marts(tmp_path / "shop.duckdb") == marts(first.database), "something was written"


def test_a_shrunk_table_is_accepted_by_name(second: Callable[..., Build]) -> None:
    with pytest.raises(BuildError, match="shrank since the last build: overrides is empty [^;]*$"):
        second(SHRUNK, {"accept_shrink": ["tickets", "consents", "site_events"]})
    built = second(SHRUNK, {"accept_shrink": ["tickets", "consents", "site_events", "overrides"]})
    counted = dict(rows_of(built, "select table_name, rows_in from marts.input_accounting"))
    assert (counted["tickets"], counted["overrides"], counted["site_events"]) == (75, 0, 0)


def test_other_rows_in_the_place_of_those_that_are_gone_are_a_loss_too(second: Callable[..., Build]) -> None:
    others = [{**row, "ticket_id": f"X{row['ticket_id']}"} for row in TICKETS]
    with pytest.raises(BuildError, match="tickets lost 100 of 100 rows"):
        second({"tickets": others})


def test_a_table_that_keeps_its_last_days_is_compared_over_them(second: Callable[..., Build]) -> None:
    # months 2 to 6 are kept; before, all of January goes
    second({"site_events": VISITS[60:]}, {"rolling_days": {"site_events": 95}})
    with pytest.raises(BuildError, match="site_events lost 60 of 90 rows of its last 95 days"):
        second({"site_events": VISITS[60:90] + VISITS[150:]}, {"rolling_days": {"site_events": 95}})


def test_few_rows_and_a_feed_that_is_not_kept_may_go(second: Callable[..., Build]) -> None:
    second({"tickets": TICKETS[20:], "site_events": None}, {"feeds_not_kept": ["site_events"]})


# --- whose shop it is -------------------------------------------------------------------------------------------------


def test_another_shop_needs_a_word(second: Callable[..., Build], build: BUILT, first: Build, tmp_path: Path) -> None:
    """Without it: a forgotten var builds the demo shop into the shop's own log and audiences."""
    database = tmp_path / "shop.duckdb"
    shutil.copy(first.database, database)
    said = "This database holds folder '.*raw', and this build would bring the demo shop.*was renamed or moved"
    with pytest.raises(BuildError, match=said):
        build({}, database=database, select=INPUTS)
    raw = write_folder(tmp_path / "moved", TABLES)
    vars = {"raw_path": str(raw), "as_of": AS_OF}
    with pytest.raises(BuildError, match="would bring folder '.*moved'"):
        build(vars, database=database, select=INPUTS)
    assert rows_of(database, "select count(*) from raw.tickets") == [(100,)], "files were landed"
    build({**vars, "accept_other_shop": True, "shop_name": "cups"}, database=database, select=INPUTS)
    build({**vars, "shop_name": "cups"}, database=database, select=INPUTS)
    with pytest.raises(BuildError, match="holds shop 'cups'"):
        build(vars, database=database, select=INPUTS)


# --- what guests are known by -----------------------------------------------------------------------------------------


def guest_of(database: Path) -> str:
    ((customer_id,),) = rows_of(database, "select customer_id from staging.base_orders where order_id = 'g1'")
    return str(customer_id)


def test_guests_are_known_by_the_salt_that_they_were_built_with(
    second: Callable[..., Build], first: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it: a salt that is forgotten for a day makes everybody without an account a stranger who enters anew."""
    known = guest_of(first.database)
    assert known == "guest:" + hashlib.md5(b"post_purchase_gate:guest@example.com").hexdigest()
    with pytest.raises(BuildError, match="knows its guests by another salt.*accept_new_salt: true"):
        second({}, {"guest_salt": "o'hare"})
    salted = guest_of(second({}, {"guest_salt": "o'hare", "accept_new_salt": True}).database)
    assert salted == "guest:" + hashlib.md5(b"o'hare:guest@example.com").hexdigest()
    monkeypatch.setenv("POST_PURCHASE_SALT", "o'hare")
    with pytest.raises(BuildError, match="knows its guests by another salt"):
        second({})
    assert guest_of(second({}, {"accept_new_salt": True}).database) == salted
    # what a var says goes before the environment
    assert guest_of(second({}, {"guest_salt": "post_purchase_gate"}).database) == known


# --- the clock --------------------------------------------------------------------------------------------------------


def test_an_earlier_clock_adds_nothing_to_the_log(build: BUILT, tmp_path: Path) -> None:
    """Without it: a build of last week, made today, writes decisions between those that were acted on."""
    raw = write_folder(tmp_path / "raw", TABLES)
    log = "select order_line_id, action, entry_number, decided_at from marts.decision_changes order by all"
    logged = []
    for as_of in ("2026-06-20 12:00:00", "2026-06-05 12:00:00", "2026-06-25 12:00:00"):
        vars = {"raw_path": str(raw), "as_of": as_of}
        build(vars, database=tmp_path / "shop.duckdb", select="+decision_changes")
        logged.append(rows_of(tmp_path / "shop.duckdb", log))
    assert logged[0] == logged[1] and len(logged[2]) > len(logged[1]) > 0


def test_what_is_loaded_through_a_day_to_come_is_no_news(build: BUILT, tmp_path: Path) -> None:
    loads = [dict(feed=feed, loaded_through="2099-01-01") for feed in ("orders", "tickets")]
    raw = write_folder(tmp_path / "raw", with_rows(tickets=TICKETS[:20], feed_loads=loads))
    built = build({"raw_path": str(raw), "as_of": AS_OF}, select="+int_feed_status")
    reached = (
        "select feed, loaded_through::varchar, reaches_by from core.int_feed_status where feed in ('orders', 'tickets')"
    )
    assert sorted(rows_of(built, reached)) == [
        ("orders", "2026-06-01 10:00:00", "newest_row"),
        ("tickets", "2026-06-20 09:00:00", "newest_row"),
    ]
