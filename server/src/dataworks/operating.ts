/** What several groups of actions do alike: finding things by their id alone, and answering what is held as what is not done. */
import { fill, REFUSALS, Refusal } from '@holdpoint/core'
import { ensureMay } from '../access.ts'
import type { Held } from '../gate/hold.ts'
import { instantOf, localTime } from '../modules/operation-center/cron-times.ts'
import type { Platform } from '../platform.ts'
import type { DagRow } from '../store/dags.ts'
import { deploymentWithItems } from '../store/deployment-reading.ts'
import { type FoundInstance, findDag, findInstances } from '../store/found-by-id.ts'
import type { Environment } from '../store/nodes.ts'
import { objectLogPage } from '../store/object-log.ts'
import type { Caller } from '../store/principals.ts'

/** Rule 16: returns only when the operation has taken effect. */
export function ensureDone(held: Held): void {
  if (held.state !== 'done') throw heldRefusal(held)
}

/** The same of what was asked for on files. */
export async function ensureDeployed({ db }: Platform, deploymentId: number): Promise<void> {
  const { state, items } = (await deploymentWithItems(db, deploymentId))!
  if (state === 'succeeded') return
  const failed = items.find(({ reason }) => reason !== null)?.reason
  if (failed) throw new Refusal(failed.code, failed.details)
  const held = items.find((item) => item.operation_state === 'held') ?? items[0]!
  throw new Refusal('OPERATION_HELD', {
    processId: held.operation_id ?? '',
    messageId: held.message_id ?? '',
    status: 'CHECKING',
  })
}

export const heldRefusal = (held: Held): Refusal =>
  new Refusal('OPERATION_HELD', {
    processId: held.id,
    messageId: held.messageId ?? '',
    status: held.status ?? 'CHECKING',
  })

export const environmentOf = (name: 'Prod' | 'Dev'): Environment => (name === 'Prod' ? 'PROD' : 'DEV')
export const environmentName = (environment: Environment) =>
  environment === 'PROD' ? ('Prod' as const) : ('Dev' as const)

/** The instance with this id that the caller may read, wherever in the tenant it is. */
export async function instanceFor(
  { db }: Platform,
  caller: Caller,
  action: 'node.read' | 'node.operate',
  id: number,
  environment?: Environment,
): Promise<FoundInstance> {
  const [row] = await findInstances(db, caller.tenantId, [id])
  if (row === undefined || (environment ?? row.environment) !== row.environment)
    throw new Refusal('INSTANCE_NOT_FOUND', { id })
  ensureMay(caller, action, row.workspace_id)
  return row
}

export async function dagFor(
  { db }: Platform,
  caller: Caller,
  action: 'node.read' | 'node.operate',
  id: number,
  environment?: Environment,
): Promise<DagRow> {
  const row = await findDag(db, caller.tenantId, id)
  if (row === null || (environment ?? row.environment) !== row.environment) throw new Refusal('DAG_NOT_FOUND', { id })
  ensureMay(caller, action, row.workspace_id)
  return row
}

/** The date of `yyyy-MM-dd HH:mm:ss`, or of `yyyy-MM-dd`. */
export function dayOf(parameter: string, text: string): string {
  const day = text.slice(0, 10)
  if (/^\d{4}-\d{2}-\d{2}$/.test(day) && new Date(`${day}T00:00:00Z`).toJSON()?.slice(0, 10) === day) return day
  throw new Refusal('PARAMETER_INVALID', { parameter, problem: 'it is no date like 2026-11-21' })
}

/** The id of a user as the dialect writes it; no user has number 0. */
export const userIdOf = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : 0)

/** What a list is narrowed to: these ids, where there are any (some clients send an empty list for none), of the only workflow that a workspace has. */
export function narrowedTo(ids: readonly number[] = [], workflowId = ONLY_WORKFLOW): readonly number[] | undefined {
  if (workflowId !== ONLY_WORKFLOW) return []
  return ids.length > 0 ? ids : undefined
}
const ONLY_WORKFLOW = 1

/** `Id Desc`, of which the contract has seen that it fits. */
export function sortOf<Column extends string>(
  text: string,
  columns: Readonly<Record<string, Column>>,
): { readonly by: Column; readonly isDescending: boolean } {
  const [name = '', direction] = text.split(' ')
  return { by: columns[name]!, isDescending: direction === 'Desc' }
}

/** `yyyy-MM-dd` of the business date that a time lies in. */
export const bizdateOf = (ms: number, timeZone: string): string => localTime(ms, timeZone).slice(0, 10)

/** The midnight with which a business date begins, in milliseconds since 1970. */
export const bizdateMs = (bizdate: string, timeZone: string): number => instantOf(bizdate, 0, timeZone)

export type Info = { readonly Success: boolean; readonly Message?: string }
export const DONE_ONE: Info = { Success: true }

export const notDone = (refusal: Refusal): Info => ({
  Success: false,
  Message: fill(REFUSALS[refusal.code].sentence, refusal.details),
})

/**
 * Does something for each id. A refusal is the answer for its id; where every one is refused for not being there or by the rights of whoever asks, so
 * is the whole.
 */
export async function each(
  ids: readonly number[],
  work: (id: number) => Promise<Info>,
): Promise<{ readonly [id: string]: Info }> {
  const refusals: Refusal[] = []
  const info: Record<string, Info> = {}
  for (const id of new Set(ids)) {
    try {
      info[id] = await work(id)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusals.push(error)
      info[id] = notDone(error)
    }
  }
  const outside = refusals.filter((one) => one.code === 'FORBIDDEN' || /_NOT_FOUND$/.test(one.code))
  if (outside[0] !== undefined && outside.length === Object.keys(info).length) throw outside[0]
  return info
}

/** A page of what was done to a node or an instance, on all days or that of `at`. */
export async function operationLogs(
  { db, timeZone }: Platform,
  { workspaceId, kind, id }: { readonly workspaceId: number; readonly kind: 'node' | 'instance'; readonly id: number },
  {
    at,
    PageNumber,
    PageSize,
  }: { readonly at: number | undefined; readonly PageNumber: number; readonly PageSize: number },
) {
  const { rows, count } = await objectLogPage(db, workspaceId, kind, id, {
    day: at === undefined ? null : bizdateOf(at, timeZone),
    timeZone,
    offset: (PageNumber - 1) * PageSize,
    limit: PageSize,
  })
  const OperationLogs = rows.map((one) => ({
    OperationSeq: one.id,
    OperationContent: one.action,
    CreateTime: one.at.getTime(),
    User: String(one.user_id ?? ''),
  }))
  return { PageNumber, PageSize, TotalCount: count, OperationLogs }
}
