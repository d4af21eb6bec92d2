/** The shapes of Data Integration. What a synchronisation says is core's own. */
import type { Sync } from '@holdpoint/core'
import type * as sdk from '@holdpoint/sdk'

export type { SyncJobSummary, SyncMinute, SyncPreview, SyncRun, SyncTableState } from '@holdpoint/sdk'

export type SyncJobDetail = Omit<sdk.SyncJobDetail, 'definition'> & { readonly definition: Sync }
export type AskedSyncStart = { readonly operation: sdk.OperationView; readonly runs: readonly sdk.SyncRun[] }
export type JobState = sdk.SyncJobSummary['state']

export type NewSyncJob = {
  readonly name: string
  readonly description: string
  readonly definition: Sync
  readonly resourceGroup: string | null
}
/** What is not given stays. */
export type SyncJobSave = { readonly revision: number } & Partial<NewSyncJob>
