{#- The classes of audiences: what is commercial is marketing; what is service or transactional never needs consent. -#}
{% macro audience_class(action_class) -%}
    case when {{ action_class }} = 'commercial' then 'marketing' else 'service' end
{%- endmacro %}

{#-
    A model's table as the last build left it, or none. Never a ref: what decides on a change stands before the table that it changes.
-#}
{% macro served_relation(model_name) -%}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {%- for node in graph.nodes.values() -%}
        {%- if node.resource_type == 'model' and node.package_name == 'post_purchase_gate' and node.name == model_name
            and node.version == node.latest_version -%}
            {{ return(adapter.get_relation(node.database, node.schema, node.alias)) }}
        {%- endif -%}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error("No model '" ~ model_name ~ "' in this project.") }}
{%- endmacro %}

{#- The newest membership of each customer and audience out of the log of entries and exits: one row per audience_member_id. -#}
{% macro audience_state(events) -%}
    select
        audience_member_id,
        customer_id,
        audience,
        audience_class,
        action,
        entry_number,
        entered_at,
        left_at,
        decision_id,
        order_id
    from (
        select
            *,
            row_number() over (partition by audience_member_id order by entry_number desc) as recency
        from (
            select
                audience_member_id,
                entry_number,
                max(customer_id) as customer_id,
                max(audience) as audience,
                max(audience_class) as audience_class,
                max(action) as action,
                max(case when event_type = 'entered' then occurred_at end) as entered_at,
                max(case when event_type = 'left' then occurred_at end) as left_at,
                max(case when event_type = 'entered' then decision_id end) as decision_id,
                max(case when event_type = 'entered' then order_id end) as order_id
            from {{ events }}
            where event_type in ('entered', 'left')
            group by audience_member_id, entry_number
        ) as memberships
    ) as ranked
    where recency = 1
{%- endmacro %}
