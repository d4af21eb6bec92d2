/** endDevelopmentRuns: what became of what was run for Data Development, written in the transaction that settles its instances. */
import type { RefusalCode } from '@holdpoint/core'
import type { Transaction } from '../../store/database.ts'
import { type EndingRunRow, endRun, lockEndingRuns } from '../../store/development-runs.ts'
import type { RunReason } from '../../store/instance-runs.ts'
import { endSubmission } from '../../store/tables.ts'
import { itemEnded } from './take-effect.ts'

export type RunOutcome = { readonly state: 'succeeded' | 'failed' | 'unknown'; readonly reason: RunReason | null }

/** Whoever was stopped in the middle may have changed the data source or not. */
const LEAVE_OPEN: readonly RefusalCode[] = [
  'RUN_TERMINATED',
  'RUN_TIMED_OUT',
  'RUN_LOST',
  'RUN_FAULT',
  'RUN_UNKNOWN',
  'OPERATION_FAULT',
]

/** These instances have succeeded or failed. Of a run that has ended already nothing changes. */
export async function endDevelopmentRuns(tx: Transaction, instanceIds: readonly number[]): Promise<void> {
  for (const row of await lockEndingRuns(tx, instanceIds)) {
    const { state, reason } = outcomeOf(row)
    endRun(tx, row.instance_id, state, reason)
    if (row.kind === 'function') await itemEnded(tx, row.instance_id, { state, reason })
    if (row.kind === 'table') endSubmission(tx, row.instance_id, state === 'succeeded' ? 'applied' : state, reason)
  }
}

/** Rule 50: what was to change the data source and cannot be said to have done so or not is unknown. Code says itself what it has done, in its log. */
function outcomeOf({ kind, status, run_number, ended_because }: EndingRunRow): RunOutcome {
  if (status === 6) return { state: 'succeeded', reason: null }
  const reason = ended_because ?? { code: 'RUN_TERMINATED', details: {} }
  const isOpen = kind !== 'code' && run_number > 0 && LEAVE_OPEN.includes(reason.code)
  return { state: isOpen ? 'unknown' : 'failed', reason }
}
