/**
 * The least durable statements a round needs: two, each a commit of its own, on tables with primary keys and nothing else.
 *
 * They are the yardstick: they change only with a decision record (docs/decisions).
 */

export const SCHEMA = `
create schema limit_program;
set search_path = limit_program;
create table nodes (id bigint primary key, recurrence text not null);
create table operations (id uuid primary key, node_id bigint not null, recurrence text not null, requested_by text not null, state text not null,
  requested_at timestamptz not null, ended_at timestamptz);
create table messages (id uuid primary key, operation_id uuid not null, body text not null, created_at timestamptz not null);
create table checks (operation_id uuid not null, extension_code text not null, result text, comment text, answered_at timestamptz,
  primary key (operation_id, extension_code));
create table deliveries (message_id uuid primary key, endpoint text not null, state text not null, attempts integer not null, ended_at timestamptz);
`

/** The operation is held: it, its message, its check and its delivery. */
export const HOLD = `
with o as (
  insert into limit_program.operations (id, node_id, recurrence, requested_by, state, requested_at) values ($1, $2, $3, $4, 'held', now())),
m as (
  insert into limit_program.messages (id, operation_id, body, created_at) values ($5, $1, $6, now())),
c as (
  insert into limit_program.checks (operation_id, extension_code) values ($1, $7))
insert into limit_program.deliveries (message_id, endpoint, state, attempts) values ($5, $8, 'pending', 0)`

/** It is answered and takes effect: the answer, the operation's end, the delivery's outcome, the node. */
export const ANSWER = `
with m as (
  select operation_id from limit_program.messages where id = $1),
c as (
  update limit_program.checks set result = $3, comment = $4, answered_at = now() from m
  where checks.operation_id = m.operation_id and extension_code = $2 and result is null returning checks.operation_id),
o as (
  update limit_program.operations set state = 'done', ended_at = now() from c
  where operations.id = c.operation_id and state = 'held' returning node_id, operations.recurrence),
d as (
  update limit_program.deliveries set state = 'delivered', attempts = 1, ended_at = now() from c where message_id = $1)
update limit_program.nodes set recurrence = o.recurrence from o where nodes.id = o.node_id`

/** Every operation ended exactly once, with its check and its delivery: the number of rounds, or of faults. */
export const COUNTS = `
select count(*) filter (where o.state = 'done' and c.result = 'OK' and d.state = 'delivered')::int as done, count(*)::int as operations
from limit_program.operations o join limit_program.checks c on c.operation_id = o.id join limit_program.messages m on m.operation_id = o.id
join limit_program.deliveries d on d.message_id = m.id`
