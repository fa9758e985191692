-- How long marketing still went out after customers had opted out. An opt-out that was heeded at once counts with zero days.
with

latencies as (
    select
        channel,
        messages_after,
        case
            when last_message_at is null then 0
            else {{ post_purchase_gate.days_between('opted_out_at', 'last_message_at') }}
        end as latency_days
    from {{ ref('int_opt_outs') }}
)

select
    cast(channel as {{ dbt.type_string() }}) as channel,
    cast(count(*) as bigint) as opt_outs,
    cast(sum(case when messages_after > 0 then 1 else 0 end) as bigint) as opt_outs_with_later_marketing,
    cast(sum(messages_after) as bigint) as marketing_messages_after,
    cast({{ post_purchase_gate.quantile('latency_days', 0.5) }} as decimal(18, 4)) as p50_latency_days,
    cast({{ post_purchase_gate.quantile('latency_days', 0.99) }} as decimal(18, 4)) as p99_latency_days,
    cast(max(latency_days) as decimal(18, 4)) as max_latency_days
from latencies
group by channel
