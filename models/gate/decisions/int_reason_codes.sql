-- The text of each set of reasons that occurs, put together once: few different sets hold millions of rows.
with

sets as (
    select
        policy,
        action,
        word_0,
        word_1,
        word_2
    from {{ ref('int_reason_sets') }}
    group by policy, action, word_0, word_1, word_2
),

members as (
    select
        sets.*,
        matrix.check_name,
        matrix.state,
        matrix.reason_rank
    from sets
    inner join {{ ref('int_policy_cells') }} as matrix
        on sets.policy = matrix.policy and sets.action = matrix.action
    where
        mod(
            cast(floor(
                case matrix.word when 0 then sets.word_0 when 1 then sets.word_1 else sets.word_2 end / matrix.weight
            ) as {{ dbt.type_bigint() }}),
            2
        ) = 1
)

select
    policy,
    action,
    word_0,
    word_1,
    word_2,
    {{ post_purchase_gate.ordered_list("check_name || ':' || state", 'reason_rank') }} as reason_codes
from members
group by policy, action, word_0, word_1, word_2
