{#- The slots of product_content that an action can need, and what the check content says where one is missing. -#}
{% macro content_slots() -%}
    {{ return([
        {'slot': 'care', 'missing': 'unknown:missing_care'},
        {'slot': 'how_to', 'missing': 'unknown:missing_how_to'},
        {'slot': 'faq', 'missing': 'unknown:missing_faq'},
        {'slot': 'returns', 'missing': 'unknown:missing_returns'},
        {'slot': 'review_link', 'missing': 'unknown:missing_review_link'},
        {'slot': 'image', 'missing': 'unknown:missing_image'},
        {'slot': 'url', 'missing': 'unknown:missing_url'},
    ]) }}
{%- endmacro %}

{#- What an action can need besides, that stands in no text: where its parcel is followed, and until when the line may be sent back. -#}
{% macro other_slots() -%}
    {{ return([
        {'slot': 'tracking', 'missing': 'unknown:missing_tracking'},
        {'slot': 'returns_until', 'missing': 'unknown:missing_returns_until'},
    ]) }}
{%- endmacro %}

{#- Whether a semicolon-separated list of a seed names an item. -#}
{% macro list_names(list, item) -%}
    {{ dbt.concat(["';'", "replace(coalesce(" ~ list ~ ", ''), ' ', '')", "';'"]) }} like {{ dbt.concat(["'%;'", item, "';%'"]) }}
{%- endmacro %}
