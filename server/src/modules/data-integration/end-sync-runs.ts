/** endSyncRuns: how runs of synchronisation jobs have ended, written in the transaction that settles their instances. */
import type { Transaction } from '../../store/database.ts'
import { endSyncRun, lockEndingSyncRuns } from '../../store/sync-runs.ts'

/** These instances have succeeded or failed. Of a run that has ended already nothing changes. */
export async function endSyncRuns(tx: Transaction, instanceIds: readonly number[]): Promise<void> {
  for (const { id, stopped_by: stoppedBy, status, ended_because: reason } of await lockEndingSyncRuns(
    tx,
    instanceIds,
  )) {
    if (status === 6) endSyncRun(tx, id, 'succeeded', null)
    // By its job, or by terminating its instance: then its program has not been seen to end yet.
    else if (stoppedBy !== null || reason === null || reason.code === 'RUN_TERMINATED')
      endSyncRun(tx, id, 'stopped', null)
    else endSyncRun(tx, id, 'failed', reason)
  }
}
