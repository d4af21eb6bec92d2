/**
 * How runs end: what became of a program is written down with all that follows from it.
 *
 * Fenced: a run says something about its instance only while the instance is still what its replica has, under its number; it decides about it only
 * while it is running. What was terminated stays so and is only given free.
 */
import { Refusal } from '@holdpoint/core'
import type { Transaction } from '../../store/database.ts'
import { type RunReason, endRuns as writeEnds } from '../../store/instance-runs.ts'
import { freeRuns, type PlaceRow, type RunKey, setChosen } from '../../store/scheduling.ts'
import type { Again } from '../../store/settling.ts'
import { queueChecks } from '../data-quality/queue-checks.ts'
import { settle } from './settle.ts'

export type Outcome =
  | { readonly outcome: 'succeeded'; readonly chosenOutputs: readonly string[] | null }
  | { readonly outcome: 'failed'; readonly reason: Refusal }
  /** It was stopped because its replica could not go on with it, or nobody knows what became of it. */
  | { readonly outcome: 'lost' }

export type Ending = RunKey & { readonly is: Outcome }
export type EndedAs = 'succeeded' | 'failed' | 'retried' | 'terminated' | 'rerun' | 'lost'

const STATUS_RUNNING = 4

/** Answers what became of those that were still their replica's, and where they belong. */
export async function endRuns(
  tx: Transaction,
  endings: readonly Ending[],
): Promise<readonly (PlaceRow & { readonly as: EndedAs })[]> {
  const rows = await freeRuns(tx, endings)
  const byId = new Map(endings.map((one) => [one.id, one.is]))
  const succeeded: number[] = []
  const watched: number[] = []
  const failed: number[] = []
  const again: Again[] = []
  const runs: { id: number; runNumber: number; status: number; reason: RunReason | null }[] = []
  const ended = rows.map((row) => {
    const { id } = row
    const is = byId.get(id)!
    const end = (as: EndedAs, reason: Refusal | null) => {
      const why = reason && { code: reason.code, details: reason.details }
      runs.push({ id, runNumber: row.run_number, status: reason === null ? 6 : 5, reason: why })
      return { id, dag_id: row.dag_id, tenant_id: row.tenant_id, workspace_id: row.workspace_id, as }
    }
    if (row.status !== STATUS_RUNNING) return end('terminated', new Refusal('RUN_TERMINATED'))
    if (is.outcome === 'succeeded') {
      if (is.chosenOutputs !== null) setChosen(tx, id, is.chosenOutputs)
      if (row.is_watched) watched.push(id)
      else succeeded.push(id)
      return end('succeeded', null)
    }
    // Rules 36 and 37: it is run again if its node lets itself be rerun after a failure.
    if (is.outcome === 'lost') {
      const runsAgain = row.rerun_mode !== 'all-denied'
      if (runsAgain) again.push({ id, dueAt: null, retry: false, lost: true })
      else failed.push(id)
      return end(runsAgain ? 'rerun' : 'lost', new Refusal('RUN_LOST'))
    }
    // What ran too long is not tried again by itself: it would run as long.
    const retries =
      row.rerun_mode !== 'all-denied' && is.reason.code !== 'RUN_TIMED_OUT' && row.retries < row.rerun_times
    if (retries) again.push({ id, dueAt: new Date(tx.now.getTime() + row.rerun_interval_ms), retry: true })
    else failed.push(id)
    return end(retries ? 'retried' : 'failed', is.reason)
  })
  if (ended.length > 0) {
    const checking = await queueChecks(tx, watched)
    // First: what follows from an end may depend on why it ended. What is being checked has not ended.
    writeEnds(
      tx,
      runs.filter(({ id }) => !checking.includes(id)),
    )
    succeeded.push(...watched.filter((id) => !checking.includes(id)))
    await settle(tx, { succeeded, failed, checking, again })
  }
  return ended
}
