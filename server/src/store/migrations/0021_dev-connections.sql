-- Messages that ask an extension under test are forwarded to its author's machine over a connection that the machine opened.
alter table event_targets
  drop constraint event_targets_kind_check,
  add constraint event_targets_kind_check check (kind in ('http', 'kafka', 'rabbitmq', 'bus', 'function', 'dev')),
  drop constraint event_targets_extension_id_key,
  add constraint event_targets_own unique (extension_id, kind);
comment on column event_targets.extension_id is 'The extension whose own target it is: the function itself, or its author''s machine; null for one that hangs on a rule';

create table dev_connections (
  extension_id bigint primary key references extensions on delete cascade,
  id uuid not null,
  user_id bigint not null references users,
  machine text not null,
  connected_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  forwarded_until timestamptz not null default now()
);
comment on table dev_connections is 'Whose machine gets the messages of an extension under test: one for each extension, whichever was opened last';
comment on column dev_connections.id is 'Chosen by the machine: with the same it goes on after a break, with another it takes over';
comment on column dev_connections.seen_at is 'When the machine last said that it is there';
comment on column dev_connections.forwarded_until is 'What was asked for before has its delivery; what came after, also while nobody was connected, gets one';
