-- What to watch after an action: today's rate of each guard metric, with what it warns and stops at.
with

words as (
    select * from {{ ref('int_note_words') }}
),

formats as (
    {{ post_purchase_gate.note_formats() }}
),

guards as (
    select
        guards.action,
        guards.metric as guard_metric,
        metric_words.sentence as metric,
        {{ post_purchase_gate.note_number('100 * guards.rate') }} as rate,
        cast(guards.messages as {{ dbt.type_string() }}) as messages,
        coalesce(replace(warn_words.sentence, '{warn}', {{ post_purchase_gate.note_count('cast(100 * guards.warn_above as decimal(18, 4))') }}), '')
        || coalesce(replace(stop_words.sentence, '{stop}', {{ post_purchase_gate.note_count('cast(100 * guards.stop_above as decimal(18, 4))') }}), '')
            as limits,
        rate_words.sentence
    from {{ ref('int_watch_guards') }} as guards
    cross join formats
    inner join words as rate_words
        on case guards.state when 'unknown' then 'rate_unread' when 'too_few' then 'rate_few' else 'rate_known' end = rate_words.part
    inner join words as metric_words
        on {{ dbt.concat(["'metric_'", "guards.metric"]) }} = metric_words.part
    inner join words as warn_words
        on warn_words.part = 'limit_warn'
    inner join words as stop_words
        on stop_words.part = 'limit_stop'
    where guards.cohort = 'mature'
)

select
    action,
    {{ post_purchase_gate.ordered_list(
        post_purchase_gate.filled('sentence', ['metric', 'rate', 'messages', 'limits']), 'guard_metric', '; ') }} as rates
from guards
group by action
