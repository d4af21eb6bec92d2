-- The list of dead letters: deliveries that are dead and have not been dropped from the list. Both indexes hold nothing else, so that a delivery that
-- arrives costs them nothing.
alter table deliveries add column dropped_at timestamptz;
comment on column deliveries.dropped_at is 'When somebody took the dead delivery off the list of dead letters; it stays with its message and its attempts';
create index deliveries_dead on deliveries (ended_at desc, id desc) where state = 'dead' and dropped_at is null;
create index deliveries_dead_of_target on deliveries (target_id, ended_at) where state = 'dead' and dropped_at is null;
