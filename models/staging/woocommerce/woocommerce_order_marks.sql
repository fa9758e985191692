{{ config(enabled=post_purchase_gate.uses_connector('woocommerce')) }}
-- What the notes of an order say that it is, and which order it answers, by the seed connector_words. What extensions keep for themselves begins with
-- an underscore. Orders of which no note says anything have no row.
with

words as (
    select
        lower(trim(value)) as value,
        means
    from {{ ref('connector_words') }}
    where connector in ('shopify', 'woocommerce') and subject in ('order_tag', 'order_attribute')
),

said as (
    select
        notes._store,
        notes.order_id,
        words.means,
        notes.value
    from {{ ref('src_woocommerce__order_note') }} as notes
    inner join words
        on regexp_replace(lower(notes.name), '^_+', '') = words.value
    -- a box that was left unticked says no
    where lower(notes.value) not in ('false', 'no', '0', 'off', 'none')
)

select
    _store,
    order_id,
    {{ post_purchase_gate.marked_order_type() }} as order_type,
    min(case when means = 'parent_order' then value end) as parent_order_name
from said
group by _store, order_id
