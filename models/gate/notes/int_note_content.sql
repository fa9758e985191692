-- What the message of a decision can say, in sentences: links and texts of the product, what a step up or a bundle costs or saves, an offer that ends,
-- until when the line may be sent back, where the parcel is.
{%- set texts = {
    'content_how_to': 'how_to', 'content_care': 'care', 'content_faq': 'faq', 'content_review_link': 'review_link', 'content_url': 'url',
    'content_image': 'image',
} %}
{%- set amounts = {
    'step_up': 'step_up_price', 'parts': 'parts_price', 'saving': 'abs(bundle_saving)', 'limited_price': 'offer_price',
} %}
with

words as (
    select * from {{ ref('int_note_words') }}
),

formats as (
    {{ post_purchase_gate.note_formats() }}
),

content as (
    select
        content.*,
        {{ post_purchase_gate.as_of() }} as as_of,
        actions.action_class,
        actions.target_kind,
        hours.timezone,
        {%- for name, amount in amounts.items() %}
        {{ post_purchase_gate.note_amount(amount, 'content.currency') }} as {{ name }},
        {%- endfor %}
        {{ post_purchase_gate.note_number('content.rating_average', 1) }} as rating,
        cast(content.ratings as {{ dbt.type_string() }}) as rating_count,
        {{ post_purchase_gate.note_minute('content.offer_ends_at', 'hours.timezone') }} as limited_until,
        {{ post_purchase_gate.note_day('content.returns_until', 'hours.timezone') }} as returns_day,
        coalesce({{ post_purchase_gate.note_link('content.returns') }}, '') as returns_link,
        trim(
            coalesce({{ post_purchase_gate.escaped('content.tracking_carrier') }}, '') || ' '
            || coalesce({{ post_purchase_gate.escaped('content.tracking_number') }}, '') || ' '
            || coalesce({{ post_purchase_gate.note_link('content.tracking_url') }}, '')
        ) as tracking
    from {{ ref('int_message_content') }} as content
    cross join formats
    inner join {{ ref('actions') }} as actions
        on content.action = actions.action
    inner join {{ ref('int_customer_zones') }} as hours
        on content.customer_id = hours.customer_id
),

parts as (
    select
        decision_id,
        1 as position,
        'content_tracking' as part
    from content
    where tracking_number is not null or {{ post_purchase_gate.note_link('tracking_url') }} is not null
    union all
    select
        decision_id,
        2 as position,
        'content_step_up' as part
    from content
    where step_up_price > 0
    union all
    select
        decision_id,
        3 as position,
        case when bundle_saving > 0 then 'content_bundle_saves' when bundle_saving < 0 then 'content_bundle_costs' else 'content_bundle_same' end
            as part
    from content
    where bundle_saving is not null and target_kind is not null
    union all
    select
        decision_id,
        4 as position,
        'content_limited' as part
    from content
    where offer_ends_at is not null
    union all
    select
        decision_id,
        5 as position,
        'content_rated' as part
    from content
    where ratings > 0
    union all
    -- of what was bought: what a message recommends has not been delivered
    select
        decision_id,
        6 as position,
        case when returns_until > as_of then 'content_returns_until' else 'content_returns' end as part
    from content
    where
        target_kind is null
        and action_class <> 'transactional'
        and case when returns_until is null then returns_link <> '' else returns_until > as_of end
),

said as (
    select
        content.decision_id,
        parts.position,
        {{ post_purchase_gate.filled('words.sentence', [
            'step_up', 'parts', 'saving', 'limited_price', 'limited_until', 'rating', 'rating_count', 'returns_day', 'returns_link', 'tracking',
        ], 'content') }} as sentence
    from parts
    inner join content
        on parts.decision_id = content.decision_id
    inner join words
        on parts.part = words.part
    {%- for part, text in texts.items() %}
    union all
    select
        content.decision_id,
        {{ 10 + loop.index }} as position,
        replace(words.sentence, '{text}', {{ post_purchase_gate.note_text('content.' ~ text) }}) as sentence
    from content
    inner join words
        on words.part = '{{ part }}'
    where
        trim(content.{{ text }}) <> ''
        {%- if text in ('url', 'image') %}
        and content.target_kind is not null
        {%- elif text == 'review_link' %}
        and content.action = 'review_request'
        {%- else %}
        and content.target_kind is null
        and content.action_class = 'service'
        {%- endif %}
    {%- endfor %}
)

select
    decision_id,
    {{ post_purchase_gate.note_list('rtrim(sentence)', 'position') }} as content_list
from said
group by decision_id
