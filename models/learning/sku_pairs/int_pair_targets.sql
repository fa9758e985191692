-- Which pairs each kind of offer draws on, at each snapshot. A relation in a word that nobody knows may be of any kind, and its fit is unknown. A substitute, declared or found, never is one; of the proven pairs of a SKU the
-- most valuable ones are enough to choose from.
with

kinds as (
    {%- for target_kind, relation in [
        ('cross_sell', 'accessory'), ('cross_sell', 'consumable'), ('cross_sell', 'bundle'), ('upsell', 'premium'),
        ('upsell', 'bundle'), ('subscription', 'subscription'), ('warranty', 'warranty'), ('cross_sell', 'unknown'), ('upsell', 'unknown'),
        ('warranty', 'unknown'),
    ] %}
    select
        '{{ target_kind }}' as target_kind,
        '{{ relation }}' as relation
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

declared as (
    select
        relations.sku,
        relations.related_sku,
        kinds.target_kind,
        min(relations.relation) as relation
    from {{ ref('stg_sku_relations') }} as relations
    inner join kinds
        on relations.relation = kinds.relation
    group by relations.sku, relations.related_sku, kinds.target_kind
),

proven as (
    select
        snapshot_at,
        sku,
        related_sku,
        compatibility,
        row_number() over (
            partition by snapshot_at, sku order by recommendation_value desc nulls last, related_sku asc
        ) as preference
    from {{ ref('int_pairs') }}
    where is_recommendable and not is_declared
)

select
    pairs.snapshot_at,
    pairs.sku,
    declared.target_kind,
    pairs.related_sku,
    declared.relation,
    pairs.compatibility
from {{ ref('int_pairs') }} as pairs
inner join declared
    on pairs.sku = declared.sku and pairs.related_sku = declared.related_sku
where not pairs.is_substitute
union all
select
    snapshot_at,
    sku,
    'cross_sell' as target_kind,
    related_sku,
    'proven' as relation,
    compatibility
from proven
where preference <= {{ var('pair_candidates_per_sku') }}
