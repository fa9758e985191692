"""What a run would do, or did, in words and counts; no address, no name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from post_purchase.sync.ledger import Ledger
from post_purchase.terminal import PLAIN_WIDTH, Paint, clean, fit, table

REFUSED_SHOWN = 20


def counted(rows: Iterable[tuple[Any, ...]], header: list[str], paint: Paint) -> list[str]:
    """Rows whose last column is a count."""
    cells = [[*(clean(value) or "-" for value in row[:-1]), f"{row[-1]:,}"] for row in rows]
    return table(cells, paint, header, right=(len(header) - 1,), indent="  ") if cells else ["  nothing"]


def plan_report(ledger: Ledger, kind: str, paint: Paint) -> list[str]:
    """The steps that the temp table `plan` holds."""
    is_in = "case when is_in then 'in' else 'out' end" if kind == "profile" else "'event'"
    rows = ledger.connection.execute(
        f"""
        select audience, audience_class, step, case when step = 'send' then {is_in} end, step_reason, count(*)
        from plan
        group by all
        order by all
        """
    ).fetchall()
    title = {"profile": "Members (profile import)", "event": "Events"}[kind]
    return [paint(title, "bold"), *counted(rows, ["audience", "class", "step", "as", "why", "rows"], paint)]


def run_report(ledger: Ledger, paint: Paint) -> list[str]:
    """The results of this run, and what was refused, row by row."""
    run = "from sync_log where run_id = getvariable('run_id') and destination = getvariable('destination')"
    results = ledger.connection.execute(
        f"select kind, audience, result, reason, count(*) {run} group by all order by all"
    ).fetchall()
    refused = ledger.connection.execute(
        f"select kind, row_key, audience, reason {run} and result = 'refused' order by all limit {REFUSED_SHOWN}"
    ).fetchall()
    lines = [paint("Results", "bold"), *counted(results, ["kind", "audience", "result", "why", "rows"], paint)]
    if refused:
        total = ledger.one(f"select count(*) {run} and result = 'refused'")[0]
        lines += ["", paint(f"Refused: {total:,}", "bold")]
        lines += [fit("  " + "  ".join(clean(value) or "-" for value in row), PLAIN_WIDTH) for row in refused]
        if total > len(refused):
            lines += [f"  and {total - len(refused):,} more: select * from sync_log where result = 'refused'"]
    return lines


def refused_in_run(ledger: Ledger) -> int:
    (refused,) = ledger.one(
        """
        select count(*) from sync_log
        where run_id = getvariable('run_id') and destination = getvariable('destination') and result = 'refused'
        """
    )
    return int(refused)


def unfinished(ledger: Ledger) -> int:
    (rows,) = ledger.one(
        """
        select count(*) from sync_state
        where destination = getvariable('destination') and result in ('sending', 'submitted', 'unconfirmed')
        """
    )
    return int(rows)
