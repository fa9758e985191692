{#- The checks whose problem is an issue (checks.is_issue): they are answered before any check that asks about issues. -#}
{% macro issue_checks() -%}
    {{ return(['damage', 'sizing', 'delivery', 'shipping_exception', 'refund', 'ticket', 'payment', 'shipping', 'help_seeking']) }}
{%- endmacro %}

{#- Of a payment that is a problem, only these are an issue that somebody must see to: a declined card is the customer's own affair. -#}
{% macro payment_issues() -%}
    {{ return("'paid_after_cancel', 'refund_due', 'chargeback'") }}
{%- endmacro %}

{#- Whether an issue that began at `since` may still delay a review ask at the point. -#}
{% macro still_delays(since, point_at='points.point_at') -%}
    coalesce({{ post_purchase_gate.add_days(var('max_pause_days'), since) }} > {{ point_at }}, true)
{%- endmacro %}

{#-
    The answer for all actions, and beside it one for the review ask where that is another: of several issues, one that is older than the longest
    pause delays the ask no longer, and what is left of the others is what the ask waits for. `judged` has general_answer and review_answer.
    Where nothing is left, the general answer stands, and its pause_since says that it delays the ask no longer.
-#}
{% macro answers_for_reviews_apart(judged) -%}
select
        {{ judged }}.*,
        {{ post_purchase_gate.null_as(dbt.type_string()) }} as action,
        general_answer as answer
    from {{ judged }}
    union all
    select
        {{ judged }}.*,
        'review_request' as action,
        review_answer as answer
    from {{ judged }}
    where review_answer <> general_answer and review_answer <> 'ok:'
{%- endmacro %}
