// What every client must find of instances, runs and data backfill, in the versions of the API that it calls.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { Answer, Client, Parameters, Scene } from './checks.ts'

const PATIENCE_MS = 20_000
const BIZDATE = '2020-03-01'
const BIZDATE_MS = Date.parse(`${BIZDATE}T00:00:00Z`)
const ABSENT = 999_999_999

export async function checkOperationCenter(client: Client, scene: Scene): Promise<number> {
  const { administrator, freeId, freeNodeId, shop, author } = scene
  let checks = 0
  const calling = (version: Scene['versions'][number]) => {
    const called = (action: string, parameters: Parameters, key = administrator.pair) => {
      checks++
      return client(action, parameters, key, version)
    }
    return {
      async call(action: string, parameters: Parameters, key = administrator.pair): Promise<Answer> {
        const found = await called(action, parameters, key)
        if ('error' in found) throw new Error(`${action} was refused: ${JSON.stringify(found.error)}`)
        return found.answer
      },
      async refusal(code: string, action: string, parameters: Parameters): Promise<string> {
        const found = await called(action, parameters)
        if ('answer' in found) throw new Error(`${action} was answered: ${JSON.stringify(found.answer)}`)
        assert.equal(found.error.code, code)
        return found.error.message
      },
    }
  }

  const old = calling('2020-05-18')
  const ProjectEnv = 'PROD'
  const backfill = {
    ...{ ProjectEnv, Name: 'march', RootNodeId: freeNodeId, IncludeNodeIds: String(freeNodeId), Parallelism: 'false' },
    ...{ StartBizDate: `${BIZDATE} 00:00:00`, EndBizDate: '2020-03-02 00:00:00' },
  }
  const { Data: dagIds } = await old.call('RunCycleDagNodes', backfill)
  assert.equal(dagIds.length, 2)
  const { Data: dag } = await old.call('GetDag', { DagId: dagIds[0], ProjectEnv })
  assert.deepEqual([dag.Type, dag.Bizdate], ['SUPPLY_DATA', BIZDATE_MS])
  const { Data: listed } = await old.call('ListDags', { OpSeq: dag.OpSeq, ProjectEnv })
  assert.deepEqual(
    listed.Dags.map((one: Answer) => one.DagId),
    dagIds,
  )
  const found = await old.call('ListInstances', { ProjectId: freeId, ProjectEnv, DagId: dagIds[0], PageSize: 10 })
  assert.deepEqual([found.Data.TotalCount, found.Data.Instances[0].NodeId], [1, freeNodeId])
  const { InstanceId } = found.Data.Instances[0]
  const instance = await old.call('GetInstance', { InstanceId, ProjectEnv })
  assert.deepEqual([instance.Data.DagType, instance.Data.CycTime > BIZDATE_MS], ['SUPPLY_DATA', true])
  assert.equal(typeof ((await old.call('GetInstanceLog', { InstanceId, ProjectEnv })).Data ?? ''), 'string')
  assert.equal((await old.call('ListInstanceHistory', { InstanceId, ProjectEnv })).Success, true)
  const tested = { NodeId: freeNodeId, ProjectEnv, Name: 'a test', Bizdate: `${BIZDATE} 00:00:00` }
  assert.equal(typeof (await old.call('RunSmokeTest', tested)).Data, 'number')
  await old.refusal('Invalid.Wkbench.InstanceNotExist', 'SuspendInstance', { InstanceId: ABSENT, ProjectEnv })
  await old.refusal('InvalidStartBizDate', 'RunCycleDagNodes', { ...backfill, StartBizDate: '2020-02-31 00:00:00' })
  if (!scene.versions.includes('2024-05-18')) return checks

  const newer = calling('2024-05-18')
  const tasks = await newer.call('ListTasks', { ProjectId: freeId, Ids: [freeNodeId], PageSize: 10 })
  assert.deepEqual([tasks.PagingInfo.TotalCount, tasks.PagingInfo.Tasks[0].Id], [1, freeNodeId])
  const { Task } = await newer.call('GetTask', { Id: freeNodeId })
  assert.deepEqual([Task.Trigger.Recurrence, Task.ProjectId], ['Normal', freeId])
  const instances = { ProjectId: freeId, Bizdate: BIZDATE_MS, WorkflowInstanceType: 'SupplementData' }
  const { PagingInfo } = await newer.call('ListTaskInstances', { ...instances, Ids: [InstanceId] })
  assert.deepEqual([PagingInfo.TotalCount, PagingInfo.TaskInstances[0].TaskId], [1, freeNodeId])
  const { SuccessInfo } = await newer.call('SetSuccessTaskInstances', { Ids: [InstanceId, ABSENT] })
  assert.equal(SuccessInfo[ABSENT].Success, false)
  assert.match(SuccessInfo[ABSENT].Message, /does not exist/)
  assert.equal(typeof (await newer.call('GetTaskInstanceLog', { Id: InstanceId })).TaskInstanceLog, 'string')
  const { OperationId } = await newer.call('CreateWorkflowInstances', {
    ...{ ProjectId: freeId, WorkflowId: 1, Type: 'SupplementData', Name: 'april' },
    Periods: { BizDates: [{ StartBizDate: '2020-04-01', EndBizDate: '2020-04-03' }] },
    DefaultRunProperties: { Mode: 'General', RootTaskIds: [freeNodeId], Parallelism: 2, Order: 'Desc' },
  })
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    const { Result } = await newer.call('GetCreateWorkflowInstancesResult', { OperationId })
    if (Result.Status === 'Created') {
      assert.equal(Result.WorkflowInstanceIds.length, 3)
      break
    }
    assert.equal(Result.Status, 'Creating')
    if (Date.now() > until) throw new Error('The runs were not created.')
    await pause(100)
  }
  await newer.refusal('Invalid.Wkbench.NodeNotExist', 'GetTask', { Id: ABSENT })
  // Held: an error in this version too, and what was asked for is not there.
  const Id = shop.node('stock_snapshot_hourly')
  const frozen = { Id, Trigger: { Recurrence: 'Pause' } }
  const message = await newer.refusal('OperationHeld.ExtensionCheck', 'UpdateTask', frozen)
  const MessageId = /message ([0-9a-f-]{36})\./.exec(message)![1]
  const result = { MessageId, ExtensionCode: shop.extensionCode, CheckResult: 'FAIL' }
  await old.call('UpdateWorkbenchEventResult', result, author.pair)
  assert.equal((await newer.call('GetTask', { Id })).Task.Trigger.Recurrence, 'Normal')
  return checks
}
