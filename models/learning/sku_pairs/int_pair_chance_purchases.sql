{#- Var pair_permutation (a text) asks for it; without it nothing reads it, and nothing is built. -#}
{%- set permutation = var('pair_permutation', none) -%}
{{ config(materialized='ephemeral' if permutation is none else 'table') }}
-- The null of the pair check: each order after the first gets the new SKUs of another order by chance, of the same month, order number and
-- number of new SKUs. Nothing is related then, while popularity, drift and basket sizes stay as they are.
with

purchases as (
    select
        first_purchases.*,
        {{ post_purchase_gate.order_bucket('first_purchases.order_number') }} as order_bucket,
        cast({{ dbt.date_trunc('month', 'first_purchases.ordered_at') }} as date) as order_month
    from {{ ref('int_pair_first_purchases') }} as first_purchases
    inner join {{ ref('int_pair_skus') }} as skus
        on first_purchases.sku_key = skus.sku_key and first_purchases.snapshot_at = skus.snapshot_at
    where skus.is_used
),

baskets as (
    select
        snapshot_at,
        customer_key,
        order_number,
        order_bucket,
        order_month,
        min(ordered_at) as ordered_at,
        count(*) as new_skus
    from purchases
    where order_number > 1
    group by snapshot_at, customer_key, order_number, order_bucket, order_month
),

drawn as (
    select
        *,
        row_number() over (
            partition by snapshot_at, order_bucket, order_month, new_skus
            order by {{ post_purchase_gate.text_key(["'to " ~ post_purchase_gate.sql_text(permutation) ~ "'", 'customer_key', 'order_number']) }}
        ) as receives,
        row_number() over (
            partition by snapshot_at, order_bucket, order_month, new_skus
            order by {{ post_purchase_gate.text_key(["'from " ~ post_purchase_gate.sql_text(permutation) ~ "'", 'customer_key', 'order_number']) }}
        ) as gives
    from baskets
),

swapped as (
    select
        receiver.snapshot_at,
        receiver.customer_key,
        purchases.sku_key,
        receiver.order_number,
        receiver.ordered_at
    from drawn as receiver
    inner join drawn as giver
        on
            receiver.snapshot_at = giver.snapshot_at
            and receiver.order_bucket = giver.order_bucket
            and receiver.order_month = giver.order_month
            and receiver.new_skus = giver.new_skus
            and receiver.receives = giver.gives
    inner join purchases
        on
            giver.snapshot_at = purchases.snapshot_at
            and giver.customer_key = purchases.customer_key
            and giver.order_number = purchases.order_number
    union all
    select
        snapshot_at,
        customer_key,
        sku_key,
        order_number,
        ordered_at
    from purchases
    where order_number = 1
)

select
    snapshot_at,
    customer_key,
    sku_key,
    min(order_number) as order_number,
    min(ordered_at) as ordered_at
from swapped
group by snapshot_at, customer_key, sku_key
