{#-
    What Shopify says of a shipment that nobody has handed over yet. Fulfilled is none of them: it is GraphQL's word where REST has none, for what was
    handed over and of which no carrier has said anything.
-#}
{% macro label_words() -%}
    'label_printed', 'label_purchased', 'label_voided', 'confirmed', 'submitted'
{%- endmacro %}
