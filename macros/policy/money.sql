{#-
    An amount of an order's currency in the reporting currency, to four decimals; null where either is unknown. Nineteen digits before a
    multiplication, because DuckDB keeps the product of two decimals of up to eighteen digits in eighteen, and overflows.
-#}
{% macro to_reporting(amount, rate) -%}
    cast(round(cast({{ amount }} as decimal(19, 4)) * {{ rate }}, 4) as decimal(18, 4))
{%- endmacro %}

{#-
    A row's part of an amount that its whole group bears: amount * share, to four decimals. What rounding leaves over goes to the
    row that takes the remainder, so that the parts always add up to the amount.
-#}
{% macro shared_amount(amount, share, takes_remainder, within) -%}
    {%- set part = "cast(round(cast(" ~ amount ~ " as decimal(19, 4)) * " ~ share ~ ", 4) as decimal(18, 4))" -%}
    cast({{ part }} + case when {{ takes_remainder }} then {{ amount }} - sum({{ part }}) over (partition by {{ within }}) else 0 end as decimal(18, 4))
{%- endmacro %}

{#- A row's share of the value of its group; rows of a group without any value share equally. -#}
{% macro value_share(value, within) -%}
    cast(case
        when sum({{ value }}) over (partition by {{ within }}) > 0
            then cast({{ value }} as decimal(18, 8)) / nullif(sum({{ value }}) over (partition by {{ within }}), 0)
        else cast(1 as decimal(18, 8)) / nullif(count(*) over (partition by {{ within }}), 0)
    end as {{ post_purchase_gate.type_decimal(18, 12) }})
{%- endmacro %}

{#- A share drawn toward its parent's as strongly as `prior_units` units of evidence would draw it: the mean of a beta-binomial. -#}
{% macro shrunk_share(hits, units, prior_share, prior_units) -%}
    cast(coalesce(
        (cast({{ hits }} as decimal(28, 6)) + {{ prior_units }} * {{ prior_share }})
        / nullif(cast({{ units }} as decimal(28, 6)) + {{ prior_units }}, 0), {{ prior_share }}
    ) as decimal(18, 6))
{%- endmacro %}
