-- depends_on: {{ ref('actions') }}, {{ ref('calendar_steps') }}, {{ ref('checks') }}, {{ ref('consent_rules') }}
-- depends_on: {{ ref('cost_assumptions') }}, {{ ref('experiments') }}, {{ ref('feed_freshness') }}, {{ ref('fx_rates') }}, {{ ref('gate_matrix') }}, {{ ref('holds') }}
-- depends_on: {{ ref('review_incentives') }}, {{ ref('risk_scorecard') }}, {{ ref('support_queues') }}
-- depends_on: {{ ref('flow_map') }}, {{ ref('shared_addresses') }}
-- depends_on: {{ ref('use_profiles') }}, {{ ref('value_synonyms') }}, {{ ref('watch_thresholds') }}
with

policy_lines as (
    {%- for seed in post_purchase_gate.policy_seeds() %}
    select
        '{{ seed }}' as source_name,
        {{ post_purchase_gate.seed_row_text(ref(seed)) if execute else "''" }} as line
    from {{ ref(seed) }}
    union all
    {%- endfor %}
    {%- for name in post_purchase_gate.policy_vars() %}
    select
        'var {{ name }}' as source_name,
        '{{ post_purchase_gate.sql_text(var(name)) }}' as line
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

policy_text as (
    select {{ post_purchase_gate.ordered_list("source_name || '=' || line", "source_name || '=' || line", ';') }} as content
    from policy_lines
)

select substring({{ dbt.hash('content') }}, 1, 12) as policy_version
from policy_text
