-- The days that purchases are looked at from: as_of's date, and the starts of two finished windows.
{%- for offset in post_purchase_gate.rebuy_offsets() %}
select
    {{ offset }} as days_back,
    cast({{ dbt.dateadd('day', -1 * offset, 'cast(' ~ post_purchase_gate.learned_at() ~ ' as date)') }} as date) as seen_on
{{ 'union all' if not loop.last }}
{%- endfor %}
