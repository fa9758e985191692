"""What post-purchase doctor says of connections, and that it leaves the shop's file as it was."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import pytest
import yaml

from post_purchase import PROJECT, doctor, shapes
from post_purchase.build import WITHOUT_TESTS, run_dbt


def vars_of(**connection: object) -> str:
    connections = [{"connector": "shopify", "store": "us", "schema": "shopify_us", **connection}]
    return yaml.safe_dump({"connections": connections, "as_of": "2026-06-30 12:00:00"}, width=10_000)


def test_it_says_what_is_missing_and_what_that_blocks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = tmp_path / "tables.duckdb"
    shapes.write("fivetran-rest", shapes.Places(database, "us", tmp_path / "rest"))
    with duckdb.connect(str(database)) as connection:
        # a status nobody knows, an order whose capture is not its total, a line without its order
        connection.execute("update shopify_us.transaction set status = 'teleported' where id = 90001")
        connection.execute("update shopify_us.transaction set amount = amount + 5 where id = 90002")
        connection.execute(
            "update shopify_us.order_line set order_id = 1 where id = (select min(id) from shopify_us.order_line)"
        )
    before = hashlib.sha256(database.read_bytes()).hexdigest()

    assert doctor.main(["--database", str(database), "--vars", vars_of(without=["return"]), "--format", "json"]) == 0

    said = json.loads(capsys.readouterr().out)
    assert hashlib.sha256(database.read_bytes()).hexdigest() == before
    sources = {source["source"]: source for source in said["connections"][0]["sources"]}
    assert sources["order_line"]["found"] == ["shopify_us.order_line"]
    assert sources["dispute"]["found"] == [] and sources["return"]["is_without"] is True
    assert ["order_lines", "orphan:order_id", 1] in said["rejected"]
    assert [row[2] for row in said["unmapped"] if row[1] == "status"] == ["teleported"]
    assert said["money"]["captured_is_total"] == said["money"]["orders_captured"] - 1
    steps = [step["do"].split(":")[0] for step in said["steps"]]
    assert steps[0] == "payments" and "without: [dispute]" in said["steps"][0]["do"]
    assert "refunds" not in steps and "review_request" in said["steps"][0]["actions"]


def test_a_shop_without_its_lines_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = tmp_path / "tables.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute('create schema shopify_us; create table shopify_us."order" (id bigint, email varchar)')
    assert doctor.main(["--database", str(database), "--vars", vars_of()]) == 1
    assert "tables.shopify_us has no table 'order_line'" in capsys.readouterr().err


def test_a_misspelt_schema_is_named_with_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it whoever misspelt the schema is sent to the loader, to switch on tables that are there."""
    database = tmp_path / "tables.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema acme_shopify; create schema klaviyo_main; create schema marts")
    assert doctor.main(["--database", str(database), "--vars", vars_of(schema="acme_shopfy")]) == 2
    said = capsys.readouterr().err
    assert "tables has no schema 'acme_shopfy'. Did you mean 'acme_shopify'?" in said
    # what a build writes is no schema of a loader
    assert "Its schemas: acme_shopify, klaviyo_main." in said
    assert "no table" not in said and "Compilation Error" not in said and "shop has" not in said


def test_on_a_server_it_says_what_to_build(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it: whoever builds on PostgreSQL hears of a DuckDB file that is not there, or of one that is old."""
    monkeypatch.setenv("POST_PURCHASE_TARGET", "postgres")
    assert doctor.main(["--vars", vars_of()]) == 2
    assert "--select +rejected_rows +unmapped_values" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.main(["--database", str(tmp_path / "none.duckdb"), "--vars", vars_of()]) == 2
    assert "--database" in capsys.readouterr().err


def test_a_loaders_own_file_is_only_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables in a file of the loader's, and none of the shop's yet: the doctor, then a build into a file of its own."""
    loader = tmp_path / "the loader's" / "tables.duckdb"
    loader.parent.mkdir()
    shapes.write("fivetran-rest", shapes.Places(loader, "us", tmp_path / "rest"))
    before = hashlib.sha256(loader.read_bytes()).hexdigest()
    monkeypatch.setenv("POST_PURCHASE_ATTACH", str(loader))
    settings = vars_of(without=["return", "dispute"], database="tables")
    file = tmp_path / "shop.duckdb"

    assert doctor.main(["--database", str(file), "--vars", settings, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["connections"][0]["place"] == "tables.shopify_us"
    assert dict((row[0], row[2]) for row in said["accounting"])["orders"] > 0
    assert not file.exists()

    run_dbt("build", tmp_path / "target", *WITHOUT_TESTS, "--select", "+base_orders", "--vars", settings, database=file)
    with duckdb.connect(str(file), read_only=True) as connection:
        assert connection.execute("select count(*) from staging.base_orders").fetchone() != (0,)
    assert hashlib.sha256(loader.read_bytes()).hexdigest() == before

    monkeypatch.setenv("POST_PURCHASE_ATTACH", f"{loader},{tmp_path / 'none.duckdb'}")
    assert doctor.main(["--database", str(file), "--vars", settings]) == 2
    assert "none.duckdb, which POST_PURCHASE_ATTACH names" in capsys.readouterr().err


def test_a_field_that_says_nothing_of_any_ticket_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it a misspelt field looks like customers who never say which order they mean."""
    database = tmp_path / "tables.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            """
            create schema shopify_us; create schema good; create schema typo; create schema other;
            create table shopify_us."order" as select 5001 as id, '#1001' as name, 'a@x.com' as email,
                timestamp '2026-06-01 10:00:00' as processed_at, 10.0 as total_price, 'USD' as currency;
            create table shopify_us.order_line as
                select 1 as id, 5001 as order_id, 'MUG' as sku, 1 as quantity, 10.0 as price;
            create table good.ticket as select 1 as id, 7 as requester_id, 'open' as status, '1001' as custom_order,
                'Hello' as subject, timestamp '2026-06-02 10:00:00' as created_at;
            create table typo.ticket as select * from good.ticket;
            create table other.ticket as select * replace ('broken' as custom_order) from good.ticket;
            create table good.user as select 7 as id, 'a@x.com' as email;
            create table typo.user as select * from good.user;
            create table other.user as select * from good.user;
            """
        )
    connections = [
        {"connector": "shopify", "store": "us", "schema": "shopify_us"},
        {"connector": "zendesk", "schema": "good", "order_field": "custom_order"},
        {"connector": "zendesk", "schema": "typo", "order_field": "custom_ordr"},
        {"connector": "zendesk", "schema": "other", "order_field": "custom_order"},
    ]
    settings = yaml.safe_dump({"connections": connections, "as_of": "2026-06-30 12:00:00"}, width=10_000)
    assert doctor.main(["--database", str(database), "--vars", settings, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    # a tool that serves every store is not said to be one
    headings = [line for line in doctor.show(said, "post-purchase build") if line.endswith("in tables.good")]
    assert headings == ["zendesk, in tables.good"]
    counts = {field["store"]: (field["tickets"], field["filled"], field["linked"]) for field in said["fields"]}
    assert counts == {"good": (1, 1, 1), "typo": (1, 0, 0), "other": (1, 1, 0)}
    steps = [step["do"] for step in said["steps"] if "order_field" in step["do"]]
    assert len(steps) == 2
    assert "zendesk of typo: order_field 'custom_ordr' is no column of the tickets" in steps[0]
    assert "Did you mean 'custom_order'? What holds something: custom_order (1)." in steps[0]
    assert "zendesk of other: order_field 'custom_order' leads to no order in any of the 1 tickets" in steps[1]


def test_a_shop_that_never_refunded_has_its_refunds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it a shop whose loader makes a table with its first row would wait for ever; with a renamed metric beside
    it, whoever left would be written to."""
    database = tmp_path / "tables.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            """
            create schema shopify_us; create schema klaviyo;
            create table shopify_us."order" as select 5001 as id, '#1001' as name, 'a@x.com' as email,
                timestamp '2026-06-01 10:00:00' as processed_at, 10.0 as total_price, 'USD' as currency,
                timestamp '2026-06-30 11:30:00' as _fivetran_synced;
            create table shopify_us.order_line as select 1 as id, 5001 as order_id, 'MUG' as sku, 1 as quantity,
                10.0 as price, timestamp '2026-06-30 11:30:00' as _fivetran_synced;
            create table klaviyo.person as select 'p1' as id, 'a@x.com' as email;
            create table klaviyo.metric as select 'm1' as id, 'Abgemeldet' as name, 'Klaviyo' as integration_name;
            create table klaviyo.event as select 'e' || n as id, 'p1' as person_id, 'm1' as metric_id,
                timestamp '2026-06-02 10:00:00' + to_days(cast(n as integer)) as "timestamp"
                from range(3) as numbers(n);
            """
        )
    connections = [
        {"connector": "shopify", "store": "us", "schema": "shopify_us", "without": ["return"]},
        {"connector": "klaviyo", "schema": "klaviyo"},
    ]
    settings = yaml.safe_dump({"connections": connections, "as_of": "2026-06-30 12:00:00"}, width=10_000)
    assert doctor.main(["--database", str(database), "--vars", settings, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["feeds"]["refunds"]["state"] == "fresh"
    assert [row[:4] for row in said["unmapped"]] == [["consents", "status", "metric abgemeldet", 3]]
    assert any("connector_words" in line for line in doctor.show(said, "post-purchase build") if "abgemeldet" in line)


def test_flows_that_nobody_mapped_are_named_with_what_to_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without it "Nothing is missing" is said to a shop most of whose offers wait for word of what its flows send."""
    database = tmp_path / "tables.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            """
            create schema shopify_us; create schema klaviyo;
            create table shopify_us."order" as select 5001 as id, '#1001' as name, 'a@x.com' as email,
                timestamp '2026-06-01 10:00:00' as processed_at, 10.0 as total_price, 'USD' as currency;
            create table shopify_us.order_line as
                select 1 as id, 5001 as order_id, 'MUG' as sku, 1 as quantity, 10.0 as price;
            create table klaviyo.person as
                select 'p1' as id, 'a@x.com' as email union all select 'p2', 'b@x.com';
            create table klaviyo.metric as
                select 'm1' as id, 'Received Email' as name, 'Klaviyo' as integration_name;
            create table klaviyo.flow as
                select 'F1' as id, 'Welcome, part 2' as name union all select 'F2', 'Review request';
            create table klaviyo.event as
                select 'e' || n as id, case n when 0 then 'p2' else 'p1' end as person_id, 'm1' as metric_id,
                    case n when 2 then 'F2' else 'F1' end as flow_id,
                    timestamp '2026-06-02 10:00:00' + to_days(cast(n as integer)) as "timestamp",
                    cast(1780394400 + 86400 * n as varchar) || ':s' as property_cohort_message_send_cohort
                from range(3) as numbers(n);
            """
        )
    connections = [
        {"connector": "shopify", "store": "us", "schema": "shopify_us"},
        {"connector": "klaviyo", "schema": "klaviyo"},
    ]
    settings = yaml.safe_dump({"connections": connections, "as_of": "2026-06-30 12:00:00"}, width=10_000)
    assert doctor.main(["--database", str(database), "--vars", settings, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [tuple(flow.values())[:4] for flow in said["flows"]] == [
        ("Welcome, part 2", "F1", 2, 2),
        ("Review request", "F2", 1, 1),
    ]
    (step,) = [step for step in said["steps"] if step["do"].startswith("flows:")]
    assert "seeds/policy/flow_map.csv" in step["do"] and "review_request" in step["actions"]
    assert step["lines"][0] == '"Welcome, part 2",ACTION'
    # a proposal has to be looked at: as it stands it is no line of the seed
    assert step["lines"][1].startswith("Review request,review_request ") and "proposed" in step["lines"][1]
    assert "order_confirmation" in step["warning"] and "review_request" not in step["warning"]
    # in its place by what it unlocks, and told once
    waits = [len(step["actions"]) for step in said["steps"]]
    assert waits == sorted(waits, reverse=True)
    text = "\n".join(doctor.show(said, "post-purchase build"))
    assert "Welcome, part 2  2 messages to 2 people, the last on 2026-06-03, id F1" in text
    assert "unknown word: messages" not in text
    assert "messages to an order 0 of 3 (0%), as it should be: klaviyo never says which order" in text


def test_it_ends_with_the_command_that_builds_what_it_saw(tmp_path: Path) -> None:
    """Without it whoever copies the last line builds into another file than the one that was looked at."""
    file = tmp_path / "my shop.yml"
    file.write_text("{}")
    database = tmp_path / "tables.duckdb"
    build = f"post-purchase build --database {database} --vars"
    assert doctor.build_of(database, str(file)) == f"{build} '{file}'"
    assert doctor.build_of(database, "{connections: []}") == f"{build} ..."


def test_it_says_where_not_keeping_a_feed_stops_something_for_good() -> None:
    """Without it whoever follows the advice on product relations has given up every offer that only they prove."""
    described = {"connections": []}
    said = doctor.remedy("sku_relations", "not_connected", described)
    assert "feeds_not_kept: [sku_relations]. Then nothing is recommended but" in said
    assert doctor.remedy("site_events", "not_connected", described).endswith("feeds_not_kept: [site_events].")
    feeds = {
        row["name"]
        for row in yaml.safe_load((PROJECT / "models/staging/native/_raw__sources.yml").read_text())["sources"][0][
            "tables"
        ]
    }
    assert set(doctor.NEVER_WITHOUT) <= feeds
