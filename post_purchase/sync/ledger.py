"""Where every row of the audiences stands at a destination: `sync_state`, and the history of results: `sync_log`.

Both lie in a DuckDB file of their own, because one process opens a DuckDB file and a build owns the warehouse. Neither
holds an address or a name.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

# A row that may be in flight is `sending`; `submitted` waits for its import job; `unconfirmed` goes out once more.
SCHEMA = """
create table if not exists sync_state (
    destination varchar not null,
    kind varchar not null,
    row_key varchar not null,
    customer_id varchar,
    audience varchar,
    audience_class varchar,
    row_hash varchar,
    is_in_audience boolean,
    may_hold boolean not null,
    result varchar not null,
    reason varchar,
    job_id varchar,
    job_position integer,
    changed_at timestamp not null
);
create table if not exists sync_log (
    logged_at timestamp not null,
    run_id varchar not null,
    destination varchar not null,
    kind varchar not null,
    row_key varchar not null,
    idempotency_key varchar not null,
    customer_id varchar,
    audience varchar,
    audience_class varchar,
    is_in_audience boolean,
    result varchar not null,
    reason varchar,
    job_id varchar
);
"""
UNFINISHED = ("sending", "submitted")
COLUMNS = (
    "kind, row_key, customer_id, audience, audience_class, row_hash, is_in_audience, may_hold, result, reason, job_id, "
    "job_position"
)


class LedgerError(Exception):
    """The log cannot be opened; the message says why."""


def quoted(text: object) -> str:
    """A text as an SQL literal, for statements that take no parameters."""
    return "'" + str(text).replace("'", "''") + "'"


def masked(text: Any, secret: str = "") -> str:
    """A message without the key, addresses and numbers, which an API may echo."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", " ", str(text))
    text = " ".join(text.split())
    if secret:
        text = text.replace(secret, "<key>")
    text = re.sub(r"(?i)\bpk_[0-9a-z_]{6,}", "<key>", text)
    text = re.sub(r"[^\s\"'<>(),;]+@[^\s\"'<>(),;]+", "<address>", text)
    return re.sub(r"\+?\d[\d\s().-]{6,}\d", "<number>", text)[:300]


class Ledger:
    """The log of one destination, open for this process alone."""

    patience = 600.0  # seconds to wait for a build that holds the warehouse

    def __init__(self, path: Path | None, destination: str, run_id: str, now: datetime | None = None) -> None:
        try:
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = duckdb.connect(str(path) if path else ":memory:")
        except duckdb.Error as error:
            raise LedgerError(f"The log {path} cannot be opened; is another sync at work? {masked(error)}") from error
        self.destination = destination
        self.run_id = run_id
        # memory stays flat: what is larger spills beside the log, or to the system's folder when there is none
        if not path:
            self.connection.execute(f"set temp_directory = {quoted(tempfile.gettempdir())}")
        self.connection.execute(
            "set timezone = 'UTC'; set memory_limit = '256MB'; set threads = 2; set preserve_insertion_order = false"
        )
        self.connection.execute(SCHEMA)
        for name, value in (("destination", destination), ("run_id", run_id)):
            self.connection.execute(f"set variable {name} = {quoted(value)}")
        self.fixed_now = now
        self.tick()

    def tick(self) -> None:
        """Set the instant that decisions are judged at: now, unless the run was given one."""
        now = self.fixed_now or datetime.now(UTC).replace(tzinfo=None)
        self.connection.execute(f"set variable now = cast({quoted(now)} as timestamp)")

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @contextmanager
    def attached(self, warehouse: Path) -> Iterator[str]:
        """The warehouse for as long as one reading takes: between batches a build may write to it."""
        # a view speaks of its database by name
        name = '"' + warehouse.stem.replace('"', '""') + '"'
        deadline = time.monotonic() + self.patience
        while True:
            try:
                self.connection.execute(f"attach {quoted(warehouse)} as {name} (read_only)")
                break
            except duckdb.Error as error:
                if time.monotonic() > deadline or not warehouse.is_file():
                    raise LedgerError(f"The warehouse {warehouse} cannot be read: {masked(error)}") from error
                time.sleep(1)
        try:
            yield name
        finally:
            self.connection.execute(f"detach {name}")

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
        """The one row of a statement that always has one."""
        row: tuple[Any, ...] | None = self.connection.execute(sql, parameters).fetchone()
        assert row is not None
        return row

    def record(self, outcome: str) -> int:
        """Write where rows stand now, and log those that came to a result. `outcome` selects COLUMNS, row by row."""
        connection = self.connection
        connection.execute("begin")
        try:
            connection.execute(f"create or replace temp table outcome as select {COLUMNS} from ({outcome})")
            connection.execute(
                """
                delete from sync_state using outcome
                where sync_state.destination = getvariable('destination')
                    and sync_state.kind = outcome.kind and sync_state.row_key = outcome.row_key
                """
            )
            connection.execute(
                f"""
                insert into sync_state (destination, {COLUMNS}, changed_at)
                select getvariable('destination'), {COLUMNS}, getvariable('now') from outcome
                """
            )
            connection.execute(
                f"""
                insert into sync_log
                select
                    getvariable('now'),
                    getvariable('run_id'),
                    getvariable('destination'),
                    kind,
                    row_key,
                    case when kind = 'event' then row_key else row_key || ':' || coalesce(row_hash, '') end,
                    customer_id,
                    audience,
                    audience_class,
                    is_in_audience,
                    result,
                    reason,
                    job_id
                from outcome
                where result not in {UNFINISHED}
                """
            )
            written = int(self.one("select count(*) from outcome")[0])
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
        return written

    def record_fault(self, said: str) -> None:
        """What ended a run, beside the results of its rows. `said` is masked already."""
        self.connection.execute(
            """
            insert into sync_log (logged_at, run_id, destination, kind, row_key, idempotency_key, result, reason)
            select getvariable('now'), run_id, getvariable('destination'), 'run', run_id, run_id, 'stopped', ?
            from (select getvariable('run_id') as run_id)
            """,
            [said],
        )

    def open_jobs(self) -> list[tuple[str, int]]:
        """Import jobs that were accepted and not yet read back, with their number of rows."""
        return self.connection.execute(
            """
            select job_id, count(*)
            from sync_state
            where destination = getvariable('destination') and result = 'submitted'
            group by job_id
            order by job_id
            """
        ).fetchall()

    def resend(self, warehouse: Path) -> None:
        """What the destination holds is not known: take every member for delivered, and due once more."""
        self.connection.execute(
            "delete from sync_state where destination = getvariable('destination') and kind = 'profile'"
        )
        with self.attached(warehouse) as shop:
            self.connection.execute(
                f"""
                insert into sync_state
                select
                    getvariable('destination'), 'profile', audience_member_id, customer_id, audience, audience_class,
                    row_hash, in_audience, true, 'unconfirmed', null, null, null, getvariable('now')
                from {shop}.marts.audience_members
                """
            )
