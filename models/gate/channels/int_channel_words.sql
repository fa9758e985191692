-- What speaks against a channel, in the language of the notes: a check's state says it, else the answer to whoever asks.
with

told as (
    select
        case
            when check_name = 'ask' then {{ dbt.concat(['check_name', "':'", 'detail']) }}
            else {{ dbt.concat(['check_name', "':'", 'state']) }}
        end as why_not,
        language,
        sentence
    from {{ ref('reason_sentences') }}
    where
        language in ('{{ var("note_language") }}', 'en')
        and (detail = '*') = (check_name <> 'ask')
),

coded as (
    select
        why_not,
        sentence,
        row_number() over (
            partition by why_not order by case when language = '{{ var("note_language") }}' then 0 else 1 end, sentence
        ) as preference
    from told
)

select
    why_not,
    sentence
from coded
where preference = 1
