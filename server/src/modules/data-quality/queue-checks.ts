/** What is to be checked: after a program has ended well, and by hand. */
import { anyMeets, QUALITY_STATUSES, Refusal } from '@holdpoint/core'
import type { Live } from '../../live.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Database, Transaction } from '../../store/database.ts'
import type { Caller } from '../../store/principals.ts'
import { lockMonitors, rulesEnabled } from '../../store/quality-monitors.ts'
import { insertQualityRuns, monitorsWatching, openByHand } from '../../store/quality-runs.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { dayAfter, instantOf } from '../operation-center/cron-times.ts'

/** Of one monitor, that have not ended. */
const MOST_BY_HAND = 10

/** Rule 59: has monitors check these instances, whose programs have ended well; answers those that have succeeded only when that has been done. */
export async function queueChecks(tx: Transaction, instanceIds: readonly number[]): Promise<number[]> {
  if (instanceIds.length === 0) return []
  const watching = await monitorsWatching(tx, instanceIds)
  if (watching.length === 0) return []
  const runs = watching.map((row) => ({
    ...{ tenantId: row.tenant_id, workspaceId: row.workspace_id, monitorId: row.monitor_id },
    ...{ instanceId: row.instance_id, runNumber: row.run_number, nodeId: row.node_id },
    ...{ bizdate: row.bizdate, cycleAt: row.cycle_at, startedBy: null },
    // Whatever becomes of its rules, it can hold nothing up: then nothing waits for it.
    holdsUp: row.severities.some((severity) =>
      anyMeets(
        row.block_when,
        QUALITY_STATUSES.map((status) => ({ severity, status })),
      ),
    ),
  }))
  insertQualityRuns(tx, runs)
  return [...new Set(runs.flatMap((run) => (run.holdsUp ? [run.instanceId] : [])))]
}

type Parts = { readonly db: Database; readonly live: Live; readonly timeZone: string }

/** By hand, for the partition of a business date; answers the id of the run. It holds nothing up. */
export async function startCheck(
  { db, live, timeZone }: Parts,
  caller: Caller,
  workspace: WorkspaceRow,
  monitorId: number,
  bizdate: string,
): Promise<number> {
  const { tenantId, userId } = caller
  return await db.transaction(async (tx) => {
    const [monitor] = await lockMonitors(tx, workspace.id, [monitorId])
    if (monitor === undefined) throw new Refusal('QUALITY_MONITOR_NOT_FOUND', { id: monitorId })
    if ((await rulesEnabled(tx, monitorId)) === 0) throw new Refusal('QUALITY_NOTHING_TO_CHECK', { name: monitor.name })
    if ((await openByHand(tx, monitorId)) >= MOST_BY_HAND)
      throw new Refusal('LIMIT_REACHED', { limit: MOST_BY_HAND, things: 'checks of a monitor by hand at a time' })
    const created = insertQualityRuns(tx, [
      {
        ...{ tenantId, workspaceId: workspace.id, monitorId, instanceId: null, runNumber: null, nodeId: null },
        ...{ holdsUp: false, bizdate, startedBy: userId },
        // As of a daily node: on the day after.
        cycleAt: new Date(instantOf(dayAfter(bizdate), 0, timeZone)),
      },
    ])
    writeAudit(tx, {
      ...{ tenantId, workspaceId: workspace.id, userId, action: 'quality-monitor.check', object: monitor.name },
      details: { monitorId, bizdate },
    })
    tx.afterCommit(() =>
      live.publish({ kind: 'quality', tenantId, workspaceId: workspace.id, id: String(workspace.id) }),
    )
    await tx.rows('select')
    return created()[0]!.id
  })
}
