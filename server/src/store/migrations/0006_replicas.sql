-- Which replicas are alive, and which of them makes the deliveries of which target.
create table replicas (
  id uuid primary key,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);
comment on column replicas.seen_at is 'Written every second; who has not been seen for too long is removed by any other, and its lanes with it';

create table lanes (
  target_id bigint primary key references event_targets on delete cascade,
  replica_id uuid not null references replicas on delete cascade
);
create index on lanes (replica_id);
comment on table lanes is 'The replica that alone makes the deliveries of a target; where there is no row, any may take it';

-- A delivery is attempted by the replica that has the lane of its target: it needs no lease of its own. Its target may be gone, so that no delivery
-- shares a lock on the row of its target while it is written, and removing a target reads no deliveries.
update deliveries set state = 'dead', ended_at = now() where state = 'pending' and target_id is null;
alter table deliveries drop column lease_until, drop constraint deliveries_target_id_fkey;
drop index deliveries_due;
drop index deliveries_target_id_idx;
create index deliveries_due on deliveries (target_id, next_attempt_at) where state = 'pending';
