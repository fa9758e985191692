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
    union
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
    union
    {%- endfor %}
    {%- endfor %}
    select
        refused_row_id,
        'email' as named_by,
        address as name
    from messages
    where address is not null
    union
    select
        refused_row_id,
        'phone' as named_by,
        address as name
    from messages
    where address is not null
),

addresses as (
    select
        customer_id,
        'email' as kind,
        email as address
    from {{ ref('stg_customers') }}
    union
    select
        customer_id,
        'phone' as kind,
        {{ post_purchase_gate.last_digits('phone') }} as address
    from {{ ref('stg_customers') }}
    union
    select
        customer_id,
        kind,
        case when kind = 'phone' then {{ post_purchase_gate.last_digits('value') }} else value end as address
    from {{ ref('stg_customer_identities') }}
),

-- the address of an erased account is gone from staging, and nobody is addressed there
found as (
    select
        named.refused_row_id,
        'order' as kind,
        orders.root_order_id as thing_id
    from named
    inner join {{ ref('int_orders') }} as orders
        on named.named_by = 'order_id' and named.name = orders.order_id
    union
    select
        named.refused_row_id,
        'line' as kind,
        lines.order_line_id as thing_id
    from named
    inner join {{ ref('stg_order_lines') }} as lines
        on named.named_by = 'order_line_id' and named.name = lines.order_line_id
    union
    select
        named.refused_row_id,
        'customer' as kind,
        customers.customer_id as thing_id
    from named
    inner join {{ ref('stg_customers') }} as customers
        on named.named_by = 'customer_id' and named.name = customers.customer_id
    union
    select
        named.refused_row_id,
        'customer' as kind,
        addresses.customer_id as thing_id
    from named
    inner join addresses
        on
            named.named_by = addresses.kind
            and addresses.address = case
                when named.named_by = 'phone' then {{ post_purchase_gate.last_digits('named.name') }}
                else {{ post_purchase_gate.bare_email('named.name') }}
            end
    union
    select
        refused_row_id,
        'sku' as kind,
        name as thing_id
    from named
    where named_by = 'sku'
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
