{#- What counts as commercial: every message that the catalogue does not call transactional or service, newsletters included. -#}
{% macro is_commercial(action_class) -%}
    coalesce({{ action_class }}, 'commercial') = 'commercial'
{%- endmacro %}
