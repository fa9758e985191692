-- The place of each cell of a matrix among the reasons of its action: those that ask for support first, for they decide.
with

ranked as (
    select
        cells.*,
        -- what no person may overrule: a check that the seed protects, and an offer whose evidence is missing
        coalesce(checks.blocks_override, false) or (actions.action_class = 'commercial' and cells.state = 'unknown') as blocks_override,
        checks.is_final and cells.state = 'problem' as is_final,
        row_number() over (
            partition by cells.policy, cells.action
            order by
                case when cells.verdict = 'support' then 0 else 1 end asc,
                cells.matrix_position asc,
                cells.check_name asc,
                cells.state asc
        ) as reason_rank
    from {{ ref('int_matrix_cells') }} as cells
    left join {{ ref('checks') }} as checks
        on cells.check_name = checks.check_name
    left join {{ ref('actions') }} as actions
        on cells.action = actions.action
)

select
    policy,
    action,
    check_name,
    state,
    verdict,
    matrix_position,
    coalesce(blocks_override, false) as blocks_override,
    coalesce(is_final, false) as is_final,
    cast(reason_rank as integer) as reason_rank,
    -- a set of an action's reasons is kept as sums of powers of two, in words
    cast(floor((reason_rank - 1) / {{ post_purchase_gate.reason_word_size() }}) as integer) as word,
    cast(power(2, mod(reason_rank - 1, {{ post_purchase_gate.reason_word_size() }})) as {{ dbt.type_bigint() }}) as weight
from ranked
