// Instances, runs and data backfill with the vendor's npm clients, in both versions of the API: what is held or refused is never answered as done.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  callBack,
  type Extension,
  PATIENCE,
  startWorld,
  type Tenant,
  urlOf,
  type Workspace,
  type World,
} from '../world.ts'
import { type Answer, type Call, type ClientError, VARIANTS } from './clients.ts'

const NEW = '2024-05-18'
const POINTS = [
  'pre-freeze-instance',
  'pre-unfreeze-instance',
  'pre-rerun-instance',
  'pre-set-instance-success',
  'pre-kill-instance',
]

let world: World
let tenant: Tenant
let free: Workspace
let watched: Workspace
let extension: Extension
let freeNodes: Readonly<Record<'a' | 'b', number>>
let watchedNodes: Readonly<Record<'a', number>>
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  free = await tenant.workspace()
  watched = await tenant.workspace()
  freeNodes = await tenant.nodes(free, { a: [], b: ['a'] })
  watchedNodes = await tenant.nodes(watched, { a: [] })
  extension = await tenant.extension({ points: [...POINTS, 'backfill-data', 'freeze-node'], enabledIn: [watched] })
})
afterAll(() => world?.stop())

const as = (variant = VARIANTS[0]!): Call =>
  variant.connect({
    endpoint: urlOf(world.server).slice('http://'.length),
    accessKeyId: tenant.owner.key.id,
    accessKeySecret: tenant.owner.key.secret,
  })
const newer = (action: string, parameters: Record<string, string | number | boolean> = {}, variant = VARIANTS[0]!) =>
  as(variant)(action, parameters, {}, NEW)
const errorOf = (answer: Promise<Answer>): Promise<ClientError> =>
  answer.then(
    (body) => {
      throw new Error(`It was answered: ${JSON.stringify(body)}`)
    },
    (error: ClientError) => error,
  )

let serial = 0
/** An instance as it stands when it is in this status. */
async function instance(nodeId: number, status: number, bizdate = '2020-01-01'): Promise<number> {
  const [row] = await world.db.rows<{ id: number }>(
    `with run as (insert into dags (tenant_id, workspace_id, environment, kind, name, bizdate, status)
       select tenant_id, workspace_id, environment, 2, name, $3::date, 4 from nodes where id = $1 returning id)
     insert into instances (tenant_id, workspace_id, environment, node_id, node_version, dag_id, kind, bizdate, period_number, cycle_at, due_at,
       status, has_work, priority, resource_group_id, run_number, finished_at)
     select tenant_id, workspace_id, environment, n.id, version, run.id, 0, $3::date, $4, now(), now() + interval '1 day', $2::smallint, true, 1, 1, 1,
       case when $2::smallint in (5, 6) then now() end from nodes n, run where n.id = $1 returning id`,
    [nodeId, status, bizdate, ++serial],
  )
  return row!.id
}

describe.each(VARIANTS.map((variant) => [variant.name, variant] as const))('%s', (_name, variant) => {
  test('instances, tasks and runs are read, in both versions', async () => {
    const id = await instance(freeNodes.a, 5, '2020-02-03')
    const call = as(variant)
    const one = await call('GetInstance', { InstanceId: id, ProjectEnv: 'PROD' })
    expect(one.Data).toMatchObject({
      InstanceId: id,
      NodeId: freeNodes.a,
      NodeName: 'a',
      Status: 'FAILURE',
      Bizdate: Date.parse('2020-02-03T00:00:00Z'),
    })
    const dag = await call('GetDag', { DagId: one.Data.DagId, ProjectEnv: 'PROD' })
    expect(dag.Data).toMatchObject({ DagId: one.Data.DagId, Status: 'RUNNING' })
    const list = { ProjectId: free.id, ProjectEnv: 'PROD', Bizdate: '2020-02-03 00:00:00', PageSize: 100 }
    const { Data } = await call('ListInstances', list)
    expect(Data.Instances.map((row: Answer) => row.InstanceId)).toContain(id)
    expect(Data.TotalCount).toBe(Data.Instances.length)
    expect((await call('GetInstanceLog', { InstanceId: id, ProjectEnv: 'PROD' })).Data).toBe('')

    expect((await newer('GetTaskInstance', { Id: id }, variant)).TaskInstance).toMatchObject({
      Id: id,
      TaskId: freeNodes.a,
      Status: 'Failure',
    })
    const page = await newer(
      'ListTaskInstances',
      {
        ProjectId: free.id,
        Bizdate: Date.parse('2020-02-03T00:00:00Z'),
        Id: id,
      },
      variant,
    )
    expect(page.PagingInfo).toMatchObject({ TotalCount: 1, TaskInstances: [{ Id: id }] })
    expect((await newer('GetTask', { Id: freeNodes.b }, variant)).Task).toMatchObject({
      Id: freeNodes.b,
      Name: 'b',
      Trigger: { Type: 'Scheduler', Recurrence: 'Normal' },
    })
    expect((await newer('ListUpstreamTasks', { Id: freeNodes.b }, variant)).PagingInfo.UpstreamTasks).toMatchObject([
      { DependencyType: 'Normal', Task: { Id: freeNodes.a } },
    ])
    const missing = await errorOf(newer('GetTaskInstance', { Id: 999_999_999 }, variant))
    expect(missing.code).toBe('Invalid.Wkbench.InstanceNotExist')
  })
})

test('where nobody watches operations take effect at once; of many each is for itself', async () => {
  const call = as()
  const failed = await instance(freeNodes.a, 5)
  const done = await call('SetSuccessInstance', { InstanceId: failed, ProjectEnv: 'PROD' })
  expect(done).toMatchObject({ HttpStatusCode: 200, Success: true, Data: true })
  // What is so already is answered as done.
  await call('SetSuccessInstance', { InstanceId: failed, ProjectEnv: 'PROD' })
  const waits = await instance(freeNodes.a, 2)
  await call('SuspendInstance', { InstanceId: waits, ProjectEnv: 'PROD' })
  await call('SuspendInstance', { InstanceId: waits, ProjectEnv: 'PROD' })
  const { SuccessInfo } = await newer('SuspendTaskInstances', {
    Ids: JSON.stringify([waits, await instance(freeNodes.b, 2), 999_999_999]),
  })
  const results = Object.values(SuccessInfo) as Answer[]
  expect(results.map((one) => one.Success).toSorted()).toEqual([false, false, true])
  expect(SuccessInfo[waits].Message).toMatch(/Already frozen/)
  expect(SuccessInfo[999_999_999].Message).toMatch(/does not exist/)
  const logs = await newer('ListTaskInstanceOperationLogs', { Id: waits })
  expect(logs.PagingInfo).toMatchObject({ TotalCount: 1, OperationLogs: [{ OperationContent: 'freeze' }] })
})

test('what is held is an error, or not done with its process and message, until every extension has passed it', async () => {
  const call = as()
  const one = await instance(watchedNodes.a, 2)
  const error = await errorOf(call('SuspendInstance', { InstanceId: one, ProjectEnv: 'PROD' }))
  expect(error.code).toBe('OperationHeld.ExtensionCheck')
  const { MessageId } = error.data.Data as Answer
  const two = await instance(watchedNodes.a, 2)
  const { SuccessInfo } = await newer('SuspendTaskInstances', { Ids: JSON.stringify([two]) })
  expect(SuccessInfo[two]).toMatchObject({ Success: false, Message: expect.stringContaining('is held') })
  await callBack(world.server, extension, MessageId as string, 'OK')
  await call('SuspendInstance', { InstanceId: one, ProjectEnv: 'PROD' })
  expect((await newer('GetTaskInstance', { Id: two })).TaskInstance.TriggerRecurrence).toBe('Normal')
})

const BACKFILL = {
  ProjectEnv: 'PROD',
  StartBizDate: '2020-03-01 00:00:00',
  EndBizDate: '2020-03-02 00:00:00',
  Parallelism: false,
}

test('RunCycleDagNodes answers a run for each business date; held it is an error and creates nothing', async () => {
  const call = as()
  const ids = { RootNodeId: freeNodes.a, IncludeNodeIds: `${freeNodes.a},${freeNodes.b}` }
  const { Data } = await call('RunCycleDagNodes', { ...BACKFILL, ...ids, Name: 'march' })
  expect(Data).toHaveLength(2)
  const runs = await Promise.all(Data.map((DagId: number) => call('GetDag', { DagId, ProjectEnv: 'PROD' })))
  expect(runs.map((run) => run.Data.Type)).toEqual(['SUPPLY_DATA', 'SUPPLY_DATA'])
  const held = { RootNodeId: watchedNodes.a, IncludeNodeIds: String(watchedNodes.a), Name: 'held' }
  const error = await errorOf(call('RunCycleDagNodes', { ...BACKFILL, ...held }))
  expect(error.code).toBe('OperationHeld.ExtensionCheck')
  expect(await world.db.rows('select 1 from backfills where name = $1', ['held'])).toEqual([])
  const absent = await errorOf(
    call('CreateDagComplement', { ...BACKFILL, ...ids, Name: 'x', EndBizDate: '2020-02-31 00:00:00' }),
  )
  expect(absent.code).not.toBe('InternalError')
})

test('CreateWorkflowInstances is Creating while it is held, and Created once its runs are there', async () => {
  const asked = (project: Workspace, node: number, Name: string) =>
    newer('CreateWorkflowInstances', {
      ProjectId: project.id,
      WorkflowId: 1,
      Type: 'SupplementData',
      Name,
      Periods: JSON.stringify({ BizDates: [{ StartBizDate: '2020-04-01', EndBizDate: '2020-04-03' }] }),
      DefaultRunProperties: JSON.stringify({ Mode: 'General', RootTaskIds: [node] }),
    })
  const resultOf = async (OperationId: string) =>
    (await newer('GetCreateWorkflowInstancesResult', { OperationId })).Result as Answer
  const { OperationId } = await asked(free, freeNodes.a, 'april')
  await expect.poll(async () => (await resultOf(OperationId)).Status, PATIENCE).toBe('Created')
  const { WorkflowInstanceIds } = await resultOf(OperationId)
  expect(WorkflowInstanceIds).toHaveLength(3)
  expect((await newer('GetWorkflowInstance', { Id: WorkflowInstanceIds[0] })).WorkflowInstance.Type).toBe(
    'SupplementData',
  )

  const held = await asked(watched, watchedNodes.a, 'april')
  expect(await resultOf(held.OperationId)).toMatchObject({ Status: 'Creating', WorkflowInstanceIds: [] })
  const [operation] = await world.db.rows<{ id: string }>('select id from messages where operation_id = $1', [
    held.OperationId,
  ])
  await callBack(world.server, extension, operation!.id, 'FAIL')
  expect((await resultOf(held.OperationId)).Status).toBe('CreateFailure')
})

test('tasks are frozen, unfrozen and deleted; what is held is not', async () => {
  const { n } = await tenant.nodes(free, { n: [] })
  await newer('UpdateTask', { Id: n, Trigger: JSON.stringify({ Recurrence: 'Pause' }) })
  expect((await newer('GetTask', { Id: n })).Task.Trigger.Recurrence).toBe('Pause')
  const { SuccessInfo } = await newer('BatchUpdateTasks', {
    Tasks: JSON.stringify(
      [n, watchedNodes.a].map((Id) => ({ Id, Trigger: { Recurrence: Id === n ? 'Normal' : 'Pause' } })),
    ),
  })
  expect(SuccessInfo).toMatchObject({ [n]: { Success: true }, [watchedNodes.a]: { Success: false } })
  expect(await newer('DeleteTask', { Id: n })).toMatchObject({ Success: true })
  expect((await errorOf(newer('GetTask', { Id: n }))).code).toBe('Invalid.Wkbench.NodeNotExist')
})
