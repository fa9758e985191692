with

chosen as (
    select * from {{ ref('int_order_actions') }}
),

known_zones as (
    select timezone
    from {{ ref('country_time_zones') }}
    group by timezone
),

-- where neither zone nor country is known the hours hold in UTC
utc_times as (
    select max(send_after) as send_after
    from {{ ref('int_send_times') }}
    where zone_set = 'zone:UTC'
),

zone_sets as (
    select
        customers.customer_id,
        case
            when known_zones.timezone is not null then {{ dbt.concat(["'zone:'", "customers.timezone"]) }}
            {%- if var('store_timezone', none) %}
            else 'zone:{{ var("store_timezone") }}'
            {%- else %}
            else {{ dbt.concat(["'country:'", "customers.country"]) }}
            {%- endif %}
        end as zone_set
    from {{ ref('stg_customers') }} as customers
    left join known_zones
        on customers.timezone = known_zones.timezone
)

select
    chosen.customer_id,
    chosen.order_id,
    chosen.as_of,
    cast(case when chosen.decision = 'support' then 'support_recovery' else chosen.stage end as {{ dbt.type_string() }}) as stage,
    cast(case when chosen.decision = 'support' then 'support_recovery' else chosen.action end as {{ dbt.type_string() }}) as action,
    chosen.decision,
    chosen.decision_id,
    chosen.order_line_id,
    cast(chosen.skus as {{ dbt.type_string() }}) as skus,
    chosen.recommended_sku,
    chosen.expected_contribution_profit,
    chosen.primary_reason,
    chosen.reason_codes,
    chosen.due_at,
    case when chosen.decision = 'send' then coalesce(send_times.send_after, utc_times.send_after) end as send_after,
    chosen.recheck_at,
    chosen.valid_until,
    -- a review is asked for in the same way whatever the risk score says
    cast(case
        when chosen.decision = 'support' then 'human'
        when chosen.action <> 'review_request' and evidence.negative_review_risk = 'problem' then 'human'
        else 'automated'
    end as {{ dbt.type_string() }}) as handling,
    chosen.support_queue,
    chosen.support_owner,
    chosen.support_due_at,
    chosen.route_is_new,
    chosen.is_customer_pick,
    cast(case
        when not chosen.is_customer_pick then chosen.pick_action || ' of order ' || chosen.pick_order_id
    end as {{ dbt.type_string() }}) as waits_for,
    cast(notes.lesson_note as {{ dbt.type_string() }}) as lesson_note
from chosen
cross join utc_times
inner join {{ ref('order_evidence') }} as evidence
    on chosen.order_line_id = evidence.order_line_id
inner join {{ ref('int_lesson_notes') }} as notes
    on chosen.order_id = notes.order_id
left join zone_sets
    on chosen.customer_id = zone_sets.customer_id
left join {{ ref('int_send_times') }} as send_times
    on zone_sets.zone_set = send_times.zone_set
