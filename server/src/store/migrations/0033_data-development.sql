-- Data Development: folders and files with their versions, what is asked for on files (deployments), what runs outside the schedule, tables, code reviews.

create table folders (
  id bigint generated always as identity (start with 400001) primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  -- `ods/orders`: from the top of the workspace, with no slash at either end. Whatever lies within one begins with its path and a slash.
  path text not null,
  created_by bigint references users,
  created_at timestamptz not null default now(),
  unique (workspace_id, path)
);

create table files (
  id bigint generated always as identity (start with 500000001) primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  -- Null: at the top.
  folder_id bigint references folders,
  kind text not null check (kind in ('node', 'resource', 'function')),
  name text not null,
  owner_id bigint references users,
  -- The draft (core, data-development/file.ts).
  body jsonb not null,
  -- Grows with every change of the draft, its name or its folder; a change names the one that it was made on.
  revision integer not null default 1,
  -- The newest committed version, 0 before there is one, and the revision that it was made of.
  version integer not null default 0,
  committed_revision integer,
  -- The version that production has; of a node it counts as long as that is published.
  deployed_version integer,
  -- Its node in production, which is there from the first deployment on and keeps its number for good.
  node_id bigint not null default nextval('nodes_id_seq'),
  -- The node whose instances are the runs of its code, from the first run on; it is never published.
  run_node_id bigint,
  created_by bigint references users,
  created_at timestamptz not null default now(),
  modified_by bigint references users,
  modified_at timestamptz not null default now(),
  -- In the recycle bin since then.
  deleted_at timestamptz
);
create unique index files_name on files (workspace_id, name) where deleted_at is null;
create unique index files_node on files (node_id);
create index files_list on files (workspace_id, id);
create index files_folder on files (folder_id, name) where deleted_at is null;

-- Never changed.
create table file_versions (
  file_id bigint not null references files on delete cascade,
  number integer not null,
  name text not null,
  body jsonb not null,
  comment text not null default '',
  committed_by bigint references users,
  committed_at timestamptz not null default now(),
  -- Null where nobody was asked because it came with an import.
  operation_id uuid,
  primary key (file_id, number)
);

-- What somebody asked for at once on files. How it stands follows from its items and is not kept.
create table deployments (
  id bigint generated always as identity (start with 3000001) primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  kind text not null check (kind in ('commit', 'deploy', 'delete')),
  name text not null,
  comment text not null default '',
  -- Of a FlowSpec file: an output that nothing produces is remarked on and not refused.
  imported boolean not null default false,
  created_by bigint not null references users,
  created_at timestamptz not null default now()
);
create index deployments_list on deployments (workspace_id, id);

-- Each is one operation. A file takes effect when all of its items have passed and what it waits for within the deployment has taken effect.
create table deployment_items (
  id bigint generated always as identity primary key,
  deployment_id bigint not null references deployments on delete cascade,
  file_id bigint not null references files on delete cascade,
  -- The key of a node inside the file's node, which is checked on its own; null: the file itself.
  inner_key text,
  version integer not null,
  change text not null check (change in ('create', 'update', 'delete')),
  -- What is to become the version, as it was when it was asked for; null where the version is there already, and of inner nodes.
  body jsonb,
  -- Null until it has been asked for; how it stands is the operation's state.
  operation_id uuid,
  passed_at timestamptz,
  done_at timestamptz,
  -- The run that carries it out, of what takes effect on a data source.
  instance_id bigint,
  -- Why it was let pass and nothing came of it: a code of the closed list with its details.
  reason jsonb
);
create unique index deployment_items_part on deployment_items (deployment_id, file_id, coalesce(inner_key, ''));
create unique index deployment_items_operation on deployment_items (operation_id);
create index deployment_items_file on deployment_items (file_id, id);
create index deployment_items_instance on deployment_items (instance_id) where instance_id is not null;

-- What is run on a data source because somebody asked for it here: an instance of a temporary workflow (dags.kind 4), with its run, its log and its slot.
create table development_runs (
  instance_id bigint primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  environment text not null check (environment in ('PROD', 'DEV')),
  -- code: of a file; table: a submission of a table; function: what creates or removes a function.
  kind text not null check (kind in ('code', 'table', 'function')),
  file_id bigint references files on delete cascade,
  table_id bigint,
  operation_id uuid,
  -- unknown: whether it has taken effect could not be found out.
  state text not null default 'running' check (state in ('running', 'succeeded', 'failed', 'unknown')),
  reason jsonb,
  created_by bigint not null references users,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create index development_runs_file on development_runs (file_id, instance_id) where file_id is not null;
create index development_runs_list on development_runs (workspace_id, instance_id);

create table tables (
  id bigint generated always as identity (start with 600001) primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  name text not null,
  owner_id bigint references users,
  -- The draft: columns, partitions, comments, life cycle, data source (core, data-development/table.ts).
  design jsonb not null,
  revision integer not null default 1,
  -- The node whose instances are the runs of its submissions.
  run_node_id bigint,
  created_by bigint references users,
  created_at timestamptz not null default now(),
  modified_by bigint references users,
  modified_at timestamptz not null default now(),
  deleted_at timestamptz
);
create unique index tables_name on tables (workspace_id, name) where deleted_at is null;
create index tables_list on tables (workspace_id, id);
alter table development_runs add foreign key (table_id) references tables on delete cascade;
create index development_runs_table on development_runs (table_id, instance_id) where table_id is not null;

-- The intent, written before anything is done to the data source. What an environment has of a table is the design of the newest one that was applied there.
create table table_submissions (
  id bigint generated always as identity primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  table_id bigint not null references tables on delete cascade,
  environment text not null check (environment in ('PROD', 'DEV')),
  data_source_id bigint not null,
  revision integer not null,
  -- The table as it was when it was asked for, null where there was none; as it is to be; and what leads from the one to the other.
  before jsonb,
  design jsonb not null,
  changes jsonb not null,
  operation_id uuid,
  instance_id bigint,
  state text not null default 'applying' check (state in ('applying', 'applied', 'failed', 'unknown')),
  reason jsonb,
  submitted_by bigint not null references users,
  submitted_at timestamptz not null default now(),
  ended_at timestamptz
);
create index table_submissions_table on table_submissions (table_id, environment, id);
-- One at a time; what became of an unknown one is found out by the next.
create unique index table_submissions_applying on table_submissions (table_id, environment) where state = 'applying';
create index table_submissions_instance on table_submissions (instance_id) where instance_id is not null;

create table file_reviews (
  id bigint generated always as identity primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  file_id bigint not null references files on delete cascade,
  version integer not null,
  description text not null default '',
  state text not null default 'open' check (state in ('open', 'approved', 'rejected', 'withdrawn')),
  requested_by bigint not null references users,
  requested_at timestamptz not null default now(),
  concluded_by bigint references users,
  concluded_at timestamptz,
  conclusion text not null default ''
);
create unique index file_reviews_open on file_reviews (file_id, version) where state = 'open';
create index file_reviews_list on file_reviews (workspace_id, id);

create table file_review_comments (
  id bigint generated always as identity primary key,
  review_id bigint not null references file_reviews on delete cascade,
  -- Of the version's content, from 1; null: on the whole.
  line integer,
  text text not null,
  user_id bigint not null references users,
  at timestamptz not null default now()
);
create index file_review_comments_review on file_review_comments (review_id, id);

-- What production has is a file here, as if it had been imported today.
insert into files (tenant_id, workspace_id, kind, name, owner_id, body, version, committed_revision, deployed_version, node_id, created_at, modified_at)
  select tenant_id, workspace_id, 'node', name, owner_id,
    jsonb_build_object('kind', 'node', 'parsing', '{"on": false, "inputs": [], "outputs": [], "ignored": []}'::jsonb, 'definition', definition), 1, 1, 1, id, created_at, modified_at
  from nodes where environment = 'PROD' and not is_root and unpublished_at is null;
insert into file_versions (file_id, number, name, body) select id, 1, name, body from files;
