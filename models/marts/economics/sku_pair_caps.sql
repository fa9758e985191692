-- What each cap keeps out of the pairs, so that none of them works unseen.
with

current_snapshot as (
    select snapshot_at
    from {{ ref('int_snapshots') }}
    where is_current
),

pair_lines as (
    select lines.*
    from {{ ref('int_pair_keyed_lines') }} as lines
    inner join current_snapshot
        on lines.snapshot_at = current_snapshot.snapshot_at
),

pair_orders as (
    select orders.*
    from {{ ref('int_pair_orders') }} as orders
    inner join current_snapshot
        on orders.snapshot_at = current_snapshot.snapshot_at
),

line_total as (
    select
        count(*) as lines,
        sum(case when lines.is_renewal then 1 else 0 end) as renewal_lines,
        sum(case when orders.is_bulk then 1 else 0 end) as bulk_lines
    from pair_lines as lines
    left join pair_orders as orders
        on lines.order_key = orders.order_key
),

renewals as (
    select count(*) as orders
    from (
        select order_key
        from pair_lines
        where is_renewal
        group by order_key
    ) as renewal_orders
),

bulk as (
    select count(*) as orders
    from pair_orders
    where is_bulk
),

skus as (
    select
        coalesce(sum(case when pair_skus.is_used then 0 else 1 end), 0) as rare_skus,
        coalesce(sum(case when pair_skus.is_used then 0 else pair_skus.purchase_lines end), 0) as rare_lines,
        coalesce(sum(case when pair_skus.is_used then pair_skus.purchase_lines - pair_skus.customers else 0 end), 0) as repeat_lines
    from {{ ref('int_pair_skus') }} as pair_skus
    inner join current_snapshot
        on pair_skus.snapshot_at = current_snapshot.snapshot_at
),

firsts as (
    select
        count(*) as purchases,
        coalesce(sum(case when purchases.is_anchor then 0 else 1 end), 0) as recent
    from {{ ref('int_pair_purchases') }} as purchases
    inner join current_snapshot
        on purchases.snapshot_at = current_snapshot.snapshot_at
),

pairs as (
    select
        count(*) as counted,
        coalesce(sum(case when counts.support < {{ var('pair_min_support') }} then 1 else 0 end), 0) as thin
    from {{ ref('int_pair_counts') }} as counts
    inner join current_snapshot
        on counts.snapshot_at = current_snapshot.snapshot_at
),

proven as (
    select
        coalesce(sum(per_sku.pairs), 0) as counted,
        coalesce(sum({{ post_purchase_gate.greatest() }}(per_sku.pairs - {{ var('pair_candidates_per_sku') }}, 0)), 0) as crowded
    from (
        select
            pairs.sku,
            count(*) as pairs
        from {{ ref('int_pairs') }} as pairs
        inner join current_snapshot
            on pairs.snapshot_at = current_snapshot.snapshot_at
        where pairs.is_recommendable and not pairs.is_declared
        group by pairs.sku
    ) as per_sku
),

caps as (
    {%- for cap, unit, limit_value, dropped, orders, dropped_skus, total in [
        ('subscription_renewals', 'line', 'null', 'line_total.renewal_lines', 'renewals.orders', 'null', 'line_total.lines'),
        ('bulk_orders', 'line', var('pair_max_lines'), 'line_total.bulk_lines', 'bulk.orders', 'null', 'line_total.lines'),
        ('rare_skus', 'line', var('pair_min_customers'), 'skus.rare_lines', 'null', 'skus.rare_skus', 'line_total.lines'),
        ('repeat_purchases', 'line', 1, 'skus.repeat_lines', 'null', 'null', 'line_total.lines'),
        ('unfinished_horizons', 'first_purchase', var('pair_horizon_days'), 'firsts.recent', 'null', 'null', 'firsts.purchases'),
        ('thin_pairs', 'pair', var('pair_min_support'), 'pairs.thin', 'null', 'null', 'pairs.counted'),
        ('crowded_skus', 'pair', var('pair_candidates_per_sku'), 'proven.crowded', 'null', 'null', 'proven.counted'),
    ] %}
    select
        '{{ cap }}' as cap,
        '{{ unit }}' as unit,
        cast({{ limit_value }} as integer) as limit_value,
        {{ dropped }} as dropped,
        cast({{ orders }} as bigint) as dropped_orders,
        cast({{ dropped_skus }} as bigint) as dropped_skus,
        {{ total }} as total
    from line_total
    cross join renewals
    cross join bulk
    cross join skus
    cross join firsts
    cross join pairs
    cross join proven
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    cast(cap as {{ dbt.type_string() }}) as cap,
    cast(unit as {{ dbt.type_string() }}) as unit,
    cast(limit_value as integer) as limit_value,
    cast(coalesce(dropped, 0) as bigint) as dropped,
    cast(dropped_orders as bigint) as dropped_orders,
    cast(dropped_skus as bigint) as dropped_skus,
    cast(total as bigint) as total,
    cast(dropped / nullif(cast(total as decimal(18, 4)), 0) as decimal(18, 6)) as dropped_share
from caps
