-- What settling needs beside the instances themselves.

-- Whether anything of a run is left, and what: without it every change would read the whole run.
create index instances_unfinished on instances (dag_id, status) where status <> 6;

alter table instances add column chosen_outputs text[];
comment on column instances.chosen_outputs is 'Of a branch node that has succeeded: the outputs whose conditions held; null for all others';

alter table dags add column has_choices boolean not null default false;
comment on column dags.has_choices is 'Something of it waits for a branch node that has chosen, or for what was left out';

-- Changes of status that a target may want to hear of: written with the change, told by the scheduler soon after, in this order.
create table status_news (
  id bigint generated always as identity primary key,
  tenant_id bigint not null,
  workspace_id bigint not null,
  event_code text not null,
  body jsonb not null
);
