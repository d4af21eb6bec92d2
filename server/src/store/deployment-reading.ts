/** Deployments as they are shown, and how they stand, which is derived from their items (core, data-development/deployment.ts). */
import {
  type DeploymentKind,
  type DeploymentState,
  deploymentState,
  type FileChange,
  type ItemFacts,
  type ItemState,
  itemStates,
} from '@holdpoint/core'
import type { Sql } from './database.ts'
import { type DeploymentRow, IS_OPEN } from './deployments.ts'
import type { OperationState, Reason } from './operations.ts'

export type DeploymentListRow = DeploymentRow & { created_by_name: string }

export type DeploymentItemRow = {
  id: number
  deployment_id: number
  file_id: number
  inner_key: string | null
  /** Of the file, or of the node inside its node. */
  name: string
  file_name: string
  version: number
  change: FileChange
  waits_for: number[]
  operation_id: string | null
  operation_state: OperationState | null
  operation_why: readonly Reason[] | null
  passed_at: Date | null
  done_at: Date | null
  instance_id: number | null
  reason: Reason | null
  /** The message that asks about it. */
  message_id: string | null
}

export type StandingItem = DeploymentItemRow & { readonly state: ItemState }

export type DeploymentWithItems = {
  readonly deployment: DeploymentListRow
  readonly state: DeploymentState
  readonly items: readonly StandingItem[]
}

const LIST = `select d.*, u.display_name as created_by_name from deployments d join users u on u.id = d.created_by`

/** The deployment, of whichever tenant, with its items and how they stand. */
export async function deploymentWithItems(sql: Pick<Sql, 'rows'>, id: number): Promise<DeploymentWithItems | null> {
  const [deployment] = await sql.rows<DeploymentListRow>(`${LIST} where d.id = $1`, [id])
  if (deployment === undefined) return null
  const rows = await sql.rows<DeploymentItemRow>(
    `select i.id, i.deployment_id, i.file_id, i.inner_key, coalesce(o.snapshot->>'name', f.name) as name, f.name as file_name, i.version, i.change,
       i.waits_for, i.operation_id, o.state as operation_state, o.why as operation_why, i.passed_at, i.done_at, i.instance_id, i.reason,
       m.id as message_id
     from deployment_items i join files f on f.id = i.file_id left join operations o on o.id = i.operation_id
     left join messages m on m.operation_id = o.id
     where i.deployment_id = $1 order by i.id`,
    [id],
  )
  const states = itemStates(rows.map(factsOf))
  return { deployment, state: deploymentState(states), items: rows.map((row, at) => ({ ...row, state: states[at]! })) }
}

const factsOf = (
  row: Pick<DeploymentItemRow, 'operation_state' | 'passed_at' | 'done_at' | 'instance_id' | 'reason'>,
): ItemFacts => ({
  operation: row.operation_state,
  isPassed: row.passed_at !== null,
  isDone: row.done_at !== null,
  isRunning: row.instance_id !== null,
  hasFailed: row.reason !== null,
})

export type CountedDeployment = {
  readonly deployment: DeploymentListRow
  readonly state: DeploymentState
  readonly counts: Partial<Record<ItemState, number>>
  /** When something of it took effect last. */
  readonly doneAt: Date | null
}

export type DeploymentFilter = {
  readonly workspaceId: number
  readonly kind?: DeploymentKind | undefined
  readonly fileId?: number | undefined
  /** Part of it. */
  readonly name?: string | undefined
  readonly createdBy?: number | undefined
  /** Null: none is so. */
  readonly state?: DeploymentState | null | undefined
  readonly createdUntilMs?: number | undefined
  /** Something of it has taken effect, the last of it until then. */
  readonly doneUntilMs?: number | undefined
}

const DONE_AT = '(select max(done_at) from deployment_items where deployment_id = d.id)'
const ALL_DONE = 'not exists (select from deployment_items where deployment_id = d.id and done_at is null)'
const IN_STATE = {
  open: IS_OPEN,
  succeeded: ALL_DONE,
  failed: `not ${IS_OPEN} and not ${ALL_DONE}`,
} as const satisfies Record<DeploymentState, string>

function filterSql(filter: DeploymentFilter): { readonly where: string; readonly values: unknown[] } {
  const values: unknown[] = [filter.workspaceId]
  const put = (value: unknown) => `$${values.push(value)}`
  const where = ['d.workspace_id = $1']
  if (filter.kind !== undefined) where.push(`d.kind = ${put(filter.kind)}`)
  if (filter.fileId !== undefined)
    where.push(`d.id in (select deployment_id from deployment_items where file_id = ${put(filter.fileId)})`)
  if (filter.name !== undefined) where.push(`strpos(lower(d.name), lower(${put(filter.name)})) > 0`)
  if (filter.createdBy !== undefined) where.push(`d.created_by = ${put(filter.createdBy)}`)
  if (filter.state !== undefined) where.push(filter.state === null ? 'false' : IN_STATE[filter.state])
  if (filter.createdUntilMs !== undefined)
    where.push(`d.created_at <= to_timestamp(${put(filter.createdUntilMs)}::double precision / 1000)`)
  if (filter.doneUntilMs !== undefined)
    where.push(`${DONE_AT} <= to_timestamp(${put(filter.doneUntilMs)}::double precision / 1000)`)
  return { where: where.join(' and '), values }
}

/** Newest first, before the one with this number. */
export async function deploymentsOf(
  sql: Pick<Sql, 'rows'>,
  filter: DeploymentFilter,
  page: { readonly before: number | null; readonly limit: number; readonly offset?: number },
): Promise<CountedDeployment[]> {
  const { where, values } = filterSql(filter)
  const put = (value: unknown) => `$${values.push(value)}`
  const before = page.before === null ? '' : ` and d.id < ${put(page.before)}`
  const rows = await sql.rows<DeploymentListRow>(
    `${LIST} where ${where}${before} order by d.id desc limit ${put(page.limit)} offset ${put(page.offset ?? 0)}`,
    values,
  )
  // How items stand is the same for all of which the same is known.
  const alike = await sql.rows<{
    deployment_id: number
    operation_state: OperationState | null
    is_passed: boolean
    is_done: boolean
    is_running: boolean
    has_failed: boolean
    count: number
    done_at: Date | null
  }>(
    `select i.deployment_id, o.state as operation_state, i.passed_at is not null as is_passed, i.done_at is not null as is_done,
       i.instance_id is not null as is_running, i.reason is not null as has_failed, count(*) as count, max(i.done_at) as done_at
     from deployment_items i left join operations o on o.id = i.operation_id where i.deployment_id = any($1) group by 1, 2, 3, 4, 5, 6`,
    [rows.map(({ id }) => id)],
  )
  const byDeployment = Map.groupBy(alike, (one) => one.deployment_id)
  return rows.map((deployment) => {
    const groups = byDeployment.get(deployment.id) ?? []
    const states = itemStates(
      groups.map((one) => ({
        operation: one.operation_state,
        isPassed: one.is_passed,
        isDone: one.is_done,
        isRunning: one.is_running,
        hasFailed: one.has_failed,
      })),
    )
    const counts: Partial<Record<ItemState, number>> = {}
    for (const [at, state] of states.entries()) counts[state] = (counts[state] ?? 0) + groups[at]!.count
    const lastMs = Math.max(0, ...groups.map(({ done_at }) => done_at?.getTime() ?? 0))
    return { deployment, state: deploymentState(states), counts, doneAt: lastMs === 0 ? null : new Date(lastMs) }
  })
}

export async function countDeployments(sql: Pick<Sql, 'rows'>, filter: DeploymentFilter): Promise<number> {
  const { where, values } = filterSql(filter)
  const [row] = await sql.rows<{ count: number }>(`select count(*) as count from deployments d where ${where}`, values)
  return row!.count
}

export async function deploymentById(
  sql: Pick<Sql, 'rows'>,
  workspaceId: number,
  id: number,
): Promise<DeploymentRow | null> {
  const [row] = await sql.rows<DeploymentRow>('select * from deployments where workspace_id = $1 and id = $2', [
    workspaceId,
    id,
  ])
  return row ?? null
}

/** The operations on these files that are held, each with its deployment where it is one of a deployment. */
export async function heldOnFiles(
  sql: Pick<Sql, 'rows'>,
  tenantId: number,
  workspaceId: number,
  fileIds: readonly number[],
): Promise<{ id: string; event_code: string; file_id: number; deployment_id: number | null }[]> {
  return await sql.rows(
    // The operations that are held are looked through by the index of those, whatever their order.
    `select id, event_code, file_id, deployment_id from (
       select id, event_code, requested_at, (snapshot->>'fileId')::bigint as file_id, (snapshot->>'deploymentId')::bigint as deployment_id
       from operations where tenant_id = $1 and workspace_id = $2 and state = 'held'
         and event_code in ('commit-file', 'deploy-file', 'delete-file', 'run-file') offset 0) o
     where file_id = any($3) order by requested_at`,
    [tenantId, workspaceId, fileIds],
  )
}
