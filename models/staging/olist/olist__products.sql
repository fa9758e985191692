{{ config(enabled='olist' in var('connectors')) }}
-- Olist publishes no product names: the category stands in. No list price either: prices exist only on items sold, and the last one
-- would tell a decision of a price from its future.
{%- set translation = source('olist', 'product_category_name_translation') %}
{%- set has_translation = not execute or adapter.get_relation(translation.database, translation.schema, translation.identifier) is not none %}
with

products as (
    select
        product_id,
        nullif(trim(product_category_name), '') as category_name
    from {{ source('olist', 'products') }}
),

translations as (
    {%- if has_translation %}
    select
        trim(product_category_name) as category_name,
        min(nullif(trim(product_category_name_english), '')) as english_name
    from {{ translation }}
    group by 1
    {%- else %}
    select
        {{ post_purchase_gate.null_as(dbt.type_string()) }} as category_name,
        {{ post_purchase_gate.null_as(dbt.type_string()) }} as english_name
    where 1 = 0
    {%- endif %}
)

select
    -- ids
    products.product_id as sku,
    products.product_id,
    -- text
    coalesce(translations.english_name, products.category_name) as title,
    coalesce(translations.english_name, products.category_name) as category,
    'BRL' as currency,
    -- numbers
    {{ post_purchase_gate.null_as(post_purchase_gate.contract_type('decimal')) }} as list_price,
    {{ post_purchase_gate.null_as('integer') }} as inventory_quantity,
    {{ post_purchase_gate.null_as(post_purchase_gate.contract_type('decimal')) }} as consumable_days,
    -- booleans
    {{ post_purchase_gate.null_as('boolean') }} as is_active,
    {{ post_purchase_gate.null_as('boolean') }} as is_digital,
    {{ post_purchase_gate.null_as('boolean') }} as is_reviewable
from products
left join translations
    on products.category_name = translations.category_name
