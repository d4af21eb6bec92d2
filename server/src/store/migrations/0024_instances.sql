-- What runs: versions of nodes, resource groups, data sources, runs (DAGs), instances with what they wait for, and the logs they leave.

-- An instance runs the definition that it was generated with, whatever becomes of its node.
create table node_versions (
  node_id bigint not null,
  version integer not null,
  definition jsonb not null,
  primary key (node_id, version)
);
insert into node_versions (node_id, version, definition) select id, version, definition from nodes;

alter table nodes add column trigger text not null default 'scheduler' check (trigger in ('scheduler', 'manual'));
comment on column nodes.trigger is 'manual: runs only when somebody starts it; it has no instances of its own and no operation on it is held';

create table resource_groups (
  id bigint generated always as identity (start with 20001) primary key,
  tenant_id bigint not null references tenants,
  identifier text not null,
  name text not null,
  slots integer not null check (slots between 1 and 1000),
  allows_shell boolean not null default false,
  is_default boolean not null default false,
  created_at timestamptz not null default now(),
  unique (tenant_id, identifier)
);
create unique index on resource_groups (tenant_id) where is_default;
comment on column resource_groups.slots is 'How many instances run at once, over all replicas';
insert into resource_groups (tenant_id, identifier, name, slots, is_default) select id, 'default', 'Default resource group', 8, true from tenants;

create table data_sources (
  id bigint generated always as identity (start with 30001) primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  environment text not null check (environment in ('PROD', 'DEV')),
  name text not null,
  kind text not null check (kind in ('duckdb', 'postgresql')),
  is_default boolean not null default false,
  settings jsonb not null default '{}',
  secret bytea,
  created_by bigint references users,
  created_at timestamptz not null default now(),
  modified_at timestamptz not null default now(),
  unique (workspace_id, environment, name)
);
create unique index on data_sources (workspace_id, environment) where is_default;
comment on column data_sources.secret is 'Encrypted (AES-256-GCM, bound to the data source): the password';
insert into data_sources (tenant_id, workspace_id, environment, name, kind, is_default)
  select w.tenant_id, w.id, e.environment, 'default', 'duckdb', true
  from workspaces w cross join (values ('PROD'), ('DEV')) as e (environment) where w.mode = 'standard' or e.environment = 'PROD';

create table backfills (
  id bigint generated always as identity (start with 700000000001) primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  environment text not null check (environment in ('PROD', 'DEV')),
  operation_id uuid,
  name text not null,
  mode text not null,
  request jsonb not null,
  -- What was selected when it was asked for; of these, dry_run_ids run without effect.
  node_ids bigint[] not null,
  dry_run_ids bigint[] not null default '{}',
  state text not null check (state in ('creating', 'failed-to-create', 'waiting-to-start', 'running', 'paused', 'cancelled', 'failed', 'succeeded')),
  problem jsonb,
  instance_count integer,
  created_by bigint not null references users,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create index on backfills (workspace_id, environment, id);
create index on backfills (state, id) where state in ('creating', 'running');
create unique index on backfills (operation_id);

-- A run: all instances of a workspace's business date, a date of a backfill, a smoke test, a manual run.
create table dags (
  id bigint generated always as identity (start with 500000000001) primary key,
  tenant_id bigint not null,
  workspace_id bigint not null references workspaces on delete cascade,
  environment text not null check (environment in ('PROD', 'DEV')),
  kind smallint not null check (kind between 0 and 5),
  name text not null,
  bizdate date not null,
  backfill_id bigint references backfills on delete cascade,
  -- Runs of one line come one after the other, each when the one before has succeeded.
  line integer,
  position integer,
  status smallint not null default 1 check (status in (1, 4, 5, 6)),
  paused boolean not null default false,
  outside_window boolean not null default false,
  created_by bigint,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create unique index on dags (workspace_id, environment, bizdate) where kind = 0;
create index on dags (backfill_id, line, position);
create index on dags (workspace_id, environment, kind, id);
create index on dags (id) where status = 4 and kind <> 0;
comment on column dags.kind is '0 scheduled, 1 manual task, 2 smoke test, 3 data backfill, 4 temporary workflow, 5 manual workflow';

create table instances (
  id bigint generated always as identity (start with 523000000001) primary key,
  tenant_id bigint not null,
  workspace_id bigint not null,
  environment text not null,
  node_id bigint not null,
  node_version integer not null,
  dag_id bigint not null,
  kind smallint not null,
  bizdate date not null,
  -- The nth of its business date, from 1.
  period_number integer not null,
  -- When the schedule has it run.
  cycle_at timestamptz not null,
  -- Before this it does not start: cycle_at, a retry's time, or the past where future runs go at once.
  due_at timestamptz not null,
  status smallint not null default 1 check (status between 1 and 8),
  task_type smallint not null default 0 check (task_type between 0 and 7),
  frozen boolean not null default false,
  -- Whether a program is run for it; false for virtual nodes and dry runs, which take no slot.
  has_work boolean not null,
  -- How many it still waits for: upstream instances that have not succeeded, and its run's turn.
  waiting_for integer not null default 0 check (waiting_for >= 0),
  awaits_turn boolean not null default false,
  priority smallint not null,
  resource_group_id bigint not null,
  -- Grows with every start; what a run of an older number says is not taken.
  run_number integer not null default 0,
  -- Automatic retries since it was last started by schedule or by hand.
  retries integer not null default 0,
  -- The replica on which its program runs, or ran and has not been seen to end.
  replica_id uuid,
  wait_time_at timestamptz,
  wait_resource_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  modified_at timestamptz not null default now()
) with (fillfactor = 85);
create unique index instances_scheduled on instances (node_id, bizdate, period_number) where kind = 0;
create index instances_dag on instances (dag_id, id);
create index instances_list on instances (workspace_id, environment, bizdate, id);
create index instances_due on instances (due_at) where status = 2;
create index instances_ready on instances (resource_group_id, priority desc, due_at, id) where status = 3 and has_work and not frozen;
create index instances_ready_without_work on instances (id) where status = 3 and not has_work and not frozen;
create index instances_on_replica on instances (replica_id) where replica_id is not null;
create index instances_ended on instances (finished_at) where status in (5, 6);

create table instance_edges (
  from_id bigint not null,
  to_id bigint not null,
  primary key (to_id, from_id)
);
create index on instance_edges (from_id);

-- Of every start of a program.
create table instance_runs (
  instance_id bigint not null,
  run_number integer not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  status smallint not null,
  -- Why it ended as it did: a code of the closed list with its details, or null.
  reason jsonb,
  primary key (instance_id, run_number)
);
create table instance_logs (
  instance_id bigint not null,
  run_number integer not null,
  part integer not null,
  text text not null,
  at timestamptz not null default now(),
  primary key (instance_id, run_number, part)
);

-- What was done to nodes, instances and backfills, by whom: what people read beside the thing itself. The audit trail is elsewhere.
create table object_log (
  id bigint generated always as identity primary key,
  tenant_id bigint not null,
  workspace_id bigint not null,
  object_kind text not null check (object_kind in ('node', 'instance', 'backfill')),
  object_id bigint not null,
  user_id bigint,
  action text not null,
  details jsonb not null default '{}',
  operation_id uuid,
  at timestamptz not null default now()
);
create index on object_log (object_kind, object_id, id);

-- The days whose instances have been generated.
create table generated_days (
  tenant_id bigint not null,
  day date not null,
  generated_at timestamptz not null default now(),
  instance_count integer not null,
  primary key (tenant_id, day)
);
