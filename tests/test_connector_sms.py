"""Attentive as Fivetran leaves it and Postscript in the API's shape: messages, who agreed to them, who had enough."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from loader_tables import Rows, build_connector, columns_of, rows_of, write_tables

SYNCED = {"_fivetran_synced": "2026-02-28 06:00:00"}
WHO = {"subscriber_external_id": "s1", "subscriber_phone": "+15550001", "subscriber_email": "ada@example.com"}
SENT = {
    "message_id": "m1",
    "timestamps": "2026-01-05 10:00:00",
    "message_type": "MARKETING",
    "type": "sms.sent",
    **WHO,
    **SYNCED,
}
ATTENTIVE: dict[str, Any] = {
    "sms_sent": [SENT, {**SENT, "timestamps": "2026-01-06 10:00:00"}],
    "email_sent": [{**SENT, "message_id": "m2", "type": "email.sent"}],
    "sms_email_subscribed": [
        {
            "type": "sms.subscribed",
            "subscription_type": "MARKETING",
            "creative_type": "TEXT_TO_JOIN",
            "timestamps": "2026-01-01 10:00:00",
            **WHO,
            **SYNCED,
        }
    ],
    "sms_email_unsubscribed": [
        {
            "type": "sms.unsubscribed",
            "subscription_type": "MARKETING",
            "timestamps": "2026-01-09 10:00:00",
            **WHO,
            **SYNCED,
        }
    ],
    "sms_inbound": [{"message_id": "m9", **WHO, **SYNCED}],
}
POSTSCRIPT: dict[str, Any] = {
    "subscribers": [
        {
            "id": "s_1",
            "phone_number": "+15550001",
            "subscriptions": {"promotional": {"can_send": True}, "transactional": {"can_send": True}},
            "created_at": "2026-01-01T10:00:00Z",
            "updated_at": "2026-02-01T10:00:00Z",
        },
        {
            "id": "s_2",
            "phone_number": "+15550002",
            # who still takes transactional messages has opted out of the rest
            "subscriptions": {"promotional": {"can_send": False}, "transactional": {"can_send": True}},
            "created_at": "2026-01-01T10:00:00Z",
            "updated_at": "2026-02-01T10:00:00Z",
        },
    ],
    "sent_messages": [
        {"id": "1", "subscriber_id": "s_1", "phone": "+15550001", "created_at": "2026-01-05T10:00:00Z", "body": "Hi"}
    ],
}
DAASITY: dict[str, Any] = {
    "dim_subscribers": [{"subscriber_id": "s_1", "phone_number": "+15550001", "created_at": "2026-01-01 10:00:00"}],
    "fct_messages": [
        {"message_id": "1", "subscriber_id": "s_1", "direction": "outbound", "created_at": "2026-01-05 10:00:00"},
        {"message_id": "2", "subscriber_id": "s_1", "direction": "inbound", "created_at": "2026-01-05 11:00:00"},
    ],
    "dim_messages": [{"message_id": "1", "failed": "true", "failed_at": None, "type_name": "Review ask"}],
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sms")
    database = folder / "shop.duckdb"
    write_tables(database, "at_fivetran", ATTENTIVE)
    write_tables(database, "at_upper", ATTENTIVE, upper=True)
    write_tables(database, "at_one_row", {"sms_sent": [SENT]})
    write_tables(database, "at_no_row", {"sms_sent": list(SENT)})
    write_tables(database, "at_bare", {"sms_sent": [{"message_id": "m1"}]})
    write_tables(database, "ps_api", POSTSCRIPT)
    write_tables(database, "ps_upper", POSTSCRIPT, upper=True)
    write_tables(database, "ps_daasity", DAASITY)
    write_tables(database, "ps_one_row", {"subscribers": POSTSCRIPT["subscribers"][:1]})
    write_tables(database, "ps_no_row", {"subscribers": ["id"]})
    write_tables(database, "ps_bare", {"subscribers": [{"id": "s_1"}], "messages": [{"id": "1"}]})
    connections: Rows = [
        {"connector": "attentive", "store": name, "schema": f"at_{name}"}
        for name in ("fivetran", "upper", "one_row", "no_row", "bare")
    ]
    connections += [
        {"connector": "postscript", "store": name, "schema": f"ps_{name}"}
        for name in ("api", "upper", "daasity", "one_row", "no_row", "bare")
    ]
    build_connector(folder, database, "attentive postscript", connections)
    return database


@pytest.mark.parametrize("store", ["fivetran", "upper"])
def test_attentive_messages(database: Path, store: str) -> None:
    messages = columns_of(database, "attentive__messages", store, "message_id")
    assert {key: (row["action"], row["channel"], row["address"], row["flow"]) for key, row in messages.items()} == {
        "m1-s1-2026-01-05 10:00:00": ("other", "sms", "+15550001", "m1"),
        "m1-s1-2026-01-06 10:00:00": ("other", "sms", "+15550001", "m1"),
        "m2-s1-2026-01-05 10:00:00": ("other", "email", "ada@example.com", "m2"),
    }


def test_attentive_consents(database: Path) -> None:
    # two accounts say the same: the row stands once
    said = rows_of(
        database, "select address, channel, status, basis, store_id from connectors.attentive__consents order by status"
    )
    assert [tuple(row.values()) for row in said] == [
        ("+15550001", "sms", "subscribed", "text_to_join", None),
        ("+15550001", "sms", "unsubscribed", None, None),
    ]


@pytest.mark.parametrize("store", ["api", "upper", "daasity"])
def test_postscript_messages(database: Path, store: str) -> None:
    messages = columns_of(database, "postscript__messages", f"{store}-postscript", "message_id")
    assert {key: (row["address"], row["flow"]) for key, row in messages.items()} == {
        "1": ("+15550001", "Review ask" if store == "daasity" else None)
    }
    failures = columns_of(database, "postscript__message_events", store, "event_id")
    assert [row["message_id"] for row in failures.values()] == (["daasity-postscript-1"] if store == "daasity" else [])


def test_postscript_consents(database: Path) -> None:
    said = rows_of(
        database, "select address, status, basis, occurred_at from connectors.postscript__consents order by address"
    )
    assert [tuple(row.values()) for row in said] == [
        ("+15550001", "subscribed", "express", "2026-01-01T10:00:00Z"),
        ("+15550002", "unsubscribed", None, "2026-02-01T10:00:00Z"),
    ]


def test_small_accounts(database: Path) -> None:
    for table, stores in (
        ("attentive__messages", {"one_row": 1, "no_row": 0, "bare": 1}),
        ("postscript__messages", {"one_row": 0, "no_row": 0, "bare": 1}),
    ):
        found = {store: len(columns_of(database, table, store, "message_id")) for store in stores}
        assert found == stores
    (bare,) = columns_of(database, "postscript__messages", "bare-postscript", "message_id").values()
    assert (bare["address"], bare["sent_at"]) == (None, None), "staging refuses it and says why"
