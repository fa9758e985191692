-- An audience per action that is sent. support_recovery is a route to people, never a message, and has none.
select
    action,
    {{ post_purchase_gate.audience_class('action_class') }} as audience_class,
    {{ dbt.concat([post_purchase_gate.audience_class('action_class'), "'_'", "action"]) }} as audience
from {{ ref('actions') }}
where action <> 'support_recovery'
