-- What can be said about a product, slot by slot, in the one language that the shop writes in: that of the var content_locale, else a text of no
-- language, else, where the var names none, the first.
{%- set locale = var('content_locale', none) or '' %}
with

ranked as (
    select
        lower(trim(product_id)) as product_key,
        slot,
        locale,
        content,
        row_number() over (
            partition by lower(trim(product_id)), slot
            order by
                case when locale = '{{ locale }}' then 0 when locale is null then 1 else 2 end asc,
                locale asc,
                product_id asc
        ) as preference
    from {{ ref('stg_product_content') }}
    where
        trim(content) <> ''
        and slot <> 'unknown'
        and ('{{ locale }}' = '' or locale is null or locale = '{{ locale }}')
)

select
    product_key,
    slot,
    locale,
    content
from ranked
where preference = 1
