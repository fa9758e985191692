"""Two engines are the same where their rows are: what the comparison sees, and what it says without the other one."""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest

from post_purchase.engines import compare, loaders, parity, spark


class Cursor:
    """Answers COPY with the CSV that PostgreSQL writes of the same rows."""

    def __init__(self, rows: str) -> None:
        self.rows = rows

    def __enter__(self) -> Cursor:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def copy_expert(self, statement: str, file: io.BufferedWriter) -> None:
        assert 'from "marts"."sends"' in statement
        file.write(self.rows.encode())


class Connection:
    def __init__(self, rows: str) -> None:
        self.rows = rows

    def cursor(self) -> Cursor:
        return Cursor(self.rows)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.sends as select * from (values ('a', 0.333333::decimal(18, 6), 0.1::double + 0.2, ''), "
            "('b', 2::decimal(18, 6), 1e20::double, null)) as rows (line, share, score, note)"
        )
    return path


@pytest.mark.parametrize(
    ("there", "is_equal", "is_close"),
    [
        ('"a","0.333333","0.3",""\n"b","2.000000","100000000000000000000",\\N\n', True, False),
        ('"b","2","1e+20",\\N\n"a","0.333333","0.30000000000000004",""\n', True, False),
        ('"a","0.333334","0.3",""\n"b","2.000000","1e20",\\N\n', False, True),
        ('"a","0.333433","0.3",""\n"b","2.000000","1e20",\\N\n', False, False),
        ('"a","0.333333","0.3001",""\n"b","2.000000","1e20",\\N\n', False, False),
        ('"a","0.333333","0.3",\\N\n"b","2.000000","1e20",\\N\n', False, False),
        ('"a","0.333333","0.3",""\n', False, False),
        ('"a","0.333333","0.3",""\n"a","0.333333","0.3",""\n', False, False),
    ],
    ids=["same", "order and spelling", "last digit", "digit before", "double", "blank for null", "less", "twice"],
)  # fmt: skip
def test_rows_that_differ_are_seen(database: Path, there: str, is_equal: bool, is_close: bool) -> None:
    """Without it: two engines are called the same over rows that are not."""
    connection: Any = Connection(there)
    (found,) = compare.differences(database, connection)
    assert (found.is_equal, found.is_close) == (is_equal, is_close)
    assert found.table == "marts.sends" and found.rows_here == 2


@pytest.mark.skipif(find_spec("dbt.adapters.postgres") is not None, reason="the adapter is here")
def test_without_the_adapter_the_command_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert parity.main([]) == 2
    assert "make parity" in capsys.readouterr().err


@pytest.mark.skipif(not spark.is_missing(), reason="the adapter is here")
def test_without_spark_the_command_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert parity.main(["--engine", "spark"]) == 2
    assert "make spark" in capsys.readouterr().err


def test_spark_compares_the_demo_shop_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parity.main(["--engine", "spark", "--orders", "10"])
    assert "leave --raw and --orders out" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        parity.main(["int_orders"])
    assert "--engine spark" in capsys.readouterr().err


@pytest.mark.skipif(spark.is_missing(), reason="Spark is not here: make spark")
def test_spark_runs_a_model_on_the_rows_of_duckdb(database: Path, tmp_path: Path) -> None:
    with compare.opened(database) as here:
        session = spark.session(tmp_path)
        assert spark.bring(session, here, tmp_path) == 1
        same = spark.difference(session, here, "marts", "sends", "select * from marts.sends", tmp_path / "same")
        assert same.is_equal
        sql = "select line, share, score + 1 as score, note from marts.sends"
        other = spark.difference(session, here, "marts", "sends", sql, tmp_path / "other")
        assert (other.only_here, other.only_there, other.is_close) == (1, 1, False)
        broken = spark.difference(session, here, "marts", "sends", "select no_such_column", tmp_path / "broken")
        assert broken.only_here == 2 and "Spark does not run it" in broken.example
        assert not broken.is_equal


def test_what_did_not_run_is_not_the_same_as_no_rows() -> None:
    assert compare.Difference("marts.empty", 0, 0, 0, 0).is_equal
    assert not compare.Difference("marts.empty", 0, 0, 0, 0, "Spark does not run it", has_failed=True).is_equal


@pytest.mark.parametrize("as_text", [False, True])
def test_a_loader_gives_instants_a_zone_and_objects_json(tmp_path: Path, as_text: bool) -> None:
    """Without it: PostgreSQL is tried on text alone, which no loader leaves there."""
    database = tmp_path / "shop.duckdb"
    said = loaders.write(["api", "tools-fivetran"], database, as_text)
    assert {"connector": "shopify", "store": "api", "schema": "shopify_api"} in said["connections"]
    assert [one["schema"] for one in loaders.connections(said)] == ["shopify_api", "zendesk", "klaviyo"]
    with duckdb.connect(str(database), read_only=True) as connection:
        types = {
            name: kind
            for name, kind in connection.execute(
                "select table_name || '.' || column_name, data_type from duckdb_columns() "
                "where database_name = current_database() and schema_name <> 'raw'"
            ).fetchall()
        }
        assert connection.sql("select count(*) from raw.tickets").fetchone() != (0,)
        nested = connection.sql("select count(*) from shopify_api.orders where customer like '{\"id\":%'").fetchone()
    assert nested != (0,)
    if as_text:
        assert set(types.values()) == {"VARCHAR"}
    else:
        assert types["orders.created_at"] == types["ticket.created_at"] == "TIMESTAMP WITH TIME ZONE"
        assert types["orders.line_items"] == types["orders.customer"] == types["orders.note_attributes"] == "JSON"
        assert not {kind for kind in types.values() if kind.startswith("STRUCT") or kind.endswith("]")}


def test_shops_are_named_one_at_a_time(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parity, "find_spec", lambda _: True)
    with pytest.raises(SystemExit):
        parity.main(["--shape", "api", "--orders", "10"])
    assert "name one" in capsys.readouterr().err
