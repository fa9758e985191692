"""The demo shop as a loader writes it, to try a connector without an account.

    post-purchase shop shape fivetran-rest|fivetran-graphql|api --database FILE.duckdb [--store us] [--out FOLDER]

writes the tables that Shopify knows of the demo shop into schema `shopify_<store>` of a DuckDB file, under the names, columns and
types of that loader, and what no shop system knows (tickets, messages, relations of products) as a folder in the native contract,
with the ids that the connector will give. Fivetran's `rest` and `graphql`, and `api`: the API's own nesting, as Airbyte keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from post_purchase import PROJECT

SHAPES = ("fivetran-rest", "fivetran-graphql", "api")
# Shopify has none of these: they stay in the native contract.
NOT_OF_A_SHOP = (
    "customer_identities",
    "tickets",
    "ticket_events",
    "site_events",
    "messages",
    "message_events",
    "reviews",
    "sku_relations",
    "subscriptions",
    "experiment_assignments",
    "overrides",
    "product_costs",
)
LOADED_AT = "timestamp '2026-06-30 11:30:00'"


@dataclass(frozen=True)
class Places:
    """Where the shop is written: a DuckDB file, the store's name, and the folder for what no shop system knows."""

    database: Path
    store: str
    folder: Path

    @property
    def schema(self) -> str:
        """The schema that a loader would write this store to."""
        return f"shopify_{self.store}"


def write(shape: str, places: Places) -> None:
    """Write the demo shop in a loader's shape. Tables of an earlier call are replaced."""
    places.database.parent.mkdir(parents=True, exist_ok=True)
    places.folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(places.database)) as connection:
        connection.execute("set timezone = 'UTC'")
        read_demo(connection)
        number_rows(connection)
        connection.execute(f"drop schema if exists {places.schema} cascade")
        connection.execute(f"create schema {places.schema}")
        {"fivetran-rest": write_rest, "fivetran-graphql": write_graphql, "api": write_api}[shape](
            connection, places.schema
        )
        write_native(connection, places)
        connection.execute("drop schema native cascade")


def read_demo(connection: duckdb.DuckDBPyConnection) -> None:
    """The demo shop's own rows, all as text, in schema `native`; rows that break the contract stay out: no shop system has them."""
    connection.execute("drop schema if exists native cascade")
    connection.execute("create schema native")
    for file in sorted((PROJECT / "seeds" / "demo_shop").glob("demo_*.csv")):
        table = file.stem.removeprefix("demo_")
        connection.execute(f"create table native.{table} as select * from read_csv(?, all_varchar = true)", [str(file)])
    for table, keep in {
        "customers": "customer_id is not null and try_cast(coalesce(is_test, 'false') as boolean) is not null"
        " and customer_id in (select customer_id from native.customers group by 1 having count(*) = 1)",
        "orders": "try_cast(ordered_at as timestamp) is not null and try_cast(total as decimal) is not null"
        " and customer_id in (select customer_id from native.customers) and order_id in (select order_id from native.order_lines)",
        "order_lines": "order_line_id is not null and try_cast(quantity as decimal) > 0 and order_id in (select order_id from native.orders)",
        "payments": "order_id in (select order_id from native.orders)",
        "fulfillments": "order_id in (select order_id from native.orders)"
        " and not coalesce(cast(delivered_at as timestamp) < cast(shipped_at as timestamp), false)",
        "fulfillment_lines": "fulfillment_id in (select fulfillment_id from native.fulfillments)",
        "fulfillment_events": "fulfillment_id in (select fulfillment_id from native.fulfillments)",
        "refunds": "order_id in (select order_id from native.orders)",
    }.items():
        connection.execute(
            f"create or replace table native.{table} as select distinct * from native.{table} where {keep}"
        )


def number_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Shopify's ids are numbers: one for each row, the same at every call."""
    for table, key, first in (
        ("customers", "customer_id", 1000),
        ("orders", "order_id", 5000),
        ("order_lines", "order_line_id", 20000),
        ("products", "sku", 300),
        ("fulfillments", "fulfillment_id", 7000),
    ):
        connection.execute(
            f"create table native.{table}_number as"
            f" select {key}, {first} + row_number() over (order by {key}) as id from (select distinct {key} from native.{table} where {key} is not null)"
        )


ORDERS = """
    select
        number.id,
        orders.order_id as name,
        customer_number.id as customer_id,
        customers.email,
        cast(orders.ordered_at as timestamp) as processed_at,
        cast(orders.cancelled_at as timestamp) as cancelled_at,
        orders.currency,
        cast(orders.total as double) as total_price,
        cast(orders.total as double) - coalesce(goods.amount, 0) - coalesce(cast(orders.shipping_charged as double), 0) as total_tax,
        cast(orders.shipping_charged as double) as total_shipping,
        cast(coalesce(orders.is_test, 'false') as boolean) or cast(coalesce(customers.is_test, 'false') as boolean) as test,
        coalesce(orders.sales_channel, 'web') as source_name,
        customers.country as country_code,
        customers.region as province_code,
        orders.order_type,
        cast(coalesce(orders.is_gift, 'false') as boolean) as is_gift,
        orders.parent_order_id
    from native.orders as orders
    inner join native.orders_number as number using (order_id)
    left join native.customers as customers using (customer_id)
    left join native.customers_number as customer_number using (customer_id)
    left join (
        select order_id, sum(cast(quantity as double) * cast(unit_price as double) - cast(discount as double)) as amount
        from native.order_lines group by 1
    ) as goods using (order_id)
"""

LINES = """
    select
        number.id,
        order_number.id as order_id,
        product_number.id as product_id,
        product_number.id + 100000 as variant_id,
        lines.sku,
        products.title,
        cast(lines.quantity as integer) as quantity,
        cast(lines.unit_price as double) as unit_price,
        cast(lines.discount as double) as discount,
        coalesce(cast(products.is_digital as boolean), false) as is_digital,
        lines.order_line_id
    from native.order_lines as lines
    inner join native.order_lines_number as number using (order_line_id)
    inner join native.orders_number as order_number using (order_id)
    left join native.products_number as product_number on lines.sku = product_number.sku
    left join native.products as products on lines.sku = products.sku
"""

TRANSACTIONS = """
    select
        90000 + row_number() over (order by payments.payment_id) as id,
        order_number.id as order_id,
        cast(null as bigint) as refund_id,
        case payments.status when 'authorized' then 'authorization' when 'voided' then 'void' else 'sale' end as kind,
        case payments.status when 'failed' then 'failure' when 'pending' then 'pending' else 'success' end as status,
        cast(payments.amount as double) as amount,
        orders.currency,
        case payments.method when 'card' then 'shopify_payments' else payments.method end as gateway,
        cast(payments.occurred_at as timestamp) as processed_at
    from native.payments as payments
    inner join native.orders as orders using (order_id)
    inner join native.orders_number as order_number using (order_id)
    where payments.status not in ('chargeback', 'chargeback_won')
    union all
    select
        95000 + row_number() over (order by refunds.refund_id),
        order_number.id,
        refunds.number,
        'refund',
        'success',
        -- what went back to the buyer carries the tax that the order's prices leave out
        round(cast(refunds.amount as double) * coalesce(owed.gross_per_net, 1), 2),
        orders.currency,
        'shopify_payments',
        cast(refunds.refunded_at as timestamp)
    from native.refund_numbers as refunds
    inner join native.orders as orders using (order_id)
    inner join native.orders_number as order_number using (order_id)
    left join native.order_gross as owed using (order_id)
    where refunds.refunded_at is not null and cast(refunds.amount as double) > 0
"""

DISPUTES = """
    select
        payments.payment_id as id,
        order_number.id as order_id,
        'chargeback' as type,
        case when exists (
            select 1 from native.payments as won where won.order_id = payments.order_id and won.status = 'chargeback_won'
        ) then 'won' else 'under_review' end as status,
        cast(payments.amount as double) as amount,
        orders.currency,
        cast(payments.occurred_at as timestamp) as initiated_at,
        (select max(cast(won.occurred_at as timestamp)) from native.payments as won
         where won.order_id = payments.order_id and won.status = 'chargeback_won') as finalized_on
    from native.payments as payments
    inner join native.orders as orders using (order_id)
    inner join native.orders_number as order_number using (order_id)
    where payments.status = 'chargeback'
"""

FULFILLMENTS = """
    select
        number.id,
        order_number.id as order_id,
        case when fulfillments.cancelled_at is not null then 'cancelled' else 'success' end as status,
        cast(null as varchar) as shipment_status,
        fulfillments.carrier,
        cast(null as varchar) as tracking_number,
        cast(coalesce(fulfillments.shipped_at, fulfillments.delivered_at, orders.ordered_at) as timestamp) as created_at,
        cast(coalesce(fulfillments.cancelled_at, fulfillments.delivered_at, fulfillments.shipped_at, orders.ordered_at) as timestamp) as updated_at
    from native.fulfillments as fulfillments
    inner join native.fulfillments_number as number using (fulfillment_id)
    inner join native.orders as orders using (order_id)
    inner join native.orders_number as order_number using (order_id)
    where fulfillments.shipped_at is not null or fulfillments.delivered_at is not null
"""

# A parcel of which the native shop lists no lines carries them all.
CONTENTS = """
    select number.id as fulfillment_id, line_number.id as order_line_id, cast(contents.quantity as integer) as quantity
    from native.fulfillment_lines as contents
    inner join native.fulfillments_number as number using (fulfillment_id)
    inner join native.order_lines_number as line_number using (order_line_id)
    union all
    select number.id, line_number.id, cast(lines.quantity as integer)
    from native.fulfillments as fulfillments
    inner join native.fulfillments_number as number using (fulfillment_id)
    inner join native.order_lines as lines using (order_id)
    inner join native.order_lines_number as line_number using (order_line_id)
    left join native.products as products on lines.sku = products.sku
    where fulfillments.fulfillment_id not in (select fulfillment_id from native.fulfillment_lines)
      and not coalesce(cast(products.is_digital as boolean), false)
"""

EVENTS = """
    select
        60000 + row_number() over (order by event.event_id) as id,
        number.id as fulfillment_id,
        event.status,
        event.happened_at,
        event.happened_at as created_at,
        cast(event.estimated as timestamp) as estimated_delivery_at
    from (
        select
            events.event_id,
            events.fulfillment_id,
            case events.event_type when 'exception_delay' then 'delayed' when 'picked_up' then 'picked_up' else events.event_type end as status,
            cast(events.occurred_at as timestamp) as happened_at,
            fulfillments.expected_delivery_at as estimated
        from native.fulfillment_events as events
        inner join native.fulfillments as fulfillments using (fulfillment_id)
        union all
        select fulfillment_id || '-delivered', fulfillment_id, 'delivered', cast(delivered_at as timestamp), expected_delivery_at
        from native.fulfillments
        where delivered_at is not null
    ) as event
    inner join native.fulfillments_number as number using (fulfillment_id)
"""

PRODUCTS = """
    select
        number.id,
        number.id + 100000 as variant_id,
        number.id + 200000 as inventory_item_id,
        products.sku,
        products.title,
        lower(products.sku) as handle,
        products.category as product_type,
        case when coalesce(cast(products.is_active as boolean), true) then 'active' else 'archived' end as status,
        cast(products.list_price as double) as price,
        products.currency,
        cast(products.inventory_quantity as integer) as inventory_quantity,
        coalesce(cast(products.is_digital as boolean), false) as is_digital,
        not coalesce(cast(products.is_reviewable as boolean), true) as is_gift_card
    from native.products as products
    inner join native.products_number as number using (sku)
"""

CUSTOMERS = """
    select
        number.id,
        customers.email,
        customers.phone,
        customers.first_name,
        cast(customers.created_at as timestamp) as created_at,
        case when customers.erased_at is not null then 'redacted' else email.status end as email_state,
        case when email.basis = 'express' then 'single_opt_in' else email.basis end as email_level,
        cast(coalesce(customers.erased_at, email.occurred_at) as timestamp) as email_at,
        sms.status as sms_state,
        case when sms.basis = 'express' then 'single_opt_in' else sms.basis end as sms_level,
        cast(sms.occurred_at as timestamp) as sms_at
    from native.customers as customers
    inner join native.customers_number as number using (customer_id)
    left join native.last_consents as email on customers.customer_id = email.customer_id and email.channel = 'email'
    left join native.last_consents as sms on customers.customer_id = sms.customer_id and sms.channel = 'sms'
"""


def facts(connection: duckdb.DuckDBPyConnection) -> None:
    """What several of the store's tables are made of."""
    connection.execute(
        "create table native.refund_numbers as select *, 80000 + row_number() over (order by refund_id) as number from native.refunds"
    )
    connection.execute(
        "create table native.last_consents as select * from native.consents"
        " qualify row_number() over (partition by customer_id, channel order by cast(occurred_at as timestamp) desc, status desc) = 1"
    )
    for name, query in {
        "shop_orders": ORDERS,
        "shop_lines": LINES,
        "shop_contents": CONTENTS,
        "shop_events": EVENTS,
        "shop_products": PRODUCTS,
        "shop_customers": CUSTOMERS,
        "shop_fulfillments": FULFILLMENTS,
        "shop_disputes": DISPUTES,
    }.items():
        connection.execute(f"create table native.{name} as {query}")
    connection.execute(
        "create table native.order_gross as select name as order_id,"
        " case when total_tax > 0 and total_price > total_tax then total_price / (total_price - total_tax) end as gross_per_net"
        " from native.shop_orders"
    )
    connection.execute(f"create table native.shop_transactions as {TRANSACTIONS}")


def write_rest(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Fivetran's REST shape: unit prices, a refund per line, no returns."""
    facts(connection)
    synced = f"{LOADED_AT} as _fivetran_synced"
    money = "cast(json_object('shop_money', json_object('amount', cast({0} as varchar), 'currency_code', currency)) as varchar)"
    tables = {
        "order": "select id, name, customer_id, email, processed_at, processed_at as created_at, processed_at as updated_at, cancelled_at, currency,"
        f" total_price, total_tax, {money.format('total_shipping')} as total_shipping_price_set, false as taxes_included, test, source_name,"
        " case when cancelled_at is null then 'paid' else 'voided' end as financial_status, cast(null as varchar) as fulfillment_status,"
        f" country_code as shipping_address_country_code, province_code as shipping_address_province_code, false as _fivetran_deleted, {synced}"
        " from native.shop_orders",
        "order_tag": f"select id as order_id, 1 as index, order_type as value, {synced} from native.shop_orders"
        " where order_type in ('replacement', 'exchange') union all"
        f" select id, 1, 'Subscription Recurring Order', {LOADED_AT} from native.shop_orders where order_type = 'subscription_renewal'",
        "order_note_attribute": f"select id as order_id, 'gift' as name, 'true' as value, {synced} from native.shop_orders where is_gift union all"
        f" select id, 'original_order', parent_order_id, {LOADED_AT} from native.shop_orders where parent_order_id is not null",
        "order_line": "select id, order_id, product_id, variant_id, sku, title, cast(null as varchar) as variant_title, quantity, unit_price as price,"
        " 0.0 as total_discount, cast(null as integer) as fulfillable_quantity, cast(null as varchar) as fulfillment_status, false as gift_card,"
        f" not is_digital as requires_shipping, {synced} from native.shop_lines",
        "discount_allocation": f"select id as order_line_id, 0 as index, discount as amount, {synced} from native.shop_lines where discount > 0",
        "transaction": "select id, order_id, refund_id, kind, status, amount, currency, gateway, processed_at, processed_at as created_at, false as test,"
        f" cast(null as double) as currency_exchange_final_amount, {synced} from native.shop_transactions",
        "fulfillment": f"select id, order_id, status, shipment_status, carrier as tracking_company, tracking_number, created_at, updated_at, {synced}"
        " from native.shop_fulfillments",
        "fulfillment_order_line": f"select fulfillment_id, order_line_id, quantity, {synced} from native.shop_contents",
        "fulfillment_event": f"select *, false as _fivetran_deleted, {synced} from native.shop_events",
        **refund_tables(synced, "order_line_refund", "subtotal", "total_tax"),
        "customer": "select id, email, phone, first_name, created_at, created_at as updated_at, email_state as email_marketing_consent_state,"
        " email_level as email_marketing_consent_opt_in_level, email_at as email_marketing_consent_consent_updated_at,"
        " sms_state as sms_marketing_consent_state, sms_level as sms_marketing_consent_opt_in_level,"
        f" sms_at as sms_marketing_consent_consent_updated_at, {synced} from native.shop_customers",
        **product_tables(synced),
    }
    create(connection, schema, tables)


def write_graphql(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Fivetran's GraphQL shape: line totals, upper-case words, returns, the names that new connections have."""
    facts(connection)
    synced = f"{LOADED_AT} as _fivetran_synced"
    tables = {
        "order": "select id, name, customer_id, email, processed_at, processed_at as created_at, processed_at as updated_at, cancelled_at,"
        " currency as currency_code, total_price as total_price_set_shop_amount, total_tax as total_tax_set_shop_amount,"
        " total_shipping as total_shipping_price_set_shop_amount, false as taxes_included, test, source_name,"
        " case when cancelled_at is null then 'PAID' else 'VOIDED' end as display_financial_status, 'UNFULFILLED' as display_fulfillment_status,"
        f" country_code as shipping_address_country_code, province_code as shipping_address_province_code, false as _fivetran_deleted, {synced}"
        " from native.shop_orders",
        "order_tag": f"select id as order_id, 1 as index, order_type as value, {synced} from native.shop_orders"
        " where order_type in ('replacement', 'exchange') union all"
        f" select id, 1, 'Subscription Recurring Order', {LOADED_AT} from native.shop_orders where order_type = 'subscription_renewal'",
        "order_custom_attribute": f"select id as order_id, 'gift' as key, 'true' as value, {synced} from native.shop_orders where is_gift union all"
        f" select id, 'original_order', parent_order_id, {LOADED_AT} from native.shop_orders where parent_order_id is not null",
        "order_line": "select id, order_id, product_id, variant_id, sku, title, cast(null as varchar) as variant_title, quantity,"
        " quantity * unit_price as original_total_set_shop_amount, cast(null as integer) as unfulfilled_quantity, false as is_gift_card,"
        f" not is_digital as requires_shipping, {synced} from native.shop_lines",
        "discount_allocation": "select id as order_line_id, 0 as index, discount as allocated_amount_set_shop_amount,"
        f" {synced} from native.shop_lines where discount > 0",
        "transaction": "select id, order_id, refund_id, upper(kind) as kind, upper(status) as status, amount as amount_set_shop_amount,"
        " currency as amount_set_shop_currency_code, gateway, processed_at, processed_at as created_at, false as test,"
        f" {synced} from native.shop_transactions",
        "fulfillment": f"select id, order_id, upper(status) as status, shipment_status as display_status, created_at, updated_at, {synced}"
        " from native.shop_fulfillments",
        "fulfillment_tracking_info": "select id as fulfillment_id, 1 as index, carrier as company, 'TRACK' || id as number,"
        f" {synced} from native.shop_fulfillments",
        "fulfillment_order_line": f"select fulfillment_id, order_line_id, quantity, {synced} from native.shop_contents",
        "fulfillment_event": f"select *, false as _fivetran_deleted, {synced} from native.shop_events",
        **refund_tables(synced, "refund_line_item", "subtotal_set_shop_amount", "total_tax_set_shop_amount"),
        "return": "select refunds.number as id, order_number.id as order_id, case when rejected_at is not null then 'DECLINED' else 'REQUESTED' end"
        " as status, cast(requested_at as timestamp) as created_at, cast(rejected_at as timestamp) as closed_at,"
        f" {synced} from native.refund_numbers as refunds inner join native.orders_number as order_number using (order_id) where refunded_at is null",
        "return_line_item": "select refunds.number as id, refunds.number as return_id, line_number.id as order_line_id,"
        f" coalesce(cast(quantity as double), 0) as quantity, upper(reason) as return_reason, {synced} from native.refund_numbers as refunds"
        " left join native.order_lines_number as line_number using (order_line_id) where refunded_at is null",
        "customer": "select id, email, phone, first_name, created_at, created_at as updated_at, upper(email_state) as email_marketing_consent_state,"
        " upper(email_level) as email_marketing_consent_opt_in_level, email_at as email_marketing_consent_updated_at,"
        " upper(sms_state) as sms_marketing_consent_state, upper(sms_level) as sms_marketing_consent_opt_in_level,"
        f" sms_at as sms_marketing_consent_updated_at, {synced} from native.shop_customers",
        **product_tables(synced),
    }
    create(connection, schema, tables)


def refund_tables(synced: str, lines: str, subtotal: str, tax: str) -> dict[str, str]:
    """Refunds that were made, and their lines. A request that nobody has answered is no refund to Shopify."""
    return {
        "refund": "select refunds.number as id, order_number.id as order_id, cast(requested_at as timestamp) as created_at,"
        f" cast(refunded_at as timestamp) as processed_at, reason as note, {synced}"
        " from native.refund_numbers as refunds inner join native.orders_number as order_number using (order_id)"
        " where refunded_at is not null",
        lines: "select refunds.number as id, refunds.number as refund_id, line_number.id as order_line_id,"
        f" coalesce(cast(quantity as double), 0) as quantity, cast(amount as double) as {subtotal},"
        f" cast(amount as double) * (coalesce(gross_per_net, 1) - 1) as {tax}, 'no_restock' as restock_type, {synced}"
        " from native.refund_numbers as refunds inner join native.order_lines_number as line_number using (order_line_id)"
        " left join native.order_gross using (order_id) where refunded_at is not null",
    }


def product_tables(synced: str) -> dict[str, str]:
    """Products, variants and stock."""
    return {
        "product": f"select id, title, handle, product_type, status, is_gift_card, false as _fivetran_deleted, {synced} from native.shop_products",
        "product_variant": "select variant_id as id, id as product_id, inventory_item_id, sku, 'Default Title' as title, price, inventory_quantity,"
        f" 'deny' as inventory_policy, {synced} from native.shop_products",
        "inventory_item": "select inventory_item_id as id, sku, cast(null as double) as unit_cost_amount, inventory_quantity is not null as tracked,"
        f" not is_digital as requires_shipping, {LOADED_AT} as updated_at, {synced} from native.shop_products",
    }


def write_api(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """The API's own nesting, as Airbyte keeps it: lines, shipments and refunds inside their order, disputes, no events of shipments."""
    facts(connection)
    synced = f"{LOADED_AT} as _airbyte_extracted_at, gen_random_uuid() as _airbyte_raw_id, '{schema}.myshopify.com' as shop_url"
    at = "strftime({0}, '%Y-%m-%dT%H:%M:%S+00:00')"
    money = "{{'shop_money': {{'amount': cast({0} as varchar), 'currency_code': currency}}}}"
    tables = {
        "orders": f"""
            select
                orders.id, name, email, {{'id': customer_id}} as customer, {at.format("processed_at")} as processed_at,
                {at.format("processed_at")} as created_at, {at.format("processed_at")} as updated_at, {at.format("cancelled_at")} as cancelled_at,
                currency, total_price, total_tax, {money.format("total_price")} as total_price_set,
                {money.format("total_shipping")} as total_shipping_price_set, false as taxes_included, test, source_name,
                'paid' as financial_status, cast(null as varchar) as fulfillment_status,
                {{'country_code': country_code, 'province_code': province_code}} as shipping_address,
                case order_type when 'subscription_renewal' then 'Subscription Recurring Order, vip' when 'purchase' then '' else order_type end as tags,
                list_filter([
                    case when is_gift then {{'name': 'gift', 'value': 'true'}} end,
                    case when parent_order_id is not null then {{'name': 'original_order', 'value': parent_order_id}} end
                ], item -> item is not null) as note_attributes,
                cast(coalesce(lines.line_items, '[]') as json) as line_items,
                {synced}
            from native.shop_orders as orders
            left join (
                select order_id, json_group_array(json_object(
                    'id', id, 'product_id', product_id, 'variant_id', variant_id, 'sku', sku, 'title', title, 'quantity', quantity,
                    'price', cast(unit_price as varchar), 'gift_card', false, 'requires_shipping', not is_digital,
                    'discount_allocations', case when discount > 0 then json_array(json_object('amount', cast(discount as varchar))) else json_array() end,
                    'tax_lines', json_array()
                )) as line_items
                from native.shop_lines group by 1
            ) as lines on orders.id = lines.order_id
        """,
        "transactions": f"select id, order_id, refund_id, kind, status, amount, currency, gateway, {at.format('processed_at')} as processed_at,"
        f" {at.format('processed_at')} as created_at, false as test, {synced} from native.shop_transactions",
        "disputes": f"select id, order_id, type, status, amount, currency, {at.format('initiated_at')} as initiated_at,"
        f" {at.format('finalized_on')} as finalized_on, {synced} from native.shop_disputes",
        "fulfillments": f"""
            select
                shipments.id, shipments.order_id, shipments.status,
                case when delivered.fulfillment_id is not null then 'delivered' end as shipment_status,
                carrier as tracking_company, tracking_number, {at.format("shipments.created_at")} as created_at,
                {at.format("shipments.updated_at")} as updated_at,
                cast(coalesce(contents.line_items, '[]') as json) as line_items, {synced}
            from native.shop_fulfillments as shipments
            left join (select distinct fulfillment_id from native.shop_events where status = 'delivered') as delivered
                on shipments.id = delivered.fulfillment_id
            left join (
                select fulfillment_id, json_group_array(json_object('id', order_line_id, 'quantity', quantity)) as line_items
                from native.shop_contents group by 1
            ) as contents on shipments.id = contents.fulfillment_id
        """,
        "order_refunds": f"""
            select
                refunds.number as id, order_number.id as order_id, {at.format("cast(requested_at as timestamp)")} as created_at,
                {at.format("cast(refunded_at as timestamp)")} as processed_at, reason as note,
                case when line_number.id is not null then cast(json_array(json_object(
                    'id', refunds.number, 'line_item_id', line_number.id, 'quantity', coalesce(cast(quantity as double), 0),
                    'subtotal', cast(amount as double), 'total_tax', cast(amount as double) * (coalesce(gross_per_net, 1) - 1),
                    'restock_type', 'no_restock'
                )) as json) else cast('[]' as json) end as refund_line_items,
                cast('[]' as json) as order_adjustments, cast('[]' as json) as transactions, {synced}
            from native.refund_numbers as refunds
            inner join native.orders_number as order_number using (order_id)
            left join native.order_lines_number as line_number using (order_line_id)
            left join native.order_gross using (order_id)
            where refunded_at is not null
        """,
        "customers": f"""
            select
                id, email, phone, first_name, {at.format("created_at")} as created_at, {at.format("created_at")} as updated_at,
                {{'state': email_state, 'opt_in_level': email_level, 'consent_updated_at': {at.format("email_at")}}} as email_marketing_consent,
                {{'state': sms_state, 'opt_in_level': sms_level, 'consent_updated_at': {at.format("sms_at")}}} as sms_marketing_consent, {synced}
            from native.shop_customers
        """,
        "products": f"select id, title, handle, product_type, status, {synced} from native.shop_products",
        "product_variants": "select variant_id as id, id as product_id, inventory_item_id, sku, 'Default Title' as title, price, inventory_quantity,"
        f" 'deny' as inventory_policy, {synced} from native.shop_products",
        "inventory_items": "select inventory_item_id as id, sku, cast(null as double) as cost, inventory_quantity is not null as tracked,"
        f" not is_digital as requires_shipping, {synced} from native.shop_products",
    }
    create(connection, schema, tables)


def create(connection: duckdb.DuckDBPyConnection, schema: str, tables: dict[str, str]) -> None:
    """Make the tables of a loader."""
    for table, query in tables.items():
        connection.execute(f'create table {schema}."{table}" as {query}')


def write_native(connection: duckdb.DuckDBPyConnection, places: Places) -> None:
    """What no shop system knows, in the native contract, with the ids that the connector gives."""
    store = places.store.replace("'", "''")
    ids = {
        "customer_id": "customers_number",
        "order_id": "orders_number",
        "order_line_id": "order_lines_number",
        "fulfillment_id": "fulfillments_number",
    }
    told = "', '".join(NOT_OF_A_SHOP)
    connection.execute(f"create or replace table native.feed_loads as from native.feed_loads where feed in ('{told}')")
    for table in (*NOT_OF_A_SHOP, "feed_loads"):
        columns = [row[0] for row in connection.execute(f"describe native.{table}").fetchall()]
        selects, joins = [], []
        for column in columns:
            if column in ids:
                numbers = ids[column]
                joins.append(f"left join native.{numbers} on rows.{column} = {numbers}.{column}")
                # an id that leads nowhere goes on leading nowhere
                selects.append(f"coalesce('{store}-' || {numbers}.id, rows.{column}) as {column}")
            else:
                selects.append(f"rows.{column}")
        file = str(places.folder / f"{table}.csv").replace("'", "''")
        connection.execute(
            f"copy (select {', '.join(selects)} from native.{table} as rows {' '.join(joins)}) to '{file}' (header)"
        )
