-- Staged entries of the journal, without their payload.
insert into events by name
select seq, order_id, actor, kind, make_timestamptz("at") as occurred_at
from staged_events;
