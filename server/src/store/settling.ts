/** The statements of `settle` (modules/operation-center/settle.ts), which alone runs them, in its order and with everything locked. */
import type { Transaction } from './database.ts'

export type ChangingRow = {
  id: number
  dag_id: number
  tenant_id: number
  workspace_id: number
  status: number
  /** Whether what waits for it may have to be left out: a branch node with its choice, or something that was left out itself. */
  chooses: boolean
  /** Of a temporary workflow: run because somebody asked for it in Data Development, or started a job of Data Integration. */
  is_temporary: boolean
}

/** What changes, locked together with the ends of edges in the order of ids; answers the former. */
export async function lockChanging(
  tx: Transaction,
  ids: readonly number[],
  endIds: readonly number[],
): Promise<ChangingRow[]> {
  const rows = await tx.rows<ChangingRow & { changing: boolean }>(
    `select i.id, i.dag_id, i.tenant_id, i.workspace_id, i.status, (i.task_type = 6 or i.chosen_outputs is not null) as chooses,
       i.kind = 4 as is_temporary, i.id = any($1) as changing
     from instances i where i.id = any($1 || $2::bigint[]) order by i.id for update`,
    [ids, endIds],
  )
  return rows.filter((row) => row.changing)
}

/**
 * Instances of one run that stand elsewhere than before. There may be many thousands of them, and hardly ever does anybody look at one: their ids stay
 * the text `1,2,3`.
 */
export type Batch = { dag_id: number; tenant_id: number; workspace_id: number; ids: string }

export type FinishedBatch = Batch & {
  /** As of a ChangingRow, of any of them. */
  chooses: boolean
}

export const batchOf = ({
  id,
  ...place
}: {
  id: number
  dag_id: number
  tenant_id: number
  workspace_id: number
}): Batch => ({
  dag_id: place.dag_id,
  tenant_id: place.tenant_id,
  workspace_id: place.workspace_id,
  ids: String(id),
})

/** The ids of all of them, as PostgreSQL reads an array. */
export const idsOf = (batches: readonly Batch[]): string => `{${batches.map((one) => one.ids).join(',')}}`

/** Rows of `name`, those of one run together; where `moved` is given, those alone for which it holds. */
export const batched = (name: string, moved = 'true'): string =>
  `select dag_id, tenant_id, workspace_id, string_agg(id::text, ',') as ids from ${name} where ${moved} group by dag_id, tenant_id, workspace_id`
const PLACE = 'i.id, i.dag_id, i.tenant_id, i.workspace_id'

export function succeed(tx: Transaction, ids: readonly number[]): void {
  tx.send(
    `update instances set status = 6, started_at = case when status in (4, 7) then started_at else now() end, finished_at = now(), modified_at = now()
     where id = any($1)`,
    [ids],
  )
}

/** The program has ended well, and its data are looked at before it is said to have succeeded. */
export function check(tx: Transaction, ids: readonly number[]): void {
  tx.send('update instances set status = 7, modified_at = now() where id = any($1)', [ids])
}

/** Nobody waits for what these are checked for any more. Where that has decided, it has been written already. */
export function endChecking(tx: Transaction, ids: readonly number[]): void {
  tx.send(
    `update instance_runs r set finished_at = now(), status = 5, reason = '{"code": "RUN_TERMINATED", "details": {}}'
     from instances i where i.id = any($1) and r.instance_id = i.id and r.run_number = i.run_number and r.finished_at is null`,
    [ids],
  )
}

export function fail(tx: Transaction, ids: readonly number[]): void {
  tx.send('update instances set status = 5, finished_at = now(), modified_at = now() where id = any($1)', [ids])
}

export type Again = {
  readonly id: number
  /** Null: as soon as nothing holds it up. */
  readonly dueAt: Date | null
  /** An automatic retry; otherwise its retries are counted from none again. */
  readonly retry: boolean
  /** It was stopped by no fault of its own: its retries are neither counted nor forgotten. */
  readonly lost?: boolean
}

/** Where an instance stands that is not started: what it waits for, if for anything, else its time, else resources. */
const STANDING = (waitingFor: string, dueAt: string) =>
  `case when ${waitingFor} > 0 then 1 when ${dueAt} > now() then 2 else 3 end`

/** Sets them to run (again), as what they wait for lets them. What was left out of a branch is chosen anew. */
export function startAgain(tx: Transaction, instances: readonly Again[]): () => Batch[] {
  return tx.send<Batch>(
    `with again as (update instances i set status = ${STANDING('i.waiting_for', 'coalesce(g.due_at, least(i.due_at, now()))')},
       due_at = coalesce(g.due_at, least(i.due_at, now())),
       retries = case when g.retry then i.retries + 1 when g.lost then i.retries else 0 end,
       task_type = case when i.task_type <> 6 then i.task_type when i.kind in (1, 5) then 1 else 0 end,
       has_work = i.has_work or i.task_type = 6,
       chosen_outputs = null, started_at = null, finished_at = null, modified_at = now(),
       wait_time_at = case when i.waiting_for = 0 and g.due_at > now() then now() end,
       wait_resource_at = case when i.waiting_for = 0 and not coalesce(g.due_at > now(), false) then now() end
     from unnest($1::bigint[], $2::timestamptz[], $3::boolean[], $4::boolean[]) as g(id, due_at, retry, lost) where i.id = g.id
     returning ${PLACE}) ${batched('again')}`,
    [
      instances.map((one) => one.id),
      instances.map((one) => one.dueAt),
      instances.map((one) => one.retry),
      instances.map((one) => one.lost ?? false),
    ],
  )
}

/** So many fewer that they wait for: an instance that waits for nothing any more moves on. */
const less = (many: string) => `waiting_for = i.waiting_for - ${many},
       status = case when i.status = 1 and i.waiting_for = ${many} then case when i.due_at > now() then 2 else 3 end else i.status end,
       wait_time_at = case when i.status = 1 and i.waiting_for = ${many} and i.due_at > now() then now() else i.wait_time_at end,
       wait_resource_at = case when i.status = 1 and i.waiting_for = ${many} and i.due_at <= now() then now() else i.wait_resource_at end,
       modified_at = now()`
/** Of what was counted down: status 2 or 3 only where it has just come to wait for nothing. */
const LESS_MOVED = batched('down', 'status in (2, 3)')

/** How many of these each instance waits for, in the order of ids: in which they are locked then. */
const WAITERS =
  'select e.to_id, count(*)::int as many from instance_edges e where e.from_id = any($1) group by e.to_id order by e.to_id'

/** These have succeeded, and had not before: what waits for them waits for less. */
export function countDown(tx: Transaction, ids: readonly number[] | string): () => Batch[] {
  return tx.send<Batch>(
    `with d as materialized (${WAITERS}),
     down as (update instances i set ${less('d.many')} from d where i.id = d.to_id returning ${PLACE}, i.status) ${LESS_MOVED}`,
    [ids],
  )
}

/** These had succeeded, and have not any more: what waits for them waits for more, and goes back where it has not started. */
export function countUp(tx: Transaction, ids: readonly number[]): () => Batch[] {
  return tx.send<Batch>(
    `with d as materialized (${WAITERS}),
     up as (update instances i set waiting_for = i.waiting_for + d.many, status = case when i.status in (2, 3) then 1 else i.status end, modified_at = now()
       from d where i.id = d.to_id returning ${PLACE}, i.status = 1 and i.waiting_for = d.many as back)
     ${batched('up', 'back')}`,
    [ids],
  )
}

export type Edge = { readonly fromId: number; readonly toId: number }

/** Takes edges away; what had them waits for fewer, where the other end has not succeeded. */
export function removeEdges(tx: Transaction, edges: readonly Edge[]): () => Batch[] {
  return tx.send<Batch>(
    `with gone as (
       delete from instance_edges e using unnest($1::bigint[], $2::bigint[]) as g(from_id, to_id)
       where e.to_id = g.to_id and e.from_id = g.from_id returning e.from_id, e.to_id),
     d as (select gone.to_id, count(*)::int as many from gone join instances u on u.id = gone.from_id and u.status <> 6 group by gone.to_id),
     down as (update instances i set ${less('d.many')} from d where i.id = d.to_id returning ${PLACE}, i.status) ${LESS_MOVED}`,
    [edges.map((one) => one.fromId), edges.map((one) => one.toId)],
  )
}

/** It is the turn of these runs: their first instances wait for that no longer. */
export function giveTurns(tx: Transaction, dagIds: readonly number[]): () => Batch[] {
  return tx.send<Batch>(
    `with first as materialized (select id from instances where dag_id = any($1) and awaits_turn order by id for update),
     down as (update instances i set awaits_turn = false, ${less('1')} from first where i.id = first.id returning ${PLACE}, i.status) ${LESS_MOVED}`,
    [dagIds],
  )
}

/** Notes where something of a branch has ended, so that only there it is asked what is left out. */
export function noteChoices(tx: Transaction, ids: readonly number[] | string): void {
  tx.send(
    `update dags d set has_choices = true from (
       select distinct i.dag_id from instance_edges e join instances i on i.id = e.to_id where e.from_id = any($1)) as c
     where d.id = c.dag_id and not d.has_choices`,
    [ids],
  )
}

/**
 * Of instances that have just come to wait for nothing, those are left out that everything of their cycle which they waited for leaves out: a
 * branch node none of whose chosen outputs they take, or what was left out itself. They run without effect.
 */
export function leaveOut(tx: Transaction, ids: string): void {
  tx.send(
    `update instances i set task_type = 6, has_work = false
     where i.id = any($1) and i.status in (2, 3) and i.task_type in (0, 1)
       and exists (select from instance_edges e join instances u on u.id = e.from_id
         where e.to_id = i.id and u.bizdate = i.bizdate and u.node_id <> i.node_id)
       and not exists (select from instance_edges e join instances u on u.id = e.from_id
         where e.to_id = i.id and u.bizdate = i.bizdate and u.node_id <> i.node_id and u.task_type <> 6
           and (u.chosen_outputs is null or exists (
             select from node_versions v cross join jsonb_array_elements(v.definition->'inputs') as input
             where v.node_id = i.node_id and v.version = i.node_version and input->>'output' = any(u.chosen_outputs))))`,
    [ids],
  )
}
