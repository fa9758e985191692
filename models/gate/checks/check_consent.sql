-- A soft opt-in covers only SKUs of a category that the person bought before: each offer then has an answer of its own.
with

facts as (
    select
        points.point_id,
        points.point_at,
        points.person_id,
        {{ post_purchase_gate.unread(['consents']) }} as unread_consents,
        consent.ledger_status,
        consent.ledger_basis,
        consent.ledger_at,
        consent.ledger_table,
        consent.ledger_source_id,
        consent.needs_express_consent,
        consent.last_purchase_at,
        consent.allows_implied_consent,
        case
            when consent.implied_days is not null
                then {{ post_purchase_gate.add_days('cast(consent.implied_days as integer)', 'consent.last_purchase_at') }}
        end as implied_until
    from {{ ref('int_permission_points') }} as points
    inner join {{ ref('int_consent_evidence') }} as consent
        on points.point_id = consent.point_id
),

judged as (
    select
        *,
        {{ post_purchase_gate.consent_answer('point_at') }} as answer,
        unread_consents is null or ledger_status = 'unsubscribed' as ledger_is_read
    from facts
),

soft_opt_ins as (
    select *
    from judged
    where ledger_status = 'subscribed' and ledger_basis = 'soft_opt_in'
),

bought_categories as (
    select
        soft_opt_ins.point_id,
        lower(purchases.category) as category
    from soft_opt_ins
    inner join {{ ref('int_purchases') }} as purchases
        on soft_opt_ins.person_id = purchases.person_id and purchases.ordered_at <= soft_opt_ins.point_at
    where not coalesce(purchases.cancelled_at <= soft_opt_ins.point_at, false)
    group by soft_opt_ins.point_id, lower(purchases.category)
),

offers_outside as (
    select
        soft_opt_ins.point_id,
        targets.action,
        soft_opt_ins.ledger_at,
        soft_opt_ins.ledger_source_id
    from soft_opt_ins
    inner join {{ ref('int_targets') }} as targets
        on soft_opt_ins.point_id = targets.point_id
    left join bought_categories
        on targets.point_id = bought_categories.point_id and lower(targets.candidate_category) = bought_categories.category
    where targets.recommended_sku is not null and bought_categories.point_id is null
),

answers as (
    select
        point_id,
        cast(null as {{ dbt.type_string() }}) as action,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        case when answer = 'unknown:implied_consent_expired' then implied_until when ledger_is_read then ledger_at end as since,
        null as clears_at,
        ledger_table as evidence_table,
        case when ledger_is_read then ledger_source_id end as evidence_id
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
        ledger_source_id as evidence_id
    from offers_outside
)

{{ post_purchase_gate.check_answers('consent', has_action=true) }}
