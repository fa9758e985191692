{#-
    Whether a channel may be used for marketing at `instant`, as `state` or `state:detail`: the one rule, over the columns knows_consents,
    ledger_status, ledger_basis, needs_express_consent, allows_implied_consent, last_purchase_at and implied_until.
-#}
{% macro consent_answer(instant) -%}
    case
            when not knows_consents then 'unknown:feed_consents'
            when ledger_status = 'unsubscribed' then 'problem:unsubscribed'
            when ledger_status = 'subscribed' and needs_express_consent and coalesce(ledger_basis, '') <> 'express' then 'unknown:not_express'
            when ledger_status = 'subscribed' then 'ok'
            when ledger_status is not null then 'unknown:unmapped_status'
            when not allows_implied_consent then 'unknown:nothing_in_the_ledger'
            when last_purchase_at is null then 'unknown:no_purchase'
            when implied_until < {{ instant }} then 'unknown:implied_consent_expired'
            else 'ok'
        end
{%- endmacro %}
