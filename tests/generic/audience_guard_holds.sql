{#- An audience that grows or shrinks beyond the owner's bounds, or empties while a feed is silent, stops the build before anything is synced. -#}
{% test audience_guard_holds(model) %}
    {%- if post_purchase_gate.is_running() -%}
        {%- set refused = run_query(
            "select audience, members_before, members_after, problem, stale_feeds from " ~ model ~ " where verdict = 'refused' order by audience") -%}
        {%- if refused | length -%}
            {%- set found = [] -%}
            {%- set stale = [] -%}
            {%- for row in refused -%}
                {%- do found.append(row[0] ~ " " ~ row[3] | replace('_', ' ') ~ ", from " ~ row[1] ~ " to " ~ row[2] ~ " customers") -%}
                {%- if row[3] == 'emptied_on_stale_feed' -%}
                    {%- do stale.extend((row[4] or '').replace(' ', '').split(',') | select) -%}
                {%- endif -%}
            {%- endfor -%}
            {{ exceptions.raise_compiler_error(
                "Audiences left as they were: " ~ found | join("; ") ~ ". "
                ~ ("Load " ~ stale | unique | sort | join(', ') ~ ", which nobody has heard of lately, and build again. " if stale else "")
                ~ "Look at int_audience_changes for who comes and goes; the bounds are the vars audience_max_growth, audience_max_shrink and audience_min_change. "
                ~ "If the change is wanted all the same, build once with --vars '{accept_audience_change: true}'.") }}
        {%- endif -%}
    {%- endif -%}
    select audience
    from {{ model }}
    where verdict = 'refused'
{% endtest %}
