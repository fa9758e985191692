-- What Stripe knows of the shop beside the store: its disputes.
create schema "stripe";

create table stripe.disputes as
    select 'dp_' || id as id, 'ch_' || id as charge, cast(round(amount * 100) as bigint) as amount, lower(currency) as currency, status,
    true as livemode, cast(epoch(initiated_at) as bigint) as created, cast(epoch(finalized_on) as bigint) as updated,
    json_object('order_id', cast(order_id as varchar)) as metadata, timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.shop_disputes;
