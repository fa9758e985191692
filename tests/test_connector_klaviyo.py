"""Klaviyo as Fivetran and Airbyte leave it, from a full account to one that has almost nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from loader_tables import Rows, build_connector, columns_of, rows_of, write_tables

SYNCED = "2026-02-28 06:00:00"
# Names as in the files that Fivetran's package publishes for its tests, and with source naming as in its second one.
RENAMED = {
    "property_cohort_message_send_cohort": "propertycohortmessagesendcohort",
    "property_bounce_type": "propertybouncetype",
    "property_list": "propertylist",
}


def event(id: str, person: str, kind: str, at: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "person_id": person,
        "metric_id": f"m {kind}",
        "type": kind,
        "timestamp": f"{at}.000",
        "_fivetran_synced": SYNCED,
        "_fivetran_deleted": "false",
        **more,
    }


COHORT = "property_cohort_message_send_cohort"
EVENTS = [
    event("e1", "p1", "Received Email", "2026-01-05 10:00:00", campaign_id="c1", **{COHORT: "1767607200:c1"}),
    event("e2", "p1", "Opened Email", "2026-01-05 12:00:00", campaign_id="c1", **{COHORT: "1767607200:c1"}),
    # no Received: only the bounce tells of the message
    event(
        "e3",
        "p2",
        "Bounced Email",
        "2026-01-05 10:00:01",
        campaign_id="c1",
        property_bounce_type="Hard",
        **{COHORT: "1767607200:c1"},
    ),
    event(
        "e4",
        "p3",
        "Dropped Email",
        "2026-01-05 10:00:02",
        flow_id="f1",
        flow_message_id="s1",
        **{COHORT: "1767607202:s1"},
    ),
    event("e5", "p1", "Unsubscribed from List", "2026-01-06 10:00:00", property_list="Weekly offers"),
    event("e6", "p2", "Unsubscribed", "2026-01-06 11:00:00"),
    event(
        "e7",
        "p1",
        "Received Email",
        "2026-01-07 10:00:00",
        flow_id="f1",
        flow_message_id="s1",
        **{COHORT: "1767780000:s1"},
    ),
    event("e8", "p1", "Subscribed to List", "2026-01-01 10:00:00", property_list="Newsletter"),
    event("e9", "p1", "Placed Order", "2026-01-01 11:00:00"),
    event("e10", "p1", "Received Email", "2026-01-08 10:00:00", flow_id="f1", _fivetran_deleted="true"),
    event("e11", "p4", "Received SMS", "2026-01-09 10:00:00", flow_id="f2", flow_message_id="s2"),
    event("e12", "p4", "Sent SMS", "2026-01-09 11:00:00"),
    event(
        "e13",
        "p1",
        "Marked Email as Spam",
        "2026-01-10 10:00:00",
        flow_id="f1",
        flow_message_id="s1",
        **{COHORT: "1767780000:s1"},
    ),
]
PEOPLE = [
    {"id": "p1", "email": "ada@example.com", "phone_number": None, "_fivetran_synced": SYNCED},
    {"id": "p2", "email": "bob@example.com", "phone_number": None, "_fivetran_synced": SYNCED},
    {"id": "p3", "email": "cy@example.com", "phone_number": None, "_fivetran_synced": SYNCED},
    {"id": "p4", "email": None, "phone_number": "+15550001", "_fivetran_synced": SYNCED},
]
METRICS = [{"id": f"m {kind}", "name": kind} for kind in {row["type"] for row in EVENTS}]
FLOWS = [{"id": "f1", "name": "Review ask"}, {"id": "f2", "name": "Texts"}]


def api_event(row: dict[str, Any]) -> dict[str, Any]:
    """The same event as the API tells it: resource, attributes, relationships."""
    properties = {
        "$_cohort$message_send_cohort": row.get(COHORT),
        "$flow": row.get("flow_id"),
        "$message": row.get("flow_message_id") or row.get("campaign_id"),
        "Bounce Type": row.get("property_bounce_type"),
        "List": row.get("property_list"),
    }
    return {
        "type": "event",
        "id": row["id"],
        "datetime": row["timestamp"][:19].replace(" ", "T") + "+00:00",
        "attributes": {
            "datetime": row["timestamp"][:19].replace(" ", "T") + "+00:00",
            "event_properties": {key: value for key, value in properties.items() if value},
        },
        "relationships": {
            "profile": {"data": {"type": "profile", "id": row["person_id"]}},
            "metric": {"data": {"type": "metric", "id": row["metric_id"]}},
        },
        "_airbyte_raw_id": f"raw-{row['id']}",
        "_airbyte_extracted_at": "2026-02-28 06:00:00+00",
    }


def api_profile(row: dict[str, Any], **marketing: Any) -> dict[str, Any]:
    subscriptions = {"email": {"marketing": marketing}}
    return {
        "type": "profile",
        "id": row["id"],
        "attributes": {
            "email": row["email"],
            "phone_number": row["phone_number"],
            "updated": "2026-02-01T00:00:00+00:00",
            "subscriptions": subscriptions,
        },
        "_airbyte_raw_id": f"raw-{row['id']}",
        "_airbyte_extracted_at": "2026-02-28 06:00:00+00",
    }


def named(rows: Rows) -> Rows:
    return [{"id": row["id"], "attributes": {"name": row["name"]}} for row in rows]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("klaviyo")
    database = folder / "shop.duckdb"
    fivetran: dict[str, Any] = {
        "event": EVENTS,
        "person": PEOPLE,
        "metric": METRICS,
        "flow": FLOWS,
        "campaign": [{"id": "c1", "name": "January"}],
        "global_exclusion": [
            {"email": "ada@example.com", "reason": "reported_spam", "timestamp": "2026-01-10 10:00:00"},
            {"email": "bob@example.com", "reason": "unsubscribed", "timestamp": "2026-01-06 11:00:00"},
        ],
        "list_person": [{"list_id": "l1", "person_id": "p1"}],
    }
    write_tables(database, "kl_fivetran", fivetran)
    write_tables(database, "kl_upper", fivetran, upper=True)
    renamed = [{RENAMED.get(key, key): value for key, value in row.items()} for row in EVENTS]
    write_tables(database, "kl_renamed", {**fivetran, "event": renamed})
    write_tables(
        database,
        "kl_airbyte",
        {
            # an append sync brings an event again
            "events": [
                {**api_event(row), "_airbyte_extracted_at": day}
                for row in EVENTS
                if row["id"] != "e10"
                for day in ("2026-02-27 06:00:00+00", "2026-02-28 06:00:00+00")
            ],
            "metrics": named(METRICS),
            "flows": named(FLOWS),
            "campaigns": named([{"id": "c1", "name": "January"}]),
            "profiles": [
                api_profile(
                    PEOPLE[0],
                    consent="SUBSCRIBED",
                    consent_timestamp="2026-01-01T09:00:00+00:00",
                    method="PREFERENCE_PAGE",
                ),
                api_profile(PEOPLE[1], consent="UNSUBSCRIBED", consent_timestamp="2026-01-06T11:00:00+00:00"),
                api_profile(PEOPLE[2], consent="NEVER_SUBSCRIBED"),
                api_profile(PEOPLE[3]),
            ],
            "global_exclusions": [
                api_profile(
                    PEOPLE[2],
                    consent="NEVER_SUBSCRIBED",
                    suppressions=[{"reason": "HARD_BOUNCE", "timestamp": "2026-01-05T10:00:02+00:00"}],
                )
            ],
        },
    )
    write_tables(database, "kl_one_row", {"event": EVENTS[:1], "person": PEOPLE[:1]})
    write_tables(database, "kl_no_row", {"event": list(EVENTS[0]), "person": list(PEOPLE[0]), "metric": ["id", "name"]})
    # every optional table and column absent
    write_tables(
        database,
        "kl_bare",
        {
            "event": [{"id": "e1", "metric_id": "m Received Email"}],
            "person": ["id"],
            "metric": [{"id": "m Received Email", "name": "Received Email"}],
        },
    )
    # nobody's mail is that good: ten thousand sends to two profiles, and no bounce is loaded
    many = [
        event(f"s{number}", f"p{number % 2 + 1}", "Received Email", "2026-01-05 10:00:00", campaign_id=f"c{number}")
        for number in range(2)
    ]
    write_tables(database, "kl_silent", {"event": many, "person": PEOPLE, "metric": METRICS})
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "insert into kl_silent.event select 'x' || n, 'p' || (n % 2 + 1), 'm Received Email', 'Received Email', "
            "'2026-01-06 10:00:00.000', "
            f"'{SYNCED}', 'false', 'd' || n from range(9998) as numbers(n)"
        )
    schemas = ["fivetran", "upper", "renamed", "airbyte", "one_row", "no_row", "bare", "silent"]
    stores: Rows = [{"connector": "klaviyo", "store": name, "schema": f"kl_{name}"} for name in schemas]
    build_connector(folder, database, "klaviyo", stores)
    return database


@pytest.mark.parametrize("store", ["fivetran", "upper", "renamed", "airbyte"])
def test_a_message_is_what_arrived_bounced_or_was_dropped(database: Path, store: str) -> None:
    messages = columns_of(database, "klaviyo__messages", store, "message_id")
    known = {key: (row["action"], row["channel"], row["address"], row["flow"]) for key, row in messages.items()}
    assert known == {
        "p1-1767607200:c1": ("newsletter", "email", "ada@example.com", "January" if store != "airbyte" else None),
        "p2-1767607200:c1": ("newsletter", "email", "bob@example.com", "January" if store != "airbyte" else None),
        "p3-1767607202:s1": ("other", "email", "cy@example.com", "Review ask"),
        "p1-1767780000:s1": ("other", "email", "ada@example.com", "Review ask"),
        "e11": ("other", "sms", "+15550001", "Texts"),
    }
    events = {
        (row["message_id"].removeprefix(f"{store}-"), row["event_type"])
        for row in columns_of(database, "klaviyo__message_events", store, "event_id").values()
    }
    assert events == {
        ("p1-1767607200:c1", "delivered"),
        ("p1-1767607200:c1", "opened"),
        ("p2-1767607200:c1", "hard_bounced"),
        ("p3-1767607202:s1", "dropped"),
        ("p1-1767780000:s1", "delivered"),
        ("p1-1767780000:s1", "complained"),
        ("e11", "delivered"),
    }


def test_consent_is_what_was_said_of_it_and_no_list(database: Path) -> None:
    consents = rows_of(
        database,
        "select distinct address, channel, status, basis, store_id from connectors.klaviyo__consents",
    )
    said = {(row["address"], row["channel"], row["status"], row["basis"]) for row in consents}
    assert said == {
        # of one list, and nobody said what leaving it means: no word of the contract, so unknown
        ("ada@example.com", "email", "left list Weekly offers", None),
        ("bob@example.com", "email", "unsubscribed", None),
        ("ada@example.com", "email", "subscribed", "preference_page"),
    }
    assert {row["store_id"] for row in consents} == {None}, "an account without a scope speaks for every store"


def test_an_address_is_shut_by_everything_but_an_opt_out(database: Path) -> None:
    shut = {
        row["address"]: row["reason"]
        for row in rows_of(database, "select address, reason from connectors.klaviyo__suppressions")
    }
    assert shut == {"ada@example.com": "reported_spam", "cy@example.com": "hard_bounce"}


def test_stores_that_share_ids_keep_their_own_rows(database: Path) -> None:
    counts = rows_of(
        database, "select count(*) as total, count(distinct message_id) as ids from connectors.klaviyo__messages"
    )
    assert counts[0]["total"] == counts[0]["ids"]
    assert len(columns_of(database, "klaviyo__messages", "one_row", "message_id")) == 1
    assert not columns_of(database, "klaviyo__messages", "no_row", "message_id")


def test_a_message_without_person_time_or_address_is_handed_on(database: Path) -> None:
    (row,) = columns_of(database, "klaviyo__messages", "bare", "message_id").values()
    assert (row["address"], row["sent_at"]) == (None, None), "staging refuses it and says why; here it is not left out"


def test_ten_thousand_sends_without_a_bounce_are_unknown_evidence(database: Path) -> None:
    doubts = {
        store: len(
            [
                row
                for row in columns_of(database, "klaviyo__message_events", store, "event_id").values()
                if row["event_type"] == "bounces_not_loaded"
            ]
        )
        for store in ("silent", "fivetran", "one_row")
    }
    assert doubts == {"silent": 2, "fivetran": 0, "one_row": 0}
