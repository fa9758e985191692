{%- set features = post_purchase_gate.next_features() -%}
{%- set learned = features | reject('equalto', 'intercept') | list -%}
{%- set double = post_purchase_gate.type_double() -%}
-- A logistic regression over the histories of trips that were made; histories alike to a tenth of a log are one cell, so that a round reads
-- cells. Where there is little to learn from, a SKU is as likely as it was often on his trips: the prior, with five trips' worth of curvature.
with

cells as {{ post_purchase_gate.computed_once() }} (
    select
        {%- for feature in learned %}
        cast(round({{ feature }}, 1) as {{ double }}) as {{ feature }},
        {%- endfor %}
        cast(sum(weight) as {{ double }}) as weight,
        cast(sum(weight * outcome) as {{ double }}) / cast(sum(weight) as {{ double }}) as outcome
    from {{ ref('int_next_histories') }}
    where not is_coming
    group by {% for feature in learned %}round({{ feature }}, 1){{ ', ' if not loop.last }}{% endfor %}
),

{{ post_purchase_gate.logistic_rounds('cells', features, shrinkage=5) }}

select
    {%- for feature in features %}
    cast({{ feature }} as decimal(18, 9)) as {{ feature }},
    {%- endfor %}
    cast(largest_step as decimal(18, 9)) as largest_step
from fit
