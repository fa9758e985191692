-- A native exchange has no time of its own but that of its first parcel. An exchange whose own line is a test, or names no SKU, is none.
select
    successors.old_order_line_id as order_line_id,
    min(
        case
            when successors.successor_kind = 'exchange' or parcels.shipped_at < new_lines.ordered_at then new_lines.ordered_at
            else parcels.shipped_at
        end
    ) as exchanged_at
from {{ ref('int_line_successors') }} as successors
inner join {{ ref('int_order_lines') }} as new_lines
    on successors.new_order_line_id = new_lines.order_line_id
left join {{ ref('int_line_parcels') }} as parcels
    on successors.new_order_line_id = parcels.order_line_id
where
    successors.successor_kind in ('exchange', 'native_exchange')
    and new_lines.sku is not null
    and not new_lines.is_test
group by successors.old_order_line_id
