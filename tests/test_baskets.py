"""Baskets without dates, as the folder that the benchmark of next purchases reads."""

import json
from collections import Counter
from pathlib import Path

import pytest

from post_purchase.baskets import write_folder
from post_purchase.benchmark_next_purchase import read_days

HISTORY = {"a": [[-1], [1, 2], [3], [-1]], "b": [[-1], [2], [2, 4], [1], [-1]]}
FUTURE = {"a": [[-1], [2, 5], [-1]], "b": [[-1], [4], [-1]]}


def sizes_of(baskets: list[list[int]]) -> list[int]:
    return [len(basket) for basket in baskets if basket != [-1]]


def test_the_order_stays_and_the_last_day_is_the_future(tmp_path: Path) -> None:
    for name, baskets in (("history", HISTORY), ("future", FUTURE)):
        (tmp_path / f"{name}.json").write_text(json.dumps(baskets))
    write_folder(tmp_path / "history.json", tmp_path / "future.json", tmp_path / "set")
    days = read_days(tmp_path / "set", held_out=1, min_days=3)
    for customer in HISTORY:
        seen = days.execute(
            "select count(*) from bought where customer_id = ? group by day_number order by day_number",
            [f"h{customer}"],
        ).fetchall()
        assert [count for (count,) in seen] == sizes_of(HISTORY[customer])
        target = days.execute("select count(*) from target where customer_id = ?", [f"h{customer}"]).fetchall()
        assert [count for (count,) in target] == sizes_of(FUTURE[customer])
    # Products keep who bought them how often under their new numbers: 2 was bought three times before, and once after.
    bought = Counter(count for (count,) in days.execute("select count(*) from bought group by sku").fetchall())
    assert bought == Counter({3: 1, 2: 1, 1: 2})
    repeats = days.execute("select count(*) from target inner join seen using (customer_id, sku)").fetchall()
    assert repeats == [(2,)]


def test_a_file_of_another_form_is_named(tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    path.write_text("[[1, 2]]")
    with pytest.raises(SystemExit, match="history.json: expected one object"):
        write_folder(path, path, tmp_path / "set")


def test_a_customer_of_one_file_alone_is_refused(tmp_path: Path) -> None:
    """Whose next basket is missing would be measured by the last known one; without a history nobody is measured."""
    (tmp_path / "history.json").write_text(json.dumps(HISTORY))
    (tmp_path / "future.json").write_text(json.dumps({**FUTURE, "c": [[-1], [1], [-1]]}))
    with pytest.raises(SystemExit, match="1 stand in one of them alone, customer c among them"):
        write_folder(tmp_path / "history.json", tmp_path / "future.json", tmp_path / "set")
