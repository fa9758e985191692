{#-
    The feeds: every table that carries facts. Columns: those that say how far its events reach (none: what is declared has no event), and
    whether it is quiet by nature: where nothing is new for days in a healthy shop, its newest row says little about its loader.
-#}
{% macro feeds() -%}
    {{ return([
        {'feed': 'orders', 'table': 'orders', 'event_times': ['ordered_at', 'cancelled_at'], 'is_quiet': false},
        {'feed': 'payments', 'table': 'payments', 'event_times': ['occurred_at'], 'is_quiet': false},
        {'feed': 'fulfillments', 'table': 'fulfillments', 'event_times': ['shipped_at', 'delivered_at', 'cancelled_at'], 'is_quiet': false},
        {'feed': 'fulfillment_events', 'table': 'fulfillment_events', 'event_times': ['occurred_at'], 'is_quiet': false},
        {'feed': 'refunds', 'table': 'refunds', 'event_times': ['requested_at', 'refunded_at', 'rejected_at'], 'is_quiet': true},
        {'feed': 'tickets', 'table': 'tickets', 'event_times': ['opened_at'], 'is_quiet': true},
        {'feed': 'ticket_events', 'table': 'ticket_events', 'event_times': ['occurred_at'], 'is_quiet': true},
        {'feed': 'site_events', 'table': 'site_events', 'event_times': ['occurred_at'], 'is_quiet': false},
        {'feed': 'messages', 'table': 'messages', 'event_times': ['sent_at'], 'is_quiet': false},
        {'feed': 'message_events', 'table': 'message_events', 'event_times': ['occurred_at'], 'is_quiet': false},
        {'feed': 'consents', 'table': 'consents', 'event_times': ['occurred_at'], 'is_quiet': true},
        {'feed': 'suppressions', 'table': 'suppressions', 'event_times': ['since'], 'is_quiet': true},
        {'feed': 'reviews', 'table': 'reviews', 'event_times': ['submitted_at'], 'is_quiet': true},
        {'feed': 'subscriptions', 'table': 'subscriptions', 'event_times': ['started_at', 'cancelled_at'], 'is_quiet': true},
        {'feed': 'products', 'table': 'products', 'event_times': [], 'is_quiet': true},
        {'feed': 'product_costs', 'table': 'product_costs', 'event_times': [], 'is_quiet': true},
        {'feed': 'sku_relations', 'table': 'sku_relations', 'event_times': [], 'is_quiet': true},
        {'feed': 'customer_identities', 'table': 'customer_identities', 'event_times': [], 'is_quiet': true},
        {'feed': 'overrides', 'table': 'overrides', 'event_times': ['set_at'], 'is_quiet': true},
        {'feed': 'experiment_assignments', 'table': 'experiment_assignments', 'event_times': ['assigned_at'], 'is_quiet': true},
    ]) }}
{%- endmacro %}

{#- The newest of a feed's rows that was known at as_of: when it was loaded, else when it happened. A load that lies ahead of the clock is no news. -#}
{% macro newest_row_at(feed) -%}
    {%- set reached = [] -%}
    {%- set loaded_at = 'case when _loaded_at <= ' ~ post_purchase_gate.latest_known() ~ ' then _loaded_at end' -%}
    {%- for column in feed.event_times -%}
        {%- do reached.append(
            "max(case when " ~ column ~ " <= " ~ post_purchase_gate.as_of() ~ " then coalesce(" ~ loaded_at ~ ", " ~ column ~ ") end)") -%}
    {%- endfor -%}
    {%- if not reached -%}
        max({{ loaded_at }})
    {%- elif reached | length == 1 -%}
        {{ reached[0] }}
    {%- else -%}
        {{ post_purchase_gate.greatest(reached | length) }}({{ reached | join(', ') }})
    {%- endif -%}
{%- endmacro %}

{#-
    Whether a feed's silence is evidence at a point. Live: it reaches to within its age limit of the point. A past instant: it has since
    been loaded through that instant. Not kept by the owner's decision: there is nothing to wait for.
-#}
{% macro knows_feed(feed) -%}
    feeds_wide.{{ feed }}_not_kept = 1 or coalesce(feeds_wide.{{ feed }}_through >= case
        when instants.origin = 'live' then {{ post_purchase_gate.add_time('hour', '-1 * feeds_wide.' ~ feed ~ '_hours', 'instants.point_at') }}
        else instants.point_at
    end, false)
{%- endmacro %}

{#- Why a feed's silence is no evidence at a point: it does not reach there, too much of it cannot be read, or a row about this unit cannot. -#}
{% macro unread_feed(feed) -%}
    case
        when not ({{ post_purchase_gate.knows_feed(feed) }}) then 'feed_{{ feed }}'
        when feeds_wide.{{ feed }}_degraded = 1 then 'degraded'
        when refusals.{{ feed }}_refused_from <= instants.point_at then 'refused_row'
    end
{%- endmacro %}

{#- The owner's word that a feed is not kept, said of one that brings rows: which of the two is wrong, nobody but the owner can tell. -#}
{% macro check_feeds_not_kept() -%}
    {%- set contradicted = [] -%}
    {%- for feed in post_purchase_gate.feeds() if feed.feed in post_purchase_gate.list_var('feeds_not_kept') -%}
        {#- the demo shop and connectors are models, and are asked by a test once they are built -#}
        {%- if 'native' in post_purchase_gate.used_connectors() and not post_purchase_gate.uses_demo_shop() -%}
            {%- for node in post_purchase_gate.source_tables('raw') if node.name == feed.table -%}
                {%- set relation = adapter.get_relation(node.database, node.schema, node.identifier) -%}
                {%- if relation is not none and run_query("select 1 as one from " ~ relation ~ " limit 1") | length -%}
                    {%- do contradicted.append("feed '" ~ feed.feed ~ "' is named in var feeds_not_kept, but table " ~ relation ~ " has rows") -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if contradicted -%}
        {{ exceptions.raise_compiler_error(
            contradicted | join("; ") ~ ". Take the feed off feeds_not_kept, or its table out of the input.") }}
    {%- endif -%}
{%- endmacro %}

{#- What the rows of each table name, themselves: {table: {feed, names: {what: column}}}. Read for rows that were refused. -#}
{% macro named_by_rows() -%}
    {{ return({
        'customers': {'feed': 'customers', 'names': {'customer_id': 'customer_id', 'email': 'email', 'phone': 'phone'}},
        'orders': {'feed': 'orders', 'names': {'order_id': 'order_id', 'customer_id': 'customer_id', 'email': 'email'}},
        'order_lines': {'feed': 'orders', 'names': {'order_id': 'order_id', 'order_line_id': 'order_line_id'}},
        'payments': {'feed': 'payments', 'names': {'order_id': 'order_id'}},
        'fulfillments': {'feed': 'fulfillments', 'names': {'order_id': 'order_id'}},
        'fulfillment_lines': {'feed': 'fulfillments', 'names': {'fulfillment_id': 'fulfillment_id', 'order_line_id': 'order_line_id'}},
        'fulfillment_events': {'feed': 'fulfillment_events', 'names': {'fulfillment_id': 'fulfillment_id'}},
        'refunds': {'feed': 'refunds', 'names': {'order_id': 'order_id', 'order_line_id': 'order_line_id'}},
        'tickets': {'feed': 'tickets', 'names': {
            'order_id': 'order_id', 'order_line_id': 'order_line_id', 'customer_id': 'customer_id',
            'email': 'requester_email', 'phone': 'requester_phone',
        }},
        'ticket_events': {'feed': 'ticket_events', 'names': {'ticket_id': 'ticket_id'}},
        'site_events': {'feed': 'site_events', 'names': {'customer_id': 'customer_id', 'order_id': 'order_id'}},
        'messages': {'feed': 'messages', 'names': {
            'order_id': 'order_id', 'order_line_id': 'order_line_id', 'customer_id': 'customer_id', 'email': 'address', 'phone': 'address',
            'fulfillment_id': 'fulfillment_id',
        }},
        'message_events': {'feed': 'message_events', 'names': {'message_id': 'message_id'}},
        'leases': {'feed': 'messages', 'names': {'order_id': 'order_id', 'order_line_id': 'order_line_id', 'customer_id': 'customer_id'}},
        'consents': {'feed': 'consents', 'names': {'customer_id': 'customer_id', 'email': 'address', 'phone': 'address'}},
        'suppressions': {'feed': 'suppressions', 'names': {'customer_id': 'customer_id', 'email': 'address', 'phone': 'address'}},
        'reviews': {'feed': 'reviews', 'names': {'order_id': 'order_id', 'customer_id': 'customer_id', 'email': 'reviewer_email'}},
        'subscriptions': {'feed': 'subscriptions', 'names': {'customer_id': 'customer_id'}},
        'products': {'feed': 'products', 'names': {'sku': 'sku'}},
        'product_costs': {'feed': 'product_costs', 'names': {'sku': 'sku'}},
        'sku_relations': {'feed': 'sku_relations', 'names': {'sku': 'sku'}},
        'customer_identities': {'feed': 'customer_identities', 'names': {'customer_id': 'customer_id'}},
        'overrides': {'feed': 'overrides', 'names': {'order_line_id': 'order_line_id'}},
        'experiment_assignments': {'feed': 'experiment_assignments', 'names': {'customer_id': 'customer_id'}},
    }) }}
{%- endmacro %}

{#- What a row can name, each as a text column. -#}
{% macro nameable() -%}
    {{ return(['order_id', 'order_line_id', 'customer_id', 'email', 'phone', 'sku', 'fulfillment_id', 'ticket_id', 'message_id']) }}
{%- endmacro %}
