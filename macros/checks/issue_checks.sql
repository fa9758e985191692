{#- The checks whose problem is an issue (checks.is_issue): they are answered before any check that asks about issues. -#}
{% macro issue_checks() -%}
    {{ return(['damage', 'sizing', 'delivery', 'shipping_exception', 'refund', 'ticket', 'payment', 'shipping', 'help_seeking']) }}
{%- endmacro %}

{#- Of a payment that is a problem, only these are an issue that somebody must see to: a declined card is the customer's own affair. -#}
{% macro payment_issues() -%}
    {{ return("'paid_after_cancel', 'refund_due', 'chargeback'") }}
{%- endmacro %}
