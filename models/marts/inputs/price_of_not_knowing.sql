-- What each thing that nobody knows costs: the decisions that wait for it, those that wait for nothing else, and what these would earn.
{%- set string = dbt.type_string() %}
with

counted as (
    select
        missing,
        subject,
        min(check_name) as check_name,
        count(*) as decisions_waiting,
        count(distinct person_id) as people_waiting,
        sum(case when is_all_it_lacks then 1 else 0 end) as sends_released,
        sum(case when is_all_it_lacks and expected_contribution_profit > 0 then expected_contribution_profit end) as expected_profit
    from {{ ref('int_missing_facts') }}
    group by missing, subject
),

named as (
    select
        missing,
        subject,
        action
    from {{ ref('int_missing_facts') }}
    group by missing, subject, action
),

actions_waiting as (
    select
        missing,
        subject,
        {{ post_purchase_gate.ordered_list('action', 'action') }} as actions
    from named
    group by missing, subject
),

-- one flow is named, several are counted; what wrote without naming a flow is in no map
flows as (
    select
        count(distinct flow) as flows,
        min(flow) as flow
    from {{ ref('int_flow_actions') }}
    where is_unmapped and flow is not null
),

waiting as (
    select
        counted.*,
        case
            when counted.subject = '(none)' then '_unnamed'
            when counted.missing = 'mapping' and counted.subject = 'flow' and flows.flows = 1 then '_flow'
            when counted.missing = 'mapping' and counted.subject = 'flow' and flows.flows > 1 then '_flows'
            else ''
        end as kind,
        case when flows.flows > 1 then cast(flows.flows as {{ string }}) else flows.flow end as flows_named
    from counted
    cross join flows
)

select
    cast({{ post_purchase_gate.text_key(['waiting.missing', 'waiting.subject']) }} as {{ string }}) as price_of_not_knowing_id,
    cast({{ post_purchase_gate.as_of() }} as {{ dbt.type_timestamp() }}) as as_of,
    cast(waiting.missing as {{ string }}) as missing,
    cast(waiting.subject as {{ string }}) as subject,
    cast(replace(words.sentence, '{subject}', case
        when waiting.missing = 'evidence' then coalesce(checks.question, replace(waiting.subject, '_', ' '))
        when waiting.kind in ('_flow', '_flows') then waiting.flows_named
        when waiting.missing in ('feed', 'mapping') then replace(waiting.subject, '_', ' ')
        else coalesce(nullif(trim(products.title), ''), waiting.subject)
    end) as {{ string }}) as what_to_do,
    cast(actions_waiting.actions as {{ string }}) as actions,
    cast(waiting.decisions_waiting as {{ dbt.type_bigint() }}) as decisions_waiting,
    cast(waiting.people_waiting as {{ dbt.type_bigint() }}) as people_waiting,
    cast(waiting.sends_released as {{ dbt.type_bigint() }}) as sends_released,
    cast(waiting.expected_profit as decimal(18, 4)) as expected_profit
from waiting
inner join actions_waiting
    on waiting.missing = actions_waiting.missing and waiting.subject = actions_waiting.subject
left join {{ ref('int_note_words') }} as words
    on {{ dbt.concat(["'missing_'", 'waiting.missing', 'waiting.kind']) }} = words.part
left join {{ ref('checks') }} as checks
    on waiting.subject = checks.check_name
left join {{ ref('stg_products') }} as products
    on case when waiting.missing in ('cost', 'compatibility', 'content', 'product') then waiting.subject end = products.sku
