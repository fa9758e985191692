{#- The seeds and vars that make up the policy: a change to any of them is another policy version. -#}
{% macro policy_seeds() -%}
    {{ return([
        'actions', 'calendar_steps', 'checks', 'consent_rules', 'cost_assumptions', 'feed_freshness', 'fx_rates',
        'gate_matrix', 'review_incentives', 'risk_scorecard', 'support_queues', 'use_profiles', 'watch_thresholds',
    ]) }}
{%- endmacro %}

{% macro policy_vars() -%}
    {{ return([
        'bundle_wait_days', 'channel_closes_hour', 'channel_opens_hour', 'default_channel', 'delivery_grace_days',
        'feeds_not_kept', 'frequency_max_messages', 'frequency_min_gap_hours', 'frequency_window_days',
        'help_seeking_days', 'live_days', 'max_pause_days', 'rebuy_by_unit', 'rebuy_min_gaps', 'rebuy_min_share', 'report_cool_off_days', 'reporting_currency',
        'review_destination', 'review_min_gap_days', 'risk_threshold', 'satisfaction_days', 'send_valid_hours',
        'store_timezone', 'ticket_cool_off_days', 'transit_default_days', 'transit_min_deliveries', 'transit_quantile',
    ]) }}
{%- endmacro %}

{#- One text per row of a seed, every column included. -#}
{% macro seed_row_text(relation) -%}
    {%- set columns = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) | sort(attribute='name') -%}
        {%- do columns.append(column.name) -%}
    {%- endfor -%}
    {{ post_purchase_gate.text_key(columns) if columns else "''" }}
{%- endmacro %}
