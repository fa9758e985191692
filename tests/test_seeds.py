"""Seeds that a spreadsheet has saved: what it changes is read, or refused by line with what to do."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from conftest import BuildError, run_dbt

FOLDER = Path("seeds/policy")


def edited(project: Path, seed: str, old: str, new: str, count: int = 1) -> None:
    file = project / FOLDER / f"{seed}.csv"
    text = file.read_text()
    assert old in text, f"{seed}.csv has no {old!r}"
    file.write_text(text.replace(old, new, count))


def test_what_a_spreadsheet_does_to_a_seed_is_read_or_refused_by_line(project_copy: Path, tmp_path: Path) -> None:
    """Without it: a seed saved with semicolons, spaces or empty rows is loaded, and its rules hold for nobody."""
    read, lines = project_copy / FOLDER / "fx_rates.csv", {}
    read.write_bytes(b"\xef\xbb\xbf" + read.read_bytes().replace(b"\n", b"\r\n"))
    for seed in ("calendar_steps", "support_queues", "feed_freshness", "use_profiles", "flow_map"):
        lines[seed] = (project_copy / FOLDER / f"{seed}.csv").read_text().splitlines()
    header, first, *_ = lines["calendar_steps"]
    edited(project_copy, "calendar_steps", f"{header}\n{first}", f"{header}\n{first}\n{',' * header.count(',')}")
    header, first, *others = lines["support_queues"]
    (project_copy / FOLDER / "support_queues.csv").write_text("\n".join([header, first, *others, first, ""]))
    edited(project_copy, "feed_freshness", "feed,", "Feed ,")
    (project_copy / FOLDER / "use_profiles.csv").write_text("\n".join(lines["use_profiles"]).replace(",", ";"))
    edited(project_copy, "audit_problems", "\nkept,", "\nkept ,")
    edited(project_copy, "watch_thresholds", ",", ",extra,")
    with pytest.raises(BuildError) as stopped:
        run_dbt(
            tmp_path,
            database=tmp_path / "shop.duckdb",
            project=project_copy,
            select="fx_rates calendar_steps support_queues feed_freshness use_profiles audit_problems watch_thresholds",
        )
    said = str(stopped.value)
    for words in (
        "calendar_steps.csv: line 3 is empty; delete it",
        f"support_queues.csv: line {len(lines['support_queues']) + 1} repeats line 2; delete one",
        "feed_freshness.csv: there is no column 'Feed ': it is written 'feed'",
        "use_profiles.csv: its columns are separated by semicolons; save it as CSV with commas",
        "column check_name: 'kept ' has a space before or after it",
        "watch_thresholds.csv: there is no column 'extra'",
    ):
        assert words in said, said
    assert "Traceback" not in said
    with duckdb.connect(str(tmp_path / "shop.duckdb"), read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'policy'").fetchall()
        currencies = connection.execute("describe policy.fx_rates").fetchall()
    # dbt reads the byte order mark and the line ends of a spreadsheet; nothing else was touched
    assert tables == [("fx_rates",)]
    assert not currencies[0][0].startswith("\ufeff")
