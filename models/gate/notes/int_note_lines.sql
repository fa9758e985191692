-- Each line that a note speaks of, in a sentence: the product, its price, and what became of it.
{%- set names = ['product', 'quantity', 'amount', 'delivered', 'shipped', 'kept', 'ready', 'problem', 'returned'] %}
with

words as (
    select * from {{ ref('int_note_words') }}
),

formats as (
    {{ post_purchase_gate.note_formats() }}
),

-- what is wrong with a delivery, and why nothing of it was kept, in the words of their reasons; whether the order stands
findings as (
    select
        findings.point_id,
        min(case when findings.check_name = 'delivery' and findings.state = 'problem' then told.sentence end) as problem,
        min(case when findings.check_name = 'kept' and findings.state = 'problem' then told.sentence end) as returned,
        max(case when findings.check_name = 'payment' and findings.detail in ('cancelled', 'refund_due', 'paid_after_cancel') then 1 else 0 end)
            as is_cancelled,
        max(case when findings.check_name = 'delivery' and findings.detail = 'nothing_owed' then 1 else 0 end) as is_owed_nothing,
        max(case when findings.check_name = 'delivery' and findings.detail = 'replacement' then 1 else 0 end) as is_replaced
    from {{ ref('int_findings') }} as findings
    inner join {{ ref('int_reason_words') }} as told
        on
            findings.check_name = told.check_name
            and findings.state = told.state
            and coalesce(findings.detail, '') = coalesce(told.detail, '')
    where findings.check_name in ('delivery', 'kept', 'payment') and findings.action is null
    group by findings.point_id
),

facts as (
    select
        told_of.order_id,
        told_of.lane,
        told_of.order_line_id,
        told_of.line_number,
        {{ post_purchase_gate.escaped("coalesce(nullif(trim(lines.title), ''), lines.sku)") }} as product,
        {{ post_purchase_gate.note_count('evidence.quantity') }} as quantity,
        coalesce({{ post_purchase_gate.note_amount('lines.net_amount', 'lines.currency') }}, '?') as amount,
        {{ post_purchase_gate.note_day('evidence.delivered_at', post_purchase_gate.note_zone('told_of.lane', 'hours.timezone')) }} as delivered,
        {{ post_purchase_gate.note_day('evidence.shipped_at', post_purchase_gate.note_zone('told_of.lane', 'hours.timezone')) }} as shipped,
        {{ post_purchase_gate.note_day('evidence.use_ready_at', post_purchase_gate.note_zone('told_of.lane', 'hours.timezone')) }} as ready,
        {{ post_purchase_gate.note_count('evidence.units_kept') }} as kept,
        lower(substring(findings.problem, 1, 1)) || substring({{ post_purchase_gate.without_mark('findings.problem', '.', 'trailing') }}, 2) as problem,
        lower(substring(findings.returned, 1, 1)) || substring({{ post_purchase_gate.without_mark('findings.returned', '.', 'trailing') }}, 2) as returned,
        case when evidence.quantity = 1 then 'line_one' else 'line_many' end as line_part,
        case
            when evidence.delivery = 'problem' and findings.problem is not null then 'fate_problem'
            when evidence.delivery = 'unknown' then 'fate_delivery_unknown'
            -- what was shipped may be the first parcel or the one that replaces it
            when findings.is_replaced = 1 then 'fate_replacement'
            when evidence.delivered_at is not null and evidence.delivery_grade = 'inferred' then 'fate_presumed'
            when evidence.delivered_at is not null then 'fate_delivered'
            when evidence.shipping = 'unknown' then 'fate_shipping_unknown'
            when evidence.shipped_at is not null and evidence.shipping <> 'ok' then 'fate_partly_shipped'
            when evidence.shipped_at is not null then 'fate_shipped'
            -- what does not stand any more is not about to be shipped
            when findings.is_cancelled = 1 then 'fate_cancelled'
            when findings.is_owed_nothing = 1 then 'fate_not_owed'
            else 'fate_not_shipped'
        end as fate_part,
        case
            -- nobody keeps what has not come
            when evidence.delivered_at is null and evidence.delivery <> 'unknown' and findings.is_cancelled = 1 then null
            when evidence.delivered_at is null and evidence.delivery <> 'unknown' and evidence.kept = 'problem' then 'kept_not'
            when evidence.delivered_at is null and evidence.delivery <> 'unknown' and evidence.kept = 'unknown' then null
            when evidence.delivered_at is null and evidence.delivery <> 'unknown' and evidence.units_kept < evidence.quantity then 'kept_still'
            when evidence.kept = 'problem' then 'kept_nothing'
            when evidence.kept = 'unknown' then 'kept_unknown'
            when evidence.units_kept < evidence.quantity then 'kept_some'
        end as kept_part,
        case
            when told_of.lane <> 'marketing' or evidence.kept <> 'ok' or evidence.delivery <> 'ok' then null
            when evidence.use_ready_at <= evidence.as_of then 'use_had'
            when evidence.use_ready_at > evidence.as_of then 'use_needs'
        end as use_part
    from {{ ref('int_lane_lines') }} as told_of
    cross join formats
    inner join {{ ref('int_line_evidence') }} as evidence
        on told_of.order_line_id = evidence.order_line_id
    inner join {{ ref('int_order_lines') }} as lines
        on told_of.order_line_id = lines.order_line_id
    inner join {{ ref('int_customer_zones') }} as hours
        on evidence.customer_id = hours.customer_id
    left join findings
        on told_of.point_id = findings.point_id
),

sentences as (
    select
        facts.*,
        line_words.sentence
        || fate_words.sentence
        || coalesce(kept_words.sentence, '')
        || coalesce(use_words.sentence, '')
        || '.' as sentence
    from facts
    inner join words as line_words
        on facts.line_part = line_words.part
    inner join words as fate_words
        on facts.fate_part = fate_words.part
    left join words as kept_words
        on facts.kept_part = kept_words.part
    left join words as use_words
        on facts.use_part = use_words.part
)

select
    order_id,
    lane,
    order_line_id,
    line_number,
    product,
    '  ' || {{ post_purchase_gate.filled('sentence', names) }} as sentence
from sentences
