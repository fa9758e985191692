"""Builds that are killed, and machines that fail: what readers have then, and what the next build makes of it.

Whatever happens to a build, the database opens, all marts that readers have are of one build, and the log and the
outbox are those before the build or those after it; the next build makes them what a build makes that nobody disturbed.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from post_purchase import PROJECT
from post_purchase.build import WITHOUT_TESTS, dbt_process
from post_purchase.terminal import for_dbt

LOG = "select * exclude (policy_version) from marts.decision_changes"
OUTBOX = "select event_id, event_type, entry_number, occurred_at from marts.audience_events"
MARTS_SQL = """
select comment from duckdb_tables()
where schema_name = 'marts' and not regexp_matches(table_name, '__(next|rows)$')
"""
MUST_NOT_BE = (
    "databases that do not open",
    "mixed marts",
    "log or outbox doubled or lost",
    "tracebacks",
    "faults that went unnoticed",
)
Histories = list[list[tuple[Any, ...]]]


def kept_history(database: Path) -> Histories:
    """What is kept from build to build: the log and the outbox."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return [connection.execute(f"{query} order by all").fetchall() for query in (LOG, OUTBOX)]


def builds_served(database: Path) -> tuple[str, set[str]]:
    """The build that readers have, and those that its marts say that they are of."""
    with duckdb.connect(str(database), read_only=True) as connection:
        ((served,),) = connection.execute("select build_id from marts.served_build").fetchall()
        comments = [str(comment) for (comment,) in connection.execute(MARTS_SQL).fetchall()]
    found = [re.search(r"build (\S+) after \S+$", comment) for comment in comments]
    return str(served), {one[1] if one else "none" for one in found}


class Running(subprocess.Popen[bytes]):
    """A process that writes into a log and not into a pipe: nobody reads while it is waited for."""

    def __init__(self, words: list[str], log: Path, environment: dict[str, str]) -> None:
        self.log = log
        with log.open("wb") as file:
            super().__init__(words, cwd=PROJECT, env=environment, stdout=file, stderr=file)

    def said(self) -> str:
        return self.log.read_text(errors="replace").strip()


class BesiegedShop:
    """A shop that was built once and is built again a day later, over and over, each time with a fault."""

    def __init__(
        self,
        work: Path,
        raw: Path,
        vars: dict[str, Any],
        rng: random.Random,
        fail: Callable[[str, str], None],
        counts: Counter[str],
    ) -> None:
        self.work, self.rng, self.fail, self.counts = work, rng, fail, counts
        self.processes = 0
        self.database = work / "besieged" / "shop.duckdb"
        self.database.parent.mkdir()
        # today's decisions alone: all marts that are kept, and half of the models
        self.vars = {**vars, "raw_path": str(raw), "point_origins": ["live"], "accept_audience_change": True}
        self.today = datetime.fromisoformat(str(vars["as_of"]))
        self.base = work / "base.duckdb"
        self.build("build", 0)
        self.database.replace(self.base)
        self.before = kept_history(self.base)
        self.anew()
        began = time.monotonic()
        self.build("run", 1)
        self.lasted = time.monotonic() - began
        self.wanted = kept_history(self.database)
        if self.before == self.wanted:
            raise ValueError("A day changes nothing in this shop: a log that is lost or doubled would not show.")

    def anew(self) -> None:
        self.database.with_name("shop.duckdb.wal").unlink(missing_ok=True)
        shutil.copy(self.base, self.database)

    def vars_on(self, day: int) -> str:
        as_of = str(self.today + timedelta(days=day))
        return for_dbt({**self.vars, "as_of": as_of})

    def start(self, command: str, day: int) -> Running:
        """A plain dbt build or run, as a process of its own."""
        words = dbt_process(command, self.work / "target_besieged", "--vars", self.vars_on(day))
        words += ["--log-path", str(self.work / "logs_besieged"), *(WITHOUT_TESTS if command == "build" else ())]
        return self.process(words)

    def start_beside(self) -> Running:
        """post-purchase build: in a copy of the file, which takes its place."""
        words = [sys.executable, "-m", "post_purchase", "build", "--database", str(self.database)]
        return self.process([*words, "--vars", self.vars_on(1)])

    def process(self, words: list[str]) -> Running:
        self.processes += 1
        environment = {**os.environ, "POST_PURCHASE_DB": str(self.database), "DO_NOT_TRACK": "1"}
        return Running(words, self.work / f"process{self.processes}.log", environment)

    def build(self, command: str, day: int) -> None:
        process = self.start(command, day)
        if process.wait():
            raise RuntimeError(process.said()[-600:])

    def check(self, when: str) -> bool:
        """What readers have after a fault; whether it is the new build."""
        try:
            served, builds = builds_served(self.database)
            history = kept_history(self.database)
        except duckdb.Error as error:
            self.fail("databases that do not open", f"{when}: {error}")
            return False
        if builds != {served}:
            self.fail("mixed marts", f"{when}: {len(builds)} builds side by side")
        if history not in (self.before, self.wanted):
            self.fail("log or outbox doubled or lost", when)
        return history == self.wanted

    def check_words(self, process: Running, when: str) -> None:
        if "Traceback" in process.said():
            self.fail("tracebacks", f"{when}: {process.said()[-300:]}")

    def finish(self, when: str) -> None:
        """The build after the fault, which nobody disturbs."""
        try:
            self.build("run", 1)
        except RuntimeError as error:
            self.fail("databases that do not open", f"after {when}: {error}")
            return
        if not self.check(f"at the build after {when}"):
            self.fail("log or outbox doubled or lost", f"at the build after {when}")

    def try_kills(self, kills: int, until: float) -> None:
        """One shop, killed (-9) again and again, each build starting from what the kill before it left."""
        self.anew()
        killed = 0
        # a build that ended before its moment is tried again, for a while: how long one takes is the machine's affair
        for _ in range(4 * kills):
            if killed == kills or time.monotonic() > until:
                break
            seconds = self.rng.uniform(0.2, 1.0) * self.lasted
            process = self.start("run", 1)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                self.counts["kills"] += 1
                killed += 1
            if self.check(f"killed after {seconds:.0f} of {self.lasted:.0f} s"):
                self.counts["kills after the switch"] += process.returncode != 0
                self.anew()
        if kills:
            self.finish("kills")

    def faults(self) -> list[Callable[[], None]]:
        """What may be tried, each from a shop as it was served."""

        def from_the_base(fault: Callable[[], None]) -> Callable[[], None]:
            def tried() -> None:
                self.anew()
                fault()

            return tried

        tries = (self.full_disk, self.read_only, self.two_builds, self.two_exports, self.clock_back)
        return [from_the_base(fault) for fault in tries]

    @contextlib.contextmanager
    def small_disk(self, megabytes: int) -> Iterator[Callable[[str], None]]:
        """The shop on a file system of its own of so many MB, in its own place: elsewhere dbt would parse anew."""
        folder = self.database.parent

        def remount(how: str) -> None:
            subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)

        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=True)
        try:
            shutil.copy(self.base, self.database)
            yield remount
        finally:
            subprocess.run(["umount", str(folder)], check=True)

    def may_mount(self) -> bool:
        if os.geteuid() == 0 and shutil.which("mount"):
            return True
        self.counts["faults not tried: mounting is not permitted"] += 1
        return False

    def full_disk(self) -> None:
        """A disk that is full at some moment of the build, of either way to build."""
        if not self.may_mount():
            return
        size = self.base.stat().st_size / 2**20
        for way, least, most in (("dbt", 1.02, 1.2), ("beside", 1.05, 1.9)):
            with self.small_disk(int(size * self.rng.uniform(least, most)) + 1) as remount:
                process = self.start("run", 1) if way == "dbt" else self.start_beside()
                is_built = process.wait() == 0
                self.counts[f"builds on a small disk ({'had room' if is_built else 'full'})"] += 1
                if self.check(f"full disk, {way}") != is_built:
                    self.fail("faults that went unnoticed", f"a full disk, {way}: {process.said()[-300:]}")
                if way == "beside":
                    self.check_words(process, f"full disk, {way}")
                remount(f"size={int(size * 6)}m")
                self.finish(f"a full disk, {way}")

    def read_only(self) -> None:
        """A database on a disk that nobody may write to."""
        if not self.may_mount():
            return
        with self.small_disk(int(self.base.stat().st_size / 2**20) * 3) as remount:
            remount("ro")
            process = self.start_beside()
            code = process.wait()
            self.counts["builds of a database that may not be written"] += 1
            said = process.said()
            if not code or said.count("\n"):
                self.fail("faults that went unnoticed", f"a read-only database, exit {code}: {said[-300:]}")
            self.check("read-only")
            self.check_words(process, "read-only")
            remount("rw")

    def two_builds(self) -> None:
        """Two at once: one builds, the other says in one line who does."""
        both = [self.start_beside(), self.start_beside()]
        codes = sorted(process.wait() for process in both)
        self.counts["pairs of builds"] += 1
        said = [process.said() for process in both if process.returncode == 2]
        if codes != [0, 2] or "Another build of" not in said[0] or said[0].count("\n"):
            self.fail("faults that went unnoticed", f"two builds, exit codes {codes}: {said}")
        if not self.check("two builds"):
            self.fail("log or outbox doubled or lost", "two builds")

    def two_exports(self) -> None:
        """Two at once into one folder: every file is whole, and the same as of one alone."""
        found = []
        for number in (1, 2):
            out = self.work / f"export{number}"
            words = [sys.executable, "-m", "post_purchase", "sync", "--database", str(self.database), "--export", "csv"]
            words += ["--out", str(out), "--now", str(self.today), "--log", str(self.work / f"sync{number}.duckdb")]
            processes = [self.process(words) for _ in range(number)]
            codes = [process.wait() for process in processes]
            if 0 not in codes:
                self.fail("faults that went unnoticed", f"exports, {codes}: {processes[0].said()[-300:]}")
            for process in processes:
                self.check_words(process, "two exports")
            found.append({path.name: path.read_bytes() for path in sorted(out.glob("*"))} if out.is_dir() else {})
        self.counts["pairs of exports"] += 1
        if found[0] != found[1] or not found[0]:
            self.fail("log or outbox doubled or lost", "two exports")

    def clock_back(self) -> None:
        """A build of some days ago after today's: it adds nothing to the log and the outbox."""
        self.build("run", -self.rng.randint(1, 20))
        self.counts["builds at an earlier instant"] += 1
        if kept_history(self.database) != self.before:
            self.fail("log or outbox doubled or lost", "a clock that went back")
        self.finish("a clock that went back")
