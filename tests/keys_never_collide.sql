-- Keys of several parts whose parts differ and who are one all the same: an id may hold what parts the parts, or what stands for null.
with

pairs as (
    select
        cast('A|B' as {{ dbt.type_string() }}) as one_first,
        cast('C' as {{ dbt.type_string() }}) as one_second,
        cast('A' as {{ dbt.type_string() }}) as other_first,
        cast('B|C' as {{ dbt.type_string() }}) as other_second
    union all
    select
        'A' as one_first,
        '~null~' as one_second,
        'A' as other_first,
        null as other_second
    union all
    select
        'A~' as one_first,
        '|B' as one_second,
        'A~|' as other_first,
        'B' as other_second
    union all
    select
        'A~!B' as one_first,
        'C' as one_second,
        'A|B' as other_first,
        'C' as other_second
)

select *
from pairs
where
    {{ post_purchase_gate.text_key(['one_first', 'one_second']) }} = {{ post_purchase_gate.text_key(['other_first', 'other_second']) }}
    or {{ post_purchase_gate.row_identity(['one_first', 'one_second'], ['one_second']) }}
    = {{ post_purchase_gate.row_identity(['other_first', 'other_second'], ['other_second']) }}
