-- Which evidence an action asks for: what the checks that a matrix lets hold it are answered from, and what its due and expiry times count
-- from. Most of what a shop sends are confirmations and shipping news, which nothing but the order itself can hold: what nobody asks
-- about a past point is not gathered.
with

held as (
    select
        action,
        check_name
    from {{ ref('int_policy_cells') }}
    group by action, check_name
    {{ post_purchase_gate.union_distinct() }}
    -- whatever may hold it, everyone is to be asked alike for a review: by issue and by risk
    select
        'review_request' as action,
        check_name
    from {{ ref('checks') }}
    where is_issue or check_name = 'negative_review_risk'
),

asked as (
    select
        held.action,
        case
            when held.check_name in ('consent', 'frequency') then 'permission'
            when held.check_name in ('shipping', 'shipping_exception', 'status_page') then 'progress'
            when held.check_name = 'bundle_wait' or (checks.kind = 'evidence' and held.check_name not in ('payment', 'settled')) then 'experience'
        end as evidence
    from held
    inner join {{ ref('checks') }} as checks
        on held.check_name = checks.check_name
    {{ post_purchase_gate.union_distinct() }}
    select
        action,
        'risk' as evidence
    from held
    where check_name = 'negative_review_risk'
    {{ post_purchase_gate.union_distinct() }}
    select
        action,
        'progress' as evidence
    from {{ ref('actions') }}
    where due_anchor in ('shipping_news', 'last_shipped') or scope = 'fulfillment'
    {{ post_purchase_gate.union_distinct() }}
    select
        action,
        'experience' as evidence
    from {{ ref('actions') }}
    where
        due_anchor in ('delivered', 'use_ready', 'repeat_use_ready', 'depletion')
        or expires_anchor in ('delivered', 'use_ready', 'depletion')
    {{ post_purchase_gate.union_distinct() }}
    select
        action,
        'depletion' as evidence
    from {{ ref('actions') }}
    where due_anchor = 'depletion' or expires_anchor = 'depletion'
)

select
    action,
    evidence
from asked
where evidence is not null
{{ post_purchase_gate.union_distinct() }}
-- nobody knows how a customer fares without knowing how his order does
select
    action,
    'progress' as evidence
from asked
where evidence = 'experience'
