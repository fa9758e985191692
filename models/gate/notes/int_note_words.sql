-- The words of a note in the language asked for, else in English.
with

told as (
    select
        part,
        sentence,
        row_number() over (
            partition by part
            order by case when language = '{{ var("note_language") }}' then 0 else 1 end, language
        ) as preference
    from {{ ref('note_sentences') }}
    where language in ('{{ var("note_language") }}', 'en')
)

select
    part,
    sentence,
    '{{ var("note_language") }}' as note_language
from told
where preference = 1
