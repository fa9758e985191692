{#- An audience that grows or shrinks beyond the owner's bounds, or empties while a feed is silent, stops the build before anything is synced. -#}
{% test audience_guard_holds(model) %}
    {%- if post_purchase_gate.is_running() -%}
        {%- set refused = run_query(
            "select audience, members_before, members_after, problem, stale_feeds from " ~ model ~ " where verdict = 'refused' order by audience") -%}
        {%- if refused | length -%}
            {%- set found = [] -%}
            {%- for row in refused -%}
                {%- do found.append(
                    row[0] ~ " " ~ row[3] | replace('_', ' ') ~ (" (" ~ row[4] ~ ")" if row[3] == 'emptied_on_stale_feed' else "")
                    ~ ", from " ~ row[1] ~ " to " ~ row[2] ~ " customers") -%}
            {%- endfor -%}
            {{ exceptions.raise_compiler_error(
                "Audiences left as they were: " ~ found | join("; ") ~ ". The bounds are the vars audience_max_growth, audience_max_shrink and "
                ~ "audience_min_change. Look at int_audience_changes; if the change is wanted, build once with --vars '{accept_audience_change: true}'.") }}
        {%- endif -%}
    {%- endif -%}
    select audience
    from {{ model }}
    where verdict = 'refused'
{% endtest %}
