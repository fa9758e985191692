-- The note to copy for the first row of a lane: the sentences of its slots under each other, filled in.
{%- set order = [
    'heading', 'order', 'lines', 'why', 'channel', 'offer', 'content', 'earns', 'incentive', 'when', 'by_hand', 'watch', 'held', 'reasons', 'earliest', 'turn', 'ticket',
    'queue', 'held_back', 'releases', 'still_held', 'ask', 'review', 'also',
] %}
{#- what is filled into the sentence of a slot -#}
{%- set sentences = {
    'heading': ['action', 'person', 'issue'],
    'order': ['order_name', 'ordered', 'paid'],
    'why': ['due'],
    'offer': ['offer', 'offer_price', 'fits', 'compatible'],
    'earns': ['profit', 'offer_value', 'rebuy'],
    'incentive': ['incentive', 'discount'],
    'when': ['send_after', 'valid_until', 'zone', 'pick_action', 'pick_order'],
    'by_hand': [],
    'watch': ['watch_for', 'today', 'rates'],
    'held': [],
    'earliest': ['recheck', 'not_before', 'zone'],
    'turn': ['pick_action', 'pick_order'],
    'ticket': ['ticket', 'topic', 'since', 'support_due', 'overdue', 'given_action'],
    'queue': ['queue', 'owner'],
    'held_back': ['held_back', 'worth'],
    'releases': ['released', 'still_waits'],
    'still_held': ['still_held', 'still_waits'],
    'ask': ['ask_until'],
    'review': ['review_sentence'],
} %}
{#- what is a list of sentences already -#}
{%- set lists = {'lines': 'line_list', 'channel': 'channel_sentence', 'content': 'content_list', 'reasons': 'reason_list', 'also': 'also_open'} %}
with

facts as (
    select * from {{ ref('int_note_facts') }}
),

words as (
    select * from {{ ref('int_note_words') }}
),

told as (
    {%- for slot, names in sentences.items() %}
    select
        facts.order_id,
        facts.lane,
        {{ order.index(slot) }} as slot,
        {{ post_purchase_gate.filled('words.sentence', names, 'facts') }} as sentence
    from facts
    inner join words
        on facts.{{ slot }}_part = words.part
    union all
    {%- endfor %}
    {%- for slot, list in lists.items() %}
    select
        order_id,
        lane,
        {{ order.index(slot) }} as slot,
        {{ list }} as sentence
    from facts
    where {{ slot }}_part is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    order_id,
    lane,
    {{ post_purchase_gate.note_list('rtrim(sentence)', 'slot') }} as lesson_note
from told
group by order_id, lane
