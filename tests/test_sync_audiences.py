"""The audience sync: what reaches the account, what never does, and what is left after faults and kills."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import multiprocessing
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from fake_klaviyo import Answer, FakeKlaviyo, problem
from sync_shop import NOW, Shop

import post_purchase.sync.command as sync_audiences

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
SCRIPTS = ROOT / "scripts"

SECRET = "pk_f00dfacefeedbeefcafe"
REVIEW = "marketing_review_request"
CHECK_IN = "service_delivery_check_in"

try:
    import dlt  # noqa: F401
    import klaviyo_api  # noqa: F401

    HAS_SYNC = True
except ModuleNotFoundError:
    HAS_SYNC = False

sends = pytest.mark.skipif(not HAS_SYNC, reason="klaviyo-api and dlt are not installed: run `make sync-setup`")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop" / "post_purchase.duckdb")


@pytest.fixture
def account() -> Iterator[FakeKlaviyo]:
    with FakeKlaviyo() as account:
        yield account
        assert account.strange == [], "a path was called that the sync must not know"


class Run:
    """The script in this process: `run(...)` returns its exit code, `out` and `err` what it said."""

    def __init__(self, shop: Shop, account: FakeKlaviyo | None, capsys: Any, monkeypatch: Any) -> None:
        self.shop, self.account, self.capsys, self.monkeypatch = shop, account, capsys, monkeypatch
        self.log = shop.path.with_name("sync_log.duckdb")
        self.out = self.err = ""

    def __call__(self, *options: str, now: dt.datetime = NOW) -> int:
        self.monkeypatch.setenv("KLAVIYO_API_KEY", SECRET)
        host = ["--host", self.account.host, "--poll", "0.05"] if self.account else []
        code = sync_audiences.main(["--database", str(self.shop.path), "--now", str(now), *host, *options])
        self.out, self.err = self.capsys.readouterr()
        return code

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.log), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def results(self, kind: str = "profile") -> dict[str, tuple[str, str | None]]:
        """The last result of each row, by its key, with the reason."""
        found = self.rows(
            f"select row_key, arg_max(result, rowid), arg_max(coalesce(reason, ''), rowid) from sync_log "
            f"where kind = '{kind}' group by row_key"
        )
        return {key: (result, reason or None) for key, result, reason in found}


@pytest.fixture
def run(shop: Shop, account: FakeKlaviyo, capsys: Any, monkeypatch: Any) -> Run:
    return Run(shop, account, capsys, monkeypatch)


@pytest.fixture
def offline(shop: Shop, capsys: Any, monkeypatch: Any) -> Run:
    return Run(shop, None, capsys, monkeypatch)


def member(number: int, audience: str = REVIEW) -> str:
    return f"m-{number}-{audience}"


def customer(number: int) -> str:
    return f"customer-{number:07}"


def held(account: FakeKlaviyo, number: int, name: str) -> Any:
    """A property of a customer's profile as the account holds it."""
    return account.profiles[customer(number)]["properties"].get(f"post_purchase_{name}")


# --- What reaches the account ----------------------------------------------------------------------------------------


@sends
def test_a_dry_run_is_the_default_and_touches_nothing(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 3)
    before = sorted(path.name for path in shop.path.parent.iterdir())
    assert run() == 0
    assert re.search(rf"{REVIEW} +marketing +send +in +- +3\n", run.out)
    assert not account.calls
    assert sorted(path.name for path in shop.path.parent.iterdir()) == before


@sends
def test_members_become_properties_and_entries_become_events(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 2)
    shop.join(3, 3, CHECK_IN)
    assert run("--send") == 0
    profile = account.profiles[customer(1)]
    assert profile["email"] == "c1@example.com" and profile["first_name"] == "Ann1"
    # a phone is not needed to send an e-mail
    assert "phone_number" not in profile
    assert profile["properties"] == {
        f"post_purchase_{REVIEW}": True,
        "post_purchase_action": "review_request",
        "post_purchase_channel": "email",
        "post_purchase_order_id": "order-1",
        "post_purchase_decision_id": f"decision-1-{REVIEW}",
        "post_purchase_skus": "SKU-1,SKU-2",
        "post_purchase_recommended_sku": "SKU-3",
        "post_purchase_due_at": "2026-06-30T12:00:00Z",
        "post_purchase_expires_at": "2026-08-29T12:00:00Z",
        "post_purchase_send_after": "2026-06-30T14:00:00Z",
        "post_purchase_incentive_id": "incentive-1",
        "post_purchase_incentive_disclosure": "You get 5 points for any review.",
    }
    assert held(account, 3, CHECK_IN) is True and held(account, 3, REVIEW) is None
    event = account.events[f"entered-{member(1)}"]
    assert event["metric"]["data"]["attributes"]["name"] == "Entered post-purchase audience"
    assert event["profile"] == {"external_id": customer(1), "email": "c1@example.com"}
    assert event["properties"]["audience"] == REVIEW and event["properties"]["valid_until"] == "2026-07-01T12:00:00Z"
    assert len(account.events) == 3
    assert account.keys == {f"Klaviyo-API-Key {SECRET}"}


@sends
def test_a_repeat_changes_nothing(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 4)
    assert run("--send") == 0
    calls, profiles, log = dict(account.calls), json.dumps(account.profiles), run.rows("from sync_log order by all")
    shop.hash()
    assert run("--send") == 0
    assert (dict(account.calls), json.dumps(account.profiles)) == (calls, profiles)
    assert run.rows("from sync_log order by all") == log


@sends
def test_who_leaves_is_false_and_his_traits_are_emptied(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 2)
    run("--send")
    shop.leave(f"customer_id = '{customer(1)}'")
    assert run("--send") == 0
    assert held(account, 1, REVIEW) is False and held(account, 1, "skus") == "" and held(account, 2, REVIEW) is True
    assert account.events[f"left-{member(1)}"]["metric"]["data"]["attributes"]["name"].startswith("Left")


@sends
def test_who_moves_to_another_audience_moves_in_one_import(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 1, CHECK_IN)
    run("--send")
    shop.leave("true")
    shop.join(1, 1, REVIEW)
    assert run("--send") == 0
    assert held(account, 1, CHECK_IN) is False and held(account, 1, REVIEW) is True
    assert held(account, 1, "action") == "review_request"
    assert account.calls["import_profiles"] == 2 and account.received_profiles[customer(1)] == 2


@sends
def test_an_exit_before_any_delivery_makes_no_profile(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 1)
    shop.leave("true")
    assert run("--send") == 0
    assert not account.calls
    assert run.results()[member(1)] == ("skipped", "never_entered")
    assert run.results("event") == {
        f"entered-{member(1)}": ("skipped", "left_since"),
        f"left-{member(1)}": ("skipped", "never_entered"),
    }


@sends
def test_a_text_message_needs_its_own_consent_and_a_phone(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 3, channel="sms")
    shop.run(
        f"""
        update marts.customer_state set consent_sms = 'ok' where customer_id <> '{customer(1)}';
        update marts.audience_members set phone = '+1 (555) 010-0002' where customer_id = '{customer(2)}';
        update marts.audience_members set phone = null where customer_id = '{customer(3)}';
        """
    )
    assert run("--send") == 3
    assert {name: profile["phone_number"] for name, profile in account.profiles.items()} == {
        customer(2): "+15550100002"
    }
    assert run.results()[member(1)] == ("skipped", "no_consent")
    assert run.results()[member(3)] == ("refused", "no_address")


@sends
def test_a_lost_log_is_made_good(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 2)
    run("--send")
    shop.leave(f"customer_id = '{customer(1)}'")
    run.log.unlink()
    assert run("--send", "--resend") == 0
    assert held(account, 1, REVIEW) is False and held(account, 2, REVIEW) is True


@sends
def test_an_erased_customer_goes_out_as_a_key_alone(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 2)
    run("--send")
    shop.leave("true")
    # erased: the mart keeps of him that he is out
    shop.run(
        f"""
        update marts.audience_members set decision_id = null, order_id = null where customer_id = '{customer(1)}';
        update marts.audience_events set email = null, decision_id = null, order_id = null
        where customer_id = '{customer(1)}';
        """
    )
    sent: list[dict[str, Any]] = []
    account.row_error = lambda attributes: sent.append(attributes)
    shop.hash()
    assert run("--send") == 0
    erased = next(row for row in sent if row["external_id"] == customer(1))
    assert set(erased) == {"external_id", "properties"}
    assert {value for value in erased["properties"].values() if value} == set()
    assert run.results("event")[f"left-{member(1)}"] == ("skipped", "no_address")
    # one who was never delivered is not made known to anyone
    shop.join(9, 9)
    shop.leave(f"customer_id = '{customer(9)}'")
    run("--send")
    assert customer(9) not in account.profiles


# --- Decisions are read anew -----------------------------------------------------------------------------------------

SPOILED = {
    "expired": "update marts.audience_members set valid_until = timestamp '{now}' where {who}",
    "no_valid_until": "update marts.audience_members set valid_until = null where {who}",
    "decision_gone": "delete from marts.next_actions where {decision}",
    "decision_is_support": "update marts.next_actions set decision = 'support' where {decision}",
    "not_the_pick": "update marts.next_actions set is_customer_pick = false where {decision}",
    "no_consent": "update marts.customer_state set consent_email = 'problem' where customer_id = '{customer}'",
    "held_by_consent": "insert into marts.gate_reasons select 'decision-{number}-{audience}', 'consent', 'pause'",
}


def spoil(shop: Shop, reason: str, number: int) -> None:
    names = {"now": NOW, "number": number, "audience": REVIEW, "who": f"audience_member_id = '{member(number)}'"}
    names["customer"] = customer(number)
    shop.run(SPOILED[reason].format(**names, decision=f"decision_id = 'decision-{number}-{REVIEW}'"))


@sends
def test_what_is_no_longer_valid_is_skipped_with_its_reason(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, len(SPOILED) + 1)
    for number, reason in enumerate(SPOILED, start=1):
        spoil(shop, reason, number)
    assert run("--send") == 0
    assert set(account.profiles) == {customer(len(SPOILED) + 1)}
    assert set(account.events) == {f"entered-{member(len(SPOILED) + 1)}"}
    for number, reason in enumerate(SPOILED, start=1):
        assert run.results()[member(number)] == ("skipped", reason)
        assert run.results("event")[f"entered-{member(number)}"] == ("skipped", reason)


@sends
def test_a_decision_that_changes_while_the_sync_runs_is_not_sent(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    """The first batch is on its way when the others' decisions change: the plan was made before."""
    shop.join(1, 12)

    def change(endpoint: str, call: int, body: Any) -> None:
        if endpoint == "import_profiles" and call == 1:
            shop.run(f"update marts.next_actions set decision = 'pause' where decision_id <> 'decision-1-{REVIEW}'")

    account.fault = change
    assert run("--send", "--batch", "4") == 0
    assert set(account.profiles) == {customer(number) for number in range(1, 5)}
    assert all(run.results()[member(number)] == ("skipped", "decision_is_pause") for number in range(5, 13))
    # the profile of the second customer was in; his decision fell before his event went out
    assert set(account.events) == {f"entered-{member(1)}"}


@sends
def test_what_was_delivered_is_withdrawn_when_it_expires_and_comes_back(
    shop: Shop, account: FakeKlaviyo, run: Run
) -> None:
    shop.join(1, 1)
    run("--send")
    late = NOW + dt.timedelta(hours=24)
    assert run("--send", now=late - dt.timedelta(seconds=1)) == 0
    assert held(account, 1, REVIEW) is True
    assert run("--send", now=late) == 0
    assert held(account, 1, REVIEW) is False
    assert run.results()[member(1)] == ("withdrawn", "expired")
    # the next build says send once more: the same row, valid again
    shop.run("update marts.audience_members set valid_until = valid_until + interval 48 hour")
    assert run("--send", now=late) == 0
    assert held(account, 1, REVIEW) is True


@sends
def test_an_entry_that_was_not_valid_goes_out_when_it_is(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 1)
    late = NOW + dt.timedelta(hours=30)
    run("--send", now=late)
    assert not account.events
    shop.run("update marts.audience_members set valid_until = valid_until + interval 48 hour")
    assert run("--send", now=late) == 0
    assert set(account.events) == {f"entered-{member(1)}"}


# --- Limits and faults -----------------------------------------------------------------------------------------------


@sends
def test_both_windows_are_kept_without_a_single_429() -> None:
    from post_purchase.sync.klaviyo import Klaviyo, Limits

    with FakeKlaviyo(burst=3, steady=9, burst_seconds=0.3, steady_seconds=2.0) as account:
        client = Klaviyo(SECRET, account.host, Limits(3, 0.3, 9, 2.0))
        body = {"type": "profile", "attributes": {"external_id": "x", "properties": {"a": True}}}
        started = time.monotonic()
        for _ in range(20):
            client.import_profiles([body])
        assert not account.throttled
        # 20 requests need three windows of nine
        assert 4.0 <= time.monotonic() - started < 7.0


@sends
def test_retry_after_is_kept(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    """Somebody else uses the same account: its quota is gone before ours."""
    shop.join(1, 20)
    asked: list[float] = []

    def busy(endpoint: str, call: int, body: Any) -> Answer | None:
        if endpoint != "create_events":
            return None
        asked.append(time.monotonic())
        return Answer(429, {"Retry-After": "2"}) if len(asked) == 1 else None

    account.fault = busy
    assert run("--send", "--events-per-request", "10") == 0
    assert min(later - asked[0] for later in asked[2:] or asked[1:]) >= 1.9
    assert len(account.events) == 20


@sends
def test_errors_timeouts_and_lost_answers_lose_nothing(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 6)
    faults = {
        ("import_profiles", 1): Answer(500),
        ("import_profiles", 2): Answer(502),
        ("import_profiles", 3): Answer(0, is_done_first=True),
        ("read_job", 1): Answer(503, {"Retry-After": "1"}),
        ("read_job", 2): Answer(0),
        ("create_events", 1): Answer(202, seconds=1.0, is_done_first=True),
        ("create_events", 2): Answer(504),
    }
    account.fault = lambda endpoint, call, body: faults.get((endpoint, call))
    assert run("--send", "--timeout", "0.5") == 0
    assert len(account.profiles) == len(account.events) == 6
    assert all(result == ("delivered", None) for result in run.results().values())
    # the answer was lost, so all went out again, and the account has each once
    assert set(account.received_events.values()) == {2}


@sends
def test_an_outage_stops_the_run_and_the_next_goes_on(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 9)
    account.fault = lambda endpoint, call, body: Answer(500) if endpoint == "import_profiles" and call > 1 else None
    assert run("--send", "--profiles-per-job", "3", "--batch", "3", "--give-up-after", "0.5") == 1
    assert "Stopped: POST /api/profile-bulk-import-jobs: 500" in run.err
    account.fault = lambda endpoint, call, body: None
    assert run("--send") == 0
    assert len(account.profiles) == len(account.events) == 9
    assert sum(account.received_profiles.values()) == 9


PAGE = b"<html><body>Sign in to this network</body></html>"
# Answers that say they are well and are not what the API documents, by the call that gets them.
UNDOCUMENTED: dict[str, dict[str, Answer]] = {
    "import_profiles": {
        "a page": Answer(200, said=PAGE, kind="text/html"),
        "a page that calls itself JSON": Answer(202, said=PAGE),
        "no body": Answer(202),
        "no content": Answer(204),
        "a list": Answer(202, said=b"[1]"),
        "null": Answer(202, said=b"null"),
        "no id": Answer(202, body={"data": {"type": "profile-bulk-import-job"}}),
        "an id that is a number": Answer(202, body={"data": {"id": 7}}),
        "an id that leads elsewhere": Answer(202, body={"data": {"id": "../../lists"}}),
        "not UTF-8": Answer(202, said=b'{"data": "\xff"}'),
        "a strange charset": Answer(202, said=b'{"data": {"id": "j"}}', kind="application/json; charset=bogus"),
        "a thousand brackets": Answer(202, said=b"[" * 100_000),
        "cut off": Answer(202, {"Content-Length": "500"}, said=b'{"data": {"id": "job'),
    },
    "read_job": {
        "a page": Answer(200, said=PAGE, kind="text/html"),
        "a word for a state": Answer(200, body={"data": {"attributes": "complete"}}),
        "an unknown state": Answer(200, body={"data": {"attributes": {"status": "done"}}}),
        "failed as a text": Answer(200, body={"data": {"attributes": {"status": "complete", "failed_count": "2"}}}),
    },
    "create_events": {
        "a page": Answer(200, said=PAGE, kind="text/html"),
        "a page with the right status": Answer(202, said=PAGE, kind="text/html"),
        "a redirect": Answer(302, {"Location": "http://127.0.0.1:1/elsewhere"}),
        "torn errors": Answer(400, body={"errors": ["x", 1, {"source": "y", "detail": 5}, {"source": {"pointer": 3}}]}),
        "errors that are a page": Answer(409, said=PAGE, kind="text/html; charset=bogus"),
    },
}


@sends
@pytest.mark.parametrize(
    ("endpoint", "name"), [(endpoint, name) for endpoint, answers in UNDOCUMENTED.items() for name in answers]
)
def test_an_answer_that_is_not_documented_delivers_nothing(
    shop: Shop, account: FakeKlaviyo, run: Run, endpoint: str, name: str
) -> None:
    """What it was said of stays unsent, says why in the log, and goes out once the API answers as documented."""
    shop.join(1, 2)
    account.fault = lambda called, call, body: UNDOCUMENTED[endpoint][name] if called == endpoint else None
    code = run("--send", "--give-up-after", "3")
    assert code == (3 if name in ("torn errors", "errors that are a page") else 1), run.err
    assert "Traceback" not in run.err and len(run.err.splitlines()) <= 6
    kind = "event" if endpoint == "create_events" else "profile"
    assert not run.rows(f"select * from sync_log where kind = '{kind}' and result = 'delivered'")
    if code == 1:
        (reason,) = run.rows("select reason from sync_log where kind = 'run' and result = 'stopped'")
        assert f"Stopped: {reason[0]}" in run.err
        if endpoint != "read_job":
            assert {(result, why) for result, why in run.results(kind).values()} == {("unconfirmed", reason[0])}
        assert account.calls[endpoint] <= 8
    account.fault = lambda called, call, body: None
    # a refusal is the API's last word on a row until the row changes
    assert run("--send") == 0
    assert len(account.profiles) == 2 and len(account.events) == (2 if code == 1 else 0)


@sends
def test_errors_of_rows_that_cannot_be_read_stop_the_run(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 3)
    account.row_error = lambda row: "bad" if row["external_id"] == customer(1) else None
    pages = [
        Answer(200, body={"data": [{"attributes": {"source": "x", "original_payload": [1]}}]}),
        Answer(200, body={"data": [], "links": {"next": "http://x/?page%5Bcursor%5D=1"}}),
        Answer(200, body={"data": {"attributes": {}}}),
    ]
    for page in pages:
        account.fault = lambda called, call, body, page=page: page if called == "read_errors" else None
        assert run("--send") == 1
        assert "GET /api/profile-bulk-import-jobs/{id}/import-errors" in run.err and len(run.err.splitlines()) <= 6
    assert not run.rows("select * from sync_log where result = 'delivered'")
    account.fault = lambda called, call, body: None
    assert run("--send") == 3
    assert run.results()[member(1)] == ("refused", "invalid: bad") and run.results()[member(2)] == ("delivered", None)


@sends
@pytest.mark.parametrize("endpoint", ["import_profiles", "read_job", "create_events"])
@pytest.mark.parametrize("told", ["86400", "Fri, 31 Dec 2999 23:59:59 GMT", "1e300", "nan", "-5", "soon"])
def test_a_wait_has_an_end(shop: Shop, account: FakeKlaviyo, run: Run, endpoint: str, told: str) -> None:
    """Whoever is told to wait for a day stops, says so, and is run again."""
    shop.join(1, 2)
    account.fault = lambda called, call, body: Answer(429, {"Retry-After": told}) if called == endpoint else None
    started = time.monotonic()
    assert run("--send", "--give-up-after", "2") == 1
    assert time.monotonic() - started < 10
    assert "429" in run.err or "over the limit" in run.err
    assert run.rows("select count(*) from sync_log where kind = 'run' and result = 'stopped'") == [(1,)]
    if told == "86400":
        assert account.calls[endpoint] == 1 and "wait 86,400 s" in run.err


@sends
@pytest.mark.parametrize("endpoint", ["import_profiles", "read_job", "create_events"])
def test_a_slow_answer_ends(shop: Shop, account: FakeKlaviyo, run: Run, endpoint: str) -> None:
    """A byte every tenth of a second: no single one is late, and the answer would take a quarter of an hour."""
    shop.join(1, 2)
    account.fault = lambda called, call, body: Answer(202, drip=0.1) if called == endpoint else None
    started = time.monotonic()
    assert run("--send", "--timeout", "1", "--give-up-after", "3") == 1
    assert time.monotonic() - started < 12
    assert "no whole answer in 1 s" in run.err
    account.fault = lambda called, call, body: None
    assert run("--send") == 0 and len(account.events) == 2


@sends
def test_an_answer_of_any_size_has_an_end(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 1)
    packed = gzip.compress(b"[" + b" " * 60_000_000)
    account.fault = lambda called, call, body: Answer(202, {"Content-Encoding": "gzip"}, said=packed)
    assert run("--send") == 1
    assert "more than 20,000,000 bytes" in run.err and not run.rows("select * from sync_log where result = 'delivered'")


@sends
def test_a_fault_that_nobody_foresaw_is_one_line_and_one_row(
    shop: Shop, account: FakeKlaviyo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.join(1, 1)
    from post_purchase.sync.send import Sender

    def fail(*_: Any) -> None:
        raise KeyError("c1@example.com")

    with monkeypatch.context() as patch:
        patch.setattr(Sender, "note_accepted", fail)
        assert run("--send") == 2
    assert "a fault of the sync itself (KeyError in test_sync_audiences.py:" in run.err
    assert "c1@example.com" not in run.err and "Traceback" not in run.err
    assert len(run.rows("select * from sync_log where kind = 'run' and result = 'stopped'")) == 1
    assert run("--send") == 0 and len(account.events) == 1


@sends
def test_a_notice_that_is_due_goes_out_once(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    """A service notice is of an order, not of a member: it has no audience to be in."""
    shop.join(1, 1)
    shop.run(
        """
        insert into marts.service_actions values ('due-1'), ('due-2');
        insert into marts.audience_events by name
        select
            'due-' || n as event_id, 'customer-0000001' as customer_id, 'service_order_confirmation' as audience,
            'service' as audience_class, 'due' as event_type, getvariable('now') as occurred_at,
            'c1@example.com' as email, getvariable('now') + interval 24 hour as valid_until
        from range(1, 4) as numbers(n);
        """
    )
    assert run("--send") == 0
    assert set(account.events) == {f"entered-{member(1)}", "due-1", "due-2"}
    assert account.events["due-1"]["metric"]["data"]["attributes"]["name"] == "Post-purchase notice due"
    assert run.results("event")["due-3"] == ("skipped", "decision_gone")
    assert run("--send") == 0 and set(account.received_events.values()) == {1}


@sends
def test_a_key_that_is_not_accepted_stops_at_once(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 2)
    account.fault = lambda endpoint, call, body: problem(403, "permission_denied", f"The key {SECRET} has no scope.")
    assert run("--send") == 1
    assert "the key is not accepted (403)" in run.err and sum(account.calls.values()) == 1


@sends
@pytest.mark.parametrize("names_rows", [True, False], ids=["by customer", "by position"])
def test_rows_that_an_import_refuses_are_read_back(
    shop: Shop, account: FakeKlaviyo, run: Run, names_rows: bool
) -> None:
    """More errors than one page holds; the others of the job are in."""
    shop.join(1, 230)
    account.names_bad_rows = names_rows
    account.row_error = lambda row: f"{row['email']} is no address." if int(row["external_id"][-7:]) % 2 else None
    assert run("--send") == 3
    results = run.results()
    assert results[member(1)] == ("refused", "invalid: <address> is no address.")
    assert results[member(2)] == ("delivered", None)
    assert sum(result == "refused" for result, _ in results.values()) == 115
    assert "Refused: 115" in run.out and "and 95 more" in run.out
    assert run.results("event")[f"entered-{member(1)}"] == ("skipped", "profile_refused")
    # what never got in need not be taken out
    shop.leave(f"customer_id = '{customer(3)}'")
    run("--send")
    assert run.results()[member(3)] == ("skipped", "never_entered") and customer(3) not in account.profiles
    # the same row would be refused again; a changed one is tried
    calls = account.calls["import_profiles"]
    run("--send")
    assert account.calls["import_profiles"] == calls
    account.row_error = lambda row: None
    shop.run(f"update marts.audience_members set first_name = 'Anna' where audience_member_id = '{member(1)}'")
    shop.hash()
    run("--send")
    assert held(account, 1, REVIEW) is True


@sends
@pytest.mark.parametrize("names_rows", [True, False], ids=["named", "not named"])
def test_one_bad_row_does_not_hold_up_its_request(shop: Shop, account: FakeKlaviyo, run: Run, names_rows: bool) -> None:
    shop.join(1, 20)
    account.names_bad_rows = names_rows
    account.bad_row = lambda row: "Not valid." if row.get("external_id") == customer(7) else None
    assert run("--send") == 3
    assert run.results()[member(7)] == ("refused", "invalid: Not valid.")
    assert len(account.profiles) == 19 and customer(7) not in account.profiles
    assert account.calls["import_profiles"] <= (2 if names_rows else 12)


@sends
def test_an_event_that_had_arrived_counts_as_delivered(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    """By its text the API refuses a request that repeats a unique_id: the answer to the first one was lost."""
    shop.join(1, 5)
    account.refuses_repeated_events = True
    lost = {1: Answer(0, is_done_first=True)}
    account.fault = lambda endpoint, call, body: lost.get(call) if endpoint == "create_events" else None
    assert run("--send") == 0
    assert set(run.results("event").values()) == {("delivered", "repeated: had arrived before")}
    assert set(account.received_events.values()) == {1}


@sends
def test_a_job_that_is_gone_or_unclear_is_sent_again(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 3)
    account.fault = lambda endpoint, call, body: problem(404, "not_found", "-") if endpoint == "read_job" else None
    assert run("--send") == 1
    assert run.results()[member(1)] == ("unconfirmed", "import job gone")
    assert not account.events
    account.fault = lambda endpoint, call, body: None
    assert run("--send") == 0
    assert run.results()[member(1)] == ("delivered", None) and len(account.events) == 3


@sends
def test_a_slow_job_is_read_back_by_the_next_run(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    """Until it has ended nothing else is sent for its customers: two jobs at once may end in any order."""
    shop.join(1, 2)
    account.job_seconds = 60
    assert run("--send", "--wait", "0") == 1
    assert "rows wait for the API" in run.out
    shop.leave("true")
    assert run("--send", "--wait", "0") == 1
    assert account.calls["import_profiles"] == 1 and not account.events
    for job in account.jobs.values():
        job["ends_at"] = 0
    account.job_seconds = 0
    assert run("--send") == 0
    assert held(account, 1, REVIEW) is False


@sends
def test_a_job_holds_at_most_five_megabytes(shop: Shop, account: FakeKlaviyo, run: Run) -> None:
    shop.join(1, 150)
    shop.run("update marts.audience_members set incentive_disclosure = repeat('é', 15000)")
    shop.hash()
    assert run("--send") == 0
    assert account.calls["import_profiles"] == 3 and len(account.profiles) == 150
    assert account.largest["bytes"]["import_profiles"] <= 5_000_000


# --- Kill and resume -------------------------------------------------------------------------------------------------

KILLS = 20


@sends
def test_killed_at_twenty_points_no_row_is_lost(
    shop: Shop, account: FakeKlaviyo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each round some enter and some leave, and the sync is killed (-9) somewhere on its way."""
    monkeypatch.setenv("KLAVIYO_API_KEY", SECRET)
    fork = multiprocessing.get_context("forkserver")
    fork.set_forkserver_preload(
        ["post_purchase.sync.send", "openapi_client.api.profiles_api", "openapi_client.api.events_api"]
    )
    options = ["--database", str(shop.path), "--now", str(NOW), "--host", account.host, "--poll", "0.05", "--send"]
    options += ["--profiles-per-job", "7", "--events-per-request", "7", "--batch", "14"]
    seed = random.randrange(1_000_000)
    chance = random.Random(seed)
    shop.join(1, 10)
    started = time.monotonic()
    first = fork.Process(target=sync_audiences.main, args=(options,))
    first.start()
    first.join()
    whole = time.monotonic() - started
    killed, last, states = 0, 10, set()
    while killed < KILLS:
        shop.join(last + 1, last + 8)
        gone = chance.sample(range(1, last + 1), 3)
        shop.leave(f"in_audience and audience_member_id in ({', '.join(repr(member(number)) for number in gone)})")
        last += 8
        process = fork.Process(target=sync_audiences.main, args=(options,))
        process.start()
        process.join(chance.uniform(0.1, 1.0) * whole)
        process.kill()
        process.join()
        killed += process.exitcode == -9
        states |= {row[0] for row in run.rows("select distinct result from sync_state")}
    assert run("--send") in (0, 3), f"seed {seed}"

    members = dict(shop.run("select customer_id, in_audience from marts.audience_members"))
    events = {row[0] for row in shop.run("select event_id from marts.audience_events")}
    delivered = {key for key, (result, _) in run.results("event").items() if result == "delivered"}
    assert {
        name: profile["properties"].get(f"post_purchase_{REVIEW}") for name, profile in account.profiles.items()
    } == {name: is_in for name, is_in in members.items() if name in account.profiles}, f"seed {seed}"
    # whoever never reached the account had left before he could
    assert not any(members[name] for name in set(members) - set(account.profiles)), f"seed {seed}"
    assert set(run.results("event")) == events and set(run.results()) == {member(n) for n in range(1, last + 1)}
    # a call that was cut off may have arrived; who has left since is not told again, and the ledger says "may hold"
    perhaps = {
        row[0]
        for row in run.rows("select row_key from sync_state where kind = 'event' and may_hold and result = 'skipped'")
    }
    assert delivered <= set(account.events) <= delivered | perhaps, f"seed {seed}"
    keys = run.rows("select row_key, count(distinct idempotency_key) from sync_log where kind = 'event' group by all")
    assert {count for _, count in keys} == {1}
    stated = shop.run("select audience_member_id || ':' || row_hash from marts.audience_members")
    logged = {row[0] for row in run.rows("select idempotency_key from sync_log where kind = 'profile'")}
    assert {row[0] for row in stated} <= logged, f"seed {seed}"
    assert not run.rows("select * from sync_state where result in ('sending', 'submitted', 'unconfirmed')")
    # nothing is left to do
    calls = dict(account.calls)
    assert run("--send") == 0 and dict(account.calls) == calls
    assert {"sending", "submitted"} & states, f"no kill fell into a delivery, seed {seed}"


@sends
def test_two_syncs_do_not_run_at_once(shop: Shop, account: FakeKlaviyo, run: Run, tmp_path: Path) -> None:
    shop.join(1, 1)
    holder = (
        f"import duckdb, sys; c = duckdb.connect({str(run.log)!r}); print('held', flush=True); sys.stdin.readline()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        other.stdout.readline()
        assert run("--send") == 2
        other.stdin.close()
    assert "is another sync at work?" in run.err and not account.calls


# --- What is never written down --------------------------------------------------------------------------------------


@sends
def test_neither_key_nor_address_is_written_anywhere(
    shop: Shop, account: FakeKlaviyo, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused rows, a refused key that the API repeats, an outage, a resumed run: then every file is searched."""
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt_home"))
    shop.join(1, 8)
    said = ""
    account.row_error = lambda row: (
        f"{row['email']} with {SECRET} is refused" if row["external_id"] == customer(3) else None
    )
    account.fault = lambda endpoint, call, body: (
        Answer(400, {}, {"errors": [{"code": "bad", "detail": f"{SECRET} c4@example.com +15550000004"}]})
        if endpoint == "create_events" and call == 1
        else None
    )
    run("--send", "--events-per-request", "1")
    said += run.out + run.err
    shop.leave("true")
    account.fault = lambda endpoint, call, body: Answer(500, {}, {"errors": [{"detail": SECRET}]}) if call > 3 else None
    run("--send", "--profiles-per-job", "2", "--batch", "2", "--give-up-after", "0.2")
    said += run.out + run.err
    account.fault = lambda endpoint, call, body: problem(401, "no", f"{SECRET}")
    run("--send")
    said += run.out + run.err
    assert "KLAVIYO_API_KEY" not in os.environ
    text = "\n".join(str(row) for row in run.rows("from sync_log") + run.rows("from sync_state"))
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path != shop.path]
    assert run.log in files
    for where, content in [("output", said.encode()), ("log", text.encode())] + [(p, p.read_bytes()) for p in files]:
        assert SECRET.encode() not in content, where
        assert not re.search(rb"c\d+@example\.com|\+?1555\d{7}|\bAnn\d", content), where
    assert "<key>" in text and "<address>" in text


@sends
def test_only_the_four_bulk_paths_exist_for_the_sync(account: FakeKlaviyo) -> None:
    """The SDK has some 400 calls; the package names four, and no word of lists, subscriptions or consent in a body."""
    from post_purchase.sync.klaviyo import ENDPOINTS

    source = "\n".join(path.read_text() for path in (ROOT / "post_purchase" / "sync").glob("*.py"))
    used = set(re.findall(r"self\.(?:api\.)?(?:[A-Z]\w+|profiles|events)\.(\w+)", source))
    assert used - {"number", "api_client"} == {
        "bulk_import_profiles",
        "bulk_create_events",
        "get_bulk_import_profiles_job",
        "get_errors_for_bulk_import_profiles_job",
    }
    assert set(re.findall(r"self\.api\.([A-Z]\w+)", source)) == {"Profiles", "Events"}
    assert not re.search(r"list|subscri|suppress|consent", " ".join(ENDPOINTS.values()))


# --- Settings and marts that cannot be used ---------------------------------------------------------------------------


def test_a_mart_that_is_missing_is_named(offline: Run, shop: Shop) -> None:
    shop.run("alter table marts.audience_members drop column valid_until")
    assert offline() == 2
    assert "marts.audience_members is missing or lacks: valid_until" in offline.err


def test_a_build_that_holds_the_warehouse_is_waited_for(offline: Run, shop: Shop, monkeypatch: Any) -> None:
    shop.join(1, 1)
    holder = (
        f"import duckdb, sys, time; c = duckdb.connect({str(shop.path)!r}); print('held', flush=True); "
        "time.sleep(float(sys.argv[1]))"
    )
    for seconds, patience, code in (("1.5", 60.0, 0), ("30", 0.1, 2)):
        monkeypatch.setattr("post_purchase.sync.ledger.Ledger.patience", patience)
        with subprocess.Popen([sys.executable, "-c", holder, seconds], stdout=subprocess.PIPE) as build:
            build.stdout.readline()
            assert offline() == code
            build.kill()
    assert "cannot be read" in offline.err


def test_no_key_no_send(offline: Run, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KLAVIYO_API_KEY", raising=False)
    assert sync_audiences.main(["--database", str(shop.path), "--send"]) == 2


@pytest.mark.parametrize(
    "options", [["--export", "csv"], ["--out", "x"], ["--send", "--export", "csv"], ["--batch", "0"]]
)
def test_settings_that_contradict_are_refused(offline: Run, options: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        offline(*options)
    assert stop.value.code == 2


# --- Files -----------------------------------------------------------------------------------------------------------


def read(path: Path) -> list[dict[str, Any]]:
    """A file's rows, as another program reads them."""
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    cursor = duckdb.execute(f"select * from '{path}'")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize("file_format", ["csv", "jsonl", "parquet"])
def test_a_file_per_audience_with_every_member(offline: Run, shop: Shop, tmp_path: Path, file_format: str) -> None:
    shop.join(1, 3)
    shop.join(4, 4, CHECK_IN)
    shop.leave(f"customer_id = '{customer(2)}'")
    spoil(shop, "decision_is_support", 3)
    out = tmp_path / "out"
    assert offline("--export", file_format, "--out", str(out)) == 0
    assert sorted(path.name for path in out.iterdir()) == [f"{REVIEW}.{file_format}", f"{CHECK_IN}.{file_format}"]
    rows = {row["customer_id"]: row for row in read(out / f"{REVIEW}.{file_format}")}
    is_in = {name: str(row["in_audience"]).lower() for name, row in rows.items()}
    assert is_in == {customer(1): "true", customer(2): "false", customer(3): "false"}
    assert rows[customer(1)]["skus"] == "SKU-1,SKU-2" and rows[customer(1)]["email"] == "c1@example.com"
    # who left, or may not be addressed any more, takes no offer along
    assert not rows[customer(2)]["email"] and not rows[customer(2)]["skus"] and not rows[customer(3)]["skus"]
    before = (out / f"{REVIEW}.{file_format}").read_bytes()
    assert offline("--export", file_format, "--out", str(out)) == 0
    if file_format != "parquet":
        assert (out / f"{REVIEW}.{file_format}").read_bytes() == before


def test_changes_only_are_written_once(offline: Run, shop: Shop, tmp_path: Path) -> None:
    shop.join(1, 3)
    out = tmp_path / "out"
    assert offline("--export", "csv", "--out", str(out), "--changes") == 0
    assert offline("--export", "csv", "--out", str(out), "--changes", now=NOW + dt.timedelta(hours=1)) == 0
    assert "No audience changed" in offline.out
    shop.leave(f"customer_id = '{customer(2)}'")
    assert offline("--export", "csv", "--out", str(out), "--changes", now=NOW + dt.timedelta(hours=2)) == 0
    first, second = sorted(out.iterdir())
    assert len(read(first)) == 3
    assert [(row["customer_id"], row["in_audience"]) for row in read(second)] == [(customer(2), "false")]
    # another folder has its own memory
    assert offline("--export", "csv", "--out", str(tmp_path / "other"), "--changes") == 0
    assert len(list((tmp_path / "other").iterdir())) == 1


def test_a_file_is_whole_or_not_there(
    offline: Run, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends between writing and naming: the old file stands, no half is left, and the changes come again."""
    shop.join(1, 1)
    out = tmp_path / "out"
    offline("--export", "csv", "--out", str(out))
    before = (out / f"{REVIEW}.csv").read_bytes()
    shop.join(2, 2)

    def fail(*_: Any) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        assert offline("--export", "csv", "--out", str(out)) == 2
    assert [path.name for path in out.iterdir()] == [f"{REVIEW}.csv"]
    assert (out / f"{REVIEW}.csv").read_bytes() == before
    assert offline("--export", "csv", "--out", str(out), "--changes") == 0
    assert [row["customer_id"] for row in read(next(out.glob("*Z.csv")))] == [customer(2)]


def test_a_place_that_takes_no_files_is_said(offline: Run, shop: Shop, tmp_path: Path) -> None:
    shop.join(1, 1)
    (tmp_path / "file").write_text("")
    assert offline("--export", "csv", "--out", str(tmp_path / "file" / "below")) == 2
    assert offline.err.startswith(str(tmp_path / "file"))
    assert offline.err.endswith("Name a place that can be read and written.\n")


# What a spreadsheet would run, and what it would not.
RUN = ["=1+1", '=HYPERLINK("http://x","y")', "+1", "-2", "@SUM(A1)", "  =1", '"=1', "'=1"]
RUN += ["\u00a0=1", "\uff1d1", "\tplain"]
# What one would run that splits at a semicolon, a bar, a tab or a line's end: beside it what must stand in the file.
SPLIT = {
    "Bob;=1+1": "Bob;'=1+1",
    "Bob|=1|+2": "Bob|'=1|'+2",
    "Bob\t@SUM(A1)": "Bob\t'@SUM(A1)",
    "Bob\n-1": "Bob\n'-1",
    'Bob; "=1': "Bob; \"'=1",
    "Bob;\uff1d1": "Bob;'\uff1d1",
    "=1;=2": "'=1;'=2",
    "\t=1": "'\t'=1",
    "\r=1": "'\r'=1",
    "\n=1": "'\n'=1",
}
NOT_RUN = ["a=b", "a;b", "Bob; Ann", "SKU-1,SKU-2", "SKU-1", "Ann", "1-2", "O'Hara-Lee", ""]


def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(offline: Run, shop: Shop, tmp_path: Path) -> None:
    values = [*RUN, *SPLIT, *NOT_RUN]
    shop.join(1, len(values))
    with duckdb.connect(str(shop.path)) as connection:
        connection.executemany(
            "update marts.audience_members set first_name = $1, recommended_sku = $1 where customer_id = $2",
            [[value, customer(number)] for number, value in enumerate(values, start=1)],
        )
    for file_format in ("csv", "jsonl"):
        assert offline("--export", file_format, "--out", str(tmp_path / "out")) == 0
    rows = {row["customer_id"]: row for row in read(tmp_path / "out" / f"{REVIEW}.csv")}
    plain = {row["customer_id"]: row for row in read(tmp_path / "out" / f"{REVIEW}.jsonl")}
    for number, value in enumerate(values, start=1):
        cell = SPLIT.get(value) or ("'" + value if value in RUN else value)
        assert (rows[customer(number)]["first_name"], rows[customer(number)]["recommended_sku"]) == (cell, cell)
        # other formats are no spreadsheet's
        assert plain[customer(number)]["first_name"] == value


def test_a_phone_stays_one(offline: Run, shop: Shop, tmp_path: Path) -> None:
    phones = ["+15550000001", "+1 555 000 0001", "+1 (555) 000-0001"]
    tricks = ["+1 555 000 0001+A1", "+1+1", "+15550000001=1", "-15550000001", "+SUM(A1)"]
    shop.join(1, len(phones + tricks))
    with duckdb.connect(str(shop.path)) as connection:
        connection.executemany(
            "update marts.audience_members set phone = $1, first_name = $1 where customer_id = $2",
            [[phone, customer(number)] for number, phone in enumerate(phones + tricks, start=1)],
        )
    assert offline("--export", "csv", "--out", str(tmp_path / "out")) == 0
    rows = {row["customer_id"]: row for row in read(tmp_path / "out" / f"{REVIEW}.csv")}
    cells = [rows[customer(number)]["phone"] for number in range(1, len(rows) + 1)]
    assert cells == [*phones, *("'" + trick for trick in tricks)]
    # in any other column it is no phone
    assert all(row["first_name"].startswith("'") for row in rows.values())


@pytest.mark.parametrize("file_format", ["csv", "jsonl", "parquet"])
def test_files_are_their_owners_alone(offline: Run, shop: Shop, tmp_path: Path, file_format: str) -> None:
    shop.join(1, 1)
    out = tmp_path / "new" / "out"
    usual = os.umask(0o022)
    try:
        for _ in range(2):
            assert offline("--export", file_format, "--out", str(out)) == 0
    finally:
        assert os.umask(usual) == 0o022
    modes = {path.name: path.stat().st_mode & 0o777 for path in (out.parent, out, *out.iterdir(), offline.log)}
    assert modes == {"new": 0o700, "out": 0o700, f"{REVIEW}.{file_format}": 0o600, "sync_log.duckdb": 0o600}


def test_an_audience_cannot_name_a_file_elsewhere(offline: Run, shop: Shop, tmp_path: Path) -> None:
    shop.join(1, 1)
    shop.run("update marts.audience_members set audience = '../../x'")
    assert offline("--export", "csv", "--out", str(tmp_path / "out")) == 2
    assert "cannot name a file" in offline.err and not list((tmp_path / "out").iterdir())


# --- The lock --------------------------------------------------------------------------------------------------------


def pins(path: Path) -> dict[str, set[str]]:
    """Each package with its pinned versions (one per Python, for some)."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9_.-]+)==([^ \\]+)", path.read_text(), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def test_the_sync_lock_changes_no_package_of_the_other() -> None:
    base, more = pins(ROOT / "requirements.lock"), pins(ROOT / "requirements-sync.lock")
    assert {name: (base[name], more[name]) for name in base.keys() & more.keys() if base[name] != more[name]} == {}
    assert {"klaviyo-api", "dlt", "duckdb", "pyrate-limiter"} <= more.keys()
    hashes = (ROOT / "requirements-sync.lock").read_text()
    assert hashes.count("--hash=sha256:") >= len(more)
