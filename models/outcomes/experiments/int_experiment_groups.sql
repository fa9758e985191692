-- In which group of an action's experiment a customer is at as_of. Who was assigned elsewhere stays where he was put; everyone else is drawn by
-- a hash of salt, action and customer, once the seed says from when and how many.
with

experiments as (
    select
        action,
        salt,
        holdout_share,
        starts_at,
        ends_at
    from {{ ref('experiments') }}
),

assigned as (
    select
        assignments.customer_id,
        assignments.action,
        assignments.variant,
        assignments.assigned_at,
        experiments.ends_at
    from {{ ref('stg_experiment_assignments') }} as assignments
    left join experiments
        on assignments.action = experiments.action
    where assignments.assigned_at <= {{ post_purchase_gate.as_of() }}
),

drawn as (
    select
        customers.customer_id,
        experiments.action,
        experiments.holdout_share,
        experiments.starts_at,
        experiments.ends_at,
        {{ post_purchase_gate.text_key(['experiments.salt', 'experiments.action', 'customers.customer_id']) }} as draw
    from {{ ref('stg_customers') }} as customers
    cross join experiments
    left join assigned
        on customers.customer_id = assigned.customer_id and experiments.action = assigned.action
    where
        experiments.holdout_share > 0
        and experiments.starts_at <= {{ post_purchase_gate.as_of() }}
        and assigned.customer_id is null
)

select
    customer_id,
    action,
    'assigned' as assignment,
    variant,
    variant = 'control' as is_control,
    assigned_at as starts_at,
    ends_at
from assigned
union all
select
    customer_id,
    action,
    'drawn' as assignment,
    case when {{ post_purchase_gate.share_of_hash('draw') }} < holdout_share then 'control' else 'treatment' end as variant,
    {{ post_purchase_gate.share_of_hash('draw') }} < holdout_share as is_control,
    starts_at,
    ends_at
from drawn
