// What the vendor's client finds, page by page, what it gets for ids that are not its own, and that nothing held looks done, action by action.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ACTIONS } from '../../server/src/dataworks/actions/index.ts'
import { type DialectPlace, dialectParameters } from '../dialect-calls.ts'
import { putBackfill, putRun } from '../instances.ts'
import { PATIENCE, startWorld, type Tenant, urlOf, type Workspace, type World } from '../world.ts'
import { type Answer, type Call, type ClientError, type Parameters, VARIANTS } from './clients.ts'

const POINTS = [
  ...['freeze-node', 'unfreeze-node', 'undeploy-node', 'backfill-data'],
  ...['pre-freeze-instance', 'pre-unfreeze-instance', 'pre-rerun-instance'],
  ...['pre-set-instance-success', 'pre-kill-instance'],
]
const BIZDATE = '2020-05-06'
const BIZDATE_MS = Date.parse(`${BIZDATE}T00:00:00Z`)

let world: World
let tenant: Tenant
let free: Workspace
let watched: Workspace
let call: Call
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  free = await tenant.workspace()
  watched = await tenant.workspace()
  await tenant.extension({ points: POINTS, enabledIn: [watched] })
  call = VARIANTS[0]!.connect({
    endpoint: urlOf(world.server).slice('http://'.length),
    accessKeyId: tenant.owner.key.id,
    accessKeySecret: tenant.owner.key.secret,
  })
})
afterAll(() => world?.stop())

const asked = (action: string, parameters: Parameters): Promise<Answer> => {
  const { versions } = ACTIONS.find((row) => row.contract.action === action)!.contract
  return call(action, parameters, {}, versions[0])
}
const errorOf = (answer: Promise<Answer>): Promise<ClientError> =>
  answer.then(
    (body) => {
      throw new Error(`It was answered: ${JSON.stringify(body)}`)
    },
    (error: ClientError) => error,
  )

/** All pages, of which each but the last is full and none says anything twice. */
async function pages(action: string, parameters: Parameters, itemsOf: (answer: Answer) => Answer): Promise<number[]> {
  const found: number[] = []
  for (let PageNumber = 1; ; PageNumber++) {
    const page = itemsOf(await asked(action, { ...parameters, PageNumber, PageSize: 5 }))
    const { TotalCount, ids } = page as { TotalCount: number; ids: readonly number[] }
    expect(page).toMatchObject({ PageNumber, PageSize: 5 })
    found.push(...ids)
    expect(ids).toHaveLength(Math.min(5, Math.max(0, TotalCount - 5 * (PageNumber - 1))))
    if (ids.length < 5) break
  }
  expect(new Set(found).size).toBe(found.length)
  return found
}
const listed = (list: string, id: string, within = 'PagingInfo') => {
  return (answer: Answer) => ({ ...answer[within], ids: answer[within][list].map((one: Answer) => one[id]) })
}
const newestFirst = (ids: readonly number[]) => ids.toSorted((a, b) => b - a)

test('lists come page by page, each entry once, in the order that was asked for', async () => {
  const workspace = await tenant.workspace()
  const names = Array.from({ length: 12 }, (_, at) => `page_${at}`)
  const nodes = await tenant.nodes(workspace, Object.fromEntries(names.map((name) => [name, []])))
  const tasks = names.map((name) => nodes[name]!)
  const { dagId, ids } = await putRun(world, {
    tenant,
    workspace,
    bizdate: BIZDATE,
    instances: tasks.map((nodeId, at) => ({ nodeId, frozen: at < 3, status: at < 4 ? 'failed' : 'not-run' })),
  })
  const runs = [dagId]
  for (let more = 0; more < 6; more++)
    runs.push((await putRun(world, { tenant, workspace, kind: 'smoke-test', bizdate: BIZDATE, instances: [] })).dagId)
  // Of another date.
  await putRun(world, { tenant, workspace, bizdate: '2020-05-07', instances: [{ nodeId: tasks[0]! }] })

  const ProjectId = workspace.id
  const old = { ProjectId, ProjectEnv: 'PROD', Bizdate: `${BIZDATE} 00:00:00` }
  const instances = listed('Instances', 'InstanceId', 'Data')
  expect(await pages('ListInstances', old, instances)).toEqual(newestFirst(ids))
  expect(await pages('ListInstances', { ...old, Status: 'FAILURE' }, instances)).toEqual(newestFirst(ids.slice(0, 4)))

  const given = { ProjectId, Bizdate: BIZDATE_MS }
  const taskInstances = listed('TaskInstances', 'Id')
  const find = (more: Parameters) => pages('ListTaskInstances', { ...given, ...more }, taskInstances)
  expect(await find({})).toEqual(newestFirst(ids))
  expect(await find({ SortBy: 'TriggerTime Asc' })).toHaveLength(12)
  expect(await find({ SortBy: 'Id' })).toEqual(ids)
  expect(await find({ WorkflowInstanceId: dagId, SortBy: 'Id Asc' })).toEqual(ids)
  expect(await find({ TriggerRecurrence: 'Pause', SortBy: 'Id Asc' })).toEqual(ids.slice(0, 3))
  expect(await find({ TaskIds: JSON.stringify(tasks.slice(5, 7)) })).toEqual(newestFirst(ids.slice(5, 7)))
  expect(await find({ Ids: JSON.stringify([ids[1]]), RuntimeResource: 'default' })).toEqual([ids[1]])
  expect(await find({ RuntimeResource: 'another' })).toEqual([])
  expect(await find({ Ids: '[]', TaskIds: '[]' })).toHaveLength(12)
  expect(await find({ TriggerType: 'Manual' })).toEqual([])
  expect(await find({ WorkflowId: 2 })).toEqual([])
  expect(await find({ Filter: JSON.stringify({ createTimeEnd: '1000' }) })).toEqual([])
  expect(await find({ Filter: JSON.stringify({ createTimeStart: '1000' }) })).toHaveLength(12)

  const findTasks = (more: Parameters) =>
    pages('ListTasks', { ProjectId, Name: 'page_', ...more }, listed('Tasks', 'Id'))
  expect(await findTasks({})).toEqual(newestFirst(tasks))
  expect(await findTasks({ SortBy: 'Id Asc' })).toEqual(tasks.toSorted((a, b) => a - b))
  expect(await findTasks({ Ids: JSON.stringify([tasks[4]]), TriggerType: 'Scheduler' })).toEqual([tasks[4]])
  expect(await findTasks({ TriggerType: 'Manual' })).toEqual([])

  const ofRuns = listed('WorkflowInstances', 'Id')
  const findRuns = (more: Parameters) =>
    pages('ListWorkflowInstances', { ProjectId, BizDate: BIZDATE_MS, ...more }, ofRuns)
  expect(await findRuns({})).toEqual(newestFirst(runs))
  expect(await findRuns({ Type: 'SmokeTest' })).toEqual(newestFirst(runs.slice(1)))
  expect(await findRuns({ Ids: JSON.stringify(runs.slice(2, 4)) })).toEqual(newestFirst(runs.slice(2, 4)))
  expect(await findRuns({ Filter: '{"status":"Success"}' })).toEqual([])
  const wrong = await errorOf(asked('ListTaskInstances', { ...given, SortBy: 'Id; drop table instances' }))
  expect(wrong.code).toBe('InvalidSortBy')
})

test('what an instance waits for and what waits for it, its runs and what each has written', async () => {
  const nodes = await tenant.nodes(free, { up: [], down: ['up'] })
  const { ids } = await putRun(world, {
    tenant,
    workspace: free,
    bizdate: BIZDATE,
    instances: [
      { nodeId: nodes.up, status: 'failed', runNumber: 2 },
      { nodeId: nodes.down, upstream: [0] },
    ],
  })
  const [up, down] = ids as [number, number]
  const edge = {
    DependencyType: 'Normal',
    TaskInstance: { Id: up, TaskName: 'up', RuntimeResource: { ResourceGroupId: 'default' } },
  }
  expect((await asked('ListUpstreamTaskInstances', { Id: down })).PagingInfo).toMatchObject({
    TotalCount: 1,
    UpstreamTaskInstances: [edge],
    TaskInstances: [{ Id: up, StepType: 'Normal' }],
  })
  expect((await asked('ListDownstreamTaskInstances', { Id: up })).PagingInfo).toMatchObject({
    TotalCount: 1,
    DownstreamTaskInstances: [{ TaskInstance: { Id: down } }],
  })
  expect((await asked('ListUpstreamTaskInstances', { Id: up })).PagingInfo).toMatchObject({ TotalCount: 0 })
  expect(
    (await asked('RemoveTaskInstanceDependencies', { Id: down, UpstreamTaskInstanceIds: `[${up}]` })).Success,
  ).toBe(true)
  expect((await asked('ListUpstreamTaskInstances', { Id: down })).PagingInfo.TotalCount).toBe(0)

  for (const [run, reason] of [
    [1, { code: 'PROGRAM_TIMED_OUT_UNKNOWN', details: {} }],
    [2, null],
  ] as const) {
    await world.db.rows(
      'insert into instance_runs (instance_id, run_number, started_at, finished_at, status, reason) values ($1, $2, now(), now(), 5, $3)',
      [up, run, reason === null ? null : JSON.stringify(reason)],
    )
    await world.db.rows('insert into instance_logs (instance_id, run_number, part, text) values ($1, $2, 1, $3)', [
      up,
      run,
      `run ${run}\n`,
    ])
  }
  const history = await asked('ListInstanceHistory', { InstanceId: up })
  expect(history).toMatchObject({
    Success: true,
    Instances: [
      { InstanceHistoryId: 2, InstanceId: up, Status: 'FAILURE', NodeName: 'up' },
      { InstanceHistoryId: 1, ErrorMessage: 'PROGRAM_TIMED_OUT_UNKNOWN' },
    ],
  })
  const log = { InstanceId: up, ProjectEnv: 'PROD' }
  expect((await asked('GetInstanceLog', log)).Data).toBe('run 2\n')
  expect((await asked('GetInstanceLog', { ...log, InstanceHistoryId: 1 })).Data).toBe('run 1\n')
  expect((await asked('GetTaskInstanceLog', { Id: up })).TaskInstanceLog).toBe('run 2\n')
  expect((await asked('GetTaskInstanceLog', { Id: up, RunNumber: 1 })).TaskInstanceLog).toBe('run 1\n')
})

/** Where each has a thing that it names, what it gets when the thing is not there. */
const CODES: Readonly<Record<string, string>> = {
  InstanceId: 'Invalid.Wkbench.InstanceNotExist',
  DagId: 'Invalid.Wkbench.DagNotExist',
  NodeId: 'Invalid.Wkbench.NodeNotExist',
  RootNodeId: 'Invalid.Wkbench.NodeNotExist',
  OpSeq: 'NotFound.backfill',
}
const NEWER = [
  [/TaskInstance/, CODES.InstanceId!],
  [/Workflow/, CODES.DagId!],
  [/Task/, CODES.NodeId!],
] as const

test('of every action that names a thing, one that is not there and one of another tenant are answered alike: not found', async () => {
  const elsewhere = await world.tenant()
  const there = await elsewhere.workspace()
  const { node } = await elsewhere.nodes(there, { node: [] })
  const run = await putRun(world, { tenant: elsewhere, workspace: there, instances: [{ nodeId: node }] })
  const place = (ids: Record<string, number>): DialectPlace => ({ ids, workspaceId: free.id })
  const foreign = place({
    nodeId: node,
    instanceId: run.ids[0]!,
    dagId: run.dagId,
    backfillId: await putBackfill(world, { tenant: elsewhere, workspace: there, name: 'theirs' }),
  })
  const nowhere = 999_999_999
  const absent = place({ nodeId: nowhere, instanceId: nowhere, dagId: nowhere, backfillId: nowhere })
  const expected: Record<string, string> = {}
  const found: Record<string, readonly string[]> = {}
  for (const { contract } of ACTIONS) {
    const { action, parameters, versions } = contract
    const named = Object.keys(CODES).find((name) => name in parameters)
    const newer =
      versions[0] === '2024-05-18' && Object.keys(parameters).some((name) => /^(Ids?|Tasks|TaskInstances)$/.test(name))
    if (named === undefined && !newer) continue
    // Those on files name them beside their nodes; another tenant's are asked for where there are some.
    if ('ProjectIdentifier' in parameters) continue
    // Of synchronisations and rules there are none here; they are asked for in every-action.ts and tenants.test.ts.
    if (/DI(Sync|Job)|Quality/.test(action)) continue
    if (/^List(Instances|Tasks|TaskInstances|WorkflowInstances)$/.test(action)) continue
    expected[action] = named === undefined ? NEWER.find(([words]) => words.test(action))![1] : CODES[named]!
    const codeOf = async (of: DialectPlace) =>
      (await errorOf(asked(action, dialectParameters(action, of, '2020-01-01')))).code
    found[action] = [await codeOf(absent), await codeOf(foreign)]
  }
  expect(found).toEqual(Object.fromEntries(Object.entries(expected).map(([action, code]) => [action, [code, code]])))
  expect(Object.keys(found).length).toBeGreaterThan(35)
})

test('every operation of the older version is an error while it is held, and says where to follow it', async () => {
  const nodes = await tenant.nodes(watched, { one: [], two: [] })
  const given = ['not-run', 'not-run', 'failed', 'waiting-for-time', 'failed'] as const
  const { ids } = await putRun(world, {
    tenant,
    workspace: watched,
    instances: given.map((status, at) => ({ nodeId: nodes.one, status, frozen: at === 1 })),
  })
  const BACKFILL = {
    ...{ ProjectEnv: 'PROD', Name: 'held', RootNodeId: nodes.one, IncludeNodeIds: String(nodes.one) },
    ...{ StartBizDate: '2020-03-01', EndBizDate: '2020-03-02', Parallelism: false },
  }
  const actions = ['SuspendInstance', 'ResumeInstance', 'RestartInstance', 'StopInstance', 'SetSuccessInstance']
  const calls: readonly (readonly [string, Parameters])[] = [
    ...actions.map((action, at) => [action, { InstanceId: ids[at]!, ProjectEnv: 'PROD' }] as const),
    ['RunCycleDagNodes', BACKFILL],
    ['CreateDagComplement', { ...BACKFILL, Name: 'held too' }],
    ['UpdateTask', { Id: nodes.one, Trigger: '{"Recurrence":"Pause"}' }],
    ['DeleteTask', { Id: nodes.two }],
  ]
  for (const [action, parameters] of calls) {
    const error = await errorOf(asked(action, parameters))
    expect([action, error.code]).toEqual([action, 'OperationHeld.ExtensionCheck'])
    expect(error.data.Data).toMatchObject({
      ProcessId: expect.any(String),
      MessageId: expect.any(String),
      Status: 'CHECKING',
    })
    // Asked for again it is the same one.
    expect((await errorOf(asked(action, parameters))).data.Data).toEqual(error.data.Data)
    if (action !== 'RunCycleDagNodes') continue
    const { Result } = await asked('GetCreateWorkflowInstancesResult', { OperationId: error.data.Data.ProcessId })
    expect(Result).toMatchObject({
      Status: 'Creating',
      FailureMessage: expect.stringContaining(error.data.Data.MessageId),
    })
  }
  // What is held is the same for the newer version.
  for (const [at, action] of actions.entries()) {
    const newer = `${action.replace(/Instance$/, '').replace('Restart', 'Rerun')}TaskInstances`
    const { SuccessInfo } = await asked(newer, { Ids: `[${ids[at]}]` })
    expect([newer, SuccessInfo[ids[at]!]]).toMatchObject([
      newer,
      { Success: false, Message: expect.stringContaining('is held') },
    ])
  }
})

test('a test runs at once where every operation is held; of a run that has not begun nothing is stopped, and it is not said to be', async () => {
  const { tried } = await tenant.nodes(watched, { tried: [] })
  const given = { NodeId: tried, ProjectEnv: 'PROD', Name: 'x' }
  const { Data } = await asked('RunSmokeTest', { ...given, Bizdate: '2020-01-02 00:00:00' })
  expect((await asked('GetDag', { DagId: Data, ProjectEnv: 'PROD' })).Data).toMatchObject({ Type: 'SMOKE_TEST' })
  expect((await errorOf(asked('CreateDagTest', { ...given, Bizdate: '2020-02-31 00:00:00' }))).code).toBe(
    'InvalidBizdate',
  )

  const { waits } = await tenant.nodes(free, { waits: [] })
  const { dagId, ids } = await putRun(world, { tenant, workspace: free, instances: [{ nodeId: waits }] })
  await world.db.rows('update dags set status = 1 where id = $1', [dagId])
  const stop = async () => (await asked('StopWorkflowInstances', { Ids: `[${dagId}]` })).SuccessInfo[dagId]
  expect(await stop()).toMatchObject({ Success: false, Message: expect.stringContaining('can be terminated') })
  await world.db.rows("update instances set status = 2, due_at = now() + interval '1 day' where id = $1", [ids[0]])
  expect(await stop()).toEqual({ Success: true })
  expect((await asked('GetTaskInstance', { Id: ids[0]! })).TaskInstance.Status).toBe('Failure')
  expect(await stop()).toEqual({ Success: true })
})

test('a backfill by chain, and one with parameters as the vendor writes them; its runs are found by its number', async () => {
  const nodes = await tenant.nodes(free, { first: [], between: ['first'], last: ['between'], beside: ['first'] })
  const { OperationId } = await asked('CreateWorkflowInstances', {
    ...{ ProjectId: free.id, WorkflowId: 1, Type: 'SupplementData', Name: 'chain' },
    Periods: JSON.stringify({ BizDates: [{ StartBizDate: '2020-04-01', EndBizDate: '2020-04-01' }] }),
    DefaultRunProperties: JSON.stringify({ Mode: 'Chain', IncludeTaskIds: [nodes.first, nodes.last] }),
  })
  const result = async () => (await asked('GetCreateWorkflowInstancesResult', { OperationId })).Result as Answer
  await expect.poll(async () => (await result()).Status, PATIENCE).toBe('Created')
  const { WorkflowInstanceIds, UnifiedWorkflowInstanceIds } = await result()
  const of = { ProjectId: free.id, Bizdate: Date.parse('2020-04-01T00:00:00Z'), SortBy: 'Id Asc' }
  const { PagingInfo } = await asked('ListTaskInstances', { ...of, WorkflowInstanceId: WorkflowInstanceIds[0] })
  expect(PagingInfo.TaskInstances.map((one: Answer) => one.TaskId).toSorted()).toEqual(
    [nodes.first, nodes.between, nodes.last].toSorted(),
  )
  expect(
    (await asked('ListTaskInstances', { ...of, UnifiedWorkflowInstanceId: UnifiedWorkflowInstanceIds[0] })).PagingInfo
      .TotalCount,
  ).toBe(3)

  const { Data } = await asked('RunCycleDagNodes', {
    ...{ ProjectEnv: 'PROD', Name: 'parameters', RootNodeId: nodes.beside, IncludeNodeIds: String(nodes.beside) },
    ...{ StartBizDate: '2020-04-02 00:00:00', EndBizDate: '2020-04-03 00:00:00', Parallelism: true },
    NodeParams: `{${nodes.beside}:"key1=val1 key2=val2"}`,
  })
  const dag = await asked('GetDag', { DagId: Data[1], ProjectEnv: 'PROD' })
  const { Dags } = (await asked('ListDags', { OpSeq: dag.Data.OpSeq, ProjectEnv: 'PROD' })).Data
  expect(Dags.map((one: Answer) => one.DagId)).toEqual(Data)
  const [one] = (await asked('ListInstances', { ProjectId: free.id, ProjectEnv: 'PROD', DagId: Data[0] })).Data
    .Instances
  const instance = await asked('GetInstance', { InstanceId: one.InstanceId, ProjectEnv: 'PROD' })
  expect(instance.Data).toMatchObject({ ParamValues: 'key1=val1 key2=val2', CreateUser: String(tenant.owner.id) })
  expect(one.ParamValues).toBe('key1=val1 key2=val2')
  const { TaskInstance } = await asked('GetTaskInstance', { Id: one.InstanceId })
  expect(TaskInstance).toMatchObject({ ScriptParameters: 'key1=val1 key2=val2', Timeout: 0, Description: '' })
  const { Task } = await asked('GetTask', { Id: nodes.between })
  expect(Task.Dependencies).toContainEqual(expect.objectContaining({ UpstreamTaskId: String(nodes.first) }))
})

test('what cannot be changed of a task, or not together, is refused instead of left out; of many each is for itself', async () => {
  const { fixed } = await tenant.nodes(free, { fixed: [] })
  const pause = { Recurrence: 'Pause' }
  const change = (more: Parameters, trigger: Answer = pause) =>
    errorOf(asked('UpdateTask', { Id: fixed, Trigger: JSON.stringify(trigger), ...more }))
  expect((await change({ Name: 'other' })).code).toBe('InvalidName')
  expect((await change({ Tags: '[{"Key":"a"}]' })).code).toBe('InvalidTags')
  expect((await change({ Script: '{"Content":"select 2"}' })).code).toBe('InvalidTrigger')
  expect((await change({}, { ...pause, Cron: '00 00 01 * * ?' })).code).toBe('InvalidTrigger')
  const Tasks = JSON.stringify([{ Id: fixed, Trigger: pause, Timeout: 7200 }])
  const { SuccessInfo } = await asked('BatchUpdateTasks', { Tasks })
  expect(SuccessInfo[fixed]).toMatchObject({ Success: false, Message: expect.stringContaining('recurrence') })
  // What some clients send for what was not given is nothing.
  const empty = {
    Dependencies: '[]',
    Outputs: '{"TaskOutputs":[]}',
    Script: '{}',
    DataSource: '{}',
    RuntimeResource: '{}',
  }
  await asked('UpdateTask', { Id: fixed, ...empty })
  expect((await asked('GetTask', { Id: fixed })).Task.Trigger.Recurrence).toBe('Normal')
})
