-- In which group of an action's experiment a person is at as_of. Whoever was assigned elsewhere stays there; everyone else is drawn by a hash of
-- salt, action and person, once the seed says from when and how many. A person whose accounts were assigned to several groups belongs to none: held
-- out, and left out of every reading.
with

persons as (
    select * from {{ ref('int_persons') }}
),

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
        persons.person_id,
        assignments.action,
        min(assignments.variant) as variant,
        min(assignments.variant) <> max(assignments.variant) as is_in_several,
        min(assignments.assigned_at) as assigned_at
    from {{ ref('stg_experiment_assignments') }} as assignments
    inner join persons
        on assignments.customer_id = persons.customer_id
    where assignments.assigned_at <= {{ post_purchase_gate.as_of() }}
    group by persons.person_id, assignments.action
),

drawn as (
    select
        persons.person_id,
        experiments.action,
        experiments.holdout_share,
        experiments.starts_at,
        experiments.ends_at,
        {{ post_purchase_gate.text_key(['experiments.salt', 'experiments.action', 'persons.person_id']) }} as draw
    from persons
    cross join experiments
    left join assigned
        on persons.person_id = assigned.person_id and experiments.action = assigned.action
    where
        -- once for a person: by the account that names it
        persons.customer_id = persons.person_id
        and experiments.holdout_share > 0
        and experiments.starts_at <= {{ post_purchase_gate.as_of() }}
        and assigned.person_id is null
)

select
    assigned.person_id,
    assigned.action,
    case when assigned.is_in_several then 'several' else 'assigned' end as assignment,
    case when assigned.is_in_several then 'several' else assigned.variant end as variant,
    assigned.is_in_several or assigned.variant = 'control' as is_control,
    assigned.assigned_at as starts_at,
    experiments.ends_at
from assigned
left join experiments
    on assigned.action = experiments.action
union all
select
    person_id,
    action,
    'drawn' as assignment,
    case when {{ post_purchase_gate.share_of_hash('draw') }} < holdout_share then 'control' else 'treatment' end as variant,
    {{ post_purchase_gate.share_of_hash('draw') }} < holdout_share as is_control,
    starts_at,
    ends_at
from drawn
