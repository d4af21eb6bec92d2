/**
 * Rule 35: the instances of a day are generated in the night before it, from 23:30 in the server's time zone, once for each tenant; where nobody was
 * there, as soon as somebody is. Only nodes that were there at 23:30 are in it, so a late generation makes the same instances.
 *
 * Any replica does it, several at once as well: a day of a tenant is one transaction, in which it is taken.
 */
import type { Database } from '../../store/database.ts'
import * as store from '../../store/generated-days.ts'
import { createInstances } from './create-instances.ts'
import { dayAfter, instantOf, localTime } from './cron-times.ts'

export const GENERATES_FROM = '23:30:00'
const GENERATES_FROM_SECONDS = (23 * 60 + 30) * 60

export type Generated = { readonly tenantId: number; readonly day: string; readonly instanceCount: number }

/** Whether it is the time of day in which the next day is generated. */
export function isNightly(nowMs: number, timeZone: string): boolean {
  return localTime(nowMs, timeZone).slice(11) >= GENERATES_FROM
}

/** Generates what is missing at a moment, the database's where none is given: today, and from 23:30 the next day. Answers what it has generated. */
export async function generateDays(
  { db, timeZone }: { readonly db: Database; readonly timeZone: string },
  nowMs?: number,
): Promise<readonly Generated[]> {
  const at = nowMs ?? (await store.databaseNow(db)).getTime()
  const today = localTime(at, timeZone).slice(0, 10)
  const days = isNightly(at, timeZone) ? [today, dayAfter(today)] : [today]
  const generated: Generated[] = []
  const failures: unknown[] = []
  for (const day of days)
    for (const tenantId of await store.tenantsWithout(db, day))
      try {
        const instanceCount = await generateDay({ db, timeZone }, tenantId, day)
        if (instanceCount !== null) generated.push({ tenantId, day, instanceCount })
      } catch (error) {
        // What is wrong with one tenant keeps no other from running.
        failures.push(error)
      }
  if (failures.length > 0) throw failures[0]
  return generated
}

/** How many instances it has made; null where the day was generated before. */
async function generateDay(
  { db, timeZone }: { readonly db: Database; readonly timeZone: string },
  tenantId: number,
  day: string,
): Promise<number | null> {
  return await db.transaction(async (tx) => {
    if (!(await store.takeDay(tx, tenantId, day))) return null
    const nodeIds = await store.scheduledNodeIds(
      tx,
      tenantId,
      instantOf(dayAfter(day, -1), GENERATES_FROM_SECONDS, timeZone),
    )
    if (nodeIds.length === 0) return 0
    const plan = scheduledPlan(tenantId, nodeIds, day, timeZone)
    const { instanceCount } = await createInstances(tx, { ...plan, createdBy: null })
    store.keepCount(tx, tenantId, day, instanceCount)
    return instanceCount
  })
}

/** A plan of what the schedule has on a day, in production. */
export function scheduledPlan(tenantId: number, nodeIds: readonly number[], day: string, timeZone: string) {
  return {
    tenantId,
    // Each workspace has a run of its own.
    workspaceId: 0,
    environment: 'PROD',
    kind: 'scheduled',
    name: day,
    backfillId: null,
    nodes: nodeIds.map((nodeId) => ({ nodeId, dryRun: false })),
    dates: [dayAfter(day, -1)],
    lines: 1,
    window: null,
    startsFutureNow: false,
    starts: true,
    priority: null,
    resourceGroupId: null,
    parameters: null,
    timeZone,
  } as const
}
