{#-
    The purchases that pairs are counted from. Var pair_permutation (a text) makes the null of the pair check: each order after the first
    gets the new SKUs of another order by chance, of the same month, order number and number of new SKUs. Nothing is related then,
    while popularity, drift and basket sizes stay as they are.
-#}
{%- set permutation = var('pair_permutation', none) -%}
with

purchases as (
    select
        first_purchases.snapshot_at,
        first_purchases.customer_id,
        first_purchases.sku,
        first_purchases.order_number,
        {{ post_purchase_gate.order_bucket('first_purchases.order_number') }} as order_bucket,
        first_purchases.ordered_at,
        cast({{ dbt.date_trunc('month', 'first_purchases.ordered_at') }} as date) as order_month
    from {{ ref('int_pair_first_purchases') }} as first_purchases
    inner join {{ ref('int_pair_skus') }} as skus
        on first_purchases.sku = skus.sku and first_purchases.snapshot_at = skus.snapshot_at
    where skus.is_used
),
{%- if permutation is not none %}

baskets as (
    select
        snapshot_at,
        customer_id,
        order_number,
        order_bucket,
        order_month,
        min(ordered_at) as ordered_at,
        count(*) as new_skus
    from purchases
    where order_number > 1
    group by snapshot_at, customer_id, order_number, order_bucket, order_month
),

drawn as (
    select
        *,
        row_number() over (
            partition by snapshot_at, order_bucket, order_month, new_skus
            order by {{ post_purchase_gate.text_key(["'to " ~ permutation ~ "'", 'customer_id', 'order_number']) }}
        ) as receives,
        row_number() over (
            partition by snapshot_at, order_bucket, order_month, new_skus
            order by {{ post_purchase_gate.text_key(["'from " ~ permutation ~ "'", 'customer_id', 'order_number']) }}
        ) as gives
    from baskets
),

swapped as (
    select
        receiver.snapshot_at,
        receiver.customer_id,
        purchases.sku,
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
            and giver.customer_id = purchases.customer_id
            and giver.order_number = purchases.order_number
    union all
    select
        snapshot_at,
        customer_id,
        sku,
        order_number,
        ordered_at
    from purchases
    where order_number = 1
),

firsts as (
    select
        snapshot_at,
        customer_id,
        sku,
        min(order_number) as order_number,
        min(ordered_at) as ordered_at
    from swapped
    group by snapshot_at, customer_id, sku
),

counted as (
    select
        snapshot_at,
        customer_id,
        sku,
        order_number,
        {{ post_purchase_gate.order_bucket('order_number') }} as order_bucket,
        ordered_at,
        cast({{ dbt.date_trunc('month', 'ordered_at') }} as date) as order_month
    from firsts
)
{%- else %}

counted as (
    select * from purchases
)
{%- endif %}

select
    snapshot_at,
    customer_id,
    sku,
    order_number,
    order_bucket,
    order_month,
    ordered_at,
    {{ post_purchase_gate.add_days(var('pair_horizon_days'), 'ordered_at') }} as horizon_ends_at,
    -- an anchor counts once its whole horizon is over
    {{ post_purchase_gate.add_days(var('pair_horizon_days'), 'ordered_at') }} <= snapshot_at as is_anchor
from counted
