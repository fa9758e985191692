{%- set string = dbt.type_string() -%}
-- The gate matrix made long, one column per action. Beside the one in force stands a candidate where one is compared with it.
with

cells as (
    {%- for policy, matrix in post_purchase_gate.policy_matrices().items() %}
    {%- for action in post_purchase_gate.matrix_actions(matrix) %}
    select
        '{{ policy }}' as policy,
        '{{ action }}' as action,
        check_name,
        state,
        cast({{ action }} as {{ string }}) as verdict,
        position as matrix_position
    from {{ matrix }}
    where {{ action }} is not null
    union all
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ string }}) as policy,
        cast(null as {{ string }}) as action,
        cast(null as {{ string }}) as check_name,
        cast(null as {{ string }}) as state,
        cast(null as {{ string }}) as verdict,
        cast(null as integer) as matrix_position
)

select
    policy,
    action,
    check_name,
    state,
    verdict,
    cast(matrix_position as integer) as matrix_position
from cells
where policy is not null
