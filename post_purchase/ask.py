"""May this be sent to this customer now? The gate's answer for whoever asks, and the lease that a yes is.

    post-purchase may-send ADDRESS|ID ACTION CHANNEL [--at INSTANT] [--look] [--format text|json]

A yes is written down (post_purchase/leases.py) and counts until its message is seen or it ends; --look asks without.
Whatever is not known is a pause: a person, an address, an action, an instant that the build does not cover.
Exit codes: 0 it may be sent; 1 pause or support; 2 the database, the leases or the question cannot be read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from post_purchase.leases import Lease, LeaseBook, LeaseError, new_id, path_beside
from post_purchase.source import Source, Words
from post_purchase.terminal import (
    DECISION_STYLES,
    MartsError,
    Paint,
    add_database_option,
    fetch,
    open_marts,
    use_color,
    when,
)

Row = dict[str, Any]
MARTS = ("may_send",)
PHONES = ("sms", "whatsapp", "phone")


class AskError(Exception):
    """The question makes no sense; the message says how to ask."""


# --- Addresses, as the models compare them (macros/policy/addresses.sql) ----------------------------------------------


def text_key(*parts: str) -> str:
    """As the macro of the same name: what parts the parts, and what stands for null, cannot stand in one."""
    escaped = [part.replace("~", "~~").replace("|", "~!") for part in parts]
    return hashlib.md5("|".join(escaped).encode(), usedforsecurity=False).hexdigest()


def plain_email(text: str) -> str:
    named = re.search(r"<([^<>]*@[^<>]*)>", text)
    return (named.group(1) if named else text).strip(" ").lower()


def one_mobile_number(digits: str) -> str:
    if digits.startswith("521"):
        return "52" + digits[3:]
    if digits.startswith("549"):
        return "54" + digits[3:]
    if re.fullmatch(r"55..9.{8}", digits):
        return digits[:4] + digits[5:]
    return digits


def keys_of(who: str, salt: str) -> list[str]:
    """What an address or an id is looked up by, the surest first. The salt is that of the build."""
    who = who.strip()
    if re.search(r".@.", who):
        return ["address:" + text_key(salt, "email", plain_email(who))]
    digits = re.sub(r"\D", "", who)
    keys = ["id:" + who]
    if re.fullmatch(r"[\d\s()+./-]+", who) and len(digits) >= 6:
        nine = text_key(salt, "phone", digits.lstrip("0")[-9:])
        if who.startswith(("+", "00")):
            number = re.sub(r"\D", "", who.replace("(0)", ""))
            number = one_mobile_number(number[2:] if who.startswith("00") else number)
            # an account of no known country has its last nine digits alone
            keys += ["address:" + text_key(salt, "phone", number), "address:" + nine]
        else:
            keys.append("nine:" + nine)
    return keys


# --- What is asked ----------------------------------------------------------------------------------------------------

ANSWERS_SQL = """
select
    person_id, customer_id, address_key, channel, action, action_class, as_of, valid_until, reason_codes,
    reasons_in_words, waits_for, next_at, decision, decision_id, order_id, order_line_id, recommended_sku, opens_at,
    closes_at, reopens_at, expires_at
from {schema}.may_send
"""

WHO_SQL = """
with persons as (select person_id from {schema}.may_send group by person_id)

select 'id:' || person_id as key, person_id, null as address_key from persons
union
select 'id:' || accounts.customer_id as key, accounts.person_id, null as address_key
from {persons} as accounts inner join persons on accounts.person_id = persons.person_id
union
select 'address:' || addresses.address_key as key, addresses.person_id, addresses.address_key
from {addresses} as addresses inner join persons on addresses.person_id = persons.person_id
union
select 'nine:' || addresses.last_nine_key as key, addresses.person_id, addresses.address_key
from {addresses} as addresses inner join persons on addresses.person_id = persons.person_id
where addresses.last_nine_key is not null
"""


@dataclass(frozen=True)
class Question:
    who: str
    action: str
    channel: str
    at: datetime
    request_id: str = ""
    takes_lease: bool = True


class Build:
    """What a finished build says of everybody who may be asked about: two relations, `answers` and `who`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: Source, copy: bool) -> None:
        """Over the open database; with `copy`, out of the one attached as `build`, into tables with an index."""
        persons = source.beside("int_persons", "customer_id", "person_id")
        addresses = source.beside("int_addresses", "person_id", "address_key", "last_nine_key")
        salts = source.beside("int_address_salt", "salt")
        if persons is None or addresses is None or salts is None:
            raise MartsError(
                "The database has no models int_persons, int_addresses and int_address_salt beside its marts. "
                "Build it anew."
            )
        place = "build." if copy else ""
        answers = ANSWERS_SQL.format(schema=f"{place}marts")
        who = WHO_SQL.format(schema=f"{place}marts", persons=place + persons, addresses=place + addresses)
        self.answers, self.who = f"({answers})", f"({who})"
        self.salt = str(fetch(connection, f"select salt from {place}{salts}")[0]["salt"])
        if copy:
            self.answers, self.who = "answers", "who"
            connection.execute(f"create table answers as {answers}")
            connection.execute(f"create table who as {who}")
            connection.execute("create index answers_of_a_person on answers (person_id)")
            connection.execute("create index who_has_a_key on who (key)")
        self.connection = connection
        self.threads = threading.local()
        words = Words(source)
        self.actions = set(words.actions)
        self.classes = words.classes
        self.told = {detail: row for (check, _, detail), row in words.sentences.items() if check == "ask"}
        channels = fetch(connection, f"select action, channel from {self.answers} group by action, channel")
        self.channels = {(row["action"], row["channel"]) for row in channels}
        self.as_of: datetime | None = fetch(connection, f"select max(as_of) as as_of from {self.answers}")[0]["as_of"]

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of this thread's own, opened once."""
        found: duckdb.DuckDBPyConnection | None = getattr(self.threads, "cursor", None)
        if found is None:
            found = self.threads.cursor = self.connection.cursor()
        return found

    def person_of(self, customer_id: str, person_id: str) -> str:
        rows = fetch(self.cursor(), f"select person_id from {self.who} where key = ?", ["id:" + customer_id])
        return str(rows[0]["person_id"]) if rows else person_id

    def named(self, keys: Sequence[str]) -> tuple[list[str], set[str]]:
        """The persons whom the first key that anybody has names, and the addresses that it is."""
        cursor = self.cursor()
        for key in keys:
            found = cursor.execute(f"select person_id, address_key from {self.who} where key = ?", [key]).fetchall()
            if found:
                return sorted({str(person) for person, _ in found}), {str(one) for _, one in found if one is not None}
        return [], set()

    def has_row(self, person_id: str, action: str) -> bool:
        """True when the action goes out to the person over any channel."""
        cursor = self.cursor()
        rows = fetch(cursor, f"select action from {self.answers} where person_id = ?", [person_id])
        return any(row["action"] == action for row in rows)

    def rows(self, person_id: str, action: str, channel: str) -> list[Row]:
        return fetch(
            self.cursor(),
            f"select * from {self.answers} where person_id = ? and action = ? and channel = ?",
            [person_id, action, channel],
        )


# --- The answer -------------------------------------------------------------------------------------------------------


def answer(build: Build, book: LeaseBook, question: Question) -> Row:
    """The verdict, with its reasons, when to ask again, and the lease of a yes."""
    said = judged(build, question)
    row = said.pop("row")
    if said["verdict"] != "send" and (said["next_at"] or said["waits_for"]):
        return said
    with book.held():
        counting = book.counting(row["person_id"], row["as_of"], question.at)
        same = [
            lease
            for lease in counting
            if question.request_id
            and (lease.request_id, lease.action, lease.channel)
            == (question.request_id, question.action, question.channel)
            and lease.ends_at > question.at
        ]
        if same:
            return {**said, "lease": shown(same[0])}
        is_commercial = row["action_class"] == "commercial"
        if any(
            lease.action == question.action or (is_commercial and build.classes.get(lease.action) == "commercial")
            for lease in counting
        ):
            return held(build, question, "leased", row)
        if question.takes_lease:
            ends = [row["valid_until"], row["expires_at"]]
            if row["closes_at"] and question.at < row["closes_at"]:
                ends.append(row["closes_at"])
            lease = Lease(
                lease_id=new_id(),
                leased_at=question.at,
                ends_at=min(end for end in ends if end is not None),
                customer_id=row["customer_id"],
                action=question.action,
                channel=question.channel,
                order_id=row["order_id"],
                order_line_id=row["order_line_id"],
                person_id=row["person_id"],
                address_key=row["address_key"],
                decision_id=row["decision_id"],
                request_id=question.request_id,
            )
            book.write(lease)
            said["lease"] = shown(lease)
    return said


def shown(lease: Lease) -> Row:
    return {"lease_id": lease.lease_id, "leased_at": lease.leased_at, "ends_at": lease.ends_at}


def held(build: Build, question: Question, code: str, row: Row | None = None, next_at: datetime | None = None) -> Row:
    """A pause that only who asks is told."""
    return {
        **about(question, row),
        "verdict": "pause",
        "reason_codes": [f"ask:{code}"],
        "reasons_in_words": build.told[code]["sentence"],
        "next_at": next_at,
        "waits_for": row["waits_for"] if row and code == "another_first" else build.told[code]["waits_for"],
        "lease": None,
        "row": row,
    }


def about(question: Question, row: Row | None) -> Row:
    named = ("person_id", "customer_id", "order_id", "order_line_id", "decision_id", "recommended_sku")
    return {
        "action": question.action,
        "channel": question.channel,
        "at": question.at,
        "as_of": row["as_of"] if row else None,
        "valid_until": row["valid_until"] if row else None,
        **{name: row[name] if row else None for name in named},
    }


def judged(build: Build, question: Question) -> Row:
    """What the build says of the question, leases aside."""
    if question.action not in build.actions:
        return held(build, question, "unknown_action")
    persons, addresses = build.named(keys_of(question.who, build.salt))
    if len(persons) != 1:
        return held(build, question, "several_persons" if persons else "nobody")
    rows = build.rows(persons[0], question.action, question.channel)
    if not rows:
        if (question.action, question.channel) not in build.channels:
            return held(build, question, "no_such_channel")
        return held(
            build, question, "other_channel" if build.has_row(persons[0], question.action) else "nothing_to_send"
        )
    row = chosen(rows, question, addresses)
    if row is None:
        return held(build, question, "nobody")
    at = question.at
    if at < row["as_of"]:
        return held(build, question, "before_the_build", row, row["as_of"])
    if at >= row["valid_until"]:
        return held(build, question, "build_too_old", row)
    if row["decision"] != "send":
        return {
            **about(question, row),
            "verdict": row["decision"],
            "reason_codes": row["reason_codes"].split(","),
            "reasons_in_words": row["reasons_in_words"],
            "next_at": row["next_at"],
            "waits_for": None,
            "lease": None,
            "row": row,
        }
    if row["waits_for"]:
        return held(build, question, "another_first", row)
    if row["expires_at"] and at >= row["expires_at"]:
        return held(build, question, "expired", row)
    if row["opens_at"] and at < row["opens_at"]:
        return held(build, question, "channel_closed", row, row["opens_at"])
    if row["closes_at"] and at >= row["closes_at"] and not (row["reopens_at"] and at >= row["reopens_at"]):
        return held(build, question, "channel_closed", row, row["reopens_at"])
    return {
        **about(question, row),
        "verdict": "send",
        "reason_codes": [],
        "reasons_in_words": "",
        "next_at": at,
        "waits_for": None,
        "lease": None,
        "row": row,
    }


def chosen(rows: list[Row], question: Question, addresses: set[str]) -> Row | None:
    """Of a person's addresses the one that was named, else the account's that was, else one that may be sent to.

    An address that is of the channel's kind is the one that would be written to: another one's answer is none of it.
    """
    kind = "phone" if question.channel in PHONES else question.channel
    if addresses and kind == ("email" if "@" in question.who else "phone"):
        rows = [row for row in rows if row["address_key"] in addresses]
    order = {"send": 0, "support": 1, "pause": 2}
    rows = sorted(
        rows,
        key=lambda row: (
            row["customer_id"] != question.who.strip(),
            bool(row["waits_for"]),
            order[row["decision"]],
            row["address_key"],
        ),
    )
    return rows[0] if rows else None


# --- The command ------------------------------------------------------------------------------------------------------


def instant(text: str) -> datetime:
    """An instant as it is asked for: ISO 8601, UTC where it names no offset."""
    try:
        value = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise AskError(
            "The instant cannot be read. Write it as 2026-06-30 12:00:00, in UTC or with an offset."
        ) from error
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


def as_json(said: Row) -> str:
    return json.dumps(
        said, indent=2, ensure_ascii=False, default=lambda value: value.isoformat(sep=" ", timespec="seconds")
    )


def as_text(said: Row) -> str:
    paint = Paint(use_color(sys.stdout))
    lines = [paint(said["verdict"], DECISION_STYLES[said["verdict"]])]
    if said["reasons_in_words"]:
        lines.append(said["reasons_in_words"])
    if said["reason_codes"]:
        lines.append(f"codes: {', '.join(said['reason_codes'])}")
    if said["verdict"] != "send":
        lines.append(f"next look: {when(said['next_at'], 'when an event comes')}")
    if said["waits_for"]:
        lines.append(f"waits for: {said['waits_for']}")
    if said["lease"]:
        lines.append(f"lease {said['lease']['lease_id']}, until {when(said['lease']['ends_at'])}")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Ask once."""
    parser = argparse.ArgumentParser(
        prog="post-purchase may-send", description="May this be sent to this customer now? A yes is a lease."
    )
    parser.add_argument("who", metavar="ADDRESS|ID", help="an e-mail address, a phone number, a customer or person id")
    parser.add_argument("action", metavar="ACTION", help="an action of the seed actions, e.g. review_request")
    parser.add_argument("channel", metavar="CHANNEL", help="the channel it would go out over, e.g. email")
    parser.add_argument("--at", help="the instant it would go out at, UTC (default: now)")
    parser.add_argument(
        "--look", action="store_true", help="only look: a yes is not written down, and is no permission"
    )
    parser.add_argument(
        "--request-id", default="", help="an id of your own: who asks again with it gets the same lease"
    )
    parser.add_argument("--leases", type=Path, help="file of the leases (default: beside the database)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how it is written (default: text)")
    add_database_option(parser)
    arguments = parser.parse_args(argv)
    try:
        at = instant(arguments.at) if arguments.at else datetime.now(UTC).replace(tzinfo=None)
        question = Question(
            arguments.who,
            arguments.action.strip().lower(),
            arguments.channel.strip().lower(),
            at,
            arguments.request_id,
            not arguments.look,
        )
        with open_marts(arguments.database, MARTS) as connection:
            build = Build(connection, Source(connection), copy=False)
            book = LeaseBook(arguments.leases or path_beside(arguments.database), build.person_of)
            said = answer(build, book, question)
    except (MartsError, LeaseError, AskError) as error:
        print(error, file=sys.stderr)
        return 2
    said.pop("row", None)
    print(as_json(said) if arguments.format == "json" else as_text(said))
    return 0 if said["verdict"] == "send" else 1
