// Each action on nodes, tasks, instances, runs, backfills, files, tables, synchronisations and rules, once, in each version of the API that has it. What the story of a held
// operation asks for is in checks.ts; together they are all actions.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { ApiVersion } from '../../server/src/dataworks/schemas/action.ts'
import { checkJobs, checkQuality, checkRules, checkSyncTasks } from './data-work.ts'
import { checkEndOfFile, checkFiles, checkTables, checkVersionsAndFolders, FOLDER } from './files.ts'
import type { Place } from './place.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers as the clients give them
export type Answer = Record<string, any>
/** Objects and lists are written by each client in its own way. */
export type Parameters = Readonly<Record<string, unknown>>
export type CallAction = (action: string, parameters: Parameters, version: ApiVersion) => Promise<Answer>

const DATE = '2025-11-05'
const DAY = { StartBizDate: `${DATE} 00:00:00`, EndBizDate: `${DATE} 00:00:00` }
const PROD = { ProjectEnv: 'PROD' }
const PATIENCE_MS = 20_000

/** Its answers differ in their types from client to client, so that texts are compared. */
const same = (found: unknown, expected: unknown) => assert.equal(String(found), String(expected))
const first = (list: unknown): Answer => (list as Answer[])[0] ?? assert.fail('the list is empty')

export async function checkEveryAction(call: CallAction, place: Place): Promise<void> {
  await olderVersion((action, parameters) => call(action, parameters, '2020-05-18'), place)
  await newerVersion((action, parameters) => call(action, parameters, '2024-05-18'), place)
}

type CallVersion = (action: string, parameters: Parameters) => Promise<Answer>

async function olderVersion(call: CallVersion, place: Place): Promise<void> {
  const { node, projectId: ProjectId, userId: UserId } = place
  const member = { ProjectId, UserId }
  await call('CreateProjectMember', { ...member, RoleCode: 'role_project_dev' })
  await call('AddProjectMemberToRole', { ...member, RoleCode: 'role_project_pe' })
  await call('RemoveProjectMemberFromRole', { ...member, RoleCode: 'role_project_dev' })
  const rolesOf = async () => {
    const { ProjectMemberList } = (await call('ListProjectMembers', { ProjectId, PageSize: 10 })).Data
    const found = ProjectMemberList.find((row: Answer) => row.ProjectMemberId === UserId)
    return found?.ProjectRoleList.map((role: Answer) => role.ProjectRoleCode)
  }
  assert.deepEqual(await rolesOf(), ['role_project_pe'])
  await call('DeleteProjectMember', member)
  assert.equal(await rolesOf(), undefined)

  await call('CreateFolder', { ProjectId, FolderPath: FOLDER })
  const file = await checkFiles(call, place, { file: 'daily.sql', get: 'GetDeployment', list: 'ListDeployments' })
  await checkVersionsAndFolders(call, place, file)
  const offline = (NodeId: number) => call('OfflineNode', { ProjectId, NodeId })
  await checkEndOfFile(call, place, file, offline, 'GetDeployment')
  await checkTables(call, place)
  await checkSyncTasks(call, place)
  await checkQuality(call, place)

  const failed = await place.run('failed')
  const one = { InstanceId: failed.id, ...PROD }
  same((await call('GetInstance', one)).Data.Status, 'FAILURE')
  const list = await call('ListInstances', { ProjectId, ...PROD, Bizdate: `${failed.bizdate} 00:00:00`, PageSize: 100 })
  assert.ok(list.Data.Instances.some((row: Answer) => row.InstanceId === failed.id))
  assert.equal((await call('GetInstanceLog', one)).Data ?? '', '')
  await call('ListInstanceHistory', one)
  const dag = (await call('GetDag', { DagId: failed.dagId, ...PROD })).Data
  assert.deepEqual([dag.DagId, dag.Type], [failed.dagId, 'DAILY'])

  const done = (answer: Answer) => same(answer.Success, true)
  const on = async (action: string, { id }: { readonly id: number }) =>
    done(await call(action, { InstanceId: id, ...PROD }))
  const statusOf = async (InstanceId: number) => (await call('GetInstance', { InstanceId, ...PROD })).Data.Status
  await on('SetSuccessInstance', failed)
  assert.equal(await statusOf(failed.id), 'SUCCESS')
  await on('RestartInstance', await place.run('failed'))
  const waiting = await place.run('waiting-for-time')
  await on('StopInstance', waiting)
  assert.equal(await statusOf(waiting.id), 'FAILURE')
  await on('SuspendInstance', await place.run('waiting-for-time'))
  await on('ResumeInstance', await place.run('waiting-for-time', { frozen: true }))

  for (const action of ['ListNodeInputOrOutput', 'ListNodeIO']) {
    const io = (await call(action, { NodeId: node.second, ...PROD, IoType: 'input' })).Data
    assert.equal(first(io).NodeId, node.first)
  }

  const backfill = { ...PROD, ...DAY, RootNodeId: node.first, IncludeNodeIds: `${node.first},${node.second}` }
  const run = await call('RunCycleDagNodes', { ...backfill, Name: 'one day', Parallelism: true })
  const created = (await call('GetDag', { DagId: run.Data[0], ...PROD })).Data
  assert.equal(created.Type, 'SUPPLY_DATA')
  assert.equal(first((await call('ListDags', { OpSeq: created.OpSeq, ...PROD })).Data.Dags).DagId, created.DagId)
  assert.equal((await call('CreateDagComplement', { ...backfill, Name: 'another', Parallelism: false })).Data.length, 1)
  for (const action of ['RunSmokeTest', 'CreateDagTest']) {
    const DagId = (await call(action, { NodeId: node.first, ...PROD, Name: 'test', Bizdate: DAY.StartBizDate })).Data
    assert.equal((await call('GetDag', { DagId, ...PROD })).Data.Type, 'SMOKE_TEST')
  }
}

async function newerVersion(call: CallVersion, place: Place): Promise<void> {
  const { node, projectId: ProjectId } = place

  // Tasks
  const tasks = await call('ListTasks', { ProjectId, ProjectEnv: 'Prod', PageSize: 100 })
  assert.ok(tasks.PagingInfo.Tasks.some((task: Answer) => task.Id === node.second))
  const task = async (Id: number) => (await call('GetTask', { Id, ProjectEnv: 'Prod' })).Task
  assert.equal((await task(node.second)).Name, 'second')
  assert.equal(
    first((await call('ListUpstreamTasks', { Id: node.second })).PagingInfo.UpstreamTasks).Task.Id,
    node.first,
  )
  const below = (await call('ListDownstreamTasks', { Id: node.first })).PagingInfo.DownstreamTasks
  assert.equal(first(below).Task.Id, node.second)
  await call('UpdateTask', { Id: node.frozen, EnvType: 'Prod', Trigger: { Recurrence: 'Pause' } })
  assert.equal((await task(node.frozen)).Trigger.Recurrence, 'Pause')
  const batch = await call('BatchUpdateTasks', { Tasks: [{ Id: node.frozen, Trigger: { Recurrence: 'Normal' } }] })
  same(batch.SuccessInfo[node.frozen].Success, true)
  const logs = await call('ListTaskOperationLogs', { Id: node.frozen })
  assert.ok(logs.PagingInfo.OperationLogs.length >= 2)
  same((await call('DeleteTask', { Id: node.deleted })).Success, true)

  const names = { file: 'weekly.sql', get: 'GetDeploymentPackage', list: 'ListDeploymentPackages' }
  const file = await checkFiles(call, place, names)
  await checkEndOfFile(call, place, file, (Id) => call('DeleteTask', { Id }), names.get)
  await checkJobs(call, place)
  await checkRules(call, place)

  // Their instances
  const on = async (action: string, { id }: { readonly id: number }) =>
    same((await call(action, { Ids: [id], Comment: '测试' })).SuccessInfo[id].Success, true)
  const failed = await place.run('failed')
  const instance = async (Id: number) => (await call('GetTaskInstance', { Id })).TaskInstance
  assert.equal((await instance(failed.id)).Status, 'Failure')
  const page = await call('ListTaskInstances', { ProjectId, Bizdate: Date.parse(failed.bizdate), Ids: [failed.id] })
  assert.equal(first(page.PagingInfo.TaskInstances).Id, failed.id)
  assert.equal((await call('GetTaskInstanceLog', { Id: failed.id })).TaskInstanceLog ?? '', '')
  const [upstream, downstream] = await place.chain()
  const above = (await call('ListUpstreamTaskInstances', { Id: downstream })).PagingInfo.UpstreamTaskInstances
  assert.equal((first(above).TaskInstance ?? first(above)).Id, upstream)
  const after = (await call('ListDownstreamTaskInstances', { Id: upstream })).PagingInfo.DownstreamTaskInstances
  assert.equal((first(after).TaskInstance ?? first(after)).Id, downstream)
  const removed = await call('RemoveTaskInstanceDependencies', { Id: downstream, UpstreamTaskInstanceIds: [upstream] })
  same(removed.Success ?? true, true)
  const changed = await call('UpdateTaskInstances', { TaskInstances: [{ Id: downstream, Priority: 8 }] })
  same(changed.SuccessInfo[downstream].Success, true)
  assert.equal((await instance(downstream)).Priority, 8)
  await on('SuspendTaskInstances', { id: downstream })
  const operations = await call('ListTaskInstanceOperationLogs', { Id: downstream })
  assert.ok(operations.PagingInfo.OperationLogs.length > 0)
  await on('ResumeTaskInstances', { id: downstream })
  // Of many each is for itself.
  const absent = 999_999_999
  const { SuccessInfo } = await call('SetSuccessTaskInstances', { Ids: [failed.id, absent] })
  same([SuccessInfo[failed.id].Success, SuccessInfo[absent].Success], [true, false])
  assert.match(SuccessInfo[absent].Message, /does not exist/)
  await on('RerunTaskInstances', await place.run('failed'))
  await on('StopTaskInstances', await place.run('waiting-for-time'))

  // Runs
  const { OperationId } = await call('CreateWorkflowInstances', {
    ProjectId,
    WorkflowId: 1,
    Type: 'SupplementData',
    Name: 'three days',
    Periods: { BizDates: [{ StartBizDate: DATE, EndBizDate: '2025-11-07' }] },
    AutoStartEnabled: false,
    DefaultRunProperties: { Mode: 'General', RootTaskIds: [node.first], Parallelism: 2 },
  })
  const untilMs = Date.now() + PATIENCE_MS
  const created = async (): Promise<readonly number[]> => {
    const { Result } = await call('GetCreateWorkflowInstancesResult', { OperationId })
    if (Result.Status === 'Created') return Result.WorkflowInstanceIds
    if (Result.Status !== 'Creating' || Date.now() > untilMs) assert.fail(JSON.stringify(Result))
    await pause(50)
    return await created()
  }
  const ids = await created()
  assert.equal(ids.length, 3)
  same((await call('StartWorkflowInstances', { Ids: [ids[0]] })).SuccessInfo[ids[0]!].Success, true)
  const { dagId: Id, bizdate } = await place.run('waiting-for-time')
  assert.equal((await call('GetWorkflowInstance', { Id })).WorkflowInstance.Id, Id)
  const runs = await call('ListWorkflowInstances', { ProjectId, BizDate: Date.parse(bizdate), Ids: [Id] })
  assert.equal(first(runs.PagingInfo.WorkflowInstances).Id, Id)
  same((await call('StopWorkflowInstances', { Ids: [Id] })).SuccessInfo[Id].Success, true)
}
