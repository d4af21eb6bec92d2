/** Backfills and what one would come to, as the native API shows them. */
import { backfillVerbs, fill, may, REFUSALS, type Refusal, type RefusalDetails, statusOfNumber } from '@holdpoint/core'
import type { z } from 'zod'
import type { BackfillPlan } from '../modules/operation-center/plan-backfill.ts'
import type { BackfillListRow, BackfillProblem } from '../store/backfills.ts'
import type { DagRow } from '../store/dags.ts'
import type { StatusCountRow } from '../store/instance-reading.ts'
import type { Listed, SelectedNodeRow } from '../store/node-graph.ts'
import type { Caller } from '../store/principals.ts'
import type * as shapes from './backfill-shapes.ts'
import { countsView } from './instance-views.ts'
import { person } from './views.ts'

const atOrNull = (date: Date | null) => date?.toISOString() ?? null

export function backfillView(caller: Caller, row: BackfillListRow): z.input<typeof shapes.BackfillSummary> {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    environment: row.environment,
    name: row.name,
    mode: row.mode,
    state: row.state,
    problem: row.problem && problemView(row.problem),
    dates: row.request.dates.map((range) => ({ ...range })),
    nodeCount: row.node_count - row.dry_run_count,
    dryRunCount: row.dry_run_count,
    instanceCount: row.instance_count,
    dateCounts: {
      notRun: row.dags_not_run,
      running: row.dags_running,
      failed: row.dags_failed,
      succeeded: row.dags_succeeded,
    },
    requestedBy: person(row.created_by, row.created_by_name),
    operationId: row.operation_id,
    createdAt: row.created_at.toISOString(),
    startedAt: atOrNull(row.started_at),
    finishedAt: atOrNull(row.finished_at),
    may: may(caller, 'node.operate', row.workspace_id) ? [...backfillVerbs(row.state)] : [],
  }
}

function problemView({ code, details }: BackfillProblem | Refusal) {
  return { code, detail: fill(REFUSALS[code].sentence, details as RefusalDetails), details: { ...details } }
}

export function backfillDagView(row: DagRow, counts: readonly StatusCountRow[]) {
  return {
    id: row.id,
    bizdate: row.bizdate,
    line: row.line,
    position: row.position,
    status: statusOfNumber(row.status) as z.input<typeof shapes.BackfillDetail>['dags'][number]['status'],
    paused: row.paused,
    outsideWindow: row.outside_window,
    startedAt: atOrNull(row.started_at),
    finishedAt: atOrNull(row.finished_at),
    counts: countsView(counts),
  }
}

const nodeOf = (row: { readonly id: number; readonly name: string; readonly workspace_id: number }) => ({
  id: row.id,
  name: row.name,
  workspaceId: row.workspace_id,
})
const listedView = ({ count, nodes }: Listed) => ({ count, nodes: nodes.map(nodeOf) })

export const MOST_NODES_SHOWN = 200
const MOST_DATES_SHOWN = 100

/** What of the nodes of a plan is shown by name. */
export type PlanNodes = {
  readonly shown: readonly SelectedNodeRow[]
  readonly gaps: readonly SelectedNodeRow[]
  readonly refused: readonly SelectedNodeRow[]
  readonly frozen: Listed
  readonly workspaces: readonly { id: number; name: string; nodeCount: number; dryRunCount: number }[]
}

export function previewView(
  plan: BackfillPlan,
  nodes: PlanNodes,
  refusal: Refusal | null,
  asked: readonly { readonly code: string; readonly name: string; readonly number: number }[],
): z.input<typeof shapes.BackfillPreview> {
  const { selection } = plan
  const why = new Map<number, 'excluded' | 'between' | 'not-allowed'>([
    ...selection.excludedIds.map((id) => [id, 'excluded'] as const),
    ...selection.betweenIds.map((id) => [id, 'between'] as const),
    ...selection.gapIds.map((id) => [id, 'not-allowed'] as const),
  ])
  return {
    nodeCount: plan.runningIds.length,
    dryRunCount: selection.dryRunIds.length,
    dateCount: plan.dates.length,
    dates: plan.dates.slice(0, MOST_DATES_SHOWN),
    instanceCount: plan.instanceCount,
    workspaces: nodes.workspaces.map((one) => ({ ...one })),
    nodes: nodes.shown.map((row) => ({
      ...nodeOf(row),
      programType: row.program_type,
      recurrence: row.recurrence,
      dryRun: why.get(row.id) ?? null,
    })),
    gaps: { count: selection.gapIds.length, nodes: nodes.gaps.map(nodeOf) },
    refused: { count: selection.refusedIds.length, nodes: nodes.refused.map(nodeOf) },
    frozen: listedView(nodes.frozen),
    findings: plan.findings?.map(({ code, ...found }) => ({ code, ...listedView(found) })) ?? null,
    refusal: refusal && problemView(refusal),
    asked: asked.map(({ code, name, number }) => ({ extensionCode: code, extensionName: name, version: number })),
  }
}
