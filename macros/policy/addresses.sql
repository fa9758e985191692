{#-
    Addresses as they are compared. E-mail: plain_email. A phone: the digits of its E.164 number where it is written internationally or the country
    is known, else its last nine digits; a number that is no number (n/a, -, 000) is none.
-#}

{#- What a channel's addresses are: e-mail addresses, phone numbers, or (push, in_app) the account itself. -#}
{% macro address_kind(channel) -%}
    case when {{ channel }} = 'email' then 'email' when {{ channel }} in ('sms', 'whatsapp', 'phone') then 'phone' else 'account' end
{%- endmacro %}

{#- An e-mail address, or null where it is none. -#}
{% macro email_or_null(text) -%}
    case when {{ text }} like '%_@_%' then {{ post_purchase_gate.plain_email(text) }} end
{%- endmacro %}

{#- Digits after + or 00, as one number is written in one way: without Mexico's and Argentina's mark of a mobile and without Brazil's ninth digit. -#}
{% macro international_digits(text) -%}
    {%- set digits = post_purchase_gate.digits_only("replace(" ~ text ~ ", '(0)', '')") -%}
    {{ post_purchase_gate.one_mobile_number(
        "case when trim(" ~ text ~ ") like '+%' then " ~ digits ~ " when trim(" ~ text ~ ") like '00%' then substring(" ~ digits ~ ", 3) end") }}
{%- endmacro %}

{% macro one_mobile_number(digits) -%}
    case
        when {{ digits }} like '521%' then {{ dbt.concat(["'52'", "substring(" ~ digits ~ ", 4)"]) }}
        when {{ digits }} like '549%' then {{ dbt.concat(["'54'", "substring(" ~ digits ~ ", 4)"]) }}
        when {{ digits }} like '55__9________'
            then {{ dbt.concat(["substring(" ~ digits ~ ", 1, 4)", "substring(" ~ digits ~ ", 6)"]) }}
        else {{ digits }}
    end
{%- endmacro %}

{#- Digits written nationally, with the country's code before them. -#}
{% macro national_digits_abroad(digits, calling_code, trunk_prefix, national_digits) -%}
    {{ post_purchase_gate.one_mobile_number(
        "case"
        ~ " when " ~ trunk_prefix ~ " <> '' and " ~ digits ~ " like " ~ dbt.concat([trunk_prefix, "'%'"])
        ~ " then " ~ dbt.concat([calling_code, "substring(" ~ digits ~ ", length(" ~ trunk_prefix ~ ") + 1)"])
        ~ " when " ~ digits ~ " like " ~ dbt.concat([calling_code, "'%'"])
        ~ " and (" ~ national_digits ~ " is null or length(" ~ digits ~ ") > " ~ national_digits ~ ")"
        ~ " then " ~ digits
        ~ " else " ~ dbt.concat([calling_code, digits]) ~ " end") }}
{%- endmacro %}

{#- The last nine digits, which agree however a number is written. -#}
{% macro last_nine_digits(digits) -%}
    {{ dbt.right("regexp_replace(" ~ digits ~ ", '^0+', '')", 9) }}
{%- endmacro %}

{#- Whether digits are a phone number: at least six of them, and not one digit again and again. -#}
{% macro is_phone_number(digits) -%}
    (length({{ digits }}) >= 6 and replace({{ digits }}, substring({{ digits }}, 1, 1), '') <> '')
{%- endmacro %}

{#- What an address is known by: a salted hash, so that it can be compared where it may not be kept, and not be guessed by who sees it there. -#}
{% macro address_key(kind, value) -%}
    case when {{ value }} is not null then {{ post_purchase_gate.text_key(["'" ~ post_purchase_gate.sql_text(post_purchase_gate.address_salt()) ~ "'", kind, value]) }} end
{%- endmacro %}

{#-
    What is hashed with an address: the owner's text (var guest_salt, or POST_PURCHASE_SALT in the environment), else the one that is printed here, and
    known to everybody. check_salt stops a build whose guests would get other ids than they had.
-#}
{% macro address_salt() -%}
    {{ return(var('guest_salt', none) or env_var('POST_PURCHASE_SALT', '') or post_purchase_gate.known_salt()) }}
{%- endmacro %}

{% macro known_salt() -%}{{ return('post_purchase_gate') }}{%- endmacro %}
