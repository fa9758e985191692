-- What the owner has stopped at the instant: the line by its SKU, category, country, store or the carrier of a parcel of it; an action also
-- by what it would recommend. A hold on one action answers for that action apart.
with

holds as (
    select
        holds.scope,
        -- points have countries as codes; a hold may name one
        lower(coalesce(country_names.country, trim(holds.value))) as value,
        case when trim(holds.action) <> '*' then lower(trim(holds.action)) end as action,
        coalesce(holds.from_at, cast('1900-01-01 00:00:00' as {{ dbt.type_timestamp() }})) as from_at,
        coalesce(holds.until_at, {{ post_purchase_gate.end_of_time() }}) as until_at,
        {{ dbt.concat(["holds.scope", "':'", "trim(holds.value)"]) }} as hold_id
    from {{ ref('holds') }} as holds
    left join {{ ref('country_names') }} as country_names
        on holds.scope = 'country' and lower(trim(holds.value)) = country_names.country_name
),

held_lines as (
    {%- for scope in ['sku', 'category', 'country'] %}
    select
        points.point_id,
        points.point_at,
        holds.*
    from {{ ref('int_points') }} as points
    inner join holds
        on holds.scope = '{{ scope }}' and lower(trim(points.{{ scope }})) = holds.value
    union all
    {%- endfor %}
    select
        points.point_id,
        points.point_at,
        holds.*
    from holds
    inner join {{ ref('int_orders') }} as orders
        on holds.scope = 'store' and holds.value = lower(trim(orders.store_id))
    inner join {{ ref('int_points') }} as points
        on orders.order_id = points.order_id
    union all
    select
        points.point_id,
        points.point_at,
        holds.*
    from holds
    inner join {{ ref('int_line_parcels') }} as parcels
        on holds.scope = 'carrier' and holds.value = lower(trim(parcels.carrier))
    inner join {{ ref('int_points') }} as points
        on parcels.order_line_id = points.order_line_id
    where
        parcels.shipped_at <= points.point_at
        and not coalesce(parcels.cancelled_at <= points.point_at, false)
),

held_targets as (
    {%- for scope, column in [('sku', 'recommended_sku'), ('category', 'candidate_category')] %}
    select
        points.point_id,
        points.point_at,
        holds.scope,
        holds.value,
        targets.action,
        holds.from_at,
        holds.until_at,
        holds.hold_id
    from {{ ref('int_targets') }} as targets
    inner join holds
        on
            holds.scope = '{{ scope }}'
            and lower(trim(targets.{{ column }})) = holds.value
            and coalesce(holds.action, targets.action) = targets.action
    inner join {{ ref('int_points') }} as points
        on targets.point_id = points.point_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

held as (
    select
        point_id,
        action,
        min(from_at) as since,
        max(until_at) as until_at,
        min(hold_id) as hold_id
    from (
        select * from held_lines
        union all
        select * from held_targets
    ) as covering
    where from_at <= point_at and until_at > point_at
    group by point_id, action
),

-- an answer for all actions at every point, and one apart for each action that is stopped alone
asked as (
    select
        point_id,
        {{ post_purchase_gate.null_as(dbt.type_string()) }} as action
    from {{ ref('int_points') }}
    union all
    select
        point_id,
        action
    from held
    where action is not null
),

answers as (
    select
        asked.point_id,
        asked.action,
        case when held.point_id is not null then 'problem' else 'ok' end as state,
        {{ dbt.concat([post_purchase_gate.split_part() ~ "(held.hold_id, ':', 1)", "'_held'"]) }} as detail,
        case when held.since > cast('1900-01-01 00:00:00' as {{ dbt.type_timestamp() }}) then held.since end as since,
        case when held.until_at < {{ post_purchase_gate.end_of_time() }} then held.until_at end as clears_at,
        'holds' as evidence_table,
        held.hold_id as evidence_id
    from asked
    left join held
        on
            asked.point_id = held.point_id
            and (asked.action = held.action or (asked.action is null and held.action is null))
)

{{ post_purchase_gate.check_answers('held', has_action=true) }}
