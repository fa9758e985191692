-- An audience per commercial action that the gate sends. What must be told is no membership: it goes into the outbox, once per order or parcel.
select
    action,
    {{ post_purchase_gate.audience_class('action_class') }} as audience_class,
    {{ dbt.concat([post_purchase_gate.audience_class('action_class'), "'_'", "action"]) }} as audience
from {{ ref('actions') }}
where action_class = 'commercial' and coalesce(sender, 'gate') = 'gate'
