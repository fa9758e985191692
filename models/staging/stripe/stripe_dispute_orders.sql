{{ config(enabled=post_purchase_gate.uses_connector('stripe')) }}
-- The order that a disputed payment is of, as the shop's software noted it: with the dispute, the payment or the intent, else in the text of one,
-- by the word for it or by its number alone.
{%- set named = "[Oo]rder[ :#]*([A-Za-z0-9-]*[0-9])" %}
{%- set numbered = "#([A-Za-z0-9-]*[0-9])" %}
with

charges as (
    select
        disputes._store,
        disputes.id,
        disputes.order_said as dispute_said,
        charges.order_said as charge_said,
        intents.order_said as intent_said,
        coalesce(
            nullif({{ post_purchase_gate.matched_group('charges.description', named, 1) }}, ''),
            nullif({{ post_purchase_gate.matched_group('charges.description', numbered, 1) }}, '')
        ) as charge_text_said,
        coalesce(
            nullif({{ post_purchase_gate.matched_group('intents.description', named, 1) }}, ''),
            nullif({{ post_purchase_gate.matched_group('intents.description', numbered, 1) }}, '')
        ) as intent_text_said
    from {{ ref('src_stripe__dispute') }} as disputes
    left join {{ ref('src_stripe__charge') }} as charges
        on disputes._store = charges._store and disputes.charge_id = charges.id
    left join {{ ref('src_stripe__payment_intent') }} as intents
        on disputes._store = intents._store and coalesce(disputes.payment_intent_id, charges.payment_intent_id) = intents.id
)

select
    _store,
    id,
    coalesce(dispute_said, charge_said, intent_said, charge_text_said, intent_text_said) as order_said
from charges
