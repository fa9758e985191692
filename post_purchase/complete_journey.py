"""The Complete Journey (dunnhumby's year of groceries) as a folder of the native contract, in DuckDB SQL.

A household's shopping day is an order: several baskets of one day are one decision to shop. Days are the stores' own:
the set's timestamps are UTC, whose midnight is early evening in the stores. Lines without a quantity (fuel points,
vouchers) are left out. `held_out` drops each household's last day (1: the test), or its last two
(2: validation); `until` drops everything from a date on.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

CURRENCY = "USD"
# The day after the last one of the set.
END = "2018-01-01"
# The table of purchases, on the stores' clock.
PURCHASES = """(select * replace (
        timezone('America/New_York', timezone('UTC', transaction_timestamp)) as transaction_timestamp)
    from read_parquet('{folder}/transactions.parquet') where quantity > 0)"""


def days_of(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """One row per household, shopping day and product, numbered from the first day and from the last."""
    connection.execute(
        f"""create or replace table shopping as
            select 'h' || household_id as customer_id, cast(transaction_timestamp as date) as bought_on,
                'p' || product_id as sku, min(transaction_timestamp) as bought_at, sum(quantity) as quantity,
                sum(sales_value + retail_disc + coupon_disc) as gross, sum(sales_value) as net
            from {PURCHASES.format(folder=folder)} group by all"""
    )
    connection.execute(
        """create or replace table days as
            select customer_id, bought_on, min(bought_at) as ordered_at,
                row_number() over (partition by customer_id order by bought_on) as day_number,
                row_number() over (partition by customer_id order by bought_on desc) as days_before_last
            from shopping group by customer_id, bought_on"""
    )


def write_contract(
    connection: duckdb.DuckDBPyConnection, folder: Path, out: Path, held_out: int = 0, until: str = END
) -> Path:
    """The tables of the contract that the set has, as Parquet in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    days_of(connection, folder)
    connection.execute(
        f"""create or replace view kept as
            select shopping.*, days.ordered_at, customer_id || '-' || bought_on as order_id
            from shopping inner join days using (customer_id, bought_on)
            where days_before_last > {held_out} and bought_on < date '{until}'"""
    )
    tables = {
        "customers": """select customer_id, null::varchar as email, null::varchar as phone, null::varchar as first_name,
            'US' as country, null::varchar as region, null::varchar as timezone, min(ordered_at) as created_at,
            false as is_test, null::timestamp as erased_at from kept group by customer_id""",
        "orders": f"""select order_id, customer_id, null::varchar as store_id, ordered_at, '{CURRENCY}' as currency,
            'purchase' as order_type, null::varchar as parent_order_id, 0::decimal(18, 4) as shipping_charged,
            sum(net)::decimal(18, 4) as total, false as is_gift, false as is_test, null::timestamp as cancelled_at
            from kept group by order_id, customer_id, ordered_at""",
        "order_lines": """select order_id || '-' || sku as order_line_id, order_id, sku,
            least(quantity, 1000)::integer as quantity, (gross / least(quantity, 1000))::decimal(18, 4) as unit_price,
            greatest(gross - net, 0)::decimal(18, 4) as discount, null::varchar as replaces_order_line_id from kept""",
        "payments": """select order_id as payment_id, order_id, 'captured' as status, null::varchar as method,
            sum(net)::decimal(18, 4) as amount, null::decimal(18, 4) as fee, ordered_at as occurred_at
            from kept group by order_id, ordered_at""",
        "fulfillments": """select order_id as fulfillment_id, order_id, null::varchar as carrier,
            ordered_at as shipped_at, null::timestamp as expected_delivery_at, ordered_at as delivered_at,
            null::timestamp as cancelled_at, null::decimal(18, 4) as shipping_cost from kept
            group by order_id, ordered_at""",
        "products": f"""select 'p' || product_id as sku, 'p' || product_id as product_id, product_type as title,
            product_category as category, null::decimal(18, 4) as list_price, '{CURRENCY}' as currency,
            null::integer as inventory_quantity, true as is_active, false as is_digital, true as is_reviewable,
            null::decimal(18, 4) as consumable_days from read_parquet('{folder}/products.parquet')""",
        # the set knows no refunds and no tickets: empty, so that the contract holds
        "refunds": """select ''::varchar as refund_id, ''::varchar as order_id, null::varchar as order_line_id,
            null::integer as quantity, null::decimal(18, 4) as amount, null::varchar as reason,
            null::timestamp as requested_at, null::timestamp as refunded_at, null::timestamp as rejected_at
            where false""",
        "tickets": """select ''::varchar as ticket_id, null::varchar as customer_id, null::varchar as requester_email,
            null::varchar as requester_phone, null::varchar as order_id, null::varchar as order_line_id,
            null::varchar as topic, null::varchar as subject, null::timestamp as opened_at where false""",
    }
    for table, query in tables.items():
        connection.execute(f"copy ({query}) to '{out}/{table}.parquet' (format parquet)")
    return out
