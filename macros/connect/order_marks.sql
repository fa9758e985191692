{#- What the words on an order say that it is, over the rows of one order: a parcel sent again is no sale, whatever else the order is. -#}
{% macro marked_order_type() -%}
    case max(case means when 'replacement' then 3 when 'exchange' then 2 when 'subscription_renewal' then 1 else 0 end)
        when 3 then 'replacement'
        when 2 then 'exchange'
        when 1 then 'subscription_renewal'
    end
{%- endmacro %}
