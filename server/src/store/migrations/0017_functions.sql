-- Functions: extensions whose code Holdpoint runs itself.

-- A target hangs on a rule of a bus, or is a function extension's own, to which what asks it is delivered straight.
alter table event_targets
  alter column rule_id drop not null,
  add column extension_id bigint unique references extensions on delete cascade,
  drop constraint event_targets_kind_check,
  add constraint event_targets_kind_check check (kind in ('http', 'kafka', 'rabbitmq', 'bus', 'function')),
  add constraint event_targets_owner check ((rule_id is null) <> (extension_id is null));
comment on column event_targets.extension_id is 'The function extension whose own target it is; null for one that hangs on a rule';

create table function_versions (
  extension_id bigint not null,
  number integer not null,
  language text not null check (language in ('typescript', 'javascript')),
  source text not null,
  compiled text not null,
  environment jsonb not null default '{}',
  secrets jsonb not null default '{}',
  allowed_hosts text[] not null default '{}',
  timeout_ms integer not null,
  memory_mb integer not null,
  modified_at timestamptz not null default now(),
  primary key (extension_id, number),
  foreign key (extension_id, number) references extension_versions on delete cascade
);
comment on column function_versions.compiled is 'The JavaScript that runs: the source without its types, every letter in its place';
comment on column function_versions.secrets is 'Name → encrypted (AES-256-GCM, bound to the extension and the name), in base64';

-- Every run, for as long as it is kept. What it was about may be removed before it: nothing is looked up for its sake.
create table invocations (
  id bigint generated always as identity primary key,
  tenant_id bigint not null,
  extension_id bigint not null references extensions on delete cascade,
  version integer not null,
  event_code text not null,
  workspace_id bigint,
  message_id uuid,
  delivery_id bigint,
  attempt integer,
  tested_by bigint references users,
  started_at timestamptz not null,
  duration_ms double precision not null,
  cpu_ms double precision not null,
  memory_bytes bigint not null,
  outcome text not null check (outcome in ('answered', 'told', 'no-result', 'threw', 'timed-out', 'out-of-memory', 'stopped')),
  error text,
  result text,
  logs jsonb not null,
  logs_cut boolean not null
);
create index on invocations (extension_id, id desc);
create index on invocations (message_id, id) where message_id is not null;
create index on invocations (started_at);
comment on column invocations.tested_by is 'Who tried it; null for a run that a message asked for';

-- What runs have used, by the day (UTC); it stays when they are gone.
create table function_usage (
  extension_id bigint not null references extensions on delete cascade,
  day date not null,
  invocations bigint not null,
  failures bigint not null,
  duration_ms double precision not null,
  cpu_ms double precision not null,
  gigabyte_seconds double precision not null,
  most_memory_bytes bigint not null,
  primary key (extension_id, day)
);
comment on column function_usage.gigabyte_seconds is 'The memory that the function may take at most, for as long as it ran';

-- A check that ended because its function failed again and again: it counts as one that nobody answered.
alter table checks add column function_failure text;
comment on column checks.function_failure is 'Why its function gave no result, of the last attempt; expired_at says when it was given up';
