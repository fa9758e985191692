{#- What requesters call an order, in the languages of the seed ticket_topics: a word, perhaps 'number', and the name; or # and the name. -#}
{% macro order_mention() -%}
    (#|(order|orders|bestellung|bestellnummer|bestell|auftrag|auftragsnummer|commande|pedido|encomenda|ordine|bestelling|ordernummer|ordre|tilaus)[^0-9a-z#]{0,3}((number|num|numero|número|nummer|nr|no|n)[^0-9a-z#]{0,3})?#?)([a-z]{0,5}-?[0-9]{3,12}(-[a-z0-9]{1,4})?)([^0-9a-z]|$)
{%- endmacro %}

{#- Numbers of other things, which a # or a word may stand before. -#}
{% macro other_mention() -%}
    (ticket|request|case|vorgang|anfrage|demande|solicitud|richiesta|verzoek|rma|return|invoice|rechnung|facture|factura|fattura|tracking)[^0-9a-z]{0,4}((number|num|nummer|nr|no|n|id)[^0-9a-z]{0,3})?[0-9]+
{%- endmacro %}

{#-
    What a person wrote, in small letters and without what a page is made of: tags go, an apostrophe is one however it is written, and the code of any other
    character (&#8217;) is no number of an order.
-#}
{% macro plain_text(text) -%}
    {%- set apostrophes = "'&(#0*39|#x0*27|apos|[lr]squo|#821[67]|#x201[89]);|[’‘´`]'" -%}
    {%- set plain = post_purchase_gate.replace_all('lower(' ~ text ~ ')', apostrophes, post_purchase_gate.apostrophe()) -%}
    {%- set without_tags = post_purchase_gate.replace_all(plain, "'</?[a-z!][^>]*>'", "' '") -%}
    {{ post_purchase_gate.replace_all(without_tags, "'&(#x?[0-9a-f]+|[a-z]+[0-9]*);'", "' '") }}
{%- endmacro %}

{#-
    The order that each text of `texts` (rows of _store, ticket_id, source, said) names: order_said, null where it names none, or several. What is looked
    for is looked for again in what is left, three times over.
-#}
{% macro order_readings(texts) -%}
    {%- set mention = post_purchase_gate.order_mention() | trim -%}
    {%- set other = post_purchase_gate.other_mention() | trim -%}
    select
        _store,
        ticket_id,
        source,
        -- a store names a return after its order: #1001-R1
        case when name_1 <> '' and name_2 in ('', name_1) and name_3 in ('', name_1) then regexp_replace(name_1, '-r[0-9]+$', '') end as order_said
    from (
        select
            *,
            {{ post_purchase_gate.matched_group('rest_2', mention, 5) }} as name_3
        from (
            select
                *,
                {{ post_purchase_gate.matched_group('rest_1', mention, 5) }} as name_2,
                regexp_replace(rest_1, '{{ mention }}', ' ') as rest_2
            from (
                select
                    *,
                    {{ post_purchase_gate.matched_group('text_0', mention, 5) }} as name_1,
                    regexp_replace(text_0, '{{ mention }}', ' ') as rest_1
                from (
                    select
                        _store,
                        ticket_id,
                        source,
                        {{ post_purchase_gate.replace_all(post_purchase_gate.plain_text('said'), "'" ~ other ~ "'", "' '") }} as text_0
                    from {{ texts }}
                    where said is not null
                ) as cleaned
            ) as read_once
        ) as read_twice
    ) as read_thrice
{%- endmacro %}

{#-
    What a ticket is about by the seed ticket_topics: rows of _store, ticket_id, topic. The first of its texts (`source` in order) that says anything
    speaks, and of what it says the gravest. A phrase is found where a word begins with it, in the first
    500 letters.
-#}
{% macro topics_said(texts) -%}
    {%- set start_of_text = 'substring(' ~ post_purchase_gate.plain_text('substring(said, 1, 4000)') ~ ', 1, 500)' -%}
    select
        _store,
        ticket_id,
        topic
    from (
        select
            texts._store,
            texts.ticket_id,
            topics.topic,
            row_number() over (
                partition by texts._store, texts.ticket_id
                order by texts.source asc, topics.gravity asc, topics.phrase asc, topics.language asc, texts.said asc
            ) as position
        from (
            select
                _store,
                ticket_id,
                source,
                said,
                ' ' || {{ post_purchase_gate.replace_all(start_of_text, "'[].,;:!?¿¡()" ~ '"' ~ "/_#[-]+'", "' '") }} as words
            from {{ texts }}
        ) as texts
        inner join {{ ref('ticket_topics') }} as topics
            on {{ dbt.position("' ' || lower(topics.phrase)", "texts.words") }} > 0
    ) as found
    where position = 1
{%- endmacro %}

{#- What each connection of a helpdesk says of its fields: rows of _store, order_field, topic_field, lower case; null where it does not say. -#}
{% macro field_words(connector) -%}
    {%- for connection in post_purchase_gate.connections() if connection.connector == connector %}
    select
        '{{ connection.store }}' as _store,
        {%- for word in ['order_field', 'topic_field'] %}
        cast({{ "lower('" ~ post_purchase_gate.sql_text(connection.words[word]) ~ "')" if connection.words.get(word) else 'null' }} as {{ dbt.type_string() }}) as {{ word }}{{ ',' if not loop.last }}
        {%- endfor %}
    union all
    {%- endfor %}
    select
        {{ post_purchase_gate.null_as(dbt.type_string()) }} as _store,
        {{ post_purchase_gate.null_as(dbt.type_string()) }} as order_field,
        {{ post_purchase_gate.null_as(dbt.type_string()) }} as topic_field
    where 1 = 0
{%- endmacro %}

{#-
    What the tickets of a helpdesk name as their order, by the source in order of trust: 1 the field that the connection names, 2 the id of another tool,
    3 a tag, 4 the subject. Of what a field says without # or a word the whole is the name.
-#}
{% macro helpdesk_mentions(connector) -%}
with

texts as (
    select
        _store,
        ticket_id,
        1 as source,
        order_value as said
    from {{ ref(connector ~ '_fields') }}
    where order_value is not null
    union all
    select
        _store,
        ticket_id,
        3 as source,
        tag as said
    from {{ ref(connector ~ '_tags') }}
    union all
    select
        _store,
        id as ticket_id,
        4 as source,
        subject as said
    from {{ ref('src_' ~ connector ~ '__ticket') }}
    where subject is not null
),

readings as (
    {{ post_purchase_gate.order_readings('texts') }}
)

select
    fields._store,
    fields.ticket_id,
    1 as source,
    coalesce(readings.order_said, fields.order_value) as order_said
from {{ ref(connector ~ '_fields') }} as fields
left join readings
    on fields._store = readings._store and fields.ticket_id = readings.ticket_id and readings.source = 1
where fields.order_value is not null
union all
select
    _store,
    id as ticket_id,
    2 as source,
    external_id as order_said
from {{ ref('src_' ~ connector ~ '__ticket') }}
where external_id is not null
union all
select
    _store,
    ticket_id,
    source,
    order_said
from readings
where source > 2 and order_said is not null
group by _store, ticket_id, source, order_said
{%- endmacro %}

{#-
    The order that each ticket of a helpdesk is about: rows of _store, ticket_id, order_id. The first source that names anything speaks, where it names
    one. What a field names and nobody has is handed on for staging to say so; a tag or a subject that names no order of the shop names none.
-#}
{% macro helpdesk_orders(connector) -%}
    select
        _store,
        ticket_id,
        order_id
    from (
        select
            _store,
            ticket_id,
            source,
            case when min(order_id) = max(order_id) then min(order_id) end as order_id,
            row_number() over (partition by _store, ticket_id order by source asc) as position
        from (
            select
                mentions._store,
                mentions.ticket_id,
                mentions.source,
                coalesce(links.order_id, case when mentions.source = 1{{ ' or mentions.source > 2' if not post_purchase_gate.stores() }} then mentions.order_said end) as order_id
            from {{ ref(connector ~ '_mentions') }} as mentions
            left join {{ ref('connected_order_links') }} as links
                on mentions._store = links._store and mentions.order_said = links.order_said and links.connector = '{{ connector }}'
        ) as mentions
        where order_id is not null
        group by _store, ticket_id, source
    ) as readings
    where position = 1
{%- endmacro %}

{#-
    Statuses and marks of tickets (`events`: rows of _store, ticket_id, status or satisfaction, occurred_at, _loaded_at) as events of the contract. A mark
    stands beside the status that the ticket had then. What a loader tells of one moment in two ways is one row; of two marks the bad one is not lost.
-#}
{% macro helpdesk_events(events, prefix='-') -%}
    select
        _store || '{{ prefix }}' || ticket_id as ticket_id,
        status_then as status,
        min(satisfaction) as satisfaction,
        coalesce(cast(happened_at as {{ dbt.type_string() }}), occurred_at) as occurred_at,
        max(_loaded_at) as _loaded_at
    from (
        select
            *,
            coalesce(max(status) over (partition by _store, ticket_id, run), 'open') as status_then
        from (
            select
                *,
                sum(case when status is not null then 1 else 0 end) over (
                    partition by _store, ticket_id
                    order by
                        case when happened_at is null then 1 else 0 end asc, happened_at asc,
                        case when status is null then 1 else 0 end asc, status asc, satisfaction asc, occurred_at asc
                    rows between unbounded preceding and current row
                ) as run
            from (
                select
                    *,
                    {{ post_purchase_gate.parse_utc('occurred_at') }} as happened_at
                from {{ events }}
            ) as timed
        ) as runs
    ) as filled
    group by _store || '{{ prefix }}' || ticket_id, status_then, coalesce(cast(happened_at as {{ dbt.type_string() }}), occurred_at)
{%- endmacro %}

{#-
    The tags that tickets of a helpdesk have now, in small letters: _store, ticket_id, tag. They stand in a table of their own or in a list beside the
    ticket, there as words or as objects with a name; of those in a list nobody knows since when.
-#}
{% macro helpdesk_tags(tool) -%}
    with

    lists as (
        select
            tickets._store,
            tickets.id as ticket_id,
            lower(coalesce({{ post_purchase_gate.json_text('listed.item', ['name']) }}, {{ post_purchase_gate.json_text('listed.item', []) }})) as tag
        from {{ ref('src_' ~ tool ~ '__ticket') }} as tickets
        {{ post_purchase_gate.join_items('tickets.tags', 'listed') }}
    )

    select
        _store,
        ticket_id,
        tag
    from lists
    where tag is not null
    {{ post_purchase_gate.union_distinct() }}
    select
        _store,
        ticket_id,
        lower(tag) as tag
    from {{ ref('src_' ~ tool ~ '__ticket_tag') }}
    where tag is not null
{%- endmacro %}

{#- A mark without the word that a comment came with it: badwithcomment is bad. -#}
{% macro satisfaction_mark(value) -%}
    regexp_replace(lower({{ value }}), '_?with_?comment$', '')
{%- endmacro %}
