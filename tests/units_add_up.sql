-- Every unit ordered was kept, given back, exchanged or taken off; where the money of all came back, none is kept.
select
    kept.order_line_id,
    kept.valid_from,
    lines.quantity,
    kept.units_kept,
    kept.units_back,
    kept.units_exchanged,
    kept.units_taken_off
from {{ ref('int_line_kept') }} as kept
inner join {{ ref('int_order_lines') }} as lines
    on kept.order_line_id = lines.order_line_id
where
    kept.units_kept < 0
    or (
        kept.nothing_kept_because is null
        and kept.units_kept + kept.units_back + kept.units_exchanged + kept.units_taken_off <> lines.quantity
    )
    or (kept.nothing_kept_because is not null and kept.units_kept <> 0)
