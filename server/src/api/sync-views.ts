/** Rows of synchronisation jobs as the shapes that the native API answers. */
import { isUnderWay, jobState, may } from '@holdpoint/core'
import type { z } from 'zod'
import { stateOfJob } from '../modules/data-integration/job-state.ts'
import { type DataSourceRow, USUAL_DATA_SOURCE } from '../store/data-sources.ts'
import type { Caller } from '../store/principals.ts'
import type { ListedSyncJobRow, SyncJobRow, SyncTableRow } from '../store/sync-jobs.ts'
import type { ListedSyncRunRow } from '../store/sync-runs.ts'
import type * as shapes from './integration-shapes.ts'
import { type HeldObjects, person } from './views.ts'

/** What is looked up for several jobs at once. */
export type JobsAround = { readonly held: HeldObjects; readonly dataSources: readonly DataSourceRow[] }

const POINTS: readonly string[] = ['start-diJob', 'batch-start-diJob']
const personOrNull = (id: number | null, name: string | null) =>
  id === null || name === null ? null : person(id, name)

export function syncJobView(
  caller: Caller,
  row: ListedSyncJobRow,
  around: JobsAround,
): z.input<typeof shapes.SyncJobSummary> {
  const state = stateOfJob(row)
  const { run } = row
  const writes = may(caller, 'sync.write', row.workspace_id)
  const operates = may(caller, 'sync.operate', row.workspace_id)
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    description: row.description,
    kind: row.kind,
    owner: personOrNull(row.owner_id, row.owner_name),
    source: placeView(row.definition.source, around),
    target: placeView(row.definition.target, around),
    state,
    reasons: run === null ? [] : reasonsOf(run),
    tables: row.table_count,
    rows: row.row_count,
    rowsPerSecond: row.rows_per_second,
    lastStartedAt: row.run_started_at?.toISOString() ?? null,
    movedAt: row.moved_at?.toISOString() ?? null,
    revision: row.revision,
    modifiedAt: row.modified_at.toISOString(),
    modifiedBy: personOrNull(row.modified_by, row.modified_by_name),
    heldBy: around.held
      .filter((one) => POINTS.includes(one.event_code) && one.objects.some(({ id }) => id === String(row.id)))
      .map((one) => ({ operationId: one.id, eventCode: one.event_code })),
    may: [
      ...(writes ? (['save'] as const) : []),
      ...(writes && !isUnderWay(state) ? (['delete'] as const) : []),
      ...(operates && !isUnderWay(state) ? (['start'] as const) : []),
      ...(operates && isUnderWay(state) ? (['stop'] as const) : []),
    ],
  }
}

export const syncJobDetailView = (
  caller: Caller,
  row: ListedSyncJobRow,
  run: ListedSyncRunRow | null,
  around: JobsAround,
): z.input<typeof shapes.SyncJobDetail> => ({
  ...syncJobView(caller, row, around),
  definition: definitionView(row.definition),
  resourceGroup: row.resource_group,
  createdAt: row.created_at.toISOString(),
  run: run && syncRunView(run),
})

const definitionView = (definition: SyncJobRow['definition']) => ({
  ...definition,
  mappings: definition.mappings.map((mapping) => ({
    ...mapping,
    columns: mapping.columns.map((column) => ({ ...column })),
    key: [...mapping.key],
  })),
})

export const syncRunView = (row: ListedSyncRunRow): z.input<typeof shapes.SyncRun> => ({
  id: row.id,
  instanceId: row.instance_id,
  revision: row.revision,
  state: jobState({ endedAs: row.ended_as, isRunning: row.has_slot, isRetrying: row.retries > 0 }),
  reasons: reasonsOf(row),
  startAt: row.start_at,
  rows: row.row_count,
  bytes: row.byte_count,
  operationId: row.operation_id,
  startedBy: person(row.started_by, row.started_by_name),
  startedAt: row.started_at.toISOString(),
  endedAt: row.ended_at?.toISOString() ?? null,
  stoppedBy: personOrNull(row.stopped_by, row.stopped_by_name),
})

export const syncTableView = (row: SyncTableRow): z.input<typeof shapes.SyncTableState> => ({
  source: row.source,
  target: row.target,
  position: row.position,
  rows: row.row_count,
  bytes: row.byte_count,
  movedAt: row.moved_at.toISOString(),
})

function reasonsOf(run: Pick<ListedSyncRunRow, 'reason' | 'retrying_reason' | 'retries'>) {
  const reason = run.retries > 0 ? run.retrying_reason : run.reason
  return reason === null ? [] : [{ code: reason.code, details: { ...reason.details } }]
}

/** Under its real name; null: none is there any more. */
function placeView({ dataSource: name }: { readonly dataSource: string | null }, { dataSources }: JobsAround) {
  const found =
    dataSources.find((one) => one.name === name) ??
    dataSources.find((one) => one.is_default && (name ?? USUAL_DATA_SOURCE) === USUAL_DATA_SOURCE)
  return { dataSource: found?.name ?? name ?? '', kind: found?.kind ?? null }
}
