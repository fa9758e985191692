{#-
    The hour at which a channel opens or closes on the day of a local time, by the row `hours` of int_channel_hours. 3 January 2000 was a Monday.
-#}
{% macro hour_of(what, local) -%}
    case mod({{ dbt.datediff("cast('2000-01-03' as date)", 'cast(' ~ local ~ ' as date)', 'day') }}, 7)
        when 5 then hours.saturday_{{ what }}_hour
        when 6 then hours.sunday_{{ what }}_hour
        else hours.weekdays_{{ what }}_hour
    end
{%- endmacro %}
