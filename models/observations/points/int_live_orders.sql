{%- set as_of = post_purchase_gate.as_of() -%}
-- Orders that are decided on now. What is long over is live again only by what somebody reported of it: silence about an old parcel is no news.
with

open_reports as (
    select root_order_id
    from {{ ref('int_order_issue_spans') }}
    where is_reported and open_from <= {{ as_of }} and open_until > {{ as_of }}
    group by root_order_id
),

young as (
    select order_id
    from {{ ref('int_orders') }}
    where ordered_at <= {{ as_of }} and ordered_at >= {{ post_purchase_gate.add_days(-1 * var('live_days'), as_of) }}
)

select order_id
from young
{{ post_purchase_gate.union_distinct() }}
select order_id
from {{ ref('int_live_spans') }}
where live_from <= {{ as_of }} and live_until > {{ as_of }}
{{ post_purchase_gate.union_distinct() }}
select orders.order_id
from {{ ref('int_orders') }} as orders
inner join open_reports
    on orders.root_order_id = open_reports.root_order_id
