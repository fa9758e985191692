{{ config(enabled=post_purchase_gate.decides(['message'])) }}
{%- set outcomes = post_purchase_gate.audit_outcomes() | map(attribute='outcome') | list %}
{%- set horizons = post_purchase_gate.audit_horizons() %}
-- Sends of each action in and out of a contrast, by how late the order was: counts and sums, so that means, variances and like-with-like
-- differences need no second look at the messages. A customer's sends share a fate: all of them fall into one of 64 parts by a hash, so that
-- the spread between the parts tells how much less many sends of few customers say.
with

sends as (
    select
        {%- for contrast in post_purchase_gate.audit_contrasts() %}
        {{ contrast.condition }} as is_{{ contrast.contrast }},
        {%- endfor %}
        {%- for days in horizons %}
        {%- for outcome in outcomes %}
        case when {{ outcome }}_in_{{ days }}_days then 1 when not {{ outcome }}_in_{{ days }}_days then 0 end as {{ outcome }}_{{ days }},
        {%- endfor %}
        case when reviewed_in_{{ days }}_days then review_rating end as rating_{{ days }},
        {%- endfor %}
        action,
        punctuality,
        lateness_band,
        cast(floor({{ post_purchase_gate.audit_parts() }} * {{ post_purchase_gate.share_of_hash(dbt.hash('customer_id')) }}) as integer) as customer_part
    from {{ ref('int_audited_sends') }}
    where verdict is not null and punctuality is not null
),

-- one pass over the messages, and the contrasts over what is left of them
grouped as (
    select
        action,
        punctuality,
        lateness_band,
        customer_part,
        {%- for contrast in post_purchase_gate.audit_contrasts() %}
        is_{{ contrast.contrast }},
        {%- endfor %}
        {%- for days in horizons %}
        {%- for measure in outcomes + ['rating'] %}
        count({{ measure }}_{{ days }}) as {{ measure }}_{{ days }}_known,
        sum({{ measure }}_{{ days }}) as {{ measure }}_{{ days }}_sum,
        {%- endfor %}
        sum(rating_{{ days }} * rating_{{ days }}) as rating_{{ days }}_squares,
        {%- endfor %}
        count(*) as messages
    from sends
    group by
        {%- for contrast in post_purchase_gate.audit_contrasts() %}
        is_{{ contrast.contrast }},
        {%- endfor %}
        action,
        punctuality,
        lateness_band,
        customer_part
),

strata as (
    {%- for contrast in post_purchase_gate.audit_contrasts() %}
    {%- set outer_last = loop.last %}
    {%- for days in horizons %}
    {%- set days_last = loop.last %}
    {%- for measure in outcomes + ['rating'] %}
    select
        '{{ contrast.contrast }}' as contrast,
        '{{ measure }}' as outcome,
        {{ days }} as horizon_days,
        action,
        punctuality,
        lateness_band,
        customer_part,
        is_{{ contrast.contrast }} as is_in_contrast,
        sum({{ measure }}_{{ days }}_known) as sends,
        sum({{ measure }}_{{ days }}_sum) as total,
        sum({{ 'rating_' ~ days ~ '_squares' if measure == 'rating' else measure ~ '_' ~ days ~ '_sum' }}) as squares
    from grouped
    where is_{{ contrast.contrast }} is not null
    group by action, punctuality, lateness_band, customer_part, is_{{ contrast.contrast }}
    {{ '' if outer_last and days_last and loop.last else 'union all' }}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
)

select
    contrast,
    outcome,
    cast(horizon_days as integer) as horizon_days,
    action,
    punctuality,
    lateness_band,
    customer_part,
    is_in_contrast,
    cast(sends as bigint) as sends,
    cast(total as {{ post_purchase_gate.type_double() }}) as total,
    cast(squares as {{ post_purchase_gate.type_double() }}) as squares
from strata
where sends > 0
