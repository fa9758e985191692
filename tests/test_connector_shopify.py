"""Shopify's tables as loaders write them: the decisions of the native contract, and tables that are not whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from conftest import ROOT, Build, BuildError, project_with_flows

from post_purchase import shapes

BUILT = Callable[..., Build]
AS_OF = "2026-06-30 12:00:00"
STAGING = "path:models/staging/shopify path:models/staging/connected connector_words"
DECISIONS = "+gate_decisions"

NATIVE = """
    select decisions.order_id as order_name, lines.sku, decisions.action, decisions.decision, decisions.order_line_id
    from native.marts.gate_decisions as decisions
    inner join native.core.int_order_lines as lines using (order_line_id)
"""
CONNECTED = """
    select orders.order_name, lines.sku, decisions.action, decisions.decision, decisions.order_line_id
    from shop.marts.gate_decisions as decisions
    inner join shop.staging.stg_orders as orders using (order_id)
    inner join shop.core.int_order_lines as lines using (order_line_id)
"""
PLACED = """
    select *, row_number() over (
        partition by order_name, sku, action order by length(order_line_id), order_line_id
    ) as place
    from ({query})
"""


def shape_of_demo(folder: Path, shape: str, store: str = "us") -> tuple[Path, Path]:
    """The demo shop in a loader's shape: the file of its tables, and the folder of what no shop system knows."""
    database, native = folder / "shop.duckdb", folder / "native"
    shapes.write(shape, shapes.Places(database, store, native))
    return database, native


def decide(
    build: BUILT,
    folder: Path,
    shape: str,
    beside: list[dict[str, Any]] | None = None,
    project: Path = ROOT,
    said: dict[str, Any] | None = None,
    **words: Any,
) -> Build:
    """Decisions on the demo shop in a shape: `beside` its store the tools, `said` by the owner in vars, `words` of the
    store's connection."""
    database, native = shape_of_demo(folder, shape)
    connector = shape if shape == "woocommerce" else "shopify"
    connection = {"connector": connector, "store": "us", "schema": f"{connector}_us", **words}
    settings = {
        "connections": [connection, *(beside or [])],
        "raw_path": str(native),
        "as_of": AS_OF,
        "feeds_not_kept": ["suppressions"],
        "point_origins": ["live"],
        **(said or {}),
    }
    return build(settings, database=database, select=DECISIONS, project=project)


Answer = tuple[str, str, str | None, str | None]


def compared(demo: Build, shop: Build) -> list[Answer]:
    """(order, action, decision of the native contract, of the connector) of every decision of either."""
    with duckdb.connect() as connection:
        # views of a build name their database as it was called when they were made
        connection.execute(f"attach '{demo.database}' as native (read_only)")
        connection.execute(f"attach '{shop.database}' as shop (read_only)")
        return connection.sql(
            f"select order_name, action, mine.decision, theirs.decision from ({PLACED.format(query=NATIVE)}) as mine"
            f" full join ({PLACED.format(query=CONNECTED)}) as theirs using (order_name, sku, action, place)"
        ).fetchall()


@pytest.fixture(scope="module")
def native_demo(demo_shop: Build, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The demo shop's build under another name: two files that are both called shop cannot be read side by side."""
    copy = tmp_path_factory.mktemp("native") / "native.duckdb"
    shutil.copy(demo_shop.database, copy)
    with duckdb.connect(str(copy)) as connection:
        for name in ("gate_decisions", "int_order_lines"):
            schema = "marts" if name == "gate_decisions" else "core"
            assert connection.sql(f"select count(*) from {schema}.{name}").fetchone() != (0,)
    return Build(copy, demo_shop.target, demo_shop.ran)


def test_graphql_decides_as_the_native_contract_but_for_what_it_cannot_know(
    build: BUILT, native_demo: Build, tmp_path: Path
) -> None:
    """Without it: a column mapped wrongly asks for a review of what never came."""
    # the demo's chargebacks stand in no table of this loader: of those orders the next test speaks
    shop = decide(build, tmp_path, "fivetran-graphql", without=["dispute"])
    known = differences("shopify")
    disputed = orders_of("payments", "status like 'chargeback%'")
    answers = compared(native_demo, shop)
    assert unexplained([row for row in answers if row[0] not in disputed], known) == []
    same = sum(mine == theirs for _, _, mine, theirs in answers)
    assert same > 0.97 * len(answers)


def orders_of(table: str, where: str) -> set[str]:
    """The orders of the demo shop of which a table says something."""
    file = ROOT / "seeds" / "demo_shop" / f"demo_{table}.csv"
    return {order for (order,) in duckdb.sql(f"select order_id from '{file}' where {where}").fetchall()}


def differences(name: str) -> dict[str, Any]:
    """What a shape is known to decide otherwise, and why."""
    return yaml.safe_load((ROOT / "tests" / f"{name}_differences.yml").read_text())


def unexplained(answers: list[Answer], known: dict[str, Any]) -> list[Answer]:
    """The decisions that differ, but for those of a list: names to orders ("*": any) and actions (none: any)."""
    return [
        (order, action, mine, theirs)
        for order, action, mine, theirs in answers
        if mine != theirs
        and not any(
            (entry["orders"] == "*" or order in entry["orders"]) and action in entry.get("actions", [action])
            for entry in known.values()
        )
    ]


def test_tools_beside_a_store_decide_as_the_native_contract_but_for_what_they_cannot_know(
    build: BUILT, native_demo: Build, tmp_path: Path
) -> None:
    """Without it: a ticket, a subscription, a tracking, a return, a review or a dispute that is not found is a send."""
    shop = decide(build, tmp_path, "tools-api", beside=shapes.CONNECTIONS_BESIDE["tools-api"])
    different = unexplained(compared(native_demo, shop), differences("shopify"))
    assert [row for row in different if row[3] == "send"] == []
    assert unexplained(different, differences("beside")) == []


# What the owner says that each flow of the demo shop sends, as these tools name it.
FLOWS = {
    "post_purchase review_request": "review_request",
    "post_purchase cross_sell": "cross_sell",
    "win_back cross_sell": "cross_sell",
}


@pytest.mark.parametrize("shape", ["tools-judgeme", "tools-yotpo"])
def test_review_and_text_tools_beside_a_store_decide_as_the_native_contract(
    build: BUILT, native_demo: Build, tmp_path: Path, shape: str
) -> None:
    """Without it: a review, an ask, an offer or an opt-out that is not found asks once more."""
    project = project_with_flows(tmp_path, FLOWS)
    beside = shapes.CONNECTIONS_BESIDE[shape]
    shop = decide(build, tmp_path, shape, beside=beside, project=project, without=["dispute"])
    disputed = orders_of("payments", "status like 'chargeback%'")
    answers = [row for row in compared(native_demo, shop) if row[0] not in disputed]
    assert unexplained(answers, differences("shopify")) == []


def test_woocommerce_decides_as_the_native_contract_but_for_what_it_cannot_know(
    build: BUILT, native_demo: Build, tmp_path: Path
) -> None:
    """Without it: a status, a negative amount or a line that is read wrongly is a send."""
    # the owner says that there are no gifts and no tests; of those that the demo has, the answers are therefore others
    said = {"columns_not_kept": ["orders.is_gift", "orders.is_test"]}
    shop = decide(build, tmp_path, "woocommerce", beside=shapes.CONNECTIONS_BESIDE["woocommerce"], said=said)
    testers = f"select customer_id from '{ROOT / 'seeds' / 'demo_shop' / 'demo_customers.csv'}' where is_test = 'true'"
    told_otherwise = orders_of("orders", f"is_gift or is_test or customer_id in ({testers})")
    answers = [row for row in compared(native_demo, shop) if row[0] not in told_otherwise]
    different = unexplained(answers, differences("shopify"))
    assert [row for row in different if row[3] == "send"] == []
    assert unexplained(different, differences("woocommerce")) == []


@pytest.mark.parametrize("shape", ["fivetran-rest", "api"])
def test_what_a_loader_does_not_carry_is_never_a_send(
    build: BUILT, native_demo: Build, tmp_path: Path, shape: str
) -> None:
    """REST has no requests for refunds, the API's shape no events of shipments: nobody said that there are none."""
    shop = decide(build, tmp_path, shape)
    sends = [row for row in compared(native_demo, shop) if row[3] == "send" and row[2] != "send"]
    assert sends == []


# --- tables that are not whole --------------------------------------------------------------------------------------

REST_ORDER = (
    "id bigint, name varchar, customer_id bigint, email varchar, created_at timestamp, total_price double,"
    " currency varchar"
)
REST_LINE = "id bigint, order_id bigint, sku varchar, quantity bigint, price double"


def small_shop(folder: Path, statements: str) -> Path:
    database = folder / "small.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(statements)
    return database


def staged(build: BUILT, database: Path, connections: list[dict[str, Any]], **options: Any) -> Build:
    return build({"connections": connections, "as_of": AS_OF}, database=database, select=STAGING, **options)


def read(built: Build, query: str) -> list[Any]:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        return connection.sql(query).fetchall()


def test_its_unit_tests_pass_on_empty_schemas(build: BUILT, tmp_path: Path) -> None:
    database = small_shop(
        tmp_path, f'create schema s; create table s."order" ({REST_ORDER}); create table s.order_line ({REST_LINE})'
    )
    built = staged(build, database, [{"connector": "shopify", "store": "us", "schema": "s"}], with_tests=True)
    assert any(name.startswith("shopify_refunds_speak") for name in built.ran)
    assert read(built, "select count(*) from connectors.shopify__orders") == [(0,)]


def test_two_stores_that_share_ids_in_two_shapes_and_upper_case(build: BUILT, tmp_path: Path) -> None:
    """A shop with one old and one new connection, and a warehouse that shouts."""
    database = small_shop(
        tmp_path,
        f"""
        create schema OLD_STORE; create schema new_store;
        create table OLD_STORE."ORDER" ({REST_ORDER.upper()});
        create table OLD_STORE."ORDER_LINE" ({REST_LINE.upper()});
        insert into OLD_STORE."ORDER" values (5001, '#1001', null, 'a@x.com', '2026-06-01 10:00:00', 12, 'USD');
        insert into OLD_STORE."ORDER_LINE" values (1, 5001, 'MUG', 2, 6.0);
        create table new_store.orders as select 5001 as id, '#1001' as name, 'b@x.com' as email,
            '2026-06-02T10:00:00-04:00' as created_at,
            '40.00' as total_price, 'EUR' as currency, 'vip, Replacement' as tags,
            '[{{"id": 1, "sku": "CUP", "quantity": 2, "price": "20.00",
                "discount_allocations": [{{"amount": "1.77"}}]}}]'::json as line_items,
            timestamptz '2026-06-03 10:00:00+02' as _airbyte_extracted_at, 'b' as _airbyte_raw_id
        union all select 5001, '#1001', 'old@x.com', '2026-06-02T10:00:00-04:00', '41.00', 'EUR', '',
            '[{{"id": 1, "sku": "CUP", "quantity": 9, "price": "20.00"}}]'::json,
            timestamptz '2026-06-02 10:00:00+02', 'a';
        """,
    )
    built = staged(
        build,
        database,
        [
            {"connector": "shopify", "store": "us", "schema": "old_store"},
            {"connector": "shopify", "store": "eu", "schema": "new_store", "loader": "airbyte"},
        ],
    )
    orders = read(
        built,
        "select order_id, email, total, order_type, ordered_at, _loaded_at from connectors.shopify__orders order by 1",
    )
    assert orders == [
        ("eu-5001", "b@x.com", "40.00", "replacement", "2026-06-02T10:00:00-04:00", "2026-06-03 08:00:00"),
        ("us-5001", "a@x.com", "12.0", None, "2026-06-01 10:00:00", None),
    ]
    lines = read(
        built,
        "select order_line_id, sku, quantity, unit_price, discount from connectors.shopify__order_lines order by 1",
    )
    assert [(*line[:4], float(line[4])) for line in lines] == [
        ("eu-1", "CUP", "2", "20.0000", 1.77),
        ("us-1", "MUG", "2", "6.0000", 0.0),
    ]


def test_lists_that_dlt_keeps_in_tables_of_their_own(build: BUILT, tmp_path: Path) -> None:
    database = small_shop(
        tmp_path,
        """
        create schema d;
        create table d.orders as select 1 as id, '#1' as name, 'a@x.com' as email,
            timestamp '2026-06-01 10:00:00' as created_at, 10.0 as total_price,
            'USD' as currency, 7 as customer__id, 'o' as _dlt_id, '1780000000.12' as _dlt_load_id;
        create table d.orders__line_items as
            select 11 as id, 'MUG' as sku, 1 as quantity, 10.0 as price, 'l' as _dlt_id, 'o' as _dlt_parent_id;
        create table d.orders__line_items__discount_allocations as
            select '2.50' as amount, 'x' as _dlt_id, 'l' as _dlt_parent_id;
        """,
    )
    built = staged(build, database, [{"connector": "shopify", "store": "us", "schema": "d"}])
    lines = read(built, "select order_line_id, order_id, sku, discount from connectors.shopify__order_lines")
    assert [(*line[:3], float(line[3])) for line in lines] == [("us-11", "us-1", "MUG", 2.5)]
    orders = read(built, "select customer_id, _loaded_at from connectors.src_shopify__order")
    assert orders == [("7", "1780000000")]


def test_connections_that_contradict_each_other_stop_with_a_sentence_each(build: BUILT, tmp_path: Path) -> None:
    database = small_shop(tmp_path, "create schema s")
    with pytest.raises(BuildError) as refused:
        staged(
            build,
            database,
            [
                {"connector": "shopfy", "schema": "s"},
                {"connector": "shopify", "schema": "s"},
                {"connector": "shopify", "store": "b", "schema": "s"},
                {"connector": "shopify", "store": "b", "schema": "t", "shop": "us"},
                {"connector": "shopify", "store": "c", "schema": "u", "without": ["refunds"]},
            ],
        )
    said = str(refused.value)
    expected = [
        "'shopfy'",
        "Did you mean 'shopify'?",
        "count twice",
        "ids would collide",
        "'shop', which means nothing",
    ]
    assert [word for word in [*expected, "'refunds', which it never reads"] if word not in said] == []


def test_connections_that_are_not_what_they_say_stop_before_any_model(build: BUILT, tmp_path: Path) -> None:
    synced = "_fivetran_synced timestamp"
    database = small_shop(
        tmp_path,
        f"""
        create schema s; create schema no_lines; create schema empty;
        create table s."order" ({REST_ORDER}, {synced}); create table s.order_line ({REST_LINE}, {synced});
        create table no_lines."order" ({REST_ORDER});
        """,
    )
    with pytest.raises(BuildError) as refused:
        staged(
            build,
            database,
            [
                {"connector": "shopify", "store": "a", "schema": "s", "loader": "airbyte"},
                {"connector": "shopify", "store": "b", "schema": "nowhere"},
                {"connector": "shopify", "store": "d", "schema": "empty"},
                {"connector": "shopify", "store": "c", "schema": "no_lines"},
            ],
        )
    said = str(refused.value)
    expected = [
        "says loader 'airbyte'",
        "has no schema 'nowhere'",
        "none of its tables is there",
        "no table 'order_line'",
        "Switch it on",
    ]
    assert [word for word in expected if word not in said] == []
