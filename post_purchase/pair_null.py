"""How many proven pairs does chance yield? The pair models, run once more on permuted next baskets.

    post-purchase pair-null [--database target/post_purchase.duckdb] [--permutations 1] [--limit 0.10]
        [--vars '{raw_path: FOLDER}']

Needs a finished build and the vars it was built with. The build is copied, the var `pair_permutation` swaps the new
SKUs of orders among like customers (`int_pair_chance_purchases`), and dbt runs the very same models from there.
Printed is the share of undeclared pairs that the null proves too: the false discoveries among the proven ones. Exit
code 1 above the limit.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from post_purchase.build import run_dbt
from post_purchase.terminal import for_dbt, vars_text

COUNTS = """
    select
        count(*) filter (where is_proven and not is_declared),
        count(*) filter (where is_recommendable and not is_declared),
        count(*) filter (where support >= 5 and not is_declared)
    from {prefix}marts.sku_pairs
"""


def counts(database: Path, prefix: str) -> tuple[int, int, int]:
    """Undeclared pairs that are proven, that are recommendable, and that have any support to judge."""
    with duckdb.connect(str(database), read_only=True) as connection:
        proven, recommendable, judged = connection.execute(COUNTS.format(prefix=prefix)).fetchall()[0]
        return proven, recommendable, judged


def run_on_chance(database: Path, settings: dict[str, Any], permutation: str, folder: Path) -> None:
    """The models from the permuted baskets to sku_pairs, in the database."""
    run_dbt(
        "run",
        folder / "target",
        *("--select", "int_pair_chance_purchases+,+sku_pairs", "--log-path", str(folder / "logs")),
        *("--vars", for_dbt({**settings, "pair_permutation": permutation})),
        database=database,
    )


def share(part: float, whole: int) -> str:
    """A share in percent, or a dash where there is nothing to share."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="post-purchase pair-null", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = os.environ.get("POST_PURCHASE_DB", "target/post_purchase.duckdb")
    parser.add_argument("--database", type=Path, default=Path(default), help="DuckDB file of a finished build")
    parser.add_argument("--permutations", type=int, default=1, help="how many times to draw chance")
    parser.add_argument("--limit", type=float, default=0.10, help="share of proven pairs that chance may yield")
    parser.add_argument(
        "--vars", type=vars_text, default="{}", help="the vars of that build, as YAML or a file of them"
    )
    arguments = parser.parse_args(argv)

    if not arguments.database.exists():
        sys.exit(f"No build at {arguments.database}. Run `dbt build` first.")
    settings = arguments.vars.values
    prefix = settings.get("schema_prefix", "")
    proven, recommendable, judged = counts(arguments.database, prefix)
    by_chance = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # views name their catalog, which is the file's name
        copy = folder / arguments.database.name
        shutil.copyfile(arguments.database, copy)
        for number in range(1, arguments.permutations + 1):
            run_on_chance(copy, settings, f"draw {number}", folder)
            by_chance.append(counts(copy, prefix))

    null_proven = sum(row[0] for row in by_chance) / len(by_chance)
    null_recommendable = sum(row[1] for row in by_chance) / len(by_chance)
    print(f"undeclared pairs with support: {judged:,}")
    print(f"proven: {proven:,}; by chance: {null_proven:,.1f} ({share(null_proven, proven)})")
    by_chance_share = share(null_recommendable, recommendable)
    print(f"recommendable: {recommendable:,}; by chance: {null_recommendable:,.1f} ({by_chance_share})")
    if proven and null_proven / proven > arguments.limit:
        sys.exit(f"Chance yields more than {arguments.limit:.0%} of the proven pairs.")
    return 0
