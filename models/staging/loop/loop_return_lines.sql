{{ config(enabled=post_purchase_gate.uses_connector('loop')) }}
-- Returns by line of the store's order, outcome and reason; Loop has a row for every unit. The line is the one that Loop names, else the order's only
-- line of the SKU; else the return is of the whole order. Reasons are the shop's own words: the first of connector_words that is a part of them
-- counts, in the reason before its group. A word that is not there is handed on, and nobody takes it for nothing.
{%- set time = post_purchase_gate.parse_utc %}
with

returns as (
    {%- for table, is_cancelled in [('return', 'no'), ('cancelled_return', 'yes')] %}
    select
        _store,
        id,
        state,
        outcome,
        order_id,
        order_name,
        created_at,
        updated_at,
        closed_at,
        _loaded_at,
        '{{ is_cancelled }}' as is_cancelled
    from {{ ref('src_loop__' ~ table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

numbered as (
    select
        *,
        case when is_cancelled = 'yes' then 'cancelled' else lower(state) end as state_folded,
        -- one that was called off may still stand in the list
        row_number() over (partition by _store, id order by is_cancelled desc) as place
    from returns
),

return_lines as (
    select
        *,
        row_number() over (partition by _store, return_id, id order by _loaded_at desc, outcome asc, reason asc) as place
    from (
        select * from {{ ref('src_loop__return_line') }}
        union all
        select * from {{ ref('src_loop__cancelled_return_line') }}
    ) as listed
),

orders as (
    select
        numbered._store,
        numbered.id as return_id,
        coalesce(said.order_id, named.order_id) as linked_order_id,
        coalesce(said.order_id, named.order_id, {{ post_purchase_gate.unlinked_id('only_store', 'numbered.order_id') }}, numbered.order_name) as order_id
    from numbered
    left join {{ ref('connected_stores') }} as only_store
        on numbered._store = only_store._store and only_store.connector = 'loop' and only_store.is_only
    left join {{ ref('connected_order_links') }} as said
        on numbered._store = said._store and numbered.order_id = said.order_said and said.connector = 'loop'
    left join {{ ref('connected_order_links') }} as named
        on numbered._store = named._store and numbered.order_name = named.order_said and named.connector = 'loop'
    where numbered.place = 1
),

only_lines as (
    select
        order_id,
        lower(sku) as sku,
        min(order_line_id) as order_line_id
    from {{ ref('connected_order_lines') }}
    group by order_id, lower(sku)
    having count(*) = 1
),

words as (
    select
        lower(trim(value)) as value,
        means,
        row_number() over (order by length(value) desc, value asc, means asc) as rank
    from {{ ref('connector_words') }}
    where connector = 'loop' and subject = 'return_reason'
),

reasons as (
    select
        said.reason,
        said.parent_reason,
        min(case when {{ dbt.position("words.value", "lower(said.reason)") }} > 0 then words.rank else 1000000 + words.rank end) as rank
    from (
        select distinct
            reason,
            parent_reason
        from return_lines
        where reason is not null or parent_reason is not null
    ) as said
    inner join words
        on {{ dbt.position("words.value", "lower(said.reason)") }} > 0 or {{ dbt.position("words.value", "lower(said.parent_reason)") }} > 0
    group by said.reason, said.parent_reason
),

units as (
    select
        numbered._store,
        numbered.id as return_id,
        return_lines.id as loop_line_id,
        orders.order_id,
        coalesce(named.order_line_id, only_lines.order_line_id) as order_line_id,
        numbered.state_folded as state,
        lower(coalesce(return_lines.outcome, numbered.outcome)) as outcome,
        lower(numbered.outcome) as return_outcome,
        coalesce(words.means, lower(return_lines.reason), lower(return_lines.parent_reason)) as reason,
        numbered.created_at,
        coalesce(numbered.closed_at, numbered.updated_at, numbered._loaded_at) as ended_at,
        return_lines.id is null as is_whole_order,
        numbered._loaded_at
    from numbered
    inner join orders
        on numbered._store = orders._store and numbered.id = orders.return_id
    left join return_lines
        on numbered._store = return_lines._store and numbered.id = return_lines.return_id and return_lines.place = 1
    left join {{ ref('connected_order_lines') }} as named
        on
            orders.linked_order_id = named.order_id
            and substring(named.order_line_id, length(named.order_line_id) - length(return_lines.order_line_id)) = '-' || return_lines.order_line_id
    left join only_lines
        on orders.linked_order_id = only_lines.order_id and lower(return_lines.sku) = only_lines.sku
    left join reasons
        on
            coalesce(return_lines.reason, '') = coalesce(reasons.reason, '')
            and coalesce(return_lines.parent_reason, '') = coalesce(reasons.parent_reason, '')
    left join words
        on case when reasons.rank > 1000000 then reasons.rank - 1000000 else reasons.rank end = words.rank
    where numbered.place = 1
),

summed as (
    select
        _store,
        return_id,
        min(loop_line_id) as loop_line_id,
        order_id,
        order_line_id,
        state,
        -- Loop calls it default where the line does as the whole return does
        case when outcome = 'default' then return_outcome else outcome end as outcome,
        reason,
        case when max(case when is_whole_order then 1 else 0 end) = 1 then null else count(*) end as units,
        created_at,
        ended_at,
        {{ time('created_at') }} as requested_at,
        _loaded_at
    from units
    group by
        _store, return_id, order_id, order_line_id, state, case when outcome = 'default' then return_outcome else outcome end, reason, created_at, ended_at,
        _loaded_at
),

-- what of all that was asked for on the line the store has refunded since the first time
asked as (
    select
        *,
        min(requested_at) over (partition by order_line_id) as first_requested_at,
        sum(case when state in ('cancelled', 'canceled', 'expired') then 0 else units end) over (
            partition by order_line_id order by requested_at, _store, return_id, loop_line_id
            rows between unbounded preceding and current row
        ) as units_so_far
    from summed
),

firsts as (
    select
        order_line_id,
        min(requested_at) as first_requested_at
    from summed
    where order_line_id is not null
    group by order_line_id
),

refunded as (
    select
        firsts.order_line_id,
        sum(refunds.quantity) as units
    from firsts
    inner join {{ ref('connected_refunded_lines') }} as refunds
        on firsts.order_line_id = refunds.order_line_id and firsts.first_requested_at <= refunds.refunded_at
    group by firsts.order_line_id
)

select
    asked._store,
    asked.return_id,
    asked.loop_line_id,
    asked.order_id,
    asked.order_line_id,
    asked.state,
    asked.outcome,
    asked.reason,
    asked.units,
    asked.created_at,
    asked.ended_at,
    asked.requested_at,
    asked.order_line_id is not null and coalesce(refunded.units >= asked.units_so_far, false) as is_answered,
    asked._loaded_at
from asked
left join refunded
    on asked.order_line_id = refunded.order_line_id
