import { type JobState, jobState } from '@holdpoint/core'
import type { ListedSyncJobRow } from '../../store/sync-jobs.ts'

/** How the job of a row stands. */
export const stateOfJob = ({
  run,
  run_has_slot: isRunning,
}: Pick<ListedSyncJobRow, 'run' | 'run_has_slot'>): JobState =>
  jobState(run && { endedAs: run.ended_as, isRunning, isRetrying: run.retries > 0 })
