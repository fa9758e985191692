{#- A condition that keeps the past from `audit_from` on; one that always holds where the var is not set. -#}
{% macro since_audit_from(instant) -%}
    {%- if var('audit_from', none) -%}
        {{ instant }} >= cast('{{ var("audit_from") }}' as {{ dbt.type_timestamp() }})
    {%- else -%}
        1 = 1
    {%- endif -%}
{%- endmacro %}

{#-
    Whether points of all these origins are decided in this build, or of one of them. A build that leaves the past out leaves the audit's
    marts as the last audit left them.
-#}
{% macro decides(origins, one_is_enough=false) -%}
    {%- set missing = origins | reject('in', post_purchase_gate.list_var('point_origins')) | list | length -%}
    {{ return(missing < origins | length if one_is_enough else missing == 0) }}
{%- endmacro %}

{#- Days after a send in which an audit looks at what followed. -#}
{% macro audit_horizons() -%}
    {{ return([7, 30, 60, 90]) }}
{%- endmacro %}

{#- What an audit looks for after a send: the column of int_message_outcomes, and the feed whose silence means that it did not happen. -#}
{% macro audit_outcomes() -%}
    {{ return([
        {'outcome': 'refund_requested', 'at': 'refund_requested_at', 'feed': 'refunds'},
        {'outcome': 'ticket_opened', 'at': 'ticket_opened_at', 'feed': 'tickets'},
        {'outcome': 'unsubscribed', 'at': 'unsubscribed_at', 'feed': 'messages'},
        {'outcome': 'complained', 'at': 'complained_at', 'feed': 'messages'},
        {'outcome': 'reviewed', 'at': 'reviewed_at', 'feed': 'reviews'},
        {'outcome': 'purchased_again', 'at': 'second_purchase_at', 'feed': 'orders'},
    ]) }}
{%- endmacro %}

{#- The problems of a send that send_audit has a column for; the seed audit_problems says which reason is which problem. -#}
{% macro audit_problems() -%}
    {{ return(['early_review_ask', 'unresolved_support_risk', 'irrelevant_recommendation', 'unclear_incentive']) }}
{%- endmacro %}

{#- Groups of sends whose sequel is compared with that of the other sends of their action: a condition over send_audit each. -#}
{% macro audit_contrasts() -%}
    {{ return(
        [{'contrast': 'held_by_gate', 'condition': "verdict <> 'send'"}]
        + [{'contrast': 'sent_before_delivery', 'condition': 'is_sent_before_delivery'}]
        + [
            {'contrast': 'early_review_ask', 'condition': 'has_early_review_ask'},
            {'contrast': 'unresolved_support_risk', 'condition': 'has_unresolved_support_risk'},
            {'contrast': 'irrelevant_recommendation', 'condition': 'has_irrelevant_recommendation'},
            {'contrast': 'unclear_incentive', 'condition': 'has_unclear_incentive'},
        ]
    ) }}
{%- endmacro %}

{#- Parts that customers fall into by a hash: the spread between them is what the spread between customers is. -#}
{% macro audit_parts() -%}64{%- endmacro %}

{#- Wilson's bounds of a share seen with the precision of so many independent trials, which need not be a whole number. -#}
{% macro share_lower(share, trials) -%}
    {{ post_purchase_gate.wilson_lower('(' ~ share ~ ' * ' ~ trials ~ ')', trials) }}
{%- endmacro %}

{% macro share_upper(share, trials) -%}
    {{ post_purchase_gate.wilson_upper('(' ~ share ~ ' * ' ~ trials ~ ')', trials) }}
{%- endmacro %}

{#- Evidence at which one of so many groups is asked less than the others. -#}
{% macro parity_evidence(groups) -%}ln(50.0 * {{ groups }}){%- endmacro %}

{#- Lines not asked that a group which is asked 30 points less than the others exceeds in 95 of 100 shops. -#}
{% macro unlucky_missed(lines, others_share) -%}
    {{ post_purchase_gate.greatest() }}(
        {{ lines }} * {{ post_purchase_gate.least() }}({{ others_share }} + 0.3, 1)
        - 1.645 * sqrt({{ lines }} * {{ post_purchase_gate.least() }}({{ others_share }} + 0.3, 1) * (1 - {{ post_purchase_gate.least() }}({{ others_share }} + 0.3, 1))), 0
    )
{%- endmacro %}
