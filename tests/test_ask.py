"""Whoever asks is told what the gate decided, and told yes once."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ROOT, Build

from post_purchase import ask, leases, serve
from post_purchase.source import Source
from post_purchase.terminal import open_marts

AS_OF = datetime(2026, 6, 30, 12)
KEY = "a key of a good length"
SALT = "post_purchase_gate"
"""That of a shop that says none."""
# an account whose offer may go out at as_of, and the offers that wait for it
SENDABLE = """
select customer_id, action
from marts.may_send where verdict = 'send' and action_class = 'commercial' and closes_at > as_of + interval 2 hour
order by person_id limit 1
"""


def query(database: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def asked(demo_shop: Build, tmp_path: Path) -> Iterator[Callable[..., ask.Row]]:
    """asked(who, action, at=, ...): one answer about the demo shop, with leases of this test alone."""
    with open_marts(demo_shop.database, ask.MARTS) as connection:
        build = ask.Build(connection, Source(connection), copy=False)
        book = leases.LeaseBook(tmp_path / "leases.csv", build.person_of)

        def once(who: str, action: str, at: datetime = AS_OF, channel: str = "email", **more: Any) -> ask.Row:
            return ask.answer(build, book, ask.Question(who, action, channel, at, **more))

        once.book = book  # type: ignore[attr-defined]
        yield once


@pytest.fixture
def sendable(demo_shop: Build) -> tuple[str, str]:
    return query(demo_shop.database, SENDABLE)[0]  # type: ignore[return-value]


# --- Who is meant -----------------------------------------------------------------------------------------------------


def test_addresses_are_looked_up_as_the_models_compare_them(demo_shop: Build) -> None:
    accounts = query(
        demo_shop.database,
        "select customers.email, customers.phone, own.kind, own.address_key, own.last_nine_key "
        "from staging.stg_customers as customers inner join core.int_account_addresses as own "
        "using (customer_id) where own.is_own and customers.erased_at is null",
    )
    kinds = {"email": 0, "phone": 0}
    for email, phone, kind, address_key, last_nine_key in accounts:
        keys = ask.keys_of(email if kind == "email" else phone, SALT)
        assert {f"address:{address_key}", f"nine:{last_nine_key}"} & set(keys), "the customer would be nobody"
        kinds[kind] += 1
    assert min(kinds.values()) > 5


def test_a_number_of_another_country_is_nobody_of_this_one() -> None:
    assert not set(ask.keys_of("+44 20 7946 0958", SALT)[1:2]) & set(ask.keys_of("+1 20 7946 0958", SALT))
    assert ask.keys_of("Ada <ADA@example.com>", SALT) == ask.keys_of(" ada@example.com ", SALT)


def test_what_parts_a_key_may_stand_in_an_address() -> None:
    """Without it: an address with a tilde is nobody, and a salt that ends where the address begins is another salt."""
    ((hashed,),) = duckdb.sql("select md5('o~!k' || '|' || 'email' || '|' || 'a~~b@example.com')").fetchall()
    assert ask.keys_of("A~b@example.com", "o|k") == [f"address:{hashed}"]
    assert ask.keys_of("ada@example.com", "one") != ask.keys_of("ada@example.com", "two")


# --- What is answered -------------------------------------------------------------------------------------------------


def test_every_answer_at_the_build_is_the_mart_s(demo_shop: Build, asked: Callable[..., ask.Row]) -> None:
    rows = query(
        demo_shop.database,
        "select person_id, action, max(verdict = 'send') as is_send, count(*) as addresses "
        "from marts.may_send group by person_id, action",
    )
    verdicts = {}
    for person, action, is_send, addresses in rows:
        said = asked(person, action, takes_lease=False)
        assert (said["verdict"] == "send") == is_send, (person, action)
        assert said["reason_codes"] or said["verdict"] == "send"
        assert said["reasons_in_words"] or said["verdict"] == "send"
        verdicts[said["verdict"]] = verdicts.get(said["verdict"], 0) + addresses
    assert min(verdicts[verdict] for verdict in ("send", "pause", "support")) > 20


@pytest.mark.parametrize(
    ("at", "code"),
    [(AS_OF - timedelta(seconds=1), "before_the_build"), (AS_OF + timedelta(days=1), "build_too_old")],
)
def test_an_instant_that_the_build_does_not_cover_is_a_pause(
    at: datetime, code: str, asked: Callable[..., ask.Row], sendable: tuple[str, str]
) -> None:
    said = asked(*sendable, at=at)
    assert (said["verdict"], said["reason_codes"], said["lease"]) == ("pause", [f"ask:{code}"], None)


def test_a_yes_ends_when_the_channel_closes(
    asked: Callable[..., ask.Row], sendable: tuple[str, str], demo_shop: Build
) -> None:
    closes, reopens = query(
        demo_shop.database,
        "select closes_at, reopens_at from marts.may_send "
        f"where customer_id = '{sendable[0]}' and action = '{sendable[1]}'",
    )[0]
    said = asked(*sendable, at=closes)
    assert said["reason_codes"] == ["ask:channel_closed"] and said["next_at"] == reopens
    assert asked(*sendable, at=closes - timedelta(minutes=1))["lease"]["ends_at"] == closes


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (("nobody@example.com", "cross_sell", "email"), "nobody"),
        (("' or 1 = 1 --", "cross_sell", "email"), "nobody"),
        (("cust-h62", "send_everything", "email"), "unknown_action"),
        (("cust-h62", "cross_sell", "pigeon"), "no_such_channel"),
    ],
)
def test_what_is_not_known_is_a_pause(question: tuple[str, str, str], code: str, asked: Callable[..., ask.Row]) -> None:
    who, action, channel = question
    said = asked(who, action, channel=channel)
    assert (said["verdict"], said["reason_codes"]) == ("pause", [f"ask:{code}"])


def test_every_code_has_its_sentence() -> None:
    code = (ROOT / "post_purchase/ask.py").read_text()
    code += (ROOT / "models/gate/channels/int_channel_choices.sql").read_text()
    with (ROOT / "seeds/reference/reason_sentences.csv").open(newline="") as file:
        written = {row["detail"] for row in csv.DictReader(file) if row["check_name"] == "ask"}
    assert {word for word in written if f'"{word}"' not in code and f"ask:{word}" not in code} == set(), (
        "no answer has it any more"
    )


# --- A yes is a lease -------------------------------------------------------------------------------------------------


def test_a_person_is_told_yes_once(asked: Callable[..., ask.Row], sendable: tuple[str, str], demo_shop: Build) -> None:
    assert asked(*sendable, takes_lease=False)["lease"] is None
    assert asked(*sendable)["lease"]
    assert asked(*sendable, at=AS_OF + timedelta(minutes=1))["reason_codes"] == ["ask:leased"]
    # the message may have gone out at the end of the lease: until a build knows, the lease counts
    assert asked(*sendable, at=AS_OF + timedelta(hours=23))["verdict"] == "pause"


def test_who_asks_again_with_an_id_gets_the_same_lease(
    asked: Callable[..., ask.Row], sendable: tuple[str, str]
) -> None:
    first = asked(*sendable, request_id="r-1")
    assert asked(*sendable, request_id="r-1", at=AS_OF + timedelta(minutes=1))["lease"] == first["lease"]
    assert asked(*sendable, request_id="r-2")["verdict"] == "pause"


def test_of_many_who_ask_at_once_one_is_told_yes(demo_shop: Build, tmp_path: Path, sendable: tuple[str, str]) -> None:
    """Each asker has a book of its own, as processes have."""

    def one(_: int) -> str:
        with duckdb.connect(str(demo_shop.database), read_only=True) as connection:
            build = ask.Build(connection, Source(connection), copy=False)
            book = leases.LeaseBook(tmp_path / "leases.csv", build.person_of)
            return str(ask.answer(build, book, ask.Question(*sendable, "email", AS_OF))["verdict"])

    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(one, range(16)))
    assert sorted(verdicts) == ["pause"] * 15 + ["send"]


def test_a_lease_names_nobody_by_an_address(asked: Callable[..., ask.Row], demo_shop: Build) -> None:
    (email, action), *_ = query(
        demo_shop.database,
        "select customers.email, action from marts.may_send inner join staging.stg_customers as customers "
        "using (customer_id) where verdict = 'send' order by 1, 2",
    )
    assert asked(email.upper(), action)["lease"]
    assert "@" not in asked.book.path.read_text()  # type: ignore[attr-defined]


@pytest.mark.parametrize("damage", ["torn", "no lease", "shorter"])
def test_leases_that_cannot_be_read_permit_nothing(
    damage: str, asked: Callable[..., ask.Row], sendable: tuple[str, str]
) -> None:
    asked(*sendable)
    book = asked.book  # type: ignore[attr-defined]
    text = book.path.read_text()
    book.path.write_text({"torn": text + "a,b", "no lease": text + "a,b\n", "shorter": ""}[damage])
    with pytest.raises(leases.LeaseError):
        asked("cust-h64", "loyalty_invite", at=AS_OF + timedelta(hours=4))


# --- The command and the server ---------------------------------------------------------------------------------------


def test_the_command_says_why_not(demo_shop: Build, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = [
        "H62@example.com",
        "upsell",
        "email",
        "--leases",
        str(tmp_path / "l.csv"),
        "--database",
        str(demo_shop.database),
    ]
    assert ask.main([*words, "--at", "2026-06-30T14:00:00+02:00"]) == 1
    assert "Another offer to this customer goes first." in capsys.readouterr().out
    assert ask.main([*words, "--at", "tomorrow"]) == 2
    assert "Write it as 2026-06-30 12:00:00" in capsys.readouterr().err


class Server:
    """The server in a process of its own."""

    def __init__(self, database: Path, leases_file: Path, key: str = "") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        words = ["serve", "--port", str(self.port), "--leases", str(leases_file), "--database", str(database)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "post_purchase", *words],
            cwd=ROOT,
            env={**os.environ, serve.KEY: key},
            stderr=subprocess.PIPE,
        )
        for _ in range(200):
            try:
                self.call("/health")
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def call(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status, json.loads(reply.read())

    def refused(self, path: str, body: Any = None, **headers: str) -> int:
        with pytest.raises(urllib.error.HTTPError) as refusal:
            self.call(path, body, **headers)
        return refusal.value.code

    def stop(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        assert self.process.stderr
        return self.process.stderr.read().decode()


@pytest.fixture
def database(demo_shop: Build, tmp_path: Path) -> Path:
    """A copy of the demo shop's database, which a test may replace."""
    return Path(shutil.copy(demo_shop.database, tmp_path / "shop.duckdb"))


def test_the_server_answers_from_a_copy(database: Path, tmp_path: Path, sendable: tuple[str, str]) -> None:
    pytest.importorskip("uvicorn", reason="make serve-setup")
    server = Server(database, tmp_path / "leases.csv")
    who, action = sendable
    question = {"who": who, "action": action, "channel": "email", "at": "2026-06-30 12:01"}
    try:
        assert server.call("/may-send", {**question, "look": True})[1]["lease"] is None
        assert server.call("/may-send", question)[1]["verdict"] == "send"
        assert server.call("/may-send", question)[1]["reason_codes"] == ["ask:leased"]
        # a build may write while it serves, and what it decides is what is answered next
        with duckdb.connect(str(database)) as connection:
            connection.execute(
                "update marts.may_send set decision = 'support', verdict = 'support', reason_codes = 'ticket:problem'"
            )
        for _ in range(100):
            time.sleep(0.2)
            said = server.call("/may-send", question)[1]
            if said["verdict"] == "support":
                break
        assert said["reason_codes"] == ["ticket:problem"]
        assert server.refused("/may-send") == 405
        assert server.refused("/may-send", b"x" * 5000) == 413
        assert server.refused("/may-send", {"who": who}) == 400
        assert server.refused("/may-send", {**question, "look": "yes"}) == 400
        assert server.refused("/may-send", question, Host="rebound.example") == 400
    finally:
        said_at_the_end = server.stop()
    assert who not in said_at_the_end


def test_beyond_this_machine_a_key_is_needed(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("uvicorn", reason="make serve-setup")
    for key in ("", "short"):
        monkeypatch.setenv(serve.KEY, key)
        assert serve.main(["--host", "0.0.0.0", "--database", str(database)]) == 2
        assert serve.KEY in capsys.readouterr().err
    server = Server(database, tmp_path / "leases.csv", key=KEY)
    try:
        assert server.refused("/health") == 401
        assert (
            server.refused("/may-send", {"who": "a", "action": "b", "channel": "c"}, Authorization="Bearer no") == 401
        )
        assert server.call("/health", Authorization=f"Bearer {KEY}")[0] == 200
    finally:
        server.stop()


# --- Agents -----------------------------------------------------------------------------------------------------------


def spoken(database: Path, leases_file: Path, log: Path, calls: list[dict[str, Any]]) -> tuple[Any, list[Any]]:
    """The tools that a process of the MCP server offers, and what it answers, over its own pipes."""
    import anyio
    from mcp import Client, StdioServerParameters, stdio_client

    words = ["mcp", "--leases", str(leases_file), "--database", str(database)]
    started = StdioServerParameters(command=sys.executable, args=["-m", "post_purchase", *words], cwd=ROOT)

    async def conversation() -> tuple[Any, list[Any]]:
        with log.open("w") as errors:
            async with Client(stdio_client(started, errlog=errors)) as client:
                tools = await client.list_tools()
                return tools, [await client.call_tool("may_send", call) for call in calls]

    with anyio.from_thread.start_blocking_portal() as portal:
        return portal.call(conversation)


def test_an_agent_is_told_what_the_command_says(demo_shop: Build, tmp_path: Path, sendable: tuple[str, str]) -> None:
    pytest.importorskip("mcp", reason="make serve-setup")
    who, action = sendable
    question = {"who": who, "action": action, "channel": "email", "at": "2026-06-30 12:01"}
    calls = [
        {**question, "look": True},
        {**question, "request_id": "one"},
        {**question, "request_id": "one"},
        question,
        {**question, "who": "nobody@example.com"},
        {**question, "at": "tomorrow"},
        {**question, "channel": "pigeon"},
    ]
    log = tmp_path / "log"
    tools, replies = spoken(demo_shop.database, tmp_path / "leases.csv", log, calls)
    (tool,) = tools.tools
    assert tool.name == "may_send" and set(tool.input_schema["required"]) == {"who", "action", "channel"}
    looked, leased, again, taken, nobody, unread, pigeon = replies
    assert looked.structured_content["verdict"] == "send" and looked.structured_content["lease"] is None
    assert leased.structured_content["lease"] == again.structured_content["lease"] is not None
    assert taken.structured_content["reason_codes"] == ["ask:leased"]
    assert nobody.structured_content["reason_codes"] == ["ask:nobody"]
    assert pigeon.structured_content["reason_codes"] == ["ask:no_such_channel"]
    # a question that makes no sense is an error that says how to ask, and no answer
    assert unread.is_error and "Write it as 2026-06-30 12:00:00" in unread.content[0].text
    # who reads no structured answer finds the same as text
    assert json.loads(leased.content[0].text) == leased.structured_content
    # the lease is the one that everybody else is held by
    with open_marts(demo_shop.database, ask.MARTS) as connection:
        build = ask.Build(connection, Source(connection), copy=False)
        book = leases.LeaseBook(tmp_path / "leases.csv", build.person_of)
        same = ask.Question(who, action, "email", AS_OF + timedelta(minutes=2))
        assert ask.answer(build, book, same)["reason_codes"] == ["ask:leased"]
    assert who not in log.read_text() and "nobody@example.com" not in log.read_text()


def test_an_agent_is_told_no_while_the_leases_cannot_be_read(
    demo_shop: Build, tmp_path: Path, sendable: tuple[str, str]
) -> None:
    pytest.importorskip("mcp", reason="make serve-setup")
    who, action = sendable
    file = tmp_path / "leases.csv"
    question = {"who": who, "action": action, "channel": "email", "at": "2026-06-30 12:01"}
    spoken(demo_shop.database, file, tmp_path / "log", [question])
    file.write_text(file.read_text()[:-10])
    (said,) = spoken(demo_shop.database, file, tmp_path / "log", [{**question, "request_id": "later"}])[1]
    assert said.structured_content["verdict"] == "pause" and "Nothing may be sent." in said.structured_content["error"]


# --- The next build knows who was told yes ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told(
    build: Callable[..., Build], demo_shop: Build, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Build, tuple]:
    """A build after somebody was told yes, whose lease lasts, and whose account it was."""
    file = tmp_path_factory.mktemp("leases") / "leases.csv"
    person, customer, action, line, order = query(
        demo_shop.database,
        "select person_id, customer_id, action, order_line_id, order_id from marts.may_send "
        "where verdict = 'send' and action_class = 'commercial' order by person_id limit 1",
    )[0]
    with leases.LeaseBook(file).held() as book:
        book.write(
            leases.Lease(
                *("a lease", AS_OF - timedelta(hours=1), AS_OF + timedelta(hours=9), customer, action, "email"),
                *(order, line, person, "key", "decision", ""),
            )
        )
    return build({"leases_path": str(file)}), (person, action, line)


def test_a_yes_counts_in_the_next_build(told: tuple[Build, tuple]) -> None:
    built, (person, action, line) = told
    details = query(
        built.database,
        "select reasons.detail, reasons.evidence from marts.gate_reasons as reasons "
        f"where order_line_id = '{line}' and action = '{action}' and check_name = 'already_done'",
    )
    assert details == [("leased", "leases:a lease")]
    commercial = query(
        built.database,
        "select count(*) filter (where decision = 'send'), "
        "count(*) filter (where reason_codes like '%frequency:waiting%') "
        f"from marts.gate_decisions where person_id = '{person}' and action_class = 'commercial'",
    )[0]
    assert commercial[0] == 0 and commercial[1] > 0, "the caps do not know of the lease"


def test_a_yes_to_one_changes_nobody_else(told: tuple[Build, tuple], demo_shop: Build) -> None:
    built, (person, _, _) = told
    others = (
        "select decision_id, decision, reason_codes from marts.gate_decisions "
        f"where person_id <> '{person}' order by all"
    )
    # the policy is the same, and so is every id
    assert query(built.database, others) == query(demo_shop.database, others) != []


def test_messages_that_nobody_asked_about_are_listed(told: tuple[Build, tuple]) -> None:
    counted = query(
        told[0].database,
        "select count(*), count(*) filter (where is_since_asking_began), (select count(*) from marts.send_audit) "
        "from marts.unasked_messages",
    )[0]
    assert counted[0] == counted[2] > 300 and counted[1] == 0
