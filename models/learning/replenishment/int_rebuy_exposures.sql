-- Every purchase as it stood on a day: bought again, or still open after so many days. Nothing after the day is seen.
with

seen as (
    select
        looks.days_back,
        looks.seen_on,
        rhythms.*,
        coalesce(rhythms.next_on <= looks.seen_on, false) as is_over,
        case when rhythms.next_on <= looks.seen_on then rhythms.next_on else looks.seen_on end as aged_until
    from {{ ref('int_rebuy_rhythms') }} as rhythms
    inner join {{ ref('int_rebuy_looks') }} as looks
        on rhythms.bought_on <= looks.seen_on
),

aged as (
    select
        *,
        cast({{ dbt.datediff('bought_on', 'aged_until', 'day') }} as integer) as age_days
    from seen
)

select
    days_back,
    seen_on,
    customer_key,
    sku_key,
    bought_on,
    -- what came after the day, for finished windows alone
    case
        when is_rebought and not is_over
            then {{ dbt.datediff('seen_on', 'next_on', 'day') }}
    end as rebought_after_days,
    units,
    own_gaps,
    history,
    expected_days,
    age_days,
    is_over,
    is_usable,
    case when is_over and is_rebought then 1 else 0 end as rebuys,
    {{ post_purchase_gate.rebuy_position('age_days', 'expected_days') }} as position
from aged
