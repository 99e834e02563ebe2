-- All tags, staged whole.
insert into tags by name
select id, name, color
from staged_tags;
