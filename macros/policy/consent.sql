{#-
    Whether a channel may be used for marketing at `instant`, as `state:detail`: the one rule, over the columns unread_consents,
    ledger_status, ledger_basis, needs_express_consent, allows_implied_consent, last_purchase_at and implied_until. An opt-out that was seen
    is said before the ledger's age.
-#}
{% macro consent_answer(instant) -%}
    case
            when ledger_status = 'unsubscribed' then 'problem:unsubscribed'
            when unread_consents is not null then 'unknown:' || unread_consents
            when ledger_status = 'subscribed' and needs_express_consent and coalesce(ledger_basis, '') <> 'express' then 'unknown:not_express'
            when ledger_status = 'subscribed' then 'ok'
            when ledger_status is not null then 'unknown:unmapped_status'
            when not allows_implied_consent then 'unknown:nothing_in_the_ledger'
            when last_purchase_at is null then 'unknown:no_purchase'
            when implied_until < {{ instant }} then 'unknown:implied_consent_expired'
            else 'ok'
        end
{%- endmacro %}

{#- Whether a word of the ledger is about a store: it names none, or this one; of an order whose store nobody knows it may forbid, and permits nothing. -#}
{% macro is_said_of_store(words, store) -%}
    (
        {{ words }}.store_id is null
        or lower({{ words }}.store_id) = lower({{ store }})
        or ({{ store }} is null and {{ words }}.status <> 'subscribed')
    )
{%- endmacro %}

{#-
    The word that counts of several on one address, `words` with key columns, occurred_at, status, source_table and source_id: an opt-out that no
    subscription has followed, else the last. At one instant an opt-out comes after a subscription, and a word that nobody knows between them.
-#}
{% macro last_consent_words(words, keys) -%}
    select *
    from (
        select
            numbered.*,
            max(case when known_recency = 1 and status <> 'unknown' then status end) over (partition by {{ keys | join(', ') }}) as last_known_status
        from (
            select
                words.*,
                row_number() over (partition by {{ keys | join(', ') }} order by {{ post_purchase_gate.consent_order() }}) as recency,
                row_number() over (
                    partition by {{ keys | join(', ') }}, case when status = 'unknown' then 1 else 0 end
                    order by {{ post_purchase_gate.consent_order() }}
                ) as known_recency
            from {{ words }} as words
        ) as numbered
    ) as judged
    where
        case
            when last_known_status = 'unsubscribed' then status = 'unsubscribed' and known_recency = 1
            else recency = 1
        end
{%- endmacro %}

{% macro consent_order() -%}
    occurred_at desc,
    case status when 'unsubscribed' then 0 when 'unknown' then 1 else 2 end asc,
    source_table asc,
    source_id asc,
    basis asc nulls last
{%- endmacro %}

{#- The last purchase of each person that stands at as_of: what implied consent counts from. -#}
{% macro last_purchases() -%}
    select
        person_id,
        max(ordered_at) as last_purchase_at
    from {{ ref('int_orders') }}
    where
        order_type in ('purchase', 'subscription_renewal')
        and not is_test
        and ordered_at <= {{ post_purchase_gate.as_of() }}
        and not coalesce(cancelled_at <= {{ post_purchase_gate.as_of() }}, false)
    group by person_id
{%- endmacro %}

{#- The rules of a country and channel of `who`, as country_rule, and of all countries, as default_rule. -#}
{% macro join_consent_rules(who) -%}
    left join {{ ref('consent_rules') }} as country_rule
        on {{ who }}.country = country_rule.country and {{ who }}.channel = country_rule.channel
    left join {{ ref('consent_rules') }} as default_rule
        on default_rule.country = '*' and {{ who }}.channel = default_rule.channel
{%- endmacro %}

{#- Whether the rule says so: of the country, else of all, else not. -#}
{% macro consent_rule_says(column) -%}
    coalesce(country_rule.{{ column }}, default_rule.{{ column }}, false)
{%- endmacro %}

{#- How long implied consent lasts: a country that has a rule without an end has none. -#}
{% macro implied_days() -%}
    case when country_rule.country is not null then country_rule.implied_days else default_rule.implied_days end
{%- endmacro %}
