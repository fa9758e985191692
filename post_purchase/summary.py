"""A short summary of a finished build: what was decided, why, on which feeds, and how long the build took.

    post-purchase summary [--database PATH] [--run-results FILE] [--short]

Exit codes: 0 the summary is shown; 2 the database or its marts cannot be read.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from post_purchase import PROJECT, ROOMS
from post_purchase.source import Source
from post_purchase.terminal import (
    DECISION_STYLES,
    DEFAULT_DATABASE,
    PLAIN_WIDTH,
    Cell,
    MartsError,
    Paint,
    action_order,
    add_database_option,
    artifacts,
    by_priority,
    clean,
    fetch,
    fit,
    in_words,
    open_marts,
    pad,
    side_by_side,
    table,
    use_color,
    when,
    wrap,
)

Row = dict[str, Any]

MARTS = (
    "next_actions",
    "gate_decisions",
    "gate_reasons",
    "order_evidence",
    "feed_health",
    "rejected_rows",
    "input_accounting",
)
DECISIONS = ("send", "pause", "support")
LAYERS = ("seeds", *ROOMS, "tests")
NOTE_LINES = 5
SHORT_LINES = 30  # what a build says of itself fits on a screen
HALF = 49  # columns of the left block where two stand side by side

TOTALS_SQL = """
select
    (select max(as_of) from marts.next_actions) as as_of,
    (select min(policy_version) from marts.gate_decisions) as policy_version,
    (select count(distinct policy_version) from marts.gate_decisions) as policy_versions,
    (select count(distinct order_id) from marts.next_actions) as orders,
    (select count(*) from marts.order_evidence) as order_lines,
    (select count(distinct customer_id) from marts.next_actions) as customers,
    (select count(*) from marts.gate_decisions) as decisions
"""

ACTIONS_SQL = """
with decided as (
    select
        action,
        count(*) filter (where decision = 'send') as send,
        count(*) filter (where decision = 'pause') as pause,
        count(*) filter (where decision = 'support') as support
    from marts.gate_decisions
    group by action
),

picked as (
    select
        action,
        count(*) filter (where decision = 'send') as send,
        count(*) filter (where decision = 'pause') as pause,
        count(*) filter (where decision = 'support') as support
    from marts.next_actions
    where is_customer_pick or lane <> 'marketing'
    group by action
)

select
    coalesce(decided.action, picked.action) as action,
    coalesce(decided.send, 0) as send,
    coalesce(decided.pause, 0) as pause,
    coalesce(decided.support, 0) as support,
    coalesce(picked.send, 0) as next_send,
    coalesce(picked.pause, 0) as next_pause,
    coalesce(picked.support, 0) as next_support
from decided
full join picked on decided.action = picked.action
"""

REASONS_SQL = """
select
    primary_reason,
    count(*) as decisions,
    count(*) / sum(count(*)) over () as share,
    sum(count(*)) over () as held
from marts.gate_decisions
where primary_reason is not null and decision <> 'send'
group by primary_reason
order by decisions desc, primary_reason
limit 8
"""

# A decision counts once under each check that it lacks evidence for, and once in the total.
UNKNOWN_SQL = """
with held as (
    select
        order_line_id,
        action,
        list_transform(string_split(reason_codes, ','), code -> trim(code)) as codes
    from marts.gate_decisions
    where decision <> 'send' and reason_codes <> ''
),

blocked as (
    select codes, count(*) over () as total
    from held
    where len(list_filter(codes, code -> not ends_with(code, ':unknown'))) = 0
),

codes as (
    select unnest(codes) as code, total
    from blocked
)

select string_split(code, ':')[1] as check_name, count(*) as decisions, max(total) as total
from codes
group by check_name
order by decisions desc, check_name
"""

FEEDS_SQL = """
select feed, state, loaded_through, age_hours, max_age_hours, checks_blocked, count(*) over () as feeds
from marts.feed_health
qualify state <> 'fresh'
order by feed
"""

INPUT_SQL = """
select
    coalesce(sum(rows_in), 0) as rows_in,
    coalesce(sum(rows_accepted), 0) as rows_accepted,
    coalesce(sum(rows_repaired), 0) as rows_repaired,
    coalesce(sum(rows_rejected), 0) as rows_rejected,
    coalesce(sum(rows_repeated), 0) as rows_repeated
from marts.input_accounting
"""

REJECTED_SQL = """
select table_name, reason, count(*) as row_count
from marts.rejected_rows
group by table_name, reason
-- an orphan follows from what it names: once that is mended, it is there
order by reason like 'orphan:%', row_count desc, table_name, reason
limit 6
"""

REFUSED_ORDERS_SQL = """
select
    reason,
    count(distinct row_key) as orders,
    sum(count(distinct row_key)) over () as total
from marts.rejected_rows
where table_name = 'orders'
group by reason
order by reason like 'orphan:%', orders desc, reason
"""

HELD_BY_REFUSAL_SQL = """
select count(distinct decisions.order_id) as orders
from marts.gate_reasons as reasons
inner join marts.gate_decisions as decisions on reasons.decision_id = decisions.decision_id
where reasons.detail = 'refused_row'
"""

# What each decision that only missing evidence holds back is missing, as steps. A due time that has no anchor yet comes
# with the evidence.
STEPS_SQL = """
with feeds as (
    select feed, state, unnest(string_split(checks_blocked, ',')) as check_name
    from marts.feed_health
    where checks_blocked is not null
),

reasons as (
    select
        reasons.decision_id,
        decisions.action,
        reasons.check_name,
        reasons.state,
        case
            when reasons.state <> 'unknown' then null
            when reasons.detail = 'refused_row' then 'refused_row'
            when reasons.detail like 'column_%' then reasons.detail
            when feeds.feed is not null then feeds.state || ':' || feeds.feed
            when told.feed is not null then told.state || ':' || told.feed
            when reasons.detail like 'unmapped_%' then 'mapping:' || substring(reasons.detail, 10)
            else 'check:' || reasons.check_name
        end as step,
        reasons.state <> 'unknown'
        and not (reasons.check_name = 'due' and reasons.state = 'waiting' and decisions.due_at is null) as holds
    from marts.gate_reasons as reasons
    inner join marts.gate_decisions as decisions on reasons.decision_id = decisions.decision_id
    left join feeds on reasons.check_name = trim(feeds.check_name)
    left join marts.feed_health as told
        on reasons.detail = 'feed_' || told.feed and told.state not in ('fresh', 'not_kept')
    where decisions.decision <> 'send'
),

held as (
    select decision_id, action, list_sort(list_distinct(list(step) filter (where step is not null))) as steps
    from reasons
    group by decision_id, action
    having not bool_or(holds) and count(step) > 0
)

select action, steps, count(*) as decisions
from held
group by action, steps
order by decisions desc, action, steps
"""

PRICE_SQL = """
select what_to_do, sends_released, expected_profit
from marts.price_of_not_knowing
where expected_profit > 0
order by expected_profit desc, missing, subject
limit 3
"""

MAPPINGS_SQL = """
select 'mapping:' || subject as step, what_to_do
from marts.price_of_not_knowing
where missing = 'mapping'
"""

SHEET_SQL = """
select order_id, action, decision, lesson_note
from marts.next_actions
where is_customer_pick and decision = 'send'
order by action = 'review_request' desc, due_at desc, order_id desc
limit 1
"""

EXAMPLE_SQL = "select max(order_id) as order_id from marts.next_actions where decision = 'support'"


# --- Marts -------------------------------------------------------------------------------------------------------


def headline(connection: duckdb.DuckDBPyConnection, paint: Paint) -> list[str]:
    """The instant, the policy, and how much was decided on."""
    totals = fetch(connection, TOTALS_SQL)[0]
    policy = clean(totals["policy_version"])[:12] or "-"
    if totals["policy_versions"] > 1:
        policy += f" and {totals['policy_versions'] - 1} more"
    return [
        f"{paint('Post-purchase gate', 'bold')}   as of {when(totals['as_of'])} UTC   policy {policy}",
        f"{totals['orders']:,} live orders, {totals['order_lines']:,} lines, {totals['customers']:,} customers, "
        f"{totals['decisions']:,} decisions",
    ]


def actions_block(connection: duckdb.DuckDBPyConnection, paint: Paint) -> list[str]:
    """Decisions by action, and beside them which action is whose one next action."""
    order = action_order(connection)
    counts = {row["action"]: row for row in fetch(connection, ACTIONS_SQL)}
    actions = sorted({*order, *counts}, key=by_priority(order))
    rows: list[Sequence[str | Cell]] = [
        [
            clean(action),
            *(count_cell(counts.get(action, {}).get(decision, 0), decision) for decision in DECISIONS),
            "",
            *(count_cell(counts.get(action, {}).get(f"next_{decision}", 0), decision) for decision in DECISIONS),
        ]
        for action in actions
    ]
    header = ["Decisions by line", *DECISIONS, "   Next action by lane", *DECISIONS]
    return table(rows, paint, header, right=(1, 2, 3, 5, 6, 7))


def count_cell(count: int, decision: str) -> Cell:
    """A count in its decision's color; a zero has none."""
    return Cell(f"{count:,}", DECISION_STYLES[decision] if count else None)


def reasons_block(connection: duckdb.DuckDBPyConnection, paint: Paint) -> list[str]:
    """The primary reasons that hold most decisions back."""
    found = fetch(connection, REASONS_SQL)
    held = int(found[0]["held"]) if found else 0
    rows = [[fit(clean(row["primary_reason"]), 28), f"{row['decisions']:,}", f"{row['share']:.1%}"] for row in found]
    return [
        paint(f"Top reasons (of {held:,} decisions not sent)", "bold"),
        *(table(rows, paint, right=(1, 2), indent="  ") or ["  none"]),
    ]


def unknown_block(connection: duckdb.DuckDBPyConnection, paint: Paint) -> list[str]:
    """The checks without which a decision would be a send."""
    found = fetch(connection, UNKNOWN_SQL)
    if not found:
        return [paint("Would go out but for evidence that is not there", "bold"), "  none"]
    shown = [[clean(row["check_name"]), f"{row['decisions']:,}"] for row in found[:7]]
    rest = [f"  and {len(found) - 7} more checks"] if len(found) > 7 else []
    return [
        paint("Would go out but for evidence that is not there", "bold"),
        f"  {found[0]['total']:,} decisions; by check:",
        *table(shown, paint, right=(1,), indent="  "),
        *rest,
    ]


def steps_block(connection: duckdb.DuckDBPyConnection, paint: Paint) -> list[str]:
    """What to do next, in the order of what it lets out."""
    found = fetch(connection, STEPS_SQL)
    if not found:
        return []
    title = paint("What would let most out", "bold")
    mappings = fetch(connection, MAPPINGS_SQL) if Source(connection).has("price_of_not_knowing") else []
    said = {row["step"]: lower_first(clean(row["what_to_do"])) for row in mappings}
    return [
        title,
        *(f"  {number}. {fit(line, PLAIN_WIDTH - 5)}" for number, line in enumerate(steps_in_order(found, said), 1)),
        *price_block(connection, paint),
    ]


def price_block(connection: duckdb.DuckDBPyConnection, paint: Paint) -> list[str]:
    """What the three dearest things that nobody knows would earn; nothing where the build has no such mart."""
    if not Source(connection).has("price_of_not_knowing"):
        return []
    lines = [
        f"  {fit(line, PLAIN_WIDTH - 2)}"
        for line in (
            f"{clean(row['what_to_do'])} ({row['sends_released']:,} sends, worth {row['expected_profit']:,.2f})"
            for row in fetch(connection, PRICE_SQL)
        )
    ]
    return [paint("What not knowing costs", "bold"), *lines] if lines else []


def lower_first(text: str) -> str:
    """A sentence as it goes on where it does not begin."""
    return text[:1].lower() + text[1:]


def steps_in_order(held: Sequence[Row], said: dict[str, str], limit: int = 5) -> list[str]:
    """Each step, or the fewest that do something together, with the decisions that it completes, the most first.

    `said`: what the build itself says of a step.
    """
    missing = [(row["action"], frozenset(row["steps"]), int(row["decisions"])) for row in held]
    lines: list[str] = []
    done: frozenset[str] = frozenset()
    while missing and len(lines) < limit:
        bundles = {steps - done for _, steps, _ in missing}
        completed = {
            bundle: sum(count for _, steps, count in missing if steps <= done | bundle) / len(bundle)
            for bundle in bundles
        }
        bundle = min(bundles, key=lambda steps: (-completed[steps], len(steps), sorted(steps)))
        done |= bundle
        freed: Counter[str] = Counter()
        for action, steps, count in missing:
            if steps <= done:
                freed[action] += count
        missing = [row for row in missing if not row[1] <= done]
        counts = ", ".join(f"{count:,} {clean(action)}" for action, count in freed.most_common(3))
        lines.append(f"{steps_in_words(bundle, said)}: {counts}")
    return lines


VERBS = {"not_connected": "connect", "stale": "load", "degraded": "mend"}


def steps_in_words(steps: Iterable[str], said: dict[str, str]) -> str:
    """Several steps in a few words: the feeds of one verb together, then the rest."""
    feeds = [
        f"{verb} {listed(clean(step.partition(':')[2]) for step in sorted(steps) if step.startswith(f'{state}:'))}"
        for state, verb in VERBS.items()
        if any(step.startswith(f"{state}:") for step in steps)
    ]
    others = [step for step in sorted(steps) if step.partition(":")[0] not in VERBS]
    return "; ".join([*feeds, *(said.get(step) or step_in_words(step) for step in others)])


def listed(words: Iterable[str]) -> str:
    """Words as a sentence lists them."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def step_in_words(step: str) -> str:
    """What somebody can do about one kind of missing evidence."""
    if step == "refused_row":
        return "mend refused rows"
    if step.startswith("column_"):
        return f"bring column {clean(step.removeprefix('column_'))} or name it in columns_not_kept"
    name = step.partition(":")[2]
    return {"consent": "state the consent of customers"}.get(name, f"settle {clean(name)}")


def feeds_block(connection: duckdb.DuckDBPyConnection, paint: Paint) -> list[str]:
    """One line for each feed that is not fresh."""
    found = fetch(connection, FEEDS_SQL)
    if not found:
        return [f"{paint('Feeds', 'bold')}: all fresh"]
    idle = [clean(row["feed"]) for row in found if row["state"] == "not_connected" and not row["checks_blocked"]]
    lines = [feed_line(row) for row in found if clean(row["feed"]) not in idle]
    if idle:
        lines += wrap(f"not connected, and no check waits for it: {', '.join(idle)}", PLAIN_WIDTH - 2)
    return [paint("Feeds that are not fresh", "bold"), *(f"  {fit(line, PLAIN_WIDTH - 2)}" for line in lines)]


def stale_feeds(connection: duckdb.DuckDBPyConnection, paint: Paint) -> str:
    """The feeds that are not fresh and that a check waits for, in a line."""
    found = [row for row in fetch(connection, FEEDS_SQL) if row["state"] != "not_connected" or row["checks_blocked"]]
    if not found:
        return f"{paint('Feeds', 'bold')}: fresh, as far as a check waits for them"
    names = ", ".join(f"{clean(row['feed'])} {in_words(row['state'])}" for row in found)
    return f"{paint('Feeds that are not fresh', 'bold')}: {fit(names, PLAIN_WIDTH - 26)}"


def feed_line(row: Row) -> str:
    """What is wrong with a feed, and which checks it leaves without evidence."""
    age = f", {row['age_hours']:,.0f} h old" if row["age_hours"] is not None else ""
    limit = f" (limit {row['max_age_hours']:,.0f} h)" if age and row["max_age_hours"] is not None else ""
    blocked = clean(row["checks_blocked"]).replace(",", ", ").replace(",  ", ", ")
    return f"{pad(clean(row['feed']), 18)}  {in_words(row['state'])}{age}{limit}{blocked and '; unknown: ' + blocked}"


def input_block(connection: duckdb.DuckDBPyConnection, paint: Paint) -> list[str]:
    """Rows in, accepted and rejected, and what most of the rejected ones broke."""
    totals = {name: int(value) for name, value in fetch(connection, INPUT_SQL)[0].items()}
    parts = totals["rows_accepted"] + totals["rows_rejected"] + totals["rows_repeated"]
    sign = "=" if totals["rows_in"] == parts else "IS NOT"
    repaired = f" ({totals['rows_repaired']:,} repaired)" if totals["rows_repaired"] else ""
    repeated = f" + {totals['rows_repeated']:,} exact repeats" if totals["rows_repeated"] else ""
    cells = [
        fit(f"  {clean(row['table_name'])}: {clean(row['reason'])} {row['row_count']:,}", HALF)
        for row in fetch(connection, REJECTED_SQL)
    ]
    return [
        f"{paint('Input rows', 'bold')}: {totals['rows_in']:,} in {sign} "
        f"{totals['rows_accepted']:,} accepted{repaired} + {totals['rows_rejected']:,} rejected{repeated}",
        *refusals(connection),
        *side_by_side(cells[: (len(cells) + 1) // 2], cells[(len(cells) + 1) // 2 :], HALF),
    ]


def refusals(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """How many orders a refusal took, by its cause, and how many it holds."""
    lines: list[str] = []
    found = fetch(connection, REFUSED_ORDERS_SQL)
    if found:
        causes = ", ".join(f"{clean(row['reason'])} {row['orders']:,}" for row in found)
        said = f"Orders that a refusal took: {int(found[0]['total']):,} ({causes})"
        lines.append(f"  {fit(said, PLAIN_WIDTH - 2)}")
    held = fetch(connection, HELD_BY_REFUSAL_SQL)[0]["orders"]
    if held:
        lines.append(f"  Orders held because a row about them was refused: {held:,}")
    return lines


def sheet_block(connection: duckdb.DuckDBPyConnection, paint: Paint) -> list[str]:
    """One customer's sheet, shortened."""
    found = fetch(connection, SHEET_SQL)
    if not found:
        return [f"{paint('One note', 'bold')}: no customer has a send now"]
    sheet = found[0]
    title = f"One note: order {clean(sheet['order_id'])}, {clean(sheet['decision'])} {clean(sheet['action'])}"
    return [paint(fit(title, PLAIN_WIDTH), "bold"), *short_note(sheet["lesson_note"])]


def walk_command(connection: duckdb.DuckDBPyConnection, database: Path) -> str:
    """The command that walks the sheet's order, or the lowest live one when there is no sheet."""
    found = fetch(connection, SHEET_SQL) or fetch(connection, EXAMPLE_SQL)
    order_id = shlex.quote(clean(found[0]["order_id"]) or "ORDER")
    if database.resolve() == (PROJECT / DEFAULT_DATABASE).resolve():
        return f"make walk ORDER={order_id}"
    return f"post-purchase walk {order_id} --database {shlex.quote(str(database))}"


def short_note(note: str | None) -> list[str]:
    """The first written lines of a note, each cut to the width."""
    lines = [line.rstrip() for line in clean(note, keep_lines=True).splitlines() if line.strip()]
    shown = [f"  {fit(line, PLAIN_WIDTH - 2)}" for line in lines[:NOTE_LINES]]
    return shown + (["  ..."] if len(lines) > NOTE_LINES else [])


# --- Build times -------------------------------------------------------------------------------------------------


def build_block(run_results: Path, paint: Paint) -> list[str]:
    """Build time by layer and the slowest models, as dbt recorded them; one line when there is no such record."""
    try:
        record = json.loads(run_results.read_text(encoding="utf-8"))
        paths = file_paths(run_results.with_name("manifest.json"))
        results = [build_step(result, paths) for result in record["results"]]
        elapsed = float(record.get("elapsed_time") or 0)
    except FileNotFoundError:
        return [f"{paint('Build time', 'bold')}: no record at {run_results}"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [f"{paint('Build time', 'bold')}: {run_results} is not a dbt run record"]
    return [
        f"{paint('Build time', 'bold')}: {elapsed:,.1f} s, {status_text(results)}",
        *wrap(f"By layer, seconds over all threads: {layer_text(results)}", PLAIN_WIDTH, indent="  "),
        *wrap(f"Slowest models: {slowest_text(results)}", PLAIN_WIDTH, indent="  "),
    ]


def file_paths(manifest: Path) -> dict[str, str]:
    """Each node's file, by unique id; empty when there is no manifest to read."""
    try:
        nodes = json.loads(manifest.read_text(encoding="utf-8")).get("nodes", {})
    except (OSError, ValueError):
        return {}
    return {unique_id: node.get("original_file_path") or "" for unique_id, node in nodes.items()}


def build_step(result: Row, paths: dict[str, str]) -> Row:
    """One node of the build: its name, kind, layer, status and seconds."""
    kind, _, rest = result["unique_id"].partition(".")
    return {
        "name": rest.partition(".")[2] or rest,
        "kind": kind,
        "layer": layer_of(kind, paths.get(result["unique_id"], "")),
        "status": result.get("status") or "unknown",
        "seconds": float(result.get("execution_time") or 0),
    }


def layer_of(kind: str, path: str) -> str:
    """A node's layer: for a model, the folder below `models`. A test lies beside its model, so its kind decides."""
    if kind in ("test", "unit_test"):
        return "tests"
    if kind in ("seed", "snapshot"):
        return f"{kind}s"
    folders = re.split(r"[/\\]", path)
    return folders[1] if len(folders) > 2 and folders[0] == "models" else "other"


def status_text(results: Iterable[Row]) -> str:
    """How many nodes ended in which status, the most frequent first."""
    counts = Counter(result["status"] for result in results)
    return ", ".join(f"{count:,} {in_words(status)}" for status, count in counts.most_common()) or "no nodes"


def layer_text(results: Iterable[Row]) -> str:
    """Seconds per layer, from the first of the layers to the last."""
    seconds: Counter[str] = Counter()
    for result in results:
        seconds[result["layer"]] += result["seconds"]
    rank = by_priority(LAYERS)
    return ", ".join(f"{layer} {seconds[layer]:,.1f}" for layer in sorted(seconds, key=rank)) or "none"


def slowest_text(results: Iterable[Row]) -> str:
    """The five models that took longest."""
    models = [result for result in results if result["kind"] == "model"]
    slowest = sorted(models, key=lambda result: (-result["seconds"], result["name"]))[:5]
    return ", ".join(f"{result['name']} {result['seconds']:,.1f}" for result in slowest) or "none"


# --- Command line ------------------------------------------------------------------------------------------------


def summarize(connection: duckdb.DuckDBPyConnection, database: Path, run_results: Path, paint: Paint) -> list[str]:
    """The whole summary as lines."""
    return [
        *headline(connection, paint),
        "",
        *actions_block(connection, paint),
        "",
        *side_by_side(reasons_block(connection, paint), unknown_block(connection, paint), HALF),
        "",
        *steps_block(connection, paint),
        *feeds_block(connection, paint),
        *input_block(connection, paint),
        *build_block(run_results, paint),
        "",
        *sheet_block(connection, paint),
        f"{paint('Results', 'bold')}: {database}, schema marts",
        f"{paint('One order', 'bold')}: {walk_command(connection, database)}",
    ]


def shortened(connection: duckdb.DuckDBPyConnection, database: Path, run_results: Path, paint: Paint) -> list[str]:
    """What a build says of itself: what was decided, and what would let most out. The rest is a command away."""
    before = [*headline(connection, paint), "", *actions_block(connection, paint), ""]
    where = f"--database {shlex.quote(str(database))}"
    after = [
        stale_feeds(connection, paint),
        input_block(connection, paint)[0],
        build_block(run_results, paint)[0],
        f"{paint('One order', 'bold')}: {walk_command(connection, database)}",
        f"{paint('Reasons, feeds, refused rows, times', 'bold')}: post-purchase summary {where}",
    ]
    return [*before, *steps_block(connection, paint)[: max(2, SHORT_LINES - len(before) - len(after))], *after]


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="post-purchase summary", description="Summarize a finished build.")
    add_database_option(parser)
    parser.add_argument(
        "--run-results", type=Path, help="dbt's run record (default: that of the database's last build)"
    )
    parser.add_argument("--short", action="store_true", help=f"what a build says of itself, in {SHORT_LINES} lines")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the summary, and return the exit code that the module's docstring lists."""
    arguments = parse_arguments(argv)
    paint = Paint(use_color(sys.stdout))
    try:
        with open_marts(arguments.database, MARTS) as connection:
            record = arguments.run_results or artifacts(arguments.database) / "run_results.json"
            told = shortened if arguments.short else summarize
            lines = told(connection, arguments.database, record, paint)
    except MartsError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(lines))
    return 0
