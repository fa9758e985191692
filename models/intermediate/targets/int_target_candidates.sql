-- The SKUs that a point could recommend, per action. A declared substitute never is one. A past message's own recommendation
-- is its only candidate.
with

points as (
    select * from {{ ref('int_points') }}
),

relations as (
    select
        relations.sku,
        relations.related_sku,
        relations.relation,
        relations.compatibility
    from {{ ref('stg_sku_relations') }} as relations
    left join {{ ref('stg_sku_relations') }} as substitutes
        on
            relations.sku = substitutes.sku
            and relations.related_sku = substitutes.related_sku
            and substitutes.relation = 'substitute'
    where substitutes.sku is null
),

kinds as (
    {%- for target_kind, relation in [
        ('cross_sell', 'accessory'), ('cross_sell', 'consumable'), ('cross_sell', 'bundle'), ('upsell', 'premium'),
        ('upsell', 'bundle'), ('subscription', 'subscription'), ('warranty', 'warranty'),
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
        points.point_id,
        kinds.target_kind,
        relations.related_sku as candidate_sku,
        min(relations.relation) as relation,
        min(relations.compatibility) as compatibility
    from points
    inner join relations
        on points.sku = relations.sku
    inner join kinds
        on relations.relation = kinds.relation
    where points.audited_sku is null
    group by points.point_id, kinds.target_kind, relations.related_sku
),

same_sku_kinds as (
    select 'same_sku' as target_kind
    union all
    select 'subscription' as target_kind
),

same_sku as (
    select
        points.point_id,
        same_sku_kinds.target_kind,
        points.sku as candidate_sku,
        'same_sku' as relation,
        'compatible' as compatibility
    from points
    cross join same_sku_kinds
    where points.sku is not null and points.audited_sku is null
),

audited as (
    select
        points.point_id,
        actions.target_kind,
        points.audited_sku as candidate_sku,
        case when points.audited_sku = points.sku then 'same_sku' else min(relations.relation) end as relation,
        case when points.audited_sku = points.sku then 'compatible' else min(relations.compatibility) end as compatibility
    from points
    inner join {{ ref('actions') }} as actions
        on points.audited_action = actions.action
    left join relations
        on points.sku = relations.sku and points.audited_sku = relations.related_sku
    where points.audited_sku is not null and actions.target_kind is not null
    group by points.point_id, points.sku, points.audited_sku, actions.target_kind
)

select * from declared
union all
select * from same_sku
union all
select * from audited
