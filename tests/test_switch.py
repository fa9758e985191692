"""Readers always have one build: killed at any moment, it leaves them all of the old one or all of the new.

POST_PURCHASE_KILLS=50 pytest tests/test_switch.py -k random     # the long run
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import Build

from post_purchase import beside
from post_purchase.beside import NotBuilt, built_beside
from post_purchase.build import dbt_process

# A day later the feeds are old, so nearly all is held: the log grows, and whoever was in an audience leaves it, as a
# person has accepted.
LATER = "2026-07-01 12:00:00"
ACCEPTED = ", accept_audience_change: true"
KILLS = int(os.environ.get("POST_PURCHASE_KILLS", "2"))
# What is only added to: the log, the outbox and the members that are its fold.
LOGS = ("decision_changes", "audience_events", "audience_members")


def rows_of(database: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def builds(database: Path) -> set[str]:
    """The builds that readers find, by what each mart says of itself."""
    comments = rows_of(
        database,
        "select comment from duckdb_tables() "
        "where schema_name = 'marts' and not regexp_matches(table_name, '__(next|rows)$')",
    )
    return {re.fullmatch(r"build (\S+) after \S+", comment or "")[1] for (comment,) in comments}  # type: ignore[index]


def content(database: Path, *names: str) -> dict[str, tuple[Any, ...]]:
    """Of each mart that readers have, or of some, the rows as a number. A sum: what stands in an even number of rows
    would cancel itself out in an exclusive or."""
    found = names or [
        name
        for (name,) in rows_of(
            database,
            "select table_name from information_schema.tables where table_schema = 'marts' "
            "and not regexp_matches(table_name, '__(next|rows)$')",
        )
    ]
    return {
        name: rows_of(database, f'select count(*), sum(hash(cast(rows as varchar))) from marts."{name}" as rows')[0]
        for name in found
    }


def served(database: Path) -> str:
    return str(rows_of(database, "select build_id from marts.served_build")[0][0])


@pytest.fixture(scope="module")
def base(demo_shop: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo shop as it is served; the copies of it take turns in one place, for which the project is parsed once."""
    file = tmp_path_factory.mktemp("switch") / "base.duckdb"
    shutil.copy(demo_shop.database, file)
    return file


class Shop:
    """A copy of the served shop, and dbt as a process of its own that builds in it a day later."""

    def __init__(self, base: Path) -> None:
        self.folder = base.parent
        # a view speaks of its database by name
        self.database = self.folder / "shop.duckdb"
        self.database.with_suffix(".duckdb.wal").unlink(missing_ok=True)
        shutil.copy(base, self.database)

    def start(self, *words: str, as_of: str = LATER) -> subprocess.Popen[str]:
        # the tests of the rows are another's; a run makes every model and the switch
        command = dbt_process("run", self.folder / "target", "--vars", f"{{as_of: '{as_of}'{ACCEPTED}}}", *words)
        command += ["--log-path", str(self.folder / "logs"), "--log-format", "text"]
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"POST_PURCHASE_DB": str(self.database), "DO_NOT_TRACK": "1"},
        )

    def build(self, *words: str, as_of: str = LATER) -> tuple[int, str]:
        process = self.start(*words, as_of=as_of)
        said = process.communicate(timeout=600)[0]
        return process.returncode, said

    def killed(self, when: Callable[[str], bool]) -> bool:
        """A build that is killed (-9) once a line of its log says so; whether it was."""
        process = self.start()
        assert process.stdout is not None
        for line in process.stdout:
            if when(line):
                process.send_signal(signal.SIGKILL)
                break
        process.communicate()
        return process.returncode == -9

    def killed_after(self, seconds: float) -> bool:
        process = self.start()
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        return process.returncode == -9


@pytest.fixture(scope="module")
def undisturbed(base: Path) -> dict[str, Any]:
    """What a build a day later comes to that nobody kills, and how long it takes."""
    shop = Shop(base)
    code, said = shop.build()
    assert code == 0, said
    assert builds(shop.database) == {served(shop.database)} != {served(base)}
    before, after = content(base, *LOGS), content(shop.database, *LOGS)
    assert all(before[name] != after[name] for name in LOGS), "a day that changes nothing shows nothing"
    # once more, with the project parsed: how long there is to kill it
    again = Shop(base)
    started = time.monotonic()
    assert again.build()[0] == 0
    assert content(again.database, *LOGS) == after
    return {"logs": after, "seconds": time.monotonic() - started}


def done(*names: str) -> Callable[[str], bool]:
    return lambda line: "OK created" in line and any(f"marts.{name} " in line for name in names)


def nth_mart(number: int) -> Callable[[str], bool]:
    seen: Iterator[int] = iter(range(1, 1000))
    return lambda line: "OK created" in line and " marts." in line and next(seen) == number


BOUNDARIES: dict[str, Callable[[str], bool]] = {
    "after the log": done("decision_changes"),
    "after the outbox": done("audience_events"),
    "after half of the marts": nth_mart(20),
    "as the switch begins": lambda line: "START" in line and "marts.served_build" in line,
}


def test_killed_at_any_moment_nothing_is_mixed_doubled_or_lost(base: Path, undisturbed: dict[str, Any]) -> None:
    """One shop, killed again and again, each build starting from what the kill before it left."""
    seed = int(os.environ.get("POST_PURCHASE_SEED", dt.date.today().toordinal()))
    chance = random.Random(seed)
    shop = Shop(base)
    whole = content(shop.database)
    logs = {tuple(content(base, *LOGS).items()), tuple(undisturbed["logs"].items())}

    def check(when: str) -> None:
        assert builds(shop.database) == {served(shop.database)}, f"two builds side by side, {when}"
        if served(shop.database) == served(base):
            assert content(shop.database) == whole, when
        assert tuple(content(shop.database, *LOGS).items()) in logs, f"an entry is doubled or lost, {when}"

    for name, boundary in BOUNDARIES.items():
        assert shop.killed(boundary)
        check(name)
    kills = 0
    for _ in range(KILLS):
        seconds = chance.uniform(0.2, 1.05) * undisturbed["seconds"]
        kills += shop.killed_after(seconds)
        check(f"after {seconds:.1f} s, seed {seed}")
    code, said = shop.build()
    assert code == 0, said
    check("at the end")
    assert content(shop.database, *LOGS) == undisturbed["logs"], f"seed {seed}"
    assert not rows_of(
        shop.database, "select 1 from duckdb_tables() where regexp_matches(table_name, '__(next|rows)$')"
    )
    print(f"{len(BOUNDARIES) + kills} kills, seed {seed}")


def test_what_an_ended_build_left_is_never_served_beside_another(base: Path) -> None:
    """A part of a build on top of one that ended early would be two builds: it is refused, and says what to do."""
    shop = Shop(base)
    before = content(shop.database)
    assert shop.killed(done("audience_events"))
    code, said = shop.build("--select", "int_cost_assumptions+")
    assert code == 1 and "Nothing was switched" in said and "dbt build" in said, said
    assert content(shop.database) == before


def test_one_mart_alone_is_seen_at_once(base: Path) -> None:
    shop = Shop(base)
    code, said = shop.build("--select", "feed_health decision_changes")
    assert code == 0, said
    others = builds(shop.database) - {served(base)}
    assert len(others) == 1 and rows_of(shop.database, "select distinct build_id from marts.feed_health") == [
        tuple(others)
    ]
    assert served(shop.database) == served(base)
    assert content(shop.database, "gate_decisions") == content(base, "gate_decisions")


def test_tasks_of_one_build_wait_for_its_switch(base: Path) -> None:
    """An orchestrator that runs a command per node gives them one id; the last task switches what they made."""
    shop = Shop(base)
    one = "{as_of: '" + LATER + "', build_id: nightly-1" + ACCEPTED + "}"
    before = content(shop.database)
    for step, words in enumerate((["--exclude", "served_build audience_members_v1"], ["--select", "served_build"])):
        command = dbt_process("run", shop.folder / "target", "--vars", one, *words)
        command += ["--log-path", str(shop.folder / "logs")]
        environment = os.environ | {"POST_PURCHASE_DB": str(shop.database), "DO_NOT_TRACK": "1"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        if step == 0:
            assert content(shop.database) == before
    assert builds(shop.database) == {"nightly-1"} == {served(shop.database)}


# --- The file beside --------------------------------------------------------------------------------------------------


def a_file(path: Path, build: int = 1) -> Path:
    with duckdb.connect(str(path)) as connection:
        for table in ("a", "b"):
            connection.execute(f"create or replace table {table} as select {build} as build")
    return path


def test_readers_wait_for_no_build_and_none_waits_for_them(tmp_path: Path) -> None:
    """A connection stays open from before to after, and another process asks all the time: each answer is one build."""
    database = a_file(tmp_path / "shop.duckdb")
    ask = (
        "import duckdb, sys\n"
        "print('open', flush=True)\n"
        "seen = []\n"
        "while not seen or seen[-1] != (4, 4):\n"
        "    with duckdb.connect(sys.argv[1], read_only=True) as now:\n"
        "        seen.append(now.execute('select (select build from a), (select build from b)').fetchone())\n"
        "print(sorted(set(seen)), flush=True)\n"
    )
    # one interpreter takes two files of one name for one, so the reader that holds on is a process of its own
    hold = (
        "import duckdb, sys\n"
        "held = duckdb.connect(sys.argv[1], read_only=True)\n"
        "print('open', flush=True)\n"
        "sys.stdin.readline()\n"
        "print(held.execute('select build from a').fetchone()[0], flush=True)\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    holder = subprocess.Popen([sys.executable, "-c", hold, str(database)], **pipes)
    asker = subprocess.Popen([sys.executable, "-c", ask, str(database)], **pipes)
    try:
        for process in (holder, asker):
            assert process.stdout.readline() == "open\n"
        for build in (2, 3, 4):
            with built_beside(database) as (file, done):
                a_file(file, build)
                time.sleep(0.3)
                done.append(True)
        seen = asker.communicate(timeout=60)[0]
        assert asker.returncode == 0
        assert set(re.findall(r"\((\d), (\d)\)", seen)) <= {(str(n), str(n)) for n in range(1, 5)}, seen
        assert holder.communicate("\n", timeout=60)[0] == "1\n"
    finally:
        for process in (holder, asker):
            process.kill()
    assert rows_of(database, "select build from a") == [(4,)]


def test_a_build_that_fails_or_is_killed_leaves_the_file(tmp_path: Path) -> None:
    database = a_file(tmp_path / "shop.duckdb")
    with built_beside(database) as (file, done):
        a_file(file, 2)
        done.append(False)
    assert rows_of(database, "select build from a") == [(1,)] and rows_of(file, "select build from a") == [(2,)]
    killed = (
        "import duckdb, os, sys; from pathlib import Path; from post_purchase.beside import built_beside\n"
        "with built_beside(Path(sys.argv[1])) as (file, done):\n"
        "    duckdb.connect(str(file)).execute('update a set build = 3')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    assert subprocess.run([sys.executable, "-c", killed, str(database)], check=False).returncode == -9
    assert rows_of(database, "select build from a") == [(1,)]
    # nothing of it is in the way of the next
    with built_beside(database) as (file, done):
        assert rows_of(file, "select build from a") == [(1,)]
        a_file(file, 4)
        done.append(True)
    assert rows_of(database, "select build from a") == [(4,)] and not file.exists()


def test_what_a_killed_writer_left_in_its_log_is_kept(tmp_path: Path) -> None:
    database = a_file(tmp_path / "shop.duckdb")
    killed = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute('update a set build = 7'); "
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", killed, str(database)], check=False)
    assert database.with_name("shop.duckdb.wal").exists()
    with built_beside(database) as (file, done):
        assert rows_of(file, "select build from a") == [(7,)]
        done.append(True)
    assert rows_of(database, "select build from a") == [(7,)]


def test_no_large_file_is_copied_for_a_part_of_a_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without it: one mart of a shop of ten million orders costs a copy of all of them."""
    database = a_file(tmp_path / "shop.duckdb")
    monkeypatch.setattr(beside, "LARGEST_COPY", 1000)
    monkeypatch.setattr(beside, "shares_blocks", lambda folder: False)
    with built_beside(database, is_part=True) as (file, done):
        assert file == database
        done.append(True)
    assert "built in the file itself" in capsys.readouterr().err
    for is_part, shares in ((False, False), (True, True)):
        monkeypatch.setattr(beside, "shares_blocks", lambda folder, shares=shares: shares)
        with built_beside(database, is_part=is_part) as (file, done):
            assert file != database and rows_of(file, "select build from a") == [(1,)]


def test_a_copy_that_has_no_room_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = a_file(tmp_path / "shop.duckdb")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(beside, "copy", full)
    with pytest.raises(NotBuilt, match="cannot be copied to .*No space left.*Make room"), built_beside(database):
        pass
    monkeypatch.undo()
    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(NotBuilt, match="cannot be written to .*Nothing was changed"), built_beside(database):
        pass


def test_two_builds_of_a_file_say_who_holds_it(tmp_path: Path) -> None:
    database = a_file(tmp_path / "shop.duckdb")
    hold = (
        "import sys; from pathlib import Path; from post_purchase.beside import lock\n"
        "with lock(Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.readline()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", hold, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None and other.stdout.readline() == "held\n"
    with pytest.raises(NotBuilt, match=f"Another build of .* runs: process {other.pid} since"), built_beside(database):
        pass
    other.kill()
    other.wait()
    with built_beside(database) as (_, done):
        done.append(True)


def test_a_file_that_somebody_writes_to_is_not_replaced(tmp_path: Path) -> None:
    database = a_file(tmp_path / "shop.duckdb")
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.readline()"
    other = subprocess.Popen(
        [sys.executable, "-c", hold, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None and other.stdout.readline() == "held\n"
    with pytest.raises(NotBuilt, match="in use by a process that writes"), built_beside(database):
        pass
    other.kill()
    other.wait()
    with pytest.raises(NotBuilt, match="was written to while the build ran"), built_beside(database) as (file, done):
        a_file(file, 2)
        a_file(database, 9)
        done.append(True)
    assert rows_of(database, "select build from a") == [(9,)]


POLLS = """
import select, sys, time, duckdb
print("open", flush=True)
polls, slowest, seen = 0, 0.0, set()
while not select.select([sys.stdin], [], [], 0.05)[0]:
    began = time.monotonic()
    with duckdb.connect(sys.argv[1], read_only=True) as now:
        ((served,),) = now.execute("select build_id from marts.served_build").fetchall()
        comments = now.execute(
            "select comment from duckdb_tables() where schema_name = 'marts' and not contains(table_name, '__')"
        ).fetchall()
        now.execute("select count(*), count(distinct decision) from marts.gate_decisions").fetchone()
        now.execute("select count(*) from marts.next_actions where lesson_note is not null").fetchone()
    builds = {comment.split(" ")[-3] for (comment,) in comments}
    assert builds == {served}, builds
    seen.add(served)
    polls, slowest = polls + 1, max(slowest, time.monotonic() - began)
print(polls, len(seen), slowest, flush=True)
"""


def test_who_reads_the_marts_every_moment_waits_for_no_build(base: Path) -> None:
    """A reader who opens the file every 50 ms while it is built: no failure, no wait, never two builds side by side."""
    shop = Shop(base)
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    reader = subprocess.Popen([sys.executable, "-c", POLLS, str(shop.database)], **pipes)
    assert reader.stdout is not None and reader.stdout.readline() == "open\n"
    command = [sys.executable, "-m", "post_purchase", "build", "--database", str(shop.database)]
    command += ["--vars", f"{{as_of: '{LATER}'{ACCEPTED}}}"]
    began = time.monotonic()
    built = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"DO_NOT_TRACK": "1"})
    lasted = time.monotonic() - began
    time.sleep(1)
    said, fault = reader.communicate("\n", timeout=60)
    assert built.returncode == 0, built.stderr
    assert reader.returncode == 0, fault
    polls, builds_seen, slowest = said.split()
    assert int(polls) > 50 and builds_seen == "2"
    # whoever has to wait for a build waits for nearly all of it
    assert float(slowest) < lasted / 5
    print(f"{polls} reads, the slowest {float(slowest):.2f} s")


def test_the_build_command_leaves_open_readers_alone(base: Path) -> None:
    shop = Shop(base)
    before = content(shop.database)
    hold = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True); "
        "sys.stdin.readline(); print(c.execute('select build_id from marts.feed_health').fetchone()[0])"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", hold, str(shop.database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdout is not None and reader.stdout.readline() == "open\n"
    command = [
        sys.executable,
        "-m",
        "post_purchase",
        "build",
        "--database",
        str(shop.database),
        "--select",
        "feed_health",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"DO_NOT_TRACK": "1"})
    assert done.returncode == 0, done.stderr
    assert reader.communicate("\n", timeout=60)[0].strip() == served(base)
    after = content(shop.database)
    assert {name for name in after if after[name] != before[name]} == {"feed_health"}
