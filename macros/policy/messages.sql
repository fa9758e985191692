{#- What counts as commercial: every message that the catalogue does not call transactional or service, newsletters included. -#}
{% macro is_commercial(action_class) -%}
    coalesce({{ action_class }}, 'commercial') = 'commercial'
{%- endmacro %}

{#- Whether a message counts as sent at an instant: it had gone out before, and had not failed, or has arrived since it failed. -#}
{% macro was_sent(messages, instant) -%}
    (
        {{ messages }}.sent_at < {{ instant }}
        and not coalesce({{ messages }}.failed_at <= {{ instant }} and not coalesce({{ messages }}.arrived_at <= {{ instant }}, false), false)
    )
{%- endmacro %}

{#- What is told apart: a parcel may have news more than once, and an order may be shipped in parts. Null for what is told once. -#}
{% macro news_at(actions, decisions) -%}
    case when {{ actions }}.due_anchor in ('shipping_news', 'last_shipped') then {{ decisions }}.due_at end
{%- endmacro %}
