{#-
    Every check that has a model, in the order of the seed `checks`. To add a check: its file, its name here, its rows in the seeds. Those that
    speak of live points alone are not asked where none is decided.
-#}
{% macro check_models() -%}
    {%- set live_only = [] if post_purchase_gate.decides(['live']) else ['due', 'circuit_breaker', 'holdout', 'content'] -%}
    {{ return([
        'order_eligible', 'held', 'damage', 'sizing', 'delivery', 'shipping_exception', 'refund', 'ticket', 'payment', 'settled', 'shipping',
        'delivery_scan', 'kept', 'status_page', 'use_window', 'help_seeking', 'satisfaction', 'negative_review_risk', 'gift',
        'reviewable', 'consent', 'deliverability', 'incentive', 'related_sku', 'compatibility', 'pair_profit', 'stock', 'owned',
        'active_subscription', 'supplied', 'already_done', 'person_issue', 'due', 'bundle_wait', 'circuit_breaker', 'holdout',
        'frequency', 'content',
    ] | reject('in', live_only) | list) }}
{%- endmacro %}

{#- The evidence checks, in the order in which order_evidence shows them. -#}
{% macro evidence_checks() -%}
    {{ return([
        'payment', 'settled', 'shipping', 'delivery', 'delivery_scan', 'status_page', 'use_window', 'help_seeking', 'refund',
        'kept', 'shipping_exception', 'damage', 'sizing', 'ticket', 'satisfaction', 'negative_review_risk',
    ]) }}
{%- endmacro %}
