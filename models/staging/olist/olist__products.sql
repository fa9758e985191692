{{ config(enabled='olist' in post_purchase_gate.list_var('connectors')) }}
-- Olist publishes no product names: the category stands in, its code written as words. No list price either: prices exist only on items sold, and the last one
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
),

named as (
    select
        products.product_id,
        coalesce(translations.english_name, products.category_name) as category
    from products
    left join translations
        on products.category_name = translations.category_name
)

select
    -- ids
    product_id as sku,
    product_id,
    -- text
    upper(substring(category, 1, 1)) || replace(substring(category, 2), '_', ' ') as title,
    category,
    'BRL' as currency,
    -- numbers
    {{ post_purchase_gate.null_as(post_purchase_gate.contract_type('decimal')) }} as list_price,
    {{ post_purchase_gate.null_as('integer') }} as inventory_quantity,
    {{ post_purchase_gate.null_as(post_purchase_gate.contract_type('decimal')) }} as consumable_days,
    -- booleans
    {{ post_purchase_gate.null_as('boolean') }} as is_active,
    {{ post_purchase_gate.null_as('boolean') }} as is_digital,
    {{ post_purchase_gate.null_as('boolean') }} as is_reviewable
from named
