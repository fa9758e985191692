-- Accounts that share a value are one person: where the rounds of int_linked_accounts did not reach the end of a chain, they are not.
select links.value_key
from {{ ref('int_account_links') }} as links
inner join {{ ref('int_persons') }} as persons
    on links.customer_id = persons.customer_id
where links.link_state = 'linked'
group by links.value_key
having count(distinct persons.person_id) > 1
