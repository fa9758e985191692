-- Instants at which the list could have been made: the coming trip's, and one window of next_popularity_days before the other, whose trips are known by now.
{%- for look in range(var('next_looks') + 1) %}
select
    {{ look }} as look,
    cast({{ post_purchase_gate.add_days(-1 * (look + 1) * var('next_popularity_days'), post_purchase_gate.learned_at()) }} as date) as recent_after,
    cast({{ post_purchase_gate.add_days(-1 * look * var('next_popularity_days'), post_purchase_gate.learned_at()) }} as date) as looked_on,
    cast({{ post_purchase_gate.add_days((1 - look) * var('next_popularity_days'), post_purchase_gate.learned_at()) }} as date) as ends_on
{{ 'union all' if not loop.last }}
{%- endfor %}
