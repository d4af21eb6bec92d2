// Evidence that does not come from the server: triggers write down every change of a node's recurrence, of an operation's state and of a
// check's result, with the transaction it was part of, and when a replica was seen. What was rolled back leaves none.
import type pg from 'pg'

export const EVIDENCE = `
create schema evidence;
create table evidence.changes (
  id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  kind text not null,
  object text not null,
  was text,
  became text
);
create function evidence.note() returns trigger language plpgsql security definer as $$
begin
  if tg_table_name = 'nodes' then
    insert into evidence.changes (kind, object, was, became) values ('node', new.id, old.recurrence, new.recurrence);
  elsif tg_table_name = 'checks' then
    insert into evidence.changes (kind, object, was, became)
    values ('check', new.operation_id || ' ' || new.extension_id, old.result, new.result);
  else
    insert into evidence.changes (kind, object, was, became)
    values ('operation', new.id, case when tg_op = 'UPDATE' then old.state end, new.state);
  end if;
  return null;
end $$;
create table evidence.beats (replica uuid not null, at timestamptz not null);
create function evidence.beat() returns trigger language plpgsql security definer as $$
begin
  if tg_op = 'DELETE' then
    insert into evidence.beats values (old.id, clock_timestamp());
  elsif new.seen_at > old.seen_at then
    insert into evidence.beats values (new.id, new.seen_at);
  end if;
  return null;
end $$;
create trigger evidence after update or delete on replicas for each row execute function evidence.beat();
create trigger evidence after update of recurrence on nodes for each row execute function evidence.note();
create trigger evidence after update of result on checks for each row execute function evidence.note();
create trigger evidence after insert or update of state on operations for each row execute function evidence.note();
`

export type Change = {
  readonly id: number
  readonly xid: string
  readonly kind: 'node' | 'check' | 'operation'
  readonly object: string
  readonly was: string | null
  readonly became: string | null
}

export type CheckFound = {
  readonly extension: string
  readonly extensionId: number
  readonly result: 'OK' | 'WARN' | 'FAIL' | null
  readonly manualPass: boolean
  readonly passed: boolean
  readonly delivery: 'pending' | 'delivered' | 'dead' | null
  readonly attempts: number
}

export type OperationFound = {
  readonly id: string
  readonly point: string
  readonly state: string
  readonly reason: string | null
  readonly messageId: string | null
  readonly changes: readonly { readonly objectId: string; readonly from: string; readonly to: string }[]
  readonly checks: readonly CheckFound[]
}

export type Snapshot = { readonly operations: readonly OperationFound[]; readonly changes: readonly Change[] }

/**
 * The changes after this one, and the operations that are among them or that are named, as one moment shows them. A target is named by its
 * extension's code, so that a check is found with its delivery.
 */
export async function readEvidence(pool: pg.Pool, after: number, named: readonly string[]): Promise<Snapshot> {
  const client = await pool.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    const changes = await client.query<Change>(
      'select id::int, xid::text, kind, object, was, became from evidence.changes where id > $1 order by id',
      [after],
    )
    const ids = new Set(named)
    for (const change of changes.rows) if (change.kind === 'operation') ids.add(change.object)
    const operations = await client.query<OperationFound>(
      `select o.id, o.event_code as point, o.state, o.reason, m.id as "messageId", o.changes,
         coalesce((select json_agg(json_build_object('extension', e.code, 'extensionId', e.id, 'result', c.result,
             'manualPass', c.manual_pass, 'passed', c.passed_at is not null, 'delivery', d.state,
             'attempts', (select count(*) from attempts a where a.delivery_id = d.id)))
           from checks c join extensions e on e.id = c.extension_id
           left join deliveries d on d.message_id = m.id and d.target_name = 'to-' || e.code
           where c.operation_id = o.id), '[]') as checks
       from operations o left join messages m on m.operation_id = o.id where o.id = any($1)`,
      [[...ids]],
    )
    await client.query('commit')
    return { operations: operations.rows, changes: changes.rows }
  } finally {
    client.release(true)
  }
}

/** When a replica that had been seen again and again was not seen for so long, as on a machine that is too busy. One that never is has no excuse. */
export async function readSilences(
  pool: pg.Pool,
  longerThanMs: number,
): Promise<{ fromMs: number; untilMs: number }[]> {
  const { rows } = await pool.query<{ fromMs: number; untilMs: number }>(
    `select extract(epoch from before)::float8 * 1000 as "fromMs", extract(epoch from at)::float8 * 1000 as "untilMs"
     from (select at, lag(at) over (partition by replica order by at) as before from evidence.beats) b
     where at - before > make_interval(secs => $1)`,
    [longerThanMs / 1000],
  )
  return rows
}
