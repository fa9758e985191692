{#- What Shopify says of a shipment that nobody has handed over yet. -#}
{% macro label_words() -%}
    'label_printed', 'label_purchased', 'label_voided', 'confirmed', 'submitted', 'marked_as_fulfilled', 'fulfilled'
{%- endmacro %}
