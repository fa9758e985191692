-- Every address and whose it is.
select
    addresses.customer_id,
    persons.person_id,
    addresses.kind,
    addresses.address_key,
    addresses.last_nine_key,
    addresses.is_own,
    addresses.evidence
from {{ ref('int_account_addresses') }} as addresses
inner join {{ ref('int_persons') }} as persons
    on addresses.customer_id = persons.customer_id
