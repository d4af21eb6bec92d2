-- Alerts: rules of a workspace, what they have told, to whom, and every try to tell it.

create table alert_rules (
  id bigint generated always as identity (start with 7001) primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  name text not null,
  enabled boolean not null,
  kind text not null check (kind in ('ERROR', 'TIMEOUT', 'UNFINISHED', 'CYCLE_UNFINISHED', 'FINISHED', 'BACKFILL')),
  node_ids bigint[],
  minutes integer,
  ends text check (ends in ('Success', 'Failure', 'SuccessFailure')),
  webhook text,
  webhook_secret bytea,
  emails text[] not null,
  most_repeats integer not null,
  repeat_minutes integer not null,
  created_by bigint not null references users,
  created_at timestamptz not null default now(),
  effective_at timestamptz not null default now(),
  unique (workspace_id, name)
);
comment on column alert_rules.node_ids is 'null: all nodes of the workspace, or its backfills';
comment on column alert_rules.minutes is 'TIMEOUT: of running; CYCLE_UNFINISHED: since the time of the cycle; UNFINISHED: since the beginning of the day after the business date';
comment on column alert_rules.webhook_secret is 'Encrypted (AES-256-GCM, bound to the rule): what its webhook is signed with';
comment on column alert_rules.effective_at is 'Since when it is as it is; what was so before it tells nobody of';

-- What a rule has been found to hold for; so it tells of it once. Rule 0: what a backfill asked for itself.
create table alert_hits (
  rule_id bigint not null,
  object_id bigint not null,
  run bigint not null,
  at timestamptz not null default now(),
  primary key (rule_id, object_id, run)
);
create index on alert_hits (at);
-- Business dates that rules of kind UNFINISHED have looked at.
create table alert_days (
  rule_id bigint not null references alert_rules on delete cascade,
  bizdate date not null,
  primary key (rule_id, bizdate)
);
-- Up to when the ends of instances and backfills have been looked at.
create table alert_watch (looked_until timestamptz not null);
insert into alert_watch values (now());

create table alerts (
  id bigint generated always as identity (start with 8001) primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  rule_id bigint references alert_rules on delete set null,
  rule_name text not null,
  kind text not null,
  test boolean not null default false,
  backfill_id bigint,
  succeeded boolean,
  object_count integer not null,
  -- The first of them.
  objects jsonb not null,
  told integer not null default 1,
  tell_again_at timestamptz,
  at timestamptz not null default now()
);
create index on alerts (workspace_id, id);
create index on alerts (at);
create index on alerts (tell_again_at) where tell_again_at is not null;
create index on alerts (rule_id);

create table alert_notices (
  id bigint generated always as identity primary key,
  alert_id bigint not null references alerts on delete cascade,
  number integer not null,
  channel text not null check (channel in ('webhook', 'email')),
  receiver text not null,
  state text not null default 'pending' check (state in ('pending', 'sent', 'failed')),
  tries integer not null default 0,
  next_try_at timestamptz not null default now()
);
create index on alert_notices (alert_id);
create index on alert_notices (next_try_at) where state = 'pending';
create table alert_attempts (
  notice_id bigint not null references alert_notices on delete cascade,
  number integer not null,
  at timestamptz not null,
  duration_ms integer not null,
  status integer,
  error text,
  answer text,
  primary key (notice_id, number)
);

create index on backfills (finished_at) where finished_at is not null;
