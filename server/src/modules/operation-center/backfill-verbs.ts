/**
 * What is done with a backfill that is there. Starting, pausing and resuming change when it runs, which has been let pass as a whole; what terminates
 * instances or runs them again are operations on instances, which extensions watch.
 */
import { type BackfillVerb, backfillVerbs, may, Refusal } from '@holdpoint/core'
import type { Gate } from '../../gate/gate.ts'
import type { Held } from '../../gate/hold.ts'
import { writeAudit } from '../../store/audit.ts'
import * as backfills from '../../store/backfills.ts'
import { deriveBackfills, setPaused } from '../../store/dags.ts'
import type { Transaction } from '../../store/database.ts'
import { writeObjectLog } from '../../store/object-log.ts'
import type { Caller } from '../../store/principals.ts'
import { MOST_INSTANCES } from './instance-operations.ts'
import { type AskedOfInstances, operateEachInstance, operateInstances } from './operate-instances.ts'
import { settle } from './settle.ts'

type Parts = Gate & { readonly timeZone: string }
type Of = { readonly workspaceId: number; readonly backfillId: number }

/**
 * Does it, or refuses it where the state of the backfill does not let it; answers the operations on instances that it comes to. What runs in workspaces
 * in which the caller may not operate goes on to its end.
 */
export async function doWithBackfill(
  parts: Parts,
  caller: Caller,
  of: Of,
  verb: BackfillVerb,
): Promise<readonly Held[]> {
  if (verb === 'rerun-failed') {
    const failed = await backfills.instancesIn(parts.db, of.backfillId, FAILED, MOST_RERUN)
    await change(parts, caller, of, verb, () => {
      if (failed.length === 0) throw new Refusal('BACKFILL_NOTHING_FAILED')
    })
    return await operate(parts, caller, 'rerun', failed)
  }
  await change(parts, caller, of, verb, (tx) => DO[verb](tx, of.backfillId))
  if (verb !== 'cancel') return []
  return await operate(
    parts,
    caller,
    'terminate',
    await backfills.instancesIn(parts.db, of.backfillId, RUNNING, MOST_RERUN),
  )
}

/** Changes it with its entries, in one transaction, if its state lets it. */
async function change(
  { db, live }: Parts,
  caller: Caller,
  of: Of,
  verb: BackfillVerb,
  work: (tx: Transaction) => Promise<void> | void,
): Promise<void> {
  await db.transaction(async (tx) => {
    const row = await backfills.lockBackfill(tx, of.workspaceId, of.backfillId)
    if (row === null || row.tenant_id !== caller.tenantId)
      throw new Refusal('NOT_FOUND', { thing: 'backfill', id: of.backfillId })
    if (!backfillVerbs(row.state).includes(verb)) throw new Refusal('BACKFILL_STATE', { state: row.state, verb })
    await work(tx)
    const entry = { tenantId: row.tenant_id, workspaceId: row.workspace_id, userId: caller.userId }
    writeAudit(tx, { ...entry, action: `backfill.${verb}`, object: String(row.id), details: { on: row.name } })
    writeObjectLog(tx, { ...entry, kind: 'backfill', ids: [row.id], action: verb })
    const { tenant_id: tenantId, workspace_id: workspaceId } = row
    tx.afterCommit(() => live.publish({ kind: 'backfill', tenantId, workspaceId, id: String(workspaceId) }))
  })
}

/** Rule 1: through the gate like any such operation, in each workspace, so many at once as one operation is on. */
async function operate(
  parts: Parts,
  caller: Caller,
  operation: 'terminate' | 'rerun',
  instances: readonly backfills.InstanceOfBackfill[],
): Promise<readonly Held[]> {
  const asked: AskedOfInstances[] = []
  for (const [workspaceId, of] of Map.groupBy(instances, (one) => one.workspace_id)) {
    if (!may(caller, 'node.operate', workspaceId)) continue
    for (let at = 0; at < of.length; at += MOST_INSTANCES)
      asked.push({ workspaceId, instanceIds: of.slice(at, at + MOST_INSTANCES).map((one) => one.id) })
  }
  const held: Held[] = []
  for (const one of asked) {
    const done = await operateEachInstance(parts, caller, operation, one)
    if (done.held !== null) held.push(done.held)
  }
  // None of them can be run again: what each is refused with says why.
  if (operation === 'rerun' && held.length === 0 && asked.length > 0)
    return [await operateInstances(parts, caller, operation, asked[0]!)]
  return held
}

/** For their time or for resources. */
const WAITING = [2, 3]
const RUNNING = [4, 7, 8]
const FAILED = [5]
const MOST_AT_ONCE = 5_000
/** Instances that one request runs again; the rest with the next one. */
const MOST_RERUN = 10_000

const DO: Readonly<Record<Exclude<BackfillVerb, 'rerun-failed'>, (tx: Transaction, id: number) => Promise<void>>> = {
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
      if (failed.length > 0) await settle(tx, { failed: failed.map((one) => one.id) })
      left = failed.length === MOST_AT_ONCE
    }
  },
}
