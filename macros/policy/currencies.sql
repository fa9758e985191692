{#- The smallest amount that a currency can state: ISO 4217 knows currencies without decimals and with three. -#}
{% macro smallest_unit(currency) -%}
    cast(case
        when {{ currency }} in (
            'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'
        ) then 1
        when {{ currency }} in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 0.001
        else 0.01
    end as decimal(18, 4))
{%- endmacro %}

{#- What a sum paid in cash is rounded to, where a country has no coins for its smallest unit. -#}
{% macro cash_step(currency) -%}
    cast(case
        when {{ currency }} in ('HUF') then 5
        when {{ currency }} in ('CZK', 'ISK', 'NOK', 'SEK') then 1
        when {{ currency }} in ('DKK') then 0.5
        when {{ currency }} in ('HKD', 'ILS', 'NZD', 'ZAR') then 0.1
        when {{ currency }} in ('AUD', 'CAD', 'CHF', 'EUR', 'MYR', 'SGD') then 0.05
        else {{ post_purchase_gate.smallest_unit(currency) }}
    end as decimal(18, 4))
{%- endmacro %}
