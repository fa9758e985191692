-- Without it a slip in a closed form would move every interval, stop or hold-out. Exact values come from other places: Newcombe (1998) for
-- Wilson's interval, the error function of a mathematics library, published quantiles of chi-square, MD5 of a text.
with

hashes as (
    select
        {{ post_purchase_gate.text_key(["'holdout-1'", "'cross_sell'", "'c-1'"]) }} as first_customer,
        {{ post_purchase_gate.text_key(["'holdout-1'", "'cross_sell'", "'c-2'"]) }} as second_customer,
        '0123abcdffffffff' as digits_in_order,
        'ffffffff00000000' as last_hash,
        '0000000012345678' as first_hash
),

vectors as (
    {%- for name, value, exact, tolerance in [
        ('wilson 81 of 263, lower', post_purchase_gate.wilson_lower(81, 263), 0.255289, 0.000001),
        ('wilson 81 of 263, upper', post_purchase_gate.wilson_upper(81, 263), 0.366210, 0.000001),
        ('wilson 15 of 148, lower', post_purchase_gate.wilson_lower(15, 148), 0.062386, 0.000001),
        ('wilson 15 of 148, upper', post_purchase_gate.wilson_upper(15, 148), 0.160487, 0.000001),
        ('wilson 1 of 29, lower', post_purchase_gate.wilson_lower(1, 29), 0.006113, 0.000001),
        ('wilson 0 of 20, lower', post_purchase_gate.wilson_lower(0, 20), 0, 0.000000000001),
        ('wilson 0 of 20, upper', post_purchase_gate.wilson_upper(0, 20), 0.161125, 0.000001),
        ('wilson 20 of 20, upper', post_purchase_gate.wilson_upper(20, 20), 1, 0.000000000001),
        ('wilson 30 of 10000, lower', post_purchase_gate.wilson_lower(30, 10000), 0.00210229, 0.00000001),
        ('wilson without trials is unknown', 'case when ' ~ post_purchase_gate.wilson_lower(0, 0) ~ ' is null then 1 else 0 end', 1, 0),
        ('erfc of 0', post_purchase_gate.erfc(0), 1, 0.0000002),
        ('erfc of 0.1', post_purchase_gate.erfc('0.1'), 0.887537084, 0.0000002),
        ('erfc of 1', post_purchase_gate.erfc(1), 0.157299207, 0.00000002),
        ('erfc of 3', post_purchase_gate.erfc(3), 0.0000220904970, 0.000000000003),
        ('erfc of 5', post_purchase_gate.erfc(5), 0.00000000000153745979, 0.0000000000000000003),
        ('chi-square at 5 %', post_purchase_gate.chi_square_p_value('3.841459'), 0.05, 0.00000002),
        ('chi-square at 1 in 1,000', post_purchase_gate.chi_square_p_value('10.827566'), 0.001, 0.0000000005),
        ('44,000 to 45,000 at even odds', post_purchase_gate.sample_ratio_chi_square(44000, 45000, 0.5), 11.236, 0.0001),
        ('and its p', post_purchase_gate.chi_square_p_value(post_purchase_gate.sample_ratio_chi_square(44000, 45000, 0.5)), 0.00080, 0.000005),
        ('4,790 held out of 50,000 at one in ten', post_purchase_gate.sample_ratio_chi_square(4790, 45210, 0.1), 9.80, 0.0001),
        ('and its p', post_purchase_gate.chi_square_p_value(post_purchase_gate.sample_ratio_chi_square(4790, 45210, 0.1)), 0.0017, 0.00005),
        ('variance of 1, 2, 3, 6', post_purchase_gate.variance_of('4.0', '12.0', '50.0'), 4.666667, 0.000001),
        ('newcombe 9,450 of 45,000 less 1,000 of 5,000, lower',
            post_purchase_gate.newcombe_lower('0.21', post_purchase_gate.wilson_lower(9450, 45000), '0.2', post_purchase_gate.wilson_upper(1000, 5000)),
            -0.0019172, 0.0000001),
        ('and upper',
            post_purchase_gate.newcombe_upper('0.21', post_purchase_gate.wilson_upper(9450, 45000), '0.2', post_purchase_gate.wilson_lower(1000, 5000)),
            0.0214970, 0.0000001),
        ('log gamma of a half', post_purchase_gate.ln_gamma('0.5'), 0.572364943, 0.000000001),
        ('log gamma of 3.3', post_purchase_gate.ln_gamma('3.3'), 0.987098578, 0.000000001),
        ('log gamma of a million', post_purchase_gate.ln_gamma('1000000.0'), 12815504.569147, 0.000001),
        ('44,000 to 45,000 at every look', post_purchase_gate.label_log_evidence('44000.0', '89000.0', '0.5', '10000.0'), 3.904352, 0.000001),
        ('12 of 72 events in one of two', post_purchase_gate.label_log_evidence('12.0', '72.0', '0.5', '100.0'), 6.555932, 0.000001),
        ('variance of a draw of one in two, upward', post_purchase_gate.draw_variance_up('0.5'), 0.25, 0.0000001),
        ('of one in twenty, upward', post_purchase_gate.draw_variance_up('0.05'), 0.1528305, 0.0000001),
        ('of one in twenty, downward', post_purchase_gate.draw_variance_down('0.05'), 0.05, 0.0000001),
        ('anytime half width', post_purchase_gate.anytime_half_width('100.0', '400.0', '100.0'), 30.913450, 0.0001),
        ('and the evidence there', post_purchase_gate.sum_log_evidence('30.913450', '100.0', '400.0', '100.0'), 2.995732, 0.00001),
        ('normal quantile at 5 % shared by two', 'sqrt(' ~ post_purchase_gate.z_squared_shared('2.0') ~ ')', 2.2414, 0.008),
        ('by ten', 'sqrt(' ~ post_purchase_gate.z_squared_shared('10.0') ~ ')', 2.8070, 0.008),
        ('share of a hash', post_purchase_gate.share_of_hash('first_customer'), 0.26229971880, 0.0000000001),
        ('of another', post_purchase_gate.share_of_hash('second_customer'), 0.07516048523, 0.0000000001),
        ('every digit in its place', post_purchase_gate.share_of_hash('digits_in_order'), 0.00445054774, 0.00000000001),
        ('the last share is below one', post_purchase_gate.share_of_hash('last_hash'), 0.99999999977, 0.00000000001),
        ('the first is zero', post_purchase_gate.share_of_hash('first_hash'), 0, 0),
    ] %}
    select
        '{{ name }}' as vector,
        {{ value }} as value,
        cast({{ exact }} as {{ post_purchase_gate.type_double() }}) as exact,
        cast({{ tolerance }} as {{ post_purchase_gate.type_double() }}) as tolerance
    from hashes
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select *
from vectors
where value is null or abs(value - exact) > tolerance
