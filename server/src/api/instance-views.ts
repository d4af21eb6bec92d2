/** Rows of instances, runs and graphs as the shapes that the native API answers. */
import {
  DAG_KINDS,
  fill,
  INSTANCE_OPERATIONS,
  type InstanceState,
  instanceAllows,
  instanceWaits,
  may,
  REFUSALS,
  type RefusalDetails,
  readParameterLine,
  resolveParameters,
  statusOfNumber,
  TASK_TYPES,
} from '@holdpoint/core'
import type { z } from 'zod'
import { localTime } from '../modules/operation-center/cron-times.ts'
import type * as reading from '../store/instance-reading.ts'
import type { ObjectLogRow } from '../store/object-log.ts'
import type { Caller } from '../store/principals.ts'
import type * as shapes from './instance-shapes.ts'
import { type HeldObjects, person } from './views.ts'

const at = (date: Date) => date.toISOString()
const atOrNull = (date: Date | null) => date?.toISOString() ?? null
const personOrNull = (id: number | null, name: string | null) =>
  id === null || name === null ? null : person(id, name)

export function stateOf(row: reading.InstanceListRow): InstanceState {
  return {
    instanceId: row.id,
    name: row.node_name,
    environment: row.environment,
    kind: DAG_KINDS[row.kind]!,
    bizdate: row.bizdate,
    status: statusOfNumber(row.status),
    frozen: row.frozen,
    rerunMode: row.rerun_mode,
    runNumber: row.run_number,
    retries: row.retries,
  }
}

export function instanceView(
  caller: Caller,
  row: reading.InstanceListRow,
  held: HeldObjects,
): z.input<typeof shapes.InstanceSummary> {
  const state = stateOf(row)
  const operable = may(caller, 'node.operate', row.workspace_id)
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    environment: row.environment,
    node: { id: row.node_id, name: row.node_name, programType: row.program_type, isRoot: row.is_root },
    nodeVersion: row.node_version,
    owner: personOrNull(row.owner_id, row.owner_name),
    dagId: row.dag_id,
    backfillId: row.backfill_id,
    kind: state.kind,
    bizdate: row.bizdate,
    periodNumber: row.period_number,
    cycleAt: at(row.cycle_at),
    dueAt: at(row.due_at),
    status: state.status,
    taskType: TASK_TYPES[row.task_type]!,
    frozen: row.frozen,
    priority: row.priority,
    runNumber: row.run_number,
    retries: row.retries,
    rerunMode: row.rerun_mode,
    startedAt: atOrNull(row.started_at),
    finishedAt: atOrNull(row.finished_at),
    createdAt: at(row.created_at),
    modifiedAt: at(row.modified_at),
    heldBy: held
      .filter((operation) => operation.objects.some((object) => object.id === String(row.id)))
      .map((operation) => ({ operationId: operation.id, eventCode: operation.event_code })),
    may: operable ? INSTANCE_OPERATIONS.filter((operation) => instanceAllows(operation, state)) : [],
  }
}

export function instanceDetailView(
  caller: Caller,
  row: reading.InstanceDetailRow,
  around: {
    readonly held: HeldObjects
    /** Where the server's days begin. */
    readonly timeZone: string
    readonly upstream: readonly reading.InstanceRelativeRow[]
    readonly downstream: readonly reading.InstanceRelativeRow[]
    readonly runs: readonly reading.InstanceRunRow[]
  },
): z.input<typeof shapes.InstanceDetail> {
  const { definition } = row
  const summary = instanceView(caller, row, around.held)
  return {
    ...summary,
    dag: {
      id: row.dag_id,
      name: row.dag_name,
      status: statusOfNumber(row.dag_status),
      paused: row.dag_paused,
      outsideWindow: row.dag_outside_window,
    },
    script: definition.script ?? { path: null, language: null, content: null },
    parameters: parametersView(row, around.timeZone),
    cron: definition.cron,
    dataSource: definition.dataSource?.name ?? null,
    rerunTimes: definition.rerunTimes,
    rerunIntervalMs: definition.rerunIntervalMs,
    timeoutSeconds: definition.timeoutSeconds,
    resourceGroup:
      row.resource_group_name === null
        ? null
        : { id: row.resource_group_id, name: row.resource_group_name, slots: row.slots, slotsTaken: row.slots_taken },
    waitingForTimeAt: atOrNull(row.wait_time_at),
    waitingForResourcesAt: atOrNull(row.wait_resource_at),
    waits: [
      ...instanceWaits(
        {
          status: summary.status,
          frozen: row.frozen,
          upstreamCount: row.upstream_waiting_count,
          awaitsTurn: row.awaits_turn,
          dueAtMs: row.due_at.getTime(),
          hasWork: row.has_work,
          isEnding: row.is_ending,
          runPaused: row.dag_paused,
          runOutsideWindow: row.dag_outside_window,
          slots: { total: row.slots, taken: row.slots_taken },
        },
        row.now.getTime(),
      ),
    ],
    upstreamCount: row.upstream_count,
    upstreamWaitingCount: row.upstream_waiting_count,
    downstreamCount: row.downstream_count,
    upstream: around.upstream.map(instanceRelativeView),
    downstream: around.downstream.map(instanceRelativeView),
    runs: around.runs.map((run) => ({
      runNumber: run.run_number,
      startedAt: at(run.started_at),
      finishedAt: atOrNull(run.finished_at),
      status: statusOfNumber(run.status),
      reason: run.reason === null ? null : { ...run.reason, sentence: sentenceOf(run.reason) },
    })),
  }
}

/** As its program is handed them, each with what it stands for; one without a name may be several words. */
function parametersView(row: reading.InstanceDetailRow, timeZone: string) {
  const { definition, given_parameters: given } = row
  const zone = definition.timezone ?? timeZone
  const moment = {
    bizdate: row.bizdate,
    cycleTime: localTime(row.cycle_at.getTime(), zone),
    today: localTime((row.started_at ?? row.now).getTime(), zone).slice(0, 10),
    nodeId: row.node_id,
    instanceId: row.id,
    dagId: row.dag_id,
  }
  return (given === null ? definition.parameters : readParameterLine(given)).map((one) => ({
    ...one,
    resolved: resolveParameters([one], moment)
      .parameters.map(({ value }) => value)
      .join(' '),
  }))
}

/** A code that a newer server has written is told as it stands. */
function sentenceOf({ code, details }: { readonly code: string; readonly details: Record<string, unknown> }): string {
  const known = Object.hasOwn(REFUSALS, code) ? REFUSALS[code as keyof typeof REFUSALS] : null
  return known === null ? code : fill(known.sentence, details as RefusalDetails)
}

export function instanceRelativeView(row: reading.InstanceRelativeRow): z.input<typeof shapes.InstanceRelative> {
  return {
    id: row.id,
    node: { id: row.node_id, name: row.node_name, programType: row.program_type },
    workspaceId: row.workspace_id,
    bizdate: row.bizdate,
    periodNumber: row.period_number,
    cycleAt: at(row.cycle_at),
    status: statusOfNumber(row.status),
    taskType: TASK_TYPES[row.task_type]!,
    frozen: row.frozen,
  }
}

export function objectLogView(row: ObjectLogRow): z.input<typeof shapes.ObjectLogEntry> {
  return {
    id: row.id,
    at: at(row.at),
    user: personOrNull(row.user_id, row.user_name),
    action: row.action,
    details: row.details,
    operationId: row.operation_id,
  }
}

const COUNTED_AS = {
  1: 'notRun',
  2: 'waiting',
  3: 'waiting',
  4: 'running',
  5: 'failed',
  6: 'succeeded',
  7: 'running',
  8: 'running',
} as const

export function countsView(rows: readonly reading.StatusCountRow[]): z.input<typeof shapes.InstanceCounts> {
  const counts = { notRun: 0, waiting: 0, running: 0, failed: 0, succeeded: 0, frozen: 0 }
  for (const { status, frozen, count } of rows) {
    counts[COUNTED_AS[status as keyof typeof COUNTED_AS]] += count
    if (frozen && status !== 6) counts.frozen += count
  }
  return counts
}

export function dagView(row: reading.DagRow): Omit<z.input<typeof shapes.DagSummary>, 'progress'> {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    environment: row.environment,
    kind: DAG_KINDS[row.kind]!,
    name: row.name,
    bizdate: row.bizdate,
    status: statusOfNumber(row.status) as z.input<typeof shapes.DagStatus>,
    backfillId: row.backfill_id,
    line: row.line,
    position: row.position,
    paused: row.paused,
    outsideWindow: row.outside_window,
    createdBy: personOrNull(row.created_by, row.created_by_name),
    createdAt: at(row.created_at),
    startedAt: atOrNull(row.started_at),
    finishedAt: atOrNull(row.finished_at),
  }
}
