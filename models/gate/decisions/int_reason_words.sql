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
            when detail like 'feed_%' then replace(substring(detail, 6), '_', ' ')
            when detail like 'column_%' then substring(detail, 8)
        end as thing_named
    from {{ ref('int_findings') }}
    group by check_name, state, detail
    union all
    -- what a person decides is no finding, and is told all the same
    select
        'override' as check_name,
        '*' as state,
        'set_by_a_person' as detail,
        'set_by_a_person' as detail_kind,
        cast(null as {{ dbt.type_string() }}) as thing_named
),

told as (
    select
        codes.*,
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
)

select
    check_name,
    state,
    detail,
    {%- for column in ['sentence', 'waits_for', 'remedy'] %}
    replace(replace({{ column }}, '{feed}', coalesce(thing_named, '')), '{column}', coalesce(thing_named, '')) as {{ column }},
    {%- endfor %}
    coalesce(is_written, false) as is_written
from told
where preference = 1
