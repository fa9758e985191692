-- A purchase without a key would be lost to pairs and rebuys without a word.
with

purchases as (
    select
        snapshot_at,
        count(*) as lines,
        sum(units_kept) as units
    from {{ ref('int_pair_lines') }}
    group by snapshot_at
),

keyed as (
    select
        snapshot_at,
        count(*) as lines,
        sum(units_kept) as units
    from {{ ref('int_pair_keyed_lines') }}
    group by snapshot_at
)

select
    purchases.snapshot_at,
    purchases.lines,
    keyed.lines as keyed_lines
from purchases
left join keyed
    on purchases.snapshot_at = keyed.snapshot_at
where keyed.lines is null or purchases.lines <> keyed.lines or purchases.units <> keyed.units
