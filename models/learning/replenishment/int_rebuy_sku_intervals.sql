-- Quantiles of the days per unit among those who buy again, from the life table, and the share who ever do.
with

ends as (
    select
        snapshot_at,
        sku_key,
        max(rebought_after) as rebuy_share
    from {{ ref('int_rebuy_sku_curves') }}
    group by snapshot_at, sku_key
),

placed as (
    select
        curves.snapshot_at,
        curves.sku_key,
        curves.step,
        curves.rebought_before / nullif(ends.rebuy_share, 0) as share_before,
        curves.rebought_after / nullif(ends.rebuy_share, 0) as share_after,
        ends.rebuy_share
    from {{ ref('int_rebuy_sku_curves') }} as curves
    inner join ends
        on curves.sku_key = ends.sku_key and curves.snapshot_at = ends.snapshot_at
),

counts as (
    select
        snapshot_at,
        sku_key,
        -- each has one last purchase
        sum(case when next_on is null then 1 else 0 end) as customers,
        sum(case when is_rebought then 1 else 0 end) as gaps,
        sum(case when is_usable and not is_rebought then 1 else 0 end) as open_spells
    from {{ ref('int_rebuy_spells') }}
    group by snapshot_at, sku_key
),

quantiles as (
    select
        snapshot_at,
        sku_key,
        {%- for percent in [25, 50, 75, 90] %}
        min(case
            when share_before < {{ percent / 100 }} and share_after >= {{ percent / 100 }} - 0.000000001
                then power(2, (step + ({{ percent / 100 }} - share_before) / (share_after - share_before)) / 8)
        end) as p{{ percent }}_days,
        {%- endfor %}
        max(rebuy_share) as rebuy_share
    from placed
    group by snapshot_at, sku_key
)

select
    counts.snapshot_at,
    sku_keys.sku,
    counts.customers,
    counts.gaps,
    counts.open_spells,
    {%- for percent in [25, 50, 75, 90] %}
    cast(quantiles.p{{ percent }}_days as decimal(18, 4)) as p{{ percent }}_days,
    {%- endfor %}
    cast(coalesce(quantiles.rebuy_share, 0) as decimal(18, 6)) as rebuy_share
from counts
inner join {{ ref('int_pair_sku_keys') }} as sku_keys
    on counts.sku_key = sku_keys.sku_key
left join quantiles
    on counts.sku_key = quantiles.sku_key and counts.snapshot_at = quantiles.snapshot_at
