/**
 * Runs in the older version of the dialect, which calls them DAGs: data backfill and tests.
 *
 * Its actions answer the ids of what they have created, so what is held is an error there as everywhere (rule 16), and whoever asks for a backfill waits a
 * moment for the creation.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type BackfillRequest, Refusal } from '@holdpoint/core'
import { ensureMay, workspaceFor } from '../../access.ts'
import { askBackfill } from '../../modules/operation-center/backfill-operation.ts'
import { runNode } from '../../modules/operation-center/run-node.ts'
import type { Platform } from '../../platform.ts'
import * as backfills from '../../store/backfills.ts'
import type { DagRow } from '../../store/dags.ts'
import { findBackfill } from '../../store/found-by-id.ts'
import { type Environment, type NodeListRow, nodeById } from '../../store/nodes.ts'
import type { Caller } from '../../store/principals.ts'
import { type ActionInput, action } from '../action.ts'
import { MOST_DAGS, NOTHING_ASKED, parametersById, problemOf } from '../backfilling.ts'
import { bizdateMs, dagFor, dayOf, ensureDone } from '../operating.ts'
import * as contracts from '../schemas/instances.ts'

const OK = { HttpStatusCode: 200, Success: true } as const
const DAG_TYPES = ['DAILY', 'MANUAL', 'SMOKE_TEST', 'SUPPLY_DATA'] as const
const DAG_STATUSES = { 1: 'CREATED', 4: 'RUNNING', 5: 'FAILURE', 6: 'SUCCESS' } as const
const ALERTS = { SUCCESS: 'Success', FAILURE: 'Failure', SUCCESS_FAILURE: 'SuccessFailure' } as const

/** So long is waited for what has begun: less than the ten seconds for which most clients wait for an answer. */
const CREATED_WITHIN_MS = 8_000
const LOOK_EVERY_MS = 100

export const dagActions = [
  action<typeof contracts.GET_DAG, contracts.GetDagResponse>(
    contracts.GET_DAG,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const row = await dagFor(platform, caller, 'node.read', parameters.DagId, parameters.ProjectEnv)
      return { ...OK, Data: dagOf(platform, row) }
    },
  ),

  action<typeof contracts.LIST_DAGS, contracts.ListDagsResponse>(
    contracts.LIST_DAGS,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const { OpSeq, ProjectEnv } = parameters
      const row = await findBackfill(platform.db, caller.tenantId, OpSeq)
      if (row === null || row.environment !== ProjectEnv)
        throw new Refusal('NOT_FOUND', { thing: 'backfill', id: OpSeq })
      ensureMay(caller, 'node.read', row.workspace_id)
      const runs = await backfills.dagsInOrder(platform.db, row.id, MOST_DAGS)
      return { ...OK, Data: { Dags: runs.map((run) => dagOf(platform, run)) } }
    },
  ),

  action<typeof contracts.RUN_CYCLE_DAG_NODES, contracts.RunCycleDagNodesResponse>(
    contracts.RUN_CYCLE_DAG_NODES,
    { whereFound: 'node.operate' },
    async (input) => {
      const { Parallelism, ConcurrentRuns, StartFutureInstanceImmediately, AlertType } = input.parameters
      return await backfilled(input, {
        groups: Parallelism ? ConcurrentRuns : 1,
        startsFutureNow: StartFutureInstanceImmediately,
        alert: AlertType === undefined ? null : ALERTS[AlertType],
      })
    },
  ),

  action<typeof contracts.CREATE_DAG_COMPLEMENT, contracts.CreateDagComplementResponse>(
    contracts.CREATE_DAG_COMPLEMENT,
    { whereFound: 'node.operate' },
    async (input) => await backfilled(input, { groups: input.parameters.Parallelism ? 2 : 1 }),
  ),

  action<typeof contracts.RUN_SMOKE_TEST, contracts.RunSmokeTestResponse>(
    contracts.RUN_SMOKE_TEST,
    { whereFound: 'node.operate' },
    tested,
  ),

  action<typeof contracts.CREATE_DAG_TEST, contracts.CreateDagTestResponse>(
    contracts.CREATE_DAG_TEST,
    { whereFound: 'node.operate' },
    tested,
  ),
]

/** Rule 41: no test is held. */
async function tested({ platform, caller, parameters }: ActionInput<typeof contracts.RUN_SMOKE_TEST>) {
  const node = await nodeToOperate(platform, caller, parameters.ProjectEnv, parameters.NodeId)
  const { dagId } = await runNode(platform, caller, {
    kind: 'smoke-test',
    workspaceId: node.workspace_id,
    environment: node.environment,
    nodeId: node.id,
    bizdate: dayOf('Bizdate', parameters.Bizdate),
    parameters: parameters.NodeParams ?? null,
  })
  return { ...OK, Data: dagId }
}

async function nodeToOperate(
  { db }: Platform,
  caller: Caller,
  environment: Environment,
  id: number,
): Promise<NodeListRow> {
  const node = await nodeById(db, caller.tenantId, environment, id)
  if (node === null) throw new Refusal('NODE_NOT_FOUND', { id })
  ensureMay(caller, 'node.operate', node.workspace_id)
  return node
}

/** Asks for the backfill and answers its runs. */
async function backfilled(input: ActionInput<typeof contracts.CREATE_DAG_COMPLEMENT>, more: Partial<BackfillRequest>) {
  const { platform, caller, parameters } = input
  const { ProjectEnv, Name, RootNodeId, IncludeNodeIds, ExcludeNodeIds = [], StartBizDate, EndBizDate } = parameters
  const root = await nodeToOperate(platform, caller, ProjectEnv, RootNodeId)
  const workspace = await workspaceFor(platform.db, caller, root.workspace_id, 'node.operate')
  const others = IncludeNodeIds.filter((id) => id !== RootNodeId)
  const withRoot = others.length < IncludeNodeIds.length
  const held = await askBackfill(platform, caller, workspace, {
    ...NOTHING_ASKED,
    environment: ProjectEnv,
    name: Name,
    // A root that is not to run is only where the vendor's console began to look.
    ...(withRoot && others.length === 0 && ExcludeNodeIds.length === 0
      ? { mode: 'current', rootNodeIds: [RootNodeId] }
      : { mode: 'advanced', rootNodeIds: withRoot ? [RootNodeId, ...others] : others, excludeNodeIds: ExcludeNodeIds }),
    dates: [{ start: dayOf('StartBizDate', StartBizDate), end: dayOf('EndBizDate', EndBizDate) }],
    window: { startTime: parameters.BizBeginTime ?? null, endTime: parameters.BizEndTime ?? null },
    parameters: parametersById('NodeParams', parameters.NodeParams),
    ...more,
  })
  ensureDone(held)
  const id = await backfills.backfillOf(platform.db, held.id)
  const untilMs = platform.nowMs() + CREATED_WITHIN_MS
  for (;;) {
    const row = id === null ? null : await backfills.backfillById(platform.db, workspace.id, id)
    if (row === null) throw new Refusal('OPERATION_FAULT')
    if (row.state === 'failed-to-create')
      throw new Refusal('OPERATION_FAILED', { processId: held.id, reason: problemOf(row) })
    if (row.state !== 'creating') break
    if (platform.nowMs() > untilMs) throw new Refusal('BACKFILL_BEING_CREATED', { id: row.id })
    await sleep(LOOK_EVERY_MS)
  }
  const runs = await backfills.dagsInOrder(platform.db, id!, MOST_DAGS)
  return { ...OK, Data: runs.map((run) => run.id) }
}

function dagOf({ timeZone }: Platform, row: DagRow): contracts.Dag {
  const bizdate = bizdateMs(row.bizdate, timeZone)
  return {
    DagId: row.id,
    ...(row.backfill_id !== null && { OpSeq: row.backfill_id }),
    Name: row.name,
    ProjectId: row.workspace_id,
    Type: DAG_TYPES[row.kind] ?? 'BUSINESS_PROCESS_DAG',
    Status: DAG_STATUSES[row.status as keyof typeof DAG_STATUSES],
    Bizdate: bizdate,
    Gmtdate: bizdate,
    CreateUser: String(row.created_by ?? ''),
    CreateTime: row.created_at.getTime(),
    ModifyTime: (row.finished_at ?? row.started_at ?? row.created_at).getTime(),
    ...(row.started_at !== null && { StartTime: row.started_at.getTime() }),
    ...(row.finished_at !== null && { FinishTime: row.finished_at.getTime() }),
  }
}
