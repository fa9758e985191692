{{ config(enabled=post_purchase_gate.decides(['message', 'calendar'], one_is_enough=true)) }}
-- The verdict on a whole send. Support if any of its lines says so; send if at least one line may be addressed, as next_actions picks for
-- an order; else pause. How many lines it should have left out stands beside it.
select
    origin,
    audited_id,
    case
        when max(case when verdict = 'support' then 1 else 0 end) = 1 then 'support'
        when max(case when verdict = 'send' then 1 else 0 end) = 1 then 'send'
        else 'pause'
    end as verdict,
    cast(count(*) as integer) as lines,
    cast(sum(case when verdict = 'send' then 1 else 0 end) as integer) as lines_to_send,
    cast(sum(case when verdict = 'pause' then 1 else 0 end) as integer) as lines_to_pause,
    cast(sum(case when verdict = 'support' then 1 else 0 end) as integer) as lines_to_support
from {{ ref('int_audit_lines') }}
group by origin, audited_id
