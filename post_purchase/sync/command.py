"""Syncs the audiences to Klaviyo, or writes them as files for any other ESP. Says what it would do unless told to send.

    post-purchase sync                              # dry run: counts, no request, nothing written
    KLAVIYO_API_KEY=... post-purchase sync --send   # what changed; needs `make sync-setup`
    post-purchase sync --export csv --out FOLDER [--changes]

Members become one true-or-false property per audience, with the traits that a template needs; entries and exits become
events. No list, subscription, consent or suppression is ever touched. Every row's result is in the log
(`sync_log.duckdb` beside the warehouse). Killed at any point, the next run goes on. docs/sync.md has the rest.

Exit codes: 0 done; 1 stopped before the end, run it again; 2 the warehouse, the log or the settings cannot be used;
3 done, and some rows were refused.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import traceback
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from post_purchase.sync.export import FORMATS, export
from post_purchase.sync.ledger import Ledger, LedgerError, masked, quoted
from post_purchase.sync.plan import WarehouseError, check_marts, planned
from post_purchase.sync.report import plan_report, refused_in_run, run_report, unfinished
from post_purchase.terminal import Paint, add_database_option, build_hint, place_that_fails, use_color

KEY = "KLAVIYO_API_KEY"


def instant(text: str) -> datetime:
    """An instant; without a zone it is UTC."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="post-purchase sync", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--dry-run", action="store_true", help="say what would be sent (the default)")
    what.add_argument("--send", action="store_true", help="send it")
    what.add_argument("--export", choices=FORMATS, help="write files instead")
    parser.add_argument("--out", type=Path, help="folder for the files")
    parser.add_argument("--changes", action="store_true", help="files: what changed since the last export there")
    add_database_option(parser)
    parser.add_argument(
        "--log", type=Path, help="DuckDB file of the log (default: sync_log.duckdb beside the warehouse)"
    )
    parser.add_argument("--destination", default="klaviyo", help="name of the account in the log (default: klaviyo)")
    parser.add_argument(
        "--resend", action="store_true", help="the log is lost or wrong: send everything, exits included"
    )
    parser.add_argument("--now", type=instant, help="judge decisions at this instant, UTC (default: the clock)")
    api = parser.add_argument_group("limits of the API; at most what is documented")
    api.add_argument("--host", default="", help="another host than Klaviyo's own")
    api.add_argument("--burst", type=int, default=10, help="requests a second and endpoint (default: 10)")
    api.add_argument("--steady", type=int, default=150, help="requests a minute and endpoint (default: 150)")
    api.add_argument("--profiles-per-job", type=int, default=10_000)
    api.add_argument("--events-per-request", type=int, default=1_000)
    api.add_argument("--batch", type=int, default=10_000, help="rows judged anew at once (default: 10,000)")
    api.add_argument("--timeout", type=float, default=60, help="seconds for one answer (default: 60)")
    api.add_argument("--give-up-after", type=float, default=600, help="seconds to repeat one call (default: 600)")
    api.add_argument("--poll", type=float, default=2, help="seconds between looks at import jobs (default: 2)")
    api.add_argument("--wait", type=float, default=1800, help="seconds to wait for import jobs (default: 1,800)")
    arguments = parser.parse_args(argv)
    if bool(arguments.export) != bool(arguments.out):
        parser.error("--export and --out go together")
    for name in ("burst", "steady", "profiles_per_job", "events_per_request", "batch"):
        if getattr(arguments, name) < 1:
            parser.error(f"--{name.replace('_', '-')} must be at least 1")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", arguments.destination):
        parser.error("--destination is a name of letters, digits, _ and -")
    arguments.log = arguments.log or arguments.database.with_name("sync_log.duckdb")
    return arguments


def kind_of(error: Exception) -> str:
    """What sort of fault, and in which line of the code; not what it says, which may hold a value."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"


def open_ledger(arguments: argparse.Namespace, destination: str, path: Path | None) -> Ledger:
    if not arguments.database.is_file():
        raise WarehouseError(f"There is no database at {arguments.database}. {build_hint(arguments.database)}")
    return Ledger(path, destination, uuid.uuid4().hex, arguments.now)


def dry_run(arguments: argparse.Namespace, paint: Paint) -> int:
    """The plan against a copy of the log's state, so that a dry run writes nothing."""
    with open_ledger(arguments, arguments.destination, None) as ledger:
        if arguments.log.is_file():
            ledger.connection.execute(f"attach {quoted(arguments.log)} as known_log (read_only)")
            ledger.connection.execute("insert into sync_state select * from known_log.sync_state")
            ledger.connection.execute("detach known_log")
        if arguments.resend:
            ledger.resend(arguments.database)
        with ledger.attached(arguments.database) as shop:
            check_marts(ledger, shop)
            for kind in ("profile", "event"):
                ledger.connection.execute(f"create or replace temp table plan as {planned(kind, shop)}")
                print("\n".join([*plan_report(ledger, kind, paint), ""]))
    print(f"A dry run: nothing was sent. Entries follow once their profiles are in. --send sends (key in {KEY}).")
    return 0


def send(arguments: argparse.Namespace, paint: Paint) -> int:
    # out of the environment, so that no library and no child process writes it down
    key = os.environ.pop(KEY, "").strip()
    if not key:
        print(f"--send needs the private API key in {KEY}.", file=sys.stderr)
        return 2
    try:
        from post_purchase.sync.klaviyo import Klaviyo, Limits, Stopped
        from post_purchase.sync.send import Sender

        TOLD = (Stopped, LedgerError, WarehouseError, OSError, duckdb.Error)
    except ModuleNotFoundError as error:
        print(f"{error.name} is not installed. Run `make sync-setup`.", file=sys.stderr)
        return 2
    limits = Limits(burst=min(arguments.burst, 10), steady=min(arguments.steady, 150))
    client = Klaviyo(key, arguments.host, limits, arguments.timeout, arguments.give_up_after)
    with open_ledger(arguments, arguments.destination, arguments.log) as ledger:
        if arguments.resend:
            ledger.resend(arguments.database)
        sender = Sender(
            ledger,
            arguments.database,
            client,
            arguments.log.with_suffix(f".{arguments.destination}.dlt"),
            max_profiles=arguments.profiles_per_job,
            max_events=arguments.events_per_request,
            batch_size=arguments.batch,
            poll_seconds=arguments.poll,
            wait_seconds=arguments.wait,
        )
        code = 0
        try:
            sender.run()
        except Exception as fault:
            # whatever it is: one line, and a row in the log. A fault that nobody foresaw is told by its kind alone
            said = masked(fault, key) if isinstance(fault, TOLD) else f"a fault of the sync itself ({kind_of(fault)})"
            ledger.record_fault(said)
            print(f"Stopped: {said}. Run it again: what was delivered is in the log.", file=sys.stderr)
            code = 1 if isinstance(fault, Stopped) else 2
        print("\n".join([*run_report(ledger, paint), f"Log: {arguments.log}"]))
        if code == 0 and unfinished(ledger):
            print(f"{unfinished(ledger):,} rows wait for the API; the next run reads them back.")
            code = 1
        return code or (3 if refused_in_run(ledger) else 0)


def write_files(arguments: argparse.Namespace, paint: Paint) -> int:
    destination = f"{arguments.export}:{arguments.out.resolve()}"
    with open_ledger(arguments, destination, arguments.log) as ledger:
        written = export(ledger, arguments.database, arguments.export, arguments.out, arguments.changes)
    for name, rows in written:
        print(f"{arguments.out / name}: {rows:,} rows")
    if not written:
        print("No audience changed since the last export." if arguments.changes else "No audience has a member.")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Sync, and return the exit code that the module's docstring lists."""
    arguments = parse_arguments(argv)
    paint = Paint(use_color(sys.stdout))
    do = write_files if arguments.export else send if arguments.send else dry_run
    # files 0600, folders 0700: whatever this command makes is its user's alone
    usual = os.umask(0o077)
    try:
        return do(arguments, paint)
    except (LedgerError, WarehouseError) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(place_that_fails(error), file=sys.stderr)
    except duckdb.Error as error:
        # it may repeat a value
        print(masked(error), file=sys.stderr)
    except Exception as error:
        # nobody foresaw it, so nobody knows what it repeats: its kind, and where, are told
        print(f"A fault of the sync itself: {kind_of(error)}. Nothing is lost; run it again.", file=sys.stderr)
    finally:
        os.umask(usual)
    return 2
