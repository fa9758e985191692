"""Decide anew, between two whole builds, for the persons whom something new concerns.

    post-purchase hour --changes FOLDER [--database FILE] [--as-of 'YYYY-MM-DD HH:MM:SS'] [--state ARTIFACTS]

FOLDER holds the rows that are new or have changed since the last build, one CSV or Parquet file per table of the native
contract: consents, tickets, refunds, messages, orders. Whoever they concern is decided by the same models on those
persons' rows alone, and so is everybody whose decision has run out (recheck_at, due_at, expires_at). What is said of
all persons together - the policy, what was learned, watch metrics, what a unit earns - stands as the last whole build
left it. The marts that say what may go out get these persons' rows; the log and the outbox get what is new; every other
mart waits for the next whole build, and so does the catalogue.

Exit codes: 0 decided; 1 a model failed, and the marts are as they were; 2 it could not start, with the reason;
3 something has changed for everybody, so that only a whole build can answer.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import yaml

from post_purchase import PROJECT
from post_purchase.beside import NotBuilt, built_beside
from post_purchase.build import quietly, vars_with_leases, watched
from post_purchase.terminal import DEFAULT_DATABASE, artifacts, for_dbt, identifier, literal, log_of, on_duckdb

REPLACED = {
    "gate_decisions": "person_id",
    "gate_reasons": "order_line_id",
    "decision_log": "order_line_id",
    "next_actions": "person_id",
    "open_issues": "person_id",
    "service_actions": "person_id",
    "review_to_answer": "customer_id",
    "order_evidence": "person_id",
    "channel_choices": "person_id",
    "message_content": "person_id",
    "may_send": "person_id",
}
"""Marts that get these persons' rows anew, and the column that says whose a row is."""

ADDED_TO = {"decision_changes": "log_id", "audience_events": "event_id", "audience_members": "audience_member_id"}
"""Marts that are only added to, and their keys."""

WHOSE = {
    "person_id": "select person_id from {at}.core.int_persons",
    "customer_id": "select customer_id from {at}.core.int_persons",
    "order_line_id": "select order_line_id from {at}.core.int_order_lines",
}
"""Whom the rows of an hour are about, by the column of a mart."""


INSTANTS = ("as_of", "learned_at")
"""Vars that no model reads before it runs, and that are other ones each hour."""


class EverybodysChange(Exception):
    """What has changed concerns persons of whom nothing was gathered."""


class NotDecided(Exception):
    """A model failed; the message is dbt's."""


class Outcome(NamedTuple):
    """What an hour did."""

    persons: int
    decisions: int
    changed: int
    events: int


class Served(NamedTuple):
    """The last whole build, up to when it had learned, and whether hours since have left changes beside it."""

    as_of: datetime
    learned_at: datetime
    last_as_of: datetime
    has_changes: bool


def served(database: Path, raw_schema: str) -> Served:
    """What a database was built of last."""
    with duckdb.connect(str(database), read_only=True) as connection:
        try:
            row = connection.execute(
                "select as_of, (select snapshot_at from observations.int_snapshots where is_current), "
                "(select max(as_of) from marts.gate_decisions) from marts.served_build"
            ).fetchone()
        except duckdb.CatalogException:
            row = None
        if row is None:
            raise NotBuilt(f"{database} has no whole build yet: post-purchase build --database {database} --vars '...'")
        if not is_there(connection, raw_schema, "orders"):
            raise NotBuilt(
                f"{database} was not built from a folder (raw_path) or a schema of its own (raw_schema): whose rows "
                "are new cannot be told. Run a whole build each hour, with point_origins: [live]."
            )
        has_changes = is_there(connection, "changes", "since_build") and bool(
            connection.execute("select 1 from changes.since_build join marts.served_build using (build_id)").fetchone()
        )
    return Served(row[0], row[1], row[2] or row[0], has_changes)


def is_there(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether a database has a table or view."""
    return bool(
        connection.execute(
            "select 1 from information_schema.tables where table_schema = $schema and table_name = $table "
            "and table_catalog = current_database()",
            {"schema": schema, "table": table},
        ).fetchone()
    )


class Hour:
    """A small database beside the served one, in which the persons concerned are decided."""

    def __init__(self, database: Path, as_of: datetime, values: dict[str, Any], state: Path) -> None:
        self.database = database
        self.raw_schema = str(values.get("raw_schema") or "raw")
        self.last = served(database, self.raw_schema)
        self.folder = database.parent / ".building" / f"{database.stem}_hour"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700, parents=True)
        self.file = self.folder / "hour.duckdb"
        self.served = database.stem
        self.state = state
        self.manifest: Any = None
        self.vars = {
            **{name: value for name, value in values.items() if name not in ("raw_path", "raw_schema")},
            "raw_schema": "raw",
            "as_of": f"{as_of:%Y-%m-%d %H:%M:%S}",
            "learned_at": f"{self.last.learned_at:%Y-%m-%d %H:%M:%S}",
            "point_origins": ["live"],
            # a part of the shop says nothing of how much an audience grew: check_audiences asks that of the whole
            "accept_audience_change": True,
        }
        self._write_profile()

    def _write_profile(self) -> None:
        profile = yaml.safe_load((PROJECT / "profiles" / "profiles.yml").read_text(encoding="utf-8"))
        output = profile["post_purchase_gate"]["outputs"]["duckdb"]
        output["attach"] = [{"path": str(self.database), "alias": self.served, "read_only": True}]
        profile["post_purchase_gate"] = {"target": "duckdb", "outputs": {"duckdb": output}}
        (self.folder / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")

    def dbt(self, *words: str, otherwise: type[Exception] = NotDecided) -> None:
        """One dbt command in the small database; what it reads of everybody comes from the last whole build.

        Of a small shop, reading the project costs more than anything else. It is read once for all commands, without
        the instants that are other ones each hour, so that dbt knows by the last hour what it has read.
        """
        os.environ["POST_PURCHASE_DB"] = str(self.file)
        beside = self.database.with_stem(f"{self.served}_hour")
        steady = {name: value for name, value in self.vars.items() if name not in INSTANTS}
        steps = [(list(words), self.vars)]
        if self.manifest is None:
            steps.insert(0, (["parse"], steady))
        for command, values in steps:
            outcome, said = watched([*command, *quietly(beside, values, self.folder)], beside, self.manifest)
            if not outcome.success:
                raise otherwise("\n".join([*said, f"The whole log: {log_of(beside)}"]))
            if self.manifest is None:
                self.manifest = outcome.result

    def gather(self, changes: Path) -> None:
        """The rows of everybody concerned, as the inputs of the small database."""
        words = {"folder": str(changes), "served": self.served, "raw_schema": self.raw_schema}
        arguments = for_dbt({**words, "with_earlier": self.last.has_changes})
        self.dbt("run-operation", "gather_changes", "--args", arguments, otherwise=NotBuilt)

    def take_along(self) -> None:
        """What the log and the outbox say of them, as a build finds what the last one served."""
        with duckdb.connect(str(self.file)) as connection:
            connection.execute(f"attach {literal(self.database)} as {identifier(self.served)} (read_only)")
            served = identifier(self.served)
            connection.execute("create schema if not exists marts")
            # accounts that the last build knew, guests among them, and those that it did not
            connection.execute(
                "create temp table accounts as select customer_id from raw.customers "
                f"union select customer_id from {served}.core.int_accounts where customer_id in "
                "(select name from concerned.names where kind = 'customer') "
                f"union select customer_id from {served}.core.int_orders where order_id in "
                "(select name from concerned.names where kind = 'order')"
            )
            lines = f"select order_line_id from {served}.core.int_order_lines where customer_id in (from accounts)"
            for mart in ADDED_TO:
                whose = (
                    f"order_line_id in ({lines})" if mart == "decision_changes" else "customer_id in (from accounts)"
                )
                connection.execute(f"create table marts.{mart} as from {served}.marts.{mart} where {whose}")

    def decide(self) -> None:
        self.dbt("run", "--selector", "changes", "--defer", "--favor-state", "--state", str(self.state))

    def merge(self, into: Path, limits: dict[str, float]) -> Outcome:
        """The persons' rows take the place of those that the marts have, in one transaction."""
        with duckdb.connect(str(into)) as connection:
            connection.execute(f"attach {literal(self.file)} as hour (read_only)")
            connection.execute("use " + identifier(into.stem))
            connection.execute("begin")
            check_feeds(connection)
            check_audiences(connection, limits)
            accounts = WHOSE["customer_id"].format(at="hour")
            for column, sql in WHOSE.items():
                # who they are now, and who they were taken for before
                connection.execute(
                    f"create temp table of_{column} as {sql.format(at='hour')} "
                    f"union {sql.format(at=identifier(into.stem))} where customer_id in ({accounts})"
                )
            for mart, column in REPLACED.items():
                connection.execute(f"delete from marts.{mart} where {column} in (from of_{column})")
                connection.execute(f"insert into marts.{mart} by name from hour.marts.{mart}")
            new = {mart: added(connection, mart) for mart in ADDED_TO}
            keep_changes(connection)
            persons, decisions = connection.execute(
                "select count(distinct person_id), count(*) from hour.marts.gate_decisions"
            ).fetchone() or (0, 0)
            connection.execute("commit")
        return Outcome(persons, decisions, new["decision_changes"], new["audience_events"])


def added(connection: duckdb.DuckDBPyConnection, mart: str) -> int:
    """Rows of a mart that is only added to; an event whose person was erased meanwhile is emptied."""
    key = ADDED_TO[mart]
    before = count(connection, f"from marts.{mart}")
    connection.execute(f"delete from marts.{mart} where {key} in (select {key} from hour.marts.{mart})")
    connection.execute(f"insert into marts.{mart} by name from hour.marts.{mart}")
    return count(connection, f"from marts.{mart}") - before


def count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"select count(*) {relation}").fetchone()
    return int(row[0]) if row else 0


def check_feeds(connection: duckdb.DuckDBPyConnection) -> None:
    """What changes how far everybody's feeds may be believed: their age, and bad rows that might be about anybody."""
    moved = connection.execute(
        "select feed, was.state, now.state from core.int_feed_states as was "
        "join hour.core.int_feed_states as now using (feed) where was.state <> now.state order by feed"
    ).fetchall()
    if moved:
        said = "; ".join(f"{feed} was {before} and is {after}" for feed, before, after in moved)
        raise EverybodysChange(f"How far feeds may be believed has changed for every customer: {said}.")
    nameless = connection.execute(
        "select feed, count(*) from hour.core.int_refused_facts as now "
        "anti join core.int_refused_facts as was using (table_name, row_key) "
        "where kind = 'nobody' group by feed order by feed"
    ).fetchall()
    if nameless:
        said = "; ".join(f"{rows} of {feed}" for feed, rows in nameless)
        raise EverybodysChange(f"Rows that cannot be read name nobody who is known: {said}.")


def check_audiences(connection: duckdb.DuckDBPyConnection, limits: dict[str, float]) -> None:
    """The bounds of int_audience_guard, of whole audiences."""
    refused = connection.execute(
        """
        select
            guard.audience,
            count(members.audience_member_id) as members,
            any_value(guard.members_after - guard.members_before) as change
        from hour.activation.int_audience_guard as guard
        left join marts.audience_members as members
            on guard.audience = members.audience and members.in_audience
        group by guard.audience
        having abs(change) >= $least and (change > members * $growth or -1 * change > members * $shrink)
        order by guard.audience
        """,
        {
            "least": limits["audience_min_change"],
            "growth": limits["audience_max_growth"],
            "shrink": limits["audience_max_shrink"],
        },
    ).fetchall()
    if refused:
        said = "; ".join(f"{audience} ({members} members) by {change:+}" for audience, members, change in refused)
        raise EverybodysChange(f"Audiences would change beyond what the owner allows: {said}.")


def keep_changes(connection: duckdb.DuckDBPyConnection) -> None:
    """The changed rows stay for the hours to come, until a whole build has read them from where they come from."""
    connection.execute("drop schema if exists changes cascade")
    connection.execute("create schema changes")
    connection.execute("create table changes.since_build as select build_id from marts.served_build")
    tables = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'hour' and schema_name = 'changes'"
    ).fetchall()
    for (table,) in tables:
        connection.execute(f"create table changes.{identifier(table)} as from hour.changes.{identifier(table)}")


def vars_of(state: Path) -> dict[str, Any]:
    """The vars of the last whole build: an hour decides by the same policy."""
    try:
        said = json.loads((state / "run_results.json").read_text(encoding="utf-8"))["args"]["vars"]
    except (OSError, ValueError, KeyError):
        raise NotBuilt(
            f"{state} holds no artifacts of the last whole build, by which its tables and vars are found. Name their "
            "folder (--state), or run post-purchase build once more."
        ) from None
    found: dict[str, Any] = (yaml.safe_load(said) if isinstance(said, str) else said) or {}
    return found


def limits_of(values: dict[str, Any]) -> dict[str, float]:
    """The owner's bounds of audiences: as this run says, else as the project does."""
    declared = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["post_purchase_gate"]
    names = ("audience_min_change", "audience_max_growth", "audience_max_shrink")
    return {name: float(values.get(name, declared[name])) for name in names}


def main(argv: Sequence[str] | None = None) -> int:
    """Decide for whom a folder of changed rows concerns."""
    parser = argparse.ArgumentParser(
        prog="post-purchase hour", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = os.environ.get("POST_PURCHASE_DB", DEFAULT_DATABASE)
    parser.add_argument("--database", type=Path, default=Path(default), help=f"DuckDB file (default: {default})")
    parser.add_argument("--changes", type=Path, required=True, help="folder of the rows that are new or have changed")
    parser.add_argument("--as-of", type=datetime.fromisoformat, help="instant of the decision, UTC (default: now)")
    parser.add_argument(
        "--state", type=Path, help="artifacts of the last whole build (default: those of post-purchase build)"
    )
    arguments = parser.parse_args(argv)
    database = arguments.database.resolve()
    state = (arguments.state or artifacts(database)).resolve()
    as_of = arguments.as_of or datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    try:
        if not on_duckdb():
            raise NotBuilt(
                "An hour is decided in a DuckDB file. On a server, run dbt build with point_origins: [live]."
            )
        if not database.is_file():
            raise NotBuilt(f"There is no {database}: post-purchase build --database {database} --vars '...' first.")
        if not arguments.changes.is_dir():
            raise NotBuilt(f"There is no folder {arguments.changes}: name the one that holds the changed rows.")
        values = vars_with_leases(vars_of(state), database)
        if values.get("schema_prefix"):
            raise NotBuilt("The marts stand in schemas with a prefix, where an hour does not look for them.")
        with built_beside(database, is_part=True) as (file, done):
            hour = Hour(database, as_of, values, state)
            if as_of < hour.last.last_as_of:
                raise NotBuilt(f"--as-of {as_of} is earlier than what was decided last, {hour.last.last_as_of}.")
            try:
                hour.gather(arguments.changes.resolve())
                hour.take_along()
                hour.decide()
                outcome = hour.merge(file, limits_of(values))
                done.append(True)
            finally:
                shutil.rmtree(hour.folder, ignore_errors=True)
    except EverybodysChange as change:
        print(f"{change} Nothing was changed: run a whole build (post-purchase build).", file=sys.stderr)
        return 3
    except NotDecided as error:
        print(f"{error}\nThe marts are as they were.", file=sys.stderr)
        return 1
    except (NotBuilt, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(
        f"{outcome.persons} persons decided anew as of {as_of}: {outcome.decisions} decisions, "
        f"{outcome.changed} entries in the log, {outcome.events} events for audiences."
    )
    return 0
