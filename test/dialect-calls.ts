// A request for every action of the dialect, for tests that ask who may make it and what it finds.
import { ACTIONS } from '../server/src/dataworks/actions/index.ts'
import type { Estate } from './estate.ts'
import { type DialectAnswer, dialect, type Person, type World } from './world.ts'

export type DialectPlace = { readonly ids: Estate['ids']; readonly workspaceId: number | string }

/** Of a backfill that is asked for nothing comes where there is no such date. */
export const NO_DATE = '2020-02-31'

/** What the action takes, and some that it ignores, about things with these ids. */
export function dialectParameters(
  action: string,
  place: DialectPlace,
  date = NO_DATE,
): Readonly<Record<string, string | number>> {
  const { parameters } = contractOf(action)
  return Object.fromEntries(
    Object.entries(everyParameter(action, place, date)).filter(([name]) => parameters[name]?.kind !== 'refused'),
  )
}

const contractOf = (action: string) => ACTIONS.find((row) => row.contract.action === action)!.contract

function everyParameter(
  action: string,
  { ids, workspaceId }: DialectPlace,
  date: string,
): Readonly<Record<string, string | number>> {
  return {
    NodeId: ids.nodeId!,
    ProjectEnv: 'PROD',
    ...(action === 'UpdateNodeRunMode' ? { SchedulerType: 2 } : {}),
    ExtensionCode: ids.extensionCode!,
    MessageId: ids.messageId!,
    CheckResult: 'OK',
    EventCode: 'freeze-node',
    ProjectId: workspaceId,
    PageNumber: 1,
    PageSize: 10,
    InstanceId: ids.instanceId!,
    DagId: ids.dagId!,
    OpSeq: ids.backfillId!,
    IoType: 'output',
    OperationId: `dag-${ids.dagId}`,
    Bizdate: bizdateOf(action, date),
    BizDate: 1_577_836_800_000,
    // Nobody: it would be changed for the next who asks.
    UserId: '1',
    RoleCode: 'role_project_guest',
    Name: 'a backfill',
    StartBizDate: date,
    EndBizDate: date,
    Parallelism: 'false',
    WorkflowId: 1,
    Type: 'SupplementData',
    Periods: JSON.stringify({ BizDates: [{ StartBizDate: date, EndBizDate: date }] }),
    RootNodeId: ids.nodeId!,
    IncludeNodeIds: ids.nodeId!,
    DefaultRunProperties: JSON.stringify({ RootTaskIds: [ids.nodeId] }),
    Trigger: '{"Recurrence":"Pause"}',
    Tasks: JSON.stringify([{ Id: ids.nodeId, Trigger: { Recurrence: 'Pause' } }]),
    TaskInstances: JSON.stringify([{ Id: ids.instanceId, Priority: 3 }]),
    UpstreamTaskInstanceIds: JSON.stringify([ids.instanceId]),
    ...ofDevelopment(action, ids),
    ...ofIntegration(action, ids),
    ...idsOf(action, ids),
    ...ofQuality(action, ids),
  }
}

/** Files, folders and tables; what would be made belongs to somebody of the same place. */
function ofDevelopment(action: string, ids: Estate['ids']): Readonly<Record<string, string | number>> {
  return {
    FileId: ids.fileId!,
    FileVersion: 1,
    FileName: 'asked_for_by_a_test',
    FileType: 10,
    ...(action === 'CreateFile' && { Owner: ids.userId! }),
    OwnerId: ids.userId!,
    FolderId: ids.folderId!,
    FolderName: 'asked for by a test',
    FolderPath: 'asked for/by a test',
    ParentFolderPath: '/',
    DeploymentId: ids.deploymentId!,
    TableName: 'asked_for_by_a_test',
    Columns: '[{"ColumnName":"a","ColumnType":"none that there is"}]',
    ...(action === 'GetDDLJobStatus' && { TaskId: ids.taskId! }),
  }
}

/** Synchronisation jobs; none is deleted, so that the next who asks finds it too. */
function ofIntegration(action: string, ids: Estate['ids']): Readonly<Record<string, string | number>> {
  if (!/DI(Sync|Job)/.test(action)) return {}
  const places = JSON.stringify([{ DataSourceName: 'none that there is' }])
  return {
    FileId: /^Delete/.test(action) ? 1 : ids.syncJobId!,
    TaskType: 'DI_REALTIME',
    TaskId: ids.syncJobId!,
    TaskContent: 'none',
    TaskParam: 'none',
    AsyncProcessId: 1,
    MigrationType: 'Full',
    ...(action === 'CreateDIJob' && { Owner: ids.userId! }),
    SourceDataSourceSettings: places,
    DestinationDataSourceSettings: places,
    TableMappings: JSON.stringify([{ SourceObjectSelectionRules: [{ Expression: 'none' }] }]),
  }
}

/** Rules, monitors (entities) and subscriptions; none is made that could be checked, and none is deleted. */
function ofQuality(action: string, ids: Estate['ids']): Readonly<Record<string, string | number>> {
  if (!/Quality/.test(action)) return {}
  const deletes = /^Delete/.test(action)
  return {
    ProjectName: ids.workspaceIdentifier!,
    EntityId: deletes ? 1 : ids.qualityMonitorId!,
    RuleId: deletes ? 1 : ids.qualityRuleId!,
    FollowerId: deletes ? 1 : ids.subscriptionId!,
    TableName: 'asked_for_by_a_test',
    MatchExpression: 'none that there is',
    EnvType: 'ODPS',
    Follower: String(ids.userId),
    AlarmMode: 1,
    RuleName: 'asked for by a test',
    RuleType: 0,
    PredictType: 0,
    BlockType: 0,
    MethodName: 'none that there is',
    Property: 'none',
    TargetNodeProjectId: 1,
    TargetNodeProjectName: 'none',
    StartDate: '2020-01-01',
    EndDate: '2020-01-01',
    Name: 'asked for by a test',
    Target: JSON.stringify({ TableGuid: 'none that there is' }),
    DataQualityEvaluationTaskId: ids.qualityMonitorId!,
  }
}

function bizdateOf(action: string, date: string): string | number {
  if (/^(RunSmokeTest|CreateDagTest)$/.test(action)) return date
  return action === 'ListInstances' ? '2020-01-01' : 1_577_836_800_000
}

/** The newer version calls every id so, and says by the action what it is of. */
function idsOf(
  action: string,
  { nodeId, instanceId, dagId, syncJobId, qualityRuleId }: Estate['ids'],
): Record<string, string | number> {
  if (/Quality/.test(action)) return { Id: action === 'DeleteDataQualityRule' ? 1 : qualityRuleId! }
  if (/DIJob/.test(action)) return { Id: action === 'DeleteDIJob' ? 1 : syncJobId! }
  if (/^List(Task|Workflow)Instances$|^List(Instances|Nodes|Tasks)$/.test(action)) return {}
  const id = /Workflow/.test(action) ? dagId! : /TaskInstance/.test(action) ? instanceId! : nodeId!
  return action === 'CreateWorkflowInstances' ? {} : { Id: id, Ids: JSON.stringify([id]) }
}

/** In the first version of the API that has it. */
export function callAction(
  world: Pick<World, 'server'>,
  person: Pick<Person, 'key'>,
  action: string,
  parameters: Readonly<Record<string, string | number>>,
): Promise<DialectAnswer> {
  return dialect(world.server, person, action, parameters, contractOf(action).versions[0])
}
