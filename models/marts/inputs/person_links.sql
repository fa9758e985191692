-- Each account beside the first of those that share a value with it.
with

links as (
    select
        links.*,
        first_value(links.customer_id) over (
            partition by links.value_key order by customers.created_at asc nulls last, links.customer_id asc
            rows between unbounded preceding and current row
        ) as linked_customer_id
    from {{ ref('int_account_links') }} as links
    inner join {{ ref('int_accounts') }} as customers
        on links.customer_id = customers.customer_id
)

select
    cast({{ post_purchase_gate.text_key(['links.customer_id', 'links.value_key']) }} as {{ dbt.type_string() }}) as link_id,
    cast(links.customer_id as {{ dbt.type_string() }}) as customer_id,
    cast(links.linked_customer_id as {{ dbt.type_string() }}) as linked_customer_id,
    cast(persons.person_id as {{ dbt.type_string() }}) as person_id,
    cast(links.kind as {{ dbt.type_string() }}) as link_kind,
    cast(links.evidence as {{ dbt.type_string() }}) as evidence_table,
    cast(links.value_key as {{ dbt.type_string() }}) as value_hash,
    cast(links.accounts as integer) as accounts_sharing,
    cast(links.link_state as {{ dbt.type_string() }}) as link_state,
    links.link_state = 'linked' as is_linked
from links
inner join {{ ref('int_persons') }} as persons
    on links.customer_id = persons.customer_id
where links.customer_id <> links.linked_customer_id
