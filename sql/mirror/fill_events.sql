-- Staged entries of the journal. A payload is staged where it names a letter; one
-- that a person decided to send again has not left.
insert into events by name
select
    seq,
    order_id,
    actor,
    kind,
    make_timestamptz("at") as occurred_at,
    if(
        payload = '' or payload ->> '$.state' = 'queued',
        null,
        cast(payload ->> '$.message' as bigint)
    ) as message
from staged_events;
