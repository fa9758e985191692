-- What a refused row names, itself or through its parcel, ticket or message. Bad news that cannot be read is not good news for it.
{{ config(materialized='table') }}
{%- set own = post_purchase_gate.nameable() %}
with

refused as (
    select * from {{ ref('int_refused_rows') }}
),

parcels as (
    select
        refused.refused_row_id,
        parcels.order_id
    from refused
    inner join {{ ref('base_fulfillments') }} as parcels
        on refused.fulfillment_id = parcels.fulfillment_id
),

tickets as (
    select
        refused.refused_row_id,
        tickets.order_id,
        tickets.order_line_id,
        tickets.customer_id,
        tickets.requester_email,
        tickets.requester_phone
    from refused
    inner join {{ ref('base_tickets') }} as tickets
        on refused.ticket_id = tickets.ticket_id
),

messages as (
    select
        refused.refused_row_id,
        messages.order_id,
        messages.order_line_id,
        messages.customer_id,
        messages.address
    from refused
    inner join {{ ref('base_messages') }} as messages
        on refused.message_id = messages.message_id
),

named as (
    {%- for name in own[:6] %}
    select
        refused_row_id,
        '{{ name }}' as named_by,
        {{ name }} as name
    from refused
    where {{ name }} is not null
    {{ post_purchase_gate.union_distinct() }}
    {%- endfor %}
    {%- for via, columns in {
        'parcels': {'order_id': 'order_id'},
        'tickets': {
            'order_id': 'order_id', 'order_line_id': 'order_line_id', 'customer_id': 'customer_id',
            'requester_email': 'email', 'requester_phone': 'phone',
        },
        'messages': {'order_id': 'order_id', 'order_line_id': 'order_line_id', 'customer_id': 'customer_id'},
    }.items() %}
    {%- for column, name in columns.items() %}
    select
        refused_row_id,
        '{{ name }}' as named_by,
        {{ column }} as name
    from {{ via }}
    where {{ column }} is not null
    {{ post_purchase_gate.union_distinct() }}
    {%- endfor %}
    {%- endfor %}
    select
        refused_row_id,
        'email' as named_by,
        address as name
    from messages
    where address is not null
    {{ post_purchase_gate.union_distinct() }}
    select
        refused_row_id,
        'phone' as named_by,
        address as name
    from messages
    where address is not null
),

addresses as (
    select * from {{ ref('int_account_addresses') }}
),

found as (
    select
        named.refused_row_id,
        'order' as kind,
        orders.root_order_id as thing_id
    from named
    inner join {{ ref('int_orders') }} as orders
        on named.named_by = 'order_id' and named.name = orders.order_id
    {{ post_purchase_gate.union_distinct() }}
    select
        named.refused_row_id,
        'line' as kind,
        lines.order_line_id as thing_id
    from named
    inner join {{ ref('stg_order_lines') }} as lines
        on named.named_by = 'order_line_id' and named.name = lines.order_line_id
    {{ post_purchase_gate.union_distinct() }}
    select
        named.refused_row_id,
        'customer' as kind,
        customers.customer_id as thing_id
    from named
    inner join {{ ref('stg_customers') }} as customers
        on named.named_by = 'customer_id' and named.name = customers.customer_id
    {{ post_purchase_gate.union_distinct() }}
    select
        named.refused_row_id,
        'customer' as kind,
        addresses.customer_id as thing_id
    from named
    inner join addresses
        on named.named_by = 'email' and {{ post_purchase_gate.address_key("'email'", post_purchase_gate.plain_email('named.name')) }} = addresses.address_key
    {{ post_purchase_gate.union_distinct() }}
    -- what was written from the address of an order; what an address permits is of the address alone
    select
        named.refused_row_id,
        'customer' as kind,
        given.customer_id as thing_id
    from named
    inner join refused
        on named.refused_row_id = refused.refused_row_id and refused.feed in ('tickets', 'ticket_events', 'reviews')
    inner join {{ ref('int_order_addresses') }} as given
        on named.named_by = 'email' and {{ post_purchase_gate.address_key("'email'", post_purchase_gate.plain_email('named.name')) }} = given.address_key
    {{ post_purchase_gate.union_distinct() }}
    select
        named.refused_row_id,
        'customer' as kind,
        addresses.customer_id as thing_id
    from named
    inner join addresses
        on
            named.named_by = 'phone'
            and {{ post_purchase_gate.address_key("'phone'", post_purchase_gate.last_nine_digits(post_purchase_gate.digits_only('named.name'))) }}
            = addresses.last_nine_key
    {{ post_purchase_gate.union_distinct() }}
    select
        named.refused_row_id,
        -- a relation to what is no product has nothing to offer, and takes nothing from what else is related
        case
            when refused.table_name = 'sku_relations' and refused.rejected_reason = 'orphan:related_sku' then 'pair'
            else 'sku'
        end as kind,
        named.name as thing_id
    from named
    inner join refused
        on named.refused_row_id = refused.refused_row_id
    where named.named_by = 'sku'
    {%- for name, table, kind in [
        ('order_id', 'base_orders', 'order'), ('order_line_id', 'base_order_lines', 'line'), ('customer_id', 'base_customers', 'customer'),
    ] %}
    {{ post_purchase_gate.union_distinct() }}
    -- it names what was refused itself: that is known, and nothing is decided on it
    select
        named.refused_row_id,
        '{{ kind }}' as kind,
        named.name as thing_id
    from named
    inner join {{ ref(table) }} as refused_too
        on named.named_by = '{{ name }}' and named.name = refused_too.{{ name }} and refused_too._rejected_reason <> 'repeat'
    {%- endfor %}
)

select
    refused.refused_row_id,
    refused.table_name,
    refused.feed,
    refused.row_key,
    coalesce(found.kind, 'nobody') as kind,
    found.thing_id,
    refused.happened_at,
    refused.happened_or_loaded_at
from refused
left join found
    on refused.refused_row_id = found.refused_row_id
