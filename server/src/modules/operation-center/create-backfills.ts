/**
 * Creating what a backfill came to. Whichever replica finds its row first locks it and makes all instances in one transaction with its new state: when
 * the replica dies nothing has happened, and another one does it.
 */
import { MOST_INSTANCES, Refusal } from '@holdpoint/core'
import type { Gate } from '../../gate/gate.ts'
import { writeAudit } from '../../store/audit.ts'
import * as backfills from '../../store/backfills.ts'
import type { Transaction } from '../../store/database.ts'
import { lostNodes } from '../../store/node-graph.ts'
import { writeObjectLog } from '../../store/object-log.ts'
import { setOutsideWindow } from '../../store/scheduling.ts'
import { lostReasons, runningOf } from './backfill-operation.ts'
import { createInstances, planInstances } from './create-instances.ts'
import { instancePlan, resourceGroupOf } from './plan-backfill.ts'
import { settle } from './settle.ts'

type Parts = Pick<Gate, 'db' | 'live' | 'logFault'> & { readonly timeZone: string }

/** The database is gone, or had to undo the transaction: nothing is known about the backfill itself, which is tried again. */
const NOT_ITS_FAULT = /^(40|08|57P|53|58)/

/** Creates the instances of the oldest backfill that waits for it; false where none does. */
export async function createNextBackfill({ db, live, timeZone, logFault }: Parts): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const row = await backfills.lockCreating(tx)
    if (row === null) return false
    const end = (action: 'create' | 'create-failed', details: Readonly<Record<string, unknown>>) => {
      const of = { tenantId: row.tenant_id, workspaceId: row.workspace_id, userId: row.created_by, details }
      writeAudit(tx, { ...of, action: `backfill.${action}`, object: String(row.id) })
      writeObjectLog(tx, { ...of, action, kind: 'backfill', ids: [row.id], operationId: row.operation_id })
      tx.afterCommit(() =>
        live.publish({
          kind: 'backfill',
          tenantId: row.tenant_id,
          workspaceId: row.workspace_id,
          id: String(row.workspace_id),
        }),
      )
    }
    try {
      await tx.savepoint(async () => {
        const instances = await create(tx, row, timeZone)
        end('create', { on: row.name, created: instances })
      })
    } catch (error) {
      if (!(error instanceof Refusal)) {
        if (NOT_ITS_FAULT.test((error as { code?: string }).code ?? '')) throw error
        logFault(error, { backfillId: row.id })
      }
      const { code, details } = error instanceof Refusal ? error : new Refusal('OPERATION_FAULT')
      backfills.setFailedToCreate(tx, row.id, { code, details })
      end('create-failed', { on: row.name, error: code })
    }
    return true
  })
}

async function create(tx: Transaction, row: backfills.BackfillRow, timeZone: string): Promise<number> {
  const selection = { nodeIds: row.node_ids, dryRunIds: row.dry_run_ids }
  const [lost] = lostReasons(await lostNodes(tx, runningOf(selection)))
  if (lost) throw lost
  const groupId = await resourceGroupOf(tx, row.tenant_id, row.request.resourceGroup)
  const of = { id: row.id, tenantId: row.tenant_id, workspaceId: row.workspace_id, createdBy: row.created_by }
  const plan = { ...instancePlan(of, row.request, selection, groupId), timeZone }
  // Definitions may have changed since it was asked for.
  const planned = await planInstances(tx, plan, MOST_INSTANCES)
  if (planned.instanceCount > MOST_INSTANCES)
    throw new Refusal('BACKFILL_TOO_LARGE', { count: planned.instanceCount, limit: MOST_INSTANCES })
  const { instanceCount } = await createInstances(tx, plan)
  if (instanceCount === 0) throw new Refusal('BACKFILL_NO_INSTANCES')
  backfills.setCreated(tx, row.id, { state: row.request.starts ? 'running' : 'waiting-to-start', instanceCount })
  // Until the scheduler has looked at the clock.
  if (row.request.runWindow !== null) await setOutsideWindow(tx, [row.id], true)
  if (row.request.starts) {
    // A line whose first dates have no instances begins with the first that has.
    const turns = await backfills.linesToBegin(tx, row.id)
    if (turns.length > 0) await settle(tx, { turns })
  }
  return instanceCount
}
