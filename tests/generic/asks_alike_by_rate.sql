{#-
    No group may be asked for a review less than the others: each group's share of the lines that were not asked is held against its share of
    all lines (a mixture test of counts, exact at any size). The rows are the groups that fall short by more than the tolerance with evidence of
    50 to 1 for each group of the dimension; a fair shop fails in less than one of 100 builds. A group is judged by its rate only where one
    that is asked 30 points less would be found in 95 of 100 shops; every line that was not asked is in review_asks_missing anyway.
-#}
{% test asks_alike_by_rate(model, asked, tolerance, min_lines) %}
    {%- set double = post_purchase_gate.type_double() %}
    with

    groups as (
        select
            dimension,
            group_name,
            cast(lines as {{ double }}) as group_lines,
            cast(lines - {{ asked }} as {{ double }}) as group_missed,
            sum(cast(lines as {{ double }})) over (partition by dimension) as all_lines,
            sum(cast(lines - {{ asked }} as {{ double }})) over (partition by dimension) as all_missed,
            count(*) over (partition by dimension) as groups_compared
        from {{ model }}
    ),

    compared as (
        select
            *,
            (all_missed - group_missed) / (all_lines - group_lines) as others_share,
            group_lines / all_lines as share_of_lines
        from groups
        where group_lines >= {{ min_lines }} and group_lines < all_lines
    ),

    judged as (
        select
            *,
            {{ post_purchase_gate.unlucky_missed('group_lines', 'others_share') }} as unlucky_missed
        from compared
    )

    select *
    from judged
    where
        group_missed / group_lines - others_share > {{ tolerance }}
        and {{ post_purchase_gate.label_log_evidence('group_missed', 'all_missed', 'share_of_lines', '4.0') }}
        >= {{ post_purchase_gate.parity_evidence('groups_compared') }}
        and {{ post_purchase_gate.label_log_evidence('unlucky_missed', '(all_missed - group_missed + unlucky_missed)', 'share_of_lines', '4.0') }}
        >= {{ post_purchase_gate.parity_evidence('groups_compared') }}
{% endtest %}
