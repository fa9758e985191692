{#- The instant of the decision, UTC: the one clock of the project. Source: var `as_of`, the demo shop's own instant, or the build's start. -#}
{% macro as_of() -%}
    cast('{{ post_purchase_gate.as_of_text() }}' as {{ dbt.type_timestamp() }})
{%- endmacro %}

{% macro as_of_text() -%}
    {%- if var('as_of', none) -%}
        {{ var('as_of') | string | replace('T', ' ') | replace('Z', '') }}
    {%- elif post_purchase_gate.uses_demo_shop() -%}
        {{ var('demo_as_of') }}
    {%- elif execute and var('build_id', none) is not none -%}
        {{ exceptions.raise_compiler_error(
            "A build of many commands (var build_id) stands at one instant: give all of them the same as_of, --vars '{build_id: ..., as_of: \"YYYY-MM-DD HH:MM:SS\"}'.") }}
    {%- else -%}
        {{ run_started_at.strftime('%Y-%m-%d %H:%M:%S') }}
    {%- endif -%}
{%- endmacro %}

{#-
    Up to when the shop's history is learned from, for what is decided now: var learned_at, else the last step (var live_learning_step) before as_of, else
    as_of. With a step, all builds of one day or week rest on the same learning, and what they decide anew has changed for a reason of its own.
-#}
{% macro learned_at() -%}
    {%- if var('learned_at', none) -%}
        cast('{{ var('learned_at') | string | replace('T', ' ') | replace('Z', '') }}' as {{ dbt.type_timestamp() }})
    {%- elif execute and var('live_learning_step', none) -%}
        {#- vars are checked before the first model; while the project is parsed they may still be wrong -#}
        {%- set day = modules.datetime.datetime.strptime((post_purchase_gate.as_of_text() | trim)[:10], '%Y-%m-%d') -%}
        {%- set since = day.weekday() if var('live_learning_step') == 'week' else 0 -%}
        cast('{{ (day - modules.datetime.timedelta(days=since)).strftime('%Y-%m-%d') }} 00:00:00' as {{ dbt.type_timestamp() }})
    {%- else -%}
        {{ post_purchase_gate.as_of() }}
    {%- endif -%}
{%- endmacro %}

{#- The last instant that anybody can speak of: of the decision, or of the build's start where that is later. What says that it knows a later one is mistaken. -#}
{% macro latest_known() -%}
    {%- set texts = [post_purchase_gate.as_of_text() | trim, run_started_at.strftime('%Y-%m-%d %H:%M:%S')] -%}
    cast('{{ texts | max }}' as {{ dbt.type_timestamp() }})
{%- endmacro %}

{#- `from_timestamp` moved by a number of units; stays a timestamp on every engine. Units: day, hour, minute, second. -#}
{% macro add_time(unit, number, from_timestamp) -%}
    cast({{ dbt.dateadd(unit, number, from_timestamp) }} as {{ dbt.type_timestamp() }})
{%- endmacro %}

{% macro add_days(number, from_timestamp) -%}
    {{ post_purchase_gate.add_time('day', number, from_timestamp) }}
{%- endmacro %}

{#- Days between two instants as a decimal number, by the second. -#}
{% macro days_between(earlier, later) -%}
    (cast({{ dbt.datediff(earlier, later, 'second') }} as {{ dbt.type_numeric() }}) / 86400)
{%- endmacro %}

{#- An instant moved back by minutes, which may be negative. -#}
{% macro minus_minutes(instant, minutes) -%}
    {{ return(adapter.dispatch('minus_minutes', 'post_purchase_gate')(instant, minutes)) }}
{%- endmacro %}

{% macro default__minus_minutes(instant, minutes) -%}
    {{ instant }} - to_minutes({{ minutes }})
{%- endmacro %}

{% macro postgres__minus_minutes(instant, minutes) -%}
    {{ instant }} - make_interval(mins => {{ minutes }})
{%- endmacro %}

{% macro spark__minus_minutes(instant, minutes) -%}
    timestampadd(minute, -1 * ({{ minutes }}), {{ instant }})
{%- endmacro %}

{% macro snowflake__minus_minutes(instant, minutes) -%}
    {{ post_purchase_gate.add_time('minute', '-1 * (' ~ minutes ~ ')', instant) }}
{%- endmacro %}

{% macro bigquery__minus_minutes(instant, minutes) -%}
    {{ post_purchase_gate.add_time('minute', '(-1 * (' ~ minutes ~ '))', instant) }}
{%- endmacro %}

{% macro redshift__minus_minutes(instant, minutes) -%}
    {{ return(post_purchase_gate.snowflake__minus_minutes(instant, minutes)) }}
{%- endmacro %}

{#- A UTC timestamp as `YYYY-MM-DD HH:MM`, for people. -#}
{% macro to_minute_text(instant) -%}
    substring(cast({{ instant }} as {{ dbt.type_string() }}), 1, 16)
{%- endmacro %}

{#- The wall clock of an IANA zone at a UTC instant, as a timestamp without zone. -#}
{% macro to_local(instant, zone) -%}
    {{ return(adapter.dispatch('to_local', 'post_purchase_gate')(instant, zone)) }}
{%- endmacro %}

{% macro default__to_local(instant, zone) -%}
    timezone({{ zone }}, timezone('UTC', {{ instant }}))
{%- endmacro %}

{% macro spark__to_local(instant, zone) -%}
    from_utc_timestamp({{ instant }}, {{ post_purchase_gate.zone_of_java(zone) }})
{%- endmacro %}

{% macro snowflake__to_local(instant, zone) -%}
    convert_timezone('UTC', {{ zone }}, {{ instant }})
{%- endmacro %}

{#- its timestamp has no zone but UTC: the wall clock is told as if it were that -#}
{% macro bigquery__to_local(instant, zone) -%}
    timestamp(datetime({{ instant }}, {{ zone }}))
{%- endmacro %}

{#- The UTC instant at which an IANA zone shows a wall clock. -#}
{% macro to_utc(wall_clock, zone) -%}
    {{ return(adapter.dispatch('to_utc', 'post_purchase_gate')(wall_clock, zone)) }}
{%- endmacro %}

{% macro default__to_utc(wall_clock, zone) -%}
    timezone('UTC', timezone({{ zone }}, {{ wall_clock }}))
{%- endmacro %}

{% macro spark__to_utc(wall_clock, zone) -%}
    to_utc_timestamp({{ wall_clock }}, {{ post_purchase_gate.zone_of_java(zone) }})
{%- endmacro %}

{% macro snowflake__to_utc(wall_clock, zone) -%}
    convert_timezone({{ zone }}, 'UTC', {{ wall_clock }})
{%- endmacro %}

{% macro bigquery__to_utc(wall_clock, zone) -%}
    timestamp(datetime({{ wall_clock }}), {{ zone }})
{%- endmacro %}

{#- An instant that comes with a zone, as one of UTC without it. -#}
{% macro without_zone(instant) -%}
    {{ return(adapter.dispatch('without_zone', 'post_purchase_gate')(instant)) }}
{%- endmacro %}

{% macro default__without_zone(instant) -%}
    {{ return("timezone('UTC', " ~ instant ~ ")") }}
{%- endmacro %}

{% macro snowflake__without_zone(instant) -%}
    {{ return("cast(convert_timezone('UTC', " ~ instant ~ ") as timestamp_ntz)") }}
{%- endmacro %}

{#- A zone as Java 17 knows it: it stops at one that is younger. This one left Punta Arenas' clock alone when it got a name of its own. -#}
{% macro zone_of_java(zone) -%}
    case when {{ zone }} = 'America/Coyhaique' then 'America/Punta_Arenas' else {{ zone }} end
{%- endmacro %}

{#- Later than any instant: the end of what still holds, so that an interval needs no null in a join. -#}
{% macro end_of_time() -%}
    cast('9999-12-31 00:00:00' as {{ dbt.type_timestamp() }})
{%- endmacro %}

{#- An instant that is still to come at another one; 9999 where it has passed or is not known. -#}
{% macro not_before(now, instant) -%}
    case when {{ instant }} >= {{ now }} then {{ instant }} else {{ post_purchase_gate.end_of_time() }} end
{%- endmacro %}
