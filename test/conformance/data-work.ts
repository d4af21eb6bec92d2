// Each action on synchronisations and on the quality of data, once in each version that has it, in a workspace that nobody watches: what is asked for is done at once.
import assert from 'node:assert/strict'
import type { Answer, Parameters } from './every-action.ts'
import type { Place } from './place.ts'

type CallVersion = (action: string, parameters: Parameters) => Promise<Answer>

const same = (found: unknown, expected: unknown) => assert.equal(String(found), String(expected))
const done = (answer: Answer) => same(answer.Success, true)
const first = (list: unknown): Answer => (list as Answer[])[0] ?? assert.fail('the list is empty')

const contentOf = (table: string, target: object) =>
  JSON.stringify({
    ...{ type: 'job', version: '2.0' },
    steps: [
      { stepType: 'duckdb', category: 'reader', name: 'Reader', parameter: { table: [table], splitPk: 'id' } },
      { stepType: 'duckdb', category: 'writer', name: 'Writer', parameter: { table: `${table}_copy`, ...target } },
    ],
  })

/** Tasks: a file, and a job with its run. */
export async function checkSyncTasks(call: CallVersion, { projectId: ProjectId, table: name }: Place): Promise<void> {
  const succeeds = (answer: Answer) => same(answer.Data.Status, 'success')
  const offline = await call('CreateDISyncTask', {
    ...{ ProjectId, TaskType: 'DI_OFFLINE', TaskName: 'to_ods', TaskContent: contentOf(name, { truncate: true }) },
  })
  succeeds(offline)
  const param = contentOf(name, { primaryKey: ['id'] })
  const kind = { ProjectId, TaskType: 'DI_REALTIME' }
  const made = await call('GenerateDISyncTaskConfigForCreating', { ...kind, TaskParam: param })
  const query = async (AsyncProcessId: unknown) =>
    (await call('QueryDISyncTaskConfigProcessResult', { ...kind, AsyncProcessId })).Data
  const { TaskContent } = await query(made.Data.ProcessId)
  const created = await call('CreateDISyncTask', { ...kind, TaskName: 'live', TaskContent })
  succeeds(created)
  const one = { ...kind, FileId: created.Data.FileId }
  const change = JSON.stringify({ steps: [{ category: 'reader', parameter: { where: 'id > 0' } }] })
  const changed = await call('GenerateDISyncTaskConfigForUpdating', {
    ...{ ...kind, TaskId: one.FileId, TaskParam: change },
  })
  const next = (await query(changed.Data.ProcessId)).TaskContent
  succeeds(await call('UpdateDISyncTask', { ...one, TaskContent: next }))
  const { Code } = (await call('GetDISyncTask', one)).Data
  assert.equal(JSON.parse(Code).steps[0].parameter.where, 'id > 0')
  const bad = await call('CreateDISyncTask', { ...kind, TaskName: 'bad', TaskContent: 'none' })
  same(bad.Data.Status, 'fail')

  const status = async () => (await call('GetDISyncInstanceInfo', one)).Data.Status
  assert.equal(await status(), 'NORUN')
  succeeds(await call('DeployDISyncTask', one))
  succeeds(await call('StartDISyncInstance', { ...one, StartParam: '{"errorLimit":{"record":0}}' }))
  assert.match(await status(), /^(WAIT|RUN)$/)
  succeeds(await call('StopDISyncInstance', one))
  assert.equal(await status(), 'PAUSE')
  succeeds(await call('StartDISyncInstance', one))
  succeeds(await call('TerminateDISyncInstance', one))
  succeeds(await call('DeleteDISyncTask', one))
}

/** A job of the newer version with a pattern, a key and a change column. */
export async function checkJobs(call: CallVersion, { projectId: ProjectId, table: name }: Place): Promise<void> {
  const rule = (RuleActionType: string, RuleName: string) => ({ RuleActionType, RuleName, RuleTargetType: 'Table' })
  const rules = [rule('DefinePrimaryKey', 'key'), rule('DefineIncrementalCondition', 'change'), rule('Rename', 'names')]
  // biome-ignore lint/suspicious/noTemplateCurlyInString: names of targets are written so
  const expressions = [{ columns: ['id'] }, { column: 'id' }, { expression: 'ods_${srcTableName}' }]
  const { Id } = await call('CreateDIJob', {
    ...{ ProjectId, Name: 'orders_live', Description: '订单', MigrationType: 'RealtimeIncremental' },
    SourceDataSourceSettings: [{ DataSourceName: 'default' }],
    DestinationDataSourceSettings: [{ DataSourceName: 'default' }],
    TableMappings: [
      {
        SourceObjectSelectionRules: [
          { Action: 'Include', ObjectType: 'Table', ExpressionType: 'Regex', Expression: name },
        ],
        TransformationRules: rules,
      },
    ],
    TransformationRules: rules.map((one, at) => ({ ...one, RuleExpression: JSON.stringify(expressions[at]) })),
  })
  const read = async () => (await call('GetDIJob', { Id })).PagingInfo
  const found = await read()
  assert.deepEqual([found.JobName, found.JobStatus, found.Description], ['orders_live', 'Initialized', '订单'])
  const listed = (await call('ListDIJobs', { ProjectId, Name: 'orders', PageSize: 10 })).PagingInfo
  same(first(listed.DIJobs).Id, Id)
  done(await call('UpdateDIJob', { Id, Description: 'another' }))
  done(await call('StartDIJob', { Id }))
  assert.equal((await read()).JobStatus, 'Running')
  done(await call('StopDIJob', { Id }))
  assert.deepEqual([(await read()).JobStatus, (await read()).Description], ['Stopped', 'another'])
  done(await call('DeleteDIJob', { Id }))
}

/** An entity with its rules, nodes and followers. */
export async function checkQuality(call: CallVersion, place: Place): Promise<void> {
  const { projectId: ProjectId, identifier: ProjectName, node } = place
  const named = { ProjectName, ProjectId }
  const entity = { ...named, TableName: 'orders', MatchExpression: 'dt=$[yyyymmdd-1]', EnvType: 'ODPS' }
  const EntityId = Number((await call('CreateQualityEntity', entity)).Data)
  const related = { ...entity, NodeId: node.first, TargetNodeProjectId: ProjectId, TargetNodeProjectName: ProjectName }
  done(await call('CreateQualityRelativeNode', related))
  const seen = first((await call('GetQualityEntity', entity)).Data)
  same(seen.Id, EntityId)
  same(seen.HasRelativeNode, true)
  done(await call('DeleteQualityRelativeNode', related))

  const created = await call('CreateQualityRule', {
    ...{ ...named, EntityId, RuleName: '波动', BlockType: 1, RuleType: 0, PredictType: 0, TemplateId: 7, Checker: 7 },
    ...{ Trend: 'abs', WarningThreshold: '10', CriticalThreshold: '50', WhereCondition: 'id > 1' },
  })
  const RuleId = Number(created.Data)
  const rule = async () => (await call('GetQualityRule', { ...named, RuleId })).Data
  const { RuleName, WarningThreshold, CriticalThreshold, WhereCondition } = await rule()
  assert.deepEqual([RuleName, WarningThreshold, CriticalThreshold, WhereCondition], ['波动', '10', '50', 'id > 1'])
  const update = { MethodName: 'null_value', Property: 'id', Checker: 9, Operator: '=', ExpectValue: '0' }
  done(await call('UpdateQualityRule', { ...named, Id: RuleId, ...update, OpenSwitch: true }))
  const { MethodName, Operator, ExpectValue } = await rule()
  assert.deepEqual([MethodName, Operator, ExpectValue], ['null_value', '=', '0'])
  const page = { PageNumber: 1, PageSize: 10 }
  const { TotalCount, Rules } = (await call('ListQualityRules', { ...named, EntityId, ...page })).Data
  same(TotalCount, 1)
  same(first(Rules).Id, RuleId)
  const dates = { StartDate: '2026-01-01 00:00:00', EndDate: '2026-01-31 00:00:00' }
  same((await call('ListQualityResultsByEntity', { ...named, EntityId, ...dates, ...page })).Data.TotalCount, 0)
  same((await call('ListQualityResultsByRule', { ...named, RuleId, ...dates, ...page })).Data.TotalCount, 0)

  const hook = { AlarmMode: 4, Follower: 'http://127.0.0.1:9/hook' }
  const FollowerId = Number((await call('CreateQualityFollower', { ...named, EntityId, ...hook })).Data)
  done(await call('UpdateQualityFollower', { ...named, FollowerId, ...hook, AlarmMode: 5 }))
  same(first((await call('GetQualityFollower', { ...named, EntityId })).Data).Id, FollowerId)
  done(await call('DeleteQualityFollower', { ...named, FollowerId }))
  done(await call('DeleteQualityRule', { ...named, RuleId }))
  done(await call('DeleteQualityEntity', { ...named, EntityId, EnvType: 'ODPS' }))
}

/** A rule of a table. */
export async function checkRules(call: CallVersion, { projectId: ProjectId, identifier }: Place): Promise<void> {
  const TableGuid = `odps.${identifier}.orders`
  const { Id } = await call('CreateDataQualityRule', {
    ...{ ProjectId, Name: '不为空', Severity: 'High', Enabled: true },
    Target: { TableGuid, DatabaseType: 'maxcompute', Type: 'Table' },
    SamplingConfig: { Metric: 'NullValueCount', MetricParameters: '{"Columns":["id"]}', SamplingFilter: 'id > 0' },
    CheckingConfig: { Type: 'Fixed', Thresholds: { Expected: { Expression: '$checkValue <= 5' } } },
  })
  const rule = async () => (await call('GetDataQualityRule', { Id })).DataQualityRule
  const found = await rule()
  assert.deepEqual([found.Name, found.Severity, found.SamplingConfig.SamplingFilter], ['不为空', 'High', 'id > 0'])
  assert.equal(found.CheckingConfig.Thresholds.Expected.Expression, '$checkValue <= 5')
  done(await call('UpdateDataQualityRule', { ProjectId, Id, Description: 'few', Severity: 'Normal' }))
  assert.deepEqual([(await rule()).Severity, (await rule()).Description], ['Normal', 'few'])
  const listed = (await call('ListDataQualityRules', { ProjectId, TableGuid, PageSize: 10 })).PagingInfo
  same(first(listed.DataQualityRules).Id, Id)
  done(await call('DeleteDataQualityRule', { ProjectId, Id }))
}
