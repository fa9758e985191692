{#-
    An identity: what the lines of an order bear of an amount is the amount, to the last digit: the sum of `amount` over the order's rows of
    `to` that were there at as_of (`starts_at`, `ends_at`) and meet `condition`, in the reporting currency. Orders without an exchange rate
    or with a line that does not meet `line_condition` are left out.
-#}
{% test lines_add_up_to_order(model, column_name, to, amount, starts_at, ends_at='null', condition='1 = 1', line_condition='1 = 1') %}
    with

    borne as (
        select
            order_id,
            max(exchange_rate) as exchange_rate,
            sum({{ column_name }}) as total
        from {{ model }}
        group by order_id
        having max(exchange_rate) is not null and min(case when {{ line_condition }} then 1 else 0 end) = 1
    ),

    stated as (
        select
            order_id,
            cast(sum(coalesce({{ amount }}, 0)) as decimal(18, 4)) as amount
        from {{ to }}
        where
            {{ starts_at }} <= {{ post_purchase_gate.as_of() }}
            and not coalesce({{ ends_at }} <= {{ post_purchase_gate.as_of() }}, false)
            and {{ condition }}
        group by order_id
    )

    select
        borne.order_id,
        borne.total,
        round(coalesce(stated.amount, 0) * borne.exchange_rate, 4) as expected
    from borne
    left join stated
        on borne.order_id = stated.order_id
    where borne.total is null or borne.total <> round(coalesce(stated.amount, 0) * borne.exchange_rate, 4)
{% endtest %}
