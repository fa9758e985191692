-- What a message of an action cannot go without, slot by slot.
{%- for slot in post_purchase_gate.content_slots() + post_purchase_gate.other_slots() %}
select
    action,
    '{{ slot.slot }}' as slot,
    {{ loop.index }} as slot_position,
    '{{ slot.missing }}' as missing
from {{ ref('actions') }}
where {{ post_purchase_gate.list_names('content_slots', "'" ~ slot.slot ~ "'") }}
{{ 'union all' if not loop.last }}
{%- endfor %}
