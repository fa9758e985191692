"""How long the sync takes at the documented limits, and how much memory, by number of changes.

    python tests/benchmark_sync.py [--changes 10000 100000] [--latency 0.2]

Each size gets a shop of its own (so many members who entered, and so many entry events), a local server that enforces
10 requests a second and 150 a minute per endpoint, and a process of its own. `least` is the shortest time in which
those windows let the requests through, profiles and events one after the other.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fake_klaviyo import MOST
from sync_shop import NOW, Shop

TESTS = Path(__file__).resolve().parent
SCRIPT = TESTS.parent / "scripts" / "sync_audiences.py"
BURST, STEADY = 10, 150


def least_seconds(requests: int) -> float:
    """Fixed windows: the first requests of a minute go at the burst rate, the rest waits for the next minute."""
    minutes, rest = divmod(max(requests, 1) - 1, STEADY)
    return minutes * 60 + rest // BURST


def run_once(changes: int, latency: float, folder: Path) -> dict[str, float]:
    shop = Shop(folder / "shop.duckdb")
    shop.join(1, changes)
    account = subprocess.Popen(
        [sys.executable, TESTS / "fake_klaviyo.py", "--latency", str(latency)], stdout=subprocess.PIPE, text=True
    )
    try:
        host = account.stdout.readline().strip()
        command = [sys.executable, SCRIPT, "--send", "--database", shop.path, "--now", str(NOW), "--host", host]
        started = time.monotonic()
        sync = subprocess.Popen(
            command, env={**os.environ, "KLAVIYO_API_KEY": "pk_benchmark"}, stdout=subprocess.DEVNULL
        )
        _, status, used = os.wait4(sync.pid, 0)
        seconds = time.monotonic() - started
        if status:
            raise SystemExit(f"the sync ended with {os.waitstatus_to_exitcode(status)}")
    finally:
        account.terminate()
        seen = json.loads(account.stdout.read())
    calls = {name: seen["calls"].get(name, 0) for name in MOST}
    return {
        "changes": changes,
        "seconds": seconds,
        "least": sum(least_seconds(count) for count in calls.values()),
        "cpu": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
        "requests": seen["calls"],
        "throttled": sum(seen["throttled"].values()),
        "largest_bytes": seen["largest"]["bytes"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--latency", type=float, default=0.2, help="seconds that the server takes for an answer")
    arguments = parser.parse_args()
    for changes in arguments.changes:
        with tempfile.TemporaryDirectory() as folder:
            result = run_once(changes, arguments.latency, Path(folder))
        print(
            json.dumps({name: round(value, 1) if isinstance(value, float) else value for name, value in result.items()})
        )


if __name__ == "__main__":
    main()
