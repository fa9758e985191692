"""A database file that is built beside the one that readers have open, and takes its place when it is done.

One process opens a DuckDB file to write, and nobody reads it meanwhile. So `post-purchase build` works in a copy
(`.building/NAME` in the same folder): readers keep the file that they have, an open connection of a BI tool stands in
no build's way, and a build that fails or is killed has changed nothing of theirs. Where the file system can share the
blocks of two files (XFS, Btrfs, APFS), the copy costs nothing. Where it cannot, a part of a build (--select) of a large
file works in the file itself, as a plain dbt build does: its marts are switched in one transaction, readers wait.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from post_purchase.terminal import no_database

FOLDER = ".building"
LARGEST_COPY = 1 << 30
"""Bytes that a part of a build may copy: one and a half CPU seconds. A whole build writes as much anew as it copies."""
FICLONE = 0x40049409  # ioctl of Linux: a file that shares another's blocks until one of them changes


class NotBuilt(Exception):
    """The build cannot begin, or its file cannot take its place; the message says why and what to do."""


def copy(source: Path, target: Path) -> None:
    """The file, sharing its blocks where the file system can."""
    with source.open("rb") as there, target.open("wb") as here:
        try:
            fcntl.ioctl(here, FICLONE, there.fileno())
        except OSError:
            shutil.copyfileobj(there, here, 1 << 22)
    shutil.copymode(source, target)


def shares_blocks(folder: Path) -> bool:
    """Whether a copy in this folder costs nothing."""
    with tempfile.TemporaryFile(dir=folder) as one, tempfile.TemporaryFile(dir=folder) as other:
        one.write(bytes(1 << 16))
        one.flush()
        try:
            fcntl.ioctl(other, FICLONE, one.fileno())
        except OSError:
            return False
    return True


@contextlib.contextmanager
def lock(database: Path) -> Iterator[None]:
    """One build of a file at a time. The lock ends with the process that holds it, however that ends."""
    path = database.parent / FOLDER / f"{database.name}.lock"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise NotBuilt(
            f"{database.parent} cannot be written to ({error.strerror}), and a build of {database.name} works in a "
            "file beside it. Nothing was changed."
        ) from None
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise NotBuilt(
                f"Another build of {database} runs: {file.read().strip()}. Wait until it ends, or end it."
            ) from None
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        file.flush()
        yield


def state(database: Path) -> tuple[int, int, int] | None:
    """What tells that somebody else wrote to the file, or put another in its place."""
    if not database.is_file():
        return None
    found = database.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def settle(database: Path) -> None:
    """Nobody writes to the file, and nothing that was committed stands outside of it."""
    has_log = database.with_name(database.name + ".wal").exists()
    try:
        # a killed build leaves its last changes in the log beside the file: they are taken in
        with duckdb.connect(str(database), read_only=not has_log) as connection:
            if has_log:
                connection.execute("checkpoint")
    except duckdb.Error as error:
        said = " ".join(str(error).split())
        raise NotBuilt(f"{database} is in use by a process that writes, or cannot be read: {said[:200]}") from None


@contextlib.contextmanager
def built_beside(database: Path, is_part: bool = False) -> Iterator[tuple[Path, list[bool]]]:
    """Where to build, and a list that gets True when the build went well: then the file takes its place."""
    if is_none := no_database(database):
        raise NotBuilt(is_none)
    with lock(database):
        size = database.stat().st_size if database.is_file() else 0
        if is_part and size > LARGEST_COPY and not shares_blocks(database.parent / FOLDER):
            print(
                f"{database.name} has {size / 2**30:,.1f} GB, and its file system cannot share the blocks of a copy: "
                "this part is built in the file itself. Readers wait meanwhile.",
                file=sys.stderr,
            )
            yield database, []
            return
        building = database.parent / FOLDER / database.name
        for left in (building, building.with_name(building.name + ".wal")):
            left.unlink(missing_ok=True)
        if database.is_file():
            settle(database)
            before = state(database)
            try:
                copy(database, building)
            except OSError as error:
                building.unlink(missing_ok=True)
                raise NotBuilt(
                    f"{database} ({size / 2**20:,.0f} MB) cannot be copied to {building.parent}, where the build works "
                    f"({error.strerror}). Nothing was changed. Make room, or build with dbt build, which needs less."
                ) from None
        else:
            before = None
        done: list[bool] = []
        yield building, done
        if not any(done):
            return
        settle(building)
        if state(database) != before:
            raise NotBuilt(
                f"{database} was written to while the build ran, so the new file did not take its place. Build again."
            )
        with building.open("rb") as file:
            os.fsync(file.fileno())
        building.replace(database)
        folder = os.open(database.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
