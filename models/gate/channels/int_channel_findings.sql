-- What holds an action that goes over another channel than the default: consent and deliverability of that one. The checks say it of the default.
with

elsewhere as (
    select *
    from {{ ref('int_channel_choices') }}
    where is_chosen and channel <> '{{ var("default_channel") }}'
)

select
    point_id,
    action,
    channel,
    permission_key,
    'consent' as check_name,
    consent_state as state,
    consent_detail as detail
from elsewhere
union all
select
    point_id,
    action,
    channel,
    permission_key,
    'deliverability' as check_name,
    deliverability_state as state,
    deliverability_detail as detail
from elsewhere
