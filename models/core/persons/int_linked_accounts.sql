-- Every account that shares something with another, and the first account of all that hang together, however many steps apart. Each round the
-- accounts that have found one another hear of the earliest account that any of them shares a value with, and the answers' answers
-- are followed twice: what hangs together at least halves in number, and chains shorten fourfold, so that six rounds reach thousands
-- of steps. A test asks that nobody is left between two persons.
{%- set rounds = 6 %}
with

links as (
    select
        customer_id,
        value_key
    from {{ ref('int_account_links') }}
    where link_state = 'linked'
),

linked as (
    select customer_id
    from links
    group by customer_id
),

accounts as {{ post_purchase_gate.computed_once() }} (
    select
        customers.customer_id,
        row_number() over (order by customers.created_at asc nulls last, customers.customer_id asc) as account
    from {{ ref('stg_customers') }} as customers
    inner join linked
        on customers.customer_id = linked.customer_id
),

numbered as {{ post_purchase_gate.computed_once() }} (
    select
        accounts.account,
        links.value_key
    from links
    inner join accounts
        on links.customer_id = accounts.customer_id
),

found_0 as (
    select
        account,
        account as first_account
    from accounts
),
{% for round in range(1, rounds + 1) %}
heard_{{ round }} as (
    select
        found.first_account,
        min(found.first_account) over (partition by numbered.value_key) as heard
    from numbered
    inner join found_{{ round - 1 }} as found
        on numbered.account = found.account
),

agreed_{{ round }} as (
    select
        first_account,
        min(heard) as first_heard
    from heard_{{ round }}
    group by first_account
),

told_{{ round }} as {{ post_purchase_gate.computed_once() }} (
    select
        found.account,
        agreed.first_heard as first_account
    from found_{{ round - 1 }} as found
    inner join agreed_{{ round }} as agreed
        on found.first_account = agreed.first_account
),

followed_{{ round }} as {{ post_purchase_gate.computed_once() }} (
    select
        told.account,
        further.first_account
    from told_{{ round }} as told
    inner join told_{{ round }} as further
        on told.first_account = further.account
),

found_{{ round }} as {{ post_purchase_gate.computed_once() }} (
    select
        followed.account,
        further.first_account
    from followed_{{ round }} as followed
    inner join followed_{{ round }} as further
        on followed.first_account = further.account
),
{% endfor %}
last_round as (
    select * from found_{{ rounds }}
)

select
    accounts.customer_id,
    first_accounts.customer_id as first_customer_id
from last_round
inner join accounts
    on last_round.account = accounts.account
inner join accounts as first_accounts
    on last_round.first_account = first_accounts.account
