-- What holds an action at a point, all in all. The reasons are a set, kept as sums of powers of two: a check gives one answer, so that no
-- power is added twice, and millions of rows need no text of their own.
select
    policy,
    point_id,
    action,
    max(case when verdict = 'support' then 1 else 0 end) = 1 as asks_support,
    max(case when blocks_override then 1 else 0 end) = 1 as blocks_override,
    max(case when clears_at is null then 1 else 0 end) = 1 as needs_event,
    max(clears_at) as clears_at,
    max(case when is_final and clears_at is null then 1 else 0 end) = 1 as is_spent,
    max(case when is_final then clears_at end) as final_until,
    max(case when check_name = 'holdout' then 1 else 0 end) = 1 as is_held_out,
    max(case when check_name <> 'holdout' then 1 else 0 end) = 1 as is_held_otherwise,
    cast(sum(case when word = 0 then weight else 0 end) as {{ dbt.type_bigint() }}) as word_0,
    cast(sum(case when word = 1 then weight else 0 end) as {{ dbt.type_bigint() }}) as word_1,
    cast(sum(case when word = 2 then weight else 0 end) as {{ dbt.type_bigint() }}) as word_2
from {{ ref('int_policy_reasons') }}
group by policy, point_id, action
