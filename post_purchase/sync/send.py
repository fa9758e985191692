"""Sends what must change: a dlt pipeline of keys, whose destination reads each row anew right before it goes out.

dlt batches and resumes; its files hold keys only, never an address. The log decides what is still to do, so a lost
dlt folder loses nothing.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("RUNTIME__LOG_LEVEL", "CRITICAL")
os.environ.setdefault("LOAD__DELETE_COMPLETED_JOBS", "true")
os.environ.setdefault("DATA_WRITER__DISABLE_COMPRESSION", "true")

import dlt  # noqa: E402 - dlt reads its settings when it is imported
from dlt.common.destination.exceptions import DestinationTerminalException  # noqa: E402

from post_purchase.sync.klaviyo import MAX_BYTES, MAX_EVENTS, MAX_PROFILES, JobGone, Klaviyo, Refused, Stopped  # noqa: E402
from post_purchase.sync.ledger import Ledger, LedgerError, masked, quoted  # noqa: E402
from post_purchase.sync.plan import EVENT_TRAITS, NOT_SENT, TRAITS, check_marts, columns_of, outcome, planned, steps  # noqa: E402

PREFIX = "post_purchase_"
METRICS = {
    "entered": "Entered post-purchase audience",
    "left": "Left post-purchase audience",
    "due": "Post-purchase notice due",
}
KEY = {"profile": "customer_id", "event": "event_id"}
SEPARATOR = "\x1f"
SPLIT = "string_split(?, chr(31))"
IN_FLIGHT = 4  # requests at once; the limits count them, this only hides the API's latency


@dataclass
class Request:
    """One call: its bodies, and for each the key of its row (a customer, or an event)."""

    number: int
    keys: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    size: int = 0


class Progress:
    """Lines on stderr, at most one a second."""

    def __init__(self) -> None:
        self.started = self.shown = time.monotonic()

    def __call__(self, text: str, now: bool = False) -> None:
        moment = time.monotonic()
        if now or moment - self.shown >= 1:
            self.shown = moment
            print(f"[{moment - self.started:7.1f} s] {text}", file=sys.stderr, flush=True)


class Sender:
    """One run of the sync against one destination."""

    def __init__(
        self,
        ledger: Ledger,
        warehouse: Path,
        client: Klaviyo,
        pipelines: Path,
        *,
        max_profiles: int = MAX_PROFILES,
        max_events: int = MAX_EVENTS,
        batch_size: int = 10_000,
        poll_seconds: float = 2.0,
        wait_seconds: float = 1800.0,
    ) -> None:
        self.ledger = ledger
        self.warehouse = warehouse
        self.client = client
        self.pipelines = pipelines
        self.limit = {"profile": min(max_profiles, MAX_PROFILES), "event": min(max_events, MAX_EVENTS)}
        self.batch_size = batch_size
        self.poll_seconds = poll_seconds
        self.wait_seconds = wait_seconds
        self.progress = Progress()
        self.fault: BaseException | None = None
        self.sent = {"profile": 0, "event": 0}

    def run(self) -> None:
        """What an earlier run left open, then profiles, then, once the profiles are in, events."""
        # millions of small bodies come and go: the collector need not look at the libraries each time
        gc.collect()
        gc.freeze()
        self.settle()
        self.finish_package()
        for kind in ("profile", "event"):
            self.deliver(kind)
            self.settle()
        shutil.rmtree(self.pipelines, ignore_errors=True)

    # --- dlt -----------------------------------------------------------------------------------------------------

    def pipeline(self) -> Any:
        @dlt.destination(
            name="klaviyo",
            batch_size=self.batch_size,
            naming_convention="direct",
            max_parallel_load_jobs=1,
            loader_parallelism_strategy="sequential",
        )
        def klaviyo(items: Any, table: Any) -> None:
            try:
                self.send_batch(table["name"], [item["key"] for item in items])
                return
            except BaseException as error:
                self.fault = error
            # dlt would try again what cannot succeed (a call that fails here was repeated for minutes), and it writes
            # errors down: it gets the name of this one
            raise DestinationTerminalException(type(self.fault).__name__)

        return dlt.pipeline(
            "audience_sync", destination=klaviyo(), pipelines_dir=str(self.pipelines), dataset_name="audiences"
        )

    def loaded(self, work: Callable[[Any], Any]) -> None:
        """Run dlt; what stops it is the sync's own fault, not dlt's wrapping of it."""
        self.fault = None
        try:
            work(self.pipeline())
        except Exception as error:
            raise (self.fault or error) from None

    def finish_package(self) -> None:
        """A package that a killed run left behind. It is only keys: one that cannot be read is put away."""
        if not self.pipelines.exists():
            return
        try:
            self.loaded(lambda pipeline: pipeline.run(None) if pipeline.has_pending_data else None)
        except (Stopped, LedgerError, KeyboardInterrupt):
            raise
        except Exception as error:
            if self.fault:
                raise
            self.progress(f"the unfinished package is put away ({type(error).__name__})", now=True)
            shutil.rmtree(self.pipelines, ignore_errors=True)

    def deliver(self, kind: str) -> None:
        connection = self.ledger.connection
        with self.ledger.attached(self.warehouse) as shop:
            check_marts(self.ledger, shop)
            connection.execute(f"create or replace temp table plan as {planned(kind, shop)}")
        self.ledger.record(outcome(kind, "plan", NOT_SENT, "may_hold", where="step in ('skip', 'refuse')"))
        connection.execute(
            f"create or replace temp table due as select distinct {KEY[kind]} as key from plan where step = 'send'"
        )
        connection.execute("drop table plan")
        due = self.ledger.one("select count(*) from due")[0]
        self.progress(f"{kind}s: {due:,} to send", now=True)
        if due:
            self.loaded(lambda pipeline: pipeline.run(dlt.resource(self.keys(), name=kind, columns=TEXT_KEY)))  # type: ignore[arg-type]

    def keys(self) -> Iterator[list[dict[str, str]]]:
        reader = self.ledger.connection.execute("select key from due order by key")
        while rows := reader.fetchmany(1000):
            yield [{"key": row[0]} for row in rows]

    # --- One batch -----------------------------------------------------------------------------------------------

    def send_batch(self, kind: str, keys: list[str]) -> None:
        """Read the rows anew, log those that may not go out any more, send the others."""
        connection = self.ledger.connection
        # one text, not a list: DuckDB takes in a list of parameters value by value
        joined = SEPARATOR.join(keys)
        connection.execute(f"create or replace temp table keys as select unnest({SPLIT}) as key", [joined])
        self.ledger.tick()
        with self.ledger.attached(self.warehouse) as shop:
            columns = columns_of(self.ledger, shop, "audience_members" if kind == "profile" else "audience_events")
            connection.execute(f"create or replace temp table work as {steps(kind, shop, 'keys')}")
        self.ledger.record(outcome(kind, "work", NOT_SENT, "may_hold", where="step in ('skip', 'refuse')"))
        traits = [name for name in (TRAITS if kind == "profile" else EVENT_TRAITS) if name in columns]
        requests = split(self.profiles(traits) if kind == "profile" else self.events(traits), self.limit[kind])
        connection.execute("create or replace temp table sent (request integer, position integer, key varchar)")
        self.send_all(kind, requests)

    def send_all(self, kind: str, requests: Iterator[Request]) -> None:
        call = self.client.import_profiles if kind == "profile" else self.client.create_events
        flying: dict[Future[Any], Request] = {}
        numbers = iter(range(1, 1_000_000))
        waiting: list[Request] = []
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            try:
                while True:
                    while len(flying) < IN_FLIGHT:
                        request = waiting.pop() if waiting else next(requests, None)
                        if request is None:
                            break
                        request.number = next(numbers)
                        self.note_sending(kind, request)
                        flying[pool.submit(call, request.bodies)] = request
                    if not flying:
                        return
                    for future in wait(flying, return_when=FIRST_COMPLETED).done:
                        request = flying.pop(future)
                        fault = future.exception()
                        if fault is None:
                            self.note_accepted(kind, request, future.result())
                        elif isinstance(fault, Refused):
                            waiting += self.parted(kind, request, fault)
                        else:
                            self.note_unconfirmed(kind, request, fault)
                            raise fault
            except BaseException:
                # answers that are on their way still count
                self.client.stopping.set()
                for future, request in flying.items():
                    fault = future.exception()
                    if fault is None:
                        self.note_accepted(kind, request, future.result())
                    else:
                        self.note_unconfirmed(kind, request, fault)
                raise

    def parted(self, kind: str, request: Request, refusal: Refused) -> list[Request]:
        """A refused request without the rows that the API names; in halves when it names none."""
        named = {position: reason for position, reason in refusal.positions.items() if position < len(request.keys)}
        if len(request.keys) == 1:
            named = {0: named.get(0, refusal.reason)}
        for position, reason in named.items():
            # a repeated unique_id is an event that arrived before: the answer to it was lost
            is_there = kind == "event" and "unique_id" in reason
            self.note(
                kind,
                f"sent.request = {request.number} and sent.position = {position}",
                "'delivered'" if is_there else "'refused'",
                reason=quoted("repeated: had arrived before" if is_there else reason),
            )
        rest = [position for position in range(len(request.keys)) if position not in named]
        middle = 0 if named else len(rest) // 2
        halves = [half for half in (rest[:middle], rest[middle:]) if half]
        return [
            Request(0, [request.keys[place] for place in half], [request.bodies[place] for place in half])
            for half in halves
        ]

    # --- Notes ---------------------------------------------------------------------------------------------------

    def note(
        self,
        kind: str,
        which: str,
        result: str,
        reason: str = "step_reason",
        may_hold: str = "may_hold",
        job_id: str = "null",
    ) -> None:
        rows = outcome(kind, "work", result, may_hold, reason, where="step = 'send'")
        self.ledger.record(
            f"""
            select rows.* replace (cast({job_id} as varchar) as job_id, sent.position as job_position)
            from ({rows}) as rows
            inner join sent on rows.{"customer_id" if kind == "profile" else "row_key"} = sent.key
            where {which}
            """
        )

    def note_sending(self, kind: str, request: Request) -> None:
        """Before the call: were this process to end now, the destination may or may not have the rows."""
        self.ledger.connection.execute(
            f"insert into sent select ?, unnest(range({len(request.keys)})), unnest({SPLIT})",
            [request.number, SEPARATOR.join(request.keys)],
        )
        held = "may_hold or is_in" if kind == "profile" else "true"
        self.note(kind, f"sent.request = {request.number}", "'sending'", may_hold=held)

    def note_accepted(self, kind: str, request: Request, job_id: str | None) -> None:
        which = f"sent.request = {request.number}"
        if kind == "profile":
            self.note(kind, which, "'submitted'", may_hold="may_hold or is_in", job_id=quoted(job_id))
        else:
            self.note(kind, which, "'delivered'", may_hold="true")
        self.sent[kind] += len(request.keys)
        self.progress(f"{kind}s: {self.sent[kind]:,} accepted in {self.client.requests:,} requests")

    def note_unconfirmed(self, kind: str, request: Request, fault: BaseException) -> None:
        """A call that ended without an answer that counts: its rows may have arrived, and go out once more."""
        said = str(fault) if isinstance(fault, (Stopped, Refused)) else type(fault).__name__
        held = "may_hold or is_in" if kind == "profile" else "true"
        reason = quoted(masked(said, self.client.key))
        self.note(kind, f"sent.request = {request.number}", "'unconfirmed'", reason=reason, may_hold=held)

    # --- Import jobs ---------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Read every open import job back, until all have ended or the time to wait is over."""
        deadline = time.monotonic() + self.wait_seconds
        pause = min(0.2, self.poll_seconds)
        while jobs := self.ledger.open_jobs():
            for job_id, _ in jobs:
                self.read_back(job_id)
            left = len(self.ledger.open_jobs())
            if not left:
                return
            if time.monotonic() > deadline:
                self.progress(f"{left} import jobs are still at work; the next run reads them", now=True)
                return
            self.progress(f"waiting for {left} import jobs")
            self.client.stopping.wait(pause)
            pause = min(pause * 1.5, self.poll_seconds)

    def read_back(self, job_id: str) -> None:
        try:
            job = self.client.read_job(job_id)
            status: str = job.status
            failed = job.failed_count
            if status in ("queued", "processing"):
                return
            errors = list(self.client.read_errors(job_id)) if failed else []
        except JobGone:
            status, failed, errors = "gone", None, []
        connection = self.ledger.connection
        connection.execute("create or replace temp table errors (position integer, customer varchar, reason varchar)")
        if errors:
            connection.execute(
                "insert into errors select unnest(?), unnest(?), unnest(?)",
                [list(part) for part in zip(*errors, strict=True)],
            )
        # the customer that the error repeats is surer than its position
        named = self.ledger.one(
            """
            select count(*) from errors
            where exists (
                select 1 from sync_state as state
                where state.job_id = ?
                    and coalesce(state.customer_id = errors.customer, state.job_position = errors.position)
            )
            """,
            [job_id],
        )[0]
        is_clear = status == "complete" and named == len(errors) and (errors or not failed)
        otherwise = "case when state.reason is null or state.is_in_audience then 'delivered' else 'withdrawn' end"
        if not is_clear:
            # what cannot be told apart goes out once more
            otherwise = "'unconfirmed'"
        self.ledger.record(
            f"""
            select
                state.* replace (
                    case when errors.reason is not null then 'refused' else {otherwise} end as result,
                    case
                        when errors.reason is not null then errors.reason
                        when {otherwise} = 'unconfirmed' then {quoted(f"import job {status}")}
                        else state.reason
                    end as reason,
                    case
                        when errors.reason is not null then had.row_key is not null
                        when {otherwise} = 'unconfirmed' then state.may_hold
                        else state.is_in_audience
                    end as may_hold
                )
            from sync_state as state
            left join (
                select state.row_key, min(errors.reason) as reason
                from errors
                inner join sync_state as state
                    on coalesce(state.customer_id = errors.customer, state.job_position = errors.position)
                where state.job_id = {quoted(job_id)}
                group by state.row_key
            ) as errors on state.row_key = errors.row_key
            left join (
                select row_key from sync_log
                where kind = 'profile' and destination = getvariable('destination')
                    and result = 'delivered' and is_in_audience
                group by row_key
            ) as had on state.row_key = had.row_key
            where state.job_id = {quoted(job_id)} and state.result = 'submitted'
                and state.destination = getvariable('destination')
            """
        )

    # --- Bodies --------------------------------------------------------------------------------------------------

    def profiles(self, traits: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """A profile per customer: the audiences that change or may hold him, and the traits of the one he is in."""
        fields = ", ".join(f"{name} := {name}" for name in traits)
        rows = self.ledger.connection.execute(
            f"""
            select
                customer_id,
                max(email),
                max(case when channel = 'sms' then regexp_replace(phone, '[ ().-]', '', 'g') end),
                max(first_name),
                list(audience order by audience) filter (where step = 'send' or may_hold),
                list(is_in order by audience) filter (where step = 'send' or may_hold),
                arg_min(struct_pack({fields}), (coalesce(due_at, timestamp '9999-12-31'), audience))
                    filter (where is_in)
            from work
            group by customer_id
            having bool_or(step = 'send')
            order by customer_id
            """
        ).fetchall()
        for customer_id, email, phone, first_name, audiences, flags, held in rows:
            properties: dict[str, Any] = {PREFIX + name: flag for name, flag in zip(audiences, flags, strict=True)}
            # the import ignores null, so what no longer holds is emptied
            properties |= {PREFIX + name: as_text((held or {}).get(name)) or "" for name in traits}
            attributes = {"external_id": customer_id, "email": email, "phone_number": phone, "first_name": first_name}
            attributes = {name: value for name, value in attributes.items() if value}
            yield customer_id, {"type": "profile", "attributes": attributes | {"properties": properties}}

    def events(self, traits: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        names = ["audience", "audience_class", *traits]
        rows = self.ledger.connection.execute(
            f"""
            select event_id, customer_id, email, event_type, occurred_at, {", ".join(names)}
            from work
            where step = 'send'
            order by event_id
            """
        ).fetchall()
        for event_id, customer_id, email, event_type, occurred_at, *values in rows:
            properties = {name: as_text(value) for name, value in zip(names, values, strict=True) if value is not None}
            profile = {"type": "profile", "attributes": {"external_id": customer_id, "email": email}}
            event = {
                "type": "event",
                "attributes": {
                    "unique_id": event_id,
                    "time": as_text(occurred_at),
                    "metric": {"data": {"type": "metric", "attributes": {"name": METRICS[event_type]}}},
                    "properties": properties,
                },
            }
            yield (
                event_id,
                {
                    "type": "event-bulk-create",
                    "attributes": {"profile": {"data": profile}, "events": {"data": [event]}},
                },
            )


TEXT_KEY = {"key": {"data_type": "text"}}


def as_text(value: Any) -> Any:
    """A value as JSON has it; instants are UTC and say so."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value


def split(rows: Iterator[tuple[str, dict[str, Any]]], most: int) -> Iterator[Request]:
    """Requests of at most so many rows and so many bytes."""
    request = Request(0)
    for key, body in rows:
        size = len(json.dumps(body)) + 2
        if request.keys and (len(request.keys) == most or request.size + size > MAX_BYTES - 1000):
            yield request
            request = Request(0)
        request.keys.append(key)
        request.bodies.append(body)
        request.size += size
    if request.keys:
        yield request
