/** Synchronisation jobs in the newer version of the dialect. */
import { type Action as AccessAction, JOB_STATE_WORDS, Refusal, type Sync } from '@holdpoint/core'
import { ensureMay, workspaceFor } from '../../access.ts'
import { stateOfJob } from '../../modules/data-integration/job-state.ts'
import { askStart } from '../../modules/data-integration/start-jobs.ts'
import { stopJob } from '../../modules/data-integration/stop-job.ts'
import { createJob, deleteJob, saveJob } from '../../modules/data-integration/write-job.ts'
import type { Platform } from '../../platform.ts'
import { dataSourceOfNode } from '../../store/data-sources.ts'
import type { Caller } from '../../store/principals.ts'
import * as store from '../../store/sync-jobs.ts'
import { userOfTenant } from '../../store/users.ts'
import { action } from '../action.ts'
import * as operating from '../operating.ts'
import type { Bound } from '../schemas/binding.ts'
import * as contracts from '../schemas/di-jobs.ts'
import { KIND_OF, MIGRATION_TYPES, mappingsOf, rulesOf } from '../sync-rules.ts'

const DONE = { Success: true } as const
const LOOKBACK_SECONDS = 60
const POLL_SECONDS = 5

export const diJobActions = [
  action<typeof contracts.CREATE_DI_JOB, contracts.CreateDIJobResponse>(
    contracts.CREATE_DI_JOB,
    { whereFound: 'sync.write' },
    async ({ platform, caller, parameters }) => {
      const workspace = await workspaceFor(platform.db, caller, parameters.ProjectId, 'sync.write')
      const { Name, JobName, MigrationType, Owner, Description: description = '' } = parameters
      const name = Name ?? JobName
      if (name === undefined) throw new Refusal('PARAMETER_MISSING', { parameter: 'Name' })
      const ownerId = Owner === undefined ? caller.userId : operating.userIdOf(Owner)
      if ((await userOfTenant(platform.db, caller.tenantId, ownerId)) === null)
        throw new Refusal('NOT_FOUND', { thing: 'user', id: Owner! })
      const kind = KIND_OF[MigrationType]
      const definition: Sync = {
        kind,
        source: { dataSource: placeOf('SourceDataSourceSettings', parameters.SourceDataSourceSettings) },
        target: { dataSource: placeOf('DestinationDataSourceSettings', parameters.DestinationDataSourceSettings) },
        mappings: mappingsOf(kind, parameters.TableMappings, parameters.TransformationRules ?? []),
        lookback: LOOKBACK_SECONDS,
        pollSeconds: POLL_SECONDS,
      }
      const resourceGroup = groupOf(kind, parameters.ResourceSettings) ?? null
      const { id } = await createJob(platform, caller, workspace, {
        ...{ name, description, ownerId, definition, resourceGroup },
      })
      return { Id: id, DIJobId: id }
    },
  ),

  action<typeof contracts.UPDATE_DI_JOB, contracts.UpdateDIJobResponse>(
    contracts.UPDATE_DI_JOB,
    { whereFound: 'sync.write' },
    async ({ platform, caller, parameters }) => {
      const { row, workspace } = await jobFor(platform, caller, 'sync.write', parameters)
      const { TableMappings, TransformationRules, Description, ResourceSettings } = parameters
      if (TableMappings === undefined && TransformationRules !== undefined && TransformationRules.length > 0)
        throw new Refusal('PARAMETER_MISSING', { parameter: 'TableMappings' })
      const resourceGroup = groupOf(row.kind, ResourceSettings)
      await saveJob(platform, caller, workspace, {
        ...{ jobId: row.id, revision: row.revision },
        ...(Description !== undefined && { description: Description }),
        ...(resourceGroup !== undefined && { resourceGroup }),
        ...(TableMappings !== undefined &&
          TableMappings.length > 0 && {
            definition: {
              ...row.definition,
              mappings: mappingsOf(row.kind, TableMappings, TransformationRules ?? []),
            },
          }),
      })
      return DONE
    },
  ),

  action<typeof contracts.GET_DI_JOB, contracts.GetDIJobResponse>(
    contracts.GET_DI_JOB,
    { whereFound: 'sync.read' },
    async ({ platform, caller, parameters }) => {
      const { row } = await jobFor(platform, caller, 'sync.read', parameters)
      const summary = await summaryOf(platform, row)
      const { source, target } = row.definition
      const group = row.resource_group !== null && { ResourceGroupIdentifier: row.resource_group }
      return {
        PagingInfo: {
          ...summary,
          DIJobId: String(row.id),
          Description: row.description,
          JobType: row.kind === 'real-time' ? 'DatabaseRealtimeMigration' : 'DatabaseOfflineMigration',
          SourceDataSourceSettings: [{ DataSourceName: source.dataSource ?? 'default' }],
          DestinationDataSourceSettings: [{ DataSourceName: target.dataSource ?? 'default' }],
          ...rulesOf(row.definition),
          ResourceSettings: !group
            ? {}
            : row.kind === 'real-time'
              ? { RealtimeResourceSettings: group }
              : { OfflineResourceSettings: group },
        },
      }
    },
  ),

  action<typeof contracts.LIST_DI_JOBS, contracts.ListDIJobsResponse>(
    contracts.LIST_DI_JOBS,
    { whereFound: 'sync.read' },
    async ({ platform, caller, parameters: { ProjectId, Name, MigrationType, PageNumber, PageSize } }) => {
      const workspace = await workspaceFor(platform.db, caller, ProjectId, 'sync.read')
      const filter = { name: Name, kind: MigrationType && KIND_OF[MigrationType] }
      const page = { afterId: 0, limit: PageSize, offset: (PageNumber - 1) * PageSize }
      const rows = await store.syncJobsOf(platform.db, workspace.id, { ...filter, ...page })
      return {
        PagingInfo: {
          ...{ PageNumber, PageSize, TotalCount: await store.countSyncJobs(platform.db, workspace.id, filter) },
          DIJobs: await Promise.all(rows.map((row) => summaryOf(platform, row))),
        },
      }
    },
  ),

  action<typeof contracts.DELETE_DI_JOB, contracts.DeleteDIJobResponse>(
    contracts.DELETE_DI_JOB,
    { whereFound: 'sync.write' },
    async ({ platform, caller, parameters }) => {
      const { row, workspace } = await jobFor(platform, caller, 'sync.write', parameters)
      await deleteJob(platform, caller, workspace, row.id)
      return DONE
    },
  ),

  action<typeof contracts.START_DI_JOB, contracts.StartDIJobResponse>(
    contracts.START_DI_JOB,
    { whereFound: 'sync.operate' },
    async ({ platform, caller, parameters }) => {
      const { row, workspace } = await jobFor(platform, caller, 'sync.operate', parameters)
      const seconds = parameters.RealtimeStartSettings?.StartTime
      const startAt =
        seconds === undefined ? null : new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
      operating.ensureDone(await askStart(platform, caller, workspace, { jobIds: [row.id], isBatch: false, startAt }))
      return DONE
    },
  ),

  action<typeof contracts.STOP_DI_JOB, contracts.StopDIJobResponse>(
    contracts.STOP_DI_JOB,
    { whereFound: 'sync.operate' },
    async ({ platform, caller, parameters }) => {
      const { row, workspace } = await jobFor(platform, caller, 'sync.operate', parameters)
      await stopJob(platform, caller, workspace, row.id)
      return DONE
    },
  ),
]

/** The job with this id that the caller may do this with, wherever in the tenant it is. */
async function jobFor(
  { db }: Platform,
  caller: Caller,
  right: AccessAction,
  given: { readonly Id?: number; readonly DIJobId?: number; readonly ProjectId?: number },
) {
  const id = given.Id ?? given.DIJobId
  if (id === undefined) throw new Refusal('PARAMETER_MISSING', { parameter: 'Id' })
  if (given.ProjectId !== undefined) await workspaceFor(db, caller, given.ProjectId, right)
  const found = await store.syncJobOfTenant(db, caller.tenantId, id)
  if (found === null || (given.ProjectId ?? found.workspace_id) !== found.workspace_id)
    throw new Refusal('SYNC_JOB_NOT_FOUND', { id })
  ensureMay(caller, right, found.workspace_id)
  const workspace = await workspaceFor(db, caller, found.workspace_id, right)
  const row = await store.listedSyncJob(db, workspace.id, id)
  if (row === null) throw new Refusal('SYNC_JOB_NOT_FOUND', { id })
  return { row, workspace }
}

async function summaryOf({ db }: Platform, row: store.ListedSyncJobRow): Promise<contracts.DIJobSummary> {
  const kindOf = async (name: string | null) =>
    (await dataSourceOfNode(db, { workspaceId: row.workspace_id, environment: 'PROD', name }))?.kind ?? ''
  return {
    Id: row.id,
    DIJobId: row.id,
    JobName: row.name,
    JobStatus: JOB_STATE_WORDS[stateOfJob(row)],
    MigrationType: MIGRATION_TYPES[row.kind],
    Owner: String(row.owner_id ?? ''),
    ProjectId: row.workspace_id,
    SourceDataSourceType: await kindOf(row.definition.source.dataSource),
    DestinationDataSourceType: await kindOf(row.definition.target.dataSource),
  }
}

type Given = Bound<typeof contracts.CREATE_DI_JOB.parameters>

/** Workspaces begin with a data source that is called `default`: whoever names that by the word means the default one. */
function placeOf(parameter: string, [place]: Given['SourceDataSourceSettings']): string {
  if (place === undefined) throw new Refusal('PARAMETER_MISSING', { parameter: `${parameter}.1.DataSourceName` })
  return place.DataSourceName
}

function groupOf(kind: Sync['kind'], settings: Given['ResourceSettings']): string | undefined {
  const of = kind === 'real-time' ? settings?.RealtimeResourceSettings : settings?.OfflineResourceSettings
  return of?.ResourceGroupIdentifier
}
