{#- Whoever is written to over another channel is in an audience of that channel: a tool that mails an audience must not find them in it. -#}
{%- set audience -%}
case
        when decisions.channel = '{{ var("default_channel") }}' then audiences.audience
        else {{ dbt.concat(["audiences.audience", "'_'", "decisions.channel"]) }}
    end
{%- endset -%}
-- Who may be addressed now, at which account, in which audience, with what a template needs.
select
    {{ post_purchase_gate.text_key(['picks.person_id', audience]) }} as audience_member_id,
    picks.person_id,
    picks.customer_id,
    {{ audience }} as audience,
    audiences.audience_class,
    picks.action,
    decisions.channel,
    customers.email,
    customers.phone,
    customers.first_name,
    picks.decision_id,
    picks.order_id,
    picks.order_line_id,
    picks.skus,
    picks.recommended_sku,
    picks.due_at,
    picks.expires_at,
    picks.send_after,
    picks.valid_until,
    incentives.incentive_id,
    incentives.incentive_disclosure,
    late_facts.order_line_id is not null as rests_on_late_facts
from {{ ref('int_audience_picks') }} as picks
inner join {{ ref('int_audiences') }} as audiences
    on picks.action = audiences.action
inner join {{ ref('int_decisions') }} as decisions
    on picks.decision_id = decisions.decision_id
inner join {{ ref('int_accounts') }} as customers
    on picks.customer_id = customers.customer_id
left join {{ ref('int_late_facts') }} as late_facts
    on picks.order_line_id = late_facts.order_line_id and picks.action = late_facts.action
left join {{ ref('int_review_incentive') }} as incentives
    on {{ post_purchase_gate.any_of_both('picks.customer_id', 'incentives.incentive_id') }} and picks.action = 'review_request'
where not customers.is_erased
