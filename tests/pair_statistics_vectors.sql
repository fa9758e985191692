-- Without it a slip in a closed form would move every bound. Quantiles are the exact ones of the Beta distribution, by numerical integration.
with

vectors as (
    {%- for name, value, exact, tolerance in [
        ('beta 2 2 at 5 %', post_purchase_gate.beta_quantile(2, 2, -1.645), 0.13535, 0.004),
        ('beta 2 2 at 95 %', post_purchase_gate.beta_quantile(2, 2, 1.645), 0.86465, 0.004),
        ('beta 6.5 193.5 at 5 %', post_purchase_gate.beta_quantile(6.5, 193.5, -1.645), 0.01490, 0.0001),
        ('beta 6.5 193.5 at 95 %', post_purchase_gate.beta_quantile(6.5, 193.5, 1.645), 0.05539, 0.0001),
        ('beta 12 188 at 5 %', post_purchase_gate.beta_quantile(12, 188, -1.645), 0.03516, 0.0001),
        ('beta 12 188 at 95 %', post_purchase_gate.beta_quantile(12, 188, 1.645), 0.08984, 0.0001),
        ('beta 100 1000 at 95 %', post_purchase_gate.beta_quantile(100, 1000, 1.645), 0.10557, 0.0001),
        ('lift bound of 10 over 2', post_purchase_gate.lift_lower_bound(10, 2), 1.73060, 0.0001),
        ('lift bound of 5 over 1', post_purchase_gate.lift_lower_bound(5, 1), 1.09404, 0.0001),
        ('twenty before five, 1.75 times', post_purchase_gate.symmetry_p_value(20, 5, '1.0', '1.0', 1.75), 0.03966, 0.0002),
        ('eight before none, 1.75 times', post_purchase_gate.symmetry_p_value(8, 0, '1.0', '1.0', 1.75), 0.00627, 0.0005),
        ('ten before four, twice as many expected the other way', post_purchase_gate.symmetry_p_value(10, 4, '2.0', '4.0', 1.75), 0.03077, 0.0001),
        ('two before nine', post_purchase_gate.symmetry_p_value(2, 9, '1.0', '1.0', 1.75), 1, 0.000001),
        ('likelihood ratio of 10 over 2 of 200', post_purchase_gate.log_likelihood_ratio('10.0', '2.0', '200.0'), 16.5164, 0.0001),
    ] %}
    select
        '{{ name }}' as vector,
        {{ value }} as value,
        {{ exact }} as exact,
        {{ tolerance }} as tolerance
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select *
from vectors
where value is null or abs(value - exact) > tolerance
