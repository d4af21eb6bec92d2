/**
 * Starting jobs (rules 54, 55): both data sources of each are asked first, then it is held as `start-diJob` or `batch-start-diJob`, and then each job gets a
 * run, which is an instance on its own.
 */
import {
  MAX_STARTED_JOBS,
  type MappingEntry,
  mappingEntries,
  may,
  namesTables,
  Refusal,
  type StartSnapshot,
  SYNC_PROGRAM_TYPE,
  type SyncProgram,
} from '@holdpoint/core'
import type { Gate } from '../../gate/gate.ts'
import { type Held, hold } from '../../gate/hold.ts'
import type { OperationKind } from '../../gate/operation.ts'
import type { NodeRunners } from '../../runners/runners.ts'
import { type DataSourceRow, dataSourceOfNode } from '../../store/data-sources.ts'
import type { Sql, Transaction } from '../../store/database.ts'
import { type Caller, entered } from '../../store/principals.ts'
import * as store from '../../store/sync-jobs.ts'
import * as runs from '../../store/sync-runs.ts'
import { insertTemporaryRun } from '../../store/temporary-runs.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { runDefinition } from '../data-development/start-run.ts'
import { dayAfter, localTime } from '../operation-center/cron-times.ts'
import type { SyncStartRequest } from './requests.ts'
import { startPosition } from './start-position.ts'
import { REAL_TIME_GROUP } from './write-job.ts'

/** Jobs whose data sources are asked at the same time, and how long each may take. */
const LOOKING_AT_ONCE = 8
const LOOK_WITHIN_MS = 10_000

type Runners = Pick<NodeRunners, 'previewSync'>
type Parts = Gate & { readonly runners: Runners; readonly timeZone: string }

/** What was looked at before it is asked for. */
type LookedAt = {
  readonly row: store.SyncJobRow
  readonly source: DataSourceRow
  readonly target: DataSourceRow
}
type Request = {
  readonly workspace: Pick<WorkspaceRow, 'id' | 'tenant_id'>
  readonly jobs: readonly LookedAt[]
  readonly startAt: string | null
  readonly bizdate: string
}
type Snapshot = StartSnapshot & { readonly bizdate: string }

export async function askStart(
  platform: Parts,
  caller: Caller,
  workspace: WorkspaceRow,
  { jobIds, isBatch, startAt }: SyncStartRequest,
): Promise<Held> {
  // Whoever may not is told so before anybody's database is asked.
  if (!may(caller, 'sync.operate', workspace.id)) throw new Refusal('FORBIDDEN', { action: 'sync.operate' })
  const ids = [...new Set(jobIds)].sort((a, b) => a - b)
  if (ids.length > MAX_STARTED_JOBS)
    throw new Refusal('LIMIT_REACHED', { limit: MAX_STARTED_JOBS, things: 'jobs that are started at once' })
  const rows = await jobsFor(platform.db, workspace.id, ids)
  const others = isBatch ? rows.filter(({ kind }) => kind !== 'real-time') : []
  if (others.length > 0) throw new Refusal('SYNC_NOT_REAL_TIME', { jobs: others.map(({ name }) => name) })
  const jobs = await lookAt(platform, workspace.id, rows, startAt)
  const bizdate = dayAfter(localTime(Date.now(), platform.timeZone).slice(0, 10), -1)
  return await hold(platform, entered(caller), KINDS[isBatch ? 'batch-start-diJob' : 'start-diJob'], {
    ...{ workspace, jobs, startAt, bizdate },
  })
}

async function jobsFor(sql: Sql, workspaceId: number, ids: readonly number[]): Promise<store.SyncJobRow[]> {
  const rows = await store.syncJobsById(sql, workspaceId, ids)
  const absent = ids.filter((id) => !rows.some((row) => row.id === id))
  if (absent.length > 0 || rows.length === 0) throw new Refusal('SYNC_JOB_NOT_FOUND', { id: absent.join(', ') })
  return rows
}

/** The data sources of a job of production, as it names them. */
export async function placesOf(
  sql: Sql,
  workspaceId: number,
  { source, target }: Pick<store.SyncJobRow['definition'], 'source' | 'target'>,
): Promise<{ readonly source: DataSourceRow; readonly target: DataSourceRow }> {
  const find = async (name: string | null) => {
    const found = await dataSourceOfNode(sql, { workspaceId, environment: 'PROD', name })
    if (found === null) throw new Refusal('DATA_SOURCE_MISSING', { name: name ?? 'default' })
    return found
  }
  return { source: await find(source.dataSource), target: await find(target.dataSource) }
}

/** Rule 54: what can be known before it runs is said before anything is held. The first one that cannot be started says why, and no other is asked any more. */
async function lookAt(
  { db, runners }: Parts,
  workspaceId: number,
  rows: readonly store.SyncJobRow[],
  startAt: string | null,
): Promise<LookedAt[]> {
  const under = await underWay(db, workspaceId, rows)
  if (under.length > 0) throw new Refusal('SYNC_JOB_UNDER_WAY', { jobs: under })
  const looked: LookedAt[] = []
  const failed = new AbortController()
  const look = async (row: store.SyncJobRow, at: number) => {
    const places = await placesOf(db, workspaceId, row.definition)
    const signal = AbortSignal.any([failed.signal, AbortSignal.timeout(LOOK_WITHIN_MS)])
    const { tables } = await runners.previewSync(row.definition, places.source, places.target, signal)
    if (startAt !== null) startPosition(row, startAt, tables)
    looked[at] = { row, ...places }
  }
  const waiting = rows.entries()
  const line = async () => {
    for (const [at, row] of waiting) {
      if (failed.signal.aborted) return
      try {
        await look(row, at)
      } catch (error) {
        failed.abort()
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(LOOKING_AT_ONCE, rows.length) }, line))
  return looked
}

async function underWay(sql: Sql, workspaceId: number, rows: readonly store.SyncJobRow[]): Promise<string[]> {
  const listed = await Promise.all(rows.map(({ id }) => store.listedSyncJob(sql, workspaceId, id)))
  return listed.flatMap((row) => (row?.run != null && row.run.ended_as === null ? [row.name] : []))
}

const startJobs = (point: 'start-diJob' | 'batch-start-diJob'): OperationKind<Request, Snapshot> => ({
  point,
  action: 'sync.operate',
  workspaceOf: ({ workspace }) => workspace.id,

  async describe(tx, { workspace, jobs, startAt, bizdate }) {
    const locked = await store.lockSyncJobs(
      tx,
      workspace.id,
      jobs.map(({ row }) => row.id),
    )
    const now = new Map(locked.map((row) => [row.id, row]))
    for (const { row } of jobs) {
      const today = now.get(row.id)
      if (today === undefined) throw new Refusal('SYNC_JOB_NOT_FOUND', { id: row.id })
      if (today.revision !== row.revision) throw new Refusal('SYNC_JOBS_CHANGED', { jobs: [row.name] })
    }
    const under = locked.filter((row) => row.is_under_way)
    if (under.length > 0) throw new Refusal('SYNC_JOB_UNDER_WAY', { jobs: under.map(({ name }) => name) })
    const names = jobs.map(({ row }) => row.name)
    const entries = jobs.map((job) => mappingEntriesOf(job))
    const showTableMapping = namesTables(entries)
    const setting = await settingOf(tx, locked, startAt)
    const change = ({ row }: LookedAt, field: string, to: string) => ({
      ...{ objectId: String(row.id), objectName: row.name, field, from: '', to },
    })
    return {
      objects: jobs.map(({ row }) => ({ id: String(row.id), name: row.name })),
      requestKey: JSON.stringify([jobs.map(({ row }) => [row.id, row.revision]), startAt]),
      objectName: names.length === 1 ? names[0]! : `${names[0]} +${names.length - 1}`,
      changes: jobs.flatMap((job) => [
        change(job, 'source', job.source.name),
        change(job, 'target', job.target.name),
        ...(startAt === null ? [] : [change(job, 'startAt', startAt)]),
      ]),
      snapshot: {
        ...{ tenantId: workspace.tenant_id, workspaceId: workspace.id, startAt, bizdate },
        jobs: jobs.map(({ row, source, target }) => ({
          ...{ jobId: row.id, name: row.name, kind: row.kind, revision: row.revision },
          ...{ sourceId: source.id, targetId: target.id, lastRunId: now.get(row.id)!.last_run_id },
        })),
      },
      body: {
        ...{ appId: workspace.id, showTableMapping, setting, extensionBizName: names.join(',') },
        ...(point === 'start-diJob'
          ? {
              ...{ jobId: jobs[0]!.row.id, forceRun: false, startAsV2: false },
              ...(showTableMapping ? { tableMapping: entries[0] } : {}),
            }
          : {
              ...{ projectId: workspace.id, jobIds: jobs.map(({ row }) => row.id), env: 'prod' },
              ...{ needErrorMessage: false, errorMessageOnlyFailedFileIds: false },
              ...(showTableMapping
                ? {
                    tableMappings: jobs.map(({ row }, at) => ({
                      ...{ id: row.id, extensionBizName: row.name, tableMapping: entries[at] },
                    })),
                  }
                : {}),
            }),
      },
      triggers: true,
      fileType: null,
    }
  },

  async staleness(tx, { workspaceId, jobs }) {
    const locked = await store.lockSyncJobs(
      tx,
      workspaceId,
      jobs.map(({ jobId }) => jobId),
    )
    const now = new Map(locked.map((row) => [row.id, row]))
    const gone = jobs.filter(({ jobId }) => !now.has(jobId))
    const changed = jobs.filter(({ jobId, revision, lastRunId }) => {
      const today = now.get(jobId)
      return today !== undefined && (today.revision !== revision || today.last_run_id !== lastRunId)
    })
    const elsewhere = await ledElsewhere(tx, workspaceId, jobs, now)
    return [
      ...(gone.length > 0 ? [new Refusal('SYNC_JOBS_GONE', { jobs: gone.map(({ name }) => name) })] : []),
      ...(changed.length > 0 ? [new Refusal('SYNC_JOBS_CHANGED', { jobs: changed.map(({ name }) => name) })] : []),
      ...elsewhere.map((name) => new Refusal('RUN_SOURCE_CHANGED', { name })),
    ]
  },

  async apply(tx, snapshot, effect) {
    const locked = await store.lockSyncJobs(
      tx,
      snapshot.workspaceId,
      snapshot.jobs.map(({ jobId }) => jobId),
    )
    for (const row of locked)
      await startRun(tx, row, snapshot, { operationId: effect.operationId, requestedBy: effect.requestedBy })
    effect.changed('instance', snapshot.workspaceId)
  },
})

export const startJob = startJobs('start-diJob')
export const startBatch = startJobs('batch-start-diJob')
const KINDS = { 'start-diJob': startJob, 'batch-start-diJob': startBatch } as const

async function startRun(
  tx: Transaction,
  row: store.SyncJobRow,
  { startAt, bizdate }: Pick<Snapshot, 'startAt' | 'bizdate'>,
  { operationId, requestedBy }: { readonly operationId: string; readonly requestedBy: number },
): Promise<void> {
  const { id: jobId, tenant_id: tenantId, workspace_id: workspaceId, name, revision, definition: sync } = row
  const id = await runs.drawSyncRunId(tx)
  const ledger = sync.kind === 'full' ? null : { key: row.ledger_key, runId: id, startAt }
  const program: SyncProgram = { sync, ledger }
  const definition = runDefinition({
    ...{ name, requestedBy, programType: SYNC_PROGRAM_TYPE, content: JSON.stringify(program), dataSourceName: null },
    resourceGroup: row.resource_group ?? (sync.kind === 'real-time' ? REAL_TIME_GROUP : null),
    // Where its replica is lost it goes on from what its target has.
    retries: 1,
  })
  const instanceId = await insertTemporaryRun(tx, {
    of: { table: 'sync_jobs', id: jobId },
    ...{ tenantId, workspaceId, environment: 'PROD', requestedBy, definition, bizdate, parameters: null },
  })
  runs.insertSyncRun(tx, {
    ...{ id, tenantId, workspaceId, jobId, revision, instanceId, startAt, operationId, startedBy: requestedBy },
  })
}

/** Names of data sources that jobs would find elsewhere by now. */
async function ledElsewhere(
  tx: Transaction,
  workspaceId: number,
  jobs: Snapshot['jobs'],
  now: ReadonlyMap<number, store.SyncJobRow>,
): Promise<string[]> {
  const elsewhere = new Set<string>()
  for (const { jobId, sourceId, targetId } of jobs) {
    const row = now.get(jobId)
    if (row === undefined) continue
    for (const [{ dataSource: name }, id] of [
      [row.definition.source, sourceId],
      [row.definition.target, targetId],
    ] as const) {
      const today = await dataSourceOfNode(tx, { workspaceId, environment: 'PROD', name })
      if (today?.id !== id) elsewhere.add(name ?? 'default')
    }
  }
  return [...elsewhere]
}

function mappingEntriesOf({ row, source, target }: LookedAt): readonly MappingEntry[] {
  const database = source.kind === 'duckdb' ? 'main' : 'public'
  return mappingEntries(row.definition, { source: source.name, target: target.name, database })
}

const A_TIME = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/

/** Times alone: what a position of numbers is, the message has no member for. */
async function settingOf(
  tx: Transaction,
  jobs: readonly { readonly id: number }[],
  startAt: string | null,
): Promise<Record<string, string>> {
  const time = (text: string) => (A_TIME.test(text) ? text.slice(0, 19).replace('T', ' ') : null)
  const positions = jobs.length === 1 ? await store.syncPositions(tx, [jobs[0]!.id]) : []
  const last = positions.flatMap(({ position }) => time(position) ?? []).sort()[0]
  const start = startAt === null ? null : time(startAt)
  return {
    ...(last === undefined ? {} : { lastStartPosition: last }),
    ...(start === null ? {} : { startDateTime: start, timeZone: 'UTC' }),
  }
}
