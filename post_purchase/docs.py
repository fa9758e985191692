"""Every model, column and lineage in one HTML file, from a finished build, to read without a network.

    post-purchase docs [--database FILE] [--out FILE]

dbt's own documentation. Of the database it reads names and types of columns, and no row; where this machine keeps the
project is not in the file.
Exit codes: 0 written; 1 dbt could not make it; 2 there is no build to read.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from post_purchase import PROJECT
from post_purchase.build import dbt_process
from post_purchase.terminal import MartsError, add_database_option, open_marts

OUT = PROJECT / "target" / "docs" / "index.html"


def without_machine(page: str, places: Sequence[Path]) -> str:
    """The page, in which no folder of this machine is named: the longest first, so that none is left in part."""
    for place in sorted({str(place) for place in places}, key=len, reverse=True):
        page = page.replace(place, ".")
    return page


def main(argv: Sequence[str] | None = None) -> int:
    """Write the file."""
    parser = argparse.ArgumentParser(
        prog="post-purchase docs", description="Every model, column and lineage in one HTML file."
    )
    parser.add_argument("--out", type=Path, default=OUT, help="the file (default: target/docs/index.html)")
    add_database_option(parser)
    arguments = parser.parse_args(argv)
    try:
        with open_marts(arguments.database, ["next_actions"]):
            pass
    except MartsError as error:
        print(error, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="post_purchase_docs_") as work:
        words = dbt_process("docs generate", Path(work), "--static", "--quiet", "--log-path", work)
        database = arguments.database.resolve()
        made = subprocess.run(words, env={**os.environ, "POST_PURCHASE_DB": str(database)}, check=False)
        if made.returncode:
            return 1
        page = (Path(work) / "static_index.html").read_text(encoding="utf-8")
        page = without_machine(page, [Path(work), PROJECT, database.parent, Path.home(), Path(sys.prefix)])
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(page, encoding="utf-8")
    print(f"Open {arguments.out}")
    return 0
