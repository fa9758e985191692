-- What a support agent has to know of an order: the issue that is due first, its ticket, what it holds back, what closing it releases, and what
-- else is open. A case that a person gave to support has no issue.
{%- set zone = "'" ~ (var('store_timezone', none) or 'UTC') ~ "'" %}
with

words as (
    select * from {{ ref('int_note_words') }}
),

formats as (
    {{ post_purchase_gate.note_formats() }}
),

issues as (
    select
        issues.*,
        max(case when issues.order_rank = 1 then issues.ticket_id end) over (partition by issues.order_id) as first_ticket_id,
        told.sentence as issue,
        {{ post_purchase_gate.note_minute('issues.since', zone) }} as since_text,
        {{ post_purchase_gate.note_minute('issues.due_at', zone) }} as due_text,
        {{ dbt.datediff('issues.due_at', 'issues.as_of', 'hour') }} as hours_over,
        cast(floor({{ post_purchase_gate.days_between('issues.due_at', 'issues.as_of') }}) as {{ dbt.type_bigint() }}) as days_over
    from {{ ref('int_open_issues') }} as issues
    cross join formats
    inner join {{ ref('int_reason_words') }} as told
        on
            issues.check_name = told.check_name
            and told.state = 'problem'
            and coalesce(issues.detail, '') = coalesce(told.detail, '')
),

holds as (
    select
        holds.order_id,
        holds.action,
        holds.priority,
        actions.title,
        holds.released_at,
        holds.released_at <= issues.as_of as is_released_now,
        {{ post_purchase_gate.note_day('holds.released_at', zone) }} as released_day
    from {{ ref('int_issue_holds') }} as holds
    cross join formats
    inner join issues
        on holds.order_id = issues.order_id and holds.check_name = issues.check_name and issues.order_rank = 1
    inner join {{ ref('int_action_words') }} as actions
        on holds.action = actions.action
),

held_lists as (
    select
        order_id,
        {{ post_purchase_gate.ordered_list('title', 'priority, action', ', ') }} as held_back
    from holds
    group by order_id
),

-- what still holds what closing the issue does not release
still_reasons as (
    select
        others.order_id,
        told.waits_for,
        min(others.matrix_position) as position,
        min(others.is_consequence) as is_consequence
    from {{ ref('int_issue_holders') }} as others
    inner join issues
        on others.order_id = issues.order_id and others.check_name = issues.check_name and issues.order_rank = 1
    inner join {{ ref('int_reason_words') }} as told
        on
            others.holder = told.check_name
            and others.holder_state = told.state
            and coalesce(others.holder_detail, '') = coalesce(told.detail, '')
    where not others.ends_with_it and others.clears_at is null
    group by others.order_id, told.waits_for
),

still_ranked as (
    select
        *,
        row_number() over (partition by order_id order by is_consequence, position, waits_for) as preference
    from still_reasons
),

still_held_lists as (
    select
        order_id,
        {{ post_purchase_gate.ordered_list('title', 'priority, action', ', ') }} as still_held
    from holds
    where released_at is null
    group by order_id
),

release_days as (
    select
        order_id,
        min(released_at) as first_at,
        case when is_released_now then 'released_now' else 'released_from' end as part,
        case when is_released_now then '' else released_day end as day_text,
        {{ post_purchase_gate.ordered_list('title', 'priority, action', ', ') }} as actions
    from holds
    where released_at is not null
    group by
        order_id,
        case when is_released_now then 'released_now' else 'released_from' end,
        case when is_released_now then '' else released_day end
),

release_lists as (
    select
        release_days.order_id,
        {{ post_purchase_gate.ordered_list(
            "replace(replace(words.sentence, '{actions}', release_days.actions), '{from}', release_days.day_text)",
            'release_days.first_at, release_days.part, release_days.day_text', '; ') }} as released
    from release_days
    inner join words
        on release_days.part = words.part
    group by release_days.order_id
),

others as (
    select
        issues.order_id,
        {{ post_purchase_gate.note_list(
            "replace(replace(words.sentence, '{sentence}', issues.issue), '{due}', coalesce(issues.due_text, ''))", 'issues.order_rank') }} as also_open
    from issues
    inner join words
        on case when issues.due_text is null then 'also_open_undated' else 'also_open' end = words.part
    where
        issues.order_rank > 1
        -- the ticket of the first issue is said with it
        and not (issues.check_name = 'ticket' and coalesce(issues.ticket_id, '') = coalesce(issues.first_ticket_id, '?'))
    group by issues.order_id
),

given as (
    select
        choices.order_id,
        actions.title as given_action
    from {{ ref('int_support_choices') }} as choices
    inner join {{ ref('int_action_words') }} as actions
        on choices.action = actions.action
    where choices.check_name is null
)

select
    lanes.order_id,
    issues.issue,
    issues.ticket_id is not null as has_ticket,
    {{ post_purchase_gate.escaped('issues.ticket_id') }} as ticket,
    coalesce(topic_words.sentence, {{ post_purchase_gate.escaped("replace(nullif(trim(issues.topic), ''), '_', ' ')") }}) as topic,
    issues.since_text as since,
    coalesce(issues.due_text, unknown_words.sentence) as support_due,
    case
        when issues.is_overdue
            then replace(overdue_words.sentence, '{overdue_by}', case
                when issues.days_over < 2 then replace(hour_words.sentence, '{number}', cast(issues.hours_over as {{ dbt.type_string() }}))
                else replace(day_words.sentence, '{number}', cast(issues.days_over as {{ dbt.type_string() }}))
            end)
        else ''
    end as overdue,
    held_lists.held_back,
    case when issues.worth > 0 then {{ post_purchase_gate.note_amount('issues.worth', "'" ~ var('reporting_currency') ~ "'") }} end as worth,
    release_lists.released,
    still_held_lists.still_held,
    still_ranked.waits_for as still_waits,
    others.also_open,
    given.given_action,
    case
        when not issues.is_past_longest_pause and checks.delays_review_at_most and issues.holds_back like '%review_request%'
            then {{ post_purchase_gate.note_minute(post_purchase_gate.add_days(var('max_pause_days'), 'issues.since'), zone) }}
    end as ask_until
from {{ ref('int_support_choices') }} as lanes
cross join formats
inner join words as unknown_words
    on unknown_words.part = 'unknown_time'
inner join words as overdue_words
    on overdue_words.part = 'overdue'
inner join words as hour_words
    on hour_words.part = 'hours'
inner join words as day_words
    on day_words.part = 'days'
left join given
    on lanes.order_id = given.order_id
left join issues
    on lanes.order_id = issues.order_id and issues.order_rank = 1
left join {{ ref('checks') }} as checks
    on issues.check_name = checks.check_name
left join words as topic_words
    on {{ dbt.concat(["'topic_'", "issues.topic"]) }} = topic_words.part
left join held_lists
    on issues.order_id = held_lists.order_id
left join release_lists
    on issues.order_id = release_lists.order_id
left join still_held_lists
    on issues.order_id = still_held_lists.order_id
left join others
    on issues.order_id = others.order_id
left join still_ranked
    on issues.order_id = still_ranked.order_id and still_ranked.preference = 1
