"""The documentation is one file that says what the project is, and nothing about a machine or a person."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from conftest import ROOT, Build

from post_purchase import docs


def test_the_documentation_is_one_file_without_a_machine_or_a_person(demo_shop: Build, tmp_path: Path) -> None:
    out = tmp_path / "index.html"
    assert docs.main(["--database", str(demo_shop.database), "--out", str(out)]) == 0
    page = out.read_text(encoding="utf-8")
    assert "A placed order is not permission to market." in page, "the overview"
    for place in (ROOT, Path.home(), Path(sys.prefix), demo_shop.database.parent, "post_purchase_docs_"):
        assert str(place) not in page, f"{place} is a folder of this machine"
    # unit tests speak of made-up people; of the shop's own there is nobody
    assert not re.search(r"\bh\d\d@example\.com|customer\d\d\d@example\.com", page)
    # the tables that a reader starts from have their columns with types
    types = page[page.index("catalog:{") :]
    assert re.search(r'"lesson_note": \{"type": "VARCHAR"', types)


def test_a_folder_within_another_is_left_out_whole() -> None:
    said = docs.without_machine("/home/a/project/x /home/a/y", [Path("/home/a"), Path("/home/a/project")])
    assert said == "./x ./y"


def test_without_a_build_there_is_nothing_to_document(tmp_path: Path) -> None:
    assert docs.main(["--database", str(tmp_path / "none.duckdb"), "--out", str(tmp_path / "o.html")]) == 2
