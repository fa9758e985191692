-- Every code that a check has given, in words: the row of its own detail, else that of its state, in the language asked for, else in English.
-- What a detail names, a feed or a column, is filled in; what would be recommended differs from row to row and stays a brace.
with

codes as (
    select
        check_name,
        state,
        detail,
        case
            when detail like 'feed_%' then 'feed_*'
            when detail like 'column_%' then 'column_*'
            else coalesce(detail, '*')
        end as detail_kind,
        case
            when detail like 'feed_%' then substring(detail, 6)
            when detail like 'column_%' then substring(detail, 8)
        end as thing
    from {{ ref('int_findings') }}
    group by check_name, state, detail
    union all
    -- what a person decides is no finding, and is told all the same
    select
        'override' as check_name,
        '*' as state,
        'set_by_a_person' as detail,
        'set_by_a_person' as detail_kind,
        cast(null as {{ dbt.type_string() }}) as thing
),

told as (
    select
        codes.*,
        coalesce(feed_names.sentence, case when codes.detail_kind = 'feed_*' then replace(codes.thing, '_', ' ') else codes.thing end, '') as thing_named,
        sentences.sentence,
        sentences.waits_for,
        sentences.remedy,
        sentences.detail <> '*' or codes.detail is null as is_written,
        row_number() over (
            partition by codes.check_name, codes.state, codes.detail
            order by
                case when sentences.detail = '*' then 1 else 0 end asc,
                case when sentences.check_name = '*' then 1 else 0 end asc,
                case when sentences.language = '{{ var("note_language") }}' then 0 else 1 end asc
        ) as preference
    from codes
    left join {{ ref('reason_sentences') }} as sentences
        on
            sentences.language in ('{{ var("note_language") }}', 'en')
            and sentences.check_name in (codes.check_name, '*')
            and codes.state = sentences.state
            and sentences.detail in (codes.detail_kind, '*')
    left join {{ ref('int_note_words') }} as feed_names
        on case when codes.detail_kind = 'feed_*' then {{ dbt.concat(["'feed_name_'", 'codes.thing']) }} end = feed_names.part
)

select
    check_name,
    state,
    detail,
    {%- for column in ['sentence', 'waits_for'] %}
    replace(replace({{ column }}, '{feed}', thing_named), '{column}', thing_named) as {{ column }},
    {%- endfor %}
    -- who is to bring a feed looks for its table
    replace(replace(remedy, '{feed}', coalesce(thing, '')), '{column}', coalesce(thing, '')) as remedy,
    coalesce(is_written, false) as is_written
from told
where preference = 1
