{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- What tags, note attributes and the place of sale say of an order, by the seed connector_words. Orders of which they say nothing have no row.
with

orders as (
    select
        _store,
        id as order_id,
        -- a list in one column, between commas
        ',' || {{ post_purchase_gate.replace_all("lower(tags)", "' *, *'", "','") }} || ',' as tag_list,
        lower(source_name) as source_name
    from {{ ref('src_shopify__order') }}
),

words as (
    select
        subject,
        lower(trim(value)) as value,
        means
    from {{ ref('connector_words') }}
    where connector = 'shopify'
),

said as (
    select
        orders._store,
        orders.order_id,
        words.means,
        cast(null as {{ dbt.type_string() }}) as value
    from orders
    inner join words
        on words.subject = 'order_tag' and {{ dbt.position("',' || words.value || ','", "orders.tag_list") }} > 0
    where orders.tag_list is not null
    union all
    select
        tags._store,
        tags.order_id,
        words.means,
        cast(null as {{ dbt.type_string() }}) as value
    from {{ ref('src_shopify__order_tag') }} as tags
    inner join words
        on lower(tags.tag) = words.value and words.subject = 'order_tag'
    union all
    select
        attributes._store,
        attributes.order_id,
        words.means,
        attributes.value
    from {{ ref('src_shopify__order_attribute') }} as attributes
    inner join words
        on lower(attributes.name) = words.value and words.subject = 'order_attribute'
    -- a box that was left unticked says no
    where lower(attributes.value) not in ('false', 'no', '0', 'off', 'none')
    union all
    select
        orders._store,
        orders.order_id,
        words.means,
        cast(null as {{ dbt.type_string() }}) as value
    from orders
    inner join words
        on orders.source_name = words.value and words.subject = 'order_source'
)

select
    _store,
    order_id,
    max(case when means = 'gift' then 1 else 0 end) = 1 as is_gift,
    max(case when means = 'test' then 1 else 0 end) = 1 as is_test,
    max(case when means = 'marketplace' then 1 else 0 end) = 1 as is_marketplace,
    max(case when means = 'pickup' then 1 else 0 end) = 1 as is_pickup,
    {{ post_purchase_gate.marked_order_type() }} as order_type,
    min(case when means = 'parent_order' then value end) as parent_order_name
from said
group by _store, order_id
