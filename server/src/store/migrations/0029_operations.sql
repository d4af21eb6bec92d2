-- A node's instances are listed by it, of whatever run they are.
create index instances_of_node on instances (node_id, bizdate, id);

-- The latest forced rerun of what follows an instance: there is one at a time in a tenant.
create table forced_reruns (
  tenant_id bigint primary key,
  instance_id bigint not null,
  instance_ids bigint[] not null,
  at timestamptz not null default now()
);
