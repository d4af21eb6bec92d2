// Data Integration and Data Quality in both versions of the dialect: what it makes is what the native API shows, and what is held is never answered as done.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { workOf } from '../../../test/runners.ts'
import { dialect, type Person, startWorld, type Tenant, type Workspace, type World } from '../../../test/world.ts'
import { dataSourceOfNode } from '../store/data-sources.ts'

let world: World
let tenant: Tenant
let owner: Person
let workspace: Workspace
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  owner = tenant.owner
  workspace = await tenant.workspace('basic')
  const { db, platform } = world.server
  const dataSource = await dataSourceOfNode(db, { workspaceId: workspace.id, environment: 'PROD', name: null })
  const content = 'create table orders as select 1::bigint as id; create table payments as select 1::bigint as id'
  const work = workOf({ content, dataSource, tenantId: tenant.id })
  const ended = await platform.runners.run(work, { log() {}, signal: new AbortController().signal })
  expect(ended).toEqual({ ended: 'succeeded' })
})
afterAll(() => world?.stop())

type Given = Readonly<Record<string, string | number>>
// biome-ignore lint/suspicious/noExplicitAny: answers of every action
type Body = Record<string, any>
const older = async (action: string, given: Given, person = owner): Promise<Body> => {
  const { status, body } = await dialect(world.server, person, action, { ProjectId: workspace.id, ...given })
  expect([200, 400, 403, 404, 409, 422], JSON.stringify(body)).toContain(status)
  return body
}
const newer = async (action: string, given: Given): Promise<Body> =>
  (await dialect(world.server, owner, action, given, '2024-05-18')).body
const named = (given: Given) => ({ ProjectName: workspace.identifier, ...given })
let serial = 0
const fresh = (word: string) => `${word}_${++serial}`

const contentOf = (reader: object, writer: object, more: object = {}) =>
  JSON.stringify({
    ...{ type: 'job', version: '2.0' },
    ...more,
    steps: [
      { stepType: 'duckdb', category: 'reader', name: 'Reader', parameter: reader },
      { stepType: 'duckdb', category: 'writer', name: 'Writer', parameter: writer },
    ],
  })
const FULL = contentOf({ table: ['orders'], column: ['*'] }, { table: 'ods_orders', column: ['*'], truncate: true })
const FOLLOWING = contentOf({ table: ['orders'], splitPk: 'id' }, { primaryKey: ['id'] })
const job = async (syncJobId: number) =>
  await owner.api.call('GET /workspaces/{workspaceId}/sync-jobs/{syncJobId}', {
    params: { workspaceId: workspace.id, syncJobId },
  })

describe('tasks of Data Integration', () => {
  test('an offline one is a file, a real-time one a job that follows a column', async () => {
    const TaskName = fresh('orders_to_ods')
    const offline = await older('CreateDISyncTask', { TaskType: 'DI_OFFLINE', TaskName, TaskContent: FULL })
    expect(offline).toMatchObject({ Success: true, Data: { Status: 'success' } })
    const { FileId } = offline.Data
    const file = await older('GetFile', { FileId })
    expect(file.Data.File).toMatchObject({ FileName: TaskName, FileType: 23, Content: FULL })
    const live = await older('CreateDISyncTask', {
      TaskType: 'DI_REALTIME',
      TaskContent: contentOf(
        { table: ['orders'], splitPk: 'id' },
        { primaryKey: ['id'] },
        { extend: { name: 'live' } },
      ),
    })
    expect(await job(live.Data.FileId)).toMatchObject({
      ...{ name: 'live', kind: 'real-time', state: 'never-run' },
      definition: { mappings: [{ source: { table: 'orders' }, changeColumn: 'id', key: ['id'], write: 'upsert' }] },
    })
  })

  test('what is wrong with a content is answered as fail, and nothing is kept', async () => {
    const create = async (TaskContent: string, TaskParam = '{}') =>
      (await older('CreateDISyncTask', { TaskType: 'DI_OFFLINE', TaskName: fresh('bad'), TaskContent, TaskParam })).Data
    const before = (await older('ListFiles', { PageSize: 100 })).Data.TotalCount
    expect(await create('none')).toMatchObject({ Status: 'fail', Message: expect.stringContaining('JSON') })
    const adding = contentOf({ table: ['orders'] }, { table: 'ods' })
    expect(await create(adding)).toMatchObject({ Status: 'fail', Message: expect.stringContaining('only added') })
    expect(await create(FULL, '{"FileFolderPath":"no/such"}')).toMatchObject({ Status: 'fail' })
    expect((await older('ListFiles', { PageSize: 100 })).Data.TotalCount).toBe(before)
    const visitor = await tenant.person([], { [workspace.id]: ['visitor'] })
    const given = { TaskType: 'DI_OFFLINE', TaskName: 'x', TaskContent: FULL }
    expect((await older('CreateDISyncTask', given, visitor)).Code).toBe('Forbidden.Access')
  })

  test('a content is made of parameters, asked for, and changed', async () => {
    const generated = await older('GenerateDISyncTaskConfigForCreating', {
      TaskType: 'DI_REALTIME',
      TaskParam: FOLLOWING,
    })
    const { ProcessId } = generated.Data
    const query = (AsyncProcessId: number) =>
      older('QueryDISyncTaskConfigProcessResult', { TaskType: 'DI_REALTIME', AsyncProcessId })
    const { TaskContent } = (await query(ProcessId)).Data
    const made = await older('CreateDISyncTask', { TaskType: 'DI_REALTIME', TaskName: fresh('made'), TaskContent })
    const { FileId } = made.Data
    const bad = await older('GenerateDISyncTaskConfigForCreating', { TaskType: 'DI_REALTIME', TaskParam: '{}' })
    expect(bad.Data).toMatchObject({ Status: 'fail', Message: expect.stringContaining('reader') })
    expect((await query(bad.Data.ProcessId)).Data).toMatchObject({ Status: 'fail', Message: bad.Data.Message })
    const change = JSON.stringify({
      steps: [{ category: 'reader', parameter: { connection: [{ table: ['payments'] }] } }],
    })
    const changed = await older('GenerateDISyncTaskConfigForUpdating', {
      ...{ TaskType: 'DI_REALTIME', TaskId: FileId, TaskParam: change },
    })
    const next = (await query(changed.Data.ProcessId)).Data.TaskContent
    expect(await older('UpdateDISyncTask', { TaskType: 'DI_REALTIME', FileId, TaskContent: next })).toMatchObject({
      Data: { Status: 'success' },
    })
    expect((await job(FileId)).definition.mappings).toMatchObject([
      { source: { table: 'payments' }, changeColumn: 'id' },
    ])
    const read = await older('GetDISyncTask', { TaskType: 'DI_REALTIME', FileId })
    expect(JSON.parse(read.Data.Code).steps[0].parameter.table).toEqual(['payments'])
  })

  test('a job is started, stopped, deployed and deleted; how it stands is told', async () => {
    const TaskName = fresh('live')
    const made = await older('CreateDISyncTask', { TaskType: 'DI_REALTIME', TaskName, TaskContent: FOLLOWING })
    const one = { TaskType: 'DI_REALTIME', FileId: made.Data.FileId }
    const status = async () => (await older('GetDISyncInstanceInfo', one)).Data.Status
    expect(await status()).toBe('NORUN')
    expect(await older('DeployDISyncTask', one)).toMatchObject({ Success: true })
    const bad = { ...one, StartParam: '{"startDateTime":"2026-03-01 00:00:00"}' }
    expect((await older('StartDISyncInstance', bad)).Code).toBe('Invalid.DI.StartPosition')
    expect(await older('StartDISyncInstance', one)).toMatchObject({ Success: true, Data: { Status: 'success' } })
    expect(await status()).toBe('WAIT')
    expect((await older('StartDISyncInstance', one)).Code).toBe('Conflict.DI.JobUnderWay')
    expect((await older('DeleteDISyncTask', one)).Code).toBe('Conflict.DI.JobUnderWay')
    expect(await older('StopDISyncInstance', one)).toMatchObject({ Data: { Status: 'success' } })
    expect(await status()).toBe('PAUSE')
    expect((await older('TerminateDISyncInstance', one)).Code).toBe('Invalid.DI.JobNotUnderWay')
    expect(await older('DeleteDISyncTask', one)).toMatchObject({ Success: true })
    expect((await older('GetDISyncInstanceInfo', one)).Code).toBe('Invalid.DI.JobNotExist')
  })

  test('while a start is held, both versions answer it as an error that says where to follow it', async () => {
    const made = await older('CreateDISyncTask', {
      ...{ TaskType: 'DI_SOLUTION', TaskName: fresh('once'), TaskContent: FULL },
    })
    const { FileId } = made.Data
    const extension = await tenant.extension({ points: ['start-diJob'], enabledIn: [workspace] })
    const held = await older('StartDISyncInstance', { TaskType: 'DI_SOLUTION', FileId })
    expect(held).toMatchObject({ Code: 'OperationHeld.ExtensionCheck', Data: { Status: 'CHECKING' } })
    const again = await newer('StartDIJob', { Id: FileId })
    expect(again).toMatchObject({ Code: held.Code, Data: held.Data })
    expect((await job(FileId)).run).toBeNull()
    await owner.api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
      params: { workspaceId: workspace.id, code: extension.code },
      body: { enabled: false },
    })
  })
})

describe('jobs of Data Integration in the newer version', () => {
  const MAPPINGS = JSON.stringify([
    {
      SourceObjectSelectionRules: [
        { ObjectType: 'Table', ExpressionType: 'Regex', Expression: 'order.*' },
        { ObjectType: 'Schema', Expression: 'main' },
      ],
      TransformationRules: [
        { RuleActionType: 'Rename', RuleName: 'names', RuleTargetType: 'Table' },
        { RuleActionType: 'DefinePrimaryKey', RuleName: 'key', RuleTargetType: 'Table' },
        { RuleActionType: 'DefineIncrementalCondition', RuleName: 'change', RuleTargetType: 'Table' },
      ],
    },
  ])
  const rule = (RuleActionType: string, RuleName: string, RuleExpression: object) => ({
    ...{ RuleActionType, RuleName, RuleTargetType: 'Table', RuleExpression: JSON.stringify(RuleExpression) },
  })
  const RULES = [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: names of targets are written so
    rule('Rename', 'names', { expression: 'ods_${srcTableName}' }),
    rule('DefinePrimaryKey', 'key', { columns: ['id'] }),
    rule('DefineIncrementalCondition', 'change', { column: 'id' }),
  ]
  const places = JSON.stringify([{ DataSourceName: 'default' }])
  const create = (more: Given = {}) =>
    newer('CreateDIJob', {
      ...{ ProjectId: workspace.id, Name: fresh('job'), MigrationType: 'FullAndRealtimeIncremental' },
      ...{ SourceDataSourceSettings: places, DestinationDataSourceSettings: places, TableMappings: MAPPINGS },
      ...{ TransformationRules: JSON.stringify(RULES), ...more },
    })

  test('one is made with patterns and rules, read, listed, changed, started, stopped and deleted', async () => {
    const { Id } = await create()
    expect(await job(Id)).toMatchObject({
      kind: 'real-time',
      definition: {
        mappings: [
          {
            source: { schema: 'main', table: 'order.*', isPattern: true },
            // biome-ignore lint/suspicious/noTemplateCurlyInString: names of targets are written so
            target: { table: 'ods_${table}' },
            ...{ write: 'upsert', key: ['id'], changeColumn: 'id' },
          },
        ],
      },
    })
    const { PagingInfo: read } = await newer('GetDIJob', { Id })
    expect(read).toMatchObject({
      JobStatus: 'Initialized',
      MigrationType: 'RealtimeIncremental',
      SourceDataSourceType: 'duckdb',
    })
    // What is read makes the same again.
    const again = await create({
      TableMappings: JSON.stringify(read.TableMappings),
      TransformationRules: JSON.stringify(read.TransformationRules),
    })
    expect((await job(again.Id)).definition).toEqual((await job(Id)).definition)
    const listed = await newer('ListDIJobs', {
      ProjectId: workspace.id,
      MigrationType: 'RealtimeIncremental',
      PageSize: 100,
    })
    expect(listed.PagingInfo.DIJobs.map((one: Body) => one.Id)).toContain(Id)
    expect(await newer('UpdateDIJob', { Id, Description: 'another' })).toMatchObject({ Success: true })
    expect(await newer('StartDIJob', { Id })).toMatchObject({ Success: true })
    expect((await newer('GetDIJob', { Id })).PagingInfo.JobStatus).toBe('Running')
    expect(await newer('StopDIJob', { Id })).toMatchObject({ Success: true })
    expect((await newer('GetDIJob', { Id })).PagingInfo).toMatchObject({ JobStatus: 'Stopped', Description: 'another' })
    expect(await newer('DeleteDIJob', { Id })).toMatchObject({ Success: true })
    expect((await newer('GetDIJob', { Id })).Code).toBe('Invalid.DI.JobNotExist')
  })

  test('rules that are not there, and what is not built, are refused by name', async () => {
    const message = async (more: Given) => String((await create(more)).Message)
    expect(await message({ TransformationRules: JSON.stringify(RULES.slice(1)) })).toContain('names')
    expect(
      await message({ TransformationRules: JSON.stringify([{ ...RULES[0], RuleActionType: 'AddColumn' }]) }),
    ).toContain('RuleActionType')
    expect(
      await message({ TableMappings: '[{"SourceObjectSelectionRules":[{"Expression":"a","Action":"Exclude"}]}]' }),
    ).toContain('Action')
    expect(await message({ FileSpec: '{"a":1}' })).toContain('FileSpec')
  })
})

describe('rules of Data Quality', () => {
  const entity = async (TableName = fresh('orders')) => {
    const given = named({ TableName, MatchExpression: 'dt=$[yyyymmdd-1]', EnvType: 'ODPS' })
    return { TableName, given, EntityId: (await older('CreateQualityEntity', given)).Data as number }
  }

  test('an entity is a monitor; its rules are made, read, listed, changed and deleted', async () => {
    const { TableName, given, EntityId } = await entity()
    expect((await older('CreateQualityEntity', given)).Data).toBe(EntityId)
    expect((await older('GetQualityEntity', given)).Data).toMatchObject([
      { Id: EntityId, TableName, HasRelativeNode: false },
    ])
    const created = await older(
      'CreateQualityRule',
      named({
        ...{ EntityId, RuleName: 'grows', BlockType: 1, RuleType: 0, PredictType: 0, TemplateId: 7, Checker: 7 },
        ...{ Trend: 'abs', WarningThreshold: 10, CriticalThreshold: 50, WhereCondition: 'id > 1' },
      }),
    )
    const RuleId = Number(created.Data)
    expect((await older('GetQualityRule', named({ RuleId }))).Data).toMatchObject({
      ...{
        Id: RuleId,
        EntityId,
        RuleName: 'grows',
        BlockType: 1,
        MethodName: 'table_count',
        TemplateId: 7,
        Checker: 7,
      },
      ...{ Trend: 'abs', WarningThreshold: '10', CriticalThreshold: '50', WhereCondition: 'id > 1', OpenSwitch: true },
    })
    const native = () =>
      owner.api.call('GET /workspaces/{workspaceId}/quality-rules/{qualityRuleId}', {
        params: { workspaceId: workspace.id, qualityRuleId: RuleId },
      })
    expect(await native()).toMatchObject({
      rule: {
        severity: 'High',
        checking: {
          ...{ type: 'Fluctuation', daysBefore: [1, 7, 30] },
          thresholds: { critical: '$checkValue > 0.5 or $checkValue < -0.5', expected: null },
        },
      },
    })
    const update = named({
      Id: RuleId,
      MethodName: 'null_value',
      Property: 'id',
      Operator: '=',
      ExpectValue: 0,
      OpenSwitch: 'false',
    })
    expect(await older('UpdateQualityRule', { ...update, Checker: 9 })).toMatchObject({ Success: true, Data: true })
    expect(await native()).toMatchObject({
      rule: {
        ...{ enabled: false, sampling: { metric: 'NullValueCount', columns: ['id'] } },
        checking: { type: 'Fixed', daysBefore: [], thresholds: { expected: '$checkValue == 0', critical: null } },
      },
    })
    const listed = await older('ListQualityRules', named({ EntityId, PageNumber: 1, PageSize: 10 }))
    expect(listed.Data).toMatchObject({ TotalCount: 1, Rules: [{ Id: RuleId, CheckerId: 9, TableName }] })
    expect(await older('DeleteQualityRule', named({ RuleId }))).toMatchObject({ Data: true })
    expect((await older('GetQualityRule', named({ RuleId }))).Code).toBe('Invalid.Quality.RuleNotExist')
    const none = { ...named({ EntityId, PageNumber: 1, PageSize: 10 }), StartDate: '2026-01-01', EndDate: '2026-01-02' }
    expect((await older('ListQualityResultsByEntity', none)).Data).toMatchObject({ TotalCount: 0, RuleChecks: [] })
    expect(await older('DeleteQualityEntity', named({ EntityId, EnvType: 'ODPS' }))).toMatchObject({ Data: true })
    expect((await older('GetQualityEntity', given)).Data).toEqual([])
  })

  test('nodes and followers of an entity', async () => {
    const { EntityId, given } = await entity()
    const { node } = await tenant.nodes(workspace, { node: [] })
    const target = { NodeId: node, TargetNodeProjectId: workspace.id, TargetNodeProjectName: workspace.identifier }
    const HasRelativeNode = async () => (await older('GetQualityEntity', given)).Data[0].HasRelativeNode
    expect(await older('CreateQualityRelativeNode', { ...given, ...target })).toMatchObject({ Data: true })
    expect(await HasRelativeNode()).toBe(true)
    expect(await older('DeleteQualityRelativeNode', { ...given, ...target })).toMatchObject({ Data: true })
    expect(await HasRelativeNode()).toBe(false)
    const hook = named({ EntityId, AlarmMode: 4, Follower: 'http://127.0.0.1:9/secret-path' })
    const FollowerId = (await older('CreateQualityFollower', hook)).Data
    const followers = async () => (await older('GetQualityFollower', named({ EntityId }))).Data
    expect(await followers()).toMatchObject([{ Id: FollowerId, AlarmMode: 4, Follower: 'http://127.0.0.1:9' }])
    expect((await older('CreateQualityFollower', { ...hook, AlarmMode: 2 })).Message).toContain('AlarmMode')
    expect((await older('CreateQualityFollower', { ...hook, AlarmMode: 1, Follower: owner.id })).Message).toContain(
      'address',
    )
    const moved = named({ FollowerId, AlarmMode: 5, Follower: 'http://127.0.0.1:9/another' })
    expect(await older('UpdateQualityFollower', moved)).toMatchObject({ Data: true })
    expect(await older('DeleteQualityFollower', named({ FollowerId }))).toMatchObject({ Data: true })
    expect(await followers()).toEqual([])
  })

  test('in the newer version a rule is of a table, and what is read makes the same again', async () => {
    const TableGuid = `odps.${workspace.identifier}.orders`
    const given = {
      ProjectId: workspace.id,
      Target: JSON.stringify({ TableGuid, DatabaseType: 'maxcompute' }),
      TemplateCode: 'SYSTEM:field:null_value:fixed',
      SamplingConfig: JSON.stringify({ MetricParameters: '{"Columns":["id"]}', SamplingFilter: 'id > 0' }),
      CheckingConfig: JSON.stringify({ Thresholds: { Expected: { Operator: '<=', Value: '5' } } }),
    }
    const { Id } = await newer('CreateDataQualityRule', { ...given, Name: 'few nulls', Severity: 'High' })
    const rule = (await newer('GetDataQualityRule', { Id })).DataQualityRule
    expect(rule).toMatchObject({
      ...{ Name: 'few nulls', Severity: 'High', Enabled: true, TemplateCode: 'system:field:null_value:fixed' },
      Target: { DatabaseType: 'duckdb', TableGuid: `duckdb.${workspace.identifier}.default.orders` },
      SamplingConfig: { Metric: 'NullValueCount', MetricParameters: '{"Columns":["id"]}', SamplingFilter: 'id > 0' },
      CheckingConfig: { Type: 'Fixed', Thresholds: { Expected: { Expression: '$checkValue <= 5' } } },
    })
    const text = (value: object) => JSON.stringify(value)
    const again = await newer('CreateDataQualityRule', {
      ...{ ProjectId: workspace.id, Name: 'again', Target: text(rule.Target), TemplateCode: rule.TemplateCode },
      ...{ SamplingConfig: text(rule.SamplingConfig), CheckingConfig: text(rule.CheckingConfig) },
    })
    const copy = (await newer('GetDataQualityRule', { Id: again.Id })).DataQualityRule
    expect([copy.SamplingConfig, copy.CheckingConfig]).toEqual([rule.SamplingConfig, rule.CheckingConfig])
    expect(await newer('UpdateDataQualityRule', { ProjectId: workspace.id, Id, Enabled: 'false' })).toMatchObject({
      Success: true,
    })
    const listed = await newer('ListDataQualityRules', { ProjectId: workspace.id, TableGuid, Name: 'few' })
    expect(listed.PagingInfo).toMatchObject({ TotalCount: 1, DataQualityRules: [{ Id, Enabled: false }] })
    const asTold = { ProjectId: workspace.id, TableGuid: rule.Target.TableGuid, PageSize: 100 }
    expect((await newer('ListDataQualityRules', asTold)).PagingInfo.TotalCount).toBe(2)
    expect(await newer('DeleteDataQualityRule', { Id })).toMatchObject({ Success: true })
    expect((await newer('GetDataQualityRule', { Id })).Code).toBe('Invalid.Quality.RuleNotExist')
    const bad = { ...given, Name: 'bad', Target: '{"TableGuid":"odps.another.orders"}' }
    expect((await newer('CreateDataQualityRule', bad)).Message).toContain(workspace.identifier)
  })

  test('what is held is an error that says where to follow it, and nothing has changed', async () => {
    const { EntityId } = await entity()
    await tenant.extension({ points: ['batch-create-data-quality-rules'], enabledIn: [workspace] })
    const given = named({ EntityId, RuleName: 'held', BlockType: 0, RuleType: 0, PredictType: 0, TemplateId: 1 })
    expect(await older('CreateQualityRule', given)).toMatchObject({
      Code: 'OperationHeld.ExtensionCheck',
      Data: { Status: 'CHECKING' },
    })
    const listed = await older('ListQualityRules', named({ EntityId, PageNumber: 1, PageSize: 10 }))
    expect(listed.Data.TotalCount).toBe(0)
  })
})
