{#- The seeds and vars that make up the policy: a change to any of them is another policy version. -#}
{% macro policy_seeds() -%}
    {{ return([
        'actions',
        'calendar_steps',
        'checks',
        'consent_rules',
        'cost_assumptions',
        'experiments',
        'feed_freshness',
        'flow_map',
        'fx_rates',
        'gate_matrix',
        'holds',
        'review_incentives',
        'risk_bins',
        'risk_scorecard',
        'shared_addresses',
        'support_queues',
        'use_profiles',
        'value_synonyms',
        'watch_thresholds',
    ]) }}
{%- endmacro %}

{% macro policy_vars() -%}
    {{ return([
        'bundle_wait_days', 'channel_closes_hour', 'channel_opens_hour', 'default_channel', 'delivery_grace_days',
        'feeds_not_kept', 'frequency_max_messages', 'frequency_min_gap_hours', 'frequency_window_days',
        'experiment_evidence_events', 'experiment_min_events', 'experiment_min_reach', 'experiment_prior_lift', 'experiment_prior_lift_at_most',
        'handling_days', 'help_seeking_days', 'live_days', 'live_parcel_days', 'max_accounts_per_address', 'max_pause_days', 'not_received_days', 'not_shipped_grace_days',
        'overdue_days', 'pair_candidates_per_sku',
        'pair_horizon_days', 'pair_max_lines', 'pair_min_customers', 'pair_min_lift', 'pair_min_support',
        'rebuy_by_unit', 'rebuy_min_gaps', 'rebuy_min_share', 'report_cool_off_days', 'reporting_currency', 'review_destination', 'review_min_gap_days',
        'risk_calibration_share', 'risk_category_shrinkage', 'risk_learning_days', 'risk_lift', 'risk_min_negatives',
        'risk_min_reviews', 'risk_shrinkage', 'risk_threshold', 'satisfaction_days', 'send_valid_hours', 'store_timezone',
        'stall_days', 'status_error_days', 'substitute_max_same_order', 'substitute_min_co_adoption', 'ticket_cool_off_days', 'transit_default_days',
        'transit_min_deliveries', 'transit_quantile', 'watch_window_days',
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
