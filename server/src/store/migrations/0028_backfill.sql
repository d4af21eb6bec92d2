-- The edges that inputs and outputs make within a cycle, kept with the wiring: whole graphs are walked for backfills (docs/decisions/0006).
create table node_edges (
  from_id bigint not null references nodes on delete cascade,
  to_id bigint not null references nodes on delete cascade,
  tenant_id bigint not null,
  environment text not null,
  primary key (from_id, to_id)
);
create index on node_edges (to_id);
create index on node_edges (tenant_id, environment) include (from_id, to_id);
comment on table node_edges is 'to_id waits for from_id in the same cycle';
insert into node_edges (from_id, to_id, tenant_id, environment)
  select distinct o.node_id, i.node_id, i.tenant_id, i.environment from node_inputs i
  join node_outputs o on o.tenant_id = i.tenant_id and o.environment = i.environment and o.output = i.output
  where i.type = 'normal';

create index nodes_scheduled on nodes (tenant_id, environment) include (id, workspace_id)
  where unpublished_at is null and trigger = 'scheduler';
