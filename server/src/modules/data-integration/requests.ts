/** What is asked of Data Integration, whoever asks: the native API or the DataWorks dialect. */
import type { Sync } from '@holdpoint/core'

export type NewSyncJob = {
  readonly name: string
  readonly description: string
  readonly ownerId: number
  readonly definition: Sync
  readonly resourceGroup: string | null
}

/** What is not given stays. */
export type SyncJobSave = {
  readonly jobId: number
  /** The one that it was made on; null: whatever there is, for interfaces that know no revisions. */
  readonly revision: number | null
  readonly name?: string
  readonly description?: string
  readonly definition?: Sync
  readonly resourceGroup?: string | null
}

/** One job is start-diJob, several at once are batch-start-diJob; which it is, is said and not counted: a batch may have one. */
export type SyncStartRequest = {
  readonly jobIds: readonly number[]
  readonly isBatch: boolean
  readonly startAt: string | null
}
