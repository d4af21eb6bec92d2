-- Data Integration: synchronisation jobs and their runs. Data Quality: rules, monitors, subscriptions, what was checked and what was said of it.

create table sync_jobs (
  id bigint generated always as identity (start with 5001) primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  name text not null,
  description text not null default '',
  owner_id bigint references users,
  -- As in the definition (core, data-integration/sync.ts), for lists.
  kind text not null check (kind in ('full', 'incremental', 'real-time')),
  definition jsonb not null,
  -- Null: the tenant's default one; of real-time jobs the tenant's group for these.
  resource_group text,
  revision integer not null default 1,
  -- Under which targets keep the positions of this job and of no other, wherever they are.
  ledger_key uuid not null default gen_random_uuid(),
  -- The node whose instances are its runs; it is never published.
  run_node_id bigint,
  created_by bigint references users,
  created_at timestamptz not null default now(),
  modified_by bigint references users,
  modified_at timestamptz not null default now(),
  deleted_at timestamptz
);
create unique index sync_jobs_name on sync_jobs (workspace_id, name) where deleted_at is null;
create index sync_jobs_list on sync_jobs (workspace_id, id);

-- While it is under way it stands as its instance does; how it has ended is written in the transaction that settles that. Its log is the instance's.
create table sync_runs (
  id bigint generated always as identity primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  job_id bigint not null references sync_jobs on delete cascade,
  revision integer not null,
  instance_id bigint not null,
  -- Instead of where the job ended the last time.
  start_at text,
  operation_id uuid,
  started_by bigint not null references users,
  started_at timestamptz not null default now(),
  stopped_by bigint references users,
  stopped_at timestamptz,
  -- While a data source cannot be used: how often it has been tried in a row, since when, and why not.
  retries integer not null default 0,
  retrying_since timestamptz,
  retrying_reason jsonb,
  row_count bigint not null default 0,
  byte_count bigint not null default 0,
  ended_as text check (ended_as in ('succeeded', 'failed', 'stopped')),
  ended_at timestamptz,
  -- Why it has failed: a code of the closed list with its details.
  reason jsonb
);
create unique index sync_runs_under_way on sync_runs (job_id) where ended_as is null;
create index sync_runs_job on sync_runs (job_id, id);
create unique index sync_runs_instance on sync_runs (instance_id);

-- How far a job has come with each table, as its runs said. The truth about positions is what the target has, written there with the rows.
create table sync_tables (
  job_id bigint not null references sync_jobs on delete cascade,
  target text not null,
  source text not null,
  position text,
  row_count bigint not null default 0,
  byte_count bigint not null default 0,
  moved_at timestamptz not null default now(),
  primary key (job_id, target)
);
-- What a run has brought in each minute. Kept for a week.
create table sync_minutes (
  run_id bigint not null references sync_runs on delete cascade,
  at timestamptz not null,
  row_count bigint not null,
  byte_count bigint not null,
  primary key (run_id, at)
);
create index sync_minutes_at on sync_minutes (at);

-- What the older dialect has made of parameters, for who asks for it next. Kept for a day.
create table sync_task_configs (
  id bigint generated always as identity primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  task_type text not null,
  content text,
  problem text,
  created_at timestamptz not null default now()
);
create index sync_task_configs_at on sync_task_configs (created_at);

create table quality_monitors (
  id bigint generated always as identity (start with 10001) primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  name text not null,
  description text not null default '',
  enabled boolean not null default true,
  data_source text,
  schema_name text,
  table_name text not null,
  partition text,
  trigger text not null check (trigger in ('ByScheduledTaskInstance', 'ByManual')),
  -- Conditions (core, data-quality/verdict.ts); null: nothing is held up, nobody is told.
  block_when text,
  notify_when text,
  owner_id bigint references users,
  revision integer not null default 1,
  created_by bigint references users,
  created_at timestamptz not null default now(),
  modified_by bigint references users,
  modified_at timestamptz not null default now(),
  deleted_at timestamptz
);
create unique index quality_monitors_name on quality_monitors (workspace_id, name) where deleted_at is null;
create index quality_monitors_list on quality_monitors (workspace_id, id);
create index quality_monitors_table on quality_monitors (workspace_id, table_name) where deleted_at is null;

-- Looked at whenever an instance has run its program: only monitors that are there have rows; those that are switched off keep theirs.
create table quality_monitor_nodes (
  node_id bigint not null,
  monitor_id bigint not null references quality_monitors on delete cascade,
  primary key (node_id, monitor_id)
);
create index quality_monitor_nodes_monitor on quality_monitor_nodes (monitor_id);

create table quality_rules (
  id bigint generated always as identity (start with 100001) primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  -- Null: of a table, and checked by no monitor yet.
  monitor_id bigint references quality_monitors on delete cascade,
  data_source text,
  schema_name text,
  table_name text not null,
  name text not null,
  enabled boolean not null default true,
  severity text not null check (severity in ('High', 'Normal')),
  -- core, data-quality/rule.ts
  rule jsonb not null,
  revision integer not null default 1,
  created_by bigint references users,
  created_at timestamptz not null default now(),
  modified_by bigint references users,
  modified_at timestamptz not null default now(),
  deleted_at timestamptz
);
create unique index quality_rules_name on quality_rules (monitor_id, name) where deleted_at is null and monitor_id is not null;
create index quality_rules_list on quality_rules (workspace_id, id);
create index quality_rules_monitor on quality_rules (monitor_id, id) where deleted_at is null;

create table quality_subscriptions (
  id bigint generated always as identity (start with 20001) primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  monitor_id bigint not null references quality_monitors on delete cascade,
  channel text not null check (channel in ('Mail', 'Webhook')),
  receiver text not null,
  secret bytea,
  created_by bigint references users,
  created_at timestamptz not null default now(),
  unique (monitor_id, channel, receiver)
);
comment on column quality_subscriptions.secret is 'Encrypted (AES-256-GCM, bound to the subscription): what its webhook is signed with';

-- A run of a monitor: written with the end of the instance that it is about, or by hand, and taken by whichever replica has time. Rules are read when it begins.
create table quality_runs (
  id bigint generated always as identity primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  monitor_id bigint not null references quality_monitors on delete cascade,
  -- The run of an instance that it is about; null: by hand.
  instance_id bigint,
  run_number integer,
  node_id bigint,
  -- Whether the instance has succeeded only when this has ended.
  holds_up boolean not null default false,
  bizdate date not null,
  cycle_at timestamptz not null,
  -- As it was checked, with its expressions resolved.
  partition text,
  state text not null default 'pending' check (state in ('pending', 'running', 'ended')),
  status text check (status in ('Passed', 'Warned', 'Critical', 'Error', 'Skipped')),
  -- It has had its instance fail.
  has_blocked boolean not null default false,
  -- Free again in the moment in which the replica is removed.
  replica_id uuid references replicas on delete set null,
  started_by bigint references users,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz
);
create index quality_runs_free on quality_runs (id) where state <> 'ended' and replica_id is null;
create index quality_runs_replica on quality_runs (replica_id) where replica_id is not null;
create index quality_runs_monitor on quality_runs (monitor_id, id);
create unique index quality_runs_instance on quality_runs (instance_id, run_number, monitor_id) where instance_id is not null;

-- Written all at once with the end of the run.
create table quality_results (
  id bigint generated always as identity (start with 521770001) primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  run_id bigint not null references quality_runs on delete cascade,
  monitor_id bigint not null,
  rule_id bigint not null references quality_rules on delete cascade,
  bizdate date not null,
  -- The rule as it was.
  rule jsonb not null,
  status text not null check (status in ('Passed', 'Warned', 'Critical', 'Error', 'Skipped')),
  value double precision,
  -- What the thresholds were held against, and the earlier days that it was compared with.
  checked double precision,
  comparisons jsonb not null default '[]',
  statement text not null,
  reason jsonb,
  began_at timestamptz not null,
  ended_at timestamptz not null
);
create index quality_results_rule on quality_results (rule_id, bizdate, id);
create index quality_results_run on quality_results (run_id, id);
create index quality_results_list on quality_results (workspace_id, id);

create table quality_feedback (
  id bigint generated always as identity primary key,
  result_id bigint not null references quality_results on delete cascade,
  text text not null,
  user_id bigint not null references users,
  at timestamptz not null default now()
);
create index quality_feedback_result on quality_feedback (result_id, id);

-- Who subscribes is told by an alert of the kind QUALITY, with its notices and tries.
alter table alerts add column quality_run_id bigint references quality_runs on delete set null;
alter table alert_notices add column subscription_id bigint references quality_subscriptions on delete set null;
create index on alerts (quality_run_id) where quality_run_id is not null;
create index on alert_notices (subscription_id) where subscription_id is not null;
