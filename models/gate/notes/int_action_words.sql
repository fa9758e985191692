-- What an action is called and what to watch after it, in the language of the notes: the seed actions says it in English, page_words in others.
with

names as (
    select
        part,
        sentence
    from {{ ref('page_words') }}
    where language = '{{ var("note_language") }}'
)

select
    actions.action,
    coalesce(titles.sentence, actions.title) as title,
    coalesce(watched.sentence, actions.watch_for) as watch_for
from {{ ref('actions') }} as actions
left join names as titles
    on {{ dbt.concat(["'name_'", 'actions.action']) }} = titles.part
left join names as watched
    on {{ dbt.concat(["'watch_for_'", 'actions.action']) }} = watched.part
