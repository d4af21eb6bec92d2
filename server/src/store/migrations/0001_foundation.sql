-- Who: tenants, users, sessions, AccessKey pairs, workspaces, members.

create table tenants (
  id bigint generated always as identity (start with 280000000000001) primary key,
  name text not null,
  edition_expires_at timestamptz,
  created_at timestamptz not null default now()
);

create table users (
  id bigint generated always as identity (start with 190000000000001) primary key,
  tenant_id bigint not null references tenants,
  name text not null unique,
  display_name text not null,
  password_hash text,
  tenant_roles text[] not null default '{}',
  disabled_at timestamptz,
  created_at timestamptz not null default now()
);
create index on users (tenant_id, id);
comment on column users.password_hash is 'Argon2id in PHC form; null for a user who only signs requests';

create table sessions (
  token_hash bytea primary key,
  user_id bigint not null references users on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index on sessions (user_id);
create index on sessions (expires_at);

create table access_keys (
  id text primary key,
  user_id bigint not null references users on delete cascade,
  secret bytea not null,
  active boolean not null default true,
  created_at timestamptz not null default now(),
  last_used_at timestamptz
);
create index on access_keys (user_id);
comment on column access_keys.secret is 'Encrypted (AES-256-GCM, bound to the key id); signatures need the secret itself, so it cannot be a hash';

create table nonces (
  access_key_id text not null,
  nonce text not null,
  expires_at timestamptz not null,
  primary key (access_key_id, nonce)
);
create index on nonces (expires_at);

create table workspaces (
  id bigint generated always as identity (start with 10001) primary key,
  tenant_id bigint not null references tenants,
  identifier text not null,
  name text not null,
  description text not null default '',
  mode text not null check (mode in ('basic', 'standard')),
  created_by bigint not null references users,
  created_at timestamptz not null default now(),
  modified_at timestamptz not null default now(),
  unique (tenant_id, identifier)
);

create table members (
  workspace_id bigint not null references workspaces on delete cascade,
  user_id bigint not null references users on delete cascade,
  roles text[] not null,
  primary key (workspace_id, user_id)
);
create index on members (user_id);

create table audit_entries (
  id bigint generated always as identity primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint,
  user_id bigint,
  action text not null,
  object text not null,
  details jsonb not null default '{}',
  at timestamptz not null default now()
);
create index on audit_entries (tenant_id, id);

-- Operation Center: nodes. An edge is not stored: a node's input names an output, and whichever node of the tenant and
-- environment produces that output is its parent.

create table nodes (
  id bigint generated always as identity (start with 1000000001) primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint not null references workspaces on delete cascade,
  environment text not null check (environment in ('PROD', 'DEV')),
  name text not null,
  program_type text not null,
  file_type integer,
  owner_id bigint references users,
  recurrence text not null check (recurrence in ('normal', 'pause', 'skip')),
  cron text,
  priority integer not null,
  is_root boolean not null default false,
  version integer not null default 1,
  definition jsonb not null,
  created_at timestamptz not null default now(),
  modified_at timestamptz not null default now(),
  unpublished_at timestamptz
);
create unique index on nodes (workspace_id, environment, name) where unpublished_at is null;
create index on nodes (workspace_id, environment, id) where unpublished_at is null;

create table node_outputs (
  tenant_id bigint not null,
  environment text not null,
  output text not null,
  node_id bigint not null references nodes on delete cascade,
  primary key (tenant_id, environment, output)
);
create index on node_outputs (node_id);

create table node_inputs (
  node_id bigint not null references nodes on delete cascade,
  tenant_id bigint not null,
  environment text not null,
  output text not null,
  type text not null,
  primary key (node_id, output, type)
);
create index on node_inputs (tenant_id, environment, output);

-- Extensions: what runs is a version.

create table extensions (
  id bigint generated always as identity primary key,
  tenant_id bigint not null references tenants,
  code text not null unique,
  owner_id bigint not null references users,
  created_at timestamptz not null default now()
);
create index on extensions (tenant_id, id);

create table extension_versions (
  extension_id bigint not null references extensions on delete cascade,
  number integer not null,
  status text not null check (status in ('testing', 'in-review', 'approved', 'rejected', 'published', 'disabled')),
  name text not null,
  description text not null,
  points text[] not null,
  test_workspace_id bigint references workspaces,
  detail_url text,
  help_doc_url text,
  parameters text not null default '',
  options text not null default '',
  on_unanswered text not null check (on_unanswered in ('block', 'pass')),
  changed_by bigint[] not null default '{}',
  submitted_by bigint references users,
  submitted_at timestamptz,
  created_at timestamptz not null default now(),
  modified_at timestamptz not null default now(),
  primary key (extension_id, number)
);

create table extension_enablements (
  extension_id bigint not null references extensions on delete cascade,
  workspace_id bigint references workspaces on delete cascade,
  enabled boolean not null,
  option_values jsonb,
  modified_by bigint not null references users,
  modified_at timestamptz not null default now(),
  unique nulls not distinct (extension_id, workspace_id)
);
comment on column extension_enablements.workspace_id is 'null: the tenant as a whole, for tenant-level extensions';

-- OpenEvent: where messages go.

create table event_buses (
  id bigint generated always as identity primary key,
  tenant_id bigint not null references tenants,
  name text not null,
  description text not null default '',
  created_at timestamptz not null default now(),
  unique (tenant_id, name)
);

create table channels (
  tenant_id bigint not null references tenants,
  workspace_id bigint references workspaces on delete cascade,
  bus_id bigint not null references event_buses,
  enabled boolean not null default true,
  unique nulls not distinct (tenant_id, workspace_id)
);
comment on column channels.workspace_id is 'null: the channel of tenant-level events';

create table event_rules (
  id bigint generated always as identity primary key,
  bus_id bigint not null references event_buses on delete cascade,
  name text not null,
  pattern jsonb not null,
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  unique (bus_id, name)
);

create table event_targets (
  id bigint generated always as identity primary key,
  rule_id bigint not null references event_rules on delete cascade,
  name text not null,
  endpoint text not null,
  serves text[],
  unique (rule_id, name)
);
comment on column event_targets.serves is 'Codes of the extensions this target serves; null serves all';

-- The gate: operations, their message, their checks; deliveries and every attempt.

create table operations (
  id uuid primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint references workspaces on delete cascade,
  event_code text not null,
  state text not null check (state in ('held', 'done', 'refused', 'withdrawn', 'stale', 'failed')),
  status text check (status in ('CHECKING', 'PASSED', 'BLOCKED')),
  requested_by bigint not null references users,
  request_key text not null,
  object_name text not null,
  objects jsonb not null,
  snapshot jsonb not null,
  changes jsonb not null,
  reason text,
  requested_at timestamptz not null,
  ended_at timestamptz
);
-- The same person asking again for the same operation on the same objects while it is held gets the open one (rule 24).
create unique index operations_held on operations (tenant_id, workspace_id, event_code, requested_by, request_key) nulls not distinct where state = 'held';
create index on operations (tenant_id, requested_at desc, id);
comment on column operations.status is 'Derived from the checks by core and written in the same transaction as they are; null where no extension applied';

create table messages (
  id uuid primary key,
  tenant_id bigint not null references tenants,
  workspace_id bigint references workspaces on delete cascade,
  event_code text not null,
  operation_id uuid references operations on delete cascade,
  body text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create unique index on messages (operation_id);
comment on column messages.operation_id is 'The operation this message asks about; null for a regular event';
comment on column messages.body is 'The JSON text of the event body, exactly as it is delivered';

create table checks (
  operation_id uuid not null references operations on delete cascade,
  extension_id bigint not null references extensions,
  version integer not null,
  on_unanswered text not null check (on_unanswered in ('block', 'pass')),
  manual_pass boolean not null,
  result text check (result in ('OK', 'WARN', 'FAIL')),
  comment text,
  answered_at timestamptz,
  expired_at timestamptz,
  passed_by bigint references users,
  passed_reason text,
  passed_at timestamptz,
  primary key (operation_id, extension_id)
);
create index on checks (extension_id) where result is null and expired_at is null;

create table deliveries (
  id bigint generated always as identity primary key,
  message_id uuid not null references messages on delete cascade,
  target_id bigint references event_targets on delete set null,
  target_name text not null,
  bus_name text not null,
  endpoint text not null,
  serves text[],
  state text not null default 'pending' check (state in ('pending', 'delivered', 'dead')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null,
  lease_until timestamptz,
  ended_at timestamptz
);
create index on deliveries (message_id);
create index on deliveries (target_id) where state = 'pending';
create index deliveries_due on deliveries (next_attempt_at) where state = 'pending';

create table attempts (
  delivery_id bigint not null references deliveries on delete cascade,
  number integer not null,
  at timestamptz not null,
  duration_ms double precision not null,
  status integer,
  error text,
  response_body text,
  primary key (delivery_id, number)
);
