-- Quantiles of the days per unit among those who buy again, from the life table, and the share who ever do.
with

ends as (
    select
        snapshot_at,
        sku,
        max(rebought_after) as rebuy_share
    from {{ ref('int_rebuy_sku_curves') }}
    group by snapshot_at, sku
),

placed as (
    select
        curves.snapshot_at,
        curves.sku,
        curves.step,
        curves.rebought_before / nullif(ends.rebuy_share, 0) as share_before,
        curves.rebought_after / nullif(ends.rebuy_share, 0) as share_after,
        ends.rebuy_share
    from {{ ref('int_rebuy_sku_curves') }} as curves
    inner join ends
        on curves.sku = ends.sku and curves.snapshot_at = ends.snapshot_at
),

counts as (
    select
        snapshot_at,
        sku,
        -- each has one last purchase
        sum(case when next_on is null then 1 else 0 end) as customers,
        sum(case when is_rebought then 1 else 0 end) as gaps,
        sum(case when is_usable and not is_rebought then 1 else 0 end) as open_spells
    from {{ ref('int_rebuy_spells') }}
    group by snapshot_at, sku
),

quantiles as (
    select
        snapshot_at,
        sku,
        {%- for percent in [25, 50, 75, 90] %}
        min(case
            when share_before < {{ percent / 100 }} and share_after >= {{ percent / 100 }} - 0.000000001
                then power(2, (step + ({{ percent / 100 }} - share_before) / (share_after - share_before)) / 8)
        end) as p{{ percent }}_days,
        {%- endfor %}
        max(rebuy_share) as rebuy_share
    from placed
    group by snapshot_at, sku
)

select
    counts.snapshot_at,
    counts.sku,
    counts.customers,
    counts.gaps,
    counts.open_spells,
    {%- for percent in [25, 50, 75, 90] %}
    cast(quantiles.p{{ percent }}_days as decimal(18, 4)) as p{{ percent }}_days,
    {%- endfor %}
    cast(coalesce(quantiles.rebuy_share, 0) as decimal(18, 6)) as rebuy_share
from counts
left join quantiles
    on counts.sku = quantiles.sku and counts.snapshot_at = quantiles.snapshot_at
