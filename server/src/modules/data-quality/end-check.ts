/** How a run of a monitor ends: its results, who is told of them, and what becomes of the instance that waits for it, in one transaction. */
import { anyMeets, type QualityStatus, Refusal, worstOf } from '@holdpoint/core'
import type { Live } from '../../live.ts'
import type { Publish } from '../../openevent/publish.ts'
import type { Database, Transaction } from '../../store/database.ts'
import { endRuns } from '../../store/instance-runs.ts'
import type { WatchingMonitor } from '../../store/quality-monitors.ts'
import * as store from '../../store/quality-runs.ts'
import { settle } from '../operation-center/settle.ts'
import type { Measured } from './measure.ts'
import { tellResults } from './tell-results.ts'
import { tellSubscribers } from './tell-subscribers.ts'

const STATUS_CHECKING = 7
const MOST_NAMED = 20

type Parts = { readonly db: Database; readonly publish: Publish; readonly live: Live; readonly timeZone: string }

/** `measured` null: there was nothing to check, or nobody waits for it any more. Nothing is written where the run is another replica's by now. */
export async function endCheck(
  { db, publish, live, timeZone }: Parts,
  run: store.QualityRunRow,
  replicaId: string,
  { row }: WatchingMonitor,
  measured: Measured | null,
): Promise<void> {
  await db.transaction(async (tx) => {
    if (!(await store.lockQualityRun(tx, run.id, replicaId))) return
    const instance = run.instance_id === null ? null : await store.lockChecked(tx, run.instance_id)
    const results = measured?.results ?? []
    const checked = results.map(({ rule, status }) => ({ severity: rule.severity, status }))
    const isWaiting = run.holds_up && instance?.status === STATUS_CHECKING && instance.run_number === run.run_number
    const hasBlocked = isWaiting && anyMeets(row.block_when, checked)
    const end = { status: worstOf(checked), hasBlocked, partition: measured?.partition ?? null }
    const ids = await store.endQualityRun(tx, run, end, results)
    const told = results.map((result, at) => ({ ...result, id: ids[at]! }))
    await tellResults(tx, publish, {
      ...{ run, timeZone, projectName: row.workspace_name, table: row.table_name, results: told },
      partition: [row.partition, end.partition],
    })
    if (anyMeets(row.notify_when, checked)) await tellSubscribers(tx, live, run, row, told)
    if (instance !== null && run.run_number !== null)
      store.appendCheckLog(tx, run.instance_id!, run.run_number, logOf(row.name, end, results))
    // The last one decides.
    if (isWaiting && instance.open === 1) await decide(tx, run.instance_id!, instance.run_number)
    if (isWaiting) {
      const { tenant_id: tenantId, workspace_id: workspaceId } = run
      tx.afterCommit(() => live.publish({ kind: 'instance', tenantId, workspaceId, id: String(workspaceId) }))
    }
  })
}

/** Rule 59: it has succeeded, or fails for what its monitors have found and is not tried again by itself. */
async function decide(tx: Transaction, id: number, runNumber: number): Promise<void> {
  const found = await store.blockingResults(tx, id, runNumber)
  if (found.length === 0) {
    endRuns(tx, [{ id, runNumber, status: 6, reason: null }])
    return await settle(tx, { succeeded: [id] })
  }
  const met = found.filter((one) => anyMeets(one.block_when, [one]))
  // Its condition may have been changed since.
  const names = [...new Set((met.length > 0 ? met : found.filter(isBad)).map(({ name }) => name))]
  const more = names.length - MOST_NAMED
  const rules = more > 0 ? [...names.slice(0, MOST_NAMED), `+${more}`] : names
  const { code, details } = new Refusal('QUALITY_BLOCKED', { rules })
  endRuns(tx, [{ id, runNumber, status: 5, reason: { code, details } }])
  await settle(tx, { failed: [id] })
}

const isBad = ({ status }: { readonly status: QualityStatus }) => status !== 'Passed' && status !== 'Skipped'

/** What the log of the instance says, a line for each rule. */
function logOf(
  monitor: string,
  { status, hasBlocked }: { readonly status: QualityStatus; readonly hasBlocked: boolean },
  results: readonly store.NewQualityResult[],
): string {
  const lines = results.map(({ rule, status: one, value, checked, reason }) => {
    const measured = value === null ? '' : `: ${value}${checked === value || checked === null ? '' : ` (${checked})`}`
    const why = reason === null ? '' : `: ${new Refusal(reason.code, reason.details).message}`
    return `  ${one} ${rule.severity === 'High' ? 'strong' : 'weak'} rule ${rule.name}${measured}${why}\n`
  })
  const what = hasBlocked ? `${status}, and what waits for this does not run` : status
  return `Quality of ${monitor}: ${what}\n${lines.join('')}`
}
