-- A soft opt-in covers only SKUs of a category that the customer bought before: each offer then has an answer of its own.
with

facts as (
    select
        points.point_id,
        points.point_at,
        points.customer_id,
        points.knows_consents,
        consent.ledger_status,
        consent.ledger_basis,
        consent.ledger_at,
        consent.last_purchase_at,
        consent.allows_implied_consent,
        case
            when consent.implied_days is not null
                then {{ post_purchase_gate.add_days('cast(consent.implied_days as integer)', 'consent.last_purchase_at') }}
        end as implied_until
    from {{ ref('int_points') }} as points
    inner join {{ ref('int_consent_evidence') }} as consent
        on points.point_id = consent.point_id
),

judged as (
    select
        *,
        case
            when not knows_consents then 'unknown:feed_consents'
            when ledger_status = 'unsubscribed' then 'problem:unsubscribed'
            when ledger_status = 'subscribed' then 'ok'
            when ledger_status is not null then 'unknown:unmapped_status'
            when not allows_implied_consent then 'unknown:nothing_in_the_ledger'
            when last_purchase_at is null then 'unknown:no_purchase'
            when implied_until < point_at then 'unknown:implied_consent_expired'
            else 'ok'
        end as answer
    from facts
),

offers_outside as (
    select
        judged.point_id,
        targets.action,
        judged.ledger_at,
        judged.customer_id
    from judged
    inner join {{ ref('int_targets') }} as targets
        on judged.point_id = targets.point_id
    left join {{ ref('int_purchases') }} as purchases
        on
            judged.customer_id = purchases.customer_id
            and targets.candidate_category = purchases.category
            and purchases.ordered_at <= judged.point_at
            and not coalesce(purchases.cancelled_at <= judged.point_at, false)
    where
        judged.answer = 'ok'
        and judged.ledger_basis = 'soft_opt_in'
        and targets.recommended_sku is not null
    group by judged.point_id, targets.action, judged.ledger_at, judged.customer_id
    having count(purchases.order_line_id) = 0
),

answers as (
    select
        point_id,
        cast(null as {{ dbt.type_string() }}) as action,
        split_part(answer, ':', 1) as state,
        split_part(answer, ':', 2) as detail,
        case when answer = 'unknown:implied_consent_expired' then implied_until else ledger_at end as since,
        null as clears_at,
        'consents' as evidence_table,
        case when ledger_status is not null then customer_id end as evidence_id
    from judged
    union all
    select
        point_id,
        action,
        'problem' as state,
        'not_similar' as detail,
        ledger_at as since,
        null as clears_at,
        'consents' as evidence_table,
        customer_id as evidence_id
    from offers_outside
)

{{ post_purchase_gate.check_answers('consent', has_action=true) }}
