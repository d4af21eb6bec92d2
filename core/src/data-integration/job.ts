/** A synchronisation job: a synchronisation with a name, which is started and stopped. Each start is a run, an instance of the Operation Center. */
import type { SyncKind } from './sync.ts'

export const MAX_STARTED_JOBS = 100

/** `waiting`: for a slot of its resource group. `retrying`: a data source cannot be used, and is tried again. */
export const JOB_STATES = ['never-run', 'waiting', 'running', 'retrying', 'succeeded', 'stopped', 'failed'] as const
export type JobState = (typeof JOB_STATES)[number]

/** How a job stands, from its newest run. */
export function jobState(
  run: {
    readonly endedAs: 'succeeded' | 'failed' | 'stopped' | null
    /** Whether its instance has a slot. */
    readonly isRunning: boolean
    readonly isRetrying: boolean
  } | null,
): JobState {
  if (run === null) return 'never-run'
  if (run.endedAs !== null) return run.endedAs
  if (!run.isRunning) return 'waiting'
  return run.isRetrying ? 'retrying' : 'running'
}

export const isUnderWay = (state: JobState): boolean =>
  state === 'waiting' || state === 'running' || state === 'retrying'

/** As the newer dialect shows them. */
export const JOB_STATE_WORDS = {
  'never-run': 'Initialized',
  waiting: 'Running',
  running: 'Running',
  retrying: 'Running',
  succeeded: 'Finished',
  stopped: 'Stopped',
  failed: 'Failed',
} as const satisfies Record<JobState, string>

/** What is kept with a held start: of start-diJob one job, of batch-start-diJob several. */
export type StartSnapshot = {
  readonly tenantId: number
  readonly workspaceId: number
  readonly jobs: readonly {
    readonly jobId: number
    readonly name: string
    readonly kind: SyncKind
    /** Another one since makes it stale. */
    readonly revision: number
    readonly sourceId: number
    readonly targetId: number
    /** Null: it has never run. */
    readonly lastRunId: number | null
  }[]
  /** Instead of where it ended the last time: a value of the change column. */
  readonly startAt: string | null
}
