"""Audiences as files, one per audience, for an ESP that takes uploads: CSV, JSON Lines or Parquet."""

from __future__ import annotations

import os
import re
from pathlib import Path

from post_purchase.sync.ledger import Ledger, quoted
from post_purchase.sync.plan import EVENT_TRAITS, READ, WarehouseError, check_marts, columns_of, judged_members
from post_purchase.terminal import FORMULA, INNER_FORMULA

KEYS = (
    "audience_member_id",
    "customer_id",
    "audience",
    "audience_class",
    "in_audience",
    "email",
    "phone",
    "first_name",
)
FORMATS = {
    "csv": "format csv, header true",
    "jsonl": "format json",
    "parquet": "format parquet, compression zstd",
}
# A plus, digits and what people write between them is a phone: it has nothing that a spreadsheet could call or refer
# to, and with an apostrophe no ESP would take it.
PHONE = r"^\+[0-9][0-9 ().-]{5,22}[0-9]$"


def cell(name: str, kind: str, file_format: str) -> str:
    """A column of a file: what a spreadsheet would run gets an apostrophe before it, in CSV alone, also where a cell is
    split at another separator than ours."""
    if file_format != "csv" or kind != "VARCHAR":
        return name
    spared = f"when regexp_matches({name}, {quoted(PHONE)}) then {name} " if name == "phone" else ""
    inner = f"regexp_replace({name}, {quoted(INNER_FORMULA)}, '\\1''\\2', 'g')"
    return (
        f"case {spared}when regexp_matches({name}, {quoted(FORMULA)}) then '''' || {inner} else {inner} end as {name}"
    )


def export(
    ledger: Ledger, warehouse: Path, file_format: str, folder: Path, changes_only: bool
) -> list[tuple[str, int]]:
    """Write all members, or what changed since the last export to this folder; each file's name and rows."""
    ledger.tick()
    folder.mkdir(parents=True, exist_ok=True)
    connection = ledger.connection
    with ledger.attached(warehouse) as shop:
        check_marts(ledger, shop, READ.keys() - {"audience_events"})
        traits = [name for name in EVENT_TRAITS if name in columns_of(ledger, shop, "audience_members")]
        connection.execute(f"create or replace temp table members as {members(shop, traits, changes_only)}")
    kinds = dict(connection.execute("select column_name, column_type from (describe members)").fetchall())
    cells = ", ".join(cell(name, kinds[name], file_format) for name in (*KEYS, *traits))
    stamp = ledger.one("select strftime(getvariable('now'), '%Y%m%dT%H%M%S%fZ')")[0]
    written = []
    audiences = connection.execute(
        "select audience, count(*) from members group by audience order by audience"
    ).fetchall()
    for audience, rows in audiences:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", audience):
            raise WarehouseError(f"{audience!r} cannot name a file")
        name = f"{audience}.{stamp}.{file_format}" if changes_only else f"{audience}.{file_format}"
        half = folder / f".{name}.{os.getpid()}.part"
        try:
            connection.execute(
                f"copy (select {cells} from members where audience = {quoted(audience)} order by audience_member_id) "
                f"to {quoted(half)} ({FORMATS[file_format]})"
            )
            with half.open("rb") as file:
                os.fsync(file.fileno())
            half.replace(folder / name)
        finally:
            half.unlink(missing_ok=True)
        # after the rename: a run that ends here writes these rows once more, and loses none
        ledger.record(
            f"""
            select
                'file' as kind, audience_member_id as row_key, customer_id, audience, audience_class, row_hash,
                in_audience as is_in_audience, in_audience as may_hold, 'delivered' as result,
                step_reason as reason, {quoted(name)} as job_id, null as job_position
            from members
            where audience = {quoted(audience)} and is_changed
            """
        )
        written.append((name, rows))
    return written


def members(shop: str, traits: list[str], changes_only: bool) -> str:
    """Members as files have them: one who may not be addressed any more is out, and has no traits."""
    spared = ", ".join(f"case when is_in then judged.{name} end as {name}" for name in traits)
    return f"""
        with judged as ({judged_members(shop)})
        select
            judged.audience_member_id, judged.customer_id, judged.audience, judged.audience_class,
            judged.is_in as in_audience, judged.email, judged.phone,
            case when is_in then judged.first_name end as first_name,
            {spared}, judged.row_hash,
            case when judged.in_audience then judged.invalid_reason end as step_reason,
            state.row_key is null or state.row_hash <> judged.row_hash
                or state.is_in_audience <> judged.is_in as is_changed
        from judged
        left join sync_state as state
            on judged.audience_member_id = state.row_key and state.kind = 'file'
            and state.destination = getvariable('destination')
        where {"is_changed" if changes_only else "true"}
    """
