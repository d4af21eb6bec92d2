/** Synchronisation jobs: made, changed and deleted. Nothing runs of them before they are started. */
import { Refusal, type Sync, syncProblems } from '@holdpoint/core'
import type { Live } from '../../live.ts'
import { writeAudit } from '../../store/audit.ts'
import { dataSourceOfNode } from '../../store/data-sources.ts'
import { type Database, isUniqueViolation, type Sql, type Transaction } from '../../store/database.ts'
import type { Caller } from '../../store/principals.ts'
import * as groups from '../../store/resource-groups.ts'
import * as store from '../../store/sync-jobs.ts'
import { userOfTenant } from '../../store/users.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import type { NewSyncJob, SyncJobSave } from './requests.ts'

type Parts = { readonly db: Database; readonly live: Live }
type Place = Pick<WorkspaceRow, 'id' | 'tenant_id'>

/** What real-time jobs run in that name no other: they keep their slots, so they take none from what is scheduled. */
export const REAL_TIME_GROUP = 'realtime'
const REAL_TIME_SLOTS = 100
const MOST_JOBS = 10_000

export async function createJob(
  parts: Parts,
  caller: Caller,
  workspace: Place,
  { name, description, ownerId, definition, resourceGroup }: NewSyncJob,
): Promise<store.SyncJobRow> {
  ensureRunnable(definition)
  return await named(name, () =>
    parts.db.transaction(async (tx) => {
      await ensurePlaces(tx, workspace, { definition, resource_group: resourceGroup })
      if ((await store.countSyncJobs(tx, workspace.id)) >= MOST_JOBS)
        throw new Refusal('LIMIT_REACHED', { limit: MOST_JOBS, things: 'synchronisation jobs of a workspace' })
      await putRealTimeGroup(tx, caller, definition)
      const row = await store.insertSyncJob(tx, {
        ...{ tenant_id: workspace.tenant_id, workspace_id: workspace.id, owner_id: ownerId, created_by: caller.userId },
        ...{ name, description, definition, resource_group: resourceGroup },
      })
      note(parts, tx, caller, row, 'sync-job.create')
      return row
    }),
  )
}

/** Rule 53: whoever changes it names the revision that they saw. What is under way goes on as it was started. */
export async function saveJob(
  parts: Parts,
  caller: Caller,
  workspace: Place,
  { jobId, revision, ...save }: SyncJobSave,
): Promise<store.SyncJobRow> {
  if (save.definition !== undefined) ensureRunnable(save.definition)
  return await named(save.name ?? '', () =>
    parts.db.transaction(async (tx) => {
      const row = await lockedJob(tx, workspace, jobId)
      await ensureJobRevision(tx, row, revision)
      const job = {
        name: save.name ?? row.name,
        description: save.description ?? row.description,
        definition: save.definition ?? row.definition,
        resource_group: save.resourceGroup === undefined ? row.resource_group : save.resourceGroup,
      }
      if (save.definition !== undefined || save.resourceGroup !== undefined) await ensurePlaces(tx, workspace, job)
      await putRealTimeGroup(tx, caller, job.definition)
      const saved = await store.updateSyncJob(tx, row.id, job, caller.userId)
      note(parts, tx, caller, saved, 'sync-job.save')
      return saved
    }),
  )
}

/** Its targets stay as they are, and keep how far they came. */
export async function deleteJob(parts: Parts, caller: Caller, workspace: Place, id: number): Promise<void> {
  await parts.db.transaction(async (tx) => {
    const row = await lockedJob(tx, workspace, id)
    if (row.is_under_way) throw new Refusal('SYNC_JOB_UNDER_WAY', { jobs: [row.name] })
    store.markSyncJobDeleted(tx, row.id, caller.userId)
    note(parts, tx, caller, row, 'sync-job.delete')
  })
}

export async function ensureJobRevision(
  sql: Sql,
  row: Pick<store.SyncJobRow, 'tenant_id' | 'name' | 'revision' | 'modified_by'>,
  named: number | null,
): Promise<void> {
  const { name, revision, modified_by: userId } = row
  if (named === null || named === revision) return
  const by = userId === null ? null : await userOfTenant(sql, row.tenant_id, userId)
  throw new Refusal('SYNC_JOB_CHANGED', { name, by: by?.display_name ?? '', revision, named })
}

export function ensureRunnable(definition: Sync): void {
  const [problem] = syncProblems(definition)
  if (problem !== undefined) throw new Refusal('SYNC_INVALID', { path: problem.path, problem: problem.problem })
}

async function lockedJob(tx: Transaction, workspace: Place, id: number) {
  const [row] = await store.lockSyncJobs(tx, workspace.id, [id])
  if (row === undefined) throw new Refusal('SYNC_JOB_NOT_FOUND', { id })
  return row
}

/** What it names of the workspace is there, and files are where files can be. */
async function ensurePlaces(
  tx: Transaction,
  workspace: Place,
  { definition, resource_group: group }: Pick<store.SyncJobRow, 'definition' | 'resource_group'>,
): Promise<void> {
  for (const side of ['source', 'target'] as const) {
    const { dataSource: name } = definition[side]
    const found = await dataSourceOfNode(tx, { workspaceId: workspace.id, environment: 'PROD', name })
    if (found === null) throw new Refusal('DATA_SOURCE_MISSING', { name: name ?? 'default' })
    const at = definition.mappings.findIndex((mapping) => mapping[side].format !== null)
    if (at !== -1 && found.kind !== 'duckdb')
      throw new Refusal('SYNC_INVALID', {
        path: `mappings.${at}.${side}.format`,
        problem: `files lie beside a DuckDB data source, which ${found.name} is not`,
      })
  }
  if (group !== null && group !== REAL_TIME_GROUP && !(await groups.hasResourceGroup(tx, workspace.tenant_id, group)))
    throw new Refusal('NOT_FOUND', { thing: 'resource group', id: group })
}

async function putRealTimeGroup(tx: Transaction, { tenantId, userId }: Caller, { kind }: Sync): Promise<void> {
  const given = { tenantId, identifier: REAL_TIME_GROUP, name: 'Real-time synchronisation', slots: REAL_TIME_SLOTS }
  if (kind !== 'real-time' || !(await groups.putResourceGroup(tx, given))) return
  const details = { slots: REAL_TIME_SLOTS }
  writeAudit(tx, { tenantId, userId, action: 'resource-group.create', object: REAL_TIME_GROUP, details })
}

async function named<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isUniqueViolation(error)) throw new Refusal('SYNC_JOB_NAME_TAKEN', { name })
    throw error
  }
}

export function note(
  { live }: Pick<Parts, 'live'>,
  tx: Transaction,
  { tenantId, userId }: Caller,
  row: store.SyncJobRow,
  action: string,
): void {
  const { id, workspace_id: workspaceId, name, revision, definition } = row
  const details = { job: id, revision, kind: definition.kind, mappings: definition.mappings.length }
  writeAudit(tx, { tenantId, workspaceId, userId, action, object: name, details })
  tx.afterCommit(() => live.publish({ kind: 'instance', tenantId, workspaceId, id: String(workspaceId) }))
}
