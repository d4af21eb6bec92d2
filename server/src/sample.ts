/**
 * The sample workspace: a pipeline in files of Data Development (examples/sales-pipeline) that brings files of orders in, cleans, sums up and publishes a table, deployed to
 * production, with the last days filled in, and a monitor that checks what it publishes. Every step finds what an earlier one has left.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type NodeDefinition, Refusal, readFlowSpec, type TableDesign } from '@holdpoint/core'
import { askDeployment } from './modules/data-development/ask-deployment.ts'
import { askTable } from './modules/data-development/submit-table.ts'
import { createFile } from './modules/data-development/write-file.ts'
import { createTable } from './modules/data-development/write-table.ts'
import { askBackfill } from './modules/operation-center/backfill-operation.ts'
import type { Platform } from './platform.ts'
import { putSampleMonitor } from './sample-quality.ts'
import { putSampleJob } from './sample-sync.ts'
import { writeAudit } from './store/audit.ts'
import { backfillsOf } from './store/backfills.ts'
import * as sources from './store/data-sources.ts'
import { filesOf } from './store/files.ts'
import { foldersOf, putFolders } from './store/folders.ts'
import type { Environment } from './store/nodes.ts'
import type { Caller } from './store/principals.ts'
import { submissionsOf, tableByName } from './store/tables.ts'
import type { WorkspaceRow } from './store/workspaces.ts'

const PIPELINE = join(import.meta.dirname, '../../examples/sales-pipeline')
const PUBLISHES = 'publish_sales_daily'
/** Each file with its folder, and what it waits for beyond what its SQL reads. */
const FILES = [
  { name: 'order_files', folder: 'sales/ingest', waitsFor: 'root' },
  { name: 'ods_orders', folder: 'sales/ingest', waitsFor: 'order_files', command: 'DI' },
  { name: 'dwd_orders', folder: 'sales/clean', waitsFor: null },
  { name: 'dws_sales_daily', folder: 'sales/report', waitsFor: null },
  { name: PUBLISHES, folder: 'sales/report', waitsFor: null },
] as const
const FOLDERS = ['sales', ...new Set(FILES.map(({ folder }) => folder))]
export const SAMPLE_TABLE = 'ads_sales_daily'
const DESIGN: TableDesign = {
  comment: 'What was sold on a day, for everybody to read',
  dataSource: null,
  lifeCycleDays: 365,
  columns: [
    { name: 'city', type: 'string', comment: '', isPartition: false },
    { name: 'category', type: 'string', comment: 'Of goods', isPartition: false },
    { name: 'orders', type: 'bigint', comment: 'How many', isPartition: false },
    { name: 'amount', type: 'decimal(18,2)', comment: 'In crowns', isPartition: false },
    { name: 'day', type: 'date', comment: 'The business date', isPartition: true },
  ],
}
/** Where orders come from: a DuckDB of its own, on which the first file runs and from which the second one synchronises. */
const TILLS = 'tills'
const BACKFILL = 'The last days of the sample'
const LOOK_EVERY_MS = 100
const WAIT_MS = 60_000

export type SampleSize = {
  /** Orders of a day. */
  readonly orders: number
  /** Business dates that are filled in, as yyyy-mm-dd, in order. */
  readonly days: readonly [first: string, last: string]
}

export async function setUpSample(
  platform: Platform,
  caller: Caller,
  workspace: WorkspaceRow,
  { orders, days }: SampleSize,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const { db } = platform
  await putDataSources(platform, caller, workspace)
  await publishTable(platform, caller, workspace, signal)
  const fileIds = await putFiles(platform, caller, workspace, orders)
  const files = async () =>
    (await filesOf(db, { workspaceId: workspace.id }, { afterId: 0, limit: 100 })).filter(({ id }) =>
      fileIds.includes(id),
    )
  const ask = async (kind: 'commit' | 'deploy', wanted: readonly { readonly id: number }[]) => {
    if (wanted.length === 0) return
    const named = wanted.map(({ id }) => ({ fileId: id }))
    await askDeployment(platform, caller, workspace, { kind, files: named, comment: 'The sample pipeline' })
  }
  await ask(
    'commit',
    (await files()).filter(({ version }) => version === 0),
  )
  if (workspace.mode === 'standard')
    await ask(
      'deploy',
      (await files()).filter(({ version, deployed_version }) => version > 0 && deployed_version === null),
    )
  const deployed = (await files()).filter(({ deployed_version }) => deployed_version !== null)
  // Somebody may have to be asked first.
  if (deployed.length < FILES.length) return
  const last = deployed.find(({ name }) => name === PUBLISHES)!
  await putSampleMonitor(platform, caller, workspace, { table: SAMPLE_TABLE, nodeId: last.node_id })
  await putSampleJob(platform, caller, workspace, TILLS)
  await fillIn(platform, caller, workspace, deployed[0]!.node_id, days)
}

async function putDataSources(platform: Platform, caller: Caller, workspace: WorkspaceRow): Promise<void> {
  const { tenantId, userId } = caller
  const place = { tenantId, workspaceId: workspace.id }
  for (const environment of environmentsOf(workspace))
    await platform.db.transaction(async (tx) => {
      await sources.lockDataSources(tx, workspace.id)
      const there = await sources.dataSourcesOf(tx, workspace.id, environment)
      if (there.some(({ name }) => name === TILLS)) return
      const source = { environment, kind: 'duckdb', settings: {} } as const
      await sources.insertDataSource(tx, { ...place, ...source, name: TILLS, createdBy: userId })
      writeAudit(tx, { ...place, userId, action: 'data-source.create', object: TILLS, details: source })
    })
}

const environmentsOf = ({ mode }: WorkspaceRow) =>
  mode === 'standard' ? (['DEV', 'PROD'] as const) : (['PROD'] as const)

async function putFiles(
  platform: Platform,
  caller: Caller,
  workspace: WorkspaceRow,
  orders: number,
): Promise<number[]> {
  const { db } = platform
  const { tenantId, userId } = caller
  const before = (await foldersOf(db, workspace.id)).map(({ path }) => path)
  const folders = await db.transaction(async (tx) => {
    const missing = FOLDERS.filter((path) => !before.includes(path))
    const rows = await putFolders(tx, { tenantId, workspaceId: workspace.id, createdBy: userId }, FOLDERS)
    for (const object of missing)
      writeAudit(tx, { tenantId, workspaceId: workspace.id, userId, action: 'folder.create', object })
    return new Map(rows.map(({ path, id }) => [path, id]))
  })
  const there = new Map(
    (await filesOf(db, { workspaceId: workspace.id }, { afterId: 0, limit: 100 })).map((row) => [row.name, row.id]),
  )
  const ids: number[] = []
  for (const file of FILES) {
    const parsing = { on: true, inputs: [], outputs: [], ignored: [] }
    const body = { kind: 'node', parsing, definition: definitionOf(file, workspace.identifier, orders) } as const
    const folderId = folders.get(file.folder) ?? null
    ids.push(
      there.get(file.name) ??
        (await createFile(platform, caller, workspace, { name: file.name, folderId, ownerId: userId, body })).id,
    )
  }
  return ids
}

function definitionOf(file: (typeof FILES)[number], project: string, orders: number): NodeDefinition {
  const { name, waitsFor } = file
  const synchronises = 'command' in file
  const variable = (of: string, value: string) => ({
    name: of,
    value,
    artifactType: 'Variable',
    scope: 'NodeParameter',
  })
  const upstream = waitsFor === 'root' ? `${project}_root` : `${project}.${waitsFor}`
  const node = {
    id: name,
    name,
    recurrence: 'Normal',
    script: {
      content: readFileSync(join(PIPELINE, `${name}.${synchronises ? 'json' : 'sql'}`), 'utf8'),
      runtime: { command: synchronises ? file.command : 'ODPS_SQL' },
      parameters: [
        variable('bizdate', '$bizdate'),
        ...(name === 'order_files' ? [variable('orders', String(orders))] : []),
      ],
    },
    ...(name === 'order_files' ? { datasource: { name: TILLS, type: 'odps' } } : {}),
    trigger: { type: 'Scheduler', cron: '00 20 00 * * ?' },
    ...(waitsFor === null ? {} : { inputs: { nodeOutputs: [{ data: upstream, artifactType: 'NodeOutput' }] } }),
    outputs: { nodeOutputs: [{ data: `${project}.${name}`, artifactType: 'NodeOutput', isDefault: true }] },
  }
  return readFlowSpec(JSON.stringify({ version: '1.1.0', kind: 'CycleWorkflow', spec: { nodes: [node] } })).nodes[0]!
}

/** Designed, and submitted to each environment. */
async function publishTable(platform: Platform, caller: Caller, workspace: WorkspaceRow, signal: AbortSignal) {
  const { db } = platform
  const { id: tableId, revision } =
    (await tableByName(db, workspace.id, SAMPLE_TABLE)) ??
    (await createTable(platform, caller, workspace, { name: SAMPLE_TABLE, ownerId: caller.userId, design: DESIGN }))
  const standing = async (environment: Environment) => {
    const rows = await submissionsOf(db, tableId, { beforeId: null, limit: 100 })
    return rows.find((one) => one.environment === environment)?.state
  }
  for (const environment of environmentsOf(workspace)) {
    try {
      const held = await askTable(platform, caller, workspace, { tableId, environment, revision, losses: [] })
      if (held.state === 'held') return
    } catch (error) {
      if (!(error instanceof Refusal && ['TABLE_UNCHANGED', 'TABLE_UNDER_WAY'].includes(error.code))) throw error
    }
    for (
      let waitedMs = 0;
      waitedMs < WAIT_MS && (await standing(environment)) === 'applying';
      waitedMs += LOOK_EVERY_MS
    )
      await sleep(LOOK_EVERY_MS, undefined, { signal })
  }
}

async function fillIn(
  platform: Platform,
  caller: Caller,
  workspace: WorkspaceRow,
  firstNodeId: number,
  [start, end]: SampleSize['days'],
): Promise<void> {
  const filter = { workspaceId: workspace.id, environment: 'PROD', name: BACKFILL } as const
  if ((await backfillsOf(platform.db, filter, { beforeId: null, limit: 1 })).length > 0) return
  await askBackfill(platform, caller, workspace, {
    ...{ environment: 'PROD', name: BACKFILL, comment: 'So that there is something to look at' },
    ...{ mode: 'massive', rootNodeIds: [firstNodeId], includeNodeIds: [], excludeNodeIds: [] },
    ...{ includeWorkspaceIds: [], excludeWorkspaceIds: [], dates: [{ start, end }] },
    ...{ window: { startTime: null, endTime: null }, order: 'asc', groups: 1, startsFutureNow: true, runWindow: null },
    ...{ resourceGroup: null, priority: null, alert: null, analysis: { enabled: false, blocked: false } },
    ...{ parameters: {}, starts: true },
  })
}
