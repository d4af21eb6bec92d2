/**
 * What is done with a backfill that is there. Starting, pausing and resuming change when it runs, which has been let pass as a whole; what terminates
 * instances or runs them again are operations on instances, which extensions watch.
 */
import { type BackfillState, type BackfillVerb, backfillVerbs, Refusal } from '@holdpoint/core'
import type { Gate } from '../../gate/gate.ts'
import { writeAudit } from '../../store/audit.ts'
import * as backfills from '../../store/backfills.ts'
import { deriveBackfills, setPaused } from '../../store/dags.ts'
import type { Transaction } from '../../store/database.ts'
import { writeObjectLog } from '../../store/object-log.ts'
import type { Caller } from '../../store/principals.ts'
import { settle } from './settle.ts'

/** Does it, or refuses it where the state of the backfill does not let it; answers the row as it was before. */
export async function doWithBackfill(
  { db, live }: Pick<Gate, 'db' | 'live'>,
  caller: Caller,
  of: { readonly workspaceId: number; readonly backfillId: number },
  verb: BackfillVerb,
): Promise<backfills.BackfillRow> {
  return await db.transaction(async (tx) => {
    const row = await backfills.lockBackfill(tx, of.workspaceId, of.backfillId)
    if (row === null || row.tenant_id !== caller.tenantId)
      throw new Refusal('NOT_FOUND', { thing: 'backfill', id: of.backfillId })
    if (!backfillVerbs(row.state).includes(verb)) throw new Refusal('BACKFILL_STATE', { state: row.state, verb })
    await DO[verb](tx, row.id, row.state)
    const entry = { tenantId: row.tenant_id, workspaceId: row.workspace_id, userId: caller.userId }
    writeAudit(tx, { ...entry, action: `backfill.${verb}`, object: String(row.id), details: { on: row.name } })
    writeObjectLog(tx, { ...entry, kind: 'backfill', ids: [row.id], action: verb })
    tx.afterCommit(() =>
      live.publish({
        kind: 'backfill',
        tenantId: row.tenant_id,
        workspaceId: row.workspace_id,
        id: String(row.workspace_id),
      }),
    )
    return row
  })
}

/** For their time or for resources. */
const WAITING = [2, 3]
const MOST_AT_ONCE = 5_000

type Do = (tx: Transaction, id: number, state: BackfillState) => Promise<void>

const DO: Readonly<Record<BackfillVerb, Do>> = {
  async start(tx, id) {
    backfills.setState(tx, id, 'running')
    await settle(tx, { turns: await backfills.linesToBegin(tx, id) })
  },
  async pause(tx, id) {
    setPaused(tx, await backfills.openDags(tx, id), true)
    backfills.setState(tx, id, 'paused')
  },
  async resume(tx, id) {
    setPaused(tx, await backfills.openDags(tx, id), false)
    backfills.setState(tx, id, 'running')
    await deriveBackfills(tx, [id])
  },
  /** Nothing of it starts any more: what was ready has failed, and what waits for it never becomes so. */
  async cancel(tx, id) {
    setPaused(tx, await backfills.openDags(tx, id), true)
    backfills.setState(tx, id, 'cancelled', true)
    for (let left = true; left; ) {
      const failed = await backfills.instancesIn(tx, id, WAITING, MOST_AT_ONCE)
      if (failed.length > 0) await settle(tx, { failed })
      left = failed.length === MOST_AT_ONCE
    }
  },
  async 'rerun-failed'() {},
}
