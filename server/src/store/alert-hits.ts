/**
 * Finding what alert rules hold for, from what is committed. Each statement notes what it finds and answers only what was not known, so that it may
 * be asked by any replica, again and late.
 */
import type { AlertKind, BackfillEnds } from '@holdpoint/core'
import type { Sql, Transaction } from './database.ts'

/** What ended may become visible later than what ended after it: a transaction ends within so many seconds of its time. */
const LATE_SECONDS = 90

export type InstanceHit = {
  rule_id: number
  id: number
  node_id: number
  name: string
  run: number
  bizdate: string
}

export type Look = {
  /** From when on the ends of instances and backfills have not all been looked at. */
  readonly since: Date
  readonly kinds: ReadonlySet<AlertKind>
}

/** What there is to look for; null while another replica looks. */
export async function beginLook(tx: Transaction): Promise<Look | null> {
  const [row] = await tx.rows<{ since: Date; kinds: AlertKind[] }>(
    `select looked_until - make_interval(secs => ${LATE_SECONDS}) as since, array(select distinct kind from alert_rules where enabled) as kinds
     from alert_watch for update skip locked`,
  )
  // Joins of rules with a day of instances; a rule says itself how few or many there are.
  tx.send('set local enable_hashjoin = on')
  tx.send('set local enable_mergejoin = on')
  tx.send('set local enable_seqscan = on')
  tx.send('set local plan_cache_mode = auto')
  return row ? { since: row.since, kinds: new Set(row.kinds) } : null
}

export function endLook(tx: Transaction): void {
  tx.send('update alert_watch set looked_until = now()')
}

/** Notes the hits of a query that answers rule_id, id, run, node_id and bizdate of instances; answers those that are new, with the names of their nodes. */
const noting = (query: string, before = '') =>
  `with ${before} found as (${query}),
   noted as (insert into alert_hits (rule_id, object_id, run) select rule_id, id, run from found on conflict do nothing
     returning rule_id, object_id, run)
   select f.rule_id, f.id, f.run, f.node_id, f.bizdate::text as bizdate, n.name
   from noted join found f on f.rule_id = noted.rule_id and f.id = noted.object_id and f.run = noted.run
   join nodes n on n.id = f.node_id order by f.rule_id, f.id`

const COLUMNS = 'r.id as rule_id, i.id, i.run_number::bigint as run, i.node_id, i.bizdate'
const ONCE = 'r.id as rule_id, i.id, 0::bigint as run, i.node_id, i.bizdate'
const WATCHED = `i.workspace_id = r.workspace_id and i.environment = 'PROD' and i.kind = 0 and (r.node_ids is null or i.node_id = any(r.node_ids))`

/** Instances that have failed, or have succeeded, since then. */
export async function endedHits(sql: Sql, since: Date): Promise<InstanceHit[]> {
  return await sql.rows<InstanceHit>(
    noting(
      `select ${COLUMNS} from instances i join alert_rules r on ${WATCHED}
         and r.enabled and r.kind = case i.status when 5 then 'ERROR' else 'FINISHED' end
       where i.status in (5, 6) and i.finished_at >= $1 and i.finished_at >= r.effective_at`,
    ),
    [since],
  )
}

/** Instances that have been running for longer than a rule allows. */
export async function timeoutHits(sql: Sql): Promise<InstanceHit[]> {
  return await sql.rows<InstanceHit>(
    noting(
      `select ${COLUMNS} from instances i join alert_rules r on ${WATCHED} and r.enabled and r.kind = 'TIMEOUT'
       where i.replica_id is not null and i.status = 4 and i.started_at + make_interval(mins => r.minutes) <= now()`,
    ),
  )
}

/** Instances of business dates whose time is over. Each date is looked at once, when its time is over or as soon after as somebody looks. */
export async function unfinishedHits(sql: Sql, timeZone: string): Promise<InstanceHit[]> {
  return await sql.rows<InstanceHit>(
    noting(
      `select ${ONCE} from due join alert_rules r on r.id = due.rule_id
       join instances i on ${WATCHED} and i.bizdate = due.bizdate where i.status <> 6`,
      `due as (insert into alert_days (rule_id, bizdate)
         select r.id, d.bizdate from alert_rules r
         cross join (select (now() at time zone $1)::date - n as bizdate from generate_series(1, 4) n) d
         where r.enabled and r.kind = 'UNFINISHED'
           and ((d.bizdate + 1)::timestamp + make_interval(mins => r.minutes)) at time zone $1 between r.effective_at and now()
         on conflict do nothing returning rule_id, bizdate),`,
    ),
    [timeZone],
  )
}

/** Instances that have not finished so many minutes after the time of their cycle, of the last two days. */
export async function cycleHits(sql: Sql): Promise<InstanceHit[]> {
  return await sql.rows<InstanceHit>(
    noting(
      `select ${ONCE} from alert_rules r cross join unnest(r.node_ids) as watched(node_id)
       join instances i on i.node_id = watched.node_id and ${WATCHED} and i.bizdate >= current_date - 3
       where r.enabled and r.kind = 'CYCLE_UNFINISHED' and i.status <> 6
         and i.cycle_at + make_interval(mins => r.minutes) between r.effective_at and now()`,
    ),
  )
}

export type EndedBackfill = {
  id: number
  name: string
  tenant_id: number
  workspace_id: number
  succeeded: boolean
  run: number
  node_ids: number[]
  /** What it asks for itself, and of whom it was asked. */
  wanted: BackfillEnds | null
  email: string | null
  rule_id: number | null
  ends: BackfillEnds | null
}

/** Backfills that have ended since then, once for each rule that could be about them, or once with none. */
export async function endedBackfills(sql: Sql, since: Date): Promise<EndedBackfill[]> {
  return await sql.rows<EndedBackfill>(
    `select b.id, b.name, b.tenant_id, b.workspace_id, b.state = 'succeeded' as succeeded, floor(extract(epoch from b.finished_at))::bigint as run,
       b.node_ids[1:100] as node_ids, b.request->>'alert' as wanted, u.email, r.id as rule_id, r.ends
     from backfills b left join users u on u.id = b.created_by and u.disabled_at is null
     left join alert_rules r on r.workspace_id = b.workspace_id and r.enabled and r.kind = 'BACKFILL' and r.effective_at <= b.finished_at
     where b.finished_at >= $1 and b.environment = 'PROD' and b.state in ('succeeded', 'failed', 'failed-to-create') order by b.id, r.id`,
    [since],
  )
}

/** False where that was known already. */
export async function noteHit(sql: Sql, ruleId: number, objectId: number, run: number): Promise<boolean> {
  const rows = await sql.rows(
    'insert into alert_hits (rule_id, object_id, run) values ($1, $2, $3) on conflict do nothing returning 1',
    [ruleId, objectId, run],
  )
  return rows.length > 0
}
