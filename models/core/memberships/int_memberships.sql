-- Which programme a person belongs to, from when until when. Of a row that cannot be read, or whose programme nobody has mapped, it is known that
-- the person joined something: any programme may be meant.
with

rows_read as (
    select
        customer_id,
        programme,
        joined_at,
        left_at,
        case when programme = 'unknown' then 'unmapped_programme' end as unread
    from {{ ref('stg_memberships') }}
    union all
    select
        customer_id,
        programme,
        cast(null as {{ dbt.type_timestamp() }}) as joined_at,
        cast(null as {{ dbt.type_timestamp() }}) as left_at,
        'refused_row' as unread
    from {{ ref('base_memberships') }}
    where _rejected_reason is not null and _rejected_reason <> 'repeat'
)

select
    persons.person_id,
    rows_read.customer_id,
    case when rows_read.unread is null then rows_read.programme end as programme,
    rows_read.unread,
    -- who joined at a time that nobody knows is a member
    coalesce(rows_read.joined_at, cast('1900-01-01' as {{ dbt.type_timestamp() }})) as from_at,
    case
        -- who left before joining has joined again
        when rows_read.left_at >= rows_read.joined_at or rows_read.joined_at is null
            then coalesce(rows_read.left_at, {{ post_purchase_gate.end_of_time() }})
        else {{ post_purchase_gate.end_of_time() }}
    end as until_at
from rows_read
inner join {{ ref('int_persons') }} as persons
    on rows_read.customer_id = persons.customer_id
