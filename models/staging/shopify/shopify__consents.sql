{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- What an account permits now; the store keeps no history of it. Who never answered has no row. An opt-out without a time is as old as can be
-- said; an opt-in without one is refused, as nobody can tell what came after it.
{%- set channels = {'email': 'email', 'sms': 'phone'} %}
{%- for channel, address in channels.items() %}
select
    _store || '-' || id as customer_id,
    {{ address }} as address,
    _store as store_id,
    '{{ channel }}' as channel,
    lower({{ channel }}_consent_state) as status,
    case
        when lower({{ channel }}_consent_state) = 'subscribed' and lower({{ channel }}_consent_level) in ('single_opt_in', 'confirmed_opt_in') then 'express'
        when lower({{ channel }}_consent_state) = 'subscribed' then lower({{ channel }}_consent_level)
    end as basis,
    coalesce(
        {{ channel }}_consent_at,
        case when lower({{ channel }}_consent_state) <> 'subscribed' then coalesce(updated_at, created_at, _loaded_at) end
    ) as occurred_at,
    _loaded_at
from {{ ref('src_shopify__customer') }}
where {{ channel }}_consent_state is not null and lower({{ channel }}_consent_state) not in ('not_subscribed', 'pending', 'redacted')
{{ 'union all' if not loop.last }}
{%- endfor %}
