-- What expires is found by an index of what is held, however much that is.
alter table operations add column held_until timestamptz;
comment on column operations.held_until is 'When the message that asks about it expires; it stands here for the index of what is held';
update operations o set held_until = m.expires_at from messages m where m.operation_id = o.id and o.state = 'held';
create index operations_held_until on operations (held_until) where state = 'held';
-- An answer, and the effect on a node, change no column that an index names: with room on the page of the row no index is written at all.
alter table checks set (fillfactor = 60);
alter table nodes set (fillfactor = 80);
